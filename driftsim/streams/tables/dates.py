"""Dates: texts as moments, in a format that is given or guessed."""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from driftsim.clocks import NO_TIME
from driftsim.durations import FIXED, micros_of
from driftsim.messages import short
from driftsim.streams.tables.columns import BadCell

YEARS = 1900, 2100  # of numbers such as 20240331
TIME = (
    r"(?:[T\s]\s*(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})"
    r"(?:[.,](?P<part>\d+))?)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?\s*"
    r"(?P<offset>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$"
)
FORMS = {
    "year": r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + TIME,
    "either": r"^(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4})" + TIME,
    "packed": r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + TIME,
}


class Read(NamedTuple):
    """Times as they are written."""

    micros: np.ndarray  # (n,) since 1970, of the place or in UTC; NO_TIME where there is none
    utc: bool  # whether they are in UTC, by an offset or a number
    note: str  # how they were read


def guessed(cells, where: str) -> Read:
    """Texts (an Arrow array, null where there is none) in one of the common forms."""
    import pyarrow as pa
    from pyarrow import compute

    null = np.asarray(cells.is_null())
    for kind, utc in [(pa.timestamp("us"), False), (pa.timestamp("us", "UTC"), True)]:
        try:
            found = np.asarray(compute.fill_null(cells.cast(kind).cast("int64"), 0))
            return Read(np.where(null, NO_TIME, found), utc, f"{where} holds dates")
        except pa.ArrowInvalid:  # another form
            continue
    matched = {
        name: np.asarray(compute.match_substring_regex(compute.fill_null(cells, ""), form))
        for name, form in FORMS.items()
    }
    name = max(matched, key=lambda name: matched[name].sum())
    strays = ~matched[name] & ~null
    if strays.any():
        raise BadCell(int(strays.argmax()), unknown(cells, strays, where))
    return parsed(cells, null, FORMS[name], name == "either", where)


def unknown(cells, strays, where):
    """What is wrong with the first cell that is in no form that is known."""
    given = cells[int(strays.argmax())].as_py()
    return (
        f"has {short(given)} in {where}, which is no date that is known; correct it, or write the "
        "format of dates, such as time: {column: when, format: '%d %b %Y %H:%M'}"
    )


def parsed(cells, null, form, either, where):
    """Texts that match a form; of an `either` it has yet to be found which number is the month."""
    from pyarrow import compute

    groups = compute.extract_regex(cells, form)
    texts = {f.name: compute.struct_field(groups, f.name) for f in groups.type}
    one, two = (numbers(texts[name]) for name in ("month", "day"))
    day_first = either and day_comes_first(cells, one, two, null, where)
    month, day = (two, one) if day_first else (one, two)
    micros, wrong = moments(numbers(texts["year"]), month, day, clock_of(texts))
    if (wrong & ~null).any():
        row = int((wrong & ~null).argmax())
        given = f"has {short(cells[row].as_py())} in {where}"
        raise BadCell(row, f"{given}, which is no day, or no time of day; correct it")
    offset, given = offsets(texts["offset"])
    some = bool(given[~null].any())
    if (mixed := (given != some) & ~null).any():
        about = f"has no offset from UTC in {where}, and others have one; write all alike"
        raise BadCell(int(mixed.argmax()), about)
    order = {False: "", True: ", the day first" if day_first else ", the month first"}[either]
    return Read(np.where(null, NO_TIME, micros - offset), some, f"{where} holds dates{order}")


def day_comes_first(cells, one, two, null, where):
    """Whether the first number of dates is the day; `BadCell` if it could be either."""
    if (one[~null] > 12).any():
        return True
    if (two[~null] > 12).any():
        return False
    row = int((one != two).argmax()) if (one != two).any() else 0
    raise BadCell(
        row,
        f"has {short(cells[row].as_py())} in {where}: the day or the month may come first; write "
        "time: {column: when, format: '%d/%m/%Y'}, or '%m/%d/%Y', with a time of day if there is "
        "one, such as %H:%M:%S",
    )


def numbers(texts):
    """Texts of digits (n,) as whole numbers, 0 where there are none."""
    from pyarrow import compute

    filled = compute.if_else(compute.equal(compute.fill_null(texts, ""), ""), "0", texts)
    return np.asarray(filled.cast("int64"))


def clock_of(texts):
    """Hours, minutes, seconds and microseconds (n,) each, on a clock of 24 hours."""
    from pyarrow import compute

    hour = numbers(texts["hour"])
    half = np.asarray(compute.utf8_lower(compute.fill_null(texts["half"], "")))
    pm = np.char.startswith(half.astype(str), "p")
    given = half.astype(str) != ""
    hour = np.where(given, np.where((hour < 1) | (hour > 12), 99, hour % 12 + 12 * pm), hour)
    part = compute.utf8_slice_codeunits(compute.fill_null(texts["part"], ""), 0, 6)
    part = numbers(compute.utf8_rpad(part, 6, "0"))
    return hour, numbers(texts["minute"]), numbers(texts["second"]), part


def moments(year, month, day, clock=(0, 0, 0, 0)):
    """Microseconds since 1970 (n,), and which there are none of in the calendar (n,)."""
    hour, minute, second, part = clock
    wrong = (month < 1) | (month > 12) | (day < 1) | (hour > 23) | (minute > 59) | (second > 60)
    months = np.where(wrong, 0, (year - 1970) * 12 + month - 1)
    first, after = (
        m.astype("M8[M]").astype("M8[D]").astype(np.int64) for m in (months, months + 1)
    )
    wrong = wrong | (day > after - first)
    passed = ((hour * 60 + minute) * 60 + second) * FIXED["s"] + part
    return (first + day - 1) * FIXED["d"] + passed, wrong


def offsets(texts):
    """Offsets from UTC in microseconds (n,), and whether one is given (n,)."""
    words = np.asarray(texts.fill_null(""), dtype=object).astype(str)
    distinct, place = np.unique(words, return_inverse=True)
    found = [0 if word in ("", "Z", "UTC", "GMT") else offset(word) for word in distinct]
    return np.array(found, np.int64)[place], (distinct != "")[place]


def offset(word: str) -> int:
    """Microseconds of an offset such as +01:00."""
    digits = word[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return (-1 if word[0] == "-" else 1) * minutes * FIXED["min"]


def packed_days(given: np.ndarray):
    """Numbers such as 20240331, 202403 or 2024 as microseconds since 1970 (n,); or None."""
    if not len(given) or (given % 1).any():
        return None
    whole = np.clip(given, 0, 10**9).astype(np.int64)
    if (whole < 10_000).all():
        whole = whole * 100 + 1
    if (whole < 1_000_000).all():
        whole = whole * 100 + 1
    year, month, day = whole // 10_000, whole // 100 % 100, whole % 100
    if (year < YEARS[0]).any() or (year > YEARS[1]).any():
        return None
    found, wrong = moments(year, month, day)
    return None if wrong.any() else found


def in_format(cells, form: str, where: str) -> Read:
    """Texts in a format of Python's strptime."""
    words = cells.dictionary_encode()
    distinct = words.dictionary.to_pylist()
    found = [strptime(word, form) for word in distinct]
    for word, one in zip(distinct, found, strict=True):
        if one is None:
            row = cells.index(word).as_py()
            raise BadCell(row, f"has {short(word)} in {where}, which is not of the format "
                          f"{short(form)}; correct one of them")  # fmt: skip
    utc = [one.tzinfo is not None for one in found if one]
    micros = [micros_of(one if one.tzinfo else one.replace(tzinfo=UTC)) for one in found if one]
    null = np.asarray(cells.is_null())
    place = np.asarray(words.indices.fill_null(0))
    values = np.array([*micros, NO_TIME], np.int64)
    note = f"{where} holds dates of the format {form}"
    return Read(np.where(null, NO_TIME, values[place]), any(utc), note)


def strptime(word: str, form: str) -> datetime | None:
    """A date in a format, or None."""
    try:
        return datetime.strptime(word, form)
    except ValueError:
        return None
