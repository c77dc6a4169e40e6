"""Roles: things of a library where they belong, and where they do not."""

import inspect
from importlib import import_module
from pkgutil import iter_modules

import pytest
import river
from pydantic import ValidationError
from river import (
    base,
    compose,
    drift,
    ensemble,
    forest,
    linear_model,
    neighbors,
    optim,
    preprocessing,
    stats,
    tree,
)
from together import together

from driftsim.learners.learner import Learner
from driftsim.roles import misplaced

FOLDERS = [f"river.{one.name}" for one in iter_modules(river.__path__) if one.ispkg]
SCALED = preprocessing.StandardScaler() | linear_model.LogisticRegression()


def should(kind, name, value):
    return misplaced(value, kind, inspect.signature(kind).parameters[name])


def predictors():
    """All classes of river that predict and can be made without parameters."""
    for module in map(import_module, FOLDERS):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, base.Classifier | base.Regressor) and not inspect.isabstract(kind):
                needed = [
                    one
                    for one in inspect.signature(kind).parameters.values()
                    if one.default is one.empty and one.kind == one.POSITIONAL_OR_KEYWORD
                ]
                if not needed and kind.__name__ != "ZstdClassifier":  # needs a later Python
                    yield kind


def test_what_river_takes_where_nothing_is_given_is_never_misplaced():
    tried = 0
    for kind in {*predictors()}:
        made = kind()
        for name, parameter in inspect.signature(kind).parameters.items():
            if hasattr(made, name) and parameter.kind == parameter.POSITIONAL_OR_KEYWORD:
                held = getattr(made, name)
                given = [*held] if isinstance(held, set) else held  # as a file writes it
                assert misplaced(given, kind, parameter) is None, (kind, name)
                tried += 1
    assert tried > 300


@together(
    ("kind", "name", "value"),
    [
        (linear_model.LogisticRegression, "optimizer", optim.Adam()),
        (linear_model.LogisticRegression, "intercept_lr", optim.schedulers.Constant(0.1)),
        (forest.ARFClassifier, "drift_detector", drift.binary.DDM()),
        (forest.ARFClassifier, "nominal_attributes", ["a"]),
        (ensemble.BaggingClassifier, "model", SCALED),
        (ensemble.VotingClassifier, "models", [SCALED, tree.HoeffdingTreeClassifier()]),
        (compose.TargetTransformRegressor, "func", abs),
        (neighbors.KNNClassifier, "engine", neighbors.LazySearch()),
        (neighbors.LazySearch, "dist_func", None),  # by a protocol, of which nothing is known
    ],
)
def test_things_where_they_belong(kind, name, value):
    assert should(kind, name, value) is None


@together(
    ("kind", "name", "value", "right"),
    [
        (
            linear_model.LogisticRegression,
            "optimizer",
            optim.losses.Log(),
            "an optimizer of river (optim.base",
        ),
        (linear_model.LogisticRegression, "loss", optim.losses.Squared(), "BinaryLoss"),
        (forest.ARFClassifier, "nominal_attributes", True, "a list of column names, or null"),
        (
            forest.ARFClassifier,
            "drift_detector",
            optim.SGD(),
            "a drift detector of river (base.DriftDetector), or null",
        ),
        (
            ensemble.BaggingClassifier,
            "model",
            stats.Mean(),
            "a classifier of river (base.Classifier)",
        ),
        (ensemble.BaggingRegressor, "model", SCALED, "base.Regressor"),
        (ensemble.VotingClassifier, "models", [SCALED, drift.ADWIN()], "Classifier"),
        (compose.TargetTransformRegressor, "func", linear_model.LinearRegression(), "a function"),
        (neighbors.KNNClassifier, "engine", drift.ADWIN(), "BaseNN"),
        (ensemble.BaggingClassifier, "model", compose.Pipeline(), "base.Classifier"),
    ],
)
def test_things_where_they_do_not_belong(kind, name, value, right):
    assert right in should(kind, name, value)


def test_a_thing_of_another_role_is_refused_at_load():
    written = {"kind": "river.ensemble.BaggingClassifier", "model": "river.stats.Mean"}
    with pytest.raises(
        ValidationError, match=r"it should be a classifier of river \(base\.Classifier\)"
    ):
        Learner.model_validate(written)
