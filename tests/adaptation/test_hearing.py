"""Hearing: which errors a detector hears, which alarms count, and what passes."""

import numpy as np
import pytest

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.hearing import Answers, Ear, Passing, rises
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
            ear.start(ring.next)
    return rung


def adwin(**more):
    return Ear(Detector.model_validate({"kind": "adwin"}), None, **more)


def test_a_rise_rings_and_a_fall_does_not():
    up, down = np.append(LOW, HIGH), np.append(HIGH, LOW)
    assert [3000 < ring.t < 3200 for ring in heard(adwin(), up)] == [True]
    assert heard(adwin(), down) == []
    assert [3000 < ring.t < 3200 for ring in heard(adwin(falls=True), down)] == [True]


def test_how_rows_are_cut_never_shows():
    errors = np.concatenate([LOW, HIGH, LOW, HIGH])
    whole = [ring.t for ring in heard(adwin(), errors, 12_000)]
    assert whole and whole == [ring.t for ring in heard(adwin(), errors, 77)]


def test_in_a_cooldown_nothing_rings():
    ear, t = adwin(), np.arange(6000)
    rows = Labelled(t, t[:, None] * 1.0, np.append(LOW, HIGH))
    (arrival,) = arrivals([rows], Labels.model_validate("at_once"), 0)
    ear.start(0, cooldown=3500)
    assert ear.heard(arrival, np.zeros(6000, int)) is None
    ear.start(0, cooldown=2000)
    assert ear.heard(arrival, np.zeros(6000, int)).t > 3000


def test_an_alarm_tells_of_the_last_warning_before_it():
    ear = Ear(Detector.model_validate("ddm"), None)
    ring = next(ring for ring in heard(ear, np.append(LOW, HIGH)) if ring.t > 3000)
    assert 2900 < ring.warned < ring.t < 3100
    (ring, *_) = heard(adwin(), np.append(LOW, HIGH))
    assert ring.warned is None and ring.next == ring.t + 1 == ring.labels % 500 + 3000


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
