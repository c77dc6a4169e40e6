"""Regression trees over nominal columns and missing cells: the answers of river's own."""

import os

import numpy as np
import pytest
from compiled_examples import (
    ADAPTIVE_NUMBERS,
    CHECKED,
    MIXED_REGRESSORS,
    NUMBERS_FOREST,
    QUICK_NUMBERS,
    name,
)
from mixed_rows import NAMES, answers, mixed_rows, schema_of
from resets import reset_first

from driftsim.learners.learner import Learner
from driftsim.rows import Schema

MANY = int(os.environ.get("DRIFTSIM_TEST_ROWS", 10_000))
LATE = {"kind": "random", "mean": 60}


def compare(spec, n, seed=0, labels="at_once", tied=False, gaps=False):
    learner, schema = Learner.model_validate(spec), schema_of(gaps=gaps)
    assert learner.engine(schema) == "compiled"
    rows = mixed_rows(n, seed, gaps, tied)
    one, other = (
        answers(asked.start(schema, 1), rows, labels)
        for asked in (learner, learner if CHECKED else learner.uncompiled())
    )
    assert np.allclose(one, other, rtol=1e-9, atol=1e-9)
    return one


@pytest.mark.parametrize("gaps", [False, True], ids=["full", "gaps"])
@pytest.mark.parametrize("spec", [*MIXED_REGRESSORS[1:3], MIXED_REGRESSORS[-2]], ids=name)
def test_a_regression_tree_takes_nominal_columns_as_river_does(spec, gaps):
    compare(spec, 1500, gaps=gaps, tied=gaps)


@pytest.mark.slow
@pytest.mark.parametrize("gaps", [False, True], ids=["full", "gaps"])
@pytest.mark.parametrize("tied", [False, True], ids=["", "tied"])
@pytest.mark.parametrize("spec", MIXED_REGRESSORS, ids=name)
def test_a_regression_tree_takes_nominal_columns_as_river_does_for_long(spec, tied, gaps):
    labels = LATE if tied else "at_once"
    slowest = spec["kind"] in (NUMBERS_FOREST, ADAPTIVE_NUMBERS)
    fewer = 2 if slowest else 1 + ("model" in spec)  # river takes long
    compare(spec, MANY // fewer, 7, labels, tied, gaps)


def test_trees_over_a_column_of_many_values_are_small_at_first():
    spec = {"kind": "river.ensemble.BaggingRegressor", "model": "river.tree.HoeffdingTreeRegressor"}
    model = Learner.model_validate(spec).start(Schema(("a", "b"), {0: 8_000}, None), 1)
    assert model.size() < 2**25


@pytest.mark.slow
@pytest.mark.parametrize("gone", [1, 7])
def test_a_forest_draws_as_many_columns_as_by_the_cells_of_its_first_row(gone):
    spec = {"kind": NUMBERS_FOREST, "n_models": 2, "seed": 5, "max_features": None}
    learner, rows = Learner.model_validate(spec), mixed_rows(900, gaps=True)
    rows.X[0, :gone] = np.nan
    one, other = (
        answers(asked.start(schema_of(gaps=True), 1), rows)
        for asked in (learner, learner.uncompiled())
    )
    assert np.allclose(one, other, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("nominal", [True, False], ids=["nominal", "numbers"])
def test_a_regression_tree_that_is_reset_is_as_new(nominal):
    schema = schema_of() if nominal else Schema(NAMES, {}, None)
    model, rows = Learner.model_validate(QUICK_NUMBERS).start(schema, 1), mixed_rows(1500)
    first = answers(model, rows)
    state = model._state
    candidates = state.candidates.trees if nominal else state.candidates
    nodes = len(state.nodes) - 1
    held = nodes - state.free[1] * (1 if nominal else 2)
    assert held > 20
    reset_first(state)
    assert state.free[1] * (1 if nominal else 2) == nodes
    assert candidates.free[1] == len(candidates.points)
    assert np.array_equal(answers(model, rows), first)
    assert len(model._state.nodes) == nodes + 1  # those of before are used again
