"""What can be turned in scenarios of many sorts: durations, concepts of concepts, detectors."""

from pathlib import Path

import pytest

from driftsim.messages import ScenarioError
from driftsim.scenario.notation import parsed
from driftsim.streams.drifts import Drift
from driftsim.studio.controls import groups_of
from driftsim.studio.session import Session
from driftsim.studio.sources import source_of
from driftsim.studio.world_picture import world_picture

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def opened(name):
    return Session(source_of(SCENARIOS / f"{name}.yaml"))


def turned(session, path, value, do="set"):
    """The document after a step, and the control that was turned."""
    session.do({"do": do, "path": path, "value": value})
    return parsed(session.text())[0], session.now.controls.get(path)


@pytest.mark.parametrize("name", ["suites/change_points", "suites/signals", "suites/error_signals"])
def test_detectors_without_a_model_that_is_kept_up_to_date_can_be_turned(name):
    for group in opened(name).now.groups:
        for one in group.controls:
            assert one.form not in ("number", "whole") or one.low <= one.value <= one.high, one


def test_durations_are_whole_numbers_of_their_unit():
    session = opened("calendar")
    labels = session.now.controls["evaluation.labels.time"]
    assert (labels.label, labels.value, labels.low) == ("labels come, days", 30, 1)
    assert session.now.controls["stream.arrivals.every"].label == "a row every, minutes"
    document, control = turned(session, "evaluation.labels.time", 20)
    assert document["evaluation"]["labels"]["time"] == "20d" and control.value == 20
    document, _ = turned(session, "models.every week.policy.every", 10)
    assert document["models"]["every week"]["policy"]["every"] == "10d"
    document, _ = turned(session, "models.every week.policy.memory.time", 90)
    assert document["models"]["every week"]["policy"]["memory"] == {"kind": "recent", "time": "90d"}
    turned(session, "models.every week.policy", "on_drift", do="kind")
    assert session.now.scenario.models["every week"].policy.memory.labels == 1_500


def test_dates_and_times_stay_what_they_are():
    session = opened("calendar")
    at = "stream.drift.at.0"
    one = session.now.controls[at]
    assert (one.form, one.value, one.date, one.step) == ("date", 15_336, "2024-08-01", 144)
    document, control = turned(session, at, 15_336 + 144 + 1)
    assert document["stream"]["drift"]["at"] == ["2024-08-03 00:20"]
    assert control.value == 15_336 + 144 + 1
    document, control = turned(session, at, "2024-05-05")
    assert document["stream"]["drift"]["at"] == ["2024-05-05"] and control.value == 9_000
    with pytest.raises(ScenarioError, match="is no date"):
        turned(session, at, "soon")
    for path, label, unit in (
        ("stream.drift.width", "width of a change, weeks", "w"),
        ("evaluation.warmup", "warm-up, days", "d"),
    ):
        assert session.now.controls[path].label == label
        document, control = turned(session, path, 3)
        above, word = path.split(".")[:-1], path.split(".")[-1]
        for key in above:
            document = document[key]
        assert document[word] == f"3{unit}" and control.value == 3
    assert session.now.controls["models.every week.policy.memory.time"].main


def test_parameters_of_a_part_that_the_file_leaves_out_can_be_turned():
    session = opened("calendar")
    path = "models.on drift.policy.detector.delta"
    document, control = turned(session, path, 0.01)
    detector = document["models"]["on drift"]["policy"]["detector"]
    assert detector == {"kind": "adwin", "delta": 0.01}
    assert control.log and 0 < control.low < 0.001 and control.high < 1
    document, _ = turned(session, "models.on drift.policy", "periodic", do="kind")
    assert document["models"]["on drift"]["policy"]["every"] == 3_000
    assert "prices" not in document
    document, _ = turned(session, "prices.training.each", 20.0)
    assert document["prices"]["training"] == {"each": 20.0}


def test_what_is_another_concept_by_its_name_is_turned_there_alone():
    paths = opened("local_drift").now.controls
    assert not [path for path in paths if path.startswith("stream.concepts.one corner.of")]
    assert "stream.concepts.as it was.threshold" in paths


def test_only_kinds_and_rows_that_fit_are_offered():
    session = opened("class_drift")
    length = session.now.controls["stream.length"]
    assert length.low == session.now.scenario.stream.drift.at[0] + 1
    assert "models.on drift.policy.memory" not in session.now.controls
    assert opened("covariate_drift").now.controls["stream.concepts.everybody.function"].high == 4
    numbers = opened("walking").now.controls
    assert "stream.noise" not in numbers
    assert "ddm" not in numbers["models.on drift.policy.detector"].options


def test_numbers_of_a_list_have_one_scale():
    controls = opened("offline_or_online").now.controls
    weights = [controls[f"stream.concepts.before.weights.{i}"] for i in range(5)]
    assert [(one.value, one.low, one.high) for one in weights[:2]] == [
        (0, -4.5, 4.5),
        (1.5, -4.5, 4.5),
    ]
    assert len({(one.low, one.high) for one in weights}) == 1


def test_one_feature_alone_is_shown_with_the_labels():
    picture = world_picture(opened("suites/change_points").now.scenario)
    assert (picture["x"]["name"], picture["y"]["name"]) == ("x1", "label")
    assert picture["x"]["values"] != picture["y"]["values"] and picture["shade"] is None


def test_a_drift_of_ones_own_may_write_its_position_otherwise():
    class Elsewhere(Drift):
        at: int = 1_500
        every: str = "now and then"

        def weights(self, t, k, seed): ...
        def changes(self, start, stop, k, seed): ...
        def incompatibility(self, length, k): ...

    scenario = opened("class_drift").now.scenario
    stream = scenario.stream.model_copy(update={"drift": Elsewhere.model_construct(at=30_000)})
    groups = groups_of(scenario.model_copy(update={"stream": stream}), {})
    controls = {one.path: one for one in groups[0].controls}
    assert controls["stream.length"].low == 30_001 and controls["stream.drift.at"].value == 30_000
