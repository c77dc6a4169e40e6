"""Columns: a trace as columns of Arrow, and numbers of those again."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from driftsim.evaluation.row_scores import RowScores
from driftsim.evaluation.trace import Probes, Trace

LISTS = ("alarm_rows", *(f"probe_{name}" for name in Probes._fields))  # columns: one list each


def rows_of(trace: Trace) -> dict[str, np.ndarray]:
    """The column of the rows of a file with an entry for each row of a trace."""
    columns = trace.columns
    return {"row": np.arange(columns["first_row"][0], columns["last_row"][-1] + 1)}


def flat_scores(rows: RowScores) -> dict[str, np.ndarray]:
    """Columns of the label and the score of each class; of two classes of 1 alone."""
    first = 1 if rows.n_classes == 2 else 0
    return {"label": rows.y} | {f"score_{first + i}": one for i, one in enumerate(rows.values.T)}


def list_columns(trace: Trace) -> dict[str, Any]:
    """Columns of what has no entry for each interval: one list in the first row, then nulls.

    They are columns, as pyarrow cannot read back a file whose metadata hold a long list.
    """
    import pyarrow as pa

    rest = len(trace.columns["rows"]) - 1
    columns = {}
    for name, values in zip(LISTS, (trace.alarms, *(trace.probes or ()))):
        if values is not None:
            parts = as_arrow({"ends": np.array([0, values.size], np.int32), "": values.ravel()})
            first = pa.ListArray.from_arrays(*parts.values())
            columns[name] = pa.concat_arrays([first, pa.nulls(rest, first.type)])
    return columns


def as_arrow(columns: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Numbers in columns (n,) as arrays of Arrow, which would import pandas to read them itself."""
    import pyarrow as pa

    whole = {name: np.ascontiguousarray(column) for name, column in columns.items()}
    return {
        name: pa.Array.from_buffers(
            pa.from_numpy_dtype(column.dtype), len(column), [None, pa.py_buffer(column)]
        )
        for name, column in whole.items()
    }


def as_numpy(column) -> np.ndarray:
    """The numbers (n,) of an array of Arrow, without pandas too; a third of its bytes if short."""
    return np.from_dlpack(column).copy()


def flat_columns(trace: Trace) -> dict[str, np.ndarray]:
    """Columns of one number each: `actual` of two classes is `actual_0` and `actual_1`."""
    wide = widths(trace)
    flat = {name: column for name, column in trace.columns.items() if name not in {*wide, "scores"}}
    return flat | {f"{n}_{i}": trace.columns[n][:, i] for n, k in wide.items() for i in range(k)}


def widths(trace: Trace) -> dict[str, int]:
    """The numbers of entries in each row of the columns that have several, by name."""
    return {name: column.shape[1] for name, column in trace.columns.items() if column.ndim == 2}
