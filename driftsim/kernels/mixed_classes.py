"""Classes that groups of columns have met, in the order in which they have."""

import numpy as np

from driftsim.kernels.loop import compiled

CLASS_MET = np.dtype(  # entry i of a group's: all but `nth` are of class i
    [
        ("weight", np.float64),  # of the rows observed
        ("rows", np.int64),
        ("known", np.int64),  # whether it has been met: observed, or asked for by naive Bayes
        ("nth", np.int64),  # the i-th class to be met
    ]
)


@compiled
def meet(met, n_met, g, c):
    """Note that a group has met a class."""
    if not met[g, c].known:
        met[g, c].known = True
        met[g, n_met[g]].nth = c
        n_met[g] += 1


@compiled
def meet_row(met, n_met, g, c, w):
    """Note that a group has observed a row of a class."""
    meet(met, n_met, g, c)
    met[g, c].weight += w
    met[g, c].rows += 1


@compiled
def meet_weighed(met, n_met, g, classes, n):
    if n_met[g] == n:
        return
    for i in range(n):
        c = classes[i].nth
        if classes[c].weight > 0.0:
            meet(met, n_met, g, c)
