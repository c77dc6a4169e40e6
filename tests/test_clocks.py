"""Clocks: durations and dates as people write them, and when rows come."""

from datetime import datetime
from typing import Annotated

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from together import together

from driftsim.clocks import Place, RecordedClock, row_after, ticks
from driftsim.durations import FIXED, Amount, Duration, Moment, Period, Window, date_of, micros_of
from driftsim.streams.arrivals import Arrivals
from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK

HOUR, DAY = FIXED["h"], FIXED["d"]


def moment(text, zone=None):
    return Moment(text=text).micros(zone)


def dates(moments, zone=None):
    return [date_of(int(one), zone).strftime("%Y-%m-%d %H:%M") for one in moments]


@together(
    ("written", "micros"),
    [
        ("7d", 7 * DAY),
        ("7D", 7 * DAY),
        ("30 mins", HOUR / 2),
        ("30 min", HOUR / 2),
        ("24h", DAY),
        ("90s", 90_000_000),
        ("2w", 14 * DAY),
        ("500 ms", 500_000),
        ("1.5 hours", 1.5 * HOUR),
        ("1_000 s", 10**9),
    ],
)
def test_a_duration_is_a_number_and_a_unit(written, micros):
    assert Duration.of(written).micros == micros
    assert Duration.of(str(Duration.of(written))).micros == micros


@together(
    ("written", "right"),
    [
        ("7x", "write a number and a unit"),
        ("5m", "write min or mo"),
        ("1M", "write min or mo"),
        ("1MS", "write a number and a unit"),
        ("weekly", "write a number and a unit"),
        ("0d", "should be more than 0"),
        ("-7d", "write a number and a unit"),
        ("1.5mo", "give whole months or years"),
        ("2_000y", "up to 1000 years"),
        (0, "should be more than 0, or a duration such as 7d"),
        (1.5, "should be a whole number, or a duration such as 7d"),
    ],
)
def test_what_is_no_period_is_refused_in_one_sentence(written, right):
    with pytest.raises(ValidationError) as error:
        TypeAdapter(Period).validate_python(written)
    assert error.value.error_count() == 1 and right in str(error.value)


@pytest.mark.parametrize(("kind", "least"), [(Window, 1), (Amount, 0.5)])
def test_months_have_no_fixed_length(kind, least):
    takes = TypeAdapter(kind).validate_python
    assert takes(least) == least and takes("30d") == Duration.of("30d")
    with pytest.raises(ValidationError, match="'1mo' has no fixed length; write days"):
        takes("1mo")
    with pytest.raises(ValidationError, match="'0d' is not valid; it should be more than 0"):
        takes("0d")


def test_months_are_counted_from_the_first_date():
    month, start = Duration.of("1mo"), moment("2024-01-31")
    ends = [month.after(start, k) for k in range(1, 4)]
    assert dates(ends) == ["2024-02-29 00:00", "2024-03-31 00:00", "2024-04-30 00:00"]
    assert [month.elapsed(start, end - 1) for end in ends] == [0, 1, 2]
    assert [month.elapsed(start, end) for end in ends] == [1, 2, 3]
    assert dates([Duration.of("1y").after(moment("2024-02-29"))]) == ["2025-02-28 00:00"]


def test_months_are_those_of_the_zone_and_days_have_24_hours():
    zone = "Europe/Berlin"
    midnight = moment("2024-03-01", zone)
    assert dates([midnight]) == ["2024-02-29 23:00"]
    assert dates([Duration.of("1mo").after(midnight, zone=zone)], zone) == ["2024-04-01 00:00"]
    before = moment("2024-03-30 12:00", zone)  # clocks go forward in the night after it
    assert dates([Duration.of("1d").after(before, zone=zone)], zone) == ["2024-03-31 13:00"]


def test_a_date_without_an_offset_is_of_the_zone():
    assert moment("2024-10-27T02:30:00+01:00") == moment("2024-10-27 01:30")
    assert moment("2024-07-01", "Europe/Berlin") == moment("2024-06-30 22:00")
    assert micros_of(datetime.fromisoformat("1970-01-01T00:00:01Z")) == 1_000_000
    with pytest.raises(ValidationError, match="'soon' is no date; write one as 2024-03-31"):
        Moment(text="soon")


def test_positions_are_those_of_the_first_row_at_or_after_a_moment():
    clock = RecordedClock(np.array([0, 10, 10, 10, 40]))
    wanted = [0, 1, 1, 4, 4, 5]
    assert clock.positions(np.array([-5, 1, 10, 11, 40, 41])).tolist() == wanted
    plain = super(RecordedClock, clock).positions(np.array([-5, 1, 10, 11, 40, 41]))
    assert plain.tolist() == wanted


def test_a_week_without_rows_gives_one_tick():
    days = np.array([0, 1, 2, 3, 6, 8, 9, 40, 41, 44, 49, 50, 51]) * DAY
    rows = list(ticks(RecordedClock(days), 1, Duration.of("7d")))
    assert (days[rows] // DAY).tolist() == [8, 40, 44, 50]  # due on days 8, 15 … 36, 43, 50


def test_a_period_in_rows_needs_no_clock():
    rows = ticks(None, 100, 24)
    assert [next(rows) for _ in range(3)] == [124, 148, 172] and row_after(None, 5, 7) == 12
    with pytest.raises(ValueError, match="durations and dates need times"):
        row_after(None, 5, Duration.of("1d"))


def arrivals(**given):
    return Arrivals.model_validate(given)


ARRIVALS = [
    arrivals(kind="regular", every="7s"),
    arrivals(kind="poisson", rows=100, per="1h"),
    arrivals(kind="weekly", rows=5_000, days=[1, 1, 1, 1, 1, 0, 0], hours=[0] * 8 + [1] * 16),
]


@pytest.mark.parametrize("one", ARRIVALS, ids=lambda one: one.kind())
def test_any_stretch_of_a_clock_can_be_asked_for_alone(one):
    rows = 2 * BLOCK + 1_000
    whole = one.clock(3, rows).when(np.arange(rows))
    assert whole.dtype == np.int64 and (np.diff(whole) >= 0).all()
    few = np.array([2 * BLOCK + 5, 7, BLOCK - 1, BLOCK])
    assert (one.clock(3, rows).when(few) == whole[few]).all()
    longer = one.clock(3, 4 * rows).when(np.arange(rows))
    assert (longer == whole).all()
    moments = np.concatenate([whole[::97], whole[::97] + 1, whole[[0, -1]] + [-1, 1]])
    places = one.clock(3, rows).positions(moments)
    assert (places == np.searchsorted(whole, moments)).all()
    other = one.clock(4, rows).when(np.arange(rows))
    assert (other == whole).all() == one.clock(3, rows).fixed


def test_random_arrivals_come_as_often_as_they_should():
    poisson, weekly = (one.clock(0, 20_000) for one in ARRIVALS[1:])
    gaps = np.diff(poisson.when(np.arange(20_000))) / FIXED["s"]
    assert abs(gaps.mean() - 36) < 4 * 36 / np.sqrt(20_000) and abs(gaps.std() / 36 - 1) < 0.03
    times = weekly.when(np.arange(20_000))
    weeks = (times[-1] - times[0]) / FIXED["w"]
    assert abs(20_000 / weeks / 5_000 - 1) < 0.06
    found = {(date_of(int(t)).weekday(), date_of(int(t)).hour) for t in times[::10]}
    assert {day for day, _ in found} == {0, 1, 2, 3, 4}
    assert {hour for _, hour in found} == set(range(8, 24))


def test_a_stream_has_the_clock_of_its_arrivals():
    stream = Stream.model_validate(
        {"length": 100, "concepts": {"a": "sea"}, "arrivals": {"kind": "regular", "every": "1h"}}
    )
    assert dates(stream.clock(0).when(np.array([0, 99]))) == [
        "2024-01-01 00:00",
        "2024-01-05 03:00",
    ]
    assert stream.instantiated(5).clock.fixed
    assert Stream.model_validate({"length": 9, "concepts": {"a": "sea"}}).clock(0) is None
    with pytest.raises(ValidationError, match="after the year 2200; let rows come more often"):
        Stream.model_validate(
            {
                "length": 10**6,
                "concepts": {"a": "sea"},
                "arrivals": {"kind": "regular", "every": "1d"},
            }
        )


@together(
    ("place", "about"),
    [
        ("Feb 2024", "no date; write a row, a date such as 2024-03-31, or a time from the first"),
        ("2024-02-31", "is no date; write one as 2024-03-31"),
        ("27.12.2023", "'27.12.2023' is no date; write it as 2023-12-27"),
        ("12/27/2023", "write it as 2023-12-27"),
        ("2023/12/7", "write it as 2023-12-07"),
        ("3/4/2023", "write one as 2024-03-31"),  # two days may be meant
        ("5m", "'m' may be minutes or months"),
    ],
)
def test_what_is_no_place_of_a_row_is_refused(place, about):
    with pytest.raises(ValidationError, match=about):
        TypeAdapter(Annotated[int, Place]).validate_python(place)
