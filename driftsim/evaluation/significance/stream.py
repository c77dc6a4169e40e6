"""Streams: the error of a mean along one stream, whose neighbouring intervals are alike.

Phases between changes are taken as given, since the drift was scheduled and not drawn. Within
each, slow waves tell how much the mean wanders (equal-weighted cosines: Müller 2004; Lazarus,
Lewis & Stock 2018), without the wave that recovering from a change makes; the interval is never
narrower than for an autoregression of order one, and never below a floor from counts.
"""

from typing import NamedTuple

import numpy as np

from driftsim.evaluation.significance.difference import (
    Difference,
    StandardError,
    added,
    at_least,
    negligible,
)

LEAST_INTERVALS = 50  # below which a stream is too short to tell
LEAST_OF_A_PHASE = 16  # the same of a phase looked at alone, or for its transient to be known
SHORTEST = 4  # intervals; phases below are taken together with the next
WAVES = 8  # of the whole stream, shared among its phases
RECOVERS = 0.1  # of a phase, in which a transient falls to 1/e
ALIKE = -0.5, 0.97  # bounds of the autocorrelation


class Phase(NamedTuple):
    """The intervals of a phase, with an orthonormal basis of what may move in it."""

    rows: slice
    level: np.ndarray  # (m, 1 or 2) its mean, and the transient at its start
    waves: np.ndarray  # (m, b) slow waves about both


class Errors(NamedTuple):
    """What a series says of the error of its mean; with several series an entry for each."""

    slow: np.ndarray  # standard errors by slow waves
    slow_df: np.ndarray
    quick: np.ndarray  # standard errors by an autoregression of order one
    quick_df: int
    at_limit: np.ndarray  # whether neighbours are too much alike for its order


def along_stream(
    series: np.ndarray,
    phases: np.ndarray = (0,),
    floor: float = 0.0,
    least: int = LEAST_INTERVALS,
) -> Difference:
    """The mean of a series (n,), one value for each interval of one stream, all of one weight.

    `phases` are the indices, rising from 0, at which phases begin; `floor` is the least variance
    of the mean. Under `least` intervals nothing is known of the error, nor where values are NaN.
    It is about these trained models on rows like these: others only seeds and repeats can tell.
    """
    series = np.asarray(series, float)
    n, unknown = len(series), np.isnan(series)
    mean = float(np.mean(series[~unknown])) if not unknown.all() else np.nan
    if unknown.any():
        return Difference(mean, (), "stream", "undefined, or resting on one interval alone")
    if n < least:
        return Difference(mean, (), "stream", f"too short to tell: {n} intervals of {least}")
    if negligible(np.ptp(series), series) and not floor > 0:
        return Difference(mean, (), "stream", "the same in every interval")
    found = errors_of(series, phases)
    both = [
        StandardError(float(found.slow), float(found.slow_df)),
        StandardError(float(found.quick), float(found.quick_df)),
    ]
    return Difference(mean, at_least(both, floor), "stream", too_alike(found.at_limit))


def over_repeats(
    series: np.ndarray,
    phases: np.ndarray = (0,),
    floor: float = 0.0,
    least: int = LEAST_INTERVALS,
) -> Difference:
    """The mean of series (r, n) that learners trained r times have along the same stream.

    The variance of the mean over repeats is added to that of `along_stream`, of which the other
    arguments are; their degrees of freedom are put together as Satterthwaite (1946) does. Both
    hold the luck of single rows, so that the interval is rather too wide. One repeat adds
    nothing: the difference is then about these trained models.
    """
    r, along = len(series), along_stream(np.mean(series, axis=0), phases, floor, least)
    if r < 2 or not along.known:
        return along
    means = np.mean(series, axis=1)
    spread = StandardError(float(np.std(means, ddof=1) / np.sqrt(r)), r - 1)
    errors = tuple(added(error, spread) for error in along.errors)
    return along._replace(errors=errors, unit="repeats")


def too_alike(at_limit):
    """The remark on a series whose neighbours are too much alike."""
    return "too short to tell well: neighbouring intervals are too much alike" if at_limit else ""


def errors_of(series: np.ndarray, phases: np.ndarray = (0,)) -> Errors:
    """The `Errors` of the means of series (…, n) of the same phases."""
    n = series.shape[-1]
    parts = [phase(start, stop, n) for start, stop in edges(phases, n)]
    slow, slow_df = by_waves(series, parts)
    return Errors(slow, slow_df, *by_autoregression(series, parts))


def edges(phases, n):
    """Where phases begin and end, short ones taken together with the next."""
    begins = [0]
    for start in phases:
        if start - begins[-1] >= SHORTEST and n - start >= SHORTEST:
            begins.append(int(start))
    return list(zip(begins, [*begins[1:], n]))


def phase(start, stop, n):
    """A phase of a stream of n intervals."""
    m = stop - start
    t = np.arange(m) + 0.5
    level = [np.ones(m)]
    if m >= LEAST_OF_A_PHASE:
        level.append(np.exp(-t / (RECOVERS * m)))
    count = min(max(round(WAVES * m / n), 1), m - len(level))
    waves = [np.cos(np.pi * k * t / m) for k in range(1, count + 1)]
    basis = np.linalg.qr(np.column_stack([*level, *waves]))[0]
    return Phase(slice(start, stop), basis[:, : len(level)], basis[:, len(level) :])


def by_waves(series, parts):
    """The standard error by slow waves, and its degrees of freedom."""
    n, total, squares = series.shape[-1], 0.0, 0.0
    for part in parts:
        m, count = part.waves.shape
        share = m / n * np.mean((series[..., part.rows] @ part.waves) ** 2, axis=-1)
        total, squares = total + share, squares + share**2 / count
    df = np.divide(total**2, squares, out=np.full(np.shape(total), np.inf), where=squares > 0)
    return np.sqrt(total / n), df


def by_autoregression(series, parts):
    """The standard error that an autoregression of order one has, its df, and if at its limit.

    The order's coefficient is estimated too low by about (1 + 3r) / n and a share for each level.
    """
    n, levels = series.shape[-1], sum(part.level.shape[1] for part in parts)
    rests = [rest(series[..., part.rows], part.level) for part in parts]
    both = sum(np.sum(e[..., 1:] * e[..., :-1], axis=-1) for e in rests)
    squares = sum(np.sum(e**2, axis=-1) for e in rests)
    r = np.divide(both, squares, out=np.zeros(np.shape(squares)), where=squares > 0)
    r = (r + levels / n) / max(1 - 3 * levels / n, 0.3)
    at_limit, r = r >= ALIKE[1], np.clip(r, *ALIKE)
    news = [e[..., 1:] - r[..., None] * e[..., :-1] for e in rests]
    df = n - levels - len(parts)
    variance = sum(np.sum(e**2, axis=-1) for e in news) / df / (1 - r**2)
    inflated = (1 + r) / (1 - r) - 2 * r * (1 - r**n) / (n * (1 - r) ** 2)
    return np.sqrt(variance / n * inflated), df, at_limit


def rest(values, level):
    """What is left of values (…, m) beside their level."""
    return values - values @ level @ level.T
