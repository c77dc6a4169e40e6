"""Models of scikit-learn's interface: how estimators are trained, asked, and trained further."""

import copy
import re

import numpy as np

from driftsim.learners.learner import Model, given
from driftsim.learners.tuning import gone_on, padded, refitted, unfitted, way_on, withheld
from driftsim.messages import short
from driftsim.parts import entries
from driftsim.rows import Labelled, Schema
from driftsim.safety import FUNCTIONS

Weighed = tuple[Labelled, np.ndarray | None]  # rows, and how much each counts


class Regressor(Model):
    """An estimator of numbers, which predicts 0 until it has been trained."""

    def __init__(self, estimator, trained=False):
        self._estimator, self._trained = estimator, trained

    def fit(self, rows, weight=None):
        estimator = unfitted(self._estimator)
        if len(rows.y):
            estimator.fit(rows.X, rows.y, **weights(estimator, weight))
        return Regressor(estimator, len(rows.y) > 0)

    def predict(self, X):
        trained = self._trained and len(X)
        return self._estimator.predict(X).reshape(len(X)) if trained else np.zeros(len(X))

    def learn(self, rows):
        self._train(rows)

    def tuned(self, rows, weight=None):
        if not self._trained and not updatable(self._estimator):
            return self.fit(rows, weight)
        if way_on(self._estimator) == "partial_fit":
            model = self.copy()
            model._train(rows, weight)
            return model
        return Regressor(gone_on(self._estimator, rows.X, rows.y, weight), True)

    def _train(self, rows, weight=None):
        *before, last = steps(self._estimator)
        weighed = {} if weight is None else {"sample_weight": weight}
        last.partial_fit(passed(before, rows.X), rows.y, **weighed)
        self._trained = True


class Classifier(Model):
    """An estimator, and the only class that it has seen."""

    def __init__(self, estimator, n_classes, probabilities=False, only=0):
        self._estimator, self._n_classes = estimator, n_classes
        self._probabilities = probabilities
        self._only = only  # the only class to predict; None once there are two
        self._lacking: tuple[Labelled, np.ndarray | None] | None = (
            None  # of `fit`, without some class
        )

    def fit(self, rows, weight=None):
        estimator = unfitted(self._estimator)
        only = rows.y[0] if len(rows.y) else 0
        if (rows.y == only).all():
            model = Classifier(estimator, self._n_classes, self._probabilities, only)
            if len(rows.y) and updatable(estimator):
                model._train(rows)  # so that it knows them when it learns on
            return model
        estimator.fit(rows.X, rows.y, **weights(estimator, weight))
        model = Classifier(estimator, self._n_classes, self._probabilities, None)
        if way_on(estimator) and len(np.unique(rows.y)) < self._n_classes:
            model._lacking = rows, weight
        return model

    def predict(self, X):
        if self._only is not None or not len(X):
            only = np.full(len(X), self._only or 0, np.int64)
            return given(only, self._n_classes, self._probabilities)
        if not self._probabilities:
            return self._estimator.predict(X)
        predicted = np.zeros((len(X), self._n_classes))
        predicted[:, self._estimator.classes_] = self._estimator.predict_proba(X)
        return predicted

    def learn(self, rows):
        self._train(rows)
        self._only = None

    def tuned(self, rows, weight=None):
        if self._only is not None and not updatable(self._estimator):
            return self.fit(rows, weight)
        if way_on(self._estimator) == "partial_fit":
            model = self.copy()
            model._train(rows, weight)
            model._only = None
            return model
        estimator, classes = self._estimator, np.arange(self._n_classes)
        if self._lacking:
            estimator = refitted(estimator, *self._lacking, classes)
        estimator = gone_on(estimator, *padded(rows.X, rows.y, weight, classes))
        return Classifier(estimator, self._n_classes, self._probabilities, None)

    def size(self):
        """The bytes it takes to keep the model, without the rows it may have to learn again."""
        other = copy.copy(self)
        other._lacking = None
        return Model.size(other)

    def _train(self, rows, weight=None):
        classes = np.arange(self._n_classes)
        if self._lacking:
            self._estimator = widened(self._estimator, *self._lacking, classes)
            self._lacking = None
        *before, last = steps(self._estimator)
        weighed = {} if weight is None else {"sample_weight": weight}
        last.partial_fit(passed(before, rows.X), rows.y, classes=classes, **weighed)


def unknown_category(error: BaseException, x: np.ndarray, schema: Schema) -> str | None:
    """What an encoder does not know of a row (d,), by text and column, or None.

    scikit-learn's own message names the code, and the column within the encoder.
    """
    found = re.match(r"Found unknown categories \[(.+?)\]", str(error))
    codes = set(map(float, re.findall(r"-?\d+\.\d*", found[1]))) if found else set()
    cells = [
        f"{short(schema.values[j][int(x[j])])} in column '{schema.names[j]}'"
        for j in schema.values
        if x[j] in codes
    ]
    if not cells:
        return None
    known = "no row that the encoder was trained on has"
    return f"{known} {' or '.join(cells)}; set handle_unknown of the encoder"


def takes_missing(estimator):
    """Whether an estimator may take NaN, by its tags or by those of what sees the rows first."""
    from sklearn.utils import get_tags

    if estimator in ("drop", "passthrough"):
        return True
    tags = get_tags(estimator)
    if tags.input_tags.allow_nan or (tags.no_validation and hasattr(estimator, "predict")):
        return True  # without validation it looks at no feature, as DummyClassifier
    if hasattr(estimator, "transformers"):  # by their columns; the others are passed on
        return all(takes_missing(one) for _, one, _ in estimator.transformers)
    first, *_ = steps(estimator)
    inner = getattr(estimator, "estimator", None) if first is estimator else first
    return hasattr(inner, "fit") and takes_missing(inner)


def updatable(estimator):
    """Whether an estimator can be trained further once it is fitted."""
    known = steps(estimator)
    return all(hasattr(one, "partial_fit") for one in known) and not any(map(withheld, known))


def widened(estimator, rows, weight, classes):
    """A fitted estimator that also knows classes which the rows it was fitted on lack.

    Its last step is trained again on these rows, by `partial_fit`, as many times as `fit` did.
    """
    from sklearn.base import clone

    *before, last = steps(estimator)
    X, wider = rows.X, clone(last)
    for step in before:
        X = step.transform(X)
    weighed = {} if weight is None else {"sample_weight": weight}
    for _ in range(passes(last)):
        wider.partial_fit(X, rows.y, classes=classes, **weighed)
    if not hasattr(estimator, "steps"):
        return wider
    estimator.steps[-1] = (estimator.steps[-1][0], wider)
    return estimator


def passes(fitted):
    """How many times `fit` has gone over the rows."""
    return max(getattr(one, "n_iter_", 1) for one in [fitted, *getattr(fitted, "estimators_", ())])


def values(written, name):
    """All values of a parameter in what a scenario writes, at any depth."""
    if isinstance(written, dict) and name in written:
        yield written[name]
    for one in entries(written).values():
        yield from values(one, name)


def searched(written, name, parameters=True):
    """The names by which a scenario gives a parameter in a grid, also as `step__name`.

    A grid is what has no kind of its own, below the `parameters` of a learner.
    """
    if isinstance(written, dict) and not parameters and "kind" not in written:
        yield from (key for key in written if str(key).rpartition("__")[2] == name)
    for one in entries(written).values():
        yield from searched(one, name, False)


def nameable(found):
    """Whether a parameter may be this: a class that computes, or a function known as harmless."""
    from sklearn.compose import make_column_selector
    from sklearn.gaussian_process.kernels import Kernel

    if not isinstance(found, type):
        return callable(found) and found.__name__ in {one.rpartition(".")[2] for one in FUNCTIONS}
    splits = hasattr(found, "split") and hasattr(found, "get_n_splits")
    return splits or issubclass(found, Kernel | make_column_selector) or is_estimator(found)


def is_estimator(found):
    """Whether this is a class of scikit-learn's interface, which runs in this process alone."""
    if not isinstance(found, type) or found.__name__.startswith("Dask"):
        return False
    from sklearn.base import BaseEstimator

    like = all(hasattr(found, name) for name in ("fit", "get_params", "set_params"))
    return like or issubclass(found, BaseEstimator)


def weights(estimator, weight):
    """The weights (n,) of rows as `fit` takes them, if there are any; a pipeline's for its last."""
    if weight is None:
        return {}
    step = f"{estimator.steps[-1][0]}__" if hasattr(estimator, "steps") else ""
    return {f"{step}sample_weight": weight}


def passed(transformers, X):
    """Rows after steps that learn of them first, where they can."""
    for step in transformers:
        if hasattr(step, "partial_fit"):
            step.partial_fit(X)
        X = step.transform(X)
    return X


def steps(estimator):
    """The steps of a pipeline, one after another; an estimator alone is its only step."""
    named = getattr(estimator, "steps", [(None, estimator)])
    return [step for _, step in named if step not in (None, "passthrough")]


def paired(value):
    """`[[name, estimator], …]`, as a file writes it, in tuples, as scikit-learn takes it."""
    if isinstance(value, list):
        return [
            tuple(one) if isinstance(one, list) and isinstance(one[0], str) else one
            for one in value
        ]
    return value
