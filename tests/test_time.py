"""Time: durations count as rows do on a regular clock, and no label comes before its time."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import driftsim
from driftsim.clocks import RecordedClock
from driftsim.durations import FIXED
from driftsim.evaluation.labels import NEVER, Labels, Uniforms
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

HOUR = FIXED["h"]
NAIVE_BAYES = "sklearn.naive_bayes.GaussianNB"
HOURLY = {"kind": "regular", "every": "1h"}
IRREGULAR = {"kind": "weekly", "rows": 500, "hours": [0] * 8 + [1] * 16}
DDM = {"kind": "ddm", "warning": 0.5, "alarm": 1.0}


def stream(arrivals, length=1_200):
    concepts = {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 14.0}}
    drift = {"kind": "recurring", "every": 300}
    given = {"length": length, "arrivals": arrivals, "concepts": concepts, "drift": drift}
    return Stream.model_validate(given)


def traced(policy, labels="at_once", arrivals=HOURLY, **more):
    given = {"learner": NAIVE_BAYES, "policy": policy} | more
    rules = Rules.model_validate(
        {"warmup": 100, "interval": 10, "labels": labels, "predictions": True}
    )
    return evaluate(stream(arrivals), Contender.model_validate(given), rules)


def told(trace):
    """All of a trace that does not depend on the machine."""
    columns = {
        n: c.tolist() for n, c in trace.columns.items() if "second" not in n and "by" not in n
    }
    return columns, trace.predictions.tolist(), trace.alarms.tolist()


PERIODIC = {"kind": "periodic", "every": 24, "memory": 300}
ON_DRIFT = {"kind": "on_drift", "memory": 40, "detector": DDM}
ON_SHIFT = {"kind": "on_shift", "window": 60, "level": 0.3, "memory": 50}
DOUBLING = {"kind": "doubling", "first": 20, "until": 150, "memory": 90, "detector": DDM}
BUDGETED = {"kind": "budgeted", "trainings": 2, "per": 250, "window": 20, "memory": 40}
FADED = {"kind": "faded", "half_life": 50}


@pytest.mark.parametrize(
    ("policy", "timed"),
    [
        (PERIODIC, {"every": "24h"}),
        (PERIODIC, {"every": "1d", "memory": "300h"}),
        (PERIODIC | {"latency": {"rows": 5}}, {"latency": {"time": "5h"}}),
        (PERIODIC | {"memory": FADED}, {"memory": {"kind": "faded", "half_life": "50h"}}),
        (ON_DRIFT | {"every": 90}, {"every": "90h"}),
        (ON_DRIFT | {"cooldown": 70}, {"cooldown": "70h"}),
        (ON_DRIFT | {"kind": "recall", "cooldown": 70}, {"cooldown": "70h"}),
        (ON_SHIFT, {"window": "60h"}),
        (DOUBLING, {"first": "20h", "until": "150h"}),
        (DOUBLING | {"cooldown": 30}, {"cooldown": "30h"}),
        (BUDGETED, {"per": "250h"}),
        ({"kind": "ensemble", "every": 96}, {"every": "4d"}),
        ({"kind": "mini_batch", "size": 24}, {"size": "1d"}),
        ({"kind": "replay", "size": 12, "buffer": 50}, {"size": "12h"}),
    ],
)
def test_durations_count_as_rows_do_where_a_row_comes_every_hour(policy, timed):
    rows, durations = told(traced(policy)), told(traced(policy | timed))
    assert rows == durations and sum(rows[0]["rows_trained"]) > 100
    assert untrained() != rows


@cache
def untrained():
    """What is told of who is trained once alone, played once for all."""
    return told(traced({"kind": "static"}))


@pytest.mark.parametrize(
    ("labels", "timed", "memory"),
    [
        ("at_once", "at_once", "300h"),
        ({"kind": "delayed", "rows": 47}, {"kind": "delayed", "time": "48h"}, 300),
    ],
)
def test_durations_count_as_rows_do_in_a_table_with_a_row_every_hour(
    labels, timed, memory, tmp_path
):
    block = stream(HOURLY).rows(0, 0, 1_200)
    hours = np.datetime64("2024-03-01T00:00") + np.arange(1_200) * np.timedelta64(1, "h")
    cells = [f"{hour}Z,{x[0]},{x[1]},{y}" for hour, x, y in zip(hours, block.X, block.y)]
    (tmp_path / "t.csv").write_text("\n".join(["at,a,b,y", *cells]))  # over a night of DST
    table = {"kind": "table", "path": str(tmp_path / "t.csv"), "time": "at"}
    hourly = Stream.model_validate({"concepts": {"t": table | {"zone": "Europe/Berlin"}}})

    def trace(policy, labels):
        contender = Contender.model_validate({"learner": NAIVE_BAYES, "policy": policy})
        given = {"warmup": 400, "labels": labels, "predictions": True}
        return told(evaluate(hourly, contender, Rules.model_validate(given)))

    rows = trace(PERIODIC, labels)
    durations = trace(PERIODIC | {"every": "24h", "memory": memory}, timed)
    after_end = [sum(columns.pop("labels_after_end")) for columns, *_ in (rows, durations)]
    # a label that falls due when the table has ended is counted there: the next hour has no row
    assert rows == durations and after_end == ([0, 0] if labels == timed else [47, 48])
    assert sum(rows[0]["rows_trained"]) > 5_000


@pytest.mark.parametrize(
    ("labels", "timed"),
    [
        ({"kind": "delayed", "rows": 47}, {"kind": "delayed", "time": "2d"}),
        ({"kind": "batches", "every": 45}, {"kind": "batches", "every": "45h"}),
        (
            {"kind": "budget", "labels": 7, "per": 24},
            {"kind": "budget", "labels": 7, "per": "1d"},
        ),
        (
            {"kind": "batches", "every": 45, "of": {"kind": "delayed", "rows": 46}},
            {"kind": "batches", "every": "45h", "of": {"kind": "delayed", "time": "47h"}},
        ),
        ("at_once", {"kind": "delayed", "time": "0s"}),
        ("at_once", {"kind": "delayed", "time": "1h"}),  # before the next row, which comes then
    ],
)
def test_labels_come_in_as_by_rows_where_a_row_comes_every_hour(labels, timed):
    rows, times = traced(PERIODIC, labels), traced(PERIODIC, timed)
    assert (rows.predictions == times.predictions).all()
    assert (rows.columns["rows_trained"] == times.columns["rows_trained"]).all()
    late = times.columns["labels_after_end"].sum() - rows.columns["labels_after_end"].sum()
    assert late == (timed["kind"] == "delayed" and timed["time"] != "0s")  # no row is late enough


def irregular(n=200):
    """Times with ties and holes, in microseconds."""
    gaps = np.random.default_rng(1).choice([0, 0, 1, 2, 9, 30], n) * HOUR
    return RecordedClock(np.cumsum(gaps))


@pytest.mark.parametrize("hours", [0, 1, 5, 40, 10_000])
def test_a_label_comes_in_at_the_first_row_that_is_late_enough(hours):
    clock, n = irregular(), 200
    t, when = np.arange(n), irregular().when(np.arange(n))
    labels = Labels.model_validate({"kind": "delayed", "time": f"{hours}h"}).with_clock(clock)
    due = labels.due(t, t % 2, Uniforms(0))
    for i in t:
        late_enough = [j for j in t if j > i and when[j] >= when[i] + hours * HOUR]
        assert due[i] == (late_enough[0] - 1 if late_enough else max(i, due[i]))
        if not late_enough and hours:
            assert due[i] >= n  # after the end, not with its last row


@pytest.mark.parametrize(
    "labels",
    [
        {"kind": "random", "mean": "30h"},
        {"kind": "random", "mean": "2d", "law": "log_normal"},
        {"kind": "delayed", "time": "5h", "of": {"kind": "delayed", "time": "3h"}},
        {"kind": "batches", "every": "1mo"},
        {"kind": "budget", "labels": 3, "per": "12h"},
        {"kind": "share", "rate": 0.5, "of": {"kind": "delayed", "time": "9h"}},
    ],
    ids=str,
)
def test_no_label_comes_in_before_its_time(labels):
    clock, t = irregular(), np.arange(200)
    given = Labels.model_validate(labels).with_clock(clock)
    due = given.due(t, t % 2, Uniforms(0))
    assert (due >= t).all()
    inside = due < clock.rows - 1
    waited = clock.when(due[inside] + 1) - clock.when(t[inside])
    least = {"share": 9, "delayed": 8}.get(labels["kind"], 0)
    assert inside.sum() > 20 and (waited >= least * HOUR).all()
    assert (due[~inside] >= clock.rows).all() or (due == NEVER).any()
    alone = [int(given.due(t[[i]], t[[i]] % 2, Uniforms(0))[0]) for i in (3, 77, 150)]
    assert alone == due[[3, 77, 150]].tolist()


@pytest.mark.parametrize(
    ("labels", "hours"),
    [
        ({"kind": "delayed", "time": "3h"}, lambda hour: hour + 10),
        ({"kind": "batches", "every": "2d"}, lambda hour: -(-(hour + 7) // 48) * 48),
        (
            {"kind": "delayed", "time": "1h", "of": {"kind": "batches", "every": "1d"}},
            lambda hour: -(-(hour + 7) // 24) * 24 + 1,
        ),
        ({"kind": "share", "rate": 1.0}, lambda hour: hour + 7),
    ],
    ids=["delay", "batches", "delay of batches", "share"],
)
def test_delays_of_delays_add_up_to_the_hour_whatever_rows_lie_between(labels, hours):
    """The second counts from when the label is there, not from the row before which it comes in."""
    late = {"kind": "delayed", "time": "7h"}
    of = {"of": labels["of"] | {"of": late}} if "of" in labels else {"of": late}
    gaps = np.random.default_rng(1).choice([0, 0, 1, 2, 9, 30], 200)
    hour, t = np.cumsum(gaps) - gaps[0], np.arange(200)
    clock = RecordedClock(hour * HOUR)
    due = Labels.model_validate(labels | of).with_clock(clock).due(t, t % 2, Uniforms(0))
    for i in t[:-40]:
        assert due[i] == max(i, np.searchsorted(hour, hours(hour[i])) - 1)


@pytest.mark.parametrize(
    "policy",
    [
        {"kind": "periodic", "every": "1d", "memory": "10d", "latency": {"time": "3h"}},
        {"kind": "ensemble", "every": "2d"},
        ON_DRIFT | {"every": "5d", "cooldown": "1d"},
    ],
    ids=lambda one: one["kind"],
)
def test_no_prediction_uses_a_label_before_its_time(policy, monkeypatch):
    labels, first = {"kind": "delayed", "time": "3d"}, 500
    before = traced(policy, labels, IRREGULAR)
    draw = Stream.instantiated

    def corrupted(self, seed, warmup=0):
        world = draw(self, seed, warmup)
        block = world.block

        def flipped(b):
            one = block(b)
            return one._replace(y=np.where(one.t >= first, 1 - one.y, one.y))

        world.block = flipped
        return world

    monkeypatch.setattr(Stream, "instantiated", corrupted)
    after = traced(policy, labels, IRREGULAR)
    when = stream(IRREGULAR).clock(0).when(np.arange(1_200))
    differ = np.flatnonzero(before.predictions != after.predictions) + 100
    assert len(differ) and (when[differ] >= when[first] + 72 * HOUR).all()


def test_compiled_and_uncompiled_contenders_count_the_same_time():
    policy = ON_DRIFT | {"every": "5d", "cooldown": "1d", "memory": "9d", "enough": 30}
    labels = {"kind": "random", "mean": "1d"}
    traces = [traced(policy, labels, IRREGULAR, compiled=one) for one in (True, False)]
    assert told(traces[0]) == told(traces[1])


def test_a_memory_goes_by_the_time_of_rows_not_of_labels():
    """A label that is 20 days late is of no use to a memory of 10 days."""
    policy = {"kind": "periodic", "every": "1d", "memory": "10d"}
    late = traced(policy, {"kind": "delayed", "time": "20d"}).columns
    assert late["fits_skipped"].sum() > 20
    assert (
        traced(policy | {"memory": 240}, {"kind": "delayed", "time": "20d"})
        .columns["fits_skipped"]
        .sum()
        == 0
    )


def test_the_example_of_the_docs_is_a_scenario(tmp_path):
    page = (Path(__file__).resolve().parents[1] / "docs" / "time.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    (tmp_path / "s.yaml").write_text(example, encoding="utf-8")
    (variant,) = driftsim.load(tmp_path / "s.yaml").variants
    assert variant.scenario.evaluation.warmup == 60 * 72
    assert variant.scenario.stream.drift.at == [(31 - 1 + 29 + 31 + 30 + 15) * 72]
    assert variant.scenario.stream.drift.width == 28 * 72


@pytest.mark.slow
def test_runs_by_the_calendar_are_the_same_on_any_number_of_workers(tmp_path):
    source = Path(__file__).resolve().parents[1] / "scenarios" / "calendar.yaml"
    study = driftsim.load(source, ["stream.length=9_000", "stream.drift.at=[90d]"], seeds=2)
    frames = [
        driftsim.run(study, out=tmp_path / str(jobs), jobs=jobs).curves("error") for jobs in (1, 2)
    ]
    assert frames[0].equals(frames[1]) and len(frames[0])
