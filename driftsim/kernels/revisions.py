"""Revisions: extremely fast trees split early, and revise their splits as more labels come."""

import math

from driftsim.kernels.hoeffding_leaf import (
    ADAPTIVE,
    GINI,
    NOTHING,
    add_weight,
    bayes_class,
    is_pure,
    majority,
    observe,
)
from driftsim.kernels.loop import compiled
from driftsim.kernels.trees import UNKNOWN, arrive

STAYS, MOVED, STOPPED = range(3)  # a branch as it was; with another threshold; revised

# What trees of each class do in their own way.


def child_of(s, v, x):
    """The child of a branch that x goes to, or is sent to."""


def search(s, v, own):
    """The best split of a node, as river sorts them.

    Whether there is any, its column or NOTHING, its test, its value and its merit; whether there
    is one of the column `own`, and its merit.
    """


def children_of(s, v, column, test):
    """How many children a split gives a node."""


def split(s, m, v, column, test, value):
    """Make a node a branch to new leaves, with the weights observed of each."""


def move(s, v, test, value, kept):
    """Give a branch, if it is `kept`, another split by its column, between the same children."""


def walk(s, m, v, removes):
    """How many active leaves are below a branch; free all nodes there if it `removes` them."""


def clear(leaves, leaf):
    """Discard what a leaf has observed of rows."""


@compiled
def may_save(s, member):
    """Whether river's own tree might save memory: it takes a leaf for larger if it miscounts."""
    if member.weight < s.most_weight:
        return False
    leaves, counted = member.leaves, max(member.counted, 1)
    return leaves > s.most_leaves or leaves * leaves > s.most_leaves * counted


@compiled
def any_saves(s):
    """Whether river's own might save memory of one of the trees."""
    saves = False
    for m in range(s.members.size):
        saves |= may_save(s, s.members[m])
    return saves


@compiled
def revising_learn(s, m, x, y, w, fresh):
    """The leaf of a row learns it, then the branches on the way there, which may be revised.

    River revises the threshold of a branch by a new one with a list of the same children, and
    goes on with the list of the old: what becomes of a child there is lost (`kept`).
    """
    member, c = s.members[m], int(y)
    member.weight += w
    leaf_learn(s, arrive(s, m, x, fresh), member, x, c, w)
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
                clear(s.leaves, v)
                s.members[m].counted += 1


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
    if s.leaves.classes[v, majority(s.leaves, v)].weight / counts.total > s.max_share:
        deactivate(s, s.members[m], v)
        return
    some, column, test, value, best, _, _ = search(s, v, NOTHING)
    if column == NOTHING:
        if some:
            deactivate(s, s.members[m], v)
        return
    least = bound(s, v)
    if best > least or least < s.leaves.tau:
        s.members[m].counted += children_of(s, v, column, test) - 1
        if kept:
            split(s, m, v, column, test, value)
        activate_all(s, m)


@compiled
def revise(s, m, v, kept):
    """Give a branch a better split, or make it a leaf again where none is better."""
    node, counts = s.nodes[v], s.leaves.counts[v]
    if is_pure(s.leaves, v):
        return STAYS
    some, column, test, value, best, has_own, current = search(s, v, node.feature)
    if column == NOTHING:
        return STOPPED if some else STAYS
    least = bound(s, v)
    if -best > least:
        s.members[m].counted += 1 - walk(s, m, v, kept)
        if kept:
            node.feature = NOTHING
            counts.active, counts.tried = True, 0.0
            counts.majority_correct = counts.bayes_correct = 0.0
        activate_all(s, m)
        return STOPPED
    if not has_own or not (best - current > least or least < s.leaves.tau):
        return STAYS
    if column == node.feature:
        move(s, v, test, value, kept)
        if kept:
            node.revised = counts.total
        return MOVED if kept else STAYS
    s.members[m].counted += children_of(s, v, column, test) - walk(s, m, v, kept)
    if kept:
        split(s, m, v, column, test, value)
    activate_all(s, m)
    return STOPPED
