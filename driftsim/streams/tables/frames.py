"""Frames: what Python holds as a table (pandas, polars, Arrow, numpy, dicts), as an Arrow table."""

import hashlib
from typing import Any, NamedTuple

import numpy as np

from driftsim.messages import plural, short

KINDS = "a DataFrame of pandas or polars, a table of Arrow, a dict of columns, or an array of numpy"


class Cells(NamedTuple):
    """The cells of a table from Python as they were when it was given."""

    table: Any  # of Arrow, which shares no memory with what it was made of
    place: str  # what it is, in words
    key: str  # the hash of its content


def is_frame(value: Any) -> bool:
    """Whether an object from Python holds a table."""
    interface = ("to_arrow", "__arrow_c_stream__", "__dataframe__")
    return isinstance(value, np.ndarray) or any(hasattr(value, name) for name in interface)


def cells_of(source: Any, target: Any = None) -> tuple[Cells, str | None]:
    """A copy of the cells of a table, and the name of the column of labels, if it is known.

    `target` is that name, or the labels themselves. Raises `ValueError`.
    """
    columns, what = columns_of(source)
    if target is not None and not isinstance(target, str):
        labels, target = target, str(getattr(target, "name", None) or "label")
        if target in [name for name, _ in columns]:
            raise ValueError(f"the labels are called {short(target)}, as a column is; rename one")
        columns.append((target, labels))
    lengths = {len(values): name for name, values in columns}
    if len(lengths) > 1:
        (n, one), (m, other), *_ = lengths.items()
        raise ValueError(f"{short(one)} has {plural(n, 'value')}, {short(other)} has {m:,}")
    rows = next(iter(lengths), 0)
    table = copied([(name, array_of(name, values)) for name, values in columns])
    return Cells(table, f"{what} of {plural(rows, 'row')}", content_of(table)), target


def columns_of(source: Any) -> tuple[list[tuple[str, Any]], str]:
    """The columns of a table by their names, and what it is in words; raises `ValueError`."""
    import pyarrow as pa

    if isinstance(source, dict):
        return [(str(name), values) for name, values in source.items()], "a dict"
    if isinstance(source, np.ndarray):
        return array_columns(source), "an array"
    if hasattr(source, "iloc") and getattr(source, "ndim", 0) == 2:  # of pandas
        names = map(str, source.columns)
        return [(name, source.iloc[:, j]) for j, name in enumerate(names)], "a DataFrame"
    try:
        if hasattr(source, "to_arrow"):  # of polars
            table, what = source.to_arrow(), "a DataFrame"
        else:
            table, what = pa.table(source), "an Arrow table"
    except (TypeError, ValueError, pa.ArrowException):
        raise ValueError(f"{type(source).__name__} is no table; give {KINDS}") from None
    return list(zip(table.column_names, table.columns)), what


def array_columns(array: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """The columns of an array (n, d), by name where it has names, else x1, x2, …"""
    if array.dtype.names:
        return [(name, array[name]) for name in array.dtype.names]
    if array.ndim != 2:
        raise ValueError(
            f"an array of shape {array.shape} is no table; give one of (rows, columns)"
        )
    return [(f"x{j + 1}", array[:, j]) for j in range(array.shape[1])]


def array_of(name: str, values: Any) -> Any:
    """An Arrow array of the values of a column; `ValueError` where they are of several types."""
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    values = values.sparse.to_dense() if hasattr(values, "sparse") else values  # of pandas
    try:
        array = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError):
        kinds = sorted({type(one).__name__ for one in values if one is not None})
        raise ValueError(
            f"column {short(name)} holds values of {', '.join(kinds)}; make them numbers, or "
            "words by astype(str)"
        ) from None
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if array.type in (pa.large_string(), pa.string_view()):
        return array.cast(pa.string())
    return array


def copied(columns: list[tuple[str, Any]]) -> Any:
    """An Arrow table in memory of its own."""
    import pyarrow as pa

    fields = [pa.field(name, array.type) for name, array in columns]
    table = pa.Table.from_arrays([array for _, array in columns], schema=pa.schema(fields))
    return pa.ipc.open_stream(written(table)).read_all()


def written(table: Any) -> Any:
    """The bytes of an Arrow table, as a buffer."""
    import pyarrow as pa

    with pa.BufferOutputStream() as sink:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue()


def content_of(table: Any) -> str:
    """A hash of the cells of an Arrow table; what stands where there is no value does not count."""
    import pyarrow as pa

    found = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns):
        for part in (column.is_valid(), column.drop_null()):
            whole = pa.table({name: part.combine_chunks()})
            found.update(written(whole))
    return found.hexdigest()[:20]
