"""Tables: files of rows read into columns of numbers and codes."""

import csv
import io
import os
import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from driftsim.parts import guess, short
from driftsim.rows import Schema

SUFFIXES = (".csv", ".arff", ".parquet")
MISSING = ("", "?", "NA", "NaN", "nan", "null")  # cells without a value
MOST_CLASSES = 1_000  # a target with more is an identifier or a number, not a class
QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""  # a word in the header of an ARFF file


class Column(NamedTuple):
    """A column of a table."""

    name: str
    codes: np.ndarray  # (n,) float64: numbers, or the codes of `values`; NaN where one is missing
    values: tuple[str, ...] | None = None  # what the codes stand for; None where they are numbers

    @property
    def missing(self):
        """(n,) whether there is no value."""
        return np.isnan(self.codes)

    def coded(self):
        """Its numbers as codes 0, 1, … of the different ones, in order."""
        if self.values is not None:
            return self
        values = np.unique(self.codes[~self.missing])
        codes = np.where(self.missing, np.nan, np.searchsorted(values, self.codes))
        return Column(self.name, codes, tuple(repr(float(v)).removesuffix(".0") for v in values))

    def filled(self):
        """Its mean, or its most frequent value, where one is missing."""
        if self.missing.all():
            raise ValueError(f"column '{self.name}' is empty; take it out of the file")
        present = self.codes[~self.missing]
        mean = present.mean() if self.values is None else np.bincount(present.astype(int)).argmax()
        return self._replace(codes=np.where(self.missing, mean, self.codes))


def schema_of(columns, classes):
    """What is known of rows with these columns and classes; none where labels are numbers."""
    values = {j: c.values for j, c in enumerate(columns) if c.values is not None}
    sizes = {j: len(names) for j, names in values.items()}
    n_classes = None if classes is None else len(classes)
    return Schema(tuple(c.name for c in columns), sizes, n_classes, classes, values)


def numbers_of(column):
    """Labels that are numbers (n,), and no classes."""
    if column.values is not None:
        raise ValueError(
            f"the target '{column.name}' holds {short(column.values[0])}, which is no number; "
            "choose another, or leave out task: numbers"
        )
    return column.codes, None


def labels_of(column):
    """Labels 0, 1, … (n,) for the values of a column, in order; and what they stand for."""
    if column.values is None and (column.codes % 1).any():
        raise ValueError(
            f"the target '{column.name}' holds {column.codes[column.codes % 1 != 0][0]:g}: numbers "
            "are regression; write task: numbers, or list it as nominal if they are classes"
        )
    name, codes, values = column.coded()
    present, place = np.unique(codes.astype(np.int64), return_inverse=True)
    classes = in_order(values[code] for code in present)
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise ValueError(
            f"the target '{name}' has {len(classes):,} different value(s), {short(classes[0])} …; "
            f"choose one of 2 to {MOST_CLASSES:,} classes"
        )
    return np.array([classes.index(values[code]) for code in present])[place], tuple(classes)


def finite(columns):
    """The columns; `ValueError` if a number in them is infinite."""
    for name, codes, _ in columns:
        if np.isinf(codes).any():
            where = f"row {np.isinf(codes).argmax()} of column '{name}'"
            raise ValueError(f"{where} is infinite; write a finite number, or ? if it is not known")
    return columns


def refused(columns, target):
    """The columns; `ValueError` if a cell has no value."""
    for name, missing in [(column.name, column.missing) for column in labelled(columns, target)]:
        if missing.any():
            where = f"row {missing.argmax()} has no value in column '{name}'"
            raise ValueError(f"{where}; fill it in, or write missing: mean or missing: drop")
    return columns


def filled(columns, target):
    """The columns, with the mean or the most frequent value for cells without one."""
    return [column.filled() for column in labelled(columns, target)]


def dropped(columns, target):
    """The columns, without the rows that have a cell without a value."""
    kept = ~np.any([column.missing for column in columns], axis=0)
    if not kept.any():
        raise ValueError("no row has a value in every column; write missing: mean")
    return [column._replace(codes=column.codes[kept]) for column in columns]


def labelled(columns, target):
    """The columns; `ValueError` if a row has no label."""
    name, missing = columns[target].name, columns[target].missing
    if missing.any():
        where = f"row {missing.argmax()} has no label in column '{name}'"
        raise ValueError(f"{where}; write it in, or leave such rows out by missing: drop")
    return columns


WITHOUT_MISSING = {"refuse": refused, "mean": filled, "drop": dropped}


def columns_of(path):
    """The columns of a file, read as its suffix says."""
    readers = dict(zip(SUFFIXES, (from_csv, from_arff, from_parquet), strict=True))
    columns = readers[Path(path).suffix.lower()](content(path))
    names = [column.name for column in columns]
    if "" in names:
        where = f"column {names.index('') + 1} of {len(names)}"
        raise ValueError(f"{where} has no name; name it, or take it out of the file")
    for name, times in Counter(names).items():
        if times > 1:
            raise ValueError(f"{times} columns are called '{name}'; give each its own name")
    if not columns or not len(columns[0].codes):
        raise ValueError("it has no rows; a table needs a header and rows below it")
    return columns


def content(path):
    """The bytes of a file."""
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        raise ValueError("this is a directory; give the path of a file")
    if not os.path.isdir(folder):
        raise ValueError("there is no such folder; paths begin at the scenario file")
    if not os.path.isfile(path):
        near = [file for file in os.listdir(folder) if file.lower().endswith(SUFFIXES)]
        told = f"; {guess(name, near)}" if near else ", nor any table beside where it should be"
        raise ValueError(f"there is no such file{told}")
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
    """The columns of a CSV file with a header; those that hold words are nominal."""
    text = decoded(data)
    try:
        names = next(filter(None, csv.reader(io.StringIO(text, newline=""))), [])
    except csv.Error as error:
        raise ValueError(f"its header will not do ({error}); name its columns there") from None
    return list(map(text_column, map(str.strip, names), cells(text, len(names), header=1)))


def from_arff(data):
    """The columns of an ARFF file; those declared by their values, and strings, are nominal."""
    header, *body = re.split(r"(?im)^[ \t]*@data\b.*$", decoded(data), maxsplit=1)
    if not body:
        raise ValueError("there is no line @data; the rows of an ARFF file follow it")
    lines = [line.strip() for line in header.split("\n")]
    readers = [attribute(line) for line in lines if not re.match("(?i)$|%|@relation", line)]
    rows = re.sub(r"(?m)^[ \t]*(%.*)?$", "", body[0])
    if re.search(r"(?m)^[ \t]*\{", rows):
        raise ValueError("its rows are sparse, {…}; write every value of a row, between commas")
    rows = re.sub(r"(?m)(^|,)[ \t]+(?=['\"])", r"\1", rows)
    quote = "'" if re.search(r"(?m)(^|,)'", rows) else '"'
    columns = cells(rows, len(readers), quote, escape_char="\\", double_quote=False)
    return [read(column) for read, column in zip(readers, columns, strict=True)]


def attribute(line):
    """What makes a column of cells, for a line `@attribute` of an ARFF file."""
    found = re.match(rf"(?i)@attribute\s+({QUOTED}|[^\s{{'\"][^\s{{]*)\s*(.+)$", line)
    if not found:
        raise ValueError(f"{short(line)} will not do in its header; write @attribute name numeric")
    name, kind = unquoted(found[1]), found[2]
    if kind.startswith("{") and "}" in kind:
        values = re.findall(rf"{QUOTED}|[^\s,'\"][^,]*", kind[1 : kind.rindex("}")])
        return partial(declared_column, name, [unquoted(value.strip()) for value in values])
    kinds = dict.fromkeys(["numeric", "real", "integer"], number_column) | {"string": word_column}
    if kind.split()[0].lower() not in kinds:
        known = "numeric, real, integer, string or {its values}"
        raise ValueError(f"the attribute '{name}' is of type {short(kind)}; it should be {known}")
    return partial(kinds[kind.split()[0].lower()], name)


def unquoted(word):
    """A name or value of the header of an ARFF file, without its quotes."""
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word[0] in "'\"" else word


def from_parquet(data):
    """The columns of a Parquet file; those that hold words or truths are nominal."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(pa.BufferReader(data)).read()
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"the file cannot be read as Parquet ({error}); write it anew") from None
    index = re.compile(r"__index_level_\d+__")  # row labels, which pandas writes beside the columns
    names = [name for name in table.column_names if not index.fullmatch(name)]
    kept = [j for j, name in enumerate(table.column_names) if not index.fullmatch(name)]
    return [typed(name, table.column(j)) for name, j in zip(names, kept, strict=True)]


def cells(text, width, quote='"', header=0, **dialect):
    """The cells of comma-separated rows below `header` rows, column by column, as text."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    if not text.strip() or not width:
        return [pa.array([], pa.string())] * width
    data, names, ragged = text.encode(), [str(j) for j in range(width)], []
    block = min(len(data) + 1, 2**31 - 1)  # bytes: all at once, so that no row straddles two
    reading = arrow.ReadOptions(use_threads=False, block_size=block, column_names=names)
    parsing = arrow.ParseOptions(quote_char=quote, newlines_in_values=True, **dialect)
    parsing.invalid_row_handler = lambda row: ragged.append(row) or "skip"
    converting = arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    table = arrow.read_csv(pa.BufferReader(data), reading, parsing, converting)
    for row in ragged:
        where = f"row {row.number - 1 - header} has {row.actual_columns} cells"
        raise ValueError(f"{where} in {width} columns; give it one a column")
    if "\n" in table[width - 1][-1].as_py() and not text.rstrip().endswith(quote):
        raise ValueError(f"the quote that opens in row {len(table) - 1 - header} should be closed")
    return [column.slice(header) for column in table.columns]


def typed(name, column):
    """A column of an Arrow array, by its type."""
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_boolean(column.type) or types.is_large_string(column.type):
        column = column.cast("string")
    if types.is_string(column.type):
        return text_column(name, column)
    numbers = types.is_integer, types.is_floating, types.is_decimal, types.is_null
    if any(holds(column.type) for holds in numbers):
        return Column(name, floats(column))
    raise ValueError(
        f"column '{name}' is of {column.type}; it should hold numbers, truths or words"
    )


def text_column(name, column):
    """A column of text: of numbers if all cells are, else of words."""
    try:
        return Column(name, floats(present(column)))
    except ValueError:
        return word_column(name, column)


def number_column(name, column):
    """A column of text that should hold numbers."""
    _, codes, values = found = text_column(name, column)
    if values is None:
        return found
    firsts = sorted(np.unique(codes, return_index=True)[1].tolist())
    row = next(row for row in firsts if text_column(name, column.slice(row, 1)).values)
    given = short(column[row].as_py())
    raise ValueError(f"row {row} has {given} in column '{name}', which should hold numbers")


def word_column(name, column):
    """A column of text that holds words, coded in their order."""
    words = present(column).unique().drop_null().to_pylist()
    return declared_column(name, in_order(words), column)


def declared_column(name, values, column):
    """A column of text that should hold some of these values, coded in their order."""
    import pyarrow as pa
    from pyarrow import compute

    trimmed = compute.utf8_trim_whitespace(column)
    codes = floats(compute.index_in(trimmed, value_set=pa.array(values, pa.string())))
    strays = np.isnan(codes) & np.asarray(present(column).is_valid())
    if strays.any():
        given = column[int(strays.argmax())].as_py()
        where = f"row {strays.argmax()} has {short(given)} in column '{name}'"
        raise ValueError(f"{where}, which does not declare it; {guess(given, values)}")
    return Column(name, codes, tuple(values))


def present(column):
    """A column of text, trimmed, with null where a cell has no value."""
    import pyarrow as pa
    from pyarrow import compute

    trimmed = compute.utf8_trim_whitespace(column)
    missing = compute.is_in(trimmed, value_set=pa.array(MISSING))
    return compute.if_else(missing, pa.scalar(None, pa.string()), trimmed)


def floats(column):
    """An Arrow array as numbers (n,), NaN for null; `ValueError` if a cell holds none."""
    return np.asarray(column.cast("float64", safe=False))


def in_order(words):
    """Words sorted: as numbers if all of them are."""
    words = list(words)
    try:
        return sorted(words, key=float)
    except ValueError:
        return sorted(words)
