"""Scans: what has to be known of a large table before its first row, found without holding it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import BadCell, Column, finite
from driftsim.streams.tables.large.decided import MOST_WORDS, Decided
from driftsim.streams.tables.large.stored import Piece, Stored
from driftsim.streams.tables.missing import Unlabelled, usable_rows

HALVED = 2**20  # numbers: more are summed in two halves


class Facts(NamedTuple):
    """What is known of a large table, as plain data."""

    columns: list[Decided]  # features, and the labels as the last of them
    kept: list[int] | None  # rows of each piece, where some are dropped
    gaps: list[bool]  # whether a value is missing in each column, in the rows that are kept
    means: list[float]  # of each column with gaps, where these are filled with it; else NaN
    labels: list[float]  # the codes of the labels that occur, in the order of their classes
    classes: list[str] | None
    since: Sequence[int] = ()  # when each piece begins that has rows, in microseconds UTC

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
        self.rows: dict[str, int] = {}  # the first that is infinite, missing or present
        self.present = 0  # rows
        self.counts = np.zeros(0, np.int64)  # of each word

    def add(self, column: Column, first: int, kept: "slice | np.ndarray") -> None:
        """Look at some rows, the first of which is row `first` of the table.

        What is missing counts in those that are `kept`.
        """
        codes = column.codes
        if np.isfinite(codes).all():
            self._note("present", np.ones(len(codes), bool), first)
            codes = codes[kept]
        else:
            missing, looked_at = column.missing, np.zeros(len(codes), bool)
            looked_at[kept] = True
            self._note("present", ~missing, first)
            self._note("missing", missing & looked_at, first)
            self._note("infinite", np.isinf(codes), first)
            codes = codes[~missing & looked_at]
        self.present += len(codes)
        if column.values is not None:
            counts = np.bincount(codes.astype(np.int64), minlength=len(column.values))
            self.counts = counts + (self.counts if len(self.counts) else 0)

    def _note(self, what, rows, first):
        if what not in self.rows and rows.any():
            self.rows[what] = first + int(rows.argmax())


class Scan(NamedTuple):
    """A large table of which is decided what its columns hold, before its rows are looked at."""

    source: Stored
    columns: list[Decided]  # features, and the labels as the last of them
    reading: Reading
    missing: Any  # what is done where there is no value
    unlabelled: Unlabelled = "refuse"

    @property
    def dropping(self) -> bool:
        """Whether some rows may be left out."""
        return "drop" in (self.missing, self.unlabelled)

    def piece(self, piece: Piece) -> list[Column]:
        """The columns of a piece, as they are written."""
        cells = self.source.read(piece, [column.name for column in self.columns]).cells
        return [c.column(self.reading, one) for c, one in zip(self.columns, cells, strict=True)]

    def kept(self, columns: list[Column]) -> "slice | np.ndarray":
        """Which rows of a piece are kept."""
        if not self.dropping:
            return slice(None)
        decisive = columns if self.missing == "drop" else columns[-1:]
        return ~np.any([column.missing for column in decisive], axis=0)

    def facts(self, labels_of: Callable) -> Facts:
        """What is known of the rows; raises `BadCell` and `ValueError` as for small tables."""
        found = [Found() for _ in self.columns]
        kept: list[int] = []
        seen: dict[float, None] = {}  # labels
        whole: set[int] = set()  # a row in which nothing is missing, and is kept where others go
        for piece in self.source.pieces:
            columns = self.piece(piece)
            rows = self.kept(columns)
            looked_at = slice(None) if self.missing == "drop" else rows
            for one, column in zip(found, columns, strict=True):
                one.add(column, piece.first, slice(None) if column is columns[-1] else looked_at)
            if isinstance(rows, np.ndarray) and not whole and rows.any():
                whole.add(piece.first + int(rows.argmax()))
            labels = columns[-1].at(rows).codes
            kept.append(len(labels))
            if len(seen) <= MOST_WORDS:
                seen |= dict.fromkeys(distinct(labels))
        self._check(sorted(whole.union(*(one.rows.values() for one in found))))
        last, codes = self.columns[-1], np.array([*seen])
        y, classes = labels_of(Column(last.name, codes, last.values))
        order = [] if classes is None else codes[np.argsort(y)].tolist()
        gaps = ["missing" in one.rows and self.missing != "drop" for one in found]
        gaps[-1] = False  # no row is kept without a label
        means, sizes = self._means(found, gaps), kept if self.dropping else None
        return Facts(self.columns, sizes, gaps, means, order, classes and [*classes])

    def _check(self, rows):
        """Refuse what is refused in a small table, by the rows that decide it."""
        columns = self._at(rows)
        try:
            finite(columns)
            usable_rows(self.missing, columns[:-1], columns[-1], self.unlabelled)
        except BadCell as error:
            raise BadCell(rows[error.row], error.about) from None

    def _at(self, rows):
        """The columns of some rows, in their order."""
        found: list[list[np.ndarray]] = [[] for _ in self.columns]
        for piece in self.source.pieces:
            inside = [row - piece.first for row in rows if piece.first <= row < piece.stop]
            if inside:
                for codes, column in zip(found, self.piece(piece), strict=True):
                    codes.append(column.codes[inside])
        return [
            Column(one.name, np.concatenate(codes), one.values)
            for one, codes in zip(self.columns, found, strict=True)
        ]

    def first(self, rows: int) -> list[Column]:
        """The columns of the first rows that are kept."""
        pieces: list[list[Column]] = []
        for piece in self.source.pieces:
            columns = self.piece(piece)
            pieces.append([column.at(self.kept(columns)) for column in columns])
            if sum(len(columns[0].codes) for columns in pieces) >= rows:
                break
        return [
            parts[0]._replace(codes=np.concatenate([part.codes for part in parts])[:rows])
            for parts in zip(*pieces, strict=True)
        ]

    def _means(self, found, gaps):
        """The mean, or the most frequent value, of each column with gaps, where it fills them."""
        means = [np.nan] * len(found)
        for j, one in enumerate(found):
            if gaps[j] and self.missing == "whole_table":
                words = self.columns[j].values is not None
                total = one.counts.argmax() if words else self._sum(j, one.present)
                means[j] = float(total) if words else total / one.present
        return means

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
        alone = self._replace(columns=[self.columns[j], self.columns[-1]])
        for piece in self.source.pieces:
            columns = alone.piece(piece)
            codes = columns[0].codes[self.kept(columns)]
            yield codes[~np.isnan(codes)]


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


def distinct(numbers: np.ndarray) -> list[float]:
    """The distinct numbers, in the order in which they come first."""
    import pyarrow as pa

    return pa.array(numbers).unique().to_pylist()
