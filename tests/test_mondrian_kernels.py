"""Mondrian forests: the answers of river's, by names out of order and where a class comes late."""

import numpy as np
import pytest

from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema

NAMES = tuple(f"x{j}" for j in range(12))  # x10 comes before x2 where features are drawn
ROWS = 300


CLASSES = {"kind": "river.forest.AMFClassifier", "n_estimators": 3}
NUMBERS = {"kind": "river.forest.AMFRegressor", "n_estimators": 3, "step": 0.1}


@pytest.mark.parametrize(["spec", "n_classes"], [(CLASSES, 3), (NUMBERS, None)])
def test_columns_of_numbers_and_codes_are_learned_as_by_river(spec, n_classes):
    rng = np.random.default_rng(4)
    X = np.column_stack([rng.random((ROWS, 11)), rng.integers(0, 3, ROWS)])
    y = 3.0 * X[:, 10] + X[:, 11] + 0.2 * rng.normal(size=ROWS)
    if n_classes:
        y = (y > 2.0).astype(np.int64) * np.where(np.arange(ROWS) < 200, 2, 1)  # 1 comes late
    schema = Schema(NAMES, n_classes=n_classes, nominal={11: 3})
    learner = Learner.model_validate(spec)
    assert learner.engine(schema) == "compiled"
    models = [
        one.start(schema, 1, probabilities=bool(n_classes))
        for one in (learner, learner.uncompiled())
    ]
    for first in range(0, ROWS, 20):
        part = slice(first, first + 20)
        one, other = (model.predict(X[part]) for model in models)
        assert np.allclose(one, other, rtol=1e-9, atol=1e-9)
        for model in models:
            model.learn(Labelled(np.arange(first, first + 20), X[part], y[part]))


def test_missing_cells_are_left_to_river():
    learner = Learner.model_validate(CLASSES)
    schema = Schema(("a", "b"), missing=frozenset({1}))
    assert "AMFClassifier of missing values" in learner.engine(schema)
