"""Ensembles: the last models vote."""

from collections.abc import Callable
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from driftsim.adaptation.error_monitor import distances
from driftsim.adaptation.memories import Chunk, Memory
from driftsim.adaptation.policies.retraining import NO_ROW, Retraining, scheduled
from driftsim.clocks import ticks
from driftsim.durations import Period
from driftsim.parts import Count
from driftsim.rows import Labelled, one_hot

LEAST = 1e-6  # of a squared error, so that a perfect model has a finite weight


class Ensemble(Retraining):
    """Train a model on each chunk of labels, and have the last ones vote by their recent error.

    After each period a model is trained on the labels that have come in since the last training.
    Weights: `uniform` (SEA: Street & Kim 2001); `awe`, by how much the error on the newest chunk is
    below that of guessing by its class shares (AWE: Wang et al. 2003); `aue2`, one over the sum of
    the squared errors of the model and of guessing (AUE2: Brzezinski & Stefanowski 2014). The
    newest model, which is trained on that chunk, is not tested on it, and counts as perfect there.
    """

    renamed_values = {"weight": {"equal": "uniform", "error": "awe", "mse": "aue2"}}
    stride = NO_ROW  # no label brings another model
    memory: ClassVar[Memory] = Chunk()  # type: ignore[misc]  # no field: it cannot be chosen
    start_from: ClassVar = "scratch"  # type: ignore[misc]  # no field
    from_scratch = "each member is trained on its own chunk alone"
    every: Period  # between trainings, counted from the end of the warm-up
    size: Count = 10  # models that vote
    weight: Literal["uniform", "awe", "aue2"] = "awe"  # of votes

    def trigger(self, history, memory, rng):
        return scheduled(ticks(self.clock, history.stop, self.every))

    def trainer(self, model):
        return ChunkEnsemble(model, self.size, WEIGHTS[self.weight])


class ChunkEnsemble:
    """The last `size` models, each trained on one chunk of labels, the newest last."""

    def __init__(self, model, size: int, weights: Callable):
        self._untrained, self._size, self._weights = model, size, weights
        self._models: list = []

    def __call__(self, rows: Labelled, weight: np.ndarray | None = None) -> "VotingEnsemble":
        """The ensemble of the last models and one that is trained on these rows."""
        self._models = self._models[max(len(self._models) - self._size + 1, 0) :]
        weights = self._weights([model.predict(rows.X) for model in self._models], rows.y)
        self._models = [*self._models, self._untrained.fit(rows)]
        return VotingEnsemble(self._models, weights)


class VotingEnsemble(NamedTuple):
    """Models that vote."""

    models: list
    weights: list[float]  # one for each model; not all of them are 0

    @property
    def newest(self) -> int:
        """The position of the newest label that any model which votes has been trained on."""
        return max(model.newest for model, weight in zip(*self) if weight > 0)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """The label of most weight (n,), or the weighted mean of numbers or probabilities."""
        voting = [(m.predict(X), w) for m, w in zip(self.models, self.weights) if w > 0]
        predictions, weights = zip(*voting)
        if predictions[0].dtype.kind == "f":  # numbers, or probabilities
            return np.average(predictions, axis=0, weights=weights)
        k = 1 + max(int(one.max(initial=0)) for one in predictions)
        return sum(w * one_hot(one, k) for one, w in zip(predictions, weights)).argmax(axis=1)


def uniform(predictions: list[np.ndarray], y: np.ndarray) -> list[float]:
    """One vote for every model, and for the newest one."""
    return [1.0] * (len(predictions) + 1)


def awe(predictions: list[np.ndarray], y: np.ndarray) -> list[float]:
    """How far the error of each is below that of guessing, 0 at least; the newest has no error."""
    guessing = np.abs(y - y.mean()).mean() if y.dtype.kind == "f" else 1 - np.sum(shares(y) ** 2)
    errors = [distances(predicted, y).mean() for predicted in predictions]
    return [max(guessing - error, 0.0) for error in errors] + [guessing or 1.0]


def aue2(predictions: list[np.ndarray], y: np.ndarray) -> list[float]:
    """One over the squared errors of each and of guessing; the newest has no error."""
    p = shares(y) if y.dtype.kind == "i" else None
    guessing = y.var() if p is None else np.sum(p * (1 - p) ** 2)
    errors = [squares(predicted, y).mean() for predicted in predictions]
    return [1 / (guessing + error + LEAST) for error in [*errors, 0.0]]


def squares(predicted: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(1 - p(y))² of each prediction (n,), with p = 1 for a label; the square for numbers."""
    if predicted.ndim == 2:
        return (1 - predicted[np.arange(len(y)), y]) ** 2
    return distances(predicted, y) ** 2


def shares(y: np.ndarray) -> np.ndarray:
    """How frequent each class is (k,)."""
    return np.bincount(y) / len(y)


WEIGHTS = {"uniform": uniform, "awe": awe, "aue2": aue2}
