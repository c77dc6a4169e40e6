"""Floors: what each may know, and in which order they stand."""

import numpy as np
import pytest
from invented_losses import ageing, losses_of, priced

from driftsim.evaluation.decision.floors import cross_fitted, hindsight, timetables
from driftsim.evaluation.decision.ledgers import ledger_of

PRICE = priced(training=2)


def lucky(seed, n=12):
    """Errors of models of which each is good or bad by chance, and all age."""
    luck = np.random.default_rng(seed).normal(0, 0.05, size=(n, 1))
    return np.clip(ageing(n) + luck, 0, 1)


def test_hindsight_is_below_a_timetable_which_equals_it_where_all_seeds_are_alike():
    ledgers = [ledger_of([losses_of(lucky(seed))], PRICE) for seed in range(4)]
    planned = timetables(ledgers, range(4))
    assert all(hindsight(a).cost <= b.cost for a, b in zip(ledgers, planned))
    assert sum(hindsight(a).cost for a in ledgers) < sum(one.cost for one in planned) - 0.1
    alike = [ledger_of([losses_of(ageing(12))], PRICE)] * 3
    for one in timetables(alike, range(3)):
        assert one.cost == pytest.approx(hindsight(alike[0]).cost)


def test_the_timetable_of_a_seed_does_not_depend_on_its_losses():
    ledgers = [ledger_of([losses_of(lucky(seed))], PRICE) for seed in (0, 0, 1, 2)]
    seeds, other = [0, 0, 1, 2], ledger_of([losses_of(lucky(9))], PRICE)
    first = timetables(ledgers, seeds)
    changed = timetables([other, other, *ledgers[2:]], seeds)
    assert np.array_equal(first[0].schedules[0].times, changed[0].schedules[0].times)
    assert first[0].cost != changed[0].cost


def test_a_timetable_leaves_out_what_a_seed_cannot_train():
    ledgers = [ledger_of([losses_of(ageing(6, slope=0.3))], priced(training=0))] * 2
    lacking = ledger_of([losses_of(ageing(6, slope=0.3), unusable=[3])], priced(training=0))
    for one in timetables([*ledgers, lacking], range(3)):
        assert one.schedules[0].times.tolist() == [0, 1, 2, 4, 5] and np.isfinite(one.cost)


def test_a_timetable_needs_three_seeds_and_equal_times():
    one = ledger_of([losses_of(ageing(5))], PRICE)
    other = ledger_of([losses_of(ageing(6))], PRICE)
    assert not timetables([one, one], [0, 1]) and not timetables([one, one, one], [0, 1, 1])
    assert not timetables([one, one, other], range(3))


@pytest.mark.parametrize("price", [0, 2])
def test_counted_losses_bracket_the_truth(price):
    """The floor of counted losses is below that of the expected ones, the cross-fitted above."""
    prices, costs = priced(training=price), []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        true = ledger_of([losses_of(lucky(seed))], prices)
        counted = losses_of(lucky(seed), counted=rng)
        whole, even, odd = (ledger_of([counted], prices, half) for half in (None, 0, 1))
        costs.append([hindsight(whole).cost, hindsight(true).cost, cross_fitted(even, odd).cost])
    low, truth, high = np.mean(costs, axis=0)
    se = np.std(np.diff(costs, axis=1), axis=0, ddof=1) / np.sqrt(40)
    assert low < truth - 3 * se[0] and truth + 3 * se[1] < high
