"""Extremely fast decision trees: they split early, and revise their splits as more labels come."""

import math
import sys
from typing import NamedTuple

import numpy as np

from driftsim.kernels.hoeffding_leaf import (
    CLASS,
    GAUSSIAN,
    LEAF,
    NOTHING,
    Leaves,
    add_weight,
    best_threshold,
    clear_observations,
    clear_weights,
    impurity_before,
    set_deviation,
    share_below,
    start,
)
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mixed_branches import BELOW
from driftsim.kernels.revisions import (
    any_saves,
    child_of,
    children_of,
    clear,
    may_save,
    move,
    revising_learn,
    search,
    split,
    walk,
)
from driftsim.kernels.trees import (
    CRITERIA,
    FEWEST,
    PREDICTIONS,
    UNKNOWN,
    arrive,
    bytes_of_leaf,
    padded,
    tree_predict,
    visit,
)

MEMBER = np.dtype(
    [
        ("weight", np.float64),  # of its labels
        ("node", np.int64),  # the leaf that predicted last
        ("by_bayes", np.int64),  # the class that naive Bayes predicted there, or UNKNOWN
        ("leaves", np.int64),
        ("counted", np.int64),  # active leaves as river counts them, those that are lost included
    ]
)
NODE = np.dtype(
    [
        ("feature", np.int64),  # NOTHING: it is a leaf
        ("threshold", np.float64),  # up to it, rows go left
        ("left", np.int64),  # its children, the right just after the left
        ("member", np.int64),  # whose tree it is in; NOTHING: it is free
        ("revised", np.float64),  # weight of a branch when its split was last revised
        ("pair", np.int64),  # of a free left node, the next; of others, scratch of a walk
    ]
)


class RevisingTrees(NamedTuple):
    """Trees whose branches go on to observe rows, as their leaves do: M roots, then pairs."""

    members: np.ndarray  # (M,) of MEMBER
    nodes: np.ndarray  # (N,) of NODE
    free: np.ndarray  # (2,) the first free pair, and how many there are
    leaves: Leaves  # N, the statistics of each node
    prediction: int
    nb_threshold: float
    grace_period: float
    revision_period: float
    max_share: float  # of a class, beyond which a leaf is not split
    max_depth: int
    most_leaves: int  # that a tree may have from `most_weight` on: beyond, river's own might
    most_weight: float  # exceed max_size and save memory, which these trees do not


def extremely_fast_tree(
    members,
    d,
    k,
    grace_period=200,
    max_depth=None,
    min_samples_reevaluate=20,
    split_criterion="info_gain",
    delta=1e-7,
    tau=0.05,
    leaf_prediction="nba",
    nb_threshold=0,
    n_splits=10,
    min_branch_fraction=0.01,
    max_share_to_split=0.99,
    max_size=100.0,
    memory_estimate_period=1_000_000,
    merit_preprune=True,
):
    """Hoeffding anytime trees (Manapragada, Webb & Salehi 2018) that have learned nothing.

    As in river, `merit_preprune` makes no difference.
    """
    leaves = Leaves(
        np.zeros(members, LEAF), np.zeros((members, k), CLASS),
        np.zeros((members, k, d), GAUSSIAN), np.zeros((members, d), np.int64),
        CRITERIA[split_criterion], int(n_splits), float(min_branch_fraction),
        float(max_share_to_split), math.log(1.0 / delta), float(tau), False, False, False, 0.5,
    )  # fmt: skip
    leaves.counts["active"] = True
    leaves.columns[:] = np.arange(d)
    each, roots = np.zeros(members, MEMBER), np.zeros(members, NODE)
    each["leaves"], each["counted"], each["by_bayes"] = 1, 1, UNKNOWN
    roots["feature"], roots["member"] = NOTHING, np.arange(members)
    bare = RevisingTrees(
        each,
        roots,
        np.array([NOTHING, 0]),
        leaves,
        PREDICTIONS[leaf_prediction],
        float(nb_threshold),
        float(grace_period),
        float(min_samples_reevaluate),
        leaves.max_share,
        sys.getrecursionlimit() - 20 if max_depth is None else int(max_depth),
        int(max_size * 2**20 / (2 * bytes_of_leaf(d, k))),  # a branch takes as much as a leaf
        0.99 * memory_estimate_period,
    )
    return with_pairs(bare, max(FEWEST, 2 * members))


def enlarged(s) -> RevisingTrees:
    """The same trees with room for twice as many nodes.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    refuse_saving(s)
    return s if s.free[1] >= len(s.members) else with_pairs(s, len(s.nodes) // 2)


def refuse_saving(s):
    """Raise `ValueError` where a tree is so large that river's own might save memory."""
    if any(may_save.py_func(s, m) for m in s.members.view(np.recarray)):
        raise ValueError(
            f"a tree has too many leaves after {s.most_weight:.0f} labels, where river's own "
            "might save memory"
        )


def with_pairs(s, n):
    """The same trees with n more free pairs of nodes."""
    first, last = len(s.nodes), len(s.nodes) + 2 * n
    nodes = np.zeros(2 * n, NODE)
    nodes["feature"] = nodes["member"] = NOTHING
    nodes["pair"][::2] = [*range(first + 2, last, 2), s.free[0]]
    leaves = {name: padded(getattr(s.leaves, name), 2 * n) for name in Leaves._fields[:4]}
    return s._replace(
        nodes=np.concatenate([s.nodes, nodes]),
        free=np.array([first, s.free[1] + n]),
        leaves=s.leaves._replace(**leaves),
    )


@compiled
def revising_room(s):
    if s.free[1] < s.members.size:
        return False
    return not any_saves(s)


@compiled
def plain_child(s, v, x):
    return s.nodes[v].left + (not x[s.nodes[v].feature] <= s.nodes[v].threshold)


@compiled
def visit_revising(s, m, x):
    v = m
    while s.nodes[v].feature != NOTHING:
        v = plain_child(s, v, x)
    s.members[m].node, s.members[m].by_bayes = v, UNKNOWN
    return v


@compiled
def arrive_revising(s, m, x, fresh):
    return s.members[m].node if fresh else visit_revising(s, m, x)


@compiled
def search_numbers(s, v, own):
    before = impurity_before(s.leaves, v)
    which, at, best, of_own = NOTHING, 0.0, -math.inf, -math.inf
    for i in range(s.leaves.columns.shape[1]):
        threshold, found = best_threshold(s.leaves, v, i, before)
        if found > -math.inf and found >= best:
            which, at, best = i, threshold, found
        if i == own:
            of_own = found
    return True, which, BELOW, at, best, of_own > -math.inf, of_own


@compiled
def two(s, v, column, test):
    return 2


@compiled
def move_threshold(s, v, test, value, kept):
    if kept:
        s.nodes[v].threshold = value


@compiled
def walk_pairs(s, m, v, removes):
    first, active = s.nodes[v].left, 0
    s.nodes[first].pair = NOTHING
    while first != NOTHING:
        left = first
        first = s.nodes[left].pair
        for u in range(left, left + 2):
            if s.nodes[u].feature == NOTHING:
                active += s.leaves.counts[u].active
            else:
                s.nodes[s.nodes[u].left].pair = first
                first = s.nodes[u].left
            if removes:
                s.nodes[u].feature = s.nodes[u].member = NOTHING
        if removes:
            s.nodes[left].pair = s.free[0]
            s.free[0] = left
            s.free[1] += 1
            s.members[m].leaves -= 1
    return active


@compiled
def split_in_two(s, m, v, i, test, threshold):
    node, left = s.nodes[v], s.free[0]
    s.free[0] = s.nodes[left].pair
    s.free[1] -= 1
    s.members[m].leaves += 1
    node.feature, node.threshold, node.left = i, threshold, left
    node.revised = s.leaves.counts[v].total
    for u in range(left, left + 2):
        s.nodes[u].member = m
        clear_weights(s.leaves, u)
    for j in range(s.leaves.counts[v].observed):
        c = s.leaves.classes[v, j].nth_observed
        gaussian, n = s.leaves.gaussians[v, c, i], s.leaves.classes[v, c].observed
        if threshold < gaussian.low:
            add_weight(s.leaves, left + 1, c, n, False)
        elif threshold >= gaussian.high:
            add_weight(s.leaves, left, c, n, False)
        else:
            set_deviation(s.leaves, v, c, i)
            below = share_below(s.leaves, v, c, i, threshold) * n
            add_weight(s.leaves, left, c, below, False)
            add_weight(s.leaves, left + 1, c, n - below, False)
    for u in range(left, left + 2):
        start(s.leaves, u, s.leaves.counts[v].depth + 1)


@compiled
def revising_reset(s, m):
    if s.nodes[m].feature != NOTHING:
        walk_pairs(s, m, m, True)
    s.nodes[m].feature = NOTHING
    member = s.members[m]
    member.weight, member.by_bayes, member.leaves, member.counted = 0.0, UNKNOWN, 1, 1
    clear_weights(s.leaves, m)
    start(s.leaves, m, 0)


dispatch(visit, RevisingTrees, visit_revising, forceinline=False)
dispatch(arrive, RevisingTrees, arrive_revising, forceinline=False)
dispatch(child_of, RevisingTrees, plain_child, forceinline=False)
dispatch(search, RevisingTrees, search_numbers, forceinline=False)
dispatch(children_of, RevisingTrees, two, forceinline=False)
dispatch(split, RevisingTrees, split_in_two, forceinline=False)
dispatch(move, RevisingTrees, move_threshold, forceinline=False)
dispatch(walk, RevisingTrees, walk_pairs, forceinline=False)
dispatch(clear, Leaves, clear_observations, forceinline=False)
register_model(
    RevisingTrees,
    predict=tree_predict,
    learn=revising_learn,
    reset=revising_reset,
    room=revising_room,
)
