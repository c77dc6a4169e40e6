"""Objects as learners: estimators of scikit-learn's interface and models of river, from Python."""

import copy
import random
import sys
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
from pydantic import Field, model_serializer, model_validator

from driftsim.learners.as_given import AsGiven, Translated, names_of
from driftsim.learners.conventions import SEEDS, THREADS, conventions
from driftsim.learners.estimator import Estimator
from driftsim.learners.learner import fewer
from driftsim.learners.river import River, RiverModel, last_step, reseed
from driftsim.learners.sklearn import Classifier, Regressor
from driftsim.learners.tuning import cloned, way_on
from driftsim.libraries import distribution, installed
from driftsim.objects import Snapshot, content_key
from driftsim.parts import Adapter

IN_FORCE = (
    "it was fitted before: it predicts from the first scored row as it is, the warm-up does not "
    "train it, and trainings from scratch are of a clone that has learned nothing"
)


class EstimatorObject(Adapter, Estimator):
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
        framed = True if names_of(value) is not None else None
        about = {"snapshot": Snapshot.of(value), "fitted": is_fitted(value), "as_frame": framed}
        return cls.model_validate({"path": path_of(value), **written_params(value), **about})

    @property
    def trained(self) -> bool:  # type: ignore[override]  # as the class does
        return self.fitted

    @property
    def library(self) -> str:  # type: ignore[override]  # that of the object
        return library_of(self.snapshot.value)

    @property
    def libraries(self):
        return tuple(dict.fromkeys((self.library, *super().libraries)))

    def untunable(self, weighed=False):
        if self.fitted and way_on(self.snapshot.value) != "partial_fit":
            return f"the fitted {self.title} has no partial_fit; use from: scratch"
        return super().untunable(weighed)

    @property
    def notes(self):
        return (*super().notes, *([IN_FORCE] if self.fitted else []))

    def small(self):
        fewer_ = fewer(self.path, self.params, self.packages)
        return self.model_copy(update={"snapshot": self.snapshot.changed(fewer_)})

    def start(self, schema, seed, probabilities=False):
        new = super().start(schema, seed, probabilities)
        if not self.fitted:
            return new
        given = Translated(copy.deepcopy(self.snapshot.value), schema)
        if schema.regression:
            return AsGiven(Regressor(given, True), new)
        return AsGiven(Classifier(given, schema.n_classes, probabilities, None), new)

    def incompatibility(self, schema, probabilities=False):
        reason = super().incompatibility(schema, probabilities)
        try:
            self.start(schema, 0)
        except ValueError as error:
            return reason or f"{self.title}: {error}"
        return reason

    def _known(self, name, look):
        return look(self._estimator(0))  # its class may be anybody's

    def _estimator(self, seed):
        new = cloned(self.snapshot.value)
        restrain(new, np.random.default_rng(seed))
        return new

    @model_validator(mode="after")
    def _predicts(self):
        return self

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return known_by(self.snapshot, self.fitted)


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
        snapshot = Snapshot.of(value, generators=False)  # which every run seeds
        learned = snapshot.key != content_key(value.clone(), generators=False)
        return cls(path=path_of(value), snapshot=snapshot, fitted=learned)

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
        again = partial(seeded, self.snapshot.value, seed)
        return AsGiven(RiverModel(again, schema, probabilities), new)

    def engine(self, schema):
        return self.library if self.fitted else super().engine(schema)

    def _stand_in(self, schema, seed):
        return None  # river is imported

    def _made(self, schema, seed):
        return seeded(self.snapshot.value.clone(), seed)

    @model_validator(mode="after")
    def _predicts(self):
        from river import base

        if not isinstance(last_step(self.snapshot.value), base.Classifier | base.Regressor):
            raise ValueError(f"{self.path} predicts nothing; let its last step do so")
        return self

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return known_by(self.snapshot, self.fitted)


def seeded(model: Any, seed: int) -> Any:
    """A copy of a model of river, its open seeds drawn."""
    made = copy.deepcopy(model)
    reseed(made, random.Random(seed))
    return made


def refuse_class(value: Any) -> None:
    """Raise `ValueError` for a class where an object is needed."""
    if isinstance(value, type):
        raise ValueError(f"{value.__name__} is a class; give an object: {value.__name__}()")


def path_of(value: Any) -> str:
    """The import path of an object's class, the shortest there is."""
    name, words = type(value).__qualname__, type(value).__module__.split(".")
    for n in range(1, len(words) + 1):
        module = ".".join(words[:n])
        if getattr(sys.modules.get(module), name, None) is type(value):
            return f"{module}.{name}"
    return f"{'.'.join(words)}.{name}"


def known_by(snapshot: Snapshot, fitted: bool) -> dict[str, Any]:
    """An object as it is written out: its class, and the hash of its content."""
    about = {"kind": path_of(snapshot.value), "object": snapshot.key}
    return about | ({"fitted": True} if fitted else {})


def written(value: Any) -> Any:
    """A parameter as a scenario writes it: objects as mappings, with their own parameters."""
    if isinstance(value, list | tuple):
        return [written(one) for one in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, type) or not hasattr(value, "get_params"):
        plain = isinstance(value, type | FunctionType) or type(value).__module__ == "builtins"
        return value if plain else {"kind": path_of(value)}
    return {"kind": path_of(value), **written_params(value)}


def written_params(value: Any) -> dict[str, Any]:
    """The parameters of an estimator, as a scenario writes them; unset ones are left out."""
    given = value.get_params(deep=False).items()
    return {name: written(one) for name, one in given if one is not None}


def library_of(value: Any) -> str:
    """The distribution that the class of an object comes from, or the first of its bases."""
    heads = [kind.__module__.partition(".")[0] for kind in type(value).__mro__]
    known = (head for head in heads if head != "__main__" and installed(head))
    return next(map(distribution, known), "scikit-learn")


def is_fitted(value: Any) -> bool:
    """Whether an estimator has been fitted."""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(value)
    except (NotFittedError, TypeError):
        return bool(getattr(value, "is_fitted", bool)())  # of CatBoost
    return True


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
    rules = conventions(path_of(thing))
    if rules.seeds:  # of a booster
        given = {name: one for name, one in params.items() if one is not None}
        thing.set_params(**rules.completed(given, int(rng.integers(2**31))))
        return
    seeds = {name: int(rng.integers(2**31)) for name in SEEDS if params.get(name, 0) is None}
    ours = type(thing).__module__.startswith("sklearn.")
    threads = {name: 1 for name in THREADS if name in params and (params[name] or not ours)}
    if seeds or threads:
        thing.set_params(**seeds, **threads)
