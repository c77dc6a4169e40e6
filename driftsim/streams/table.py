"""Tables: recorded concepts in a user's own files."""

import os.path
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from driftsim.files import content_hash, file_hash, is_large
from driftsim.messages import short
from driftsim.streams.recorded import Recorded
from driftsim.streams.streamed import streamed
from driftsim.streams.tables.cells import MISSING, Reading
from driftsim.streams.tables.columns import labels_of, numbers_of
from driftsim.streams.tables.files import SUFFIXES, content, sheet_of
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.stored import STORED, Stored, large_table


class Table(Recorded):
    """A table in a CSV, ARFF or Parquet file: a row of the file is a row of the stream."""

    renamed_values = Recorded.renamed_values | {
        "task": {"classes": "classification", "numbers": "regression"}
    }

    path: str  # from the folder of the scenario file
    target: str | None = None  # the column of labels; the last where not given
    task: Literal["classification", "regression"] = "classification"
    missing_values: list[str] = list(MISSING)  # cells without a value, besides empty ones and ?

    @property
    def files(self):
        """The path of the table."""
        return [self.path]

    def hashes(self):
        try:
            if os.path.isfile(self.path) and is_large(self.path):
                return {self.path: file_hash(self.path)}
            return {self.path: content_hash(content(self.path))}
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None

    def instantiated(self, rng):
        """The rows: those of a large table are read as they are drawn."""
        try:
            if source := self._stored():
                return streamed(self, source)
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None
        return super().instantiated(rng)

    def _stored(self) -> Stored | None:
        """The table in its file, where it is too large to be held in memory."""
        if self.path.lower().endswith(STORED) and os.path.isfile(self.path):
            return large_table([self.path])
        return None

    def sheet(self) -> Sheet:
        return sheet_of(self.path, content(self.path))

    def target_of(self, names):
        return names[-1] if self.target is None else self.target

    def reading(self, target):
        numbers = (*self.numeric, *([target] if self.task == "regression" else []))
        return Reading((*self.missing_values,), (*self.nominal,), numbers)

    def labels_of(self, column):
        return (labels_of if self.task == "classification" else numbers_of)(column)

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
