"""Policies, on a scripted model that records what it was trained on."""

import numpy as np
import pytest

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.error_monitor import PendingPredictions
from driftsim.adaptation.policies import Policy
from driftsim.adaptation.policies.ensemble import VotingEnsemble, aue2, awe, uniform
from driftsim.adaptation.policies.mini_batch import Balanced, Reservoir
from driftsim.adaptation.policies.recall import ModelPool
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.learners.learner import Model
from driftsim.learners.reference import MeanModel
from driftsim.parts import identity
from driftsim.rows import Alarm, Change, Deployed, Event, Labelled, Skipped

HISTORY, ROWS = slice(0, 10), slice(10, 60)


class Diary(Model):
    """Predicts the position of the last row it was trained on."""

    def __init__(self, last=-1, log=None):
        self.last, self.log = last, [] if log is None else log

    def fit(self, rows, weight=None):
        self.log.append(("fit", rows.t.tolist()))
        return Diary(rows.t[-1] if len(rows.t) else -1, self.log)

    def learn(self, rows):
        self.log.append(("learn", rows.t.tolist()))
        self.last = rows.t[-1]

    def predict(self, X):
        return np.full(len(X), self.last)


class OnFirstError(Detector):
    """Fires at the first error."""

    def start(self, rng):
        return lambda errors: (int(errors.argmax()), "alarm") if errors.any() else None


class Scripted(Detector):
    """Warns and fires after so many errors, counted from the start of each model."""

    warn: int = 10**9
    alarm: int = 10**9

    def start(self, rng):
        seen = 0

        def detect(errors):
            nonlocal seen
            for i in range(len(errors)):
                seen += 1
                if seen in (self.warn, self.alarm):
                    return i, "alarm" if seen == self.alarm else "warning"
            return None

        return detect


del Detector.kinds["on_first_error"], Detector.kinds["scripted"]


def scripted(warn=10**9, alarm=10**9, **written):
    """A policy that waits for alarms, with a scripted detector."""
    written = {"kind": "on_drift", "memory": 5, "detector": "ddm", "falls": True} | written
    detector = Scripted(warn=warn, alarm=alarm)
    return Policy.model_validate(written).model_copy(update={"detector": detector})


def run(policy, delay=0, size=7, y=None, known=(), model=None, X=None):
    t = np.arange(60)
    X = t[:, None] * 1.0 if X is None else X
    rows = Labelled(t, X, t * 0.0 if y is None else y)
    chunks = (rows.part(slice(s, min(s + size, 60))) for s in range(10, 60, size))
    late = delay if isinstance(delay, dict) else {"kind": "delayed", "rows": delay}
    labels = Labels.model_validate(late)
    model = Diary() if model is None else model
    given = list(policy.run(model, rows.part(HISTORY), arrivals(chunks, labels, 0), None, *known))
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


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_mini_batch_learns_full_batches(size):
    predicted, log, _ = run(Policy.model_validate({"kind": "mini_batch", "size": 8}), size=size)
    assert log[:3] == [
        ("learn", list(range(8))),
        ("learn", [8, 9]),
        ("learn", list(range(10, 18))),
    ]
    assert [rows[0] for _, rows in log[2:]] == [10, 18, 26, 34, 42, 50]
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
    assert sum(map(len, before[1:])) == 21  # it fires after row 30 is predicted, before row 31


def test_a_detector_does_not_get_the_errors_of_a_replaced_model():
    """Labels ten rows late: errors made before the refit come in after it, and do not count."""
    policy = Policy.model_validate({"kind": "on_drift", "memory": 5})
    policy = policy.model_copy(update={"detector": OnFirstError()})
    y = np.where(np.arange(60) < 20, 9.0, 25.0)
    _, log, given = run(policy, delay=10, y=y)
    assert [event for event, _ in log] == ["fit", "fit"]
    assert sum(isinstance(one, Alarm) for one in given) == 1
    assert log[1] == ("fit", [21, 22, 23, 24, 25])


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize(
    ("latency", "every", "expected"),
    [
        ({"rows": 7}, 20, [9] * 27 + [29] * 20 + [49] * 3),
        ({"per_row": 0.5}, 20, [9] * 28 + [29] * 20 + [49] * 2),  # 7.5 rows for 15 of them
        ({"rows": 15}, 10, [9] * 25 + [19] * 10 + [29] * 10 + [39] * 5),
    ],
)
def test_a_model_serves_only_once_its_latency_is_over(size, latency, every, expected):
    policy = {"kind": "periodic", "every": every, "memory": 15, "latency": latency}
    predicted, log, _ = run(Policy.model_validate(policy), size=size)
    assert predicted.tolist() == expected
    assert log[1] == ("fit", list(range(every - 5, every + 10)))


def test_while_a_model_is_trained_nothing_is_heard():
    predicted, log, given = run(scripted(alarm=3, latency={"rows": 10}))
    assert log[1:3] == [("fit", [13, 14, 15, 16, 17]), ("fit", [31, 32, 33, 34, 35])]
    assert predicted.tolist() == [9] * 18 + [17] * 18 + [35] * 14
    assert sum(isinstance(one, Alarm) for one in given) == 3


def test_on_drift_gathers_from_the_warning_on_until_there_are_enough():
    """Warned by the label of row 12, it fires at that of row 15, and has 13, 14 and 15."""
    _, log, _ = run(scripted(3, 6, gather="warning"))
    assert log[1] == ("fit", [13, 14, 15, 16, 17])
    _, log, _ = run(scripted(3, 19, gather="warning"))
    assert log[1] == ("fit", [24, 25, 26, 27, 28])  # the last of more than enough, at once
    _, log, _ = run(scripted(alarm=6, gather="warning"))
    assert log[1] == ("fit", [16, 17, 18, 19, 20])  # there was no warning


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize(
    ("background", "enough", "labels", "serves"),
    [
        (True, 3, [13, 14, 15], 23),  # warned before row 13, 10 rows of latency from there
        (True, 5, [13, 14, 15, 16, 17], 23),
        (False, 3, [13, 14, 15], 26),  # the training starts at the alarm, before row 16
    ],
)
def test_in_the_background_the_latency_counts_from_the_warning(
    size, background, enough, labels, serves
):
    late = {"gather": "warning", "latency": {"rows": 10}}
    policy = scripted(3, 6, background=background, enough=enough, **late)
    predicted, log, _ = run(policy, size=size)
    assert log[1] == ("fit", labels)
    assert predicted[: serves - 9].tolist() == [9] * (serves - 10) + labels[-1:]


def test_a_model_trained_along_for_long_enough_serves_right_from_the_alarm():
    late = {"gather": "warning", "latency": {"rows": 2}, "enough": 3}
    predicted, _, _ = run(scripted(3, 6, background=True, **late))
    assert predicted[:7].tolist() == [9] * 6 + [15]


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("memory", [5, "since_alarm"])
def test_labels_of_rows_before_an_alarm_are_not_trained_on_however_late(size, memory):
    labels = Labels.model_validate({"kind": "random", "mean": 6})
    rows = numbered(np.arange(60) * 1.0)
    chunks = (rows.part(slice(s, min(s + size, 60))) for s in range(10, 60, size))
    policy, model = scripted(alarm=5, memory=memory, enough=5), Diary()
    list(policy.run(model, rows.part(HISTORY), arrivals(chunks, labels, 0), None))
    at_drift = {"kind": "at_drift", "memory": 5}
    chunks = (rows.part(slice(s, min(s + size, 60))) for s in range(10, 60, size))
    other = Diary()
    list(
        Policy.model_validate(at_drift).run(
            other, rows.part(HISTORY), arrivals(chunks, labels, 0), None, [Change(30, 30, 30, 0, 1)]
        )
    )
    assert len(model.log) > 1 and all(min(fit) > 10 and len(fit) == 5 for _, fit in model.log[1:])
    (_, fit), *more = other.log[1:]
    assert min(fit) >= 30 and len(fit) == 5 and not more and fit != sorted(fit)


def test_on_drift_gathers_before_the_alarm():
    predicted, log, _ = run(scripted(alarm=6, gather="before"))
    assert log[1] == ("fit", [11, 12, 13, 14, 15])
    assert predicted[:7].tolist() == [9] * 6 + [15]


def test_a_clock_retrains_too_on_all_labels_since_the_alarm():
    """It fires after five errors of each model; after nine it would, but for the clock."""
    since = {"memory": "since_alarm", "enough": 3}
    _, log, _ = run(scripted(alarm=5, every=8, **since))
    assert [rows for _, rows in log[1:4]] == [[15, 16, 17], [23, 24, 25], [31, 32, 33]]
    _, log, given = run(scripted(alarm=9, every=8, **since))
    assert [rows for _, rows in log[1:4]] == [list(range(n)) for n in (18, 26, 34)]
    assert {type(one) for one in given if isinstance(one, Event)} == {Deployed}


def test_on_error_retrains_when_a_window_passes():
    """It predicts 9, the labels are 0: wrong by 9 each, a window of 4 after row 13."""
    policy = {"kind": "on_error", "memory": 3, "window": 4, "threshold": 8.5}
    _, log, _ = run(Policy.model_validate(policy))
    assert log[1] == ("fit", [14, 15, 16])
    assert log[2] == ("fit", [21, 22, 23])  # 17 … 20 are a window of the new model's own


def test_on_shift_fires_without_a_label():
    """The feature is the position: every window is beyond what a model was trained on."""
    policy = {"kind": "on_shift", "memory": 9, "window": 12}
    predicted, log, given = run(Policy.model_validate(policy), delay=5)
    assert log[1:] == [("fit", list(range(22, 31)))]
    assert predicted.tolist() == [9] * 26 + [30] * 24  # row 30 is labelled before row 36
    assert sum(isinstance(one, Alarm) for one in given) == 2  # before rows 22 and 48


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("delay", [0, 4])
def test_at_drift_gathers_labels_of_rows_from_each_change_on(size, delay):
    changes = [Change(30, 30, 30, 0, 1), Change(38, 40, 42, 1, 2), Change(42, 42, 42, 2, 0)]
    policy = Policy.model_validate({"kind": "at_drift", "memory": 5})
    predicted, log, given = run(policy, delay, size, known=[changes])
    assert log[1:] == [("fit", [30, 31, 32, 33, 34]), ("fit", [42, 43, 44, 45, 46])]
    served = [9] * (25 + delay) + [34] * 12 + [46] * (13 - delay)
    assert predicted.tolist() == served
    assert {type(one) for one in given if isinstance(one, Event)} == {Deployed}


def test_a_refit_on_one_class_is_skipped_and_counted():
    y = np.where(np.arange(60) < 30, np.arange(60) % 2, 1)
    policy = Policy.model_validate({"kind": "periodic", "every": 10, "memory": 8})
    predicted, log, given = run(policy, y=y)
    assert [rows[-1] for _, rows in log] == [9, 19, 29]  # those at rows 40 and 50 are skipped
    assert sum(isinstance(one, Skipped) for one in given) == 2
    assert predicted.tolist() == [9] * 10 + [19] * 10 + [29] * 30


def test_after_a_skipped_refit_it_monitors_again():
    _, log, given = run(scripted(alarm=3), y=np.zeros(60, int))
    assert log == [("fit", list(range(10)))]
    assert sum(isinstance(one, Alarm) for one in given) == 6
    assert sum(isinstance(one, Skipped) for one in given) == 6


def test_recall_serves_a_past_model_where_it_is_as_good():
    """Labels are 0, then 10, and 0 again: the model of the zeros is served once more."""
    t = np.arange(60)
    y = np.where((t >= 20) & (t < 40), 10.0, 0.0)
    policy = Policy.model_validate({"kind": "recall", "memory": 4})
    policy = policy.model_copy(update={"detector": OnFirstError()})
    rows, log = Labelled(t, t[:, None] * 1.0, y), []

    class Counted(MeanModel):
        def fit(self, rows, weight=None):
            log.append(rows.t.tolist())
            fitted = super().fit(rows)
            return Counted(fitted._mean, fitted._n)

    arriving = arrivals([rows.part(ROWS)], Labels.model_validate("at_once"), 0)
    given = list(policy.run(Counted(0.0, 0), rows.part(HISTORY), arriving, None))
    predicted = np.concatenate([one for one in given if not isinstance(one, Event)])
    assert predicted.tolist() == [0] * 15 + [10] * 20 + [0] * 15
    assert log == [list(range(10)), [21, 22], [21, 22, 23, 24], [41, 42]]


def test_recall_keeps_the_last_to_have_served():
    rows = Labelled(np.arange(4), np.zeros((4, 1)), np.array([5.0, 5, 5, 5]))
    pool = ModelPool(MeanModel(0.0, 0), size=2)
    levels = [1.0, 2.0, 3.0]
    for level in levels:
        pool(rows._replace(y=np.full(4, level)))
    assert [model._mean for model in pool._models] == [3.0, 2.0]
    assert pool(rows._replace(y=np.full(4, 2.0))) is not None
    assert [model._mean for model in pool._models] == [2.0, 3.0]


class ByHeart(Model):
    """Right on the rows it was trained on, by their first feature, and wrong by 1 on others."""

    def __init__(self, known=(), log=None):
        self._known, self.log = np.asarray(known), [] if log is None else log

    def fit(self, rows, weight=None):
        self.log.append(rows.t.tolist())
        return ByHeart(rows.X[:, 0], self.log)

    def learn(self, rows):
        raise AssertionError("recall never calls `learn`")

    def predict(self, X):
        return np.where(np.isin(X[:, 0], self._known), X[:, 0], X[:, 0] + 1)


def test_recall_tries_a_new_model_on_rows_it_was_not_trained_on():
    """The past model knows two of eight rows, one in each half; the new one only the first half."""
    rows = numbered(np.arange(30) * 1.0)
    pool = ModelPool(ByHeart(), size=3)
    past = pool(rows.part([11, 15, 20]))
    assert pool(rows.part(slice(10, 18))) is past  # wrong on 3 of the second half, not on 4
    assert pool(rows.part(slice(21, 29))) is past  # wrong on all, as the new one
    assert pool(rows.part(slice(10, 15))) is past
    assert past.log == [[11, 15, 20], [10, 11, 12, 13], [21, 22, 23, 24], [10, 11]]


def test_an_ensemble_has_its_last_models_vote():
    policy = Policy.model_validate(
        {"kind": "ensemble", "every": 10, "size": 2, "weight": "uniform"}
    )
    rows = numbered(np.arange(60) * 1.0)
    arriving = arrivals([rows.part(ROWS)], Labels.model_validate("at_once"), 0)
    given = policy.run(MeanModel(0.0, 0), rows.part(HISTORY), arriving, None)
    means = [4.5, 9.5, 19.5, 29.5, 39.5]  # of the labels of a chunk and the one before it
    predicted = np.concatenate([one for one in given if not isinstance(one, Event)])
    assert predicted.tolist() == np.repeat(means, 10).tolist()


@pytest.mark.parametrize(("old", "new"), [("equal", "uniform"), ("error", "awe"), ("mse", "aue2")])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_old_words_for_weights_work(old, new):
    written = {"kind": "ensemble", "every": 10}
    old, new = (Policy.model_validate(written | {"weight": word}) for word in (old, new))
    assert old == new and identity(old) == identity(new)


def test_weights_of_an_ensemble():
    y = np.array([0, 0, 1, 1])
    right, half, wrong = y, np.array([0, 0, 0, 0]), 1 - y
    assert uniform([right], y) == [1, 1]
    assert awe([right, half, wrong], y) == [0.5, 0, 0, 0.5]  # guessing errs by half
    weights = aue2([right, half], y)
    assert np.allclose(weights, [1 / 0.25, 1 / 0.75, 1 / 0.25], rtol=1e-4)
    sure = np.array([[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.2, 0.8]])
    assert np.allclose(aue2([sure], y)[0], 1 / (0.25 + 0.04), rtol=1e-4)
    rare, one_wrong = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert awe([one_wrong], rare) == [0.375 - 0.25, 0.375]  # guessing: 1 - 9/16 - 1/16
    assert awe([], np.ones(3, int)) == [1]  # the only one, where guessing never errs
    numbers = np.array([1.0, 3.0])
    assert awe([numbers + 0.5, numbers + 9], numbers) == [0.5, 0, 1]
    assert np.allclose(aue2([numbers + 2], numbers), [1 / 5, 1], rtol=1e-4)


def test_votes_are_counted_by_weight():
    class Constant(Model):
        def __init__(self, predicted):
            self.predicted = np.asarray(predicted)

        def predict(self, X):
            return self.predicted

        fit = learn = None

    models = [Constant([0, 2]), Constant([1, 2]), Constant([1, 0])]
    assert VotingEnsemble(models, [3, 1, 1]).predict(None).tolist() == [0, 2]
    assert VotingEnsemble(models, [1, 1, 1]).predict(None).tolist() == [1, 2]
    assert VotingEnsemble(models, [2, 1, 1]).predict(None).tolist() == [
        0,
        2,
    ]  # the lowest of equals
    shares = [Constant([[0.5, 0.5]]), Constant([[0.0, 1.0]])]
    assert VotingEnsemble(shares, [3, 1]).predict(None).tolist() == [[0.375, 0.625]]


def test_online_starts_from_nothing_after_an_alarm():
    policy = Policy.model_validate({"kind": "online", "restart": "adwin"})
    policy = policy.model_copy(update={"restart": Scripted(alarm=20)})
    predicted, log, given = run(policy)
    assert predicted.tolist() == [*range(9, 29), -1, *range(30, 49), -1, *range(50, 59)]
    assert [event for event, rows in log if event == "fit" and not rows] == ["fit"] * 2
    assert sum(isinstance(one, Alarm) for one in given) == 2


def test_the_hybrid_is_fitted_and_then_learns():
    policy = Policy.model_validate({"kind": "pretrained_online", "epochs": 3})
    predicted, log, _ = run(policy)
    history = list(range(10))
    assert log[:3] == [("fit", history), ("learn", history), ("learn", history)]
    assert log[3] == ("learn", [10]) and predicted.tolist() == list(range(9, 59))


@pytest.mark.parametrize(("replayed", "n"), [({"replayed": 3}, 3), ({}, 4)])
def test_replay_learns_past_rows_with_each_batch(replayed, n):
    policy = {"kind": "replay", "size": 4, "buffer": 6, "keep": "sliding"} | replayed
    t = np.arange(60)
    rows = Labelled(t, t[:, None] * 1.0, t % 2)
    arriving = arrivals([rows.part(ROWS)], Labels.model_validate("at_once"), 0)
    model = Diary()
    list(Policy.model_validate(policy).run(model, rows.part(HISTORY), arriving, generator()))
    learned = [rows for _, rows in model.log]
    assert learned[0] == [0, 1, 2, 3] and learned[2][-2:] == [8, 9]
    for batch in learned[3:]:
        past, fresh = batch[:n], batch[n:]
        assert (
            len(fresh) == 4
            and len({*past}) == n
            and min(fresh) - 7 < min(past)
            and max(past) < min(fresh)
        )


def generator():
    return np.random.default_rng(0)


def numbered(y):
    t = np.arange(len(y))
    return Labelled(t, t[:, None] * 1.0, np.asarray(y))


@pytest.mark.parametrize(("most", "n"), [(20, 100), (1, 4)])
def test_every_row_is_as_likely_in_a_reservoir(most, n):
    kept, runs, share = np.zeros(n), 400, most / n
    for seed in range(runs):
        reservoir = Reservoir(most, np.random.default_rng(seed))
        for start in range(0, n, 7):
            reservoir.add(numbered(np.zeros(n)).part(slice(start, start + 7)))
        kept[[t for t, _, _ in reservoir._rows]] += 1
    spread = np.sqrt(runs * share * (1 - share))
    assert np.abs(kept - runs * share).max() < 4 * spread and len(reservoir) == most


def test_a_balanced_buffer_holds_as_many_of_each_class():
    y = np.append(np.zeros(500, int), np.tile([0, 0, 0, 0, 0, 0, 0, 1, 0, 2], 50))
    buffer = Balanced(30, generator())
    buffer.add(numbered(y))
    assert np.bincount([label for *_, label in buffer._rows]).min() >= 8
    late = [t for t, _, label in buffer._rows if label == 1]
    assert min(late) < 700 and max(late) > 800  # of a class, rows of all times


def test_every_row_of_a_class_is_as_likely_in_a_balanced_buffer():
    """200 rows, one in five of class 1: of 20 places it takes one from 0 where they are equal."""
    y, runs = (np.arange(200) % 5 == 0).astype(int), 200
    kept = np.zeros(200)
    for seed in range(runs):
        buffer = Balanced(20, np.random.default_rng(seed))
        buffer.add(numbered(y))
        kept[[t for t, _, _ in buffer._rows]] += 1
    for label, places in ((0, 9), (1, 11)):
        own = kept[y == label]
        assert own.sum() == runs * places
        quarters = own.reshape(4, -1).sum(axis=1)
        assert np.abs(quarters - own.sum() / 4).max() < 4 * np.sqrt(own.sum() * 3 / 16)


def test_predictions_are_forgotten_once_their_labels_are_in():
    pending, t = PendingPredictions(), np.arange(100)
    rows = Labelled(t, t[:, None], t % 2)
    for arrival in arrivals([rows], Labels.model_validate({"kind": "delayed", "rows": 30}), 0):
        errors = pending.errors(arrival, np.zeros(100, int))
    assert errors.tolist() == (np.arange(70) % 2).tolist()
    assert pending._t.tolist() == list(range(70, 100))
