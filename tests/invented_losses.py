"""Losses that no model has made: of memories, times and rows as a test asks for them."""

import numpy as np

from driftsim.adaptation.memories import Last
from driftsim.evaluation.decision.losses import Losses, Matrix
from driftsim.evaluation.decision.prices import PriceList, Prices
from driftsim.rows import Schema

SCHEMA = Schema(("x",), {}, 2)
GRID = 10  # rows


def priced(**prices):
    """The list of some prices."""
    return PriceList(Prices(**prices), SCHEMA)


def losses_of(errors, memory=20, latency=0, unusable=(), counted=None, first=GRID, grid=GRID):
    """Losses of models whose probability of a mistake in each block is `errors` (n, n).

    Blocks are those of the `grid`, after a warm-up of `first` rows; with a latency, cut where
    models begin to serve. If given a generator, mistakes are `counted`.
    """
    n = len(errors)
    trained_at = first + grid * np.arange(n)
    stop = first + grid * n
    serves_from = np.where(np.arange(n) > 0, np.minimum(trained_at + latency, stop), first)
    edges = np.unique([*trained_at, *serves_from, stop])
    rows = (np.diff(edges) / 2 * np.ones((2, n, 1))) * (edges[:-1] >= serves_from[:, None])
    expected = np.asarray(errors)[:, np.searchsorted(trained_at, edges[:-1], "right") - 1] * rows
    columns = {"rows": rows, "expected_error": expected}
    if counted is not None:
        wrong = counted.binomial(rows.astype(int), expected / np.maximum(rows, 1))
        columns = {"rows": rows, "correct": np.stack([rows - wrong, 0 * rows], axis=-1)}
    trained_on = np.minimum(memory, trained_at)
    trained_on[[*unusable]] = 0
    new = np.clip(trained_at - trained_at[:, None], 0, memory)
    seconds = np.full(n, 0.5)
    at = trained_at, serves_from, edges
    return Losses(Last(labels=memory), *at, trained_on, new, columns, seconds)


def ageing(n, slope=0.02, best=0.1):
    """Errors (n, n) of models that start with the best and grow by a slope in each block."""
    age = np.arange(n) - np.arange(n)[:, None]
    return np.clip(best + slope * age, 0, 1)


def with_matrix(results, runs, contenders=(), learner="GaussianNB", grid=GRID):
    """Results whose first variant has the losses of runs, by seed and repeat."""
    results.variants[0].matrices = [Matrix(learner, tuple(contenders), grid, runs)]
    return results
