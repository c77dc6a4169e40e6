"""Hoeffding adaptive trees over columns of any kind: nominal ones too, and missing cells."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels import adaptive_trees
from driftsim.kernels.adaptive_trees import (
    DETECTOR,
    attempt,
    begin,
    child_to_ask,
    child_to_learn,
    discard,
    is_lost,
    new_leaf,
    tree_learn,
    tree_predict,
    tree_reset,
)
from driftsim.kernels.adaptive_votes import classes_of, majority, weight_of_votes
from driftsim.kernels.hoeffding_leaf import ADAPTIVE, NOTHING, bayes_class, bayes_probabilities
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mixed_branches import (
    BELOW,
    EACH,
    NONE,
    ONE,
    child_of,
    fullest_child,
    is_new,
    last_child,
    link,
    take_row,
    weight_at,
    with_rows,
)
from driftsim.kernels.mixed_leaf import (
    MixedLeaves,
    clear_block,
    meet_all,
    mixed_leaves,
    release_block,
    start_mixed,
    with_blocks,
    with_leaves,
)
from driftsim.kernels.mixed_splits import (
    HAVE,
    IN_ORDER,
    OTHERS,
    best_mixed_split,
    split_by_threshold,
    split_by_value,
)
from driftsim.kernels.mixed_tree_nodes import MixedPool, mixed_pool
from driftsim.kernels.mixed_trees import bytes_of_mixed
from driftsim.kernels.tree_nodes import (
    reset_errors,
    take_node,
    with_nodes,
)
from driftsim.kernels.trees import FEWEST, UNKNOWN, outgrown, refuse_outgrown, trusts_bayes


class MixedAdaptiveTrees(NamedTuple):
    """Hoeffding trees that monitor the errors at each node, as `AdaptiveTrees` does."""

    members: np.ndarray  # (M,) of MEMBER
    pool: MixedPool  # N nodes
    leaves: MixedLeaves  # N
    random_states: np.ndarray  # (M + 1, 625) the last one is that of a new member
    votes: np.ndarray  # (k,) scratch: of a leaf
    prediction: int
    nb_threshold: float
    grace_period: float
    max_depth: int
    bootstraps: bool
    drift_window_threshold: float
    log_significance: float
    most_leaves: int
    most_weight: float


def hoeffding_adaptive_tree(
    members, d, k, sizes, missing=False, binary_split=False, max_size=100.0, **parameters
):
    """Hoeffding adaptive trees that have learned nothing.

    `sizes` (d,) says how many values each column has, 0 if it is numeric, and `missing` that cells
    may be. The other parameters are those of `adaptive_trees.hoeffding_adaptive_tree`.
    """
    plain = adaptive_trees.hoeffding_adaptive_tree(members, d, k, max_size=max_size, **parameters)
    pool = mixed_pool(members, plain.pool, max(1, *sizes))
    most = int(max_size * 2**20 / (DETECTOR + bytes_of_mixed(d, k, sizes)))
    bare = MixedAdaptiveTrees(
        plain.members,
        pool,
        mixed_leaves(members, sizes, plain.leaves, missing, binary_split),
        plain.random_states,
        plain.votes,
        plain.prediction,
        plain.nb_threshold,
        plain.grace_period,
        plain.max_depth,
        plain.bootstraps,
        plain.drift_window_threshold,
        plain.log_significance,
        most,
        plain.most_weight,
    )
    return enlarged(bare)


def enlarged(s) -> MixedAdaptiveTrees:
    """The same trees with twice the room where there is little.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    refuse_outgrown(s)
    leaves, pool = s.leaves, s.pool
    branches = branches_on_the_way.py_func(s, int(pool.heap["deepest"][0]))
    nodes = nodes_of.py_func(s, branches)
    if pool.heap["n_free"][0] < nodes:
        n = max(FEWEST, len(pool.nodes), nodes)
        pool, leaves = with_nodes(pool, n), with_leaves(leaves, n)
    if pool.children.free[1] < branches:
        children = with_rows(pool.children, max(FEWEST, len(pool.children.table), branches))
        pool = pool._replace(children=children)
    if leaves.free[1] < branches:
        leaves = with_blocks(leaves, max(4, len(leaves.blocks), branches))
    return s._replace(pool=pool, leaves=leaves)


@compiled
def branches_on_the_way(s, deepest):
    """How many leaves may learn a row, and be split by it: an alternate at each branch, and one."""
    return s.members.size * (deepest + 2)


@compiled
def nodes_of(s, branches):
    """How many nodes it takes to make so many leaves, and to split them."""
    return branches * (1 + max(2, s.pool.children.table.shape[1]))


@compiled
def tree_room(s):
    branches = branches_on_the_way(s, s.pool.heap[0].deepest)
    if s.pool.heap[0].n_free < nodes_of(s, branches) or s.pool.children.free[1] < branches:
        return False
    return s.leaves.free[1] >= branches and not outgrown(s)


@compiled
def child_or_fullest(s, v, x):
    child = child_of(s.pool.nodes, s.pool.children, v, x)
    return fullest_child(s, s.pool.nodes, v) if child == NONE else child


@compiled
def has_no_child(s, v, x):
    return child_of(s.pool.nodes, s.pool.children, v, x) == NONE


@compiled
def child_old_or_new(s, member, v, x):
    """A value that is new to a branch by value gets a leaf of its own."""
    nodes = s.pool.nodes
    child = child_of(nodes, s.pool.children, v, x)
    if child == NONE and is_new(nodes, v, x):
        child = new_leaf(s, member, nodes[v].depth + 1)
        link(nodes, v, last_child(nodes, v), child)
        s.pool.children.table[nodes[v].row, int(x[nodes[v].feature])] = child
        return child
    return fullest_child(s, nodes, v) if child == NONE else child


@compiled
def weight_of_leaf(s, v):
    return s.leaves.counts[s.pool.nodes[v].leaf].total


@compiled
def mixed_classes(s, v, x, by_bayes, learns):
    """The votes are rounded as river's, which may make ties, and others of nominal values.

    As in river, an active leaf that learns has naive Bayes predict, whatever it is set to.
    """
    leaf, trusts = s.pool.nodes[v].leaf, trusts_bayes(s, s.pool.nodes[v].leaf)
    by_majority = majority(s.leaves, leaf, s.votes)
    if trusts:
        by_bayes = bayes_probabilities(s.leaves, leaf, x, s.votes)
    scale = weight_of_votes(s.leaves, leaf, s.votes, s.pool.nodes[v].error)
    predicted, most = NOTHING, -math.inf
    for j in range(s.leaves.counts[leaf].classes):
        c = s.leaves.classes[leaf, j].nth
        if s.votes[c] * scale > most:
            predicted, most = c, s.votes[c] * scale
    if learns and not trusts and s.leaves.counts[leaf].active:
        if s.prediction == ADAPTIVE and by_bayes == UNKNOWN:
            by_bayes = bayes_class(s.leaves, leaf, x)
        else:
            meet_all(s.leaves, leaf, x)
    return predicted, by_bayes, by_majority


@compiled
def attempt_mixed(s, member, v):
    pool, leaves, node = s.pool, s.leaves, s.pool.nodes[v]
    good, j, test, value = best_mixed_split(leaves, node.leaf)
    if not good or j == NOTHING:
        return not good
    b = leaves.counts[node.leaf].block
    node.feature, node.threshold, node.by = leaves.columns[b, j], value, test
    if test == EACH:
        split_apart(s, member, v, b, j)
    else:
        left = add_child(s, member, v, NONE)
        right = add_child(s, member, v, left)
        one, other = pool.nodes[left].leaf, pool.nodes[right].leaf
        if test == ONE:
            split_by_value(leaves, one, b, j, int(value), IN_ORDER)
            split_by_value(leaves, other, b, j, int(value), OTHERS)
        elif test == BELOW:
            split_by_threshold(leaves, one, other, b, j, value)
        start_mixed(leaves, one, node.depth + 1)
        start_mixed(leaves, other, node.depth + 1)
    member.leaves -= 1
    release_block(leaves, node.leaf)
    reset_errors(pool, v)
    pool.heap[0].deepest = max(pool.heap[0].deepest, node.depth)
    return True


@compiled
def split_apart(s, member, v, b, j):
    """Give a branch a child for each value of its feature that was observed."""
    leaves, node, last = s.leaves, s.pool.nodes[v], NONE
    take_row(s.pool.children, node)
    for value in range(leaves.sizes[node.feature]):
        if leaves.values[b, leaves.at[j] + value].known:
            last = add_child(s, member, v, last)
            split_by_value(leaves, s.pool.nodes[last].leaf, b, j, value, HAVE)
            start_mixed(leaves, s.pool.nodes[last].leaf, node.depth + 1)
            s.pool.children.table[node.row, value] = last


@compiled
def add_child(s, member, v, last):
    """A free node, now the child of a branch after the last it has, or NONE."""
    new = take_node(s.pool, s.pool.nodes[v].depth + 1)
    link(s.pool.nodes, v, last, new)
    member.leaves += 1
    return new


dispatch(begin, MixedLeaves, start_mixed, forceinline=False)
dispatch(discard, MixedLeaves, clear_block, forceinline=False)
dispatch(weight_at, MixedAdaptiveTrees, weight_of_leaf, forceinline=False)
dispatch(child_to_ask, MixedAdaptiveTrees, child_or_fullest, forceinline=False)
dispatch(is_lost, MixedAdaptiveTrees, has_no_child, forceinline=False)
dispatch(child_to_learn, MixedAdaptiveTrees, child_old_or_new, forceinline=False)
dispatch(attempt, MixedAdaptiveTrees, attempt_mixed, forceinline=False)
dispatch(classes_of, MixedAdaptiveTrees, mixed_classes, forceinline=False)
register_model(
    MixedAdaptiveTrees, predict=tree_predict, learn=tree_learn, reset=tree_reset, room=tree_room
)
