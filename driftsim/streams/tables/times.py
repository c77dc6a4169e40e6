"""Times: a column of a table as moments, whichever way people write dates."""

import re
from collections.abc import Collection
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import BeforeValidator, Field, model_serializer, model_validator

from driftsim.clocks import NO_TIME, RecordedClock
from driftsim.durations import MOMENTS, SECOND, date_of
from driftsim.forms import Also
from driftsim.messages import names_in_words, short
from driftsim.parts import Strict
from driftsim.streams.tables import dates, typed
from driftsim.streams.tables.cells import ALWAYS_MISSING
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.dates import Read
from driftsim.streams.tables.sheets import Sheet

YEAR = re.compile("%[YyGcx]")  # what holds one, in a format
LARGEST = {"seconds": 1e11, "milliseconds": 1e14, "microseconds": 1e17}  # of numbers, by unit
MICROS = {"seconds": 1e6, "milliseconds": 1e3, "microseconds": 1.0, "nanoseconds": 1e-3}


class TimeColumn(Strict):
    """A column of times; or two, of dates and of times of day."""

    forms = str, list[str], dict

    column: Annotated[list[str], Field(min_length=1, max_length=2), Also(str)]
    format: str | None = None  # as Python's strptime takes it; guessed where not given

    @model_validator(mode="after")
    def _has_a_year(self):
        if self.format is not None and not YEAR.search(self.format):
            raise ValueError(f"{short(self.format)} has no year, which is %Y, or %y of two digits")
        return self

    @property
    def words(self) -> str:
        """Its name, as messages write it."""
        names = [f"'{name}'" for name in self.column]
        return f"column{'s' * (len(names) > 1)} {names_in_words(names)}"

    @model_serializer(mode="wrap")
    def _as_written(self, dump):
        if self.format is not None:
            return dump(self)
        return self.column[0] if len(self.column) == 1 else self.column


def _in_full(value: Any) -> Any:
    """A column of times, which a scenario may write as a name or two."""
    if isinstance(value, str | list):
        value = {"column": value}
    if isinstance(value, dict) and isinstance(value.get("column"), str):
        value = value | {"column": [value["column"]]}
    return value


Times = Annotated[TimeColumn, BeforeValidator(_in_full)]
Ambiguous = Literal["first", "second"]


class Moments(NamedTuple):
    """The times of rows."""

    micros: np.ndarray  # (n,) microseconds UTC, NO_TIME where there is none
    note: str  # how they were read


class RowTimes(NamedTuple):
    """When the rows of a record came, as they were written down."""

    rows: np.ndarray | None = None  # (n,) microseconds UTC
    labels: np.ndarray | None = None  # (n,) of their labels; NO_TIME of those that never came
    notes: tuple[str, ...] = ()  # how they were read

    def clock(self, rows: np.ndarray, zone: str | None) -> RecordedClock | None:
        """The clock of some of the rows, by their index (m,)."""
        if self.rows is None:
            return None
        return RecordedClock(
            self.rows[rows], zone, None if self.labels is None else self.labels[rows]
        )


def moments_of(
    sheet: Sheet,
    given: TimeColumn,
    zone: str | None = None,
    ambiguous: Ambiguous | None = None,
    missing: Collection[str] = (),
) -> Moments:
    """The times in a column of a sheet; `BadCell` for a cell that is no time."""
    cells = [sheet.cells[sheet.names.index(name)] for name in given.column]
    column = cells[0] if len(cells) == 1 else joined(*cells)
    read = local_times(column, given, missing)
    wrong = (read.micros < MOMENTS[0]) | (read.micros > MOMENTS[1])
    if (wrong & (read.micros != NO_TIME)).any():
        row = int((wrong & (read.micros != NO_TIME)).argmax())
        about = "which is before the year 1700 or after 2250; correct it, or write its format"
        raise BadCell(row, f"has {short(str(column[row].as_py()))} in {given.words}, {about}")
    if read.utc:
        return Moments(read.micros, read.note)
    micros = read.micros if zone is None else in_utc(read.micros, zone, ambiguous, given)
    return Moments(micros, f"{read.note}, in {zone or 'UTC'}")


def local_times(column, given: TimeColumn, missing: Collection[str]) -> Read:
    """The times of an Arrow array as they are written."""
    column = typed.plain(column)
    if (found := typed.moments(column)) is not None:
        micros, null = found
        note = f"{given.words} holds dates"
        return Read(np.where(null, NO_TIME, micros), typed.has_zone(column), note)
    if typed.holds_numbers(column.type):
        if given.format is None:
            return numbers_as_times(column, given)
        column = column.cast("string")
    if not typed.holds_text(column.type):
        raise ValueError(f"{given.words} is of {column.type}, which is no time; choose another")
    return text_as_times(column, given, missing)


def text_as_times(column, given, missing):
    """The times in a column of text."""
    import pyarrow as pa
    from pyarrow import compute

    trimmed = compute.utf8_trim_whitespace(column)
    none = compute.is_in(trimmed, value_set=pa.array([*ALWAYS_MISSING, *missing], trimmed.type))
    cells = compute.if_else(none, pa.scalar(None, trimmed.type), trimmed)
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if given.format is not None:
        return dates.in_format(cells, given.format, given.words)
    try:
        return numbers_as_times(cells.cast("int64"), given)
    except pa.ArrowInvalid:
        pass
    try:
        return numbers_as_times(cells.cast("float64"), given)
    except pa.ArrowInvalid:
        return dates.guessed(cells, given.words)


def numbers_as_times(column, given):
    """Numbers as dates such as 20240331, or 2024, or as the time since 1970, its unit guessed."""
    numbers = typed.floats(column)
    null = np.isnan(numbers)
    present = numbers[~null]
    if np.isinf(present).any():
        raise BadCell(int(np.isinf(numbers).argmax()), f"of {given.words} is infinite; correct it")
    days = dates.packed_days(present)
    found = np.full(len(numbers), NO_TIME)
    if days is not None:
        found[~null] = days
        return Read(found, False, f"{given.words} holds dates such as {present[0]:.0f}")
    largest = np.abs(present).max(initial=0)
    unit = next((u for u, most in LARGEST.items() if largest < most), "nanoseconds")
    found[~null] = exact(column, null, unit) if unit != "seconds" else np.rint(present * SECOND)
    return Read(found, True, f"{given.words} holds {unit} since 1970")


def exact(column, null, unit):
    """Whole numbers of a unit in microseconds, without rounding where they are integers."""
    from pyarrow import compute, types

    if not types.is_integer(column.type):
        return np.rint(typed.floats(column)[~null] * MICROS[unit])
    present = column.filter(compute.is_valid(column))
    whole = np.asarray(present.cast("int64"))
    return whole // 1_000 if unit == "nanoseconds" else whole * int(MICROS[unit])


def joined(date, time):
    """Dates and times of day, each an Arrow array, as texts one after the other."""
    import pyarrow as pa
    from pyarrow import compute, types

    texts = []
    for column in (date, time):
        column = typed.plain(column)
        if types.is_timestamp(column.type):
            column = column.cast("date32")
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        texts.append(compute.utf8_trim_whitespace(column.cast("string")))
    return compute.binary_join_element_wise(*texts, " ")


def in_utc(local: np.ndarray, zone: str, ambiguous, given: TimeColumn) -> np.ndarray:
    """Local times (n,) of a zone in UTC; `BadCell` for those that came twice, or not at all."""
    import pyarrow as pa
    from pyarrow import compute

    none = local == NO_TIME
    column = pa.array(np.where(none, 0, local)).cast(pa.timestamp("us"))

    def read(twice, never):
        found = compute.assume_timezone(column, zone, ambiguous=twice, nonexistent=never)
        return np.asarray(found.cast("int64"))

    first, second, early = (
        read("earliest", "latest"), read("latest", "latest"), read("earliest", "earliest")
    )  # fmt: skip
    for wrong, about in [
        (early != first, f"was skipped in {zone}, as clocks went forward; correct it, or give"),
        (
            (first != second) & (ambiguous is None),
            f"came twice in {zone}, as clocks went back; write ambiguous: first or second, or give",
        ),
    ]:
        if (wrong & ~none).any():
            row = int((wrong & ~none).argmax())
            text = date_text(local[row])
            raise BadCell(row, f"has {text} in {given.words}, which {about} times with an offset")
    return np.where(none, NO_TIME, second if ambiguous == "second" else first)


def refuse_missing(micros: np.ndarray, given: TimeColumn) -> None:
    """Raise `BadCell` if a row has no time."""
    if (missing := micros == NO_TIME).any():
        about = f"has no time in {given.words}; write it in, or take the row out of the file"
        raise BadCell(int(missing.argmax()), about)


def in_order(
    micros: np.ndarray, rows: np.ndarray, given: TimeColumn, sort: bool, zone: str | None = None
) -> np.ndarray:
    """Rows (m,) of a record in the order of their times; `BadCell` for one that goes back.

    With `sort` they are sorted; those of one time stay in their order. Messages give times of the
    zone.
    """
    found = micros[rows]
    if sort:
        return rows[np.argsort(found, kind="stable")]
    back = np.flatnonzero(found[1:] < found[:-1])
    if len(back):
        before, here = (date_text(one, zone) for one in found[back[0] : back[0] + 2])
        about = f"comes on {here} in {given.words}, before the row above it ({before})"
        raise BadCell(int(rows[back[0] + 1]), f"{about}; write sort: true to sort rows by time")
    return rows


def date_text(micros, zone: str | None = None) -> str:
    """A moment in a zone, in UTC where None, to the second."""
    return date_of(int(micros), zone).strftime("%Y-%m-%d %H:%M:%S")
