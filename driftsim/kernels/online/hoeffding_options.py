"""Options of our own Hoeffding trees: further splits of a node that has one.

The first split is in the node itself, whose leaf goes on observing; `alternate` is the next one, a
node of its own.
"""

import math

from driftsim.kernels.loop import compiled
from driftsim.kernels.online.hoeffding_leaves import MAJORITY, NOTHING, release_block
from driftsim.kernels.online.hoeffding_nodes import free_run, n_children, take_run
from driftsim.kernels.online.hoeffding_splits import (
    THRESHOLD,
    hoeffding_bound,
    impurity,
    impurity_before,
    is_pure,
    ranked_splits,
)
from driftsim.kernels.online.hoeffding_trees import put_split, remove_below

ALONE = 1  # the run of one node, which a further split of a node is


@compiled
def add_option(pool, leaves, v, log_confidence):
    """Give a node another split, if it is better than those it has by Hoeffding's bound."""
    if is_pure(leaves, v):
        return False
    if leaves.prediction == MAJORITY:
        ignore_used(pool, leaves, v)
    test, j, value, best, _, _ = ranked_splits(leaves, v)
    last, existing = best_existing(pool, leaves, v)
    bound = hoeffding_bound(leaves, v, log_confidence)
    if test < THRESHOLD or not best - existing > bound:
        return False
    u = take_run(pool, ALONE)
    put_split(pool, leaves, v, u, test, j, value)
    pool.nodes[last].alternate = u
    return True


@compiled
def ignore_used(pool, leaves, v):
    """Have a node find no further split of columns that it has a split of."""
    u = v
    while u != NOTHING:
        leaves.met[leaves.counts[v].block, pool.nodes[u].column] = False
        u = pool.nodes[u].alternate


@compiled
def best_existing(pool, leaves, v):
    """The last split of a node, and the merit that the best one has now."""
    before, best, last, u = impurity_before(leaves, v), -math.inf, v, v
    while u != NOTHING:
        best, last = max(best, merit_of_split(pool, leaves, u, before)), u
        u = pool.nodes[u].alternate
    return last, best


@compiled
def merit_of_split(pool, leaves, u, before):
    """The merit of a split by the classes that its children have now."""
    total, mixed, largest_child, second, first = 0.0, 0.0, 0.0, 0.0, pool.nodes[u].first
    for child in range(first, first + n_children(pool, u)):
        there, how = impurity(leaves, leaves.weights[child])
        total += there
        mixed += how
        second = max(second, min(largest_child, there))
        largest_child = max(largest_child, there)
    if not leaves.gini and not second / total > leaves.min_branch:
        return -math.inf
    return before - mixed / total


@compiled
def close(pool, leaves, root):
    """Have the nodes of a tree that have splits observe no more rows."""
    first, n, pending = root, 1, NOTHING
    while first != NOTHING:
        for u in range(first, first + n):
            node = pool.nodes[u]
            if node.column == NOTHING:
                continue
            release_block(leaves, u)
            pool.nodes[node.first].next = pending
            pending = node.first
            if node.alternate != NOTHING:
                pool.nodes[node.alternate].next = pending
                pending = node.alternate
        first = pending
        if first != NOTHING:
            n, pending = pool.lengths[pool.nodes[first].run], pool.nodes[first].next


@compiled
def remove_options(pool, leaves, v):
    """Make a node a leaf, whose splits and all below them are free."""
    u = NOTHING if pool.nodes[v].column == NOTHING else pool.nodes[v].alternate
    remove_below(pool, leaves, v)
    while u != NOTHING:
        following = pool.nodes[u].alternate
        remove_below(pool, leaves, u)
        free_run(pool, u)
        u = following
