"""Costs: what contenders cost, in all and along the stream, against sums done by hand."""

import numpy as np
import pytest
from priced_studies import ALARMS, CLOCK, INTERVALS, ROWS, WARMUP, every, study_of
from scipy import stats

from driftsim.evaluation.decision.prices import PriceList
from driftsim.report.comparisons import scope_of
from driftsim.report.decision.cost_measurement import (
    CostMeasurement,
    cost_comparison,
    paired_amounts,
    saving,
)

THREE = {
    "clock": (CLOCK, [{"wrong": 10 + i, "fits": every(5, 4), "labels": ROWS} for i in range(3)]),
    "never": ("static", [{"wrong": 20 + 3 * i} for i in range(3)]),
}


def measured(results, name):
    variant = results.variants[0]
    return cost_comparison(variant).measured[name]


def test_a_cost_is_the_sum_of_prices_times_amounts_without_the_first_training():
    clock = measured(study_of(THREE), "clock")
    labels = 0.02 * (WARMUP + ROWS * INTERVALS)
    assert clock.amounts["training"].tolist() == [12.0] * 3
    expected = [0.5 * INTERVALS * (10 + i) + 15 * 12 + labels for i in range(3)]
    assert clock.values == pytest.approx(expected)
    assert sum(clock.shares.values()) == pytest.approx(clock.values)
    assert clock.series.mean(axis=1) == pytest.approx(clock.values)
    spent = clock.costs[0]  # a training is in its interval
    assert spent[4] - spent[3] == pytest.approx(15)
    assert spent[0] == pytest.approx(0.5 * 10 + 0.02 * (WARMUP + ROWS))


def test_rows_that_the_warm_up_was_trained_on_are_free_and_later_ones_are_not():
    models = {"clock": (CLOCK, [{"wrong": 0, "rows_trained": 50 * every(5)}] * 2)}
    prices = {"currency": "EUR", "mistake": 1, "training": {"each": 0, "per_row": 0.1}}
    clock = measured(study_of(models, prices), "clock")
    assert clock.values == pytest.approx([0.1 * 50 * 12] * 2)


def test_differences_are_paired_by_seed():
    results = study_of(THREE)
    clock, never = measured(results, "clock"), measured(results, "never")
    apart = never.values - clock.values
    found = saving(clock, never)
    assert found.mean == pytest.approx(apart.mean())
    assert found.interval() == pytest.approx(
        stats.t.interval(0.95, 2, apart.mean(), stats.sem(apart))
    )
    more = paired_amounts(clock, never)
    assert more["mistake"] == pytest.approx([-60 * (10 + 2 * i) for i in range(3)])
    assert more["training"].tolist() == [12.0] * 3


def test_repeats_are_no_seeds_and_a_missing_run_pairs_with_none():
    runs = [{"wrong": 10 + i} for i in range(4)]
    results = study_of({"a": (CLOCK, runs), "b": ("static", runs)}, repeats=2)
    one = measured(results, "a")
    assert one.means == pytest.approx([one.values[:2].mean(), one.values[2:].mean()])
    kept = [run for run in results.traces() if (run.contender, run.seed) != ("b", 1)]
    fewer = type(results)(results.study, runs=[kept]).variants[0]
    assert list(fewer.complete) == ["a"]
    ours, theirs = (CostMeasurement(one, scope_of(fewer, "cost")) for one in fewer.results.values())
    assert len(paired_amounts(ours, theirs)["mistake"]) == 1


def test_with_one_stream_the_interval_is_along_it_and_trainings_widen_it():
    wrong, halves = np.random.default_rng(0).binomial(ROWS, 0.2, INTERVALS), []
    for fits in (0, every(20, 3)):
        one = measured(study_of({"alarms": (ALARMS, [{"wrong": wrong, "fits": fits}])}), "alarms")
        assert one.mean.unit == "stream" and one.mean.mean == pytest.approx(one.values[0])
        halves.append((one.mean.high - one.mean.low) / 2)
    independent = 1.96 * 0.5 * np.sqrt(INTERVALS * ROWS * 0.16)
    assert 0.8 * independent < halves[0] < 3 * independent
    assert halves[1] > halves[0]


def test_other_prices_price_the_same_runs():
    variant = study_of(THREE).variants[0]
    free = PriceList(None, variant.scenario.stream.schema)
    one = CostMeasurement(variant.results["clock"], scope_of(variant, "cost"), free)
    assert free.currency == "mistakes" and one.values.tolist() == [600.0, 660.0, 720.0]
    assert variant.scenario.priced.currency == "EUR"
