"""Error monitor: which errors a detector gets, which alarms count, and windows of errors."""

import numpy as np
import pytest

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.error_monitor import (
    COMPARED,
    ErrorMonitor,
    MeanThreshold,
    PendingPredictions,
    rises,
)
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.rows import Labelled

LOW = (np.random.default_rng(0).random(3000) < 0.1).astype(int)
HIGH = (np.random.default_rng(1).random(3000) < 0.6).astype(int)


def alarms(monitor, errors, size=500, labels="at_once"):
    """The alarms that count; it starts again after each of them."""
    t = np.arange(len(errors))
    rows = Labelled(t, t[:, None] * 1.0, np.asarray(errors))
    chunks = (rows.part(slice(start, start + size)) for start in range(0, len(t), size))
    monitor.start(0)
    fired = []
    for arrival in arrivals(chunks, Labels.model_validate(labels), 0):
        while (alarm := monitor.update(arrival, np.zeros(len(arrival.t), int))) is not None:
            fired.append(alarm)
            _, arrival = arrival.up_to_label(alarm.labels)
            monitor.start(alarm.at.next)
    return fired


def adwin(**more):
    return ErrorMonitor(Detector.model_validate({"kind": "adwin"}), None, **more)


def test_a_rise_fires_and_a_fall_does_not():
    up, down = np.append(LOW, HIGH), np.append(HIGH, LOW)
    assert [3000 < alarm.at.newest < 3200 for alarm in alarms(adwin(), up)] == [True]
    assert alarms(adwin(), down) == []
    assert [3000 < alarm.at.newest < 3200 for alarm in alarms(adwin(falls=True), down)] == [True]


@pytest.mark.parametrize("labels", ["at_once", {"kind": "random", "mean": 300}])
def test_how_rows_are_cut_never_shows(labels):
    errors = np.concatenate([LOW, HIGH, LOW, HIGH])
    whole = [alarm.at for alarm in alarms(adwin(), errors, 12_000, labels)]
    assert whole and whole == [alarm.at for alarm in alarms(adwin(), errors, 77, labels)]
    first = whole[0].next + 1
    assert [alarm.at for alarm in alarms(adwin(), errors[:first], 1, labels)] == whole[:1]


class Planned(Detector):
    """Warns and fires after so many errors."""

    warn: list[int]
    alarms: list[int]

    def start(self, rng):
        n = 0

        def detect(errors):
            nonlocal n
            start, n = n, n + len(errors)
            for at in sorted([*self.warn, *self.alarms]):
                if start < at <= n:
                    n = at
                    return at - start - 1, "alarm" if at in self.alarms else "warning"
            return None

        return detect


del Detector.kinds["planned"]


@pytest.mark.parametrize("size", [1, 7, 500])
def test_a_fall_is_forgotten_with_all_that_led_to_it(size):
    """Right for 100 rows after 300 wrong ones: what fires at 350 is a fall, at 420 a rise."""
    errors = np.repeat([1, 0, 1], [300, 100, 80])
    monitor = ErrorMonitor(Planned(warn=[320, 340], alarms=[350, 420]), None)
    (alarm,) = alarms(monitor, errors, size)
    assert alarm.at == (419, 420) and alarm.warned is None
    monitor = ErrorMonitor(Planned(warn=[320, 340, 410, 415], alarms=[350, 420]), None)
    (alarm,) = alarms(monitor, errors, size)
    assert alarm.at == (419, 420) and alarm.warned == (414, 415)


@pytest.mark.parametrize("size", [1, 7, 6000])
def test_an_alarm_in_a_cooldown_is_acted_on_when_it_is_over(size):
    t = np.arange(6000)
    rows = Labelled(t, t[:, None] * 1.0, np.append(LOW, HIGH))
    found = {}
    for cooldown in (0, 2000, 3500, 7000):
        monitor = adwin(cooldown=cooldown)
        monitor.start(0)
        chunks = (rows.part(slice(start, start + size)) for start in range(0, 6000, size))
        for arrival in arrivals(chunks, Labels.model_validate("at_once"), 0):
            alarm = monitor.update(arrival, np.zeros(len(arrival.t), int))
            if alarm is not None:
                found[cooldown] = alarm.at.next
                break
    assert 3000 < found[0] == found[2000] < 3200 and found[3500] == 3500 and 7000 not in found


def test_what_is_after_an_alarm_is_after_all_rows_that_were_labelled_by_then():
    """Labels come in out of order: the one that fires may be of an early row."""
    monitor = adwin()
    fired = alarms(monitor, np.append(LOW, HIGH), labels={"kind": "random", "mean": 300})
    assert all(alarm.at.next - 150 < alarm.at.newest < alarm.at.next for alarm in fired)
    assert any(3000 < alarm.at.newest < 3700 for alarm in fired)


def test_an_alarm_tells_of_the_last_warning_before_it():
    monitor = ErrorMonitor(Detector.model_validate("ddm"), None)
    alarm = next(alarm for alarm in alarms(monitor, np.append(LOW, HIGH)) if alarm.at.newest > 3000)
    assert 2900 < alarm.warned.newest < alarm.at.newest < 3100
    (alarm, *_) = alarms(adwin(), np.append(LOW, HIGH))
    assert (
        alarm.warned is None and alarm.at.next == alarm.at.newest + 1 == alarm.labels % 500 + 3000
    )


def test_answers_wait_no_longer_than_their_labels():
    """Half of all labels never come: predictions are kept for as long as the longest delay."""
    labels = {"kind": "share", "rate": 0.5, "of": {"kind": "delayed", "rows": 300}}
    t = np.arange(20_000)
    rows = Labelled(t, t[:, None] * 1.0, t % 2)
    chunks = (rows.part(slice(start, start + 100)) for start in range(0, 20_000, 100))
    pending, most = PendingPredictions(), 0
    for arrival in arrivals(chunks, Labels.model_validate(labels), 0):
        errors = pending.errors(arrival, np.zeros(100, int))
        assert np.array_equal(errors, arrival.due_y)
        most = max(most, len(pending._t))
    assert most <= 500


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_mean_exceeds_its_threshold_once_the_window_is_whole(size):
    errors = np.array([0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1.0])
    assert exceeding(MeanThreshold(4, 0.5, None), errors, size) == [5, 12]
    assert exceeding(MeanThreshold(4, None, 0.5), errors, size) == [13]
    assert exceeding(MeanThreshold(4, 0.9, 0.6), errors, size) == [13]
    assert exceeding(MeanThreshold(2, None, 0.5), errors, size) == [
        5,
        11,
        13,
    ]  # over the very first two


def exceeding(limit, errors, size):
    """The indices at which it fires; after an alarm it needs a whole window again."""
    detect, offset, found = limit.start(None), 0, []
    while offset < len(errors):
        fired = detect(errors[offset : offset + size])
        found += [] if fired is None else [offset + fired[0]]
        offset += size if fired is None else fired[0] + 1
    return found


def test_errors_rise_if_they_are_higher_after_the_likeliest_change():
    assert rises(np.array([0, 0, 0, 1, 1.0])) and not rises(np.array([1, 1, 0, 0, 0.0]))
    assert rises(np.append(np.tile([0, 1.0], 500), np.ones(30)))
    assert not rises(np.append(np.tile([0, 1.0], 500), np.zeros(30)))
    half, less = np.tile([0, 1.0], 500), np.tile([0, 1.0, 0, 1, 0], 200)
    assert rises(np.concatenate([half, less, np.ones(30)]))  # in standard errors, not in sums
    assert not rises(np.concatenate([less, half, np.zeros(30)]))


def test_recent_errors_take_bounded_room():
    monitor = ErrorMonitor(Planned(warn=[], alarms=[]), None)
    for labels in ("at_once", {"kind": "batches", "every": 20_000}):
        assert not alarms(monitor, np.arange(3 * COMPARED) % 2, 1000, labels)
        held = sum(map(len, monitor._recent))
        assert COMPARED <= held < COMPARED + 20_000 and all(map(len, monitor._recent))
