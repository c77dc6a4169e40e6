"""Costs: what contenders cost, in all and along the stream, against sums done by hand."""

from io import StringIO

import numpy as np
import pytest
from priced_studies import ALARMS, CLOCK, INTERVALS, ROWS, TREE, WARMUP, every, study_of
from rich.console import Console
from scipy import stats

from driftsim.evaluation.decision.prices import PriceList
from driftsim.report.comparisons import scope_of
from driftsim.report.decision.cost_measurement import (
    CostMeasurement,
    cost_comparison,
    paired_amounts,
    saving,
)
from driftsim.report.decision.costs import OVER_STATIC
from driftsim.report.decision.reference_costs import right_answers, single
from driftsim.report.files import text_files
from driftsim.report.page.html_tables import tables
from driftsim.report.summary_text import summary_table

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
    ours, theirs = (
        CostMeasurement(one, scope_of(fewer, "cost")) for one in fewer.contenders.values()
    )
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


def test_the_table_of_costs_has_shares_that_sum_up_and_savings_against_the_right_static():
    tree = {"old tree": (("static", TREE), [{"wrong": 50}] * 3)}
    table = study_of(tree | THREE).costs().set_index("contender")
    assert table.index.tolist() == ["old tree", "clock", "never", "no_change", "always 0"]
    shares = table[["mistakes", "labels", "training", "compute", "staleness"]]
    assert shares.sum(axis=1).tolist() == pytest.approx(table.cost.tolist())
    assert table.loc["clock", ["mistakes", "labels", "training"]].tolist() == [330, 140, 180]
    never, clock = np.array([620, 710, 800.0]), np.array([620, 650, 680.0])
    apart = never - clock
    saved = table.loc["clock", ["over_static", "over_static_low", "over_static_high"]]
    expected = apart.mean(), *stats.t.interval(0.95, 2, apart.mean(), stats.sem(apart))
    assert saved.tolist() == pytest.approx(expected)
    assert table.loc["never"][["over_static", "roi"]].isna().all()  # nothing to compare it with
    assert table.loc["clock"].roi == pytest.approx((360 - 300) / 300)
    interval = stats.t.interval(0.95, 2, clock.mean(), stats.sem(clock))
    assert table.loc["clock", ["cost", "low", "high"]].tolist() == pytest.approx([650, *interval])
    assert (table.currency == "EUR").all() and (table.seeds == 3).all()


def test_another_learner_is_compared_with_the_first_static_and_one_without_any_with_none():
    models = {"tree": ((CLOCK, TREE), [{"wrong": 10 + i} for i in range(3)])} | THREE
    table = study_of(models).costs().set_index("contender")
    assert table.over_static["tree"] == pytest.approx(710 - (0.5 * 60 * 11 + 20))
    alone = study_of({"clock": THREE["clock"]}).costs()
    assert alone[["over_static", "roi"]].isna().all().all()
    assert alone.best.tolist() == [True, False, False]


def test_the_cheapest_is_best_and_those_not_told_apart_from_it_are_tied():
    rng = np.random.default_rng(1)
    models = {
        name: (policy, [{"wrong": rate + rng.normal(0, 1)} for _ in range(6)])
        for name, policy, rate in (("a", CLOCK, 20), ("b", ALARMS, 20), ("c", "static", 40))
    }
    results = study_of(models)
    table, pairs = results.costs(), results.compare()  # labels cost all the same
    (best,) = table.contender[table.best]
    assert best == table.contender[table.cost.idxmin()]
    assert pairs.metric.tolist() == ["error"] * 3 + ["cost"] * 3
    ours = pairs[(pairs.better == best) & (pairs.metric == "cost")].set_index("worse")
    assert table.contender[table.tied].tolist() == ours.index[~ours.significant].tolist()
    assert len(ours) == 2 and table.tied.sum() == 1


def test_a_difference_that_is_the_same_with_every_seed_is_known_and_none_is_a_tie():
    same = [{"wrong": 10 + i} for i in range(3)]
    paid = [one | {"fits": every(5)} for one in same]
    table = study_of({"a": (CLOCK, paid), "b": ("static", same), "c": (ALARMS, same)}).costs()
    assert table.contender[table.best].tolist() == ["b"]
    assert table.contender[table.tied].tolist() == ["c"]
    assert table.loc[0, OVER_STATIC].tolist() == pytest.approx([-12 * 15] * 3)
    free = {"currency": "EUR", "mistake": 0, "training": 15}
    assert study_of({"a": (CLOCK, paid), "b": ("static", same)}, free).costs().tied.sum() == 0


@pytest.mark.any_version
def test_simple_predictors_have_costs_also_where_mistakes_are_priced_by_class():
    by_class = {"currency": "EUR", "mistake": {"0": 1, "1": 0.25}}
    table = study_of(THREE, by_class).costs().set_index("contender")
    assert table.cost["no_change"] == 1.25 * 45 / 2 * INTERVALS  # its mistakes alternate
    assert table.cost["always 0"] == 0.25 * ROWS / 2 * INTERVALS  # as few are dear
    assert "always 1" not in table.index and not table.tied["always 0"]
    even = study_of(THREE, {"currency": "EUR", "mistake": 1}).costs().set_index("contender")
    assert even.cost["always 0"] == ROWS / 2 * INTERVALS


@pytest.mark.any_version
def test_the_most_frequent_class_is_that_of_which_as_many_rows_are_right():
    actual = np.array([[5, 5, 0], [6, 4, 0], [2, 8, 1], [3, 3, 4], [1, 1, 1]])
    correct = np.array([5, 6, 7, 3, 1])
    assert single(actual, correct).tolist() == [1, 0, 0, 0, 0]  # at first that of most rows
    found = right_answers("majority", {"actual": actual, "correct": correct[:, None]}, False)
    assert found["correct"].sum(axis=1).tolist() == correct.tolist()
    assert found["correct"][1].tolist() == [6, 0, 0]


def test_costs_along_the_stream_end_with_the_cost_and_count_paid_trainings():
    results = study_of(THREE)
    along, table = results.costs(along=True), results.costs().set_index("contender")
    one = along[along.contender == "clock"]
    assert one.cost.iloc[-1] == pytest.approx(table.cost["clock"]) and len(one) == INTERVALS
    assert one.trainings.tolist() == every(5, 4).tolist()
    assert (one.low.iloc[-1], one.high.iloc[-1]) == pytest.approx((620, 680))
    assert one.last_row.tolist() == [WARMUP + ROWS * (i + 1) - 1 for i in range(INTERVALS)]
    assert (np.diff(one.cost)[3] - np.diff(one.cost)[2]) == pytest.approx(15)


def test_without_prices_the_unit_is_mistakes_and_the_summary_has_no_cost():
    bare = study_of(THREE, prices=None)
    assert bare.costs().cost.tolist() == [660.0, 1380.0]
    assert (bare.costs().currency == "mistakes").all()
    assert "cost" not in bare.summary() and "cost" not in text_of(summary_table(bare, 200))
    assert not [one for one in tables(bare) if one.name == "costs"]


def test_with_prices_the_summary_the_terminal_and_the_page_have_the_cost(tmp_path):
    results = study_of(THREE)
    summary = results.summary().set_index("contender")
    assert summary.loc["clock", ["cost", "cost_low", "cost_high"]].tolist() == pytest.approx(
        results.costs().set_index("contender").loc["clock", ["cost", "low", "high"]].tolist()
    )
    assert summary.cost["no_change"] == 0.5 * 45 * INTERVALS + 0.02 * (WARMUP + ROWS * INTERVALS)
    terminal = text_of(summary_table(results, 200))
    assert "cost in EUR" in terminal and " 650" in terminal
    (page,) = [one for one in tables(results) if one.name == "costs"]
    headings = [heading for heading, _ in page.columns]
    assert "training" in headings and "compute" not in headings  # nothing was paid for it
    assert {heading for heading, _ in page.meanings} == {*headings} - {"contender"}
    written = text_files(results, results.verdict())["costs.csv"].decode()
    assert written.splitlines()[0].startswith("contender,cost,low,high,mistakes,labels,training")


def text_of(table):
    """A table as a wide terminal shows it."""
    console = Console(width=200, file=StringIO())
    console.print(table)
    return console.file.getvalue()
