"""Memory: what the models of a contender take along the stream, and its RAM-hours."""

from collections.abc import Iterator, Mapping

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.report.variant_results import Columns, ContenderResult, VariantResults

GIGABYTE, HOUR = 2**30, 3_600  # bytes, seconds
ALONG = [
    "contender", "last_row", "last_date", "model_bytes", "low", "high", "ram_hours", "seeds",
]  # fmt: skip


def ram_hours(result: ContenderResult) -> float:
    """The mean over seeds of gigabytes held by models times CPU hours (Bifet et al. 2010).

    NaN where sizes are unknown, as those of references are.
    """
    return float(np.mean(result.per_seed([of_columns(run.trace.columns) for run in result.runs])))


def memory_along(one: VariantResults) -> Iterator[tuple[ContenderResult, Columns]]:
    """The size of the models of each contender where it was taken, and its RAM-hours up to there.

    Contenders none of whose sizes is known are left out.
    """
    for result in one.contenders.values():
        taken = [np.isfinite(sizes_of(run.trace.columns)) for run in result.runs]
        if all(one.any() for one in taken):
            points = np.flatnonzero(np.any(taken, axis=0))
            last = result.runs[0].truth.columns["last_row"][points]
            yield result, {"last_row": last} | result.dated(last_row=last) | at(result, points)


def at(result: ContenderResult, points: np.ndarray) -> dict[str, np.ndarray]:
    """The sizes at some intervals (n,), means over the seeds, and the RAM-hours so far.

    Of a seed in which a size was taken at others only, the size there is interpolated.
    """
    columns = [run.trace.columns for run in result.runs]
    sizes = result.per_seed(interpolated(sizes_of(one), points) for one in columns)
    hours = result.per_seed(np.cumsum(hours_of(one))[points] for one in columns)
    bounds = {"low": sizes.min(axis=0), "high": sizes.max(axis=0)}
    return {"model_bytes": sizes.mean(axis=0)} | bounds | {"ram_hours": hours.mean(axis=0)}


def interpolated(sizes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The sizes at some intervals (n,), from those that are known."""
    taken = np.flatnonzero(np.isfinite(sizes))
    return np.interp(points, taken, sizes[taken])


def of_columns(columns: Mapping[str, np.ndarray]) -> float:
    """The RAM-hours of a trace; NaN where no size is known."""
    return float(hours_of(columns).sum())


def hours_of(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """The RAM-hours of each interval of a trace (n,): its CPU time at the size that is `held`."""
    seconds = np.sum([columns[name] for name in CPU_SECONDS if name in columns], axis=0)
    return held(columns) * seconds / (GIGABYTE * HOUR)


def held(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """The bytes of all models in each interval of a trace (n,): the next size that was taken.

    After the last one, that; NaN where none was.
    """
    sizes = sizes_of(columns)
    taken = np.flatnonzero(np.isfinite(sizes))
    if not len(taken):
        return np.full(len(sizes), np.nan)
    following = np.searchsorted(taken, np.arange(len(sizes)))
    return sizes[taken[np.minimum(following, len(taken) - 1)]]


def sizes_of(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """The bytes of all models in each interval of a trace (n,); NaN where they were not taken."""
    return columns.get("model_bytes", np.full(1, np.nan))
