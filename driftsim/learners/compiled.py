"""Compiled models: a library's own answers, from a loop of machine code."""

import copy

import numpy as np

from driftsim.learners.learner import Model
from driftsim.rows import Labelled, Outgrown, Unfit


class Compiled(Model):
    """A model whose state is arrays that a kernel works on.

    `new` gives the state of one that has learned nothing. Raises `Unfit` where a feature of a row
    is not a finite number, and `Outgrown` before it would answer otherwise than the library.
    """

    def __init__(self, new, schema, probabilities=False):
        self._new, self._schema, self._probabilities = new, schema, probabilities
        self._state = new()

    @property
    def needs_compiling(self):
        from driftsim.kernels import cache, loop

        return cache.is_cold(loop.play, self._state)

    def compile(self):
        self.learn(nothing(self._schema))

    def fit(self, rows, weight=None):
        model = Compiled(self._new, self._schema, self._probabilities)
        model._play(nothing(self._schema), rows, np.full(1, len(rows.t)), weight)
        return model

    def predict(self, X):
        rows = Labelled(np.arange(len(X)), X, None)
        return self._play(rows, nothing(self._schema), np.zeros(len(X) + 1, np.int64))

    def learn(self, rows):
        self._play(nothing(self._schema), rows, np.full(1, len(rows.t)))

    def test_then_train(self, arrival):
        rows = Labelled(arrival.t, arrival.X, None)
        return self._play(rows, arrival.due, arrival.due_by)

    def copy(self):
        other = copy.copy(self)
        other._state = copy.deepcopy(self._state)
        return other

    def _play(self, rows, due, due_by, weight=None):
        """What it predicts of some rows, as it learns the labels due before each."""
        from driftsim.kernels import cache, loop

        refuse_unknown(rows, self._schema)
        if due.X is not rows.X:
            refuse_unknown(due, self._schema)
        n, m, k = len(rows.t), len(due.t), self._schema.n_classes or 0
        weight = np.ones(m) if weight is None else plain(weight, float)
        stretch = loop.Stretch(
            plain(rows.t, np.int64), plain(rows.X, float), plain(due.t, np.int64),
            plain(due.X, float), plain(due.y, float), weight, plain(due_by, np.int64),
        )  # fmt: skip
        label, p = np.empty(n), np.empty((n if self._probabilities else 1, k))
        done = np.zeros(2, np.int64)
        while True:
            given = self._state, stretch, done, label, p
            cache.entry(loop.play, *given)(*given)
            if done[0] == n and done[1] == m:
                return self._answers(label, p)
            self._state = self._enlarged()

    def _enlarged(self):
        from driftsim.kernels import loop

        try:
            return loop.enlarged(self._state)
        except ValueError as error:
            raise Outgrown(str(error)) from None

    def _answers(self, label, p):
        if self._schema.regression:
            return label
        if not self._probabilities:
            return np.maximum(label, 0).astype(np.int64)  # class 0, until the first label
        whole = p.sum(axis=1, keepdims=True)
        certain = np.eye(1, p.shape[1])  # of class 0, where nothing is told
        return np.where(whole > 0, p / np.where(whole > 0, whole, 1.0), certain)


def nothing(schema):
    """No rows."""
    return Labelled(np.empty(0, np.int64), np.empty((0, len(schema.names))), np.empty(0))


def plain(array, kind):
    """The same numbers as kernels take them: in order of rows, and their own to write to."""
    if array.dtype == kind and array.flags.carray:
        return array
    return np.require(array, kind, ["C", "A", "W"])


def refuse_unknown(rows, schema):
    """Raise `Unfit` where a feature of a row is missing or infinite."""
    if np.isfinite(rows.X.sum()):
        return
    for i, j in np.argwhere(~np.isfinite(rows.X)):
        holds = f"column '{schema.names[j]}' holds {rows.X[i, j]}"
        said = (
            "compiled learners take finite numbers alone; mend the data, or write compiled: false"
        )
        raise Unfit(int(rows.t[i]), f"{holds}; {said}")
