"""Least squares: the learner of the textbooks, whose error is known in closed form."""

from typing import Annotated

import numpy as np
from pydantic import Field

from driftsim.learners.learner import Learner, Model, mismatch
from driftsim.parts import Number


class LeastSquares(Learner):
    """A linear function through the origin: fitted by least squares, trained on by LMS steps.

    Formula:
        prediction = w · x, then w = w + step (y - w · x) x

    LMS (Widrow & Hoff 1960): with every label it moves by `step` times error times features.
    """

    weighs = True

    step: Annotated[Number, Field(gt=0)] = 0.01  # of the weights, with every label

    def start(self, schema, seed, probabilities=False):
        return LeastSquaresModel(np.zeros(len(schema.names)), self.step)

    def incompatibility(self, schema, probabilities=False):
        return mismatch("'least_squares'", False, True, schema)


class LeastSquaresModel(Model):
    """Weights, one a feature."""

    def __init__(self, weights, step):
        self._weights, self._step = weights, step

    def fit(self, rows, weight=None):
        root = np.sqrt(np.ones(len(rows.y)) if weight is None else weight)
        weights = np.linalg.lstsq(rows.X * root[:, None], rows.y * root)[0]
        return LeastSquaresModel(weights, self._step)

    def predict(self, X):
        return X @ self._weights

    def learn(self, rows):
        for x, y in zip(rows.X, rows.y.tolist()):
            self._weights = self._weights + self._step * (y - x @ self._weights) * x
