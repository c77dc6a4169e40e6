"""Recovery: what a change costs a contender, and how long until it has come back."""

from typing import NamedTuple

import numpy as np


class Recovery(NamedTuple):
    """How a contender came through one change."""

    first: int  # row that is not wholly of the concept before
    depth: float  # of the fall: the worst window's loss beyond that of the last stable one
    rows: int  # from the first row until it has recovered, or until it is not followed further
    censored: bool  # it had not recovered when the next change came, or the stream ended
    area: float  # rows' worth of loss beyond that of the last stable window, in that time


def recoveries(columns, loss, changes, window, tolerance):
    """The `Recovery` from each change, of the columns of a trace and the truth together.

    `loss` (w,) is summed over the rows of each interval; `window` rows are rounded up to whole
    intervals. It has recovered at the end of the first window whose mean loss is within
    `tolerance` of that of the last window before the change, if the next window's is too. A
    window that would reach beyond the next change, or the end, is not looked at.
    """
    firsts = [change.first for change in changes]
    starts, lengths = columns["first_row"], columns["rows"]
    per = max(1, -(-window // int(lengths.max())))  # intervals to a window
    edges = [int(np.searchsorted(starts, first, side="right")) - 1 for first in firsts]
    told = []
    for first, edge, stop in zip(firsts, edges, [*edges[1:], len(starts)]):
        if edge < per or stop <= edge:
            continue  # no window before it, or no interval before the next
        before = slice(edge - per, edge)
        stable = loss[before].sum() / lengths[before].sum()
        after = slice(edge, stop)
        told.append(_recovery(first, loss, columns, after, stable, per, tolerance))
    return told


def _recovery(first, loss, columns, after, stable, per, tolerance):
    starts, lengths = columns["first_row"], columns["rows"]
    n = (after.stop - after.start) // per
    whole = slice(after.start, after.start + n * per)
    rows = lengths[whole].reshape(n, per).sum(axis=1)
    means = loss[whole].reshape(n, per).sum(axis=1) / rows
    near = means - stable <= tolerance
    back = np.flatnonzero(near[:-1] & near[1:])
    end = after.start + (int(back[0]) + 1) * per if len(back) else after.stop
    beyond = loss[after.start : end] - stable * lengths[after.start : end]
    lasting = int(starts[end - 1] + lengths[end - 1]) - first
    depth = float((means - stable).max()) if n else np.nan
    return Recovery(first, depth, lasting, not len(back), float(beyond.sum()))


def median(rows, censored):
    """The median of times of which some are only known to be longer (Kaplan & Meier 1958).

    NaN where fewer than half have ended.
    """
    rows, censored = np.asarray(rows), np.asarray(censored, bool)
    left, share = len(rows), 1.0
    for time in np.unique(rows):
        at = rows == time
        share *= 1 - np.sum(at & ~censored) / left
        if share <= 0.5:
            return float(time)
        left -= at.sum()
    return np.nan
