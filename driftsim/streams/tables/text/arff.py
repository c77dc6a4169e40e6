"""ARFF: the header and the rows of a file of Weka."""

import re
from functools import partial
from typing import NamedTuple

import numpy as np

from driftsim.messages import plural, short
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.sheets import Reader, Sheet
from driftsim.streams.tables.text.arff_dates import DATE, moments_of, python_format
from driftsim.streams.tables.text.delimited import DelimitedText, sheet_of_text
from driftsim.streams.tables.text.encodings import in_utf8
from driftsim.streams.tables.text.form import Form, Given, one_blank

QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""  # a word of an ARFF file
WEIGHT = r"[ \t]*,[ \t]*\{[ \t]*[\d.eE+-]+[ \t]*\}[ \t]*$"  # at the end of a row
PAIR = rf"\s*(\d+)\s+({QUOTED}|[^,]+?)\s*(?:,|$)"  # the place of a cell of a sparse row, and it


class Attribute(NamedTuple):
    """A column as the header of an ARFF file declares it."""

    name: str
    reader: Reader
    absent: str = "0"  # what a sparse row holds that does not list it
    date: str | None = None  # the format of dates, as Python has it

    @property
    def counted(self) -> bool:
        """Whether it may hold numbers."""
        return self.reader in (Reading.number, Reading.text) and not self.date


class SparseRows(NamedTuple):
    """The lines of an ARFF file that rows of it stand on."""

    lines: list[int]

    def where(self, row: int) -> str:
        """The line that a row stands on."""
        return f"line {self.lines[row]:,}"


def from_arff(data: bytes, given: Given = Given()) -> Sheet:
    """An ARFF file; columns declared by their values are nominal, and strings that hold words."""
    text, encoding = in_utf8(data, given.encoding)
    whole = text.decode().replace("\r\n", "\n").replace("\r", "\n")
    header, *body = re.split(r"(?im)^[ \t]*@data\b.*$", whole, maxsplit=1)
    if not body:
        raise ValueError("there is no line @data; the rows of an ARFF file follow it")
    lines = [line.strip() for line in header.split("\n")]
    found = [attribute(line) for line in lines if not re.match("(?i)$|%|@relation", line)]
    rows = replaced(r"^[ \t]*(%.*)?$", "", body[0], "%", "\n ", "\n\t")[0]
    rows, weights = replaced(WEIGHT, "", rows, "}")
    above = header.count("\n")
    if "{" in rows and re.search(r"(?m)^[ \t]*\{", rows):
        sheet = sparse_sheet(found, rows, above)
    else:
        sheet = dense_sheet(found, rows, above, given)
    notes = [f"the weights of {plural(weights, 'row')} are left out: each counts once"]
    guessed = given.encoding is None and encoding != "utf-8"
    notes = [f"guessed: encoding {encoding}"] * guessed + notes * (weights > 0)
    return dated(sheet, found, given)._replace(notes=(*notes, *sheet.notes))


def replaced(pattern, new, rows, *signs):
    """Rows with what matches a pattern replaced, and how often; nothing does without a sign."""
    return re.subn(f"(?m){pattern}", new, rows) if any(s in rows for s in signs) else (rows, 0)


def dense_sheet(found, rows, above, given):
    """The cells of rows that list every column."""
    rows = replaced(r"(^|,)[ \t]+(?=['\"])", r"\1", rows, "'", '"')[0]
    quote = "'" if "'" in rows and re.search(r"(?m)(^|,)'", rows) else '"'
    separator = "," if len(found) < 2 or "," in rows or not rows.strip() else " "
    data = rows.encode() if separator == "," else one_blank(rows.replace("\t", " ").encode())
    place = DelimitedText(data, Form(separator, ".", quote, "\\"), above)
    texts = [j for j, one in enumerate(found) if not one.counted]
    return sheet_of_text(
        [one.name for one in found], [one.reader for one in found], place, given, texts
    )


def sparse_sheet(found, rows, above):
    """The cells of rows {place value, …}: those that are not listed are 0, or the first value."""
    import pyarrow as pa

    lines = [
        (i, line.strip()) for i, line in enumerate(rows.split("\n"), above + 1) if line.strip()
    ]
    cells = [np.full(len(lines), one.absent, object) for one in found]
    place = SparseRows([i for i, _ in lines])
    names, readers = [one.name for one in found], [one.reader for one in found]
    with Sheet(names, [], readers, place).naming_lines():
        for row, (_, line) in enumerate(lines):
            for j, value in pairs(row, line, len(found)):
                cells[j][row] = value
    return Sheet(names, [pa.array(one, pa.string()) for one in cells], readers, place)


def pairs(row, line, width):
    """The places and the values in a sparse row; raises `BadCell`."""
    inside = line[1:-1].strip()
    if line[:1] + line[-1:] != "{}" or re.sub(PAIR, "", inside):
        raise BadCell(row, f"is {short(line)}, among sparse rows; write {{place value, …}}")
    for place, value in re.findall(PAIR, inside):
        if int(place) >= width:
            raise BadCell(row, f"names column {place}; there are 0 to {width - 1}")
        yield int(place), unquoted(value)


def dated(sheet, found, given):
    """A sheet with the dates of an ARFF file as moments."""
    cells, readers = [*sheet.cells], [*sheet.readers]
    with sheet.naming_lines():
        for j, one in enumerate(found):
            if one.date is not None:
                cells[j] = moments_of(cells[j], one.name, one.date, given.missing)
                readers[j] = Reading.typed
    return sheet._replace(cells=cells, readers=readers)


def attribute(line: str) -> Attribute:
    """What a line `@attribute` of an ARFF file declares; `ValueError` if that is not clear."""
    found = re.match(rf"(?i)@attribute\s+({QUOTED}|[^\s{{'\"][^\s{{]*)\s*(.+)$", line)
    if not found:
        raise ValueError(f"{short(line)} is not valid in its header; write @attribute name numeric")
    name, kind = unquoted(found[1]), found[2]
    if kind.startswith("{") and "}" in kind:
        values = re.findall(rf"{QUOTED}|[^\s,'\"][^,]*", kind[1 : kind.rindex("}")])
        values = [unquoted(value.strip()) for value in values]
        return Attribute(name, partial(declared, values), values[0] if values else "?")
    word, _, form = kind.partition(" ")
    match word.lower():
        case "numeric" | "real" | "integer":
            return Attribute(name, Reading.number)
        case "string":
            return Attribute(name, Reading.text, "?")
        case "date":
            form = python_format(name, unquoted(form.strip() or DATE))
            return Attribute(name, Reading.text, "?", form)
        case "relational":
            raise ValueError(
                f"the attribute '{name}' is relational, rows within a row; leave it out"
            )
    known = "numeric, real, integer, string, date or {its values}"
    raise ValueError(f"the attribute '{name}' is of type {short(kind)}; it should be {known}")


def declared(values, reading, name, cells):
    """A column of an ARFF file that is declared by its values."""
    return reading.declared(name, values, cells)


def unquoted(word):
    """A name or value of an ARFF file, without its quotes."""
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word[0] in "'\"" else word
