"""Detectors that change nothing: where they fire, by hand, and that nobody's model knows of it."""

import numpy as np
import pytest
from pydantic import ValidationError

from driftsim import Table
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

BETWEEN = {"kind": "recurring", "every": 400}
SEA = {"kind": "sea", "threshold": 8}, {"kind": "sea", "threshold": 15}
COINS = {"kind": "coin", "share": 0.1}, {"kind": "coin", "share": 0.5}
OFTEN = {"kind": "fixed_alarms", "every": 130}


def of(policy, concepts=SEA, learner="naive_bayes", length=3_000, **rules):
    stream = Stream.model_validate(
        {"length": length, "concepts": dict(zip("ab", concepts)), "drift": BETWEEN}
    )
    contender = Contender.model_validate({"learner": learner, "policy": policy})
    return evaluate(stream, contender, Rules.model_validate({"warmup": 500, **rules}))


def monitor(detector, **more):
    return {"kind": "monitor", "detector": detector, **more}


@pytest.mark.parametrize(
    "policy", ["static", "online", {"kind": "periodic", "every": 300, "memory": 200}]
)
@pytest.mark.parametrize("labels", ["at_once", {"kind": "random", "mean": 40}])
def test_a_model_is_what_it_would_be_without_its_detector(policy, labels):
    rules = {"labels": labels, "predictions": True, "interval": 100}
    plain, watched = of(policy, **rules), of(monitor(OFTEN, of=policy), **rules)
    assert not len(plain.alarms) and len(watched.alarms) > 3
    assert np.array_equal(plain.predictions, watched.predictions)
    own = [] if policy == "online" else ["labels"]  # more of which reach the detector
    for name in {"rows_trained", "fits", "labels", "correct", "age"}.difference(own):
        assert np.array_equal(plain.columns[name], watched.columns[name]), name


@pytest.mark.parametrize(("late", "every"), [(0, 70), (37, 70), (0, 1)])
def test_the_dummy_fires_at_its_period_whatever_happens(late, every):
    labels = {"kind": "delayed", "rows": late}
    fired = of(monitor({"kind": "fixed_alarms", "every": every}), labels=labels).alarms
    assert fired.tolist() == list(range(500 + every + late, 3_000, every))
    assert len(fired) == (2_500 - late - 1) // every


def test_dummies_fire_never_and_as_often_as_they_should():
    assert not len(of(monitor("no_alarms")).alarms)
    fired = of(monitor({"kind": "random_alarms", "every": 50}), length=30_000).alarms
    assert abs(len(fired) - 590) < 4 * np.sqrt(590)
    assert 40 < np.diff(fired).std() < 60  # as of a memoryless law, whose mean it is


def signal(*values):
    stretches = [np.full(n, value) for n, value in values]
    y = np.concatenate(stretches)
    table = Table({"x": np.zeros(len(y)), "y": y}, target="y")
    return Stream.model_validate({"concepts": {"signal": table}})


@pytest.mark.parametrize(("threshold", "delay"), [(4.9, 10), (5.0, 11), (0.4, 1)])
def test_cusum_on_a_step_fires_when_it_has_gathered_more_than_the_threshold(threshold, delay):
    """From a known mean of 0 and with a slack of a half, each 1 adds a half: 2h of them."""
    detector = {"kind": "cusum", "target": 0.0, "slack": 0.5, "threshold": threshold}
    contender = {"learner": "mean", "policy": monitor(detector, signal="labels")}
    stream, rules = signal((300, 0.0), (30, 1.0), (300, 0.0)), Rules(warmup=50)
    found = evaluate(stream, Contender.model_validate(contender), rules).alarms
    assert found[0] == 300 + delay


@pytest.mark.parametrize(("level", "rows"), [(0.0, 400_000), (1.0, 20_000)])
def test_the_rows_between_alarms_of_cusum_are_those_of_theory(level, rows):
    """Siegmund's average run length (1985), of normal values: 938 rows, and 10 after a shift."""
    slack, threshold = 0.5, 5.0
    drift, limit = level - slack, threshold + 1.166
    expected = (np.exp(-2 * drift * limit) + 2 * drift * limit - 1) / (2 * drift**2)
    detector = {"kind": "cusum", "target": 0.0, "slack": slack, "threshold": threshold, "grace": 1}
    contender = {"learner": "mean", "policy": monitor(detector, signal="labels")}
    concepts = {"a": {"kind": "series", "level": level}}
    stream = Stream.model_validate({"length": rows, "concepts": concepts})
    found = evaluate(stream, Contender.model_validate(contender), Rules(warmup=10)).alarms
    gaps = np.diff(found)
    assert abs(gaps.mean() - expected) < 4 * gaps.std() / np.sqrt(len(gaps)) + 0.01 * expected
    assert expected == pytest.approx(938.2 if level == 0 else 10.34, rel=1e-3)


def test_the_labels_are_the_signal_whatever_the_model_predicts():
    """The errors of a majority learner are the labels; one that learns class 1 has others."""
    policy = monitor({"kind": "fhddm", "window": 50}, signal="labels")
    found = [of(policy, COINS, one).alarms.tolist() for one in ("majority", "no_change")]
    assert found[0] == found[1] and found[0]
    assert (
        of(monitor({"kind": "fhddm", "window": 50}), COINS, "majority").alarms.tolist() == found[0]
    )


def test_alarms_and_predictions_are_the_same_however_the_stream_is_cut():
    """Whole arrivals of several labels a row, and of many alarms."""
    labels = {"kind": "batches", "every": 130}
    fired = of(monitor({"kind": "fixed_alarms", "every": 60}), labels=labels).alarms
    due = [500 + 60 * k for k in range(1, 42)]
    assert fired.tolist() == [-(-at // 130) * 130 for at in due if -(-at // 130) * 130 < 3_000]


@pytest.mark.parametrize(
    ("of", "why"),
    [
        ({"kind": "on_drift", "memory": 50}, "'on_drift' raises alarms itself"),
        ({"kind": "at_drift", "memory": 50}, "'at_drift' acts on changes itself"),
        ("monitor", "'monitor' raises alarms itself"),
    ],
)
def test_another_policy_that_acts_on_changes_is_refused(of, why):
    with pytest.raises(ValidationError, match=f"{why}; give one that does not"):
        Policy.model_validate(monitor("ddm", of=of))


def test_labels_of_three_classes_are_no_signal():
    policy = Policy.model_validate(monitor("adwin", signal="labels"))
    text = Stream.model_validate({"length": 10, "concepts": {"a": "waveform"}}).schema
    assert "labels of 3 classes are no signal" in policy.incompatibility(text, 10)
