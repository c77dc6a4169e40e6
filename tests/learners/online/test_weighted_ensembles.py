"""Dynamic weighted majority and Learn++.NSE, beside the same in plain Python."""

import math

import numpy as np
import pytest
from plain_members import NAIVE_BAYES, Member, added, played, played_plainly, streams

from driftsim.learners.learner import Learner
from driftsim.rows import Labelled

STREAMS = streams()
MAJORITY = {"kind": "dynamic_weighted_majority", "learner": NAIVE_BAYES, "period": 7, "theta": 0.1}
NSE = {"kind": "learn_pp_nse", "learner": NAIVE_BAYES, "period": 40}


def ballots(members, x):
    """The vote of each member for the class that it predicts; none of one that has no class."""
    return [
        {label: 1.0} if (label := one.model.predict_one(x)) is not None else {} for one in members
    ]


def elected(votes):
    return max(sorted(votes), key=votes.get) if any(votes.values()) else None


class Majority:
    """Dynamic weighted majority in plain Python: members with their weights, the oldest first."""

    def __init__(self, most, period, beta=0.5, theta=0.1):
        self.most, self.period, self.beta, self.theta = most, period, beta, theta
        self.members, self.weights, self.rows, self.pushed = [Member()], [1.0], 0, 0

    def votes(self, x):
        return added(ballots(self.members, x), self.weights)

    def learn(self, x, y):
        self.rows += 1
        if self.rows % self.period == 0:
            own = ballots(self.members, x)
            self.weights = [w * (1 if y in one else self.beta) for w, one in zip(self.weights, own)]
            wrong = elected(self.votes(x)) != y
            top = max(self.weights)
            kept = [
                (m, w / top) for m, w in zip(self.members, self.weights) if w / top >= self.theta
            ]
            if wrong and len(kept) == self.most:
                kept.remove(min(kept, key=lambda one: one[1]))
                self.pushed += 1
            kept += [(Member(), 1.0)] if wrong else []
            self.members, self.weights = map(list, zip(*kept))
        for member in self.members:
            member.learn(x, y, 1)


class Nse:
    """Learn++.NSE in plain Python: all errors of all members are kept."""

    def __init__(self, most, period, pruning, slope=0.5, crossing=10.0):
        self.most, self.period, self.pruning = most, period, pruning
        self.sigmoid = lambda age: 1 / (1 + math.exp(-slope * (age - crossing)))
        self.members, self.errors, self.weights, self.batch = [], [], [], []

    def votes(self, x):
        return added(ballots(self.members, x), self.weights)

    def learn(self, x, y):
        self.batch.append((x, y))
        if len(self.batch) == self.period:
            self.end(self.batch)
            self.batch = []

    def end(self, rows):
        right = [elected(self.votes(x)) == y for x, y in rows]
        together = right.count(False) / len(rows) or 1.0
        count = [together if one else 1.0 for one in right]
        member = Member()
        for x, y in rows:
            member.learn(x, y, 1)
        self.members, self.errors = [*self.members, member], [*self.errors, []]
        for one, errors in zip(self.members, self.errors):
            wrong = [y not in ballots([one], x)[0] for x, y in rows]
            errors.append(sum(c for c, missed in zip(count, wrong) if missed) / sum(count))
        self.weights = [self.weight(errors) for errors in self.errors]
        if len(self.members) > self.most:
            older = range(len(self.members) - 1)
            worst = max(older, key=lambda i: self.errors[i][-1]) if self.pruning == "error" else 0
            for held in (self.members, self.errors, self.weights):
                del held[worst]

    def weight(self, errors):
        """The log of 1 / beta, where beta is a mean over a member's periods, weighted by age."""
        ages = [self.sigmoid(age) for age in range(len(errors))]
        bounded = [min(max(error, 1e-6), 0.5) for error in errors]
        beta = sum(a * e / (1 - e) for a, e in zip(ages, bounded)) / sum(ages)
        return math.log(1 / beta)


@pytest.mark.slow
@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_dynamic_weighted_majority_is_what_it_is_in_plain_python(stream):
    for most in (3, 30):
        predicted, rows = played(MAJORITY | {"n_models": most}, stream)
        plain = Majority(most, 7)
        assert predicted.tolist() == played_plainly(plain, rows)
        assert bool(plain.pushed) == (most == 3)


@pytest.mark.slow
@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_learn_pp_nse_is_what_it_is_in_plain_python(stream):
    for pruning in ("error", "age"):
        predicted, rows = played(NSE | {"n_models": 4, "pruning": pruning}, stream)
        assert predicted.tolist() == played_plainly(Nse(4, 40, pruning), rows)
        assert not predicted[:40].any() and predicted.any()


@pytest.mark.parametrize("late", [{"crossing": 9e5}, {"slope": 1e4}], ids=str)
def test_periods_that_hardly_count_yet_are_weighed_by_each_other(late):
    predicted, rows = played(NSE | late, STREAMS[0])
    assert np.mean(predicted[80:] == rows.y[80:]) > 0.7  # no vote would be class 0


def test_members_are_weighed_after_periods_without_weight():
    rows = STREAMS[0].rows(0, 0, 400)
    learned = Labelled(rows.t, rows.X, rows.y)
    model = Learner.model_validate(NSE).start(STREAMS[0].schema, 0)
    model = model.fit(learned, np.where(np.arange(400) < 120, 0.0, 1.0))
    assert np.isfinite(model._state.weight).all() and model._state.weight.any()


def test_an_ensemble_takes_weights_if_its_members_do():
    neighbours = {"kind": "river.neighbors.KNNClassifier", "engine": "river.neighbors.LazySearch"}
    for kind in ("dynamic_weighted_majority", "learn_pp_nse"):
        assert Learner.model_validate(kind).weighs
        assert not Learner.model_validate({"kind": kind, "learner": neighbours}).weighs
