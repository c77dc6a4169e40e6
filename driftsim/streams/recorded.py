"""Recorded concepts: rows that were written down once."""

from abc import abstractmethod
from collections.abc import Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import model_validator

from driftsim.clocks import Clock, Place
from driftsim.messages import short
from driftsim.parts import Count, Position
from driftsim.rows import Schema
from driftsim.streams.concepts import Instantiated, Seeded
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import Column, finite, labels_of, rows_of, schema_of
from driftsim.streams.tables.levels import limited, limits
from driftsim.streams.tables.missing import Fill, Missing, Unlabelled, filled, usable_rows
from driftsim.streams.tables.ordering import By, Order, are_all, ascending
from driftsim.streams.tables.selection import (
    Record,
    Selection,
    identifiers,
    refuse_none_left,
    refuse_unknown,
)
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.times import in_order
from driftsim.streams.timing import Timing

UNPREPARED = (
    "what to impute, and which levels to keep, is learned from the warm-up; give it to "
    "`instantiated` of the stream"
)


class Recorded(Timing, Seeded):
    """Rows that were written down once: position t is row t."""

    recorded = True
    renamed_values = {"missing": {"mean": "whole_table"}}

    path: str
    columns: list[str] | None = None  # the features; else all columns but the target
    drop: list[str] = []  # columns that are no features, in the place of `columns`
    nominal: list[str] = []  # columns of words, even where they look like numbers
    numeric: list[str] = []  # columns of numbers: a cell that is none is an error
    levels: Count | None = None  # most values of a nominal column; rarer ones become `other`
    missing: Missing = "refuse"  # what to do about cells without a value
    unlabelled: Unlabelled = "refuse"  # what to do about rows without a label
    order: Order = "recorded"  # of the rows
    marks: list[Annotated[Position, Place]] = []  # where you know of a drift

    @property
    def place(self) -> str:
        """Where the rows come from, in words."""
        return self.path

    @property
    def schema(self):
        """What is known of the rows, by reading them."""
        return self.instantiated(np.random.default_rng(0)).schema

    def instantiated(self, rng):
        """The rows, read and in the order of the stream; `ValueError` if they are wrong."""
        with self.naming_itself():
            record = self.record()
            with record.naming():
                rows = self._rows(record, rng)
            clock = record.times.clock(rows, self.zone)
            if are_all(rows, len(record.labels.codes)):
                rows = slice(None)  # which copies nothing
            y, classes = self.labels_of(record.labels.at(rows))
            self.check_marks(len(y))
            columns = [column.at(rows) for column in record.features]
            if isinstance(self.missing, Fill):
                columns = self.missing.before_warmup(columns)
            elif self.missing == "whole_table":
                columns = [filled(column, "mean") for column in columns]
        unprepared = Unprepared(self, columns, y, classes, clock)
        return unprepared if self.needs_warmup else unprepared.with_first(0)

    @property
    def needs_warmup(self) -> bool:
        """Whether the length of the warm-up must be known before rows can be drawn."""
        fills = isinstance(self.missing, Fill) and self.missing.needs_warmup
        return fills or self.levels is not None

    def check_marks(self, rows: int) -> None:
        """Raise `ValueError` if a mark is beyond the last row."""
        if self.marks and isinstance(self.marks[-1], int) and self.marks[-1] >= rows:
            raise ValueError(f"there is no row {self.marks[-1]} to mark; rows are 0 … {rows - 1}")

    def record(self) -> Record:
        """The columns as they were written down; `ValueError` if they cannot be read."""
        sheet = self.sheet()
        target, left_out = self.selected(sheet.names)
        with sheet.naming_lines():
            times = self.row_times(sheet, self.reading(target).missing)
        sheet = sheet.only([n for n in sheet.names if n not in left_out or n in self.beside])
        with sheet.naming_lines():
            columns = [self._cast(column) for column in sheet.columns(self.reading(target))]
        found = identifiers(columns, self.wanted(target))
        refuse_none_left([column.name for column in columns], target, left_out, found)
        notes = (*sheet.notes, *times.notes)
        return Record(columns, target, left_out | found, times, sheet.naming_lines, notes)

    def selected(self, names: list[str]) -> tuple[str, dict[str, str]]:
        """The target among the names of columns, and why others are no features."""
        refuse_unknown(self.time_columns, names)
        target = self.target_of([name for name in names if name not in self.time_columns])
        if target in self.time_columns:
            raise ValueError(
                f"the target '{target}' is {self.time_columns[target]}; choose another"
            )
        refuse_unknown([target, *(self.columns or ()), *self.drop], names)
        refuse_unknown([*self.nominal, *self.numeric, *self.beside], names)
        return target, Selection(target, self.columns, self.drop, self.reserved).left_out(names)

    def wanted(self, target: str) -> set[str]:
        """Columns that are read although they may identify rows."""
        return {target, *(self.columns or ()), *self.nominal, *self.beside}

    @property
    def reserved(self) -> Mapping[str, str]:
        """Columns that are features only where `columns` names them, and why."""
        return self.time_columns

    @property
    def beside(self) -> Collection[str]:
        """Columns that are read whether they are features or not."""
        return (self.order.by,) if isinstance(self.order, By) else ()

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

    def learned(self, columns: list[Column], warmup: int | None) -> list[Column]:
        """Columns with what is learned from their first `warmup` rows."""
        if isinstance(self.missing, Fill):
            columns = self.missing.of_warmup(columns, warmup)
        return [limited(column, self.levels, warmup) for column in columns]

    @contextmanager
    def naming_itself(self):
        """Raise a `ValueError` with the place."""
        try:
            yield
        except ValueError as error:
            raise ValueError(f"{self.place}: {error}") from None

    def _rows(self, record, rng):
        """The rows of the record that are used (n,), in the order of the stream."""
        rows = np.arange(len(record.labels.codes))
        if not all(np.isfinite(c.codes).all() for c in [*record.features, record.labels]):
            finite([*record.features, record.labels])
            kept = usable_rows(self.missing, record.features, record.labels, self.unlabelled)
            rows = np.flatnonzero(kept)
        if isinstance(self.order, By):
            rows = ascending(record.named(self.order.by), rows)
        if self.time is not None:
            return in_order(record.times.rows, rows, self.time, self.sort, self.zone)
        return rows[rng.permutation(len(rows))] if self.order == "shuffled" else rows

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
class Unprepared(Instantiated):
    """A recorded concept that has been read, and may still have to learn from the warm-up."""

    ready = False

    description: Recorded
    columns: list[Column]  # of features, in the order of the stream
    y: np.ndarray  # (n,)
    classes: tuple[str, ...] | None
    clock: Clock | None = None  # type: ignore[assignment]  # of others there is none

    @property
    def schema(self):
        """What is known of the rows; not which levels are `other`."""
        columns = self.description.learned(self.columns, self.rows)
        schema = schema_of(columns, self.classes)
        most = self.description.levels
        open_ = {j for j, column in enumerate(self.columns) if limits(column, most)}
        return schema._replace(values={j: v for j, v in schema.values.items() if j not in open_})

    @property
    def rows(self):
        return len(self.y)

    def prepared(self, warmup):
        return self.with_first(warmup) if warmup else self

    def with_first(self, rows: int) -> "Recording":
        """What there is to draw, by its first rows; `ValueError` where they teach nothing."""
        with self.description.naming_itself():
            columns = self.description.learned(self.columns, rows)
        schema = schema_of(columns, self.classes)
        return Recording(self.description, rows_of(columns), self.y, schema, self.clock)

    def draw(self, rng, t):
        raise ValueError(f"{self.description.place}: {UNPREPARED}")


@dataclass(frozen=True, eq=False)
class Recording(Instantiated):
    """A recorded concept that has been read: all of its rows."""

    description: Recorded
    X: np.ndarray  # (n, d)
    y: np.ndarray  # (n,)
    read_schema: Schema
    clock: Clock | None = None  # type: ignore[assignment]  # of others there is none

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
