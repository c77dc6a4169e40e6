"""Frames: rows as DataFrames, for estimators that ask for the names and types of columns."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from driftsim.forms import listed
from driftsim.messages import guess, short
from driftsim.parts import entries
from driftsim.rows import Schema

BY_TYPE = ("auto", "from_dtype")  # values by which categorical columns are those of the frame
OF_BOOSTERS = ("categorical_feature", "cat_features", "enable_categorical")  # parameters


class Frames:
    """Makes DataFrames of rows: columns by name, nominal ones as categories with all their values.

    `letters` are those that a name must not have; `_` stands for them. The nominal columns in
    `words` are texts instead, with an empty one where the value is missing.
    """

    def __init__(self, schema: Schema, letters: str = "", words: tuple[str, ...] = ()):
        import pandas as pd

        self.names = cleared(schema.names, letters)
        self._words = {schema.names.index(name) for name in words}
        self._types = {
            j: pd.CategoricalDtype([*schema.values.get(j, range(size))])
            for j, size in schema.nominal.items()
        }

    def __call__(self, X: np.ndarray) -> Any:
        import pandas as pd

        return pd.DataFrame({name: self._column(j, X[:, j]) for j, name in enumerate(self.names)})

    def _column(self, j, x):
        if j not in self._types:
            return x
        import pandas as pd

        codes = np.where(np.isnan(x), -1, x).astype(np.int64)
        column = pd.Categorical.from_codes(codes, dtype=self._types[j])
        if j not in self._words:
            return column
        texts = np.array([*map(str, self._types[j].categories), ""], object)
        return texts[codes]


def cleared(names: tuple[str, ...], letters: str) -> tuple[str, ...]:
    """Names without some letters, each another one."""
    found: list[str] = []
    for name in names:
        plain = name.translate({ord(letter): "_" for letter in letters})
        while plain in found:
            plain += "_"
        found.append(plain)
    return tuple(found)


def asks_for_frames(params: Any) -> bool:
    """Whether parameters, as a scenario writes them, ask for the names or types of columns."""
    for name, value in _given(params):
        if name in OF_BOOSTERS and value:
            return True
        if name == "categorical_features" and (value in BY_TYPE or _words(value)):
            return True
        if name == "categories" and _words(value):
            return True
        if name == "kind" and str(value).endswith(".make_column_selector"):
            return True
    return False


def _words(value: Any) -> bool:
    """Whether a value is a list, or a list of lists, with a text in it."""
    if not isinstance(value, list):
        return False
    return any(isinstance(one, str) or _words(one) for one in value)


def _given(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((str(name), one) for name, one in value.items())
    for one in entries(value).values():
        yield from _given(one)


def columns_of(asked: Any, schema: Schema) -> list[str]:
    """The names of the columns that a parameter names, by `auto`, by name or by index.

    Raises `ValueError` for one that is not there.
    """
    if asked in BY_TYPE or asked is True:
        return [schema.names[j] for j in schema.nominal]
    found = []
    for one in listed(asked):
        named = one in schema.names
        if not named and not (type(one) is int and 0 <= one < len(schema.names)):
            raise ValueError(f"there is no column {short(one)}; {guess(one, schema.names)}")
        found.append(one if named else schema.names[one])
    return found
