"""Streams: the error of a mean along one stream, whose neighbouring intervals are correlated.

Phases between changes are fixed, as the drift is scheduled and not random. Within each phase slow
waves show how much the mean wanders, apart from recoveries after a change. The interval is at
least that of an autoregression of order one, and at least a floor from counts.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from driftsim.evaluation.significance.autoregression import by_autoregression, expected
from driftsim.evaluation.significance.difference import (
    Difference,
    StandardError,
    added,
    at_least,
    negligible,
)
from driftsim.evaluation.significance.waves import Phase, by_waves, parts_of

LEAST_INTERVALS = 50  # a stream with fewer is too short to tell
LEAST_OF_A_PHASE = 16  # likewise for a phase alone
ENOUGH_REPEATS = 5  # of learners, from which their spread is known well enough


class Errors(NamedTuple):
    """The standard errors of the mean of a series; with several series an entry for each."""

    slow: np.ndarray  # standard errors by slow waves
    slow_df: np.ndarray
    quick: np.ndarray  # standard errors by an autoregression of order one
    quick_df: int
    at_limit: np.ndarray  # whether the autocorrelation is too high for its order


def along_stream(
    series: np.ndarray, phases: ArrayLike = (0,), floor: float = 0.0, least: int = LEAST_INTERVALS
) -> Difference:
    """The mean of a series (n,), one value for each interval of one stream, with equal weights.

    `phases` are the ascending indices at which phases start; `floor` is the least variance of the
    mean. The error is unknown with fewer than `least` intervals, or if a value is NaN. The
    difference is about these trained models on rows like these; only seeds and repeats show others.
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
    series: np.ndarray, phases: ArrayLike = (0,), floor: float = 0.0, least: int = LEAST_INTERVALS
) -> Difference:
    """The mean of series (r, n) of learners that were trained r times on the same stream.

    The variance of the mean over repeats is added to that of `along_stream`, which has the same
    other arguments; degrees of freedom combine by Satterthwaite (1946). Fewer than five repeats
    estimate that spread badly, and a remark says so: where it is most of the variance, the
    interval is too narrow. With one repeat the difference is about these trained models.
    """
    r, along = len(series), along_stream(np.mean(series, axis=0), phases, floor, least)
    if r < 2 or not along.known:
        return along
    means = np.mean(series, axis=1)
    spread = StandardError(float(np.std(means, ddof=1) / np.sqrt(r)), r - 1)
    errors = tuple(added(error, spread) for error in along.errors)
    few = f"{r} repeats show the spread of learners badly" if r < ENOUGH_REPEATS else ""
    remark = "; ".join(filter(None, [along.remark, few]))
    return along._replace(errors=errors, unit="repeats", remark=remark)


def too_alike(at_limit):
    """The remark on a series with too much autocorrelation."""
    return "too short to tell well: neighbouring intervals are too much alike" if at_limit else ""


def errors_of(series: np.ndarray, phases: ArrayLike = (0,)) -> Errors:
    """The `Errors` of the means of series (…, n) of the same phases."""
    parts, biased = fitted(tuple(np.asarray(phases, int).tolist()), series.shape[-1])
    return Errors(*by_waves(series, parts), *by_autoregression(series, parts, biased))


@lru_cache(maxsize=16)
def fitted(phases: tuple[int, ...], n: int) -> tuple[list[Phase], np.ndarray]:
    """The phases of n intervals, and the expected estimates of coefficients; the same for all."""
    parts = parts_of(phases, n)
    return parts, expected(parts)
