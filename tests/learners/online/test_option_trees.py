"""Our Hoeffding option trees, beside one in plain Python on the same rows."""

import numpy as np
import pytest
from numba import njit
from plain_option_trees import PlainOptionTree
from test_trees import SETTINGS, SIZES, plain, played, rows_of, sizes_of

from driftsim.kernels.online import hoeffding_option_trees as kernel

QUICK = {"grace_period": 30, "delta": 0.05, "option_delta": 0.95}


def compare(X, y, weights, sizes, settings):
    missing, k = bool(np.isnan(X).any()), y.max() + 1
    state = kernel.hoeffding_option_trees(1, sizes, k, missing=missing, **settings)
    state, label, p = played(state, X, y, weights)
    nominal = {j for j, size in enumerate(sizes) if size}
    slow = PlainOptionTree(nominal=nominal, **settings)
    expected, shares = plain(slow, X, y, weights)
    np.testing.assert_array_equal(label, expected)
    np.testing.assert_allclose(p, shares, atol=1e-9)
    assert state.members["options"][0] == slow.options
    return state


@pytest.mark.parametrize("most", [3, 10])
def test_a_tree_over_numbers_is_that_of_plain_python(most):
    X, y = rows_of(1_500, 2, 2, nominal=(), numbers=3)
    state = compare(X, y, np.ones(len(y)), [0, 0, 0], QUICK | {"max_options": most})
    assert state.members["options"][0] == most
    observing = (state.leaves.counts["block"] >= 0).sum()
    splits = (state.pool.nodes["column"][: state.pool.used[0]] >= 0).sum()
    assert observing <= state.pool.used[0] - splits  # nodes with splits do no longer


def test_a_tree_over_nominal_columns_with_missing_cells_is_that_of_plain_python():
    X, y = rows_of(1_500, 1, gaps=0.05)
    weights = 1.0 + np.random.default_rng(0).poisson(1.0, len(y))
    state = compare(X, y, weights, sizes_of(X), QUICK | {"max_options": 4})
    assert state.members["options"][0] == 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_longer_runs_are_those_of_plain_python(seed):
    for gaps, nominal, classes in ((0.0, SIZES, 3), (0.0, (), 2), (0.1, SIZES, 2)):
        X, y = rows_of(2_000, seed, classes, gaps, nominal)
        sizes = sizes_of(X) if nominal else [0, 0]
        for settings in ({}, {"max_options": 20}, *SETTINGS):
            compare(X, y, np.ones(len(y)), sizes, QUICK | settings)


@njit
def reset_first(s):
    kernel.option_reset(s, 0)


@pytest.mark.slow
def test_a_tree_that_is_reset_is_as_new():
    X, y = rows_of(1_500, 2, 2, nominal=(), numbers=3)
    weights = np.ones(len(y))
    first = kernel.hoeffding_option_trees(1, [0, 0, 0], 2, missing=False, **QUICK)
    state, label, _ = played(first, X, y, weights)
    used, blocks = state.pool.used[0], len(state.leaves.next)
    assert state.members["options"][0] > 1
    reset_first(state)
    assert state.leaves.free[1] == blocks
    state, again, _ = played(state, X, y, weights, fresh=False)
    np.testing.assert_array_equal(again, label)
    assert state.pool.used[0] == used  # nodes are used again


def test_where_densities_vanish_other_leaves_vote():
    """A leaf whose densities are all too small for a number has no vote beside one that has."""
    X, y = rows_of(1_500, 2, 2, nominal=(), numbers=3)
    X[-1] = 1e6
    compare(X, y, np.ones(len(y)), [0, 0, 0], QUICK)
