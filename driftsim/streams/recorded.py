"""Recorded concepts: rows that were written down once."""

from abc import abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import model_validator

from driftsim.messages import short
from driftsim.parts import Position
from driftsim.rows import Schema
from driftsim.streams.concepts import Instantiated, Seeded
from driftsim.streams.tables.columns import Column, schema_of


class Recorded(Seeded):
    """Rows that were written down once: position t is row t."""

    recorded = True

    path: str
    order: Literal["recorded", "shuffled"] = "recorded"
    marks: list[Position] = []  # rows at which a person knows of a drift

    @property
    def schema(self):
        """What is known of the rows, by reading them."""
        return self.instantiated(np.random.default_rng(0)).schema

    def instantiated(self, rng):
        """The rows, read and, if `order` says so, shuffled; `ValueError` if they are wrong."""
        try:
            columns, y, classes = self._read()
            if self.marks and self.marks[-1] >= len(y):
                message = f"there is no row {self.marks[-1]} to mark; rows are 0 … {len(y) - 1}"
                raise ValueError(message)
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None
        rows = rng.permutation(len(y)) if self.order == "shuffled" else slice(None)
        X = np.column_stack([column.codes for column in columns])
        return Recording(self, X[rows], y[rows], schema_of(columns, classes))

    @abstractmethod
    def columns(self) -> tuple[list[Column], int]:
        """The columns as they were written down, and the index of the one of the labels."""

    @abstractmethod
    def _read(self) -> tuple[list[Column], np.ndarray, tuple[str, ...] | None]:
        """The columns of features, the labels (n,) and the names of the classes, if any."""

    @model_validator(mode="after")
    def _marks_are_moments(self):
        if any(row >= other for row, other in pairwise(self.marks)):
            raise ValueError(f"the marks {short(self.marks)} should ascend, and name no row twice")
        if self.marks and self.order == "shuffled":
            raise ValueError(
                "shuffled rows have no moment to mark; leave out the marks or the order"
            )
        return self


@dataclass(frozen=True, eq=False)
class Recording(Instantiated):
    """A recorded concept that has been read: all of its rows."""

    description: Recorded
    X: np.ndarray  # (n, d)
    y: np.ndarray  # (n,)
    read_schema: Schema

    @property
    def schema(self):
        return self.read_schema

    @property
    def rows(self):
        return len(self.y)

    def draw(self, rng, t):
        """The rows at positions `t` (n,); past the end, the last row."""
        rows = np.minimum(t, self.rows - 1)
        return self.X[rows], self.y[rows]
