"""Conversions: a text file too large for memory, written once as Parquet in the user's cache."""

import json
import os
import sys
import time
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

from driftsim.files import content_hash, file_hash, is_file, local, size_of
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.files import TEXTS
from driftsim.streams.tables.large.stored import Stored, parquet_file, stored
from driftsim.streams.tables.packed import PACKED, unpacked_name
from driftsim.streams.tables.several import StackedRows, about
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.text.delimited import (
    DelimitedText,
    below_header,
    from_delimited,
    pointed,
    shaped,
    without_empty_rows,
)
from driftsim.streams.tables.text.encodings import in_utf8
from driftsim.streams.tables.text.form import Form, Given, one_blank, start_of
from driftsim.streams.tables.text.parsing import Parser
from driftsim.user_cache import keep, kept, place

LARGE = 400_000_000  # bytes of a text file that is not read as a whole
LARGE_PACKED = 60_000_000  # where it is packed
CHUNK = 1 << 26  # bytes that are converted at once
LONGEST = 1 << 30  # bytes of a row
FORMAT = 2  # raised when the same file would be converted otherwise
REPORTED_EVERY = 5.0  # seconds


class Mixed(Exception):
    """A column that held only numbers in the chunks before holds text in one."""

    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


class TextRows(NamedTuple):
    """Where the rows of a text file stand that is cut into chunks."""

    path: str
    form: Form
    encoding: str
    above: int  # lines of the file above the rows
    begin: int  # the byte of the first chunk at which the rows do
    starts: list[int]  # the first row of each chunk
    lines: list[int]  # of the file above each chunk

    def where(self, row: int) -> str:
        """The line of the file on which a row starts."""
        k = bisect_right(self.starts, row) - 1
        text = self.text(next(islice(chunks(self.path, self.form.quote), k, None)))
        return self.part(k, text).where(row - self.starts[k])

    def text(self, chunk: bytes) -> bytes:
        """A chunk in UTF-8."""
        text, _ = in_utf8(chunk, self.encoding)
        return one_blank(text) if self.form.separator == " " else text

    def part(self, k: int, text: bytes) -> DelimitedText:
        """The rows of a chunk."""
        if k == 0:
            return DelimitedText(text, self.form, self.above, self.begin)
        return DelimitedText(text, self.form, self.lines[k])


class Shape(NamedTuple):
    """The columns of a text file."""

    names: list[str]  # of all of them
    columns: range  # those that are no row labels, and not empty ones at the right end
    notes: tuple[str, ...]


def converted(path: str, given: Given, nominal: Collection[str] = ()) -> tuple[str, TextRows]:
    """A Parquet file with the cells of a text file, and where its rows stand in that.

    It is made where there is none; of two processes the second waits for it. `nominal` columns
    hold words also where these are numbers with a decimal comma. Raises `ValueError`.
    """
    from filelock import FileLock

    described = [
        file_hash(path),
        given._replace(texts=frozenset()),
        sorted(given.texts),
        sorted(nominal),
    ]
    key = content_hash(json.dumps([*described, version("pyarrow"), FORMAT], default=list).encode())
    folder = place("converted")
    made, note = folder / f"{key}.parquet", folder / f"{key}.json"
    with FileLock(folder / f"{key}.lock"):
        if not made.exists() or not isinstance(kept(note), list):
            rows = convert(path, given, nominal, made)
            keep(note, list(rows[1:]))
            return str(made), rows
    form, *more = kept(note)
    return str(made), TextRows(path, Form(*form), *more)


def convert(path, given, nominal, made: Path) -> TextRows:
    """Write a text file as Parquet, which appears whole or not at all."""
    unfinished = made.with_suffix(f".{os.getpid()}")
    texts: frozenset[int] = frozenset()
    try:
        while True:
            try:
                rows = Conversion(path, given, nominal, texts).write(unfinished)
                break
            except Mixed as found:  # from the start again, with the column as text
                texts |= {found.column}
        unfinished.replace(made)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return rows


class Conversion:
    """A text file on its way to Parquet."""

    def __init__(self, path, given: Given, nominal, texts: frozenset[int]) -> None:
        self._path, self._given, self._nominal, self._texts = path, given, nominal, texts
        self._kinds: dict[int, str] = {}  # double or string, by column
        self._reported = time.monotonic()

    def write(self, made: Path) -> TextRows:
        """Write the Parquet file; returns where the rows stand."""
        from pyarrow import parquet

        first = next(chunks(self._path, '"'), b"")
        shape, rows = self._begun(first)
        self._report(0)
        parts = self._parts(shape, rows)
        table = next(parts)
        with parquet.ParquetWriter(made, table.schema, compression="zstd") as writer:
            writer.write_table(table)
            for table in parts:
                writer.write_table(table)
        self._report(1, made)
        return rows

    def _begun(self, first):
        """The shape of the file and the form of its rows, by the first chunk."""
        sheet = from_delimited(first, self._given)
        if not isinstance(sheet.rows, DelimitedText):
            raise ValueError("so large a file of sparse rows is not read; write it as Parquet")
        encoding = in_utf8(first, self._given.encoding)[1].replace("ascii", "utf-8")
        text, form, above, begin = sheet.rows
        cells = form.rows(start_of(text))
        names = below_header(text, form)[0] if begin else []
        names, _ = shaped(names, cells[begin > 0 :])
        start = names.index(sheet.names[0])
        shape = Shape(names, range(start, start + len(sheet.names)), sheet.notes)
        return shape, TextRows(self._path, form, encoding, above, begin, [], [])

    def _parts(self, shape: Shape, rows: TextRows) -> Iterator[Any]:
        """The cells of each chunk as an Arrow table; notes where it stands."""
        row = line = done = 0
        texts = {shape.names.index(n) for n in self._given.texts if n in shape.names}
        self._texts |= texts
        self._kinds = dict.fromkeys(self._texts, "string")
        held: list[Any] = []
        size = size_of(self._path)
        for k, chunk in enumerate(chunks(self._path, rows.form.quote)):
            text = rows.text(chunk)
            rows.starts.append(row)
            rows.lines.append(line)
            with Sheet([], [], [], rows).naming_lines():
                cells = self._cells(shape, rows, rows.part(k, text), row)
            if held:
                yield self._table(shape, held)
            held, row = cells, row + len(cells[0])
            line, done = line + text.count(b"\n"), done + len(chunk)
            if time.monotonic() - self._reported > REPORTED_EVERY:
                self._report(min(done / size, 1))
        sheet = Sheet([shape.names[j] for j in shape.columns], held, [Reading.typed] * len(held))
        yield self._table(shape, without_empty_rows(sheet).cells)

    def _cells(self, shape, rows, part, first):
        """The columns of a chunk; `BadCell` with the row of the table for one that is wrong."""
        parser = Parser(rows.form, len(shape.names), self._given.missing, self._texts)
        try:
            cells, _ = parser.columns(part.text, part.begin)
            if later := {j for j, one in enumerate(cells) if self._is_text_by_now(j, one)}:
                texts = self._texts | later
                cells, _ = parser._replace(texts=texts).columns(part.text, part.begin)
            return [self._pointed(rows, shape.names[j], cells[j]) for j in shape.columns]
        except BadCell as error:
            raise BadCell(first + error.row, error.about) from None

    def _is_text_by_now(self, j, cells):
        """Whether a column of numbers in a chunk is one of text in those before; or `Mixed`."""
        kind = "string" if str(cells.type) == "string" else "double"
        if str(cells.type) == "null" or (cells.null_count == len(cells)):
            return self._kinds.get(j) == "string" and kind != "string"
        if self._kinds.setdefault(j, kind) == "double" and kind == "string":
            raise Mixed(j)
        return kind == "double" and self._kinds[j] == "string"

    def _pointed(self, rows, name, cells):
        """Numbers in a column of text with a decimal point, where the file has commas."""
        if rows.form.decimal == "." or name in self._nominal or str(cells.type) != "string":
            return cells
        return pointed(rows.form, name, cells)

    def _table(self, shape, cells):
        """An Arrow table of numbers and texts."""
        import pyarrow as pa

        kinds = [self._kinds.setdefault(j, "double") for j in shape.columns]
        columns = [one.cast(kind, safe=False) for one, kind in zip(cells, kinds, strict=True)]
        return pa.table(columns, [shape.names[j] for j in shape.columns])

    def _report(self, share, made=None):
        """Print how far the conversion is."""
        self._reported = time.monotonic()
        size = f"{size_of(self._path) / 1e6:,.0f} MB"
        text = f"{self._path} ({size}) is too large for memory: converting it to Parquet once"
        if made:
            text = f"{self._path}: converted; {os.path.getsize(made) / 1e6:,.0f} MB are kept in "
            text += str(made.parent)
        print(f"{text}, {100 * share:.0f} %" if not made else text, file=sys.stderr, flush=True)


def chunks(path: str, quote: str) -> Iterator[bytes]:
    """The bytes of a text file, unpacked, cut between rows."""
    import pyarrow as pa

    path = local(path)
    with open(path, "rb") as file:
        mark = file.read(4)
    way = next((way for start, way in PACKED.items() if mark.startswith(start)), None)
    with pa.input_stream(path, compression=way) as file:
        rest = b""
        while data := file.read(CHUNK):
            rest += data
            if cut := last_end(rest, quote.encode()):
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > LONGEST:
                raise ValueError("it has no ends of lines; write them, or write it as Parquet")
        if rest:
            yield rest


def last_end(data: bytes, quote: bytes) -> int:
    """The end of the last row that ends in a text, where no quote is open; 0 if there is none."""
    stop, odd = len(data), bool(quote) and data.count(quote) % 2
    for _ in range(10_000):
        found = data.rfind(b"\n", 0, stop)
        if found < 0:
            return 0
        odd ^= bool(quote) and data.count(quote, found + 1, stop) % 2
        if not odd:
            return found + 1
        stop = found
    return data.rfind(b"\n") + 1


def are_large_texts(paths: Sequence[str]) -> bool:
    """Whether files are text, packed or not, and too large for memory."""
    share = 0.0
    for path in paths:
        packed = path.lower().endswith((".gz", ".bz2", ".zst"))
        name = unpacked_name(path) if packed else os.path.basename(path)
        if not name.lower().endswith(TEXTS) or not is_file(path):
            return False
        share += size_of(path) / (LARGE_PACKED if packed else LARGE)
    return share > 1


def large_text(paths: Sequence[str], given: Given, nominal: Collection[str]) -> Stored:
    """The table in text files, converted to Parquet; `ValueError` names the file of several."""
    made: dict[str, TextRows] = {}
    for path in paths:
        if len(paths) > 1:
            parquet, rows = about(path, converted, path, given, nominal)
        else:
            parquet, rows = converted(path, given, nominal)
        made[parquet] = rows
    if mixed := mixed_columns([*made]) - given.texts:
        return large_text(paths, given._replace(texts=given.texts | mixed), nominal)
    found = stored([*made])
    ends = [*accumulate(sum(file.groups) for file in found.files.values())]
    names = [*map(os.path.basename, paths)]
    several = StackedRows(names, ends, [*made.values()])
    return found._replace(lines=several if len(paths) > 1 else rows)


def mixed_columns(paths: Sequence[str]) -> set[str]:
    """The columns that hold text in some Parquet files, and numbers in others."""
    schemas = [parquet_file(path).schema for path in paths]
    kinds = [{(one.name, str(one.type)) for one in schema} for schema in schemas]
    texts = set.union(*({name for name, kind in one if kind == "string"} for one in kinds))
    return texts & set.union(*({name for name, kind in one if kind != "string"} for one in kinds))
