"""Nodes of Hoeffding adaptive trees: how they hang together, and what each hears of its errors."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import Adwin, adwin_enlarged, adwin_reset, adwin_update
from driftsim.kernels.leaves import NOTHING
from driftsim.kernels.loop import compiled

NODE = np.dtype(
    [
        ("feature", np.int64),  # NOTHING: it is a leaf
        ("threshold", np.float64),  # up to it, rows go left
        ("left", np.int64),
        ("right", np.int64),
        ("alternate", np.int64),  # the leaf that may take the place of the branch, or NOTHING
        ("leaf", np.int64),  # of a leaf, what it counts; each node has another
        ("depth", np.int64),
        ("n", np.float64),  # labels since its errors last changed
        ("error", np.float64),  # share of them that were wrong
        ("next", np.int64),  # of a node that is to spare or has fallen, the next such
    ]
)
HEAP = np.dtype(
    [
        ("spare", np.int64),  # the first node that belongs to no tree
        ("many", np.int64),  # how many there are
        ("fallen", np.int64),  # the first node that is about to be spare, with all below it
        ("deepest", np.int64),  # depth of a branch
    ]
)


class Grove(NamedTuple):
    """Nodes of trees, and those to spare."""

    nodes: np.ndarray  # (N,) of NODE
    heap: np.ndarray  # (1,) of HEAP
    windows: Adwin  # N, of the errors at each node


def grove(roots, windows) -> Grove:
    """So many leaves, each the root of a tree, and none to spare."""
    heap = np.zeros(1, HEAP)
    heap["spare"] = heap["fallen"] = NOTHING
    return Grove(new_nodes(0, roots), heap, windows)


def new_nodes(first, last):
    """Nodes of these numbers, each a leaf, and each to spare after the one before it."""
    nodes = np.zeros(last - first, NODE)
    nodes["feature"] = nodes["alternate"] = NOTHING
    nodes["leaf"] = np.arange(first, last)
    nodes["next"] = np.arange(first + 1, last + 1)
    return nodes


def with_nodes(s, n) -> Grove:
    """The same nodes and n more to spare."""
    first, last = len(s.nodes), len(s.nodes) + n
    nodes, heap = np.concatenate([s.nodes, new_nodes(first, last)]), s.heap.copy()
    nodes["next"][-1] = heap["spare"][0]
    heap["spare"] = first
    heap["many"] += n
    return Grove(nodes, heap, adwin_enlarged(s.windows, last))


@compiled
def child_of(s, v, x):
    node = s.nodes[v]
    return node.left if x[node.feature] <= node.threshold else node.right


@compiled
def leaf_below(s, v, x):
    """The leaf that x comes to."""
    while s.nodes[v].feature != NOTHING:
        v = child_of(s, v, x)
    return v


@compiled
def taken(s, depth):
    """A node to spare, now a leaf that has heard nothing."""
    v = s.heap[0].spare
    s.heap[0].spare = s.nodes[v].next
    s.heap[0].many -= 1
    s.nodes[v].feature, s.nodes[v].depth = NOTHING, depth
    listen_anew(s, v)
    return v


@compiled
def listen_anew(s, v):
    """Have a node forget its errors, and its alternate."""
    node = s.nodes[v]
    node.alternate, node.n, node.error = NOTHING, 0.0, 0.0
    adwin_reset(s.windows, v)


@compiled
def hear(s, v, wrong):
    """Count an error, or none; whether a node's errors have changed, and not for the better."""
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
    elif s.nodes[parent].left == v:
        s.nodes[parent].left = alternate
    else:
        s.nodes[parent].right = alternate
    fall(s, v)


@compiled
def drop_alternate(s, v):
    """Have the alternate of a branch fall, if it has one."""
    fall(s, s.nodes[v].alternate)
    s.nodes[v].alternate = NOTHING


@compiled
def fall(s, v):
    """Have a node, if it is one, cleared away with all below it, once the row is learned."""
    if v != NOTHING:
        s.nodes[v].next = s.heap[0].fallen
        s.heap[0].fallen = v


@compiled
def clear_away(s):
    """Spare all that has fallen; how many leaves there were."""
    leaves = 0
    while s.heap[0].fallen != NOTHING:
        v = s.heap[0].fallen
        s.heap[0].fallen = s.nodes[v].next
        if s.nodes[v].feature == NOTHING:
            leaves += 1
        else:
            fall(s, s.nodes[v].left)
            fall(s, s.nodes[v].right)
            fall(s, s.nodes[v].alternate)
        s.nodes[v].next = s.heap[0].spare
        s.heap[0].spare = v
        s.heap[0].many += 1
    return leaves
