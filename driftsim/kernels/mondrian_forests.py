"""Aggregated Mondrian forests (Mourtada, Gaïffas & Scornet 2021), for classes and for numbers."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, dispatch, register_model
from driftsim.kernels.mondrian_trees import (
    NOTHING,
    MondrianTrees,
    add_label,
    copy_labels,
    gain,
    has_room,
    is_pure,
    leaf_of,
    learn_row,
    mondrian_trees,
    share,
)


class ClassCounts(NamedTuple):
    """How many labels of each class each node has."""

    counts: np.ndarray  # (N, k)
    met: np.ndarray  # (k,) classes, in the order in which they have come
    n_met: np.ndarray  # (1,)
    prior: float  # what is added to each count


class Means(NamedTuple):
    """The mean of the labels of each node."""

    means: np.ndarray  # (N,)


class MondrianForest(NamedTuple):
    """A forest for classes."""

    trees: MondrianTrees
    scores: np.ndarray  # (k,) scratch: what a tree gives each class


class MondrianRegressionForest(NamedTuple):
    """A forest for numbers."""

    trees: MondrianTrees


def mondrian_forest(members, d, k, n_estimators=10, dirichlet=0.5, **parameters):
    """A forest for classes that has learned nothing.

    The other parameters are those of `mondrian_trees`. Raises `ValueError` where members are not 1.
    """
    counts, met = np.zeros((n_estimators, k)), np.zeros(k, np.int64)
    labels = ClassCounts(counts, met, np.zeros(1, np.int64), float(dirichlet))
    return MondrianForest(trees_of(members, d, labels, **parameters), np.zeros(k))


def mondrian_regression_forest(members, d, k, n_estimators=10, **parameters):
    """A forest for numbers that has learned nothing; as that for classes."""
    labels = Means(np.zeros(n_estimators))
    return MondrianRegressionForest(trees_of(members, d, labels, **parameters))


def trees_of(members, d, labels, **parameters):
    """The trees of a forest, which have learned nothing."""
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    return mondrian_trees(d, labels, **parameters)


@compiled
def is_of_one_class(labels, v, y, n):
    return labels.counts[v, int(y)] == n


@compiled
def log_score(labels, v, y, n):
    return math.log(score(labels, v, int(y), n))


@compiled
def score(labels, v, c, n):
    """The share of a class in n labels, and in the prior."""
    return (labels.counts[v, c] + labels.prior) / (n + labels.prior * labels.n_met[0])


@compiled
def count_class(labels, v, y, n):
    labels.counts[v, int(y)] += 1.0


@compiled
def copy_counts(labels, v, to):
    for c in range(labels.met.size):
        labels.counts[to, c] = labels.counts[v, c]


dispatch(is_pure, ClassCounts, is_of_one_class)
dispatch(gain, ClassCounts, log_score)
dispatch(add_label, ClassCounts, count_class)
dispatch(copy_labels, ClassCounts, copy_counts)


@compiled
def is_never_pure(labels, v, y, n):
    return False


@compiled
def loss_saved(labels, v, y, n):
    off = labels.means[v] - y
    return -(off * off / 2.0)


@compiled
def add_to_mean(labels, v, y, n):
    labels.means[v] += 1.0 / n * (y - labels.means[v])


@compiled
def copy_mean(labels, v, to):
    labels.means[to] = labels.means[v]


dispatch(is_pure, Means, is_never_pure)
dispatch(gain, Means, loss_saved)
dispatch(add_label, Means, add_to_mean)
dispatch(copy_labels, Means, copy_mean)


@compiled
def forest_predict(s, m, x, p):
    labels, k, n = s.trees.labels, p.size, s.trees.n_nodes.size
    for c in range(k):
        p[c] = 0.0
    for tree in range(n):
        score_classes(s, leaf_of(s.trees, tree, x))
        for j in range(labels.n_met[0]):
            c = labels.met[j]
            p[c] += s.scores[c] / n
    return likeliest(labels, p)


@compiled
def score_classes(s, v):
    """Score the classes that have come, by a leaf and the nodes above it."""
    trees, labels, total = s.trees, s.trees.labels, 0.0
    for j in range(labels.n_met[0]):
        c = labels.met[j]
        s.scores[c] = score(labels, v, c, trees.nodes[v].n)
    if not trees.aggregates:
        return
    v = trees.nodes[v].parent
    while v != NOTHING:
        node = trees.nodes[v]
        part = share(node)
        for j in range(labels.n_met[0]):
            c = labels.met[j]
            s.scores[c] = part * score(labels, v, c, node.n) + (1.0 - part) * s.scores[c]
        v = node.parent
    for j in range(labels.n_met[0]):
        total += s.scores[labels.met[j]]
    if total > 0.0:
        for j in range(labels.n_met[0]):
            s.scores[labels.met[j]] *= 1.0 / total


@compiled
def likeliest(labels, p):
    """The first class of those with the highest probability that has come; -1: none has."""
    label, n = -1.0, labels.n_met[0]
    for c in range(p.size):
        if position(labels, c) < n and (label < 0.0 or p[c] > p[int(label)]):
            label = float(c)
    return label


@compiled
def position(labels, c):
    """How many classes have come before one; all, if it has not come."""
    j = 0
    while j < labels.n_met[0] and labels.met[j] != c:
        j += 1
    return j


@compiled
def forest_learn(s, m, x, y, w, fresh):
    labels, c = s.trees.labels, int(y)
    if position(labels, c) == labels.n_met[0]:
        labels.met[labels.n_met[0]] = c
        labels.n_met[0] += 1
    for tree in range(s.trees.n_nodes.size):
        learn_row(s.trees, tree, x, y)


@compiled
def regression_predict(s, m, x, p):
    trees, total = s.trees, 0.0
    for tree in range(trees.n_nodes.size):
        total += mean_of(trees, leaf_of(trees, tree, x))
    return total / trees.n_nodes.size


@compiled
def mean_of(trees, v):
    """What a leaf and the nodes above it predict."""
    mean = trees.labels.means[v]
    v = trees.nodes[v].parent
    while trees.aggregates and v != NOTHING:
        part = share(trees.nodes[v])
        mean = part * trees.labels.means[v] + (1.0 - part) * mean
        v = trees.nodes[v].parent
    return mean


@compiled
def regression_learn(s, m, x, y, w, fresh):
    for tree in range(s.trees.n_nodes.size):
        learn_row(s.trees, tree, x, y)


@compiled
def forest_room(s):
    return has_room(s.trees)


register_model(MondrianForest, predict=forest_predict, learn=forest_learn, room=forest_room)
register_model(
    MondrianRegressionForest,
    predict=regression_predict,
    learn=regression_learn,
    room=forest_room,
)
