"""Orderings: in which order the rows of a record make a stream."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Discriminator, Tag

from driftsim.messages import flow, short
from driftsim.parts import Strict, form_of
from driftsim.streams.tables.columns import BadCell, Column


class By(Strict):
    """Rows in the ascending order of a column of numbers; ties stay in the order of the file."""

    by: str  # a column, which need not be a feature


Order = Annotated[
    Annotated[Literal["recorded", "shuffled"], Tag("[word]")] | Annotated[By, Tag("[mapping]")],
    Discriminator(form_of),
]


def are_all(rows: np.ndarray, n: int) -> bool:
    """Whether rows, by their index (m,), are all n of them in their order."""
    return len(rows) == n and bool((rows[1:] > rows[:-1]).all())


def ascending(column: Column, rows: np.ndarray) -> np.ndarray:
    """Some rows, by their index (m,), in the order of a column; `BadCell` if one has no value."""
    if column.values is not None:
        raise ValueError(
            f"column '{column.name}' holds words, such as {short(column.values[0])}, which have no "
            "order in time; order by a column of numbers, or, if they are dates, write "
            f"time: {flow(column.name)} and sort: true"
        )
    given = column.codes[rows]
    if np.isnan(given).any():
        about = f"has no value in column '{column.name}', by which rows are ordered; fill it in"
        raise BadCell(rows[np.isnan(given).argmax()], about)
    return rows[np.argsort(given, kind="stable")]
