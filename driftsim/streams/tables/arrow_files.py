"""Arrow files: Parquet, whose columns have types."""

import re

from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.sheets import Sheet


def from_parquet(data):
    """A Parquet file; columns that hold words or truths are nominal."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(pa.BufferReader(data)).read()
    except (OSError, pa.ArrowException) as error:
        raise ValueError(unreadable(error)) from None
    return sheet_of_arrow(table)


def unreadable(error):
    """Why a file is no Parquet, or no longer."""
    return f"the file cannot be read as Parquet ({error}); write it again"


def sheet_of_arrow(table):
    """The columns of an Arrow table."""
    index = re.compile(r"__index_level_\d+__")  # row labels, which pandas writes beside the columns
    kept = [j for j, name in enumerate(table.column_names) if not index.fullmatch(name)]
    names = [table.column_names[j] for j in kept]
    return Sheet(names, [table.column(j) for j in kept], [Reading.typed] * len(kept))
