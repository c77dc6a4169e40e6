"""Floors in words: periods and floors are named as their tables have them, and else not at all."""

import re
from pathlib import Path

import numpy as np
import pytest
from invented_losses import ageing, losses_of, with_matrix
from priced_studies import CLOCK, INTERVALS, study_of
from words_and_tables import carried

from driftsim.report.verdict.decision import Advice
from driftsim.report.verdict.floors import FloorWords, ends, in_words, periods_of
from driftsim.report.verdict.floors import action as period_words

PAGE = Path(__file__).resolve().parents[2] / "docs" / "measures.md"
GRID, TIMES, WARMUP = 500, 12, 1_000
PRICES = {"currency": "EUR", "mistake": 1}
SEEDS = 4
HT = "river.tree.HoeffdingTreeClassifier"


def errors_of(seed, slope=0.03, jump=0.0, luck=0.01):
    """Errors of models that age, with some luck; the world may change in the middle."""
    rng = np.random.default_rng(seed)
    lucky = rng.normal(0, luck, (TIMES, 1)) + rng.normal(0, 0.005)
    late = np.arange(TIMES) >= TIMES // 2
    return np.clip(ageing(TIMES, slope) + lucky + jump * (late & ~late[:, None]), 0, 1)


def traces_of(steps, **world):
    """Traces of a clock that trains after every so many grid times, by the same errors."""
    each = INTERVALS // TIMES
    for seed in range(SEEDS):
        errors = errors_of(seed, **world)
        model = np.arange(TIMES) // steps * steps if steps else np.zeros(TIMES, int)
        fits = np.zeros(INTERVALS)
        fits[:: each * (steps or TIMES)] = 1
        fits[0] = 0
        yield {"wrong": np.repeat(errors[model, np.arange(TIMES)] * 100, each), "fits": fits}


def results_of(*steps, price=20, counted=False, online=None, **world):
    """A study of clocks, and of no training, with the losses of all models."""
    clocks = {f"each {GRID * k}": (CLOCK | {"every": GRID * k}, k) for k in steps}
    models = {
        name: (policy, [*traces_of(k, **world)])
        for name, (policy, k) in (clocks | {"never": ("static", 0)}).items()
    }
    runs = {(seed, 0): [losses(seed, counted, **world)] for seed in range(SEEDS)}
    own = [*models]
    if online is not None:
        models["online"] = (("online", HT), [{"wrong": online + i / 9} for i in range(SEEDS)])
    return with_matrix(study_of(models, PRICES | {"training": price}), runs, own, grid=GRID)


def losses(seed, counted=False, **world):
    """The losses of all models with a seed."""
    rng = np.random.default_rng(seed) if counted else None
    return losses_of(errors_of(seed, **world), 500, first=WARMUP, grid=GRID, counted=rng)


def advice(results):
    found = [*Advice(results.variants[0]).blocks()]
    assert found[0].count(". ") <= 1  # at most two sentences
    return " ".join(found)


def tables(results):
    return [results.costs(), results.compare(), results.periods(), results.floor(), results.gaps()]


WORDS = "95 %", "4 seeds", "'each 500'", "every 500 rows", "grid of 500", "500 labels"


def test_made_up_traces_cost_what_their_schedules_do():
    results = results_of(1, 2, 3)
    costs = results.costs().set_index("contender").cost
    periods = results.periods().set_index("period")
    assert costs["each 500"] == pytest.approx(periods.cost[500.0])  # of one phase alone
    assert costs["never"] == pytest.approx(periods.cost[np.inf])
    ends = periods.loc[1000.0, ["phase_low", "phase_high"]] + [-1e-9, 1e-9]
    assert ends.phase_low <= costs["each 1000"] <= ends.phase_high


def test_periods_that_do_not_differ_are_named_about_that_of_the_contender():
    results = results_of(1, 2, price=16)
    periods = results.periods()
    text = advice(results)
    near = periods[periods.best | periods.tied].period
    assert len(near) > 1 and 1000.0 in near.tolist()
    assert text.startswith("Retrain every 1,000 rows ('each 1000'): ")
    same = (
        f"Periods of {near.min():,.0f} to {near.max():,.0f} rows do not cost significantly more; "
        "'each 500' (752) costs "
    )
    assert same in text and "Of all fixed periods" not in text
    assert carried(text, tables(results), *WORDS, "'each 1000'")


def test_the_worked_example_of_a_decision():
    *_, example = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    found = results_of(1, 2, price=16).verdict()[:3]
    assert "".join(f"{block.text}\n" for block in found) == example


def test_a_better_period_than_that_of_the_contender_is_named():
    results = results_of(6)
    best = results.periods().query("best").iloc[0]
    expected = (
        f"Retrain every {best.period:,.0f} rows on the last 500 labels: {best.cost:,.0f} EUR ("
    )
    gap = results.gaps().query("contender == 'each 3000' and floor == 'best_period'").iloc[0]
    assert gap.gap > 0 and gap.p < 0.05
    text = advice(results)
    assert text.startswith(expected) and "than 'each 3000', the cheapest contender." in text
    assert (
        "Of the contenders, 'each 3000' costs least: " in text and "Retrain every 3,000" not in text
    )
    assert carried(text, tables(results), *WORDS, f"every {best.period:,.0f}", "'each 3000'")


def test_not_to_retrain_is_no_advice_where_a_fixed_period_costs_less():
    results = results_of(12)  # which is never
    text = advice(results)
    costs = results.costs().set_index("contender")
    assert costs.best["never"] or costs.tied["never"]
    assert text.startswith("Retrain every 1,000 rows on the last 500 labels: ")
    assert "Do not" not in text and "would cost " in text and "would save" not in text


def test_a_period_of_another_learner_than_that_of_the_contender_is_named_with_it():
    results = results_of(1, 2, price=16, online=15)
    own = [name for name in results.costs().contender if name == "online"]
    kept = [run for run in results.traces() if run.contender in own]
    words = FloorWords(results.variants[0], own[0])
    assert (
        kept and words.better["period"] == 1_000 == results.periods().query("best").period.iloc[0]
    )
    assert (
        words.action(words.better) == "Retrain GaussianNB every 1,000 rows on the last 500 labels"
    )
    assert words.cost_of(words.better).endswith(" than online, the cheapest contender")


def test_never_to_retrain_is_no_better_period_than_never_to_retrain():
    runs = {(seed, 0): [losses(seed, slope=0.0, luck=0.0)] for seed in range(SEEDS)}
    dearer = [{"wrong": 20 + seed / 9} for seed in range(SEEDS)]
    study = study_of({"never": ("static", dearer)}, PRICES | {"training": 20})
    results = with_matrix(study, runs, ["never"], grid=GRID)
    gap = results.gaps().set_index("floor").loc["best_period"]
    assert gap.p < 0.05 and gap.gap > 0 and results.periods().query("best").period.iloc[0] == np.inf
    assert advice(results).startswith("never costs ")


def test_where_no_period_differs_significantly_none_is_said_to_cost_the_same():
    results = results_of(1, slope=0.001, luck=0.2, price=1)
    periods = results.periods()
    assert (periods.best | periods.tied).all()
    assert "Periods of" not in advice(results)


def test_the_timetable_and_hindsight_stand_side_by_side():
    results = results_of(1, 4, slope=0.01, jump=0.3)
    gaps = results.gaps().set_index(["contender", "floor"])
    floor = results.floor().set_index("floor")
    text = advice(results)
    row = gaps.loc["each 500", "timetable"]
    assert row.low > 0 and "which knows every change beforehand, would save " in text
    hindsight = f"No schedule on a grid of 500 rows costs less than {floor.cost['hindsight']:,.0f}"
    assert carried(text, tables(results), *WORDS) and hindsight in text
    assert text.index("timetable") < text.index("hindsight")


def test_counted_mistakes_give_both_ends():
    results = results_of(1, 2, counted=True)
    floor, text = results.floor().set_index("floor").cost, advice(results)
    assert f"costs between {floor['hindsight']:,.0f} EUR (" in text
    assert (
        f" and {floor['cross_fitted']:,.0f} EUR (" in text
        and ", too high as it is cross-fitted." in text
    )
    assert carried(text, tables(results), *WORDS, "'each 1000'")


def test_without_drift_the_advice_is_not_to_retrain_and_no_timetable_saves_anything():
    results = results_of(1, 2, slope=0.0, luck=0.002)
    text = advice(results)
    assert text.startswith("Do not retrain (never): ")
    assert not any(
        words in text for words in ("would save", "Retrain every", "Of all fixed periods")
    )
    assert carried(text, tables(results), *WORDS)


def test_the_floor_of_another_learner_is_named_as_such():
    results = results_of(1, 2, online=5)
    text = advice(results)
    assert text.startswith("Learn every label as it comes in (online): ")
    assert (
        "A perfect timetable of GaussianNB, " in text and "schedule of GaussianNB on a grid" in text
    )
    assert "would save" not in text and "would cost" in text  # it is dearer


def test_one_stream_claims_no_periods_that_cost_the_same():
    models = {"clock": (CLOCK, [*traces_of(1)][:1]), "never": ("static", [*traces_of(0)][:1])}
    runs = {(0, 0): [losses(0)]}
    results = with_matrix(study_of(models, PRICES), runs, [*models], grid=GRID)
    assert np.isnan(results.periods().low).all()  # twelve blocks are too few
    assert "Periods of" not in advice(results) and "timetable" not in advice(results)
    assert "No schedule on a grid of 500 rows costs less than " in advice(results)


def test_where_labels_have_a_price_the_floor_is_of_schedules_that_keep_to_one_memory():
    models = {"clock": (CLOCK, [*traces_of(1)]), "never": ("static", [*traces_of(0)])}
    priced = study_of(models, PRICES | {"label": 0.01})
    both = {
        (seed, 0): [
            losses_of(errors_of(seed), memory, first=WARMUP, grid=GRID) for memory in (200, 500)
        ]
        for seed in range(SEEDS)
    }
    text = advice(with_matrix(priced, both, [*models], grid=GRID))
    assert "No schedule that keeps to one memory on a grid of 500 rows costs less" in text
    assert "keeps to" not in advice(results_of(1))


@pytest.mark.parametrize(
    ("repeats", "lost", "known", "shared"),
    [
        (2, [(0, 0)], [(0, 0)], {"never"}),  # along one stream
        (1, [(0, 0), (1, 0)], [(0, 0), (1, 0)], {"never"}),
        (1, [(0, 0)], [(0, 0), (1, 0)], {"clock", "never"}),
    ],
)
def test_contenders_that_share_no_run_with_a_floor_have_no_gap(repeats, lost, known, shared):
    models = {"clock": (CLOCK, [*traces_of(1)]), "never": ("static", [*traces_of(0)])}
    models = {
        name: (policy, own[: 2 if repeats > 1 else 4]) for name, (policy, own) in models.items()
    }
    whole = study_of(models, PRICES | {"training": 20}, repeats=repeats)
    kept = [
        run for run in whole.traces()
        if run.contender != "clock" or (run.seed, run.repeat) not in lost
    ]  # fmt: skip
    results = type(whole)(whole.study, runs=[kept])
    results = with_matrix(results, {key: [losses(key[0])] for key in known}, [*models], grid=GRID)
    gaps = results.gaps()
    assert {*gaps.contender} == shared and advice(results)
    assert {*gaps.seeds[gaps.contender == "clock"]} <= {1}


def test_periods_of_time_are_written_in_words():
    assert ends(["1d", "3d"]) == "1 to 3 days" and in_words("1mo") == "1 month"
    assert ends([500.0, 1500.0]) == "500 to 1,500 rows" and ends(["1w", "2w"]) == "1 to 2 weeks"
    row = {"period": "7d", "memory": "60d"}
    assert period_words(row) == "every 7 days on the labels of the last 60 days"


def test_without_a_matrix_no_floor_is_named():
    models = {"clock": (CLOCK, [*traces_of(1)]), "never": ("static", [*traces_of(0)])}
    text = advice(study_of(models, PRICES))
    assert not any(word in text for word in ("timetable", "hindsight", "periods", "schedule"))


@pytest.mark.any_version
def test_where_nearly_all_periods_are_alike_or_the_best_is_the_shortest_words_say_so():
    every = [500 * i for i in range(1, 11)]
    assert periods_of(every[:5], every) == ["Periods of 500 to 2,500 rows"]
    assert periods_of(every[1:], every) == [
        "Periods of 1,000 to 5,000 rows, nearly all of the grid,"
    ]
    assert periods_of(every, every) == ["Periods of 500 to 5,000 rows, all of the grid,"]
    words = FloorWords((results := results_of(1, 2, price=16)).variants[0], "each 1000")
    shortest = "Every 500 rows is the shortest period on this grid; "
    assert words.best["period"] == 1_000 and [*words.shorter()] == []
    words.best = words.best | {"period": 500.0}
    assert next(words.shorter()).startswith(shortest) and shortest not in advice(results)
