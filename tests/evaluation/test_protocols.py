"""Protocols: the labels of each fold, by hand and beside figures of MOA (in capymoa 0.11)."""

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from together import together

import driftsim
from driftsim.evaluation.labels import AtOnce, Delayed, arrivals
from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.protocols import POISSON, Bootstrap, Fold, Protocol
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trace import LABEL_MOMENTS
from driftsim.messages import ScenarioError
from driftsim.rows import Labelled
from driftsim.runner.runs import runs_of
from driftsim.scenario import load
from driftsim.streams.stream import Stream

ROOT = Path(__file__).resolve().parents[2]
SINES = {
    "length": 4_000,
    "concepts": {name: {"kind": "sine", "function": n} for name, n in zip("abc", (1, 3, 2))},
    "drift": {"kind": "sudden", "at": [1_200, 2_800]},
}
LINEAR = {"kind": "linear", "features": 2, "noise": 0.5}
NEVER = {"kind": "page_hinkley", "threshold": 1e6}
BAYES = Contender.model_validate({"learner": "naive_bayes", "policy": "online"})


def labels_of(fold, delay=0, n=6):
    """The positions of the labels of a fold, each with the row before which it is in."""
    t = np.arange(n)
    rows = Labelled(t, t[:, None].astype(float), t)
    labels = Delayed(rows=delay) if delay else AtOnce()
    (arrival,) = (fold.arrival(one) for one in arrivals([rows], labels, 0))
    assert (arrival.due_y == arrival.due_t).all()
    assert (arrival.due_X[:, 0] == arrival.due_t).all()
    return [
        (int(label), int(np.searchsorted(arrival.due_by, i + 1)))
        for i, label in enumerate(arrival.due_t)
    ]


def fold_of(spec, which, seed=0):
    return Fold(Protocol.model_validate(spec), which, seed)


def test_cross_validation_keeps_the_labels_of_one_fold_back():
    fold = fold_of({"kind": "cross_validation", "folds": 3}, 1)
    assert labels_of(fold) == [(0, 1), (2, 3), (3, 4), (5, 6)]


def test_a_split_gives_each_label_to_one_fold():
    fold = fold_of({"kind": "split", "folds": 3}, 1)
    assert labels_of(fold, delay=1) == [(1, 3), (4, 6)]
    assert labels_of(fold_of({"kind": "split", "folds": 3}, 4)) == labels_of(fold)  # the next time


def test_rows_assigned_at_random_are_each_in_one_fold():
    spec = {"kind": "split", "folds": 4, "assigned": "at_random"}
    of = [[label for label, _ in labels_of(fold_of(spec, i, seed=3), n=2_000)] for i in range(4)]
    assert sorted(itertools.chain.from_iterable(of)) == list(range(2_000))
    assert all(400 < len(one) < 600 for one in of)
    assert of[0] != [label for label, _ in labels_of(fold_of(spec, 0, seed=4), n=2_000)]


def test_a_bootstrap_gives_labels_by_poissons_law():
    copies = [Bootstrap(folds=2).copies(np.arange(20_000), fold, seed=1) for fold in (0, 1)]
    for found in copies:
        shares = np.bincount(found, minlength=4)[:4] / len(found)
        assert shares == pytest.approx([0.3679, 0.3679, 0.1839, 0.0613], abs=0.012)
    assert abs(np.corrcoef(*copies)[0, 1]) < 0.03
    assert POISSON[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("kind", "accuracy", "spread"),
    [("cross_validation", 65.05, 0.27214426), ("split", 64.44, 0.91883078)],
)
def test_folds_of_naive_bayes_have_the_accuracies_of_moa(kind, accuracy, spread):
    # MOA: EvaluatePrequentialCV -l bayes.NaiveBayes -a Cross-Validation | Split-Validation
    # -w 5 -e BasicClassificationPerformanceEvaluator, on the rows of this stream with seed 15
    rules = Rules(warmup=0, truth=False, protocol={"kind": kind, "folds": 5})
    stream = Stream.model_validate(SINES)
    runs = [evaluate(stream, BAYES, rules, 15, fold).total().columns for fold in range(5)]
    found = [100 * one["correct"].sum() / 4_000 for one in runs]
    assert np.mean(found) == pytest.approx(accuracy, abs=1e-9)
    assert np.std(found, ddof=1) == pytest.approx(spread, abs=1e-8)
    trained = 3_200 if kind == "cross_validation" else 800
    assert {int(one["labels"][0]) for one in runs} == {trained}
    assert not any(one["age"].any() for one in runs)


def test_test_sets_are_counted_from_the_end_of_the_warm_up():
    spec = {"kind": "holdout", "every": 3, "rows": 2}
    assert labels_of(fold_of(spec, 0), n=7) == [(0, 1), (1, 2), (2, 3), (5, 6), (6, 7)]
    late = Fold(Protocol.model_validate(spec), 1, 0, start=4)
    assert np.flatnonzero(late.scored(np.arange(16))).tolist() == [7, 8, 12, 13]
    assert [label for label, _ in labels_of(late, delay=1, n=8)] == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("every", "rows", "accuracies", "kappas"),
    [
        (
            300,
            100,
            [93, 95, 93, 82, 84, 83, 85, 22, 16, 19],
            {0: 85.84142394822, 7: -57.7031945006},
        ),
        (1_000, 500, [81, 54.2, 0], {0: 62.3875585962245, 1: 8.95066636979547}),
    ],
)
def test_naive_bayes_has_the_accuracy_of_moa_on_each_test_set(every, rows, accuracies, kappas):
    # MOA: EvaluatePeriodicHeldOutTest -l bayes.NaiveBayes -f 300 -n 100
    # -e BasicClassificationPerformanceEvaluator, on the rows of this stream with seed 15
    protocol = {"kind": "holdout", "every": every, "rows": rows}
    rules = Rules(warmup=0, truth=False, interval=100, protocol=protocol)
    columns = evaluate(Stream.model_validate(SINES), BAYES, rules, 15).over(every + rows).columns
    found = columns["correct"].sum(axis=1) / rows
    assert 100 * found == pytest.approx(accuracies, abs=1e-9)
    kappa = 100 * METRICS["kappa"](columns)
    assert kappa[[*kappas]] == pytest.approx([*kappas.values()], abs=1e-9)
    assert columns["labels"].sum() == 4_000 - columns["scored"].sum()


PARTIAL = [
    {"kind": "holdout", "every": 130, "rows": 45},
    {"kind": "cross_validation", "folds": 3, "tested": "held_out"},
    {"kind": "split", "folds": 3, "tested": "held_out", "assigned": "at_random"},
    {"kind": "bootstrap", "folds": 3, "tested": "held_out"},
]


@pytest.mark.parametrize("spec", PARTIAL)
@pytest.mark.parametrize("names", ["a b", "c d"])
def test_scores_and_the_truth_are_of_the_rows_that_are_scored(spec, names):
    # those of a run that keeps all predictions, and of a truth of each row, added up by hand
    concepts = {"a": "sea", "b": {"kind": "sea", "threshold": 9}, "c": LINEAR, "d": LINEAR}
    shown = {name: concepts[name] for name in names.split()}
    document = {"length": 900, "concepts": shown, "drift": {"kind": "sudden", "at": [500]}}
    stream, regression = Stream.model_validate(document), names == "c d"
    learner = {"learner": "least_squares" if regression else "naive_bayes"}
    contender = Contender.model_validate(learner | {"policy": {"kind": "mini_batch", "size": 20}})
    rules = Rules(warmup=110, interval=40, protocol=spec, predictions=True)
    found, t = evaluate(stream, contender, rules, 3, 1), np.arange(110, 900)
    kept = Fold(rules.protocol, 1, 3, 110).scored(t)
    starts = np.append(0, np.arange(120, 900, 40) - 110)
    each = truth(stream, Rules(warmup=110, interval=1), 3).columns
    rows = stream.instantiated(3, 110).rows(110, 900)
    assert np.add.reduceat(kept, starts).tolist() == found.columns["scored"].tolist()
    for name, column in each.items():
        if name in found.columns and name not in ("first_row", "last_row", "rows", *LABEL_MOMENTS):
            own = np.add.reduceat((column.T * kept).T, starts)
            assert found.columns[name] == pytest.approx(own, abs=1e-9), name
    if regression:
        error = np.abs(found.predictions - rows.y) * kept
        assert found.columns["absolute_error"] == pytest.approx(np.add.reduceat(error, starts))
        whole = found.total().columns
        assert whole["y_mean"][0] == pytest.approx(rows.y[kept].mean())
        assert whole["y_spread"][0] == pytest.approx(rows.y[kept].var() * kept.sum())
    else:
        right = (found.predictions == rows.y) & kept
        assert (
            found.columns["correct"].sum(axis=1).tolist() == np.add.reduceat(right, starts).tolist()
        )
        assert {"bayes_error", "majority_correct", "no_change_correct"} <= found.columns.keys()


@pytest.mark.parametrize("labels", ["at_once", {"kind": "random", "mean": 40}])
@pytest.mark.parametrize(
    "policy",
    [
        {"kind": "online", "restart": "ddm"},
        {"kind": "periodic", "every": 60, "memory": 100},
        {"kind": "on_drift", "memory": 100, "detector": "ddm"},
        {"kind": "ensemble", "every": 60, "size": 3},
    ],
)
def test_no_model_and_no_detector_knows_a_label_of_a_test_set(policy, labels):
    rows = Stream.model_validate(SINES).instantiated(0).rows(0, 1_500)
    tested = (np.arange(1_500) >= 100) & ((np.arange(1_500) - 100) % 175 >= 130)
    contender = Contender.model_validate({"learner": "naive_bayes", "policy": policy})
    rules = Rules(warmup=100, predictions=True, labels=labels, protocol=PARTIAL[0])
    found = []
    for y in (rows.y, np.where(tested, 1 - rows.y, rows.y)):
        frame = pd.DataFrame(rows.X, columns=["a", "b"]).assign(y=y)
        concepts = {"a": driftsim.Table(frame, target="y")}
        stream = Stream.model_validate({"length": 1_500, "concepts": concepts})
        found.append(evaluate(stream, contender, rules))
    right, wrong = found
    assert (right.predictions == wrong.predictions).all()
    correct = right.columns["correct"] + wrong.columns["correct"]
    assert (correct.sum(axis=1) == right.columns["scored"]).all()


def test_held_out_rows_change_no_prediction_of_a_fold():
    runs = [
        evaluate(
            Stream.model_validate(SINES), BAYES, Rules(warmup=0, predictions=True, protocol=spec)
        )
        for spec in (PARTIAL[1], PARTIAL[1] | {"tested": "every_row"})
    ]
    assert (runs[0].predictions == runs[1].predictions).all()


def test_prediction_intervals_are_scored_on_held_out_rows_and_made_of_all_others():
    contender = Contender.model_validate({"learner": "least_squares", "policy": "online"})
    stream = Stream.model_validate({"length": 900, "concepts": {"a": LINEAR}})
    asked = {"warmup": 100, "prediction_intervals": "conformal"}
    every, some = (
        evaluate(stream, contender, Rules(protocol=spec, interval=n, **asked), 2, 1).columns
        for spec, n in ((PARTIAL[1] | {"tested": "every_row"}, 1), (PARTIAL[1], 50))
    )
    kept, starts = np.arange(100, 900) % 3 == 1, np.arange(0, 800, 50)
    for name in ("covered", "rows", "width", "score"):
        own = every[f"interval_{name}"] * kept
        assert some[f"interval_{name}"] == pytest.approx(np.add.reduceat(own, starts))
    least = np.fmin.reduceat(np.where(kept, every["y_least"], np.nan), starts)
    assert (some["y_least"] == least).all()


def test_folds_are_tested_on_every_row_once_by_cross_validation():
    folds = [Fold(Protocol.model_validate(PARTIAL[1]), i, 0) for i in range(3)]
    assert (sum(one.scored(np.arange(50)) for one in folds) == 1).all()
    folds = [Fold(Protocol.model_validate(PARTIAL[2]), i, 0) for i in range(3)]
    assert (sum(one.scored(np.arange(50)) for one in folds) == 2).all()


@pytest.mark.parametrize("policy", ["online", {"kind": "online", "restart": "ddm"}])
def test_a_label_that_is_given_twice_counts_as_one(policy):
    contender = Contender.model_validate({"learner": "naive_bayes", "policy": policy})
    rules = Rules(warmup=500, truth=False, protocol="bootstrap")
    columns = evaluate(Stream.model_validate(SINES), contender, rules).total().columns
    copies = Bootstrap().copies(np.arange(4_000), 0, 0)
    assert columns["labels"][0] == (copies > 0).sum()
    if policy == "online":
        assert columns["rows_trained"][0] == copies.sum()


@pytest.mark.parametrize(
    "policy",
    [
        {"kind": "periodic", "every": 300, "memory": 200},
        {"kind": "mini_batch", "size": 40},
        {"kind": "on_drift", "memory": 100, "detector": "adwin"},
        {"kind": "ensemble", "every": 200, "size": 3},
        "pretrained_online",
    ],
)
@pytest.mark.parametrize("kind", ["cross_validation", "split", "bootstrap"])
def test_policies_take_a_warm_up_with_gaps(policy, kind):
    contender = Contender.model_validate({"learner": "naive_bayes", "policy": policy})
    rules = Rules(warmup=100, truth=False, protocol={"kind": kind, "folds": 4})
    stream = Stream.model_validate({"length": 1_500, "concepts": {"a": "sea"}})
    columns = evaluate(stream, contender, rules, 0, 3).total().columns  # row 99 is in this fold
    assert columns["rows"][0] == 1_400
    assert 0.4 < columns["correct"].sum() / 1_400 < 1


FLOOR = {"decision": {"floor": True, "grid": 200, "memories": [200]}}


def study(**evaluation):
    models = {"a": {"learner": "naive_bayes", "policy": "static"}}
    return {"stream": SINES, "models": models, "evaluation": evaluation}


DELAYED = {"kind": "delayed", "rows": 200}
LATE = {"warmup": 202, "warmup_labels": "late", "labels": DELAYED}  # of two rows
LATE_STUDY = study(**LATE | {"warmup": 200})


def test_each_fold_is_a_run():
    loaded = load(study(protocol={"kind": "split", "folds": 3}, repeats=2, seeds=2))
    runs = list(runs_of(loaded.variants[0]))
    assert len(runs) == 2 + 2 * 6
    assert len({run.key for run in runs}) == len(runs)


@together(
    ("document", "message"),
    [
        (study(protocol="split", warmup=8), "a warm-up of 8 rows leaves fold 9 of 'split' without"),
        (study(protocol={"kind": "split", "folds": 1}), "folds"),
        (LATE_STUDY, "no label of the warm-up has come in by row 200"),
        (study(**LATE, protocol={"kind": "split", "folds": 3}), "leaves fold 3 of 'split' without"),
        (LATE_STUDY | FLOOR | {"evaluation": {"warmup_labels": "late"}}, "leave out one of both"),
        (study(protocol={"kind": "holdout", "rows": 50}), "'every' is missing"),
        (study(protocol={"kind": "holdout", "every": 0, "rows": 5}), "0 is not valid; it should"),
        (
            study(protocol={"kind": "holdout", "every": 2_900, "rows": 101}),
            "3,000 rows after the warm-up are too few for one test set: it takes 3,001 rows",
        ),
        (
            study(protocol=PARTIAL[1] | {"folds": 30}, warmup=3_980),
            "fold 11 of 'cross_validation' would be scored on no row of 20 rows",
        ),
        (study(protocol=PARTIAL[0]) | FLOOR, "unlike those of 'holdout'; leave out one of both"),
        (study(protocol="jackknife"), "no protocol is called 'jackknife'"),
        (study(protocol="cross_validation") | FLOOR, "leave out one of both"),
    ],
)
def test_mistakes_are_named(document, message):
    with pytest.raises(ScenarioError, match=message):
        load(document)


@pytest.mark.parametrize(
    ("labels", "right"),
    [({"kind": "delayed", "rows": 499}, 0.5835), ({"kind": "batches", "every": 500}, 0.58825)],
)
def test_late_labels_and_chunks_have_the_accuracy_of_moa(labels, right):
    # MOA: EvaluatePrequentialDelayed -l bayes.NaiveBayes -p 0 -k 500, and the same with -b
    rules = Rules(warmup=0, truth=False, labels=labels)
    columns = evaluate(Stream.model_validate(SINES), BAYES, rules, 15).total().columns
    assert columns["correct"].sum() / 4_000 == pytest.approx(right, abs=1e-12)


def test_the_scenario_of_the_docs_runs(tmp_path):
    page = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
    scenarios = [one for one in re.findall(r"```yaml\n(.*?)```", page, re.S) if "stream:" in one]
    for i, block in enumerate(scenarios):
        (tmp_path / f"{i}.yaml").write_text(block, encoding="utf-8")
        results = driftsim.run(tmp_path / f"{i}.yaml", out=tmp_path, jobs=1)
        summary = results.summary()
        assert {*summary["repeats"].dropna()} == {1, 10} if i < 1 else len(summary)


@pytest.mark.parametrize(
    ("warmup", "warmup_labels", "right"),
    [
        (500, "late", 60.11428571428571),
        (500, "at_once", 60.14285714285714),
        (300, "late", 59.4054054),
    ],
)
def test_the_labels_of_a_warm_up_come_in_as_those_of_moa(warmup, warmup_labels, right):
    # MOA: EvaluatePrequentialDelayed -l bayes.NaiveBayes -p 500 -k 500; with -m; with -p 300
    labels = {"kind": "delayed", "rows": 499}
    rules = Rules(warmup=warmup, warmup_labels=warmup_labels, truth=False, labels=labels)
    columns = evaluate(Stream.model_validate(SINES), BAYES, rules, 15).total().columns
    assert 100 * columns["correct"].sum() / columns["rows"].sum() == pytest.approx(right)


def test_a_late_warm_up_is_the_unscored_head_of_a_run_without_one():
    stream = Stream.model_validate(SINES)
    common = {"truth": False, "predictions": True, "labels": {"kind": "random", "mean": 150}}
    late, cold = (
        evaluate(stream, BAYES, Rules(warmup=n, warmup_labels="late", **common)) for n in (700, 0)
    )
    assert (late.predictions == cold.predictions[700:]).all()
    assert late.columns["labels"].sum() == cold.columns["labels"].sum()
    assert late.columns["age"].sum() == 0


def test_what_has_come_in_of_a_late_warm_up_trains_the_first_model():
    contender = Contender.model_validate(
        {"learner": "naive_bayes", "policy": {"kind": "on_drift", "memory": 200, "detector": NEVER}}
    )
    labels = {"kind": "delayed", "rows": 99}
    rules = Rules(warmup=500, warmup_labels="late", truth=False, labels=labels, interval=500)
    stream = Stream.model_validate({"length": 1_500, "concepts": {"a": "sea"}})
    columns = evaluate(stream, contender, rules).columns
    assert columns["rows_trained"].tolist()[0] == 401  # of rows 0 to 400
    assert columns["labels"].tolist() == [401 + 500, 500]  # those of rows 401 to 900, and so on


def test_chunks_are_batches_of_labels_or_mini_batches():
    stream = Stream.model_validate(SINES)
    chunked = Rules(
        warmup=500, truth=False, predictions=True, labels={"kind": "batches", "every": 500}
    )
    at_once = chunked.model_copy(update={"labels": AtOnce()})
    batch = Contender.model_validate(
        {"learner": "naive_bayes", "policy": {"kind": "mini_batch", "size": 500}}
    )
    found = evaluate(stream, BAYES, chunked).predictions
    assert (found == evaluate(stream, batch, at_once).predictions).all()
    world, right = stream.instantiated(0), []
    model = BAYES.learner.start(world.schema, 0)
    for start in range(0, 4_000, 500):
        rows = world.rows(start, start + 500)
        right.append(model.predict(rows.X))
        model.learn(Labelled(rows.t, rows.X, rows.y))
    assert (found == np.concatenate(right[1:])).all()
