"""Ground floor: classes of libraries, found by their paths and made with checked parameters."""

import inspect
import math
import re
from importlib import import_module
from types import MappingProxyType

from driftsim.messages import guess, line, short
from driftsim.roles import in_words, misplaced
from driftsim.safety import exported, is_open

NUMBERS, NUMERIC = (int, float), ["int", "float"]
PLAIN = {"int": (int,), "float": NUMBERS, "bool": (bool,), "str": (str,), "None": (type(None),)}
KNOWN = (int, float, bool, str, type(None), list, dict)  # what YAML gives
CLASS = re.compile(r"(?!.*typing\.|Any$)(\w+\.)*[A-Z]\w+$")  # such as optim.base.Optimizer
CHECKED = "_parameter_constraints"  # of a class of scikit-learn, which checks them itself


def imported(path, package, wanted):
    """The class or function at an import path below a package.

    `wanted` tells by its true answer what will do. Raises `ValueError`, with a guess,
    where there is none.
    """
    holder, _, name = path.rpartition(".")
    module = import_module(holder) if is_open(path, package) else None
    public = exported(module) if module else []
    found = vars(module).get(name) if name in public else None
    if found is not None and wanted(found):
        return found
    fitting = [word for word in public if wanted(vars(module).get(word))]
    reason = "names nothing that will do here" if found is not None else "does not exist"
    if module is None:
        reason = "does not exist, or is not open to scenarios"
    raise ValueError(f"{short(path)} {reason}; {guess(name, fitting, [f'{package}.…'])}")


def assembled(value, package, make):
    """A parameter as a library takes it: objects of the library, by path, are made.

    `make(path, params)` makes one; lists are gone through.
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


def called(maker, params, path):
    """What a class of a library makes of parameters; `ValueError` if it does not know them."""
    known = parameters(maker)
    for name, value in params.items():
        if name not in known:
            raise ValueError(f"{path} has no parameter {short(name)}; {guess(name, known)}")
        if not hasattr(maker, CHECKED) and (should := misfit(value, known[name], maker)):
            raise ValueError(f"{path}: {name} is {short(value)}; it should be {should}")
        if not hasattr(maker, CHECKED) and (should := misplaced(value, maker, known[name])):
            given = short(value) if type(value) in KNOWN else type(value).__name__
            raise ValueError(f"{path}: {name} is {given}; it should be {should}")
    rest = gathers(maker)
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in params and name != rest:
            raise ValueError(f"{path} needs the parameter '{name}'; give it")
    try:
        named = {name: value for name, value in params.items() if name != rest}
        return maker(*params.get(rest, ()), **named)
    except Exception as error:  # whatever the library's own rules raise
        raise ValueError(f"{path}: {line(error) or type(error).__name__}") from None


def misfit(value, parameter, maker):
    """What a plain value of a parameter should be, by its annotation or its default, or None.

    river, unlike scikit-learn, does not check its parameters: it errs or answers nonsense later.
    """
    words = _words(parameter)
    if not words or not all(PLAIN.get(word) or CLASS.match(word) for word in words):
        return None
    fits = any(type(value) in PLAIN.get(word, ()) for word in words)
    if not fits and (type(value) in KNOWN or all(word in PLAIN for word in words)):
        return in_words(words, maker, parameter.name)
    if type(value) is float and not math.isfinite(value):
        return "a finite number"
    if type(value) in NUMBERS and value < 0 and words in (["int"], ["float"], NUMERIC):
        return "0 or more" if type(parameter.default) in NUMBERS and parameter.default > 0 else None
    return None


def _words(parameter):
    """The types that a parameter says it is of; those of numbers where its default is one."""
    if parameter.annotation is parameter.empty:
        return NUMERIC if type(parameter.default) in NUMBERS else []
    text = getattr(parameter.annotation, "__name__", str(parameter.annotation))
    return text.replace(" ", "").split("|")


def parameters(maker):
    """The parameters of a class or function that a scenario can name."""
    found = inspect.signature(maker).parameters.items()
    rest = inspect.Parameter.VAR_KEYWORD
    return MappingProxyType({name: one for name, one in found if one.kind != rest})


def gathers(maker):
    """The name of the parameter that takes any number of values, as a list, or None."""
    for name, one in inspect.signature(maker).parameters.items():
        if one.kind == one.VAR_POSITIONAL:
            return name
