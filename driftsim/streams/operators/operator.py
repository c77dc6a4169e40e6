"""Operators: the one interface to concepts that are made of another concept."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
from pydantic import BeforeValidator, Field, SerializeAsAny, model_serializer

from driftsim.forms import Also
from driftsim.messages import guess, refusal, short
from driftsim.parts import Name, Unnamed
from driftsim.rows import Schema
from driftsim.streams.concepts import Concept, Instantiated, Seeded
from driftsim.streams.drifts import Drift
from driftsim.streams.stays import OwnClock

Drawn = Concept | Instantiated
MOST_NESTED = 50  # concepts, each made of the next
MOST_MADE_OF = 1_000  # concepts that one is made of, each as often as it is drawn
NO_OTHERS = "rows that come one after another have no others"
Base = Annotated[Concept, SerializeAsAny(), Also(str)]


def _class(given):
    if type(given) not in (str, int):
        raise ValueError(f"{short(given)} is no class; give its name, or its number")
    return given


Class = Annotated[str | int, BeforeValidator(_class)]  # by its number where it has no name


class Reference(Unnamed, Concept):
    """Another concept of the stream, by its name: the very same one."""

    name: Name
    concept: Any = Field(exclude=True)  # that has the name

    @property
    def schema(self):
        return self.concept.schema

    @property
    def known(self):  # type: ignore[override]  # a class variable of others
        return self.concept.known

    @property
    def recorded(self):  # type: ignore[override]
        return self.concept.recorded

    @property
    def sequential(self):  # type: ignore[override]
        return self.concept.sequential

    @property
    def moves(self):
        return self.concept.moves

    @property
    def needs_warmup(self) -> bool:
        """Whether the concept learns from the warm-up."""
        return getattr(self.concept, "needs_warmup", False)

    def draw(self, rng, t):
        raise ValueError(f"'{self.name}' is a concept of a stream; draw from that")

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return self.name

    def __repr__(self):
        return self.name  # as it stands in messages


class OwnDrift(NamedTuple):
    """A drift within an operator: between the concepts that it is made of, or shares of these."""

    drift: Drift
    names: tuple[str, ...]  # of what it leads through
    mixed: np.ndarray | None  # (stages, concepts) the shares of each; None for one concept each
    waits: bool  # it counts only the rows at which concepts made of it rule

    def shares(self, t: np.ndarray) -> np.ndarray:
        """The share of each concept at rows of its clock (n,): (n, concepts)."""
        weights = self.drift.weights(t, len(self.names), 0)
        return weights if self.mixed is None else weights @ self.mixed


class Operator(Seeded):
    """A concept made `of` another one, given as a part or by its name in the stream."""

    of: Base  # or the name of a concept of the stream

    @property
    def bases(self) -> Sequence[Concept]:
        """The concepts that it is made of."""
        return (self.of,)

    @property
    def schema(self):
        return self.instantiated(np.random.default_rng(0)).schema

    @property
    def known(self):  # type: ignore[override]  # a class variable of others
        exact = type(self).joint is not Operator.joint
        return exact and all(one.known for one in self.bases)

    @property
    def recorded(self):  # type: ignore[override]
        return any(one.recorded for one in self.bases)

    @property
    def sequential(self):  # type: ignore[override]
        return any(one.sequential for one in self.bases)

    @property
    def moves(self):
        return any(one.moves for one in self.bases)

    @property
    def blends(self):  # type: ignore[override]
        """Its own numbers can move where all else is the same, as what is named always is."""
        return all(isinstance(one, Reference) or is_same(one) or one.blends for one in self.bases)

    @property
    def random(self) -> bool:
        """Whether it draws something of its own for each row."""
        return False

    @property
    def varies(self) -> bool:
        """Whether it does something else with each seed."""
        return False

    @property
    def own_drift(self) -> OwnDrift | None:
        """The drift within it, between the concepts that it is made of."""
        return None

    @property
    def files(self):
        return [path for one in leaves(self) for path in one.files]

    @property
    def needs_warmup(self) -> bool:
        """Whether it is made of rows that learn from the warm-up."""
        return any(getattr(one, "needs_warmup", False) for one in self.bases)

    def hashes(self):
        return {path: one for base in leaves(self) for path, one in base.hashes().items()}

    def instantiated(self, rng):
        """The rows of its concepts, changed; they must be given as parts."""
        return self.over([one.instantiated(rng) for one in self.bases], rng)

    def over(self, bases: Sequence[Drawn], rng: np.random.Generator) -> "Operated":
        """Itself, of concepts that have been instantiated; raises `ValueError` if it cannot be."""
        depth, size = extent(bases)
        if depth > MOST_NESTED:
            raise refusal(f"more than {MOST_NESTED} concepts are made of each other; use fewer")
        if size > MOST_MADE_OF:
            raise refusal(f"it is made of {size:,} concepts, more than {MOST_MADE_OF:,}; use fewer")
        found, state = self.resolved(bases, rng)
        return Operated(found, (*bases,), state)

    @abstractmethod
    def resolved(self, bases: Sequence[Drawn], rng: np.random.Generator) -> tuple[Self, Any]:
        """Itself with numbers in the place of statistics, and what else it found or drew.

        `ValueError` where it does not fit its concepts.
        """

    @abstractmethod
    def drawn(self, one: "Operated", rng: np.random.Generator, t: np.ndarray):
        """As `draw` of the operator that has been instantiated."""

    def joint(self, one: "Operated", X: np.ndarray, t: np.ndarray) -> np.ndarray:
        """As `density` of the operator that has been instantiated."""
        return np.full((len(X), one.schema.n_classes or 3), np.nan)

    def schema_over(self, schema: Schema) -> Schema:
        """The schema of its rows, from that of the concept that it is made of."""
        return schema


@dataclass(frozen=True, eq=False)
class Operated(Instantiated):
    """An operator on concepts that have been instantiated."""

    description: Operator
    bases: tuple[Drawn, ...]
    state: Any  # what it found or drew
    own_clock: OwnClock | None = None  # of the drift within it, where that waits

    @property
    def base(self) -> Drawn:
        """The concept that it is made of, or the first of them."""
        return self.bases[0]

    @property
    def schema(self):
        return self.description.schema_over(self.base.schema)

    @property
    def rows(self):
        rows = [one.rows for one in self.bases if one.rows is not None]
        return min(rows, default=None)

    @property
    def clock(self):
        return common_clock(self.bases)

    @cached_property
    def extent(self) -> tuple[int, int]:
        """How deep concepts are made of each other, and how many there are in all."""
        depth, size = extent(self.bases)
        return depth + 1, size + 1

    @property
    def ready(self) -> bool:
        """Whether rows can be drawn without a warm-up to learn from."""
        return all(is_ready(one) for one in self.bases)

    @property
    def in_memory(self) -> bool:
        """Whether all recorded rows are held in memory."""
        return all(getattr(one, "in_memory", True) for one in self.bases)

    def prepared(self, warmup):
        raise TypeError("its concepts are prepared before it is made of them")

    def draw(self, rng, t):
        return self.description.drawn(self, rng, t)

    def density(self, X, t):
        return self.description.joint(self, X, t)

    def made_of(self, bases: Sequence[Drawn]) -> Self:
        """The same, made of other concepts."""
        return replace(self, bases=(*bases,))


def extent(bases: Sequence[Drawn]) -> tuple[int, int]:
    """How deep concepts are made of others, and of how many they are in all."""
    each = [one.extent if isinstance(one, Operated) else (0, 1) for one in bases]
    depths, sizes = zip(*each)
    return max(depths), sum(sizes)


def sample_positions(one: Drawn, n: int) -> np.ndarray:
    """Positions of all rows of a record, or of `n` rows of a concept as it is at its first one."""
    if one.rows is not None:
        return np.arange(one.rows)
    return np.arange(n) if one.description.sequential else np.zeros(n, np.int64)


def is_same(concept: Concept) -> bool:
    """Whether it is of the same rows whenever it is read, so that it is read once."""
    return concept.recorded and getattr(concept, "order", "shuffled") != "shuffled"


def is_ready(one: Drawn) -> bool:
    """Whether rows can be drawn; not from records before they have learned from the warm-up."""
    return getattr(one, "ready", True)


def common_clock(concepts: Sequence[Drawn]) -> Any:
    """The clock that all of some concepts share, as made of one record; None without one."""
    clock, *others = [one.clock for one in concepts]
    return clock if all(other is clock for other in others) else None


def leaves(concept: Concept) -> Iterator[Concept]:
    """What a concept is made of in the end; not concepts of the stream, which it only names."""
    return (one for one in made_of(concept) if not one.bases)


def schema_of(concept: Concept) -> Schema:
    """The schema of the rows of a concept, also of one that is made of what it only names."""
    if isinstance(concept, Reference):
        return schema_of(concept.concept)
    if isinstance(concept, Operator):
        return concept.schema_over(schema_of(concept.bases[0]))
    return concept.schema


def made_of(concept: Concept) -> Iterator[Concept]:
    """A concept, and what it is made of; not concepts of the stream, which it only names."""
    for one in concept.bases:
        yield from made_of(one)
    if not isinstance(concept, Reference):
        yield concept


def drawn_leaves(concept: Concept, drawn: Any) -> Iterator[tuple[Concept, Drawn]]:
    """What a concept is made of in the end, each as it is written and as instantiated."""
    if concept.bases:
        for one, base in zip(concept.bases, drawn.bases):
            yield from drawn_leaves(one, base)
    elif not isinstance(concept, Reference):
        yield concept, drawn


def column_places(schema: Schema, columns: Sequence[str], key: str = "columns") -> list[int]:
    """Where columns are in a schema, by their names; refuses others."""
    for i, name in enumerate(columns):
        if name not in schema.names:
            known = guess(name, schema.names)
            raise refusal(f"no column is called {short(name)}; {known}", *at(key, i))
        if name in columns[:i]:
            raise refusal(f"column {short(name)} stands twice; name each once", *at(key, i))
    return [schema.names.index(name) for name in columns]


def numeric_places(schema: Schema, columns: Sequence[str], key: str = "columns") -> list[int]:
    """Where columns of numbers are; refuses those of words."""
    places = column_places(schema, columns, key)
    for i, j in enumerate(places):
        if j in schema.nominal:
            message = f"column {short(columns[i])} has words, not numbers; name columns of numbers"
            raise refusal(message, *at(key, i))
    return places


def at(key: str, i: int) -> list[str | int]:
    """The keys of a column, in a list of them or alone."""
    return [key, i] if key == "columns" else [key]


def class_names(schema: Schema) -> tuple[str, ...]:
    """The names of the classes, or their numbers; refuses labels that are numbers."""
    if schema.n_classes is None:
        raise refusal("its labels are numbers, and there are no classes to change", "of")
    return schema.classes or tuple(map(str, range(schema.n_classes)))


def class_of(schema: Schema, given: str | int, *place: str | int) -> int:
    """The class that has a name or a number; refuses one that there is not."""
    names = class_names(schema)
    if str(given) not in names:
        raise refusal(f"no class is called {short(given)}; {guess(given, names)}", *place)
    return names.index(str(given))
