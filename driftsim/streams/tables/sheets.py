"""Sheets: the columns of a file as Arrow arrays, and where their rows stand in it."""

from collections.abc import Callable, Collection, Iterable
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import BadCell, Column

Reader = Callable[[Reading, str, Any], Column]  # of a name and an Arrow array


class Rows(Protocol):
    """Where the rows of a sheet stand."""

    def where(self, row: int) -> str:
        """Its place in words, such as `line 3`; empty if there is nothing to say."""


class Sheet(NamedTuple):
    """The cells of a file, which are not yet read as numbers or words."""

    names: list[str]
    cells: list  # Arrow arrays, a column each
    readers: list[Reader]
    rows: Rows | None = None  # where they stand; None where files have no lines
    notes: tuple[str, ...] = ()  # what was guessed of the file, and what was left out of it

    def only(self, wanted: Collection[str]) -> "Sheet":
        """Some of the columns, in their order."""
        return self.at([j for j, name in enumerate(self.names) if name in wanted])

    def at(self, kept: Iterable[int]) -> "Sheet":
        """The columns at some places."""
        kept = list(kept)
        return self._replace(
            names=[self.names[j] for j in kept],
            cells=[self.cells[j] for j in kept],
            readers=[self.readers[j] for j in kept],
        )

    def columns(self, reading: Reading) -> list[Column]:
        """The columns; `ValueError` names the row that is wrong."""
        with self.naming_lines():
            return [
                read(reading, name, cells)
                for read, name, cells in zip(self.readers, self.names, self.cells, strict=True)
            ]

    @contextmanager
    def naming_lines(self):
        """Raise a `BadCell` as a `ValueError` with the line of the file that its row starts on."""
        try:
            yield
        except BadCell as error:
            place = self.rows and self.rows.where(error.row)
            where = f"row {error.row}" + (f" ({place})" if place else "")
            raise ValueError(f"{where} {error.about}") from None
