"""Contributions: what each interval adds to a metric over all of them, whatever the metric."""

from collections.abc import Callable

import numpy as np

from driftsim.evaluation.formulas import Tallied
from driftsim.evaluation.moments import Moments
from driftsim.evaluation.trace import LABEL_MOMENTS, UNSUMMED, reduction, scored_rows


def contributions(metric: Callable[[Tallied], np.ndarray], tallies: Tallied) -> np.ndarray:
    """A series (n,), one value for each interval, whose mean is the metric over all of them.

    `tallies` are the columns of a trace and of the truth, with an entry for each of n intervals.
    The values are the jackknife's pseudo-values (Tukey 1958): about n times the change of the
    metric if the interval is left out. They vary as the metric does from stream to stream. For
    `error` and intervals of one length they are the errors of the intervals. NaN for an interval
    without which the metric is undefined; NaN everywhere if the metric is.
    """
    n = len(tallies["rows"])
    whole = {name: of_all(reduction(name), column) for name, column in tallies.items()}
    without = without_each(tallies, whole)
    if labels := moments_of(tallies):
        whole |= dict(zip(LABEL_MOMENTS, labels.over([0])[1:]))
        without |= dict(zip(LABEL_MOMENTS, labels.but_each()[1:]))
    (total,) = metric(whole)
    if n == 1:
        return np.array([total])
    pseudo = n * total - (n - 1) * metric(without)
    known = ~np.isnan(pseudo)
    return pseudo + (total - np.mean(pseudo[known])) if known.any() else pseudo


def of_all(reduce: np.ufunc, column: np.ndarray) -> np.ndarray:
    """A column over all intervals, as one window."""
    return reduce.reduce(column, keepdims=True)


def moments_of(tallies):
    """The moments of labels in each interval; None for classification."""
    if "y_mean" in tallies:
        return Moments(scored_rows(tallies), *(tallies[name] for name in LABEL_MOMENTS))


def without_each(tallies, whole):
    """Columns over all intervals but one, for each of them."""
    return {
        name: np.broadcast_to(whole[name], column.shape)
        if name in UNSUMMED
        else whole[name] - column
        for name, column in tallies.items()
    }
