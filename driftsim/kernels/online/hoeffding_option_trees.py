"""Hoeffding option trees of our own, by MOA's definition: nodes may have several splits.

A row goes down all splits of a node. The node goes on observing rows, and gets another split where
that is better than those it has, until the tree has as many as it may have.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.online.hoeffding_leaves import (
    ADAPTIVE,
    NOTHING,
    Leaves,
    clear_weights,
    observe,
    release_block,
    start,
    sum_weights,
    with_blocks,
    with_leaves,
)
from driftsim.kernels.online.hoeffding_nodes import (
    LOST,
    STOPPED,
    STRAIGHT,
    Nodes,
    child_of,
    with_nodes,
)
from driftsim.kernels.online.hoeffding_options import add_option, close, remove_options
from driftsim.kernels.online.hoeffding_trees import hoeffding_trees, split
from driftsim.kernels.online.hoeffding_votes import (
    UNKNOWN,
    bayes_votes,
    largest,
    leaf_learn,
    majority_votes,
    product_votes,
    trusts_bayes,
)

MEMBER = np.dtype(
    [
        ("weight", np.float64),  # of its labels
        ("options", np.int64),  # one, and the splits that are not the first of their node
        ("ends", np.int64),  # in how many nodes the row predicted last has ended
    ]
)
END = np.dtype(
    [
        ("node", np.int64),
        ("way", np.int64),  # STRAIGHT, STOPPED or LOST
        ("by_bayes", np.int64),  # the class that naive Bayes predicted there, or UNKNOWN
    ]
)


class OptionTrees(NamedTuple):
    """Hoeffding trees whose nodes may have several splits."""

    members: np.ndarray  # (M,) of MEMBER
    ends: np.ndarray  # (M, max_options) of END
    pool: Nodes  # N
    leaves: Leaves  # N
    deepest: np.ndarray  # (1,) depth of a leaf
    most_options: np.ndarray  # (1,) that a tree has had
    stack: np.ndarray  # (S, 2) scratch: a node and one of its splits, or NOTHING
    votes: np.ndarray  # (k,) scratch: of a leaf
    vanished: np.ndarray  # (k,) scratch: votes whose products are out of the range of numbers
    log_confidence: float  # log(1 / option_delta)


def hoeffding_option_trees(
    members, sizes, k, seed=0, missing=True, max_options=5, option_delta=0.1, **settings
) -> OptionTrees:
    """Hoeffding option trees (Pfahringer, Holmes & Kirkby 2007) that have learned nothing.

    The other parameters are those of `hoeffding_trees`.
    """
    plain = hoeffding_trees(members, sizes, k, seed, missing, **settings)
    made = np.zeros(members, MEMBER)
    made["options"] = 1
    bare = OptionTrees(
        made,
        np.zeros((members, max_options), END),
        plain.pool,
        plain.leaves,
        np.zeros(1, np.int64),
        np.ones(1, np.int64),
        np.zeros((0, 2), np.int64),
        np.zeros(k),
        np.zeros(k),
        math.log(1.0 / option_delta),
    )
    return enlarged(bare)


def enlarged(s) -> OptionTrees:
    """The same trees with room for twice as many nodes and leaves that observe rows."""
    members, options = s.ends.shape
    most = 4 * members * options * (1 + s.pool.longest)
    if len(s.pool.nodes) - s.pool.used[0] < most:
        n = max(len(s.pool.nodes), most)
        s = s._replace(pool=with_nodes(s.pool, n), leaves=with_leaves(s.leaves, n))
    blocks = 2 * members * int(s.most_options[0])
    if s.leaves.free[1] < blocks:
        n = max(4, len(s.leaves.next), blocks)
        s = s._replace(leaves=with_blocks(s.leaves, n))
    deepest = 2 * (int(s.deepest[0]) + options + 4)
    return s._replace(stack=np.zeros((deepest, 2), np.int64))


@compiled
def option_room(s):
    """Each end of a row may split, a node above may get a split, and new leaves observe rows."""
    n, space = s.ends.size, s.pool.nodes.size - s.pool.used[0]
    if s.leaves.free[1] < s.members.size * s.most_options[0] or space < 2 * n * (
        1 + s.pool.longest
    ):
        return False
    return s.stack.shape[0] >= s.deepest[0] + s.ends.shape[1] + 4


@compiled
def is_open(s, m):
    """Whether tree m may get more options."""
    return s.members[m].options < s.ends.shape[1]


@compiled
def find_ends(s, m, x):
    """List the nodes where a row ends in tree m."""
    ends, top = 0, 1
    s.stack[0, 0] = s.stack[0, 1] = m
    while top > 0:
        top -= 1
        v, u = s.stack[top, 0], s.stack[top, 1]
        way = STRAIGHT
        while s.pool.nodes[u].column != NOTHING:
            if s.pool.nodes[u].alternate != NOTHING:
                s.stack[top, 0], s.stack[top, 1] = v, s.pool.nodes[u].alternate
                top += 1
            child = child_of(s.pool, u, x)
            if child == NOTHING or s.pool.nodes[child].absent:
                way = STOPPED if child == NOTHING else LOST
                break
            v = u = child
        end = s.ends[m, ends]
        end.node, end.way, end.by_bayes = v, way, UNKNOWN
        ends += 1
    s.members[m].ends = ends


@compiled
def option_votes(s, m, x, p):
    """Fill p with the sums of the votes of all ends.

    They are shares of classes, or products of those and densities; or, as in MOA, weights where
    leaves might have voted by naive Bayes, too. Votes out of the range of numbers count where there
    are no others.
    """
    find_ends(s, m, x)
    for c in range(p.size):
        p[c] = s.vanished[c] = 0.0
    for i in range(s.members[m].ends):
        if votes_of(s, s.ends[m, i], x):
            add(s.votes, p)
        else:
            add(s.votes, s.vanished)
    if not p[largest(p)] > 0.0:
        add(s.vanished, p)


@compiled
def votes_of(s, end, x):
    """Fill s.votes with the votes of an end; whether they are in the range of numbers."""
    if end.way != STRAIGHT or not trusts_bayes(s.leaves, end.node):
        majority_votes(s.leaves, end.node, s.votes)
        if end.way != STRAIGHT or s.leaves.prediction != ADAPTIVE:
            normalize(s.votes)
        return True
    if product_votes(s.leaves, end.node, x, s.votes):
        end.by_bayes = largest(s.votes)
        return True
    end.by_bayes = bayes_votes(s.leaves, end.node, x, s.votes)
    return False


@compiled
def add(votes, p):
    for c in range(p.size):
        p[c] += votes[c]


@compiled
def option_predict(s, m, x, p):
    option_votes(s, m, x, p)
    label = largest(p)
    normalize(p)
    return float(label) if s.members[m].weight > 0.0 else -1.0


@compiled
def normalize(p):
    total = 0.0
    for c in range(p.size):
        total += p[c]
    if total > 0.0:
        part = 1.0 / total
        for c in range(p.size):
            p[c] *= part


@compiled
def option_learn(s, m, x, y, w, fresh):
    s.members[m].weight += w
    if is_open(s, m) or not s.leaves.numeric:
        learn_below(s, m, x, int(y), w, fresh)
        return
    if not fresh:
        find_ends(s, m, x)
    for i in range(s.members[m].ends):  # nodes above have nothing left to learn that is asked for
        train_leaf(s, m, s.ends[m, i].node, x, int(y), w, s.ends[m, i].by_bayes)


@compiled
def learn_below(s, m, x, c, w, fresh):
    """Train the ends of a row, and each node above them after all that is below it."""
    ends, top = 0, 1
    s.stack[0, 0] = s.stack[0, 1] = m
    while top > 0:
        top -= 1
        v, u = s.stack[top, 0], s.stack[top, 1]
        if u == NOTHING:
            observe_above(s, m, v, x, c, w)
            continue
        way = STRAIGHT
        while s.pool.nodes[u].column != NOTHING:
            following = s.pool.nodes[u].alternate
            if following != NOTHING or is_open(s, m):
                s.stack[top, 0], s.stack[top, 1] = v, following  # NOTHING: the node itself
                top += 1
            else:
                add_weight(s.leaves, v, c, w)
            child = child_of(s.pool, u, x)
            if child == NOTHING:
                way = STOPPED
                break
            v = u = child
            if s.pool.nodes[v].absent:
                s.pool.nodes[v].absent = False
                way = LOST
        if way != STOPPED:
            known = fresh and way == STRAIGHT
            train_leaf(s, m, v, x, c, w, s.ends[m, ends].by_bayes if known else UNKNOWN)
        ends += 1


@compiled
def train_leaf(s, m, v, x, c, w, by_bayes):
    if leaf_learn(s.leaves, m, v, x, c, w, by_bayes) and split(s.pool, s.leaves, v):
        s.deepest[0] = max(s.deepest[0], s.leaves.counts[v].depth + 1)
        if not is_open(s, m):
            release_block(s.leaves, v)


@compiled
def observe_above(s, m, v, x, c, w):
    """Train a node that has splits; it may get another."""
    counts = s.leaves.counts[v]
    add_weight(s.leaves, v, c, w)
    if not is_open(s, m):
        return
    sum_weights(s.leaves, v)
    observe(s.leaves, counts.block, x, c, w, False)
    if counts.total - counts.tried >= s.leaves.grace_period:
        counts.tried = counts.total
        if add_option(s.pool, s.leaves, v, s.log_confidence):
            count_option(s, m)


@compiled
def add_weight(leaves, v, c, w):
    leaves.weights[v, c] += w
    leaves.counts[v].classes = max(leaves.counts[v].classes, c + 1)


@compiled
def count_option(s, m):
    s.members[m].options += 1
    s.most_options[0] = max(s.most_options[0], s.members[m].options)
    if not is_open(s, m):
        close(s.pool, s.leaves, m)


@compiled
def option_reset(s, m):
    s.members[m].weight, s.members[m].options = 0.0, 1
    remove_options(s.pool, s.leaves, m)
    clear_weights(s.leaves, m)
    start(s.leaves, m, 0)


register_model(
    OptionTrees,
    predict=option_predict,
    learn=option_learn,
    reset=option_reset,
    room=option_room,
)
