"""Stored rows: those of Parquet and Arrow files too large for memory, read a stretch at a time."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from driftsim.files import EDITED, content_hash, identity, is_file, local, size_of
from driftsim.messages import short
from driftsim.rows import Edited
from driftsim.streams.tables.arrow_files import sheet_of_arrow
from driftsim.streams.tables.several import StackedRows
from driftsim.streams.tables.sheets import Rows, Sheet
from driftsim.streams.tables.typed import holds_numbers
from driftsim.user_cache import keep, kept, place

MOST_CELLS = 50_000_000  # of a table that is held in memory
BUFFER = 1 << 20  # bytes that are read at once; without it a group is read as a whole
FEW = 2**17  # rows: groups of fewer are read together
LOOKED_AT = 100_000  # rows of a table, to describe it
SMALL = 1_000_000  # bytes of an Arrow file, which is not opened to see how large it is
MOST_AT_ONCE = 25_000_000  # cells of a group of rows, which is read as a whole


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


class File(NamedTuple):
    """A file of a table, as it was when it was opened."""

    identity: list[int]
    schema: Any  # of Arrow
    groups: list[int]  # how many rows each group of them has
    read: Callable[[Sequence[int], list[str]], Any]  # some columns of groups, as an Arrow table


class Stored(NamedTuple):
    """A table in files, which is read a piece at a time."""

    names: list[str]
    types: list[Any]  # of Arrow, a column each
    pieces: list[Piece]
    files: dict[str, File]  # by path
    lines: Rows | None = None  # where the rows stand, if their numbers are not enough

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.pieces[-1].stop if self.pieces else 0

    def read(self, piece: Piece, names: Sequence[str]) -> Sheet:
        """Some columns of a piece; raises `Edited` if its file is not what it was."""
        import pyarrow as pa

        file = self.files[piece.path]
        try:
            if identity(piece.path) != file.identity:
                raise Edited(f"{piece.path}: {EDITED}")
            table = file.read(piece.groups, [*names])
        except OSError as error:
            raise Edited(f"{piece.path}: it cannot be read any more ({error})") from None
        except pa.ArrowException as error:
            raise ValueError(f"{piece.path}: it cannot be read ({error}); write it again") from None
        return sheet_of_arrow(table.select([*names]))

    def head(self) -> Sheet:
        """The first rows, which are looked at in the place of all of them."""
        sheet = self.read(self.pieces[0], self.names)
        cells = [one.slice(0, LOOKED_AT) for one in sheet.cells]
        note = f"the first {len(cells[0]):,} of {self.rows:,} rows are looked at"
        return sheet._replace(cells=cells, rows=self.lines, notes=(note, *sheet.notes))


def large_table(paths: Sequence[str]) -> Stored | None:
    """The table in Parquet or Arrow files, one after the other, if it is too large for memory.

    None also where they are no such files: the error comes where they are read as a whole.
    """
    import pyarrow as pa

    if not all(map(is_file, paths)):
        return None
    if all(not is_parquet(path) and size_of(path) < SMALL for path in paths):
        return None
    try:
        files = {path: FORMATS[os.path.splitext(path)[1].lower()](path) for path in paths}
    except (KeyError, OSError, pa.ArrowException):
        return None
    rows = sum(sum(file.groups) for file in files.values())
    return joined(files) if rows * len(files[paths[0]].schema) > MOST_CELLS else None


def stored(paths: Sequence[str]) -> Stored:
    """The table in Parquet files, one after the other."""
    return joined({path: parquet_file(path) for path in paths})


def joined(files: dict[str, File], columns: int = 1) -> Stored:
    """The table in files, by path, of which so many columns are read at once.

    Raises `ValueError` where their columns differ.
    """
    names = [*map(os.path.basename, files)]
    first, *others = files.values()
    kinds = {one.name: kind_of(one.type) for one in first.schema}
    for name, file in zip(names[1:], others, strict=True):
        if {one.name: kind_of(one.type) for one in file.schema} != kinds:
            raise ValueError(
                f"{short(name)} has not the columns, and types of columns, of {short(names[0])}; "
                "give files of one table"
            )
    sheet = sheet_of_arrow(first.schema.empty_table())
    ends = [*accumulate(sum(file.groups) for file in files.values())]
    lines = StackedRows(names, ends, [None] * len(ends)) if others else None
    types = [cells.type for cells in sheet.cells]
    return Stored(sheet.names, types, [*pieces_of(files, columns)], files, lines)


def kind_of(kind: Any) -> str:
    """What parts of a column in several files must have in common."""
    return "numbers" if holds_numbers(kind) else str(kind)


def is_parquet(path: str) -> bool:
    """Whether a file is one whose size says little of how many rows it has."""
    return path.lower().endswith(".parquet")


def pieces_of(files: dict[str, File], columns: int) -> Iterator[Piece]:
    """The rows of files, cut between groups."""
    first, few = 0, min(FEW, MOST_AT_ONCE // columns // 2)
    for path, file in files.items():
        groups, rows = [], 0
        for group, more in enumerate(file.groups):
            groups.append(group)
            rows += more
            if rows >= few or group + 1 == len(file.groups):
                yield Piece(path, (*groups,), first, rows)
                first, rows, groups = first + rows, 0, []


def parquet_file(path: str) -> File:
    """A Parquet file, of row groups."""
    from pyarrow import parquet

    about = identity(path)
    with parquet.ParquetFile(local(path)) as file:
        schema, metadata = file.schema_arrow, file.metadata

    def read(groups, names):
        with parquet.ParquetFile(
            local(path), metadata=metadata, pre_buffer=False, buffer_size=BUFFER
        ) as file:
            return file.read_row_groups(groups, names, use_threads=False)

    groups = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    return File(about, schema, groups, read)


def arrow_file(path: str) -> File:
    """An Arrow file (Feather), of record batches; how many rows each has is found out once."""
    import pyarrow as pa
    from pyarrow import ipc

    about = identity(path)
    with pa.OSFile(local(path)) as file:
        schema = ipc.open_file(file).schema

    def batches(groups, columns):
        options = ipc.IpcReadOptions(included_fields=columns, use_threads=False)
        with pa.OSFile(local(path)) as file:  # not mapped: pages of a mapped file count as memory
            reader = ipc.open_file(file, options=options)
            for group in range(reader.num_record_batches) if groups is None else groups:
                yield reader.get_batch(group)

    def read(groups, names):
        columns = [schema.get_field_index(name) for name in names]
        return pa.Table.from_batches(batches(groups, columns))

    note = place("groups") / f"{content_hash(repr([path, about]).encode())}.json"
    if (groups := kept(note)) is None:
        groups = [batch.num_rows for batch in batches(None, [0])]
        keep(note, groups)
    return File(about, schema, groups, read)


FORMATS = {".parquet": parquet_file} | dict.fromkeys([".arrow", ".feather", ".ipc"], arrow_file)
