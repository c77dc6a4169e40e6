"""Bytes of trees: what river adds up of the objects of a tree, found from the state of its kernel.

River's trees save memory by it. It counts each object once, so that a tree is rebuilt with as many:
equal numbers that river has computed are several, and one where they have come as one.
"""

import copy
import math
from typing import Any

import numpy as np

from driftsim.kernels.tree_limits import GIVEN, Limit
from driftsim.kernels.trees import NOTHING
from driftsim.rows import Outgrown

MOST_CLASSES = 30  # that a branch notes apart


def limit_of(state):
    """The limit of a state that is one tree over columns of numbers; None, of others."""
    found = getattr(state, "limit", None)
    return found if isinstance(found, Limit) and math.isfinite(found.due[0]) else None


def watch(state):
    """Have a state that is one tree stop where its bytes are due; whether it is one."""
    found = getattr(state, "limit", None)
    if not isinstance(found, Limit) or found.met.size > MOST_CLASSES:
        return False
    found.due[0] = found.period
    return True


def unwatch(state):
    """Have it stop no more: a tree of weighed labels holds their weights."""
    if limit_of(state):
        if state.limit.lifted[0]:
            raise Outgrown("a tree that is as large as it may be learns labels without weights")
        state.limit.due[0] = math.inf


def is_due(state):
    """Whether a tree has learned as many labels as river's does before it adds up its bytes."""
    limit = limit_of(state)
    return limit is not None and state.members["weight"][0] >= limit.due[0]


def is_near_limit(state):
    """Whether a tree may come near its limit, and has been far from it so far."""
    limit, member = limit_of(state), getattr(state, "members", [None])[0]
    if limit is None or limit.lifted[0]:
        return False
    return member["leaves"] >= state.most_leaves and member["weight"] >= state.most_weight


def noted(state, make, names):
    """Do what river does where bytes are due. The state as it is then, if that is far from it."""
    limit, weight = state.limit, state.members["weight"][0]
    exact = weight == limit.due[0]
    while limit.due[0] <= weight:
        limit.due[0] += limit.period
    if not exact:
        return None
    limit.lifted[0] |= is_near_limit(state)
    if limit.lifted[0]:
        enforce(state, make, names)
        return None
    return copy.deepcopy(state)


def lift(state, before, make, names):
    """Have a tree go on that may come near its limit, by the bytes that were due before."""
    state.limit.lifted[0] = True
    if before is not None:
        tree, _ = rebuilt(before, make(), names)
        tree._estimate_model_size()
        state.limit.estimates[:] = estimates_of(tree)


def enforce(state, make, names):
    """Have river find which leaves learn."""
    tree, leaves = rebuilt(state, make(), names)
    tree._estimate_model_size()
    state.limit.estimates[:] = estimates_of(tree)
    for leaf, at in leaves:
        counts, active = state.leaves.counts[at], leaf.is_active()
        if not (active and leaf.splitters):
            counts["observed"] = 0
            state.leaves.classes["observed"][at] = 0.0
        counts["active"] = active
    state.limit.n_inactive[0] = tree._n_inactive_leaves


def estimates_of(tree):
    return (
        tree._active_leaf_size_estimate,
        tree._inactive_leaf_size_estimate,
        tree._size_estimate_overhead_fraction,
    )


def rebuilt(state, tree, names):
    """River's tree, of one that has learned nothing; and its leaves with the numbers of ours."""
    member, limit = state.members[0], state.limit
    leaves: list[Any] = []  # pairs of river's leaf and the number of ours
    tree.classes.update(np.flatnonzero(limit.met).tolist())
    tree._train_weight_seen_by_model = float(member["weight"])
    tree._root = node_of(state, tree, 0, 0, names, leaves)
    tree._n_active_leaves = sum(leaf.is_active() for leaf, _ in leaves)
    tree._n_inactive_leaves = len(leaves) - tree._n_active_leaves
    active, inactive, overhead = limit.estimates.tolist()
    if active:
        tree._active_leaf_size_estimate = active
        tree._size_estimate_overhead_fraction = overhead
    if inactive:
        tree._inactive_leaf_size_estimate = inactive
    return tree, leaves


def node_of(state, tree, v, depth, names, leaves):
    """A node of river's, with all below it."""
    from river.tree.nodes.branch import NumericBinaryBranch

    node = state.nodes[v]
    if node["feature"] == NOTHING:
        leaves.append((leaf_of(state, tree, int(node["leaf"]), depth, names), int(node["leaf"])))
        return leaves[-1][0]
    bits = int(node["classes"])
    stats = {c: float(c + 0.5) for c in range(MOST_CLASSES) if bits >> c & 1}
    if bits >> 61 & 1:
        stats[next(iter(stats))] = given(tree)
    children = (
        node_of(state, tree, v, depth + 1, names, leaves) for v in (node["left"], node["left"] + 1)
    )
    feature, threshold = names[node["feature"]], float(node["threshold"])
    return NumericBinaryBranch(stats, feature, threshold, depth, *children)


def given(tree):
    """The weight of a label that comes without one."""
    return type(tree).learn_one.__kwdefaults__["w"]


def leaf_of(state, tree, at, depth, names):
    """A leaf of river's, and what it has observed."""
    counts, classes = state.leaves.counts[at], state.leaves.classes[at]
    met = [(int(classes["nth"][j]), classes[classes["nth"][j]]) for j in range(counts["classes"])]
    leaf = tree._new_leaf(
        {c: given(tree) if of["whole"] == GIVEN else float(of["weight"]) for c, of in met}
    )
    leaf.depth = depth
    leaf._last_split_attempt_at = float(counts["tried"]) or 0
    if counts["majority_correct"]:
        leaf._mc_correct_weight = float(counts["majority_correct"])
    if counts["bayes_correct"]:
        leaf._nb_correct_weight = float(counts["bayes_correct"])
    if not counts["active"]:
        leaf.deactivate()
        return leaf
    observed = classes["nth_observed"][: counts["observed"]].tolist()
    for j, name in enumerate(names if observed else ()):
        leaf.splitters[name] = splitter = leaf.splitter.clone()
        for c in observed:
            observe(splitter, c, classes["observed"][c], state.leaves.gaussians[at, c, j])
    return leaf


def observe(splitter, c, n, gaussian):
    """Give a splitter what it has observed of a class."""
    from river.proba import Gaussian

    low, high = float(gaussian["low"]), float(gaussian["high"])
    splitter._min_per_class[c] = low
    splitter._max_per_class[c] = low if low == high else high  # of one row, until another moves it
    splitter._att_dist_per_class[c] = normal = Gaussian()
    normal._var.mean.n, normal._var.mean._mean = float(n), float(gaussian["mean"])
    normal._var._S = float(gaussian["scatter"])
