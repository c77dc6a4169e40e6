"""Concepts: the one interface to everything that labelled rows are drawn from."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from driftsim.clocks import Clock
from driftsim.files import file_hash
from driftsim.parts import Part
from driftsim.rows import Schema, one_hot


class Concept(Part):
    """A labelled distribution: which rows come, with which labels, while it is in force."""

    homes = ("driftsim.streams", "driftsim.streams.concepts", "driftsim.streams.operators")
    blends: ClassVar[bool] = True  # an incremental drift can move its numbers
    known: ClassVar[bool] = False  # has a density: set to True for a class that defines one
    recorded: ClassVar[bool] = False  # its rows were written down once; there are no others
    sequential: ClassVar[bool] = False  # a seed has one row for each position, and no others
    library: ClassVar[str | None] = None  # the distribution its rows come from
    truth_revision: ClassVar[int] = 0  # raised when more is known of the truth of the same rows
    renamed_members = {"settled": "instantiated"}
    if TYPE_CHECKING:  # class variables that a property may override

        @property
        def schema(self) -> Schema: ...  # type: ignore[override]  # pydantic's own is deprecated

        @property
        def moves(self) -> bool: ...

        @property
        def files(self) -> list[str]: ...
    else:
        schema: ClassVar[Schema]
        moves: ClassVar[bool] = False  # changes by itself along the stream
        files: ClassVar[list[str]] = []  # that it reads

    def hashes(self) -> dict[str, str]:
        """The hashes of the files that it reads, by path."""
        return {path: file_hash(path) for path in self.files}

    def instantiated(self, rng: np.random.Generator) -> "Concept | Instantiated":
        """The concept to draw from, with what this description leaves open drawn or read."""
        return self

    def prepared(self, warmup: int) -> "Concept | Instantiated":
        """The same, with what it learns from its first `warmup` rows, such as what to impute."""
        return self

    def around(self, row: int) -> "Concept | None":
        """The concept whose rows it has around a row; None where that is not known.

        Itself, unless it is composed of others that follow each other.
        """
        return self

    @abstractmethod
    def draw(self, rng: np.random.Generator, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows at positions `t` (n,): features (n, d) float64, clean labels (n,).

        Labels are int64 classes; for regression they are float64 numbers. Fields of the concept
        that are floats, or lists of floats, may be arrays with one entry for each drawn row: so
        an incremental drift moves a concept while it is being drawn from.
        """

    def density(self, X: np.ndarray, t: np.ndarray) -> np.ndarray:
        """p(x, y) at positions `t`: (n, n_classes); NaN where a kind does not define it.

        Where features are numbers it is a density, where they are codes a probability. For
        regression: p(x), and the mean and variance of y given x, (n, 3).
        """
        return unknown_density(X, self.schema)

    @property
    def rows(self) -> int | None:
        """How many there are of a record that has been read; None where any can be drawn."""
        return None

    @property
    def clock(self) -> Clock | None:
        """When its rows came, of a record that has been read and has times; else None."""
        return None

    @property
    def bases(self) -> Sequence["Concept"]:
        """The concepts that it is made of: none, unless it is an operator."""
        return ()

    @property
    def description(self) -> Self:
        """Itself: the part that holds the fields, as of an `Instantiated`."""
        return self

    def moved(self, values: dict[str, Any]) -> Self:
        """The same concept with other values of some fields."""
        return self.model_copy(update=values)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        first = next(one for one in cls.__mro__ if {"known", "density"} & vars(one).keys())
        if "known" not in vars(first):  # else its author decides
            cls.known = True
        super().__pydantic_init_subclass__(**kwargs)


@dataclass(frozen=True, eq=False)
class Instantiated(ABC):
    """A concept with what its description leaves open drawn from a seed, or read from a file.

    Subclasses are dataclasses: their fields hold what was drawn.
    """

    description: Concept

    @property
    def rows(self) -> int | None:
        """As of a `Concept`."""
        return None

    @property
    def clock(self) -> Clock | None:
        """As of a `Concept`."""
        return None

    @property
    def schema(self) -> Schema:
        """What is known of the rows."""
        return self.description.schema

    @property
    def known(self) -> bool:
        """Whether there is a density."""
        return self.description.known

    def prepared(self, warmup: int) -> "Instantiated":
        """As of a `Concept`."""
        return self

    @abstractmethod
    def draw(self, rng: np.random.Generator, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As of a `Concept`."""

    def density(self, X: np.ndarray, t: np.ndarray) -> np.ndarray:
        """As of a `Concept`."""
        return unknown_density(X, self.schema)

    def moved(self, values: dict[str, Any]) -> Self:
        """The same, with other values of some fields of the description."""
        return replace(self, description=self.description.moved(values))


class Seeded(Concept):
    """A concept that has to be instantiated with a seed, or read, before rows can be drawn."""

    blends = False

    @abstractmethod
    def instantiated(self, rng: np.random.Generator) -> Instantiated:
        """The concept to draw from."""

    def draw(self, rng, t):
        return self.instantiated(rng).draw(rng, t)


class Moving(Instantiated):
    """A concept that moves by itself: its numbers are others at each row."""

    @abstractmethod
    def at(self, t: np.ndarray) -> Concept:
        """The description at positions `t` (n,), its moving fields arrays with an entry a row."""

    def draw(self, rng, t):
        return self.at(t).draw(rng, t)

    def density(self, X, t):
        return self.at(t).density(X, t)


class Rule(Concept):
    """A concept whose features are uniform in a box, and whose label follows from them."""

    schema: ClassVar[Any]
    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 1.0

    @abstractmethod
    def label(self, X: np.ndarray) -> np.ndarray:
        """The class of each row (n,)."""

    def draw(self, rng, t):
        X = rng.random((len(t), len(self.schema.names)))
        if (self.low, self.high) != (0, 1):
            X *= self.high - self.low
            X += self.low
        return X, self.label(X).astype(np.int64)

    def density(self, X, t):
        volume = (self.high - self.low) ** X.shape[1]
        joint = one_hot(self.label(X), self.schema.n_classes) / volume
        if X.min(initial=self.low) < self.low or X.max(initial=self.high) > self.high:
            joint[((self.low > X) | (self.high < X)).any(axis=1)] = 0
        return joint


def unknown_density(X: np.ndarray, schema: Schema) -> np.ndarray:
    """NaN, in the shape of the densities of rows (n, d): (n, n_classes), for regression (n, 3)."""
    return np.full((len(X), schema.n_classes or 3), np.nan)


def density_with_gaps(one: Concept | Instantiated, X: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The density of rows of which some lack values: 0 for those that a concept always has."""
    density, gaps = one.density(X, t), np.isnan(X)
    gaps[:, [*one.schema.missing]] = False
    return np.where(gaps.any(axis=1, keepdims=True), 0.0, density)


def numbered(d: int) -> tuple[str, ...]:
    """Names for columns without names: x1, x2, …"""
    return tuple(f"x{j + 1}" for j in range(d))
