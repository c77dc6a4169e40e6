"""Files: CSV, ARFF and Parquet files, read into the columns of a table."""

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from driftsim.messages import guess, short
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import BadCell, Column

SUFFIXES = (".csv", ".arff", ".parquet")
QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""  # a word in the header of an ARFF file


class DelimitedText(NamedTuple):
    """Comma-separated rows, and where in their file they stand."""

    text: str
    header: int = 0  # rows at the top that hold names
    above: int = 0  # lines of the file above the text
    quote: str = '"'
    escape: str | Literal[False] = False  # a character


class Sheet(NamedTuple):
    """The cells of a file, which are not yet read as numbers or words."""

    names: list[str]
    cells: list  # Arrow arrays, a column each
    readers: list[Callable]  # each makes a `Column` of a `Reading`, a name and cells
    rows: DelimitedText | None = None  # the text that the cells come from, if they do

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
            line = self.rows and line_of(error.row, self.rows)
            where = f"row {error.row}" + (f" (line {line:,})" if line else "")
            raise ValueError(f"{where} {error.about}") from None


def sheet_of(path: str, data: bytes) -> Sheet:
    """The cells in the bytes of a file, by its suffix."""
    readers = dict(zip(SUFFIXES, (from_csv, from_arff, from_parquet), strict=True))
    sheet = readers[Path(path).suffix.lower()](data)
    names = sheet.names
    if "" in names:
        where = f"column {names.index('') + 1} of {len(names)}"
        raise ValueError(f"{where} has no name; name it, or take it out of the file")
    for name, times in Counter(names).items():
        if times > 1:
            raise ValueError(f"{times} columns are called '{name}'; give each its own name")
    if not names or not len(sheet.cells[0]):
        raise ValueError("it has no rows; a table needs a header and rows below it")
    return sheet


def content(path: str) -> bytes:
    """The bytes of a table; `ValueError` if it cannot be read."""
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        raise ValueError("this is a directory; give the path of a file")
    if not os.path.isdir(folder):
        raise ValueError("there is no such folder; paths begin at the scenario file")
    if not os.path.isfile(path):
        near = [file for file in os.listdir(folder) if file.lower().endswith(SUFFIXES)]
        advice = guess(name, near) if near else "there is no other table in its folder"
        raise ValueError(f"there is no such file; {advice}")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"the file cannot be read ({error.strerror}); make it readable") from None


def decoded(data):
    """The text of a file, its lines ended by a newline."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is no text; save the file in UTF-8") from None
    if "\0" in text:
        raise ValueError(f"character {text.index(chr(0))} is no text; save the file in UTF-8")
    return text


def from_csv(data):
    """A CSV file with a header; columns that hold words are nominal."""
    text = decoded(data)
    try:
        names = next(filter(None, csv.reader(io.StringIO(text, newline=""))), [])
    except csv.Error as error:
        raise ValueError(f"its header is not valid ({error}); name its columns there") from None
    if len(names) == 1:
        raise ValueError(f"{short(names[0])} is its only column; write commas between columns")
    names = list(map(str.strip, names))
    return sheet_of_text(names, [Reading.text] * len(names), DelimitedText(text, header=1))


def from_arff(data):
    """An ARFF file; columns declared by their values are nominal, and strings that hold words."""
    header, *body = re.split(r"(?im)^[ \t]*@data\b.*$", decoded(data), maxsplit=1)
    if not body:
        raise ValueError("there is no line @data; the rows of an ARFF file follow it")
    lines = [line.strip() for line in header.split("\n")]
    found = [attribute(line) for line in lines if not re.match("(?i)$|%|@relation", line)]
    rows = re.sub(r"(?m)^[ \t]*(%.*)?$", "", body[0])
    if re.search(r"(?m)^[ \t]*\{", rows):
        raise ValueError("its rows are sparse, {…}; write every value of a row, between commas")
    rows = re.sub(r"(?m)(^|,)[ \t]+(?=['\"])", r"\1", rows)
    quote = "'" if re.search(r"(?m)(^|,)'", rows) else '"'
    place = DelimitedText(rows, above=header.count("\n"), quote=quote, escape="\\")
    return sheet_of_text([name for name, _ in found], [read for _, read in found], place)


def sheet_of_text(names, readers, rows):
    """The cells of a text, a column for each name."""
    sheet = Sheet(names, [], readers, rows)
    with sheet.naming_lines():
        return sheet._replace(cells=cells_of(rows, len(names)))


def attribute(line):
    """The name and the reader of a column, for a line `@attribute` of an ARFF file."""
    found = re.match(rf"(?i)@attribute\s+({QUOTED}|[^\s{{'\"][^\s{{]*)\s*(.+)$", line)
    if not found:
        raise ValueError(f"{short(line)} is not valid in its header; write @attribute name numeric")
    name, kind = unquoted(found[1]), found[2]
    if kind.startswith("{") and "}" in kind:
        values = re.findall(rf"{QUOTED}|[^\s,'\"][^,]*", kind[1 : kind.rindex("}")])
        return name, partial(declared, [unquoted(value.strip()) for value in values])
    kinds = dict.fromkeys(["numeric", "real", "integer"], Reading.number)
    kinds["string"] = Reading.text
    if kind.split()[0].lower() not in kinds:
        known = "numeric, real, integer, string or {its values}"
        raise ValueError(f"the attribute '{name}' is of type {short(kind)}; it should be {known}")
    return name, kinds[kind.split()[0].lower()]


def declared(values, reading, name, cells):
    """A column of an ARFF file that is declared by its values."""
    return reading.declared(name, values, cells)


def unquoted(word):
    """A name or value of the header of an ARFF file, without its quotes."""
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word[0] in "'\"" else word


def from_parquet(data):
    """A Parquet file; columns that hold words or truths are nominal."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(pa.BufferReader(data)).read()
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"the file cannot be read as Parquet ({error}); write it again") from None
    index = re.compile(r"__index_level_\d+__")  # row labels, which pandas writes beside the columns
    kept = [j for j, name in enumerate(table.column_names) if not index.fullmatch(name)]
    names = [table.column_names[j] for j in kept]
    return Sheet(names, [table.column(j) for j in kept], [Reading.typed] * len(kept))


def cells_of(rows, width):
    """The cells of comma-separated rows, column by column, as text."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    text, header, _, quote, escape = rows
    if not text.strip() or not width:
        return [pa.array([], pa.string())] * width
    data, names = text.encode(), [str(j) for j in range(width)]
    ragged: list = []

    def skip(row):
        ragged.append(row)
        return "skip"

    block = min(len(data) + 1, 2**31 - 1)  # bytes: all at once, so that no row straddles two
    reading = arrow.ReadOptions(use_threads=False, block_size=block, column_names=names)
    parsing = arrow.ParseOptions(
        quote_char=quote, escape_char=escape, double_quote=not escape, newlines_in_values=True
    )
    parsing.invalid_row_handler = skip
    converting = arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    table = arrow.read_csv(pa.BufferReader(data), reading, parsing, converting)
    for row in ragged:
        about = f"has {row.actual_columns} cells in {width} columns; give it one a column"
        raise BadCell(row.number - 1 - header, about)
    if "\n" in table[width - 1][-1].as_py() and not text.rstrip().endswith(quote):
        raise BadCell(len(table) - 1 - header, "opens a quote that is never closed; close it")
    return [column.slice(header) for column in table.columns]


def line_of(row, rows):
    """The line of the file on which a row starts, counted from 1; None where it is not found."""
    dialect = {"quotechar": rows.quote, "doublequote": not rows.escape}
    reader = csv.reader(
        io.StringIO(rows.text, newline=""), escapechar=rows.escape or None, **dialect
    )
    ends = chain([(0, True)], ((reader.line_num, bool(cells)) for cells in reader))
    starts = (before for (before, _), (_, filled) in pairwise(ends) if filled)
    try:
        start = next(islice(starts, row + rows.header, None), None)
    except csv.Error:  # a cell longer than it reads
        return None
    return None if start is None else rows.above + start + 1
