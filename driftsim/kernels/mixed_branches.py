"""Branches of trees over columns of any kind: their tests, and their children in order.

The children of a branch are a chain of nodes. Of a branch with a child for each value of a nominal
column, a row of a table says which child a value has.
"""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled

NONE = -1  # no node
BELOW, ONE, EACH = range(3)  # first children: up to a threshold, of one value; or one for each
LINKS = [  # what a node has, besides `feature` and `threshold`
    ("by", np.int64),  # of a branch: BELOW, ONE or EACH
    ("child", np.int64),  # and the first of its children
    ("sibling", np.int64),  # the child of its parent that comes after it
    ("row", np.int64),  # of a branch by EACH, where its children are found
    ("above", np.int64),  # scratch: the branch that it is a child of
    ("total", np.float64),  # scratch: of a branch, the weight of children that are added up
]


class Children(NamedTuple):
    """The children of branches by value."""

    table: np.ndarray  # (B, values) a row for each branch; NONE: no child. Of a free row, the next
    free: np.ndarray  # (2,) the first free row, and how many there are


def weight_at(s, v):
    """The weight of the labels that a leaf of a tree has learned."""


def no_children(values):
    """A table without rows, for so many values."""
    return Children(np.zeros((0, values), np.int64), np.array([NONE, 0]))


def with_rows(s, n):
    """The same table with n more free rows."""
    first, rows = len(s.table), np.zeros((n, s.table.shape[1]), np.int64)
    rows[:, 0] = np.arange(first + 1, first + n + 1)
    rows[-1, 0] = s.free[0]
    return Children(np.concatenate([s.table, rows]), np.array([first, s.free[1] + n]))


@compiled
def child_of(nodes, children, v, x):
    """The child of a branch that x goes to; NONE where its cell is missing, or its value new."""
    node = nodes[v]
    value = x[node.feature]
    if value != value:
        return NONE
    if node.by == EACH:
        return children.table[node.row, int(value)]
    is_first = value == node.threshold if node.by == ONE else value <= node.threshold
    return node.child if is_first else nodes[node.child].sibling


@compiled
def is_new(nodes, v, x):
    """Whether a branch without a child for x is to grow one: its value is new there."""
    value = x[nodes[v].feature]
    return nodes[v].by == EACH and value == value


@compiled
def take_row(children, node):
    """Give a branch by EACH a row without children."""
    node.row = children.free[0]
    children.free[0] = children.table[node.row, 0]
    children.free[1] -= 1
    for value in range(children.table.shape[1]):
        children.table[node.row, value] = NONE


@compiled
def free_row(children, node):
    """Take the row from a branch by EACH."""
    children.table[node.row, 0] = children.free[0]
    children.free[0] = node.row
    children.free[1] += 1


@compiled
def link(nodes, v, last, new):
    """Have a node be a child of a branch, after the last it has, or NONE."""
    nodes[new].sibling = NONE
    if last == NONE:
        nodes[v].child = new
    else:
        nodes[last].sibling = new


@compiled
def last_child(nodes, v):
    last = nodes[v].child
    while nodes[last].sibling != NONE:
        last = nodes[last].sibling
    return last


@compiled
def put_in_place(nodes, children, parent, old, new):
    """Have another node be the child of a branch where one has been."""
    node = nodes[parent]
    nodes[new].sibling = nodes[old].sibling
    if node.child == old:
        node.child = new
    else:
        before = node.child
        while nodes[before].sibling != old:
            before = nodes[before].sibling
        nodes[before].sibling = new
    if node.by == EACH:
        for value in range(children.table.shape[1]):
            if children.table[node.row, value] == old:
                children.table[node.row, value] = new


@compiled
def fullest_child(s, nodes, v):
    """The child of a branch whose leaves have learned most; the first of several."""
    child, found, most = nodes[v].child, NONE, -1.0
    while child != NONE:
        weight = weight_below(s, nodes, child)
        if weight > most:
            found, most = child, weight
        child = nodes[child].sibling
    return found


@compiled
def weight_below(s, nodes, top):
    """The weight of the labels in all leaves below a node, added up branch by branch, as in river.

    A loop: a function that calls itself may take more of the stack than there is.
    """
    v = top
    while True:
        while nodes[v].feature != NONE and nodes[v].child != NONE:
            nodes[v].total = 0.0
            nodes[nodes[v].child].above = v
            v = nodes[v].child
        weight = weight_at(s, v) if nodes[v].feature == NONE else 0.0
        while v != top and nodes[v].sibling == NONE:
            v = nodes[v].above
            nodes[v].total += weight
            weight = nodes[v].total
        if v == top:
            return weight
        above = nodes[v].above
        nodes[above].total += weight
        v = nodes[v].sibling
        nodes[v].above = above
