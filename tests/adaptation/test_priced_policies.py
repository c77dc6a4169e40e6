"""Policies that follow from prices: on_cost, doubling and budgeted, and when they train."""

import numpy as np
import pytest
from test_policies import Diary, OnFirstError, run

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.learners.learner import Model
from driftsim.rows import Labelled

ROWS = np.arange(60)
ON_COST = {"kind": "on_cost", "memory": 3, "window": 2, "gather": "before"}
DOUBLING = {"kind": "doubling", "first": 3, "memory": 12, "cooldown": 20}


def on_first_error(**written):
    """Every model is wrong: an alarm once it has served for the 20 rows of the cooldown."""
    policy = Policy.model_validate(DOUBLING | written)
    return policy.model_copy(update={"detector": OnFirstError()})


# on_cost


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize(("price", "period"), [(2, 2), (50, 10), (200, 20), (800, 40)])
def test_on_cost_retrains_every_sqrt_2_price_over_growth_rows(price, period, size):
    """The error is the age of the model: it grows by 1 a row."""
    _, log, _ = run(Policy.model_validate(ON_COST | {"training": price}), y=ROWS * 1.0, size=size)
    assert [rows[-1] for _, rows in log] == list(range(9, 60, period))


def test_on_cost_counts_labels_of_the_model_in_force_however_late():
    """Labels come in four rows late: a model that is trained on them begins with an error of 5.

    The first began with 0.5, by its line: so it takes the second only 7 labels to lose 50 more than
    that, and the third 8, as 1.5 counts by then.
    """
    policy = Policy.model_validate(ON_COST | {"training": 50})
    _, log, _ = run(policy, y=ROWS * 1.0, delay=4)
    assert [rows[-1] for _, rows in log] == [9, 19, 30, 42, 54]


def test_on_cost_may_gather_after_the_alarm():
    policy = Policy.model_validate(ON_COST | {"training": 50, "gather": "after"})
    _, log, _ = run(policy, y=ROWS * 1.0)
    assert log[1] == ("fit", [20, 21, 22])


def test_on_cost_goes_on_from_the_model_in_force():
    tuned = []

    class Tuned(Diary):
        def fit(self, rows, weight=None):
            return Tuned(rows.t[-1], self.log)

        def tuned(self, rows, weight=None):
            tuned.append((int(self.last), rows.t.tolist()))
            return Tuned(rows.t[-1], self.log)

    policy = Policy.model_validate(ON_COST | {"training": 50, "from": "model"})
    run(policy, y=ROWS * 1.0, model=Tuned())
    assert tuned[:2] == [(9, [17, 18, 19]), (19, [27, 28, 29])]


# doubling


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize(("delay", "since"), [(0, 30), (4, 26)])
def test_doubling_trains_on_all_labels_since_the_alarm_at_ages_that_double(delay, since, size):
    """An alarm before row 30; with labels four rows late, the first after it is that of row 26."""
    _, log, _ = run(on_first_error(), delay=delay, size=size)
    trained = [list(range(since, since + n)) for n in (3, 6, 12)]
    assert [rows for _, rows in log[1:]] == trained


def test_doubling_goes_on_beyond_what_the_memory_holds():
    _, log, _ = run(on_first_error(memory=4, until=15))
    assert [rows for _, rows in log[1:]] == [[30, 31, 32], [32, 33, 34, 35], [38, 39, 40, 41]]


def test_doubling_starts_anew_with_the_next_alarm():
    """Alarms before rows 18, 34 and 50: an alarm comes before a training at the same label."""
    _, log, _ = run(on_first_error(cooldown=8, first=2, memory=20))
    assert [rows[0] for _, rows in log[1:]] == [18] * 3 + [34] * 3 + [50] * 3
    assert [len(rows) for _, rows in log[1:]] == [2, 4, 8] * 3


@pytest.mark.parametrize("size", [1, 7, 50])
def test_doubling_leaves_out_trainings_that_are_due_while_another_is_made(size):
    """Trained before row 33 and in force from 38 on: six labels are in before row 36."""
    predicted, log, _ = run(on_first_error(latency={"rows": 5}), size=size)
    assert [len(rows) for _, rows in log[1:]] == [3, 12]
    assert predicted.tolist() == [9] * 28 + [32] * 9 + [41] * 13


@pytest.mark.parametrize("size", [1, 7, 50])
def test_doubling_trains_once_on_labels_that_come_in_together(size):
    """Those of rows up to 39 come in before row 40: nobody predicts with a model of only three."""
    _, log, _ = run(on_first_error(memory=40), {"kind": "batches", "every": 20}, size)
    assert log[1:] == [("fit", list(range(21, 40)))]


# budgeted


class Constant(Model):
    """Predicts 0, and notes where it is trained, and on how many rows."""

    def __init__(self):
        self.log = []

    def fit(self, rows, weight=None):
        self.log.append((int(rows.t[-1]) + 1, len(rows.t)))
        return self

    def learn(self, rows):
        raise NotImplementedError

    def predict(self, X):
        return np.zeros(len(X), int)


def trainings(seed=0, n=6_000, labels="at_once", **written):
    """Where `budgeted` trains while the error rate jumps about, and on how many rows each time."""
    rng = np.random.default_rng(seed)
    rate = np.repeat(rng.choice([0.05, 0.3, 0.7], n // 100), 100)
    t = np.arange(n)
    rows = Labelled(t, t[:, None] * 1.0, (rng.random(n) < rate).astype(int))
    policy = {"kind": "budgeted", "window": 20, "memory": 30, "gather": "before"} | written
    chunks = (rows.part(slice(s, s + 500)) for s in range(40, n, 500))
    arriving = arrivals(chunks, Labels.model_validate(labels), 0)
    model = Constant()
    for _ in Policy.model_validate(policy).run(model, rows.part(slice(40)), arriving, rng):
        pass
    return np.array(model.log[1:])


def test_budgeted_keeps_to_its_budget_with_late_labels_and_a_latency():
    late = {"kind": "random", "mean": 60}
    given = {"trainings": 2, "per": 700, "latency": {"rows": 90}, "enough": 10, "gather": "after"}
    at, _ = trainings(1, 12_000, late, **given).T
    assert most_in_a_period(at, np.ones(len(at)), 700) == 2 and len(at) > 12


def most_in_a_period(at, amounts, per):
    return max(amounts[(at >= start) & (at < start + per)].sum() for start in at)


@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize("per", [400, 1_500])
@pytest.mark.parametrize("gather", ["before", "after"])
def test_budgeted_never_trains_more_often_than_it_may_in_any_period(most, per, gather):
    spent = []
    for seed in range(3):
        at, _ = trainings(seed, trainings=most, per=per, gather=gather).T
        spent.append(most_in_a_period(at, np.ones(len(at)), per))
    assert max(spent) <= most and (most > 2 or max(spent) == most)


@pytest.mark.parametrize("fee", [10, {"each": 4, "per_row": 0.3}, {"per_row": 0.5}])
def test_budgeted_never_spends_more_than_it_may_in_any_period(fee):
    each, per_row = (fee, 0) if fee == 10 else (fee.get("each", 0), fee["per_row"])
    found = []
    for memory in (30, 60):
        for seed in range(2):
            given = {"memory": memory, "training": fee, "money": 35, "per": 1_000}
            at, n = trainings(seed, **given).T
            found.append(most_in_a_period(at, each + per_row * n, 1_000))
    assert 25 < max(found) <= 35


def test_budgeted_asks_for_more_when_less_is_left():
    """A rise that a full budget answers to is left alone when one training of five is left."""
    from driftsim.adaptation.policies.budgeted import Budget

    given = {"kind": "budgeted", "trainings": 5, "per": 10_000, "window": 200, "memory": 9}
    budget = Budget(Policy.model_validate(given))
    levels = []
    for t in range(0, 5_000, 1_000):
        assert budget.reached(t, 9)
        levels.append(budget.level)
        budget.pay(t, 9)
    assert np.allclose(levels, 0.1 * np.array([5, 4, 3, 2, 1]) / 50)
    assert not budget.reached(9_999, 9) and budget.level == 0 and budget.renewed == 10_000
    assert budget.reached(10_000, 9)


def test_a_price_of_nearly_nothing_is_a_price():
    from driftsim.adaptation.policies.budgeted import Budget

    given = {"kind": "budgeted", "money": 1e11, "training": 1e-300, "per": 1_000, "memory": 9}
    assert Budget(Policy.model_validate(given)).reached(0, 9)


def test_how_many_rows_a_time_will_have_is_not_known_beforehand():
    """One row an hour at first, then one a minute: 24 to 120 rows a day by what has come."""
    from driftsim.adaptation.policies.budgeted import rows_in
    from driftsim.clocks import RecordedClock
    from driftsim.durations import Duration

    minutes = np.cumsum(np.repeat([60, 1], [240, 2_000]))
    clock, day = RecordedClock(minutes * 60_000_000), Duration.model_validate("1d")
    assert [rows_in(day, clock, t) for t in (24, 239, 2_239)] == [24, 24, 197]
    assert rows_in(500, None, 24) == 500


def test_a_skipped_training_is_not_paid_for():
    """On labels of one class nothing is trained, and every alarm is answered to."""
    from driftsim.rows import Alarm, Skipped

    t = np.arange(2_000)
    y = (np.arange(2_000) % 400 > 300).astype(int)
    rows = Labelled(t, t[:, None] * 1.0, y)
    policy = {"kind": "budgeted", "trainings": 1, "per": 2_000, "window": 20, "memory": 1}
    arriving = arrivals([rows.part(slice(10, None))], Labels.model_validate("at_once"), 0)
    given = list(Policy.model_validate(policy).run(Constant(), rows.part(slice(10)), arriving, t))
    alarms, skipped = (sum(isinstance(one, kind) for one in given) for kind in (Alarm, Skipped))
    assert alarms == skipped > 1
