"""Parsing: the rows of a text cut into columns of numbers and of text, by pyarrow."""

import re
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from driftsim.streams.tables.cells import ALWAYS_MISSING
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.form import Form, start_of

BLOCK = 1 << 24  # bytes that are cut into cells at once
KEPT = ("int64", "double", "null", "string")  # inferred types; dates, times and truths stay text


class Parser(NamedTuple):
    """How a text is cut."""

    form: Form
    width: int  # cells in a row
    missing: Collection[str]  # cells without a value
    texts: frozenset[int] = frozenset()  # columns that are read as text, whatever they hold

    def columns(self, text: bytes) -> tuple[list, int]:
        """The columns as Arrow arrays, and how many rows end in a separator too many.

        A column is of numbers if all of its cells that are not missing are. Raises `BadCell` for
        another row that has more or fewer cells than there are columns.
        """
        import pyarrow as pa

        if not text.strip() or not self.width:
            return [pa.array([], pa.string())] * self.width, 0
        start = start_of(text).encode()
        parser = self._for(self._table(start)[0], start) if len(start) < len(text) else self
        table, ragged = parser._table(text)
        longer = [row for row in ragged if self._ends(row)]
        if longer and len(longer) == len(ragged):
            text = without_ends(text, {row.text for row in longer})
            table, ragged = parser._table(text)
        for row in ragged:
            about = f"has {row.actual_columns} cells in {self.width} columns; give it one a column"
            raise BadCell(row.number - 1, about)
        if (again := parser._for(table, text)) != parser:
            table, _ = again._table(text)
        self._refuse_open_quote(table, text)
        return table.columns, len(longer)

    def _for(self, table, text):
        """The same, but with columns as text that hold neither numbers nor text in a table."""
        hexadecimal = b"0x" in text or b"0X" in text  # which Arrow takes for whole numbers
        kept = KEPT[1:] if hexadecimal else KEPT
        others = {j for j, kind in enumerate(table.schema.types) if str(kind) not in kept}
        return self._replace(texts=self.texts | others)

    def _table(self, text):
        """The table of a text, and its rows that have more or fewer cells."""
        from pyarrow import lib

        try:
            return self._cut(text, BLOCK)
        except lib.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise
        return self._cut(text, min(len(text) + 1, 2**31 - 1))  # a row longer than a block

    def _cut(self, text, block):
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
        reading = arrow.ReadOptions(use_threads=False, block_size=block, column_names=names)
        return arrow.read_csv(pa.BufferReader(text), reading, parsing, converting), ragged

    def _ends(self, row):
        """Whether a row has an empty cell too many, at its end."""
        return row.actual_columns == self.width + 1 and row.text.rstrip(" ").endswith(
            self.form.separator
        )

    def _refuse_open_quote(self, table, text):
        last, quote = table[self.width - 1][-1].as_py(), self.form.quote.encode()
        if isinstance(last, str) and "\n" in last and not text.rstrip().endswith(quote):
            raise BadCell(len(table) - 1, "opens a quote that is never closed; close it")


def skipped(rows, row):
    """What pyarrow should do about a row that has more or fewer cells; it is listed."""
    rows.append(row)
    return "skip"


def without_ends(text: bytes, rows: Collection[str]) -> bytes:
    """A text in which these rows have no separator at their end."""
    found = {row.encode() for row in rows}
    lines = re.split(rb"(\r\n|\n|\r)", text)
    return b"".join(line.rstrip(b" ")[:-1] if line in found else line for line in lines)
