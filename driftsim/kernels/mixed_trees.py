"""Hoeffding trees over columns of any kind: nominal ones too, and missing cells."""

from functools import partial
from typing import NamedTuple

import numpy as np

from driftsim.kernels import forests, trees
from driftsim.kernels.forests import resolved
from driftsim.kernels.hoeffding_leaf import NOTHING, clear_weights
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mersenne_twister import sample
from driftsim.kernels.mixed_leaf import (
    MixedLeaves,
    clear_block,
    mixed_leaves,
    release_block,
    start_mixed,
    take_block,
    with_blocks,
    with_leaves,
)
from driftsim.kernels.mixed_nodes import (
    EACH,
    LOST,
    NEW,
    ONE,
    STRAIGHT,
    MixedNodes,
    add_child,
    free_run,
    has_run,
    leaf_below,
    leaf_to_learn,
    mixed_nodes,
    split_node,
    with_nodes,
)
from driftsim.kernels.mixed_splits import (
    HAVE,
    IN_ORDER,
    OTHERS,
    best_mixed_split,
    split_by_threshold,
    split_by_value,
)
from driftsim.kernels.tree_limits import NoLimit
from driftsim.kernels.trees import (
    FEWEST,
    UNKNOWN,
    arrive,
    attempt,
    draw_columns,
    may_split,
    outgrown,
    refuse_outgrown,
    tree_learn,
    tree_predict,
    visit,
)

MEMBER = np.dtype(
    [
        ("runs", np.int64),  # the first node of the latest run of its nodes; NOTHING: it has none
        ("leaves", np.int64),
        ("weight", np.float64),  # of its labels
        ("node", np.int64),  # the leaf that predicted or learned last
        ("way", np.int64),  # on which the row came there
        ("by_bayes", np.int64),  # the class that naive Bayes predicted there, or UNKNOWN
    ]
)


class MixedTrees(NamedTuple):
    """Hoeffding trees whose nodes are of one pool; the leaf of a node has its number."""

    members: np.ndarray  # (M,) of MEMBER
    pool: MixedNodes
    leaves: MixedLeaves
    looks_at: np.ndarray  # (d + 2,) columns that a leaf draws, or NOTHING before the first row;
    # then that, if the first row has so many cells: 0, 1, …
    prediction: int
    nb_threshold: float
    grace_period: float
    max_depth: int
    most_leaves: int  # that a tree may have from `most_weight` on: beyond, river's own might
    most_weight: float  # exceed max_size and save memory, which these trees do not
    limit: NoLimit = NoLimit()


def hoeffding_tree(
    members, d, k, sizes, missing, binary_split=False, max_size=100.0, drawn=None, **parameters
):
    """Hoeffding trees over columns of any kind, that have learned nothing.

    `sizes` (d,) says how many values each column has, 0 if it is numeric, `missing` whether a row
    may lack some, `drawn` (d + 1,) how many columns a leaf draws if the first row has so many
    cells. The other parameters are those of `trees.hoeffding_tree`.
    """
    plain = trees.hoeffding_tree(members, d, k, max_size=max_size, **parameters)
    m = plain.leaves.columns.shape[1]
    each = np.zeros(members, MEMBER)
    each["runs"], each["leaves"], each["by_bayes"] = NOTHING, 1, UNKNOWN
    bare = MixedTrees(
        each,
        mixed_nodes(members, sizes),
        mixed_leaves(members, sizes, plain.leaves, missing, binary_split),
        np.array([NOTHING, *(drawn if drawn is not None else [0] * (d + 1))]),
        plain.prediction,
        plain.nb_threshold,
        plain.grace_period,
        plain.max_depth,
        int(max_size * 2**20 / bytes_of_mixed(m, k, sizes)),
        plain.most_weight,
    )
    return enlarged(bare)


def adaptive_random_forest(members, d, k, sizes, missing, max_features="sqrt", **parameters):
    """Adaptive random forests over columns of any kind, that have learned nothing.

    In river, how many columns a leaf draws depends on how many cells the very first row has.
    """
    drawn = np.array([0, *(resolved(max_features, n) for n in range(1, d + 1))])
    new_trees = partial(hoeffding_tree, sizes=sizes, missing=missing, drawn=drawn)
    return forests.adaptive_random_forest(
        members, d, k, max_features=max_features, new_trees=new_trees, **parameters
    )


def bytes_of_mixed(m, k, sizes):
    """The most bytes that a leaf of river's takes, with its share of the nodes above it."""
    each = sorted(1300 + 3500 * k if size == 0 else 1500 + k * (400 + 150 * size) for size in sizes)
    return 2000 + 250 * k + sum(each[len(each) - m :])


def enlarged(s) -> MixedTrees:
    """The same trees with room for twice as many nodes and leaves that observe rows.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    refuse_outgrown(s)
    members = len(s.members)
    if len(s.pool.nodes) - s.pool.used[0] < members * s.pool.longest:
        n = max(FEWEST, len(s.pool.nodes), 2 * members * s.pool.longest)
        s = s._replace(pool=with_nodes(s.pool, n), leaves=with_leaves(s.leaves, n))
    if s.leaves.free[1] < 2 * members:
        n = max(4, len(s.leaves.blocks), 2 * members)
        s = s._replace(leaves=with_blocks(s.leaves, n))
    return s


@compiled
def mixed_room(s):
    """Each tree may split a leaf, and have two more observe rows."""
    if s.leaves.free[1] < 2 * s.members.size or not has_run(s.pool, s.members.size):
        return False
    return not outgrown(s)


@compiled
def visit_mixed(s, m, x):
    member = s.members[m]
    if s.looks_at[0] == NOTHING:
        n = 0
        for value in x:
            n += value == value
        s.looks_at[0] = s.looks_at[1 + n]
    member.node, member.way = leaf_below(s.pool, m, x)
    member.by_bayes = UNKNOWN
    return member.node


@compiled
def arrive_mixed(s, m, x, fresh):
    member = s.members[m]
    if not fresh or member.way == LOST:
        v, member.way = leaf_to_learn(s.pool, m, x)
        member.node, member.by_bayes = v, UNKNOWN
        if member.way == NEW:
            member.leaves += 1
            clear_weights(s.leaves, v)
            start_mixed(s.leaves, v, s.pool.nodes[v].depth)
    return member.node


@compiled
def may_split_mixed(s, m):
    """As in river, a leaf is not split by a row that was sent there, or that it was made for."""
    return s.members[m].way == STRAIGHT


@compiled
def cell_there(x, by_name, i):
    """The column of the i-th cell that a row has, by name, or NOTHING; how many cells it has."""
    n, found = 0, NOTHING
    for column in by_name:
        if x[column] == x[column]:
            found = column if n == i else found
            n += 1
    return found, n


@compiled
def draw_columns_mixed(s, m, x, random_state, by_name, pool):
    leaves, leaf = s.leaves, s.members[m].node
    if not leaves.counts[leaf].active:
        return
    take_block(leaves, leaf)
    columns = leaves.columns[leaves.counts[leaf].block]
    if columns[0] != NOTHING:
        return
    (_, n), drawn = cell_there(x, by_name, 0), s.looks_at[0]
    if n >= drawn:
        sample(random_state, n, columns[:drawn], pool)
    for i in range(min(n, drawn)):
        columns[i], _ = cell_there(x, by_name, columns[i] if n >= drawn else i)


@compiled
def attempt_mixed(s, m, v):
    """Split a leaf if a split is good enough."""
    good, j, test, value = best_mixed_split(s.leaves, v)
    if not good:
        return
    if j == NOTHING:  # river deactivates the leaf and activates it at once, empty
        clear_block(s.leaves, v)
        return
    member, leaves, b = s.members[m], s.leaves, s.leaves.counts[v].block
    first = split_node(s.pool, v, leaves.columns[b, j], test, value)
    s.pool.nodes[first].before = member.runs
    member.runs = first
    member.leaves -= 1
    if test == EACH:
        for i in range(leaves.sizes[leaves.columns[b, j]]):
            if leaves.values[b, leaves.at[j] + i].known:
                split_by_value(leaves, first + i, b, j, i, HAVE)
                add_leaf(s, m, v, first + i)
    else:
        if test == ONE:
            split_by_value(leaves, first, b, j, int(value), IN_ORDER)
            split_by_value(leaves, first + 1, b, j, int(value), OTHERS)
        else:
            split_by_threshold(leaves, first, first + 1, b, j, value)
        add_leaf(s, m, v, first)
        add_leaf(s, m, v, first + 1)
    release_block(leaves, v)


@compiled
def add_leaf(s, m, v, child):
    """Start a child of a branch with the weights that it has."""
    add_child(s.pool, v, child)
    start_mixed(s.leaves, child, s.pool.nodes[child].depth)
    s.pool.nodes[child].weight = s.leaves.counts[child].total
    s.members[m].leaves += 1


@compiled
def mixed_learn(s, m, x, y, w, fresh):
    tree_learn(s, m, x, y, w, fresh)
    v = s.members[m].node
    s.pool.nodes[v].weight = s.leaves.counts[v].total


@compiled
def mixed_reset(s, m):
    member, pool = s.members[m], s.pool
    first = member.runs
    while first != NOTHING:
        before = pool.nodes[first].before
        for v in range(first, first + pool.lengths[pool.nodes[first].kind]):
            release_block(s.leaves, v)
        free_run(pool, first)
        first = before
    pool.nodes[m].column, pool.nodes[m].weight = NOTHING, 0.0
    member.runs, member.leaves, member.weight, member.by_bayes = NOTHING, 1, 0.0, UNKNOWN
    clear_weights(s.leaves, m)
    start_mixed(s.leaves, m, 0)


dispatch(visit, MixedTrees, visit_mixed, forceinline=False)
dispatch(arrive, MixedTrees, arrive_mixed, forceinline=False)
dispatch(may_split, MixedTrees, may_split_mixed, forceinline=False)
dispatch(attempt, MixedTrees, attempt_mixed, forceinline=False)
dispatch(draw_columns, MixedTrees, draw_columns_mixed, forceinline=False)
register_model(
    MixedTrees, predict=tree_predict, learn=mixed_learn, reset=mixed_reset, room=mixed_room
)
