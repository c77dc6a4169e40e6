"""Hoeffding adaptive trees of our own, by MOA's definition: branches that drift are replaced.

Each branch monitors its errors. Where they rise it starts an alternate, a leaf that learns what the
branch learns, and takes its place once it is better, or as soon as it splits.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import (
    Adwin,
    adwin,
    adwin_enlarged,
    adwin_mean,
    adwin_reset,
    adwin_update,
)
from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.online.hoeffding_leaves import (
    NOTHING,
    Leaves,
    clear_weights,
    start,
    with_blocks,
    with_leaves,
)
from driftsim.kernels.online.hoeffding_nodes import (
    LOST,
    STOPPED,
    STRAIGHT,
    Nodes,
    child_of,
    free_run,
    take_run,
    way_below,
    with_nodes,
)
from driftsim.kernels.online.hoeffding_trees import (
    attempt,
    drop_alternate,
    hoeffding_trees,
    remove_below,
)
from driftsim.kernels.online.hoeffding_votes import (
    UNKNOWN,
    largest,
    leaf_learn,
    leaf_votes,
    majority_votes,
)
from driftsim.kernels.online.random_numbers import poisson

KEPT, SWITCHED, PRUNED = range(3)  # what becomes of an alternate
ALONE = 1  # the run of one node, which an alternate is
LEAST = 300.0  # errors that a branch and its alternate are compared by, at least
LOG_SIGNIFICANCE = math.log(2.0 / 0.05)

MEMBER = np.dtype(
    [
        ("weight", np.float64),  # of its labels
        ("node", np.int64),  # where the row predicted last has ended
        ("way", np.int64),  # STRAIGHT, STOPPED or LOST
        ("child", np.int64),  # that is to be made for it, where it is LOST
        ("by_bayes", np.int64),  # the class that naive Bayes predicted there, or UNKNOWN
        ("label", np.int64),  # and the class predicted
    ]
)


class AdaptiveTrees(NamedTuple):
    """Hoeffding trees whose branches monitor their errors."""

    members: np.ndarray  # (M,) of MEMBER
    pool: Nodes  # N
    leaves: Leaves  # N
    windows: Adwin  # N, of the errors of branches and alternates
    deepest: np.ndarray  # (1,) depth of a leaf
    p: np.ndarray  # (k,) scratch
    bootstraps: bool  # whether leaves learn a row a Poisson number of times, at least once


def hoeffding_adaptive_trees(
    members, sizes, k, seed=0, missing=True, drift_delta=0.002, bootstrap_sampling=True, **settings
) -> AdaptiveTrees:
    """Hoeffding adaptive trees (Bifet & Gavaldà 2009) that have learned nothing.

    The other parameters are those of `hoeffding_trees`.
    """
    plain = hoeffding_trees(members, sizes, k, seed, missing, **settings)
    n = len(plain.pool.nodes)
    bare = AdaptiveTrees(
        np.zeros(members, MEMBER),
        plain.pool,
        plain.leaves,
        adwin(n, drift_delta),
        np.zeros(1, np.int64),
        np.zeros(k),
        bool(bootstrap_sampling),
    )
    return enlarged(bare)


def enlarged(s) -> AdaptiveTrees:
    """The same trees with room for twice as many nodes and leaves that observe rows."""
    most = 2 * len(s.members) * (int(s.deepest[0]) + 3 + s.pool.longest)
    if len(s.pool.nodes) - s.pool.used[0] < most:
        n = max(len(s.pool.nodes), most)
        s = s._replace(
            pool=with_nodes(s.pool, n),
            leaves=with_leaves(s.leaves, n),
            windows=adwin_enlarged(s.windows, len(s.pool.nodes) + n),
        )
    if s.leaves.free[1] < most:
        s = s._replace(leaves=with_blocks(s.leaves, max(len(s.leaves.next), most)))
    return s


@compiled
def adaptive_room(s):
    """Each branch on the way may start an alternate, and one leaf may split."""
    n = s.members.size * (s.deepest[0] + 3)
    space = s.pool.nodes.size - s.pool.used[0]
    return s.leaves.free[1] >= n and space >= n + s.members.size * s.pool.longest


@compiled
def visit(s, m, x, p):
    """Send a row down tree m, and fill p with the votes where it ends."""
    member = s.members[m]
    member.node, member.way, member.child = way_below(s.pool, m, x)
    member.by_bayes = UNKNOWN
    if member.way == STRAIGHT:
        member.by_bayes = leaf_votes(s.leaves, member.node, x, p)
    else:
        majority_votes(s.leaves, member.node, p)
    member.label = largest(p)


@compiled
def adaptive_predict(s, m, x, p):
    visit(s, m, x, p)
    total = 0.0
    for c in range(p.size):
        total += p[c]
    if total > 0.0:
        part = 1.0 / total
        for c in range(p.size):
            p[c] *= part
    return float(s.members[m].label) if s.members[m].weight > 0.0 else -1.0


@compiled
def adaptive_learn(s, m, x, y, w, fresh):
    member, c = s.members[m], int(y)
    member.weight += w
    if not fresh:
        visit(s, m, x, s.p)
    wrong = 1.0 if member.label != c else 0.0
    v = m
    while s.pool.nodes[v].column != NOTHING:
        if branch_learn(s, m, v, x, c, w, wrong):
            return
        if v == member.node:
            break
        v = child_of(s.pool, v, x)
    if member.way == STOPPED:
        return
    if member.way == LOST:
        v = member.child
        s.pool.nodes[v].absent = False
    if learn_leaf(s, m, v, x, c, w, member.by_bayes):
        split(s, v)


@compiled
def branch_learn(s, m, v, x, c, w, wrong):
    """Count an error of a branch, and train its alternate; whether that has taken its place."""
    if rises(s, v, wrong):
        start_alternate(s, v)
    elif s.pool.nodes[v].alternate != NOTHING:
        fate = compared(s, v, s.pool.nodes[v].alternate)
        if fate == PRUNED:
            drop_alternate(s.pool, s.leaves, v)
        elif fate == SWITCHED:
            put_alternate(s, v)
            if learn_leaf(s, m, v, x, c, w, UNKNOWN):
                split(s, v)
            return True
    alternate = s.pool.nodes[v].alternate
    if alternate == NOTHING:
        return False
    by_bayes = leaf_votes(s.leaves, alternate, x, s.p)
    rises(s, alternate, 1.0 if largest(s.p) != c else 0.0)
    if learn_leaf(s, m, alternate, x, c, w, by_bayes) and split(s, alternate):
        put_alternate(s, v)
        return True
    return False


@compiled
def rises(s, v, error):
    """Add to the errors of a node; whether older ones were cut off, and the mean has not fallen."""
    before = adwin_mean(s.windows, v)
    s.windows.windows[v].drift = False  # what it has kept stays
    return adwin_update(s.windows, v, error) and before <= adwin_mean(s.windows, v)


@compiled
def start_alternate(s, v):
    """Give a branch a new alternate, which has learned nothing."""
    drop_alternate(s.pool, s.leaves, v)
    alternate = take_run(s.pool, ALONE)
    s.pool.nodes[v].alternate = alternate
    clear_weights(s.leaves, alternate)
    start(s.leaves, alternate, s.leaves.counts[v].depth)
    adwin_reset(s.windows, alternate)


@compiled
def compared(s, v, alternate):
    """What becomes of an alternate, given its error and that of its branch."""
    n, others = s.windows.windows[v].width, s.windows.windows[alternate].width
    if min(n, others) <= LEAST:
        return KEPT
    error, other = adwin_mean(s.windows, v), adwin_mean(s.windows, alternate)
    share = 1.0 / n + 1.0 / others
    bound = math.sqrt(2.0 * error * (1.0 - error) * LOG_SIGNIFICANCE * share)
    if bound < error - other:
        return SWITCHED
    return PRUNED if bound < other - error else KEPT


@compiled
def put_alternate(s, v):
    """Put the alternate of a branch, a leaf or split just now, in its place."""
    pool, leaves, alternate = s.pool, s.leaves, s.pool.nodes[v].alternate
    remove_below(pool, leaves, v)
    node, other = pool.nodes[v], pool.nodes[alternate]
    node.column, node.test, node.value = other.column, other.test, other.value
    node.first, node.alternate = other.first, NOTHING
    leaves.counts[v] = leaves.counts[alternate]
    leaves.counts[alternate].block = NOTHING
    for c in range(leaves.weights.shape[1]):
        leaves.weights[v, c] = leaves.weights[alternate, c]
    free_run(pool, alternate)
    adwin_reset(s.windows, v)


@compiled
def learn_leaf(s, m, v, x, c, w, by_bayes):
    """Train a leaf; whether it is time to try a split."""
    if s.bootstraps:
        w *= max(poisson(s.leaves.random_states, m, 1.0), 1)
    return leaf_learn(s.leaves, m, v, x, c, w, by_bayes)


@compiled
def split(s, v):
    """Split a leaf if a split is good enough; whether it has been split."""
    if not attempt(s.pool, s.leaves, v):
        return False
    adwin_reset(s.windows, v)
    s.deepest[0] = max(s.deepest[0], s.leaves.counts[v].depth + 1)
    return True


@compiled
def adaptive_reset(s, m):
    s.members[m].weight = 0.0
    if s.pool.nodes[m].column != NOTHING:
        drop_alternate(s.pool, s.leaves, m)
    remove_below(s.pool, s.leaves, m)
    clear_weights(s.leaves, m)
    start(s.leaves, m, 0)


register_model(
    AdaptiveTrees,
    predict=adaptive_predict,
    learn=adaptive_learn,
    reset=adaptive_reset,
    room=adaptive_room,
)
