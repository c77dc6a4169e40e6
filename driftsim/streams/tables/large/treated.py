"""Treated columns: what the codes of a large table become where values are filled or limited."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.streams.tables.columns import Column
from driftsim.streams.tables.large.decided import Decided

Learning = Callable[[list[Column], int | None], list[Column]]  # of columns and their first rows


class Treated(NamedTuple):
    """A column as models see it."""

    column: Column  # its name and its words; of rows, one that is missing, if any can be
    fill: float  # in the place of a missing number; NaN where it stays missing
    codes: np.ndarray | None  # (k + 1,) of a column of words: what each code, or none, becomes

    def values(self, codes: np.ndarray) -> np.ndarray:
        """What the codes of some rows (n,) become."""
        if self.codes is not None:
            return self.codes[np.where(np.isnan(codes), -1, codes).astype(np.int64)]
        if self.fill == self.fill:
            return np.where(np.isnan(codes), self.fill, codes)
        return codes


def treated(
    column: Decided, gaps: bool, mean: float, rows: Sequence[float], learning: Learning, warmup: int
) -> Treated:
    """What becomes of a column with or without gaps.

    `rows` are its first `warmup` codes, from which `learning` learns as in a small table; where
    there are none, from each word once, or from a number.
    """
    rows = [0.0] if column.values is None and not warmup else rows
    missing = [np.nan] * gaps
    words = [] if column.values is None else [*range(len(column.values))]
    given = Column(column.name, np.array([*rows, *words, *missing], float), column.values)
    if mean == mean:
        given = given._replace(codes=np.where(given.missing, mean, given.codes))
    [found] = learning([given], warmup or None)
    after = found.codes[len(rows) :]
    sample = found.at(slice(len(found.codes) - gaps, None))
    if column.values is None:
        return Treated(sample, float(after[0]) if gaps else np.nan, None)
    return Treated(sample, np.nan, after if gaps else np.append(after, np.nan))
