"""Tuning: how a fitted estimator of scikit-learn's interface goes on with further rows.

By `partial_fit`, if its last step has it; else by `warm_start`; or a booster adds trees to those of
the fitted one. The steps before the last stay as they were fitted, but for those that learn on
before a last step that does.
"""

import copy
from typing import Any

import numpy as np

from driftsim.learners.learner import WEIGHTLESS
from driftsim.rows import Labelled

BASES = "init_model", "xgb_model"  # what boosters call the model that `fit` adds trees to
SMOOTHING = 0.01  # of the labels of a fit, what each class counts that is missing in it
TWICE = 2  # rows of a class that pad others, so that a split by classes has one on each side
LACKS = (
    "an estimator that goes on by fit needs rows of all classes or takes weights, by which others "
    "are made up for; this one does not; use from: scratch"
)
SAME_ROWS = "its warm_start is valid on the same rows only, since it bins features anew"


def untunable(estimator: Any, weighed: bool) -> str | None:
    """Why an estimator cannot go on with further rows, and what to use instead, or None."""
    last, title = last_step(estimator), type(last_step(estimator)).__name__
    if (way := way_on(estimator)) is None:
        why = SAME_ROWS if bins(last) else "it has no partial_fit, no warm_start and no base model"
        return (
            f"{title} cannot go on from a fitted model: {why}; use from: scratch, or for example "
            "SGDClassifier, lightgbm.LGBMClassifier or a model of river"
        )
    samplers = [one for _, one in getattr(estimator, "steps", []) if hasattr(one, "fit_resample")]
    if samplers:
        return f"{type(samplers[0]).__name__} resamples the rows of a fit only; use from: scratch"
    if weighed and not takes_weights(last, way):
        return f"{title} goes on {WEIGHTLESS}"
    return None


def way_on(estimator: Any) -> str | None:
    """How an estimator goes on: `partial_fit`, `warm_start`, a parameter of BASES, or None."""
    from sklearn.utils.validation import has_fit_parameter

    last = last_step(plain(estimator))
    params = last.get_params(deep=False)
    if hasattr(last, "partial_fit") and not params.get("warm_start") and not withheld(last):
        return "partial_fit"
    if "warm_start" in params and not bins(last) and params.get("solver") != "liblinear":
        return "warm_start"
    return next((name for name in BASES if has_fit_parameter(last, name)), None)


def withheld(last: Any) -> str | None:
    """The parameter by which an estimator refuses to use the `partial_fit` that it has, or None."""
    if not type(last).__module__.startswith("sklearn.") or not hasattr(last, "partial_fit"):
        return None
    params = last.get_params(deep=False)
    refused = {"class_weight": "balanced", "early_stopping": True}
    if "beta_1" in params:  # of neural networks, which check the classes of each batch
        refused["warm_start"] = True
    found = [name for name, value in refused.items() if params.get(name) == value]
    return f"{found[0]}: {str(refused[found[0]]).lower()}" if found else None


def gone_on(estimator: Any, X: Any, y: np.ndarray, weight: np.ndarray | None, **given: Any) -> Any:
    """A new estimator that adds rows (n, d) to what a fitted one knows, which stays as it is.

    It has as many more trees as one fitted on these rows alone. The rows are of all classes, and
    `given` is what `fit` takes besides.
    Raises `ValueError` for weights that it does not take.
    """
    if plain(estimator) is not estimator:
        return estimator.gone_on(X, y, weight)
    last, way, X = last_step(estimator), way_on(estimator), transformed(estimator, X)
    if weight is not None and not takes_weights(last):
        raise ValueError(LACKS)
    weighed = given if weight is None else {**given, "sample_weight": weight}
    if way == "warm_start":
        new = warmed(last)
        new.fit(X, y, **weighed)
    else:
        new = unfitted(last)
        new.fit(X, y, **{str(way): last}, **weighed)
    return with_last(estimator, new)


def refitted(estimator: Any, rows: Labelled, weight: np.ndarray | None, classes: np.ndarray) -> Any:
    """A fitted estimator whose last step is fitted once more on its rows, with room for classes."""
    if plain(estimator) is not estimator:
        return estimator.refitted(rows, weight, classes)
    X, y, weight = smoothed(transformed(estimator, rows.X), rows.y, weight, classes)
    if not takes_weights(last_step(estimator)):
        raise ValueError(LACKS)
    new = unfitted(last_step(estimator)).fit(X, y, sample_weight=weight)
    return with_last(estimator, new)


def plain(estimator: Any) -> Any:
    """An estimator without its adapter."""
    return getattr(estimator, "inner", estimator)


def transformed(estimator: Any, X: np.ndarray) -> np.ndarray:
    """Rows as the last step of a pipeline gets them."""
    for _, step in getattr(estimator, "steps", [])[:-1]:
        X = X if step in (None, "passthrough") else step.transform(X)
    return X


def warmed(last: Any) -> Any:
    """A copy of a fitted estimator whose `fit` goes on, with room for as many trees again."""
    new = copy.deepcopy(last).set_params(warm_start=True)
    if "n_estimators" in new.get_params(deep=False):
        new.added = getattr(last, "added", last.n_estimators)  # trees by one training
        new.set_params(n_estimators=len(last.estimators_) + new.added)
    return new


def unfitted(estimator: Any) -> Any:
    """An estimator like a fitted one that has not been fitted, with the trees of one training."""
    new, last = cloned(estimator), last_step(estimator)
    if hasattr(last, "added"):
        last_step(new).set_params(n_estimators=last.added)
    return new


def cloned(estimator: Any) -> Any:
    """An estimator of the same parameters that has not been fitted.

    CatBoost gives out copies of its parameters, which the `clone` of scikit-learn refuses.
    """
    from sklearn.base import clone

    last = last_step(estimator)
    if not type(last).__module__.startswith("catboost."):
        return clone(estimator)
    new = type(last)(**last.get_params())
    return new if last is estimator else with_last(clone(with_last(estimator, None)), new)


def padded(X: np.ndarray, y: np.ndarray, weight: np.ndarray | None, classes: np.ndarray) -> tuple:
    """Rows, labels and weights, after rows of no weight of the classes that are missing.

    An estimator that goes on by `fit` has to find in them all classes that it knows.
    """
    return with_missing(X, y, weight, classes, count=0.0, rows=TWICE)


def smoothed(X: np.ndarray, y: np.ndarray, weight: np.ndarray | None, classes: np.ndarray) -> tuple:
    """The same with a small weight, so that a booster can learn these classes later.

    A class without any would begin so improbable that its gradients vanish.
    """
    return with_missing(X, y, weight, classes, count=SMOOTHING * len(y), rows=len(y))


def with_missing(X, y, weight, classes, count, rows) -> tuple:
    """Rows, labels and weights, after some of the rows as examples of each missing class.

    Those of a class count as `count` labels together; there are about `rows` of them in all.
    """
    missing = np.setdiff1d(classes, y)
    if not len(missing):
        return X, y, weight
    each = max(rows // len(missing), TWICE)
    places = np.arange(each * len(missing)) % len(y)  # over all rows, for each class
    more = np.tile(missing, each)
    weight = np.ones(len(y)) if weight is None else weight
    faint = np.full(len(more), count / each * weight.mean())
    return np.vstack([X[places], X]), np.append(more, y), np.append(faint, weight)


def takes_weights(last: Any, way: str | None = None) -> bool:
    """Whether the method by which an estimator goes on takes the weights of rows."""
    import inspect

    method = last.partial_fit if way == "partial_fit" else last.fit
    return "sample_weight" in inspect.signature(method).parameters


def bins(last: Any) -> bool:
    """Whether an estimator sorts the values of features into bins, anew in each `fit`."""
    return type(last).__name__.startswith("HistGradientBoosting")


def last_step(estimator: Any) -> Any:
    """The step of a pipeline that predicts; an estimator alone is its only step."""
    return estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator


def with_last(estimator: Any, last: Any) -> Any:
    """The same pipeline with another last step."""
    if not hasattr(estimator, "steps"):
        return last
    new = copy.copy(estimator)
    new.steps = [*estimator.steps[:-1], (estimator.steps[-1][0], last)]
    return new
