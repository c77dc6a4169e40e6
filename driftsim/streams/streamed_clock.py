"""Streamed clock: when the rows of a table larger than memory came, read as it is asked for."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.clocks import PiecewiseClock
from driftsim.streams.recorded import Recorded
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.large.scan import Scan
from driftsim.streams.tables.large.stored import Piece
from driftsim.streams.tables.times import in_order

MOST_PIECES = 4  # that are held in memory


class KeptTimes(NamedTuple):
    """When some rows came, in microseconds UTC."""

    rows: np.ndarray  # (m,)
    labels: np.ndarray  # (m,) of their labels; of the rows where nothing is known of labels
    notes: tuple[str, ...]  # how they were read


class StreamedClock(PiecewiseClock):
    """The times of rows that are read from their files a piece at a time.

    `starts` are the first rows of the pieces among those that are kept (pieces + 1,), `since`
    when each piece begins that has any.
    """

    def __init__(
        self, table: Recorded, scan: Scan, starts: np.ndarray, since: Sequence[int]
    ) -> None:
        some = np.flatnonzero(np.diff(starts))
        super().__init__(starts[some], np.array(since), int(starts[-1]))
        self.zone = table.zone
        self._table, self._scan = table, scan
        self._pieces = [scan.source.pieces[i] for i in some]
        self._held: OrderedDict[int, KeptTimes] = OrderedDict()

    def piece(self, i):
        return self._times(i).rows

    def label_times(self, t):
        if self._table.label_time is None:
            return super().label_times(t)
        places = np.searchsorted(self._firsts, t, side="right") - 1
        found = np.empty(len(t), np.int64)
        for i in np.unique(places):
            rows = places == i
            found[rows] = self._times(i).labels[t[rows] - self._firsts[i]]
        return found

    def _times(self, i):
        """When the kept rows of a piece came, and their labels."""
        if i not in self._held:
            self._held[i] = kept_times(self._table, self._scan, self._pieces[i])
            if len(self._held) > MOST_PIECES:
                self._held.popitem(last=False)
        self._held.move_to_end(i)
        return self._held[i]


def kept_times(table: Recorded, scan: Scan, piece: Piece) -> KeptTimes:
    """When the kept rows of a piece came, and their labels; `BadCell` as of a small table."""
    names = list(dict.fromkeys(table.time_columns))
    try:
        found = table.row_times(scan.source.read(piece, names), scan.reading.missing)
    except BadCell as error:
        raise BadCell(piece.first + error.row, error.about) from None
    rows = scan.kept(scan.piece(piece)) if scan.dropping else slice(None)
    assert found.rows is not None  # as the table has `time`
    labels = found.rows if found.labels is None else found.labels
    return KeptTimes(found.rows[rows], labels[rows], found.notes)


def beginnings(table: Recorded, scan: Scan) -> list[int]:
    """When each piece begins that has rows; `ValueError` where times go back or are unclear."""
    if table.time is None:
        return []
    return [*_beginnings(table, scan)]


def _beginnings(table, scan) -> Iterator[int]:
    last, notes = np.iinfo(np.int64).min, None
    for piece in scan.source.pieces:
        found = kept_times(table, scan, piece)
        if notes not in (None, found.notes):
            raise ValueError(
                f"{table.time.words}: times are written in different ways in different parts of "
                "the table; write them as timestamps"
            )
        notes = found.notes
        if len(found.rows):
            check_order(table, scan, piece, np.append(last, found.rows))
            last = found.rows[-1]
            yield int(found.rows[0])


def check_order(table, scan, piece, micros):
    """Raise `BadCell` if times (m + 1,) of kept rows, after that of the row before, go back."""
    rows = scan.kept(scan.piece(piece)) if scan.dropping else np.ones(piece.rows, bool)
    places = np.flatnonzero(rows)
    try:
        in_order(micros, np.arange(len(micros)), table.time, False, table.zone)
    except BadCell as error:
        about = error.about.partition("; write sort")[0]
        way_out = "so large a table is not sorted in memory; sort its files by time"
        raise BadCell(piece.first + int(places[error.row - 1]), f"{about}; {way_out}") from None
