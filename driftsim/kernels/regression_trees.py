"""Hoeffding trees for numbers: they split where that lowers the variance of the labels."""

import math
import sys
from typing import NamedTuple

import numpy as np

from driftsim.kernels.linear import linear_regression
from driftsim.kernels.loop import compiled, dispatch, learn, predict, register_model, reset
from driftsim.kernels.search_trees import (
    NONE,
    SearchTrees,
    count,
    discard,
    moments,
    nowhere,
    observe_row,
    offer,
    offers,
    search_trees,
    thin_out,
    with_points,
)

LEAF = -1  # the feature of a node that is not split
MEAN, MODEL, ADAPTIVE = range(3)  # what a leaf predicts
PREDICTIONS = {"mean": MEAN, "model": MODEL, "adaptive": ADAPTIVE}
FEWEST = 64  # pairs of nodes at first
LARGEST = 6000, 400  # bytes that a leaf of river's takes at most, and each feature at it

NODE = np.dtype(
    [
        ("feature", np.int32),  # LEAF: it is not split
        ("child", np.int32),  # the left one, the right just after it; of a free pair, the next
        ("threshold", np.float64),  # up to it, rows go left
        ("n", np.float64),  # weight of the labels
        ("mean", np.float64),  # of the labels
        ("spread", np.float64),  # sum of their squared distances from it
        ("tried", np.float64),  # n when a split was last tried
        ("error_of_mean", np.float64),  # squared and faded
        ("error_of_model", np.float64),
        ("depth", np.int32),
        ("active", np.bool_),  # whether it observes rows, and may be split
    ],
    align=True,
)


class RegressionTrees(NamedTuple):
    """Hoeffding trees with nodes of one pool, whose first M are the roots."""

    nodes: np.ndarray  # (N,) of NODE
    free: np.ndarray  # (2,) the first two nodes that are free, and how many such pairs are
    candidates: SearchTrees  # where each node may be split
    models: tuple  # a state with a member for each node
    trees: int  # M
    most: int  # pairs of nodes, up to which river need not save memory
    prediction: int
    grace_period: float
    max_depth: int
    delta: float
    tau: float
    decay: float
    preprunes: bool  # a leaf may also stay as it is


def hoeffding_tree_regressor(
    members,
    d,
    k=None,
    grace_period=200,
    max_depth=None,
    delta=1e-7,
    tau=0.05,
    leaf_prediction="adaptive",
    leaf_model=None,
    model_selector_decay=0.95,
    digits=1,
    min_samples_split=5,
    max_size=500.0,
    merit_preprune=True,
):
    """Regression trees (Ikonomovska et al. 2011) that have learned nothing.

    `leaf_model` gives the state of so many linear regressions. `digits` are those that a feature
    is rounded to before its values are candidates for a threshold; None: it is not.
    """
    most = int(max_size * 2**20 / (LARGEST[0] + LARGEST[1] * d))
    free = min(FEWEST, most)
    size = members + 2 * free
    nodes = np.concatenate([new_leaves(members), pairs(members, size)])
    scale = 0.0 if digits is None else 10.0**digits
    return RegressionTrees(
        nodes,
        np.array([members, free]),
        search_trees(size, d, 16 * d * members, scale, min_samples_split),
        leaf_model(size) if leaf_model else linear_regression(size, d, k),
        members,
        most,
        PREDICTIONS[leaf_prediction],
        float(grace_period),
        sys.maxsize if max_depth is None else int(max_depth),
        float(delta),
        float(tau),
        float(model_selector_decay),
        bool(merit_preprune),
    )


def new_leaves(n):
    """Nodes that have learned nothing."""
    nodes = np.zeros(n, NODE)
    nodes["feature"], nodes["active"] = LEAF, True
    return nodes


def pairs(first, last):
    """Free nodes of these numbers, two by two."""
    nodes = new_leaves(last - first)
    nodes["child"][::2] = np.arange(first + 2, last + 2, 2)
    return nodes


def enlarged(s):
    """The same trees with twice the room where there is little.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    if s.candidates.free[1] < s.trees * s.candidates.roots.shape[1]:
        s = s._replace(candidates=with_points(s.candidates))
    return s if s.free[1] >= s.trees else with_nodes(s)


def with_nodes(s):
    size = len(s.nodes)
    largest = max(splits(s, m) for m in range(s.trees))
    more = min((size - s.trees) // 2, s.most - largest)  # even if they all go to one tree
    if more <= 0:
        raise ValueError(
            f"a tree has more than {s.most} leaves, where river's own might save memory"
        )
    nodes = np.concatenate([s.nodes, pairs(size, size + 2 * more)])
    nodes["child"][-2] = s.free[0]
    none = np.full_like(s.candidates.roots, NONE, shape=(2 * more, s.candidates.roots.shape[1]))
    return s._replace(
        nodes=nodes,
        free=np.array([size, s.free[1] + more]),
        candidates=s.candidates._replace(roots=np.concatenate([s.candidates.roots, none])),
        models=s.models._replace(
            weights=grown(s.models.weights, 2 * more),
            intercept=grown(s.models.intercept, 2 * more),
        ),
    )


def splits(s, m):
    """How many nodes of tree m are split."""
    at, n = [m], 0
    while at:
        node = s.nodes[at.pop()]
        if node["feature"] != LEAF:
            n += 1
            at += [node["child"], node["child"] + 1]
    return n


def grown(array, more):
    """An array with more rows, which are like the last of those it has."""
    return np.concatenate([array, np.repeat(array[-1:], more, axis=0)])


# What trees of all classes do, and below it what those of `RegressionTrees` do in their own way.


def leaf_of(s, m, x):
    """The leaf of tree m that x comes to."""


def split_leaf(s, m, at, split):
    """Make a leaf of tree m a branch."""


@compiled
def tree_predict(s, m, x, p):
    at = leaf_of(s, m, x)
    if at == m and s.nodes[at].n == 0.0:
        return 0.0  # whatever the intercept of its model is
    return leaf_predict(s, at, x, p)


@compiled
def leaf_predict(s, at, x, p):
    node = s.nodes[at]
    if s.prediction == MEAN or (
        s.prediction == ADAPTIVE and node.error_of_mean < node.error_of_model
    ):
        return node.mean
    return predict(s.models, at, x, p)


@compiled
def leaf_learn(s, at, x, y, w):
    node = s.nodes[at]
    if s.prediction == ADAPTIVE:
        off, off_model = y - node.mean, y - predict(s.models, at, x, x)
        node.error_of_mean = s.decay * node.error_of_mean + off * off
        node.error_of_model = s.decay * node.error_of_model + off_model * off_model
    if s.prediction != MEAN:
        learn(s.models, at, x, y, w, False)
    count(node, y, w)
    if node.active:
        observe_row(s.candidates, at, x, y, w)


@compiled
def consider_split(s, m, at):
    node = s.nodes[at]
    if not node.active:
        return
    if node.depth >= s.max_depth:
        node.active = False
        discard(s.candidates, at)
    elif node.n - node.tried >= s.grace_period:
        node.tried = node.n
        attempt_split(s, m, at)


@compiled
def attempt_split(s, m, at):
    """Split a leaf where its best feature is better than the second by the Hoeffding bound."""
    all_rows, n = moments(s.nodes[at]), offers(s.candidates, at)
    best, second = nowhere(), -math.inf
    for j in range(n):
        split = offer(s.candidates, at, j, all_rows)
        if split.merit >= best.merit:
            best, second = split, best.merit
        else:
            second = max(second, split.merit)
    bound = math.sqrt(math.log(1.0 / s.delta) / (2.0 * all_rows.n))
    if n == 1 and not s.preprunes:  # there is no other choice
        split_leaf(s, m, at, best)
    elif best.merit > 0.0:
        if second / best.merit < 1.0 - bound or bound < s.tau:
            split_leaf(s, m, at, best)
        elif second > 0.0:
            bar = second / best.merit - 2.0 * bound
            thin_out(s.candidates, at, all_rows, best.merit, bar)


@compiled
def start_leaf(s, at, parent, rows):
    """Make a node a leaf below its parent, whose linear model it copies."""
    node, above = s.nodes[at], s.nodes[parent]
    node.n, node.mean, node.spread, node.tried = rows.n, rows.mean, rows.spread, rows.n
    node.error_of_mean, node.error_of_model = above.error_of_mean, above.error_of_model
    node.feature, node.depth, node.active = LEAF, above.depth + 1, True
    s.models.intercept[at] = s.models.intercept[parent]
    for i in range(s.models.weights.shape[1]):
        s.models.weights[at, i] = s.models.weights[parent, i]


@compiled
def empty_leaf(s, at, depth):
    """Make a node a leaf that has learned nothing."""
    node = s.nodes[at]
    node.n, node.mean, node.spread, node.tried = 0.0, 0.0, 0.0, 0.0
    node.error_of_mean, node.error_of_model = 0.0, 0.0
    node.feature, node.depth, node.active = LEAF, depth, True
    reset(s.models, at)


@compiled
def leaf_below(s, m, x):
    at = m
    while s.nodes[at].feature != LEAF:
        node = s.nodes[at]
        at = node.child + (0 if x[node.feature] <= node.threshold else 1)
    return at


@compiled
def tree_learn(s, m, x, y, w, fresh):
    if w == 0.0:
        return
    at = leaf_below(s, m, x)
    leaf_learn(s, at, x, y, w)
    consider_split(s, m, at)


@compiled
def split_in_two(s, m, at, split):
    discard(s.candidates, at)
    child = s.free[0]
    s.free[0] = s.nodes[child].child
    s.free[1] -= 1
    start_leaf(s, child, at, split.left)
    start_leaf(s, child + 1, at, split.right)
    node = s.nodes[at]
    node.feature, node.threshold, node.child = split.feature, split.value, child


@compiled
def tree_reset(s, m):
    free_branch(s, m)
    empty_leaf(s, m, 0)


@compiled
def free_branch(s, at):
    """Free what a node holds and all nodes below it, two leaves at a time."""
    while s.nodes[at].feature != LEAF:
        v = last_branch(s, at)
        child = s.nodes[v].child
        discard(s.candidates, child)
        discard(s.candidates, child + 1)
        s.nodes[v].feature, s.nodes[child].child = LEAF, s.free[0]
        s.free[0] = child
        s.free[1] += 1
    discard(s.candidates, at)


@compiled
def last_branch(s, v):
    """A branch at or below another one that has no branch below it."""
    while True:
        child = s.nodes[v].child
        if s.nodes[child].feature == LEAF:
            child += 1
        if s.nodes[child].feature == LEAF:
            return v
        v = child


@compiled
def tree_room(s):
    enough = s.trees * s.candidates.roots.shape[1]
    return s.free[1] >= s.trees and s.candidates.free[1] >= enough


dispatch(leaf_of, RegressionTrees, leaf_below)
dispatch(split_leaf, RegressionTrees, split_in_two)
register_model(
    RegressionTrees, predict=tree_predict, learn=tree_learn, reset=tree_reset, room=tree_room
)
