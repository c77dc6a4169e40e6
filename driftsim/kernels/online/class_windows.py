"""Windows of classes: the last rows of each, which can be learned again in their order."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled

NONE = -1  # no class


class ClassWindows(NamedTuple):
    """The last rows of each of k classes, of d columns; row i of a class is at place i % size."""

    X: np.ndarray  # (k, size, d)
    weight: np.ndarray  # (k, size)
    came: np.ndarray  # (k, size) how many rows of any class came before
    n: np.ndarray  # (k,) rows of each class so far
    next: np.ndarray  # (k,) the row of each class that is to be learned again next


def class_windows(k, d, size) -> ClassWindows:
    """Empty windows of so many rows."""
    return ClassWindows(
        np.zeros((k, size, d)),
        np.zeros((k, size)),
        np.zeros((k, size), np.int64),
        np.zeros(k, np.int64),
        np.zeros(k, np.int64),
    )


@compiled
def hold(s, x, c, w, came):
    """Put a row of class c into its window, in the place of the oldest if that is full."""
    at = s.n[c] % s.X.shape[1]
    for j in range(x.size):
        s.X[c, at, j] = x[j]
    s.weight[c, at], s.came[c, at] = w, came
    s.n[c] += 1


@compiled
def rewind(s):
    """Have all rows that are held come again."""
    for c in range(s.n.size):
        s.next[c] = max(s.n[c] - s.X.shape[1], 0)


@compiled
def pull(s):
    """The class and the place of the oldest row that is yet to come again; NONE: there is none."""
    c, at = NONE, 0
    for other in range(s.n.size):
        place = s.next[other] % s.X.shape[1]
        if s.next[other] < s.n[other] and (c == NONE or s.came[other, place] < s.came[c, at]):
            c, at = other, place
    if c != NONE:
        s.next[c] += 1
    return c, at
