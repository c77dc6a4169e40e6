"""Trials: what fails from the start is found, and nothing else is."""

import signal
import threading
import time

import pytest
from examples import sea_stream
from pydantic import ValidationError

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trial import Trials, limited
from driftsim.learners.learner import Learner
from driftsim.scenario import Scenario
from driftsim.streams.stream import Stream

BALANCED = {"kind": "sklearn.linear_model.SGDClassifier", "class_weight": "balanced"}
WITHIN = {"kind": "sklearn.multiclass.OneVsRestClassifier", "estimator": BALANCED}
NEIGHBOURS = {"kind": "sklearn.neighbors.KNeighborsClassifier", "n_neighbors": 400}
TOO_MANY = NEIGHBOURS | {"n_neighbors": 1_500}
PAIRS = {"kind": "river.multiclass.OneVsOneClassifier", "classifier": "river.optim.Adam"}
COUNTS = "sklearn.naive_bayes.MultinomialNB"
SPREAD = {"a": {"kind": "gaussians", "separation": 1.5}}  # with negative features


def contender(learner, policy):
    return Contender(learner=Learner.model_validate(learner), policy=Policy.model_validate(policy))


def failure(learner, policy="static", stream=None, **rules):
    stream = stream or sea_stream()
    return Trials(seconds=60).incompatibility(stream, contender(learner, policy), Rules(**rules))


@pytest.mark.parametrize(
    ("learner", "policy", "message"),
    [
        (WITHIN, "online", "class_weight 'balanced' is not supported"),
        (WITHIN, {"kind": "mini_batch", "size": 50}, "class_weight 'balanced'"),
        (TOO_MANY, "static", "n_neighbors"),
        ({"kind": "sklearn.svm.LinearSVC", "penalty": "l1", "loss": "hinge"}, "static", "hinge"),
        (PAIRS, "online", "'Adam' object has no attribute 'learn_one'"),
    ],
)
def test_what_fails_from_the_start_is_found(learner, policy, message):
    assert message in failure(learner, policy)


@pytest.mark.parametrize(
    ("learner", "policy"),
    [
        (BALANCED, "static"),  # which never learns on
        (BALANCED, {"kind": "periodic", "every": 500, "memory": 500}),
        (NEIGHBOURS, "static"),  # more than are tried at first, fewer than the warm-up has
        ("sklearn.naive_bayes.GaussianNB", "pretrained_online"),
        ("river.tree.ExtremelyFastDecisionTreeClassifier", "online"),
        ("majority", "online"),
    ],
)
def test_what_does_not_fail_is_not_refused(learner, policy):
    assert failure(learner, policy) is None


def test_what_depends_on_the_rows_is_tried_on_the_rows():
    spread = Stream.model_validate({"length": 2_000, "concepts": SPREAD})
    assert failure(COUNTS, stream=spread) is None  # the run fails, at its first row
    three = {"kind": "sklearn.feature_selection.SelectKBest", "k": 2}
    steps = {"kind": "pipeline", "steps": [three, "sklearn.naive_bayes.GaussianNB"]}
    assert failure(steps) is None


@pytest.mark.slow
def test_what_fails_does_not_depend_on_the_streams_tried_before():
    bayes = {"kind": "sklearn.naive_bayes.GaussianNB"}
    folded = {"kind": "sklearn.calibration.CalibratedClassifierCV", "estimator": bayes}
    folded |= {"cv": 60, "ensemble": False}
    playing, found = contender(folded, "static"), {}
    streams = {
        share: Stream.model_validate(
            {"length": 3_000, "concepts": {"a": "sea"}, "balance": [1 - share, share]}
        )
        for share in (0.5, 0.03)
    }
    for order in ((0.5, 0.03), (0.03, 0.5)):
        trials = Trials(seconds=60)
        found[order] = {s: trials.incompatibility(streams[s], playing, Rules()) for s in order}
    assert found[0.5, 0.03] == found[0.03, 0.5]
    assert found[0.5, 0.03][0.5] is None and "60-fold" in found[0.5, 0.03][0.03]


def test_an_import_is_not_interrupted(tmp_path, monkeypatch):
    """Half a module would stay behind, and look like a fault of what imports it next."""
    (tmp_path / "slow_module.py").write_text("import time\ntime.sleep(0.3)\nwhole = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    reached = []
    with limited(0.05):
        import slow_module

        reached.append(slow_module.whole)
        time.sleep(10)
        reached.append("after")
    assert reached == [True]


def test_what_cannot_be_interrupted_is_not_tried():
    found = ["untried"]
    thread = threading.Thread(target=lambda: found.append(failure(TOO_MANY)))
    thread.start()
    thread.join()
    assert found == ["untried", None]
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 1_000)
    try:
        assert failure(TOO_MANY) is None
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert "n_neighbors" in failure(TOO_MANY)


def test_a_scenario_that_cannot_start_is_refused_at_load():
    written = {
        "stream": {"length": 2_000, "concepts": {"a": {"kind": "sea", "threshold": 8.0}}},
        "models": {"m": {"learner": TOO_MANY, "policy": "static"}},
    }
    with pytest.raises(
        ValidationError, match="fails on the first 1,020 rows of the stream: "
    ) as caught:
        Scenario.model_validate(written)
    assert caught.value.errors()[0]["loc"] == ("models", "m", "learner")


def test_large_ensembles_are_not_built_to_be_looked_at_or_tried():
    bagging = {
        "kind": "river.ensemble.BaggingClassifier",
        "model": "river.tree.ExtremelyFastDecisionTreeClassifier",
        "n_models": 50,
    }
    learner, schema = Learner.model_validate(bagging), sea_stream().schema
    assert len(learner._example(schema)) == len(learner.small().start(schema, 0)._model) == 3
    assert len(learner.start(schema, 0)._model) == 50
    forest = {"kind": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 10_000}
    assert failure(forest | {"n_estimators": 10}) is None  # what it needs is imported
    started = time.perf_counter()
    assert failure(forest) is None
    assert time.perf_counter() - started < 3  # 10,000 trees take longer to be fitted


def test_there_is_a_budget():
    trials, stream, rules = Trials(seconds=0), sea_stream(), Rules()
    assert trials.incompatibility(stream, contender(TOO_MANY, "static"), rules) is None
    search = {
        "kind": "sklearn.model_selection.GridSearchCV",
        "estimator": "sklearn.tree.DecisionTreeClassifier",
        "param_grid": {"max_depth": [*range(1, 100)], "min_samples_leaf": [*range(1, 50)]},
    }
    started = time.perf_counter()
    assert Trials(seconds=0.3).incompatibility(stream, contender(search, "static"), rules) is None
    assert time.perf_counter() - started < 3


def test_each_learner_is_tried_for_itself_whatever_was_tried_before():
    trials, stream = Trials(seconds=60), sea_stream()
    fine = contender("sklearn.naive_bayes.GaussianNB", "static")
    assert trials.incompatibility(stream, fine, Rules(warmup=100)) is None
    too_few = contender(NEIGHBOURS, "static")  # 400 neighbours of 100 rows
    assert "KNeighborsClassifier fails" in trials.incompatibility(
        stream, too_few, Rules(warmup=100)
    )
