"""Hearing: the errors of the model in force, in the order in which labels tell of them."""

from typing import NamedTuple

import numpy as np

from driftsim.rows import label_of

COMPARED = 100_000  # errors, the last ones, that tell whether they have risen


class Ring(NamedTuple):
    """An alarm, among the labels of an arrival."""

    labels: int  # of the arrival, the last of which has made it ring
    t: int  # position of the row that this label is of
    next: int  # position of the next row to be predicted
    warned: int | None  # position of the row whose label gave the last warning before it


class Ear:
    """A detector on the errors of the model in force, which starts afresh with every model.

    It rings when errors have risen; with `falls`, also when they have fallen.
    """

    def __init__(self, detector, rng, falls=False):
        self._detector, self._rng, self._falls = detector, rng, falls

    def start(self, t, cooldown=0):
        """Forget all that was heard, for a model that serves from row `t` on.

        For the rows of a cooldown nothing rings.
        """
        self._quiet_until, self._answers = t + cooldown, Answers(t - 1)
        self._alarm, self._errors, self._warned = self._detector.start(self._rng), [], None

    def heard(self, arrival, predicted):
        """Hear an arrival up to the first alarm that counts: a `Ring`, or None.

        `predicted` are the answers of the model in force to the rows of the arrival.
        """
        last, errors = self._answers.last, self._answers.errors(arrival, predicted)
        told = np.flatnonzero(~np.isnan(errors))
        while (rung := self._alarm(errors[told])) is not None:
            index, level = rung
            m = int(told[index]) + 1
            self._remember(errors[told[: index + 1]])
            told = told[index + 1 :]
            if level == "warning":
                self._warned = int(arrival.due_t[m - 1])
                continue
            n = np.searchsorted(arrival.due_by[:-1], m)
            after = int(arrival.t[n - 1] if n else last) + 1
            ring = Ring(m, int(arrival.due_t[m - 1]), after, self._warned)
            if self._counts(after):
                return ring
        self._remember(errors[told])
        return None

    def _remember(self, errors):
        self._errors.append(errors)
        if sum(map(len, self._errors)) > 2 * COMPARED:
            self._errors = [np.concatenate(self._errors)[-COMPARED:]]

    def _counts(self, t):
        """Whether an alarm before row `t` is to be acted on; it forgets what it heard.

        It is quiet for the rows of a cooldown, and when errors have fallen.
        """
        errors = np.concatenate(self._errors)[-COMPARED:]
        self._errors, self._warned = [], None
        return t >= self._quiet_until and (self._falls or rises(errors))


class Passing(NamedTuple):
    """An alarm, as a detector has one, that the mean of the last errors passes some height."""

    window: int  # errors that the mean is of
    threshold: float | None  # of the mean
    rise: float | None  # of the mean over that of the first window

    def start(self, rng):
        """A function of the next errors, as that of a detector; the first window stays first."""
        sums, first = np.zeros(1), None  # sums: of all errors, up to each of the last

        def first_ring(errors):
            nonlocal sums, first
            missing = self.window - len(sums)  # errors, until the mean of one more is whole
            sums = np.append(sums[:-1], np.cumsum(np.append(sums[-1], errors)))
            means = (sums[self.window :] - sums[: -self.window]) / self.window
            first = means[0] if first is None and len(means) else first
            passed = np.flatnonzero(self._passed(means, first))
            if not len(passed):
                sums = sums[-self.window :]
                return None
            sums = np.zeros(1)
            return int(passed[0]) + missing, "alarm"

        return first_ring

    def _passed(self, means, first):
        passed = np.zeros(len(means), bool)
        if self.threshold is not None:
            passed |= means > self.threshold
        if self.rise is not None and len(means):
            passed |= means > first + self.rise
        return passed


class Answers:
    """What the model in force has predicted of rows whose labels are still to come."""

    def __init__(self, last=-1):
        self._t, self._predicted = np.empty(0, np.int64), np.empty(0, np.int64)
        self.last = last  # position answered

    def errors(self, arrival, predicted):
        """The error told by each label that comes in, NaN where another model had predicted.

        One or zero for a class, the distance for a number.
        """
        fresh = np.diff(arrival.t, prepend=self.last) > 0  # not a probe, which has no label
        t = np.append(self._t, arrival.t[fresh])
        predicted = np.append(self._predicted, label_of(predicted[fresh]))
        self.last = arrival.t[-1] if len(arrival.t) else self.last
        place = np.searchsorted(t, arrival.due_t)
        known = place < len(t)
        known[known] = t[place[known]] == arrival.due_t[known]
        errors = np.full(len(place), np.nan)
        errors[known] = distances(predicted[place[known]], arrival.due_y[known])
        waiting = t >= arrival.oldest
        waiting[place[known]] = False
        self._t, self._predicted = t[waiting], predicted[waiting]
        return errors


def distances(predicted, y):
    """How wrong each answer is (n,): one or zero for a class, the distance for a number."""
    wrong = np.abs(label_of(predicted) - y)
    return (wrong > 0).astype(float) if y.dtype.kind == "i" else wrong


def rises(errors):
    """Whether the mean of some errors (n,) is higher after their likeliest change than before.

    The likeliest change is where the sums of both sides differ most from what their common mean
    would give, in standard errors (the cumulative sum statistic: Hinkley 1970).
    """
    n = len(errors)
    if n < 2:
        return True
    k = np.arange(1, n)
    beyond = np.cumsum(errors)[:-1] - k * errors.mean()  # of the first k over their share
    return bool(beyond[np.argmax(np.abs(beyond) / np.sqrt(k * (n - k)))] < 0)
