"""Study overview: what happens in a study, in words and characters."""

import pytest
from typer.testing import CliRunner

from driftsim import ScenarioError, load
from driftsim.cli import app
from driftsim.durations import Duration
from driftsim.overview.study import overview
from driftsim.overview.times import pace
from driftsim.runner.runs import missing
from driftsim.store import Store
from driftsim.streams.arrivals import RegularClock

TEXT = """\
# Is this a question that is long enough to be wrapped where it would stand out?
stream:
  length: 1_000
  noise: 0.1
  concepts: {before: {kind: sea, threshold: 8}, after: {kind: sea, threshold: 12.5}}
  drift: DRIFT
models:
  tree:
    learner: sklearn.tree.DecisionTreeClassifier
    policy: {kind: on_drift, memory: 1_000, detector: {kind: adwin, delta: 0.01}}
evaluation: {warmup: 200, labels: {kind: delayed, rows: 50}, seeds: 3}
"""
RECURRING = "{kind: recurring, every: 1_000}"


def lines(folder, drift, width=80, more=""):
    path = folder / "s.yaml"
    path.write_text(TEXT.replace("DRIFT", drift) + more)
    return without_severity(overview(load(path), width).splitlines())


def without_severity(printed):
    """Lines without those that say how severe changes are, which test_severity.py tries."""
    severe = ("total variation", "answers differ")
    return [line for line in printed if not any(words in line for words in severe)]


def test_an_overview_says_what_there_is(tmp_path):
    printed = [line.strip() for line in lines(tmp_path, "{kind: sudden, at: [250]}", 200)]
    assert printed == [
        "Is this a question that is long enough to be wrapped where it would stand out?",
        "1,000 rows of 3 features and 2 classes",
        "the share 0.1 of the labels is replaced by a wrong one",
        "200 rows of warm-up; labels: delayed, rows 50; 3 seeds",
        "tree: DecisionTreeClassifier (scikit-learn); "
        "on_drift, memory 1,000, detector adwin delta 0.01; its detector: compiled",
        "a" * 50 + "b" * 148,
        "a = before: sea, threshold 8",
        "b = after: sea, threshold 12.5",
        "row 250: before → after",
    ]


@pytest.mark.parametrize(
    "prices, line",
    [
        (
            "{currency: EUR, mistake: 0.5, label: 0.02, hour: 3.20, staleness: 1e-5}",
            "prices in EUR: mistake 0.5, label 0.02, hour 3.2, staleness 0.00001",
        ),
        (
            "{mistake: {0: 0.1, 1: {0: 5}}, training: {each: 15, per_row: 0.25}}",
            "prices in mistakes: mistake {0: 0.1, 1: {0: 5}}, training 15, row of a training 0.25",
        ),
        ("{training: 15}", "prices in mistakes: mistake 1, training 15"),
    ],
)
def test_an_overview_says_what_costs_something(tmp_path, prices, line):
    printed = lines(tmp_path, "{kind: sudden, at: [250]}", 200, f"prices: {prices}\n")
    assert [one.strip() for one in printed if "price" in one] == [line]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_an_overview_keeps_to_the_width(tmp_path, width):
    printed = lines(tmp_path, "{kind: recurring, every: 10}", width)
    assert max(map(len, printed)) <= width
    assert printed[0].startswith("  Is this")


def test_a_ramp_has_its_rows(tmp_path):
    printed = lines(tmp_path, "{kind: gradual, at: [500], width: 200}", 102)
    assert "  rows 400 to 600: before → after" in printed
    bar = next(line.strip() for line in printed if "~" in line)
    assert bar == "a" * 41 + "~" * 19 + "b" * 40


def test_rows_have_dates_beside_them_where_they_are_known(tmp_path):
    arrivals = "{kind: sudden, at: [500]}\n  arrivals: {kind: regular, every: 1min}"
    printed = lines(tmp_path, arrivals)
    assert any("come from 2024-01-01 00:00 to 2024-01-01 16:39, UTC" in one for one in printed)
    assert printed[-1] == "  row 500 (2024-01-01 08:20): before → after"


def test_the_changes_beyond_twenty_are_counted_but_for_the_last(tmp_path):
    printed = lines(tmp_path, "{kind: recurring, every: 10}")
    assert printed[-2:] == ["  … and 78 more changes, until", "  row 990: before → after"]
    assert sum("→" in line for line in printed) == 21


def test_a_thousand_million_changes_are_not_listed(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT.replace("1_000\n", f"{10**12}\n", 1).replace("DRIFT", RECURRING))
    printed = without_severity(overview(load(path), 80).splitlines())
    assert printed[-2] == "  … and 999,999,978 more changes, until"
    assert printed[-1] == "  row 999,999,999,000: before → after"
    words = (
        "the stream changes 999,999,999 times, and at most 1,000,000 changes can be run; "
        "shorten the stream or let it change less often"
    )
    with pytest.raises(ScenarioError, match=words):
        missing(load(path), Store(tmp_path))
    shown = CliRunner().invoke(app, ["check", str(path)]).stdout
    assert shown.endswith(f"\n{path}: cannot be run: {words}\n")


def test_a_sweep_is_counted(tmp_path):
    sweep = "sweep: {stream.noise: [0, 0.1], models.tree.policy.memory: [5, 6, 7]}\n"
    printed = lines(tmp_path, "{kind: sudden, at: [250]}", 100, sweep)
    assert printed[-1].startswith("  6 settings of stream.noise and models.tree.policy.memory")


def test_recorded_rows_have_marks_and_no_oracle(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "stream:\n  concepts: {pages: {kind: river.datasets.Phishing, marks: [300]}}\n"
        "models: {last: {learner: no_change, policy: online}}\n"
    )
    printed = overview(load(path)).splitlines()
    assert "  1,250 rows of 9 features and 2 classes (false, true)" in printed
    assert any("no oracle" in line for line in printed)
    assert "  a = pages: river.datasets.Phishing, marks [300]" in printed
    assert "  row 300: marked" in printed


@pytest.mark.parametrize(
    ("gap", "rows"), [("1 min", "1,440"), ("7h", "3.43"), ("500 ms", "172,800")]
)
def test_rows_a_day_are_a_plain_number(gap, rows):
    clock = RegularClock(0, Duration.of(gap).micros, 50)
    assert pace(clock) == f"{rows} a day, the median gap is {gap}".replace("7h", "7 h")


def test_an_overview_of_a_stream_with_times_says_when_rows_come(tmp_path):
    more = "report: {window: 1d}\n"
    text = TEXT.replace("noise: 0.1", "arrivals: {kind: regular, every: 30 min}").replace(
        "rows: 50", "time: 2d, of: {kind: batches, every: 4w, of: {kind: delayed, time: 1s}}"
    )
    path = tmp_path / "s.yaml"
    path.write_text(text.replace("DRIFT", "{kind: sudden, at: [250]}") + more)
    printed = [line.strip() for line in without_severity(overview(load(path), 200).splitlines())]
    assert printed[-6:-4] == [
        "rows come from 2024-01-01 00:00 to 2024-01-21 19:30, UTC: 48 a day, "
        "the median gap is 30 min",
        "on average 1s is less than a row, 4w is longer than the stream, 2d is 96 rows",
    ]


def test_the_floor_says_which_models_are_trained_and_how_much_they_predict(tmp_path):
    more = "decision: {floor: true, grid: 200, memories: [100, {kind: recent, time: 2h}]}\n"
    arrivals = "{kind: sudden, at: [250]}\n  arrivals: {kind: regular, every: 1h}"
    assert (
        "  floor of DecisionTreeClassifier (tree): 4 times of training, one every 200 rows; "
        "memories 100 and 2h; with all seeds 24 models and 12,000 predictions"
    ) in lines(tmp_path, arrivals, 200, more)
