"""Adaptive regression trees: a branch whose error rises grows an alternate, which may replace it.

In river, an alternate that splits replaces its branch at once: so it is always one leaf.
"""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.adaptive_trees import DETECTOR, PRUNED, SWITCHED
from driftsim.kernels.adwin import Adwin, adwin, adwin_enlarged, adwin_reset
from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mersenne_twister import poisson, random_state
from driftsim.kernels.mixed_branches import (
    NONE,
    Children,
    child_of,
    fullest_child,
    weight_at,
    with_rows,
)
from driftsim.kernels.mixed_candidates import MixedCandidates
from driftsim.kernels.mixed_regression_trees import (
    BRANCHING,
    MEMBER,
    branch_out,
    bytes_of_leaf,
    emptied,
    free_all,
    leaf_below,
    other_child,
    regression_tree,
    weight_of_leaf,
    with_nodes,
    without_children,
)
from driftsim.kernels.monitored_branches import (
    ERRORS,
    MONITORED,
    compared,
    drop_alternate,
    forget_errors,
    prepare_removal,
    replace,
    update_errors,
)
from driftsim.kernels.regression_trees import (
    LEAF,
    attempt_split,
    empty_leaf,
    leaf_learn,
    leaf_predict,
    split_leaf,
)
from driftsim.kernels.search_trees import discard, offers, with_points

ADAPTIVE_MEMBER = np.dtype(
    [(name, MEMBER[name]) for name in MEMBER.names or ()]
    + [
        ("active", np.int64),  # leaves that learn, as river counts them: see `outgrown`
        ("root", np.int64),
        ("deepest", np.int64),  # depth of a branch
        ("leaf", np.int64),  # that predicted last, by itself
        ("predicted", np.float64),  # what it did
    ]
)


class AdaptiveRegressionTrees(NamedTuple):
    """Hoeffding trees for numbers that monitor the errors at each node."""

    nodes: np.ndarray  # (N,) of MONITORED
    errors: np.ndarray  # (N,) of ERRORS: moments of the absolute errors, since they last changed
    windows: Adwin  # N, of the same errors
    free: np.ndarray  # (2,) the first node that is free, and how many are
    removed: np.ndarray  # (1,) the first node to be freed with all below it, after the row
    children: Children
    members: np.ndarray  # (M,) of ADAPTIVE_MEMBER
    candidates: MixedCandidates  # where each node may be split
    models: tuple  # a state with a member for each node
    random_states: np.ndarray  # (M + 1, 625) the last one is that of a new member
    overrun: np.ndarray  # (1,) whether errors without any spread were compared
    prediction: int
    grace_period: float
    max_depth: int
    delta: float
    tau: float
    decay: float
    preprunes: bool  # a leaf may also stay as it is
    bootstraps: bool
    drift_window_threshold: float  # labels that both must have seen to be compared
    significance: float  # of the difference between their errors
    most_leaves: int  # that a tree may have from `most_weight` on: see `outgrown`
    most_weight: float


def hoeffding_adaptive_tree_regressor(
    members,
    d,
    k,
    sizes=None,
    bootstrap_sampling=True,
    drift_window_threshold=300,
    drift_detector=adwin,
    switch_significance=0.05,
    max_size=500.0,
    seed=None,
    **parameters,
):
    """Adaptive regression trees (river's, after Bifet & Gavaldà 2009) that have learned nothing.

    `drift_detector` gives so many windows, `sizes` (d,) says how many values each column has, 0 if
    it is numeric. The other parameters are those of `regression_tree`.
    """
    sizes = sizes or (0,) * d
    plain = regression_tree(members, d, k, sizes, max_size=max_size, **parameters)
    each, nodes = np.zeros(members, ADAPTIVE_MEMBER), np.zeros(len(plain.nodes), MONITORED)
    for name in BRANCHING.names or ():
        nodes[name] = plain.nodes[name]
    nodes["alternate"] = NONE
    each["root"], each["leaves"], each["active"] = np.arange(members), 1, 1
    held = plain._asdict() | {
        "nodes": nodes,
        "members": each,
        "most_leaves": int(max_size * 2**20 / (DETECTOR + bytes_of_leaf(d, sizes))),
    }
    return enlarged(
        AdaptiveRegressionTrees(
            **held,
            errors=np.zeros(len(nodes), ERRORS),
            windows=adwin_enlarged(drift_detector(members), len(nodes)),
            removed=np.full(1, NONE),
            random_states=np.tile(random_state(seed), (members + 1, 1)),
            overrun=np.zeros(1, np.bool_),
            bootstraps=bool(bootstrap_sampling),
            drift_window_threshold=float(drift_window_threshold),
            significance=float(switch_significance),
        )
    )


def enlarged(s):
    """The same trees with twice the room where there is little.

    Raises `ValueError` where a tree is so large that river's own might save memory, or where
    river's own divides by zero.
    """
    if s.overrun[0]:
        raise ValueError(
            "the errors of a branch and its alternate have no spread, by which river divides"
        )
    members, branches = s.members, int((s.members["deepest"] + 2).sum())
    if outgrown(members, s).any():
        raise ValueError(
            f"after {s.most_weight:.0f} labels river's own tree, by its count of its leaves, might "
            "save memory or divide by zero"
        )
    if s.candidates.trees.free[1] < branches * len(s.candidates.sizes):
        s = s._replace(candidates=s.candidates._replace(trees=with_points(s.candidates.trees)))
    if s.children.free[1] < branches:
        s = s._replace(children=with_rows(s.children, max(branches, len(s.children.table))))
    if s.free[1] < (most := nodes_of.py_func(s, branches)):
        size = len(s.nodes)
        s = with_nodes(s, max(size, most))
        s.nodes["alternate"][size:] = NONE
        more = np.zeros(len(s.nodes) - size, ERRORS)
        windows = adwin_enlarged(s.windows, len(s.nodes))
        s = s._replace(errors=np.concatenate([s.errors, more]), windows=windows)
    return s


def outgrown(members, s):
    """Whether river's own tree might save memory, or fail as it estimates how much it takes.

    It divides the bytes of all leaves by the number of those that learn. It miscounts them: it
    counts no alternate that starts, nor those that leave with a branch which an alternate replaces
    by a split, and twice those of a branch which it replaces otherwise.
    """
    leaves = members["leaves"]
    return (members["weight"] >= s.most_weight) & (leaves**2 > s.most_leaves * members["active"])


@compiled
def nodes_of(s, branches):
    """How many nodes it takes to make so many leaves, and to split them."""
    return branches * (1 + max(2, s.children.table.shape[1]))


@compiled
def tree_room(s):
    """Each branch on the way may start an alternate, and each leaf that learns may split."""
    branches = 0
    for m in range(s.members.size):
        member = s.members[m]
        branches += member.deepest + 2
        grown = member.leaves * member.leaves > s.most_leaves * member.active
        if grown and member.weight >= s.most_weight:
            return False
    if s.free[1] < nodes_of(s, branches) or s.children.free[1] < branches or s.overrun[0]:
        return False
    return s.candidates.trees.free[1] >= branches * s.candidates.sizes.size


@compiled
def tree_predict(s, m, x, p):
    """The mean of what the leaf predicts and the alternates on the way to it."""
    member, total, n, lost = s.members[m], 0.0, 1.0, False
    v = member.root
    while s.nodes[v].feature != LEAF:
        if s.nodes[v].alternate != NONE:
            predicted = leaf_predict(s, s.nodes[v].alternate, x, p)
            for _ in range(2 if lost else 1):  # as river has it
                total += predicted
                n += 1.0
        child = child_of(s.nodes, s.children, v, x)
        lost = child == NONE
        v = fullest_child(s, s.nodes, v) if lost else child
    member.leaf, member.predicted = v, leaf_predict(s, v, x, p)
    if member.weight == 0.0:
        return 0.0  # whatever the intercept of its model is
    return (total + member.predicted) / n


@compiled
def tree_learn(s, m, x, y, w, fresh):
    """Train all nodes on the way to a leaf, and the alternates there, before the leaf."""
    if w == 0.0:
        return
    member = s.members[m]
    if not fresh:
        member.leaf = leaf_below(s, member.root, x)
        member.predicted = leaf_predict(s, member.leaf, x, x)
    member.weight += w
    at, parent, off = member.root, NONE, abs(y - member.predicted)
    while s.nodes[at].feature != LEAF:
        learner = branch_learn(s, m, at, parent, off)
        if learner != NONE:
            error = abs(y - leaf_predict(s, learner, x, x))
            adaptive_leaf_learn(s, m, learner, x, y, w, error, parent == NONE)
            if s.nodes[at].alternate == learner and s.nodes[learner].feature != LEAF:
                replace(s, m, at, parent)
        child = child_of(s.nodes, s.children, at, x)
        if child == NONE:
            before = member.leaves
            child = other_child(s, m, at, x)
            member.active += member.leaves - before
        parent, at = at, child
    if at != member.leaf:
        off = abs(y - leaf_predict(s, at, x, x))
    adaptive_leaf_learn(s, m, at, x, y, w, off, False)
    while s.removed[0] != NONE:
        at = s.removed[0]
        s.removed[0], s.nodes[at].sibling = s.nodes[at].next, NONE
        member.leaves -= free_all(s, at)


@compiled
def adaptive_leaf_learn(s, m, v, x, y, w, error, below_root):
    """Train a leaf, which may then be split."""
    if s.bootstraps:
        w *= max(poisson(s.random_states[m], 1.0), 1)
    update_errors(s, v, error)
    leaf_learn(s, v, x, y, w)
    node, member = s.nodes[v], s.members[m]
    if node.n - node.tried < s.grace_period:
        return
    if node.depth >= s.max_depth:
        member.active -= 1  # at each label, as river has it
        node.active = False
        discard(s.candidates, v)
    elif node.active:
        node.tried = node.n
        if offers(s.candidates, v) or not s.preprunes:
            attempt_split(s, m, v)
        elif below_root and member.root != v:  # river deactivates it, and activates all others
            node.active = False
            member.active -= 1


@compiled
def branch_learn(s, m, v, parent, error):
    """Start, compare or prune the alternate of a branch; the one that is to learn, or NONE."""
    node, changed = s.nodes[v], update_errors(s, v, error)
    if node.alternate == NONE:
        if changed:
            forget_errors(s, v)
            node.alternate = new_leaf(s, m, node.depth)
        return node.alternate
    fate, alternate = compared(s, v, node.alternate), node.alternate
    if fate == PRUNED:
        drop_alternate(s, v)
    elif fate == SWITCHED:
        prepare_removal(s, m, v)
        replace(s, m, v, parent)
        return alternate if parent == NONE else NONE  # as river has it
    return node.alternate


@compiled
def split_monitored(s, m, at, split):
    member = s.members[m]
    before = member.leaves
    branch_out(s, m, at, split)
    member.active += member.leaves - before
    member.deepest = max(member.deepest, s.nodes[at].depth)
    forget_errors(s, at)
    adwin_reset(s.windows, at)


@compiled
def new_leaf(s, m, depth):
    """A leaf that has learned nothing."""
    v = s.free[0]
    s.free[0] = s.nodes[v].sibling
    s.free[1] -= 1
    empty_leaf(s, v, depth)
    s.members[m].leaves += 1
    return v


@compiled
def emptied_monitored(s, v, after):
    forget_errors(s, v)
    adwin_reset(s.windows, v)
    first, alternate = without_children(s, v, after), s.nodes[v].alternate
    if alternate == NONE:
        return first
    s.nodes[v].alternate, s.nodes[alternate].sibling = NONE, first
    return alternate


@compiled
def tree_reset(s, m):
    member = s.members[m]
    s.nodes[member.root].sibling = NONE
    free_all(s, member.root)
    member.leaves = 0
    member.root = new_leaf(s, m, 0)
    member.active, member.weight = 1, 0.0
    for i in range(s.random_states.shape[1]):
        s.random_states[m, i] = s.random_states[s.members.size, i]


dispatch(weight_at, AdaptiveRegressionTrees, weight_of_leaf)
dispatch(emptied, AdaptiveRegressionTrees, emptied_monitored)
dispatch(split_leaf, AdaptiveRegressionTrees, split_monitored)
register_model(
    AdaptiveRegressionTrees,
    predict=tree_predict,
    learn=tree_learn,
    reset=tree_reset,
    room=tree_room,
)
