"""Alarm scores: how alarms compare with the true changes of a stream (Bifet 2017)."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from driftsim.rows import Change


class Detection(NamedTuple):
    """How alarms compare with changes."""

    alarms: int
    changes: float  # NaN where unknown
    delays: list[int]  # rows from each change that was detected to its first alarm
    waited: list[int]  # rows for which each change that was missed went without one
    extra: float  # further alarms between a detected change and the next; NaN where unknown
    early: float  # alarms before the first change; NaN where unknown
    rows: int  # of the stream, in which alarms and changes are counted

    @property
    def found(self) -> float:
        """The number of changes with an alarm before the next change; NaN where unknown."""
        return self.changes - len(self.waited)

    @property
    def missed(self) -> float:
        """The share of changes without an alarm before the next change; NaN without changes."""
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
    visible = [one for one in changes if one.first >= first or one.last > first]
    return sorted({max(one.first, first) for one in visible if one.first < stop})


def detected(
    alarms: ArrayLike, changes: Iterable[int], first: int, stop: int, known: bool = True
) -> Detection:
    """How alarms at rows (m,) detect changes at rows, within rows first … stop.

    The first alarm between a change and the next is its hit; a change has at most one. The row of
    an alarm is the one predicted next after it, so an alarm at the row of a change is a hit with
    delay 0. Without changes, alarms are false only if it is `known` that there are none.
    """
    alarms = np.sort(np.asarray(alarms, int))
    changes = [at for at in changes if first <= at < stop]
    if not changes and not known:
        return Detection(len(alarms), np.nan, [], [], np.nan, np.nan, stop - first)
    delays, waited = [], []
    for at, until in zip(changes, [*changes[1:], stop]):
        found = alarms[(alarms >= at) & (alarms < until)]
        if len(found):
            delays.append(int(found[0]) - at)
        else:
            waited.append(until - at)
    early = int(np.sum(alarms < (changes[0] if changes else stop)))
    extra = len(alarms) - early - len(delays)
    return Detection(len(alarms), len(changes), delays, waited, extra, early, stop - first)


def periodic(n: int, first: int, stop: int) -> np.ndarray:
    """As many alarms at even distances: a detector that sees no errors."""
    return first + (np.arange(n) + 1) * (stop - first) // (n + 1)


def at_random(n: int, first: int, stop: int, rng: np.random.Generator) -> np.ndarray:
    """As many alarms at random rows: another detector that sees no errors."""
    return np.sort(rng.integers(first, stop, size=n))
