"""Delimited text: CSV files and their like, and where the rows of a text stand in their file."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import chain, islice, pairwise
from typing import NamedTuple

from driftsim.messages import plural, short
from driftsim.streams.tables.cells import Reading, bad_cell
from driftsim.streams.tables.sheets import Reader, Sheet
from driftsim.streams.tables.text.encodings import in_utf8
from driftsim.streams.tables.text.form import POINT, Form, Given, form_of, one_blank, start_of
from driftsim.streams.tables.text.headers import has_header
from driftsim.streams.tables.text.libsvm import from_libsvm, is_libsvm
from driftsim.streams.tables.text.parsing import Parser
from driftsim.streams.tables.typed import distinct_of


class DelimitedText(NamedTuple):
    """Rows of cells, and where in their file they stand."""

    text: bytes  # in UTF-8
    form: Form = Form()
    above: int = 0  # lines of the file above the text
    begin: int = 0  # the byte at which the rows do

    def where(self, row: int) -> str:
        """The line of the file on which a row starts, counted from 1, if it is found."""
        ends = chain([(0, [""])], self.form.lines(self.text[self.begin :].decode(errors="replace")))
        starts = (before for (before, _), (_, cells) in pairwise(ends) if cells)
        try:
            start = next(islice(starts, row, None), None)
        except csv.Error:  # a cell longer than it reads
            return ""
        return "" if start is None else f"line {self.above + start + 1:,}"


def from_delimited(data: bytes, given: Given = Given()) -> Sheet:
    """A text of rows, such as a CSV file; what is not given of its form is guessed."""
    text, encoding = in_utf8(data, given.encoding)
    if given.separator is None and is_libsvm(start_of(text)):
        return from_libsvm(text)
    form = form_of(start_of(text), given)
    text = one_blank(text) if form.separator == " " else text
    rows = form.rows(start_of(text))
    headed = bool(rows) and (has_header(rows) if given.header is None else given.header)
    names, begin, above = below_header(text, form) if headed else ([], 0, 0)
    refuse_title(names, rows[1:])
    names, labelled = shaped(names, rows[headed:])
    if len(names) == 1 and not given.alone and all(len(row) == 1 for row in rows[headed:]):
        raise ValueError(
            f"{short(names[0])} is its only column; write separator: and the sign between columns"
        )
    notes = form.notes(given)
    if given.encoding is None and encoding != "utf-8":
        notes.append(f"encoding {encoding}")
    if rows and not headed and given.header is None:
        last = next(name for name in reversed(names) if name)
        notes.append(f"no header: the columns are {names[0]} to {last}".removesuffix(" to x1"))
    reader: Reader = Reading.text if form.decimal == "." else partial(with_commas, form)
    sheet = sheet_of_text(
        names, [reader] * len(names), DelimitedText(text, form, above, begin), given
    )
    sheet = without_nameless(without_empty_rows(sheet), labelled)
    guessed = [f"guessed: {', '.join(notes)}"] if notes else []
    return sheet._replace(notes=(*guessed, *sheet.notes))


def below_header(text: bytes, form: Form) -> tuple[list[str], int, int]:
    """The names in the first row of a text, the byte below it, and the lines above that."""
    lines, names = next((n, cells) for n, cells in form.lines(start_of(text)) if cells)
    ends = [found.end() for found in islice(re.finditer(rb"\r\n|\n|\r", text), lines)]
    below = ends[-1] if len(ends) == lines else len(text)
    return [name.strip() for name in names], below, lines


def refuse_title(names: list[str], rows: Sequence[list[str]]) -> None:
    """Raise `ValueError` if a first line of one cell is above rows of several."""
    cells = min(map(len, rows), default=0)
    if len(names) == 1 and cells > 2:  # of 2, the first may be row labels
        about = f"its first line is {short(names[0])}, above rows of {cells} cells"
        raise ValueError(f"{about}; take out what stands above the names of the columns")


def shaped(names: list[str], rows: Sequence[list[str]]) -> tuple[list[str], bool]:
    """The names of the columns of some rows, and whether the first column holds row labels.

    A header has one name fewer than a row has cells where rows end in a separator, or, as R
    writes them, begin with a label. Without a header the names are x1, x2, …
    """
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    if not names:
        empty = [not any(row[j].strip() for row in rows if j < len(row)) for j in range(usual)]
        ended = empty[::-1].index(False) if False in empty else 0
        return [f"x{j + 1}" for j in range(usual - ended)] + [""] * ended, False
    if usual != len(names) + 1 or any(len(row) != usual for row in rows):
        return names, False
    if not any(row[-1].strip() for row in rows):
        return [*names, ""], False
    labelled = len({row[0] for row in rows}) == len(rows)
    return [*[""] * labelled, *names], labelled


def sheet_of_text(
    names: list[str], readers: list[Reader], rows: DelimitedText, given: Given, texts=()
) -> Sheet:
    """The cells of a text, a column for each name; `texts` are those that are not numbers."""
    texts = frozenset({*texts, *(j for j, name in enumerate(names) if name in given.texts)})
    parser = Parser(rows.form, len(names), given.missing, texts)
    with Sheet(names, [], readers, rows).naming_lines():
        cells, ended = parser.columns(rows.text, rows.begin)
    readers = [
        reader if str(column.type) == "string" else Reading.typed
        for reader, column in zip(readers, cells, strict=True)
    ]
    about = f"{plural(ended, 'row')} with a separator at the end: no cell follows it"
    return Sheet(names, cells, readers, rows, (about,) if ended else ())


def without_empty_rows(sheet: Sheet) -> Sheet:
    """A sheet without the rows at its end that are nothing but separators."""
    rows = n = len(sheet.cells[0]) if sheet.cells else 0
    while n and not any(filled(column[n - 1]) for column in sheet.cells):
        n -= 1
    if n in (0, rows):
        return sheet
    about = f"{plural(rows - n, 'row')} without a cell at the end left out"
    cells = [column.slice(0, n) for column in sheet.cells]
    return sheet._replace(cells=cells, notes=(*sheet.notes, about))


def without_nameless(sheet: Sheet, labelled: bool) -> Sheet:
    """A sheet without row labels, which have no name, and without empty columns at its end.

    Where it is `labelled` they have been guessed, and `ValueError` if they are not distinct.
    """
    names, notes = sheet.names, []
    if labelled and len(sheet.cells[0].unique()) < len(sheet.cells[0]):
        raise ValueError(
            f"its header has {len(names) - 1} names and its rows have {len(names)} cells, the "
            "first of which are no row labels, as some are equal; name every column"
        )
    last = len(names)
    while last > 1 and not names[last - 1] and not any(map(filled, sheet.cells[last - 1].unique())):
        last -= 1
    if last < len(names):
        more = plural(len(names) - last, "column")
        notes.append(f"{more} without a name or a cell at the right end left out")
    first = int(last > 1 and not names[0])
    if first:
        notes.append("the first column has no name: it is read as row labels, and left out")
    kept = sheet.at(range(first, last))
    return kept._replace(notes=(*sheet.notes, *notes))


def filled(cell) -> bool:
    """Whether an Arrow scalar is a value, and no empty text."""
    value = cell.as_py()
    return value is not None and value != ""


def with_commas(form: Form, reading: Reading, name: str, column):
    """A column of text in a file with decimal commas."""
    import pyarrow as pa

    reading = reading._replace(decimal=form.decimal)
    if name in reading.nominal:
        return reading.text(name, column)
    distinct, place = distinct_of(column)
    cells = reading.present(distinct)
    plain = reading.ungrouped(name, cells, len(column), form.decimal)
    if plain is cells:
        return reading.text(name, pointed(form, name, column))
    return reading.text(name, plain.take(pa.array(place, mask=place == len(plain))))


def pointed(form: Form, name: str, column):
    """A column of text with points for decimal commas; `BadCell` if a cell has a point already."""
    from pyarrow import compute

    distinct = column.unique().drop_null()
    points = compute.match_substring_regex(distinct, rf"^\s*{POINT.pattern}\s*$")
    if compute.any(points).as_py():
        given = distinct.filter(points)[0].as_py()
        about = (
            f", a number with a point, where those of the file have a decimal {form.decimal!r}; "
            "write decimal: '.', or nominal: [NAME] if the column holds words"
        )
        raise bad_cell(name, lambda cell: compute.index(column, cell).as_py(), given, about)
    number = r"^(\s*[+-]?\d*),(\d+(?:[eE][+-]?\d+)?\s*)$"
    return compute.replace_substring_regex(column, number, r"\1.\2")
