"""Queries: which labels are asked for, by hand and beside figures of MOA (in capymoa 0.11)."""

import itertools
from functools import cache

import numpy as np
import pytest
from examples import QUERY, played, sea_stream

import driftsim
from driftsim.evaluation import queries
from driftsim.evaluation.labels import Labels
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.queries import Spending, within_reach
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.strategies import Candidate, Neighbours, Strategy, entropy, margin
from driftsim.examples import PARTS, written
from driftsim.messages import ScenarioError
from driftsim.report.summary_text import remarks
from driftsim.scenario.notation import parsed
from driftsim.streams.stream import Stream

SINES = {
    "length": 4_000,
    "concepts": {name: {"kind": "sine", "function": n} for name, n in zip("abc", (1, 3, 2))},
    "drift": {"kind": "sudden", "at": [1_200, 2_800]},
}
ALL = {"kind": "query", "budget": 1.0, "window": "all", "by": "at_random"}
POLICIES = [
    "online",
    {"kind": "online", "restart": {"kind": "ddm", "warning": 1.0, "alarm": 1.5}},
    {"kind": "periodic", "every": 300, "memory": 200},
    {"kind": "on_drift", "memory": 60, "detector": {"kind": "adwin", "delta": 0.2}},
    {"kind": "recall", "memory": 60, "detector": {"kind": "adwin", "delta": 0.2}},
    {"kind": "ensemble", "every": 200, "size": 3},
    {"kind": "mini_batch", "size": 40},
    {"kind": "replay", "size": 20, "buffer": 100},
    "pretrained_online",
    "static",
]
TIMES = "seconds", "age", "model_bytes"  # columns that may differ where labels are the same


def contender(policy="online", learner="naive_bayes", **more):
    return Contender.model_validate({"learner": learner, "policy": policy} | more)


def query(by, budget=0.2, **more):
    return Labels.model_validate({"kind": "query", "by": by, "budget": budget} | more)


@cache
def sines():
    return Stream.model_validate(SINES)


def asked_of(labels, policy="online", seed=0, stream=None, **rules):
    """The trace of a contender that asks for labels, row by row."""
    rules = {"warmup": 200, "truth": False, "interval": 1} | rules
    return evaluate(stream or sines(), contender(policy), Rules(labels=labels, **rules), seed)


@pytest.mark.parametrize(
    ("by", "correct", "first", "total"),
    [
        ("variable_uncertainty", 2129, [500, 505, 510, 515, 521], 1_573_978),
        ("fixed_uncertainty", 2101, [500, 506, 512, 516, 521], 1_573_590),
    ],
)
def test_labels_asked_for_and_accuracies_are_those_of_moa(by, correct, first, total):
    # MOA: active.ALUncertainty -l bayes.NaiveBayes -d VarUncertainty | FixedUncertainty -b 0.2
    # -n 500, row by row on the rows of this stream with seed 15; -n is our warm-up
    labels = query(by, window="all")
    columns = asked_of(labels, seed=15, warmup=500).columns
    rows = 500 + np.flatnonzero(columns["labels_asked"])
    assert len(rows) == 700
    assert rows[:5].tolist() == first
    assert rows.sum() == total
    assert columns["correct"].sum() == correct
    assert columns["labels"].sum() == 500 + 700


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("of", ["at_once", {"kind": "random", "mean": 30}], ids=["now", "late"])
def test_a_budget_for_every_label_gives_those_that_come_in_by_themselves(policy, of):
    about = {"stream": sea_stream(1_600), "policy": policy, "predictions": True, "interval": 100}
    asked = asked_of(Labels.model_validate(ALL | {"of": of}), probe=50, **about)
    # the random delays of labels that are asked for are those of labels within others
    given = Labels.model_validate({"kind": "share", "rate": 1.0, "of": of})
    given = asked_of(given, probe=50, **about)
    assert np.array_equal(asked.predictions, given.predictions)
    assert np.array_equal(asked.alarms, given.alarms)
    assert np.array_equal(asked.probes.errors[:-1], given.probes.errors[:-1])
    assert asked.columns["labels_asked"].sum() == 1_400
    late = asked.columns["labels_after_end"].sum()
    assert late == given.columns["labels_after_end"].sum() + (of == "at_once") or of != "at_once"
    assert np.array_equal(asked.columns["age"], given.columns["age"])
    assert asked.columns["labels"].sum() == 200 + 1_400 - late


@pytest.mark.parametrize("by", [*PARTS["strategy"].items()], ids=lambda one: one[0])
@pytest.mark.parametrize(
    "of", ["at_once", {"kind": "share", "rate": 0.8, "of": {"kind": "batches", "every": 45}}]
)
def test_a_model_that_asks_by_itself_asks_as_one_row_by_row_does(by, of, monkeypatch):
    rows, warmup = (1_000, 90) if of == "at_once" else (9_700, 7_790)  # of one block, or of two
    about = {"predictions": True, "interval": 25, "warmup": warmup}
    labels = query(parsed(written(*by))[0], of=of)
    tree = {"kind": "hoeffding_tree", "grace_period": 50}
    traces = []
    for whole in (True, False):
        monkeypatch.setattr(queries, "is_fused", lambda strategy, whole=whole: whole)
        rules = Rules(labels=labels, truth=False, **about)
        traces.append(evaluate(sea_stream(rows), contender(learner=tree), rules))
    one, other = traces
    assert np.array_equal(one.predictions, other.predictions)
    for name in ("labels_asked", "labels_never", "labels_after_end", "age"):
        assert np.array_equal(one.columns[name], other.columns[name]), name
    for name in ("labels", "rows_trained"):  # which count before the next row, or after the last
        assert one.columns[name].sum() == other.columns[name].sum(), name
    assert one.columns["labels_asked"].sum() > 100


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_every_policy_keeps_to_a_budget(policy):
    labels = query("variable_uncertainty", of={"kind": "delayed", "rows": 9})
    columns = asked_of(labels, policy, stream=sea_stream(1_400)).columns
    assert 150 < columns["labels_asked"].sum() <= 0.2 * 1_200 + 20
    assert columns["labels"].sum() == 200 + (
        columns["labels_asked"].sum() - columns["labels_after_end"].sum()
    )


def test_what_is_spent_fades_over_a_window():
    spending = Spending(0.5, 4)  # while less than 2 labels of 4 have been spent
    found = []
    for _ in range(8):
        found.append(spending.allows())
        spending.add(found[-1])
    # 0, 1, 1.75, 2.3125 and no more; 1.73 again, 2.30 and no more
    assert found == [True, True, True, False, True, False, True, False]


def test_what_is_spent_of_all_rows_counts_the_row_itself():
    spending, found = Spending(0.4, "all"), []
    for _ in range(8):
        found.append(spending.allows())
        spending.add(found[-1])
    assert found == [True, False, True, False, False, True, False, True]  # 1/3, 2/6, 3/8 < 0.4


def row(certainty, drawn=(0.5, 0.5), affordable=True, x=(0.0,)):
    return Candidate(np.array(x), certainty, drawn, affordable)


def test_a_variable_threshold_falls_with_labels_and_rises_without():
    asks = Strategy.model_validate({"kind": "variable_uncertainty", "step": 0.5}).start(0.2)
    assert asks(row(0.9))  # below 1: now 0.5
    assert not asks(row(0.6))  # now 0.75
    assert not asks(row(0.1, affordable=False))  # nothing changes
    assert asks(row(0.74))
    assert asks(row(0.37))
    assert not asks(row(0.1875))


def test_a_randomized_threshold_is_multiplied():
    spec = {"kind": "randomized_uncertainty", "step": 0.5, "spread": 2.0}
    asks = Strategy.model_validate(spec).start(0.2)
    above, below = 0.8413447460685429, 0.15865525393145707  # one standard deviation: 3 and -1 times
    assert not asks(row(0.0, (below, 0.5)))  # now 1.5
    assert asks(row(4.4, (above, 0.5)))


def test_a_split_asks_of_some_rows_at_random():
    asks = Strategy.model_validate({"kind": "split_uncertainty", "share": 0.25}).start(0.2)
    assert asks(row(1.5, (0.2, 0.1)))
    assert not asks(row(0.0, (0.2, 0.3)))
    assert not asks(row(1.5, (0.2, 0.1), affordable=False))
    assert asks(row(0.5, (0.3, 0.9)))


def test_dense_regions_are_where_a_row_is_the_nearest_of_another():
    rng = np.random.default_rng(0)
    X, neighbours, nearest = rng.random((40, 2)), Neighbours(6), {}
    for i, x in enumerate(X):
        found = 0
        for j in range(max(i - 6, 0), i):
            distance = ((x - X[j]) ** 2).sum()
            found += distance < nearest[j]
            nearest[j] = min(nearest[j], distance)
        near = [((x - X[j]) ** 2).sum() for j in range(max(i - 6, 0), i)]
        nearest[i] = min(near, default=np.inf)
        assert neighbours.add(x) == found


def test_measures_of_certainty():
    p = np.array([[0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3], [1.0, 0.0, 0.0]])
    assert margin(p) == pytest.approx([0.2, 0, 1])
    assert entropy(p) == pytest.approx([0.0627694, 0, 1], abs=1e-7)
    unknown = Strategy.model_validate("variable_uncertainty").certainty(np.full((1, 2), np.nan))
    assert unknown[0] == -np.inf


def test_rows_are_given_out_as_far_as_no_label_of_them_can_be_in():
    rng, t = np.random.default_rng(1), np.arange(30, 60)
    for _ in range(200):
        due = t + rng.integers(0, rng.integers(1, 20), len(t))
        can = [n for n in range(1, 31) if all(due[i] >= t[n - 1] for i in range(n))]
        assert within_reach(due, t) == max(can)


def test_a_model_that_knows_nothing_is_uncertain():
    late = query("fixed_uncertainty", window="all", of={"kind": "delayed", "rows": 4})
    for labels, first in ((query("fixed_uncertainty", window="all"), 1), (late, 5)):
        columns = asked_of(labels, warmup=0, stream=sea_stream(300)).columns
        assert columns["labels_asked"][0] == 1
        assert columns["labels_asked"].sum() >= first / 5


def test_contenders_that_ask_at_random_ask_for_the_same_rows():
    about = {"stream": sea_stream(1_200), "warmup": 0}
    one, other = (
        asked_of(query("at_random"), policy, **about).columns["labels_asked"]
        for policy in ("online", POLICIES[1])
    )
    assert np.array_equal(one, other)
    assert not np.array_equal(
        one, asked_of(query("at_random"), seed=1, **about).columns["labels_asked"]
    )
    assert 0.16 < one.mean() < 0.24


def test_own_labels_leave_other_contenders_as_they_were():
    assert "labels" not in contender().model_dump(mode="json", serialize_as_any=True)
    own = contender(labels={"kind": "query", "budget": 0.1})
    assert Contender.model_validate(own.model_dump(mode="json", serialize_as_any=True)) == own


STUDY = """\
stream: {length: 1_500, concepts: {a: {kind: sea}}, noise: 0.1}
models:
  all: {learner: naive_bayes, policy: online}
  asks:
    learner: naive_bayes
    policy: online
    labels: {kind: query, budget: 0.1, of: {kind: delayed, rows: 10}}
evaluation: {warmup: 500, seeds: 2}
prices: {mistake: 1, label: 0.5}
report: {metrics: [error, asked], figures: []}
"""


def test_a_study_prices_the_labels_that_each_contender_asks_for(tmp_path, undrawn):
    results = played(STUDY, "asking", tmp_path)
    summary = results.summary().set_index("contender")
    assert summary.labels["all"] == 1_500
    assert 590 < summary.labels.asks < 620
    assert summary.asked.asks == pytest.approx((summary.labels.asks - 500) / 1_000, abs=0.01)
    assert np.isnan(summary.asked["all"])
    costs = results.costs().set_index("contender")
    assert costs.labels.asks == pytest.approx(0.5 * summary.labels.asks)
    assert str(results.verdict()).startswith(
        "Learn every label as it comes in, asking for 10 % of the labels (asks): "
    )
    own = "asks: query budget 0.1 of delayed rows 10"
    assert f"Contenders with labels of their own: {own}." in remarks(results)
    with_hash = driftsim.load(tmp_path / "asking.yaml", settings=["models.asks.labels.budget=0.2"])
    assert with_hash.variants[0].scenario.models["asks"].labels.budget == 0.2


REGRESSION = "stream: {length: 2_000, concepts: {a: linear}}\n"
CLASSES = "stream: {length: 2_000, concepts: {a: sea}}\n"
MODEL = "models: {one: {learner: %s, policy: static%s}}\n"


@pytest.mark.parametrize(
    ("stream", "learner", "own", "more", "message"),
    [
        (CLASSES, "naive_bayes", "budget: 0", "", "budget"),
        (CLASSES, "naive_bayes", "budget: 1.5", "", "budget"),
        (CLASSES, "naive_bayes", "budget: 0.1, window: 0", "", "give a number of rows, or all"),
        (CLASSES, "naive_bayes", "by: at_random", "", "the key 'budget' is missing"),
        (CLASSES, "naive_bayes", "budget: 0.1, by: margin", "", "measure: …}"),
        (REGRESSION, "least_squares", "budget: 0.1", "", "write by: at_random"),
        (CLASSES, "sklearn.svm.LinearSVC", "budget: 0.1", "", "gives no probabilities, by which"),
        (
            CLASSES, "naive_bayes", "budget: 0.1", "evaluation: {protocol: bootstrap}\n",
            "'bootstrap' decides which labels each model is given",
        ),
        (
            CLASSES, "naive_bayes", "budget: 0.1",
            "evaluation: {protocol: {kind: holdout, every: 500, rows: 100}}\n",
            "'holdout' decides which labels each model is given",
        ),
        (
            CLASSES, "naive_bayes", "budget: 0.1", "decision: {floor: true, memories: [100]}\n",
            "schedules are of models that are all given the same labels",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_a_line(stream, learner, own, more, message, tmp_path):
    path, labels = tmp_path / "s.yaml", f", labels: {{kind: query, {own}}}"
    path.write_text(stream + MODEL % (learner, labels) + more, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        driftsim.load(path)
    assert message in str(error.value)
    assert len(str(error.value).splitlines()) == 1, str(error.value)


def test_an_own_strategy_asks_for_what_it_says():
    class EveryThird(Strategy):
        """Ask for each third row."""

        uncertain = False

        def start(self, budget):
            rows = itertools.count(1)
            return lambda row: next(rows) % 3 == 0

    try:
        labels = query({"kind": "every_third"})
        columns = asked_of(labels, stream=sea_stream(260)).columns
    finally:
        Strategy.kinds.pop("every_third")
    assert np.flatnonzero(columns["labels_asked"]).tolist() == [*range(2, 60, 3)]


def test_what_is_asked_for_is_outermost():
    with pytest.raises(ValueError, match="labels are asked for first"):
        Labels.model_validate({"kind": "delayed", "rows": 3, "of": QUERY})
    document = {
        "stream": {"length": 2_000, "concepts": {"a": "sea"}},
        "models": {"one": {"learner": "naive_bayes", "policy": "online"}},
        "report": {"metrics": ["asked"]},
    }
    with pytest.raises(ScenarioError, match="which no contender has"):
        driftsim.load(document)
