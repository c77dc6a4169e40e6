"""Our self-adjusting ensembles (ROSE), beside the same in plain Python on the same rows."""

import math

import numpy as np
import pytest
from examples import sea_stream
from plain_members import PlainNumbers, added, played
from plain_trees import PlainTree
from test_adaptive_trees import drifting
from test_forests import Rising, expected
from test_trees import SIZES

from driftsim.kernels.online.random_numbers import random_states
from driftsim.learners.learner import Learner
from driftsim.rows import Arrival, Schema
from driftsim.streams.stream import Stream

ROSE = {"kind": "robust_online_self_adjusting", "n_models": 2, "rate": 2, "window_size": 90}
ROSE |= {"period": 120, "grace_period": 50, "delta": 0.01}
ROSE |= {"drift_detector": {"kind": "adwin", "delta": 0.05}}
ROSE |= {"warning_detector": {"kind": "adwin", "delta": 0.3}}
CLOUDS = {"kind": "rbf", "features": 4, "classes": 3, "centroids": 9, "speed": 0.02}


class Member:
    """A tree of drawn columns, with detectors, and one that may learn behind it."""

    def __init__(self, numbers, d, nominal, deltas):
        self.numbers, self.d, self.nominal, self.deltas = numbers, d, nominal, deltas
        self.begin()

    def begin(self):
        fewest = self.d // 2 + 1
        n = fewest + int(self.numbers.uniform() * (self.d - fewest + 1))
        pool = [*range(self.d)]
        for j in range(n):
            other = j + int(self.numbers.uniform() * (self.d - j))
            pool[j], pool[other] = pool[other], pool[j]
        self.columns, self.behind = pool[:n], None
        self.replace()

    def new_tree(self):
        return PlainTree(nominal=self.nominal, grace_period=50, delta=0.01)

    def replace(self):
        self.tree, self.behind = self.behind or self.new_tree(), None
        self.drift, self.warning = (Rising(delta) for delta in self.deltas)
        self.past = []  # what it predicted, and the label

    def cells(self, x):
        return [cell if j in self.columns else math.nan for j, cell in enumerate(x)]

    def predict(self, x):
        return self.tree.predict(self.cells(x))

    def votes(self, x):
        votes = self.tree.votes(self.cells(x))
        total = sum(votes.values())
        return {c: vote / total for c, vote in votes.items()} if total else {}

    def merit(self, period):
        """Kappa times accuracy, over the last rows."""
        past = self.past[-period:]
        n, right = len(past), sum(one == y for one, y in past)
        if not n:
            return 0.0
        classes = {c for pair in past for c in pair}
        labels, guesses = [y for _, y in past], [one for one, _ in past]
        chance = sum(labels.count(c) * guesses.count(c) for c in classes)
        kappa = (n * right - chance) / (n * n - chance) if n * n > chance else 1.0
        return kappa * right / n

    def learn(self, x, y, times):
        """Whether the detector warns."""
        if not times:
            return False
        cells, warned = self.cells(x), False
        self.tree.learn(cells, y, float(times))
        if self.behind:
            self.behind.learn(cells, y, float(times))
        error = float(self.tree.predict(cells) != y)
        if self.warning.fires(error):
            self.behind, warned = self.new_tree(), True
            self.warning = Rising(self.deltas[1])
        if self.drift.fires(error):
            self.replace()
        return warned


class Rose:
    """ROSE in plain Python."""

    def __init__(self, d, k, nominal=(), deltas=(0.05, 0.3), n=2, rate=2.0, theta=0.99, seed=3):
        of_members, _ = (int(one) for one in random_states(seed, 2))
        numbers = [PlainNumbers(state) for state in random_states(of_members, 2 * n)]
        self.all = [Member(one, d, nominal, deltas) for one in numbers]
        self.n, self.rate, self.theta, self.period = n, rate, theta, 120
        self.voting, self.behind = self.all[:n], self.all[n:]
        self.shares, self.windows, self.t, self.began = [1 / k] * k, [[] for _ in range(k)], 0, 0
        self.size, self.contests, self.rates = 90 // k, [], []

    def votes(self, x):
        ballots = [member.votes(x) for member in self.voting]
        weights = [max(member.merit(self.period), 0) for member in self.voting]
        weighted = added(ballots, weights)
        return weighted if any(weighted.values()) else added(ballots)

    def learn(self, x, y):
        for c in range(len(self.shares)):
            self.shares[c] = self.theta * self.shares[c] + (1 - self.theta) * (c == y)
        rate = self.rate * (1 + math.log(max(self.shares) / self.shares[y]))
        self.rates.append(rate)
        self.windows[y] = [*self.windows[y], (self.t, x)][-self.size :]
        warned, self.t = False, self.t + 1
        for member in self.all:
            if member in self.voting or self.began is not None:
                member.past.append((member.predict(x), y))
                warns = member.learn(x, y, member.numbers.poisson(rate))
                warned |= warns and member in self.voting
        if self.began is not None and self.t - self.began == self.period:
            self.contest()
        elif warned and self.began is None:
            self.begin()

    def contest(self):
        ranked = sorted(self.behind + self.voting, key=lambda one: -one.merit(self.period))
        self.contests.append(len({*ranked[: self.n]} - {*self.voting}))
        self.voting = [one for one in self.all if one in ranked[: self.n]]
        self.behind = [one for one in self.all if one not in self.voting]
        self.began = None

    def begin(self):
        self.began = self.t
        for member in self.behind:
            member.begin()
        held = [(t, x, c) for c, window in enumerate(self.windows) for t, x in window]
        for _, x, c in sorted(held):
            for member in self.behind:
                member.learn(x, c, member.numbers.poisson(self.rate))


@pytest.mark.slow
def test_a_self_adjusting_ensemble_is_what_it_is_in_plain_python():
    stream = sea_stream(900, {"kind": "sudden", "at": [400]}, balance=[0.8, 0.2])
    predicted, rows = played(ROSE, stream)
    plain = Rose(3, 2)
    assert predicted.tolist() == expected(plain, rows.X, rows.y)
    assert len(plain.contests) > 1 and sum(plain.contests) > 0 and max(plain.rates) > 4


@pytest.mark.slow
def test_it_is_so_of_three_rare_classes_and_without_detectors():
    stream = Stream.model_validate(
        {
            "length": 1_200,
            "concepts": {"a": CLOUDS, "b": CLOUDS},
            "drift": {"kind": "sudden", "at": [600]},
            "balance": [0.7, 0.2, 0.1],
        }
    )
    predicted, rows = played(ROSE, stream)
    plain = Rose(4, 3)
    assert predicted.tolist() == expected(plain, rows.X, rows.y)
    assert len(plain.contests) > 1
    predicted, _ = played(ROSE | {"warning_detector": None}, stream)
    plain = Rose(4, 3, deltas=(0.05, 0.0))
    assert predicted.tolist() == expected(plain, rows.X, rows.y)
    assert len(plain.contests) == 1


@pytest.mark.slow
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_it_is_so_over_nominal_columns(gaps):
    X, y = drifting(1_200, 3, 3, gaps=gaps)
    n, d = X.shape
    nominal, missing = dict(enumerate(SIZES)), frozenset(range(d) if gaps else ())
    schema = Schema(tuple("abcde"), nominal, 3, missing=missing)
    arrival = Arrival(np.arange(n), X, np.arange(n), X, y.astype(float), np.arange(n + 1))
    plain = Rose(d, 3, nominal=nominal)
    model = Learner.model_validate(ROSE).start(schema, 3)
    assert model.test_then_train(arrival).tolist() == expected(plain, X, y)
    assert len(plain.contests) > 1
