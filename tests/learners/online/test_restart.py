"""A model that begins anew when its errors change, beside the same in plain Python."""

import pytest
from examples import sea_stream
from plain_members import Member, played, played_plainly, streams
from river.drift import ADWIN
from river.drift.binary import DDM

from driftsim.adaptation.detectors import Detector
from driftsim.learners.learner import Learner
from driftsim.rows import Schema

NAIVE_BAYES = "river.naive_bayes.GaussianNB"
OFTEN = {"kind": "ddm", "grace": 20, "warning": 1.0, "alarm": 1.5}
STREAMS = streams()


class Restarted:
    """A model with another in the background, in plain Python."""

    def __init__(self, new_detector):
        self.new, self.detector = new_detector, new_detector()
        self.in_force, self.background, self.warned = Member(), Member(), False
        self.alarms, self.background_rows = 0, 0

    def votes(self, x):
        return {self.in_force.label(x): 1.0}

    def learn(self, x, y):
        self.detector.update(int(self.in_force.label(x) != y))
        warns = getattr(self.detector, "warning_detected", False)
        if self.detector.drift_detected:
            self.in_force, self.background = self.background, Member()
            self.detector, self.alarms, warns = self.new(), self.alarms + 1, False
        elif warns:
            self.background = self.background if self.warned else Member()
            self.background.learn(x, y, 1)
            self.background_rows += 1
        self.warned = warns
        self.in_force.learn(x, y, 1)


@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_a_background_model_takes_over_as_it_does_in_plain_python(stream):
    spec = {"kind": "drift_restart", "learner": NAIVE_BAYES, "detector": OFTEN}
    predicted, rows = played(spec, stream)
    plain = Restarted(lambda: DDM(20, 1.0, 1.5))
    assert predicted.tolist() == played_plainly(plain, rows)
    assert plain.alarms > 1 and plain.background_rows > 5


def test_without_warnings_a_model_that_has_learned_nothing_takes_over():
    adwin = {"kind": "adwin", "delta": 0.3}
    spec = {"kind": "drift_restart", "learner": NAIVE_BAYES, "detector": adwin}
    predicted, rows = played(spec, STREAMS[0])
    plain = Restarted(lambda: ADWIN(0.3))
    assert predicted.tolist() == played_plainly(plain, rows)
    assert plain.alarms and not plain.background_rows


@pytest.mark.parametrize(
    ("detector", "reason"),
    [
        ("river.drift.binary.FHDDM", "FHDDM runs on river, not compiled: there is no kernel for"),
        (Detector.model_validate("ddm").uncompiled(), "'ddm' runs on river"),
    ],
    ids=["of river", "uncompiled"],
)
def test_a_detector_without_a_kernel_is_refused(detector, reason):
    learner = Learner.model_validate({"kind": "drift_restart", "detector": detector})
    assert reason in learner.incompatibility(sea_stream().schema)


def test_a_detector_of_one_s_own_without_a_kernel_is_refused():
    class Silent(Detector):
        """A detector that has no kernel."""

        def start(self, rng):
            return lambda errors: None

    learner = Learner.model_validate({"kind": "drift_restart", "detector": Silent()})
    reason = learner.incompatibility(sea_stream().schema)
    assert "'silent' runs on numpy; name one of adwin, bayesian_change_points, cusum, " in reason
    assert "rising" not in reason  # which needs a detector in turn


def test_a_restarted_model_is_no_member_and_has_no_meta_learner():
    for whole, part in (("online_bagging", "drift_restart"), ("drift_restart", "online_bagging")):
        learner = Learner.model_validate({"kind": whole, "learner": part})
        reason = learner.incompatibility(Schema(("x",)))
        assert f"'{part}' holds models of its own, and is no member of another" in reason
