"""Cells: whether the text of a column is numbers or words, and which cells are missing."""

from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from driftsim.messages import guess, short
from driftsim.streams.tables.columns import BadCell, Column, in_order
from driftsim.streams.tables.typed import (
    categories,
    distinct_of,
    floats,
    holds_numbers,
    holds_text,
    holds_times,
    plain,
    seconds,
)

ALWAYS_MISSING = ("", "?")  # cells without a value in every table
MISSING = (  # the markers of pandas
    *("#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)
NEARLY = 0.95  # of the cells of a column, or of its distinct ones: a column of numbers
ALONE = 4  # cells, of which one may be no number, in a column of numbers
MANY = 20  # distinct cells: more are more likely numbers in another notation than words
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
READ = rf"^(?:{NUMBER}|[+-]?(?i:inf|infinity|nan))$"  # what is parsed as a number
NOTATIONS = {  # what people, but not float(), read as a number
    "a comma in it": r"^[+-]?(\d*,\d+|\d{1,3}([,.]\d{3})+[.,]\d+|\d{1,3}(,\d{3})+)$",
    "blanks or apostrophes in it": r"^[+-]?\d{1,3}([ '’\x{a0}\x{202f}]\d{3})+([.,]\d+)?$",
    "a percent sign": r"^[+-]?\d*[.,]?\d+\s*[%‰]$",
    "a sign of a currency": r"^[+-]?\p{Sc}\s*[+-]?[\d.,]*\d$|^[+-]?[\d.,]*\d\s*\p{Sc}$",
    "quotes around it": rf"^['\"‘’“”]{NUMBER}['\"‘’“”]$",
    "another dash than the minus sign": r"^[−–‒]\d*[.,]?\d+$",
    "brackets around it": r"^\([\d.,]*\d\)$",
    "a D before its exponent": r"^[+-]?(\d+\.?\d*|\.\d+)[dD][+-]?\d+$",
    "a sign before it": r"^[<>≤≥~≈]=?\s*[+-]?\d*[.,]?\d+$",
}
UNIT = rf"^{NUMBER}\s*(?P<unit>[\p{{L}}°][\p{{L}}°/²³]*)$"


WAYS_OUT = (
    "correct it; or list it under missing_values (instead of the usual markers) if it means that "
    "there is no value; or write nominal: [NAME] if the column holds words"
)
PLAINLY = "write numbers plainly in the file, such as 1234{}5, or nominal: [NAME] if they are words"


class Reading(NamedTuple):
    """How the cells of a table are read."""

    missing: tuple[str, ...] = MISSING  # cells without a value
    nominal: tuple[str, ...] = ()  # columns that hold words, even where they look like numbers
    numbers: tuple[str, ...] = ()  # columns that hold numbers
    decimal: str = "."  # sign in the numbers of the file, of which messages give an example

    def typed(self, name: str, column) -> Column:
        """A column of an Arrow array, by its type."""
        column = plain(column)
        if holds_times(column.type):
            return Column(name, seconds(column))
        if (words := categories(column)) is not None:
            return self.declared(name, words, column.cast("string"))
        if holds_text(column.type):
            return self.text(name, column)
        if holds_numbers(column.type):
            return self.numeric(name, column)
        raise ValueError(
            f"column '{name}' is of {column.type}; it should hold numbers, words, truths or times; "
            f"write drop: [{yaml_name(name)}]"
        )

    def text(self, name: str, column) -> Column:
        """A column of text: of numbers if all cells are numbers, else of words.

        Raises `BadCell` for a cell that is no number in a column that should hold numbers: one
        that is listed, or whose other cells nearly all are; but never in a nominal column.
        """
        distinct, place = distinct_of(column)
        cells = self.present(distinct)
        try:
            found = self.numeric(name, self.ungrouped(name, cells, len(column)))
        except ValueError:
            values = self.words(name, counted(cells, place))
            return self._coded(name, values, distinct, place)
        return found._replace(codes=np.append(found.codes, np.nan)[place])

    def words(self, name: str, cells: "Counted") -> list[str]:
        """The words of a column of text that is not all numbers, in order; raises `BadCell`."""
        if name not in self.nominal:
            refuse_strays(name, cells, name in self.numbers, self.decimal)
        return in_order(cells.distinct.to_pylist())

    def ungrouped(self, name: str, distinct, rows: int, decimal: str = "."):
        """The distinct cells of a column of so many rows, as plain numbers if they have thousands.

        They are as they were in a nominal column, and where they are so few that they may be words.
        """
        few = is_few(len(distinct) - distinct.null_count, rows) and name not in self.numbers
        return distinct if few or name in self.nominal else without_thousands(distinct, decimal)

    def number(self, name: str, column) -> Column:
        """A column of text that should hold numbers."""
        return self._replace(numbers=(name,)).text(name, column)

    def declared(self, name: str, values: list[str], column) -> Column:
        """A column of text that should hold some of these values, coded in their order."""
        return self._coded(name, values, *distinct_of(column))

    def _coded(self, name, values, distinct, place):
        import pyarrow as pa
        from pyarrow import compute

        trimmed = compute.utf8_trim_whitespace(distinct)
        codes = floats(compute.index_in(trimmed, value_set=pa.array(values, pa.string())))
        own = pa.array([word for word in self.missing if word not in MISSING], pa.string())
        codes[np.asarray(compute.is_in(trimmed, value_set=own))] = np.nan
        strays = np.isnan(codes) & np.asarray(self.present(distinct).is_valid())
        if strays.any():
            row = np.append(strays, False)[place].argmax()
            given = trimmed[int(place[row])].as_py()
            about = f"has {short(given)} in column '{name}', which does not declare it"
            raise BadCell(row, f"{about}; {guess(given, values)}")
        return Column(name, np.append(codes, np.nan)[place], tuple(values))

    def present(self, column):
        """A column of text, trimmed, with null where a cell has no value."""
        import pyarrow as pa
        from pyarrow import compute

        trimmed = compute.utf8_trim_whitespace(column)
        missing = compute.is_in(trimmed, value_set=pa.array([*ALWAYS_MISSING, *self.missing]))
        return compute.if_else(missing, pa.scalar(None, pa.string()), trimmed)

    def numeric(self, name, column):
        """A column of numbers; `ValueError` if a cell holds none."""
        codes = floats(column)
        for marker in filter(is_number, self.missing):
            codes = np.where(codes == float(marker), np.nan, codes)
        return Column(name, codes)


class Counted(NamedTuple):
    """The distinct cells of a column of text that have a value."""

    distinct: Any  # an Arrow array of text
    counts: np.ndarray  # how often each of them occurs
    row: Callable[[str], int]  # the first one that holds a text


def counted(cells, place: np.ndarray) -> Counted:
    """The distinct cells of a column of text: row i holds cell `place[i]`, or none if beyond."""
    times = np.bincount(place, minlength=len(cells) + 1)
    distinct, same = distinct_of(cells)
    counts = np.bincount(same, times[:-1], len(distinct) + 1)[: len(distinct)].astype(np.int64)

    def row(word):
        return int((np.append(same, -1)[place] == distinct.index(word).as_py()).argmax())

    return Counted(distinct, counts, row)


def is_few(distinct: int, cells: int) -> bool:
    """Whether so few distinct cells are more likely words than numbers in another notation."""
    return distinct <= MANY and 2 * distinct <= cells


def without_thousands(cells, decimal: str):
    """Cells of text, as numbers with a decimal point where all of them are numbers with thousands.

    That is 1,234.5, or with a decimal comma 1.234,5. One at least must have several separators, or
    one and a fraction, since 1,234 alone may be either; others are less than a thousand.
    """
    from pyarrow import compute

    group, point = ("\\.", ",") if decimal == "," else (",", "\\.")
    small, grouped = r"^[+-]?\d{1,3}", rf"^[+-]?\d{{1,3}}({group}\d{{3}})+"
    known = cells.drop_null()
    valid = matching(known, rf"{small}({point}\d+)?$|{grouped}({point}\d+)?$")
    clear = matching(known, rf"{grouped}({point}\d+|{group}\d{{3}})$")
    if not (valid.all() and clear.any()):
        return cells
    plain = compute.replace_substring(cells, group[-1], "")
    return compute.replace_substring(plain, decimal, ".")


def refuse_strays(name, cells, required, decimal="."):
    """Raises `BadCell` for a column of text that is not all numbers, but should be.

    It should be where numbers are required, and where people would read it as numbers.
    """
    distinct, counts, row = cells
    read = matching(distinct, READ)
    if required or nearly_all(read, counts):
        given, n = distinct[int((~read).argmax())].as_py(), counts[read].sum()
        others = f"where {n:,} of {counts.sum():,} cells are numbers"
        why = "which should hold numbers" if required else others
        raise bad_cell(name, row, given, f", {why}; {WAYS_OUT}")
    if is_few(len(distinct), counts.sum()):
        return
    written = {what: matching(distinct, form) & ~read for what, form in NOTATIONS.items()}
    written["a unit"] = with_unit(distinct) & ~read
    numbers = reduce(np.logical_or, written.values(), read)
    if numbers.all() or nearly_all(numbers, counts):
        what = next(what for what, found in written.items() if found.any())
        given = distinct[int(written[what].argmax())].as_py()
        raise bad_cell(name, row, given, f", a number with {what}; {PLAINLY.format(decimal)}")


def bad_cell(name, row, given, about):
    """The error about the first cell of a column that holds this."""
    about = about.replace("NAME", yaml_name(name))
    return BadCell(row(given), f"has {short(given)} in column '{name}'{about}")


def yaml_name(name):
    """The name of a column as YAML has it."""
    simple = name.isidentifier() and name.lower() not in ("null", "true", "false")
    quoted = name.replace("'", "''")
    return name if simple else f"'{quoted}'"


def nearly_all(numbers, counts):
    """Whether so many cells of a column are numbers that the others must be mistakes."""
    strays, total = counts[~numbers].sum(), counts.sum()
    few = strays <= (1 - NEARLY) * total or (~numbers).sum() <= (1 - NEARLY) * len(numbers)
    return 0 < strays < total and (few or (strays == 1 and total >= ALONE))


def matching(cells, pattern):
    """(n,) whether cells match a pattern."""
    from pyarrow import compute

    return np.asarray(compute.match_substring_regex(cells, pattern))


def with_unit(cells):
    """(n,) whether cells are numbers with a unit, which is the same for all that have one."""
    from pyarrow import compute

    units = compute.struct_field(compute.extract_regex(cells, UNIT), "unit")
    return np.asarray(units.is_valid()) & (len(units.drop_null().unique()) == 1)


def is_number(word: str) -> bool:
    """Whether a text is a number, infinite or not; "nan" is none."""
    try:
        return not np.isnan(float(word))
    except ValueError:
        return False
