"""Stand-ins: objects with what registry.py reads of river's, made without importing river.

They are made of what declarations.py says of river's classes, for the version of river that it says
it of. All else is river's own affair: where a class is not declared, or a value would be refused,
or no kernel covers a stand-in, river itself is imported and asked.
"""

import ast
import inspect
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace
from typing import Any, ClassVar

from driftsim.kernels.constructors import Declared
from driftsim.kernels.declarations import DECLARED, VERSION

ROLES = (
    *("Classifier", "Regressor", "Transformer", "DriftDetector", "DriftAndWarningDetector"),
    *("BinaryDriftDetector", "BinaryDriftAndWarningDetector"),
)
# By this name annotations of river call these classes: roles.py looks them up where a constructor
# is defined.
base = SimpleNamespace(**{name: type(name, (), {"__module__": "river.base"}) for name in ROLES})


class StandIn(SimpleNamespace):
    """What stands in for an object of a class of river: its parameters, as attributes."""

    declared: ClassVar[Declared]

    def __init__(self, *given, **params):
        bound = inspect.signature(type(self)).bind(*given, **params)
        bound.apply_defaults()
        becomes, values = self.declared.becomes, bound.arguments
        made = {name: becomes[name](values[name], new) for name in becomes}
        super().__init__(**values | made)

    @property
    def _multiclass(self) -> bool:
        """Whether it predicts more than two classes; what holds a model does if that does."""
        steps: dict = getattr(self, "steps", {None: getattr(self, "model", None)})
        inner = [*steps.values()][-1]
        return inner._multiclass if isinstance(inner, StandIn) else self.declared.multiclass


def new(path: str, **params: Any) -> StandIn:
    """The stand-in for an object of a declared class."""
    return class_of(path)(**params)


def named(path: str) -> type[StandIn]:
    """The class of stand-ins for objects of a class of river; `ValueError` where none is known."""
    found = stand_in(path)
    if found is None:
        raise ValueError(f"{path} is not declared")
    return found


def stand_in(path: str) -> type[StandIn] | None:
    """The class of stand-ins for objects of a class of river, by its path; None where only river
    itself says what it is like."""
    return class_of(path) if path in DECLARED and is_declared_version() else None


@cache
def is_declared_version() -> bool:
    """Whether the river that is installed is the one that is declared."""
    try:
        return version("river") == VERSION
    except PackageNotFoundError:
        return False


@cache
def class_of(path: str) -> type[StandIn]:
    """The class of stand-ins for objects of a declared class."""
    declared, (module, _, name) = DECLARED[path], path.rpartition(".")
    about = {
        "__module__": module,
        "__doc__": f"What stands in for an object of {path}.",
        "__signature__": signature(declared.parameters),
        "declared": declared,
    }
    return type(name, (*(getattr(base, role) for role in declared.roles), StandIn), about)


def signature(text: str) -> inspect.Signature:
    """The signature that a text declares, its annotations as text."""
    [function] = ast.parse(f"def function({text.strip()}): pass").body
    assert isinstance(function, ast.FunctionDef)
    given = function.args
    without = len(given.args) - len(given.defaults)
    defaults = [inspect.Parameter.empty] * without + [*map(ast.literal_eval, given.defaults)]
    one = inspect.Parameter
    found = [
        one(arg.arg, one.POSITIONAL_OR_KEYWORD, default=default, annotation=annotation(arg))
        for arg, default in zip(given.args, defaults, strict=True)
    ]
    rest = [one(given.vararg.arg, one.VAR_POSITIONAL)] if given.vararg else []
    return inspect.Signature([*found, *rest])


def annotation(arg: ast.arg) -> Any:
    """The annotation of a parameter, as text."""
    return ast.unparse(arg.annotation) if arg.annotation else inspect.Parameter.empty
