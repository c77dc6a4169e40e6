"""Branches of adaptive regression trees: their errors, and alternates that may replace them."""

import math
from statistics import NormalDist

import numpy as np

from driftsim.kernels.adaptive_trees import KEPT, PRUNED, SWITCHED
from driftsim.kernels.adwin import adwin_update
from driftsim.kernels.loop import compiled
from driftsim.kernels.mixed_branches import NONE, put_in_place
from driftsim.kernels.mixed_regression_trees import BRANCHING
from driftsim.kernels.regression_trees import LEAF
from driftsim.kernels.search_trees import count, moments, variance

EXACT_TAILS = NormalDist().cdf(-20.0) > 0.0  # of this version of Python

MONITORED = np.dtype(
    [(name, BRANCHING[name]) for name in BRANCHING.names or ()]
    + [
        ("alternate", np.int64),  # the leaf that may take the place of the branch, or NONE
        ("next", np.int64),  # of a node that is to be freed after the row, the next one
    ],
    align=True,
)
ERRORS = np.dtype([("n", np.float64), ("mean", np.float64), ("spread", np.float64)])


@compiled
def update_errors(s, v, error):
    """Count an error of a node; whether its errors have changed, and not fallen."""
    errors = s.errors[v]
    before = errors.mean
    changed = adwin_update(s.windows, v, error)
    count(errors, error, 1.0)
    if changed and errors.mean < before:
        forget_errors(s, v)
        return False
    return changed


@compiled
def forget_errors(s, v):
    errors = s.errors[v]
    errors.n = errors.mean = errors.spread = 0.0


@compiled
def compared(s, v, alternate):
    """What becomes of an alternate, by a test of whether its mean error is that of its branch."""
    mine, other = s.errors[v], s.errors[alternate]
    if min(mine.n, other.n) <= s.drift_window_threshold:
        return KEPT
    spread = variance(moments(other)) / other.n + variance(moments(mine)) / mine.n
    if spread == 0.0:
        s.overrun[0] = True
        return KEPT
    z = abs((other.mean - mine.mean) / math.sqrt(spread)) / math.sqrt(2.0)
    if not (math.erfc(z) if EXACT_TAILS else 1.0 + math.erf(-z)) <= s.significance:
        return KEPT
    return SWITCHED if other.mean < mine.mean else PRUNED


@compiled
def prepare_removal(s, m, v):
    """Drop the alternates below a branch that its own replaces, and count leaves as river does."""
    member, top = s.members[m], v
    s.nodes[v].next = NONE
    while top != NONE:
        at, top = top, s.nodes[top].next
        if s.nodes[at].feature == LEAF:
            member.active -= 2 if s.nodes[at].active else 1
            continue
        if at != v:
            drop_alternate(s, at)
        child = s.nodes[at].child
        while child != NONE:
            s.nodes[child].next, top = top, child
            child = s.nodes[child].sibling
    member.active += 1


@compiled
def replace(s, m, v, parent):
    """Put the alternate of a branch in its place."""
    alternate = s.nodes[v].alternate
    s.nodes[v].alternate = NONE
    if parent == NONE:
        s.members[m].root = alternate
    else:
        put_in_place(s.nodes, s.children, parent, v, alternate)
    mark_removed(s, v)


@compiled
def drop_alternate(s, v):
    """Remove the alternate of a branch, if it has one."""
    if s.nodes[v].alternate != NONE:
        mark_removed(s, s.nodes[v].alternate)
        s.nodes[v].alternate = NONE


@compiled
def mark_removed(s, v):
    """Have a node freed with all below it once the row is learned."""
    s.nodes[v].next = s.removed[0]
    s.removed[0] = v
