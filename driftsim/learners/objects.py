"""Objects as learners: estimators of scikit-learn's interface and models of river, from Python."""

import copy
import random
from functools import partial
from typing import Any

import numpy as np
from pydantic import Field, model_serializer, model_validator

from driftsim.learners.as_given import AsGiven, Translated
from driftsim.learners.column_names import by_index
from driftsim.learners.learner import Learner, mismatch
from driftsim.learners.river import River, RiverModel, last_step, reseed
from driftsim.learners.sklearn import Classifier, Regressor, steps, takes_missing, updatable
from driftsim.learners.tuning import untunable, way_on
from driftsim.objects import Snapshot, content_key
from driftsim.parts import Adapter

SEEDS, THREADS = ("random_state", "seed", "random_seed"), ("n_jobs", "nthread", "thread_count")
IN_FORCE = (
    "it was fitted before: it predicts from the first scored row as it is, the warm-up does not "
    "train it, and trainings from scratch are of a clone that has learned nothing"
)


class EstimatorObject(Adapter, Learner):
    """An estimator from Python that follows scikit-learn's interface, fitted or not."""

    snapshot: Any = Field(exclude=True)  # of the estimator
    fitted: bool

    @classmethod
    def takes(cls, value):
        return hasattr(value, "fit") and hasattr(value, "predict")

    @classmethod
    def of(cls, value):
        refuse_class(value)
        if not hasattr(value, "get_params"):
            name = type(value).__name__
            raise ValueError(f"{name} has no get_params; let it inherit from BaseEstimator")
        return cls(snapshot=Snapshot.of(value), fitted=is_fitted(value))

    @property
    def trained(self) -> bool:  # type: ignore[override]  # as the class does
        return self.fitted

    @property
    def library(self) -> str | None:  # type: ignore[override]  # as the class does
        return library_of(self.snapshot.value)

    @property
    def learns_on(self):
        return updatable(self.snapshot.value)

    @property
    def weighs(self) -> bool:  # type: ignore[override]  # as the class does
        from sklearn.utils.validation import has_fit_parameter

        return has_fit_parameter(steps(self.snapshot.value)[-1], "sample_weight")

    @property
    def takes_missing(self) -> bool:  # type: ignore[override]  # by its tags
        return takes_missing(self.snapshot.value)

    def untunable(self, weighed=False):
        if self.fitted and way_on(self.snapshot.value) != "partial_fit":
            return f"the fitted {self.title} has no partial_fit; use from: scratch"
        return untunable(self.snapshot.value, weighed)

    @property
    def title(self):
        return type(self.snapshot.value).__name__

    @property
    def notes(self):
        return (IN_FORCE,) if self.fitted else ()

    def start(self, schema, seed, probabilities=False):
        new = model_of(by_index(self._seeded(seed), schema.names), schema, probabilities)
        if not self.fitted:
            return new
        given = Translated(copy.deepcopy(self.snapshot.value), schema)
        return AsGiven(model_of(given, schema, probabilities, trained=True), new)

    def incompatibility(self, schema, probabilities=False):
        from sklearn.base import is_classifier, is_regressor

        value = self.snapshot.value
        if reason := mismatch(self.title, is_classifier(value), is_regressor(value), schema):
            return reason
        if probabilities and not schema.regression and not hasattr(value, "predict_proba"):
            return f"{self.title} gives no probabilities; leave out evaluation.probabilities"
        try:
            self.start(schema, 0)
        except ValueError as error:
            return f"{self.title}: {error}"
        return None

    def _seeded(self, seed):
        """A clone that has learned nothing, every open seed in it drawn from the seed."""
        from sklearn.base import clone

        new = clone(self.snapshot.value)
        restrain(new, np.random.default_rng(seed))
        return new

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return written(self.snapshot, self.fitted)


class RiverObject(Adapter, River):
    """A model of river from Python, which may have learned already."""

    snapshot: Any = Field(exclude=True)  # of the model
    fitted: bool

    @classmethod
    def takes(cls, value):
        return hasattr(value, "learn_one") and hasattr(value, "predict_one")

    @classmethod
    def of(cls, value):
        refuse_class(value)
        plain = partial(content_key, generators=False)
        learned = plain(value) != plain(value.clone())
        return cls(path=path_of(value), snapshot=Snapshot.of(value), fitted=learned)

    @property
    def trained(self) -> bool:  # type: ignore[override]  # as the class does
        return self.fitted

    @property
    def notes(self):
        return (IN_FORCE,) if self.fitted else ()

    def small(self):
        return self

    def start(self, schema, seed, probabilities=False):
        new = super().start(schema, seed, probabilities)
        if not self.fitted:
            return new
        again = partial(copy.deepcopy, self.snapshot.value)
        return AsGiven(RiverModel(again, schema, probabilities), new)

    def engine(self, schema):
        return self.library if self.fitted else super().engine(schema)

    def _made(self, schema, seed):
        made = self.snapshot.value.clone()
        reseed(made, random.Random(seed))
        return made

    @model_validator(mode="after")
    def _predicts(self):
        from river import base

        if not isinstance(last_step(self.snapshot.value), base.Classifier | base.Regressor):
            raise ValueError(f"{self.path} predicts nothing; let its last step do so")
        return self

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return written(self.snapshot, self.fitted)


def refuse_class(value: Any) -> None:
    """Raise `ValueError` for a class where an object is needed."""
    if isinstance(value, type):
        raise ValueError(f"{value.__name__} is a class; give an object: {value.__name__}()")


def path_of(value: Any) -> str:
    """The import path of an object's class."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def written(snapshot: Snapshot, fitted: bool) -> dict[str, Any]:
    """An object as it is written out: its class, and the hash of its content."""
    about = {"kind": path_of(snapshot.value), "object": snapshot.key}
    return about | ({"fitted": True} if fitted else {})


def library_of(value: Any) -> str | None:
    """The distribution that the class of an object comes from, or the first of its bases."""
    from importlib.metadata import packages_distributions

    known = packages_distributions()
    heads = (kind.__module__.partition(".")[0] for kind in type(value).__mro__)
    return next((known[head][0] for head in heads if head in known), None)


def is_fitted(value: Any) -> bool:
    """Whether an estimator has been fitted."""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(value)
    except (NotFittedError, TypeError):
        return bool(getattr(value, "is_fitted", bool)())  # of CatBoost
    return True


def model_of(estimator: Any, schema: Any, probabilities: bool, trained: bool = False) -> Any:
    """The model of an estimator."""
    if schema.regression:
        return Regressor(estimator, trained)
    only = None if trained else 0
    return Classifier(estimator, schema.n_classes, probabilities, only)


def restrain(thing: Any, rng: np.random.Generator) -> None:
    """Give the open seeds in an estimator numbers, and it one thread, as a run has one core."""
    if isinstance(thing, list | tuple):
        for one in thing:
            restrain(one, rng)
    if isinstance(thing, type) or not hasattr(thing, "get_params"):
        return
    params = thing.get_params(deep=False)
    for one in params.values():
        restrain(one, rng)
    seeds = {name: int(rng.integers(2**31)) for name in SEEDS if params.get(name, 0) is None}
    ours = type(thing).__module__.startswith("sklearn.")
    threads = {name: 1 for name in THREADS if name in params and (params[name] or not ours)}
    if seeds or threads:
        thing.set_params(**seeds, **threads)
