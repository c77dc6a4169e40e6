"""Objects from Python as parts: estimators and models, fitted or not."""

import copy
import threading
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import driftsim
from driftsim.learners.objects import EstimatorObject, RiverObject
from driftsim.messages import ScenarioError
from driftsim.objects import content_key
from driftsim.scenario.resolved import resolved

STREAM = {
    "length": 3_000,
    "concepts": {"a": "sea", "b": {"kind": "sea", "threshold": 12}},
    "drift": {"kind": "sudden", "at": [1_500]},
}
PERIODIC = {"kind": "periodic", "every": 500, "memory": 500}


def played(models, out, stream=STREAM, **evaluation):
    evaluation = {"warmup": 500, "interval": 100, "predictions": True} | evaluation
    given = {"stream": stream, "models": models, "evaluation": evaluation}
    results = driftsim.run(given, out=out, jobs=1)
    return {one.contender: one.trace for one in results.traces()}, results


def stream_of(models):
    return driftsim.load({"stream": STREAM, "models": models}).variants[0].scenario.stream


def same(one, other):
    names = [n for n in one.columns if not n.endswith(("seconds", "_bytes"))]
    assert all(np.array_equal(one.columns[n], other.columns[n], equal_nan=True) for n in names)
    assert np.array_equal(one.predictions, other.predictions)


@pytest.mark.parametrize("policy", [PERIODIC], ids=["periodic"])
def test_an_estimator_is_played_as_it_is_by_its_path(tmp_path, policy):
    from sklearn.ensemble import ExtraTreesClassifier

    path = "sklearn.ensemble.ExtraTreesClassifier"
    written = {"kind": path, "n_estimators": 3, "n_jobs": 2}
    learner = ExtraTreesClassifier(n_estimators=3, n_jobs=2)
    models = {"object": {"learner": learner, "policy": policy}}
    traces, _ = played(models | {"path": {"learner": written, "policy": policy}}, tmp_path)
    same(traces["object"], traces["path"])
    assert learner.n_jobs == 2 and not hasattr(learner, "classes_")


def test_a_model_of_river_is_played_as_it_is_by_its_path(tmp_path):
    from river.tree import HoeffdingTreeClassifier

    path = "river.tree.HoeffdingTreeClassifier"
    learners = {"object": HoeffdingTreeClassifier(grace_period=50),
                "path": {"kind": path, "grace_period": 50}}  # fmt: skip
    models = {n: {"learner": one, "policy": "online"} for n, one in learners.items()}
    traces, results = played(models, tmp_path)
    same(traces["object"], traces["path"])
    assert set(results.summary().set_index("contender").loc[[*models]]["engine"]) == {"compiled"}


def holding(thing):
    from sklearn.linear_model import SGDClassifier

    estimator = SGDClassifier()
    estimator.held = thing
    return estimator


def fitted(names=("no", "yes"), frame=False):
    """A model fitted elsewhere, with classes and columns of its own, on another threshold."""
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.default_rng(5)
    X = rng.uniform(0, 10, (1_000, 3))
    y = (X[:, 0] + X[:, 1] > 9).astype(int)
    labels = np.array(names)[y]
    if not frame:
        return DecisionTreeClassifier(max_depth=4).fit(X, labels)
    return DecisionTreeClassifier(max_depth=4).fit(
        pd.DataFrame(X, columns=["x3", "x2", "x1"]), labels
    )


def test_a_fitted_model_predicts_as_it_was_given_from_the_first_scored_row(tmp_path):
    model, path = fitted((0, 1)), "sklearn.tree.DecisionTreeClassifier"
    models = {
        "ours": {"learner": model, "policy": "static"},
        "renewed": {"learner": model, "policy": PERIODIC},
        "scratch": {"learner": {"kind": path, "max_depth": 4}, "policy": PERIODIC},
    }
    traces, _ = played(models, tmp_path)
    ours, renewed, scratch = (traces[name] for name in models)
    assert np.array_equal(ours.predictions, model.predict(stream_of(models).rows(0, 500, 3_000).X))
    assert ours.columns["fits"].sum() == 0 and renewed.columns["fits"].sum() == 4
    assert np.array_equal(renewed.predictions[:500], ours.predictions[:500])
    assert np.array_equal(renewed.predictions[500:], scratch.predictions[500:])
    shown = driftsim.check({"stream": STREAM, "models": models}).split()
    words = "ours, renewed: it was fitted before: it predicts from the first scored row as it is"
    assert words in " ".join(shown)


def test_a_fitted_model_needs_no_warm_up(tmp_path):
    models = {"ours": {"learner": fitted((0, 1)), "policy": "static"}}
    traces, _ = played(models, tmp_path, warmup=0)
    assert len(traces["ours"].predictions) == 3_000


@pytest.mark.parametrize("frame", [False, True], ids=["array", "frame"])
def test_a_fitted_model_keeps_its_own_classes_and_columns(tmp_path, frame):
    X = np.random.default_rng(1).uniform(0, 10, (600, 3)).round(3)
    labels = np.where(X[:, 0] + X[:, 1] > 9, "yes", "no")
    rows = [",".join(map(str, x)) + f",{label}" for x, label in zip(X.tolist(), labels)]
    (tmp_path / "t.csv").write_text("\n".join(["x1,x2,x3,y", *rows]))
    model, table = fitted(frame=frame), {"kind": "table", "path": tmp_path / "t.csv"}
    models = {"ours": {"learner": model, "policy": "static"}}
    traces, _ = played(models, tmp_path, {"concepts": {"mine": table}}, warmup=100)
    named = pd.DataFrame(X, columns=["x1", "x2", "x3"])[["x3", "x2", "x1"]]
    known = model.predict(named if frame else X)
    assert np.array_equal(np.array(["no", "yes"])[traces["ours"].predictions], known[100:])


def dicts(stream, seed, first, last):
    """Rows as river has them, and their labels."""
    block = stream.rows(seed, first, last)
    rows = [dict(zip(stream.schema.names, x)) for x in block.X.tolist()]
    return list(zip(rows, block.y.tolist()))


@pytest.mark.slow
def test_a_fitted_model_of_river_learns_on_from_what_it_knows(tmp_path):
    from river.tree import HoeffdingTreeClassifier

    model = HoeffdingTreeClassifier()
    for x, y in dicts(stream_of({"any": {"learner": model, "policy": "online"}}), 1, 0, 1_000):
        model.learn_one(x, y)
    models = {name: {"learner": model, "policy": name} for name in ("static", "online")}
    traces, _ = played(models, tmp_path)
    expected, learner = {"static": [], "online": []}, copy.deepcopy(model)
    for x, y in dicts(stream_of(models), 0, 500, 3_000):
        expected["static"].append(model.predict_one(x))
        expected["online"].append(learner.predict_one(x))
        learner.learn_one(x, y)
    for name, predictions in expected.items():
        assert np.array_equal(traces[name].predictions, predictions)


@pytest.mark.parametrize(
    ("path", "rows"), [("river.neighbors.KNNClassifier", 0), ("river.naive_bayes.GaussianNB", 60)]
)
def test_open_seeds_in_a_model_of_river_are_those_of_the_run(path, rows):
    module, _, name = path.rpartition(".")
    one, other = (getattr(import_module(module), name)() for _ in range(2))
    stream = stream_of({"any": {"learner": "majority", "policy": "online"}})
    for x, y in dicts(stream, 1, 0, rows):
        one.learn_one(x, y)
        other.learn_one(x, y)
    assert content_key(one) != content_key(other)  # for their generators, which nobody seeded
    assert RiverObject.of(one).snapshot.key == RiverObject.of(other).snapshot.key


def test_a_class_of_a_notebook_is_of_the_library_of_its_base():
    from sklearn.naive_bayes import GaussianNB

    Mine = type("Mine", (GaussianNB,), {"__module__": "__main__"})
    assert EstimatorObject.of(Mine()).libraries == ("scikit-learn",)


@pytest.mark.parametrize(
    ("learner", "words"),
    [
        (fitted(), "predicts the class 'no', which the stream lacks; choose from 0, 1"),
        (type(fitted()), "is a class; give an object: DecisionTreeClassifier()"),
        (holding(threading.Lock()), "the content of this SGDClassifier cannot be read: "),
        (3.5, "3.5 does not name a learner"),
        (object(), "does not name a learner"),
    ],
    ids=["classes", "class", "lock", "number", "object"],
)
def test_objects_that_cannot_be_learners(learner, words):
    with pytest.raises(ScenarioError) as caught:
        stream_of({"a": {"learner": learner, "policy": "static"}})
    assert str(caught.value).startswith("in the scenario: models.a.learner: ")
    assert words in str(caught.value)


@pytest.mark.parametrize("kind", ["estimator_object", "river_object"])
def test_no_file_can_name_an_object(tmp_path, kind):
    learner = f"{{kind: {kind}, snapshot: x, fitted: true}}"
    (tmp_path / "s.yaml").write_text(
        "stream: {length: 2_000, concepts: {a: sea}}\n"
        f"models: {{a: {{learner: {learner}, policy: static}}}}\n"
    )
    with pytest.raises(ScenarioError, match=f"no learner is called '{kind}'"):
        driftsim.load(tmp_path / "s.yaml")


def test_content_has_one_key_whatever_its_order():
    from sklearn.ensemble import RandomForestClassifier

    X = np.arange(20.0).reshape(10, 2)
    new, old = RandomForestClassifier(3, random_state=1), RandomForestClassifier(3, random_state=1)
    assert content_key(new) == content_key(old)
    assert content_key(new.fit(X, X[:, 0] > 9)) != content_key(old)
    assert content_key(new) == content_key(old.fit(X, X[:, 0] > 9))
    assert content_key({"a", "b", "c"}) == content_key({"c", "b", "a"})
    with pytest.raises(ValueError, match="the content of this"):
        content_key(threading.Lock())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lightgbm.LGBMClassifier", "xgboost.XGBClassifier"])
def test_a_booster_is_played_as_it_is_by_its_path(tmp_path, name):
    package, _, kind = name.partition(".")
    booster = getattr(pytest.importorskip(package), kind)(n_estimators=3)
    written = {"kind": name, "n_estimators": 3}
    learners = {"object": booster, "path": written}
    models = {n: {"learner": one, "policy": PERIODIC} for n, one in learners.items()}
    traces, _ = played(models, tmp_path)
    same(traces["object"], traces["path"])


def test_what_is_fitted_on_a_frame_with_categories_is_given_such_frames_again(tmp_path):
    lightgbm, rng = pytest.importorskip("lightgbm"), np.random.default_rng(3)
    codes = rng.integers(0, 8, 900)
    words = pd.Categorical.from_codes(codes, list("hbdfaceg"))
    frame = pd.DataFrame({"x": rng.random(900), "word": words})
    labels = np.where(np.isin(codes, [0, 3, 5, 6]), "yes", "no")
    model, again = (lightgbm.LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1) for _ in "ab")
    model.fit(frame[:500], labels[:500])
    again.fit(frame[500:700], labels[500:700])
    table = driftsim.Table(frame.assign(y=labels), target="y")
    policies = {"kept": "static", "renewed": {"kind": "periodic", "every": 200, "memory": 200}}
    models = {name: {"learner": model, "policy": policy} for name, policy in policies.items()}
    traces, _ = played(models, tmp_path, {"concepts": {"mine": table}}, warmup=500)
    kept, renewed = (np.array(["no", "yes"])[traces[name].predictions] for name in models)
    assert np.array_equal(kept, model.predict(frame[500:]))
    assert np.array_equal(renewed[200:400], again.predict(frame[700:900]))


@pytest.mark.slow
@pytest.mark.parametrize("fitted_before", [False, True])
def test_objects_of_many_kinds_can_be_learners(tmp_path, fitted_before):
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    class Mine(ClassifierMixin, BaseEstimator):
        def __init__(self, share=0.5):
            self.share = share

        def fit(self, X, y):
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):
            return self.classes_[(np.asarray(X)[:, 0] > 5).astype(int)]

    chosen = make_column_transformer((StandardScaler(), make_column_selector(dtype_include=float)))
    learners = {
        "own": Mine(),
        "lambda": make_pipeline(FunctionTransformer(lambda X: X + 1), LogisticRegression()),
        "chosen": make_pipeline(chosen, LogisticRegression()),
        "search": GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
        "online": SGDClassifier(),
    }
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.uniform(0, 10, (300, 3)), columns=["x1", "x2", "x3"])
    if fitted_before:
        learners = {n: one.fit(X, (X["x1"] > 5).astype(int)) for n, one in learners.items()}
    models = {name: {"learner": one, "policy": PERIODIC} for name, one in learners.items()}
    models["online"]["policy"] = {"kind": "mini_batch", "size": 250}
    traces, _ = played(models, tmp_path, STREAM | {"length": 1_600})
    assert {*models} <= {*traces}


def test_a_class_that_no_path_leads_to_is_looked_at_by_itself(tmp_path, monkeypatch):
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Mine(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    monkeypatch.setenv("DRIFTSIM_CACHE", str(tmp_path))
    models = {"mine": {"learner": Mine(), "policy": PERIODIC}}
    learner = driftsim.load({"stream": STREAM, "models": models}).variants[0].scenario.models
    assert not learner["mine"].learner.learns_on and not learner["mine"].learner.weighs
    assert not (tmp_path / "estimators").exists()  # nothing is kept of what anybody wrote


def test_the_scenario_of_a_report_says_that_objects_cannot_be_read_from_it(tmp_path):
    models = {"a": {"learner": fitted((0, 1)), "policy": "static"}}
    text = resolved(driftsim.load({"stream": STREAM, "models": models}))
    assert text.startswith("# What has a hash") and "fitted: true" in text
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(ScenarioError, match="DecisionTreeClassifier has no parameter 'object'"):
        driftsim.load(tmp_path / "s.yaml")
