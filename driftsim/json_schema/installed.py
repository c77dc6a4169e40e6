"""Installed classes: those of libraries that a scenario can name, by the kind that they are of."""

import inspect
from typing import Any

from pydantic import ValidationError

from driftsim.kinds import FAMILIES
from driftsim.learners.learner import Learner
from driftsim.learners.own_estimator import named_by_paths
from driftsim.libraries import loaded
from driftsim.parts import Imported
from driftsim.safety import OPEN, exported

ROLES = {"ClassifierMixin", "RegressorMixin", "Classifier", "Regressor", "Pipeline"}  # of learners


def installed_paths() -> dict[type[Imported], list[str]]:
    """The paths of classes, and of functions that load data, by kind; takes seconds."""
    kinds = [kind for family in FAMILIES.values() for kind in family.kinds.values()]
    return {kind: paths_of(kind) for kind in kinds if named_by_paths(kind)}


def paths_of(kind: type[Imported]) -> list[str]:
    """The paths of what is of a kind, in the package that it is named after."""
    found = set()
    for holder in modules_of(kind.package):
        module = loaded(holder)
        for name in exported(module) if module else ():
            path = f"{holder}.{name}"
            if suits(kind, vars(module).get(name), path):
                found.add(path)
    return sorted(found)


def modules_of(package: str) -> list[str]:
    """The modules of a package that scenarios may name something of."""
    head = package.partition(".")[0]
    every = [f"{head}.{one}" for one in OPEN[head].split()]
    return [one for one in every if f"{one}.".startswith(f"{package}.")] or [package]


def suits(kind: type[Imported], found: Any, path: str) -> bool:
    """Whether a class or function is of a kind."""
    if issubclass(kind, Learner):
        if not inspect.isclass(found) or inspect.isabstract(found):
            return False
        bases = {one.__name__ for one in found.__mro__}
        return bool(bases & ROLES) or ("MetaEstimatorMixin" in bases and hasattr(found, "predict"))
    try:
        kind.model_validate({"path": path})
    except ValidationError:
        return False
    return True
