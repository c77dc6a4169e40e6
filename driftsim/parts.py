"""Ground floor: parts, the objects a scenario names by kind."""

import difflib
import inspect
import re
from importlib import import_module
from inspect import isabstract
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

MOST_ROWS = 10**15  # beyond it a position would no longer be exact in every sum

Rows = Annotated[int, Field(gt=0, le=MOST_ROWS)]  # a length or a period, in rows
Position = Annotated[int, Field(ge=0, le=MOST_ROWS)]  # a row of the stream, counted from 0
Count = Annotated[int, Field(gt=0, le=MOST_ROWS)]  # of labels, models, …
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[^\p{C}\s./\\]([^\p{C}./\\]*[^\p{C}\s./\\])?$")]  # of a contender


class Strict(BaseModel):
    """A frozen piece of a scenario that refuses keys it does not know, with a guess."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="wrap")
    @classmethod
    def _suggesting(cls, value, build):
        try:
            return build(value)
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                cls.__name__, [cls._told(line) for line in error.errors()]
            ) from None

    @classmethod
    def _told(cls, line):
        """One line of a validation error; an unknown key with what it may have meant."""
        kind = PydanticCustomError("said", "{said}", {"said": _said(cls, line)})
        return InitErrorDetails(type=kind, loc=line["loc"], input=line["input"])


class Part(Strict):
    """An immutable, interchangeable part of a scenario.

    A direct subclass of `Part` opens a family; every concrete class below it is a
    kind of that family. A scenario writes a part as its bare kind (`adwin`) or with
    parameters (`{kind: adwin, delta: 0.01}`).

    Parts never change. What changes during a run is made by their methods:
    `settled` and `draw` make rows, `start` makes a model or an alarm, `run` makes predictions.
    """

    kinds: ClassVar[dict[str, type["Part"]]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs):
        if Part in cls.__bases__:
            cls.kinds = {}
        elif not isabstract(cls):
            cls.kinds[cls.kind()] = cls

    @classmethod
    def kind(cls):
        """The name of the class in a scenario: `OnDrift` is `on_drift`, `None_` is `none`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower().rstrip("_")

    @classmethod
    def named(cls, kind):
        """The class of this family for a kind, and the parameters that the kind itself implies.

        Raises `ValueError`, with a guess, where the family has none.
        """
        if kind in cls.kinds and not issubclass(cls.kinds[kind], Imported):
            return cls.kinds[kind], {}
        for known in cls.kinds.values():
            if issubclass(known, Imported) and known.holds(kind):
                return known, {"path": kind}
        raise ValueError(f"no {cls.kind()} is called {short(kind)}; {cls._guess(kind)}")

    @classmethod
    def _guess(cls, kind):
        plain = [name for name, known in cls.kinds.items() if not issubclass(known, Imported)]
        paths = [f"{name}.…" for name, known in cls.kinds.items() if issubclass(known, Imported)]
        return guess(kind, plain, paths)

    @model_validator(mode="wrap")
    @classmethod
    def _from_kind(cls, value, build):
        if Part not in cls.__bases__ or isinstance(value, cls):
            return build(value)
        written = {"kind": value} if isinstance(value, str) else value
        if not isinstance(written, dict) or not isinstance(written.get("kind"), str):
            raise ValueError(
                f"{short(value)} does not name a {cls.kind()}; "
                f"write its kind, or {{kind: …}} with parameters; {cls._guess('')}"
            )
        params = {key: part for key, part in written.items() if key != "kind"}
        kind, implied = cls.named(written["kind"])
        return kind.model_validate(params | implied)

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return {"kind": self.kind(), **dump(self)}


class Imported(Strict):
    """A class of a library, named by its import path: `river.drift.KSWIN`.

    A kind that takes the parameters of the class is defined with `extra="allow"`.
    """

    package: ClassVar[str]  # where the paths begin

    path: str

    @classmethod
    def kind(cls):
        return cls.__dict__.get("package") or super().kind()

    @classmethod
    def holds(cls, path):
        """Whether a path begins in the package."""
        return path.startswith(f"{cls.package}.")

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        params = dump(self)
        return {"kind": params.pop("path"), **params}


def refusal(said, *place):
    """The error that says what is wrong at a place below the validated object."""
    kind = PydanticCustomError("said", "{said}", {"said": said})
    return ValidationError.from_exception_data("refused", [InitErrorDetails(type=kind, loc=place)])


def imported(path, package, wanted):
    """The class or function at an import path below a package.

    `wanted` tells by its true answer what will do. Raises `ValueError`, with a guess,
    where there is none.
    """
    holder, _, name = path.rpartition(".")
    module = _module(holder, package)
    found = getattr(module, name, None) if module else None
    if found is not None and wanted(found) and found.__module__.startswith(package.split(".")[0]):
        return found
    known = [word for word in dir(module or _module(package, package)) if word[0] != "_"]
    fitting = [word for word in known if wanted(getattr(module, word, None))] if module else []
    reason = "names nothing that will do here" if found is not None else "does not exist"
    raise ValueError(f"{short(path)} {reason}; {guess(name, fitting, [f'{package}.…'])}")


def _module(path, package):
    words = path.split(".")
    if any(not word.isidentifier() or word[0] == "_" or word == "tests" for word in words):
        return None
    if not f"{path}.".startswith(f"{package}."):
        return None
    try:
        return import_module(path)
    except ImportError:
        return None


def assembled(value, package, make):
    """A parameter as a library takes it: objects of the library, by path, are made.

    `make(path, params)` makes one; lists are gone through.
    """
    if isinstance(value, str) and value.startswith(f"{package}."):
        return make(value, {})
    if isinstance(value, list):
        return [assembled(one, package, make) for one in value]
    if isinstance(value, dict):
        params = {key: assembled(one, package, make) for key, one in value.items()}
        return make(params.pop("kind"), params) if isinstance(params.get("kind"), str) else params
    return value


def called(maker, params, path):
    """What a class of a library makes of parameters; `ValueError` if it does not know them."""
    known = parameters(maker)
    for name in params:
        if name not in known:
            raise ValueError(f"{path} has no parameter {short(name)}; {guess(name, known)}")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in params:
            raise ValueError(f"{path} needs the parameter '{name}'")
    try:
        return maker(**params)
    except Exception as error:  # whatever the library's own rules raise
        raise ValueError(f"{path}: {error or type(error).__name__}") from None


def parameters(maker):
    """The named parameters of a class or function, by name."""
    found = inspect.signature(maker).parameters
    return MappingProxyType({n: p for n, p in found.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)})


def guess(word, known, more=()):
    """What an unknown word may have meant, or what there is to choose from."""
    close = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"choose from {', '.join([*sorted(known), *sorted(more)])}" if known or more else "there is none"


def short(value, most=60):
    """A value as it is written, cut where it is long."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most - 1]}… ({len(text)} characters)"


def _said(cls, line):
    """What is wrong in one line of a validation error, and what would be right."""
    known, context, given = cls.model_fields, line.get("ctx", {}), short(line["input"])
    match line["type"]:
        case "said":
            return context["said"]
        case "extra_forbidden":
            return f"there is no key '{line['loc'][-1]}' here; {guess(line['loc'][-1], known)}"
        case "missing":
            return f"the key '{line['loc'][-1]}' is missing"
        case "value_error":
            return str(context["error"])
        case "string_pattern_mismatch" | "too_short" if line["type"][0] == "s":
            return (
                f"{given} will not do as a name: no path separators, dots or control characters, "
                "and no blanks at its ends"
            )
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{given} will not do; it should be a mapping" + _keys(known)
    said = line["msg"][0].lower() + line["msg"][1:]
    return f"{given} will not do; {said}".replace("input should", "it should")


def _keys(known):
    return f" with the keys {', '.join(known)}" if known else ""


def described(part):
    """The one sentence of a part's docstring."""
    return inspect.cleandoc(part.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def fields(parts):
    """The values that each field takes in parts of one kind."""
    return {name: [getattr(part, name) for part in parts] for name in type(parts[0]).model_fields}
