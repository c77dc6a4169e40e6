"""Boosters and other libraries of scikit-learn's interface: seeds, threads, columns, classes."""

import warnings

import numpy as np
import pytest
from pydantic import ValidationError

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema
from driftsim.streams.stream import Stream

LIGHTGBM, XGBOOST = "lightgbm.LGBMClassifier", "xgboost.XGBClassifier"
CATBOOST = "catboost.CatBoostClassifier"
SMALL = {
    LIGHTGBM: {"n_estimators": 4, "min_child_samples": 5},
    XGBOOST: {"n_estimators": 4},
    CATBOOST: {"iterations": 4},
}
SEED = {LIGHTGBM: "random_state", XGBOOST: "random_state", CATBOOST: "random_seed"}
THREADS = {LIGHTGBM: "n_jobs", XGBOOST: "n_jobs", CATBOOST: "thread_count"}
BY_TYPE = {
    LIGHTGBM: {"categorical_feature": "auto"},
    XGBOOST: {"enable_categorical": True},
    CATBOOST: {"cat_features": "auto"},
}
STOPS = {
    LIGHTGBM: "early_stopping_round",
    XGBOOST: "early_stopping_rounds",
    CATBOOST: "early_stopping_rounds",
}
MIXED = Schema(("x[0]", "colour"), {1: 3}, 4, None, {1: ("red", "green", "blue")})


@pytest.fixture(params=SMALL)
def kind(request):
    """The path of a booster whose library is installed."""
    pytest.importorskip(request.param.partition(".")[0])
    return request.param


def learner(kind, **params):
    return Learner.model_validate({"kind": kind, **SMALL.get(kind, {}), **params})


def rows(n=200, labels=(0, 1, 3)):
    """Rows of two columns, one of them nominal; labels follow from both."""
    rng = np.random.default_rng(1)
    X = np.column_stack([rng.random(n), rng.integers(3, size=n)])
    y = np.array(labels)[np.where(X[:, 1] == 1, 0, (X[:, 0] > 0.5) + 1) % len(labels)]
    return Labelled(np.arange(n), X, y)


def fitted(kind, history, schema=MIXED, probabilities=False, **params):
    made = learner(kind, **params)
    assert made.incompatibility(schema) is None
    return made.start(schema, 0, probabilities).fit(history)


@pytest.mark.slow
def test_classes_may_be_missing_and_alone(kind):
    """XGBoost takes only 0, 1, …; here are 0, 1, 3 of four, then class 3 only."""
    history = rows()
    assert np.mean(fitted(kind, history).predict(history.X) == history.y) > 0.9
    shares = fitted(kind, history, probabilities=True).predict(history.X)
    assert shares.shape == (200, 4) and (shares[:, 2] == 0).all()
    assert np.allclose(shares.sum(axis=1), 1)
    alone = fitted(kind, history.part(history.y == 3))
    assert (alone.predict(history.X) == 3).all()


def test_a_seed_follows_from_the_run_and_one_thread_does_the_work(kind):
    inner = [learner(kind).start(MIXED, seed)._estimator.inner.get_params() for seed in (1, 1, 2)]
    one, again, other = (params[SEED[kind]] for params in inner)
    assert one == again != other and inner[0][THREADS[kind]] == 1
    asked = learner(kind, **{SEED[kind]: 7, THREADS[kind]: 4})
    params = asked.start(MIXED, 1)._estimator.inner.get_params()
    assert params[SEED[kind]] == 7 and params[THREADS[kind]] == 1
    assert asked.notes == (f"{THREADS[kind]} is 1, not 4: a run has one core",)


def test_a_model_is_the_same_again_and_prints_nothing(kind, capfd):
    history = rows()
    one, two = fitted(kind, history), fitted(kind, history)
    assert np.array_equal(one.predict(history.X), two.predict(history.X))
    assert one.size() == two.size() > 1_000
    assert capfd.readouterr() == ("", "")


def test_missing_values_are_taken_beside_categories(kind):
    history = rows()
    X = history.X.copy()
    X[::7, 0] = X[::5, 1] = np.nan
    schema = MIXED._replace(missing=frozenset({0, 1}))
    made = learner(kind, **BY_TYPE[kind])
    assert made.takes_missing and made.untaken_gaps(schema) is None
    model = made.start(schema, 0).fit(history._replace(X=X))
    assert np.mean(model.predict(X) == history.y) > 0.7


def test_nominal_columns_are_categories_by_type(kind):
    """Codes in another order mean the same, except to XGBoost, which orders categories by them."""
    history, turned = rows(), rows()
    turned.X[:, 1] = 2 - turned.X[:, 1]
    values = {1: MIXED.values[1][::-1]}
    one = fitted(kind, history, **BY_TYPE[kind])
    two = fitted(kind, turned, MIXED._replace(values=values), **BY_TYPE[kind])
    assert np.mean(one.predict(history.X) == history.y) > 0.9
    same = np.array_equal(one.predict(history.X), two.predict(turned.X))
    assert same or kind == XGBOOST


@pytest.mark.parametrize("kind", [LIGHTGBM, CATBOOST])
def test_nominal_columns_are_categories_by_name(kind):
    pytest.importorskip(kind.partition(".")[0])
    history, name = rows(), next(iter(BY_TYPE[kind]))
    one, named, plain = (
        fitted(kind, history, **given) for given in (BY_TYPE[kind], {name: ["colour"]}, {})
    )
    assert np.array_equal(one.predict(history.X), named.predict(history.X))
    assert abs(named.size() - plain.size()) > 100  # another model
    missing = learner(kind, **{name: ["color"]}).incompatibility(MIXED)
    assert "did you mean 'colour'?" in missing


@pytest.mark.filterwarnings("ignore:The argument .eval_set. is deprecated")
def test_a_validation_set_is_the_last_rows_of_a_fit(kind):
    given = SMALL[kind] | {STOPS[kind]: 2, "validation": 0.25}
    history = rows(200, (0, 1))
    model = fitted(kind, history, MIXED._replace(n_classes=2), **given)
    inner = learner(kind, **given).start(MIXED, 0)._estimator.inner
    X, y = history.X, history.y
    quiet = {} if kind == LIGHTGBM else {"verbose": False}
    inner.fit(X[:150], y[:150], eval_set=[(X[150:], y[150:])], **quiet)
    assert np.array_equal(model.predict(X), np.asarray(inner.predict(X)).ravel())


def test_a_validation_set_without_known_classes_is_no_error(kind):
    history = rows(40, (0, 1))
    history.y[:30], history.y[30:] = 0, 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = fitted(kind, history, **{STOPS[kind]: 2, "validation": 0.25})
    assert any("validation set" in str(one.message) for one in caught)
    assert set(model.predict(history.X)) <= {0, 1}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"num_leafs": 3}, "did you mean 'num_leaves'"),
        ({"early_stopping_round": 3}, "give validation: 0.1"),
        ({"forcedsplits_filename": "splits.json"}, "no parameter 'forcedsplits_filename'"),
        ({"objective": "binary forcedsplits_filename=/etc/passwd"}, "could name other parameters"),
        ({"metric": ["auc", "x\ty=1"]}, "could name other parameters"),
        ({"callbacks": ["x"]}, "code that runs while a model trains"),
        ({"n_estimators": 10**7}, "at most"),
        ({"validation": 1.5}, "less than 1"),
    ],
)
def test_parameters_of_lightgbm_are_checked_at_load(params, message):
    pytest.importorskip("lightgbm")
    with pytest.raises(ValidationError, match=message):
        learner(LIGHTGBM, **params)


@pytest.mark.parametrize(
    ("path", "params", "message"),
    [
        (XGBOOST, {"max_deph": 3}, "did you mean 'max_depth'"),
        (XGBOOST, {"xgb_model": "model.bin"}, "no parameter 'xgb_model'"),
        (XGBOOST, {"callbacks": ["x"]}, "code that runs"),
        ("xgboost.DMatrix", {"data": "/etc/passwd"}, "cannot be used here"),
        ("xgboost.set_config", {}, "cannot be used here"),
        ("xgboost.core.Booster", {}, "not open to scenarios"),
        (CATBOOST, {"train_dir": "x"}, "names a place on the disk"),
        (CATBOOST, {"snapshot_file": "x"}, "names a place on the disk"),
        (CATBOOST, {"allow_writing_files": True}, "writes files"),
        ("lightgbm.DaskLGBMClassifier", {}, "cannot be used here"),
        ("sklearn.tree.DecisionTreeClassifier", {"validation": 0.1}, "takes no validation set"),
        (
            "sklearn.ensemble.BaggingClassifier",
            {"estimator": {"kind": LIGHTGBM, "categorical_feature": "auto"}},
            "is for a booster that is the learner itself",
        ),
    ],
)
def test_what_a_scenario_may_not_name_or_give(path, params, message):
    pytest.importorskip(path.partition(".")[0])
    with pytest.raises(ValidationError, match=message):
        Learner.model_validate({"kind": path, **params})


def test_an_object_from_python_answers_as_the_same_by_its_path(kind):
    module, _, name = kind.rpartition(".")
    given = SMALL[kind] | {SEED[kind]: 7}
    quiet = {"allow_writing_files": False, "verbose": False} if kind == CATBOOST else {}
    value = getattr(pytest.importorskip(module), name)(**given, **quiet)
    history = rows()
    by_path = learner(kind, **given).start(MIXED, 0).fit(history).predict(history.X)
    model = Learner.model_validate(value).start(MIXED, 0).fit(history)
    assert np.mean(model.predict(history.X) == by_path) > 0.99


def test_regressors_and_weights():
    pytest.importorskip("lightgbm")
    history, schema = rows(), MIXED._replace(n_classes=None)
    history = history._replace(y=history.X[:, 0] * 3)
    start = learner("lightgbm.LGBMRegressor", n_estimators=20).start(schema, 0)
    plain = start.fit(history).predict(history.X)
    high = start.fit(history, (history.y > 2) + 0.001).predict(history.X)
    assert plain.dtype == float and np.mean((plain - history.y) ** 2) < 0.1
    assert high.mean() > plain.mean() + 0.3


def test_a_resampled_pipeline_learns_and_takes_no_weights():
    pytest.importorskip("imblearn")
    over = "imblearn.over_sampling.RandomOverSampler"
    steps = {"kind": "pipeline", "steps": [over, "sklearn.tree.DecisionTreeClassifier"]}
    made, history = Learner.model_validate(steps), rows()
    assert not made.weighs and made.libraries == ("imbalanced-learn", "scikit-learn")
    model = made.start(MIXED, 0).fit(history)
    assert np.mean(model.predict(history.X) == history.y) > 0.95


def test_periodic_lightgbm_is_a_loop_written_by_hand():
    lightgbm = pytest.importorskip("lightgbm")
    stream = Stream.model_validate(
        {
            "length": 900,
            "concepts": {"a": {"kind": "sea", "threshold": 8}, "b": {"kind": "sea"}},
            "drift": {"kind": "sudden", "at": [500]},
        }
    )
    given = {"num_leaves": 7, "n_estimators": 5, "random_state": 3, "min_child_samples": 5}
    policy = {"kind": "periodic", "every": 150, "memory": 200}
    contender = Contender.model_validate({"learner": {"kind": LIGHTGBM, **given}, "policy": policy})
    trace = evaluate(stream, contender, Rules(warmup=300, predictions=True))
    block, predicted = stream.instantiated(0).rows(0, 900), []
    for now in range(300, 900, 150):
        seen = slice(0 if now == 300 else now - 200, now)
        model = lightgbm.LGBMClassifier(**given, n_jobs=1, verbosity=-1)
        model.fit(block.X[seen], block.y[seen])
        predicted.append(model.predict(block.X[now : now + 150]))
    assert np.array_equal(trace.predictions, np.concatenate(predicted))


@pytest.mark.parametrize(
    "params", [{"class_weights": [1, 50]}, {"class_weights": {"0": 1, "1": 50}}]
)
@pytest.mark.parametrize("within", [False, True])
def test_catboost_takes_lists_and_mappings(params, within):
    pytest.importorskip("catboost")
    one = {"kind": CATBOOST, "iterations": 2, **params}
    steps = {"kind": "pipeline", "steps": ["sklearn.preprocessing.MaxAbsScaler", one]}
    history, schema = rows(labels=(0, 1)), Schema(("a", "b"), {}, 2)
    shares = []
    for made in (Learner.model_validate(steps if within else one), learner(CATBOOST)):
        model = made.start(schema, 0).fit(history).fit(history)
        shares.append(model.predict(history.X).mean())
    assert shares[0] > shares[1] + 0.05
