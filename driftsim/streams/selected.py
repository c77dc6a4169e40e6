"""Selected rows: which row of a record comes at which position, where concepts select from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise

import numpy as np

from driftsim.clocks import Clock
from driftsim.streams.concepts import Instantiated
from driftsim.streams.operators.operator import Drawn, Operated, is_ready
from driftsim.streams.operators.selections import accepted, is_in_memory, selections
from driftsim.streams.seeds import SELECTION, spawn_rng

FEW = 16  # rows of a stretch that are looked up one by one
NONE = -1  # where another concept, which is not made of the record, is in force
Ruling = Callable[[int], np.ndarray]  # a block to the concept that rules at each of its rows


@dataclass(frozen=True, eq=False)
class Selected(Instantiated):
    """The rows of a record that are selected, in their order: none comes twice."""

    record: Drawn
    place: np.ndarray  # (n,) the row of the record at each position, or NONE

    @property
    def schema(self):
        return self.record.schema

    @property
    def rows(self):
        return len(self.place)

    @property
    def ready(self) -> bool:
        """Whether rows can be drawn without a warm-up to learn from."""
        return is_ready(self.record)

    @property
    def in_memory(self) -> bool:
        """As of the record."""
        return is_in_memory(self.record)

    @cached_property
    def clock(self):
        return None if self.record.clock is None else SelectedClock(self.record.clock, self.place)

    def positions(self, rows: Sequence[int]) -> list[int]:
        """Where the first row comes that is at or after each of some rows of the record.

        None for those after which none comes; two of which no row between is selected are one.
        """
        own = np.flatnonzero(self.place != NONE)
        found = np.searchsorted(self.place[own], rows)
        return own[np.unique(found[found < len(own)])].tolist()

    def draw(self, rng, t):
        """The rows at positions `t` (n,); past the end, the last row."""
        place = self.place[np.minimum(t, self.rows - 1)]
        return self.record.draw(rng, np.maximum(place, 0))


class SelectedClock(Clock):
    """When the rows of a record came that are selected."""

    def __init__(self, clock: Clock, place: np.ndarray) -> None:
        self._clock, self._place = clock, np.maximum(place, 0)
        self.rows, self.fixed, self.zone = len(place), clock.fixed, clock.zone

    def when(self, t):
        return self._clock.when(self._place[t])

    def positions(self, moments):
        return np.searchsorted(self._place, self._clock.positions(moments))

    def label_times(self, t):
        return self._clock.label_times(self._place[t])


def with_selected(concepts: Sequence[Drawn], ruling: Ruling, most: int) -> list[Drawn]:
    """Concepts of a stream, made of the rows that come where they select from records.

    One cursor goes along each record: a position gets the next row that the concept that rules
    there keeps. So no row comes twice. Rows are looked for at `most` positions. Which are kept does
    not depend on the seed.
    """
    for record in records_selected(concepts):
        following = [next_kept(one) if record in records_of(one) else None for one in concepts]
        place = places(following, ruling, most)
        if not (place != NONE).any():
            raise ValueError("no row is left of the table; select less strictly")
        selected = Selected(record.description, record, place)
        concepts = [replaced(one, record, selected) for one in concepts]
    return [*concepts]


def longest(concepts: Sequence[Drawn]) -> int:
    """How many rows a stream can have at most, of all records that its concepts are made of."""
    selected = records_selected(concepts)
    each = [(one, records_of(one)) for one in concepts]
    others = [record.rows or 0 for _, found in each for record in found if record not in selected]
    if others:  # whose rows pass with the positions
        return min(others)
    rows = [record.rows or 0 for record in selected]
    return sum(rows) if all(found for _, found in each) else min(rows)


def records_selected(concepts: Sequence[Drawn]) -> list[Drawn]:
    """The records that concepts select from, each once."""
    found = {
        id(record): record
        for one in concepts
        if any(selection.rows is not None for selection in selections(one))
        for record in records_of(one)
    }
    return [*found.values()]


def records_of(one: Drawn) -> list[Drawn]:
    """The records that a concept is made of."""
    if isinstance(one, Operated):
        return [record for base in one.bases for record in records_of(base)]
    return [] if one.rows is None else [one]


def next_kept(one: Drawn) -> np.ndarray:
    """For each row of a record and the end, the first from there on that a concept keeps."""
    share = accepted(one)
    n = len(share)
    kept = spawn_rng(0, SELECTION).random(n) < share
    following = np.append(np.where(kept, np.arange(n), n), n)
    return np.minimum.accumulate(following[::-1])[::-1]


def places(following: Sequence[np.ndarray | None], ruling: Ruling, most: int) -> np.ndarray:
    """The row of a record at each position, until no more are kept: (n,).

    A concept without rows of its own in it takes none.
    """
    found: list[np.ndarray] = []
    cursor, left = 0, most
    for b in count():
        concepts = ruling(b)[:left]
        edges = [0, *(np.flatnonzero(np.diff(concepts)) + 1).tolist(), len(concepts)]
        for start, stop in pairwise(edges):  # of a stretch of one concept
            rows = following[concepts[start]] if stop > start else None
            taken = (
                np.full(stop - start, NONE)
                if rows is None
                else next_rows(rows, cursor, stop - start)
            )
            found.append(taken)
            if len(taken) < stop - start:
                return np.concatenate(found)
            if rows is not None and len(taken):
                cursor = int(taken[-1]) + 1
        left -= len(concepts)
        if not left:
            return np.concatenate(found)
    raise AssertionError  # as it counts for ever


def next_rows(following: np.ndarray, cursor: int, n: int) -> np.ndarray:
    """The next `n` rows from one on that a concept keeps, or as many as there are."""
    if n < FEW:
        found = []
        for _ in range(n):
            if (row := int(following[cursor])) + 1 == len(following):
                break
            found.append(row)
            cursor = row + 1
        return np.array(found, np.int64)
    parts, end = [np.empty(0, np.int64)], len(following) - 1
    while n and cursor < end:
        stop = min(cursor + 2 * n, end)
        rows = np.arange(cursor, stop)
        rows = rows[following[cursor:stop] == rows][:n]
        parts.append(rows)
        cursor, n = stop, n - len(rows)
    return np.concatenate(parts)


def replaced(one: Drawn, record: Drawn, by: Drawn) -> Drawn:
    """A concept made of another record."""
    if isinstance(one, Operated):
        return one.made_of([replaced(base, record, by) for base in one.bases])
    return by if one is record else one
