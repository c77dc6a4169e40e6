"""ARFF: the header and the rows of a file of Weka."""

import re
from functools import partial

from driftsim.messages import short
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.delimited import DelimitedText, decoded, sheet_of_text

QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""  # a word in the header of an ARFF file


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
