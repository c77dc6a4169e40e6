"""Multiple comparisons: p-values that hold for all of them together."""

import numpy as np
from numpy.typing import ArrayLike


def holm(ps: ArrayLike) -> np.ndarray:
    """Adjusted p-values (n,) of n comparisons (Holm 1979): the chance of any false one of them.

    NaN stay NaN and do not count as comparisons. Of the best of k contenders against the rest all
    k (k - 1) / 2 pairs belong here, since which one is the best is known only afterwards.
    """
    ps = np.asarray(ps, float)
    adjusted, made = np.full(ps.shape, np.nan), np.flatnonzero(~np.isnan(ps))
    order = made[np.argsort(ps[made], kind="stable")]
    steps = ps[order] * (len(order) - np.arange(len(order)))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
