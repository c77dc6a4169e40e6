"""Arrow files: Parquet, Feather and Arrow's own, whose columns have types."""

import re

from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.sheets import Sheet

ROW_LABELS = re.compile(r"__index_level_\d+__")  # which pandas writes beside the columns


def from_parquet(data: bytes) -> Sheet:
    """A Parquet file; columns that hold words or truths are nominal."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(pa.BufferReader(data)).read()
    except (OSError, pa.ArrowException) as error:
        raise ValueError(unreadable(error)) from None
    return sheet_of_arrow(table)


def unreadable(error, what="Parquet"):
    """Why a file is no Parquet, or no longer."""
    return f"the file cannot be read as {what} ({error}); write it again"


def from_arrow(data: bytes) -> Sheet:
    """An Arrow file (Feather) or stream."""
    import pyarrow as pa
    from pyarrow import feather, ipc

    try:
        if data.startswith(b"ARROW1"):
            return sheet_of_arrow(ipc.open_file(pa.BufferReader(data)).read_all())
        if data.startswith(b"FEA1"):
            return sheet_of_arrow(feather.read_table(pa.BufferReader(data)))
        return sheet_of_arrow(ipc.open_stream(pa.BufferReader(data)).read_all())
    except (OSError, pa.ArrowException) as error:
        raise ValueError(unreadable(error, "Arrow")) from None


def sheet_of_arrow(table) -> Sheet:
    """The columns of an Arrow table, without the row labels of pandas."""
    names = table.column_names
    sheet = Sheet(names, table.columns, [Reading.typed] * len(names))
    labels = [j for j, name in enumerate(names) if ROW_LABELS.fullmatch(name)]
    if not labels:
        return sheet
    kept = sheet.at(j for j in range(len(names)) if j not in labels)
    return kept._replace(notes=("the row labels of pandas are left out",))
