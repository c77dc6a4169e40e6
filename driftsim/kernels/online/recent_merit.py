"""Recent merit: kappa times accuracy of each member of an ensemble, over the last rows."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled


class Merit(NamedTuple):
    """How right n members have been about the last rows, of k classes, that each has predicted."""

    label: np.ndarray  # (size,) class of the last rows, of which row i is at place i % size
    predicted: np.ndarray  # (n, size)
    rows: np.ndarray  # (n,) that count, at most size
    correct: np.ndarray  # (n,) of them
    labels: np.ndarray  # (n, k) rows of each class
    predictions: np.ndarray  # (n, k) how often each class was predicted
    of: np.ndarray  # (n,) kappa times accuracy; 0 without rows


def recent_merit(n, k, size) -> Merit:
    """Of n members that have predicted nothing, over so many rows."""
    return Merit(
        np.zeros(size, np.int64),
        np.zeros((n, size), np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros((n, k), np.int64),
        np.zeros((n, k), np.int64),
        np.zeros(n),
    )


@compiled
def add_prediction(s, i, at, predicted, c):
    """Count what member i has predicted for a row of class c, at a place in the window.

    The row at that place before leaves; `s.label` is set after all members have been given this.
    """
    if s.rows[i] == s.label.size:
        was, label = s.predicted[i, at], s.label[at]
        s.correct[i] -= was == label
        s.labels[i, label] -= 1
        s.predictions[i, was] -= 1
    else:
        s.rows[i] += 1
    s.predicted[i, at] = predicted
    s.correct[i] += predicted == c
    s.labels[i, c] += 1
    s.predictions[i, predicted] += 1
    by_chance = 0
    for q in range(s.labels.shape[1]):
        by_chance += s.labels[i, q] * s.predictions[i, q]
    n = s.rows[i]
    kappa = 1.0
    if n * n > by_chance:
        kappa = (n * s.correct[i] - by_chance) / (n * n - by_chance)
    s.of[i] = kappa * s.correct[i] / n


@compiled
def forget(s, i):
    """Have member i have predicted nothing."""
    s.rows[i] = s.correct[i] = 0
    s.of[i] = 0.0
    for c in range(s.labels.shape[1]):
        s.labels[i, c] = s.predictions[i, c] = 0
