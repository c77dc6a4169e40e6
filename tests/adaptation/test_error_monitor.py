"""Hearing: which errors a detector hears, which alarms count, and what passes."""

import numpy as np
import pytest

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.error_monitor import (
    COMPARED,
    MOST_PIECES,
    Answers,
    Ear,
    Passing,
    Recent,
    rises,
)
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.rows import Labelled

LOW = (np.random.default_rng(0).random(3000) < 0.1).astype(int)
HIGH = (np.random.default_rng(1).random(3000) < 0.6).astype(int)


def heard(ear, errors, size=500, labels="at_once"):
    """The positions of the rows whose labels made it ring, hearing on after each alarm."""
    t = np.arange(len(errors))
    rows = Labelled(t, t[:, None] * 1.0, np.asarray(errors))
    chunks = (rows.part(slice(start, start + size)) for start in range(0, len(t), size))
    ear.start(0)
    rung = []
    for arrival in arrivals(chunks, Labels.model_validate(labels), 0):
        while (ring := ear.heard(arrival, np.zeros(len(arrival.t), int))) is not None:
            rung.append(ring)
            _, arrival = arrival.up_to_label(ring.labels)
            ear.start(ring.at.next)
    return rung


def adwin(**more):
    return Ear(Detector.model_validate({"kind": "adwin"}), None, **more)


def test_a_rise_rings_and_a_fall_does_not():
    up, down = np.append(LOW, HIGH), np.append(HIGH, LOW)
    assert [3000 < ring.at.newest < 3200 for ring in heard(adwin(), up)] == [True]
    assert heard(adwin(), down) == []
    assert [3000 < ring.at.newest < 3200 for ring in heard(adwin(falls=True), down)] == [True]


@pytest.mark.parametrize("labels", ["at_once", {"kind": "random", "mean": 300}])
def test_how_rows_are_cut_never_shows(labels):
    errors = np.concatenate([LOW, HIGH, LOW, HIGH])
    whole = [ring.at for ring in heard(adwin(), errors, 12_000, labels)]
    assert whole and whole == [ring.at for ring in heard(adwin(), errors, 77, labels)]
    first = whole[0].next + 1
    assert [ring.at for ring in heard(adwin(), errors[:first], 1, labels)] == whole[:1]


class Planned(Detector):
    """Warns and rings after so many errors."""

    warn: list[int]
    ring: list[int]

    def start(self, rng):
        n = 0

        def first_ring(errors):
            nonlocal n
            start, n = n, n + len(errors)
            for at in sorted([*self.warn, *self.ring]):
                if start < at <= n:
                    n = at
                    return at - start - 1, "alarm" if at in self.ring else "warning"
            return None

        return first_ring


del Detector.kinds["planned"]


@pytest.mark.parametrize("size", [1, 7, 500])
def test_a_fall_is_forgotten_with_all_that_led_to_it(size):
    """Right for 100 rows after 300 wrong ones: what rings at 350 is a fall, at 420 a rise."""
    errors = np.repeat([1, 0, 1], [300, 100, 80])
    ear = Ear(Planned(warn=[320, 340], ring=[350, 420]), None)
    (ring,) = heard(ear, errors, size)
    assert ring.at == (419, 420) and ring.warned is None
    ear = Ear(Planned(warn=[320, 340, 410, 415], ring=[350, 420]), None)
    (ring,) = heard(ear, errors, size)
    assert ring.at == (419, 420) and ring.warned == (414, 415)


@pytest.mark.parametrize("size", [1, 7, 6000])
def test_an_alarm_in_a_cooldown_is_acted_on_when_it_is_over(size):
    t = np.arange(6000)
    rows = Labelled(t, t[:, None] * 1.0, np.append(LOW, HIGH))
    found = {}
    for cooldown in (0, 2000, 3500, 7000):
        ear = adwin()
        ear.start(0, cooldown)
        chunks = (rows.part(slice(start, start + size)) for start in range(0, 6000, size))
        for arrival in arrivals(chunks, Labels.model_validate("at_once"), 0):
            ring = ear.heard(arrival, np.zeros(len(arrival.t), int))
            if ring is not None:
                found[cooldown] = ring.at.next
                break
    assert 3000 < found[0] == found[2000] < 3200 and found[3500] == 3500 and 7000 not in found


def test_what_is_after_an_alarm_is_after_all_rows_that_were_labelled_by_then():
    """Labels come in out of order: the one that rings may be of an early row."""
    ear = adwin()
    rung = heard(ear, np.append(LOW, HIGH), labels={"kind": "random", "mean": 300})
    assert all(ring.at.next - 150 < ring.at.newest < ring.at.next for ring in rung)
    assert any(3000 < ring.at.newest < 3700 for ring in rung)


def test_an_alarm_tells_of_the_last_warning_before_it():
    ear = Ear(Detector.model_validate("ddm"), None)
    ring = next(ring for ring in heard(ear, np.append(LOW, HIGH)) if ring.at.newest > 3000)
    assert 2900 < ring.warned.newest < ring.at.newest < 3100
    (ring, *_) = heard(adwin(), np.append(LOW, HIGH))
    assert ring.warned is None and ring.at.next == ring.at.newest + 1 == ring.labels % 500 + 3000


def test_answers_wait_no_longer_than_their_labels():
    """Half of all labels never come: answers are kept for as long as the longest delay."""
    labels = {"kind": "share", "rate": 0.5, "of": {"kind": "delayed", "rows": 300}}
    t = np.arange(20_000)
    rows = Labelled(t, t[:, None] * 1.0, t % 2)
    chunks = (rows.part(slice(start, start + 100)) for start in range(0, 20_000, 100))
    answers, most = Answers(), 0
    for arrival in arrivals(chunks, Labels.model_validate(labels), 0):
        errors = answers.errors(arrival, np.zeros(100, int))
        assert np.array_equal(errors, arrival.due_y)
        most = max(most, len(answers._t))
    assert most <= 500


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_passing_rings_when_a_whole_window_has_passed(size):
    errors = np.array([0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1.0])
    assert rung(Passing(4, 0.5, None), errors, size) == [5, 12]
    assert rung(Passing(4, None, 0.5), errors, size) == [13]
    assert rung(Passing(4, 0.9, 0.6), errors, size) == [13]
    assert rung(Passing(2, None, 0.5), errors, size) == [5, 11, 13]  # over the very first two


def rung(passing, errors, size):
    """The indices at which it rings; after a ring it needs a whole window again."""
    alarm, offset, found = passing.start(None), 0, []
    while offset < len(errors):
        ring = alarm(errors[offset : offset + size])
        found += [] if ring is None else [offset + ring[0]]
        offset += size if ring is None else ring[0] + 1
    return found


def test_rising_is_told_by_the_likeliest_change():
    assert rises(np.array([0, 0, 0, 1, 1.0])) and not rises(np.array([1, 1, 0, 0, 0.0]))
    assert rises(np.append(np.tile([0, 1.0], 500), np.ones(30)))
    assert not rises(np.append(np.tile([0, 1.0], 500), np.zeros(30)))
    half, less = np.tile([0, 1.0], 500), np.tile([0, 1.0, 0, 1, 0], 200)
    assert rises(np.concatenate([half, less, np.ones(30)]))  # in standard errors, not in sums
    assert not rises(np.concatenate([less, half, np.zeros(30)]))


def test_what_was_heard_takes_bounded_room():
    recent = Recent()
    for _ in range(3000):
        recent.add(np.zeros(0))
        recent.add(np.ones(100))
    assert len(recent._pieces) <= MOST_PIECES + 1 and recent._n <= 2 * COMPARED + 100
