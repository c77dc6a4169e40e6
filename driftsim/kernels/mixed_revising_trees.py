"""Extremely fast decision trees over columns of any kind: nominal ones too, and missing cells."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels import revising_trees
from driftsim.kernels.hoeffding_leaf import NOTHING, clear_weights, impurity_before
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mixed_branches import (
    BELOW,
    EACH,
    LINKS,
    NONE,
    ONE,
    Children,
    child_of,
    free_row,
    is_new,
    last_child,
    link,
    no_children,
    take_row,
    with_rows,
)
from driftsim.kernels.mixed_leaf import (
    MixedLeaves,
    clear_block,
    group_of,
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
    best_threshold,
    best_value,
    split_by_threshold,
    split_by_value,
)
from driftsim.kernels.mixed_trees import bytes_of_mixed
from driftsim.kernels.revising_trees import MEMBER, refuse_saving
from driftsim.kernels.revisions import (
    any_saves,
    children_of,
    clear,
    move,
    revising_learn,
    search,
    split,
    walk,
)
from driftsim.kernels.revisions import (
    child_of as child_to_process,
)
from driftsim.kernels.trees import FEWEST, UNKNOWN, arrive, tree_predict, visit

MIXED_MEMBER = np.dtype(
    [(name, MEMBER[name]) for name in MEMBER.names or ()]
    + [("lost", np.bool_)]  # whether the row that was predicted last was sent to its leaf
)
NODE = np.dtype(
    [
        ("feature", np.int64),  # NOTHING: it is a leaf
        ("threshold", np.float64),  # or the value, of its test
        ("member", np.int64),  # whose tree it is in; NOTHING: it is free
        ("revised", np.float64),  # weight of a branch when its split was last revised
        ("next", np.int64),  # scratch: of a walk
        *LINKS,  # the sibling of a free node is the next of them
    ],
    align=True,
)


class MixedRevisingTrees(NamedTuple):
    """Trees whose branches go on to observe rows, as their leaves do: M roots, then others."""

    members: np.ndarray  # (M,) of MIXED_MEMBER
    nodes: np.ndarray  # (N,) of NODE
    free: np.ndarray  # (2,) the first free node, and how many there are
    children: Children
    leaves: MixedLeaves  # N, the statistics of each node
    overrun: np.ndarray  # (1,) whether a branch was to have more children than it has
    prediction: int
    nb_threshold: float
    grace_period: float
    revision_period: float
    max_share: float  # of a class, beyond which a leaf is not split
    max_depth: int
    most_leaves: int  # that a tree may have from `most_weight` on: beyond, river's own might
    most_weight: float  # exceed max_size and save memory, which these trees do not


def extremely_fast_tree(
    members, d, k, sizes, missing=False, binary_split=False, max_size=100.0, **parameters
):
    """Extremely fast trees that have learned nothing.

    `sizes` (d,) says how many values each column has, 0 if it is numeric, and `missing` that cells
    may be. The other parameters are those of `revising_trees.extremely_fast_tree`.
    """
    plain = revising_trees.extremely_fast_tree(members, d, k, max_size=max_size, **parameters)
    each = np.zeros(members, MIXED_MEMBER)
    for name in MEMBER.names or ():
        each[name] = plain.members[name]
    roots = new_nodes(0, members)
    roots["member"] = np.arange(members)
    bare = MixedRevisingTrees(
        each,
        roots,
        np.array([NONE, 0]),
        no_children(max(1, *sizes)),
        mixed_leaves(members, sizes, plain.leaves, missing, binary_split),
        np.zeros(1, np.bool_),
        plain.prediction,
        plain.nb_threshold,
        plain.grace_period,
        plain.revision_period,
        plain.max_share,
        plain.max_depth,
        int(max_size * 2**20 / (2 * bytes_of_mixed(d, k, sizes))),
        plain.most_weight,
    )
    return enlarged(bare)


def new_nodes(first, last):
    """Free leaves of these numbers, each of which leads to the next."""
    nodes = np.zeros(last - first, NODE)
    nodes["feature"] = nodes["member"] = NOTHING
    nodes["sibling"] = np.arange(first + 1, last + 1)
    return nodes


def enlarged(s) -> MixedRevisingTrees:
    """The same trees with twice the room where there is little.

    Raises `ValueError` where a tree is so large that river's own might save memory, or where
    river's own gives a branch the children of another.
    """
    if s.overrun[0]:
        raise ValueError(
            "a branch was revised whose children are not those of its new split, where river's "
            "own may fail"
        )
    refuse_saving(s)
    members, leaves = len(s.members), s.leaves
    if s.free[1] < (least := nodes_of.py_func(s)):
        size = len(s.nodes)
        n = max(FEWEST, size, least)
        nodes = np.concatenate([s.nodes, new_nodes(size, size + n)])
        nodes["sibling"][-1] = s.free[0]
        s = s._replace(nodes=nodes, free=np.array([size, s.free[1] + n]))
        leaves = with_leaves(leaves, n)
    if s.children.free[1] < members:
        rows = max(members, len(s.children.table))
        s = s._replace(children=with_rows(s.children, rows))
    if leaves.free[1] < 2 * members:
        leaves = with_blocks(leaves, max(4, len(leaves.blocks), 2 * members))
    return s._replace(leaves=leaves)


@compiled
def nodes_of(s):
    """How many nodes it takes for a row: a child of a new value, and those of a split."""
    return s.members.size * (1 + max(2, s.children.table.shape[1]))


@compiled
def mixed_room(s):
    if s.free[1] < nodes_of(s) or s.children.free[1] < s.members.size or s.overrun[0]:
        return False
    return s.leaves.free[1] >= 2 * s.members.size and not any_saves(s)


@compiled
def child_or_fullest(s, v, x):
    child = child_of(s.nodes, s.children, v, x)
    return fullest_child(s, v) if child == NONE else child


@compiled
def fullest_child(s, v):
    """The child of a branch that has learned most; the first of several."""
    child, found, most = s.nodes[v].child, NONE, -1.0
    while child != NONE:
        if s.leaves.counts[child].total > most:
            found, most = child, s.leaves.counts[child].total
        child = s.nodes[child].sibling
    return found


@compiled
def visit_mixed(s, m, x):
    member, v = s.members[m], m
    member.lost = False
    while s.nodes[v].feature != NOTHING:
        child = child_of(s.nodes, s.children, v, x)
        member.lost |= child == NONE
        v = fullest_child(s, v) if child == NONE else child
    member.node, member.by_bayes = v, UNKNOWN
    return v


@compiled
def arrive_mixed(s, m, x, fresh):
    """A value that is new to a branch by value gets a leaf of its own."""
    member, v = s.members[m], m
    if fresh and not member.lost:
        return member.node
    while s.nodes[v].feature != NOTHING:
        child = child_of(s.nodes, s.children, v, x)
        if child == NONE and is_new(s.nodes, v, x):
            child = add_child(s, m, v, last_child(s.nodes, v))
            s.children.table[s.nodes[v].row, int(x[s.nodes[v].feature])] = child
            clear_weights(s.leaves, child)
            start_mixed(s.leaves, child, s.leaves.counts[v].depth + 1)
            member.counted += 1
        v = fullest_child(s, v) if child == NONE else child
    member.by_bayes = UNKNOWN
    return v


@compiled
def search_mixed(s, v, own):
    leaves = s.leaves
    b, n = leaves.counts[v].block, 0
    if b != NOTHING:
        n = leaves.blocks[b].n_listed
    before = impurity_before(leaves, v)
    which, test, at, best, has_own, of_own = NOTHING, BELOW, 0.0, -math.inf, False, -math.inf
    for i in range(n):
        j = leaves.listed[b, i]
        g = group_of(leaves.missing, leaves.sizes, j, j)
        if leaves.sizes[j] > 0:
            how, value, found = best_value(leaves, b, j, g, before)
        else:
            value, found = best_threshold(leaves, b, j, g, before)
            how = BELOW if found > -math.inf else NOTHING
        if found >= best:  # of equal ones the last, even of those without merit
            which, test, at, best = j if how != NOTHING else NOTHING, how, value, found
        if j == own and how != NOTHING:
            has_own, of_own = True, found
    return n > 0, which, test, at, best, has_own, of_own


@compiled
def children_of_mixed(s, v, column, test):
    return s.leaves.n_values[s.leaves.counts[v].block, column] if test == EACH else 2


@compiled
def split_mixed(s, m, v, column, test, value):
    """The leaf of a branch keeps its block, as the branch goes on to observe rows.

    One by a value may come to be one by each of them, for which it has a row.
    """
    node, leaves, last = s.nodes[v], s.leaves, NONE
    b, depth = leaves.counts[v].block, leaves.counts[v].depth + 1
    node.feature, node.threshold, node.by = column, value, test
    node.revised = leaves.counts[v].total
    s.members[m].leaves -= 1
    if test != BELOW:
        take_row(s.children, node)
    if test == EACH:
        for i in range(leaves.sizes[column]):
            if leaves.values[b, leaves.at[column] + i].known:
                last = add_child(s, m, v, last)
                split_by_value(leaves, last, b, column, i, HAVE)
                start_mixed(leaves, last, depth)
                s.children.table[node.row, i] = last
        return
    left = add_child(s, m, v, NONE)
    right = add_child(s, m, v, left)
    if test == ONE:
        split_by_value(leaves, left, b, column, int(value), IN_ORDER)
        split_by_value(leaves, right, b, column, int(value), OTHERS)
    else:
        split_by_threshold(leaves, left, right, b, column, value)
    start_mixed(leaves, left, depth)
    start_mixed(leaves, right, depth)


@compiled
def add_child(s, m, v, last):
    """A free node, now the child of a branch after the last it has, or NONE."""
    new = s.free[0]
    s.free[0] = s.nodes[new].sibling
    s.free[1] -= 1
    s.nodes[new].member = m
    s.members[m].leaves += 1
    link(s.nodes, v, last, new)
    return new


@compiled
def move_mixed(s, v, test, value, kept):
    """As in river, values in their order get the children of a branch in the order of their age."""
    node = s.nodes[v]
    second = s.nodes[node.child].sibling
    if test != EACH and (second == NONE or s.nodes[second].sibling != NONE):
        s.overrun[0] = True  # two children are what it must have
    if not kept:
        return
    node.by, node.threshold = test, value
    if test != EACH:
        return
    child, b = node.child, s.leaves.counts[v].block
    for i in range(s.leaves.sizes[node.feature]):
        known = s.leaves.values[b, s.leaves.at[node.feature] + i].known
        s.children.table[node.row, i] = child if known else NONE
        if known and child == NONE:
            s.overrun[0] = True
        elif known:
            child = s.nodes[child].sibling


@compiled
def walk_mixed(s, m, v, removes):
    top, active = push_children(s, v, NONE), 0
    if removes and s.nodes[v].by != BELOW:
        free_row(s.children, s.nodes[v])
    while top != NONE:
        u, top = top, s.nodes[top].next
        is_leaf = s.nodes[u].feature == NOTHING
        if is_leaf:
            active += s.leaves.counts[u].active
        else:
            top = push_children(s, u, top)
        if not removes:
            continue
        if is_leaf:
            s.members[m].leaves -= 1
        elif s.nodes[u].by != BELOW:
            free_row(s.children, s.nodes[u])
        release_block(s.leaves, u)
        s.nodes[u].feature = s.nodes[u].member = NOTHING
        s.nodes[u].sibling = s.free[0]
        s.free[0] = u
        s.free[1] += 1
    if removes:
        s.members[m].leaves += 1
    return active


@compiled
def push_children(s, v, top):
    """Put the children of a branch before `top` in the order of a walk; the first of them."""
    child = s.nodes[v].child
    while child != NONE:
        s.nodes[child].next, top = top, child
        child = s.nodes[child].sibling
    return top


@compiled
def mixed_reset(s, m):
    if s.nodes[m].feature != NOTHING:
        walk_mixed(s, m, m, True)
    s.nodes[m].feature = NOTHING
    member = s.members[m]
    member.weight, member.by_bayes, member.leaves, member.counted = 0.0, UNKNOWN, 1, 1
    clear_weights(s.leaves, m)
    start_mixed(s.leaves, m, 0)


dispatch(visit, MixedRevisingTrees, visit_mixed, forceinline=False)
dispatch(arrive, MixedRevisingTrees, arrive_mixed, forceinline=False)
dispatch(child_to_process, MixedRevisingTrees, child_or_fullest, forceinline=False)
dispatch(search, MixedRevisingTrees, search_mixed, forceinline=False)
dispatch(children_of, MixedRevisingTrees, children_of_mixed, forceinline=False)
dispatch(split, MixedRevisingTrees, split_mixed, forceinline=False)
dispatch(move, MixedRevisingTrees, move_mixed, forceinline=False)
dispatch(walk, MixedRevisingTrees, walk_mixed, forceinline=False)
dispatch(clear, MixedLeaves, clear_block, forceinline=False)
register_model(
    MixedRevisingTrees,
    predict=tree_predict,
    learn=revising_learn,
    reset=mixed_reset,
    room=mixed_room,
)
