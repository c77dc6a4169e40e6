"""The studio's scenario: what can be turned, what is refused, and that each step can be undone."""

import base64

import numpy as np
import pytest

from driftsim.messages import ScenarioError
from driftsim.scenario import load
from driftsim.scenario.notation import parsed
from driftsim.studio.controls import label_of
from driftsim.studio.kind_choices import CHOSEN
from driftsim.studio.session import Session
from driftsim.studio.sources import source_of
from driftsim.studio.world_picture import world_picture

SUITE = """\
streams:
  easy: {length: 3_000, concepts: {a: sea}, evaluation: {warmup: 500}}
  numbers: {length: 4_000, concepts: {a: {kind: linear, features: 2}}}
models:
  tree: {learner: river.tree.HoeffdingTreeClassifier, policy: online}
  line: {learner: least_squares, policy: {kind: periodic, every: 500, memory: 500}}
  last: {learner: no_change, policy: online}
sweep: {stream.noise: [0.0, 0.1]}
"""


@pytest.fixture
def session():
    return Session(source_of(None))


def put(path, value, **more):
    return {"do": "set", "path": path, "value": value, **more}


def test_what_is_turned_is_in_the_file_that_is_saved(session, tmp_path):
    memory = "models.every 2,000 rows.policy.memory.labels"
    session.do(put("stream.noise", 0.25))
    session.do(put("stream.drift.at.0", 12_000))
    session.do(put(memory, 700))  # which the file writes as a number alone
    session.do(put("prices.training.each", 5.5))
    (saved := tmp_path / "saved.yaml").write_text(session.text(), encoding="utf-8")
    study = load(saved)
    scenario = study.variants[0].scenario
    assert scenario == session.now.scenario and study.question == session.source.question
    assert (scenario.stream.noise, scenario.stream.drift.at) == (0.25, [12_000])
    assert scenario.models["every 2,000 rows"].policy.memory.labels == 700
    assert scenario.prices.training.each == 5.5
    assert session.state()["groups"][0]["controls"][0]["label"] == "length of the stream"


def test_what_is_not_offered_or_not_valid_is_refused_and_changes_nothing(session):
    before = session.text()
    refused = {
        "no control": put("stream.concepts.before", {"kind": "table", "path": "/etc/passwd"}),
        "no control in the studio": put(["a"], 1),
        "give a whole": put("stream.length", 5.5),
        "is for `driftsim run`": put("stream.length", 10**11),
        "give a number": put("stream.noise", "a lot"),
        "at most 1": put("stream.noise", 1.5),
        "outside the stream": put("stream.drift.at.0", 30_000),
        "not valid here": {"do": "kind", "path": "stream.drift", "value": "nested"},
        "cannot do": {"do": "eval"},
        "no learner is called": {"do": "add", "learner": "os.system", "policy": "online"},
        "names none": {"do": "add", "learner": "[a]", "policy": "online"},
        "give a policy": {"do": "add", "learner": "naive_bayes"},
        "no contender is called": {"do": "remove", "name": "nobody"},
    }
    for message, step in refused.items():
        with pytest.raises(ScenarioError, match=message):
            session.do(step)
    assert session.text() == before and session.undoable == (False, False)


def test_a_drag_is_undone_at_once_and_done_again(session):
    first = session.text()
    for noise in (0.1, 0.2, 0.3):
        session.do(put("stream.noise", noise, gesture="a"))
    dragged = session.text()
    session.do({"do": "remove", "name": "online"})
    session.do({"do": "undo"})
    assert session.text() == dragged
    session.do({"do": "undo"})
    assert session.text() == first and session.undoable == (False, True)
    session.do({"do": "undo"})
    session.do({"do": "redo"})
    assert session.text() == dragged


def test_a_new_studio_gets_to_the_same_by_the_steps(session):
    for noise in (0.1, 0.2):
        session.do(put("stream.noise", noise, gesture=str(noise), draft=True))
    session.do({"do": "kind", "path": "stream.drift", "value": "recurring"})
    session.do(put("stream.drift.every", 3_000))
    session.do({"do": "add", "learner": "{kind: knn, n_neighbors: 3}", "policy": "on_drift"})
    session.do({"do": "rename", "name": "knn on drift", "value": "neighbours"})
    steps, other = session.state()["steps"], Session(source_of(None))
    assert len(steps) == 5  # of the noise the last one
    for _ in range(2):  # of a second page, to no effect
        other.do({"do": "again", "steps": steps})
    assert other.text() == session.text() and other.state()["steps"] == steps


@pytest.mark.parametrize("family", CHOSEN, ids=lambda family: family.kind())
def test_every_kind_that_is_offered_fits(session, family):
    paths = {one.path: one.options for one in session.now.controls.values() if one.form == "kind"}
    path = next(one for one in paths if one.rpartition(".")[2] == family.kind())
    for kind in paths[path]:
        session.do({"do": "kind", "path": path, "value": kind})
        assert session.now.controls[path].value == kind


def test_names_and_parameters_add_contenders(session):
    for policy in ("static", "periodic", "{kind: mini_batch, size: 50}"):
        session.do({"do": "add", "learner": "naive_bayes", "policy": policy})
    session.do({"do": "add", "learner": "naive_bayes", "policy": "static"})
    added = list(session.now.scenario.models)[4:]
    names = ["static", "periodic", "mini batch", "static 2"]
    assert added == [f"naive bayes {name}" for name in names]
    assert session.now.scenario.models["naive bayes mini batch"].policy.size == 50


def test_of_a_suite_one_stream_is_shown_with_the_contenders_that_can_play_it(tmp_path):
    (path := tmp_path / "suite.yaml").write_text(SUITE)
    session = Session(source_of(path))
    assert session.state()["streams"] == ["easy", "numbers"]
    assert "sweep of stream.noise is left out" in session.state()["notes"][0]
    assert [*session.now.scenario.models] == ["tree", "last"]
    assert session.now.scenario.evaluation.warmup == 500
    session.do({"do": "stream", "value": "numbers"})
    assert [*session.now.scenario.models] == ["line", "last"]
    assert "streams" not in parsed(session.text())[0]
    session.do(put("stream.length", 5_000))
    session.do({"do": "stream", "value": "easy"})
    session.do({"do": "stream", "value": "numbers"})
    assert session.now.scenario.stream.length == 5_000  # as it was left


def test_prices_of_mistakes_are_named_by_their_classes():
    assert label_of("prices.mistake.1") == "a mistake on 1"
    assert label_of("models.a.learner.mistake.no.yes") == "a mistake on no, answered yes"
    assert label_of("stream.concepts.a.priors.0") == "priors 1, a"  # the first of a list


def test_without_prices_a_mistake_costs_1_and_can_get_another_price(tmp_path):
    (path := tmp_path / "suite.yaml").write_text(SUITE)
    session = Session(source_of(path))
    assert session.now.controls["prices.mistake"].value == 1.0
    session.do(put("prices.label", 0.5))
    session.do(put("prices.mistake", 2))
    assert session.now.scenario.prices.mistake == 2
    session.do({"do": "stream", "value": "numbers"})
    assert session.now.controls["prices.absolute_error"].value == 1.0
    session.do(put("prices.absolute_error", 3.5))
    assert session.now.scenario.prices.absolute_error == 3.5


def test_sliders_go_around_their_values(session):
    for one in session.now.controls.values():
        if one.form in ("number", "whole"):
            assert one.low <= one.value <= one.high and one.low < one.high, one
            assert not one.log or one.low > 0


def test_the_picture_has_the_rows_of_the_stream_and_what_is_true_of_them(session):
    import base64

    import numpy as np

    scenario = session.now.scenario
    picture = world_picture(scenario)

    def numbers(text, kind="u1"):
        return np.frombuffer(base64.b64decode(text), kind)

    t, label = numbers(picture["t"], "<u4"), numbers(picture["label"])
    world = scenario.stream.instantiated(0, 1_000)
    rows = world.rows(0, 20_000)
    assert np.array_equal(label, rows.y[t]) and len(t) > 3_000
    across, values = picture["x"], numbers(picture["x"]["values"])
    inside = (values > 0) & (values < 255)
    places = across["low"] + values / 255 * (across["high"] - across["low"])
    assert np.abs(places - rows.X[t, 0])[inside].max() < (across["high"] - across["low"]) / 500
    shade = picture["shade"]
    cells = numbers(shade["values"]).reshape(shade["steps"], shade["cells"], shade["cells"])
    assert cells[0, :, -1].mean() > 245 > 10 > cells[0, :, 0].mean()  # before: by x1 alone
    assert cells[-1, 0].mean() > cells[-1, -1].mean()  # after: the second class is above


def test_rows_at_which_a_table_with_dates_changes_have_their_dates(tmp_path):
    days = [f"2024-{1 + i // 28 % 12:02}-{1 + i % 28:02},{i % 5},{'ab'[i % 2]}" for i in range(336)]
    (tmp_path / "t.csv").write_text("\n".join(["day,x,y", *days]) + "\n")
    (path := tmp_path / "t.yaml").write_text("""
stream:
  concepts:
    t: {kind: table, path: t.csv, target: y, time: day, task: classification, marks: [2024-06-01]}
models: {last: {learner: no_change, policy: online}}
evaluation: {warmup: 56}
""")
    session = Session(source_of(path))
    found = session.now.controls["stream.concepts.t.marks.0"]
    assert (found.form, found.value, found.date) == ("date", 140, "2024-06-01")
    assert (found.low, found.high) == (1, 335)
    assert not session.now.controls["stream.concepts.t.task"].main
    session.do(put("stream.concepts.t.marks.0", 168))
    assert session.now.controls["stream.concepts.t.marks.0"].date == "2024-07-01"
    dates = world_picture(session.now.scenario)["dates"]
    after = np.frombuffer(base64.b64decode(dates["after"]), "<f8")
    assert after[28] == 31 * 86_400_000 and dates["precision"] == "days"
    assert world_picture(Session(source_of(None)).now.scenario)["dates"] is None
