"""LIBSVM: rows of a label and `place:number` pairs, as read by scikit-learn."""

import io
import re

from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.sheets import Sheet

LINE = re.compile(r"\s*[^\s:,;]+(\s+(qid|\d+):[^\s:,]+)+\s*(#.*)?")
MOST_CELLS = 200_000_000  # of the table that the pairs stand for


def is_libsvm(start: str) -> bool:
    """Whether a text that starts like this is of this format."""
    lines = [line for line in start.splitlines() if line.strip() and line[0] != "#"]
    return bool(lines) and all(map(LINE.fullmatch, lines[:20]))


def from_libsvm(text: bytes) -> Sheet:
    """The columns x1, x2, … of numbers, 0 where a row does not list them, and the labels y."""
    import pyarrow as pa
    from sklearn.datasets import load_svmlight_file

    try:
        X, y = load_svmlight_file(io.BytesIO(text))
    except ValueError as error:
        raise ValueError(f"it cannot be read as LIBSVM ({error}); write it again") from None
    rows, width = X.shape
    if rows * width > MOST_CELLS:
        raise ValueError(f"it has {rows:,} rows of {width:,} columns, which do not fit into memory")
    names = [*(f"x{j + 1}" for j in range(width)), "y"]
    cells = [pa.array(column) for column in (*X.toarray().T.copy(), y)]
    notes = ("guessed: rows of LIBSVM; columns that a row does not list are 0",)
    return Sheet(names, cells, [Reading.typed] * len(names), None, notes)
