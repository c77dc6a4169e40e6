"""Kernels: the answers of river's own models, row by row."""

import os

import numpy as np
import pytest
from compiled_examples import CHECKED, CLASSIFIERS, GROWING, LINES, REGRESSORS, name, nested, scaled
from examples import cut, rows_of
from river import base

from driftsim.evaluation.labels import Labels, arrivals
from driftsim.learners.learner import Learner
from driftsim.learners.river import last_step
from driftsim.streams.stream import Stream

ROWS = int(os.environ.get("DRIFTSIM_TEST_ROWS", 1_000))
FEW = min(ROWS, 500)  # of streams beside those that come with late labels
LATE = [{"kind": "delayed", "rows": 100}, {"kind": "random", "mean": 60}]


def stream_of(concepts, noise, length):
    drift = {"kind": "sudden", "at": [length // 2]} if len(concepts) > 1 else "none"
    named = dict(zip("ab", concepts))
    spec = {"length": length, "concepts": named, "drift": drift, "noise": noise}
    return Stream.model_validate(spec)


RBF = {"kind": "rbf", "features": 10, "centroids": 20, "speed": 0.001}
STREAMS = {
    "sea": ([{"kind": "sea", "threshold": 8.0}, {"kind": "sea", "threshold": 12.0}], 0.1),
    "rbf": ([RBF], 0.0),
    "whole": ([{"kind": "sea", "threshold": 8.0}], 0.1),
    "four": ([RBF | {"features": 5, "classes": 4}], 0.05),
}
FOUR = stream_of(*STREAMS["four"], 2000).schema
NUMBERS = {
    "friedman": (["friedman"], 0.0),
    "hyperplane": ([{"kind": "hyperplane_regression", "features": 5}] * 2, 0.0),
}

LEARNERS = {  # each validated once, as it is asked for many times
    str(spec): Learner.model_validate(spec) for spec, _ in [*CLASSIFIERS, *REGRESSORS]
}


def pair(spec, stream, probabilities=False):
    """A compiled model and river's own, both new."""
    learner = LEARNERS[str(spec)]
    assert learner.engine(stream.schema) == "compiled"
    objects = learner.uncompiled()
    assert objects.engine(stream.schema) == "river"
    return (one.start(stream.schema, 1, probabilities) for one in (learner, objects))


class Asked:
    """river's object, asked for the label and the probabilities of each row."""

    def __init__(self, model):
        self._river, self._schema = model._model, model._schema
        self.labels, self.shares = [], []
        own = type(last_step(model._model)).predict_one
        self._predicts_the_likeliest = own is base.Classifier.predict_one

    def play(self, arrival):
        due, learned = self._dicts(arrival.due_X), 0
        y = arrival.due_y.tolist()
        for i, x in enumerate([*self._dicts(arrival.X), None]):
            while learned < arrival.due_by[i]:
                self._river.learn_one(due[learned], y[learned])
                learned += 1
            if x is not None:
                self.labels.append(self._label(x) or 0)

    def _label(self, x):
        if self._schema.regression:
            return self._river.predict_one(x)
        known = self._river.predict_proba_one(x)
        self.shares.append([known.get(c, 0.0) for c in range(self._schema.n_classes)])
        if self._predicts_the_likeliest:
            return max(known, key=known.get) if known else None
        return self._river.predict_one(x)

    def _dicts(self, X):
        return [dict(zip(self._schema.names, x)) for x in X.tolist()]


def check(spec, concepts, noise, labels, rows, whole=False):
    """Play a model of river and its compiled equivalent over one stream; compare all predictions.

    With `whole` numbers as features, many rows are alike, and there are ties.
    """
    stream = stream_of(concepts, noise, rows)
    warm, rest = rows_of(stream, Learner.model_validate("majority"), min(200, rows // 4))
    if whole:
        warm, rest = (part._replace(X=np.floor(part.X / 3.0)) for part in (warm, rest))
    compiled, objects = pair(spec, stream)
    sure, _ = pair(spec, stream, probabilities=not stream.schema.regression)
    asked, labels = Asked(objects), Labels.model_validate(labels)
    predicted, shares = [], []
    for arrival in arrivals(cut(warm, 100), Labels.model_validate("at_once"), 0):
        for model in (compiled, sure):
            model.learn(arrival.due)
        if not CHECKED:
            objects.learn(arrival.due)
    for arrival in arrivals(cut(rest, 777), labels, 0):
        if not CHECKED:
            asked.play(arrival)
        predicted.append(compiled.test_then_train(arrival))
        shares.append(sure.test_then_train(arrival))
    if CHECKED:
        return
    predicted, shares = np.concatenate(predicted), np.concatenate(shares)
    if stream.schema.regression:
        assert np.allclose(predicted, asked.labels, rtol=1e-9, atol=1e-9)
        return
    assert np.array_equal(predicted, np.array(asked.labels, int))
    own = np.array(asked.shares)
    whole = own.sum(axis=1, keepdims=True)
    known = whole[:, 0] > 0
    assert np.abs(shares[known] - own[known] / whole[known]).max(initial=0.0) < 1e-9


def cases(specs, streams, long):
    """Each stream with labels at once, but one with late ones: a delay, or out of order.

    For long, that one with both, and half of the rows at most where trees grow less than with late
    labels or of four classes. Nested models are tried for short on that one alone.
    """
    for spec, most in specs:
        for stream in streams:
            if stream == "four" and two_classes(spec):
                continue
            late = [LATE[not long]] if stream in ("rbf", "friedman") else []
            if nested(spec) and not long and not late:
                continue
            both = long and not nested(spec)
            for labels in ["at_once", *late] if both or not late else late:
                rows = min(most, ROWS if late else FEW)
                if long:
                    grows = labels != "at_once" or stream == "four"
                    rows = most if grows else min(most // 2, GROWING // 4)
                marks = [pytest.mark.slow] if long or nested(spec) else []
                title = (
                    f"{name(spec)}-{stream}-{labels if isinstance(labels, str) else labels['kind']}"
                )
                yield pytest.param(spec, streams[stream], labels, rows, id=title, marks=marks)


def two_classes(spec):
    """Whether a classifier knows no more than two classes."""
    return LEARNERS[str(spec)].incompatibility(FOUR) is not None


@pytest.mark.parametrize(
    ["spec", "stream", "labels", "rows"],
    [*cases(CLASSIFIERS, STREAMS, False), *cases(REGRESSORS, NUMBERS, False)],
)
def test_a_compiled_model_answers_as_that_of_river(spec, stream, labels, rows):
    check(spec, *stream, labels, rows, whole=stream == STREAMS["whole"])


@pytest.mark.parametrize("model", LINES[1:])
def test_behind_a_scaler_by_extremes_a_model_of_no_rows_answers_as_that_of_river(model):
    """Without extremes features are NaN: a member of an ensemble may have no rows for long."""
    learner = Learner.model_validate(scaled(model, "MinMaxScaler"))
    schema = stream_of(*[NUMBERS["friedman"], STREAMS["sea"]]["Perceptron" in model], 1500).schema
    X = np.ones((1, len(schema.names)))
    one, other = (
        asked.start(schema, 1, not schema.regression).predict(X)
        for asked in (learner, learner.uncompiled())
    )
    assert np.array_equal(one, other, equal_nan=True)


WEIGHED = [
    pytest.param(spec, stream, id=name(spec), marks=[pytest.mark.slow] if nested(spec) else [])
    for specs, stream in ((CLASSIFIERS, STREAMS["four"]), (REGRESSORS, NUMBERS["friedman"]))
    for spec, _ in specs
    if LEARNERS[str(spec)].weighs
]


@pytest.mark.parametrize(["spec", "stream"], WEIGHED)
def test_weights_count_as_they_do_in_river(spec, stream):
    streams = [stream_of(*stream, 1500), stream_of(*STREAMS["sea"], 1500)]
    stream = streams[two_classes(spec) and not streams[0].schema.regression]
    rows, asked = rows_of(stream, Learner.model_validate(spec), 1000)
    weight = np.random.default_rng(0).choice([0.25, 1.0, 1.5, 3.0], len(rows.t))
    compiled, objects = pair(spec, stream, probabilities=not stream.schema.regression)
    one, other = (model.fit(rows, weight).predict(asked.X) for model in (compiled, objects))
    assert np.allclose(one, other, rtol=1e-9, atol=1e-9)
    assert not np.array_equal(one, compiled.fit(rows).predict(asked.X))


@pytest.mark.parametrize(
    ["spec", "stream", "labels", "rows"],
    [*cases(CLASSIFIERS, STREAMS, True), *cases(REGRESSORS, NUMBERS, True)],
)
def test_a_compiled_model_answers_as_that_of_river_for_long(spec, stream, labels, rows):
    check(spec, *stream, labels, rows, whole=stream == STREAMS["whole"])
