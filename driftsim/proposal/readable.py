"""Readable tables: what makes cells readable that are not as they should be, and times of dates."""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from driftsim.clocks import NO_TIME
from driftsim.streams.tables.cells import MISSING, READ, Reading, matching
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.times import TimeColumn, moments_of
from driftsim.streams.tables.typed import holds_text, plain

MOST_STRAYS = 5  # different cells of a column of numbers that are none, and may mean no value
FEW = 200  # different cells on which formats are tried first
PARTS = re.compile(r"\w+(?P<sign>[-/. ])\w+(?P=sign)\d+(?P<time>.*)")
DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d/%b/%Y", "%d/%b/%y")
HOURS = (" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


class Times(NamedTuple):
    """A way to read the times of rows, or of their labels."""

    columns: list[str]
    form: str | None  # of dates, where it has to be given
    micros: np.ndarray  # (n,) UTC; NO_TIME where there is none
    doubt: str = ""  # what else the dates could mean

    @property
    def value(self) -> Any:
        """As a scenario writes it."""
        names: Any = self.columns[0] if len(self.columns) == 1 else self.columns
        return names if self.form is None else {"column": names, "format": self.form}

    @property
    def complete(self) -> bool:
        """Whether each row has one."""
        return not (self.micros == NO_TIME).any()

    @property
    def ascending(self) -> bool:
        """Whether no row comes before the one above it."""
        return not (np.diff(self.micros) < 0).any()

    def follow(self, others: np.ndarray) -> bool:
        """Whether none comes before another time (n,) of its row, and some come after it."""
        present = self.micros != NO_TIME
        late = self.micros[present] - others[present]
        return bool(len(late) and late.min() >= 0 and late.max() > 0)


def unreadable(sheet: Sheet, reading: Reading) -> dict[str, str]:
    """The columns that cannot be read, and why."""
    found = {}
    for j, name in enumerate(sheet.names):
        try:
            sheet.at([j]).columns(reading)
        except ValueError as error:
            found[name] = str(error)
    return found


def strays(sheet: Sheet, names: Collection[str]) -> dict[str, list[str]]:
    """The cells of some columns that are no numbers, where they are few, by column."""
    found = {}
    for name, cells in texts(sheet):
        if name in names:
            distinct = Reading().present(cells.unique()).drop_null()
            words = distinct.filter(~matching(distinct, READ)).unique().to_pylist()
            if len(words) <= MOST_STRAYS:
                found[name] = words
    return found


def usual_markers(sheet: Sheet) -> list[str]:
    """Those of the usual markers of a missing value that occur in a sheet."""
    words = {word for _, cells in texts(sheet) for word in cells.unique().to_pylist()}
    return [word for word in MISSING if word in words]


def texts(sheet: Sheet) -> Iterator[tuple[str, Any]]:
    """The columns of text: the name and the Arrow array of each."""
    for name, cells in zip(sheet.names, sheet.cells, strict=True):
        column = plain(cells)
        if holds_text(column.type):
            yield name, column


def times_in(sheet: Sheet, columns: list[str], missing: Collection[str]) -> Times | None:
    """How the dates in a column, or in two, are read; None where they cannot be.

    Of dates whose day or month may come first, the order is taken in which rows ascend.
    """
    with suppress(ValueError):
        given = TimeColumn(column=columns)
        return Times(columns, None, moments_of(sheet, given, missing=missing).micros)
    if len(columns) > 1:
        return None
    found = [*in_formats(sheet, columns, missing)]
    if not found:
        return None
    best = min(found, key=lambda one: not (one.complete and one.ascending))
    if len(found) > 1:
        first = "day" if str(best.form).startswith("%d") else "month"
        why = "as rows are in order then" if best.ascending else "which is a guess"
        best = best._replace(doubt=f"; the {first} comes first, {why}")
    return best


def in_formats(sheet, columns, missing) -> Iterator[Times]:
    """The ways to read a column of dates by a format."""
    words = dict(texts(sheet)).get(columns[0])
    if words is None:
        return
    some = Reading((*missing,)).present(words.unique()).drop_null()[:FEW]
    for form in formats(some.to_pylist()):
        with suppress(ValueError):
            given = TimeColumn(column=columns, format=form)
            yield Times(columns, form, moments_of(sheet, given, missing=missing).micros)


def formats(cells: list[str]) -> Iterator[str]:
    """The formats of dates that fit all of some cells."""
    parts = PARTS.fullmatch(cells[0]) if cells else None
    if parts is None:
        return
    for day, hours in product(DAYS, HOURS if parts["time"] else ("",)):
        form = day.replace("/", parts["sign"]) + hours
        if fits(form, cells):
            yield form


def fits(form: str, cells: Iterable[str]) -> bool:
    """Whether all cells are dates of a format."""
    try:
        return all(datetime.strptime(cell, form) for cell in cells)
    except ValueError:
        return False
