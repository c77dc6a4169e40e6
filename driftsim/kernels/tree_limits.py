"""Limits of trees: which leaves of a tree of river's learn, once it is as large as it may be.

River adds up the bytes of all its objects every so many labels; learners/tree_bytes.py does. What
follows from that at each split is done here.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from driftsim.kernels.hoeffding_leaf import NOTHING, clear_observations, majority
from driftsim.kernels.loop import compiled, dispatch

GIVEN = 2  # how a weight is stored that is still the number which came with its only label
ACTIVE, INACTIVE, OVERHEAD = range(3)  # bytes of a leaf that learns, of one that does not; a factor


class NoLimit(NamedTuple):
    """Trees that are never as large as they may be."""


class Limit(NamedTuple):
    """The limit of one tree."""

    due: np.ndarray  # (1,) weight of labels at which its bytes are due; infinity: never
    estimates: np.ndarray  # (3,) since they were last due
    lifted: np.ndarray  # (1,) whether it may be near its limit
    n_inactive: np.ndarray  # (1,) leaves that the limit has stopped
    met: np.ndarray  # (k,) classes that it has learned of
    leaves: np.ndarray  # (N,) scratch: the nodes of leaves, from left to right
    order: np.ndarray  # (N,) scratch: of the leaves, the least promising first
    promise: np.ndarray  # (N,) scratch
    most: float  # bytes
    period: float


def limit(n, k, max_size, period):
    """That of a tree with n nodes, of which no bytes are known yet."""
    whole, none = np.zeros(n, np.int64), np.array([0.0, 0.0, 1.0])
    never, no = np.array([math.inf]), np.zeros(1, np.int64)
    return Limit(
        never, none, no.copy(), no, np.zeros(k, np.bool_), whole, whole.copy(), np.zeros(n),
        max_size * 2.0**20, float(period),
    )  # fmt: skip


def enforce(limit, s, m):
    """Choose the leaves that learn, after a split."""


def stop(limit, s, leaf):
    """Discard what a leaf has observed that is not to be split; whether it goes on is to choose."""


def kind_of(limit, whole):
    """How the weight of a class is stored of which a row is the first."""


def meet(limit, c):
    """Note a class that is learned of."""


@compiled
def enforce_none(limit, s, m):
    return


@compiled
def stop_none(limit, s, leaf):
    """River deactivates the leaf and activates it at once, empty."""
    clear_observations(s.leaves, leaf)


@compiled
def kind_of_none(limit, whole):
    return np.int64(whole)


@compiled
def meet_none(limit, c):
    return


@compiled
def kind_given(limit, whole):
    return np.int64(GIVEN)


@compiled
def meet_class(limit, c):
    limit.met[c] = True


@compiled
def stop_leaf(limit, s, leaf):
    clear_observations(s.leaves, leaf)
    if limit.estimates[ACTIVE] > 0.0:
        s.leaves.counts[leaf].active = False
        limit.n_inactive[0] += 1


@compiled
def enforce_limit(limit, s, m):
    n = s.members[m].leaves
    stopped = n - may_learn(limit, n)
    if stopped == 0 and limit.n_inactive[0] == 0:
        return
    find_leaves(limit, s, m)
    sort_leaves(limit, n)
    limit.n_inactive[0] = stopped
    for j in range(n):
        leaf = s.nodes[limit.leaves[limit.order[j]]].leaf
        counts = s.leaves.counts[leaf]
        if j < stopped:
            counts.active = False
        elif not counts.active and counts.depth < s.max_depth:
            clear_observations(s.leaves, leaf)
            counts.active = True


@compiled
def may_learn(limit, n):
    """How many of n leaves may learn."""
    active, inactive = limit.estimates[ACTIVE], limit.estimates[INACTIVE]
    for j in range(1, n + 1):
        if (j * active + (n - j) * inactive) * limit.estimates[OVERHEAD] > limit.most:
            return j - 1
    return n


@compiled
def find_leaves(limit, s, m):
    """List the leaves of a tree from left to right, with what river calls their promise."""
    n, waiting = 0, 1
    limit.order[0] = m
    while waiting > 0:
        waiting -= 1
        v = limit.order[waiting]
        if s.nodes[v].feature != NOTHING:
            limit.order[waiting], limit.order[waiting + 1] = s.nodes[v].left + 1, s.nodes[v].left
            waiting += 2
            continue
        leaf = s.nodes[v].leaf
        total, promise = s.leaves.counts[leaf].total, 0.0
        if total > 0.0:
            promise = total - s.leaves.classes[leaf, majority(s.leaves, leaf)].weight
        limit.leaves[n], limit.promise[n] = v, promise
        n += 1


@compiled
def sort_leaves(limit, n):
    """Order the leaves by their promise, and those of one promise as they are (heapsort)."""
    for i in range(n):
        limit.order[i] = i
    for i in range(n // 2 - 1, -1, -1):
        sift(limit, i, n)
    for last in range(n - 1, 0, -1):
        limit.order[0], limit.order[last] = limit.order[last], limit.order[0]
        sift(limit, 0, last)


@compiled
def sift(limit, i, n):
    """Let the entry of a heap sink to its place; the last in the order is on top."""
    while 2 * i + 1 < n:
        j = 2 * i + 1
        if j + 1 < n and is_before(limit, limit.order[j], limit.order[j + 1]):
            j += 1
        if not is_before(limit, limit.order[i], limit.order[j]):
            return
        limit.order[i], limit.order[j] = limit.order[j], limit.order[i]
        i = j


@compiled
def is_before(limit, one, other):
    if limit.promise[one] != limit.promise[other]:
        return limit.promise[one] < limit.promise[other]
    return one < other


FUNCTIONS: dict[Callable, tuple[Callable, Callable]] = {  # of trees without a limit, and with one
    enforce: (enforce_none, enforce_limit),
    stop: (stop_none, stop_leaf),
    kind_of: (kind_of_none, kind_given),
    meet: (meet_none, meet_class),
}
for generic, (without, with_limit) in FUNCTIONS.items():
    dispatch(generic, NoLimit, without)
    dispatch(generic, Limit, with_limit)
