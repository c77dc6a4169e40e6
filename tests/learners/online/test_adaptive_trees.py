"""Our Hoeffding adaptive trees, beside one in plain Python on the same rows."""

import math

import numpy as np
import pytest
from plain_adaptive_trees import PlainAdaptiveTree
from test_random_numbers import plain_bits
from test_trees import QUICK, SIZES, plain, played, rows_of, sizes_of

from driftsim.kernels.online.hoeffding_adaptive_trees import hoeffding_adaptive_trees

OFTEN = QUICK | {"drift_delta": 0.3}


class Times:
    """Poisson numbers of mean 1, as the generator of the first tree draws them."""

    def __init__(self, state):
        self.state, self.drawn = state, 0

    def __call__(self, node):
        self.state, bits = plain_bits(self.state)
        self.drawn += 1
        u, k, p = (bits >> 11) / 2**53, 0, math.exp(-1.0)
        while u >= p:
            u, k = u - p, k + 1
            p /= k
        return k


def drifting(n, seed, classes, **settings):
    """Rows whose labels change in the middle."""
    X, y = rows_of(n, seed, classes, **settings)
    y[n // 2 :] = (y[n // 2 :] + 1) % classes
    return X, y


def compare(X, y, weights, sizes, settings):
    missing, k = bool(np.isnan(X).any()), y.max() + 1
    state = hoeffding_adaptive_trees(1, sizes, k, 5, missing, **settings)
    times = Times(int(state.leaves.random_states[0]))
    if not settings.get("bootstrap_sampling", True):
        times = lambda node: 1  # noqa: E731
    given = {name: value for name, value in settings.items() if name != "bootstrap_sampling"}
    state, label, p = played(state, X, y, weights)
    nominal = {j for j, size in enumerate(sizes) if size}
    expected, shares = plain(PlainAdaptiveTree(times, nominal=nominal, **given), X, y, weights)
    np.testing.assert_array_equal(label, expected)
    np.testing.assert_allclose(p, shares, atol=1e-9)
    return state, times


@pytest.mark.slow
def test_a_tree_whose_branches_drift_is_that_of_plain_python():
    X, y = drifting(2_500, 1, 2, nominal=())
    state, times = compare(X, y, np.ones(len(y)), [0, 0], OFTEN)
    assert times.drawn > len(y) + 200  # alternates have learned too
    assert (state.pool.nodes["column"] >= 0).any()


@pytest.mark.slow
def test_a_tree_over_nominal_columns_with_missing_cells_is_that_of_plain_python():
    X, y = drifting(2_000, 2, 3, gaps=0.05)
    weights = 1.0 + np.random.default_rng(0).poisson(1.0, len(y))
    compare(X, y, weights, sizes_of(X), OFTEN)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1))
def test_longer_runs_are_those_of_plain_python(seed):
    for gaps, nominal, classes in ((0.0, SIZES, 3), (0.0, (), 2), (0.1, SIZES, 2)):
        X, y = drifting(3_000, seed, classes, gaps=gaps, nominal=nominal)
        sizes = sizes_of(X) if nominal else [0, 0]
        for settings in ({}, {"bootstrap_sampling": False}, {"leaf_prediction": "mc", "tau": 0.01}):
            compare(X, y, np.ones(len(y)), sizes, OFTEN | settings)
