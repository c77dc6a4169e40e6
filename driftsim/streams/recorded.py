"""Recorded concepts: tables and the data sets that ship inside libraries."""

import inspect
import os.path
from abc import abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import field_validator, model_validator

from driftsim.files import content_hash
from driftsim.libraries import called, imported, parameters
from driftsim.messages import guess, short
from driftsim.parts import Imported, Position
from driftsim.rows import Schema
from driftsim.streams.concepts import Instantiated, Seeded
from driftsim.streams.tables.cells import MISSING, Reading
from driftsim.streams.tables.columns import (
    WITHOUT_MISSING,
    Column,
    finite,
    labels_of,
    numbers_of,
    schema_of,
)
from driftsim.streams.tables.files import SUFFIXES, content, sheet_of

SHIPPED = (  # data inside scikit-learn: neither downloaded nor read from a path
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_iris",
    "load_linnerud",
    "load_wine",
)


class Recorded(Seeded):
    """Rows that were written down once: position t is row t."""

    recorded = True

    path: str
    order: Literal["recorded", "shuffled"] = "recorded"
    marks: list[Position] = []  # rows at which a person knows of a drift

    @property
    def schema(self):
        """What is known of the rows, by reading them."""
        return self.instantiated(np.random.default_rng(0)).schema

    def instantiated(self, rng):
        """The rows, read and, if `order` says so, shuffled; `ValueError` if they are wrong."""
        try:
            columns, y, classes = self._read()
            if self.marks and self.marks[-1] >= len(y):
                message = f"there is no row {self.marks[-1]} to mark; rows are 0 … {len(y) - 1}"
                raise ValueError(message)
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None
        rows = rng.permutation(len(y)) if self.order == "shuffled" else slice(None)
        X = np.column_stack([column.codes for column in columns])
        return Recording(self, X[rows], y[rows], schema_of(columns, classes))

    @abstractmethod
    def columns(self) -> tuple[list[Column], int]:
        """The columns as they were written down, and the index of the one of the labels."""

    @abstractmethod
    def _read(self) -> tuple[list[Column], np.ndarray, tuple[str, ...] | None]:
        """The columns of features, the labels (n,) and the names of the classes, if any."""

    @model_validator(mode="after")
    def _marks_are_moments(self):
        if any(row >= other for row, other in pairwise(self.marks)):
            raise ValueError(f"the marks {short(self.marks)} should ascend, and name no row twice")
        if self.marks and self.order == "shuffled":
            raise ValueError(
                "shuffled rows have no moment to mark; leave out the marks or the order"
            )
        return self


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
        sheet = sheet_of(self.path, content(self.path))
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


class RiverData(Imported, Recorded):
    """A classification data set inside river, by path: `river.datasets.Phishing`."""

    package = "river.datasets"
    library = "river"

    @property
    def files(self):
        """The path of the data inside river."""
        return [str(self._data().path)]

    def _read(self):
        *columns, labels = self.columns()[0]
        return columns, *labels_of(labels)

    def columns(self):
        import pyarrow as pa

        rows, y = zip(*self._data(), strict=True)
        typed = Reading().typed
        columns = [typed(name, pa.array([row.get(name) for row in rows])) for name in rows[0]]
        return [*columns, typed("the target", pa.array(y))], len(columns)

    def _data(self):
        return called(shipped(self.path, self.package, in_river), {}, self.path)

    @field_validator("path")
    @classmethod
    def _ships(cls, path):
        return path if shipped(path, cls.package, in_river) else None


class SklearnData(Imported, Recorded):
    """A classification data set inside scikit-learn, by path: `sklearn.datasets.load_digits`."""

    package = "sklearn.datasets"
    library = "scikit-learn"

    def _read(self):
        *columns, labels = self.columns()[0]
        return columns, labels.codes.astype(np.int64), labels.values

    def columns(self):
        data = called(shipped(self.path, self.package, in_sklearn), {}, self.path)
        columns = map(Column, map(str, data.feature_names), data.data.T.astype(float))
        names = tuple(map(str, data.target_names))
        labels = Column("the target", data.target.astype(float), names)
        return [*columns, labels], len(data.feature_names)

    @field_validator("path")
    @classmethod
    def _ships(cls, path):
        return path if shipped(path, cls.package, in_sklearn) else None


@dataclass(frozen=True, eq=False)
class Recording(Instantiated):
    """A recorded concept that has been read: all of its rows."""

    description: Recorded
    X: np.ndarray  # (n, d)
    y: np.ndarray  # (n,)
    read_schema: Schema

    @property
    def schema(self):
        return self.read_schema

    @property
    def rows(self):
        return len(self.y)

    def draw(self, rng, t):
        """The rows at positions `t` (n,); past the end, the last row."""
        rows = np.minimum(t, self.rows - 1)
        return self.X[rows], self.y[rows]


def shipped(path, package, wanted):
    """The data set at an import path; `ValueError` if it does not ship inside its library."""
    try:
        return imported(path, package, wanted)
    except ValueError as error:
        raise ValueError(
            f"{error} (only data sets with classes, neither downloaded nor generated, are allowed)"
        ) from None


def in_river(found):
    """Whether this is a class of river for data with classes that river ships."""
    from river.datasets import base

    if not inspect.isclass(found) or not issubclass(found, base.FileDataset):
        return False
    if issubclass(found, base.RemoteDataset) or parameters(found):
        return False
    return called(found, {}, found.__name__).task in (base.BINARY_CLF, base.MULTI_CLF)


def in_sklearn(found):
    """Whether this is a function of scikit-learn that loads data with classes."""
    if not inspect.isfunction(found) or found.__name__ not in SHIPPED:
        return False
    target = found().target
    return target.ndim == 1 and target.dtype.kind == "i"
