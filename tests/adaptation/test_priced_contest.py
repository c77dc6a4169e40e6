"""Policies that follow from prices, on streams where the answer is known or plain."""

import numpy as np
import pytest

from driftsim.adaptation.policies.retraining import Retraining, scheduled
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

pytestmark = pytest.mark.slow

PRICE = 30  # of a training, in mistakes
GROWTH = 0.002  # of the squared error of a model, with each row
TREE = {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 8}
RECURRING = {
    "length": 100_000,
    "concepts": {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 12.0}},
    "drift": {"kind": "recurring", "every": 20_000, "width": 1_000},
    "noise": 0.05,
}


class AtRandom(Retraining):
    """Trains before as many rows as it may, at random."""

    rows: list[int]

    def trigger(self, history, memory, rng):
        return scheduled(self.rows)


del Retraining.kinds["at_random"]


def played(stream, learner, policy, seed, warmup, loss="expected_error"):
    """The loss and the number of trainings after the warm-up."""
    contender = Contender.model_validate({"learner": learner, "policy": policy})
    given = Stream.model_validate(stream)
    columns = evaluate(given, contender, Rules(warmup=warmup), seed=seed).columns
    return columns[loss].sum(), columns["fits"].sum() - 1


def walking(features, policy, seeds=6):
    """Mean excess and trainings (2,) of least squares on 100 labels whose true weights walk."""
    walk = float(np.sqrt(GROWTH / features))
    concept = {"kind": "linear", "features": features, "walk": walk, "noise": 0.001}
    stream = {"length": 21_000, "concepts": {"a": concept}}
    policy = {"memory": 100} | policy
    found = [
        played(stream, "least_squares", policy, seed, 1_000, "excess_squared_error")
        for seed in range(seeds)
    ]
    return np.mean(found, axis=0)


@pytest.mark.parametrize("price", [2.5, 10, 40, 90])
def test_on_cost_retrains_at_the_rate_of_the_cheapest_period(price):
    """The squared error of a model grows by .002 with every row, but not of each as of others."""
    policy = {"kind": "on_cost", "training": price, "loss": "squared", "gather": "before"}
    excess, fits = walking(5, policy | {"window": 20})
    period = np.sqrt(2 * price / GROWTH)
    assert fits == pytest.approx(20_000 / period, rel=0.1)
    by_clock, times = walking(5, {"kind": "periodic", "every": round(period)})
    saved = 1 - (excess + price * fits) / (by_clock + price * times)
    print(f"{price}: {fits * period / 20_000:.3f} of the rate, saves {saved:.3f}")
    assert saved > (0.02 if price > 2.5 else -0.1)


def recurring(policy, seeds=range(4)):
    """Mistakes and trainings (seeds, 2) of a tree on two concepts that return."""
    return np.array([played(RECURRING, TREE, policy, seed, 2_000) for seed in seeds])


def test_on_cost_is_as_cheap_as_on_drift_where_changes_are_sudden():
    drift = recurring({"kind": "on_drift", "memory": 2_000}) @ [1, PRICE]
    cost = recurring({"kind": "on_cost", "training": PRICE, "memory": 2_000}) @ [1, PRICE]
    print(drift, cost)
    assert cost.mean() < 1.05 * drift.mean()


def test_doubling_is_cheaper_than_one_training_an_alarm():
    once = recurring({"kind": "on_drift", "memory": 2_000}) @ [1, PRICE]
    more = recurring({"kind": "doubling", "first": 500, "memory": 8_000}) @ [1, PRICE]
    print(once, more)
    assert (more < 0.85 * once).all() and (more > 8_300).all()  # the least in hindsight: 8,776


def test_a_budget_is_spent_better_than_at_random():
    policy = {"kind": "budgeted", "trainings": 2, "per": 20_000, "memory": 1_000}
    for seed in range(4):
        mistakes, fits = played(RECURRING, TREE, policy, seed, 2_000)
        rng = np.random.default_rng(seed)
        others = []
        for _ in range(5):
            rows = np.sort(rng.choice(np.arange(3_000, 100_000), fits, replace=False)).tolist()
            at_random = AtRandom.model_validate({"memory": 1_000, "rows": rows})
            contender = Contender.model_validate({"learner": TREE, "policy": at_random})
            columns = evaluate(
                Stream.model_validate(RECURRING), contender, Rules(warmup=2_000), seed=seed
            ).columns
            others.append(columns["expected_error"].sum())
        print(mistakes, fits, np.round(others))
        assert mistakes < min(others)
