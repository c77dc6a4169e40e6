"""Ground floor: parts, the objects a scenario names by kind."""

import difflib
import inspect
import json
import re
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

WRITTEN = {"None": "null", "True": "true", "False": "false", "nan": ".nan", "inf": ".inf"}
WORDS = {
    "input should": "it should",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid string": "a text",
    "a valid boolean": "true or false",
    "a valid list": "a list",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "greater than": "more than",
}

Rows = Annotated[int, Field(gt=0, le=MOST_ROWS)]  # a length or a period, in rows
Position = Annotated[int, Field(ge=0, le=MOST_ROWS)]  # a row of the stream, counted from 0
Count = Annotated[int, Field(gt=0, le=MOST_ROWS)]  # of labels, models, …
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[  # of a contender or a concept
    str,
    Field(max_length=100, pattern=r"^[^\p{C}\s./\\]([^\p{C}./\\]*[^\p{C}\s./\\])?$"),
]


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
                cls.__name__, [cls._told(fault) for fault in error.errors()]
            ) from None

    @classmethod
    def _told(cls, fault):
        """One fault of a validation error; an unknown key with what it may have meant."""
        kind = PydanticCustomError("said", "{said}", {"said": _said(cls, fault)})
        return InitErrorDetails(type=kind, loc=fault["loc"], input=fault["input"])


def refuse_renamed(name, members, renamed):
    """Raise `TypeError` if a class defines a member by its old name."""
    for old, new in renamed.items():
        if old in members:
            raise TypeError(f"{name}.{old} is now called '{new}'; rename it")


class Renaming(type(BaseModel)):
    """Refuses a class that still defines what its family has renamed, which nobody would call."""

    def __new__(cls, name, bases, namespace, **settings):
        for base in bases:
            refuse_renamed(name, namespace, getattr(base, "renamed_members", {}))
        return super().__new__(cls, name, bases, namespace, **settings)


class Part(Strict, metaclass=Renaming):
    """An immutable, interchangeable part of a scenario.

    A direct subclass of `Part` opens a family; every class below it that has all it needs is a
    kind of that family. A scenario writes a part as its bare kind (`adwin`) or with
    parameters (`{kind: adwin, delta: 0.01}`).

    Parts never change. What changes during a run is made by their methods:
    `instantiated` and `draw` make rows, `start` makes a model or an alarm, `run` makes predictions.
    """

    kinds: ClassVar[dict[str, type["Part"]]]
    unfinished: ClassVar[dict[str, type["Part"]]]  # classes that lack what a kind needs
    renamed_values: ClassVar[dict[str, dict[str, str]]] = {}  # of fields: old word to new
    renamed_members: ClassVar[dict[str, str]] = {}  # of subclasses: old name to new
    _compiled: bool = True  # whether a kernel may do the work of a library's object

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs):
        if Part in cls.__bases__:
            cls.kinds, cls.unfinished = {}, {}
            return
        taken = cls.kinds.get(cls.kind())
        if (
            taken
            and taken.__module__.startswith("driftsim.")
            and cls.__module__ != taken.__module__
        ):
            raise TypeError(
                f"driftsim has a kind '{cls.kind()}' itself; name {cls.__name__} otherwise"
            )
        if cls.lacking():
            cls.unfinished[cls.kind()] = cls
        else:
            cls.kinds[cls.kind()] = cls
            cls.unfinished.pop(cls.kind(), None)

    @classmethod
    def lacking(cls):
        """The names that a kind of its family has to define, and this class does not."""
        ours = cls.__mro__[: cls.__mro__.index(BaseModel)]
        given = {name for base in ours for name in vars(base)} | cls.model_fields.keys()
        return sorted(cls.__abstractmethods__ | (cls.__class_vars__ - given))

    @classmethod
    def kind(cls):
        """The name of the class in a scenario: `OnDrift` is `on_drift`, `None_` is `none`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower().rstrip("_")

    @classmethod
    def named(cls, kind):
        """The class of this family for a kind, and the parameters that the kind itself implies.

        Raises `ValueError`, with a guess, where the family has none.
        """
        if lacks := cls.lacks(kind):
            raise ValueError(lacks)
        if kind in cls.kinds and not issubclass(cls.kinds[kind], Imported):
            return cls.kinds[kind], {}
        for known in cls.kinds.values():
            if issubclass(known, Imported) and known.holds(kind):
                return known, {"path": kind}
        raise ValueError(f"no {cls.kind()} is called {short(kind)}; {cls._guess(kind)}")

    @classmethod
    def in_full(cls, value):
        """A value with its kind and parameters, where a scenario may write it shorter."""
        return {"kind": value} if isinstance(value, str) else value

    def uncompiled(self):
        """The same part, and the parts within it, at work with the objects of their libraries."""
        inside = {name: getattr(self, name) for name in type(self).model_fields}
        parts = {name: one.uncompiled() for name, one in inside.items() if isinstance(one, Part)}
        twin = self.model_copy(update=parts)
        twin._compiled = False
        return twin

    @classmethod
    def lacks(cls, kind):
        """What a class of people's own lacks to be this kind of the family, in words, or None."""
        found = cls.unfinished.get(kind)
        if found is None or found.__module__.startswith("driftsim."):
            return None
        *others, last = found.lacking()
        names = f"{', '.join(others)} and {last}; define them" if others else f"{last}; define it"
        return f"'{kind}' is no {cls.kind()} yet: its class {found.__name__} lacks {names}"

    @classmethod
    def _guess(cls, kind):
        plain = [name for name, known in cls.kinds.items() if not issubclass(known, Imported)]
        paths = [f"{name}.…" for name, known in cls.kinds.items() if issubclass(known, Imported)]
        return guess(kind, plain, paths)

    @model_validator(mode="wrap")
    @classmethod
    def _from_kind(cls, value, build, info):
        if Part not in cls.__bases__ or isinstance(value, cls):
            return build(value | cls._renewed(value) if isinstance(value, dict) else value)
        written = cls.in_full(value)
        if not isinstance(written, dict) or not isinstance(written.get("kind"), str):
            raise ValueError(
                f"{short(value)} does not name a {cls.kind()}; "
                f"write its kind, or {{kind: …}} with parameters; {cls._guess('')}"
            )
        params = {key: part for key, part in written.items() if key != "kind"}
        kind, implied = cls.named(written["kind"])
        for key in implied.keys() & params.keys():
            raise refusal(f"there is no key '{key}' here; the kind tells it", key)
        return kind.model_validate(params | implied, context=info.context)

    @classmethod
    def _renewed(cls, given):
        """The fields that are given by an old word, with the new one."""
        old = {name: given[name] for name in cls.renamed_values if type(given.get(name)) is str}
        words = cls.renamed_values
        return {name: words[name][word] for name, word in old.items() if word in words[name]}

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


def renewals(part, written, path=()):
    """The fields of a part that are written by an old word: path, old word and new."""
    if isinstance(part, Part) and isinstance(written, dict):
        for name, new in part._renewed(written).items():
            yield (*path, name), written[name], new
    below = _entries(written)
    for key, one in _entries(part).items():
        if key in below:
            yield from renewals(one, below[key], (*path, key))


def _entries(value):
    """What a part, a mapping or a list holds, by its name or index."""
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, list):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}


def refusal(said, *place):
    """The error that says what is wrong at a place below the validated object."""
    kind = PydanticCustomError("said", "{said}", {"said": said})
    return ValidationError.from_exception_data("refused", [InitErrorDetails(type=kind, loc=place)])


def guess(word, known, more=()):
    """What an unknown word may have meant, or what there is to choose from."""
    begun = [name for name in known if len(str(word)) > 2 and name.startswith(str(word))]
    close = begun or difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    if not known and not more:
        return "there is none"
    return f"choose from {', '.join([*sorted(known), *sorted(more)])}"


def short(value, most=60):
    """A value as a scenario writes it, cut where it is long."""
    text = WRITTEN.get(repr(value), repr(value))
    return text if len(text) <= most else f"{text[: most - 1]}… ({len(text)} characters)"


def told_parameters(given):
    """The parameters of a part, each in a few words; those of another part it is made of last."""
    for name, value in sorted(given.items(), key=lambda item: item[0] == "of"):
        if name != "kind":
            yield f"{name} {brief(value)}"


def brief(value):
    """A parameter in a few words."""
    if isinstance(value, dict):
        return " ".join([*([value["kind"]] if "kind" in value else []), *told_parameters(value)])
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.12g}"
    return visible(value) if isinstance(value, str) else short(value)


def plain(value):
    """A value of a setting as people read it: a mapping in a few words, others as written."""
    if isinstance(value, dict):
        return brief(value)
    return visible(value) if isinstance(value, str) else short(value)


def visible(text):
    """A text, what cannot be printed as its escape: nothing in it moves a terminal's cursor."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def line(text, most=400):
    """A text on one line, what cannot be printed as its escape, cut where it is long."""
    words = " ".join(str(text).split())
    plain = visible(words)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def distinct(values):
    """Each value of a list that equals none before it, by its index."""
    first = {}
    for i, value in enumerate(values):
        first.setdefault(_hashable(value), i)
    return {i: values[i] for i in first.values()}


def _hashable(value):
    """What is equal, and has a hash, for values that are equal."""
    if isinstance(value, dict):
        return "map", frozenset((key, _hashable(one)) for key, one in value.items())
    return ("seq", *map(_hashable, value)) if isinstance(value, list) else value


def _said(cls, fault):
    """What is wrong in one fault of a validation, and what would be right."""
    known, context, given = cls.model_fields, fault.get("ctx", {}), short(fault["input"])
    match fault["type"]:
        case "said":
            return context["said"]
        case "extra_forbidden":
            name = fault["loc"][-1]
            right = guess(name, known) if known else "it takes no parameters"
            return f"there is no key {short(name)} here; {right}"
        case "missing":
            return f"the key '{fault['loc'][-1]}' is missing; give it"
        case "value_error":
            return str(context["error"])
        case "string_pattern_mismatch" | "string_unicode":
            return (
                f"{given} will not do as a name; give one without path separators, dots and "
                "control characters, and without blanks at its ends"
            )
        case "model_type" | "model_attributes_type":
            return f"{given} will not do; it should be a mapping with the keys {', '.join(known)}"
        case "dict_type":
            return f"{given} will not do; it should be a mapping of names"
        case "too_short":
            return f"{given} will not do; give at least {context['min_length']}"
    return f"{given} will not do; {_plain(fault['msg'])}"


def _plain(message):
    """What pydantic says should be given, in the words of people who write scenarios."""
    message = message[0].lower() + message[1:]
    for theirs, ours in WORDS.items():
        message = message.replace(theirs, ours)
    return message


def described(part):
    """The one sentence of a part's docstring."""
    return inspect.cleandoc(part.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def fields(parts):
    """The values that each field takes in parts of one kind."""
    return {name: [getattr(part, name) for part in parts] for name in type(parts[0]).model_fields}


def dumped(part, **given):
    """A part of a scenario as plain data, which loads to the same part.

    Parts inside it are written with the fields of their own kinds, not of their family alone.
    """
    return part.model_dump(mode="json", serialize_as_any=True, **given)


def identity(part):
    """A part of a scenario as a text that is the same only for the same part."""
    return json.dumps(dumped(part))
