"""Clusters in the place of rows: half as many, class by class, by k-means++."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.online.random_numbers import below, uniform


class Clusters(NamedTuple):
    """Scratch for the rows of one class, and for all clusters."""

    X: np.ndarray  # (d, places) rows of the class
    square: np.ndarray  # (places,) squared distance of each from the nearest centre
    owner: np.ndarray  # (places,) that centre
    far: np.ndarray  # (places,) squared distance of each from the newest centre
    centre: np.ndarray  # (d, places)
    weight: np.ndarray  # (places,) rows of each centre
    y: np.ndarray  # (places,) class of each


def clusters(d, places):
    """Room for so many rows."""
    rows, centre = np.zeros((2, d, places))
    square, far, count, y = np.zeros((4, places))
    return Clusters(rows, square, np.zeros(places, np.int64), far, centre, count, y)


@compiled
def compress(s, memory, m, generators, n_classes):
    """Replace the rows of a memory by half as many centres of k-means++ in each class.

    Of an odd number the half is rounded down, but each class keeps one. The rows choose
    the nearest of the first centres once (Arthur & Vassilvitskii 2007, one step of k-means).
    """
    made = 0
    for c in range(n_classes):
        n = 0
        for place in range(memory.start[m], memory.stop[m]):
            if memory.y[m, place] == c:
                for i in range(s.X.shape[0]):
                    s.X[i, n] = memory.X[m, i, place]
                n += 1
        if n > 0:
            made = add_centres(s, m, n, max(n // 2, 1), c, made, generators)
    for j in range(made):
        memory.y[m, j] = s.y[j]
        for i in range(s.X.shape[0]):
            memory.X[m, i, j] = s.centre[i, j]
    memory.start[m], memory.stop[m] = 0, made


@compiled
def add_centres(s, m, n, wanted, c, made, generators):
    """Add the centres of the n rows of a class; how many there are in all."""
    chosen = below(generators, m, n)
    for j in range(n):
        s.square[j], s.owner[j] = np.inf, made
    for q in range(made, made + wanted):
        if q > made:
            chosen = far_row(s, m, n, generators)
        come_nearer(s, n, chosen, q)
        s.y[q], s.weight[q] = c, 0.0
    for q in range(made, made + wanted):
        for i in range(s.X.shape[0]):
            s.centre[i, q] = 0.0
    for j in range(n):
        s.weight[s.owner[j]] += 1.0
        for i in range(s.X.shape[0]):
            s.centre[i, s.owner[j]] += s.X[i, j]
    return averaged(s, made, made + wanted)


@compiled
def far_row(s, m, n, generators):
    """A row, drawn with its squared distance from the nearest centre as its chance."""
    total = 0.0
    for j in range(n):
        total += s.square[j]
    left = uniform(generators, m) * total
    for j in range(n):
        left -= s.square[j]
        if left < 0.0:
            return j
    return n - 1


@compiled
def come_nearer(s, n, chosen, q):
    """Give a row's position to centre q, and q those rows that are nearer to it than to others."""
    for j in range(n):
        s.far[j] = 0.0
    for i in range(s.X.shape[0]):
        position = s.X[i, chosen]
        for j in range(n):
            difference = s.X[i, j] - position
            s.far[j] += difference * difference
    for j in range(n):
        if s.far[j] < s.square[j]:
            s.square[j], s.owner[j] = s.far[j], q


@compiled
def averaged(s, start, stop):
    """Divide the sums of the centres by their rows; those without any are left out."""
    to = start
    for q in range(start, stop):
        if s.weight[q] > 0.0:
            s.y[to] = s.y[q]
            for i in range(s.X.shape[0]):
                s.centre[i, to] = s.centre[i, q] / s.weight[q]
            to += 1
    return to
