"""The decision in words: each figure is one of the tables, and none is said without them."""

import numpy as np
import pandas as pd
import pytest
from priced_studies import ALARMS, CLOCK, INTERVALS, PRICES, TREE, every, study_of, uncertain
from words_and_tables import carried

from driftsim.report.decision.breakeven import breakeven
from driftsim.report.page.cost_section import cheapest
from driftsim.report.verdict.decision import ACTIONS, Advice, action
from driftsim.report.verdict.simple import EVEN, UNEVEN, simpler
from driftsim.scenario import Scenario

PEEKS = {"kind": "at_drift", "memory": 500}
DRIFT = {
    "length": 7_000,
    "concepts": {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea"}},
    "drift": {"kind": "sudden", "at": [4_000]},
}


def runs(rate, spread=1.0, n=8, seed=0, **more):
    """Columns of made-up traces, whose rate of wrong rows varies from seed to seed."""
    rates = rate + np.random.default_rng([seed, int(rate)]).normal(0, spread, n)
    return [{"wrong": one} | more for one in rates]


def advice(results):
    """The decision of a verdict that begins with it: what to do, and what else is known."""
    found = [*Advice(results.variants[0]).blocks()]
    assert [one.text for one in results.verdict()[: len(found)]] == found
    assert found[0].count(". ") <= 1  # at most two sentences
    return " ".join(found)


def test_retraining_that_is_cheapest_comes_first_with_its_saving():
    models = {
        "never": ("static", runs(40)),
        "clock": (CLOCK, runs(10, fits=every(5), labels=100)),
        "alarms": (ALARMS, runs(30, fits=every(20), labels=100)),
    }
    results = study_of(models)
    row = results.costs().set_index("contender").loc["clock"]
    text = advice(results)
    assert text.startswith(f"Retrain every 500 rows (clock): {row.cost:,.0f} EUR (")
    assert "less (" in text and text.endswith("than never retraining (never).")
    assert carried(text, [results.costs()], "every 500", "95 %")
    assert not carried(text.replace(f"{row.cost:,.0f}", "9,999"), [results.costs()], "500", "95 %")


def test_contenders_are_tied_only_where_they_do_not_differ_significantly():
    models = {
        "never": ("static", runs(40)),
        "clock": (CLOCK, runs(10, fits=every(5), labels=100)),
        "alarms": (ALARMS, runs(13, 3.0, fits=every(20), labels=100)),
        "tree": ((CLOCK, TREE), runs(30, fits=every(5), labels=100)),
    }
    results = study_of(models)
    table = results.costs().set_index("contender")
    (tied,) = table.index[table.tied]
    cost = f"{tied} ({table.cost[tied]:,.0f}) costs "
    assert cost in advice(results) and "tree" not in advice(results)
    assert advice(results).endswith(" more), which is not significant.")
    assert carried(advice(results), [results.costs(), results.compare()], "every 500", "95 %")


def test_where_static_is_cheapest_the_advice_is_not_to_retrain():
    models = {
        "clock": (CLOCK, runs(10, fits=every(5), labels=100)),
        "never": ("static", runs(11)),
    }
    results = study_of(models)
    text = advice(results)
    assert text.startswith("Do not retrain (never): ") and "never retraining" not in text
    assert "clock, the cheapest that is kept up to date, costs " in text and " more (" in text
    assert "−" not in text
    assert carried(text, [results.costs()], "95 %")


def test_no_advice_is_given_where_retraining_and_not_retraining_cost_the_same():
    results = study_of({"never": ("static", runs(10)), "clock": (CLOCK, runs(10, seed=1))})
    assert results.costs().tied.sum() == 1
    assert advice(results).startswith("Whether to retrain is not known: ")
    assert "Retrain every" not in advice(results) and "Do not" not in advice(results)


def test_a_saving_that_is_significant_alone_is_so_not_among_all():
    models = {
        "never": ("static", [{"wrong": 40 + 3 * one} for one in (-1, 0, 1)]),
        "clock": (CLOCK, [{"wrong": 30 - one} for one in (-1, 0, 1)]),
        "other": (ALARMS, [{"wrong": 60 + 9 * one} for one in (1, 0, -1)]),
    }
    results = study_of(models)
    row = results.costs().set_index("contender").loc["clock"]
    tied = results.costs().set_index("contender").tied
    assert row.over_static_low > 0 and tied["never"]
    text = advice(results)
    both = "never (1,220) costs 300 more (2 to 600 taken alone) and other (1,820) 900 more ("
    assert both in text
    assert ", which is not significant among 3 comparisons." in text
    assert "less (2 to 600 taken alone) than never retraining (never)." in text


def test_marks_are_asked_for_beside_an_answer_that_is_undecided_and_once(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "1,a\n2,b\n" * 3_500, encoding="utf-8")
    table = {"kind": "table", "path": str(path), "target": "y"}
    asked = "If you know rows of changes, name them as marks of the table: intervals mostly "
    for rate, said in ((9, 1), (40, 0)):
        rates = {"never": ("static", rate), "clock": (CLOCK, 9)}
        noise = np.random.default_rng(1).integers(0, 5, (2, INTERVALS))
        models = {
            name: (policy, [{"wrong": n + own}])
            for n, (name, (policy, own)) in zip(noise, rates.items())
        }
        results = study_of(models, stream={"concepts": {"rows": table | {"marks": []}}})
        text = str(results.verdict())
        assert text.count(asked) == said
        assert f"never). {asked}" in text or f"%). {asked}" in text or not said


def test_where_one_saves_for_certain_only_how_to_keep_up_to_date_is_not_known():
    results = study_of(uncertain())
    table = results.costs().set_index("contender")
    assert table.best["alarms"] and table.tied["never"] and table.tied["clock"]
    text = advice(results)
    row = table.loc["clock"]
    first = f"Keep a model up to date: alarms costs least, {table.cost['alarms']:,.0f} EUR ("
    assert text.startswith(first) and ", which is not significant among 3 comparisons; " in text
    only = f"clock ({row.cost:,.0f}) costs significantly less: {row.over_static:,.0f} less ("
    assert only in text and only in cheapest(results.variants[0])
    errors = str(results.verdict())
    assert "the static contender never" in errors.lower() and "pays" not in errors
    which = f"Which of them costs least is not known: clock ({row.cost:,.0f}) costs "
    assert which in text and "Whether to" not in text
    assert "than never retraining (never)" in text and carried(
        text, [results.costs(), results.compare()], "95 %", "3 comp"
    )


@pytest.mark.any_version
def test_a_constant_that_is_cheaper_than_every_contender_is_named_beside_the_answer():
    models = {"never": ("static", runs(40)), "clock": (CLOCK, runs(30))}
    results = study_of(models, {"currency": "EUR", "mistake": {"0": 1, "1": 0.1}})
    (text,) = simpler(results.variants[0])
    assert text == results.verdict()[1].text and text in cheapest(results.variants[0])
    saved = results.costs().set_index("contender").cost["clock"] - 300
    assert text.startswith(f"Always predicting 0 would have cost 300 EUR, {saved:.0f} less (")
    assert text.endswith(f") than clock, the cheapest contender: {UNEVEN}.")
    dear = study_of({"clock": (CLOCK, runs(20, fits=every(2)))}, PRICES | {"training": 100})
    assert next(simpler(dear.variants[0])).endswith(f"{EVEN}.")
    assert not [*simpler(study_of(models).variants[0])]
    assert not [*simpler(study_of(models, None).variants[0])]


@pytest.mark.parametrize(("wrong", "price", "word"), [(40, 1, "more"), (46, 0.1, "less")])
def test_a_constant_is_compared_once_where_mistakes_have_prices_by_class(wrong, price, word):
    prices = {"currency": "EUR", "mistake": {"0": 1, "1": price}}
    text = str(study_of({"clock": (CLOCK, runs(wrong))}, prices).verdict())
    _, always, rest = text.partition(f"Always predicting 0 would have cost {3_000 * price:,.0f} ")
    assert always and f" {word} (" in rest[:20] and "Always" not in rest
    assert "beats no_change" not in text


def test_without_a_static_contender_ties_are_said_all_the_same():
    models = {"one": (CLOCK, runs(10)), "other": (CLOCK, runs(10, seed=1))}
    assert advice(study_of(models)).endswith(", which is not significant.")


def test_what_knows_the_changes_is_no_advice():
    models = {"peeks": (PEEKS, runs(5)), "clock": (CLOCK, runs(10)), "never": ("static", runs(40))}
    results = study_of(models, stream=DRIFT)
    table = results.costs().set_index("contender")
    assert table.best["clock"] and not table.tied.any() and table.cost.idxmin() == "peeks"
    text = advice(results)
    assert text.startswith("Retrain every 500 rows (clock)")
    assert f"peeks, which knows every change beforehand, costs {table.cost['peeks']:,.0f}" in text
    assert carried(text, [results.costs()], "every 500", "95 %")
    dearer = study_of(models | {"peeks": (PEEKS, runs(20))}, stream=DRIFT)
    assert "peeks" not in advice(dearer)


def test_what_knows_the_world_is_no_advice():
    models = {"best": (("static", "oracle"), runs(0)), "clock": (CLOCK, runs(10))}
    text = advice(study_of(models))
    assert text.startswith("clock costs ") and "best, which knows the world, costs " in text


def test_contenders_that_lack_runs_are_not_compared():
    models = {"never": ("static", runs(40)), "clock": (CLOCK, runs(10)), "few": (ALARMS, runs(1))}
    whole = study_of(models)
    kept = [run for run in whole.traces() if run.contender != "few" or run.seed < 2]
    text = advice(type(whole)(whole.study, runs=[kept]))
    assert text.startswith("Retrain every 500 rows (clock): ") and "few" not in text
    kept = [run for run in kept if run.contender != "never"]
    assert advice(type(whole)(whole.study, runs=[kept])).startswith("clock costs ")


def test_another_learner_that_is_static_is_named_as_such():
    models = {"never": (("static", TREE), runs(40)), "online": ("online", runs(10, labels=100))}
    text = advice(study_of(models))
    assert text.startswith("Learn every label as it comes in (online): ")
    assert "than never retraining (never, with another learner)" in text


def test_one_stream_shows_nothing_of_others():
    models = {"never": ("static", runs(40, n=1)), "clock": (CLOCK, runs(10, n=1))}
    unknown = "These are costs of this one stream and these trained models; those of others are"
    assert unknown in advice(study_of(models))
    many = {name: (policy, own * 3) for name, (policy, own) in models.items()}
    assert "of this one stream;" in advice(study_of(many, repeats=3))
    more = {"never": ("static", runs(40)), "clock": (CLOCK, runs(10))}
    assert "not known" not in advice(study_of(more))


def test_without_static_or_others_no_saving_is_claimed():
    alone = advice(study_of({"clock": (CLOCK, runs(10))}))
    assert alone.startswith("clock costs ") and "less" not in alone and "significantly" not in alone
    both = {"clock": (CLOCK, runs(10)), "online": ("online", runs(30))}
    assert "less" not in advice(study_of(both)) and "than" not in advice(study_of(both))


def test_without_prices_the_verdict_has_no_decision():
    models = {"never": ("static", runs(40)), "clock": (CLOCK, runs(10))}
    assert "Retrain" not in str(study_of(models, prices=None).verdict())


def test_compute_is_marked_as_that_of_this_machine():
    models = {"never": ("static", runs(40)), "clock": (CLOCK, runs(10))}
    prices = {"currency": "EUR", "mistake": 1}
    assert "of this machine" not in advice(study_of(models, prices))
    assert "CPU time is that of this machine." in advice(study_of(models, prices | {"hour": 3}))


def test_each_setting_of_a_sweep_has_its_advice():
    models = {"never": ("static", runs(40)), "clock": (CLOCK, runs(10))}
    settings = {"stream.noise": 0.0}, {"stream.noise": 0.1}
    found = [block.text for block in study_of(models, settings=settings).verdict()]
    assert [text.partition("Retrain")[0] for text in found[::2]] == [
        "noise = 0.0: ",
        "noise = 0.1: ",
    ]


SLOW = {"kind": "periodic", "every": 2_000, "memory": 500}
PERIODS = {
    "never": ("static", runs(40)),
    "often": (CLOCK, runs(10, 0.3, fits=every(5), labels=100)),
    "seldom": (SLOW, runs(13, 0.4, fits=every(20), labels=100)),
}


def worth(results):
    """The sentences of a verdict on prices at which the cheapest contender changes."""
    found = [block.text for block in results.verdict() if "costs less than" in block.text]
    assert len(found) <= 1
    return found[0] if found else ""


def test_up_to_which_price_of_a_retraining_each_is_worth_it():
    results = study_of(PERIODS, prices=None)
    text = worth(results)
    every_500 = "is worth doing every 500 rows (often) rather than every 2,000 rows (seldom)."
    assert every_500 in text and "as seldom does, rather than never (never)." in text
    assert "Labels have no price here: if one costs more than " in text
    rows = [row for row in breakeven(results.variants[0])]
    tables = [pd.DataFrame(rows), results.costs()]
    assert carried(text, tables, "500 rows", "2,000 rows")
    value = next(row["value"] for row in rows if row["contender"] == "often")
    assert value == pytest.approx((13 - 10) * 60 / 9, rel=0.1)  # mistakes over trainings
    priced = study_of(PERIODS)
    assert "Labels have no price" not in worth(priced) and "EUR" in worth(priced)
    assert priced.verdict()[1].text == worth(priced)  # after the decision


def test_from_which_price_of_labels_on_learning_online_is_dearer_than_never_retraining():
    models = PERIODS | {"online": ("online", runs(5, labels=100))}
    free = {"currency": "EUR", "mistake": 1, "training": 15}
    found = [block.text for block in study_of(models, free).verdict()]
    rows = [row for row in breakeven(study_of(models, free).variants[0])]
    (row,) = [
        row for row in rows
        if row["price"] == "label" and {row["contender"], row["other"]} == {"never", "online"}
    ]  # fmt: skip
    assert found[0].startswith("Learn every label") and row["value"] == pytest.approx(
        35 / 100, rel=0.1
    )
    assert found[1].startswith("Labels have no price here: if one costs more than 0.3")
    assert found[1].endswith(", never is cheaper than online.")
    assert carried(found[1], [pd.DataFrame(rows)])
    assert "Labels have" not in str(study_of(models, PRICES).verdict())
    assert "Labels have" not in str(study_of(models, None).verdict())  # nothing else is named


def test_costs_that_do_not_vary_are_told_from_others():
    models = {
        "never": ("static", [{"wrong": 10}] * 3),
        "clock": (CLOCK, [{"wrong": 9, "fits": every(5)}] * 3),
    }
    text = advice(study_of(models))
    assert text.startswith("Do not retrain (never): 320 EUR. clock, the cheapest that is kept up")


def test_equal_costs_are_the_same():
    models = {"never": ("static", runs(40)), "clock": (CLOCK, runs(10))}
    labels = {"currency": "EUR", "mistake": 0, "label": 1}
    assert advice(study_of(models, labels)) == "never and clock cost the same: 1,000 EUR."


def test_no_price_is_named_that_the_seeds_do_not_show():
    alike = {
        "often": (CLOCK, runs(10, 3, fits=every(5))),
        "seldom": (SLOW, runs(10, 3, seed=1, fits=every(20))),
    }
    for seeds in (1, 2):
        few = {name: (policy, own[:seeds]) for name, (policy, own) in PERIODS.items()}
        assert not worth(study_of(few, prices=None))
    assert not worth(study_of(alike, prices=None))
    assert not worth(study_of({"never": PERIODS["never"], "online": ("online", runs(10))}, None))


def test_what_knows_the_changes_is_not_compared_with():
    models = PERIODS | {"peeks": (PEEKS, runs(5, fits=every(30)))}
    text = worth(study_of(models, prices=None, stream=DRIFT))
    assert "peeks" not in text and "every 500 rows (often) rather than" in text


def test_it_is_said_up_to_which_price_of_a_retraining_nothing_is_known():
    models = {
        "often": (CLOCK, runs(12.4, 2, fits=every(20))),
        "seldom": (SLOW, runs(13, 2, seed=1, fits=every(40))),
        "never": ("static", runs(80)),
    }
    results = study_of(models, prices=None)
    (row,) = [row for row in breakeven(results.variants[0]) if row["contender"] == "often"
              and row["other"] == "seldom" and row["price"] == "training"]  # fmt: skip
    assert row["outcome"] == "high or less" and row["cheaper_below"] == "often"
    text = worth(results)
    assert text.startswith("Whether often or seldom is cheaper is not known where a retraining")
    assert "; above that, seldom is. A retraining that costs less than " in text
    assert carried(text, [pd.DataFrame(breakeven(results.variants[0]))])


def test_what_sees_no_features_is_no_advice():
    blind = ("online", "no_change")
    models = {"never": ("static", runs(40)), "clock": (CLOCK, runs(20)), "last": (blind, runs(5))}
    text = advice(study_of(models))
    assert text.startswith("No model is worth it: last, which predicts the last label, costs least")


@pytest.mark.parametrize("seed", range(12))
def test_all_figures_of_any_decision_are_those_of_tables(seed):
    rng = np.random.default_rng(seed)
    policies = {
        "never": "static",
        "often": CLOCK,
        "seldom": SLOW,
        "alarms": ALARMS,
        "online": "online",
    }
    models = {
        name: (policies[name], runs(rng.uniform(5, 40), rng.uniform(0.2, 5), seed % 6 + 1, seed,
                                    fits=every(rng.integers(2, 30)), labels=int(rng.integers(100))))
        for name in rng.permutation([*policies])[: rng.integers(1, 6)].tolist()
    }  # fmt: skip
    prices = {"currency": "EUR", "mistake": rng.uniform(0, 1), "training": rng.uniform(0, 50)}
    results = study_of(models, prices | {"label": rng.choice([0, 0.01])})
    text = " ".join([advice(results), worth(results)])
    text = text.replace("".join(simpler(results.variants[0])), "")
    tables = [results.costs(), results.compare(), pd.DataFrame([*breakeven(results.variants[0])])]
    pairs = len(models) * (len(models) - 1) // 2
    words = "95 %", "every 500 rows", "every 2,000 rows", f"among {pairs} comparisons"
    assert carried(text, tables, *words)


def policy(value):
    """A policy as a scenario reads it."""
    document = {
        "stream": {"length": 7_000, "concepts": {"a": "sea"}},
        "models": {"a": {"learner": "river.naive_bayes.GaussianNB", "policy": value}},
    }
    return Scenario.model_validate(document).models["a"].policy


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"kind": "periodic", "every": 2_000, "memory": 10}, "Retrain every 2,000 rows"),
        ({"kind": "periodic", "every": 1, "memory": 10}, "Retrain every row"),
        ("online", ACTIONS["online"]),
        (
            {"kind": "online", "restart": "adwin"},
            "Learn every label as it comes in, and start anew after an alarm",
        ),
        ({"kind": "recall", "memory": 500}, ""),
    ],
)
def test_policies_are_actions(value, words):
    assert action(policy(value)) == words
