"""Recorded concepts: rows that were written down once."""

from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import model_validator

from driftsim.clocks import Place
from driftsim.messages import short
from driftsim.parts import Position
from driftsim.rows import Schema
from driftsim.streams.concepts import Instantiated, Seeded
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import WITHOUT_MISSING, Column, finite, labels_of, schema_of
from driftsim.streams.tables.selection import (
    Record,
    Selection,
    identifiers,
    refuse_none_left,
    refuse_unknown,
)
from driftsim.streams.tables.sheets import Sheet


class Recorded(Seeded):
    """Rows that were written down once: position t is row t."""

    recorded = True
    renamed_values = {"missing": {"mean": "whole_table"}}

    path: str
    columns: list[str] | None = None  # the features; all columns but the target where not given
    drop: list[str] = []  # columns that are no features, in the place of `columns`
    nominal: list[str] = []  # columns of words, even where they look like numbers
    numeric: list[str] = []  # columns of numbers: a cell that is none is an error
    missing: Literal["refuse", "whole_table", "drop"] = "refuse"
    order: Literal["recorded", "shuffled"] = "recorded"
    marks: list[Annotated[Position, Place]] = []  # rows or dates of known drifts

    @property
    def place(self) -> str:
        """Where the rows come from, in words."""
        return self.path

    @property
    def schema(self):
        """What is known of the rows, by reading them."""
        return self.instantiated(np.random.default_rng(0)).schema

    def instantiated(self, rng):
        """The rows, read and, if `order` says so, shuffled; `ValueError` if they are wrong."""
        try:
            columns, y, classes = self._read()
            self.check_marks(len(y))
        except ValueError as error:
            raise ValueError(f"{self.place}: {error}") from None
        rows = rng.permutation(len(y)) if self.order == "shuffled" else slice(None)
        X = np.column_stack([column.codes for column in columns])
        return Recording(self, X[rows], y[rows], schema_of(columns, classes))

    def check_marks(self, rows: int) -> None:
        """Raise `ValueError` if a mark is beyond the last row."""
        if self.marks and isinstance(self.marks[-1], int) and self.marks[-1] >= rows:
            raise ValueError(f"there is no row {self.marks[-1]} to mark; rows are 0 … {rows - 1}")

    def record(self) -> Record:
        """The columns as they were written down; `ValueError` if they cannot be read."""
        sheet = self.sheet()
        target, left_out = self.selected(sheet.names)
        sheet = sheet.only([n for n in sheet.names if n not in left_out or n in self.beside])
        with sheet.naming_lines():
            columns = [self._cast(column) for column in sheet.columns(self.reading(target))]
        found = identifiers(columns, self.wanted(target))
        refuse_none_left([column.name for column in columns], target, left_out, found)
        return Record(columns, target, left_out | found, sheet.naming_lines, sheet.notes)

    def selected(self, names: list[str]) -> tuple[str, dict[str, str]]:
        """The target among the names of columns, and why others are no features."""
        target = self.target_of(names)
        refuse_unknown([target, *(self.columns or ()), *self.drop], names)
        refuse_unknown([*self.nominal, *self.numeric], names)
        return target, Selection(target, self.columns, self.drop, self.reserved).left_out(names)

    def wanted(self, target: str) -> set[str]:
        """Columns that are read although they may identify rows."""
        return {target, *(self.columns or ()), *self.nominal, *self.beside}

    @property
    def reserved(self) -> Mapping[str, str]:
        """Columns that are features only where `columns` names them, and why."""
        return {}

    @property
    def beside(self) -> Collection[str]:
        """Columns that are read whether they are features or not."""
        return ()

    @abstractmethod
    def sheet(self) -> Sheet:
        """The cells as they were written down."""

    def target_of(self, names: list[str]) -> str:
        """The name of the column of labels."""
        return names[-1]

    def reading(self, target: str) -> Reading:
        """How the cells are read."""
        return Reading(nominal=(*self.nominal,), numbers=(*self.numeric,))

    def labels_of(self, column: Column) -> tuple[np.ndarray, tuple[str, ...] | None]:
        """The labels (n,) in a column, and the names of the classes, if any."""
        return labels_of(column)

    def _read(self):
        """The columns of features, the labels (n,) and the names of the classes, if any."""
        record = self.record()
        columns = [*record.features, record.labels]
        with record.naming():
            *columns, labels = WITHOUT_MISSING[self.missing](finite(columns), len(columns) - 1)
        return columns, *self.labels_of(labels)

    def _cast(self, column):
        column = column.coded() if column.name in self.nominal else column
        return column.numbered() if column.name in self.numeric else column

    @model_validator(mode="after")
    def _columns_are_chosen_once(self):
        if self.columns is not None and self.drop:
            raise ValueError("columns and drop exclude each other; give the shorter list alone")
        if both := [name for name in self.nominal if name in self.numeric]:
            raise ValueError(f"{short(both[0])} is nominal and numeric; list it once")
        return self

    @model_validator(mode="after")
    def _marks_are_moments(self):
        rows = [row for row in self.marks if isinstance(row, int)]  # dates are rows later on
        if any(row >= other for row, other in pairwise(rows)):
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
