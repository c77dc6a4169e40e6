"""Files: the tables at a path, by their suffix."""

import os
from collections import Counter
from pathlib import Path

from driftsim.files import is_file, local
from driftsim.messages import guess
from driftsim.streams.tables.arrays import from_numpy
from driftsim.streams.tables.arrow_files import from_arrow, from_parquet
from driftsim.streams.tables.packed import ENDINGS, unpacked, unpacked_name
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.text.arff import from_arff
from driftsim.streams.tables.text.delimited import from_delimited
from driftsim.streams.tables.text.form import Given

TEXTS = (".csv", ".tsv", ".txt", ".dat", ".data", ".tab", ".svm", ".libsvm")
TYPED = {
    **dict.fromkeys([".parquet"], from_parquet),
    **dict.fromkeys([".feather", ".arrow", ".ipc"], from_arrow),
    **dict.fromkeys([".npy", ".npz"], from_numpy),
}
SUFFIXES = (*TEXTS, ".arff", *TYPED)


def sheet_of(path: str, data: bytes, given: Given = Given()) -> Sheet:
    """The cells in the bytes of a file, by its suffix, unpacked where it is packed."""
    name, data = unpacked(path, data, SUFFIXES)
    suffix = Path(name).suffix.lower()
    if suffix in TYPED:
        return checked(TYPED[suffix](data))
    return checked((from_arff if suffix == ".arff" else from_delimited)(data, given))


def is_table(path: str) -> bool:
    """Whether a file has the name of a table, packed or not."""
    name = path.lower()
    return Path(unpacked_name(name)).suffix in SUFFIXES or name.endswith(ENDINGS)


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
    if not is_file(path):
        raise ValueError(absence(path))
    try:
        return Path(local(path)).read_bytes()
    except OSError as error:
        raise ValueError(f"the file cannot be read ({error.strerror}); make it readable") from None


def absence(path: str) -> str:
    """Why there is no file at a path, and what would be right."""
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        return "this is a directory; give the path of a file"
    if not os.path.isdir(folder):
        return "there is no such folder; paths begin at the scenario file"
    near = [file for file in os.listdir(folder) if is_table(file)]
    advice = guess(name, near) if near else "there is no other table in its folder"
    return f"there is no such file; {advice}"
