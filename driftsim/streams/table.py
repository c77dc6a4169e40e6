"""Tables: recorded concepts in a user's own files."""

import os.path
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from driftsim.files import content_hash
from driftsim.messages import guess, short
from driftsim.streams.recorded import Recorded
from driftsim.streams.tables.cells import MISSING, Reading
from driftsim.streams.tables.columns import WITHOUT_MISSING, finite, labels_of, numbers_of
from driftsim.streams.tables.files import SUFFIXES, content, sheet_of
from driftsim.streams.tables.sheets import Sheet


class Table(Recorded):
    """A table in a CSV, ARFF or Parquet file: a row of the file is a row of the stream."""

    renamed_values = {"task": {"classes": "classification", "numbers": "regression"}}

    path: str  # from the folder of the scenario file
    target: str | None = None  # the column of labels; the last where not given
    task: Literal["classification", "regression"] = "classification"
    missing: Literal["refuse", "mean", "drop"] = "refuse"
    missing_values: list[str] = list(MISSING)  # cells without a value, besides empty ones and ?
    nominal: list[str] = []  # columns of words, even where they look like numbers

    @property
    def files(self):
        """The path of the table."""
        return [self.path]

    def hashes(self):
        try:
            return {self.path: content_hash(content(self.path))}
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None

    def sheet(self) -> Sheet:
        """The cells as they were written down; `ValueError` where the file cannot be read."""
        return sheet_of(self.path, content(self.path))

    def _read(self):
        sheet, columns, target = self._written()
        with sheet.naming_lines():
            columns = WITHOUT_MISSING[self.missing](finite(columns), target)
        labels = columns.pop(target)
        return columns, *(labels_of if self.task == "classification" else numbers_of)(labels)

    def columns(self):
        return self._written()[1:]

    def _written(self):
        """The file, its columns, and the index of the one of the labels."""
        sheet = self.sheet()
        names = sheet.names
        target = names[-1] if self.target is None else self.target
        for name in [target, *self.nominal]:
            if name not in names:
                raise ValueError(f"there is no column {short(name)}; {guess(name, names)}")
        if len(names) == 1:
            raise ValueError(f"{short(names[0])} is its only column; add features")
        numbers = (target,) if self.task == "regression" else ()
        columns = sheet.columns(Reading((*self.missing_values,), (*self.nominal,), numbers))
        columns = [c.coded() if c.name in self.nominal else c for c in columns]
        return sheet, columns, names.index(target)

    @field_validator("missing_values", mode="before")
    @classmethod
    def _as_text(cls, markers):
        if not isinstance(markers, list):
            return markers
        if None in markers:
            raise ValueError("an empty entry, or null, is no text; write it in quotes: 'null'")
        return [str(m) if type(m) in (int, float) else m for m in markers]

    @field_validator("path")
    @classmethod
    def _resolved(cls, path, info):
        if Path(path).suffix.lower() not in SUFFIXES:
            raise ValueError(
                f"{short(path)} is no table; its name should end in {', '.join(SUFFIXES)}"
            )
        return os.path.abspath(os.path.join((info.context or {}).get("folder", ""), path))
