"""Alarm scores: how alarms compare with the true changes of a stream (Bifet 2017)."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from driftsim.rows import Change


class Detection(NamedTuple):
    """How alarms compare with changes."""

    alarms: int
    changes: float  # NaN where unknown
    hits: list[int]  # the row of the first alarm of each change that was detected
    delays: list[int]  # rows from each change that was detected to its first alarm
    waited: list[int]  # rows for which each change that was missed went without one
    extra: float  # further alarms after the first change; NaN where unknown
    early: float  # alarms before the first change; NaN where unknown
    rows: int  # of the stream, in which alarms and changes are counted
    covering: float  # of the stretches between changes by those between alarms; NaN where unknown

    @property
    def found(self) -> float:
        """The number of changes with an alarm in time; NaN where unknown."""
        return self.changes - len(self.waited)

    @property
    def missed(self) -> float:
        """The share of changes without an alarm in time; NaN without changes."""
        return len(self.waited) / self.changes if self.changes else np.nan

    @property
    def to_detection(self) -> float:
        """The mean number of rows from a detected change to its alarm."""
        return float(np.mean(self.delays)) if self.delays else np.nan

    @property
    def between_false(self) -> float:
        """The mean number of rows between false alarms; all rows for at most one of them."""
        return self.rows / np.maximum(self.extra + self.early, 1)

    @property
    def ratio(self) -> float:
        """The mean time ratio: rows between false alarms / rows to detection * share detected.

        0 if no change is detected; a delay counts as at least one row.
        """
        if not self.changes > 0:
            return np.nan
        found = 1 - self.missed
        return self.between_false / max(self.to_detection, 1.0) * found if found else 0.0


def starts(changes: Iterable[Change], first: int, stop: int) -> list[int]:
    """The row from which each change in rows first … stop can be detected, in order.

    This is the first row of the change; `first` for a ramp that started before.
    """
    return sorted(ends(changes, first, stop))


def ends(changes: Iterable[Change], first: int, stop: int) -> dict[int, int]:
    """The row at which each change in rows first … stop is over, by that of its start."""
    visible = [one for one in changes if one.first >= first or one.last > first]
    found: dict[int, int] = {}
    for one in visible:
        if one.first < stop:
            start = max(one.first, first)
            found[start] = max(one.last, found.get(start, start))
    return found


def detected(
    alarms: ArrayLike,
    changes: Iterable[int],
    first: int,
    stop: int,
    known: bool = True,
    limits: Mapping[int, int] | None = None,
) -> Detection:
    """How alarms at rows (m,) detect changes at rows, within rows first … stop.

    The first alarm between a change and the next is its hit; a change has at most one. With
    `limits`, by the rows of changes, one at a later row is none. The row of an alarm is the one
    predicted next after it, so an alarm at the row of a change is a hit with delay 0. Without
    changes, alarms are false only if it is `known` that there are none.
    """
    alarms = np.sort(np.asarray(alarms, int))
    changes = [at for at in changes if first <= at < stop]
    if not changes and not known:
        nan = np.nan
        return Detection(len(alarms), nan, [], [], [], nan, nan, stop - first, nan)
    hits, delays, waited = [], [], []
    for at, until in zip(changes, [*changes[1:], stop]):
        until = min(until, (limits or {}).get(at, until) + 1)
        found = alarms[(alarms >= at) & (alarms < until)]
        if len(found):
            hits.append(int(found[0]))
            delays.append(hits[-1] - at)
        else:
            waited.append(until - at)
    early = int(np.sum(alarms < (changes[0] if changes else stop)))
    extra = len(alarms) - early - len(delays)
    covered = covering(changes, alarms, first, stop)
    times = hits, delays, waited
    return Detection(len(alarms), len(changes), *times, extra, early, stop - first, covered)


def covering(changes: ArrayLike, alarms: ArrayLike, first: int, stop: int) -> float:
    """How well the stretches between alarms cover those between changes, 0 … 1, 1 the best.

    Of each row of first … stop the Jaccard index of its stretch between changes and the stretch
    between alarms that is most like it, the mean over the rows (Arbelaez et al. 2010, as in
    van den Burg & Williams 2020).
    """
    true, found = stretches(changes, first, stop), stretches(alarms, first, stop)
    total = 0.0
    for start, end in pairwise(true.tolist()):
        low, high = np.searchsorted(found, [start, end - 1], "right")
        parts = found[max(low - 1, 0) : high + 1]
        both = np.minimum(parts[1:], end) - np.maximum(parts[:-1], start)
        either = (end - start) + np.diff(parts) - both
        total += float((end - start) * (both / either).max())
    return total / (stop - first)


def stretches(rows: ArrayLike, first: int, stop: int) -> np.ndarray:
    """The bounds of the stretches that some rows cut first … stop into, in order."""
    rows = np.unique(np.asarray(rows, int))
    return np.concatenate([[first], rows[(rows > first) & (rows < stop)], [stop]])


def precision(found: float, alarms: float) -> float:
    """The share of alarms that found a change; NaN without alarms."""
    return found / alarms if alarms else np.nan


def f1(found: float, alarms: float, changes: float) -> float:
    """The harmonic mean of the share of alarms that found a change, and of changes found.

    NaN where there is no change to find.
    """
    return 2 * found / (alarms + changes) if changes else np.nan


def periodic(n: int, first: int, stop: int) -> np.ndarray:
    """As many alarms at even distances: a detector that sees no errors."""
    return first + (np.arange(n) + 1) * (stop - first) // (n + 1)


def at_random(n: int, first: int, stop: int, rng: np.random.Generator) -> np.ndarray:
    """As many alarms at random rows: another detector that sees no errors."""
    return np.sort(rng.integers(first, stop, size=n))
