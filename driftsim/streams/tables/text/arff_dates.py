"""ARFF dates: cells in the formats of Java as moments."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from driftsim.messages import short
from driftsim.streams.tables.cells import ALWAYS_MISSING
from driftsim.streams.tables.columns import BadCell

DATE = "yyyy-MM-dd'T'HH:mm:ss"  # the format where none is written
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORMATS = {  # of Python's strptime, by those of Java
    **{"y": "%Y", "yy": "%y", "yyyy": "%Y", "M": "%m", "MM": "%m", "MMM": "%b", "MMMM": "%B"},
    **{"d": "%d", "dd": "%d", "E": "%a", "EEE": "%a", "EEEE": "%A", "D": "%j", "DDD": "%j"},
    **{"H": "%H", "HH": "%H", "h": "%I", "hh": "%I", "a": "%p", "m": "%M", "mm": "%M"},
    **{"s": "%S", "ss": "%S", "S": "%f", "SSS": "%f", "Z": "%z", "X": "%z", "XXX": "%z"},
}


def python_format(name: str, form: str) -> str:
    """A date format of Java as one of Python; `ValueError` if there is none."""
    text = ""
    for found in re.finditer(r"'([^']*)'|(([a-zA-Z])\3*)|(.)", form):
        quoted, letters, _, other = found.groups()
        if letters and letters not in FORMATS:
            raise ValueError(
                f"the attribute '{name}' has dates of the format {short(form)}, of which "
                f"{short(letters)} is not known; write them as {short(DATE)}"
            )
        literal = (quoted or "") + (other or "")
        text += FORMATS[letters] if letters else literal.replace("%", "%%")
    return text


def moments_of(column, name: str, form: str, missing: Collection[str]):
    """Cells of text as an Arrow array of timestamps; `BadCell` for one that is no such date.

    Without a time zone they are in UTC.
    """
    import pyarrow as pa
    from pyarrow import compute

    trimmed = compute.utf8_trim_whitespace(column)
    none = {*ALWAYS_MISSING, *missing}
    words = trimmed.unique().drop_null()
    moments = [None if word in none else moment(word, form) for word in words.to_pylist()]
    wrong = [
        w for w, m in zip(words.to_pylist(), moments, strict=True) if m is None and w not in none
    ]
    if wrong:
        about = (
            f"has {short(wrong[0])} in column '{name}', which should hold dates as {short(form)}"
        )
        raise BadCell(compute.index(trimmed, wrong[0]).as_py(), about)
    places = compute.index_in(trimmed, value_set=words)
    return pa.array(moments, pa.int64()).cast(pa.timestamp("us")).take(places)


def moment(word: str, form: str) -> int | None:
    """A date in microseconds since 1970, or None if it is not of this format."""
    try:
        found = datetime.strptime(word, form)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (found - EPOCH) // timedelta(microseconds=1)
