"""Interval scores: the interval of each prediction, by labels in so far, and how good it is."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.prediction_intervals import PredictionInterval
from driftsim.evaluation.trace import Tally
from driftsim.rows import Arrival


class IntervalScores:
    """Gives each row an interval, as its prediction comes, and adds its scores to a tally.

    The errors of rows that a contender is never given the label of are forgotten.
    """

    def __init__(self, kind: PredictionInterval):
        self._margin, self._level = kind.start(), kind.level
        self._arrivals: deque[Arrival] = deque()  # whose rows are not all predicted
        self._learned = 0  # labels of the first of them
        self._pending: dict[int, Scored] = {}  # rows whose labels are still to come, by position

    def along(self, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
        """The same arrivals, whose labels the next intervals are made of."""
        for arrival in arrivals:
            self._arrivals.append(arrival)
            yield arrival

    def add(
        self,
        tally: Tally,
        t: np.ndarray,
        y: np.ndarray,
        predicted: np.ndarray,
        scored: np.ndarray | None = None,
    ) -> None:
        """Score the predictions (n,) of the next rows `t`, with labels `y`, or those `scored`."""
        error = y - predicted
        margin = self._margins(t, error)
        if scored is not None:
            t, y, error, margin = t[scored], y[scored], error[scored], margin[scored]
        if len(t):
            self._tally(tally, t, y, error, margin)

    def _tally(self, tally, t, y, error, margin):
        """Add the scores of rows with margins (n,)."""
        known, bounded = ~np.isnan(margin), np.isfinite(margin) | (margin == -np.inf)
        beyond = np.abs(error) - np.maximum(margin, 0)
        inside = np.abs(error) <= margin
        width = np.where(bounded, 2 * np.maximum(margin, 0), 0)
        missed = np.where(bounded & ~inside, np.maximum(beyond, 0) * 2 / (1 - self._level), 0)
        tally.add(
            t,
            interval_rows=known.astype(np.int64),
            interval_bounded=bounded.astype(np.int64),
            interval_covered=inside.astype(np.int64),
            interval_level=np.where(known, self._level, 0),
            interval_width=width,
            interval_score=width + missed,
        )
        tally.add_extremes(t, y)

    def _margins(self, t, error):
        """The margin of each row (n,), of labels that had come in before it."""
        errors, found = error.tolist(), np.empty(len(t))
        arrival = self._arrivals[0]
        first = int(t[0] - arrival.t[0])
        due_by = arrival.due_by[first : first + len(t)].tolist()
        due_t = arrival.due_t[self._learned : due_by[-1]].tolist()
        done, rest = self._learned, iter(due_t)
        for i, (row, due) in enumerate(zip(t.tolist(), due_by)):
            for _ in range(done, due):
                self._learn(next(rest))
            done = max(done, due)
            found[i] = margin = self._margin.margin()
            self._pending[row] = Scored(errors[i], margin)
        self._learned = done
        if first + len(t) == len(arrival.t):
            self._finish()
        return found

    def _learn(self, row):
        """Take in the label of a row; none that comes in again, or was not predicted."""
        if (scored := self._pending.pop(row, None)) is not None:
            self._margin.learn(*scored)

    def _finish(self):
        """Take in the labels that come after the last row of an arrival."""
        arrival = self._arrivals.popleft()
        for row in arrival.due_t[self._learned :].tolist():
            self._learn(row)
        self._learned = 0
        if len(self._pending) > len(arrival.t):
            kept = ((row, one) for row, one in self._pending.items() if row >= arrival.oldest)
            self._pending = dict(kept)


class Scored(NamedTuple):
    """A row whose label is still to come."""

    error: float  # its label less its prediction
    margin: float  # it was given
