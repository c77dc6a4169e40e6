"""Models as people bring them: cases that failed, and loops of the libraries written by hand."""

import warnings

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.messages import ScenarioError
from driftsim.rows import Labelled, Schema
from driftsim.scenario import load
from driftsim.streams.stream import Stream

LEARN_ON = [
    "linear_model.SGDClassifier",
    "linear_model.Perceptron",
    "linear_model.PassiveAggressiveClassifier",
    "naive_bayes.GaussianNB",
    "naive_bayes.BernoulliNB",
    "naive_bayes.MultinomialNB",
    "naive_bayes.ComplementNB",
    "neural_network.MLPClassifier",
]


def table(folder, n=400, columns=("id", "x", "colour")):
    """A stream of a table with a rising id, a nominal column and two classes."""
    rng = np.random.default_rng(0)
    x = rng.random(n).round(3)
    colour = np.array(["red", "green", "blue"])[rng.integers(3, size=n)]
    label = np.where((x > 0.5) ^ (colour == "red"), "yes", "no")
    lines = [f"{i},{a},{b},{c}" for i, (a, b, c) in enumerate(zip(x, colour, label))]
    (folder / "t.csv").write_text("\n".join(["id,x,colour,label", *lines, ""]))
    concept = {"kind": "table", "path": str(folder / "t.csv"), "columns": [*columns]}
    return Stream.model_validate({"concepts": {"t": concept}})


def predicted(stream, learner, policy, warmup, compiled=True):
    given = {"learner": learner, "policy": policy, "compiled": compiled}
    rules = Rules(warmup=warmup, predictions=True)
    return evaluate(stream, Contender.model_validate(given), rules).predictions


@pytest.mark.parametrize("compiled", [True, False])
def test_online_river_is_a_loop_written_by_hand(tmp_path, compiled):
    from river import tree

    stream = table(tmp_path)
    block, names = stream.instantiated(0).rows(0, 400), stream.schema.names
    model = tree.HoeffdingTreeClassifier(grace_period=20, nominal_attributes=["colour"])
    by_hand = []
    for x, y in zip(block.X.tolist(), block.y.tolist()):
        row = dict(zip(names, x))
        by_hand.append(model.predict_one(row) or 0)
        model.learn_one(row, y)
    learner = {"kind": "river.tree.HoeffdingTreeClassifier", "grace_period": 20}
    assert np.array_equal(predicted(stream, learner, "online", 0, compiled), by_hand)


def test_online_scikit_learn_is_a_loop_written_by_hand(tmp_path):
    stream = table(tmp_path, columns=("x", "colour"))  # beside an id no other column would count
    block = stream.instantiated(0).rows(0, 400)
    model = SGDClassifier(loss="log_loss", random_state=5)
    model.partial_fit(block.X[:100], block.y[:100], classes=[0, 1])
    by_hand = []
    for x, y in zip(block.X[100:], block.y[100:]):
        by_hand.append(model.predict([x])[0])
        model.partial_fit([x], [y])
    learner = {"kind": "sklearn.linear_model.SGDClassifier", "loss": "log_loss", "random_state": 5}
    assert np.array_equal(predicted(stream, learner, "online", 100), by_hand)


def encoded(columns, **encoder):
    """A pipeline that encodes a column of words, by its name, place or type."""
    one_hot = {"kind": "sklearn.preprocessing.OneHotEncoder", **encoder}
    transformer = {
        "kind": "sklearn.compose.ColumnTransformer",
        "transformers": [["cat", one_hot, columns]],
        "remainder": "passthrough",
        "sparse_threshold": 0,
    }
    return {"kind": "pipeline", "steps": [transformer, "sklearn.naive_bayes.GaussianNB"]}


def test_columns_by_name_by_place_and_by_type_are_the_same(tmp_path):
    stream, policy = table(tmp_path), {"kind": "periodic", "every": 100, "memory": 150}
    selector = {
        "kind": "sklearn.compose.make_column_selector",
        "dtype_include": "category",
    }
    asked = [encoded(one) for one in (["colour"], [2], selector)]
    asked.append(encoded(["colour"], categories=[["blue", "green", "red"]]))
    by_name, *others = (predicted(stream, one, policy, 100) for one in asked)
    assert all(np.array_equal(by_name, other) for other in others)
    assert len(set(by_name)) == 2


def test_frames_hold_missing_values_beside_categories():
    schema = Schema(("x", "colour"), {1: 3}, 2, None, {1: ("red", "green", "blue")})
    rng = np.random.default_rng(2)
    X = np.column_stack([rng.random(200), rng.integers(3, size=200)])
    y = ((X[:, 0] > 0.5) ^ (X[:, 1] == 0)).astype(np.int64)
    X[::6, 0] = X[::9, 1] = np.nan
    selector = {"kind": "sklearn.compose.make_column_selector", "dtype_include": "category"}
    numbers = {"kind": "sklearn.compose.make_column_selector", "dtype_include": "number"}
    transformer = {
        "kind": "sklearn.compose.ColumnTransformer",
        "transformers": [
            ["words", "sklearn.preprocessing.OneHotEncoder", selector],
            ["numbers", "sklearn.impute.SimpleImputer", numbers],
        ],
    }
    steps = [transformer, "sklearn.linear_model.LogisticRegression"]
    learner = Learner.model_validate({"kind": "pipeline", "steps": steps})
    model = learner.start(schema, 0).fit(Labelled(np.arange(200), X, y))
    plain = make_pipeline(
        ColumnTransformer([("w", OneHotEncoder(), [1]), ("n", SimpleImputer(), [0])]),
        LogisticRegression(),
    )
    assert np.array_equal(model.predict(X), plain.fit(X, y).predict(X))


def test_a_tree_of_river_over_a_rising_id_has_a_size():
    """Each split goes to the right, so that the tree is a chain of hundreds of nodes."""
    schema = Schema(("id", "k"), {1: 2}, None)
    t = np.arange(400)
    rows = Labelled(t, np.column_stack([t, t % 2]).astype(float), np.zeros(400))
    for kind in ("HoeffdingTreeRegressor", "HoeffdingAdaptiveTreeRegressor", "SGTRegressor"):
        learner = Learner.model_validate(f"river.tree.{kind}").uncompiled()
        model = learner.start(schema, 0)
        model.learn(rows)
        assert model.size() > 1_000 and abs(model.copy().predict(rows.X)).max() < 1e-9


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", LEARN_ON)
def test_a_class_that_comes_late_is_learned_by_all_that_learn_on(kind):
    t = np.arange(40)
    y = np.where(t < 20, t % 2, t % 3)
    X = 3 * np.eye(3)[y]
    rows = Labelled(t, X, y)
    learner = Learner.model_validate(f"sklearn.{kind}")
    for history in (10, 1, 0):
        model = learner.start(Schema(("a", "b", "c"), n_classes=3), 0).fit(
            rows.part(slice(history))
        )
        for _ in range(60):
            model.learn(rows.part(slice(history, None)))
        assert np.mean(model.predict(X) == y) > 0.9


@pytest.mark.parametrize("policy", ["online", "pretrained_online", "{kind: mini_batch, size: 9}"])
@pytest.mark.parametrize(
    ("learner", "reason"),
    [
        ("sklearn.linear_model.SGDClassifier, class_weight: balanced", "class_weight: balanced"),
        ("sklearn.linear_model.Perceptron, class_weight: balanced", "class_weight: balanced"),
        ("sklearn.linear_model.SGDRegressor, early_stopping: true", "early_stopping: true"),
        ("sklearn.neural_network.MLPClassifier, warm_start: true", "warm_start: true"),
    ],
)
def test_parameters_that_keep_a_model_from_learning_on_are_refused_in_a_line(
    tmp_path, learner, reason, policy
):
    path = tmp_path / "s.yaml"
    path.write_text(
        "stream: {length: 2_000, concepts: {a: {kind: sea, threshold: 8}}}\n"
        f"models: {{m: {{learner: {{kind: {learner}}}, policy: {policy}}}}}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert f" with {reason} does not; use a policy that retrains" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_by_class_are_no_obstacle_to_a_model_that_is_not_trained_on():
    """It has `partial_fit`, which it refuses to use: of one class alone, it is not called."""
    given = {"kind": "sklearn.linear_model.SGDClassifier", "class_weight": "balanced"}
    learner, t = Learner.model_validate(given), np.arange(30)
    rows = Labelled(t, t[:, None] / 30, np.zeros(30, np.int64))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not learner.start(Schema(("x",)), 0).fit(rows).predict(rows.X).any()
