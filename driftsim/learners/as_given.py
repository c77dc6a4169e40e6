"""As given: a model that was trained before the study, and stays so until more labels come."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from driftsim.learners.frames import Frames
from driftsim.learners.learner import Model
from driftsim.learners.sklearn import passed, steps
from driftsim.messages import guess, short
from driftsim.rows import Schema


class AsGiven(Model):
    """A trained model, which the warm-up leaves as it is, and another that has learned nothing.

    A training on rows of the warm-up alone gives this model again; any later one that starts from
    nothing is of `new`.
    """

    def __init__(self, trained: Model, new: Model, start: int = 0):
        self._trained, self._new, self._start = trained, new, start

    def scored_from(self, row):
        return AsGiven(self._trained, self._new, row)

    def stays_after(self, rows):
        return rows.stop <= self._start

    def fit(self, rows, weight=None):
        return self if self.stays_after(rows) else self._new.fit(rows, weight)

    def tuned(self, rows, weight=None):
        return self if self.stays_after(rows) else self._trained.tuned(rows, weight)

    def predict(self, X):
        return self._trained.predict(X)

    def learn(self, rows):
        later = rows.part(rows.t >= self._start)
        if len(later.t):
            self._trained.learn(later)

    def copy(self):
        return AsGiven(self._trained.copy(), self._new, self._start)

    def size(self):
        return self._trained.size()


class Translated:
    """A fitted estimator that is given rows as it was trained on them, and answers as the stream.

    Labels are those of the stream, 0, 1, …, for the classes that it knows by their own names.
    """

    def __init__(self, estimator: Any, schema: Schema):
        self._estimator, self._rows = estimator, rows_for(estimator, schema)
        if not schema.regression:
            self._own = np.asarray(estimator.classes_)
            self.classes_ = np.array([label_in(own, schema) for own in self._own.tolist()])
            self._labels = dict(zip(self._own.tolist(), self.classes_.tolist()))

    def predict(self, X: np.ndarray) -> np.ndarray:
        """The labels, or numbers, of rows (n, d)."""
        predicted = np.asarray(self._estimator.predict(self._rows(X))).reshape(len(X))
        if not hasattr(self, "classes_"):
            return predicted
        own, place = np.unique(predicted, return_inverse=True)
        return np.array([self._labels[one] for one in own.tolist()], np.int64)[place]

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """The probabilities of its classes, one for each of `classes_`."""
        return self._estimator.predict_proba(self._rows(X))

    def partial_fit(self, X: np.ndarray, y: np.ndarray, classes: Any = None, **weighed: Any):
        """Train it further on rows (n, d) and labels of the stream that it knows."""
        *before, last = steps(self._estimator)
        if hasattr(self, "classes_"):
            order = np.argsort(self.classes_)
            place = np.searchsorted(self.classes_[order], y).clip(max=len(order) - 1)
            if (strange := self.classes_[order][place] != y).any():
                raise ValueError(
                    f"it was not trained on class {y[strange][0]}, and cannot learn it"
                )
            y = self._own[order][place]
        last.partial_fit(passed(before, self._rows(X)), y, **weighed)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Those of its last step."""
        return steps(self._estimator)[-1].get_params(deep)


def label_in(own: Any, schema: Schema) -> int:
    """The label of the stream for a class by its own name; `ValueError` if there is none."""
    names = schema.classes or tuple(map(str, range(schema.n_classes or 0)))
    for written in (str(own), f"{own:g}" if isinstance(own, float) else str(own).lower()):
        if written in names:
            return names.index(written)
    raise ValueError(
        f"it predicts the class {short(own)}, which the stream lacks; {guess(own, names)}"
    )


def rows_for(estimator: Any, schema: Schema) -> Callable[[np.ndarray], Any]:
    """What makes of rows (n, d) what a fitted estimator was trained on.

    DataFrames of the columns that it names, or the arrays themselves. Raises `ValueError` where
    rows have other columns.
    """
    names = names_of(estimator)
    known = getattr(estimator, "n_features_in_", len(schema.names))
    if names is None and known != len(schema.names):
        raise ValueError(
            f"it was fitted on {known:,} features, and the stream has {len(schema.names):,}; "
            "give the same columns, or fit it on a DataFrame, whose columns have names"
        )
    if names is None:
        return np.asarray
    for name in names:
        if name not in schema.names:
            right = guess(name, schema.names)
            raise ValueError(f"it was fitted on column {short(name)}, which is not there; {right}")
    frames = Frames(schema)
    return frames if names == [*schema.names] else partial(chosen, frames, names)


def chosen(frames: Frames, names: list[str], X: np.ndarray) -> Any:
    """Some columns of rows (n, d), as a DataFrame."""
    return frames(X)[names]


def names_of(estimator: Any) -> list[str] | None:
    """The columns of the DataFrame that an estimator was fitted on; None of arrays."""
    names = [str(name) for name in getattr(estimator, "feature_names_in_", ())]
    made_up = [f"Column_{j}" for j in range(len(names))]  # by LightGBM
    return None if names == made_up else names
