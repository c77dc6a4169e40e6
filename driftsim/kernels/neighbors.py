"""Nearest neighbours among the last rows learned."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model

MEAN, MEDIAN, WEIGHTED_MEAN = range(3)
AGGREGATIONS = {"mean": MEAN, "median": MEDIAN, "weighted_mean": WEIGHTED_MEAN}
ROUNDED = 1.0 + 1e-15  # most by which two squares with the same root differ


class Window(NamedTuple):
    """The last rows learned, each in the place of the oldest, and scratch to search them.

    A place without a row holds infinite features, and so is far from everything.
    """

    X: np.ndarray  # (M, d, groups * group) features by place: the search goes along these
    y: np.ndarray  # (M, size)
    oldest: np.ndarray  # (M,) place of the oldest row, or else the first without one
    square: np.ndarray  # (groups * group,) squared distance of each row
    least: np.ndarray  # (groups,) that of each group of places
    label: np.ndarray  # (n_neighbors,) of the nearest rows, from near to far
    distance: np.ndarray  # (n_neighbors,) theirs
    size: int  # most rows
    group: int  # places in a group


def window(members, d, window_size, n_neighbors):
    """Windows without rows."""
    group = (
        1 << (int(window_size).bit_length() + 1) // 2
    )  # about the root of the size; with one group, 1.7 times as slow
    groups = -(-window_size // group)
    X, y = np.full((members, d, groups * group), math.inf), np.zeros((members, window_size))
    scratch = np.zeros(groups * group), np.zeros(groups)
    nearest = np.zeros(n_neighbors), np.zeros(n_neighbors)
    oldest = np.zeros(members, np.int64)
    return Window(X, y, oldest, *scratch, *nearest, int(window_size), group)


@compiled
def add_row(s, m, x, y):
    """Add a row to a window; if it is full, the oldest leaves."""
    place = s.oldest[m]
    for i in range(x.size):
        s.X[m, i, place] = x[i]
    s.y[m, place] = y
    s.oldest[m] = place + 1 if place + 1 < s.size else 0


@compiled
def clear(s, m):
    s.X[m] = math.inf
    s.oldest[m] = 0


@compiled
def search(s, m, x):
    """Find the rows nearest to x, of equally near ones the oldest; how many there are.

    Each round takes the least of the least distances of groups. One row will do if it is x.
    """
    measure(s, m, x)
    for j in range(s.distance.size):
        near = lowest(s.least)
        if near == math.inf:
            return j
        place = first_at(s, near, s.oldest[m], s.size)
        if place < 0:
            place = first_at(s, near, 0, s.oldest[m])
        s.label[j], s.distance[j] = s.y[m, place], math.sqrt(near)
        if near == 0.0:
            return 1
        s.square[place] = math.inf
        g = place // s.group
        s.least[g] = lowest(s.square[g * s.group : (g + 1) * s.group])
    return s.distance.size


@compiled
def measure(s, m, x):
    """Fill in the squared distances of all rows, and the least of each group.

    Goes feature by feature, so that the inner loops run over several rows at once.
    """
    for place in range(s.square.size):
        s.square[place] = 0.0
    for i in range(x.size):
        for place in range(s.square.size):
            difference = x[i] - s.X[m, i, place]
            s.square[place] += difference * difference
    for g in range(s.least.size):
        s.least[g] = lowest(s.square[g * s.group : (g + 1) * s.group])


@compiled
def lowest(numbers):
    """The least of some numbers that are not negative, and so are ordered as their bits are.

    Integers are compared several at once; with floats, a search takes 1.07 times as long.
    """
    bits = numbers.view(np.int64)
    low = bits[0]
    for i in range(bits.size):
        low = min(low, bits[i])
    return np.int64(low).view(np.float64)


@compiled
def first_at(s, near, start, stop):
    """The first place of a stretch that is at a squared distance, or at one with the same root."""
    distance, most = math.sqrt(near), near * ROUNDED
    for g in range(start // s.group, s.least.size):
        if s.least[g] <= most:
            for place in range(max(g * s.group, start), min((g + 1) * s.group, stop)):
                if s.square[place] <= most and math.sqrt(s.square[place]) == distance:
                    return place
    return -1


class KNNClassifier(NamedTuple):
    """The vote of the nearest neighbours."""

    window: Window
    known: np.ndarray  # (M, k) whether a class has been met
    weighted: bool  # by the inverse of the distance
    softmax: bool


def knn_classifier(members, d, k, n_neighbors=5, window_size=50, weighted=True, softmax=False):
    """Nearest neighbour classifiers that have learned nothing.

    Of more than eight classes, river lets a tie go to the first in the order of a Python set; here
    it goes to the first of all, which differs until a few classes have been met.
    """
    rows = window(members, d, window_size, n_neighbors)
    return KNNClassifier(rows, np.zeros((members, k), np.bool_), bool(weighted), bool(softmax))


@compiled
def classifier_predict(s, m, x, p):
    for c in range(p.size):
        p[c] = 0.0
    rows, label = s.window, -1
    n = search(rows, m, x)
    if n == 0:
        return -1.0
    if rows.distance[0] == 0.0:
        label = int(rows.label[0])
        p[label] = 1.0
        return float(label)
    for j in range(n):
        p[int(rows.label[j])] += 1.0 / rows.distance[j] if s.weighted else 1.0
    if s.softmax:
        raise_to_exponentials(p, s.known[m])
    total, most = 0.0, -1.0
    for c in range(p.size):
        total += p[c]
    for c in range(p.size):
        p[c] /= total
        if s.known[m, c] and p[c] > most:
            most, label = p[c], c
    return float(label)


@compiled
def raise_to_exponentials(p, known):
    highest = 0.0
    for c in range(p.size):
        highest = max(highest, p[c])
    for c in range(p.size):
        p[c] = math.exp(p[c] - highest) if known[c] else 0.0


@compiled
def classifier_learn(s, m, x, y, w, fresh):
    add_row(s.window, m, x, y)
    s.known[m, int(y)] = True


@compiled
def classifier_reset(s, m):
    clear(s.window, m)
    s.known[m] = False


register_model(
    KNNClassifier, predict=classifier_predict, learn=classifier_learn, reset=classifier_reset
)


class KNNRegressor(NamedTuple):
    """The mean or median of the nearest neighbours."""

    window: Window
    aggregation: int  # MEAN, MEDIAN or WEIGHTED_MEAN


def knn_regressor(members, d, k, n_neighbors=5, window_size=50, aggregation_method="mean"):
    """Nearest neighbour regressors that have learned nothing."""
    rows = window(members, d, window_size, n_neighbors)
    return KNNRegressor(rows, AGGREGATIONS[aggregation_method])


@compiled
def regressor_predict(s, m, x, p):
    rows = s.window
    n = search(rows, m, x)
    if n == 0:
        return 0.0
    if rows.distance[0] == 0.0:
        return rows.label[0]
    if s.aggregation == MEDIAN:
        return median(rows.label, n)
    total, weights = 0.0, 0.0
    for j in range(n):
        weight = 1.0 / rows.distance[j] if s.aggregation == WEIGHTED_MEAN else 1.0
        total += weight * rows.label[j]
        weights += weight
    return total / weights


@compiled
def median(numbers, n):
    """The median of the first n numbers, which it sorts."""
    for i in range(1, n):
        number, j = numbers[i], i
        while j > 0 and numbers[j - 1] > number:
            numbers[j] = numbers[j - 1]
            j -= 1
        numbers[j] = number
    return 0.5 * (numbers[(n - 1) // 2] + numbers[n // 2])


@compiled
def regressor_learn(s, m, x, y, w, fresh):
    add_row(s.window, m, x, y)


@compiled
def regressor_reset(s, m):
    clear(s.window, m)


register_model(
    KNNRegressor, predict=regressor_predict, learn=regressor_learn, reset=regressor_reset
)
