"""Going on from the model in force: `from: model`, against loops written by hand."""

import numpy as np
import pytest
from examples import predictions, sea_stream
from sklearn.base import clone

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.learners.tuning import plain
from driftsim.rows import Labelled, Schema

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")

AT_ONCE = Labels.model_validate("at_once")
STREAM = sea_stream(1500)
WARMUP, EVERY = 600, 150
X, Y = (lambda block: (block.X, block.y))(STREAM.instantiated(0).rows(0, 1500))
LEARNERS = [  # that go on, each in its way
    "river.linear_model.LogisticRegression",
    "sklearn.naive_bayes.GaussianNB",
    "sklearn.linear_model.SGDClassifier",
    {"kind": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 4},
    {"kind": "sklearn.ensemble.BaggingClassifier", "n_estimators": 3},
    {"kind": "sklearn.ensemble.GradientBoostingClassifier", "n_estimators": 4},
    {"kind": "sklearn.linear_model.LogisticRegression", "max_iter": 5},
]


def periodic(**more):
    spec = {"kind": "periodic", "every": EVERY, "memory": "chunk", "start_from": "model"}
    return Policy.model_validate(spec | more)


def played(learner, policy, **more):
    learner = Learner.model_validate(learner)
    return predictions(STREAM, learner, policy, AT_ONCE, warmup=WARMUP, **more)


def by_hand(estimator, train):
    """What an estimator predicts that is fitted, and every 150 rows trained on the last 150."""
    estimator.fit(X[:WARMUP], Y[:WARMUP])
    predicted = []
    for start in range(WARMUP, 1500, EVERY):
        if start > WARMUP:
            estimator = train(estimator, X[start - EVERY : start], Y[start - EVERY : start])
        predicted.append(estimator.predict(X[start : start + EVERY]).ravel())
    return np.concatenate(predicted)


@pytest.mark.parametrize(
    "learner",
    [
        "river.linear_model.LogisticRegression",
        "river.naive_bayes.GaussianNB",
        "sklearn.naive_bayes.GaussianNB",
        "majority",
    ],
)
@pytest.mark.parametrize("size", [8192, 97])
def test_on_the_labels_since_the_last_training_it_is_mini_batch(learner, size):
    batches = Policy.model_validate({"kind": "mini_batch", "size": EVERY})
    given = played(learner, periodic(), size=size)
    assert (given == played(learner, batches, size=size)).all() and len(set(given)) > 1
    anew = played(learner, periodic(start_from="scratch"), size=size)
    assert learner == "majority" or (given != anew).any()


BOOSTERS = [
    {"kind": "lightgbm.LGBMClassifier", "n_estimators": 5},
    {"kind": "xgboost.XGBClassifier", "n_estimators": 5},
    {"kind": "catboost.CatBoostClassifier", "iterations": 5},
]


@pytest.mark.slow
@pytest.mark.parametrize("learner", BOOSTERS, ids=lambda learner: learner["kind"])
def test_a_booster_adds_trees_to_those_of_the_model_as_in_a_loop_by_hand(learner):
    pytest.importorskip(learner["kind"].partition(".")[0])
    key = "xgb_model" if "xgb" in learner["kind"] else "init_model"

    def more(estimator, X, y):
        return clone(estimator).fit(X, y, **{key: estimator})

    given = played(learner, periodic())
    assert (given == by_hand(kept(learner), more)).all()
    assert (given != played(learner, periodic(start_from="scratch"))).any()


def with_trees(estimator, X, y):
    """A forest with four trees more."""
    estimator.set_params(warm_start=True, n_estimators=estimator.n_estimators + 4)
    return estimator.fit(X, y)


def kept(learner):
    """The estimator that a learner starts with, in the same state."""
    model = Learner.model_validate(learner).start(STREAM.schema, 1)
    return plain(model._estimator)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("learner", "train"),
    [
        (LEARNERS[2], lambda one, X, y: one.partial_fit(X, y)),
        (LEARNERS[3], with_trees),
        (LEARNERS[4], with_trees),
        (LEARNERS[5], with_trees),
        pytest.param(LEARNERS[6], lambda one, X, y: one.set_params(warm_start=True).fit(X, y)),
        (
            {"kind": "sklearn.linear_model.SGDClassifier", "warm_start": True},
            lambda one, X, y: one.fit(X, y),
        ),
    ],
    ids=["partial_fit", "forest", "bagging", "boosting", "coefficients", "asked for"],
)
def test_an_estimator_goes_on_as_in_a_loop_by_hand(learner, train):
    if isinstance(learner, dict) and "n_estimators" in learner:
        learner = learner | {"n_estimators": 4}
    given = played(learner, periodic())
    assert (given == by_hand(kept(learner), train)).all()
    assert (given != played(learner, periodic(start_from="scratch"))).any()


@pytest.mark.parametrize("learner", LEARNERS, ids=str)
def test_the_model_in_force_is_not_changed(learner):
    model = Learner.model_validate(learner).start(STREAM.schema, 1)
    rows = Labelled(np.arange(1500), X, Y)
    model = model.fit(rows.part(slice(300)))
    before, size = model.predict(X), model.size()
    tuned = model.tuned(rows.part(slice(300, 900)))
    assert (model.predict(X) == before).all() and model.size() == size
    assert (tuned.predict(X) != before).any()
    assert (tuned.predict(X) == model.tuned(rows.part(slice(300, 900))).predict(X)).all()
    assert (tuned.fit(rows.part(slice(300))).predict(X) == before).all()  # as many trees again


def trees(k, kind="RandomForestClassifier"):
    return Learner.model_validate({"kind": f"sklearn.ensemble.{kind}", "n_estimators": k})


def test_a_forest_grows_by_its_own_number_of_trees():
    rows = Labelled(np.arange(1500), X, Y)
    model = trees(5).start(STREAM.schema, 1).fit(rows.part(slice(300)))
    sizes = [model.size()]
    for start in (300, 600, 900):
        model = model.tuned(rows.part(slice(start, start + 300)))
        sizes.append(model.size())
    assert len(model._estimator.estimators_) == 20
    assert np.diff(sizes).min() > sizes[0] / 2


@pytest.mark.parametrize(
    ("learner", "probabilities"),
    [(one, True) for one in (*LEARNERS[1:], *BOOSTERS)]
    + [(one, False) for one in (LEARNERS[1], LEARNERS[3], BOOSTERS[0])],
    ids=str,
)
def test_classes_that_come_late_or_stay_away(learner, probabilities):
    """Two classes at first, then the third with one of them at a time."""
    rng, means = np.random.default_rng(0), np.array([0.0, 4.0, 8.0])
    y = np.repeat([[0, 1], [0, 2], [1, 2], [0, 2]], 50, axis=0).ravel()
    rows = Labelled(np.arange(len(y)), means[y][:, None] + rng.normal(size=(len(y), 2)), y)
    if learner in BOOSTERS:
        pytest.importorskip(learner["kind"].partition(".")[0])
    if "SGD" in str(learner):
        learner = {"kind": learner, "loss": "log_loss"}
    learner = Learner.model_validate(learner)
    model = learner.start(Schema(("a", "b"), n_classes=3), 0, probabilities)
    model = model.fit(rows.part(slice(100)))
    for start in (100, 200, 300):
        model = model.tuned(rows.part(slice(start, start + 100)))
    predicted = model.predict(means[:, None] + np.zeros(2))
    if probabilities:
        assert predicted.shape == (3, 3) and np.allclose(predicted.sum(axis=1), 1)
        predicted = predicted.argmax(axis=1)
    assert len({*predicted.tolist()} & {0, 2}) == 2


def test_weights_count_as_in_a_training():
    """Labels of no weight are not there: the mean of a class is that of the others."""
    rows = Labelled(np.arange(300), X[:300], Y[:300])
    weight = (np.arange(300) % 2).astype(float)
    river = Learner.model_validate("river.linear_model.LogisticRegression")
    bayes = Learner.model_validate("sklearn.naive_bayes.GaussianNB")
    for learner in (river, river.uncompiled(), bayes):
        model = learner.start(STREAM.schema, 0).fit(rows.part(slice(50)))
        weighed = model.tuned(rows, weight).predict(X)
        assert (weighed == model.tuned(rows.part(slice(1, None, 2))).predict(X)).all()
        assert (weighed != model.tuned(rows).predict(X)).any()


@pytest.mark.parametrize("memory", ["chunk", {"kind": "faded", "half_life": 50}])
def test_kernels_go_on_as_the_library_does(memory):
    learner = Learner.model_validate("river.linear_model.LogisticRegression")
    assert learner.engine(STREAM.schema) == "compiled"
    given = played(learner, periodic(memory=memory))
    assert (given == played(learner.uncompiled(), periodic(memory=memory))).all()
    assert (given != played(learner, periodic(memory=memory, start_from="scratch"))).any()


def trace_of(policy, learner="sklearn.naive_bayes.GaussianNB"):
    contender = Contender.model_validate({"learner": learner, "policy": policy})
    return evaluate(STREAM, contender, Rules(warmup=WARMUP, interval=100)).total().columns


@pytest.mark.parametrize("more", [{}, {"latency": {"rows": 100}}], ids=["at once", "late"])
def test_trainings_that_go_on_are_counted_like_others(more):
    went_on, anew = trace_of(periodic(**more)), trace_of(periodic(start_from="scratch", **more))
    for name, n in (("fits", 6), ("labels", 1350), ("rows_trained", 1350), ("fits_skipped", 0)):
        assert went_on[name] == anew[name] == n
    assert went_on["fit_cpu_seconds"] > 0 and went_on["learn_cpu_seconds"] == 0


def test_trees_that_are_added_show_in_the_size():
    learner = {"kind": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 3}
    went_on, anew = (
        trace_of(periodic(start_from=start), learner)["model_bytes"]
        for start in ("model", "scratch")
    )
    assert went_on > 2 * anew


def test_a_pipeline_that_resamples_cannot_go_on():
    pytest.importorskip("imblearn")
    steps = ["imblearn.over_sampling.RandomOverSampler", "sklearn.linear_model.SGDClassifier"]
    contender = {"learner": {"kind": "pipeline", "steps": steps}, "policy": periodic()}
    with pytest.raises(ValueError, match="RandomOverSampler resamples the rows of a fit only; use"):
        Contender.model_validate(contender)


def test_steps_before_an_estimator_that_goes_on_by_fit_stay_as_they_were_fitted():
    steps = ["sklearn.preprocessing.StandardScaler", LEARNERS[3]]
    rows = Labelled(np.arange(1500), X, Y)
    model = Learner.model_validate({"kind": "pipeline", "steps": steps}).start(STREAM.schema, 1)
    model = model.fit(rows.part(slice(300)))
    tuned = model.tuned(rows.part(slice(300, 600)))
    (_, scaler), (_, forest) = tuned._estimator.steps
    assert (scaler.mean_ == X[:300].mean(axis=0)).all() and len(forest.estimators_) == 8
    (_, scaler), (_, forest) = model._estimator.steps
    assert len(forest.estimators_) == 4


def test_regressors_go_on_too():
    """A slope of 1, then of 10: steps and further trees go towards what is left over."""
    x = np.arange(400) % 2.0
    y = x * np.repeat([1.0, 10.0], 200)
    rows = Labelled(np.arange(400), np.stack([x, 0 * x], axis=1), y)
    kinds = ["sklearn.linear_model.SGDRegressor", "river.linear_model.LinearRegression"]
    trees = ["sklearn.ensemble.GradientBoostingRegressor", "lightgbm.LGBMRegressor"]
    for kind in [*kinds, *({"kind": one, "learning_rate": 0.5} for one in trees), "least_squares"]:
        model = Learner.model_validate(kind).start(Schema(("a", "b"), n_classes=None), 0)
        before = model.fit(rows.part(slice(200)))
        after = before.tuned(rows.part(slice(200, None)))
        slopes = [np.ptp(one.predict(rows.X[:2])) for one in (before, after)]
        assert 0.3 < slopes[0] < 1.1 and 1.5 < slopes[1] < 10.1, (kind, slopes)
