"""Floors: the variance that a mean difference has at the least, from its counts or its steps."""

import numpy as np


def count_floor(wrong: np.ndarray, rows: np.ndarray, phases: np.ndarray = (0,)) -> float:
    """The least variance of a difference of error, from counts.

    `wrong` (n,) is how many more rows of each interval the one got wrong than the other, `rows`
    (n,) how many there are. Two rows are added, so that no difference at all is not taken for
    certainty (Agresti & Caffo 2000). For the recall of a class count the rows of that class.
    """
    wrong = np.asarray(wrong, float)
    least = np.sum(np.abs(wrong)) + 2
    return float(max(steps(wrong, phases), least) / np.sum(rows, dtype=float) ** 2)


def number_floor(series: np.ndarray, phases: np.ndarray = (0,)) -> float:
    """The least variance of the mean of a series (n,), one value an interval, from its steps."""
    return float(steps(np.asarray(series, float), phases) / len(series) ** 2)


def steps(values, phases):
    """Half the squared steps from value to value within phases: their variance, summed."""
    inside = np.ones(max(len(values) - 1, 0), bool)
    begins = np.asarray(phases, int)
    inside[begins[(begins > 0) & (begins < len(values))] - 1] = False
    return np.sum(np.diff(values)[inside] ** 2) / 2
