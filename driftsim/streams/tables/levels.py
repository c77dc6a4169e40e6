"""Levels: the values of a nominal column, of which the rarer may be one."""

import numpy as np

from driftsim.streams.tables.columns import Column

OTHER = "other"


def limited(column: Column, most: int | None, rows: int | None = None) -> Column:
    """A nominal column with at most so many values, and `other` for the rest.

    Those stay that are most frequent in its first `rows`; of equally frequent ones the first in
    their order. The codes are in that order, and that of `other` is the last.
    """
    if column.values is None or not limits(column, most):
        return column
    values, missing = column.values, column.missing
    counts = np.bincount(column.codes[:rows][~missing[:rows]].astype(int), minlength=len(values))
    if OTHER in values:
        counts[values.index(OTHER)] = -1  # it is what the rest is called
    kept = np.sort(np.argsort(-counts, kind="stable")[:most])
    codes = np.full(len(values) + 1, float(len(kept)))
    codes[kept], codes[-1] = np.arange(len(kept)), np.nan
    given = np.where(missing, len(values), column.codes).astype(int)
    return Column(column.name, codes[given], (*(values[code] for code in kept), OTHER))


def limits(column: Column, most: int | None) -> bool:
    """Whether a column has more values than are allowed."""
    return most is not None and column.values is not None and len(column.values) > most
