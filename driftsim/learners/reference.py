"""References: what every contender is held against."""

from abc import abstractmethod

import numpy as np

from driftsim.learners.learner import Learner, Model


class Oracle(Learner):
    """Knows the world: the most probable class of each row, at each position."""

    sees = "posterior"

    def start(self, schema, seed):
        return OracleModel()


class Majority(Learner):
    """The most frequent class so far; of equally frequent ones the lowest."""

    def start(self, schema, seed):
        return MajorityModel(np.zeros(schema.n_classes, np.int64))


class NoChange(Learner):
    """The last label that came in."""

    def start(self, schema, seed):
        return NoChangeModel(0)


class OracleModel(Model):
    """Reads the posterior off, which it is given in the place of features."""

    def fit(self, rows, weight=None):
        return self

    def learn(self, rows):
        pass

    def predict(self, X):
        return X.argmax(axis=1)

    def test_then_train(self, arrival):
        return self.predict(arrival.X)


class BlindModel(Model):
    """A model that looks at labels only."""

    @abstractmethod
    def follow(self, y):
        """The answer before the first of these labels, and after each: (m + 1,)."""

    def learn(self, rows):
        self.follow(rows.y)

    def predict(self, X):
        return np.full(len(X), self.follow(np.empty(0, np.int64))[0])

    def test_then_train(self, arrival):
        return self.follow(arrival.due_y)[arrival.due_by[:-1]]


class MajorityModel(BlindModel):
    """How often each class has been seen."""

    def __init__(self, counts):
        self._counts = counts

    def fit(self, rows, weight=None):
        k = len(self._counts)
        return MajorityModel(np.bincount(rows.y, weight, minlength=k))

    def follow(self, y):
        counts = [c + np.cumsum(np.append(0, y == label)) for label, c in enumerate(self._counts)]
        lead, best = counts[0], np.zeros(len(y) + 1, np.int64)
        for label, count in enumerate(counts[1:], start=1):
            best[count > lead] = label
            lead = np.maximum(lead, count)
        self._counts = self._counts + np.bincount(y, minlength=len(self._counts))
        return best


class NoChangeModel(BlindModel):
    """The last label."""

    def __init__(self, last):
        self._last = last

    def fit(self, rows, weight=None):
        return NoChangeModel(rows.y[-1] if len(rows.y) else 0)

    def follow(self, y):
        answers = np.append(self._last, y)
        self._last = answers[-1]
        return answers
