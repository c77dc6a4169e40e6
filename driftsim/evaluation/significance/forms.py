"""Quadratic forms: from which the errors of a mean along one stream follow, for any weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from driftsim.evaluation.significance.autoregression import CAUTION, GRID, rest
from driftsim.evaluation.significance.stream import LEAST_INTERVALS, fitted
from driftsim.evaluation.significance.waves import WIDER, Phase


def forms_of(series: np.ndarray, phases: Sequence[int] = (0,)) -> np.ndarray:
    """The forms (f, k (k + 1) / 2) of series (r, k, n) of r runs, k parts and n intervals.

    With weights w of the parts, a form is the sum of its entries times w_i w_j, for each i <= j.
    The forms are the variance by slow waves in each phase; the squares of what varies about the
    levels of the phases, of all but the first and of all but the last, and the products of
    neighbours; the least variance, from steps; and the variance of the mean over runs. From them
    follow all errors that `over_repeats` gives the sum of the parts.
    """
    x, n = np.mean(series, axis=0), series.shape[-1]
    parts, _ = fitted(tuple(phases), n)
    rests = [rest(x[:, part.rows], part.level) for part in parts]
    pairs = [(1, 1), (0, 0), (1, 0)]  # whether the first is left out, else the last
    quick = [sum(inner(ends(e, a), ends(e, b)) for e in rests) for a, b in pairs]
    means = np.mean(series, axis=2)
    off = (means - means.mean(axis=0)).T
    r = len(series)
    every = [*(by_waves(x, part) for part in parts), *quick, by_steps(x, phases)]
    return triangles(np.array([*every, inner(off, off) / max(r * (r - 1), 1)]))


def about_forms(phases: Sequence[int], n: int, r: int) -> dict[str, Any] | None:
    """What else the errors follow from, as plain data; None where n intervals are too few."""
    if n < LEAST_INTERVALS:
        return None
    parts, biased = fitted(tuple(phases), n)
    levels = sum(part.level.shape[1] for part in parts)
    return {
        "n": n,
        "runs": r,
        "waves": [part.waves.shape[1] for part in parts],
        "df": n - levels - len(parts),
        "grid": GRID.tolist(),
        "biased": biased.tolist(),
        "caution": CAUTION,
        "wider": WIDER,
    }


def by_waves(x: np.ndarray, part: Phase) -> np.ndarray:
    """The form of the variance by slow waves in a phase, before it is divided by n."""
    m, count = part.waves.shape
    found = x[:, part.rows] @ part.waves
    return m / x.shape[1] * inner(found, found) / count


def by_steps(x: np.ndarray, phases: ArrayLike) -> np.ndarray:
    """The form of `number_floor`."""
    n, starts = x.shape[1], np.asarray(phases, int)
    inside = np.ones(max(n - 1, 0), bool)
    inside[starts[(starts > 0) & (starts < n)] - 1] = False
    apart = np.diff(x, axis=1)[:, inside]
    return inner(apart, apart) / 2 / n**2


def ends(values: np.ndarray, later: int) -> np.ndarray:
    """Values (…, m) without the first, or without the last."""
    return values[..., 1:] if later else values[..., :-1]


def inner(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The inner products (k, k) of values (k, m), the same from either side."""
    products = one @ other.T
    return (products + products.T) / 2


def triangles(forms: np.ndarray) -> np.ndarray:
    """Symmetric forms (f, k, k) without what is there twice, which counts double."""
    i, j = np.triu_indices(forms.shape[1])
    return forms[:, i, j] * np.where(i == j, 1, 2)
