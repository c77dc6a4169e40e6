"""Prediction check: what models may predict, and what is wrong with anything else."""

import numpy as np
from numpy.typing import ArrayLike

from driftsim.rows import Schema, Unfit

KINDS = {"b": "booleans", "U": "texts", "S": "texts", "O": "objects", "c": "complex numbers"}
TOLERANCE = 1e-3  # of the sum of probabilities


class PredictionCheck:
    """Accepts labels, probabilities or numbers, one for each row; anything else is an error."""

    def __init__(self, schema: Schema, probabilities: bool = False):
        self._k, self._probabilities = schema.n_classes, probabilities

    def checked(self, predicted: ArrayLike, t: np.ndarray) -> np.ndarray:
        """The predictions of rows at positions `t`: labels as int64, all else as float64.

        Raises `Unfit`, with the first row where one is invalid, and what would be right.
        """
        if not len(t):
            return self.of_no_rows()
        try:
            predicted = np.asarray(predicted)
        except ValueError:
            raise self._wrong("lists of different lengths", t[0]) from None
        if predicted.dtype.kind in KINDS:
            raise self._wrong(KINDS[predicted.dtype.kind], t[0])
        if predicted.shape != ((len(t), self._k) if self._probabilities else (len(t),)):
            raise self._wrong(f"an array of shape {predicted.shape} for {len(t):,} rows", t[0])
        if (wrong := self._invalid(predicted)) is not None and wrong.any():
            i = int(wrong.argmax())
            raise self._wrong(str(predicted[i].tolist()), t[i])
        return predicted.astype(self.of_no_rows().dtype, copy=False)

    def of_no_rows(self) -> np.ndarray:
        """The predictions of no rows, which no model is asked for."""
        if self._probabilities:
            return np.zeros((0, self._k or 0))
        return np.zeros(0, np.float64 if self._k is None else np.int64)

    def _invalid(self, predicted):
        """Which predictions (n,) are invalid; None if none is."""
        if self._k is None:
            return ~np.isfinite(predicted)
        if self._probabilities:
            total = predicted.sum(axis=1)  # NaN where a model gives none, which is valid
            return (predicted.min(axis=1) < -TOLERANCE) | (abs(total - 1) > TOLERANCE)
        if predicted.min() < 0 or predicted.max() >= self._k or predicted.dtype.kind == "f":
            return ~((predicted >= 0) & (predicted < self._k) & (predicted % 1 == 0))

    def _wrong(self, given, row):
        return Unfit(int(row), f"the model predicts {given}; it should predict {self._right}")

    @property
    def _right(self):
        if self._k is None:
            return "a finite number for each row (does a rate or the scale of features explode?)"
        if self._probabilities:
            return f"{self._k} probabilities for each row, which sum to 1"
        return f"one label for each row, a whole number from 0 to {self._k - 1}"
