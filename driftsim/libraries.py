"""Ground floor: classes of libraries, found by their paths and made with checked parameters."""

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from driftsim.messages import guess, line, short
from driftsim.roles import GIVEN, misplaced
from driftsim.safety import exported, is_open

CHECKED = "_parameter_constraints"  # of a class of scikit-learn, which checks them itself


def imported(path: str, package: str, wanted: Callable[[Any], Any]) -> Any:
    """The class or function at an import path below a package.

    `wanted` says whether it can be used. Raises `ValueError`, with a guess,
    if there is none.
    """
    holder, _, name = path.rpartition(".")
    module = import_module(holder) if is_open(path, package) else None
    public = exported(module) if module else []
    found = vars(module).get(name) if name in public else None
    if found is not None and wanted(found):
        return found
    fitting = [word for word in public if wanted(vars(module).get(word))]
    reason = "cannot be used here" if found is not None else "does not exist"
    if module is None:
        reason = "does not exist, or is not open to scenarios"
    raise ValueError(f"{short(path)} {reason}; {guess(name, fitting, [f'{package}.…'])}")


def assembled(value: Any, package: str, make: Callable[[str, dict], Any]) -> Any:
    """A parameter as a library takes it: objects of the library, by path, are made.

    `make(path, params)` makes one, also within lists.
    """
    if isinstance(value, str) and value.startswith(f"{package}."):
        return make(value, {})
    if isinstance(value, list):
        return [assembled(one, package, make) for one in value]
    if isinstance(value, dict):
        params = {k: assembled(one, package, make) for k, one in value.items() if k != "kind"}
        if isinstance(value.get("kind"), str):
            return make(value["kind"], params)
        return {int(k) if k.isdecimal() else k: one for k, one in params.items()}  # of classes
    return value


def called(maker: Callable, params: dict[str, Any], path: str) -> Any:
    """What a class of a library makes of parameters; `ValueError` if it does not know them."""
    known = parameters(maker)
    for name, value in params.items():
        if name not in known:
            raise ValueError(f"{path} has no parameter {short(name)}; {guess(name, known)}")
        if not hasattr(maker, CHECKED) and (should := misplaced(value, maker, known[name])):
            given = short(value) if type(value) in GIVEN else type(value).__name__
            raise ValueError(f"{path}: {name} is {given}; it should be {should}")
    rest = gathers(maker)
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in params and name != rest:
            raise ValueError(f"{path} needs the parameter '{name}'; give it")
    try:
        named = {name: value for name, value in params.items() if name != rest}
        return maker(*params.get(rest or "", ()), **named)
    except Exception as error:  # whatever the library's own rules raise
        raise ValueError(f"{path}: {line(error) or type(error).__name__}") from None


def parameters(maker: Callable) -> Mapping[str, inspect.Parameter]:
    """The parameters of a class or function that a scenario can name."""
    found = inspect.signature(maker).parameters.items()
    rest = inspect.Parameter.VAR_KEYWORD
    return MappingProxyType({name: one for name, one in found if one.kind != rest})


def gathers(maker: Callable) -> str | None:
    """The name of the parameter that takes any number of values, as a list, or None."""
    for name, one in inspect.signature(maker).parameters.items():
        if one.kind == one.VAR_POSITIONAL:
            return name
    return None
