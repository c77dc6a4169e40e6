"""Regression trees over nominal columns and missing cells: branches with a child for each value."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.linear import LinearWithGaps
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
    fullest_child,
    is_new,
    last_child,
    link,
    no_children,
    take_row,
    weight_at,
    with_rows,
)
from driftsim.kernels.mixed_candidates import (
    MixedCandidates,
    least_below,
    mixed_candidates,
    with_leaves,
)
from driftsim.kernels.regression_trees import (
    FEWEST,
    LARGEST,
    LEAF,
    NODE,
    consider_split,
    empty_leaf,
    grown,
    hoeffding_tree_regressor,
    leaf_learn,
    leaf_of,
    split_leaf,
    start_leaf,
    tree_predict,
)
from driftsim.kernels.search_trees import discard, moments, with_points

OF_VALUE = 1000  # bytes that a value takes at most in a leaf of river's, and in the branch above it

MEMBER = np.dtype([("leaves", np.int64), ("weight", np.float64)])  # of its labels
BRANCHING = np.dtype(  # the sibling of a free node is the next of them
    [(name, NODE[name]) for name in NODE.names or () if name != "child"] + LINKS, align=True
)


def emptied(s, v, after):
    """Free what a node holds; the first of the nodes below it, to the last of which joins `after`.

    They are a chain of siblings.
    """


class MixedRegressionTrees(NamedTuple):
    """Hoeffding trees with nodes of one pool, whose first M are the roots."""

    nodes: np.ndarray  # (N,) of BRANCHING
    free: np.ndarray  # (2,) the first node that is free, and how many are
    children: Children
    members: np.ndarray  # (M,) of MEMBER
    candidates: MixedCandidates  # where each node may be split
    models: tuple  # a state with a member for each node
    prediction: int
    grace_period: float
    max_depth: int
    delta: float
    tau: float
    decay: float
    preprunes: bool  # a leaf may also stay as it is
    most_leaves: int  # that a tree may have from `most_weight` on: beyond, river's own might
    most_weight: float  # exceed max_size and save memory, which these trees do not


def regression_tree(
    members,
    d,
    k,
    sizes,
    missing=False,
    binary_split=False,
    max_size=500.0,
    memory_estimate_period=1_000_000,
    **parameters,
):
    """Regression trees that have learned nothing.

    `sizes` (d,) says how many values each column has, 0 if it is numeric. The other parameters are
    those of `hoeffding_tree_regressor`; cells may be missing in any case.
    """
    plain = hoeffding_tree_regressor(members, d, k, max_size=max_size, **parameters)
    numbers, each = plain.candidates, np.zeros(members, MEMBER)
    each["leaves"] = 1
    values = max(1, *sizes)
    bare = MixedRegressionTrees(
        new_leaves(0, members),
        np.array([NONE, 0]),
        no_children(values),
        each,
        mixed_candidates(
            members,
            np.array(sizes, np.int64),
            len(numbers.points),
            numbers.scale,
            numbers.least,
            binary_split,
        ),
        first(LinearWithGaps(*plain.models), members),
        plain.prediction,
        plain.grace_period,
        plain.max_depth,
        plain.delta,
        plain.tau,
        plain.decay,
        plain.preprunes,
        int(max_size * 2**20 / bytes_of_leaf(d, sizes)),
        0.99 * memory_estimate_period,
    )
    return enlarged(with_nodes(bare, max(2 * FEWEST, 2 * members * values)))


def bytes_of_leaf(d, sizes):
    """The bytes that a leaf of river's takes at most, of columns of so many values each."""
    return LARGEST[0] + LARGEST[1] * d + OF_VALUE * sum(sizes)


def new_leaves(start, stop, kind=BRANCHING):
    """Nodes of these numbers that have learned nothing, each of which leads to the next."""
    nodes = np.zeros(stop - start, kind)
    nodes["feature"], nodes["active"], nodes["child"] = LEAF, True, NONE
    nodes["sibling"] = np.arange(start + 1, stop + 1)
    return nodes


def first(models, n):
    """The first of so many members."""
    return models._replace(weights=models.weights[:n], intercept=models.intercept[:n])


def enlarged(s):
    """The same trees with twice the room where there is little.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    members = s.members
    many = members["leaves"] > s.most_leaves
    if (many & (members["weight"] >= s.most_weight)).any():
        raise ValueError(
            f"a tree has more than {s.most_leaves} leaves after {s.most_weight:.0f} labels, "
            "where river's own might save memory"
        )
    if not points_suffice.py_func(s):
        s = s._replace(candidates=s.candidates._replace(trees=with_points(s.candidates.trees)))
    if s.children.free[1] < len(members):
        s = s._replace(children=with_rows(s.children, max(len(members), len(s.children.table))))
    return s if nodes_suffice.py_func(s) else with_nodes(s, len(s.nodes))


def with_nodes(s, more):
    """The same trees with so many more free nodes."""
    size = len(s.nodes)
    nodes = np.concatenate([s.nodes, new_leaves(size, size + more, s.nodes.dtype)])
    nodes["sibling"][-1] = s.free[0]
    return s._replace(
        nodes=nodes,
        free=np.array([size, s.free[1] + more]),
        candidates=with_leaves(s.candidates, more),
        models=s.models._replace(
            weights=grown(s.models.weights, more), intercept=grown(s.models.intercept, more)
        ),
    )


@compiled
def points_suffice(s):
    return s.candidates.trees.free[1] >= s.members.size * s.candidates.sizes.size


@compiled
def nodes_suffice(s):
    """Whether each tree may split once, or grow a child."""
    return s.free[1] >= s.members.size * max(2, s.children.table.shape[1])


@compiled
def tree_room(s):
    if not (nodes_suffice(s) and points_suffice(s)) or s.children.free[1] < s.members.size:
        return False
    for m in range(s.members.size):
        if s.members[m].leaves > s.most_leaves and s.members[m].weight >= s.most_weight:
            return False
    return True


@compiled
def weight_of_leaf(s, at):
    return s.nodes[at].n


@compiled
def leaf_below(s, at, x):
    """The leaf that predicts x, below a node."""
    while s.nodes[at].feature != LEAF:
        child = child_of(s.nodes, s.children, at, x)
        at = fullest_child(s, s.nodes, at) if child == NONE else child
    return at


@compiled
def tree_learn(s, m, x, y, w, fresh):
    """Train a leaf, which may then be split if each branch above it knew the way."""
    if w == 0.0:
        return
    s.members[m].weight += w
    at, known = m, True
    while s.nodes[at].feature != LEAF:
        child = child_of(s.nodes, s.children, at, x)
        if child == NONE:
            known = False
            child = other_child(s, m, at, x)
        at = child
    leaf_learn(s, at, x, y, w)
    if known:
        consider_split(s, m, at)


@compiled
def other_child(s, m, at, x):
    """The child that is to learn x where a branch has none for it: a new one, if its value is."""
    return grow_child(s, m, at, x) if is_new(s.nodes, at, x) else fullest_child(s, s.nodes, at)


@compiled
def grow_child(s, m, at, x):
    """A new leaf below a branch, for a new value."""
    new = add_child(s, at, last_child(s.nodes, at))
    empty_leaf(s, new, s.nodes[at].depth + 1)
    s.children.table[s.nodes[at].row, int(x[s.nodes[at].feature])] = new
    s.members[m].leaves += 1
    return new


@compiled
def add_child(s, at, last):
    """A free node, now the child of a branch after the last it has, or NONE."""
    new = s.free[0]
    s.free[0] = s.nodes[new].sibling
    s.free[1] -= 1
    link(s.nodes, at, last, new)
    return new


@compiled
def branch_out(s, m, at, split):
    node, nominal = s.nodes[at], s.candidates.sizes[split.feature] > 0
    node.feature, node.threshold = split.feature, split.value
    if nominal and split.value != split.value:
        node.by = EACH
        split_apart(s, m, at)
    else:
        node.by = ONE if nominal else BELOW
        left = add_child(s, at, NONE)
        start_leaf(s, left, at, split.left)
        start_leaf(s, add_child(s, at, left), at, split.right)
        s.members[m].leaves += 1
    discard(s.candidates, at)


@compiled
def split_apart(s, m, at):
    """Give a branch a child for each value of its feature, from low to high."""
    node, trees, last = s.nodes[at], s.candidates.trees, NONE
    take_row(s.children, node)
    top = least_below(trees, trees.roots[at, node.feature], 0)
    while top:
        point = trees.points[trees.stack[top - 1]]
        last = add_child(s, at, last)
        start_leaf(s, last, at, moments(point))
        s.children.table[node.row, int(point.value)] = last
        s.members[m].leaves += 1
        top = least_below(trees, point.right, top - 1)
    s.members[m].leaves -= 1


@compiled
def tree_reset(s, m):
    free_below(s, m)
    empty_leaf(s, m, 0)
    s.members[m].leaves, s.members[m].weight = 1, 0.0


@compiled
def free_below(s, at):
    """Free what a node holds and all nodes below it."""
    free_all(s, emptied(s, at, NONE))


@compiled
def free_all(s, v):
    """Free a node, the siblings after it and all nodes below these; how many leaves there were."""
    leaves = 0
    while v != NONE:
        leaves += s.nodes[v].feature == LEAF
        after = emptied(s, v, s.nodes[v].sibling)
        s.nodes[v].sibling = s.free[0]
        s.free[0] = v
        s.free[1] += 1
        v = after
    return leaves


@compiled
def without_children(s, v, after):
    node = s.nodes[v]
    if node.feature == LEAF:
        discard(s.candidates, v)
        return after
    if node.by == EACH:
        free_row(s.children, node)
    s.nodes[last_child(s.nodes, v)].sibling = after
    return node.child


dispatch(weight_at, MixedRegressionTrees, weight_of_leaf)
dispatch(leaf_of, MixedRegressionTrees, leaf_below)
dispatch(emptied, MixedRegressionTrees, without_children)
dispatch(split_leaf, MixedRegressionTrees, branch_out)
register_model(
    MixedRegressionTrees,
    predict=tree_predict,
    learn=tree_learn,
    reset=tree_reset,
    room=tree_room,
)
