"""Decided columns: what a large table's columns hold, decided once and then read in pieces."""

from typing import Any, NamedTuple

import numpy as np

from driftsim.messages import short
from driftsim.streams.tables.cells import Counted, Reading
from driftsim.streams.tables.columns import Column
from driftsim.streams.tables.large.stored import Stored
from driftsim.streams.tables.selection import MANY_WORDS
from driftsim.streams.tables.typed import categories, distinct_of, holds_text

MOST_WORDS = 100_000  # of a column


class Decided(NamedTuple):
    """A column of which is known whether it holds numbers or words, and which."""

    name: str
    values: tuple[str, ...] | None  # words, or numbers as words; None where it holds numbers
    text: bool  # whether it is text in the file
    identifies: bool = False  # whether it holds another word in each row, as far as is known

    def column(self, reading: Reading, cells: Any) -> Column:
        """Some of its cells."""
        if not self.text:
            codes = reading.typed(self.name, cells).codes
            return self.coded(codes) if self.values is not None else Column(self.name, codes)
        distinct, place = distinct_of(cells)
        if self.values is None:
            column = reading.numeric(self.name, reading.present(distinct))
        else:
            column = reading.declared(self.name, [*self.values], distinct)
        return column._replace(codes=np.append(column.codes, np.nan)[place])

    def coded(self, numbers: np.ndarray) -> Column:
        """Numbers as the codes of its values."""
        known = np.array([*map(float, self.values or ())])
        codes = np.searchsorted(known, numbers).astype(float)
        return Column(self.name, np.where(np.isnan(numbers), np.nan, codes), self.values)


class Words:
    """The words of a column of text, and how often and where first each of them occurs."""

    def __init__(self) -> None:
        self._found: dict[str, list[int]] = {}  # its rows, and the first of them

    def add(self, distinct: Any, place: np.ndarray, first: int) -> None:
        """Count cells from row `first` on, each by its place among the distinct ones."""
        counts = np.bincount(place, minlength=len(distinct) + 1).tolist()
        rows = np.zeros(len(distinct) + 1, np.int64)
        rows[place[::-1]] = np.arange(first + len(place) - 1, first - 1, -1)
        for word, count, row in zip(distinct.to_pylist(), counts, rows.tolist()):
            if word is not None and count:
                found = self._found.setdefault(word, [0, row])
                found[:] = found[0] + count, min(found[1], row)

    def __len__(self) -> int:
        return len(self._found)

    def counted(self) -> Counted:
        """All of them."""
        import pyarrow as pa

        words = sorted(self._found, key=lambda word: self._found[word][1])
        counts = np.array([self._found[word][0] for word in words], np.int64)
        return Counted(pa.array(words, pa.string()), counts, lambda word: self._found[word][1])


def decided(source: Stored, name: str, reading: Reading) -> Decided:
    """What a column of a large table holds; raises `BadCell` as `Reading` does."""
    cells_type = source.types[source.names.index(name)]
    plain = Decided(name, None, is_text(cells_type))
    if not plain.text:
        reading.typed(name, empty(cells_type))  # refuses other types
    elif declares_words(cells_type):
        return as_categories(source, name, reading)
    elif not all(all_numbers(source, piece, name, reading) for piece in source.pieces):
        return as_words(source, name, reading)
    if name not in reading.nominal:
        return plain
    return plain._replace(values=numbers_of(source, plain, reading))


def declares_words(kind) -> bool:
    """Whether an Arrow type is one of categories, which are words."""
    from pyarrow import types

    return types.is_dictionary(kind) and holds_text(kind.value_type)


def as_categories(source, name, reading):
    """A column of categories, which declares its words in their order."""
    words: dict[str, None] = {}
    for piece in source.pieces:
        words |= dict.fromkeys(categories(source.read(piece, [name]).cells[0]) or ())
        if len(words) > MOST_WORDS:
            raise too_many(name)
    identifies = source.rows == len(words) >= MANY_WORDS
    if identifies:
        identifies = len(counted_words(source, name, reading)) == source.rows
    return Decided(name, (*words,), True, identifies)


def as_words(source, name, reading):
    """A column of text that is not all numbers."""
    words = counted_words(source, name, reading)
    if len(words) > MOST_WORDS:
        return Decided(name, (), text=True, identifies=True)
    identifies = len(words) == source.rows >= MANY_WORDS
    return Decided(name, (*reading.words(name, words.counted()),), True, identifies)


def counted_words(source, name, reading):
    """The words of a column, of an identifier as many as are kept; `ValueError` for more."""
    words = Words()
    for piece in source.pieces:
        distinct, place = distinct_of(source.read(piece, [name]).cells[0])
        words.add(reading.present(distinct), place, piece.first)
        if len(words) > MOST_WORDS:
            if len(words) == piece.stop and name not in reading.nominal:
                break
            raise too_many(name)
    return words


def all_numbers(source, piece, name, reading):
    """Whether all cells of a column of text in a piece are numbers."""
    distinct, _ = distinct_of(source.read(piece, [name]).cells[0])
    try:
        reading.numeric(name, reading.present(distinct))
    except ValueError:
        return False
    return True


def numbers_of(source, plain, reading):
    """The distinct numbers of a column as words, in order."""
    found = np.array([])
    for piece in source.pieces:
        codes = plain.column(reading, source.read(piece, [plain.name]).cells[0]).codes
        found = np.unique(np.append(found, codes[~np.isnan(codes)]))
        if len(found) > MOST_WORDS:
            raise too_many(plain.name)
    return Column(plain.name, found).coded().values


def too_many(name):
    """The error about a column that holds more words than are kept."""
    return ValueError(
        f"column {short(name)} holds more than {MOST_WORDS:,} different words; leave it out by "
        f"drop: [{name}]"
    )


def is_text(kind) -> bool:
    """Whether cells of an Arrow type are words or truths."""
    from pyarrow import types

    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        kind = kind.value_type
    return holds_text(kind) or types.is_boolean(kind)


def empty(cells_type):
    """No cells of a type."""
    import pyarrow as pa

    return pa.array([], cells_type)
