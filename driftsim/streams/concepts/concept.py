"""Concepts: the one interface to everything that labelled rows are drawn from."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from driftsim.files import file_hash
from driftsim.parts import Part
from driftsim.rows import Schema, one_hot


class Concept(Part):
    """A labelled distribution.

    Its float fields, and lists of floats, may also be arrays with one entry for each drawn
    row: this is how an incremental drift moves a concept while it is being drawn from.
    """

    schema: ClassVar[Schema]  # or a property, where it depends on the fields
    blends: ClassVar[bool] = True  # moves by way of its numbers, in an incremental drift
    known: ClassVar[bool] = False  # has a density: true of a class that defines one, unless set
    moves: ClassVar[bool] = False  # changes by itself along the stream; or a property
    rows: ClassVar[int | None] = None  # how many there are, where the concept is recorded
    files: ClassVar[list[str]] = []  # that it reads
    library: ClassVar[str | None] = None  # the distribution its rows come from
    renamed_members = {"settled": "instantiated"}

    def hashes(self):
        """The hashes of the files that it reads, by path."""
        return {path: file_hash(path) for path in self.files}

    def instantiated(self, rng):
        """This concept, with what its description leaves open drawn or read."""
        return self

    @abstractmethod
    def draw(self, rng, t):
        """The rows at positions `t` (n,): features (n, d) float64, clean labels (n,).

        Labels are int64 classes; for regression they are float64 numbers.
        """

    def density(self, X, t):
        """p(x, y) at positions `t`: (n, n_classes); NaN where a kind does not define it.

        Where features are numbers it is a density, where they are codes a probability. For
        regression: p(x), and the mean and variance of y given x, (n, 3).
        """
        return np.full((len(X), self.schema.n_classes or 3), np.nan)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs):
        first = next(one for one in cls.__mro__ if {"known", "density"} & vars(one).keys())
        if "known" not in vars(first):  # else its author decides
            cls.known = True
        super().__pydantic_init_subclass__(**kwargs)


class Rule(Concept):
    """A concept whose features are uniform in a box, and whose label follows from them."""

    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 1.0

    @abstractmethod
    def label(self, X):
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


def numbered(d):
    """Names for columns without names: x1, x2, …"""
    return tuple(f"x{j + 1}" for j in range(d))
