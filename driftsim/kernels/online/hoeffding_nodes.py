"""Nodes of our own Hoeffding trees: runs of children, the way of a row, and a pool of free runs."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.online.hoeffding_leaves import NOTHING
from driftsim.kernels.online.hoeffding_splits import EACH, THRESHOLD

STRAIGHT, STOPPED, LOST = range(3)  # a row ends at a leaf; at a missing cell; where there is none

NODE = np.dtype(  # of 32 bytes, so that two children are in one line of the cache
    [
        ("value", np.float64),  # up to a threshold rows go to the first child, as those of ONE do
        ("column", np.int32),  # NOTHING: it is a leaf
        ("first", np.int32),  # its children are in a row
        ("alternate", np.int32),  # of a branch, the leaf that may take its place; or NOTHING
        ("next", np.int32),  # of the first node of a free or removed run, the next run
        ("run", np.int32),  # and which length the run has
        ("test", np.int8),  # THRESHOLD, EACH, ONE
        ("absent", np.bool_),  # a child that no row has been sent to
    ],
    align=True,
)


class Nodes(NamedTuple):
    """Nodes of one pool: M roots, and runs of children."""

    nodes: np.ndarray  # (N,) of NODE
    used: np.ndarray  # (1,) nodes that have ever been in use
    free: np.ndarray  # (r,) the first free run of each length
    lengths: np.ndarray  # (r,) the first is 2, the second 1
    run: np.ndarray  # (d,) which length a branch has that sends each value its own way
    longest: int


def new_nodes(roots, sizes) -> Nodes:
    """So many leaves, each the root of a tree, over columns of so many values."""
    lengths = [2, 1, *sorted({size for size in sizes if size > 2})]
    run = np.array([lengths.index(size or 1) for size in sizes])
    used, free = np.array([roots]), np.full(len(lengths), NOTHING)
    return Nodes(leaf_nodes(roots), used, free, np.array(lengths), run, max(lengths))


def leaf_nodes(n):
    nodes = np.zeros(n, NODE)
    nodes["column"] = NOTHING
    return nodes


def with_nodes(s, n) -> Nodes:
    """The same nodes, and n more that have never been in use."""
    return s._replace(nodes=np.concatenate([s.nodes, leaf_nodes(n)]))


@compiled
def has_runs(s, n):
    """Whether there is space for n more runs of any length."""
    return s.nodes.size - s.used[0] >= n * s.longest


@compiled
def way_below(s, v, x):
    """Where a row ends that is sent down from a node: a node, how it ends, and a child it lacks."""
    while s.nodes[v].column != NOTHING:
        child = child_of(s, v, x)
        if child == NOTHING:
            return v, STOPPED, NOTHING
        if s.nodes[child].absent:
            return v, LOST, child
        v = child
    return v, STRAIGHT, NOTHING


@compiled
def child_of(s, v, x):
    """The child of a branch for a row; NOTHING if the cell is missing."""
    node = s.nodes[v]
    value = x[node.column]
    if value != value:
        return NOTHING
    if node.test == THRESHOLD:
        return node.first + (not value <= node.value)
    return node.first + (int(value) if node.test == EACH else int(value != node.value))


@compiled
def branch(s, v, column, test, value):
    """Make a leaf a branch; its first child. All children are leaves."""
    first = take_run(s, s.run[column] if test == EACH else 0)
    node = s.nodes[v]
    node.column, node.test, node.value, node.first = column, test, value, first
    node.alternate = NOTHING
    return first


@compiled
def take_run(s, run):
    """The first of so many leaves."""
    first, n = s.free[run], s.lengths[run]
    if first != NOTHING:
        s.free[run] = s.nodes[first].next
    else:
        first = s.used[0]
        s.used[0] += n
    for v in range(first, first + n):
        s.nodes[v].column, s.nodes[v].absent = NOTHING, False
    s.nodes[first].run = run
    return first


@compiled
def n_children(s, v):
    return s.lengths[s.nodes[s.nodes[v].first].run]


@compiled
def free_run(s, first):
    run = s.nodes[first].run
    s.nodes[first].next = s.free[run]
    s.free[run] = first
