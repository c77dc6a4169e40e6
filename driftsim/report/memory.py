"""Memory: the RAM-hours of a contender, from what its models held along the stream."""

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.report.variant_results import ContenderResult

GIGABYTE, HOUR = 2**30, 3_600  # bytes, seconds


def ram_hours(result: ContenderResult) -> float:
    """The mean over seeds of gigabytes held by models times CPU hours (Bifet et al. 2010).

    NaN where sizes are unknown, as those of references are.
    """
    return float(np.mean(result.per_seed([of_columns(run.trace.columns) for run in result.runs])))


def of_columns(columns: dict[str, np.ndarray]) -> float:
    """The RAM-hours of a trace: the CPU time of each interval at the next size that was taken.

    After the last one, at that.
    """
    if "model_bytes" not in columns:
        return np.nan
    sizes = columns["model_bytes"]
    taken = np.flatnonzero(np.isfinite(sizes))
    if not len(taken):
        return np.nan
    following = np.searchsorted(taken, np.arange(len(sizes)))
    held = sizes[taken[np.minimum(following, len(taken) - 1)]]
    seconds = np.sum([columns[name] for name in CPU_SECONDS], axis=0)
    return float(held @ seconds) / (GIGABYTE * HOUR)
