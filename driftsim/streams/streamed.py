"""Streamed rows: those of a table larger than memory, read as they are drawn."""

import json
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version

import numpy as np

from driftsim.clocks import Clock
from driftsim.files import content_hash
from driftsim.parts import dumped
from driftsim.streams.concepts import Instantiated
from driftsim.streams.recorded import UNPREPARED, Recorded
from driftsim.streams.streamed_clock import StreamedClock, beginnings
from driftsim.streams.tables.columns import Column, schema_of
from driftsim.streams.tables.large.decided import decided
from driftsim.streams.tables.large.regrouped import in_small_groups
from driftsim.streams.tables.large.scan import Facts, Scan
from driftsim.streams.tables.large.stored import Piece, Stored
from driftsim.streams.tables.large.treated import Treated, treated
from driftsim.streams.tables.levels import limits
from driftsim.streams.tables.missing import Fill
from driftsim.streams.tables.selection import refuse_none_left
from driftsim.streams.tables.sheets import Sheet
from driftsim.user_cache import keep, kept, place

FORMAT = 3  # raised when something else is found in the same table
MOST_BYTES = 120_000_000  # of rows that are held in memory, besides those read last


class Held:
    """The pieces of a table that were read last, as numbers."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[int, list[np.ndarray]] = OrderedDict()

    def get(self, i: int) -> list[np.ndarray] | None:
        """The columns of a piece, the labels as the last of them, or None."""
        if i in self._pieces:
            self._pieces.move_to_end(i)
        return self._pieces.get(i)

    def put(self, i: int, columns: list[np.ndarray]) -> None:
        """Hold a piece, and let others go for it."""
        self._pieces[i] = columns
        while len(self._pieces) > 1 and self._bytes() > MOST_BYTES:
            self._pieces.popitem(last=False)

    def _bytes(self):
        return sum(column.nbytes for piece in self._pieces.values() for column in piece)


@dataclass(frozen=True, eq=False)
class Streamed(Instantiated):
    """A recorded concept whose rows are read from its files as they are drawn."""

    in_memory = False

    description: Recorded
    scan: Scan
    facts: Facts
    starts: np.ndarray  # (pieces + 1,) the first row of each piece among those that are kept
    treated: list[Treated]  # features
    ready: bool  # whether what is learned from the warm-up has been
    clock: Clock | None = None  # type: ignore[assignment]  # of others there is none
    held: Held = field(default_factory=Held)

    @property
    def schema(self):
        """What is known of the rows; before the warm-up not which levels are `other`."""
        schema = schema_of([one.column for one in self.treated], self.facts.classes)
        if self.ready:
            return schema
        most = self.description.levels
        features = enumerate(self.facts.columns[:-1])
        open_ = {j for j, c in features if limits(Column(c.name, np.array([]), c.values), most)}
        return schema._replace(values={j: v for j, v in schema.values.items() if j not in open_})

    def prepared(self, warmup):
        if not warmup or self.ready:
            return self
        with self.description.naming_itself():
            found = features_of(self.description, self.scan, self.facts, warmup)
        return replace(self, treated=found, ready=True, held=Held())

    @property
    def rows(self):
        return int(self.starts[-1])

    @cached_property
    def y(self) -> np.ndarray:
        """The labels of all rows (n,), which are held once they have been read."""
        scan = self.scan  # where all columns say which rows are kept
        if scan.missing != "drop":
            scan = scan._replace(columns=scan.columns[-1:])
        k = self.facts.classes and len(self.facts.classes)
        found = np.empty(self.rows, np.min_scalar_type(k) if k else np.float64)
        for piece, first, stop in zip(scan.source.pieces, self.starts, self.starts[1:]):
            columns = scan.piece(piece)
            found[first:stop] = self._labels(columns[-1].codes[scan.kept(columns)])
        return found

    def draw(self, rng, t):
        """The rows at positions `t` (n,); past the end, the last row."""
        if not self.ready:
            raise ValueError(f"{self.description.place}: {UNPREPARED}")
        rows = np.minimum(t, self.rows - 1)
        X = np.empty((len(rows), len(self.facts.columns) - 1))
        y = np.empty(len(rows), np.float64 if self.facts.classes is None else np.int64)
        place = np.searchsorted(self.starts, rows, side="right") - 1
        for i in np.flatnonzero(np.bincount(place)):
            chosen = stretch(np.flatnonzero(place == i))
            inside = stretch(rows[chosen] - self.starts[i])
            *features, labels = self._piece(i)
            for j, column in enumerate(features):
                X[chosen, j] = column[inside]
            y[chosen] = labels[inside]
        return X, y

    def _piece(self, i):
        """The columns of the kept rows of a piece, the labels as the last of them."""
        if (columns := self.held.get(i)) is None:
            columns = self._read(self.scan.source.pieces[i])
            self.held.put(i, columns)
        return columns

    def _read(self, piece: Piece):
        columns = self.scan.piece(piece)
        rows = self.scan.kept(columns)
        codes = [column.codes[rows] for column in columns]
        features = zip(self.treated, codes[:-1], strict=True)
        return [*(one.values(given) for one, given in features), self._labels(codes[-1])]

    def _labels(self, codes):
        """Labels, of their codes in the file (n,)."""
        if self.facts.classes is None:
            return codes
        known = np.array(self.facts.labels)
        if self.facts.columns[-1].values is None:
            order = np.argsort(known)
            return order[np.searchsorted(known, codes, sorter=order)]
        labels = np.zeros(len(self.facts.columns[-1].values), np.int64)
        labels[known.astype(np.int64)] = np.arange(len(known))
        return labels[codes.astype(np.int64)]


def stretch(rows: np.ndarray) -> np.ndarray | slice:
    """Rows (n,) as a slice, where they are consecutive."""
    first, n = int(rows[0]), len(rows)
    return slice(first, first + n) if np.array_equal(rows, np.arange(first, first + n)) else rows


def streamed(table: Recorded, source: Stored) -> Streamed:
    """The rows of a large table; `ValueError` if they are wrong, as of a small one.

    What has to be known of them is found once, and kept in the user's cache folder.
    """
    target, left_out = table.selected(source.names)
    source = in_small_groups(source, sum(name not in left_out for name in source.names))
    reading, note = table.reading(target), note_of(table)
    try:
        facts = Facts.of(kept(note))
    except (TypeError, ValueError, KeyError):  # nothing is kept, or nothing of use
        with Sheet([], [], [], source.lines).naming_lines():
            facts = facts_of(table, source, target, left_out)
        keep(note, facts._asdict())
    rows = [piece.rows for piece in source.pieces] if facts.kept is None else facts.kept
    table.check_marks(sum(rows))
    scan = Scan(source, facts.columns, reading, table.missing, table.unlabelled)
    features, ready = features_of(table, scan, facts, 0), not table.needs_warmup
    starts = np.cumsum([0, *rows])
    clock = StreamedClock(table, scan, starts, facts.since) if table.time else None
    return Streamed(table, scan, facts, starts, features, ready, clock)


def features_of(table, scan, facts, warmup):
    """What becomes of the columns of features, by the first `warmup` rows if that is needed."""
    rows = scan.first(warmup) if warmup else [Column("", np.array([]))] * len(facts.columns)

    def learning(columns, warmup):
        if isinstance(table.missing, Fill):
            columns = table.missing.before_warmup(columns)
        return table.learned(columns, warmup)

    return [
        treated(column, gaps, mean, first.codes, learning, warmup)
        for column, gaps, mean, first in zip(
            facts.columns, facts.gaps, facts.means, rows, strict=True
        )
    ][:-1]


def facts_of(table, source, target, left_out):
    """What has to be known of a large table."""
    refuse_what_needs_all(table, source.rows)
    reading = table.reading(target)
    names = [name for name in source.names if name not in left_out]
    columns = {name: decided(source, name, reading) for name in names}
    identifying = {n for n, c in columns.items() if c.identifies} - table.wanted(target)
    refuse_none_left(names, target, left_out, identifying)
    features = [c for name, c in columns.items() if name not in {*identifying, target}]
    decided_on = [*features, columns[target]]
    scan = Scan(source, decided_on, reading, table.missing, table.unlabelled)
    since = beginnings(table, scan)
    return scan.facts(table.labels_of)._replace(since=since)


def refuse_what_needs_all(table, rows):
    """Raise `ValueError` if rows that are not held in memory cannot be as the table says."""
    held = f"{rows:,} rows are not held in memory"
    if table.order != "recorded":
        raise ValueError(
            f"{held}, and so stay in the order of the file; write it in the order you want, "
            "and leave out order"
        )
    if isinstance(table.missing, Fill) and table.missing.from_ == "past":
        raise ValueError(
            f"{held}, where from: past is not implemented; write from: warmup, or fill the file"
        )


def note_of(table):
    """The file that keeps what is known of a table, named by all that this follows from."""
    described = {k: v for k, v in dumped(table).items() if k not in ("path", "marks")}
    versions = [version(name) for name in ("driftsim", "pyarrow")]
    about = [[*table.hashes().values()], described, versions, FORMAT]
    return place("tables") / f"{content_hash(json.dumps(about).encode())}.json"
