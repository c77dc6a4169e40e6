"""Periods: their costs are those of schedules, whichever phase they have."""

from itertools import pairwise

import numpy as np
import pytest
from invented_losses import ageing, losses_of, priced

from driftsim.evaluation.decision.ledgers import ledger_of
from driftsim.evaluation.decision.periods import in_force, periods, spent_in
from driftsim.evaluation.decision.schedules import Schedule, spent


def schedule(n, k, phase, m=0, unusable=()):
    """That of a period whose first training is at time `phase`."""
    times = [i for i in range(phase, n, k) if i not in unusable]
    return Schedule(np.array([0, *times]), np.array([0, *[m] * len(times)]))


@pytest.mark.parametrize("latency", [0, 5, 15])
@pytest.mark.parametrize("k", [1, 2, 3, 7])
@pytest.mark.parametrize("unusable", [(), (1, 4, 5)])
def test_each_phase_costs_what_its_schedule_does(k, latency, unusable):
    rng, n = np.random.default_rng(k), 8
    errors = rng.random((2, n, n))
    errors[1, 0] = errors[0, 0]  # the model of the warm-up
    both = [losses_of(own, 10, latency, unusable) for own in errors]
    ledger = ledger_of(both, priced(training={"each": 1, "per_row": 0.1}, label=0.2))
    models = in_force(ledger, 1, k)
    found = spent_in(ledger, 1, models)
    for phase in range(1, k + 1):
        own = spent(ledger, schedule(n, k, phase, 1, unusable))
        assert found[phase - 1] == pytest.approx(own)
    counts = [schedule(n, k, phase, 1, unusable).trainings for phase in range(1, k + 1)]
    assert models.trainings == pytest.approx(np.mean(counts))


def test_a_model_that_is_overtaken_by_a_later_one_never_serves():
    late = np.array([0, 0, 0, 0, 25, 15, 0])  # two would serve after the last
    n = len(late)
    errors = np.random.default_rng(0).random((n, n))
    ledger = ledger_of([losses_of(errors, latency=late)], priced(training=1))
    found = spent_in(ledger, 0, in_force(ledger, 0, 1)).sum()
    served = [0, 1, 2, 3, 3, 3, 6]  # whose model predicts the rows from each grid time on
    assert found == pytest.approx(10 * sum(errors[i, j] for j, i in enumerate(served)) + n - 1)


def test_the_best_period_follows_the_square_root():
    """Errors grow by 0.04 a block of 10 rows: sqrt(2 price / 0.4) blocks are best."""
    ledgers = {
        c: ledger_of([losses_of(ageing(200, 0.004))], priced(training=c)) for c in (0.5, 2, 8)
    }
    for price, ledger in ledgers.items():
        costs = {
            k: spent_in(ledger, 0, in_force(ledger, 0, k)).sum(axis=1).mean() for k in periods(200)
        }
        assert abs(min(costs, key=costs.__getitem__) - np.sqrt(2 * price / 0.04)) <= 1


def test_periods_come_in_small_steps_up_to_the_length():
    assert [*periods(2)] == [1] and [*periods(1)] == []
    every = [*periods(200)]
    assert every[:21] == [*range(1, 21), 25] and every[-1] == 175
    assert all(b / a <= 1.25 for a, b in pairwise(every[3:]))


def test_a_period_as_long_as_the_stream_is_no_training():
    ledger = ledger_of([losses_of(ageing(5))], priced(training=1))
    for k in (5, 9):
        never = in_force(ledger, 0, k)
        assert never.trainings == 0
        assert spent_in(ledger, 0, never) == pytest.approx(ledger.served[0, :1])
