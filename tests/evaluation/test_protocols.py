"""Protocols: the labels of each fold, by hand and beside figures of MOA (in capymoa 0.11)."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import driftsim
from driftsim.evaluation.labels import AtOnce, Delayed, arrivals
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.protocols import POISSON, Bootstrap, Fold, Protocol
from driftsim.evaluation.rules import Rules
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


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (study(protocol="split", warmup=8), "a warm-up of 8 rows leaves fold 9 of 'split' without"),
        (study(protocol={"kind": "split", "folds": 1}), "folds"),
        (LATE_STUDY, "no label of the warm-up has come in by row 200"),
        (study(**LATE, protocol={"kind": "split", "folds": 3}), "leaves fold 3 of 'split' without"),
        (LATE_STUDY | FLOOR | {"evaluation": {"warmup_labels": "late"}}, "leave out one of both"),
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
    for i, block in enumerate(re.findall(r"```yaml\n(.*?)```", page, re.S)):
        (tmp_path / f"{i}.yaml").write_text(block, encoding="utf-8")
        results = driftsim.run(tmp_path / f"{i}.yaml", out=tmp_path, jobs=1)
        assert set(results.summary()["repeats"].dropna()) == {1, 10}


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
