"""Cost-sensitive predictions: the class of the least expected cost, not the most probable one."""

import numpy as np

from driftsim.learners.delegate import Delegate
from driftsim.learners.learner import Learner, Model
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.mistake_prices import ByClass, classes_of, cost_matrix, matrix_faults


class CostSensitive(Delegate):
    """The class of the least expected cost, by another learner's probabilities (Elkan 2001).

    Where a missed failure costs 200 and a false alarm 5, a failure is predicted from a probability
    of 5 / 205 on. It learns as the other learner does, whose probabilities should be right; where
    it gives none (NaN), all classes are equally probable.

    Formula:
        the class j with the least sum over i of P(i | x) mistake[i][j]
    """

    learner: Learner  # one whose models give probabilities
    mistake: ByClass  # the price of each, by the actual class, or by that and the predicted one

    @property
    def whole(self):
        return self.learner

    @property
    def title(self):
        return f"{self.learner.title}, {self.kind()}"

    def small(self):
        return self.model_copy(update={"learner": self.learner.small()})

    def start(self, schema, seed, probabilities=False):
        costs = cost_matrix(self.mistake, classes_of(schema))
        check = PredictionCheck(schema, probabilities=True)
        return Cheapest(self.learner.start(schema, seed, probabilities=True), costs, check)

    def incompatibility(self, schema, probabilities=False):
        if schema.regression:
            return f"'{self.kind()}' is for classes, and the labels are numbers; leave it out"
        if probabilities:
            return (
                f"'{self.kind()}' predicts the cheapest class, which is no probability; leave out "
                "evaluation.probabilities and evaluation.scores"
            )
        if reason := self.learner.incompatibility(schema):
            return reason
        if self.learner.incompatibility(schema, probabilities=True):
            return (
                f"{self.learner.title} gives no probabilities, by which the cheapest class is "
                "found; name a learner that does, such as naive_bayes"
            )
        faults = matrix_faults(self.mistake, classes_of(schema))
        return next((f"{'.'.join(place)}: {message}" for *place, message in faults), None)


class Cheapest(Model):
    """A model that gives probabilities, of which each prediction is the cheapest class.

    `costs` (k, k) are those of each class as the answer for each actual one.
    """

    def __init__(self, inner: Model, costs: np.ndarray, check: PredictionCheck):
        self._inner, self._costs, self._check = inner, costs, check

    @property
    def needs_compiling(self):  # type: ignore[override]  # as the other one does
        return self._inner.needs_compiling

    @property
    def kernel(self) -> tuple:
        """What is compiled for the other one."""
        return self._inner.kernel  # type: ignore[attr-defined]

    def compile(self):
        self._inner.compile()

    def fit(self, rows, weight=None):
        return self._around(self._inner.fit(rows, weight))

    def predict(self, X):
        return self._cheapest(self._inner.predict(X), np.arange(len(X)))

    def learn(self, rows):
        self._inner.learn(rows)

    def tuned(self, rows, weight=None):
        return self._around(self._inner.tuned(rows, weight))

    def stays_after(self, rows):
        return self._inner.stays_after(rows)

    def scored_from(self, row):
        return self._around(self._inner.scored_from(row))

    def copy(self):
        return self._around(self._inner.copy())

    def size(self):
        return self._inner.size()

    def test_then_train(self, arrival):
        return self._cheapest(self._inner.test_then_train(arrival), arrival.t)

    def _around(self, inner):
        return self if inner is self._inner else Cheapest(inner, self._costs, self._check)

    def _cheapest(self, p, t):
        p = self._check.checked(p, t).reshape(-1, len(self._costs))
        unknown = np.isnan(p).any(axis=1, keepdims=True)
        return (np.where(unknown, 1.0, p) @ self._costs).argmin(axis=1)
