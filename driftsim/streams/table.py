"""Tables: recorded concepts in a user's own files."""

import os.path
from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, field_validator

from driftsim.files import content_hash, file_hash, is_file, is_large
from driftsim.forms import Also, listed
from driftsim.messages import short
from driftsim.parts import Number
from driftsim.streams.recorded import Recorded
from driftsim.streams.streamed import streamed
from driftsim.streams.tables.cells import MISSING, Reading
from driftsim.streams.tables.columns import labels_of, numbers_of
from driftsim.streams.tables.files import SUFFIXES, content, is_table
from driftsim.streams.tables.large.converted import are_large_texts, large_text
from driftsim.streams.tables.large.stored import large_table
from driftsim.streams.tables.packed import ENDINGS, unpacked_name
from driftsim.streams.tables.several import named_files, table_of
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.text.encodings import is_encoding
from driftsim.streams.tables.text.form import Given

Paths = Annotated[list[str], Field(min_length=1)]
SIGNS = "\t !#$%&'()*+,-/:;<=>?@[\\]^_`{|}~"  # that may separate cells
Quote = Literal['"', "'", ""]  # none, where it is empty
LABELS_APART = "so large a table is not held in memory; write its labels into it, as a column"


Cell = Annotated[str, Also(Number)]


class Table(Recorded):
    """A table in your files (CSV, ARFF, Parquet, …): a row of a file is a row of the stream."""

    renamed_values = Recorded.renamed_values | {
        "task": {"classes": "classification", "numbers": "regression"}
    }

    # `path` is relative to the folder of the scenario file, or from ~ on; other records have one
    path: str | Paths  # type: ignore[assignment]  # a file, files in order, a folder or a pattern
    labels: str | None = None  # a second file that holds the labels, row by row
    separator: str | None = None  # between cells of a text file; else guessed
    decimal: Literal[".", ","] | None = None  # in numbers of a text file; else guessed
    quote: Quote | None = None  # around cells of a text file, "" for none; else guessed
    encoding: str | None = None  # of a text file, as Python names it; else guessed
    header: bool | None = None  # whether the first row of a file names the columns; else guessed
    target: str | None = None  # the column of labels; else the last one
    task: Literal["classification", "regression"] = "classification"  # labels are words or numbers
    missing_values: list[Cell] = [*MISSING]  # cells without a value, besides empty ones and ?

    @property
    def files(self):
        """The paths of its files."""
        return [*self._paths, *([] if self.labels is None else [self.labels])]

    @property
    def _paths(self):
        return listed(self.path)

    @property
    def place(self):
        paths = self._paths
        return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"

    @property
    def declares_words(self) -> bool:
        """Whether its files say which columns hold words."""
        return unpacked_name(self.files[0].lower()).endswith(".arff")

    def __repr__(self) -> str:
        return f"driftsim.Table of {self.place}"

    def __str__(self) -> str:
        return repr(self)

    def hashes(self):
        found = {}
        large = all(map(is_file, self.files)) and is_large(*self.files)
        for path in self.files:
            try:
                found[path] = file_hash(path, large) if large else content_hash(content(path))
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from None
        return found

    def instantiated(self, rng):
        """The rows: those of a large table are read as they are drawn."""
        try:
            if source := self._large():
                return streamed(self, source)
        except ValueError as error:
            raise ValueError(f"{self.place}: {error}") from None
        return super().instantiated(rng)

    def _large(self):
        """The table in its files, where it is too large for memory."""
        text = are_large_texts(self._paths)
        found = None if text else large_table(self._paths)
        if (text or found) and self.labels is not None:
            raise ValueError(LABELS_APART)
        return large_text(self._paths, self._given, self.nominal) if text else found

    @property
    def _given(self):
        form = self.separator, self.decimal, self.quote, self.encoding, self.header
        return Given(*form, (*self.missing_values,))

    def sheet(self) -> Sheet:
        if source := self._large():
            return source.head()
        return table_of(self._paths, self.labels, self.target, self._given)

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

    @field_validator("path", mode="before")
    @classmethod
    def _is_path(cls, given):
        paths = listed(given)
        if not paths or not all(isinstance(path, str) for path in paths):
            raise ValueError(f"{short(given)} is no path; give that of a file, or a list of them")
        return given

    @field_validator("path", "labels")
    @classmethod
    def _resolved(cls, given, info):
        folder = (info.context or {}).get("folder", "")
        paths = [given] if isinstance(given, str) else given
        found = []
        for path in paths or ():
            place = os.path.abspath(os.path.join(folder, os.path.expanduser(path)))
            if not is_table(path) and not (path and os.path.isdir(place)):
                known = f"{', '.join(SUFFIXES)}, perhaps followed by {', '.join(ENDINGS)}"
                raise ValueError(f"{short(path)} is no table; its name should end in {known}")
            found += named_files(place)
        if twice := [path for path, times in Counter(found).items() if times > 1]:
            raise ValueError(
                f"{short(os.path.basename(twice[0]))} is named twice; name each file once"
            )
        if given is None or (info.field_name == "labels" and len(found) != 1):
            if given is not None:
                raise ValueError(f"{short(given)} matches {len(found)} files; give one")
            return None
        return found[0] if isinstance(given, str) and len(found) == 1 else found

    @field_validator("separator")
    @classmethod
    def _is_one_sign(cls, separator):
        if separator is not None and (len(separator) != 1 or separator not in SIGNS):
            raise ValueError(f"{short(separator)} is no separator; write one sign, such as ';'")
        return separator

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding):
        if encoding is not None and not is_encoding(encoding):
            raise ValueError(f"{short(encoding)} is no encoding; write one such as utf-8 or cp1252")
        return encoding
