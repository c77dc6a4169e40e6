"""Adaptive regression trees over drifts: the answers of river's own, and its alternates."""

import numpy as np
import pytest
from compiled_examples import ADAPTIVE_REGRESSORS, ALERT_NUMBERS, CHECKED, name
from mixed_rows import answers
from resets import reset_first

from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Outgrown, Schema

SCHEMA = Schema(tuple("abcde"), {}, None)
MISCOUNTED = {"memory_estimate_period": 1000, "leaf_prediction": "mean", "seed": 3}


def drifting_rows(n, phases):
    """Rows of Friedman's function, whose columns change their places after each phase."""
    rng = np.random.default_rng(1)
    X, y = rng.random((n, 5)), rng.normal(size=n)
    for i, rows in enumerate(np.array_split(np.arange(n), phases)):
        a, b, c, d, e = X[rows][:, np.random.default_rng(i).permutation(5)].T
        true = 10 * np.sin(np.pi * a * b) + 20 * (c - 0.5) ** 2 + 10 * (d > 0.5) + 5 * e
        y[rows] += true * (1 + i % 2)
    return Labelled(np.arange(n), X, y)


def started(spec):
    """A compiled model and river's own, both new."""
    learner = Learner.model_validate(spec)
    return learner.start(SCHEMA, 1), learner.uncompiled().start(SCHEMA, 1)


def compare(spec, n, labels="at_once"):
    (compiled, objects), rows = started(spec), drifting_rows(n, 1 + n // 2_000)
    predicted = answers(compiled, rows, labels)
    if CHECKED:
        return None
    assert np.allclose(predicted, answers(objects, rows, labels), rtol=1e-9, atol=1e-9)
    member, tree = compiled._state.members[0], objects._model
    assert member["active"] == tree.n_active_leaves  # as river counts them: some twice, or never
    return tree


def test_an_adaptive_regression_tree_answers_over_drifts_as_that_of_river():
    tree = compare(ADAPTIVE_REGRESSORS[0], 6_000)
    if tree:
        assert tree.n_switch_alternate_trees and tree.n_pruned_alternate_trees > 5


@pytest.mark.slow
@pytest.mark.parametrize("labels", ["at_once", {"kind": "random", "mean": 60}], ids=["", "late"])
@pytest.mark.parametrize("spec", ADAPTIVE_REGRESSORS, ids=name)
def test_an_adaptive_regression_tree_answers_over_drifts_as_that_of_river_for_long(spec, labels):
    compare(spec, 15_000, labels)


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"drift_window_threshold": 0}, "no spread, by which river divides"),
        (MISCOUNTED, "after 990 labels river's own tree, by its count of its leaves, might"),
    ],
    ids=["errors", "leaves"],
)
def test_where_river_divides_by_zero_a_kernel_leaves_the_answer_to_it(settings, words):
    (compiled, objects), rows = started(ALERT_NUMBERS | settings), drifting_rows(5_000, 10)
    with pytest.raises(Outgrown, match=words):
        answers(compiled, rows)
    with pytest.raises(ZeroDivisionError):
        answers(objects, rows)


@pytest.mark.slow
def test_an_adaptive_regression_tree_that_is_reset_is_as_new():
    (model, _), rows = started(ADAPTIVE_REGRESSORS[0]), drifting_rows(4_000, 4)
    first, state = answers(model, rows), model._state
    assert len(state.nodes) - state.free[1] > 10
    reset_first(state)
    points = state.candidates.trees
    assert state.free[1] == len(state.nodes) - 1 and points.free[1] == len(points.points)
    assert not state.errors["n"].any() and not state.windows.windows["width"].any()
    assert np.array_equal(answers(model, rows), first)
    assert len(model._state.nodes) == len(state.nodes)  # those of before are used again
