"""What a training is worth: known answers, and those of the world of docs/decision.md."""

import math

import numpy as np
import pytest
from priced_studies import ALARMS, CLOCK, INTERVALS, PRICES, every, study_of
from scipy import stats

import driftsim
from driftsim.report.files import text_files

SEEDS = (-1, 0, 1, 1)  # how many more are wrong in each interval with each seed


def seeded(wrong, n, **more):
    """Traces with trainings in each n-th interval, and wrong rows that differ by the seed."""
    shared = {"fits": every(n, n - 1) if n else 0, "labels": 100 if n else 0} | more
    return [{"wrong": wrong + seed} | shared for seed in SEEDS]


def contest(prices=None, **document):
    """Four contenders whose lines over the price of a training are known."""
    five_or_six = 5 + np.arange(INTERVALS) % 2
    models = {
        "static": ("static", [{"wrong": 10} for _ in SEEDS]),
        "often": (CLOCK, seeded(4, 5)),  # 255 wrong in the mean, and 12 trainings
        "middle": (CLOCK, seeded(five_or_six, 10)),  # 345 and 6: above the line between its sides
        "rare": (CLOCK, seeded(6, 20)),  # 375 and 3
    }
    return study_of(models, prices, **document)


def rows(frame, **wanted):
    """The rows of a frame with some values, as dicts."""
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    return frame.to_dict("records")


def test_each_contender_is_the_cheapest_over_its_range_of_prices():
    """255 + 12 r, 375 + 3 r and 600 cross at 120 / 9 and at 225 / 3."""
    found = contest().worth().set_index("contender")
    assert found.mistakes.tolist() == [600, 255, 345, 375]
    assert found.trainings.tolist() == [0, 12, 6, 3]
    assert found.cheapest_from.tolist()[:2] == [75, 0] and found.cheapest_from["rare"] == 120 / 9
    assert found.cheapest_to[["often", "rare", "static"]].tolist() == [120 / 9, 75, math.inf]
    assert math.isnan(found.cheapest_from["middle"]) and math.isnan(found.cheapest_to["middle"])
    assert found.on_hull.tolist() == [True, True, False, True]
    assert found.on_frontier.all() and "without_trainings" not in found
    assert found.label_to["often"] == found.label_from["static"] == 345 / 6000


def test_who_knows_the_changes_is_compared_with_others_only_if_asked():
    """Of 250 and 1, at_drift beats rare at any price, and static up to 350."""
    at_drift = ({"kind": "at_drift", "memory": 500}, seeded(250 / 60, 60))
    models = {
        "static": ("static", [{"wrong": 10}] * 4),
        "rare": (CLOCK, seeded(6, 20)),
        "knowing": at_drift,
    }
    results = study_of(models, PRICES | {"label": 0, "training": 20, "mistake": 1})
    found = results.worth().set_index("contender")
    assert found.cheapest_to["rare"] == 75 and math.isnan(found.cheapest_from["knowing"])
    assert not found.on_hull["knowing"] and not found.on_frontier["knowing"]
    found = results.worth(knowing=True).set_index("contender")
    assert found.cheapest_to["knowing"] == pytest.approx(600 - found.mistakes["knowing"])
    assert math.isnan(found.cheapest_from["rare"]) and found.on_hull["knowing"]
    assert "knowing" not in {*results.wrong_prices().contender}


def test_labels_turn_the_ranking_round():
    """A label of .06 of a mistake is dearer than the 345 mistakes that 6,000 of them save."""
    pair = rows(contest().breakeven(), contender="static", other="often", price="label")
    (found,) = pair
    assert found["value"] == 345 / 6000
    assert (found["cheaper_below"], found["cheaper_above"]) == ("often", "static")


def test_the_price_at_which_two_cost_the_same_has_the_interval_of_t_where_trainings_do_not_vary():
    results = contest()
    (found,) = rows(results.breakeven(), contender="static", other="often", price="training")
    saved = np.array([6 - seed for seed in SEEDS]) * INTERVALS / 12
    low, high = stats.ttest_1samp(saved, 0).confidence_interval()
    assert found["value"] == pytest.approx(345 / 12)
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert found["outcome"] == "from low to high" and found["seeds"] == 4
    (found,) = rows(results.breakeven(), contender="often", other="rare", price="training")
    assert found["low"] == found["value"] == found["high"] == pytest.approx(120 / 9)
    assert (found["cheaper_below"], found["cheaper_above"]) == ("often", "rare")
    assert not rows(results.breakeven(), contender="often", other="rare", price="label")


def test_other_prices_are_held():
    """Often costs 172.5 EUR less in mistakes than static, and 120 EUR more in labels."""
    results = contest(PRICES)
    (found,) = rows(results.breakeven(), contender="static", other="often", price="training")
    assert found["value"] == pytest.approx((0.5 * 345 - 0.02 * 6000) / 12)
    (found,) = rows(results.breakeven(), contender="static", other="often", price="label")
    assert math.isnan(found["value"])  # trainings alone cost 7.5 EUR more than they save
    assert found["outcome"] == "high or less" and found["low"] == 0 < found["high"]
    assert found["cheaper_below"] == found["cheaper_above"] == "static"
    (found,) = rows(results.breakeven(), contender="static", other="rare", price="mistake")
    assert found["value"] == pytest.approx((0.02 * 6000 + 15 * 3) / 225)
    worth = results.worth().set_index("contender")
    assert worth.without_trainings["often"] == pytest.approx(0.5 * 255 + 0.02 * 7000)
    assert worth.mistakes["often"] == 0.5 * 255


def test_where_one_is_cheaper_at_every_price_there_is_none():
    both = {"a": (CLOCK, seeded(4, 20)), "b": (CLOCK, seeded(6, 5))}
    (found,) = rows(study_of(both, None).breakeven(), price="training")
    assert found["outcome"] == "never" and math.isnan(found["value"])
    assert found["cheaper_below"] == found["cheaper_above"] == "a"


def test_where_trainings_may_be_as_many_the_price_has_no_upper_bound():
    """Alarms come three times with one seed, and not at all with two."""
    fits = [every(20), every(60, 61), every(60, 61)]
    alarms = [{"wrong": 5 + i, "fits": one} for i, one in enumerate(fits)]
    models = {"static": ("static", [{"wrong": 30}] * 3), "alarms": (ALARMS, alarms)}
    (found,) = rows(study_of(models, None).breakeven(), price="training")
    assert found["outcome"] == "low or more" and 0 < found["low"] < found["value"]
    assert found["high"] == math.inf
    unknown = {"a": ("static", [{"wrong": w} for w in (5, 9, 4)]), "b": (ALARMS, alarms)}
    (found,) = rows(study_of(unknown, None).breakeven(), price="training")
    assert found["outcome"].startswith("not known") and found["low"] == 0


def test_one_stream_and_two_seeds_have_no_interval():
    for seeds, outcome in ((1, "not known: one stream"), (2, "not known: two seeds")):
        models = {
            "static": ("static", [{"wrong": 10}] * seeds),
            "often": (ALARMS, seeded(4, 5)[:seeds]),
        }
        (found,) = rows(study_of(models, None).breakeven(), price="training")
        assert found["outcome"] == outcome and found["value"] > 0
        assert math.isnan(found["low"]) and math.isnan(found["high"])


def test_one_stream_has_an_interval_where_both_train_by_a_clock():
    """It is the interval of what one saves if trainings are free, for each of its 12 trainings."""
    wrong = 4 + np.random.default_rng(0).integers(0, 3, INTERVALS)
    models = {
        "static": ("static", [{"wrong": 10}]),
        "often": (CLOCK, [{"wrong": wrong, "fits": every(5, 4)}]),
        "alarms": (ALARMS, [{"wrong": wrong, "fits": every(20, 4)}]),
    }
    results = study_of(models, PRICES | {"label": 0, "hour": 1})
    free = study_of(models, PRICES | {"label": 0, "training": 0}).costs().set_index("contender")
    (row,) = rows(results.breakeven(), contender="static", other="often", price="training")
    saved = free.loc["often", ["over_static", "over_static_low", "over_static_high"]] / 12
    assert [row["value"], row["low"], row["high"]] == pytest.approx([*saved])
    assert row["outcome"] == "from low to high" and row["unit"] == "stream"
    (row,) = rows(results.breakeven(), contender="static", other="alarms", price="training")
    assert row["outcome"] == "not known: one stream" and math.isnan(row["low"])


def test_no_rows_where_all_train_as_often():
    both = {name: ("static", [{"wrong": wrong}] * 3) for name, wrong in (("a", 5), ("b", 6))}
    results = study_of(both, None)
    assert not len(results.worth()) and not len(results.breakeven())
    assert not {"worth.csv", "breakeven.csv"} & {*text_files(results, results.verdict())}
    assert {"worth.csv", "breakeven.csv"} <= {*text_files(contest(), contest().verdict())}


def test_a_wrong_price_costs_what_is_chosen_by_it_more_than_the_cheapest():
    """At 15 EUR they cost 320, 447.5, 402.5 and 372.5 EUR, of which labels are 20 and 140."""
    found = contest(PRICES).wrong_prices()
    assert rows(found, price="training", factor=1)[0]["contender"] == "static"
    (often,) = rows(found, price="training", factor=0.1)
    assert often["contender"] == "often" and often["regret"] == pytest.approx(447.5 - 320)
    assert often["low"] < often["regret"] < often["high"] and often["unit"] == "seeds"
    assert {*found.price} == {"mistake", "label", "training"} and len(found) == 21
    assert not len(contest().wrong_prices())


WORLD = """stream:
  length: 100_000
  concepts: {low: {kind: sea, threshold: 8}, high: {kind: sea, threshold: 12}}
  drift: {kind: recurring, every: 20_000, width: 1_000}
  noise: 0.05
models:
  static: {learner: &tree {kind: sklearn.tree.DecisionTreeClassifier, max_depth: 8}, policy: static}
  every 500: {learner: *tree, policy: {kind: periodic, every: 500, memory: 2_000}}
  every 2000: {learner: *tree, policy: {kind: periodic, every: 2_000, memory: 2_000}}
  on_drift: {learner: *tree, policy: {kind: on_drift, memory: 2_000}}
  at_drift: {learner: *tree, policy: {kind: at_drift, memory: 2_000}}
evaluation: {warmup: 2_000, seeds: 8}
"""
BREAKEVENS = {  # of a training, in mistakes: the price, and its interval
    ("every 500", "every 2000"): (5.86, 5.31, 6.41),
    ("every 2000", "on_drift"): (12.45, 6.19, 18.71),
    ("static", "every 2000"): (193.7, 187.5, 199.8),
    ("static", "on_drift"): (2187, 2111, 2262),
}


@pytest.mark.slow
def test_the_prices_of_a_recurring_world(tmp_path):
    """They were found apart from this code, with the same seeds."""
    path = tmp_path / "world.yaml"
    path.write_text(WORLD, encoding="utf-8")
    results = driftsim.run(path, out=tmp_path, jobs=2)
    found = results.breakeven()
    for (one, other), known in BREAKEVENS.items():
        (row,) = rows(found, contender=one, other=other, price="training")
        assert [row["value"], row["low"], row["high"]] == pytest.approx(known, rel=1e-3)
    (label,) = rows(found, contender="static", other="on_drift", price="label")
    assert label["value"] == pytest.approx(0.089, abs=5e-4)
    able = results.worth().set_index("contender")
    order = able[able.on_hull].sort_values("cheapest_from")
    assert [*order.index] == ["every 500", "every 2000", "on_drift", "static"]
    assert order.cheapest_to.tolist() == pytest.approx([5.86, 12.45, 2187, math.inf], rel=1e-3)
    worth = results.worth(knowing=True).set_index("contender")
    order = worth[worth.on_hull].sort_values("cheapest_from")
    assert [*order.index] == ["every 500", "every 2000", "at_drift", "static"]
    assert order.cheapest_to.tolist() == pytest.approx([5.86, 10.87, 2204, math.inf], rel=1e-3)
    assert worth.mistakes.tolist() == pytest.approx([20_270, 10_113, 10_974, 11_522, 11_453], abs=1)
    assert worth.label_to["every 500"] == pytest.approx(worth.label_from["at_drift"])
