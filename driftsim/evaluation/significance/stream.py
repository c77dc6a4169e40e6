"""Streams: the error of a mean along one stream, whose neighbouring intervals are alike.

Phases between changes are taken as given, since the drift was scheduled and not drawn. Within
each, slow waves show how much the mean wanders, without what recovering from a change looks like;
the interval is never narrower than an autoregression of order one would have it, and never below
a floor from counts.
"""

from typing import NamedTuple

import numpy as np

from driftsim.evaluation.significance.autoregression import by_autoregression
from driftsim.evaluation.significance.difference import (
    Difference,
    StandardError,
    added,
    at_least,
    negligible,
)
from driftsim.evaluation.significance.waves import by_waves, parts_of

LEAST_INTERVALS = 50  # below which a stream is too short to tell
LEAST_OF_A_PHASE = 16  # the same of a phase looked at alone
ENOUGH_REPEATS = 5  # of learners, from which on their spread is known well enough


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
    arguments are; their degrees of freedom are put together as Satterthwaite (1946) does. Fewer
    than five repeats show that spread badly, and have a remark: where it is the greater part of
    the variance, the interval is too narrow. One repeat adds nothing: the difference is then
    about these trained models.
    """
    r, along = len(series), along_stream(np.mean(series, axis=0), phases, floor, least)
    if r < 2 or not along.known:
        return along
    means = np.mean(series, axis=1)
    spread = StandardError(float(np.std(means, ddof=1) / np.sqrt(r)), r - 1)
    errors = tuple(added(error, spread) for error in along.errors)
    few = [f"{r} repeats show the spread of learners badly"] if r < ENOUGH_REPEATS else []
    remark = "; ".join([*([along.remark] if along.remark else []), *few])
    return along._replace(errors=errors, unit="repeats", remark=remark)


def too_alike(at_limit):
    """The remark on a series whose neighbours are too much alike."""
    return "too short to tell well: neighbouring intervals are too much alike" if at_limit else ""


def errors_of(series: np.ndarray, phases: np.ndarray = (0,)) -> Errors:
    """The `Errors` of the means of series (…, n) of the same phases."""
    parts = parts_of(phases, series.shape[-1])
    return Errors(*by_waves(series, parts), *by_autoregression(series, parts))
