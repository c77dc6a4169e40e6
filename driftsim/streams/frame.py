"""Frames: recorded concepts in tables that Python holds."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_serializer

from driftsim.messages import ScenarioError, line
from driftsim.parts import Adapter, build
from driftsim.streams.column_lines import table_lines
from driftsim.streams.inspection import inspected
from driftsim.streams.table import Table
from driftsim.streams.tables.arrow_files import sheet_of_arrow
from driftsim.streams.tables.columns import labels_of
from driftsim.streams.tables.files import checked
from driftsim.streams.tables.frames import cells_of, is_frame
from driftsim.streams.tables.sheets import Sheet

FIRST, WIDTH = 100_000, 80  # rows that are looked at to print it, and characters of a line
OF_FILES = ("labels", "separator", "decimal", "quote", "encoding", "header")  # keys


class Frame(Adapter, Table):
    """A table that Python holds: a row of it is a row of the stream."""

    path: str  # what it is, in words
    cells: Any = Field(exclude=True)

    @classmethod
    def made(cls, source: Any, target: Any = None, **keys: Any) -> "Frame":
        """That of a DataFrame or the like, with the keys of a table; raises `ValueError`."""
        cells, name = cells_of(source, target)
        made = cls(path=cells.place, cells=cells, target=name, **keys)
        made.selected(made.sheet().names)
        return made

    def __repr__(self) -> str:
        first = self.cells._replace(table=self.cells.table.slice(0, FIRST))
        title = f"driftsim.Table of {self.path}"
        try:
            record = self.model_copy(update={"cells": first}).record()
        except ValueError as error:
            return f"{title}: {error}"
        target = [column.name for column in record.columns].index(record.target)
        labels = record.columns[target]
        whole = self.task == "classification" and not (labels.codes % 1).any()
        facts = inspected(record.columns, target, labels.values is not None or whole)
        bare = [one._replace(remarks=()) for one in facts]
        about = f", of which the first {FIRST:,}" if len(self.cells.table) > FIRST else ""
        return "\n".join([f"{title}{about}:", *table_lines(bare, target, WIDTH)])

    @classmethod
    def takes(cls, value):
        return is_frame(value)

    @classmethod
    def of(cls, value):
        raise ValueError("this is a table; write driftsim.Table(…, target=…) around it")

    @property
    def files(self):
        return []

    @property
    def declares_words(self):
        return False

    def hashes(self):
        return {}

    def sheet(self) -> Sheet:
        return checked(sheet_of_arrow(self.cells.table))

    def labels_of(self, column):
        if self.task == "regression":
            return super().labels_of(column)
        asked = f'driftsim.Table(…, target={column.name!r}, task="regression")'
        return labels_of(column, f"write {asked}, or nominal=[{column.name!r}]")

    @field_validator("path", *OF_FILES)
    @classmethod
    def _resolved(cls, given, info):
        if info.field_name != "path" and given is not None:
            raise ValueError("this key is for files; leave it out")
        return given

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        fields = {name: one for name, one in dump(build(self)).items() if name not in OF_FILES}
        return {"kind": "table", "path": fields.pop("path"), "content": self.cells.key, **fields}


def table(source: Any, target: Any = None, **keys: Any) -> Table:
    """Recorded rows for a scenario: those of a file, or of what Python holds as a table.

    `source` is a path, a DataFrame of pandas or polars, a table of Arrow, a dict of columns, or an
    array of numpy (n, d), with d features or a column of its own for the labels. `target` is the
    name of the column of labels, by default the last, or the labels themselves (n,). `keys` are
    those that a table has in a scenario file. The cells are copied: later changes have no effect.
    Raises `ScenarioError`.
    """
    try:
        if isinstance(source, str | Path):
            return Table(path=str(source), target=target, **keys)
        return Frame.made(source, target, **keys)
    except ValidationError as error:
        faults = [": ".join([*map(str, one["loc"]), one["msg"]]) for one in error.errors()]
        raise ScenarioError("\n".join(line(f"driftsim.Table: {one}") for one in faults)) from None
    except ValueError as error:
        raise ScenarioError(line(f"driftsim.Table: {error}")) from None
