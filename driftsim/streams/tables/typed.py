"""Typed columns: Arrow arrays of every type that has a number, a word, a truth or a time in it."""

from typing import Any

import numpy as np

MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}  # in a unit; of "ns" there are 1,000 in one
DAY = 86_400_000_000  # microseconds


def seconds(column) -> np.ndarray:
    """Dates (days), times (of the day), timestamps and durations of an Arrow array as numbers.

    (n,) float64: seconds, since 1970 in UTC for dates and timestamps; NaN for null.
    """
    import pyarrow as pa
    from pyarrow import types

    kind = column.type
    if types.is_date32(kind):
        return floats(column.cast("int32")) * 86_400.0
    ticks = floats(column.cast("int32" if types.is_time32(kind) else "int64"))
    unit = "ms" if kind == pa.date64() else kind.unit
    return ticks / {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]


def moments(column) -> tuple[np.ndarray, np.ndarray] | None:
    """The dates or timestamps of an Arrow array: whole microseconds since 1970, and what is null.

    Those without a time zone are as they are written, as if in UTC (see `has_zone`);
    parts of a microsecond are cut off. None if the array is of another type.
    """
    from pyarrow import compute, types

    kind = column.type
    if not (types.is_date(kind) or types.is_timestamp(kind)):
        return None
    null = np.asarray(column.is_null())
    ticks = compute.fill_null(column.cast("int32" if types.is_date32(kind) else "int64"), 0)
    ticks = np.asarray(ticks).astype(np.int64)
    if types.is_date32(kind):
        return ticks * DAY, null
    unit = "ms" if types.is_date64(kind) else kind.unit
    return ticks // 1_000 if unit == "ns" else ticks * MICROSECONDS[unit], null


def has_zone(column) -> bool:
    """Whether an Arrow array holds timestamps with a time zone, and so moments in UTC."""
    return getattr(column.type, "tz", None) is not None


def holds_times(kind) -> bool:
    """Whether an Arrow type is of dates, times, timestamps or durations."""
    from pyarrow import types

    return types.is_temporal(kind) and not types.is_interval(kind)


def holds_numbers(kind) -> bool:
    """Whether an Arrow type is of numbers, or of no values at all."""
    from pyarrow import types

    numbers = types.is_integer, types.is_floating, types.is_decimal, types.is_null
    return any(holds(kind) for holds in numbers)


def holds_text(kind) -> bool:
    """Whether an Arrow type is of texts."""
    from pyarrow import types

    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def plain(column):
    """An Arrow array with truths and all kinds of texts as strings, and without other codes."""
    from pyarrow import compute, types

    if types.is_run_end_encoded(column.type):
        column = compute.run_end_decode(column)
    if types.is_dictionary(column.type) and not holds_text(column.type.value_type):
        column = column.cast(column.type.value_type)
    if types.is_boolean(column.type) or holds_text(column.type):
        return column.cast("string")
    return column


def categories(column) -> list[str] | None:
    """The words that an Arrow array of a dictionary of texts declares, in their order."""
    from pyarrow import types

    kind = column.type
    if not types.is_dictionary(kind) or not holds_text(kind.value_type):
        return None
    chunks = column.unify_dictionaries().chunks if hasattr(column, "chunks") else [column]
    words = chunks[0].dictionary.cast("string").to_pylist() if chunks else []
    return list(dict.fromkeys(word.strip() for word in words if word is not None))


def distinct_of(cells) -> tuple[Any, np.ndarray]:
    """The distinct cells as text, and the place (n,) of each cell among them; of null, behind."""
    import pyarrow as pa

    if isinstance(cells, pa.ChunkedArray):
        cells = cells.unify_dictionaries().combine_chunks()
    if not pa.types.is_dictionary(cells.type):
        truths = pa.types.is_boolean(cells.type)
        cells = (cells if truths else plain(cells)).dictionary_encode()
    place = np.asarray(cells.indices.cast("int64").fill_null(len(cells.dictionary)))
    return cells.dictionary.cast("string"), place


def floats(column) -> np.ndarray:
    """An Arrow array as numbers (n,), NaN for null; `ValueError` if a cell holds none.

    They may be those of the Arrow array itself, and are not written to.
    """
    chunks = column.chunks if hasattr(column, "chunks") else [column]
    if len(chunks) == 1 and str(chunks[0].type) == "double" and not chunks[0].null_count:
        return chunks[0].to_numpy()
    numbers, end = np.empty(len(column)), 0
    for chunk in chunks:
        start, end = end, end + len(chunk)
        if chunk.null_count or not holds_plain_numbers(chunk.type):
            chunk = chunk.cast("float64", safe=False)
        numbers[start:end] = chunk.to_numpy(zero_copy_only=False)
    return numbers


def holds_plain_numbers(kind) -> bool:
    """Whether numpy has an Arrow type of numbers too."""
    from pyarrow import types

    return types.is_integer(kind) or types.is_float32(kind) or types.is_float64(kind)
