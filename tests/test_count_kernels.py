"""Kernels of naive Bayes on counts: the answers of river's own, over bags of words."""

import numpy as np
import pytest
from compiled_examples import BAYES, CHECKED, COUNTED, name
from test_encoded_kernels import LATE, played

from driftsim.kernels import count_bayes
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Outgrown, Schema
from driftsim.streams.stream import Stream


def bags(classes, n):
    """Rows of few counts, so that many are alike; labels by the sums of their words."""
    rng = np.random.default_rng(classes)
    X = rng.poisson(0.4, (n, 6)).astype(float)
    says = X @ rng.normal(size=(6, classes)) + 0.3 * rng.normal(size=(n, classes))
    schema = Schema(tuple("fedcba"), n_classes=classes)
    return Labelled(np.arange(n), X, says.argmax(axis=1)), schema


def text(n):
    concepts = {
        "a": {"kind": "text", "words": 40},
        "b": {"kind": "text", "words": 40, "topic": 0.6},
    }
    drift = {"kind": "sudden", "at": [n // 2]}
    stream = Stream.model_validate({"length": n, "concepts": concepts, "drift": drift})
    block = stream.instantiated(1, 0).rows(0, n)
    return Labelled(block.t, block.X, block.y), stream.schema


ROWS = {"two": lambda: bags(2, 800), "four": lambda: bags(4, 800), "text": lambda: text(800)}
ROWS |= {"halves": lambda: (lambda rows, schema: (rows._replace(X=rows.X / 2), schema))(*text(500))}


def cases():
    """Quick ones: each of river's classes by its defaults, the labels of one stream late."""
    for spec in COUNTED:
        for rows in ROWS:
            for labels in ("at_once", LATE):
                quick = isinstance(spec, str) and (rows, labels) in [
                    ("two", "at_once"),
                    ("text", LATE),
                ]
                late = "" if labels == "at_once" else "-late"
                marks = [] if quick else [pytest.mark.slow]
                yield pytest.param(spec, rows, labels, id=f"{name(spec)}-{rows}{late}", marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize(["spec", "rows", "labels"], [*cases()])
def test_naive_bayes_on_counts_answers_as_that_of_river(spec, rows, labels):
    learner, (rows, schema) = Learner.model_validate(spec), ROWS[rows]()
    assert learner.engine(schema) == "compiled"
    for probabilities in (False, True):
        ours, theirs = (
            played(one, schema, rows, labels, probabilities)
            for one in (learner, learner if CHECKED else learner.uncompiled())
        )
        assert np.allclose(ours, theirs, rtol=0.0, atol=1e-9 if probabilities else 0.0)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("kind", ["MultinomialNB", "ComplementNB"])
def test_a_negative_feature_is_for_rivers_object(kind, asked):
    rows, schema = bags(2, 20)
    model = Learner.model_validate(f"{BAYES}.{kind}").start(schema, 1)
    model.learn(rows)
    with pytest.raises(Outgrown, match="negative"):
        if asked:
            model.predict(-rows.X[:1] - 1)
        else:
            model.learn(rows._replace(X=rows.X - 1))


def test_what_rounding_loses_is_kept_as_python_does_from_3_12_on(monkeypatch):
    monkeypatch.setattr(count_bayes, "SUM_IS_COMPENSATED", True)
    total = lost = 0.0
    for term in (1e16, 1.0, -1e16, 1.0, 1e-3, 1e16, -1e16):
        total, lost = count_bayes.added.py_func(total, lost, term)
    assert total + lost == 2.001


def test_counts_that_are_not_smoothed_are_for_rivers_object():
    learner = Learner.model_validate({"kind": f"{BAYES}.MultinomialNB", "alpha": 0})
    assert learner.engine(Schema(("a",))).endswith("its alpha of 0")
