"""References: what every contender is compared with."""

from abc import abstractmethod

import numpy as np

from driftsim.learners.learner import Learner, Model, given
from driftsim.rows import one_hot


class Oracle(Learner):
    """Knows the world: the most probable class of each row, at each position."""

    sees = "posterior"
    takes_missing = True

    def start(self, schema, seed, probabilities=False):
        return OracleModel(schema.regression, probabilities)


class Majority(Learner):
    """The most frequent class so far; of equally frequent ones the lowest."""

    weighs = True
    takes_missing = True

    def start(self, schema, seed, probabilities=False):
        return MajorityModel(np.zeros(schema.n_classes, np.int64), probabilities)

    def incompatibility(self, schema, probabilities=False):
        return "'majority' is for classes; use 'mean' for regression" if schema.regression else None


class Mean(Learner):
    """The mean of the labels so far, for regression."""

    weighs = True
    takes_missing = True

    def start(self, schema, seed, probabilities=False):
        return MeanModel(0.0, 0)

    def incompatibility(self, schema, probabilities=False):
        return None if schema.regression else "'mean' is for regression; use 'majority' for classes"


class NoChange(Learner):
    """The last label that came in."""

    takes_missing = True

    def start(self, schema, seed, probabilities=False):
        return NoChangeModel(0, schema.n_classes, probabilities)


class OracleModel(Model):
    """Predicts by the posterior, or the mean, which it is given in the place of features."""

    def __init__(self, regression, probabilities=False):
        self._regression, self._probabilities = regression, probabilities

    def fit(self, rows, weight=None):
        return self

    def learn(self, rows):
        pass

    def predict(self, X):
        if self._regression:
            return X[:, 0]
        return X if self._probabilities else X.argmax(axis=1)

    def test_then_train(self, arrival):
        return self.predict(arrival.X)


class BlindModel(Model):
    """A model that looks at labels only."""

    @abstractmethod
    def follow(self, y: np.ndarray) -> np.ndarray:
        """The prediction before the first of these labels, and after each: m + 1 of them."""

    def learn(self, rows):
        self.follow(rows.y)

    def predict(self, X):
        return np.repeat(self.follow(np.empty(0, np.int64)), len(X), axis=0)

    def test_then_train(self, arrival):
        return self.follow(arrival.due_y)[arrival.due_by[:-1]]


class MajorityModel(BlindModel):
    """How often each class has been seen."""

    def __init__(self, counts, probabilities=False):
        self._counts, self._probabilities = counts, probabilities

    def fit(self, rows, weight=None):
        counts = np.bincount(rows.y, weight, minlength=len(self._counts))
        return MajorityModel(counts, self._probabilities)

    def follow(self, y):
        counts = [c + np.cumsum(np.append(0, y == label)) for label, c in enumerate(self._counts)]
        lead, best = counts[0], np.zeros(len(y) + 1, np.int64)
        for label, count in enumerate(counts[1:], start=1):
            best[count > lead] = label
            lead = np.maximum(lead, count)
        self._counts = self._counts + np.bincount(y, minlength=len(self._counts))
        if self._probabilities:
            return shares(np.stack(counts, axis=1))
        return best


class MeanModel(BlindModel):
    """The mean of some labels, and how many they are."""

    def __init__(self, mean, n):
        self._mean, self._n = mean, n

    def fit(self, rows, weight=None):
        if not len(rows.y):
            return MeanModel(0.0, 0)
        return MeanModel(np.average(rows.y, weights=weight), len(rows.y))

    def follow(self, y):
        n = self._n + np.arange(len(y) + 1)
        about = self._mean if self._n or not len(y) else y[0]  # no rounding where all are equal
        means = about + np.cumsum(np.append(0.0, y - about)) / np.maximum(n, 1)
        if not self._n:
            means[0] = self._mean
        self._mean, self._n = means[-1], n[-1]
        return means


class NoChangeModel(BlindModel):
    """The last label."""

    def __init__(self, last, n_classes, probabilities=False):
        self._last, self._asked = last, (n_classes, probabilities)

    def fit(self, rows, weight=None):
        return NoChangeModel(rows.y[-1] if len(rows.y) else 0, *self._asked)

    def follow(self, y):
        predicted = np.append(self._last, y)
        self._last = predicted[-1]
        return given(predicted, *self._asked)


def shares(counts):
    """Counts (n, k) as shares of their rows; before the first, all of class 0."""
    first = one_hot(np.zeros(len(counts), np.int64), counts.shape[1])
    whole = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, whole, out=first, where=whole > 0)
