"""Prequential evaluation of numbers: sums, references, metrics."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

WALK = {"kind": "linear", "features": 3, "walk": 0.05}


def stream(length=6000, **more):
    return Stream.model_validate({"length": length, "concepts": {"a": WALK}} | more)


def contender(learner="mean", policy="online"):
    return Contender.model_validate({"learner": learner, "policy": policy})


def columns(stream, playing, window=None, **asked):
    merged = [truth(stream, Rules(**asked)), evaluate(stream, playing, Rules(**asked))]
    parts = [trace.over(window) if window else trace.total() for trace in merged]
    return parts[0].columns | parts[1].columns


def test_metrics_against_scikit_learn():
    playing = contender(
        "sklearn.linear_model.LinearRegression", {"kind": "periodic", "every": 500, "memory": 300}
    )
    trace = evaluate(stream(), playing, Rules(predictions=True))
    y, predicted = stream().rows(0, 1000, 6000).y, trace.predictions
    whole = columns(stream(), playing)
    assert METRICS["mae"](whole)[0] == pytest.approx(mean_absolute_error(y, predicted))
    assert METRICS["rmse"](whole)[0] == pytest.approx(root_mean_squared_error(y, predicted))
    assert METRICS["r2"](whole)[0] == pytest.approx(r2_score(y, predicted))
    by_window = METRICS["r2"](columns(stream(), playing, 1000))
    expected = [r2_score(y[i : i + 1000], predicted[i : i + 1000]) for i in range(0, 5000, 1000)]
    assert np.allclose(by_window, expected)


def test_r2_does_not_cancel_far_from_zero():
    far = stream(concepts={"a": {"kind": "level", "level": 1e9, "noise": 1.0}})
    r2 = METRICS["r2"](columns(far, contender("no_change")))[0]
    assert r2 == pytest.approx(-1, abs=0.1)  # it errs with twice the variance


def test_the_references():
    whole = columns(stream(), contender("mean"))
    for key in ("absolute_error", "squared_error", "excess_squared_error"):
        assert whole[key][0] == pytest.approx(whole[f"mean_{key}"][0])
    last = columns(stream(), contender("no_change"))
    assert last["squared_error"][0] == pytest.approx(last["no_change_squared_error"][0])


def test_the_oracle_errs_by_the_noise_alone():
    whole = columns(stream(60_000), contender("oracle", "static"))
    assert whole["excess_squared_error"][0] == 0
    mse = whole["squared_error"][0] / whole["rows"][0]
    assert mse == pytest.approx(1, abs=4 * np.sqrt(2 / 59_000))
    assert whole["bayes_squared_error"][0] / whole["rows"][0] == pytest.approx(1)
    assert METRICS["mae"](whole)[0] == pytest.approx(np.sqrt(2 / np.pi), abs=0.01)


def test_lms_on_a_random_walk_has_its_closed_form():
    """d = 5, mu = .05, s² = 1, q = 4e-4: 1.17576 (exact); river's rate is mu / 2."""
    walk = {"kind": "linear", "features": 5, "walk": 0.02, "noise": 1.0}
    lms = {
        "kind": "river.linear_model.LinearRegression",
        "intercept_lr": 0.0,
        "optimizer": {"kind": "river.optim.SGD", "lr": 0.025},
    }
    whole = columns(stream(60_000, concepts={"a": walk}), contender(lms))
    excess = METRICS["excess_mse"](whole)[0]
    assert excess == pytest.approx(0.17576, abs=0.012)


def test_a_detector_gets_the_distance():
    concepts = {"a": {"kind": "level", "level": 0.0}, "b": {"kind": "level", "level": 5.0}}
    jump = stream(concepts=concepts, drift={"kind": "sudden", "at": [3000]})
    policy = {"kind": "on_drift", "memory": 50, "detector": {"kind": "page_hinkley"}}
    playing = contender("sklearn.dummy.DummyRegressor", policy)
    trace = evaluate(jump, playing, Rules(interval=100))
    alarms = trace.columns["first_row"][trace.columns["alarms"] > 0]
    assert alarms.tolist() == [3000]
    assert trace.columns["absolute_error"][-20:].mean() / 100 < 1
