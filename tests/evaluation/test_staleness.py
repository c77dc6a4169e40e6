"""Staleness: how far the model in force is behind the newest label that has come in."""

import numpy as np
import pytest
from examples import DDM_OFTEN, EXAMPLES, FEW, IN_BURSTS, cut, regression_stream

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import NEVER, Labels, Uniforms, arrivals
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.staleness import NewestLabel
from driftsim.learners.as_given import AsGiven
from driftsim.learners.learner import Learner, Model
from driftsim.rows import Deployed, Labelled

WARMUP, ROWS = 100, 500


class Newest(Model):
    """Predicts the position of the newest label that it has been trained on, or -1."""

    def __init__(self, newest=-1):
        self.newest_known = newest

    def fit(self, rows, weight=None):
        return Newest(int(rows.t.max(initial=-1)))

    def learn(self, rows):
        self.newest_known = int(rows.t.max(initial=self.newest_known))

    def predict(self, X):
        return np.full(len(X), float(self.newest_known))


class Knowing(Learner):
    """Starts such models."""

    weighs = True

    def start(self, schema, seed, probabilities=False):
        return Newest()


del Learner.kinds["knowing"]


def trace_of(policy, labels="at_once", interval=1, rows=ROWS, warmup=WARMUP, learner=Knowing()):
    if not isinstance(policy, Policy):
        policy = Policy.model_validate(policy)
    labels = Labels.model_validate(labels)
    rules = Rules(warmup=warmup, interval=interval, labels=labels, predictions=True)
    contender = Contender(learner=learner, policy=policy)
    return evaluate(regression_stream(rows), contender, rules)


def ages(*given, **asked):
    return trace_of(*given, **asked).columns["age"].tolist()


def test_a_static_model_ages_by_a_row_a_row():
    assert ages("static", rows=106) == [0, 1, 2, 3, 4, 5]
    assert ages("static", rows=106, interval=4) == [0 + 1 + 2 + 3, 4 + 5]


def test_labels_that_are_not_in_yet_age_no_model():
    """Label 100 comes in before row 103; the newest of the warm-up is 99."""
    assert ages("static", {"kind": "delayed", "rows": 2}, rows=107) == [0, 0, 0, 1, 2, 3, 4]
    batches = {"kind": "batches", "every": 4}
    assert ages("static", batches, rows=112) == [0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8]


def test_a_clock_gives_a_saw_tooth():
    periodic = {"kind": "periodic", "every": 4, "memory": 9}
    assert ages(periodic, rows=110) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    late = periodic | {"latency": {"rows": 2}}
    assert ages(late, rows=112) == [0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 2, 3]
    assert ages(periodic, {"kind": "delayed", "rows": 9}, rows=112) == [
        *[0, 0, 0, 0, 0, 0, 0, 0, 0, 0],  # rows 100 to 109, before label 100 is in
        *[1, 2],  # which the training before row 108 had not
    ]


def test_who_learns_every_label_has_no_age():
    for labels in ("at_once", {"kind": "delayed", "rows": 9}, IN_BURSTS):
        for policy in ("online", "pretrained_online", {"kind": "online", "restart": DDM_OFTEN}):
            assert not any(ages(policy, labels)), (labels, policy)
    assert not any(ages("online", warmup=0, rows=50))
    batches = {"kind": "mini_batch", "size": 4}
    assert ages(batches, rows=110) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize("labels", FEW, ids=["at_once", "late"])
def test_where_a_stream_is_cut_decides_nothing(labels):
    t = np.arange(WARMUP, ROWS)
    rows, labels = Labelled(t, t[:, None], np.zeros(len(t))), Labels.model_validate(labels)

    def newest(size):
        along = NewestLabel(WARMUP - 1)
        arriving = arrivals(cut(rows, size), labels, 0)
        return np.concatenate([along.before_rows(arrival) for arrival in arriving])

    due = labels.due(t, rows.y, Uniforms(0))
    expected = [max(t[due < row], default=WARMUP - 1) for row in t.tolist()]
    assert newest(1).tolist() == newest(7).tolist() == newest(ROWS).tolist() == expected


POLICIES = [  # but ensembles, whose members vote on what they know
    *(one for one in EXAMPLES[Policy] if "ensemble" not in str(one)),
    {"kind": "periodic", "every": 40, "memory": 30, "latency": {"rows": 50}},
]


@pytest.mark.parametrize("labels", FEW, ids=["at_once", "late"])
@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_ages_are_what_models_knew_as_they_predicted(policy, labels):
    """Models that tell the newest label they know, in the place of a number."""
    trace = trace_of(policy, labels)
    t, known = np.arange(ROWS), trace.predictions
    due = Labels.model_validate(labels).due(t[WARMUP:], np.zeros(ROWS - WARMUP), Uniforms(0))
    due = np.append(np.full(WARMUP, -1), np.where(due == NEVER, ROWS, due))
    newest = [t[due < row].max() for row in range(WARMUP, ROWS)]
    expected = np.where(known < 0, 0, np.maximum(newest - known, 0))
    assert trace.columns["age"].tolist() == expected.tolist()
    assert expected.any() == ("online" not in str(policy))


def test_an_ensemble_is_as_new_as_its_newest_voter():
    ensemble = {"kind": "ensemble", "every": 4, "size": 3, "weight": "uniform"}
    assert ages(ensemble, rows=110) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]


class Pair(Policy):
    """Two models predict together; one is trained again after ten rows."""

    def run(self, model, history, arrivals, rng):
        old, new = model.fit(history), None
        if type(self) is Pair:
            yield Deployed(object())
        for arrival in arrivals:
            head, arrival = arrival.before_row(10)
            yield old.predict(head.X)
            new = model.fit(head.due)
            yield (old.predict(arrival.X) + new.predict(arrival.X)) / 2


class Quiet(Pair):
    """The same, and names no model as deployed."""


del Policy.kinds["pair"], Policy.kinds["quiet"]


@pytest.mark.parametrize("policy", [Pair(), Quiet()])
def test_a_policy_that_names_no_model_is_as_new_as_its_newest(policy):
    assert ages(policy, rows=114) == [*range(10), 0, 1, 2, 3]


class Given(Knowing):
    """Starts a model that was trained before the study."""

    def start(self, schema, seed, probabilities=False):
        return AsGiven(Newest(12_345), Newest())


del Learner.kinds["given"]


def test_a_model_as_given_counts_as_trained_on_the_warm_up():
    assert ages("static", rows=104, learner=Given()) == [0, 1, 2, 3]
    assert not any(ages("online", rows=104, learner=Given()))
