"""Scans: what has to be known of a large table before its first row, found without holding it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import BadCell, Column, finite
from driftsim.streams.tables.decided import MOST_WORDS, Decided
from driftsim.streams.tables.missing import (
    refuse_empty,
    refuse_gaps,
    refuse_unlabelled,
    without_gaps,
)
from driftsim.streams.tables.stored import Piece, Stored

HALVED = 2**20  # numbers: more are summed in two halves


class Facts(NamedTuple):
    """What is known of a large table, as plain data."""

    columns: list[Decided]  # features, and the labels as the last of them
    kept: list[int] | None  # rows of each piece, where some are dropped
    fills: list[float]  # what stands in each column where there is no value; NaN if nothing does
    labels: list[float]  # the codes of the labels that occur, in the order of their classes
    classes: list[str] | None

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Facts":
        """Those in plain data, as they were kept."""
        columns = [
            Decided(name, values and (*values,), *more) for name, values, *more in plain["columns"]
        ]
        return cls(**plain | {"columns": columns})


class Found:
    """What has been found in one column so far."""

    def __init__(self) -> None:
        self.infinite: int | None = None  # the first row that is
        self.missing: int | None = None
        self.present = 0  # rows
        self.counts = np.zeros(0, np.int64)  # of each word

    def add(self, column: Column, first: int) -> None:
        """Look at some rows, the first of which is row `first` of the table."""
        codes = column.codes
        if np.isfinite(codes).all():
            self.present += len(codes)
        else:
            missing, infinite = column.missing, np.isinf(codes)
            self.present += len(codes) - int(missing.sum())
            if self.infinite is None and infinite.any():
                self.infinite = first + int(infinite.argmax())
            if self.missing is None and missing.any():
                self.missing = first + int(missing.argmax())
            codes = codes[~missing]
        if column.values is not None:
            counts = np.bincount(codes.astype(np.int64), minlength=len(column.values))
            self.counts = counts + (self.counts if len(self.counts) else 0)


class Scan(NamedTuple):
    """A large table of which is decided what its columns hold, before its rows are looked at."""

    source: Stored
    columns: list[Decided]  # features, and the labels as the last of them
    reading: Reading
    missing: str  # what is done where there is no value

    def piece(self, piece: Piece) -> list[Column]:
        """The columns of a piece, as they are written."""
        cells = self.source.read(piece, [column.name for column in self.columns]).cells
        return [c.column(self.reading, one) for c, one in zip(self.columns, cells, strict=True)]

    def facts(self, labels_of: Callable) -> Facts:
        """What is known of the rows; raises `BadCell` and `ValueError` as for small tables."""
        found = [Found() for _ in self.columns]
        kept, seen = [], dict[float, None]()
        for piece in self.source.pieces:
            columns = self.piece(piece)
            for one, column in zip(found, columns, strict=True):
                one.add(column, piece.first)
            rows = present_rows(columns) if self.missing == "drop" else slice(None)
            labels = columns[-1].codes[rows]
            kept.append(len(labels))
            if len(seen) <= MOST_WORDS:
                seen |= dict.fromkeys(distinct(labels))
        self._refuse(found, kept)
        fills = self._fills(found)
        last = self.columns[-1]
        y, classes = labels_of(Column(last.name, np.array([*seen]), last.values))
        order = [] if classes is None else np.array([*seen])[np.argsort(y)].tolist()
        dropping = self.missing == "drop"
        return Facts(self.columns, kept if dropping else None, fills, order, classes and [*classes])

    def _refuse(self, found, kept):
        """Refuse what is refused in small tables, with the same message."""
        for j, one in enumerate(found):
            self._check(j, one.infinite, lambda column: finite([column]))
        if self.missing == "drop" and not sum(kept):
            without_gaps([Column("", np.array([np.nan]))])  # which refuses it
        if self.missing != "drop":
            self._check(-1, found[-1].missing, refuse_unlabelled)
        if self.missing == "refuse":
            for j, one in enumerate(found):
                self._check(j, one.missing, refuse_gaps)

    def _check(self, j, row, check):
        """Check a column around a row, if there is one."""
        if row is not None:
            piece = next(piece for piece in self.source.pieces if row < piece.stop)
            try:
                check(self.piece(piece)[j])
            except BadCell as error:
                raise BadCell(piece.first + error.row, error.about) from None

    def _fills(self, found):
        """What stands in each column where there is no value; NaN if nothing does."""
        fills = [np.nan] * len(found)
        if self.missing == "whole_table":
            for j, one in enumerate(found):
                if one.missing is not None:
                    fills[j] = self._fill(j, one)
        return fills

    def _fill(self, j, one):
        if not one.present:
            refuse_empty([Column(self.columns[j].name, np.array([np.nan]))])
        if self.columns[j].values is not None:
            return float(one.counts.argmax())
        return self._sum(j, one.present) / one.present

    def _sum(self, j, n):
        """The sum of the numbers in a column, to the last bit as numpy adds them up in memory."""
        numbers = Consecutive(self._numbers(j))

        def halves(n):
            if n <= HALVED:
                return numbers.take(n).sum()
            half = n // 2 - n // 2 % 8
            first = halves(half)
            return first + halves(n - half)

        return halves(n)

    def _numbers(self, j):
        """The numbers in a column, piece by piece."""
        alone = self._replace(columns=[self.columns[j]])
        for piece in self.source.pieces:
            [column] = alone.piece(piece)
            yield column.codes[~column.missing]


class Consecutive:
    """Arrays, as if they were one, from which the next numbers can be taken."""

    def __init__(self, arrays):
        self._arrays, self._held = iter(arrays), np.array([])

    def take(self, n: int) -> np.ndarray:
        """The next numbers (n,)."""
        while len(self._held) < n:
            self._held = np.append(self._held, next(self._arrays))
        taken, self._held = self._held[:n], self._held[n:]
        return taken


def present_rows(columns: Sequence[Column]) -> np.ndarray:
    """(n,) whether a row has a value in every column."""
    return ~np.any([column.missing for column in columns], axis=0)


def distinct(numbers: np.ndarray) -> list[float]:
    """The distinct numbers, in the order in which they come first."""
    import pyarrow as pa

    return pa.array(numbers).unique().to_pylist()
