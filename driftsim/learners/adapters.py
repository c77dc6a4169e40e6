"""Adapters: estimators of other libraries, which answer as those of scikit-learn do."""

import copy
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from driftsim.learners.sklearn import passed, passes, steps, updatable, weights
from driftsim.learners.tuning import LACKS, gone_on, last_step, smoothed, takes_weights, unfitted


class Adapted:
    """An estimator, and what is done to the rows and labels that it is given.

    `rows` makes what it takes of an array (n, d). It is given only the classes 0, 1, … that it
    learns, without a gap, if it takes only `consecutive` ones. `validation` is the share of the
    rows of a fit, the last of them, that it does not learn but stops early by.
    """

    def __init__(
        self,
        inner: Any,
        rows: Callable[[np.ndarray], Any] | None = None,
        classifies: bool = True,
        consecutive: bool = False,
        validation: float | None = None,
        fitting: Mapping[str, Any] = {},
    ):
        self.inner, self._rows, self._classifies = inner, rows, classifies
        self._consecutive, self._validation = consecutive, validation
        self._fitting = fitting  # what else `fit` is given
        self._codes: np.ndarray | None = None  # the classes that 0, 1, … stand for

    def __sklearn_clone__(self):
        return self._around(unfitted(self.inner), None)

    def _around(self, inner, codes):
        new = copy.copy(self)
        new.inner, new._codes = inner, codes
        return new

    @property
    def classes_(self) -> np.ndarray:
        """The classes that it has learned, in the order of its probabilities."""
        return self.inner.classes_ if self._codes is None else self._codes

    def fit(self, X, y, sample_weight=None):
        """Train it on rows (n, d) with labels (n,) alone."""
        learned, held = self._parts(y)
        if self._consecutive:
            self._codes = np.unique(y[learned])
        weight = None if sample_weight is None else sample_weight[learned]
        given = dict(self._fitting) | weights(self.inner, weight)
        if held is not None:
            given |= held_back(self.inner, self._taken(X[held]), self._coded(y[held]))
        self.inner.fit(self._taken(X[learned]), self._coded(y[learned]), **given)
        return self

    def predict(self, X):
        """Labels or numbers (n,)."""
        predicted = np.asarray(self.inner.predict(self._taken(X))).reshape(len(X))
        return predicted if self._codes is None else self._codes[predicted.astype(np.int64)]

    def predict_proba(self, X):
        """The probabilities (n, k) of the classes that it has learned."""
        return self.inner.predict_proba(self._taken(X))

    def gone_on(self, X, y, weight):
        """A new one that adds rows, of all classes, to what this one knows."""
        rows, labels = self._taken(X), self._coded(y)
        return self._around(gone_on(self.inner, rows, labels, weight, **self._fitting), self._codes)

    def refitted(self, rows, weight, classes):
        """One that is fitted once more, on rows to which those of missing classes are added."""
        X, y, weight = smoothed(rows.X, rows.y, weight, classes)
        if not takes_weights(last_step(self.inner)):
            raise ValueError(LACKS)
        return self._around(unfitted(self.inner), None).fit(X, y, weight)

    def _taken(self, X):
        return X if self._rows is None else self._rows(X)

    def _coded(self, y):
        return y if self._codes is None else np.searchsorted(self._codes, y)

    def _parts(self, y):
        """The rows of a fit that it learns, and those that it stops by, if any; in order."""
        everything = np.arange(len(y))
        if self._validation is None:
            return everything, None
        n = len(y) - max(1, round(self._validation * len(y)))
        learned, held = everything[:n], everything[n:]
        if self._classifies:
            held = held[np.isin(y[held], y[learned])]
        if n and len(held) and (not self._classifies or len(np.unique(y[learned])) > 1):
            return learned, held
        warnings.warn(
            "a fit had too few rows, or classes, for a validation set of its own; it learned all "
            "of its rows, and stopped by the same",
            stacklevel=2,
        )
        return everything, everything


class AdaptedOnline(Adapted):
    """One that can be trained further."""

    @property
    def n_iter_(self) -> int:
        """How many times `fit` has gone over the rows."""
        return passes(steps(self.inner)[-1])

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train it further on rows (n, d) with labels (n,)."""
        *before, last = steps(self.inner)
        known = {} if classes is None else {"classes": classes}
        weighed = {} if sample_weight is None else {"sample_weight": sample_weight}
        last.partial_fit(passed(before, self._taken(X)), y, **known, **weighed)
        return self


def held_back(estimator: Any, X: Any, y: np.ndarray) -> dict[str, Any]:
    """Rows to stop early by, as `fit` of an estimator takes them."""
    from sklearn.utils.validation import has_fit_parameter

    if has_fit_parameter(estimator, "eval_X"):  # LightGBM, which is about to drop `eval_set`
        return {"eval_X": X, "eval_y": y}
    return {"eval_set": [(X, y)]}


def adapted(estimator: Any, **given: Any) -> Adapted:
    """An estimator in its adapter."""
    return (AdaptedOnline if updatable(estimator) else Adapted)(estimator, **given)
