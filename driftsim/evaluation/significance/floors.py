"""Floors: the least variance of a mean difference, from its counts or its steps."""

import numpy as np
from numpy.typing import ArrayLike


def count_floor(wrong: np.ndarray, rows: np.ndarray, phases: ArrayLike = (0,)) -> float:
    """The least variance of a difference of error, from counts.

    `wrong` (n,) is how many more rows of each interval one contender predicted wrong than the
    other, `rows` (n,) the number of rows. Two rows are added, so that no difference does not
    count as certainty (Agresti & Caffo 2000). For the recall of a class count its rows only.
    """
    wrong = np.asarray(wrong, float)
    least = np.sum(np.abs(wrong)) + 2
    return float(max(steps(wrong, phases), least) / np.sum(rows, dtype=float) ** 2)


def number_floor(series: np.ndarray, phases: ArrayLike = (0,)) -> float:
    """The least variance of the mean of a series (n,), one value an interval, from its steps."""
    return float(steps(np.asarray(series, float), phases) / len(series) ** 2)


def steps(values, phases):
    """Half the squared steps from value to value within phases: the sum of their variances."""
    inside = np.ones(max(len(values) - 1, 0), bool)
    starts = np.asarray(phases, int)
    inside[starts[(starts > 0) & (starts < len(values))] - 1] = False
    return np.sum(np.diff(values)[inside] ** 2) / 2
