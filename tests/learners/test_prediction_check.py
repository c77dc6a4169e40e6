"""Prediction check: labels, probabilities and numbers, and all that is refused."""

import numpy as np
import pytest
from examples import rows_of, sea_stream
from together import together

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.meter import Meter
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trace import Tally
from driftsim.learners.learner import Learner, Model, pickled, pickled_in_pieces
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.rows import Arrival, Schema, Unfit

T = np.arange(100, 103)
LABELS, NUMBERS = Schema(("a",), n_classes=3), Schema(("a",), n_classes=None)
SHARES = np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0], [0.4, 0.4, 0.2]])


@together(
    ("predicted", "row", "message"),
    [
        ([0, 1, 3], 102, "predicts 3; it should predict one label"),
        ([0, -1, 1], 101, "predicts -1"),
        ([0.0, 1.0, 0.5], 102, "predicts 0.5; .* a whole number from 0 to 2"),
        ([0.0, np.nan, 1.0], 101, "predicts nan"),
        ([True, False, True], 100, "predicts booleans"),
        (["0", "1", "2"], 100, "predicts texts"),
        ([0, None, 1], 100, "predicts objects"),
        ([0, 1], 100, r"shape \(2,\) for 3 rows"),
        ([[0], [1, 2], [0]], 100, "lists of different lengths"),
        (SHARES, 100, r"shape \(3, 3\) for 3 rows"),
    ],
)
def test_labels_that_are_none_are_refused_with_their_row(predicted, row, message):
    with pytest.raises(Unfit, match=message) as caught:
        PredictionCheck(LABELS).checked(predicted, T)
    assert caught.value.row == row


def test_labels_that_are_whole_numbers_will_do():
    for kind in (np.int64, np.uint8, float):
        checked = PredictionCheck(LABELS).checked(np.array([0, 2, 1], kind), T)
        assert checked.dtype == np.int64 and checked.tolist() == [0, 2, 1]


def test_probabilities_sum_to_one_or_are_missing():
    check = PredictionCheck(LABELS, probabilities=True)
    missing = np.where(np.arange(3)[:, None] == 1, np.nan, SHARES)
    assert np.array_equal(check.checked(missing, T), missing, equal_nan=True)
    for wrong in (SHARES * 1.1, SHARES - [0.0, 0.5, -0.5], SHARES[:, :2], [0, 1, 2]):
        with pytest.raises(Unfit, match="3 probabilities for each row, which sum to 1"):
            check.checked(wrong, T)


def test_numbers_are_finite():
    assert PredictionCheck(NUMBERS).checked(np.array([0.5, -1e9, 3]), T).tolist() == [0.5, -1e9, 3]
    with pytest.raises(Unfit, match="a finite number") as caught:
        PredictionCheck(NUMBERS).checked(np.array([0.5, 1.0, np.inf]), T)
    assert caught.value.row == 102


class Breaking(Model):
    """Fails where the first feature exceeds nine, or once it has learned such a row."""

    def fit(self, rows, weight=None):
        return self

    def predict(self, X):
        if (X[:, 0] > 9).any():
            raise ZeroDivisionError("too high")
        return np.zeros(len(X), np.int64)

    def learn(self, rows):
        self.predict(rows.X)

    def size(self):
        raise RecursionError


def breaking(policy, monkeypatch):
    """The error of a contender that breaks, and the first row at which it does."""
    learner = Learner.model_validate("majority")
    monkeypatch.setattr(type(learner), "start", lambda *given: Breaking())
    _, rows = rows_of(sea_stream(), learner, 600)
    contender = Contender(learner=learner, policy=Policy.model_validate(policy))
    with pytest.raises(ZeroDivisionError) as caught:
        evaluate(sea_stream(), contender, Rules(warmup=600))
    return caught.value, int(rows.t[rows.X[:, 0] > 9][0])


WATCHED = {"kind": "on_error", "window": 40, "threshold": 0.9, "memory": 70}


@pytest.mark.parametrize("policy", ["static", "pretrained_online", WATCHED])
def test_an_error_of_a_model_has_the_row_at_which_it_happened(policy, monkeypatch):
    error, first = breaking(policy, monkeypatch)
    assert error.row == first


def test_rows_predicted_ahead_of_others_have_their_positions():
    t, X = np.arange(100, 110), np.zeros((10, 3))
    meter = Meter(Tally(100, 200, 25), 100, 200)
    arrival = Arrival(t, X, t[:0], X[:0], t[:0], np.zeros(11, np.int64))
    next(meter.along([arrival]))
    assert meter.positions(arrival.X[4:7]).tolist() == [104, 105, 106]
    assert meter.positions(X[2:][3:]).tolist() == [105, 106, 107, 108, 109]
    assert meter.positions(np.zeros((2, 3))).tolist() == [100, 101]  # rows of a memory
    assert meter.positions(X[:0]).tolist() == []


def test_a_model_whose_size_cannot_be_taken_is_played_to_its_end(monkeypatch):
    learner = Learner.model_validate("majority")
    monkeypatch.setattr(Breaking, "predict", lambda self, X: np.zeros(len(X), np.int64))
    monkeypatch.setattr(type(learner), "start", lambda *given: Breaking())
    contender = Contender(learner=learner, policy=Policy.model_validate("static"))
    assert np.isnan(evaluate(sea_stream(), contender).columns["model_bytes"]).all()


class Link:
    """Of a chain that is too long for pickle."""

    __slots__ = ("next",)

    def __init__(self, n):
        self.next = None
        for _ in range(n - 1):
            link = Link(0)
            link.next, self.next = self.next, link


class Chain(Breaking):
    size = Model.size

    def __init__(self, n):
        self._first = Link(n)


def test_the_size_of_a_deep_model_is_taken_in_pieces():
    assert pickled_in_pieces(Chain(100)) == pytest.approx(pickled(Chain(100)), rel=0.25)
    assert Chain(10_000).size() == pytest.approx(100 * pickled(Chain(100)), rel=0.25)
