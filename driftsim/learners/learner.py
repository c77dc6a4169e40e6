"""Learners: the one interface to everything that learns."""

import copy
import io
import pickle
import random
from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np

from driftsim.parts import Part
from driftsim.rows import one_hot


class Learner(Part):
    """A way to learn. It never changes; the models it starts do."""

    sees: ClassVar[Literal["X", "posterior"]] = "X"  # what its models are given of each row
    library: ClassVar[str | None] = None  # the distribution whose version its answers depend on
    weighs: ClassVar[bool] = False  # its models' `fit` takes weights

    @property
    def learns_on(self):
        """Whether its models can `learn` after they have been started or fitted."""
        return True

    @property
    def title(self):
        """What it is called in a message."""
        return self.kind()

    @property
    def notes(self):
        """What is otherwise than its parameters ask for, in sentences without a full stop."""
        return ()

    def engine(self, schema):
        """What its models run on: `compiled`, or a library, and why no kernel serves."""
        return self.library or "numpy"

    @abstractmethod
    def start(self, schema, seed, probabilities=False):
        """A new model that has learned nothing yet, and predicts class 0.

        With `probabilities` it predicts those of all classes, (n, k), in the place of labels.
        """

    def fault(self, schema, probabilities=False):
        """Why it cannot learn rows of this schema, or not give probabilities, or None."""


class Model(ABC):
    """What has been learned so far."""

    cold: ClassVar[bool] = False  # whether `load` would take seconds, to compile

    def load(self):  # noqa: B027  most have nothing to load
        """Load the code it runs on, or compile it where that has not been done yet."""

    @abstractmethod
    def fit(self, rows, weight=None):
        """A new model, trained on labelled rows alone; this one stays as it is.

        `weight` (m,) tells how much each row counts. No rows give a model that predicts class 0.
        """

    @abstractmethod
    def predict(self, X):
        """Predict rows (n, d): labels (n,), or probabilities (n, k). The model stands still."""

    @abstractmethod
    def learn(self, rows):
        """Train this model further on labelled rows, in order."""

    def copy(self):
        """A twin that goes its own way."""
        return copy.deepcopy(self)

    def size(self):
        """The bytes it takes to keep the model; NaN for one that cannot be kept."""
        with io.BytesIO() as file:
            try:
                Sizing(file).dump(self)
            except (pickle.PicklingError, TypeError, AttributeError):
                return np.nan
            return file.tell()

    def test_then_train(self, arrival):
        """Predict each row after learning the labels that have come in before it, then the rest.

        A model that learns row by row does the whole of this in one compiled loop.
        """
        due, due_by, n = arrival.due, arrival.due_by, len(arrival.t)
        learned, predicted = 0, [self.predict(arrival.X[:0])]
        stops = np.flatnonzero(np.diff(due_by, prepend=0))  # the rows before which labels come in
        for start, stop in zip([0, *stops], [*stops, n]):
            for i in range(learned, due_by[start]):
                self.learn(due.part(slice(i, i + 1)))
            learned = due_by[start]
            predicted.append(self.predict(arrival.X[start:stop]))
        return np.concatenate(predicted)


class Sizing(pickle.Pickler):
    """Pickles without the states of generators, whose digits differ in how many bytes they take."""

    def reducer_override(self, thing):
        return (random.Random, ()) if isinstance(thing, random.Random) else NotImplemented


def given(labels, n_classes, probabilities):
    """Labels (n,), or as probabilities (n, k) where those are asked for."""
    return one_hot(labels, n_classes) if probabilities else labels
