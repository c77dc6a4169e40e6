"""Schedules: the cheapest is that of brute force, and its limits are known."""

import time
from itertools import combinations, product

import numpy as np
import pytest
from together import together

from driftsim.evaluation.decision.ledgers import Ledger
from driftsim.evaluation.decision.schedules import Schedule, cheapest, least_costs, spent


def ledger(rng, n, memories=1, latency=0, each=1.0, labels=0.0, unusable=0.0):
    """Random losses over n training times, each `latency` blocks before it serves.

    With a latency there are twice as many blocks, as where models begin to serve between times.
    """
    wide = 2 if latency else 1
    b = wide * n
    trains = wide * np.arange(n)
    starts = np.where(np.arange(n) > 0, np.minimum(trains + latency, b), 0)
    served = rng.gamma(1.0, size=(memories, n, b)).round(3)
    served[:, np.arange(b) < starts[:, None]] = 0
    training = np.where(rng.random((memories, n)) < unusable, np.inf, each)
    training[0, 0] = 0
    new = labels * np.minimum(
        np.arange(n) - np.arange(n)[:, None], 1 + np.arange(memories)[:, None, None]
    )
    new = new if labels else np.zeros((memories, 0, 0))
    return Ledger(served, training, new, np.tile(starts, (memories, 1)), trains, np.arange(b + 1))


def cost(one, times, memories):
    """What a schedule costs, block by block, as its definition says."""
    total = 0.0
    for k, (i, m) in enumerate(zip(times, memories)):
        stop = one.starts[0, times[k + 1]] if k + 1 < len(times) else one.served.shape[2]
        if stop < one.starts[0, i]:
            return np.inf
        total += one.training[m, i] + sum(
            one.served[m, i, b] for b in range(one.starts[0, i], stop)
        )
        total += one.labels[m, times[k - 1], i] if k and one.labels.size else 0
    return total


def every_schedule(n, memories):
    """All trainings after the warm-up, each with all memories."""
    for k in range(n):
        for times in combinations(range(1, n), k):
            for own in product(range(memories), repeat=k):
                yield (0, *times), (0, *own)


CASES = [
    dict(n=n, memories=memories, latency=latency, each=each, labels=labels, unusable=unusable)
    for n, memories in [(1, 1), (2, 2), (3, 3), (5, 2), (8, 1)]
    for latency in (0, 1, 3)
    for each, labels, unusable in [(0, 0, 0), (0.5, 0, 0.3), (2, 0, 0), (0.3, 0.4, 0)]
]


@together("case", CASES, ids=str)
def test_the_cheapest_schedule_is_that_of_brute_force(case):
    one = ledger(np.random.default_rng(len(str(case))), **case)
    found = cheapest(one)
    mixed = not (case["labels"] and case["memories"] > 1)
    every = [
        each
        for each in every_schedule(case["n"], case["memories"])
        if mixed or len({*each[1][1:]}) < 2
    ]
    least = min(cost(one, *each) for each in every)
    assert found.cost == pytest.approx(least)
    assert found.cost == pytest.approx(cost(one, *found.schedule))
    assert found.cost == pytest.approx(spent(one, found.schedule).sum())
    assert found.one_memory is not mixed


def test_the_floor_is_below_every_path_at_full_size_within_a_moment():
    rng = np.random.default_rng(0)
    one = ledger(rng, 196, memories=4, each=5.0)
    started = time.process_time()
    found = cheapest(one)
    assert time.process_time() - started < 0.25  # 0.003 on an idle machine
    for share in (0, 0.02, 0.2, 1):
        times = np.append(0, 1 + np.flatnonzero(rng.random(195) < share))
        memories = np.append(0, rng.integers(4, size=len(times) - 1))
        assert found.cost < spent(one, Schedule(times, memories)).sum()


def test_the_floor_is_concave_and_does_not_fall_in_the_price_of_a_training():
    prices = np.linspace(0, 12, 25)
    found = [cheapest(ledger(np.random.default_rng(1), 30, memories=2, each=r)) for r in prices]
    costs, trainings = np.array([(one.cost, one.schedule.trainings) for one in found]).T
    assert (np.diff(costs) >= -1e-9).all() and (np.diff(costs, 2) <= 1e-9).all()
    assert (np.diff(trainings) <= 0).all() and trainings[0] > trainings[-1]


def test_a_training_for_nothing_is_done_wherever_it_helps_and_a_dear_one_never():
    one = ledger(np.random.default_rng(2), 12, each=0.0)
    newest = one.served[0] + np.where(np.arange(12) == np.arange(12)[:, None], 0, 100.0)
    free = cheapest(one._replace(served=newest[None]))
    assert free.cost == pytest.approx(np.diag(newest).sum())
    dear = cheapest(one._replace(training=np.array([[0.0, *[1e9] * 11]])))
    assert dear.schedule.times.tolist() == [0]
    assert dear.cost == pytest.approx(one.served[0, 0].sum())


@pytest.mark.parametrize("labels", [0, 0.05])
def test_least_costs_are_those_of_dearer_ledgers(labels):
    one = ledger(np.random.default_rng(4), 20, memories=3, each=0.5, labels=labels)
    prices = np.array([0, 0.3, 2, 1e6])
    dearer = [one._replace(training=one.training + r) for r in prices]
    for each in dearer:
        each.training[0, 0] = 0
    assert least_costs(one, prices) == pytest.approx([cheapest(each).cost for each in dearer])


def test_no_later_training_serves_earlier():
    """As where a latency is a time, and rows come faster."""
    served = np.array([[[5.0, 5, 5, 5], [0, 0, 0, 1], [0, 0, 0, 0]]])
    none = np.zeros((1, 0, 0))
    one = Ledger(served, np.zeros((1, 3)), none, np.array([[0, 3, 2]]), np.arange(3), np.arange(5))
    assert cheapest(one).schedule.times.tolist() == [0, 2]


def test_of_several_memories_with_a_price_of_labels_one_is_kept_to():
    one = ledger(np.random.default_rng(3), 8, memories=3, each=0.1, labels=0.05)
    found = cheapest(one)
    assert found.one_memory and len({*found.schedule.memories[1:].tolist()}) == 1
    assert not cheapest(one._replace(labels=one.labels[:, :0, :0])).one_memory
