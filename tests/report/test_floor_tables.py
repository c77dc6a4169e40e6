"""Floors and periods: their tables, against sums done by hand and schedules known beforehand."""

import re

import numpy as np
import pandas as pd
import pytest
from invented_losses import ageing, losses_of, with_matrix
from priced_studies import CLOCK, every, study_of
from scipy import stats

from driftsim.report.decision.floors import floors_of
from driftsim.report.figure_data.kinds import KINDS
from driftsim.report.figure_data.price_lines import price_lines
from driftsim.report.figure_data.view import View
from driftsim.report.figures import plot_figure
from driftsim.report.files import text_files
from driftsim.report.page.drawings import DRAWN
from driftsim.report.page.page_data import setting
from driftsim.report.results import Results
from driftsim.report.summary_text import remarks

GRID, TIMES = 500, 12
PRICES = {"currency": "EUR", "mistake": 1, "training": 30}
MODELS = {
    "clock": (CLOCK, [{"wrong": 25 + i, "fits": every(5, 4)} for i in range(3)]),
    "never": ("static", [{"wrong": 45 + 3 * i} for i in range(3)]),
}
ONE = {name: (policy, runs[:1]) for name, (policy, runs) in MODELS.items()}


def lucky(seed):
    """Errors of models of which each is good or bad by chance, and all age."""
    luck = np.random.default_rng(seed).normal(0, 0.05, size=(TIMES, 1))
    return np.clip(ageing(TIMES, 0.03) + luck, 0, 1)


def runs_of(seeds, counted=False, repeats=1):
    """The losses of each seed and repeat, with two memories."""
    keys = [(seed, repeat) for seed in range(seeds) for repeat in range(repeats)]
    return {
        (seed, repeat): [*both(lucky(10 * seed + repeat), seed, counted)] for seed, repeat in keys
    }


def both(errors, seed, counted):
    """The losses with two memories, of which the second is a little worse."""
    for m, size in enumerate((500, 1_000)):
        own = errors + 0.01 * m * (np.arange(TIMES) > 0)[:, None]
        rng = np.random.default_rng(seed) if counted else None
        yield losses_of(own, size, first=1_000, grid=GRID, counted=rng)


def results_of(models=MODELS, prices=PRICES, counted=False, repeats=1, **document):
    seeds = len(models["never"][1]) // repeats
    results = study_of(models, prices, repeats=repeats, **document)
    return with_matrix(
        results, runs_of(seeds, counted, repeats=repeats), ["clock", "never"], grid=GRID
    )


def test_floors_have_their_costs_with_bounds_over_the_seeds():
    results = results_of()
    floor, schedules = results.floor(), results.schedules()
    assert floor.floor.tolist() == ["hindsight", "timetable"]
    assert floor.learner.tolist() == ["GaussianNB"] * 2 and floor.grid.tolist() == [GRID] * 2
    assert floor.memories.tolist() == ["500, 1000"] * 2
    assert floor.cost[0] < floor.cost[1]
    costs = [by_hand(runs, schedules, seed) for (seed, _), runs in runs_of(3).items()]
    assert floor.cost[0] == pytest.approx(np.mean(costs))
    bounds = stats.t.interval(0.95, 2, np.mean(costs), stats.sem(costs))
    assert floor.loc[0, ["low", "high"]].tolist() == pytest.approx([*bounds])
    own = schedules[schedules.floor == "hindsight"]
    assert floor.trainings[0] == pytest.approx(len(own) / 3)
    assert {*own.row} <= {*range(1_500, 7_000, GRID)} and {*own.memory} == {500}


def by_hand(runs, schedules, seed):
    """What the schedule in hindsight of a seed costs."""
    own = schedules[(schedules.floor == "hindsight") & (schedules.seed == seed)]
    in_force, total = 0, 30.0 * len(own)
    for j in range(TIMES):
        in_force = j if 1_000 + GRID * j in {*own.row} else in_force
        total += runs[0].columns["expected_error"][:, in_force, j].sum()
    return total


def test_gaps_are_paired_by_seed_and_contenders_of_other_learners_have_the_lowest_floor():
    models = MODELS | {"tree": ((CLOCK, "sklearn.tree.DecisionTreeClassifier"), MODELS["clock"][1])}
    results = results_of(models)
    gaps, floor, costs = results.gaps(), results.floor(), results.costs()
    for name in models:
        one = gaps[(gaps.contender == name) & (gaps.floor == "hindsight")].iloc[0]
        own = costs.set_index("contender").cost[name]
        assert one.gap == pytest.approx(own - floor.cost[0])
        assert one.share == pytest.approx(one.gap / floor.cost[0]) and one.low < one.gap < one.high
    assert len(gaps) == 9 and (gaps.groupby("floor").size() == 3).all()


def test_with_one_stream_the_bounds_are_along_it_and_repeats_widen_them():
    one = results_of(ONE)
    assert one.floor().floor.tolist() == ["hindsight"]  # a timetable needs three seeds
    gap = one.gaps().iloc[0]
    assert np.isnan(gap.low)  # twelve blocks are too few
    models = {name: (policy, runs * 3) for name, (policy, runs) in ONE.items()}
    many = results_of(models, repeats=3)
    assert many.schedules().repeat.unique().tolist() == [0, 1, 2]
    assert many.gaps().gap[0] == pytest.approx(many.costs().cost[0] - many.floor().cost[0])


def test_gaps_along_one_stream_have_bounds_whether_or_not_intervals_end_with_blocks():
    wrong = np.random.default_rng(0).binomial(100, 0.25, 60)
    models = {"clock": (CLOCK, [{"wrong": wrong, "fits": every(5, 4)}])}
    for grid in (100, 120, 75):
        errors = np.clip(ageing(6_000 // grid, 0.003), 0, 1)
        runs = {(0, 0): [losses_of(errors, first=1_000, grid=grid)]}
        results = with_matrix(study_of(models, PRICES), runs, ["clock"], grid=grid)
        gap, cost = results.gaps().iloc[0], results.costs().iloc[0]
        assert gap.gap == pytest.approx(cost.cost - results.floor().cost[0])
        assert gap.low < gap.gap < gap.high
        assert 0.5 < (gap.high - gap.low) / (cost.high - cost.low) < 1.5


def test_counted_mistakes_have_a_cross_fitted_floor_above_that_in_hindsight():
    floor = results_of(counted=True).floor().set_index("floor").cost
    assert [*floor.index] == ["hindsight", "timetable", "cross_fitted"]
    assert floor["hindsight"] < floor["cross_fitted"]
    by_class = {**PRICES, "mistake": {"0": 1, "1": 1}}
    losses = runs_of(3)
    with_classes = {
        key: [one._replace(columns=one.columns | classes(one)) for one in own]
        for key, own in losses.items()
    }
    results = with_matrix(study_of(MODELS, by_class), with_classes, ["clock", "never"], grid=GRID)
    assert "cross_fitted" in {*results.floor().floor}


def classes(one):
    """Counted columns whose mistakes are half of each class."""
    half = one.columns["rows"][..., None] / 2 * np.ones(2)
    return {"actual": half, "correct": half - one.columns["expected_error"][..., None] / 2}


def test_a_contender_below_the_floor_is_remarked_on():
    cheap = MODELS | {"lucky": (CLOCK, [{"wrong": 1}] * 3)}
    (remark,) = remarks(results_of(cheap))
    assert remark.startswith("lucky costs 60 EUR, less than the floor of GaussianNB, ")
    assert remark.endswith(
        ": this floor is of schedules on a grid of 500 rows; lucky is trained otherwise."
    )
    assert not [*remarks(results_of())]


def test_a_price_of_labels_keeps_to_one_memory_and_says_so():
    priced = results_of(prices=PRICES | {"label": 0.01}).floor()
    assert priced.one_memory.all() and not results_of().floor().one_memory.any()
    assert (priced.cost > results_of().floor().cost).all()


def test_periods_have_the_mean_of_their_phases_and_the_best_is_found():
    table = results_of().periods()
    assert len(table) == 2 * 11 + 1 and table.best.sum() == 1
    never = table.iloc[-1]
    assert never.period == np.inf and never.trainings == 0 and never.memory == ""
    statics = [one[0].columns["expected_error"][:, 0].sum() for one in runs_of(3).values()]
    assert never.cost == pytest.approx(np.mean(statics))
    assert never.error == pytest.approx(np.mean(statics) / 6_000)
    first = table[(table.memory == 500) & (table.period == 1_000)].iloc[0]
    assert first.trainings == 5.5 and first.training == pytest.approx(5.5 * 30)
    assert first.phase_low < first.cost < first.phase_high
    assert first.cost == pytest.approx((first.phase_low + first.phase_high) / 2)
    assert first.cost == pytest.approx(first.error * 6_000 + first.training)
    best = table[table.best].iloc[0]
    assert best.cost == table.cost.min() and not best.tied
    assert best.memory == 500 and best.period == pytest.approx(np.sqrt(2 * 30 / 15) * GRID)
    models = {name: (policy, [{"wrong": 30}] * 8) for name, (policy, _) in MODELS.items()}
    many = results_of(models, PRICES | {"training": 45})  # 1,000 rows as good as 1,500
    table = many.periods()
    tied, best = table[table.tied], table[table.best].iloc[0]
    assert {*tied.memory} <= {500, 1000} and abs(tied.period - best.period).max() <= 2 * GRID
    apart = table[~table.tied & ~table.best]
    assert len(tied) and len(apart) > 12 and apart.cost.min() > best.cost


def test_without_a_matrix_there_are_no_rows_and_no_files():
    results = study_of(MODELS, PRICES)
    for table in (results.floor(), results.gaps(), results.schedules(), results.periods()):
        assert isinstance(table, pd.DataFrame) and table.empty and len(table.columns) > 3
    names = {"floor.csv", "gaps.csv", "schedules.csv", "periods.csv"}
    assert not names & {*text_files(results, results.verdict())}
    failed = with_matrix(Results(results.study, runs=[[]]), runs_of(3), grid=GRID)
    assert len(failed.floor()) == 2 and failed.floor(along=True).empty and failed.gaps().empty
    full = results_of()
    assert names <= {*text_files(full, full.verdict())}


def test_the_floor_falls_with_the_price_of_a_training_and_ends_at_never():
    (learner,) = floors_of(results_of().variants[0])
    prices = np.array([0.0, 30, 100, 1e6])
    found = learner.over_prices(prices)
    assert (np.diff(found) > 0).all() and found[1] == pytest.approx(results_of().floor().cost[0])
    assert found[-1] == pytest.approx(results_of().periods().cost.iloc[-1])


def test_what_has_been_spent_so_far_ends_at_the_cost():
    (learner,) = floors_of(results_of().variants[0])
    planned = learner.found["hindsight"]
    sums = planned.so_far(np.array([1_000, 4_000, 7_000]))
    assert sums[0] == 0 and 0 < sums[1] < sums[2] == pytest.approx(planned.value)


def test_the_course_of_a_floor_ends_at_its_cost_and_is_drawn_below_the_contenders():
    results = results_of()
    along, floor = results.floor(along=True), results.floor()
    ends = along[along.last_row == 6_999].set_index("floor").cost
    assert ends["hindsight"] == pytest.approx(floor.cost[0]) and (along.cost.diff() > 0).sum() > 100
    drawing = "".join(DRAWN["cost_so_far"](View(results)).parts)
    assert "hindsight (least on the grid)" in drawing
    named = r'y="([^"]*)" text-anchor="end" class="title tiny" dy="0.3em">(hindsight|timetable)<'
    places = {name: float(y) for y, name in re.findall(named, drawing)}
    ticks = re.findall(r'<path d="([^"]*)" stroke="#000000" class="retrained"', drawing)
    tops = [float(re.match(r"M\S+ ([^v]*)v", d)[1]) for d in ticks]
    assert [y - 0.4 * 11 for y in places.values()] == pytest.approx(tops, abs=0.1)
    own = results.schedules().query("floor == 'hindsight' and seed == 0")
    assert ticks[0].count("M") == len(own) and len(ticks) == 2
    figure = plot_figure("curves", View(results))
    rows = [one for one in figure.axes[0].lines if one.get_gid() == "schedule"]
    texts = {one.get_text(): one.get_position()[1] for one in figure.axes[0].texts}
    by_height = {round(one.get_ydata()[0], 6): one.get_xdata().tolist() for one in rows}
    assert by_height[round(texts["hindsight"], 6)] == own.row.tolist()
    assert {round(texts["timetable"], 6)} < {*by_height} and len(rows) == 2
    data = page_data_of(results)
    assert data["schedules"]["hindsight"] == own.row.tolist()


def test_the_floor_stands_below_the_contenders_over_the_price_of_a_training():
    view = View(results_of())
    (one,) = price_lines(view)
    assert (one.floor <= one.envelope).all() and (np.diff(one.floor) >= 0).all()
    at_given = np.interp(30, one.prices, one.floor)
    assert at_given == pytest.approx(results_of().floor().cost[0], rel=0.005)
    assert "hindsight (least on the grid)" in "".join(DRAWN["price"](view).parts)
    assert "chosen in hindsight" in KINDS["price"].describe(view)
    (bare,) = price_lines(View(study_of(MODELS, PRICES)))
    assert bare.floor is None


def page_data_of(results):
    """What the script of the page knows of the only setting."""
    return setting(results.variants[0], [*MODELS], 1)


def test_seeds_may_differ_in_when_their_models_serve():
    """Those of the second seed serve when others are trained; the last of the first one never."""
    late = [np.append(np.full(TIMES - 1, 100), GRID), np.full(TIMES, GRID), np.full(TIMES, 100)]
    runs = {
        (seed, 0): [losses_of(lucky(seed), 500, one, first=1_000, grid=GRID)]
        for seed, one in enumerate(late)
    }
    results = with_matrix(results_of(), runs, ["clock", "never"], grid=GRID)
    assert results.floor().floor.tolist() == ["hindsight"] and len(results.gaps()) > 0
    statics = [one[0].columns["expected_error"][:, 0].sum() for one in runs.values()]
    assert results.periods().cost.iloc[-1] == pytest.approx(np.mean(statics))
