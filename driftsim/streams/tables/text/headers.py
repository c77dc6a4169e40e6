"""Headers: whether the first line of a text names its columns, and what it names them."""

import re

from driftsim.messages import short
from driftsim.streams.tables.cells import ALWAYS_MISSING, MISSING

NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
MOMENT = re.compile(r"\d{1,4}[-/.:]\d{1,2}([-/.:]\d{1,4})?([T ].*)?")  # a date or a time
FRACTION = re.compile(r"[+-]?\d*[.,]\d+([eE][+-]?\d+)?")
NUMERIC = 0.9  # of the cells of a column of numbers
EITHER = "write header: true if it names the columns, or header: false if it is a row"


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first of some rows names the columns; `ValueError` if that is not plain.

    It does if it has words above numbers, and does not if it has numbers above numbers. Words
    above words are names, unless most of them are found in their own columns again.
    """
    first, below = [cell.strip() for cell in rows[0]], rows[1:]
    columns = [{row[j].strip() for row in below if j < len(row)} for j in range(len(first))]
    columns = [cells.difference(ALWAYS_MISSING, MISSING) for cells in columns]
    pairs = [(c, cells) for c, cells in zip(first, columns, strict=True) if cells and c.strip("?")]
    numbers = [cell for cell, cells in pairs if NUMBER.fullmatch(cell) and numeric(cells)]
    names = [c for c, cells in pairs if numeric(cells) and not NUMBER.fullmatch(c)]
    names = [name for name in names if name not in MISSING]
    others = [(c, cells) for c, cells in pairs if not numeric(cells)]
    again = [c in cells or bool(MOMENT.fullmatch(c) and moments(cells)) for c, cells in others]
    if consecutive(numbers) or whole_above_fractions(pairs):
        if names:
            return True
        raise ValueError(f"its first line holds {short(numbers[0])}, a number or a name; {EITHER}")
    if names and numbers:
        about = f"holds {short(names[0])} and {short(numbers[0])}, both above numbers"
        raise ValueError(f"its first line {about}; {EITHER}")
    if names or not (numbers or any(again)):
        return True
    if sum(again) >= (0.5 if numbers else 0.75) * len(others):
        return False
    if not all(map(str.isdecimal, numbers)):  # no names are like 5.1
        return False
    word = others[again.index(False)][0]
    raise ValueError(f"its first line holds {short(word)}, above words; {EITHER}")


def numeric(cells):
    """Whether these are the cells of a column of numbers."""
    return sum(map(bool, map(NUMBER.fullmatch, cells))) >= NUMERIC * len(cells)


def moments(cells):
    """Whether these are the cells of a column of dates or times."""
    return all(map(MOMENT.fullmatch, cells))


def consecutive(numbers):
    """Whether these are whole numbers, each one more than the last, as unnamed columns or years."""
    if len(numbers) < 2 or not all(map(str.isdecimal, numbers)):
        return False
    values = [*map(int, numbers)]
    usual = len(numbers) > 2 or values[0] in (0, 1) or values[0] >= 1900
    return usual and values == [*range(values[0], values[0] + len(values))]


def whole_above_fractions(pairs):
    """Whether whole numbers are above fractions only, and no fraction is in the first line."""
    fractions = [(c, all(map(FRACTION.fullmatch, cells))) for c, cells in pairs if numeric(cells)]
    return any(all_below and c.isdecimal() for c, all_below in fractions) and not any(
        FRACTION.fullmatch(c) for c, _ in fractions
    )
