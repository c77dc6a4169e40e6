"""Files: the tables at a path, by their suffix."""

import os
from collections import Counter
from pathlib import Path

from driftsim.messages import guess
from driftsim.streams.tables.arff import from_arff
from driftsim.streams.tables.arrow_files import from_parquet
from driftsim.streams.tables.delimited import from_csv
from driftsim.streams.tables.sheets import Sheet

SUFFIXES = (".csv", ".arff", ".parquet")


def sheet_of(path: str, data: bytes) -> Sheet:
    """The cells in the bytes of a file, by its suffix."""
    readers = dict(zip(SUFFIXES, (from_csv, from_arff, from_parquet), strict=True))
    return checked(readers[Path(path).suffix.lower()](data))


def checked(sheet: Sheet) -> Sheet:
    """A sheet that has rows, and a name of its own for each column; else `ValueError`."""
    names = sheet.names
    if "" in names:
        where = f"column {names.index('') + 1} of {len(names)}"
        raise ValueError(f"{where} has no name; name it, or take it out of the file")
    for name, times in Counter(names).items():
        if times > 1:
            raise ValueError(f"{times} columns are called '{name}'; give each its own name")
    if not names or not len(sheet.cells[0]):
        raise ValueError("it has no rows; a table needs a header and rows below it")
    return sheet


def content(path: str) -> bytes:
    """The bytes of a table; `ValueError` if it cannot be read."""
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        raise ValueError("this is a directory; give the path of a file")
    if not os.path.isdir(folder):
        raise ValueError("there is no such folder; paths begin at the scenario file")
    if not os.path.isfile(path):
        near = [file for file in os.listdir(folder) if file.lower().endswith(SUFFIXES)]
        advice = guess(name, near) if near else "there is no other table in its folder"
        raise ValueError(f"there is no such file; {advice}")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"the file cannot be read ({error.strerror}); make it readable") from None
