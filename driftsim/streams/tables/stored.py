"""Stored rows: those of Parquet files too large for memory, of which any stretch can be read."""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from driftsim.files import EDITED, identity
from driftsim.messages import short
from driftsim.rows import Edited
from driftsim.streams.tables.arrow_files import sheet_of_arrow, unreadable
from driftsim.streams.tables.sheets import Sheet

STORED = (".parquet",)  # how the names of such files end
MOST_CELLS = 50_000_000  # of a table that is held in memory
FEW = 2**17  # rows: row groups of fewer are read together
MOST_AT_ONCE = 40_000_000  # cells of a row group, which is read as a whole


class Piece(NamedTuple):
    """Consecutive rows of a file that are read at once."""

    path: str
    groups: tuple[int, ...]  # of rows, in the file
    first: int  # row of the table
    rows: int

    @property
    def stop(self) -> int:
        """The row after its last."""
        return self.first + self.rows


class Stored(NamedTuple):
    """A table in files, which is read a piece at a time."""

    names: list[str]
    types: list[Any]  # of Arrow, a column each
    pieces: list[Piece]
    files: dict[str, tuple[list[int], Any]]  # by path: their identity and metadata

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.pieces[-1].stop if self.pieces else 0

    def read(self, piece: Piece, names: Sequence[str]) -> Sheet:
        """Some columns of a piece; raises `Edited` if its file is not what it was."""
        import pyarrow as pa
        from pyarrow import parquet

        before, metadata = self.files[piece.path]
        try:
            if identity(piece.path) != before:
                raise Edited(f"{piece.path}: {EDITED}")
            with parquet.ParquetFile(piece.path, metadata=metadata) as file:
                table = file.read_row_groups([*piece.groups], [*names], use_threads=False)
        except OSError as error:
            raise Edited(f"{piece.path}: {unreadable(error)}") from None
        except pa.ArrowException as error:
            raise ValueError(f"{piece.path}: {unreadable(error)}") from None
        return sheet_of_arrow(table.select([*names]))

    def refuse_long_groups(self, columns: int):
        """Raise `ValueError` if so many columns of a row group are too much to be read at once."""
        for piece in self.pieces:
            if piece.rows * columns > MOST_AT_ONCE:
                raise ValueError(
                    f"row group {piece.groups[0]} of {os.path.basename(piece.path)} has "
                    f"{piece.rows:,} rows, which are read at once; write the file again in groups "
                    f"of at most {MOST_AT_ONCE // columns:,} rows (row_group_size of pyarrow)"
                )


def large_table(paths: Sequence[str]) -> Stored | None:
    """The table in Parquet files, if it is too large to be held in memory."""
    found = stored(paths)
    return found if found.rows * len(found.names) > MOST_CELLS else None


def stored(paths: Sequence[str]) -> Stored:
    """The table in Parquet files, one after the other; `ValueError` where they are none."""
    import pyarrow as pa
    from pyarrow import parquet

    pieces: list[Piece] = []
    files: dict[str, tuple[list[int], Any]] = {}
    first = None
    for path in paths:
        try:
            about = identity(path)
            with parquet.ParquetFile(path) as file:
                schema, metadata = file.schema_arrow, file.metadata
        except (OSError, pa.ArrowException) as error:
            raise ValueError(unreadable(error)) from None
        first = first or schema
        if not schema.equals(first):
            raise ValueError(f"{short(path)} has other columns than {short(paths[0])}")
        files[path] = about, metadata
        pieces += pieces_of(path, metadata, pieces[-1].stop if pieces else 0)
    assert first is not None
    sheet = sheet_of_arrow(first.empty_table())
    return Stored(sheet.names, [cells.type for cells in sheet.cells], pieces, files)


def pieces_of(path, metadata, first):
    """The rows of a Parquet file, cut between row groups."""
    groups: list[int] = []
    rows = 0
    for group in range(metadata.num_row_groups):
        groups.append(group)
        rows += metadata.row_group(group).num_rows
        if rows >= FEW or group + 1 == metadata.num_row_groups:
            yield Piece(path, (*groups,), first, rows)
            first, rows, groups = first + rows, 0, []
