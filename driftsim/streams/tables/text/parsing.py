"""Parsing: the rows of a text cut into columns of numbers and of text, by pyarrow."""

import re
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from driftsim.streams.tables.cells import ALWAYS_MISSING
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.text.form import Form, start_of

BLANK_END = re.compile(rb"(?<=[\r\n])[ \r\n]* [ \r\n]*\Z")  # lines of blanks
ENDING = 1_000  # bytes at the end of a text that may be such lines
MOST = 2**31 - 1  # bytes that are cut into cells at once, each column as one array
KEPT = ("int64", "double", "null", "string")  # inferred types; dates, times and truths stay text


class Parser(NamedTuple):
    """How a text is cut."""

    form: Form
    width: int  # cells in a row
    missing: Collection[str]  # cells without a value
    texts: frozenset[int] = frozenset()  # columns that are read as text, whatever they hold

    def columns(self, text: bytes, begin: int = 0) -> tuple[list, int]:
        """The columns as Arrow arrays, and how many rows end in a separator too many.

        The rows begin at byte `begin`. A column is of numbers if all of its cells that are not
        missing are. Raises `BadCell` for another row that has more or fewer cells.
        """
        import pyarrow as pa

        if not re.compile(rb"\S").search(text, begin) or not self.width:
            return [pa.array([], pa.string())] * self.width, 0
        if blank := BLANK_END.search(text[-ENDING:]):
            text = text[: max(begin, len(text) - len(blank[0]))]
        start = start_of(text, begin).encode()
        short = len(start) < len(text) - begin
        parser = self._for(self._table(start, 0)[0], start) if short else self
        table, ragged = parser._table(text, begin)
        longer = [row for row in ragged if self._ends(row)]
        if longer and len(longer) == len(ragged):
            text, begin = without_ends(text[begin:], {row.text for row in longer}), 0
            table, ragged = parser._table(text, begin)
        for row in ragged:
            about = f"has {row.actual_columns} cells in {self.width} columns; give it one a column"
            raise BadCell(row.number - 1, about)
        if (again := parser._for(table, text, begin)) != parser:
            table, _ = again._table(text, begin)
        self._refuse_open_quote(table, text)
        return table.columns, len(longer)

    def _for(self, table, text, begin=0):
        """The same, but with columns as text that hold neither numbers nor text in a table."""
        kinds = [*map(str, table.schema.types)]
        hexadecimal = "int64" in kinds and has_hexadecimal(text, begin)
        kept = KEPT[1:] if hexadecimal else KEPT
        return self._replace(texts=self.texts | {j for j, k in enumerate(kinds) if k not in kept})

    def _table(self, text, begin):
        """The table of a text, and its rows that have more or fewer cells."""
        import pyarrow as pa
        from pyarrow import csv as arrow

        names, form = [str(j) for j in range(self.width)], self.form
        ragged: list = []
        parsing = arrow.ParseOptions(
            delimiter=form.separator,
            quote_char=form.quote or False,
            escape_char=form.escape or False,
            double_quote=not form.escape,
            newlines_in_values=bool(form.quote) and form.quote.encode() in text,
        )
        parsing.invalid_row_handler = partial(skipped, ragged)
        converting = arrow.ConvertOptions(
            column_types={names[j]: pa.string() for j in self.texts},
            decimal_point=form.decimal,
            null_values=[*ALWAYS_MISSING, *self.missing],
            true_values=[],
            false_values=[],
        )
        block = min(len(text) + 1, MOST)
        reading = arrow.ReadOptions(use_threads=False, block_size=block, column_names=names)
        source = pa.BufferReader(pa.py_buffer(text).slice(begin))
        return arrow.read_csv(source, reading, parsing, converting), ragged

    def _ends(self, row):
        """Whether a row has an empty cell too many, at its end."""
        return row.actual_columns == self.width + 1 and row.text.rstrip(" ").endswith(
            self.form.separator
        )

    def _refuse_open_quote(self, table, text):
        last, quote = table[self.width - 1][-1].as_py(), self.form.quote.encode()
        if isinstance(last, str) and "\n" in last and not text[-1000:].rstrip().endswith(quote):
            raise BadCell(len(table) - 1, "opens a quote that is never closed; close it")


def has_hexadecimal(text: bytes, begin: int) -> bool:
    """Whether 0x is in a text, which Arrow takes for the start of a whole number."""
    found = (text.find(x, begin) for x in (b"x", b"X"))
    return any(i >= 0 and text.find(b"0" + text[i : i + 1], i - 1) >= 0 for i in found)


def skipped(rows, row):
    """What pyarrow should do about a row that has more or fewer cells; it is listed."""
    rows.append(row)
    return "skip"


def without_ends(text: bytes, rows: Collection[str]) -> bytes:
    """A text in which these rows have no separator at their end."""
    found = {row.encode() for row in rows}
    lines = re.split(rb"(\r\n|\n|\r)", text)
    return b"".join(line.rstrip(b" ")[:-1] if line in found else line for line in lines)
