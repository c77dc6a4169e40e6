"""Ground floor: parts, the objects a scenario names by kind."""

import inspect
import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from driftsim.messages import (
    KIND,
    NAME,
    detail,
    fault_message,
    guess,
    names_in_words,
    perhaps_own,
    refusal,
    short,
    slip,
    within,
    without_slips,
)
from driftsim.registry import Kinds, kind_of

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as Metaclass
else:
    Metaclass = type(BaseModel)  # which pydantic does not export

WRITTEN = (str, int, float, bool, type(None), list, dict)  # what a file can write
MOST_ROWS = 10**15  # beyond it a position would no longer be exact in every sum

Rows = Annotated[int, Field(gt=0, le=MOST_ROWS)]  # a length or a period, in rows
Position = Annotated[int, Field(ge=0, le=MOST_ROWS)]  # a row of the stream, counted from 0
Count = Annotated[int, Field(gt=0, le=MOST_ROWS)]  # of labels, models, …
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(max_length=100, pattern=NAME)]  # of a contender or a concept


class Strict(BaseModel):
    """A frozen piece of a scenario that refuses keys it does not know, with a guess.

    A field whose key is a word of Python has the key as its alias; Python may use either.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_by_name=True,
        serialize_by_alias=True,
        defer_build=True,  # until one is made: a scenario names few of all kinds
    )
    forms: ClassVar[tuple[Any, ...]] = (dict,)  # what it is written as; a kind is a word, too

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, value: Any, build: Callable[[Any], Any]) -> Any:
        try:
            return build(value)
        except ValidationError as error:
            faults = [
                detail(fault_message(fault, keys_of(cls)), fault["loc"], fault["input"])
                for fault in without_slips(error.errors(), keys_of(cls))
            ]
            raise ValidationError.from_exception_data(cls.__name__, faults) from None


def keys_of(kind: type[BaseModel]) -> dict[str, str]:
    """The keys by which a scenario gives the fields of a class, each with the name of the field."""
    return {info.alias or name: name for name, info in kind.model_fields.items()}


def refuse_renamed(name: str, members: Iterable[str], renamed: dict[str, str]) -> None:
    """Raise `TypeError` if a class has a member by its old name."""
    for old, new in renamed.items():
        if old in members:
            raise TypeError(f"{name}.{old} is now called '{new}'; rename it")


class Renaming(Metaclass):
    """Refuses a class that still defines what its family has renamed: nothing would call it.

    People's own classes are built at once, so that a mistake in one is found where it stands.
    """

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **settings: Any
    ) -> type:
        mixed_in = (dir(base) for base in bases if not isinstance(base, Renaming))
        members = {*namespace}.union(*mixed_in)
        for base in bases:
            refuse_renamed(name, members, getattr(base, "renamed_members", {}))
        settings.setdefault("defer_build", namespace["__module__"].startswith("driftsim."))
        return super().__new__(cls, name, bases, namespace, **settings)


class Part(Strict, metaclass=Renaming):
    """An immutable, interchangeable part of a scenario.

    A direct subclass of `Part` opens a family; every class below it that has all it needs is a
    kind of that family. A scenario writes a part as its bare kind (`adwin`) or with
    parameters (`{kind: adwin, delta: 0.01}`).

    Parts never change. What changes during a run comes from their methods:
    `instantiated` and `draw` give rows, `start` a model or an alarm, `run` predictions.
    """

    homes: ClassVar[tuple[str, ...]] = ()  # packages with kinds of the family
    kinds: ClassVar[Kinds]
    unfinished: ClassVar[dict[str, type["Part"]]]  # classes that lack what a kind needs
    adapters: ClassVar[list[type["Adapter"]]]  # kinds made of objects from Python
    renamed_values: ClassVar[dict[str, dict[str, str]]] = {}  # of fields: old word to new
    renamed_members: ClassVar[dict[str, str]] = {}  # of subclasses: old name to new
    sought: ClassVar[dict[str, str]] = {}  # words that are no kinds of the family: what to write
    omitted: ClassVar[tuple[str, ...]] = ()  # fields whose defaults are not written out
    _compiled: bool = True  # whether a kernel may do the work of a library's object
    _clock: Any = None  # the `Clock` of the stream that it runs on, if that has one

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if Part in cls.__bases__:
            cls.kinds, cls.unfinished, cls.adapters = Kinds(cls.homes), {}, []
            return
        if issubclass(cls, Unnamed):
            if issubclass(cls, Adapter):
                cls.adapters.append(cls)
            return
        ours = cls.__module__.startswith("driftsim.")  # which is being imported
        known = (cls.kinds.registered if ours else cls.kinds).get(cls.kind())
        home = getattr(known, "__module__", cls.__module__)
        if home.startswith("driftsim.") and cls.__module__ != home:
            raise TypeError(f"driftsim already has a kind '{cls.kind()}'; rename {cls.__name__}")
        if cls.lacking():
            cls.unfinished[cls.kind()] = cls
        else:
            cls.kinds[cls.kind()] = cls
            cls.unfinished.pop(cls.kind(), None)

    @classmethod
    def lacking(cls) -> list[str]:
        """The names that a kind of its family must define and this class does not."""
        ours = cls.__mro__[: cls.__mro__.index(BaseModel)]
        given = {name for base in ours for name in vars(base)} | cls.model_fields.keys()
        return sorted(cls.__abstractmethods__ | (cls.__class_vars__ - given))

    @classmethod
    def kind(cls) -> str:
        """The name of the class in a scenario: `OnDrift` is `on_drift`, `None_` is `none`."""
        return kind_of(cls.__name__)

    @classmethod
    def named(cls, kind: str) -> tuple[type["Part"], dict[str, Any]]:
        """The class of this family for a kind, and the parameters that the kind itself implies.

        Raises `ValidationError`, with a guess, if the family has no such kind.
        """
        if lacks := cls.lacks(kind):
            raise refusal(lacks, KIND)
        if "." not in kind and kind in cls.kinds and not issubclass(cls.kinds[kind], Imported):
            return cls.kinds[kind], {}
        for known in cls.kinds.around(kind):
            if issubclass(known, Imported) and known.holds(kind):
                return known, {"path": kind}  # type: ignore[return-value]  # a part, too
        words = cls.kind().replace("_", " ")
        if advice := cls.sought.get(kind.rpartition(".")[2]):
            raise refusal(f"'{kind}' is no kind of {words}; {advice}", KIND)
        family = "kind of labels" if words == "labels" else words
        right = perhaps_own(cls._guess(kind), kind, cls.kind())
        raise refusal(f"no {family} is called {short(kind)}; {right}", KIND)

    @classmethod
    def in_full(cls, value: Any) -> Any:
        """A value with its kind and parameters; a scenario may write it shorter."""
        return {"kind": value} if isinstance(value, str) else value

    @classmethod
    def of_object(cls, value: Any) -> "Part | None":
        """The part of this family that an object from Python stands for, or None."""
        if isinstance(value, type) and issubclass(value, cls):
            return value.model_validate({})
        cls.kinds.load()  # and with them what can be made of objects
        adapter = next((one for one in cls.adapters if one.takes(value)), None)
        return adapter and adapter.of(value)  # type: ignore[return-value]  # which are parts too

    def model_post_init(self, context: Any, /) -> None:
        self._compiled = (context or {}).get("compiled", True)
        self._clock = (context or {}).get("clock")

    @property
    def context(self) -> dict[str, Any]:
        """What it was given beyond its fields, as it is given to a part made of it."""
        return {"compiled": self._compiled, "clock": self._clock}

    @property
    def clock(self) -> Any:
        """The `Clock` of the stream, once the part is at work in a run; None without times."""
        return self._clock

    def uncompiled(self) -> "Part":
        """The same part that runs the objects of its library, and so do the parts within it."""
        return self._rebuilt(compiled=False)

    def with_clock(self, clock: Any) -> "Part":
        """The same part that reads its durations by a `Clock`, and so do the parts within it."""
        return self._rebuilt(clock=clock)

    def _rebuilt(self, **context: Any) -> "Part":
        inside = {name: getattr(self, name) for name in type(self).model_fields}
        given = {
            name: rebuilt(one, context, name)
            for name, one in inside.items()
            if name in self.model_fields_set or isinstance(one, Part)
        } | (self.model_extra or {})
        return type(self).model_validate(given, context=self.context | context)

    @classmethod
    def lacks(cls, kind: str) -> str | None:
        """What a user's own class lacks to be this kind of the family, in words, or None."""
        found = cls.unfinished.get(kind)
        if found is None or found.__module__.startswith("driftsim."):
            return None
        lacking = found.lacking()
        them = f"{names_in_words(lacking)}; define {'them' if len(lacking) > 1 else 'it'}"
        return f"'{kind}' is not a {cls.kind()} yet: its class {found.__name__} lacks {them}"

    @classmethod
    def _guess(cls, kind: str) -> str:
        kinds = cls.kinds.items()
        paths = [n for n, one in kinds if issubclass(one, Imported) and one.holds(f"{n}.x")]
        words = [name for name in cls.kinds if name not in paths]
        return guess(kind, words, [f"{path}.…" for path in paths])

    @model_validator(mode="wrap")
    @classmethod
    def _from_kind(cls, value: Any, build: Callable[[Any], Any], info: ValidationInfo) -> Any:
        if Part not in cls.__bases__ or isinstance(value, cls):
            renewed = cls._renewed(value) if isinstance(value, dict) else {}
            for name, new in renewed.items() if not info.context else ():  # of no file
                message = f"{cls.kind()}.{name}: {renaming(value[name], new)}"
                warnings.warn(message, FutureWarning, stacklevel=3)
            return build(value | renewed if renewed else value)
        if not isinstance(value, WRITTEN) and (made := cls.of_object(value)) is not None:
            return made
        written = cls.in_full(value)
        if not isinstance(written, dict) or not isinstance(written.get("kind"), str):
            right = f"write its kind, or {{kind: …}} with parameters; {cls._guess('')}"
            what = f"{short(value)} does not name a {cls.kind().replace('_', ' ')}"
            raise ValueError(f"{what}; {slip('kind', written) or right}")
        params = {key: part for key, part in written.items() if key != "kind"}
        kind, implied = cls.named(written["kind"])
        for key in implied.keys() & params.keys():
            raise refusal(f"there is no key '{key}' here; the kind sets it", key)
        return kind.model_validate(params | implied, context=info.context)

    @classmethod
    def _renewed(cls, given: dict) -> dict[str, str]:
        """The fields that are given by an old word, with the new one."""
        return {
            name: words[given[name]]
            for name, words in cls.renamed_values.items()
            if isinstance(given.get(name), str) and given[name] in words
        }

    @model_serializer(mode="wrap")
    def _to_kind(self, dump: Callable[[Any], dict]) -> dict[str, Any]:
        return {"kind": self.kind(), **written_out(self, dump(build(self)))}


class Imported(Strict):
    """A class of a library, named by its import path: `river.drift.KSWIN`.

    A kind that takes the parameters of the class is defined with `extra="allow"`.
    """

    package: ClassVar[str]  # where the paths begin
    others: ClassVar[tuple[str, ...]] = ()  # packages where they may begin, too

    path: str

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the class, as a scenario writes them."""
        return self.model_extra or {}

    @classmethod
    def kind(cls) -> str:
        return cls.__dict__.get("package") or super().kind()  # type: ignore[misc]  # of `Part`

    @classmethod
    def holds(cls, path: str) -> bool:
        """Whether a path begins in the package."""
        return path.startswith(f"{cls.package}.")

    @model_serializer(mode="wrap")
    def _to_kind(self, dump: Callable[[Any], dict]) -> dict[str, Any]:
        params = written_out(self, dump(build(self)))
        return {"kind": params.pop("path"), **params}


def build(value: Any) -> Any:
    """A value, with the classes of all models in it built, as pydantic before 2.14 does not."""
    match value:
        case BaseModel():
            type(value).model_rebuild()
            build(vars(value))
        case dict():
            build([*value.values()])
        case list() | tuple():
            for one in value:
                build(one)
    return value


def written_out(part: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a part without those that it omits where they have their defaults."""
    own, names = type(part).model_fields, getattr(part, "omitted", ())
    return {n: one for n, one in fields.items() if n not in names or one != own[n].default}


class Unnamed(Strict):
    """A kind that no scenario file can name."""


class Adapter(Unnamed):
    """A kind that is made of an object from Python."""

    @classmethod
    def takes(cls, value: Any) -> bool:
        """Whether it can be made of an object."""
        raise NotImplementedError

    @classmethod
    def of(cls, value: Any) -> Self:
        """The part that is made of an object; raises `ValueError` where that does not fit."""
        raise NotImplementedError


def form_of(value: Any) -> str:
    """The tag, which no message names, of a value that is either a word or a mapping."""
    return "[mapping]" if isinstance(value, dict | BaseModel) else "[word]"


def renaming(old: str, new: str) -> str:
    """The note on a word that has been renamed."""
    return f"'{old}' is now called '{new}'; the old word works for one more release"


def rebuilt(value: Any, context: dict[str, Any], *place: str | int) -> Any:
    """A part, or those of a list, in another context, each refused at its place."""
    if isinstance(value, list):
        return [rebuilt(one, context, *place, i) for i, one in enumerate(value)]
    try:
        return value._rebuilt(**context) if isinstance(value, Part) else value
    except ValidationError as error:
        raise within(error, *place) from None


def parts_in(value: Any) -> Iterator["Strict"]:
    """A piece of a scenario, and all those within it."""
    if isinstance(value, Strict):
        yield value
    for one in entries(value).values():
        yield from parts_in(one)


def entries(value: Any) -> dict:
    """What a part, a mapping or a list holds, by its name or index."""
    if isinstance(value, BaseModel):
        return {key: getattr(value, name) for key, name in keys_of(type(value)).items()}
    if isinstance(value, list):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}


def described(part: Any) -> str:
    """The one sentence of a part's docstring."""
    return inspect.cleandoc(part.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def dumped(part: Strict, **settings: Any) -> dict[str, Any]:
    """A part as plain data, which loads to the same part, and so do the parts inside it."""
    return build(part).model_dump(mode="json", serialize_as_any=True, **settings)


def identity(part: Strict) -> str:
    """A text that only equal parts of a scenario share."""
    return json.dumps(dumped(part))
