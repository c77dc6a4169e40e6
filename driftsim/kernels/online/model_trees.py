"""Model trees: nodes of one pool, linear models in leaves, and what normalizes their rows."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.online import leaf_rows
from driftsim.kernels.online.deviation_splits import points_suffice, suffices
from driftsim.kernels.online.random_numbers import random_states, sample
from driftsim.kernels.search_trees import SearchTrees, count, discard, search_trees, with_points

LEAF = NONE = -1  # the feature of a node that is not split; no node
FEWEST = 32  # pairs of nodes at first
STEPS = 10.0  # thresholds that are tried in a standard deviation
AT_ONCE = 3  # pairs that a tree may take for one row: a split, one of an alternate, an alternate

NODE = np.dtype(
    [
        ("feature", np.int32),  # LEAF: it is not split
        ("child", np.int32),  # the left one, the right just after it
        ("alternate", np.int32),  # the root of the tree that may replace it, or NONE
        ("age", np.int64),  # rows that this has learned; of a free pair, the next
        ("threshold", np.float64),  # up to it, rows go left
        ("n", np.float64),  # weight of the labels of the leaf
        ("mean", np.float64),  # of these labels
        ("spread", np.float64),  # sum of their squared distances from it
        ("centre", np.float64),  # its first label
        ("start", np.float64),  # what it takes for their mean before there are any
        ("tried", np.float64),  # n when a split was last tried
        ("n_errors", np.float64),  # of the Page-Hinkley test
        ("error", np.float64),  # their mean
        ("rise", np.float64),  # how far they have been above it, summed
        ("lowest", np.float64),  # that this has been
        ("loss", np.float64),  # squared errors, faded, since there is an alternate
        ("alternate_loss", np.float64),  # of which these are its own
    ],
    align=True,
)
MEMBER = np.dtype(  # labels of a tree
    [("n", np.float64), ("mean", np.float64), ("spread", np.float64), ("span", np.float64)]
)  # span: three of their standard deviations
INPUT = np.dtype([("mean", np.float64), ("spread", np.float64), ("scale", np.float64)])


class ModelTrees(NamedTuple):
    """Trees with linear models in their leaves, nodes of one pool, whose first M are the roots."""

    nodes: np.ndarray  # (N,) of NODE
    free: np.ndarray  # (2,) the first two nodes that are free, and how many such pairs are
    weights: np.ndarray  # (N, d + 1) of the linear model of each leaf, the last of 1; or (N, 0)
    columns: np.ndarray  # (N, f) features that each leaf may be split by
    widths: np.ndarray  # (N, f) thresholds are multiples of it; 0: they are values of rows
    candidates: SearchTrees | leaf_rows.LeafRows  # where it may be split
    members: np.ndarray  # (M,) of MEMBER
    inputs: np.ndarray  # (M, d) of INPUT: what normalizes a feature
    random_states: np.ndarray  # (M,)
    pool: np.ndarray  # (d,) scratch
    stack: np.ndarray  # (N,) scratch: nodes on the way
    values: np.ndarray  # (f,) scratch: thresholds of a row
    here: np.ndarray  # (f,) scratch: their points
    models: bool  # whether a leaf predicts by its linear model, or else the mean
    by_tree: bool  # whether all leaves of a tree have the features of its root, or draw theirs
    grace_period: float
    delta: float
    tau: float
    rate: float  # of a new leaf's linear model
    decay: float  # of this rate
    tolerance: float  # of the Page-Hinkley test
    threshold: float  # of the Page-Hinkley test; 0: there is none
    fading: float  # of losses
    least_age: int  # of an alternate, between looks at it
    most_age: int


def model_trees(
    members,
    d,
    seed,
    max_features=None,
    leaf_prediction="model",
    grace_period=200,
    delta=1e-7,
    tau=0.05,
    learning_rate=0.02,
    decay=0.001,
    tolerance=0.005,
    threshold=50.0,
    fading=0.995,
    least_age=150,
    most_age=1500,
    by_tree=False,
    keeps_rows=False,
):
    """Trees that have learned nothing; each leaf is split by `max_features` of the features.

    Leaves keep their rows, or search trees of their values.
    """
    size, f = members + 2 * max(FEWEST, AT_ONCE * members), max_features or d
    nodes = np.concatenate([leaves(members), pairs(members, size)])
    columns = np.tile(np.arange(f), (size, 1))
    states = random_states(seed, members)
    if f < d:
        rng = np.random.default_rng(seed)
        columns[:members] = [rng.permutation(d)[:f] for _ in range(members)]
    return ModelTrees(
        nodes,
        np.array([members, (size - members) // 2]),
        np.zeros((size, d + 1 if leaf_prediction == "model" else 0)),
        columns,
        np.zeros(columns.shape),
        leaf_rows.leaf_rows(size, f, 2 * members)
        if keeps_rows
        else search_trees(size, f, 16 * d * members, 0.0, 0.0),
        np.zeros(members, MEMBER),
        np.zeros((members, d), INPUT),
        states,
        np.zeros(d, np.int64),
        np.zeros(size, np.int32),
        np.zeros(f),
        np.zeros(f, np.int64),
        leaf_prediction == "model",
        bool(by_tree),
        float(grace_period),
        float(delta),
        float(tau),
        float(learning_rate),
        float(decay),
        float(tolerance),
        float(threshold),
        float(fading),
        int(least_age),
        int(most_age),
    )


def leaves(n):
    """Nodes that have learned nothing."""
    nodes = np.zeros(n, NODE)
    nodes["feature"], nodes["alternate"] = LEAF, NONE
    return nodes


def pairs(first, last):
    """Free nodes of these numbers, two by two."""
    nodes = leaves(last - first)
    nodes["age"][::2] = np.arange(first + 2, last + 2, 2)
    return nodes


def enlarged(s):
    """The same trees with twice the room where there is little."""
    trees = s.candidates
    if isinstance(trees, SearchTrees) and not points_suffice.py_func(trees, len(s.members)):
        s = s._replace(candidates=with_points(trees))
    if s.free[1] >= AT_ONCE * len(s.members):
        return s
    size = len(s.nodes)
    nodes = np.concatenate([s.nodes, pairs(size, 2 * size)])
    nodes["age"][size + 2 * (size // 2) - 2] = s.free[0]
    return s._replace(
        nodes=nodes,
        free=np.array([size, s.free[1] + size // 2]),
        weights=np.concatenate([s.weights, np.zeros_like(s.weights)]),
        columns=np.concatenate([s.columns, s.columns]),
        widths=np.concatenate([s.widths, s.widths]),
        candidates=with_leaves(s.candidates, size),
        stack=np.zeros(2 * size, np.int32),
    )


def with_leaves(candidates, more):
    """The same candidates with so many more leaves, which have observed nothing."""
    if isinstance(candidates, leaf_rows.LeafRows):
        return leaf_rows.with_leaves(candidates, more)
    roots = np.full((more, candidates.roots.shape[1]), NONE, candidates.roots.dtype)
    return candidates._replace(roots=np.concatenate([candidates.roots, roots]))


@compiled
def trees_room(s):
    return suffices(s.candidates, s.members.size) and s.free[1] >= AT_ONCE * s.members.size


@compiled
def leaf_below(s, at, x):
    while s.nodes[at].feature != LEAF:
        node = s.nodes[at]
        at = node.child + (0 if x[node.feature] <= node.threshold else 1)
    return at


@compiled
def output(s, m, at, x):
    """The normalized label that the linear model of a leaf gives."""
    total = s.weights[at, x.size]
    for i in range(x.size):
        each = s.inputs[m, i]
        total += s.weights[at, i] * ((x[i] - each.mean) * each.scale)
    return total


@compiled
def value_at(s, m, at, x):
    member, node = s.members[m], s.nodes[at]
    if s.models:
        return member.mean + member.span * output(s, m, at, x)
    return node.mean if node.n > 0.0 else node.start


@compiled
def trees_predict(s, m, x, p):
    return value_at(s, m, leaf_below(s, m, x), x)


@compiled
def normalize(s, m, x, y, w):
    """Add a row to the moments by which features and labels are normalized."""
    member = s.members[m]
    count(member, y, w)
    member.span = 3.0 * math.sqrt(member.spread / member.n)
    share, inverse = w / member.n, 1.0 / member.n
    for i in range(x.size):
        each = s.inputs[m, i]
        before = x[i] - each.mean
        each.mean += share * before
        each.spread += w * before * (x[i] - each.mean)
        if s.models:
            deviation = math.sqrt(each.spread * inverse)
            each.scale = 1.0 / (3.0 * deviation) if deviation > 0.0 else 0.0


@compiled
def forget_errors(node):
    node.n_errors = node.error = node.rise = node.lowest = 0.0
    node.loss = node.alternate_loss = 0.0
    node.age = 0


@compiled
def open_leaf(s, m, at, parent, start):
    """Make a node a leaf, with the linear model of its parent if it has one."""
    node = s.nodes[at]
    forget_errors(node)
    node.feature, node.alternate, node.start = LEAF, NONE, start
    node.n = node.mean = node.spread = node.tried = 0.0
    if s.by_tree:
        for j in range(s.columns.shape[1]):
            s.columns[at, j] = s.columns[m, j]
    elif s.columns.shape[1] < s.pool.size:
        sample(s.random_states, m, s.columns[at], s.pool)
    set_widths(s, m, at)
    for i in range(s.weights.shape[1]):
        s.weights[at, i] = s.weights[parent, i] if parent != NONE else 0.0


@compiled
def set_widths(s, m, at):
    """Have a leaf's thresholds be multiples of a part of the deviation of their feature."""
    n = s.members[m].n
    for j in range(s.columns.shape[1]):
        spread = s.inputs[m, s.columns[at, j]].spread
        s.widths[at, j] = math.sqrt(spread / n) / STEPS if n > 0.0 else 0.0


@compiled
def has_widths(s, at):
    widest = 0.0
    for j in range(s.columns.shape[1]):
        widest = max(widest, s.widths[at, j])
    return widest > 0.0


@compiled
def take_pair(s):
    first = s.free[0]
    s.free[0] = s.nodes[first].age
    s.free[1] -= 1
    return first


@compiled
def free_pair(s, first):
    s.nodes[first].age = s.free[0]
    s.free[0] = first
    s.free[1] += 1


@compiled
def free_branch(s, root):
    """Free what a node holds and all nodes below it."""
    s.stack[0], top = root, 1
    while top:
        top -= 1
        at = s.stack[top]
        node = s.nodes[at]
        if node.feature == LEAF:
            discard(s.candidates, at)
            continue
        s.stack[top], s.stack[top + 1] = node.child, node.child + 1
        free_pair(s, node.child)
        top += 2
        if node.alternate != NONE:
            s.stack[top] = node.alternate
            free_pair(s, node.alternate)
            top += 1


@compiled
def trees_reset(s, m):
    free_branch(s, m)
    member = s.members[m]
    member.n = member.mean = member.spread = member.span = 0.0
    for i in range(s.pool.size):
        each = s.inputs[m, i]
        each.mean = each.spread = each.scale = 0.0
    open_leaf(s, m, m, NONE, 0.0)
