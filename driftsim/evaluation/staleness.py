"""Staleness: how far the model in force is behind the newest label that has come in."""

import numpy as np

from driftsim.rows import Arrival, Labelled

NO_LABEL = -1  # in the place of a position


class NewestLabel:
    """The newest label that has come in, along arrivals in order."""

    def __init__(self, newest: int):
        self._newest = newest  # position of that of the warm-up

    def before_rows(self, arrival: Arrival) -> np.ndarray:
        """The position of the newest label in before each row (n,) of the next arrival."""
        if arrival.due_t is arrival.t:  # all come in at once
            newest = arrival.t - 1
            newest[:1], self._newest = self._newest, int(arrival.t[-1])
            return newest
        newest = newest_along(self._newest, arrival)
        self._newest = int(newest[-1])
        return newest[arrival.due_by[:-1]]


class TrainedOn:
    """The newest label that a model has been trained on, also along an arrival that it learns."""

    def __init__(self, newest: int = NO_LABEL):
        self.newest = newest  # position
        self._before = newest  # label that it was trained on before …
        self._along: Arrival | None = None  # … the arrival that it learned last
        self._steps: np.ndarray | None = None  # label after label of that; None: what came in

    def learned(self, newest: int) -> None:
        """Note that the model has been trained further, on labels up to this position."""
        self.newest = max(self.newest, newest)

    def along(self, arrival: Arrival, all_of_it: bool) -> int:
        """Note that it learns the labels of an arrival, each before it predicts: the newest then.

        `all_of_it`: no other label came in before its rows, nor among them.
        """
        self._before, self._along, self._steps = self.newest, arrival, None
        if all_of_it:
            self.learned(newest_of(arrival.due))
        else:
            self._steps = newest_along(self.newest, arrival)
            self.newest = int(self._steps[-1])
        return self.newest

    def ages(self, t: np.ndarray, newest: np.ndarray) -> np.ndarray | None:
        """How many rows it was behind the newest labels (n,) when it predicted rows `t` (n,).

        A model that has learned nothing yet has no age: 0. None where all ages are 0.
        """
        known = self._known(t, newest)
        if isinstance(known, int):
            return np.maximum(newest - known, 0)
        if known is None or (known >= newest).all():
            return None
        return np.where(known < 0, 0, np.maximum(newest - known, 0))

    def _known(self, t, newest):
        """What it was trained on before each row (n,), or all of them; None: on what was in."""
        along = self._along
        if along is None or t[0] < along.t[0] or t[-1] > along.t[-1]:
            return self.newest if NO_LABEL < self.newest < newest[-1] else None
        steps = self._steps
        if steps is None:
            if self._before >= newest[0]:
                return None
            steps = newest_along(self._before, along)
        first = t[0] - along.t[0]
        return steps[along.due_by[first : first + len(t)]]


def newest_of(rows: Labelled) -> int:
    """The position of the newest of labelled rows; `NO_LABEL` where there is none."""
    return int(rows.t.max()) if len(rows.t) else NO_LABEL


def newest_along(before: int, arrival: Arrival) -> np.ndarray:
    """The newest label after each number 0, 1, … m of those of an arrival, and one `before`."""
    t = arrival.due_t
    found = np.empty(len(t) + 1, np.int64)
    found[0], found[1:] = before, t
    if len(t) and (t[0] < before or (t[1:] < t[:-1]).any()):  # else they are in order
        np.maximum.accumulate(found, out=found)
    return found
