"""Our Hoeffding option trees, beside one in plain Python on the same rows."""

import numpy as np
import pytest
from plain_option_trees import PlainOptionTree
from test_trees import QUICK, SIZES, plain, played, rows_of, sizes_of

from driftsim.kernels.online.hoeffding_option_trees import hoeffding_option_trees

EAGER = QUICK | {"option_delta": 0.9}


def compare(X, y, weights, sizes, settings):
    missing, k = bool(np.isnan(X).any()), y.max() + 1
    state = hoeffding_option_trees(1, sizes, k, missing=missing, **settings)
    state, label, p = played(state, X, y, weights)
    nominal = {j for j, size in enumerate(sizes) if size}
    slow = PlainOptionTree(nominal=nominal, **settings)
    expected, shares = plain(slow, X, y, weights)
    np.testing.assert_array_equal(label, expected)
    np.testing.assert_allclose(p, shares, atol=1e-9)
    assert state.members["options"][0] == slow.options
    return state


def test_a_tree_with_options_is_that_of_plain_python():
    X, y = rows_of(2_000, 1, 3, nominal=(), numbers=3)
    state = compare(X, y, np.ones(len(y)), [0, 0, 0], EAGER)
    print(state.members, state.ends)


def test_a_tree_over_nominal_columns_with_missing_cells_is_that_of_plain_python():
    X, y = rows_of(2_000, 2, gaps=0.05)
    weights = 1.0 + np.random.default_rng(0).poisson(1.0, len(y))
    state = compare(X, y, weights, sizes_of(X), EAGER | {"max_options": 8})
    print(state.members, state.ends)
