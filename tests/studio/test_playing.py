"""What the studio plays: the same numbers as a run, the newest scenario first, nothing twice."""

import threading
import time

import pytest

from driftsim import run
from driftsim.runner.execution import Result
from driftsim.studio.playing import Player
from driftsim.studio.session import Session
from driftsim.studio.sources import source_of

SLOW = """\
stream: {length: 20_000, concepts: {a: sea}}
models:
  quick: {learner: naive_bayes, policy: online}
  slow: {learner: naive_bayes, policy: {kind: periodic, every: 1, memory: 20_000}}
"""


class Played:
    """A player, and the events that it has sent."""

    def __init__(self, path=None):
        self.events, self._came = [], threading.Condition()
        self.session = Session(source_of(path))
        self.player = Player(self.session, (), self.send)
        self.player.start()

    def send(self, kind, data):
        with self._came:
            self.events.append((kind, data))
            self._came.notify()

    def event(self, kind, where=lambda data: True, seconds=60):
        """The first event of a kind that fits, which leaves; those before it stay."""
        end = time.monotonic() + seconds
        with self._came:
            while True:
                for one in self.events:
                    if one[0] == kind and where(one[1]):
                        self.events.remove(one)
                        return one[1]
                assert self._came.wait(end - time.monotonic()), f"no {kind} after {seconds} s"

    def done(self, number):
        """The frame in which all contenders of a number have finished."""
        return self.event("frame", lambda one: one["number"] == number and not one["pending"])

    def ask(self, number, **step):
        self.events.clear()
        self.player.ask(number, step)


@pytest.fixture
def played(request):
    one = Played(getattr(request, "param", None))
    yield one
    one.player.close()
    one.player.join(10)
    assert not one.player.is_alive()


def test_scores_and_costs_are_those_of_a_run(played, tmp_path):
    first = played.done(0)
    assert first["seeds"] == [1, 1] and first["failed"] == {} and first["lower"]
    assert "trained once" in played.event("verdict")["html"]
    assert played.event("world")["length"] == 20_000
    (path := tmp_path / "first.yaml").write_text(played.session.text(), encoding="utf-8")
    results = run(path, tmp_path / "reports", jobs=1, progress=False)
    for row in results.summary().to_dict("records"):
        score = first["scores"][row["contender"]]
        assert score["value"] == row["error"]
    assert first["scores"]["on alarms"]["alarms"] == "1 of 1 change found, 0 false alarms"
    assert not first["scores"]["online"]["alarms"]
    costs = {row["contender"]: row["cost"] for row in first["costs"]}
    every = {row.contender: row.cost for row in results.costs().itertuples()}
    assert costs == {name: every[name] for name in results.study.contenders}


def test_only_what_has_changed_is_played_again(played):
    played.done(0)
    keys = len(played.player._kept._results)
    played.ask(1, do="set", path="models.every 2,000 rows.policy.every", value=1_000)
    played.done(1)
    assert len(played.player._kept._results) == keys + 1
    played.ask(2, do="set", path="prices.mistake", value=3.0)
    costs = played.done(2)["costs"]
    assert len(played.player._kept._results) == keys + 1
    played.ask(3, do="undo")
    assert sum(row["cost"] for row in played.done(3)["costs"]) < sum(row["cost"] for row in costs)
    played.ask(4, do="set", path="stream.noise", value=7)
    assert played.event("refused")["path"] == "stream.noise"
    assert played.session.now.scenario.stream.noise == 0.02


@pytest.mark.slow
def test_columns_that_are_none_are_the_usual_ones(played):
    played.done(0)
    usual = played.event("world")["x"]["column"]
    for number, value in enumerate(("x", [0, -1], [0.5, 1], [0, 9], {"a": 1}), start=1):
        played.ask(number, do="columns", value=value)
        assert played.event("world")["x"]["column"] == usual
    played.ask(9, do="columns", value=[1, 0])
    assert played.event("world")["x"]["column"] == 1


def test_a_draft_is_of_the_first_seed_alone(played):
    played.done(0)
    played.ask(1, do="set", path="evaluation.seeds", value=3, draft=True, gesture="a")
    assert played.done(1)["seeds"] == [1, 1]
    played.ask(2, do="set", path="evaluation.seeds", value=3, gesture="a")
    assert played.done(2)["seeds"] == [3, 3]


def test_a_step_that_ends_a_drag_does_not_wait_for_what_is_played_of_it():
    player = Player(Session(source_of(None)), (), lambda *given: None)
    for step, ends in (({"draft": True}, False), ({"draft": True}, False), ({}, True)):
        player.ask(1, step)
        assert player._interrupted() and player._urgent(draft=True) == ends
    assert not player._urgent(draft=False)
    player.close()
    assert player._interrupted() and player._urgent(draft=False)


def test_a_new_step_ends_what_takes_long(tmp_path):
    (path := tmp_path / "slow.yaml").write_text(SLOW)
    played = Played(path)
    try:
        first = played.event("frame")
        assert first["pending"] == ["slow"] and "quick" in first["scores"]
        started = time.process_time()
        played.ask(1, do="remove", name="slow")
        scores = played.done(1)["scores"]
        assert "quick" in scores and "slow" not in scores
        assert time.process_time() - started < 2
    finally:
        played.player.close()
        played.player.join(10)


def test_the_report_has_all_that_has_finished(played):
    played.done(0)
    played.ask(1, do="report")
    page = played.event("report")["page"]
    assert "every 2,000 rows" in page and 'id="tallies"' in page
    played.ask(2, do="set", path="stream.noise", value=0.2)
    played.player.ask(3, {"do": "report"})  # in the middle of it
    played.done(2)


def test_what_is_not_valid_is_named_as_on_the_page_and_failures_can_be_tried_again(played):
    played.done(0)
    played.ask(1, do="add", learner="nave_bayes", policy="online")
    assert played.event("refused")["message"].startswith("learner: no learner is called")
    played.ask(2, do="set", path="stream.drift.at.0", value=30_000)
    assert played.event("refused")["message"].startswith("change at: ")
    kept = played.player._kept
    key = next(key for key, (result, _) in kept._results.items() if result.trace)
    kept.put(key, Result(None, "the process that ran it crashed", None, ()))
    played.ask(3, do="set", path="prices.mistake", value=2.0)
    assert played.done(3)["failed"]
    played.ask(4, do="retry")
    assert played.done(4)["failed"] == {}


def test_names_are_text_wherever_they_are_shown(played):
    played.done(0)
    played.ask(1, do="rename", name="online", value="<img src=x>")
    html = played.event("verdict", lambda one: one["number"] == 1)["html"]
    assert "&lt;img src=x&gt;" in html and "<img" not in html


@pytest.mark.slow
def test_libraries_are_played_beside_and_failures_are_named(played):
    played.done(0)
    learner = "{kind: sklearn.tree.DecisionTreeClassifier, max_depth: 3}"
    played.ask(1, do="add", learner=learner, policy="periodic")
    first = played.event("frame", lambda one: one["number"] == 1)
    assert first["pending"] == ["DecisionTreeClassifier periodic"]
    assert len(first["scores"]) > 4  # the others are there at once
    last = played.done(1)
    assert last["scores"]["DecisionTreeClassifier periodic"]["value"] < 0.2
    wrong = "{kind: sklearn.neighbors.KNeighborsClassifier, n_neighbors: 5_000}"
    played.ask(2, do="add", learner=wrong, policy="static")
    assert "n_neighbors" in played.done(2)["failed"]["KNeighborsClassifier static"]
