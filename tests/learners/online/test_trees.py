"""Our Hoeffding trees, beside one in plain Python on the same rows."""

import numpy as np
import pytest
from numba import njit
from plain_trees import PlainTree

from driftsim.kernels import cache, loop
from driftsim.kernels.online import hoeffding_trees as kernel
from driftsim.kernels.online.hoeffding_leaves import NOTHING, PER_LEAF, PER_TREE

QUICK = {"grace_period": 50, "delta": 0.05}
SIZES = (3, 6, 2)  # values of the nominal columns; two numeric ones follow


def rows_of(n, seed=0, classes=3, gaps=0.0, nominal=SIZES, numbers=2):
    """Rows of nominal columns, half of whose values come late, then numeric ones; their labels."""
    rng = np.random.default_rng(seed)
    X = np.empty((n, len(nominal) + numbers))
    for j, size in enumerate(nominal):
        X[:, j] = rng.integers(size, size=n)
        X[: n // 2, j] %= (size + 1) // 2
    X[:, len(nominal) :] = rng.normal(size=(n, numbers)).round(2)
    effects = [rng.normal(size=size)[X[:, j].astype(int)] for j, size in enumerate(nominal)]
    score = sum(effects, X[:, len(nominal) :] @ rng.normal(size=numbers))
    y = np.searchsorted(np.quantile(score, np.arange(1, classes) / classes), score)
    noisy = rng.random(n) < 0.1
    y[noisy] = rng.integers(classes, size=noisy.sum())
    X[rng.random(X.shape) < gaps] = np.nan
    return X, y


def sizes_of(X):
    return [*SIZES, *[0] * (X.shape[1] - len(SIZES))]


def played(state, X, y, weights, fresh=True):
    """The state, labels and probabilities of a kernel that predicts each row and learns it.

    Where it is not fresh, it does not learn of a row that it is the one predicted last.
    """
    t, n = np.arange(len(y)), len(y)
    stretch = loop.Stretch(
        t, X, t if fresh else t - n, X, y.astype(float), weights, np.arange(n + 1)
    )
    label, p, done = np.empty(n), np.empty((n, y.max() + 1)), np.zeros(2, np.int64)
    while done[1] < n:
        state = loop.enlarged(state) if done.any() else state
        given = state, stretch, done, label, p
        cache.entry(loop.play, *given)(*given)
    return state, label, p


def plain(tree, X, y, weights):
    """The labels and probabilities of the slow equivalent."""
    label, p = np.empty(len(y)), np.zeros((len(y), y.max() + 1))
    for i, (x, c, w) in enumerate(zip(X.tolist(), y.tolist(), weights.tolist())):
        votes = tree.votes(x)
        for one, vote in votes.items():
            p[i, one] = vote / (sum(votes.values()) or 1.0)
        label[i] = tree.predict(x) if i else -1
        tree.learn(x, c, w)
    return label, p


def compare(X, y, weights, sizes, settings):
    missing = bool(np.isnan(X).any())
    state = kernel.hoeffding_trees(1, sizes, y.max() + 1, missing=missing, **settings)
    state, label, p = played(state, X, y, weights)
    nominal = {j for j, size in enumerate(sizes) if size}
    expected, shares = plain(PlainTree(nominal, **settings), X, y, weights)
    np.testing.assert_array_equal(label, expected)
    np.testing.assert_allclose(p, shares, atol=1e-9)
    return state


SETTINGS = [
    {"leaf_prediction": "mc", "split_criterion": "gini"},
    {"leaf_prediction": "nb", "nb_threshold": 80, "max_depth": 2, "n_splits": 4},
    {"grace_period": 20, "tau": 0.3, "min_branch_fraction": 0.2},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_tree_is_that_of_plain_python(settings):
    X, y = rows_of(1_200)
    compare(X, y, np.ones(len(y)), sizes_of(X), QUICK | settings)


def test_a_tree_over_numbers_is_that_of_plain_python():
    X, y = rows_of(1_500, 1, 2, nominal=())
    state = compare(X, y, np.ones(len(y)), [0, 0], QUICK)
    assert state.pool.used[0] > 5


def test_a_tree_of_weighted_rows_with_missing_cells_is_that_of_plain_python():
    X, y = rows_of(2_000, 2, gaps=0.1)
    weights = 1.0 + np.random.default_rng(0).poisson(1.0, len(y))
    state = compare(X, y, weights, sizes_of(X), QUICK)
    assert state.pool.used[0] > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_longer_runs_are_those_of_plain_python(seed):
    for gaps, nominal, classes in ((0.0, SIZES, 4), (0.2, SIZES, 2), (0.0, (), 3), (0.2, (), 3)):
        X, y = rows_of(4_000, seed, classes, gaps, nominal)
        sizes = sizes_of(X) if nominal else [0, 0]
        for settings in ({}, *SETTINGS):
            compare(X, y, np.ones(len(y)), sizes, QUICK | settings)


def test_where_densities_vanish_the_nearest_class_wins():
    """MOA's product is 0 for each class, and its answer the class 0."""
    X, y = (
        np.array([[0.0], [1.0], [10.0], [11.0]] * 9 + [[500.0]]),
        np.array([0, 0, 1, 1] * 9 + [1]),
    )
    _, label, p = played(
        kernel.hoeffding_trees(1, [0], 2, missing=False, leaf_prediction="nb"),
        X,
        y,
        np.ones(len(y)),
    )
    assert label[-1] == 1
    assert p[-1, 1] == 1.0


def test_densities_beyond_the_range_of_numbers_are_none_of_an_unlikely_class():
    """That of the narrow class is infinite times 0 for rows of the other."""
    y = np.arange(90) % 2
    X = np.random.default_rng(1).normal(size=(90, 40)) * np.where(y, 1e-9, 1.0)[:, None]
    state = kernel.hoeffding_trees(1, [0] * 40, 2, missing=False, leaf_prediction="nb")
    _, label, p = played(state, X, y, np.ones(90))
    np.testing.assert_array_equal(label[9:], y[9:])
    np.testing.assert_array_equal(p[9:], np.eye(2)[y[9:]])


class Narrow(PlainTree):
    """A tree whose leaves look at some columns alone."""

    columns = ()

    def looks_at(self, node, x):
        return self.columns


@pytest.mark.parametrize("drawing", [PER_LEAF, PER_TREE])
def test_leaves_look_at_drawn_columns_alone(drawing):
    X, y = rows_of(1_500)
    make = {"drawing": drawing, "max_features": 2, **QUICK}
    state = kernel.hoeffding_trees(1, sizes_of(X), 3, seed=4, **make)
    state, label, _ = played(state, X, y, np.ones(len(y)))
    counts = state.leaves.counts[: state.pool.used[0]]
    blocks = counts["block"][counts["block"] != NOTHING]
    looked = {tuple(sorted(state.leaves.columns[b])) for b in blocks}
    assert len(blocks) > 1
    assert all(len(set(one)) == 2 for one in looked)
    assert (len(looked) > 1) == (drawing == PER_LEAF)
    if drawing == PER_TREE:
        tree = Narrow({0, 1, 2}, **QUICK)
        (tree.columns,) = looked
        np.testing.assert_array_equal(label, plain(tree, X, y, np.ones(len(y)))[0])


@njit
def reset_first(s):
    kernel.tree_reset(s, 0)


@pytest.mark.slow
def test_a_tree_that_is_reset_is_as_new():
    X, y = rows_of(1_500)
    weights, first = np.ones(len(y)), kernel.hoeffding_trees(1, sizes_of(X), 3, **QUICK)
    state, label, _ = played(first, X, y, weights)
    used, blocks = state.pool.used[0], len(state.leaves.next)
    assert used > 10
    reset_first(state)
    assert state.leaves.free[1] == blocks
    state, again, _ = played(state, X, y, weights)
    np.testing.assert_array_equal(again, label)
    assert state.pool.used[0] == used  # nodes are used again
