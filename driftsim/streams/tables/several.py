"""Several files: those that make up one table, below one another or beside one another."""

import os
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from glob import glob, has_magic
from itertools import accumulate
from typing import NamedTuple

from driftsim.messages import short
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.files import content, is_table, sheet_of
from driftsim.streams.tables.sheets import Rows, Sheet
from driftsim.streams.tables.text.form import Given
from driftsim.streams.tables.typed import holds_numbers, holds_text, plain


class StackedRows(NamedTuple):
    """Where the rows of several files stand, one file below the other."""

    names: list[str]  # of the files
    ends: list[int]  # the rows up to the end of each
    rows: list[Rows | None]

    def where(self, row: int) -> str:
        """The file, and the line or the row in it."""
        file = bisect_right(self.ends, row)
        inside = row - (self.ends[file - 1] if file else 0)
        rows = self.rows[file]
        return f"{self.names[file]}, {(rows and rows.where(inside)) or f'row {inside}'}"


def named_files(path: str) -> list[str]:
    """The files that a pattern such as `2023-*.csv` matches, sorted as people number them."""
    if os.path.isdir(path):
        return parts_of(path)
    if not has_magic(path) or os.path.exists(path):
        return [path]
    found = glob(path)
    if not found:
        raise ValueError(f"no file is called like {short(os.path.basename(path))}")
    return sorted(found, key=natural)


def parts_of(folder: str) -> list[str]:
    """The tables in a folder, sorted as people number them; `ValueError` unless of one kind."""
    names = [name for name in os.listdir(folder) if is_table(name) and name[0] not in "._"]
    kinds = sorted({os.path.splitext(name)[1].lower() for name in names})
    if len(kinds) > 1:
        one = f"{short(os.path.basename(folder))} holds files that end in {' and '.join(kinds)}"
        raise ValueError(f"{one}; give a pattern, such as {os.path.basename(folder)}/*{kinds[-1]}")
    return [os.path.join(folder, name) for name in sorted(names, key=natural)] or [folder]


def natural(name: str) -> list:
    """A key by which `part2` comes before `part10`."""
    return [(int(one), "") if one.isdecimal() else (-1, one) for one in re.split(r"(\d+)", name)]


def table_of(files: Sequence[str], labels: str | None, target: str | None, given: Given) -> Sheet:
    """The cells of several files in order, and beside them the labels of another file.

    Raises `ValueError`, which names the file if there are several.
    """
    sheet = stacked(files, given) if len(files) > 1 else read(files[0], given)
    if labels is None:
        return sheet
    beside = about(labels, read, labels, given._replace(alone=True))
    notes = tuple(f"{os.path.basename(labels)}: {note}" for note in beside.notes)
    return about(labels, with_labels, sheet, beside._replace(notes=notes), target)


def read(path, given):
    """The cells of a file."""
    return sheet_of(path, content(path), given)


def about(path, function, *values):
    """What a function gives; a `ValueError` of it names the file."""
    try:
        return function(*values)
    except ValueError as error:
        raise ValueError(f"{os.path.basename(path)}: {error}") from None


def stacked(files, given):
    """The cells of several files, one below the other: their columns have the same names."""
    sheets = [about(path, read, path, given) for path in files]
    names = sheets[0].names
    for path, sheet in zip(files, sheets, strict=True):
        about(path, refuse_others, names, sheet.names, os.path.basename(files[0]))
    sheets = [sheet.at(map(sheet.names.index, names)) for sheet in sheets]
    columns = [*zip(*(sheet.cells for sheet in sheets), strict=True)]
    mixed = {name for name, parts in zip(names, columns, strict=True) if partly_text(parts)}
    if mixed - given.texts:
        return stacked(files, given._replace(texts=given.texts | mixed))
    rows = StackedRows(
        [*map(os.path.basename, files)],
        [*accumulate(len(sheet.cells[0]) for sheet in sheets)],
        [sheet.rows for sheet in sheets],
    )
    return Sheet(
        names,
        [*map(joined, names, columns)],
        [reader_of(readers) for readers in zip(*(sheet.readers for sheet in sheets), strict=True)],
        rows,
        tuple(f"{n}: {note}" for n, s in zip(rows.names, sheets, strict=True) for note in s.notes),
    )


def refuse_others(names, others, first):
    """Raise `ValueError` if the columns of a file are not called like those of the first."""
    missing = [name for name in names if name not in others]
    more = [name for name in others if name not in names]
    lacks = f"it lacks the column {short(missing[0])}, which {first} has" if missing else ""
    holds = f"it has a column {short(more[0])}, which {first} does not have" if more else ""
    if lacks or holds:
        raise ValueError(f"{'; '.join(filter(None, (lacks, holds)))}; give files of one table")


def partly_text(parts):
    """Whether some parts of a column are text, and others not."""
    texts = [holds_text(part.type) for part in parts]
    return any(texts) and not all(texts)


def joined(name, parts):
    """Parts of a column as one Arrow array."""
    import pyarrow as pa

    parts = [*map(plain, parts)]
    if len({str(part.type) for part in parts}) > 1:
        for wanted, holds in (("string", partly_text), ("float64", are_numbers)):
            if holds(parts):
                parts = [part.cast(wanted, safe=False) for part in parts]
                break
        else:
            kinds = " and ".join(sorted({str(part.type) for part in parts}))
            raise ValueError(f"column '{name}' is of {kinds} in different files; write one type")
    arrays = [one for part in parts for one in (part.chunks if hasattr(part, "chunks") else [part])]
    return pa.chunked_array(arrays, parts[0].type)


def are_numbers(parts):
    """Whether all parts of a column are numbers."""
    return all(holds_numbers(part.type) for part in parts)


def reader_of(readers):
    """How the parts of a column are read: as the part with a reader of its own is, if one is."""
    plainly = Reading.text, Reading.typed
    own = [one for one in readers if one not in plainly]
    return own[0] if own else Reading.text if Reading.text in readers else Reading.typed


def with_labels(sheet, labels, target):
    """A sheet with a column of labels from another, row by row, as its last."""
    names, rows, n = labels.names, len(sheet.cells[0]), len(labels.cells[0])
    if n != rows:
        raise ValueError(
            f"it has {n:,} rows, and the table {rows:,}; give a label for each, in order, and "
            "write header: true or false if a first row is a header or is none"
        )
    if len(names) > 1 and target not in names:
        raise ValueError(f"it has several columns; write target: and one of {', '.join(names)}")
    j = names.index(target) if len(names) > 1 else 0
    taken = names[j] in sheet.names
    name = (target if target and target not in sheet.names else "label") if taken else names[j]
    return sheet._replace(
        names=[*sheet.names, name],
        cells=[*sheet.cells, labels.cells[j]],
        readers=[*sheet.readers, partial(read_beside, labels, j)],
        notes=(*sheet.notes, *labels.notes),
    )


def read_beside(labels, j, reading, name, cells):
    """The column of labels; `ValueError` names the line of its own file."""
    with labels.naming_lines():
        return labels.readers[j](reading, name, cells)
