"""Hoeffding adaptive trees: a branch whose error rises grows an alternate, which may replace it."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adaptive_votes import classes_of, plain_classes, vote
from driftsim.kernels.adwin import adwin
from driftsim.kernels.hoeffding_leaf import (
    ADAPTIVE,
    NOTHING,
    Leaves,
    add_weight,
    best_split,
    clear_observations,
    clear_weights,
    is_pure,
    observe,
    split_leaf,
    start,
)
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mersenne_twister import poisson, random_state
from driftsim.kernels.tree_nodes import (
    TreeNodes,
    child_of,
    drop_alternate,
    free_removed,
    mark_removed,
    replace,
    reset_errors,
    take_node,
    tree_nodes,
    update_error,
    with_nodes,
)
from driftsim.kernels.trees import (
    FEWEST,
    UNKNOWN,
    bytes_of_leaf,
    hoeffding_tree,
    outgrown,
    padded,
    refuse_outgrown,
)

DETECTOR = 5000  # bytes of river's ADWIN, and what else its adaptive leaves hold
KEPT, SWITCHED, PRUNED = range(3)  # what becomes of an alternate

MEMBER = np.dtype(
    [
        ("root", np.int64),
        ("leaves", np.int64),  # those of alternates too
        ("weight", np.float64),  # of its labels
        ("node", np.int64),  # the leaf that predicted last
        ("by_bayes", np.int64),  # the class that naive Bayes predicted there, or UNKNOWN
    ]
)


class AdaptiveTrees(NamedTuple):
    """Hoeffding trees that monitor the errors at each node.

    In river, an alternate that splits replaces its branch at once: so it is always one leaf.
    """

    members: np.ndarray  # (M,) of MEMBER
    pool: TreeNodes  # N nodes
    leaves: Leaves  # N
    random_states: np.ndarray  # (M + 1, 625) the last one is that of a new member
    votes: np.ndarray  # (k,) scratch: of a leaf
    prediction: int
    nb_threshold: float
    grace_period: float
    max_depth: int
    bootstraps: bool
    drift_window_threshold: float  # labels that both must have seen to be compared
    log_significance: float  # log(2 / significance)
    most_leaves: int  # that a tree may have from `most_weight` on: beyond, river's own might
    most_weight: float  # exceed max_size and save memory, which these trees do not


def hoeffding_adaptive_tree(
    members,
    d,
    k,
    bootstrap_sampling=True,
    drift_window_threshold=300,
    drift_detector=adwin,
    switch_significance=0.05,
    max_size=100.0,
    memory_estimate_period=1_000_000,
    seed=None,
    **parameters,
):
    """Hoeffding adaptive trees (Bifet & Gavaldà 2009) that have learned nothing.

    `drift_detector` gives so many windows; the other parameters are those of `hoeffding_tree`.
    """
    plain = hoeffding_tree(members, d, k, **parameters)
    each = np.zeros(members, MEMBER)
    each["root"], each["leaves"], each["by_bayes"] = np.arange(members), 1, UNKNOWN
    bare = AdaptiveTrees(
        each,
        tree_nodes(members, drift_detector(members)),
        plain.leaves,
        np.tile(random_state(seed), (members + 1, 1)),
        np.zeros(k),
        plain.prediction,
        plain.nb_threshold,
        plain.grace_period,
        plain.max_depth,
        bool(bootstrap_sampling),
        float(drift_window_threshold),
        math.log(2.0 / switch_significance),
        int(max_size * 2**20 / (DETECTOR + bytes_of_leaf(d, k))),
        0.99 * memory_estimate_period,
    )
    return with_room(bare, max(2 * FEWEST, 4 * members))


def with_room(s, n) -> AdaptiveTrees:
    """The same trees with n more free nodes, and as many leaves as nodes."""
    wider = with_nodes(s.pool, n)
    size = len(wider.nodes)
    more = max(0, size - len(s.leaves.counts))
    held = {name: padded(getattr(s.leaves, name), more)[:size] for name in Leaves._fields[:4]}
    return s._replace(pool=wider, leaves=s.leaves._replace(**held))


def enlarged(s) -> AdaptiveTrees:
    """The same trees with room for twice as many nodes.

    Raises `ValueError` where a tree is so large that river's own might save memory.
    """
    refuse_outgrown(s)
    return with_room(s, len(s.pool.nodes))


@compiled
def tree_room(s):
    """Each branch on the way may start an alternate, and each leaf that learns may split."""
    heap = s.pool.heap[0]
    if heap.n_free < s.members.size * (3 * (heap.deepest + 1) + 2):
        return False
    return not outgrown(s)


# What trees of each class do in their own way; below, and for those of `AdaptiveTrees` at the end.


def child_to_ask(s, v, x):
    """The child of a branch on the way to the leaf that predicts x."""


def is_lost(s, v, x):
    """Whether a branch has no child of its own for x."""


def child_to_learn(s, member, v, x):
    """The child of a branch that is to learn x."""


def attempt(s, member, v):
    """Split a leaf if a split is good enough; False: none is possible."""


def begin(leaves, leaf, depth):
    """Start a leaf with the weights that it has."""


def discard(leaves, leaf):
    """Discard what a leaf has observed of rows."""


@compiled
def tree_predict(s, m, x, p):
    """The sum of the votes of the leaf and of the alternates on the way to it."""
    for c in range(p.size):
        p[c] = 0.0
    member = s.members[m]
    v, lost = member.root, False
    while s.pool.nodes[v].feature != NOTHING:
        if s.pool.nodes[v].alternate != NOTHING:
            for _ in range(2 if lost else 1):  # as river has it
                vote(s, s.pool.nodes[v].alternate, x, p)
        lost, v = is_lost(s, v, x), child_to_ask(s, v, x)
    member.node, member.by_bayes = v, vote(s, v, x, p)
    label, most, total = -1.0, 0.0, 0.0
    for c in range(p.size):
        total += p[c]
    for c in range(p.size):
        p[c] *= 1.0 / total if total > 0.0 else 1.0
        if p[c] > most:
            label, most = float(c), p[c]
    return label


@compiled
def leaf_below(s, v, x):
    """The leaf that predicts x."""
    while s.pool.nodes[v].feature != NOTHING:
        v = child_to_ask(s, v, x)
    return v


@compiled
def plain_child(s, v, x):
    return child_of(s.pool, v, x)


@compiled
def never(s, v, x):
    return False


@compiled
def plain_child_to_learn(s, member, v, x):
    return child_of(s.pool, v, x)


@compiled
def tree_learn(s, m, x, y, w, fresh):
    """Train all nodes on the way to a leaf, and the alternates there, before the leaf."""
    member, c = s.members[m], int(y)
    member.weight += w
    v = member.node if fresh else leaf_below(s, member.root, x)
    predicted, by_bayes, _ = classes_of(s, v, x, member.by_bayes if fresh else UNKNOWN, False)
    at, parent = member.root, NOTHING
    while at != NOTHING:
        is_leaf = s.pool.nodes[at].feature == NOTHING
        learner = at if is_leaf else branch_learn(s, member, at, parent, x, predicted != c)
        if learner != NOTHING:
            known = by_bayes if at == v else UNKNOWN
            if leaf_learn(s, m, learner, x, c, w, known):
                consider_split(s, member, learner, parent == NOTHING and member.root != learner)
            is_alternate = s.pool.nodes[at].alternate == learner
            if is_alternate and s.pool.nodes[learner].feature != NOTHING:
                replace(s.pool, member, at, parent)
        parent, at = at, NOTHING if is_leaf else child_to_learn(s, member, at, x)
    member.leaves -= free_removed(s.pool)


@compiled
def branch_learn(s, member, v, parent, x, wrong):
    """Start, compare or prune the alternate of a branch; the one that is to learn, or NOTHING."""
    node = s.pool.nodes[v]
    if update_error(s.pool, v, wrong):
        node.n = node.error = 0.0
        drop_alternate(s.pool, v)
        node.alternate = new_leaf(s, member, node.depth)
    elif node.alternate != NOTHING:
        fate = compared(s, node, s.pool.nodes[node.alternate])
        if fate == PRUNED:
            drop_alternate(s.pool, v)
        elif fate == SWITCHED:
            alternate = node.alternate
            replace(s.pool, member, v, parent)
            drop_alternates(s, v, x)
            return alternate if parent == NOTHING else NOTHING  # as river has it
    return node.alternate


@compiled
def compared(s, node, alternate):
    """What becomes of an alternate, given its error and that of its branch."""
    if min(node.n, alternate.n) <= s.drift_window_threshold:
        return KEPT
    variance = node.error * (1.0 - node.error)
    share = 1.0 / alternate.n + 1.0 / node.n
    bound = math.sqrt(2.0 * variance * s.log_significance * share)
    if bound < node.error - alternate.error:
        return SWITCHED
    return PRUNED if bound < alternate.error - node.error else KEPT


@compiled
def drop_alternates(s, v, x):
    """Drop the alternates on the way of x below a removed branch."""
    v = child_to_ask(s, v, x)
    while s.pool.nodes[v].feature != NOTHING:
        drop_alternate(s.pool, v)
        v = child_to_ask(s, v, x)


@compiled
def leaf_learn(s, m, v, x, c, w, by_bayes):
    """Train a leaf; whether it is time to try a split."""
    leaf = s.pool.nodes[v].leaf
    counts = s.leaves.counts[leaf]
    if s.bootstraps:
        w *= max(poisson(s.random_states[m], 1.0), 1)
    predicted, by_bayes, by_majority = classes_of(s, v, x, by_bayes, True)
    update_error(s.pool, v, predicted != c)
    if s.prediction == ADAPTIVE and counts.active:
        if by_bayes == c:
            counts.bayes_correct += w
        if counts.classes == 0 or by_majority == c:
            counts.majority_correct += w
    add_weight(s.leaves, leaf, c, w, s.leaves.whole)
    if counts.active:
        observe(s.leaves, leaf, x, c, w)
    return counts.active and counts.total - counts.tried >= s.grace_period


@compiled
def consider_split(s, member, v, overlooked):
    """Split a leaf if a split is good enough.

    Where none is possible, river deactivates the leaf and activates it at once, empty, unless it
    overlooks it: the alternate of the root.
    """
    leaf = s.pool.nodes[v].leaf
    counts = s.leaves.counts[leaf]
    if counts.depth >= s.max_depth:
        counts.active = False
        return
    counts.tried = counts.total
    if is_pure(s.leaves, leaf):
        return
    if attempt(s, member, v):
        return
    if overlooked:
        counts.active = False
    else:
        discard(s.leaves, leaf)


@compiled
def attempt_plain(s, member, v):
    """The statistics of a leaf pass to the left of its leaves."""
    pool, leaf = s.pool, s.pool.nodes[v].leaf
    good, which, threshold = best_split(s.leaves, leaf)
    if not good or which == NOTHING:
        return not good
    node = pool.nodes[v]
    left, right = take_node(pool, node.depth + 1), take_node(pool, node.depth + 1)
    node.feature, node.threshold = s.leaves.columns[node.leaf, which], threshold
    node.left, node.right = left, right
    node.leaf, pool.nodes[left].leaf = pool.nodes[left].leaf, node.leaf
    split_leaf(s.leaves, pool.nodes[left].leaf, pool.nodes[right].leaf, which, threshold)
    reset_errors(pool, v)
    member.leaves += 1
    pool.heap[0].deepest = max(pool.heap[0].deepest, node.depth)
    return True


@compiled
def new_leaf(s, member, depth):
    """A leaf that has learned nothing."""
    v = take_node(s.pool, depth)
    clear_weights(s.leaves, s.pool.nodes[v].leaf)
    begin(s.leaves, s.pool.nodes[v].leaf, depth)
    member.leaves += 1
    return v


@compiled
def tree_reset(s, m):
    member = s.members[m]
    mark_removed(s.pool, member.root)
    member.leaves -= free_removed(s.pool)
    member.root = new_leaf(s, member, 0)
    member.weight, member.by_bayes = 0.0, UNKNOWN
    for i in range(s.random_states.shape[1]):
        s.random_states[m, i] = s.random_states[s.members.size, i]


dispatch(child_to_ask, AdaptiveTrees, plain_child)
dispatch(is_lost, AdaptiveTrees, never)
dispatch(child_to_learn, AdaptiveTrees, plain_child_to_learn)
dispatch(attempt, AdaptiveTrees, attempt_plain)
dispatch(classes_of, AdaptiveTrees, plain_classes)
dispatch(begin, Leaves, start)
dispatch(discard, Leaves, clear_observations)
register_model(
    AdaptiveTrees, predict=tree_predict, learn=tree_learn, reset=tree_reset, room=tree_room
)
