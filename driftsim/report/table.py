"""Table: rows under named columns, of which files, figures and the frames of pandas are made."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from driftsim.durations import date_of

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]  # of a table: the name of a column to its value
MOMENTS = "datetime64[us]"  # UTC; not a time (NaT) where there is none
WHOLE, NUMBERS, TRUTHS = (int, np.integer), (int, float, np.number), (bool, np.bool_)


class Table:
    """Rows under named columns, each column an array (n,).

    A column holds truths, whole numbers, numbers or moments where all of its values are such, else
    objects, such as texts. Among numbers and texts NaN is what is missing. Dates of moments are in
    the `zone`.
    """

    def __init__(self, columns: Mapping[str, Iterable[Any]], zone: str | None = None):
        self.columns = {name: column_of(values) for name, values in columns.items()}
        self.zone = zone

    @classmethod
    def of_rows(cls, rows: Iterable[Row], names: Iterable[str]) -> "Table":
        """A table of rows, whose other values are left out; what a row lacks is NaN."""
        rows = [*rows]
        return cls({name: [row.get(name, np.nan) for row in rows] for name in names})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def values(self, name: str) -> list[Any]:
        """The values of a column as plain objects; moments as dates, None where there is none."""
        column = self[name]
        if column.dtype.kind != "M":
            return column.tolist()
        micros, known = column.astype(np.int64).tolist(), ~np.isnat(column)
        return [self._date(one) if there else None for one, there in zip(micros, known)]

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """The values of each row, as plain objects."""
        return zip(*map(self.values, self))

    def rows(self) -> Iterator[Row]:
        """Each row, by the names of the columns."""
        return (dict(zip(self, values)) for values in self.cells())

    def only(self, names: Iterable[str]) -> "Table":
        """The same rows with some columns, in their order."""
        return Table({name: self[name] for name in names}, self.zone)

    def but(self, *names: str) -> "Table":
        """The same rows without some columns."""
        return self.only(name for name in self if name not in names)

    def where(self, rows: np.ndarray | slice) -> "Table":
        """Some rows, by a truth for each (n,), by their places in order, or the first of them."""
        return Table({name: column[rows] for name, column in self.columns.items()}, self.zone)

    def among(self, name: str, values: Iterable[Any]) -> "Table":
        """The rows that have one of some values in a column."""
        wanted = set(values)
        return self.where(np.array([one in wanted for one in self[name]], bool))

    def by(self, name: str) -> dict[Any, "Table"]:
        """The rows of each value of a column, in the order in which the values occur."""
        places: dict[Any, list[int]] = {}
        for place, value in enumerate(self.values(name)):
            places.setdefault(value, []).append(place)
        return {value: self.where(np.array(own)) for value, own in places.items()}

    def with_columns(self, columns: Mapping[str, Iterable[Any]]) -> "Table":
        """The same rows with more columns, or with others in the place of some."""
        return Table({**self.columns, **columns}, self.zone)

    def frame(self) -> "pd.DataFrame":
        """The same rows and columns as a frame of pandas."""
        import pandas as pd

        made: dict[str, Any] = {}
        for name, column in self.columns.items():
            made[name] = column.tolist() if column.dtype.kind == "O" and len(column) else column
            if column.dtype.kind == "M":
                dates = pd.to_datetime(pd.Series(column.astype(np.int64)), unit="us", utc=True)
                made[name] = dates.dt.tz_convert(self.zone)
        return pd.DataFrame(made)

    def _date(self, moment: int) -> datetime:
        date = date_of(moment, self.zone)
        return date if self.zone else date.replace(tzinfo=None)


def column_of(values: Iterable[Any]) -> np.ndarray:
    """Values as a column (n,) of a table; an array is one already."""
    if isinstance(values, np.ndarray):
        return values
    values = [*values]
    kinds = {*map(type, values)}
    known = kinds - {type(None)}
    truths = [kind for kind in kinds if issubclass(kind, TRUTHS)]
    if truths and len(truths) == len(kinds):
        return np.array(values, bool)
    if known and not truths and all(issubclass(kind, NUMBERS) for kind in known):
        return numbers(values, kinds)
    if known and all(issubclass(kind, str | float) for kind in known):
        values = [np.nan if one is None else one for one in values]
    return objects(values)


def numbers(values: list[Any], kinds: set[type]) -> np.ndarray:
    """Numbers as a column of whole ones where all are, as objects where one is too large."""
    if not all(issubclass(kind, WHOLE) for kind in kinds):
        return np.array(values, float)
    try:
        return np.array(values, np.int64)
    except OverflowError:
        return objects(values)


def objects(values: list[Any]) -> np.ndarray:
    """Any values as a column."""
    return np.fromiter(values, object, len(values))


def missing(column: np.ndarray) -> np.ndarray:
    """Which values of a column (n,) are not known."""
    if column.dtype.kind in "fM":
        return np.isnan(column)
    if column.dtype.kind != "O":
        return np.zeros(len(column), bool)
    return np.array(
        [one is None or (isinstance(one, float) and one != one) for one in column], bool
    )
