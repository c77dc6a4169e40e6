"""Retraining: which of several models in training serves, and when clocks and latencies count."""

import numpy as np
import pytest
from test_policies import Diary, OnFirstError, run, scripted

from driftsim.adaptation.policies import Policy
from driftsim.adaptation.policies.on_alarm import Stop
from driftsim.adaptation.policies.retraining import Latency, Retraining, Train, Until
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.rows import Alarm, Change, Deployed, Labelled, Skipped


class At(Retraining):
    """Trains before each of the given rows."""

    rows: list[int]

    def trigger(self, history, memory, rng):
        for row in self.rows:
            yield Until(row)
            yield Train()
        yield Until()


del Retraining.kinds["at"]


def at(*rows, per_row):
    """A policy that trains on the labels since its last training, at a latency for each."""
    return At.model_validate({"memory": "chunk", "latency": {"per_row": per_row}, "rows": [*rows]})


def test_a_latency_by_rows_is_rounded_up_to_whole_rows_and_not_by_rounding_errors():
    assert [Latency(per_row=0.5).after(n) for n in (0, 1, 2, 3)] == [0, 1, 1, 2]
    assert Latency(per_row=0.07).after(100) == 7  # 0.07 × 100 is 7.000000000000001
    assert Latency(rows=4).after(100) == 4


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_model_that_is_overtaken_in_training_never_serves(size):
    """Trained before row 20 on ten labels, serving from 25 on; before 22 on two, from 23 on."""
    predicted, log, _ = run(at(20, 22, per_row=0.5), size=size)
    assert [rows for _, rows in log[1:]] == [list(range(10, 20)), [20, 21]]
    assert predicted.tolist() == [9] * 13 + [21] * 37


@pytest.mark.parametrize("size", [1, 7, 50])
def test_of_two_models_that_come_at_once_the_one_trained_last_serves(size):
    predicted, _, _ = run(at(20, 25, per_row=1.0), size=size)  # both are ready before row 30
    assert predicted.tolist() == [9] * 20 + [24] * 30


def test_a_model_in_training_at_an_alarm_never_serves():
    """The clock trains one before row 13; it fires before 15, and 15 and 16 are gathered."""
    policy = scripted(alarm=5, every=3, latency={"rows": 10}, memory=4, enough=2)
    predicted, log, given = run(policy)
    assert log[1:3] == [("fit", [9, 10, 11, 12]), ("fit", [15, 16])]
    assert predicted[:18].tolist() == [9] * 17 + [16]
    assert isinstance(given[1], np.ndarray) and any(isinstance(one, Alarm) for one in given)


def test_the_clock_starts_anew_with_every_model():
    """Right until row 30 and from its refit before row 34 on; its clock is due before row 59."""
    policy = Policy.model_validate({"kind": "on_drift", "memory": 3, "every": 25})
    policy = policy.model_copy(update={"detector": OnFirstError()})
    _, log, _ = run(policy, y=np.where(np.arange(60) < 30, 9.0, 33.0))
    assert [rows for _, rows in log[1:]] == [[31, 32, 33], [56, 57, 58]]


@pytest.mark.parametrize("size", [1, 7, 50])
def test_no_alarm_is_acted_on_within_a_cooldown(size):
    policy = Policy.model_validate({"kind": "on_drift", "memory": 5, "cooldown": 20})
    policy = policy.model_copy(update={"detector": OnFirstError()})
    _, log, _ = run(policy, size=size)  # wrong from the first row on
    assert [rows for _, rows in log[1:]] == [[30, 31, 32, 33, 34], [55, 56, 57, 58, 59]]


@pytest.mark.parametrize(("cooldown", "first"), [(0, 22), (12, 22), (13, 34), (25, 46)])
def test_a_shift_within_a_cooldown_is_looked_for_in_the_next_window(cooldown, first):
    policy = {"kind": "on_shift", "memory": 9, "window": 12, "cooldown": cooldown}
    _, log, _ = run(Policy.model_validate(policy))
    assert log[1] == ("fit", list(range(first, first + 9)))


def test_a_change_at_the_very_row_that_a_new_model_serves_from_is_not_missed():
    """The first row after the warm-up is one; of the model trained before row 15 row 18 is."""
    changes = [Change(row, row, row, 0, 1) for row in (10, 18)]
    policy = Policy.model_validate({"kind": "at_drift", "memory": 5, "latency": {"rows": 3}})
    predicted, log, _ = run(policy, known=[changes])
    assert [rows[0] for _, rows in log[1:]] == [10, 18]
    assert predicted.tolist() == [9] * 8 + [14] * 8 + [22] * 34


def test_a_faded_memory_weighs_the_rows_of_every_training():
    noted = []

    class Weighed(Diary):
        def fit(self, rows, weight=None):
            noted.append(weight)
            return self

    memory = {"kind": "faded", "half_life": 5}
    run(Policy.model_validate({"kind": "periodic", "every": 20, "memory": memory}), model=Weighed())
    assert noted[0] is None and [len(one) for one in noted[1:]] == [30, 50]
    assert all(one[-6:].tolist() == [0.5 ** (i / 5) for i in range(5, -1, -1)] for one in noted[1:])


class Interrupted(At):
    """Stops also at the third label that comes in, and notes each label."""

    def trigger(self, history, memory, rng):
        yield Until(*self.rows)
        yield Train()
        yield Until(watch=self.third_label)
        yield Until(watch=self.third_label)

    def third_label(self, arrival, predicted):
        before, n = LOG.count("label"), len(arrival.due_t)
        stop = 3 - before if before < 3 <= before + n else None
        LOG.extend(["label"] * (n if stop is None else stop))
        return stop and Stop(stop)


LOG = []
del Retraining.kinds["interrupted"]


@pytest.mark.parametrize("size", [7, 10, 50])
def test_a_model_begins_to_serve_only_after_all_labels_before_its_first_row(size):
    """Ten labels come in between rows 19 and 20, from which on the model serves."""
    t = np.arange(60)
    rows = Labelled(t, t[:, None] * 1.0, t * 0.0)
    chunks = (rows.part(slice(s, min(s + size, 60))) for s in range(10, 60, size))
    labels = Labels.model_validate({"kind": "batches", "every": 10})
    policy = Interrupted.model_validate({"memory": "all", "latency": {"rows": 5}, "rows": [15]})
    LOG.clear()
    for given in policy.run(Diary(), rows.part(slice(10)), arrivals(chunks, labels, 0), None):
        if isinstance(given, Deployed):
            LOG.append("deployed")
    assert LOG[:13] == ["deployed", *["label"] * 10, "deployed", "label"]


class Lineage(Diary):
    """Predicts how many trainings have led to it; writes down which model each went on from."""

    def __init__(self, number=0, log=None):
        super().__init__(number, log)

    def fit(self, rows, weight=None):
        self.log.append(("scratch", rows.t.tolist()))
        return Lineage(1, self.log)

    def tuned(self, rows, weight=None):
        self.log.append((self.last, rows.t.tolist()))
        return Lineage(self.last + 1, self.log)


def lineage(policy, **more):
    return run(policy, model=Lineage(), **more)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_training_from_the_model_goes_on_from_the_one_in_force(size):
    """With a latency of 15 rows and a training every 10, the model before the last is in force."""
    policy = {"kind": "periodic", "every": 20, "memory": "chunk", "from": "model"}
    predicted, log, _ = lineage(Policy.model_validate(policy), size=size)
    assert log[:2] == [("scratch", list(range(10))), (1, list(range(10, 30)))]
    assert log[2:] == [(2, list(range(30, 50)))]
    assert predicted.tolist() == [1] * 20 + [2] * 20 + [3] * 10
    late = policy | {"every": 10, "memory": 10, "latency": {"rows": 15}}
    predicted, log, _ = lineage(Policy.model_validate(late), size=size)
    assert [model for model, _ in log] == ["scratch", 1, 1, 2, 2]
    assert predicted.tolist() == [1] * 25 + [2] * 20 + [3] * 5


def test_alarms_and_true_changes_go_on_from_the_model_too():
    _, log, _ = lineage(scripted(alarm=6, **{"from": "model"}))
    assert log[:3] == [
        ("scratch", list(range(10))),
        (1, [16, 17, 18, 19, 20]),
        (2, [27, 28, 29, 30, 31]),
    ]
    policy = Policy.model_validate({"kind": "at_drift", "memory": 5, "from": "model"})
    _, log, _ = lineage(policy, known=[[Change(30, 30, 30, 0, 1)]])
    assert log[1:] == [(1, [30, 31, 32, 33, 34])]


def test_labels_of_one_class_wait_for_a_training_that_has_others_too():
    policy = {"kind": "periodic", "every": 10, "memory": "chunk", "from": "model"}
    y = np.where(np.arange(60) < 35, np.arange(60) < 5, 1).astype(int)  # 1, 0 from row 5 on, 1
    _, log, given = lineage(Policy.model_validate(policy), y=y)
    assert log[1:] == [(1, list(range(10, 40)))]  # not at rows 20 and 30, and then not at 50
    assert sum(isinstance(one, Skipped) for one in given) == 3


def test_a_policy_with_a_trainer_of_its_own_offers_no_start_from_the_model():
    class Twice(At):
        """Trains twice."""

        def trainer(self, model):
            return lambda rows, weight=None: model.fit(rows).fit(rows)

    del Retraining.kinds["twice"]
    given = {"memory": "chunk", "rows": [20]}
    for key in ("from", "start_from"):
        with pytest.raises(ValueError, match="'twice': it trains models by a trainer of its own"):
            Twice.model_validate(given | {key: "model"})
    assert (
        not Twice.model_validate(given).tunes and At.model_validate(given | {"from": "model"}).tunes
    )
