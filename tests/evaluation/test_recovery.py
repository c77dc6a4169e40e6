"""Recovery: of a rule that never learns, of LMS as theory tells, and of times cut short."""

import numpy as np
import pytest
from closed_forms.simulation import linear, stream_of

from driftsim import theory
from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.recovery import median, recoveries
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner, Model
from driftsim.rows import Change
from driftsim.streams.stream import Stream


class Rule(Learner):
    """Knows the SEA concept of threshold 8, and never learns."""

    def start(self, schema, seed, probabilities=False):
        return RuleModel()


class RuleModel(Model):
    """Whether the first two features sum to more than 8."""

    def fit(self, rows, weight=None):
        return self

    def predict(self, X):
        return (X[:, 0] + X[:, 1] > 8).astype(np.int64)

    def learn(self, rows):
        pass


del Learner.kinds["rule"]


def change(first):
    return Change(first, first, first, 0, 1)


def columns(loss, rows=10):
    n = len(loss)
    return {"first_row": np.arange(n) * rows, "rows": np.full(n, rows)}, np.array(loss, float)


def test_by_hand():
    """Intervals of 10 rows, windows of 20; it falls at row 60 and is back with row 120."""
    loss = [1, 1, 1, 1, 1, 1, 9, 7, 5, 3, 2, 2, 1, 1, 1, 1]
    (told,) = recoveries(*columns(loss), [change(60)], 20, 0.1)
    assert told.first == 60 and not told.censored
    assert told.depth == pytest.approx(0.7) and told.rows == 60  # to the end of the third window
    assert told.area == pytest.approx(8 + 6 + 4 + 2 + 1 + 1)
    (told,) = recoveries(*columns(loss), [change(60)], 20, 0.05)
    assert told.rows == 80


def test_who_has_not_recovered_is_not_followed_further_than_the_next_change():
    loss = [1] * 6 + [9] * 6 + [1] * 6
    first, second = recoveries(*columns(loss), [change(60), change(120)], 20, 0.1)
    assert first.censored and first.rows == 60 and first.area == 48
    assert second.rows == 20 and not second.censored and second.depth < 0
    one_window = [1] * 6 + [9, 9, 1, 1] + [9] * 4
    (told,) = recoveries(*columns(one_window), [change(60)], 20, 0.1)
    assert told.censored  # one good window is luck


def test_a_rule_that_never_learns_errs_by_the_disagreement_for_ever():
    """Of thresholds 8 and 12 it is .36, and with a noise of .1 .8 of that is excess."""
    concepts = {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 12.0}}
    drift = {"kind": "sudden", "at": [10_000]}
    told = {"length": 20_000, "concepts": concepts, "drift": drift, "noise": 0.1}
    stream = Stream.model_validate(told)
    contender = Contender.model_construct(learner=Rule(), policy=static())
    both = truth(stream).columns | evaluate(stream, contender).columns
    loss = both["expected_error"] - both["bayes_error"]
    before, after = both["last_row"] < 10_000, both["first_row"] >= 10_000
    assert loss[before].sum() == pytest.approx(0, abs=1e-9)
    assert loss[after].sum() / 10_000 == pytest.approx(0.8 * 0.36, abs=4 * 0.8 * 0.48 / 100)
    (told,) = recoveries(both, loss, stream.changes(0), 500, 0.02)
    assert told.censored and told.rows == 10_000
    assert told.area == pytest.approx(loss[after].sum())


def static():
    return Contender.model_validate({"learner": "majority", "policy": "static"}).policy


def test_lms_recovers_when_theory_says():
    """After a jump of length 2 it is within a tenth of its floor after 65 rows."""
    start = np.zeros(5)
    concepts = {"a": linear(start), "b": linear([2.0, 0, 0, 0, 0])}
    stream = stream_of(700, concepts, {"kind": "sudden", "at": [300]})
    contender = {"learner": {"kind": "least_squares", "step": 0.05}, "policy": "online"}
    contender = Contender.model_validate(contender)
    loss = 0
    for seed in range(100):
        trace = evaluate(stream, contender, Rules(warmup=0, interval=5), seed).columns
        loss = loss + trace["excess_squared_error"] / 100
    floor = theory.lms_floor(5, 0.05)
    (told,) = recoveries(trace, loss, stream.changes(0), 20, 0.1 * floor)
    expected = np.log(4 / (0.1 * floor)) / -np.log(theory.kept(5, 0.05))
    assert 64 < expected < 66
    assert not told.censored and expected - 20 <= told.rows <= expected + 40
    lost = theory.lms(1000, [2.0, 0, 0, 0, 0], 0.05) - floor
    assert told.area == pytest.approx(lost[: told.rows].sum(), rel=0.05)


def test_a_median_does_not_take_what_was_cut_short_for_ended():
    assert median([10, 20, 30], [False, False, False]) == 20
    assert median([10, 20, 30, 40], [True, False, False, False]) == 30
    assert np.isnan(median([10, 20, 30], [True, True, True]))
    assert median([5, 5, 100], [False, False, True]) == 5
