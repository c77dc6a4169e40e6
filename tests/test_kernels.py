"""Kernels: the answers of river's own models, row by row."""

import os

import numpy as np
import pytest
from examples import cut, rows_of
from twins import CLASSIFIERS, REGRESSORS, name

from driftsim.evaluation.labels import Labels, arrivals
from driftsim.learners.learner import Learner
from driftsim.streams.stream import Stream

ROWS = int(os.environ.get("DRIFTSIM_TEST_ROWS", 2_000))
MANY = int(os.environ.get("DRIFTSIM_TEST_ROWS", 20_000))
LATE = [{"kind": "delayed", "rows": 100}, {"kind": "random", "mean": 60}]


def stream_of(concepts, length, noise=0.0):
    drift = {"kind": "sudden", "at": [length // 2]} if len(concepts) > 1 else "none"
    named = dict(zip("ab", concepts))
    told = {"length": length, "concepts": named, "drift": drift, "noise": noise}
    return Stream.model_validate(told)


RBF = {"kind": "rbf", "features": 10, "centroids": 20, "speed": 0.001}
STREAMS = {
    "sea": ([{"kind": "sea", "threshold": 8.0}, {"kind": "sea", "threshold": 12.0}], 0.1),
    "rbf": ([RBF], 0.0),
    "four": ([RBF | {"features": 5, "classes": 4}], 0.05),
}
NUMBERS = {
    "friedman": (["friedman"], 0.0),
    "hyperplane": ([{"kind": "hyperplane_regression", "features": 5}] * 2, 0.0),
}


def twins(spec, stream, probabilities=False):
    """A compiled model and river's own, as new."""
    learner = Learner.model_validate(spec)
    assert learner.engine(stream.schema) == "compiled"
    objects = learner.uncompiled()
    assert objects.engine(stream.schema) == "river"
    return (one.start(stream.schema, 1, probabilities) for one in (learner, objects))


class Told:
    """river's object, asked for the label and the probabilities of each row."""

    def __init__(self, model):
        self._river, self._schema = model._model, model._schema
        self.labels, self.shares = [], []

    def play(self, arrival):
        due, learned = self._dicts(arrival.due_X), 0
        y = arrival.due_y.tolist()
        for i, x in enumerate([*self._dicts(arrival.X), None]):
            while learned < arrival.due_by[i]:
                self._river.learn_one(due[learned], y[learned])
                learned += 1
            if x is not None:
                self.labels.append(self._river.predict_one(x) or 0)
                if not self._schema.regression:
                    told = self._river.predict_proba_one(x)
                    self.shares.append([told.get(c, 0.0) for c in range(self._schema.n_classes)])

    def _dicts(self, X):
        return [dict(zip(self._schema.names, x)) for x in X.tolist()]


def check(spec, concepts, noise, labels, rows):
    """Play a model of river and its twin over one stream, and compare all they say."""
    stream = stream_of(concepts, rows, noise)
    warm, rest = rows_of(stream, Learner.model_validate("majority"), min(200, rows // 4))
    compiled, objects = twins(spec, stream)
    sure, _ = twins(spec, stream, probabilities=not stream.schema.regression)
    told, labels = Told(objects), Labels.model_validate(labels)
    predicted, shares = [], []
    for arrival in arrivals(cut(warm, 100), Labels.model_validate("at_once"), 0):
        for model in (compiled, sure):
            model.learn(arrival.due)
        objects.learn(arrival.due)
    for arrival in arrivals(cut(rest, 777), labels, 0):
        told.play(arrival)
        predicted.append(compiled.test_then_train(arrival))
        shares.append(sure.test_then_train(arrival))
    predicted, shares = np.concatenate(predicted), np.concatenate(shares)
    if stream.schema.regression:
        assert np.allclose(predicted, told.labels, rtol=1e-9, atol=1e-9)
        return
    assert np.array_equal(predicted, np.array(told.labels, int))
    own = np.array(told.shares)
    whole = own.sum(axis=1, keepdims=True)
    known = whole[:, 0] > 0
    assert np.abs(shares[known] - own[known] / whole[known]).max(initial=0.0) < 1e-9


def cases(specs, streams, long):
    for spec, most in specs:
        for stream in streams:
            if stream == "four" and two_classes(spec):
                continue
            for labels in ["at_once", *LATE]:
                if long and labels == LATE[1]:
                    continue
                rows = min(most, MANY if long else ROWS)
                marks = [pytest.mark.slow] if long else []
                title = (
                    f"{name(spec)}-{stream}-{labels if isinstance(labels, str) else labels['kind']}"
                )
                yield pytest.param(spec, streams[stream], labels, rows, id=title, marks=marks)


def two_classes(spec):
    """Whether a classifier knows no more than two classes."""
    fault = Learner.model_validate(spec).fault(stream_of(*STREAMS["four"][:1], 2000).schema)
    return fault is not None


@pytest.mark.parametrize(
    ["spec", "stream", "labels", "rows"],
    [*cases(CLASSIFIERS, STREAMS, False), *cases(REGRESSORS, NUMBERS, False)],
)
def test_a_compiled_model_answers_as_that_of_river(spec, stream, labels, rows):
    check(spec, *stream, labels, rows)


@pytest.mark.parametrize(
    ["spec", "stream", "labels", "rows"],
    [*cases(CLASSIFIERS, STREAMS, True), *cases(REGRESSORS, NUMBERS, True)],
)
def test_a_compiled_model_answers_as_that_of_river_for_long(spec, stream, labels, rows):
    check(spec, *stream, labels, rows)
