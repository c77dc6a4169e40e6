"""Alarms: held against the true changes of a stream (Bifet 2017)."""

from typing import NamedTuple

import numpy as np


class Detection(NamedTuple):
    """How alarms compare with changes."""

    alarms: int
    changes: float  # NaN where nobody knows how many there are
    delays: list[int]  # rows from each change that was detected to its first alarm
    waited: list[int]  # rows for which each change that was missed went without one
    extra: float  # further alarms between a change that was detected and the next; NaN: not known
    early: float  # alarms before the first change; NaN: not known
    rows: int  # of the stream that were looked at

    @property
    def found(self):
        """How many changes have an alarm before the next one; NaN where they are not known."""
        return self.changes - len(self.waited)

    @property
    def missed(self):
        """The share of changes without an alarm before the next one; NaN without changes."""
        return len(self.waited) / self.changes if self.changes else np.nan

    @property
    def to_detection(self):
        """The mean number of rows from a change to its alarm, over those detected."""
        return float(np.mean(self.delays)) if self.delays else np.nan

    @property
    def between_false(self):
        """The mean number of rows between false alarms; all rows where there is none or one."""
        return self.rows / np.maximum(self.extra + self.early, 1)

    @property
    def ratio(self):
        """The mean time ratio: rows between false alarms by rows to detection, by the share found.

        0 where nothing is found; a delay counts as one row at least.
        """
        if not self.changes > 0:
            return np.nan
        found = 1 - self.missed
        return self.between_false / max(self.to_detection, 1.0) * found if found else 0.0


def starts(changes, first, stop):
    """From which rows on each `Change` in rows first … stop can be detected, in order.

    That is its first row, all through a ramp; a ramp under way at the first of the rows can be
    detected from there on.
    """
    under_way = [one for one in changes if one.first >= first or one.last > first]
    return sorted({max(one.first, first) for one in under_way if one.first < stop})


def detected(alarms, changes, first, stop, known=True):
    """The `Detection` of alarms at positions (m,), of changes at positions, in rows first … stop.

    The first alarm between a change and the next is its hit; there is one hit a change at most.
    An alarm is at the row that is predicted next when it rings, so that one at the very row of a
    change is a hit of no delay. Without changes, alarms are false only if it is `known` that there
    are none.
    """
    alarms = np.sort(np.asarray(alarms, int))
    changes = [at for at in changes if first <= at < stop]
    if not changes and not known:
        return Detection(len(alarms), np.nan, [], [], np.nan, np.nan, stop - first)
    delays, waited, hits = [], [], 0
    for at, until in zip(changes, [*changes[1:], stop]):
        found = alarms[(alarms >= at) & (alarms < until)]
        if len(found):
            delays.append(int(found[0]) - at)
            hits += 1
        else:
            waited.append(until - at)
    early = int(np.sum(alarms < (changes[0] if changes else stop)))
    extra = len(alarms) - early - hits
    return Detection(len(alarms), len(changes), delays, waited, extra, early, stop - first)


def periodic(n, first, stop):
    """As many alarms, at even distances: a detector that hears nothing."""
    return first + (np.arange(n) + 1) * (stop - first) // (n + 1)


def at_random(n, first, stop, rng):
    """As many alarms, anywhere: another."""
    return np.sort(rng.integers(first, stop, size=n))
