"""The verdict: the worked examples of the docs, word for word, and what figures cannot carry."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from priced_studies import study_of

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.trace import Trace
from driftsim.report.page.text_files import markdown
from driftsim.report.results import Results
from driftsim.report.variant_results import TracedRun
from driftsim.report.verdict.money import difference
from driftsim.report.verdict.phrases import plain
from driftsim.scenario import Scenario, Study, Variant

PAGE = Path(__file__).resolve().parents[2] / "docs" / "measures.md"
EXAMPLES = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
ROWS, INTERVALS = 100, 60
LEARNER = "river.naive_bayes.GaussianNB"
POLICIES = {
    "frozen": "static",
    "best": "static",
    "retrained": {"kind": "periodic", "every": 500, "memory": 500},
    "waiting": {"kind": "on_drift", "memory": 500},
}


def results_of(wrong, known=True, positive=50, missed=None, drift=None, others=None, **report
):  # fmt: skip
    """Results of 6,000 rows after a warm-up of 1,000, a change in the middle of them.

    `wrong` maps contenders to numbers (seeds, 60) of wrong rows in intervals of 100, `positive` of
    which are of class 1; those `missed` are among the wrong ones, half of them unless given.
    """
    concepts = {"summer": {"kind": "sea", "threshold": 8.0}, "winter": {"kind": "sea"}}
    drift = drift or {"kind": "sudden", "at": [4000]}
    document = {
        "stream": {"length": 7000, "concepts": concepts, "drift": drift},
        "models": {name: model(name, others or {}) for name in wrong},
        "evaluation": {"warmup": 1000, "seeds": len(next(iter(wrong.values()))), "interval": ROWS},
        "report": report,
    }
    scenario = Scenario.model_validate(document)
    world = truth(known, positive)
    reference = np.full((document["evaluation"]["seeds"], INTERVALS), 45)
    runs = [
        TracedRun({}, name, seed, trace(errors, (missed or {}).get(name), world, name), world)
        for name, every in {**wrong, "no_change": reference}.items()
        for seed, errors in enumerate(every)
    ]
    return Results(Study("example", "", [Variant({}, scenario)]), runs=[runs])


def with_runs(results, runs):
    """The same study with other finished runs."""
    return Results(results.study, runs=[runs])


def model(name, others):
    return {"learner": others.get(name, LEARNER), "policy": POLICIES.get(name, "online")}


def truth(known, positive):
    first, none = 1000 + np.arange(INTERVALS) * ROWS, np.zeros(INTERVALS, int)
    rows = {"first_row": first, "last_row": first + ROWS - 1, "rows": none + ROWS}
    rows["actual"] = np.column_stack([none + ROWS - positive, none + positive])
    return Trace(rows | ({"bayes_error": none + 5.0} if known else {}), ROWS)


def trace(wrong, missed, world, name=""):
    wrong, none = np.asarray(wrong), np.zeros(INTERVALS)
    missed = wrong // 2 if missed is None else np.asarray(missed)
    lost = np.column_stack([wrong - missed, missed])
    correct = world.columns["actual"] - lost
    own = {name: world.columns[name] for name in ("first_row", "last_row", "rows")}
    own |= {"correct": correct, "predicted": correct + lost[:, ::-1], "labels": none + ROWS}
    own |= {"fits": none} | {name: none + 0.0001 for name in CPU_SECONDS}
    if name in POLICIES:
        own |= {"labels": none, "fits": none.copy()}
        own["fits"][0 : 60 if name == "retrained" else 1 : 5] = 1
        own["labels"] = none + (ROWS if name == "retrained" else 0)
    own["labels"] = own["labels"] + np.eye(INTERVALS)[0] * 1000  # those of the warm-up
    known = "bayes_error" in world.columns
    return Trace(own | ({"expected_error": wrong * 1.0} if known else {}), ROWS)


def seeded(before, after, seeds=10, spread=0.5):
    """Wrong rows of each interval before and after the change, with a spread between seeds."""
    base = np.repeat([before, after], INTERVALS // 2)
    return np.array([base + spread * (seed % 5 - 2) for seed in range(seeds)])


def noisy(rate, seeds=1, seed=0):
    """Wrong rows of each interval, independent from one to the next."""
    return np.random.default_rng(seed).binomial(ROWS, rate, (seeds, INTERVALS))


def test_the_worked_example_of_a_win():
    online, retrained, frozen = seeded(8, 9), seeded(7, 14), seeded(7, 31)
    retrained[::2] += 1
    wrong = {"frozen": frozen, "retrained": retrained, "online": online}
    assert f"{results_of(wrong).verdict()}\n" == EXAMPLES[0]


def test_who_never_raised_an_alarm_is_named_once_and_what_it_equals():
    wrong = {"frozen": seeded(8, 9), "waiting": seeded(8, 9), "online": seeded(7, 7)}
    text = str(results_of(wrong).verdict())
    assert text.count("waiting never raised an alarm, so it equals frozen.") == 1
    alone = str(results_of({"waiting": seeded(8, 9), "online": seeded(7, 7)}).verdict())
    assert alone.count("waiting never raised an alarm.") == 1


def test_a_reference_that_is_as_good_is_said_to_have_the_same():
    text = str(results_of({"online": np.full((1, INTERVALS), 45)}, known=False).verdict())
    assert "(with every label at once, 45.0 % error): online has the same." in text
    assert "0.000" not in text


def test_the_worked_example_of_a_tie():
    wrong = {"tree": noisy(0.09), "forest": noisy(0.09, seed=1)}
    assert f"{results_of(wrong, known=False).verdict()}\n" == EXAMPLES[1]


def test_the_worked_example_of_an_imbalanced_stream():
    wrong, missed = {}, {}
    for name, rate in {"balanced": 0.3, "plain": 0.8}.items():
        missed[name] = np.random.default_rng(2).binomial(5, rate, INTERVALS)
        wrong[name] = (missed[name] + (3 if name == "balanced" else 0))[None]
    asked = {"metrics": ["recall of 1"]}
    results = results_of(wrong, known=False, positive=5, missed=missed, **asked)
    assert f"{results.verdict()}\n" == EXAMPLES[2]


def test_no_contender_wins_what_chance_may_have_decided():
    rng, wins = np.random.default_rng(0), 0
    for _ in range(60):
        pair = {name: rng.binomial(ROWS, 0.2, (4, INTERVALS)) for name in ("a", "b")}
        wins += "has the lowest" in results_of(pair).verdict()[0].text
    assert wins <= 9  # one of twenty, on average


def test_simple_references_that_are_not_beaten_are_named_with_an_interval():
    worse = str(results_of({"a": seeded(50, 50), "b": seeded(60, 60)}).verdict())
    assert "No contender beats no_change (with every label at once, 45.0 % error)" in worse
    assert "a has 5.0 points more (4.5 to 5.5) than no_change." in worse
    close = {"a": noisy(0.449, 10), "b": seeded(60, 60)}
    assert "No contender clearly beats no_change" in str(results_of(close).verdict())
    assert "no_change" not in str(results_of({"a": seeded(30, 30), "b": seeded(9, 9)}).verdict())


def test_many_phases_are_counted_and_so_are_those_too_short(swept):
    runs = {"a": noisy(0.05), "b": noisy(0.2)}
    drift = {"kind": "recurring", "every": 500}
    text = str(results_of(runs, drift=drift).verdict())
    assert "Best in the 12 phases between changes: too short to tell in 12." in text
    runs = {"a": noisy(0.05, 10), "b": noisy(0.2, 10)}
    text = str(results_of(runs, drift=drift).verdict())
    assert "Best in the 12 phases between changes: a in 12." in text
    assert swept.verdict()[0].text.startswith("noise = 0.0: Over 2 seeds, ")


def test_one_contender_has_neither_phases_nor_a_next():
    text = str(results_of({"a": seeded(5, 9)}).verdict())
    assert text.startswith("Over 10 seeds, a has 7.0 % error (6.5 to 7.5 at 95 %).")
    assert "phase" not in text and "next" not in text and "pays" not in text


def test_the_metric_asked_for_decides_who_is_best():
    wrong = {"careful": seeded(20, 20), "quick": seeded(5, 5)}
    missed = {"careful": np.ones(INTERVALS), "quick": np.full(INTERVALS, 4)}
    by_error = results_of(wrong, positive=30, missed=missed).verdict()[0].text
    assert "quick has the lowest error" in by_error
    asked = {"metrics": ["recall of 1"]}
    by_recall = results_of(wrong, positive=30, missed=missed, **asked)
    assert "careful has the highest recall of 1" in by_recall.verdict()[0].text
    assert by_recall.compare().iloc[0][["better", "metric"]].to_list() == ["careful", "recall of 1"]


def test_an_interval_around_zero_says_on_which_side_its_ends_are():
    assert difference(300, -20, 620, "less than a") == "300 less than a (20 more to 620 less)"
    assert difference(300, 20, 620, "less") == "300 less (20 to 620)"
    assert difference(300, -20, 620, "EUR") == "300 EUR (−20 to 620)"


def test_equality_is_only_within_the_margin_that_was_asked_for():
    pair = {"a": noisy(0.2, 20), "b": noisy(0.2, 20, seed=1)}
    assert "equal" not in str(results_of(pair).verdict())
    apart = results_of({"a": seeded(5, 5), "b": seeded(5.5, 5.5)}, equivalence=2.0)
    assert "b is next" in str(apart.verdict())
    assert "b is equal to a to within 2.0 points." in str(apart.verdict())
    near = results_of(pair, equivalence=2.0)
    assert "to within 2.0 points" in str(near.verdict()) and near.compare().equivalent.all()
    far = results_of(pair, equivalence=0.01)
    assert "to within 0.01 points is not known" in str(far.verdict())
    assert not far.compare().equivalent.any()


def test_whether_keeping_up_pays_is_judged_with_the_same_learner():
    better = {"frozen": seeded(9, 9), "online": seeded(5, 5)}
    text = str(results_of(better).verdict())
    assert "Keeping a model up to date pays: the static contender frozen has 9.0 % error" in text
    assert "than online, with the same learner." in text
    text = str(results_of({"frozen": seeded(5, 5), "online": seeded(9, 9)}).verdict())
    assert "Keeping a model up to date does not pay: online, with the same learner, has" in text
    pair = {"frozen": noisy(0.2, 5), "online": noisy(0.2, 5, seed=1)}
    assert "Whether keeping a model up to date pays is not known" in str(results_of(pair).verdict())
    text = str(results_of(better, others={"online": "majority"}).verdict())
    assert "pays" not in text
    assert "The static contender frozen has 9.0 % error, 4.00 points more" in text
    assert "than online, with another learner." in text
    best = {"best": seeded(2, 2), **better}
    text = str(results_of(best, others={"best": "oracle"}).verdict())
    assert "Keeping a model up to date pays: the static contender frozen has 9.0 % error" in text


def test_where_none_is_static_the_weakest_is_named():
    three = {"a": seeded(5, 5), "b": seeded(9, 9), "c": seeded(20, 20)}
    text = str(results_of(three).verdict())
    assert "c is weakest, with 20.0 % error: 15.0 points more (14.7 to 15.3)." in text


def test_the_verdict_names_repeats_that_are_all_the_same():
    results = results_of({"a": noisy(0.1), "b": noisy(0.2, seed=1)})
    runs = [
        run._replace(repeat=repeat)
        for run in results.traces()
        for repeat in range(1 if run.contender == "no_change" else 3)
    ]
    text = str(with_runs(results, runs).verdict())
    assert text.startswith("On this one stream, with 3 trained models a contender (all the same), ")
    assert "Caution" not in text


def test_no_sentence_names_more_than_six():
    runs = {name: noisy(0.2, 5, seed=i) for i, name in enumerate("abcdefghij")}
    first = results_of(runs).verdict()[0].text
    assert "others do not differ significantly (Holm's correction" in first
    assert first.count("(2") <= 6 + 1  # the best, too


def test_values_in_one_sentence_have_as_many_places():
    means = {
        "online": SimpleNamespace(mean=4.0371, low=4.03, high=4.05),
        "frozen": SimpleNamespace(mean=4.0, low=3.6, high=4.4),
    }
    c = SimpleNamespace(means=means, scope=SimpleNamespace(metric="mae"))
    assert [plain(c, name) for name in means] == ["4.037", "4.0"]
    assert [plain(c, name, [*means]) for name in means] == ["4.037", "4.000"]


def test_a_contender_between_some_that_do_not_differ_from_the_best_is_named():
    runs = {"a": seeded(10, 10), "b": seeded(13, 13), "c": seeded(14, 14, spread=6.5)}
    first = results_of(runs).verdict()[0].text
    assert "a has the lowest error (10.0 %), from which c (14.0 %) does not differ" in first
    assert "correction for 3 pairs); b (13.0 %), between them, does. c has 4.0 points" in first


@pytest.mark.parametrize("text", ["nan", "inf", "  ", "e+0", "unknown"])
def test_sentences_have_no_holes(swept, plain, text):
    for results in (swept, plain):
        assert not any(text in block.text for block in results.verdict())


def test_contenders_that_have_not_ended_with_every_seed_are_left_out():
    results = results_of({"a": seeded(5, 5), "b": seeded(9, 9)})
    runs = [run for run in results.traces() if (run.contender, run.seed) != ("b", 2)]
    results = with_runs(results, runs)
    verdict = results.verdict()
    assert verdict[0].text.startswith("Over 10 seeds, a has 5.0 % error")
    assert verdict[-1].text.endswith("because runs are missing or have failed: b.")
    assert len(results.compare()) == 1


def test_contenders_that_have_ended_with_other_seeds_are_not_compared():
    results = results_of({"a": seeded(5, 5, 2), "b": seeded(9, 9, 2)})
    kept = {("a", 0), ("b", 1), ("no_change", 0), ("no_change", 1)}
    runs = [run for run in results.traces() if (run.contender, run.seed) in kept]
    results = with_runs(results, runs)
    assert results.verdict()[-2].text.endswith("because runs are missing or have failed: b.")
    assert not len(results.compare())


def test_recorded_rows_are_one_stream_whatever_the_seeds(plain):
    assert plain.verdict()[0].text.startswith("On this recorded stream, with these trained models")


def test_the_verdict_names_intervals_that_are_too_few_and_what_gives_more(plain):
    text = str(plain.verdict())
    assert "46 intervals of one stream are too few; evaluation: {interval: 11} gives more" in text
    assert "more points" not in text and "No contender" not in text


def test_with_one_stream_the_spread_over_repeats_is_added():
    base = {"a": noisy(0.10)[0], "b": noisy(0.2, seed=1)[0]}
    results = results_of({name: one[None] for name, one in base.items()})
    world = truth(True, 50)
    alone = results.compare().iloc[0]
    runs = [
        TracedRun(
            {}, name, 0, trace(wrong + 6 * repeat * (name == "a"), None, world), world, repeat
        )
        for name, wrong in base.items()
        for repeat in range(2)
    ] + [run for run in results.traces() if run.contender == "no_change"]
    results = with_runs(results, runs)
    several = results.compare().iloc[0]
    assert several.unit == "repeats" and alone.unit == "stream"
    assert several["mean"] == pytest.approx(alone["mean"] - 0.03)
    assert several.high - several.low > 2 * (alone.high - alone.low)
    text = results.verdict()[0].text
    assert text.startswith("On this one stream, with 2 trained models a contender, ")


def test_a_verdict_in_markdown_has_lists_and_a_table():
    text = markdown("", results_of({"a": seeded(5, 5), "b": seeded(9, 9)}).verdict()).decode()
    assert "\n\n- summer (rows 1,000 to 3,999): a\n- winter" in text
    assert "\n| contender | labels | trainings | CPU seconds | runs on |\n| --- |" in text


def test_the_bounds_of_the_excess_are_not_below_the_best_possible():
    text = str(results_of({"a": [np.full(INTERVALS, 6), np.full(INTERVALS, 30)]}).verdict())
    assert "The error of a is 13.0 points above the best possible (0.0 to " in text


@pytest.mark.parametrize(
    ("marks", "rates", "hinted"), [("", (9, 9), True), ("", (9, 30), False), ([0], (9, 9), False)]
)
def test_marks_are_asked_for_where_recorded_rows_have_none_and_show_too_little(
    tmp_path, marks, rates, hinted
):
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "1,a\n2,b\n" * 3_500, encoding="utf-8")
    table = {"kind": "table", "path": str(path), "target": "y"} | (
        {"marks": marks} if marks else {}
    )
    runs = {
        name: ("online", [{"wrong": noisy(rate / 100, seed=i)[0]}])
        for i, (name, rate) in enumerate(zip("ab", rates))
    }
    results = study_of(runs, prices=None, stream={"concepts": {"rows": table}})
    *_, last = text = [block.text for block in results.verdict()]
    asked = "If you know rows of changes, name them as marks of the table: intervals mostly become "
    assert (f"{asked}narrower." in text) == hinted
    assert last.startswith("Where training is random, models with other seeds differ: ")
