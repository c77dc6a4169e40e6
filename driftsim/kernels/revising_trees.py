"""Extremely fast decision trees: they split early, and revise their splits as more labels come."""

import math
import sys
from typing import NamedTuple

import numpy as np

from driftsim.kernels.hoeffding_leaf import (
    ADAPTIVE,
    CLASS,
    GAUSSIAN,
    GINI,
    LEAF,
    NOTHING,
    Leaves,
    add_weight,
    bayes_class,
    best_threshold,
    clear_observations,
    clear_weights,
    impurity_before,
    is_pure,
    majority,
    observe,
    set_deviation,
    share_below,
    start,
)
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.trees import (
    CRITERIA,
    FEWEST,
    PREDICTIONS,
    UNKNOWN,
    bytes_of_leaf,
    padded,
    tree_predict,
    visit,
)

STAYS, MOVED, STOPPED = range(3)  # a branch as it was; with another threshold; revised

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
        sys.getrecursionlimit() - 20 if max_depth is None else int(max_depth),
        int(max_size * 2**20 / (2 * bytes_of_leaf(d, k))),  # a branch takes as much as a leaf
        0.99 * memory_estimate_period,
    )
    return with_pairs(bare, max(FEWEST, 2 * members))


def enlarged(s) -> RevisingTrees:
    """The same trees with room for twice as many nodes.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    if any(may_save.py_func(s, m) for m in s.members.view(np.recarray)):
        raise ValueError(
            f"a tree has too many leaves after {s.most_weight:.0f} labels, where river's own "
            "might save memory; `compiled: false` runs river's own"
        )
    return s if s.free[1] >= len(s.members) else with_pairs(s, len(s.nodes) // 2)


@compiled
def may_save(s, member):
    """Whether river's own tree might save memory: it takes a leaf for larger if it miscounts."""
    if member.weight < s.most_weight:
        return False
    leaves, counted = member.leaves, max(member.counted, 1)
    return leaves > s.most_leaves or leaves * leaves > s.most_leaves * counted


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
    saves = False
    for m in range(s.members.size):
        saves |= may_save(s, s.members[m])
    return not saves


@compiled
def child_of(s, v, x):
    return s.nodes[v].left + (not x[s.nodes[v].feature] <= s.nodes[v].threshold)


@compiled
def visit_revising(s, m, x):
    v = m
    while s.nodes[v].feature != NOTHING:
        v = child_of(s, v, x)
    s.members[m].node, s.members[m].by_bayes = v, UNKNOWN
    return v


@compiled
def revising_learn(s, m, x, y, w, fresh):
    """The leaf of a row learns it, then the branches on the way there, which may be revised.

    River revises the threshold of a branch by a new one with a list of the same children, and
    goes on with the list of the old: what becomes of a child there is lost (`kept`).
    """
    member, c = s.members[m], int(y)
    member.weight += w
    leaf_learn(s, member.node if fresh else visit(s, m, x), member, x, c, w)
    v, kept = m, True
    while s.nodes[v].feature != NOTHING:
        node, child = s.nodes[v], child_of(s, v, x)
        add_weight(s.leaves, v, c, w, s.leaves.whole)
        observe(s.leaves, v, x, c, w)
        change = STAYS
        if s.leaves.counts[v].total - node.revised >= s.revision_period:
            change = revise(s, m, v, kept)
        if change == STOPPED:
            return
        v, kept = child, change == STAYS
    counts = s.leaves.counts[v]
    if not counts.active:
        return
    if counts.depth >= s.max_depth:
        deactivate(s, member, v)
    elif counts.total - counts.tried >= s.grace_period:
        counts.tried = counts.total
        if not is_pure(s.leaves, v):
            try_split(s, m, v, kept)


@compiled
def leaf_learn(s, leaf, member, x, c, w):
    counts = s.leaves.counts[leaf]
    if s.prediction == ADAPTIVE and counts.active:
        by_bayes = bayes_class(s.leaves, leaf, x) if member.by_bayes == UNKNOWN else member.by_bayes
        if by_bayes == c:
            counts.bayes_correct += w
        if counts.classes == 0 or majority(s.leaves, leaf) == c:
            counts.majority_correct += w
    add_weight(s.leaves, leaf, c, w, s.leaves.whole)
    if counts.active:
        observe(s.leaves, leaf, x, c, w)


@compiled
def deactivate(s, member, v):
    s.leaves.counts[v].active = False
    member.counted -= 1


@compiled
def activate_all(s, m):
    """Start the inactive leaves of a tree again, as river does when it looks after its memory."""
    for v in range(s.nodes.size):
        if s.nodes[v].member == m and s.nodes[v].feature == NOTHING:
            counts = s.leaves.counts[v]
            if not counts.active and counts.depth < s.max_depth:
                counts.active = True
                clear_observations(s.leaves, v)
                s.members[m].counted += 1


@compiled
def search(s, v, own):
    """The best split of a node: its column or NOTHING, its threshold and merit; that of `own`."""
    before = impurity_before(s.leaves, v)
    which, at, best, of_own = NOTHING, 0.0, -math.inf, -math.inf
    for i in range(s.leaves.columns.shape[1]):
        threshold, found = best_threshold(s.leaves, v, i, before)
        if found > -math.inf and found >= best:
            which, at, best = i, threshold, found
        if i == own:
            of_own = found
    return which, at, best, of_own


@compiled
def bound(s, v):
    """Hoeffding's bound for the labels of a node."""
    counts = s.leaves.counts[v]
    reach = 1.0 if s.leaves.criterion == GINI else math.log2(max(counts.classes, 2))
    return math.sqrt(reach * reach * s.leaves.log_confidence / (2.0 * counts.total))


@compiled
def try_split(s, m, v, kept):
    """Split a leaf if its best split is better than none; without one it observes no more."""
    counts = s.leaves.counts[v]
    if s.leaves.classes[v, majority(s.leaves, v)].weight / counts.total > s.leaves.max_share:
        deactivate(s, s.members[m], v)
        return
    which, at, best, _ = search(s, v, NOTHING)
    if which == NOTHING:
        deactivate(s, s.members[m], v)
        return
    least = bound(s, v)
    if best > least or least < s.leaves.tau:
        s.members[m].counted += 1
        if kept:
            split(s, m, v, which, at)
        activate_all(s, m)


@compiled
def revise(s, m, v, kept):
    """Give a branch a better split, or make it a leaf again where none is better."""
    node, counts = s.nodes[v], s.leaves.counts[v]
    if is_pure(s.leaves, v):
        return STAYS
    which, at, best, current = search(s, v, node.feature)
    if which == NOTHING:
        return STOPPED
    least = bound(s, v)
    if -best > least:
        s.members[m].counted += 1 - walk(s, m, v, kept)
        if kept:
            node.feature = NOTHING
            counts.active, counts.tried = True, 0.0
            counts.majority_correct = counts.bayes_correct = 0.0
        activate_all(s, m)
        return STOPPED
    if current == -math.inf or not (best - current > least or least < s.leaves.tau):
        return STAYS
    if which == node.feature:
        if kept:
            node.threshold, node.revised = at, counts.total
        return MOVED if kept else STAYS
    s.members[m].counted += 2 - walk(s, m, v, kept)
    if kept:
        split(s, m, v, which, at)
    activate_all(s, m)
    return STOPPED


@compiled
def walk(s, m, v, removes):
    """How many active leaves are below a branch; free all nodes there if it `removes` them."""
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
def split(s, m, v, i, threshold):
    """Make a node a branch to two new leaves, with the weights observed on either side."""
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
        walk(s, m, m, True)
    s.nodes[m].feature = NOTHING
    member = s.members[m]
    member.weight, member.by_bayes, member.leaves, member.counted = 0.0, UNKNOWN, 1, 1
    clear_weights(s.leaves, m)
    start(s.leaves, m, 0)


dispatch(visit, RevisingTrees, visit_revising, forceinline=False)
register_model(
    RevisingTrees,
    predict=tree_predict,
    learn=revising_learn,
    reset=revising_reset,
    room=revising_room,
)
