"""Own estimators: classes of scikit-learn's interface in a file of people's own parts, as kinds."""

import inspect
from functools import partial
from types import ModuleType, new_class
from typing import Any, ClassVar

import numpy as np

from driftsim.learners.estimator import Estimator, made, roles_of
from driftsim.learners.learner import Model
from driftsim.learners.sklearn import paired
from driftsim.libraries import assembled, distribution, installed, parameters
from driftsim.messages import guess, short
from driftsim.parts import Imported, Part


class OwnEstimator(Estimator):
    """A classifier or regressor of scikit-learn's interface, of people's own."""

    made_of: ClassVar[type]  # the class

    @classmethod
    def holds(cls, path):
        return path == cls.kind()

    @property
    def library(self) -> str:  # type: ignore[override]  # that of its bases
        own = self.made_of.__module__
        bases = [one.__module__.partition(".")[0] for one in self.made_of.__mro__[:-1]]
        known = (head for head in bases if head != own and installed(head))
        return next(map(distribution, known), "scikit-learn")

    @property
    def libraries(self):
        return tuple(dict.fromkeys((self.library, *super().libraries)))

    def _known(self, name, look):
        return look(self._estimator(0))  # its code may have changed

    def _estimator(self, seed):
        known, rng = parameters(self.made_of), np.random.default_rng(seed)
        for name in self.params:
            if name not in known and not takes_any(self.made_of):
                what = f"{self.title} has no parameter {short(name)}"
                raise ValueError(f"{what}; {guess(name, [*known])}")
        params = assembled(self.params, self.packages, partial(self._made, rng))
        given = {name: paired(one) for name, one in params.items()}
        return made(self.made_of, self.path, given, rng)

    def _check(self, estimator):
        name, right = type(estimator).__name__, "of sklearn.base"
        if not hasattr(estimator, "get_params"):
            raise ValueError(f"{name} has no get_params; let it inherit from BaseEstimator {right}")
        if not any(roles_of(estimator)):
            mixins = "ClassifierMixin or RegressorMixin, before BaseEstimator,"
            raise ValueError(
                f"{name} does not say what it predicts; let it inherit from {mixins} {right}"
            )


def named_by_paths(kind: type) -> bool:
    """Whether a kind is named by the paths of classes of a library, rather than by its own name."""
    return issubclass(kind, Imported) and not issubclass(kind, OwnEstimator)


def takes_any(kind: type) -> bool:
    """Whether a class takes parameters that it does not name."""
    rest = inspect.Parameter.VAR_KEYWORD
    return any(one.kind == rest for one in inspect.signature(kind).parameters.values())


def adopt(module: ModuleType) -> None:
    """Make kinds of learners of the classes with `fit` and `predict` that a module defines.

    Raises `TypeError` for one with the name of a kind of driftsim.
    """
    for name, one in [*vars(module).items()]:
        if is_estimator_class(one) and one.__module__ == module.__name__ and name[0] != "_":
            about = {"made_of": one, "__module__": module.__name__, "__doc__": one.__doc__}
            about["__qualname__"] = f"_{name}Learner"  # by which other processes find it
            vars(module)[about["__qualname__"]] = new_class(
                name, (OwnEstimator,), exec_body=partial(fill, about)
            )


def fill(about: dict[str, Any], namespace: dict[str, Any]) -> None:
    """Put what a class holds into its namespace."""
    namespace.update(about)


def is_estimator_class(one: Any) -> bool:
    """Whether something is a class with `fit` and `predict`, and no part or model of driftsim."""
    if not isinstance(one, type) or issubclass(one, Part | Model):
        return False
    return callable(getattr(one, "fit", None)) and callable(getattr(one, "predict", None))
