"""Own check: classes that do not do as their family promises are refused before any run starts."""

import copy

import numpy as np
import pytest
from examples import sea_stream

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trial import Trials
from driftsim.learners.learner import Learner, Model
from driftsim.parts import Unnamed
from driftsim.rows import Deployed

pytestmark = pytest.mark.any_version


class Means(Model):
    """The class whose mean is nearest; `how` it is trained."""

    def __init__(self, how):
        self.how, self.sums, self.rows = how, np.zeros((2, 3)), np.zeros((2, 1))

    def fit(self, rows, weight=None):
        if self.how == "learns nothing":
            return self
        model = self if self.how == "in place" else Means(self.how)
        if self.how == "started over":
            model = self
            self.sums, self.rows = np.zeros((2, 3)), np.zeros((2, 1))
        if self.how == "mean":
            self.mean = rows.y.mean()
            return self
        if self.how == "copied":
            self.learn(rows)
            return copy.deepcopy(self)
        model.learn(rows)
        return model

    def predict(self, X):
        means = self.sums / np.maximum(self.rows, 1)
        nearest = ((X[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
        return nearest / 2 if self.how == "halves" else nearest

    def learn(self, rows):
        if self.how == "misspelt":
            rows.labels  # noqa: B018
        for y in range(2):
            self.sums[y] += rows.X[rows.y == y].sum(axis=0)
            self.rows[y] += (rows.y == y).sum()


class NearestMean(Unnamed, Learner):
    """Starts `Means`."""

    how: str

    def start(self, schema, seed, probabilities=False):
        return Means(self.how)


class Forgetful(Unnamed, Policy):
    """Predicts all rows but the last ones."""

    def run(self, model, history, arrivals, rng):
        model = model.fit(history)
        yield Deployed(model)
        for arrival in arrivals:
            yield model.predict(arrival.X[:-1])


class Broken(Unnamed, Detector):
    """Fails at the first error."""

    def start(self, rng):
        def first_alarm(errors):
            if errors.any():
                raise RuntimeError("an error")

        return first_alarm


def failures(learner, policy="static"):
    parts = {"learner": Learner.model_validate(learner), "policy": Policy.model_validate(policy)}
    about = sea_stream(), Contender(**parts), Rules()
    trials = Trials(seconds=60)
    return trials.incompatibility(*about), trials.policy_incompatibility(*about)


@pytest.mark.parametrize("how", ["in place", "started over", "copied", "mean"])
def test_a_fit_that_changes_the_old_model_is_refused(how):
    learner, policy = failures(NearestMean(how=how))
    assert "Means.fit changes the model that it is called on; let it make a new model" in learner
    assert policy is None


@pytest.mark.parametrize("how", ["anew", "learns nothing"])
@pytest.mark.parametrize("policy", ["static", "online", "pretrained_online"])
def test_a_fit_that_leaves_it_as_it_is_is_not_refused(how, policy):
    assert failures(NearestMean(how=how), policy) == (None, None)


class Wary(Means):
    """Reads the first row, also where there is none."""

    def predict(self, X):
        assert len(X)
        return super().predict(X)


@pytest.mark.parametrize("policy", ["online", {"kind": "mini_batch", "size": 20}])
def test_no_model_is_asked_to_predict_no_rows(policy):
    class Wariest(Unnamed, Learner):
        def start(self, schema, seed, probabilities=False):
            return Wary("anew")

    parts = {"learner": Wariest(), "policy": Policy.model_validate(policy)}
    trace = evaluate(sea_stream().model_copy(update={"length": 1_200}), Contender(**parts), Rules())
    assert trace.columns["rows"].sum() == 200


def test_a_fit_is_tried_as_a_run_calls_it(monkeypatch):
    monkeypatch.setattr(Means, "fit", lambda self, rows: self)
    assert "takes 2 positional arguments but 3 were given" in failures(NearestMean(how="anew"))[0]


def test_what_a_model_does_wrong_is_refused():
    assert "should predict one label for each row" in failures(NearestMean(how="halves"))[0]
    learner, _ = failures(NearestMean(how="misspelt"))
    assert "has no attribute 'labels' (test_own_check.py:" in learner
    assert learner.endswith("; correct it")


def test_what_a_policy_or_a_detector_does_wrong_is_refused():
    learner, policy = failures("majority", Forgetful())
    assert learner is None
    assert policy.startswith("forgetful fails on the first 1,020 rows of the stream: it predicts 2")
    policy = failures("majority", {"kind": "on_drift", "memory": 500, "detector": Broken()})[1]
    assert "RuntimeError: an error" in policy and "(test_own_check.py:" in policy
