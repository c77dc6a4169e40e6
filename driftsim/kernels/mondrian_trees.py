"""Mondrian trees: they split where rows leave the boxes of their nodes, at random times."""

import math
import random
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.mersenne_twister import random_state, uniform
from driftsim.kernels.trees import padded

NOTHING = -1
UNBOUNDED = 2**62
SEEDS = 9_999_999  # the largest that river draws for a tree
PAIRS = 32  # of nodes at first, for each tree

NODE = np.dtype(
    [
        ("feature", np.int64),  # NOTHING: it is a leaf
        ("threshold", np.float64),  # up to it, rows go left
        ("time", np.float64),  # at which it was split off; later than its parent's
        ("left", np.int64),  # its children, the right just after the left
        ("parent", np.int64),  # NOTHING: it is a root
        ("n", np.float64),  # its rows
        ("weight", np.float64),  # logarithm of that of what it predicts itself
        ("tree_weight", np.float64),  # and of what it and all nodes below it predict
    ],
    align=True,
)


class MondrianTrees(NamedTuple):
    """Mondrian trees whose nodes are of one pool: as many roots, then pairs of children."""

    nodes: np.ndarray  # (N,) of NODE
    boxes: np.ndarray  # (N, 2, d) of each node: the least and the largest values of its rows
    labels: tuple  # what the nodes know of theirs; its first field has an entry for each node
    used: np.ndarray  # (1,) how many nodes are
    n_nodes: np.ndarray  # (trees,) of each tree
    random_states: np.ndarray  # (trees, 625)
    by_name: np.ndarray  # (d,) columns in the order of their names
    step: float
    aggregates: bool  # whether a tree predicts by all nodes above a leaf, or by it alone
    splits_pure: bool  # whether nodes of one class are split
    most: int  # nodes of a tree


# What trees ask of the labels of node v, which has n rows: those of classes and numbers differ.


def is_pure(labels, v, y, n):
    """Whether all labels of a node are y."""


def gain(labels, v, y, n):
    """What a node that predicts y gains: the negative loss. It has n rows with this one."""


def add_label(labels, v, y, n):
    """Add y to the labels of a node, which has n rows with this one."""


def copy_labels(labels, v, to):
    """Let another node, which has none, have the labels of node v."""


def mondrian_trees(
    d,
    labels,
    step=1.0,
    use_aggregation=True,
    split_pure=False,
    max_nodes=None,
    seed=None,
    names=None,
):
    """As many trees as `labels` are of nodes, which have learned nothing.

    `names` are those of the columns.
    """
    n, rng = len(labels[0]), random.Random(seed)
    roots = np.zeros(n, NODE)
    roots["feature"] = roots["parent"] = NOTHING
    bare = MondrianTrees(
        roots,
        np.zeros((n, 2, d)),
        labels,
        np.array([n]),
        np.ones(n, np.int64),
        np.array([random_state(rng.randint(0, SEEDS)) for _ in range(n)]),
        np.array(sorted(range(d), key=names.__getitem__) if names else range(d)),
        float(step),
        bool(use_aggregation),
        bool(split_pure),
        UNBOUNDED if max_nodes is None or max_nodes < 0 else int(max_nodes),
    )
    return with_nodes(bare, 2 * PAIRS * n)


def with_nodes(s, n):
    """The same trees with n more free nodes."""
    grown = {name: padded(getattr(s, name), n) for name in ("nodes", "boxes")}
    first, *rest = s.labels
    return s._replace(**grown, labels=type(s.labels)(padded(first, n), *rest))


def enlarged(s) -> MondrianTrees:
    """The same trees with room for twice as many nodes."""
    return with_nodes(s, len(s.nodes))


@compiled
def has_room(s):
    """Whether each tree may split once more."""
    return s.used[0] + 2 * s.n_nodes.size <= s.nodes.size


@compiled
def leaf_of(s, tree, x):
    v = tree
    while s.nodes[v].feature != NOTHING:
        v = child_of(s.nodes[v], x)
    return v


@compiled
def child_of(node, x):
    return node.left if x[node.feature] <= node.threshold else node.left + 1


@compiled
def share(node):
    """What a node contributes to the prediction; those below it have the rest."""
    return 0.5 * math.exp(node.weight - node.tree_weight)


@compiled
def learn_row(s, tree, x, y):
    """Have all nodes on the way of a row learn it, one of which it may split."""
    v = tree
    if s.nodes[v].n == 0.0:
        start(s, v, x, y)
        return
    while True:
        if is_outside(s.boxes[v], x):
            time = time_of_split(s, tree, v, x, y)
            if time > 0.0:
                new = split(s, tree, v, x, time)
                stretch(s.boxes[v], x)
                add_row(s, v, y)
                start(s, new, x, y)
                v = new
                break
            stretch(s.boxes[v], x)
        add_row(s, v, y)
        if s.nodes[v].feature == NOTHING:
            break
        v = child_of(s.nodes[v], x)
    if s.aggregates:
        weigh(s, v)


@compiled
def start(s, v, x, y):
    """Let a row be the first one of a node."""
    s.nodes[v].n = 1.0
    for i in range(x.size):
        s.boxes[v, 0, i] = s.boxes[v, 1, i] = x[i]
    add_label(s.labels, v, y, 1.0)


@compiled
def add_row(s, v, y):
    """Add a row to a node, whose weight follows from how well it has predicted the label."""
    node = s.nodes[v]
    node.n += 1.0
    if s.aggregates:
        node.weight += s.step * gain(s.labels, v, y, node.n)
    add_label(s.labels, v, y, node.n)


@compiled
def is_outside(box, x):
    n = 0
    for i in range(x.size):
        n += (x[i] < box[0, i]) | (x[i] > box[1, i])
    return n > 0


@compiled
def stretch(box, x):
    """Let a box reach as far as a row."""
    for i in range(x.size):
        box[0, i] = min(box[0, i], x[i])
        box[1, i] = max(box[1, i], x[i])


@compiled
def time_of_split(s, tree, v, x, y):
    """When a row outside of its box splits a node; 0 if it does not."""
    node = s.nodes[v]
    if s.n_nodes[tree] >= s.most or (not s.splits_pure and is_pure(s.labels, v, y, node.n)):
        return 0.0
    far = 0.0
    for i in range(x.size):
        far += beyond(s.boxes[v], x, i)
    time = node.time - math.log(1.0 - uniform(s.random_states[tree])) / far
    if node.feature != NOTHING and not time < s.nodes[node.left].time:
        return 0.0
    return time


@compiled
def beyond(box, x, i):
    """How far a row is outside of a box, by one feature."""
    if x[i] < box[0, i]:
        return box[0, i] - x[i]
    return x[i] - box[1, i] if x[i] > box[1, i] else 0.0


@compiled
def split(s, tree, v, x, time):
    """Put a row that lies outside of the box of a node beside all that this node has been.

    The node becomes their parent. The number of the leaf for the row.
    """
    feature = drawn_feature(s, tree, s.boxes[v], x)
    value, left, above = x[feature], s.used[0], x[feature] > s.boxes[v, 1, feature]
    before, new = (left, left + 1) if above else (left + 1, left)
    s.used[0] += 2
    s.n_nodes[tree] += 2
    copy_node(s, v, before, time)
    node = s.nodes[v]
    s.nodes[new].feature, s.nodes[new].parent, s.nodes[new].time = NOTHING, v, time
    edge = s.boxes[v, int(above), feature]
    low, high = (edge, value) if above else (value, edge)
    node.threshold = low + (high - low) * uniform(s.random_states[tree])
    node.feature, node.left = feature, left
    return new


@compiled
def drawn_feature(s, tree, box, x):
    """A feature by which a row is outside of a box, the likelier the farther it is."""
    total, d = 0.0, x.size
    for j in range(d):
        total += beyond(box, x, s.by_name[j])
    drawn, up_to, feature = uniform(s.random_states[tree]) * total, 0.0, NOTHING
    for j in range(d):
        i = s.by_name[j]
        far = beyond(box, x, i)
        if far > 0.0:
            up_to, feature = up_to + far, i
            if up_to > drawn:
                break
    return feature


@compiled
def copy_node(s, v, to, time):
    """Let node `to` be as node v, with its children, and be a child of it from this time on."""
    old, new = s.nodes[v], s.nodes[to]
    new.feature, new.threshold, new.left, new.n = old.feature, old.threshold, old.left, old.n
    new.weight, new.tree_weight = old.weight, old.tree_weight
    new.time, new.parent = time, v
    if new.feature != NOTHING:
        s.nodes[new.left].parent = s.nodes[new.left + 1].parent = to
    for i in range(s.by_name.size):
        s.boxes[to, 0, i], s.boxes[to, 1, i] = s.boxes[v, 0, i], s.boxes[v, 1, i]
    copy_labels(s.labels, v, to)


@compiled
def weigh(s, v):
    """Set the weights of the trees below each node from a leaf upwards."""
    while v != NOTHING:
        node = s.nodes[v]
        if node.feature == NOTHING:
            node.tree_weight = node.weight
        else:
            below = s.nodes[node.left].tree_weight + s.nodes[node.left + 1].tree_weight
            node.tree_weight = log_mean(node.weight, below)
        v = node.parent


@compiled
def log_mean(a, b):
    """The logarithm of the mean of exp(a) and exp(b)."""
    if a > b:
        return a - math.log(2.0) + math.log1p(math.exp(b - a))
    return b - math.log(2.0) + math.log1p(math.exp(a - b))
