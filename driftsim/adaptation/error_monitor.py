"""Hearing: the errors of the model in force, in the order in which labels tell of them."""

from typing import NamedTuple

import numpy as np

from driftsim.rows import label_of

COMPARED = 100_000  # errors, the last ones, that tell whether they have risen
MOST_PIECES = 1_000  # that they are held in


class Moment(NamedTuple):
    """When something rang: what was known by then, and what was yet to come."""

    newest: int  # position of the latest row whose label had come in
    next: int  # position of the next row to be predicted


class Ring(NamedTuple):
    """An alarm that is to be acted on, among the labels of an arrival."""

    labels: int  # of the arrival, the last of which has made it ring
    at: Moment
    warned: Moment | None  # of the last warning before it


class Ear:
    """A detector on the errors of the model in force, which starts afresh with every model.

    It rings when errors have risen; with `falls`, also when they have fallen.
    """

    def __init__(self, detector, rng, falls=False):
        self._detector, self._rng, self._falls = detector, rng, falls
        self._newest = -1  # position of the latest row whose label has come in

    def start(self, t, cooldown=0):
        """Forget all that was heard, for a model that serves from row `t` on.

        An alarm that rings within the rows of a cooldown is acted on when they are over.
        """
        self._quiet_until, self._answers = t + cooldown, Answers(t - 1)
        self._alarm, self._recent = self._detector.start(self._rng), Recent()
        self._warned, self._held = None, False

    def heard(self, arrival, predicted):
        """Hear an arrival up to the first alarm that counts: a `Ring`, or None.

        `predicted` are the answers of the model in force to the rows of the arrival.
        """
        last, errors = self._answers.last, self._answers.errors(arrival, predicted)
        m = self._heard_until(arrival, errors, last)
        heard = arrival.due_t[:m]
        self._newest = max(self._newest, int(heard.max(initial=-1)))
        if m is not None:
            return Ring(m, self._moment(arrival, m, last), self._warned)

    def _heard_until(self, arrival, errors, last):
        """After how many labels an alarm is to be acted on, or None."""
        told, rung_at = np.flatnonzero(~np.isnan(errors)), 1
        while not self._held and (rung := self._alarm(errors[told])) is not None:
            index, level = rung
            rung_at = int(told[index]) + 1
            self._recent.add(errors[told[: index + 1]])
            told = told[index + 1 :]
            if level == "warning":
                self._warned = self._moment(arrival, rung_at, last)
            elif self._falls or self._recent.have_risen():
                self._held = True
            else:
                self._recent, self._warned = Recent(), None
        if self._held:
            return self._after_cooldown(arrival, rung_at, last)
        self._recent.add(errors[told])
        return None

    def _after_cooldown(self, arrival, m, last):
        """The first label from the `m`-th on that comes in after the cooldown, or None."""
        later = np.arange(m, len(arrival.due_t) + 1)
        after = np.append(last, arrival.t)[np.searchsorted(arrival.due_by[:-1], later)] + 1
        late = np.flatnonzero(after >= self._quiet_until)
        return int(later[late[0]]) if len(late) else None

    def _moment(self, arrival, m, last):
        newest = max(self._newest, int(arrival.due_t[:m].max()))
        before = np.append(last, arrival.t)[np.searchsorted(arrival.due_by[:-1], m)]
        return Moment(newest, int(before) + 1)


class Recent:
    """The last errors heard, by which it is told whether they have risen."""

    def __init__(self):
        self._pieces, self._n = [], 0

    def add(self, errors):
        """Hear of more errors (n,)."""
        if len(errors):
            self._pieces.append(errors)
            self._n += len(errors)
        if self._n > 2 * COMPARED or len(self._pieces) > MOST_PIECES:
            self._pieces = [np.concatenate(self._pieces)[-COMPARED:]]
            self._n = len(self._pieces[0])

    def have_risen(self):
        """Whether they are higher after their likeliest change than before."""
        return rises(np.concatenate(self._pieces)[-COMPARED:])


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
