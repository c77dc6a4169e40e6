"""Nodes of trees over columns of any kind: tests of numbers and of nominal values, missing or new.

The children of a branch are a run of nodes. Those that each value of a nominal column has its own
of are as many as it has values, some of them not there yet.
"""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.hoeffding_leaf import NOTHING
from driftsim.kernels.loop import compiled

UP_TO, ONE, EACH = range(3)  # a threshold, one value or not, a child for each value
# How a row came to its leaf: by its values; by the most common way, to predict or to learn, where
# one is missing; by a value that is new.
STRAIGHT, LOST, SENT, NEW = range(4)

NODE = np.dtype(
    [
        ("column", np.int64),  # NOTHING: it is a leaf
        ("test", np.int64),  # UP_TO, ONE or EACH
        ("value", np.float64),  # of that test
        ("depth", np.int64),
        ("weight", np.float64),  # of a leaf, as its tree has it
        ("first", np.int64),  # of the run of its children
        ("eldest", np.int64),  # the child that it has had for longest, or NOTHING
        ("youngest", np.int64),
        ("next", np.int64),  # the child after it; of the first of a free run, the next free one
        ("there", np.bool_),  # whether it is a child
        ("kind", np.int64),  # of the first of a run: which length it has
        ("before", np.int64),  # and the run that its tree took before
        ("above", np.int64),  # scratch: the branch that it is a child of
        ("total", np.float64),  # scratch: of a branch, the weight of children that are added up
    ],
    align=True,
)


class MixedNodes(NamedTuple):
    """Nodes of trees: M roots, then runs of children."""

    nodes: np.ndarray  # (N,) of NODE
    used: np.ndarray  # (1,) nodes that have belonged to a tree
    free: np.ndarray  # (kinds,) the first free run of each kind, or NOTHING
    lengths: np.ndarray  # (kinds,) the first is 2, of branches with two children
    kinds: np.ndarray  # (d,) of the run of a child for each value of a nominal column
    longest: int  # of the lengths


def mixed_nodes(roots, sizes) -> MixedNodes:
    """So many leaves, each the root of a tree, over columns of so many values."""
    lengths = np.array([2, *sorted({size for size in sizes if size})])
    kinds = np.array([[*lengths[1:]].index(size) + 1 if size else 0 for size in sizes], int)
    free = np.full(len(lengths), NOTHING)
    return MixedNodes(empty(roots), np.array([roots]), free, lengths, kinds, int(lengths.max()))


def empty(n):
    nodes = np.zeros(n, NODE)
    nodes["column"] = NOTHING
    return nodes


def with_nodes(s, n) -> MixedNodes:
    """The same nodes, and n more that have belonged to no tree."""
    return s._replace(nodes=np.concatenate([s.nodes, empty(n)]))


@compiled
def has_run(s, members):
    """Whether there are nodes for the children of a branch of each of so many trees."""
    return s.nodes.size - s.used[0] >= members * s.longest


@compiled
def child_of(s, v, x):
    """The child of a branch that x goes to; NOTHING: its value is missing, or it is new there."""
    node = s.nodes[v]
    value = x[node.column]
    if value != value:
        return NOTHING
    if node.test == UP_TO:
        return node.first + (not value <= node.value)
    if node.test == ONE:
        return node.first + (value != node.value)
    child = node.first + int(value)
    return child if s.nodes[child].there else NOTHING


@compiled
def leaf_below(s, v, x):
    """The leaf that x comes to; and STRAIGHT, or LOST if it was sent the most common way."""
    way = STRAIGHT
    while s.nodes[v].column != NOTHING:
        child = child_of(s, v, x)
        if child == NOTHING:
            child, way = most_common(s, v), LOST
        v = child
    return v, way


@compiled
def leaf_to_learn(s, v, x):
    """The leaf that is to learn x, and its way; a new value gets a child of its own, NEW."""
    way = STRAIGHT
    while s.nodes[v].column != NOTHING:
        child, value = child_of(s, v, x), x[s.nodes[v].column]
        if child == NOTHING and value == value:
            child, way = s.nodes[v].first + int(value), NEW
            add_child(s, v, child)
        elif child == NOTHING:
            child, way = most_common(s, v), SENT
        v = child
    return v, way


@compiled
def most_common(s, v):
    """The child of a branch of most weight; the one it has had for longest if there are several."""
    best = child = s.nodes[v].eldest
    most = weight_below(s, child)
    while s.nodes[child].next != NOTHING:
        child = s.nodes[child].next
        weight = weight_below(s, child)
        if weight > most:
            best, most = child, weight
    return best


@compiled
def weight_below(s, top):
    """The weight of all leaves below a node, added up branch by branch, as in river.

    A loop: a function that calls itself may take more of the stack than there is.
    """
    nodes, v = s.nodes, top
    while True:
        while nodes[v].column != NOTHING and nodes[v].eldest != NOTHING:
            nodes[v].total = 0.0
            nodes[nodes[v].eldest].above = v
            v = nodes[v].eldest
        weight = nodes[v].weight if nodes[v].column == NOTHING else 0.0
        while v != top and nodes[v].next == NOTHING:
            v = nodes[v].above
            nodes[v].total += weight
            weight = nodes[v].total
        if v == top:
            return weight
        above = nodes[v].above
        nodes[above].total += weight
        v = nodes[v].next
        nodes[v].above = above


@compiled
def split_node(s, v, column, test, value):
    """Make a leaf a branch, and take the run of its children; the first of them."""
    node = s.nodes[v]
    kind = s.kinds[column] if test == EACH else 0
    first = s.free[kind]
    if first == NOTHING:
        first = s.used[0]
        s.used[0] += s.lengths[kind]
    else:
        s.free[kind] = s.nodes[first].next
    for i in range(first, first + s.lengths[kind]):
        s.nodes[i].column, s.nodes[i].there = NOTHING, False
    s.nodes[first].kind = kind
    node.column, node.test, node.value, node.first = column, test, value, first
    node.eldest = node.youngest = NOTHING
    return first


@compiled
def add_child(s, v, child):
    """Have a node of the run of a branch be a child of it, a leaf."""
    node, added = s.nodes[v], s.nodes[child]
    added.there, added.next, added.depth, added.weight = True, NOTHING, node.depth + 1, 0.0
    if node.eldest == NOTHING:
        node.eldest = child
    else:
        s.nodes[node.youngest].next = child
    node.youngest = child


@compiled
def free_run(s, first):
    """Free a run of nodes."""
    kind = s.nodes[first].kind
    s.nodes[first].next = s.free[kind]
    s.free[kind] = first
