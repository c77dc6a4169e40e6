"""Recovery: what a change costs a contender, and how long it takes to come back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import erfc, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from driftsim.evaluation.trace import scored_rows
from driftsim.rows import Change

RECOVERED, DID_NOT_FALL = "recovered", "did not fall"
NOT_RECOVERED, TOO_SHORT = "not recovered", "too short"
ERRORS = 2  # standard errors of a window that the tolerance holds at least
CHANCE = 0.025  # of a fall, or of a recovery, by chance in any window of a phase
QUARTILES = Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)
FEWEST = 4  # windows of a phase, where it has as many intervals
AGREEING = 2  # windows in a row, at least: one good window is luck


class Recovery(NamedTuple):
    """How a contender came through one change."""

    first: int  # row that is not wholly of the concept before
    outcome: str  # recovered, did not fall, not recovered, or too short (the phase, to judge)
    level: float  # the mean loss to come back to: that when it was last stable
    depth: float  # of the fall: the loss of the worst window beyond the level
    rows: float  # from the first row until it has recovered, or until it is censored
    area: float  # the loss beyond the level in that time, summed over rows
    window: int  # rows
    tolerance: float  # of the loss beyond the level
    standard_error: float  # of the loss of a window beyond the level

    @property
    def censored(self) -> bool:
        """Whether it had not recovered when the next change came, or the stream ended."""
        return self.outcome == NOT_RECOVERED


class Level(NamedTuple):
    """The loss of a contender while it was stable."""

    mean: float
    rows: int  # that it is the mean of
    variance: float  # of the loss of one row
    tolerance: float  # of the loss beyond it


def recoveries(
    columns: Mapping[str, np.ndarray],
    loss: np.ndarray,
    changes: Iterable[Change],
    window: int,
    tolerance: float,
    unit: Callable[[slice], float] | None = None,
) -> list[Recovery]:
    """The `Recovery` from each change, from the columns of a trace and the truth together.

    `loss` (w,) is summed over the rows of each interval; integers are counts of errors.
    `tolerance` is a multiple of `unit(intervals)` of a slice of intervals, if `unit` is given.

    The clock starts at the first row of a change. A contender has fallen when its loss leaves the
    tolerance of its level. It has recovered at the end of the first later window within the
    tolerance, if the next window is within it too. During a ramp the old concept still helps, so
    the last fall that starts there counts. A window has `window` rows, rounded up to whole
    intervals. It grows, up to a quarter of the phase, until the tolerance is two standard errors;
    if that is not enough, two standard errors are the tolerance. A contender that has not
    recovered before the next change keeps its level. A change before the first scored row has no
    `Recovery`.

    Where only some rows are scored, `window` is of these, every interval has some, a contender has
    recovered when that is seen, and the area is estimated from them for all rows.
    """
    starts, lengths = columns["first_row"], scored_rows(columns)
    changes = sorted(changes, key=lambda change: change.first)
    ends = starts + columns["rows"]
    edges = [int(np.searchsorted(ends, one.first, side="right")) for one in changes]
    stable_from: int | None = 0  # the interval
    level, found = None, []
    for change, edge, stop in zip(changes, edges, [*edges[1:], len(starts)]):
        if edge < 1:
            continue
        if stable_from is not None:
            level = level_of(slice(stable_from, edge), lengths, loss, window, tolerance, unit)
        phase = slice(edge, stop)
        one, stable_from = _recovery(change, phase, columns, loss, level, window)
        found.append(one)
    return found


def level_of(stable, lengths, loss, window, tolerance, unit=None):
    """The `Level` of a contender in the last of its stable intervals, more if they are noisy."""
    rows, lost = lengths[stable], loss[stable]
    far = np.cumsum(rows[::-1])
    last = lambda n: slice(stable.stop - 1 - int(np.searchsorted(far, n)), stable.stop)  # noqa: E731
    tolerance = tolerance * (unit(last(min(window, far[-1]))) if unit else 1.0)
    variance = variance_of(lost, rows)
    part = last(min(max(window, FEWEST * enough(variance, tolerance)), far[-1]))
    n = int(lengths[part].sum())
    return Level(float(loss[part].sum() / n), n, variance, tolerance)


def variance_of(lost, rows):
    """The variance of the loss of a row, from the differences of neighbouring intervals.

    Counts of errors have at least the variance of independent errors.
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
    """The `Recovery` in a phase, and the interval from which it is stable again, or None."""
    starts, lengths = columns["first_row"], scored_rows(columns)
    m = phase.stop - phase.start
    if m < AGREEING:
        unknown = (np.nan, np.nan, np.nan, int(lengths[phase].sum()), level.tolerance, np.nan)
        return Recovery(change.first, TOO_SHORT, level.mean, *unknown), None
    per = window_of(lengths[phase], level, window)
    n = m // per
    whole = slice(phase.start, phase.start + n * per)
    rows = lengths[whole].reshape(n, per).sum(axis=1)
    beyond = loss[whole].reshape(n, per).sum(axis=1) / rows - level.mean
    noise = np.sqrt(level.variance * (1 / rows + 1 / level.rows))
    tolerance = np.maximum(level.tolerance, ERRORS * noise)
    in_ramp = starts[whole][::per] < change.last
    outcome, back = came_back(beyond, noise, tolerance, in_ramp)
    ends = {DID_NOT_FALL: phase.start, RECOVERED: phase.start + (back + 1) * per}
    end = ends.get(outcome, phase.stop)
    stretch = slice(phase.start, end)
    lasting, lost = lost_in(stretch, change, columns, loss, level) if end > phase.start else (0, 0)
    short = outcome == TOO_SHORT
    found = Recovery(
        change.first, outcome, level.mean, float(beyond.max()),
        np.nan if short else lasting, np.nan if short else float(lost),
        int(rows.max()), float(tolerance.min()), float(noise.min()),
    )  # fmt: skip
    stable_from = {DID_NOT_FALL: phase.start, RECOVERED: phase.start + back * per}
    return found, stable_from.get(outcome)


def lost_in(stretch, change, columns, loss, level):
    """How many rows from a change to the end of a stretch, and the loss beyond the level there."""
    starts, scored = columns["first_row"][stretch], scored_rows(columns)[stretch].sum()
    stop = int(starts[-1] + columns["rows"][stretch][-1])
    every = stop - min(starts[0], change.first)  # rows, those between test sets, too
    return stop - change.first, (loss[stretch].sum() - level.mean * scored) * (every / scored)


def window_of(lengths, level, window):
    """The number of intervals (m,), of so many rows each, in a window of a phase."""
    wanted = min(max(window, enough(level.variance, level.tolerance)), lengths.sum())
    return int(np.clip(np.ceil(wanted / lengths.max()), 1, max(len(lengths) // FEWEST, 1)))


def came_back(beyond, noise, tolerance, in_ramp):
    """The outcome of windows (n,), and the first window that is within the tolerance again."""
    n, near = len(beyond), beyond <= tolerance
    beyond_chance = np.maximum(tolerance, -NormalDist().inv_cdf(CHANCE / n) * noise)
    agreeing = agreeing_of(n, noise.max(), tolerance.min())
    fallen = beyond > beyond_chance
    fallen[runs(~near, agreeing)] = True
    falls = np.flatnonzero(fallen)
    if not len(falls):
        after = np.sum(~in_ramp) if in_ramp.sum() > 1 else n
        return (DID_NOT_FALL if after >= agreeing else TOO_SHORT), 0
    during_ramp = falls[in_ramp[falls]]
    fall = during_ramp[-1] if len(during_ramp) else falls[0]
    back = runs(near, agreeing)
    back = back[back > fall]
    return (RECOVERED, int(back[0])) if len(back) else (NOT_RECOVERED, 0)


def agreeing_of(n, noise, tolerance):
    """How many of n windows in a row have to agree, so that they rarely agree by chance."""
    alone = erfc(tolerance / noise / sqrt(2)) / 2 if noise else 0.0
    return max(AGREEING, int(np.ceil(np.log(CHANCE / n) / np.log(alone)))) if alone else AGREEING


def runs(flags, length):
    """The first index of every `length` flags in a row that are all true."""
    n = max(len(flags) - length + 1, 0)
    return np.flatnonzero(np.all([flags[i : i + n] for i in range(length)], axis=0))


def median(rows: ArrayLike, censored: ArrayLike) -> float:
    """The median of times of which some are censored: known only to be longer."""
    return quantiles(rows, censored, QUARTILES[1:2])[0]


def quantiles(rows: ArrayLike, censored: ArrayLike, shares: Sequence[Fraction]) -> list[float]:
    """When such shares of the times have ended, of which some are censored: known to be longer.

    By Kaplan and Meier (1958); NaN where fewer are known to have ended. Shares are exact
    fractions, so that one half is one half.
    """
    times, open_ones = np.asarray(rows), np.asarray(censored, bool)
    left, going, ended = len(times), Fraction(1), []
    for time in sorted({*times.tolist()}):
        at = times == time
        going *= 1 - Fraction(int(np.sum(at & ~open_ones)), left)
        ended.append((1 - going, float(time)))
        left -= int(at.sum())
    return [next((at for so_far, at in ended if so_far >= share), np.nan) for share in shares]
