"""Hoeffding trees for classes: they split a leaf once its best split is better beyond doubt."""

import math
import sys
from typing import NamedTuple

import numpy as np

from driftsim.kernels.hoeffding_leaf import (
    ADAPTIVE,
    BAYES,
    CLASS,
    GAUSSIAN,
    GINI,
    INFO_GAIN,
    LEAF,
    MAJORITY,
    NOTHING,
    Leaves,
    add_weight,
    bayes_class,
    bayes_probabilities,
    best_split,
    clear_weights,
    is_pure,
    majority,
    observe,
    split_leaf,
    start,
)
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mersenne_twister import sample
from driftsim.kernels.tree_limits import GIVEN, Limit, NoLimit, enforce, kind_of, limit, meet, stop

CRITERIA = {"info_gain": INFO_GAIN, "gini": GINI}
PREDICTIONS = {"mc": MAJORITY, "nb": BAYES, "nba": ADAPTIVE}
UNKNOWN = -2  # no class either: naive Bayes has not been asked
FEWEST = 32  # pairs of nodes at first

MEMBER = np.dtype(
    [
        ("pairs", np.int64),  # the first node of the latest pair of its nodes; NOTHING: it has none
        ("leaves", np.int64),
        ("weight", np.float64),  # of its labels
        ("node", np.int64),  # the leaf that predicted last
        ("by_bayes", np.int64),  # the class that naive Bayes predicted there, or UNKNOWN
    ]
)
NODE = np.dtype(
    [
        ("feature", np.int64),  # NOTHING: it is a leaf
        ("threshold", np.float64),  # up to it, rows go left
        ("left", np.int64),  # its children, the right just after the left
        ("leaf", np.int64),  # of a leaf, its statistics; of a left node, those of its parent
        ("pair", np.int64),  # of a left node, the pair before this one
        ("classes", np.int64),  # of a branch: those that it had, as `bits` gives them
    ]
)


def visit(s, m, x):
    """The leaf of tree m that x falls into, which the tree remembers until it learns."""


def arrive(s, m, x, fresh):
    """The leaf of tree m that is to learn x; it is known if `fresh` from predicting x, or this."""


def may_split(s, m):
    """Whether the leaf where tree m has just learned may be split now."""


def attempt(s, m, v):
    """Split the leaf of a node of tree m if a split is good enough."""


def draw_columns(s, m, x, random_state, by_name, pool):
    """Sample the columns of the leaf where tree m is to learn x, before its first observation.

    `by_name` has the columns in the order of their names, `pool` is scratch; both are (d,).
    """


class Trees(NamedTuple):
    """Hoeffding trees whose nodes are of one pool: M roots, then pairs of children."""

    members: np.ndarray  # (M,) of MEMBER
    nodes: np.ndarray  # (N,) of NODE
    free: np.ndarray  # (2,) the first free pair, and how many there are
    leaves: Leaves
    prediction: int
    nb_threshold: float
    grace_period: float
    max_depth: int
    most_leaves: int  # that a tree may have from `most_weight` on: beyond, river's own might
    most_weight: float  # exceed max_size and save memory, which these trees do not
    limit: tuple


def hoeffding_tree(
    members,
    d,
    k,
    grace_period=200,
    max_depth=None,
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
    max_features=None,
    whole=False,
):
    """Hoeffding trees (Domingos & Hulten 2000) that have learned nothing.

    With `max_features`, each leaf looks at so many columns; the caller samples them.
    With `whole`, labels have weights that are ints in river.
    """
    m = d if max_features is None else max_features
    leaves = Leaves(
        np.zeros(members, LEAF),
        np.zeros((members, k), CLASS),
        np.zeros((members, k, m), GAUSSIAN),
        np.zeros((members, m), np.int64),
        CRITERIA[split_criterion],
        int(n_splits),
        float(min_branch_fraction),
        float(max_share_to_split),
        math.log(1.0 / delta),
        float(tau),
        bool(merit_preprune),
        max_features is not None,
        whole,
        0.5,
    )
    leaves.counts["active"] = True
    leaves.columns[:] = NOTHING if leaves.draws else np.arange(m)
    roots, each = np.zeros(members, NODE), np.zeros(members, MEMBER)
    roots["feature"], roots["leaf"] = NOTHING, np.arange(members)
    each["pairs"], each["leaves"], each["by_bayes"] = NOTHING, 1, UNKNOWN
    bare = Trees(
        each,
        roots,
        np.array([NOTHING, 0]),
        leaves,
        PREDICTIONS[leaf_prediction],
        float(nb_threshold),
        float(grace_period),
        sys.getrecursionlimit() - 20 if max_depth is None else int(max_depth),
        int(max_size * 2**20 / bytes_of_leaf(m, k)),
        0.99 * memory_estimate_period,
        limit(members, k, max_size, memory_estimate_period)
        if members == 1 and max_features is None and not whole
        else NoLimit(),
    )
    return with_pairs(bare, max(FEWEST, 2 * members))


def bytes_of_leaf(m, k):
    """The most bytes that a leaf of river's takes, with its share of the nodes above it."""
    return 2000 + 250 * k + m * (1300 + 3500 * k)


def enlarged(s) -> Trees:
    """The same trees with room for twice as many nodes.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    if isinstance(s.limit, NoLimit) or not s.limit.lifted[0]:
        refuse_outgrown(s)
    return s if s.free[1] >= len(s.members) else with_pairs(s, len(s.nodes) // 2)


def refuse_outgrown(s):
    """Raise `ValueError` where a tree is so large that river's own might save memory."""
    many = s.members["leaves"] > s.most_leaves
    if (many & (s.members["weight"] >= s.most_weight)).any():
        raise ValueError(
            f"a tree has more than {s.most_leaves} leaves after {s.most_weight:.0f} labels, "
            "where river's own might save memory"
        )


def with_pairs(s, n):
    """The same trees with n more free pairs of nodes, and as many leaves."""
    first, last = len(s.nodes), len(s.nodes) + 2 * n
    nodes = np.zeros(2 * n, NODE)
    nodes["feature"] = NOTHING
    nodes["pair"][::2] = [*range(first + 2, last, 2), s.free[0]]
    nodes["leaf"][1::2] = len(s.leaves.counts) + np.arange(n)
    leaves = {name: padded(getattr(s.leaves, name), n) for name in Leaves._fields[:4]}
    return s._replace(
        nodes=np.concatenate([s.nodes, nodes]),
        free=np.array([first, s.free[1] + n]),
        leaves=s.leaves._replace(**leaves),
        limit=s.limit._replace(
            **{name: padded(getattr(s.limit, name), 2 * n) for name in s.limit._fields[5:8]}
        ),
    )


def padded(array, n):
    """An array with n more entries of zeros."""
    return np.concatenate([array, np.zeros((n, *array.shape[1:]), array.dtype)])


@compiled
def tree_room(s):
    if s.free[1] < s.members.size:
        return False
    return not is_at_limit(s.limit, s)


def is_at_limit(limit, s):
    """Whether a tree must stop until its bytes are known, or for good."""


@compiled
def is_at_none(limit, s):
    return outgrown(s)


@compiled
def is_due(limit, s):
    """Or until they are known that were due last: before a split that may be one too many."""
    member = s.members[0]
    if member.weight >= limit.due[0]:
        return True
    if limit.due[0] == math.inf:
        return outgrown(s)
    near = member.leaves >= s.most_leaves and member.weight >= s.most_weight
    return near and limit.lifted[0] == 0


@compiled
def outgrown(s):
    """Whether a tree is so large that river's own might save memory."""
    for m in range(s.members.size):
        if s.members[m].leaves > s.most_leaves and s.members[m].weight >= s.most_weight:
            return True
    return False


@compiled
def visit_plain(s, m, x):
    v = m
    while s.nodes[v].feature != NOTHING:
        left = x[s.nodes[v].feature] <= s.nodes[v].threshold
        v = s.nodes[v].left + (not left)
    s.members[m].node, s.members[m].by_bayes = v, UNKNOWN
    return s.nodes[v].leaf


@compiled
def arrive_plain(s, m, x, fresh):
    return s.nodes[s.members[m].node].leaf if fresh else visit_plain(s, m, x)


@compiled
def may_split_plain(s, m):
    return True


@compiled
def draw_columns_plain(s, m, x, random_state, by_name, pool):
    leaf = s.nodes[s.members[m].node].leaf
    columns = s.leaves.columns[leaf]
    if columns[0] == NOTHING and s.leaves.counts[leaf].active:
        sample(random_state, by_name.size, columns, pool)
        for i in range(columns.size):
            columns[i] = by_name[columns[i]]


@compiled
def tree_predict(s, m, x, p):
    leaf, k = visit(s, m, x), p.size
    for c in range(k):
        p[c] = 0.0
    if trusts_bayes(s, leaf):
        s.members[m].by_bayes = bayes_probabilities(s.leaves, leaf, x, p)
    else:
        part = 1.0 / s.leaves.counts[leaf].total  # rounded as in river, as votes of trees are tied
        for j in range(s.leaves.counts[leaf].classes):
            c = s.leaves.classes[leaf, j].nth
            p[c] = s.leaves.classes[leaf, c].weight * part
    label, most = -1.0, 0.0
    for c in range(k):
        if p[c] > most:
            label, most = float(c), p[c]
    return label


@compiled
def trusts_bayes(s, leaf):
    """Whether the leaf predicts by naive Bayes, not by the majority."""
    counts = s.leaves.counts[leaf]
    if not counts.active or s.prediction == MAJORITY:
        return False
    if s.prediction == BAYES:
        return counts.total >= s.nb_threshold
    return counts.bayes_correct >= counts.majority_correct


@compiled
def tree_learn(s, m, x, y, w, fresh):
    member, c = s.members[m], int(y)
    member.weight += w
    leaf = arrive(s, m, x, fresh)
    counts = s.leaves.counts[leaf]
    if s.prediction == ADAPTIVE and counts.active:
        by_bayes = bayes_class(s.leaves, leaf, x) if member.by_bayes == UNKNOWN else member.by_bayes
        if by_bayes == c:
            counts.bayes_correct += w
        if counts.classes == 0 or majority(s.leaves, leaf) == c:
            counts.majority_correct += w
    add_weight(s.leaves, leaf, c, w, kind_of(s.limit, s.leaves.whole))
    meet(s.limit, c)
    if not counts.active:
        return
    observe(s.leaves, leaf, x, c, w)
    if not may_split(s, m):
        return
    if counts.depth >= s.max_depth:
        counts.active = False
    elif counts.total - counts.tried >= s.grace_period:
        counts.tried = counts.total
        if not is_pure(s.leaves, leaf):
            attempt(s, m, member.node)


@compiled
def attempt_plain(s, m, v):
    leaf = s.nodes[v].leaf
    good, which, threshold = best_split(s.leaves, leaf)
    if not good:
        return
    if which == NOTHING:
        stop(s.limit, s, leaf)
        enforce(s.limit, s, m)
        return
    node, member, left = s.nodes[v], s.members[m], s.free[0]
    s.free[0] = s.nodes[left].pair
    s.free[1] -= 1
    s.nodes[left].pair = member.pairs
    s.nodes[left].leaf = leaf
    member.pairs = left
    member.leaves += 1
    node.feature = s.leaves.columns[leaf, which]
    node.threshold, node.left, node.classes = threshold, left, bits(s.leaves, leaf)
    split_leaf(s.leaves, leaf, s.nodes[left + 1].leaf, which, threshold)
    enforce(s.limit, s, m)


@compiled
def bits(s, leaf):
    """A bit for each class that a leaf has, and a later one if its weight is GIVEN; of 30."""
    found = 0
    for j in range(s.counts[leaf].classes):
        c = s.classes[leaf, j].nth
        if c < 30:
            found |= 1 << c
            if s.classes[leaf, c].whole == GIVEN:
                found |= 1 << (c + 30)
    return found


@compiled
def tree_reset(s, m):
    member = s.members[m]
    v = member.pairs
    while v != NOTHING:
        before = s.nodes[v].pair
        s.nodes[v].feature = s.nodes[v + 1].feature = NOTHING
        s.nodes[v].pair = s.free[0]
        s.free[0] = v
        s.free[1] += 1
        v = before
    s.nodes[m].feature = NOTHING
    member.pairs, member.leaves, member.weight, member.by_bayes = NOTHING, 1, 0.0, UNKNOWN
    clear_weights(s.leaves, s.nodes[m].leaf)
    start(s.leaves, s.nodes[m].leaf, 0)


dispatch(is_at_limit, NoLimit, is_at_none)
dispatch(is_at_limit, Limit, is_due)
dispatch(visit, Trees, visit_plain, forceinline=False)
dispatch(arrive, Trees, arrive_plain, forceinline=False)
dispatch(may_split, Trees, may_split_plain, forceinline=False)
dispatch(attempt, Trees, attempt_plain, forceinline=False)
dispatch(draw_columns, Trees, draw_columns_plain, forceinline=False)
register_model(Trees, predict=tree_predict, learn=tree_learn, reset=tree_reset, room=tree_room)
