"""What slow equivalents of ensembles are made of: plain Python, and models of river."""

import math

import numpy as np
from examples import sea_stream
from river.naive_bayes import GaussianNB

from driftsim.kernels.online.random_numbers import random_states
from driftsim.learners.learner import Learner
from driftsim.rows import Arrival
from driftsim.streams.stream import Stream

NAIVE_BAYES = "river.naive_bayes.GaussianNB"
CLOUDS = {"kind": "rbf", "features": 3, "classes": 3, "centroids": 9, "speed": 0.01}


class PlainNumbers:
    """SplitMix64, in whole numbers of Python."""

    def __init__(self, state):
        self.state = int(state)

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = ((self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        return ((z ^ (z >> 31)) >> 11) / 2**53

    def poisson(self, rate):
        u, k, at_most = self.uniform(), 0, math.exp(-rate)
        while u >= at_most:
            k += 1
            at_most += math.exp(-rate) * rate**k / math.factorial(k)
        return k


def generators_of(seed, n):
    """The generators of so many members of an ensemble that is started with a seed."""
    _, of_times = random_states(seed, 2)
    return [PlainNumbers(state) for state in random_states(int(of_times), n)]


class Member:
    """A model of river as a member: it learns a row as many times as told."""

    def __init__(self, make=GaussianNB):
        self.model = make()

    def votes(self, x):
        """Its votes by class, which add up to one; none before its first row."""
        votes = self.model.predict_proba_one(x)
        total = sum(votes.values())
        return {c: share / total for c, share in votes.items()} if total else {}

    def label(self, x):
        return self.model.predict_one(x) or 0

    def learn(self, x, y, times):
        for _ in range(int(times)):
            self.model.learn_one(x, y)


def winner(votes):
    """The class with the most votes, the first of equals; class 0 without any."""
    return max(sorted(votes), key=votes.get) if votes else 0


def added(ballots, weights=None):
    """The votes of several members, each times a weight."""
    total = {}
    for votes, weight in zip(ballots, weights or [1] * len(ballots)):
        for c, share in votes.items():
            total[c] = total.get(c, 0) + weight * share
    return total


def streams(n=900):
    """Rows of two classes whose concept changes, and of three classes in moving clouds."""
    return [
        sea_stream(n, {"kind": "sudden", "at": [n // 2]}),
        Stream.model_validate({"length": n, "concepts": {"a": CLOUDS}}),
    ]


def played(spec, stream, seed=3):
    """The labels that a learner predicts, each row before it learns its label, and the rows."""
    learner, rows = Learner.model_validate(spec), stream.rows(0, 0, stream.length)
    assert learner.incompatibility(stream.schema) is None
    model = learner.start(stream.schema, seed)
    due_by = np.arange(stream.length + 1)
    arrival = Arrival(rows.t, rows.X, rows.t, rows.X, rows.y.astype(float), due_by)
    return model.test_then_train(arrival), rows


def played_plainly(model, rows):
    """The labels that a slow equivalent predicts in the same way."""
    predicted = []
    for x, y in zip((dict(enumerate(row)) for row in rows.X.tolist()), rows.y.tolist()):
        predicted.append(winner(model.votes(x)))
        model.learn(x, y)
    return predicted
