"""scikit-learn learners: parameters, seeds, one class only, pipelines that learn on."""

import numpy as np
import pytest
from examples import rows_of, sea_stream
from pydantic import ValidationError
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema

FOREST = {"kind": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 3}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": -1}, "max_depth"),
        ({"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": "deep"}, "max_depth"),
        (
            {"kind": "sklearn.tree.DecisionTreeClassifier", "max_deph": 3},
            "did you mean 'max_depth'",
        ),
        ({"kind": "sklearn.svm.SVC", "C": float("nan")}, "'C' parameter"),
        ({"kind": "sklearn.linear_model.LogisticRegression", "C": float("inf")}, "learner"),
        ("sklearn.preprocessing.StandardScaler", "predicts nothing"),
        ("sklearn.multiclass.OneVsRestClassifier", "needs the parameter 'estimator'"),
    ],
)
def test_parameters_are_checked_at_load(written, message):
    if written == {"kind": "sklearn.linear_model.LogisticRegression", "C": float("inf")}:
        assert Learner.model_validate(written).kind()  # scikit-learn's own rules allow it
        return
    with pytest.raises(ValidationError, match=message):
        Learner.model_validate(written)


def test_parameters_that_are_estimators_are_named_by_path():
    bagging = {
        "kind": "sklearn.ensemble.VotingClassifier",
        "estimators": [
            ["tree", {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 2}],
            ["bayes", "sklearn.naive_bayes.GaussianNB"],
        ],
    }
    history, rows = rows_of(sea_stream(), learner := Learner.model_validate(bagging), 600)
    model = learner.start(Schema(("a", "b", "c")), 0).fit(history)
    assert np.mean(model.predict(rows.X[:600]) == rows.y[:600]) > 0.85


def test_every_open_seed_follows_from_the_runs_seed():
    nested = {
        "kind": "sklearn.ensemble.BaggingClassifier",
        "estimator": {"kind": "sklearn.tree.DecisionTreeClassifier", "splitter": "random"},
    }
    for written in (FOREST, nested):
        learner = Learner.model_validate(written)
        history, rows = rows_of(sea_stream(), learner, 600)
        one, two, other = (
            learner.start(Schema(("a", "b", "c")), seed).fit(history).predict(rows.X)
            for seed in (1, 1, 2)
        )
        assert np.array_equal(one, two) and not np.array_equal(one, other)
    fixed = Learner.model_validate(FOREST | {"random_state": 5})
    one, two = (fixed.start(Schema(("a",)), s).fit(history).predict(rows.X) for s in (1, 2))
    assert np.array_equal(one, two)


def test_one_class_only_is_predicted_until_there_are_two():
    learner = Learner.model_validate("sklearn.linear_model.LogisticRegression")
    history, rows = rows_of(sea_stream(), learner, 600)
    ones = history.part(history.y == 1)
    model = learner.start(Schema(("a", "b", "c")), 0).fit(ones)
    assert (model.predict(rows.X) == 1).all()
    assert len(set(model.fit(history).predict(rows.X))) == 2


def test_a_pipeline_learns_on_step_by_step():
    steps = ["sklearn.preprocessing.StandardScaler", "sklearn.linear_model.SGDClassifier"]
    learner = Learner.model_validate({"kind": "pipeline", "steps": steps})
    assert learner.learns_on
    history, rows = rows_of(sea_stream(), learner, 600)
    model = learner.start(Schema(("a", "b", "c")), 0)
    scaler, linear = StandardScaler(), None
    for start in range(0, 600, 100):
        batch = history.part(slice(start, start + 100))
        model.learn(batch)
        scaler.partial_fit(batch.X)
        if linear is None:
            state = model._estimator.steps[-1][1].random_state
            linear = SGDClassifier(random_state=state)
        linear.partial_fit(scaler.transform(batch.X), batch.y, classes=[0, 1])
    assert np.array_equal(model.predict(rows.X), linear.predict(scaler.transform(rows.X)))


def test_a_pipeline_with_a_step_that_cannot_learn_on_does_not():
    steps = ["sklearn.preprocessing.PowerTransformer", "sklearn.linear_model.SGDClassifier"]
    assert not Learner.model_validate({"kind": "pipeline", "steps": steps}).learns_on
    assert not Learner.model_validate("sklearn.tree.DecisionTreeClassifier").learns_on


def test_weights_reach_the_estimator():
    learner = Learner.model_validate("sklearn.tree.DecisionTreeClassifier")
    history, rows = rows_of(sea_stream(), learner, 600)
    start = learner.start(Schema(("a", "b", "c")), 0)
    weighted = start.fit(history, (history.y == 1) + 0.0)
    assert (weighted.predict(rows.X) == 1).all()


def test_keys_that_are_classes_and_functions_by_path():
    weighted = {"kind": "sklearn.tree.DecisionTreeClassifier", "class_weight": {"0": 1, "1": 50}}
    learner = Learner.model_validate(weighted)
    history, rows = rows_of(sea_stream(), learner, 600)
    assert learner.start(Schema(("a", "b", "c")), 0).fit(history).predict(rows.X).any()
    best = {
        "kind": "sklearn.feature_selection.SelectKBest",
        "score_func": "sklearn.feature_selection.f_classif",
        "k": 2,
    }
    steps = [best, "sklearn.naive_bayes.GaussianNB"]
    learner = Learner.model_validate({"kind": "pipeline", "steps": steps})
    assert learner.start(Schema(("a", "b", "c")), 0).fit(history).predict(rows.X).any()


def test_a_step_that_transforms_nothing_must_be_the_last():
    steps = ["sklearn.svm.SVC", "sklearn.naive_bayes.GaussianNB"]
    with pytest.raises(ValidationError, match="SVC transforms nothing"):
        Learner.model_validate({"kind": "pipeline", "steps": steps})


TWO_OF_THREE = Schema(("a", "b", "c"), n_classes=3)


def late_class(learner):
    """What it has learned of two classes, and then on of a third; the warm-up; and the rest."""
    history, rows = rows_of(sea_stream(1200), learner, 600)
    late = rows._replace(y=np.where(rows.X[:, 0] > 7, 2, rows.y))
    return learner.start(TWO_OF_THREE, 0).fit(history), history, late


def test_a_class_that_first_appears_after_the_warm_up_is_learned():
    fitted, history, late = late_class(Learner.model_validate("sklearn.naive_bayes.GaussianNB"))
    fitted.learn(late)
    known = GaussianNB().partial_fit(history.X, history.y, classes=[0, 1, 2])
    known.partial_fit(late.X, late.y)
    predicted = fitted.predict(late.X)
    assert np.array_equal(predicted, known.predict(late.X)) and (predicted == 2).any()


@pytest.mark.parametrize(
    "kind",
    ["linear_model.SGDClassifier", "linear_model.Perceptron", "naive_bayes.MultinomialNB"],
)
def test_room_for_a_late_class_leaves_what_is_known_of_the_others(kind):
    fitted, history, _ = late_class(Learner.model_validate(f"sklearn.{kind}"))
    before = np.mean(fitted.predict(history.X) == history.y)
    fitted.learn(history.part(slice(1)))  # of what it knows: it now has room for the third
    after = np.mean(fitted.predict(history.X) == history.y)
    assert after > before - 0.05


def test_a_late_class_is_learned_by_the_last_step_and_by_as_many_passes():
    steps = ["sklearn.preprocessing.StandardScaler", "sklearn.linear_model.SGDClassifier"]
    fitted, history, late = late_class(Learner.model_validate({"kind": "pipeline", "steps": steps}))
    scaler, linear = StandardScaler().fit(history.X), fitted._estimator.steps[-1][1]
    known = SGDClassifier(random_state=linear.random_state)
    assert linear.n_iter_ > 1
    for _ in range(linear.n_iter_):
        known.partial_fit(scaler.transform(history.X), history.y, classes=[0, 1, 2])
    fitted.learn(late)
    scaler.partial_fit(late.X)
    known.partial_fit(scaler.transform(late.X), late.y)
    assert np.array_equal(fitted.predict(late.X), known.predict(scaler.transform(late.X)))


def columns_by(place):
    """A pipeline that takes the column at a place, by name or index, and no other."""
    first = {
        "kind": "sklearn.compose.ColumnTransformer",
        "transformers": [["kept", "passthrough", [place]]],
    }
    steps = [first, "sklearn.tree.DecisionTreeClassifier"]
    return Learner.model_validate({"kind": "pipeline", "steps": steps})


def test_columns_are_named_as_those_of_the_stream():
    schema, models = Schema(("a", "b", "c")), []
    for learner in (columns_by("b"), columns_by(1), columns_by(0)):
        history, rows = rows_of(sea_stream(), learner, 600)
        models.append(learner.start(schema, 0).fit(history).predict(rows.X))
    assert np.array_equal(models[0], models[1]) and not np.array_equal(models[0], models[2])
    assert "did you mean 'colour'?" in columns_by("color").incompatibility(Schema(("colour", "b")))


def test_columns_have_no_names_after_a_step():
    first = {
        "kind": "sklearn.compose.ColumnTransformer",
        "transformers": [["kept", "passthrough", ["b"]]],
    }
    steps = ["sklearn.decomposition.PCA", first, "sklearn.tree.DecisionTreeClassifier"]
    learner = Learner.model_validate({"kind": "pipeline", "steps": steps})
    assert "have no names here" in learner.incompatibility(Schema(("a", "b")))


def test_every_estimator_runs_on_one_core_and_says_so():
    forest = FOREST | {"n_jobs": -1}
    search = {
        "kind": "sklearn.model_selection.GridSearchCV",
        "estimator": forest,
        "param_grid": {"max_depth": [1, 2]},
        "n_jobs": 2,
    }
    learner = Learner.model_validate(search)
    made = learner.start(Schema(("a",)), 0)._estimator
    assert made.n_jobs == made.estimator.n_jobs == 1
    assert learner.notes == ("n_jobs is 1, not 2, -1: a run has one core",)
    assert Learner.model_validate(FOREST).notes == ()


@pytest.mark.parametrize("grid", [{"n_jobs": [2]}, [{"f__max_depth": [1]}, {"f__n_jobs": [2]}]])
def test_a_grid_does_not_search_how_many_cores_to_use(grid):
    steps = {"kind": "sklearn.pipeline.Pipeline", "steps": [["f", FOREST]]}
    kind = "sklearn.model_selection.GridSearchCV"
    within = {"kind": "sklearn.ensemble.BaggingClassifier", "estimator": None}
    for search in (
        {"kind": kind, "estimator": steps, "param_grid": grid},
        within | {"estimator": {"kind": kind, "estimator": steps, "param_grid": grid}},
    ):
        with pytest.raises(ValidationError, match="n_jobs is searched, but a run has one core"):
            Learner.model_validate(search)


def test_rows_kept_for_a_late_class_are_no_part_of_the_size_of_a_model():
    rng = np.random.default_rng(0)
    learner, schema = (
        Learner.model_validate("sklearn.naive_bayes.GaussianNB"),
        Schema(("a",), n_classes=3),
    )
    sizes = {}
    for n in (100, 10_000):
        X, t = rng.random((n, 1)), np.arange(n)
        model = learner.start(schema, 0).fit(Labelled(t, X, t % 2))
        sizes[n] = model.size()
        model.learn(Labelled(t[:9], X[:9] + 9, np.full(9, 2)))
        assert (model.predict(X[:9] + 9) == 2).all()
    assert sizes[10_000] == pytest.approx(sizes[100], abs=20)
