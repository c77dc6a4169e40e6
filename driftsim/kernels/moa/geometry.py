"""Geometry: MOA's hyperplanes, clouds around centroids, and random trees."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.moa.java_random import below, normal, uniform


class Hyperplane(NamedTuple):
    """HyperplaneGenerator."""

    random: np.ndarray
    weights: np.ndarray  # (a,)
    signs: np.ndarray  # (k,) +1 or -1, of the weights that move
    change: float  # of a weight after each row
    noise: int  # percent
    turns: int  # percent: how often a sign changes


class Rbf(NamedTuple):
    """RandomRBFGenerator, and RandomRBFGeneratorDrift."""

    random: np.ndarray
    gauss: np.ndarray
    centres: np.ndarray  # (n, a)
    velocities: np.ndarray  # (moving, a) of the first centroids
    labels: np.ndarray  # (n,)
    deviations: np.ndarray  # (n,)
    shares: np.ndarray  # (n,)
    sums: np.ndarray  # (n,) of the shares up to each, as they are added one by one
    speed: float


class Tree(NamedTuple):
    """RandomTreeGenerator: nodes in flat arrays, the first of which is the root."""

    random: np.ndarray
    column: np.ndarray  # that a node splits; -1 for a leaf
    threshold: np.ndarray  # of a numeric column: smaller values go to the first child
    below: np.ndarray  # the first child, which the others follow; of a leaf, its label
    nominal: int  # columns, before the others
    values: int  # of each of them


def hyperplane(s, X, y):
    for i in range(y.size):
        side, whole = 0.0, 0.0
        for j in range(s.weights.size):
            X[i, j] = uniform(s.random)
            side += s.weights[j] * X[i, j]
            whole += s.weights[j]
        label = 1 if side >= whole * 0.5 else 0
        if below(s.random, 100) < s.noise:
            label = 1 - label
        for j in range(s.signs.size):
            s.weights[j] += s.signs[j] * s.change
            if below(s.random, 100) < s.turns:
                s.signs[j] = -s.signs[j]
        y[i] = label


def place_centroids(s, model, classes):
    """Draw the centroids of clouds, from the generator `model` (1,)."""
    whole = 0.0
    for i in range(s.centres.shape[0]):
        for j in range(s.centres.shape[1]):
            s.centres[i, j] = uniform(model)
        s.labels[i] = below(model, classes)
        s.deviations[i] = uniform(model)
        s.shares[i] = uniform(model)
        whole += s.shares[i]
        s.sums[i] = whole


def draw_velocities(s, model):
    """Draw the directions in which centroids move, each of length 1."""
    for i in range(s.velocities.shape[0]):
        square = 0.0
        for j in range(s.velocities.shape[1]):
            s.velocities[i, j] = uniform(model)
            square += s.velocities[i, j] * s.velocities[i, j]
        length = math.sqrt(square)
        for j in range(s.velocities.shape[1]):
            s.velocities[i, j] /= length


def rbf(s, X, y):
    for i in range(y.size):
        for k in range(s.velocities.shape[0]):
            for j in range(s.velocities.shape[1]):
                at = s.centres[k, j] + s.velocities[k, j] * s.speed
                if at > 1.0:
                    at = 1.0
                    s.velocities[k, j] = -s.velocities[k, j]
                if at < 0.0:
                    at = 0.0
                    s.velocities[k, j] = -s.velocities[k, j]
                s.centres[k, j] = at
        c = first_beyond(s.sums, uniform(s.random) * s.sums[s.sums.size - 1])
        square = 0.0
        for j in range(s.centres.shape[1]):
            X[i, j] = uniform(s.random) * 2.0 - 1.0
            square += X[i, j] * X[i, j]
        reach = (normal(s.random, s.gauss) * s.deviations[c]) / math.sqrt(square)
        for j in range(s.centres.shape[1]):
            X[i, j] = s.centres[c, j] + X[i, j] * reach
        y[i] = s.labels[c]


@compiled
def first_beyond(sums, wanted):
    """The first of ascending sums that is more than a number; the last where none is."""
    low, high = 0, sums.size - 1
    while low < high:
        middle = (low + high) // 2
        if sums[middle] > wanted:
            high = middle
        else:
            low = middle + 1
    return low


def tree(s, X, y):
    for i in range(y.size):
        for j in range(s.nominal):
            X[i, j] = below(s.random, s.values)
        for j in range(s.nominal, X.shape[1]):
            X[i, j] = uniform(s.random)
        node, column = 0, s.column[0]
        while column >= 0:
            if column < s.nominal:
                node = s.below[node] + int(X[i, column])
            else:
                node = s.below[node] + (0 if X[i, column] < s.threshold[node] else 1)
            column = s.column[node]
        y[i] = s.below[node]
