"""Confusion: how often each class is predicted for each."""

from types import SimpleNamespace

import numpy as np
import pytest

from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.rules import Rules
from driftsim.messages import ScenarioError
from driftsim.scenario import load
from driftsim.store import Store
from driftsim.streams.stream import Stream

BAYES = "sklearn.naive_bayes.GaussianNB"
CORNERS = {"kind": "gaussians", "means": [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]}
STREAM = Stream.model_validate({"length": 1_000, "concepts": {"corners": CORNERS}})
CONTENDER = Contender.model_validate({"learner": BAYES, "policy": "static"})
RULES = Rules(warmup=100, interval=30, confusion=True, predictions=True)


def test_counts_are_those_of_the_predictions():
    trace = evaluate(STREAM, CONTENDER, RULES)
    counts = trace.columns["confusion"].reshape(-1, 3, 3)
    y = STREAM.rows(0, 100, 1_000).y
    for i in (0, 1, len(counts) - 1):
        first, last = trace.columns["first_row"][i] - 100, trace.columns["last_row"][i] - 99
        expected = np.zeros((3, 3), int)
        np.add.at(expected, (y[first:last], trace.predictions[first:last]), 1)
        assert counts[i].tolist() == expected.tolist()
    assert (counts.sum(axis=2) == truth(STREAM, RULES).columns["actual"]).all()
    assert (counts.sum(axis=1) == trace.columns["predicted"]).all()
    assert (counts.diagonal(axis1=1, axis2=2) == trace.columns["correct"]).all()
    assert (trace.total().columns["confusion"].sum(axis=0).reshape(3, 3) == counts.sum(0)).all()


def test_they_change_nothing_else():
    one, other = (
        evaluate(STREAM, CONTENDER, RULES.model_copy(update={"confusion": asked})).columns
        for asked in (False, True)
    )
    assert other.keys() - one.keys() == {"confusion"}
    for name in one:
        assert "seconds" in name or np.array_equal(one[name], other[name], equal_nan=True), name


def test_they_are_kept(tmp_path):
    trace = evaluate(STREAM, CONTENDER, RULES)
    run, store = SimpleNamespace(key="one", about={}, rules=RULES), Store(tmp_path)
    store.save(run, trace)
    loaded = store.load(run)
    assert (loaded.columns["confusion"] == trace.columns["confusion"]).all()
    joined = loaded.joined(np.array([0, 10])).columns["confusion"]
    assert (joined == np.add.reduceat(trace.columns["confusion"], [0, 10], axis=0)).all()


def scenario(concept, **evaluation):
    return {
        "stream": {"length": 50_000, "concepts": {"a": concept}},
        "models": {"m": {"learner": "mean" if concept["kind"] == "linear" else "majority",
                         "policy": "online"}},
        "evaluation": {"confusion": True, **evaluation},
    }  # fmt: skip


@pytest.mark.parametrize(
    "document, message",
    [
        (
            scenario({"kind": "linear", "features": 2}),
            "evaluation.confusion: numbers are not confused as classes are; leave it out",
        ),
        (
            scenario({"kind": "rbf", "classes": 600, "centroids": 600}),
            "evaluation.confusion: 360,000 counts in each of 2,000 intervals are kept in memory at "
            "once; leave it out, or give longer intervals",
        ),
        (
            scenario({"kind": "rbf", "classes": 100, "centroids": 100}, interval=1),
            "evaluation.interval: intervals of 1 rows make 50,000 entries of a trace, which is "
            "kept in memory at once; give at least 2 rows",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(document, message):
    with pytest.raises(ScenarioError) as error:
        load(document)
    assert message in str(error.value)
