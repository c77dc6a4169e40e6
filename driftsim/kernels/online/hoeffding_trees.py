"""Hoeffding trees of our own, by MOA's definition, over numeric and nominal columns.

For an ensemble of them: `hoeffding_trees` makes the state of so many members. With `max_features`
below the number of columns, each leaf looks at so many of them, drawn anew for each leaf
(`drawing=PER_LEAF`), or once for each tree until its reset (`PER_TREE`), by the generator of the
tree, `s.leaves.random_states[m]`. `learn(s, m, x, y, w, fresh)` takes any weight w > 0, and is
called at most once for each member between two calls of `room`. `predict` gives probabilities,
all zero where naive Bayes gives no class any; `tree_votes` the votes as MOA's are, not normalised.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.online.hoeffding_leaves import (
    ADAPTIVE,
    ALL,
    BAYES,
    MAJORITY,
    NOTHING,
    Leaves,
    clear,
    clear_weights,
    leaves_of,
    release_block,
    start,
    with_blocks,
    with_leaves,
)
from driftsim.kernels.online.hoeffding_nodes import (
    LOST,
    STOPPED,
    STRAIGHT,
    Nodes,
    branch,
    free_run,
    has_runs,
    n_children,
    new_nodes,
    way_below,
    with_nodes,
)
from driftsim.kernels.online.hoeffding_splits import (
    CLEAR,
    EACH,
    THRESHOLD,
    best_split,
    n_values,
    send,
)
from driftsim.kernels.online.hoeffding_votes import (
    UNKNOWN,
    largest,
    leaf_learn,
    leaf_votes,
    majority_votes,
)
from driftsim.kernels.online.random_numbers import random_states

PREDICTIONS = {"mc": MAJORITY, "nb": BAYES, "nba": ADAPTIVE}
FEWEST = 32  # nodes at first
DEEPEST = 2**62

MEMBER = np.dtype(
    [
        ("weight", np.float64),  # of its labels
        ("node", np.int64),  # where the row predicted last has ended
        ("way", np.int64),  # STRAIGHT, STOPPED or LOST
        ("child", np.int64),  # that is to be made for it, where it is LOST
        ("by_bayes", np.int64),  # the class that naive Bayes predicted there, or UNKNOWN
    ]
)


class HoeffdingTrees(NamedTuple):
    """Hoeffding trees whose nodes, each with a leaf of the same number, are of one pool."""

    members: np.ndarray  # (M,) of MEMBER
    pool: Nodes
    leaves: Leaves


def hoeffding_trees(
    members,
    sizes,
    k,
    seed=0,
    missing=True,
    drawing=ALL,
    max_features=None,
    grace_period=200,
    delta=1e-7,
    tau=0.05,
    leaf_prediction="nba",
    split_criterion="info_gain",
    n_splits=10,
    min_branch_fraction=0.01,
    max_depth=None,
    nb_threshold=0,
) -> HoeffdingTrees:
    """Hoeffding trees (Domingos & Hulten 2000) that have learned nothing.

    `sizes` has the number of values of each column, 0 where it is numeric; `missing` says whether
    cells may be.
    """
    settings = (
        PREDICTIONS[leaf_prediction],
        float(nb_threshold),
        float(grace_period),
        DEEPEST if max_depth is None else int(max_depth),
        split_criterion == "gini",
        int(n_splits),
        float(min_branch_fraction),
        math.log(1.0 / delta),
        float(tau),
    )
    m = len(sizes) if drawing == ALL else max_features
    states = random_states(seed, members)
    leaves = with_leaves(
        leaves_of(0, members, sizes, k, missing, drawing, m, states, settings), members
    )
    bare = HoeffdingTrees(np.zeros(members, MEMBER), new_nodes(members, sizes), leaves)
    return enlarged(bare)


def sizes_of(schema) -> list[int]:
    """How many values each column of a schema has; 0: it is numeric."""
    return [schema.nominal.get(j, 0) for j in range(len(schema.names))]


def enlarged(s) -> HoeffdingTrees:
    """The same trees with room for twice as many nodes and leaves that observe rows."""
    members = len(s.members)
    most = 2 * members * s.pool.longest
    if len(s.pool.nodes) - s.pool.used[0] < most:
        n = max(FEWEST, len(s.pool.nodes), most)
        s = s._replace(pool=with_nodes(s.pool, n), leaves=with_leaves(s.leaves, n))
    if s.leaves.free[1] < 2 * members:
        n = max(4, len(s.leaves.next), 2 * members)
        s = s._replace(leaves=with_blocks(s.leaves, n))
    return s


@compiled
def trees_room(s):
    """Each tree may split a leaf, and have one more observe rows."""
    n = s.members.size
    return s.leaves.free[1] >= n and has_runs(s.pool, n)


@compiled
def visit(s, m, x):
    """Send a row down tree m."""
    member = s.members[m]
    member.node, member.way, member.child = way_below(s.pool, m, x)
    member.by_bayes = UNKNOWN


@compiled
def tree_votes(s, m, x, p):
    """Fill p with the votes of tree m: weights, or products of shares and densities."""
    visit(s, m, x)
    member = s.members[m]
    if member.way == STRAIGHT:
        member.by_bayes = leaf_votes(s.leaves, member.node, x, p)
    else:
        majority_votes(s.leaves, member.node, p)


@compiled
def tree_predict(s, m, x, p):
    return tree_answer(s, m, x, p, True)


@compiled
def tree_answer(s, m, x, p, probable):
    tree_votes(s, m, x, p)
    label, total = largest(p), 0.0
    for c in range(p.size if probable else 0):
        total += p[c]
    if total > 0.0:
        part = 1.0 / total
        for c in range(p.size):
            p[c] *= part
    return float(label) if s.members[m].weight > 0.0 else -1.0


@compiled
def tree_learn(s, m, x, y, w, fresh):
    member = s.members[m]
    member.weight += w
    if not fresh:
        visit(s, m, x)
    if member.way == STOPPED:
        return
    v = member.node
    if member.way == LOST:
        v = member.child
        s.pool.nodes[v].absent = False
        member.by_bayes = UNKNOWN
    if leaf_learn(s.leaves, m, v, x, int(y), w, member.by_bayes):
        attempt(s.pool, s.leaves, v)


@compiled
def attempt(pool, leaves, v):
    """Split a leaf if a split is good enough; whether it has been split."""
    if not split(pool, leaves, v):
        return False
    release_block(leaves, v)
    return True


@compiled
def split(pool, leaves, v):
    """The same, but that the leaf keeps what it has observed."""
    leaves.counts[v].tried = leaves.counts[v].total
    test, j, value = best_split(leaves, v)
    if test == CLEAR:
        clear(leaves, v)
    if test < THRESHOLD:
        return False
    put_split(pool, leaves, v, v, test, j, value)
    return True


@compiled
def put_split(pool, leaves, v, u, test, j, value):
    """Give a node u a split, whose children start with what leaf v has observed of each side."""
    b = leaves.counts[v].block
    first, present = branch(pool, u, leaves.columns[b, j], test, value), 2
    if test == EACH:
        present = n_values(leaves, b, j)
    for i in range(n_children(pool, u)):
        if i < present:
            send(leaves, v, j, test, value, i, first + i)
        else:
            pool.nodes[first + i].absent = True
            clear_weights(leaves, first + i)
            start(leaves, first + i, leaves.counts[v].depth + 1)


@compiled
def remove_below(pool, leaves, v):
    """Make a branch a leaf, whose nodes below, and their alternates, are free."""
    removed = NOTHING
    if pool.nodes[v].column != NOTHING:
        removed = pool.nodes[v].first
        pool.nodes[removed].next = NOTHING
    while removed != NOTHING:
        first = removed
        removed = pool.nodes[first].next
        for u in range(first, first + pool.lengths[pool.nodes[first].run]):
            release_block(leaves, u)
            if pool.nodes[u].column != NOTHING:
                alternate = pool.nodes[u].alternate
                if alternate != NOTHING:
                    pool.nodes[alternate].next = removed
                    removed = alternate
                pool.nodes[pool.nodes[u].first].next = removed
                removed = pool.nodes[u].first
        free_run(pool, first)
    pool.nodes[v].column = NOTHING


@compiled
def drop_alternate(pool, leaves, v):
    """Free the alternate of a branch, if it has one."""
    if pool.nodes[v].alternate != NOTHING:
        release_block(leaves, pool.nodes[v].alternate)
        free_run(pool, pool.nodes[v].alternate)
        pool.nodes[v].alternate = NOTHING


@compiled
def tree_reset(s, m):
    s.members[m].weight = 0.0
    remove_below(s.pool, s.leaves, m)
    s.leaves.drawn[m, 0] = NOTHING
    clear_weights(s.leaves, m)
    start(s.leaves, m, 0)


register_model(
    HoeffdingTrees,
    predict=tree_predict,
    answer=tree_answer,
    learn=tree_learn,
    reset=tree_reset,
    room=trees_room,
)
