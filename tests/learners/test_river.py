"""river learners: the library's own answers, seeds, plain types, two classes and more."""

import numpy as np
import pytest
from examples import predictions, rows_of, sea_stream
from pydantic import ValidationError
from river import linear_model, preprocessing, tree
from together import together

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels
from driftsim.learners.learner import Learner
from driftsim.rows import Schema
from driftsim.streams.stream import Stream

ONLINE, AT_ONCE = Policy.model_validate("online"), Labels.model_validate("at_once")
PHISHING = Stream.model_validate({"concepts": {"pages": "river.datasets.Phishing"}})
SCHEMA = Schema(("x1", "x2", "x3"))
KNN = "river.neighbors.KNNClassifier"
GRAPH = {"kind": "river.neighbors.SWINN", "warm_up": 60}  # whose search is drawn at random


def progressive(model, stream):
    """The predictions of river's own loop: predict a row, then learn it."""
    block, names = stream.rows(0, 0, stream.length), stream.schema.names
    for x, y in zip(block.X.tolist(), block.y.tolist()):
        features = dict(zip(names, x))
        yield int(model.predict_one(features) or 0)
        model.learn_one(features, y)


@pytest.mark.parametrize("stream", [PHISHING, sea_stream(3000, noise=0.1)], ids=["table", "sea"])
@pytest.mark.parametrize(
    ("written", "model"),
    [
        (
            {
                "kind": "pipeline",
                "steps": [
                    "river.preprocessing.StandardScaler",
                    "river.linear_model.LogisticRegression",
                ],
            },
            lambda: preprocessing.StandardScaler() | linear_model.LogisticRegression(),
        ),
        (
            {"kind": "river.tree.HoeffdingTreeClassifier", "grace_period": 50},
            lambda: tree.HoeffdingTreeClassifier(grace_period=50),
        ),
    ],
    ids=["pipeline", "tree"],
)
def test_online_from_cold_equals_rivers_progressive_loop(stream, written, model):
    predicted = predictions(stream, Learner.model_validate(written), ONLINE, AT_ONCE, warmup=0)
    assert predicted.tolist() == list(progressive(model(), stream))


@pytest.mark.parametrize(
    "written",
    [
        {"kind": "river.forest.ARFClassifier", "n_models": 3},
        {"kind": KNN, "n_neighbors": 1, "engine": GRAPH},
        {
            "kind": "river.ensemble.BaggingClassifier",
            "model": {"kind": KNN, "n_neighbors": 1, "engine": GRAPH},
            "n_models": 2,
        },
    ],
    ids=["forest", "neighbours", "nested"],
)
def test_every_open_seed_follows_from_the_runs_seed(written):
    learner = Learner.model_validate(written)
    history, rows = rows_of(sea_stream(500, noise=0.2), learner, 300)
    one, two = (learner.start(SCHEMA, 1).fit(history).predict(rows.X) for _ in range(2))
    assert np.array_equal(one, two)


def test_another_seed_gives_another_forest():
    learner = Learner.model_validate({"kind": "river.forest.ARFClassifier", "n_models": 3})
    history, rows = rows_of(sea_stream(1500, noise=0.2), learner, 800)
    one, two = (learner.start(SCHEMA, seed).fit(history).predict(rows.X) for seed in (1, 2))
    assert not np.array_equal(one, two)


@together(
    ("written", "message"),
    [
        (
            {"kind": "river.tree.HoeffdingTreeClassifier", "grace_period": "long"},
            "should be a whole number",
        ),
        (
            {"kind": "river.tree.HoeffdingTreeClassifier", "grace_period": True},
            "should be a whole number",
        ),
        ({"kind": "river.tree.HoeffdingTreeClassifier", "delta": float("nan")}, "finite"),
        ({"kind": "river.tree.HoeffdingTreeClassifier", "grace": 1}, "did you mean 'grace_period'"),
        ("river.preprocessing.StandardScaler", "HoeffdingTreeClassifier|cannot be used here"),
        ("river.compose.Pipeline", "predicts nothing"),
        ({"kind": "pipeline", "steps": ["river.preprocessing.StandardScaler"]}, "predicts nothing"),
        ({"kind": "pipeline", "steps": []}, "1"),
        ({"kind": "pipeline", "steps": [3]}, "no step"),
        (
            {
                "kind": "pipeline",
                "steps": ["river.preprocessing.StandardScaler", "sklearn.svm.SVC"],
            },
            "all be of sklearn, or all of river",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_at_load(written, message):
    with pytest.raises(ValidationError, match=message):
        Learner.model_validate(written)


def test_a_learner_of_two_classes_is_refused_for_more():
    three = Schema(("a",), n_classes=3)
    linear = Learner.model_validate("river.linear_model.LogisticRegression")
    assert "OneVsRestClassifier" in linear.incompatibility(three)
    wrapped = {
        "kind": "river.multiclass.OneVsRestClassifier",
        "classifier": "river.linear_model.LogisticRegression",
    }
    assert Learner.model_validate(wrapped).incompatibility(three) is None
    assert (
        Learner.model_validate("river.tree.HoeffdingTreeClassifier").incompatibility(three) is None
    )
    pipeline = {
        "kind": "pipeline",
        "steps": ["river.preprocessing.StandardScaler", "river.linear_model.LogisticRegression"],
    }
    reason = Learner.model_validate(pipeline).incompatibility(three)
    assert "classifier: river.linear_model.LogisticRegression}, or name river" in reason


def test_nominal_columns_reach_river_by_name():
    learner = Learner.model_validate("river.tree.HoeffdingTreeClassifier")
    schema = Stream.model_validate({"length": 10, "concepts": {"a": "stagger"}}).schema
    made = learner.uncompiled().start(schema, 0)._model
    assert sorted(made.nominal_attributes) == ["color", "shape", "size"]


def test_weights_are_given_to_learn_one():
    learner = Learner.model_validate("river.tree.HoeffdingTreeClassifier")
    history, _ = rows_of(sea_stream(), learner, 100)
    model = learner.uncompiled().start(SCHEMA, 0).fit(history, np.full(100, 3.0))
    assert model._model._root.total_weight == 300


def test_parts_that_take_any_number_of_values_take_a_list():
    steps = [
        {"kind": "river.compose.Select", "keys": ["x1", "x2"]},
        "river.linear_model.LogisticRegression",
    ]
    learner = Learner.model_validate({"kind": "pipeline", "steps": steps})
    history, _ = rows_of(sea_stream(), learner, 600)
    model = learner.start(SCHEMA, 0).fit(history)
    assert set(model._model["LogisticRegression"].weights) == {"x1", "x2"}


def test_a_step_that_transforms_nothing_must_be_the_last():
    steps = ["river.linear_model.LinearRegression", "river.linear_model.LogisticRegression"]
    with pytest.raises(ValidationError, match="LinearRegression transforms nothing"):
        Learner.model_validate({"kind": "pipeline", "steps": steps})
