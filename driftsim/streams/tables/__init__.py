"""Tables: files of rows, read into columns of numbers and codes."""

from driftsim.streams.tables.cells import MISSING, Reading, is_number
from driftsim.streams.tables.columns import (
    WITHOUT_MISSING,
    Column,
    finite,
    labels_of,
    numbers_of,
    schema_of,
)
from driftsim.streams.tables.files import SUFFIXES, content, sheet_of

__all__ = [
    "MISSING",
    "SUFFIXES",
    "WITHOUT_MISSING",
    "Column",
    "Reading",
    "content",
    "finite",
    "is_number",
    "labels_of",
    "numbers_of",
    "schema_of",
    "sheet_of",
]
