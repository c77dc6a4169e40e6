"""Timing: tables that say when their rows came, and when their labels."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from driftsim.durations import date_of, micros_of
from driftsim.evaluation.labels import NEVER, Uniforms
from driftsim.evaluation.prequential import evaluate, timed
from driftsim.scenario import Scenario
from driftsim.streams.stream import Stream

START = datetime(2024, 1, 1)
START_MICROS = micros_of(START.replace(tzinfo=UTC))
DELAYED = {"kind": "delayed", "time": "2d"}
WEEKLY = {"kind": "periodic", "every": "7d", "memory": "30d"}


def written(tmp_path, rows, header="when,a,b,y", name="t.csv"):
    """A table of texts, and its path."""
    path = tmp_path / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


def dated(days, form="%Y-%m-%d %H:%M"):
    """A row on each of some days, its class that of its feature."""
    rng = np.random.default_rng(0)
    return [f"{START + timedelta(days=float(d)):{form}},{x:.2f},7,{int(x > 0.5)}"
            for d, x in zip(days, rng.random(len(days)))]  # fmt: skip


def scenario(path, policy=WEEKLY, labels="at_once", warmup=20, **more):
    table = {"kind": "table", "path": path, "time": "when", "target": "y", **more}
    model = {"learner": "sklearn.naive_bayes.GaussianNB", "policy": policy}
    rules = {"warmup": warmup, "labels": labels, "interval": 1}
    given = {"stream": {"concepts": {"t": table}}, "models": {"m": model}, "evaluation": rules}
    return Scenario.model_validate(given)


def mistake(*args, **more):
    with pytest.raises(ValidationError) as error:
        scenario(*args, **more)
    return error.value.errors()[0]["msg"]


def test_a_table_has_a_clock_and_its_time_is_no_feature(tmp_path):
    path = written(tmp_path, dated(range(40)))
    stream = scenario(path).stream
    assert stream.schema.names == ("a", "b") and stream.timed
    clock = stream.clock(0)
    assert date_of(clock.moment(39)).isoformat() == "2024-02-09T00:00:00+00:00"
    kept = scenario(path, columns=["when", "a"]).stream
    assert kept.schema.names == ("when", "a") and kept.clock(3).moment(1) == clock.moment(1)


def test_warm_up_marks_and_drifts_may_be_dates(tmp_path):
    path = written(tmp_path, dated(np.arange(0, 40, 0.5)))
    one = scenario(path, warmup="9d", marks=["2024-01-20", "2024-01-25 12:00"])
    assert one.evaluation.warmup == 18 and one.rules.warmup == 18
    assert [change.centre for change in one.stream.changes(0)] == [38, 49]
    assert "'2025-01-01' lies outside the stream, from 2024-01-01" in mistake(
        path, marks=["2025-01-01"]
    )


def test_a_weekly_training_is_once_after_a_hole_of_five_weeks(tmp_path):
    days = np.concatenate([np.arange(0, 30, 0.25), 65 + np.arange(0, 10, 0.25)])
    policy = WEEKLY | {"memory": "60d"}
    one = scenario(written(tmp_path, dated(days)), policy, warmup=8)  # two days
    trace = evaluate(one.stream, one.models["m"], one.rules)
    trained = trace.columns["first_row"][1:][trace.columns["fits"][1:] > 0]  # after the warm-up
    assert days[trained].tolist() == [9, 16, 23, 65, 72]
    assert trace.columns["rows_trained"][trained - 8].tolist() == [36, 64, 92, 100, 100]


def test_labels_come_in_when_a_column_says_so(tmp_path):
    late = [1, 3, 0.5, None, 40, -2]
    rows = dated(range(30))
    for i, days in enumerate(late):
        paid = "" if days is None else f"{START + timedelta(days=i + days):%Y-%m-%d %H:%M}"
        rows[i] += f",{paid}"
    rows[len(late) :] = [f"{row},2024-01-31" for row in rows[len(late) :]]
    path = written(tmp_path, rows, "when,a,b,y,paid")
    one = scenario(path, labels={"kind": "delayed", "time": {"column": "paid"}}, warmup=5)
    assert one.stream.schema.names == ("a", "b")
    labels = timed(one.rules.labels, one.stream.clock(0))
    due = labels.due(np.arange(30), np.zeros(30, int), Uniforms(0))
    assert due[:6].tolist() == [0, 3, 2, NEVER, 30, 5]
    assert (due[6:] == 30).all()  # after the last row, on 30 January
    wrong = {"kind": "delayed", "time": {"column": "payed"}}
    assert "there is no column 'payed'; did you mean 'paid'?" in mistake(path, labels=wrong)


@pytest.mark.parametrize(
    ("rows", "more", "about"),
    [
        (dated([0, 2, 1]), {}, "row 2 (line 4) comes on 2024-01-02 00:00:00 in column 'when'"),
        (
            dated([0, 2, 1]),
            {"zone": "Europe/Berlin"},
            "comes on 2024-01-02 00:00:00 in column 'when', before the row above it (2024-01-03 0",
        ),
        ([*dated([0, 1]), ",0.5,7,1"], {}, "row 2 (line 4) has no time in column 'when'"),
        (
            dated([0, 1], "%d/%m/%Y"),
            {},
            "row 1 (line 3) has '02/01/2024' in column 'when': the day",
        ),
        (dated([0, 1]), {"time": "wann"}, "there is no column 'wann'"),
        (dated([0, 1]), {"time": "y"}, "the target 'y' is the time of rows"),
        (dated([0, 1]), {"order": "shuffled"}, "shuffled rows are not in the order of their times"),
        (dated([0, 1]), {"time": None, "zone": "Europe/Berlin"}, "zone needs the time of each row"),
    ],
)
def test_what_is_wrong_with_times_is_told_with_its_line(tmp_path, rows, more, about):
    assert about in mistake(written(tmp_path, rows), policy="static", warmup=1, **more)


def test_rows_are_sorted_where_that_is_asked_for(tmp_path):
    shuffled = np.random.default_rng(1).permutation(40) // 2
    rows = dated(shuffled)
    one = scenario(written(tmp_path, rows), sort=True).stream
    order = np.argsort(shuffled, kind="stable")
    assert one.rows(0, 0, 40).X[:, 0].tolist() == [float(rows[i].split(",")[1]) for i in order]
    assert (np.diff(one.clock(0).when(np.arange(40))) >= 0).all()


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"policy": WEEKLY}, ("models", "m", "policy", "memory", "time")),
        ({"policy": "static", "warmup": "9d"}, ("evaluation", "warmup")),
        ({"policy": "static", "marks": ["2024-01-05"]}, ("stream", "concepts", "t", "marks", 0)),
        (
            {"labels": {"kind": "share", "rate": 0.5, "of": DELAYED}, "policy": "static"},
            ("evaluation", "labels", "of", "time"),
        ),
    ],
)
def test_durations_without_times_are_refused_with_place_and_remedy(tmp_path, given, place):
    path = written(tmp_path, dated(range(40)))
    with pytest.raises(ValidationError) as error:
        scenario(path, time=None, drop=["when"], **given)
    (found, *_) = error.value.errors()
    assert found["loc"] == place
    assert (
        "give the stream `arrivals` or, if all rows are of one table, that `time: column`"
        in found["msg"]
    )


def test_a_memory_that_never_holds_a_label_is_refused(tmp_path):
    path = written(tmp_path, dated(range(40)))
    late = {"kind": "share", "rate": 0.5, "of": {"kind": "delayed", "time": "30d"}}
    about = "a memory of 30d holds no label, as labels come in so long after their rows"
    assert about in mistake(path, labels=late)
    assert scenario(path, WEEKLY | {"memory": "31d"}, late).models


def test_rows_do_not_have_two_times(tmp_path):
    table = {"kind": "table", "path": written(tmp_path, dated(range(40))), "time": "when"}
    arrivals = {"kind": "regular", "every": "1h"}
    given = {"concepts": {"t": table}, "arrivals": arrivals}
    with pytest.raises(ValidationError, match="the rows of the table have times; leave out these"):
        Stream.model_validate(given)
    untimed = given | {"concepts": {"t": table | {"time": None, "drop": ["when"]}}}
    assert Stream.model_validate(untimed).clock(0).moment(1) == START_MICROS + 3_600_000_000
