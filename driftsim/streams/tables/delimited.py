"""Delimited text: CSV files, and where the rows of a text stand in their file."""

import csv
import io
from itertools import chain, islice, pairwise
from typing import Literal, NamedTuple

from driftsim.messages import short
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.sheets import Sheet


class DelimitedText(NamedTuple):
    """Comma-separated rows, and where in their file they stand."""

    text: str
    header: int = 0  # rows at the top that hold names
    above: int = 0  # lines of the file above the text
    quote: str = '"'
    escape: str | Literal[False] = False  # a character

    def line_of(self, row: int) -> int | None:
        """The line of the file on which a row starts, counted from 1; None if it is not found."""
        reader = csv.reader(
            io.StringIO(self.text, newline=""),
            quotechar=self.quote,
            doublequote=not self.escape,
            escapechar=self.escape or None,
        )
        ends = chain([(0, True)], ((reader.line_num, bool(cells)) for cells in reader))
        starts = (before for (before, _), (_, filled) in pairwise(ends) if filled)
        try:
            start = next(islice(starts, row + self.header, None), None)
        except csv.Error:  # a cell longer than it reads
            return None
        return None if start is None else self.above + start + 1


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


def sheet_of_text(names, readers, rows):
    """The cells of a text, a column for each name."""
    sheet = Sheet(names, [], readers, rows)
    with sheet.naming_lines():
        return sheet._replace(cells=cells_of(rows, len(names)))


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
