"""Contributions: what each interval adds to a metric over all of them, whatever the metric."""

from collections.abc import Callable, Mapping

import numpy as np

from driftsim.evaluation.moments import Moments
from driftsim.evaluation.trace import LABEL_MOMENTS, UNSUMMED, gathered


def contributions(
    metric: Callable[[Mapping[str, np.ndarray]], np.ndarray],
    tallies: Mapping[str, np.ndarray],
) -> np.ndarray:
    """A series (n,), one value for each interval, whose mean is the metric over all of them.

    `tallies` are the columns of a trace, and of the truth's, with entries for n intervals. Values
    are the jackknife's pseudo-values (Tukey 1958), about n times what a metric changes by if the
    interval is left out: they vary as the metric does from stream to stream. That of `error` over
    intervals of one length is the error in each. NaN where the metric is undefined without an
    interval, since it then rests on that one alone; NaN everywhere where it is undefined.
    """
    n = len(tallies["rows"])
    whole = {name: gathered(name).reduce(column)[None] for name, column in tallies.items()}
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


def moments_of(tallies):
    """The moments of labels in each interval; None for classes."""
    if "y_mean" in tallies:
        return Moments(tallies["rows"], *(tallies[name] for name in LABEL_MOMENTS))


def without_each(tallies, whole):
    """Columns with an entry for all intervals but one, each of them in turn."""
    return {
        name: np.broadcast_to(whole[name], column.shape)
        if name in UNSUMMED
        else whole[name] - column
        for name, column in tallies.items()
    }
