"""Boosted ensembles, beside the same in plain Python."""

import math

import numpy as np
import pytest
from examples import sea_stream
from plain_members import (
    NAIVE_BAYES,
    Member,
    added,
    generators_of,
    played,
    played_plainly,
    streams,
    winner,
)

from driftsim.learners.learner import Learner
from driftsim.rows import Labelled

STREAMS = streams(500)
BOOSTING = {"kind": "online_boosting", "n_models": 4, "learner": "naive_bayes"}
SMOOTH = {"kind": "online_smooth_boost", "n_models": 4, "learner": "naive_bayes"}


class WeightedBayes:
    """Naive Bayes over numbers, whose rows have weights."""

    def __init__(self):
        self.rows = {}  # of each class: its weight, and the mean and scatter of each column

    def votes(self, x):
        scores = {c: self.score(c, x) for c in self.rows}
        total = sum(scores.values())
        return {c: score / total for c, score in scores.items()} if total else {}

    def score(self, c, x):
        whole, means, scatters = self.rows[c]
        score = whole
        for value, mean, scatter in zip(x.values(), means, scatters):
            if whole <= 1 or scatter == 0:
                score *= value == mean
            else:
                variance = scatter / (whole - 1)
                score *= math.exp(-((value - mean) ** 2) / 2 / variance) / math.sqrt(
                    2 * math.pi * variance
                )
        return score

    def label(self, x):
        votes = self.votes(x)
        return max(sorted(votes), key=votes.get) if votes else 0

    def learn(self, x, y, weight):
        if weight == 0:
            return
        whole, means, scatters = self.rows.get(y, (0, [0.0] * len(x), [0.0] * len(x)))
        whole += weight
        after = [mean + (value - mean) * weight / whole for value, mean in zip(x.values(), means)]
        triples = zip(x.values(), means, after, scatters)
        grown = [scatter + weight * (v - old) * (v - new) for v, old, new, scatter in triples]
        self.rows[y] = whole, after, grown


class Boosting:
    """Online boosting in plain Python."""

    def __init__(self, n_models, make=WeightedBayes, numbers=None):
        self.members = [make() for _ in range(n_models)]
        self.right, self.wrong, self.n = [0.0] * n_models, [0.0] * n_models, 0
        self.numbers, self.weights = numbers, []

    def votes(self, x):
        weights = []
        for right, wrong in zip(self.right, self.wrong):
            error = wrong / (right + wrong) if right + wrong else 0.0
            if error == 0 or error >= 0.5:
                break
            weights.append(math.log((1 - error) / error))
        return added([member.votes(x) for member in self.members[: len(weights)]], weights)

    def learn(self, x, y, w=1.0):
        self.n, weight = self.n + w, 1.0
        for i, member in enumerate(self.members):
            member.learn(x, y, w * (self.numbers[i].poisson(weight) if self.numbers else weight))
            record = self.right if member.label(x) == y else self.wrong
            record[i] += w * weight
            weight *= self.n / (2 * record[i])
            self.weights.append(weight)


class SmoothBoost:
    """Online smooth boosting in plain Python."""

    def __init__(self, n_models, gamma):
        self.members, self.gamma = [WeightedBayes() for _ in range(n_models)], gamma
        self.weights = []

    def votes(self, x):
        return added([member.votes(x) for member in self.members])

    def learn(self, x, y):
        z, labels = 0.0, [member.label(x) for member in self.members]
        for member, label in zip(self.members, labels):
            self.weights.append(min((1 - self.gamma) ** (z / 2), 1.0))
            member.learn(x, y, self.weights[-1])
            z += (1 if label == y else -1) - self.gamma / (2 + self.gamma)


@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_boosting_is_what_it_is_in_plain_python(stream):
    for sampled in (True, False):
        predicted, rows = played(BOOSTING | {"sampled": sampled}, stream)
        plain = Boosting(4, numbers=generators_of(3, 4) if sampled else None)
        assert predicted.tolist() == played_plainly(plain, rows)
        assert max(plain.weights) > 3 and min(plain.weights) < 0.6


def test_a_row_counts_among_those_of_a_member_by_its_weight():
    stream = STREAMS[0]
    rows, weight = stream.rows(0, 0, 400), np.where(np.arange(400) < 50, 0.0, 5.0)
    learned = Labelled(rows.t, rows.X, rows.y)
    learner = Learner.model_validate(BOOSTING | {"sampled": False})
    model = learner.start(stream.schema, 3).fit(learned, weight)
    plain = Boosting(4)
    asked = [dict(enumerate(x)) for x in rows.X.tolist()]
    for x, y in [*zip(asked, rows.y.tolist())][50:]:
        plain.learn(x, y, 5.0)
    assert model.predict(rows.X).tolist() == [winner(plain.votes(x)) for x in asked]


@pytest.mark.slow
def test_members_that_take_no_weights_learn_a_boosted_row_as_often():
    predicted, rows = played(BOOSTING | {"learner": NAIVE_BAYES}, STREAMS[0])
    assert predicted.tolist() == played_plainly(Boosting(4, Member, generators_of(3, 4)), rows)


@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_smooth_boosting_is_what_it_is_in_plain_python(stream):
    predicted, rows = played(SMOOTH | {"gamma": 0.3}, stream)
    plain = SmoothBoost(4, 0.3)
    assert predicted.tolist() == played_plainly(plain, rows)
    assert max(plain.weights) == 1.0 and min(plain.weights) < 0.7


@pytest.mark.parametrize("spec", [SMOOTH, BOOSTING | {"sampled": False}], ids=str)
def test_a_learner_without_weights_is_refused_where_rows_are_weighed(spec):
    learner = Learner.model_validate(spec | {"learner": NAIVE_BAYES})
    reason = learner.incompatibility(sea_stream().schema)
    assert f"'{spec['kind']}' weighs rows, and GaussianNB takes no weights" in reason
    assert ("write sampled: true" in reason) == ("sampled" in spec)
