"""Nodes of adaptive trees over columns of any kind, which tree_nodes.py works with, too."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import Adwin
from driftsim.kernels.hoeffding_leaf import NOTHING
from driftsim.kernels.loop import compiled, dispatch
from driftsim.kernels.mixed_branches import (
    EACH,
    LINKS,
    Children,
    free_row,
    no_children,
    put_in_place,
)
from driftsim.kernels.tree_nodes import (
    NODE,
    TreeNodes,
    mark_removed,
    new_nodes,
    remove_children,
    replace_child,
)

BRANCHING = np.dtype(
    [(name, NODE[name]) for name in NODE.names or () if name not in ("left", "right")] + LINKS
)


class MixedPool(NamedTuple):
    """Nodes of trees, and free ones."""

    nodes: np.ndarray  # (N,) of BRANCHING
    heap: np.ndarray  # (1,) of HEAP
    windows: Adwin  # N, of the errors at each node
    children: Children


def mixed_pool(roots, plain: TreeNodes, values) -> MixedPool:
    """So many leaves, each the root of a tree, no free nodes, and branches of so many values.

    `plain` has as many roots, and windows like those of these nodes.
    """
    heap, windows = plain.heap.copy(), plain.windows
    heap["free"], heap["n_free"] = NOTHING, 0
    held = {name: getattr(windows, name)[:roots] for name in ("windows", "rows", "buckets")}
    nodes = new_nodes(0, roots, BRANCHING)
    return MixedPool(nodes, heap, windows._replace(**held), no_children(values))


@compiled
def put_other(s, parent, v, other):
    put_in_place(s.nodes, s.children, parent, v, other)


@compiled
def remove_each(s, v):
    node = s.nodes[v]
    if node.by == EACH:
        free_row(s.children, node)
    child = node.child
    while child != NOTHING:
        mark_removed(s, child)
        child = s.nodes[child].sibling


dispatch(replace_child, MixedPool, put_other, forceinline=False)
dispatch(remove_children, MixedPool, remove_each, forceinline=False)
