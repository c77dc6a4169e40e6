"""Error monitor: a detector on the errors of the model in force, and which of its alarms count."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from driftsim.clocks import Clock, row_after
from driftsim.durations import Duration
from driftsim.parts import MOST_ROWS
from driftsim.rows import Arrival, label_of

COMPARED = 100_000  # last errors, whose means before and after their likeliest change are compared


class Moment(NamedTuple):
    """When an alarm or a warning fired."""

    newest: int  # position of the latest row whose label had come in
    next: int  # position of the next row to be predicted


class Fired(NamedTuple):
    """An alarm that counts."""

    labels: int  # of the arrival, up to the one at which it fired
    at: Moment
    warned: Moment | None = None  # when the last warning before it fired

    def cut(self, arrival: Arrival) -> tuple[Arrival, Arrival]:
        """The arrival up to the alarm, and the rest."""
        return arrival.up_to_label(self.labels)


class ErrorMonitor:
    """Runs a detector on the errors of the model in force, and restarts it with every model.

    An alarm counts if the errors have risen; with `falls`, also if they have fallen. One that fires
    in the first `cooldown` rows, or so much time, of a model counts when they are over.
    """

    row = MOST_ROWS  # before which it wants to `check`: there is none

    def __init__(
        self,
        detector,
        rng,
        falls: bool = False,
        cooldown: int | Duration = 0,
        clock: Clock | None = None,
    ):
        self._detector, self._rng, self._falls = detector, rng, falls
        self._cooldown, self._clock = cooldown, clock
        self._newest = -1  # position of the latest row whose label has come in

    def start(self, t: int, rows=None, model=None):
        """Forget all errors: another model predicts from row `t` on."""
        self._t, self._quiet_until = t, row_after(self._clock, t, self._cooldown)
        self._pending = PendingPredictions()
        self._recent: deque[np.ndarray] = deque()  # errors, the last COMPARED or a piece more
        self._n_recent = 0
        self._detect = self._detector.start(self._rng)
        self._warned, self._fired = None, False

    def update(self, arrival: Arrival, predicted: np.ndarray) -> Fired | None:
        """Take in an arrival, up to the first alarm that counts: that alarm, or None.

        `predicted` are the predictions of the model in force for the rows of the arrival.
        """
        errors = self._pending.errors(arrival, predicted)
        m = 1 if self._fired else self._first_alarm(arrival, errors)
        self._fired = m is not None
        if m is not None:
            m = self._after_cooldown(arrival, m)
        fired = m and Fired(m, self._moment(arrival, m), self._warned)
        self._newest = max(self._newest, int(arrival.due_t[:m].max(initial=-1)))
        self._t += len(arrival.t)
        return fired

    def check(self, t: int) -> Fired | None:
        """Look for an alarm before row `t`: None, since errors come in with labels alone."""

    def _first_alarm(self, arrival, errors):
        """After how many labels an alarm fires, or None; falls are forgotten."""
        known = np.flatnonzero(~np.isnan(errors))
        while (found := self._detect(errors[known])) is not None:
            index, level = found
            m = int(known[index]) + 1
            self._keep(errors[known[: index + 1]])
            known = known[index + 1 :]
            if level == "warning":
                self._warned = self._moment(arrival, m)
            elif self._falls or rises(np.concatenate(self._recent)[-COMPARED:]):
                return m
            else:
                self._recent.clear()
                self._n_recent, self._warned = 0, None
        self._keep(errors[known])
        return None

    def _keep(self, errors):
        """Append to the recent errors, and drop the oldest pieces that are not compared."""
        if len(errors):
            self._recent.append(errors)
            self._n_recent += len(errors)
            while self._n_recent - len(self._recent[0]) >= COMPARED:
                self._n_recent -= len(self._recent.popleft())

    def _after_cooldown(self, arrival, m):
        """The first label from the `m`-th on that comes in after the cooldown, or None."""
        later = np.arange(m, len(arrival.due_t) + 1)
        over = np.flatnonzero(self._next_row(arrival, later) >= self._quiet_until)
        return int(later[over[0]]) if len(over) else None

    def _moment(self, arrival, m):
        newest = max(self._newest, int(arrival.due_t[:m].max()))
        return Moment(newest, int(self._next_row(arrival, m)))

    def _next_row(self, arrival, m):
        """The position of the row that is predicted next after `m` labels."""
        return self._t + np.searchsorted(arrival.due_by[:-1], m)


class MeanThreshold(NamedTuple):
    """A detector that fires where the mean of the last errors exceeds a limit."""

    window: int  # errors that the mean is of
    threshold: float | None  # that the mean exceeds
    rise: float | None  # by which it exceeds the mean of the first window

    def start(self, rng) -> Callable:
        """A function of the next errors, as `Detector.start` gives one.

        After an alarm it needs a whole window again; the first window stays the first.
        """
        sums, first = np.zeros(1), None  # sums: of all errors, up to each of the last

        def detect(errors):
            nonlocal sums, first
            missing = self.window - len(sums)  # errors, until the mean of one more is whole
            sums = np.append(sums[:-1], np.cumsum(np.append(sums[-1], errors)))
            means = (sums[self.window :] - sums[: -self.window]) / self.window
            first = means[0] if first is None and len(means) else first
            exceeds = np.flatnonzero(self._exceeds(means, first))
            if not len(exceeds):
                sums = sums[-self.window :]
                return None
            sums = np.zeros(1)
            return int(exceeds[0]) + missing, "alarm"

        return detect

    def _exceeds(self, means, first):
        exceeds = np.zeros(len(means), bool)
        if self.threshold is not None:
            exceeds |= means > self.threshold
        if self.rise is not None and len(means):
            exceeds |= means > first + self.rise
        return exceeds


class PendingPredictions:
    """What the model in force has predicted of rows whose labels are still to come."""

    def __init__(self):
        self._t, self._predicted = np.empty(0, np.int64), np.empty(0, np.int64)

    def errors(self, arrival: Arrival, predicted: np.ndarray) -> np.ndarray:
        """The error (m,) of each row whose label comes in, NaN where another model predicted it.

        One or zero for a class, the distance for a number.
        """
        t = np.append(self._t, arrival.t)
        predicted = np.append(self._predicted, label_of(predicted))
        place = np.searchsorted(t, arrival.due_t)
        known = place < len(t)
        known[known] = t[place[known]] == arrival.due_t[known]
        errors = np.full(len(place), np.nan)
        errors[known] = distances(predicted[place[known]], arrival.due_y[known])
        waiting = t >= arrival.oldest
        waiting[place[known]] = False
        self._t, self._predicted = t[waiting], predicted[waiting]
        return errors


def distances(predicted: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How wrong each prediction is (n,): one or zero for a class, the distance for a number."""
    wrong = np.abs(label_of(predicted) - y)
    return (wrong > 0).astype(float) if y.dtype.kind == "i" else wrong


def rises(errors: np.ndarray) -> bool:
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
