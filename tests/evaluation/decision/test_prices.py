"""Prices: what people write, what is wrong with it, and what columns of a trace cost by it."""

import numpy as np
import pytest

import driftsim
from driftsim.evaluation.decision.prices import Prices, classes_of, free_first
from driftsim.evaluation.prequential import evaluate, truth
from driftsim.messages import ScenarioError, flow
from driftsim.runner.runs import runs_of
from driftsim.scenario import load
from driftsim.scenario.resolved import resolved

CLOCK = "{kind: periodic, every: 100, memory: 50}"

WORLDS = {
    "two": "{kind: gaussians, separation: 2.0}",
    "three": "{kind: gaussians, means: [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]}",
    "numbers": "{kind: linear, features: 2}",
    "mail": "{kind: table, path: mail.csv, target: kind}",
}


def text_of(prices, world="two", learner="sklearn.naive_bayes.GaussianNB", policy="static"):
    more = "" if world != "three" else "  confusion: true\n"
    if world == "numbers":
        learner = "least_squares"
    return (
        f"stream: {{length: 700, concepts: {{a: {WORLDS[world]}}}}}\n"
        f"models: {{m: {{learner: {learner}, policy: {policy}}}}}\n"
        f"evaluation:\n  warmup: 200\n  interval: 60\n  predictions: true\n{more}"
        f"prices:\n  {prices}\n"
    )


def scenario_of(folder, prices, *about, change=lambda text: text):
    mails = [f"{i % 7},{['ham', 'spam'][i % 3 // 2]}" for i in range(700)]
    (folder / "mail.csv").write_text("\n".join(["words,kind", *mails]), encoding="utf-8")
    (folder / "s.yaml").write_text(change(text_of(prices, *about)), encoding="utf-8")
    return load(folder / "s.yaml").variants[0].scenario


REFUSED = [  # prices, stream, message
    ("mistake: -1", "two", "mistake: -1 is not valid; it should be at least 0"),
    ("mistake: .inf", "two", "mistake: .inf is not valid; it should be a finite number"),
    ("label: .nan", "two", "label: .nan is not valid; it should be a finite number"),
    ("hour: 1e13", "two", "hour: 10000000000000 is not valid; it should be at most 1"),
    ("training: -5", "two", "training.each: -5 is not valid; it should be at least 0"),
    ("training: {per_rows: 1}", "two", "training.per_rows: there is no key 'per_rows' here; did"),
    ("training: '15'", "two", "training: '15' is not valid; give a number, or {each: …, per_row"),
    ("mistake: cheap", "two", "mistake: 'cheap' is not valid; give a number, or one for each"),
    ("mistake: [1, 2]", "two", "mistake: [1, 2] is not valid; give a number, or one for each"),
    ("mistake: true", "two", "mistake: true is not valid; it should be a number"),
    ("mistakes: 5", "two", "mistakes: there is no key 'mistakes' here; did you mean 'mistake'?"),
    ("mistake: 0", "two", "all prices are 0, so that nothing costs anything; give a mistake one"),
    ("mistake: {0: 0, 1: 0}", "two", "all prices are 0, so that nothing costs anything"),
    ("absolute_error: 0", "numbers", "all prices are 0, so that nothing costs anything"),
    ("absolute_error: 1", "two", "absolute_error: this is not for classification; give a price of "
     "mistake"),
    ("mistake: 1", "numbers", "mistake: this is not for regression; give a price of "
     "absolute_error or squared_error"),
    ("mistake: {0: 1, 1: 1}", "numbers", "mistake: this is not for regression; give"),
    ("{absolute_error: 1, squared_error: 1}", "numbers", "squared_error: 'absolute_error' is given "
     "as well; give one of the two"),
    ("{currency: EUR, label: 1}", "two", "currency: a mistake has no price in this currency; give "
     "mistake one"),
    ("{currency: EUR, label: 1}", "numbers", "currency: a mistake has no price in this currency; "
     "give absolute_error or squared_error one"),
    ("{currency: '', mistake: 1}", "two", "currency: '' is not valid; give a word"),
    ("{currency: \"a\\nb\", mistake: 1}", "two", "currency: 'a\\nb' is not valid; give a word of"),
    ("mistake: {0: 1, 2: 1}", "two", "mistake.2: no class is called '2'; choose from 0, 1"),
    ("mistake: {spa: 1, ham: 2}", "mail", "mistake.spa: no class is called 'spa'; did you mean "
     "'spam'?"),
    ("mistake: {ham: 2}", "mail", "mistake: mistakes on the class 'spam' have no price; "
     "write spam: and a price"),
    ("mistake: {0: 1, 1: -2, 2: 1}", "three", "mistake.1: -2 is not valid; it should be at least"),
    ("mistake: {0: 1, 1: {0: -2, 2: 1}, 2: 1}", "three", "mistake.1.0: -2 is not valid; it should"),
    ("mistake: {0: 1, 1: {0: 2, 3: 1}, 2: 1}", "three", "mistake.1.3: no class is called '3'"),
    ("mistake: {0: 1, 1: {0: 2, 1: 1}, 2: 1}", "three", "mistake.1.1: a right answer has no price; "
     "leave it out"),
    ("mistake: {0: 1, 1: {0: 2}, 2: 1}", "three", "mistake.1: the answer '2' has no price; give it "
     "one, or one number for all answers"),
    ("mistake: {0: {1: {2: 1}}, 1: 1}", "two", "mistake.0.1: {'2': 1} is not valid; it should be"),
]  # fmt: skip


@pytest.mark.parametrize("prices, world, message", REFUSED)
def test_what_is_wrong_with_prices_is_said_with_its_place(tmp_path, prices, world, message):
    with pytest.raises(ScenarioError) as error:
        scenario_of(tmp_path, prices, world)
    line = text_of(prices, world).splitlines().index(f"  {prices}") + 1
    place, _, said = str(error.value).removeprefix(f"{tmp_path / 's.yaml'}:").partition(": ")
    assert int(place) in (line, line - 1)
    assert said.removeprefix("prices.").removeprefix("prices: ").startswith(message), said


def test_a_cost_matrix_of_three_classes_needs_their_counts(tmp_path):
    prices = "mistake: {0: {1: 1, 2: 2}, 1: 1, 2: 1}"
    without = "prices.mistake.0: a price by the answer needs counts of each; set "
    with pytest.raises(ScenarioError, match=without + "evaluation.confusion: true"):
        scenario_of(tmp_path, prices, "three", change=lambda text: text.replace("  confusion", "#"))
    assert scenario_of(tmp_path, prices, "three").prices
    by_class = "mistake: {0: 1, 1: 1, 2: 1}"  # needs none
    scenario_of(tmp_path, by_class, "three", change=lambda text: text.replace("  confusion", "#"))


def counted(scenario):
    """The columns of the only contender with its truth, its predictions, and the labels."""
    trace = evaluate(scenario.stream, scenario.models["m"], scenario.rules)
    whole = scenario.stream.rows(0, 200, 700)
    return (
        truth(scenario.stream, scenario.rules).columns | trace.columns,
        trace.predictions,
        whole.y,
    )


def priced_in(scenario, matrix):
    """What each interval costs, row by row, by the price of each answer for each label."""
    columns, predicted, y = counted(scenario)
    costs = np.zeros(len(columns["rows"]))
    for i, (label, answer) in enumerate(zip(y.tolist(), predicted.tolist())):
        costs[np.searchsorted(columns["last_row"], 200 + i)] += matrix[label, answer]
    return costs


def written(matrix):
    """A cost matrix as a scenario writes it, without the diagonal."""
    others = [{str(p): price for p, price in enumerate(row) if p != a} for a, row in
              enumerate(matrix.tolist())]  # fmt: skip
    return f"mistake: {flow({str(a): row for a, row in enumerate(others)})}"


def wrong_answers(scenario):
    price, amount = scenario.priced.charges(counted(scenario)[0])["mistake"]
    return price * amount


@pytest.mark.parametrize("world, k", [("two", 2), ("three", 3)])
def test_prices_by_class_and_answer_are_those_of_each_row(tmp_path, world, k):
    """Drawn price lists, against a slow twin over the kept predictions."""
    rng, off = np.random.default_rng(0), 1 - np.eye(k)
    for _ in range(2):
        matrix = rng.integers(0, 9, (k, k)) / 4 * off
        scenario = scenario_of(tmp_path, written(matrix), world)
        expected = priced_in(scenario, matrix)
        assert expected.sum() > 0 and np.allclose(wrong_answers(scenario), expected)
        each = rng.integers(1, 9, k) / 4
        by_class = flow({str(a): price for a, price in enumerate(each.tolist())})
        scenario = scenario_of(tmp_path, f"mistake: {by_class}", world)
        assert np.allclose(wrong_answers(scenario), priced_in(scenario, each[:, None] * off))


def test_a_row_of_the_matrix_may_be_one_number_and_name_the_right_answer(tmp_path):
    scenario = scenario_of(tmp_path, "mistake: {0: {0: 0, 1: 1, 2: 4}, 1: 2.5, 2: 0}", "three")
    matrix = np.array([[0, 1, 4], [2.5, 0, 2.5], [0, 0, 0]])
    assert np.allclose(wrong_answers(scenario), priced_in(scenario, matrix))


@pytest.mark.parametrize("world, k", [("two", 2), ("three", 3)])
def test_equal_prices_by_class_are_a_plain_one(tmp_path, world, k):
    """Of counted mistakes, not of the expected ones, which a plain price takes where it can."""
    by_class = f"mistake: {flow({str(a): 1 for a in range(k)})}"
    for prices in (by_class, written(np.ones((k, k)))):
        scenario = scenario_of(tmp_path, prices, world)
        columns, predicted, y = counted(scenario)
        assert wrong_answers(scenario).sum() == np.sum(predicted != y)
        known = columns.pop("expected_error")
        plain = scenario_of(tmp_path, "mistake: 1", world).priced
        price, amount = plain.charges(columns)["mistake"]
        assert np.allclose(wrong_answers(scenario), price * amount)
        assert plain.charges(columns | {"expected_error": known})["mistake"].amount is known


def test_errors_of_numbers(tmp_path):
    scenario = scenario_of(tmp_path, "absolute_error: 3", "numbers")
    columns, predicted, y = counted(scenario)
    assert wrong_answers(scenario).sum() == pytest.approx(3 * np.abs(predicted - y).sum())
    scenario = scenario_of(tmp_path, "squared_error: 3", "numbers")
    columns = {name: one for name, one in columns.items() if "excess" not in name}
    price, amount = scenario.priced.charges(columns)["mistake"]
    assert (price * amount).sum() == pytest.approx(3 * np.sum((predicted - y) ** 2))
    expected = wrong_answers(scenario).sum()  # where the truth is known, of the mean label
    assert expected == pytest.approx((price * amount).sum(), rel=0.2)
    assert expected != pytest.approx((price * amount).sum(), rel=1e-9)


def test_every_quantity_has_its_price(tmp_path):
    prices = (
        "{currency: EUR, mistake: 2, label: 0.5, training: {each: 7, per_row: 0.25}, "
        "hour: 3_600, staleness: 0.125}"
    )
    scenario = scenario_of(tmp_path, prices, "two", "sklearn.naive_bayes.GaussianNB", CLOCK)
    columns = counted(scenario)[0]
    charges = scenario.priced.charges(free_first(columns, 1, 200))
    paid = {name: float((price * amount).sum()) for name, (price, amount) in charges.items()}
    seconds = sum(columns[f"{verb}_cpu_seconds"].sum() for verb in ("fit", "predict", "learn"))
    assert paid == pytest.approx(
        {
            "mistake": 2 * columns["expected_error"].sum(),
            "label": 0.5 * (200 + 4 * 50),
            "training": 7 * 4,
            "training_row": 0.25 * 4 * 50,
            "hour": seconds,
            "staleness": 0.125 * 5 * sum(range(100)),
        }
    )
    total = scenario.priced.costs(free_first(columns, 1, 200)).sum()
    assert total == pytest.approx(sum(paid.values())) and scenario.priced.currency == "EUR"


def test_prices_are_for_columns_of_any_shape(tmp_path):
    """Of losses, (2, n, b) and (2, n, b, k), as of traces."""
    rng = np.random.default_rng(0)
    scenario = scenario_of(tmp_path, "mistake: {0: {1: 1, 2: 4}, 1: 2, 2: 0}", "three")
    columns = {"rows": rng.random((2, 4, 5)), "confusion": rng.random((2, 4, 5, 9))}
    flat = {name: one.reshape(40, *one.shape[3:]) for name, one in columns.items()}
    costs = scenario.priced.costs(columns)
    assert costs.shape == (2, 4, 5)
    assert np.allclose(costs.ravel(), scenario.priced.costs(flat))


def test_classes_without_names_are_their_codes(tmp_path):
    assert classes_of(scenario_of(tmp_path, "mistake: 1").stream.schema) == ["0", "1"]
    named = scenario_of(tmp_path, "mistake: {ham: 5, spam: 0.1}", "mail")
    assert classes_of(named.stream.schema) == ["ham", "spam"]
    assert isinstance(named.prices, Prices) and named.priced.given


def test_prices_are_written_out_and_read_back(tmp_path):
    for prices in ("mistake: {0: {1: 1, 2: 4}, 1: 2, 2: 0}", "{label: 0.5, training: 3}"):
        (tmp_path / "s.yaml").write_text(text_of(prices, "three"))
        study = load(tmp_path / "s.yaml")
        (tmp_path / "again.yaml").write_text(resolved(study))
        again = load(tmp_path / "again.yaml")
        assert again.variants == study.variants
    assert again.variants[0].scenario.prices == Prices(label=0.5, training={"each": 3.0})


def test_prices_change_no_run(tmp_path):
    """Nothing is played again, and other costs follow."""
    path, out = tmp_path / "s.yaml", tmp_path / "out"
    path.write_text(text_of("{mistake: 2, training: 15}", policy=CLOCK, learner="majority"))
    first = driftsim.run(path, out, jobs=1)
    kept = {run: run.stat().st_mtime_ns for run in out.rglob("*.parquet")}
    again = driftsim.run(load(path, ["prices.training=30", "prices.label=1"]), out, jobs=1)
    assert kept == {run: run.stat().st_mtime_ns for run in out.rglob("*.parquet")}
    assert len(kept) >= 2 and (again.costs().cost > first.costs().cost)[:-1].all()


def test_settings_of_prices_share_their_runs(tmp_path):
    text = text_of("{mistake: 2, training: 15}", policy=CLOCK, learner="majority")
    (tmp_path / "s.yaml").write_text(
        text + "sweep: {prices.training: [1, {each: 2, per_row: 3}]}\n"
    )
    one, other = load(tmp_path / "s.yaml").variants
    assert one.scenario.prices != other.scenario.prices
    assert [run.key for run in runs_of(one)] == [run.key for run in runs_of(other)]
    results = driftsim.run(tmp_path / "s.yaml", tmp_path / "out", jobs=1)
    assert len([*(tmp_path / "out").rglob("*.parquet")]) == 3  # of two contenders and the truth
    assert (results.costs().contender == "m").sum() == 2


def test_of_a_model_that_was_trained_before_every_training_is_paid_for(tmp_path):
    """Its first one, which the others have on the warm-up, was before: none of the rest is free."""
    from sklearn.naive_bayes import GaussianNB

    rng = np.random.default_rng(0)
    fitted = GaussianNB().fit(rng.normal(size=(50, 3)), np.arange(50) % 2)
    clock = {"kind": "periodic", "every": 20, "memory": 30}
    learners = {"given": fitted, "new": "sklearn.naive_bayes.GaussianNB"}
    document = {
        "stream": {"length": 700, "concepts": {"a": "sea"}},
        "models": {name: {"learner": one, "policy": clock} for name, one in learners.items()},
        "evaluation": {"warmup": 200, "interval": 100},
        "prices": {"mistake": {0: 1, 1: 1}, "training": {"each": 15, "per_row": 1}},
    }
    costs = driftsim.run(document, out=tmp_path, jobs=1).costs()
    assert costs.training.tolist()[:2] == [24 * (15 + 30)] * 2
