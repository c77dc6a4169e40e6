"""Recovery: what a change costs a contender, and how long until it has come back."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

RECOVERED, DID_NOT_FALL = "recovered", "did not fall"
NOT_RECOVERED, TOO_SHORT = "not recovered", "too short"
ERRORS = 2  # standard errors of a window that the tolerance holds at least
CHANCE = 0.025  # of a fall, or of a recovery, by chance in any window of a phase
FEWEST = 4  # windows of a phase, where it has as many intervals
AGREEING = 2  # windows in a row, at least: one good window is luck


class Recovery(NamedTuple):
    """How a contender came through one change."""

    first: int  # row that is not wholly of the concept before
    outcome: str  # recovered, did not fall, not recovered, or too short (the phase, to judge)
    level: float  # the mean loss to come back to: of the last phase in which it was settled
    depth: float  # of the fall: the worst window's loss beyond the level
    rows: float  # from the first row until it has recovered, or until it is not followed further
    area: float  # rows' worth of loss beyond the level, in that time
    window: int  # rows
    tolerance: float  # of the loss beyond the level
    standard_error: float  # of the distance of a window from the level

    @property
    def censored(self):
        """Whether it had not recovered when the next change came, or the stream ended."""
        return self.outcome == NOT_RECOVERED


class Level(NamedTuple):
    """The loss of a contender while it was settled."""

    mean: float
    rows: int  # that it is the mean of
    variance: float  # of the loss of one row
    tolerance: float  # of a loss beyond it


def recoveries(columns, loss, changes, window, tolerance, unit=None):
    """The `Recovery` from each change, of the columns of a trace and the truth together.

    `loss` (w,) is summed over the rows of each interval; whole numbers are counts of errors.
    `tolerance` is in units of `unit(intervals)`, of a slice of them, where that is given.

    The clock starts with the first row of a change. A contender has fallen where its loss leaves
    the tolerance of its level, and has recovered at the end of the first window after that which
    is within it, if the next one is too. In a ramp the concept before still helps: what counts is
    the last fall that begins there. A window has `window` rows, rounded up to whole intervals, or
    more, up to a quarter of the phase, until the tolerance holds two standard errors; if there
    is no room for that, the tolerance is two standard errors. A contender that had not recovered
    when the next change came keeps the level that it had. A change before the first scored row
    has no `Recovery`.
    """
    starts, lengths = columns["first_row"], columns["rows"]
    changes = sorted(changes, key=lambda change: change.first)
    edges = [int(np.searchsorted(starts, one.first, side="right")) - 1 for one in changes]
    settled, level, found = 0, None, []  # from which interval on it is settled, if it is
    for change, edge, stop in zip(changes, edges, [*edges[1:], len(starts)]):
        if edge < 1:
            continue
        if settled is not None:
            level = level_of(slice(settled, edge), lengths, loss, window, tolerance, unit)
        phase = slice(edge, stop)
        one, settled = _recovery(change, phase, columns, loss, level, window)
        found.append(one)
    return found


def level_of(settled, lengths, loss, window, tolerance, unit=None):
    """The `Level` of a contender in the last of some intervals, as many as noise asks for."""
    rows, lost = lengths[settled], loss[settled]
    far = np.cumsum(rows[::-1])
    last = lambda n: slice(settled.stop - 1 - int(np.searchsorted(far, n)), settled.stop)  # noqa: E731
    tolerance = tolerance * (unit(last(min(window, far[-1]))) if unit else 1.0)
    variance = variance_of(lost, rows)
    part = last(min(max(window, FEWEST * enough(variance, tolerance)), far[-1]))
    n = int(lengths[part].sum())
    return Level(float(loss[part].sum() / n), n, variance, tolerance)


def variance_of(lost, rows):
    """The variance of the loss of a row, by how much neighbouring intervals differ.

    Of counts of errors at least that of independent ones.
    """
    weight, steps = rows[1:] * rows[:-1] / (rows[1:] + rows[:-1]), np.diff(lost / rows)
    variance = float(np.mean(weight * steps**2)) if len(steps) > 1 else 0.0
    if lost.dtype.kind in "iu":
        share = lost.sum() / rows.sum()
        variance = max(variance, float(share * (1 - share)))
    return variance


def enough(variance, tolerance):
    """Rows whose mean has a standard error of half the tolerance, or less."""
    if not variance:
        return 0.0
    return ERRORS**2 * variance / tolerance**2 if tolerance else np.inf


def _recovery(change, phase, columns, loss, level, window):
    """The `Recovery` in a phase, and the interval from which on it is settled again, or None."""
    starts, lengths = columns["first_row"], columns["rows"]
    m = phase.stop - phase.start
    if m < AGREEING:
        told = (change.first, TOO_SHORT, level.mean, np.nan, np.nan, np.nan)
        return Recovery(*told, int(lengths[phase].sum()), level.tolerance, np.nan), None
    per = window_of(lengths[phase], level, window)
    n = m // per
    whole = slice(phase.start, phase.start + n * per)
    rows = lengths[whole].reshape(n, per).sum(axis=1)
    beyond = loss[whole].reshape(n, per).sum(axis=1) / rows - level.mean
    noise = np.sqrt(level.variance * (1 / rows + 1 / level.rows))
    tolerance = np.maximum(level.tolerance, ERRORS * noise)
    in_ramp = starts[whole][::per] < change.last
    outcome, back = came_back(beyond, noise, tolerance, in_ramp)
    end = {DID_NOT_FALL: phase.start, RECOVERED: phase.start + (back + 1) * per}
    end = end.get(outcome, phase.stop)
    lost = loss[phase.start : end].sum() - level.mean * lengths[phase.start : end].sum()
    lasting = int(starts[end - 1] + lengths[end - 1]) - change.first if end > phase.start else 0
    short = outcome == TOO_SHORT
    told = Recovery(
        change.first, outcome, level.mean, float(beyond.max()),
        np.nan if short else lasting, np.nan if short else float(lost),
        int(rows.max()), float(tolerance.min()), float(noise.min()),
    )  # fmt: skip
    settled = {DID_NOT_FALL: phase.start, RECOVERED: phase.start + back * per}
    return told, settled.get(outcome)


def window_of(lengths, level, window):
    """How many of the intervals of a phase, of so many rows, make up a window."""
    wanted = min(max(window, enough(level.variance, level.tolerance)), lengths.sum())
    return int(np.clip(np.ceil(wanted / lengths.max()), 1, max(len(lengths) // FEWEST, 1)))


def came_back(beyond, noise, tolerance, in_ramp):
    """The outcome of windows (n,), and the first of those that are within the tolerance again."""
    n, near = len(beyond), beyond <= tolerance
    surely = np.maximum(tolerance, -ndtri(CHANCE / n) * noise)
    agreeing = agreeing_of(n, noise.max(), tolerance.min())
    fallen = beyond > surely
    fallen[runs(~near, agreeing)] = True
    falls = np.flatnonzero(fallen)
    if not len(falls):
        after = np.sum(~in_ramp) if in_ramp.sum() > 1 else n
        return (DID_NOT_FALL if after >= agreeing else TOO_SHORT), 0
    began = falls[in_ramp[falls]]
    fall = began[-1] if len(began) else falls[0]
    back = runs(near, agreeing)
    back = back[back > fall]
    return (RECOVERED, int(back[0])) if len(back) else (NOT_RECOVERED, 0)


def agreeing_of(n, noise, tolerance):
    """How many of n windows in a row have to agree, so that they hardly do so by chance."""
    alone = ndtr(-tolerance / noise) if noise else 0.0
    return max(AGREEING, int(np.ceil(np.log(CHANCE / n) / np.log(alone)))) if alone else AGREEING


def runs(flags, length):
    """Where so many flags in a row are up: the first of each such row."""
    n = max(len(flags) - length + 1, 0)
    return np.flatnonzero(np.all([flags[i : i + n] for i in range(length)], axis=0))


def median(rows, censored):
    """The median of times of which some are only known to be longer (Kaplan & Meier 1958).

    NaN where fewer than half have ended. Shares are fractions of whole numbers, as a half is only
    then a half.
    """
    rows, censored = np.asarray(rows), np.asarray(censored, bool)
    left, share = len(rows), Fraction(1)
    for time in np.unique(rows):
        at = rows == time
        share *= 1 - Fraction(int(np.sum(at & ~censored)), left)
        if share <= Fraction(1, 2):
            return float(time)
        left -= int(at.sum())
    return np.nan
