"""Dates: rows as dates on axes, in tables and in words; windows of equal time."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from examples import played

from driftsim.clocks import RecordedClock
from driftsim.durations import FIXED, Duration, micros_of
from driftsim.evaluation.trace import Trace
from driftsim.report.dates import DAY, Dates, date_label, row_text, stretch_text
from driftsim.report.figures import KINDS, View, plot_figure
from driftsim.report.page.html_tables import html_table
from driftsim.report.page.text_files import csv
from driftsim.report.plot import PlotError, check_window, plot, window_of
from driftsim.report.windows import rows_in, window_text, windowed

HOUR = FIXED["h"]
WEEKLY = """# Which keeps up?
stream:
  length: 3_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 13}}
  drift: {kind: gradual, at: [1_500], width: 100}
  arrivals: {kind: regular, every: 1h, start: 2024-01-01}
models:
  frozen: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
  renewed: {learner: sklearn.naive_bayes.GaussianNB, policy: {kind: on_drift, memory: 100}}
evaluation: {warmup: 240, interval: 24, probe: 20}
report: {window: 1w}
"""
RECORDED = """
stream:
  concepts:
    a: {kind: table, path: rows.csv, target: y, time: when, zone: Europe/Berlin, marks: [67]}
models: {last: {learner: no_change, policy: online}}
evaluation: {warmup: 24, interval: 6}
report: {window: 1d}
"""


@pytest.fixture(scope="module")
def weekly(tmp_path_factory):
    return played(WEEKLY, "weekly", tmp_path_factory.mktemp("weekly"))


def at(*date):
    return micros_of(datetime(*date, tzinfo=UTC))


def holed(n=1_000, hole=400, zone=None):
    """Dates of a row an hour from 1 January 2024 on, with five weeks without rows."""
    hours = np.arange(n) + np.where(np.arange(n) < hole, 0, 35 * 24)
    return Dates(RecordedClock(at(2024, 1, 1) + hours * HOUR, zone), 0, n)


def by_interval(dates, n=1_000, interval=10):
    """A trace that counts the rows of intervals."""
    first = np.arange(0, n, interval)
    last = np.minimum(first + interval, n) - 1
    return Trace({"first_row": first, "last_row": last, "rows": last - first + 1}, interval)


def test_rows_and_moments_are_one_anothers_inverse():
    dates = holed()
    rows = np.array([0, 0.25, 399, 399.5, 400, 999])
    np.testing.assert_allclose(dates.rows(dates.at(rows)), rows, atol=1e-6)
    assert dates.at(1_000) == dates.at(999)  # after the last row its own moment
    assert dates.at(399.5) - dates.at(399) == (35 * 24 + 1) * HOUR / 2
    assert dates.holes == [(399, 400)]
    tied = Dates(RecordedClock(np.repeat(at(2024, 1, 1) + np.arange(50) * DAY, 20)), 0, 1_000)
    np.testing.assert_allclose(
        tied.at(tied.rows(tied.at([0, 19, 20, 510, 999]))), tied.at([0, 19, 20, 510, 999])
    )
    assert tied.holes == []  # a row a day is no hole of a day


def test_dates_are_as_precise_as_the_stream_is_short():
    start = at(2024, 3, 30, 23, 30)
    for gap, precision, text in (
        (DAY, "days", "2024-04-01"),
        (HOUR, "minutes", "2024-03-31 01:30"),
        (10 * FIXED["s"], "seconds", "2024-03-31 00:30:10"),
        (FIXED["ms"], "milliseconds", "2024-03-31 00:30:00.001"),
    ):
        clock = RecordedClock(start + np.arange(100) * gap, "Europe/Berlin")
        assert (Dates(clock, 0, 100).precision, Dates(clock, 0, 100).text(1)) == (precision, text)


@pytest.mark.parametrize(
    ("gap", "text"),
    [(7 * DAY, "23 months"), (9 * HOUR, "37 days"), (HOUR, "4 days"), (FIXED["ms"], "1 second")],
)
def test_it_is_said_how_long_a_stream_lasts(gap, text):
    clock = RecordedClock(at(2024, 1, 1) + np.arange(110) * gap)
    assert Dates(clock, 10, 110).span == text


def test_a_row_after_the_end_has_no_date():
    dates = holed()
    assert stretch_text(0, 30, dates) == "0 to 30, 2024-01-01 to 2024-01-02"
    assert stretch_text(998, 1_100, dates) == "998 to 1,100, from 2024-03-17 on"
    assert row_text(1_000, dates) == "1,000" and row_text(0, dates) == "0 (2024-01-01)"


def test_windows_of_time_hold_the_intervals_that_start_in_them():
    dates = holed()
    trace = by_interval(dates)
    starts = dates.starts(trace, Duration.of("1w"))
    days = (dates.at(trace.columns["first_row"]) - dates.start) // (7 * DAY)
    assert [days[start] for start in starts] == [0, 1, 2, 7, 8, 9, 10]  # five weeks without rows
    assert all(days[start] != days[start - 1] for start in starts[1:])
    columns = windowed("tumbling", Duration.of("1w"), dates)(trace).columns
    assert columns["rows"].sum() == 1_000 and columns["rows"].tolist()[0] == 170
    months = dates.starts(trace, Duration.of("1mo"))
    first = dates.at(trace.columns["first_row"][months])
    assert [datetime.fromtimestamp(m / 1e6, UTC).month for m in first] == [1, 2, 3]


def test_a_sliding_window_of_time_ends_with_each_interval():
    dates = holed()
    trace = by_interval(dates)
    columns = windowed("sliding", Duration.of("2d"), dates)(trace).columns
    assert columns["rows"].max() == 40  # intervals of ten hours: of 48 hours, four begin inside
    assert columns["rows"][41] == 20 and columns["rows"][39] == 10  # after and across the hole
    assert columns["last_row"].tolist() == trace.columns["last_row"].tolist()


def test_windows_that_do_not_exist_in_time_are_refused():
    month, week, dates = Duration.of("1mo"), Duration.of("1w"), holed()
    for over, window, given, words in (
        ("sliding", month, dates, "one length"),
        ("faded", week, dates, "give rows"),
        ("tumbling", week, None, "count rows"),
        ("hopping", 100, None, "no kind of window"),
    ):
        with pytest.raises(ValueError, match=words):
            windowed(over, window, given)
    assert rows_in(week, dates) == round(999 * 7 / ((999 + 35 * 24) / 24))
    assert [window_text(one) for one in (week, Duration.of("2mo"), 1, 1_000)] == [
        "1 week", "2 months", "1 row", "1,000 rows",
    ]  # fmt: skip


def test_tables_name_the_dates_of_rows(weekly):
    curves = weekly.curves()
    own = curves[curves["contender"] == "frozen"]
    weeks = (own["first_date"] - pd.Timestamp("2024-01-01", tz=None)) // pd.Timedelta("7D")
    assert weeks.tolist() == [*range(1, 18)] and own["rows"].tolist()[:3] == [96, 168, 168]
    assert own["last_date"].tolist()[-1] == pd.Timestamp("2024-05-04 23:00")
    assert (own["rows"] == own["last_row"] - own["first_row"] + 1).all()
    assert weekly.recovery()["date"].tolist()[0] == pd.Timestamp("2024-03-01 10:00")
    assert weekly.probed()["last_date"].tolist()[0] == pd.Timestamp("2024-03-01 09:00")
    recovery = weekly.tables.recovery(weekly.window)
    assert b",1450,2024-03-01T10:00:00," in csv(recovery)
    made = html_table("recovery", recovery, {"frozen"}, {})
    assert ("2024-03-01 10:00", "word") in made.rows[0][1] and ("date", True) in made.columns


def test_dates_of_a_table_are_those_of_its_zone(tmp_path):
    hours = pd.date_range("2024-03-30", periods=120, freq="h", tz="Europe/Berlin")  # one of 23 h
    table = pd.DataFrame({"when": hours.strftime("%Y-%m-%dT%H:%M:%S%z"), "x": np.arange(120) % 7})
    table.assign(y=table["x"] > 3).to_csv(tmp_path / "rows.csv", index=False)
    results = played(RECORDED, "recorded", tmp_path)
    curves = results.curves()
    days = curves.loc[curves["contender"] == "last", "first_date"]
    assert [str(day) for day in days[:2]] == [
        "2024-03-31 00:00:00+01:00",
        "2024-04-01 01:00:00+02:00",
    ]
    assert b",2024-04-01T20:00:00+02:00," in csv(results.tables.recovery(results.window))
    assert (
        plot_figure("curves", View(results)).axes[-1].get_xlabel() == "date, 2024 (Europe/Berlin)"
    )


def test_words_name_the_dates_of_rows(weekly):
    assert "a (rows 240 to 1,511, 2024-01-11 to 2024-03-03)" in str(weekly.verdict())
    texts = {name: KINDS[name].describe(View(weekly)) for name in ("curves", "stream")}
    assert (
        "from row 240 (2024-01-11) to 2,999 (2024-05-04), in windows of 1 week" in texts["curves"]
    )
    assert "rows 1,450 (2024-03-01) to 1,550 (2024-03-05)" in texts["stream"]


def test_figures_have_equal_widths_for_equal_times(weekly):
    dates = weekly.variants[0].dates
    months = np.array([at(2024, 2, 1), at(2024, 3, 1), at(2024, 4, 1)])
    for name in ("curves", "stream", "alarms"):
        figure = plot_figure(name, View(weekly))
        for panel in figure.axes:
            ends = np.column_stack([dates.rows(months), [0, 0, 0]])
            widths = np.diff(panel.transData.transform(ends)[:, 0])
            assert widths[0] / 29 == pytest.approx(widths[1] / 31), name
        bottom = figure.axes[-1]
        assert bottom.get_xlabel() == "date, 2024"
        labels = [text.get_text() for text in bottom.get_xticklabels()]
        assert {"Feb", "Mar", "Apr", "May"} <= {*labels}, labels
        ticks = [datetime.fromtimestamp(m / 1e6, UTC) for m in dates.at(bottom.get_xticks())]
        assert all(one.day in (1, 15) and not one.hour for one in ticks)


def test_the_label_of_an_axis_says_what_its_ticks_leave_out():
    """The first year of a stream may end before the first tick."""

    def label(gap, *start):
        return date_label(Dates(RecordedClock(at(*start) + np.arange(100) * gap), 0, 100))

    assert label(DAY, 2023, 11, 20) == "date, 2023–2024"
    assert label(FIXED["s"], 2024, 3, 1, 9) == "date, 1 Mar 2024"


def test_a_long_pause_covers_the_curves(weekly, monkeypatch):
    monkeypatch.setitem(weekly.variants[0].__dict__, "dates", holed(3_000, 1_000))
    view = View(weekly, window=100)
    figure = plot_figure("curves", view)
    (hole,) = [patch for patch in figure.axes[0].patches if patch.get_gid() == "hole"]
    assert hole.get_x() == 999 and hole.get_width() == 1
    box = hole.get_window_extent()
    assert box.width > 0.2 * figure.axes[0].get_window_extent().width  # 35 days of 150
    assert "There are no rows from 2024-02-11 to 2024-03-17." in KINDS["curves"].describe(
        View(weekly)
    )


def test_a_figure_of_windows_of_time_needs_dates(weekly, monkeypatch, tmp_path):
    out = weekly.store.folder.parent.parent
    plot([out.parent / "weekly.yaml"], tmp_path / "curves.svg", out=out, window="2w")
    text = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert ">date, 2024<" in text and ">Feb<" in text and "row of the stream" not in text
    monkeypatch.setitem(weekly.variants[0].__dict__, "dates", None)
    with pytest.raises(PlotError, match="--window: weekly: '2w' is a time, and rows have none"):
        check_window({"weekly": weekly}, {"window": Duration.of("2w")})


def test_the_window_of_a_command_line():
    assert window_of("200") == window_of(200) == 200 and window_of("1w") == Duration.of("1w")
    for text, words in (("1x", "or a number of rows"), ("0", "more than 0"), ("0d", "more than 0")):
        with pytest.raises(PlotError, match=f"--window: .*{words}"):
            window_of(text)
