"""Shipped data: data sets that come inside river and scikit-learn, as recorded concepts."""

import inspect
from functools import partial

import numpy as np
from pydantic import field_validator

from driftsim.libraries import called, imported, parameters
from driftsim.parts import Imported
from driftsim.streams.recorded import Recorded
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.columns import Column
from driftsim.streams.tables.sheets import Reader, Sheet

SHIPPED = (  # data inside scikit-learn: neither downloaded nor read from a path
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_iris",
    "load_linnerud",
    "load_wine",
)


class RiverData(Imported, Recorded):
    """A classification data set inside river, by path: `river.datasets.Phishing`."""

    package = "river.datasets"
    library = "river"

    def sheet(self):
        import pyarrow as pa

        rows, y = zip(*self._data(), strict=True)
        cells = [pa.array([row.get(name) for row in rows]) for name in rows[0]]
        readers: list[Reader] = [Reading.typed] * (len(cells) + 1)
        return Sheet([*rows[0], "the target"], [*cells, pa.array(y)], readers)

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

    def sheet(self):
        data = called(shipped(self.path, self.package, in_sklearn), {}, self.path)
        names = [*map(str, data.feature_names), "the target"]
        words = partial(as_codes, tuple(map(str, data.target_names)))
        cells = [*data.data.T.astype(float), data.target.astype(float)]
        return Sheet(names, cells, [*[partial(as_codes, None)] * (len(names) - 1), words])

    def labels_of(self, column):
        return column.codes.astype(np.int64), column.values

    @field_validator("path")
    @classmethod
    def _ships(cls, path):
        return path if shipped(path, cls.package, in_sklearn) else None


def as_codes(values, reading, name, cells):
    """A column of cells that are numbers, or the codes of `values`."""
    return Column(name, cells, values)


def shipped(path, package, wanted):
    """The data set at an import path; `ValueError` if it does not ship inside its library."""
    try:
        return imported(path, [package], wanted)
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
