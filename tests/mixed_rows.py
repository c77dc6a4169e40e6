"""Rows with nominal columns, late values and missing cells, and what a model answers to them."""

import numpy as np
from examples import cut

from driftsim.evaluation.labels import Labels, arrivals
from driftsim.rows import Labelled, Schema

SIZES = 2, 5, 24, 3, 30, 4  # of the nominal columns; the last holds one value only
NUMBERS = 3
NAMES = tuple("fedcbahig")  # not in the order of the alphabet


def schema_of(classes=None, gaps=False):
    """Nominal columns, then numbers."""
    missing = frozenset(range(len(NAMES))) if gaps else frozenset()
    return Schema(NAMES, dict(enumerate(SIZES)), classes, missing=missing)


def mixed_rows(n, seed=0, gaps=False, tied=False):
    """Rows whose labels are numbers: the effects of values, and of numbers where some values are.

    Half of the values of larger columns come in the second half of the rows. `tied` columns tell
    the same. With `gaps`, a tenth of all cells is missing.
    """
    rng, late = np.random.default_rng(seed), np.arange(n) < n // 2
    X = np.empty((n, len(NAMES)))
    for j, size in enumerate(SIZES):
        X[:, j] = rng.integers(size, size=n)
        X[late, j] %= max(size // 2, 2)
    X[:, 5] = 1.0
    X[:, 6:] = rng.normal(size=(n, NUMBERS)).round(0 if tied else 2)
    if tied:
        X[:, 1], X[:, 8] = X[:, 2] % 5, X[:, 7]
    effects = (rng.normal(size=size)[X[:, j].astype(int)] for j, size in enumerate(SIZES))
    y = 3.0 * sum(effects) + X[:, 6] * (1 + 4 * (X[:, 0] == 1)) - 2.0 * X[:, 7]
    y += np.where(late, 0.0, X[:, 8]) + 0.5 * rng.normal(size=n)
    if gaps:
        X[rng.random(X.shape) < 0.1] = np.nan
    return Labelled(np.arange(n), X, y)


def answers(model, rows, labels="at_once"):
    """What a model predicts of the rows, as it learns them."""
    stretches = arrivals(cut(rows, 777), Labels.model_validate(labels), 0)
    return np.concatenate([model.test_then_train(one) for one in stretches])
