"""Nodes of Hoeffding adaptive trees: their links, their errors, and a pool of free ones."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import Adwin, adwin_enlarged, adwin_reset, adwin_update
from driftsim.kernels.hoeffding_leaf import NOTHING
from driftsim.kernels.loop import compiled, dispatch

NODE = np.dtype(
    [
        ("feature", np.int64),  # NOTHING: it is a leaf
        ("threshold", np.float64),  # up to it, rows go left
        ("left", np.int64),
        ("right", np.int64),
        ("alternate", np.int64),  # the leaf that may take the place of the branch, or NOTHING
        ("leaf", np.int64),  # of a leaf, its statistics; no two nodes share one
        ("depth", np.int64),
        ("n", np.float64),  # labels since its errors last changed
        ("error", np.float64),  # share of them that were wrong
        ("next", np.int64),  # of a free or a removed node, the next one
    ]
)
HEAP = np.dtype(
    [
        ("free", np.int64),  # the first node that belongs to no tree
        ("n_free", np.int64),
        ("removed", np.int64),  # the first node to be freed with all below it, after the row
        ("deepest", np.int64),  # depth of a branch
    ]
)


class TreeNodes(NamedTuple):
    """Nodes of trees, and free ones."""

    nodes: np.ndarray  # (N,) of NODE
    heap: np.ndarray  # (1,) of HEAP
    windows: Adwin  # N, of the errors at each node


def tree_nodes(roots, windows) -> TreeNodes:
    """So many leaves, each the root of a tree, and no free nodes."""
    heap = np.zeros(1, HEAP)
    heap["free"] = heap["removed"] = NOTHING
    return TreeNodes(new_nodes(0, roots), heap, windows)


def new_nodes(first, last, kind=NODE):
    """Free nodes of these numbers, each a leaf that leads to the next."""
    nodes = np.zeros(last - first, kind)
    nodes["feature"] = nodes["alternate"] = NOTHING
    nodes["leaf"] = np.arange(first, last)
    nodes["next"] = np.arange(first + 1, last + 1)
    return nodes


def with_nodes(s, n):
    """The same nodes and n more free ones."""
    first, last = len(s.nodes), len(s.nodes) + n
    more, heap = new_nodes(first, last, s.nodes.dtype), s.heap.copy()
    nodes = np.concatenate([s.nodes, more])
    nodes["next"][-1] = heap["free"][0]
    heap["free"] = first
    heap["n_free"] += n
    return s._replace(nodes=nodes, heap=heap, windows=adwin_enlarged(s.windows, last))


def replace_child(s, parent, v, other):
    """Have a node be the child of a branch where another one has been."""


def remove_children(s, v):
    """Mark the children of a removed branch as removed."""


@compiled
def child_of(s, v, x):
    node = s.nodes[v]
    return node.left if x[node.feature] <= node.threshold else node.right


@compiled
def take_node(s, depth):
    """A free node, now a leaf without errors."""
    v = s.heap[0].free
    s.heap[0].free = s.nodes[v].next
    s.heap[0].n_free -= 1
    s.nodes[v].feature, s.nodes[v].depth = NOTHING, depth
    reset_errors(s, v)
    return v


@compiled
def reset_errors(s, v):
    """Discard the errors of a node, and its alternate."""
    node = s.nodes[v]
    node.alternate, node.n, node.error = NOTHING, 0.0, 0.0
    adwin_reset(s.windows, v)


@compiled
def update_error(s, v, wrong):
    """Count a prediction; whether the error of a node has changed, and not fallen."""
    node, error = s.nodes[v], 1.0 if wrong else 0.0
    before = node.error
    node.n += 1.0
    node.error += (error - before) / node.n
    if not adwin_update(s.windows, v, error):
        return False
    if before > node.error:
        node.n = node.error = 0.0
        return False
    return True


@compiled
def replace(s, member, v, parent):
    """Put the alternate of a branch in its place."""
    alternate = s.nodes[v].alternate
    s.nodes[v].alternate = NOTHING
    if parent == NOTHING:
        member.root = alternate
    else:
        replace_child(s, parent, v, alternate)
    mark_removed(s, v)


@compiled
def replace_left_or_right(s, parent, v, other):
    if s.nodes[parent].left == v:
        s.nodes[parent].left = other
    else:
        s.nodes[parent].right = other


@compiled
def drop_alternate(s, v):
    """Remove the alternate of a branch, if it has one."""
    mark_removed(s, s.nodes[v].alternate)
    s.nodes[v].alternate = NOTHING


@compiled
def mark_removed(s, v):
    """Have a node, unless it is NOTHING, freed with all below it once the row is learned."""
    if v != NOTHING:
        s.nodes[v].next = s.heap[0].removed
        s.heap[0].removed = v


@compiled
def free_removed(s):
    """Free all removed nodes; how many leaves there were."""
    leaves = 0
    while s.heap[0].removed != NOTHING:
        v = s.heap[0].removed
        s.heap[0].removed = s.nodes[v].next
        if s.nodes[v].feature == NOTHING:
            leaves += 1
        else:
            remove_children(s, v)
            mark_removed(s, s.nodes[v].alternate)
        s.nodes[v].next = s.heap[0].free
        s.heap[0].free = v
        s.heap[0].n_free += 1
    return leaves


@compiled
def remove_left_and_right(s, v):
    mark_removed(s, s.nodes[v].left)
    mark_removed(s, s.nodes[v].right)


dispatch(replace_child, TreeNodes, replace_left_or_right)
dispatch(remove_children, TreeNodes, remove_left_and_right)
