"""Times of tables: dates as people write them, local times, and rows that are not in order."""

import re

import numpy as np
import pyarrow as pa
import pytest
from together import together

from driftsim.clocks import NO_TIME
from driftsim.durations import Moment, date_of
from driftsim.streams.tables.columns import BadCell
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.times import TimeColumn, in_order, moments_of


def read(cells, *more, form=None, **given):
    """The times of a column, or of two, as texts in UTC."""
    columns = [one if isinstance(one, pa.Array) else pa.array(one) for one in (cells, *more)]
    names = ["when", "hour"][: len(columns)]
    sheet = Sheet(names, columns, [lambda *a: None] * len(names))
    found = moments_of(sheet, TimeColumn(column=names, format=form), **given)
    return ["" if m == NO_TIME else text(m) for m in found.micros], found.note


def text(micros):
    return date_of(int(micros)).isoformat(" ").removesuffix("+00:00")


@together(
    ("cells", "expected", "note"),
    [
        (["2024-03-31", " 2024-04-01 "], ["2024-03-31 00:00:00", "2024-04-01 00:00:00"], "UTC"),
        (["2024-03-31T14:05:06.25"], ["2024-03-31 14:05:06.250000"], "dates, in UTC"),
        (
            ["2024-03-31 14:05", "2024-04-01 09:30"],
            ["2024-03-31 14:05:00", "2024-04-01 09:30:00"],
            "",
        ),
        (["2024-03-31T14:05:06Z"], ["2024-03-31 14:05:06"], "dates"),
        (["2024-03-31 14:05:06+02:00"], ["2024-03-31 12:05:06"], "dates"),
        (["2004-03-10 18.00.00"], ["2004-03-10 18:00:00"], "dates"),
        (["2024/3/1 9:05 PM", "2024/12/24"], ["2024-03-01 21:05:00", "2024-12-24 00:00:00"], ""),
        (
            ["10/03/2004", "13/03/2004"],
            ["2004-03-10 00:00:00", "2004-03-13 00:00:00"],
            "the day first",
        ),
        (["10/13/2004 1:00"], ["2004-10-13 01:00:00"], "the month first"),
        (["20240331", "20240401"], ["2024-03-31 00:00:00", "2024-04-01 00:00:00"], "as 20240331"),
        ([20240331], ["2024-03-31 00:00:00"], "20240331"),
        ([2023, 2024], ["2023-01-01 00:00:00", "2024-01-01 00:00:00"], "as 2023"),
        (["202312", "202401"], ["2023-12-01 00:00:00", "2024-01-01 00:00:00"], "as 202312"),
        ([1950, 2101], ["1970-01-01 00:32:30", "1970-01-01 00:35:01"], "seconds since 1970"),
        (["1711893906"], ["2024-03-31 14:05:06"], "seconds since 1970"),
        ([1711893906.25], ["2024-03-31 14:05:06.250000"], "seconds since 1970"),
        ([1711893906250], ["2024-03-31 14:05:06.250000"], "milliseconds since 1970"),
        ([1711893906250001], ["2024-03-31 14:05:06.250001"], "microseconds since 1970"),
        ([1711893906250001999], ["2024-03-31 14:05:06.250001"], "nanoseconds since 1970"),
        (
            ["2024-03-31", None, "?", "2024-04-01"],
            ["2024-03-31 00:00:00", "", "", "2024-04-01 00:00:00"],
            "",
        ),
        (
            pa.array([0, 86_400_000]).cast(pa.timestamp("ms")),
            ["1970-01-01 00:00:00", "1970-01-02 00:00:00"],
            "",
        ),
        (pa.array([19_813], pa.int32()).cast(pa.date32()), ["2024-03-31 00:00:00"], "UTC"),
    ],
)
def test_dates_are_read_as_people_write_them(cells, expected, note):
    found, said = read(cells)
    assert found == expected and note in said


def test_a_format_is_taken_as_it_is():
    assert read(["31 Mar 2024 02:05"], form="%d %b %Y %H:%M")[0] == ["2024-03-31 02:05:00"]
    assert read(["10/03/2004"], form="%d/%m/%Y")[0] == ["2004-03-10 00:00:00"]
    assert read(["10/03/04", None], form="%m/%d/%y")[0] == ["2004-10-03 00:00:00", ""]
    assert read([20240331140506], form="%Y%m%d%H%M%S")[0] == ["2024-03-31 14:05:06"]
    with pytest.raises(ValueError, match="'%d %b' has no year, which is %Y, or %y"):
        read(["31 Mar"], form="%d %b")


def test_dates_and_times_of_day_may_have_columns_of_their_own():
    assert read(["25/03/2004", "26/03/2004"], ["18.00.00", "07.30.00"])[0] == [
        "2004-03-25 18:00:00",
        "2004-03-26 07:30:00",
    ]
    days = pa.array([15_000, 15_001], pa.int32()).cast(pa.date32())
    assert read(days, [0, 23])[0] == ["2011-01-26 00:00:00", "2011-01-27 23:00:00"]


@together(
    ("cells", "more", "row", "about"),
    [
        (["10/03/2004", "11/03/2004"], {}, 0, "the day or the month may come first; write time: {"),
        (["2024-03-31", "soon"], {}, 1, "'soon' in column 'when', which is no date that is known"),
        (["2023-02-28", "2023-02-30 5.00"], {}, 1, "no day, or no time of day"),
        (["2024-03-01 5.00Z", "2024-03-01 6.00"], {}, 1, "has no offset from UTC"),
        (["10/03/2004", "3.4.2004"], {"form": "%d/%m/%Y"}, 1, "which is not of the format"),
        (["1066-10-14"], {}, 0, "before the year 1700"),
        (
            ["2024-03-31 01:30", "2024-03-31 02:30"],
            {"zone": "Europe/Berlin"},
            1,
            "2024-03-31 02:30:00 in column 'when', which was skipped in Europe/Berlin",
        ),
        (
            ["2024-10-27 01:30", "2024-10-27 02:30"],
            {"zone": "Europe/Berlin"},
            1,
            "came twice in Europe/Berlin, as clocks went back; write ambiguous: first or second",
        ),
    ],
)
def test_what_is_no_time_is_refused_with_its_row(cells, more, row, about):
    with pytest.raises(BadCell, match=re.escape(about)) as error:
        read(cells, **more)
    assert error.value.row == row


def test_local_times_are_converted_once():
    berlin = {"zone": "Europe/Berlin"}
    assert read(["2024-03-31 01:59", "2024-03-31 03:00"], **berlin)[0] == [
        "2024-03-31 00:59:00",
        "2024-03-31 01:00:00",  # a minute later
    ]
    twice = ["2024-10-27 02:30", "2024-10-27 03:00"]
    for which, hour in [("first", 0), ("second", 1)]:
        found, note = read(twice, **berlin, ambiguous=which)
        assert found == [f"2024-10-27 0{hour}:30:00", "2024-10-27 02:00:00"]
        assert note.endswith("in Europe/Berlin")
    assert read(["2024-10-27 02:30+01:00"], **berlin)[0] == ["2024-10-27 01:30:00"]


def test_a_row_that_goes_back_is_refused_unless_rows_are_sorted():
    micros = np.array([Moment(text=f"2024-01-0{day}").micros() for day in (1, 3, 2, 3)])
    given = TimeColumn(column=["when"])
    with pytest.raises(
        BadCell, match="comes on 2024-01-02 00:00:00 in column 'when', before"
    ) as error:
        in_order(micros, np.arange(4), given, False)
    assert error.value.row == 2
    assert in_order(micros, np.arange(4), given, True).tolist() == [0, 2, 1, 3]
    assert in_order(micros, np.array([0, 1, 3]), given, False).tolist() == [0, 1, 3]
