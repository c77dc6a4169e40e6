"""Ensembles: the last models vote."""

from typing import ClassVar, Literal, NamedTuple

import numpy as np

from driftsim.adaptation.error_monitor import distances
from driftsim.adaptation.memories import Chunk, Memory
from driftsim.adaptation.policies.retraining import Retraining, Schedule
from driftsim.parts import Count, Rows
from driftsim.rows import one_hot

LEAST = 1e-6  # of a squared error, so that a perfect model has a finite weight


class Ensemble(Retraining):
    """Train a model on each chunk of labels, and have the last ones vote by their recent error.

    Every `every` rows a model is trained on the labels that have come in since the last one was.
    Weights: `equal` (Street & Kim 2001); `error`, by how much the error on the newest chunk is
    below that of guessing by its class shares (Wang et al. 2003); `mse`, one over the sum of the
    squared errors of the model and of guessing (Brzezinski & Stefanowski 2014). The newest
    model, which has been trained on that chunk, is not judged on it, and counts as perfect there.
    """

    memory: ClassVar[Memory] = Chunk()
    every: Rows  # between trainings, counted from the end of the warm-up
    size: Count = 10  # models that vote
    weight: Literal["equal", "error", "mse"] = "error"  # of votes: SEA, AWE, AUE2

    def trigger(self, history, rng):
        return Schedule(self.every, history.stop)

    def trainer(self, model):
        return Chunks(model, self.size, WEIGHTS[self.weight])


class Chunks:
    """Models, each of one chunk of labels, the newest last."""

    def __init__(self, model, most, weights):
        self._blank, self._most, self._weights, self._models = model, most, weights, []

    def __call__(self, rows, weight=None):
        """The committee of the last models and one that is trained on these rows."""
        self._models = self._models[max(len(self._models) - self._most + 1, 0) :]
        weights = self._weights([model.predict(rows.X) for model in self._models], rows.y)
        self._models = [*self._models, self._blank.fit(rows)]
        return Committee(self._models, weights)


class Committee(NamedTuple):
    """Models that vote."""

    models: list
    weights: list[float]  # one for each model; not all of them are 0

    def predict(self, X):
        """The label with most weight behind it, or the weighted mean of what all predict."""
        told = [(m.predict(X), w) for m, w in zip(self.models, self.weights) if w > 0]
        predictions, weights = zip(*told)
        if predictions[0].dtype.kind == "f":  # numbers, or probabilities
            return np.average(predictions, axis=0, weights=weights)
        k = 1 + max(int(one.max(initial=0)) for one in predictions)
        return sum(w * one_hot(one, k) for one, w in zip(predictions, weights)).argmax(axis=1)


def equal(predictions, y):
    """One vote for every model, and for the newest one."""
    return [1.0] * (len(predictions) + 1)


def by_error(predictions, y):
    """By how much each errs less than guessing, 0 at least; the newest as if it never erred."""
    guessing = np.abs(y - y.mean()).mean() if y.dtype.kind == "f" else 1 - np.sum(shares(y) ** 2)
    errors = [distances(predicted, y).mean() for predicted in predictions]
    return [max(guessing - error, 0.0) for error in errors] + [guessing or 1.0]


def by_mse(predictions, y):
    """One over the squared errors of each and of guessing; the newest as if it never erred."""
    p = shares(y) if y.dtype.kind == "i" else None
    guessing = y.var() if p is None else np.sum(p * (1 - p) ** 2)
    errors = [squares(predicted, y).mean() for predicted in predictions]
    return [1 / (guessing + error + LEAST) for error in [*errors, 0.0]]


def squares(predicted, y):
    """(1 - p(y))² of each answer (n,), a label being wholly sure; the square for numbers."""
    if predicted.ndim == 2:
        return (1 - predicted[np.arange(len(y)), y]) ** 2
    return distances(predicted, y) ** 2


def shares(y):
    """How frequent each class is."""
    return np.bincount(y) / len(y)


WEIGHTS = {"equal": equal, "error": by_error, "mse": by_mse}
