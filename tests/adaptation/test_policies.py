"""Policies, on a scripted model that tells what it was trained on."""

import numpy as np
import pytest

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.hearing import Answers
from driftsim.adaptation.memories import Remembered
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.learners.learner import Model
from driftsim.rows import Alarm, Event, Labelled

HISTORY, ROWS = slice(0, 10), slice(10, 60)


class Diary(Model):
    """Predicts the position of the last row it was trained on."""

    def __init__(self, last=-1, log=None):
        self.last, self.log = last, [] if log is None else log

    def fit(self, rows, weight=None):
        self.log.append(("fit", rows.t.tolist()))
        return Diary(rows.t[-1], self.log)

    def learn(self, rows):
        self.log.append(("learn", rows.t.tolist()))
        self.last = rows.t[-1]

    def predict(self, X):
        return np.full(len(X), self.last)


class OnFirstError(Detector):
    """Rings at the first error it hears."""

    def start(self, rng):
        return lambda errors: (int(errors.argmax()), "alarm") if errors.any() else None


del Detector.kinds["on_first_error"]


def run(policy, delay=0, size=7, y=None):
    t = np.arange(60)
    rows = Labelled(t, t[:, None] * 1.0, t * 0.0 if y is None else y)
    chunks = (rows.part(slice(s, min(s + size, 60))) for s in range(10, 60, size))
    labels = Labels.model_validate({"kind": "delayed", "rows": delay})
    model = Diary()
    given = list(policy.run(model, rows.part(HISTORY), arrivals(chunks, labels, 0), None))
    predicted = np.concatenate([one for one in given if not isinstance(one, Event)])
    return predicted, model.log, given


def test_static_is_trained_once():
    predicted, log, _ = run(Policy.model_validate("static"))
    assert predicted.tolist() == [9] * 50 and log == [("fit", list(range(10)))]


def test_periodic_counts_rows_from_the_end_of_the_warm_up():
    policy = Policy.model_validate({"kind": "periodic", "every": 20, "memory": 15})
    predicted, log, _ = run(policy)
    assert predicted.tolist() == [9] * 20 + [29] * 20 + [49] * 10
    assert log[1:] == [("fit", list(range(15, 30))), ("fit", list(range(35, 50)))]


def test_periodic_trains_on_labels_that_have_come_in():
    policy = Policy.model_validate({"kind": "periodic", "every": 20, "memory": 15})
    _, log, _ = run(policy, delay=5)
    assert log[1] == ("fit", list(range(10, 25)))


def test_mini_batch_learns_full_batches():
    predicted, log, _ = run(Policy.model_validate({"kind": "mini_batch", "size": 8}))
    assert log[:3] == [
        ("learn", list(range(8))),
        ("learn", [8, 9]),
        ("learn", list(range(10, 18))),
    ]
    assert predicted[:10].tolist() == [9] * 8 + [17] * 2


def test_online_learns_each_label_before_the_next_row():
    predicted, _, _ = run(Policy.model_validate("online"))
    assert predicted.tolist() == list(range(9, 59))
    late, _, _ = run(Policy.model_validate("online"), delay=5)
    assert late.tolist() == [9] * 6 + list(range(10, 54))


@pytest.mark.parametrize("size", [1, 7, 50])
def test_on_drift_gathers_after_the_alarm(size):
    """Right on the first twenty labels, which are 9; wrong on row 30: trained on 31 … 35."""
    policy = Policy.model_validate({"kind": "on_drift", "memory": 5})
    policy = policy.model_copy(update={"detector": OnFirstError()})
    y = np.where(np.arange(60) < 30, 9.0, 35.0)
    predicted, log, given = run(policy, y=y, size=size)
    assert log == [("fit", list(range(10))), ("fit", [31, 32, 33, 34, 35])]
    assert predicted.tolist() == [9] * 26 + [35] * 24
    before = given[: next(i for i, one in enumerate(given) if isinstance(one, Alarm))]
    assert sum(map(len, before)) == 21  # it rings after row 30 is predicted, before row 31


def test_a_detector_does_not_hear_the_errors_of_a_replaced_model():
    """Labels ten rows late: errors made before the refit come in after it, and ring no more."""
    policy = Policy.model_validate({"kind": "on_drift", "memory": 5})
    policy = policy.model_copy(update={"detector": OnFirstError()})
    y = np.where(np.arange(60) < 20, 9.0, 25.0)
    _, log, given = run(policy, delay=10, y=y)
    assert [event for event, _ in log] == ["fit", "fit"]
    assert sum(isinstance(one, Alarm) for one in given) == 1
    assert log[1] == ("fit", [21, 22, 23, 24, 25])


def test_memory_keeps_the_last_rows():
    memory, t = Remembered(5), np.arange(30)
    for start, stop in ((0, 3), (3, 4), (4, 12), (12, 12), (12, 14)):
        memory.add(Labelled(t, t[:, None], t).part(slice(start, stop)))
    assert memory.rows().t.tolist() == [9, 10, 11, 12, 13]
    assert memory.rows().t.tolist() == [9, 10, 11, 12, 13]


def test_answers_are_forgotten_once_told():
    answers, t = Answers(), np.arange(100)
    rows = Labelled(t, t[:, None], t % 2)
    for arrival in arrivals([rows], Labels.model_validate({"kind": "delayed", "rows": 30}), 0):
        errors = answers.errors(arrival, np.zeros(100, int))
    assert errors.tolist() == (np.arange(70) % 2).tolist()
    assert answers._t.tolist() == list(range(70, 100))
