"""Columns: the numbers or codes of a table."""

from typing import NamedTuple

import numpy as np

from driftsim.messages import short, visible
from driftsim.rows import Schema

MOST_CLASSES = 1_000  # a target with more is an identifier or a number
STRETCH = 1 << 13  # rows that are put together at once, and so stay in the processor's cache


class BadCell(ValueError):
    """A wrong row of a table: which one, counted from 0, and what is wrong with it."""

    def __init__(self, row: int, about: str) -> None:
        super().__init__(f"row {row} {about}")
        self.row, self.about = int(row), about


class Column(NamedTuple):
    """A column of a table."""

    name: str
    codes: np.ndarray  # (n,) float64: numbers, or the codes of `values`; NaN where one is missing
    values: tuple[str, ...] | None = None  # what the codes stand for; None where they are numbers

    @property
    def missing(self) -> np.ndarray:
        """(n,) whether there is no value."""
        return np.isnan(self.codes)

    @property
    def empty(self) -> bool:
        """Whether there is no value in any row."""
        return bool(np.isnan(self.codes[:1]).all() and self.missing.all())

    def coded(self) -> "Column":
        """Its numbers as codes 0, 1, … of the distinct ones, in order."""
        if self.values is not None:
            return self
        values = np.unique(self.codes[~self.missing])
        codes = np.where(self.missing, np.nan, np.searchsorted(values, self.codes))
        return Column(self.name, codes, tuple(repr(float(v)).removesuffix(".0") for v in values))

    def numbered(self) -> "Column":
        """Its words as the numbers that they are; `BadCell` for one that is none."""
        if self.values is None:
            return self
        numbers = np.array([*map(number_in, self.values), np.nan])
        codes = numbers[np.where(self.missing, -1, self.codes).astype(int)]
        bad = np.isnan(codes) & ~self.missing
        if bad.any():
            row = int(bad.argmax())
            word = short(self.values[int(self.codes[row])])
            raise BadCell(row, f"has {word} in column '{self.name}', which should hold numbers")
        return Column(self.name, codes)

    def at(self, rows: "slice | np.ndarray") -> "Column":
        """Some of its rows."""
        return self._replace(codes=self.codes[rows])


def rows_of(columns: "list[Column]") -> np.ndarray:
    """The rows (n, d) of d columns, as `np.column_stack` gives them, in half of its time."""
    X = np.empty((len(columns[0].codes), len(columns)))
    for first in range(0, len(X), STRETCH):
        for j, column in enumerate(columns):
            X[first : first + STRETCH, j] = column.codes[first : first + STRETCH]
    return X


def schema_of(columns, classes):
    """What is known of rows with these columns and classes; none where labels are numbers."""
    values = {j: c.values for j, c in enumerate(columns) if c.values is not None}
    sizes = {j: len(names) for j, names in values.items()}
    n_classes = None if classes is None else len(classes)
    classes = classes and tuple(map(visible, classes))
    gaps = frozenset(j for j, c in enumerate(columns) if c.missing.any())
    names = tuple(visible(c.name) for c in columns)
    return Schema(names, sizes, n_classes, classes, values, gaps)


def numbers_of(column):
    """Labels that are numbers (n,), and no classes."""
    if column.values is not None:
        raise ValueError(
            f"the target '{column.name}' holds {short(column.values[0])}, which is no number; "
            "choose another, or leave out task: regression"
        )
    return column.codes, None


def labels_of(column, regression="write task: regression, or list it as nominal"):
    """Labels 0, 1, … (n,) for the values of a column, in order; and what they stand for.

    `regression` says what to do about labels that are no classes.
    """
    if column.values is None and (column.codes % 1).any():
        raise ValueError(
            f"the target '{column.name}' holds {column.codes[column.codes % 1 != 0][0]:g}: numbers "
            f"are regression; {regression} if they are classes"
        )
    name, codes, values = column.coded()
    codes = codes.astype(np.int64)
    present = np.flatnonzero(np.bincount(codes))
    classes = in_order(values[code] for code in present)
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise ValueError(
            f"the target '{name}' has {len(classes):,} distinct value(s), {short(classes[0])} …; "
            f"choose one of 2 to {MOST_CLASSES:,} classes"
        )
    labels = np.zeros(len(values), np.int64)
    labels[present] = [classes.index(values[code]) for code in present]
    return labels[codes], tuple(classes)


def finite(columns):
    """The columns; `BadCell` if a number in them is infinite."""
    for name, codes, _ in columns:
        if np.isinf(codes).any():
            about = (
                f"of column '{name}' is infinite; write a finite number, or ? if it is not known"
            )
            raise BadCell(np.isinf(codes).argmax(), about)
    return columns


def number_in(word: str) -> float:
    """The number that a text is; NaN where it is none."""
    try:
        return float(word)
    except ValueError:
        return np.nan


def in_order(words):
    """Words sorted: as numbers if all of them are."""
    words = list(words)
    try:
        return sorted(words, key=float)
    except ValueError:
        return sorted(words)
