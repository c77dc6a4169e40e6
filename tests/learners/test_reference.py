"""References against fixtures worked by hand."""

import numpy as np
import pytest

from driftsim.learners.learner import Learner
from driftsim.rows import Arrival, Labelled, Schema

Y = np.array([0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0])
T, X = np.arange(20), np.zeros((20, 1))
AT_ONCE = Arrival(T, X, T, X, Y, np.arange(21))
LATE = Arrival(T, X, T[:18], X[:18], Y[:18], np.clip(np.arange(21) - 2, 0, 18))


def start(kind, n_classes=2):
    return Learner.model_validate(kind).start(Schema(("x",), n_classes=n_classes), 0)


@pytest.mark.parametrize(("kind", "right"), [("majority", 0.30), ("no_change", 0.50)])
def test_golden_labels(kind, right):
    """A majority that saw each label before it predicted it would score .70."""
    assert np.mean(start(kind).test_then_train(AT_ONCE) == Y) == right


def test_no_change_with_late_labels():
    predicted = start("no_change").test_then_train(LATE)
    assert predicted.tolist() == [0, 0, 0, *Y[:17]]


def test_majority_breaks_ties_for_the_lowest_class():
    model = start("majority", 3)
    model.learn(Labelled(T[:4], X[:4], np.array([2, 1, 1, 2])))
    assert model.predict(X[:2]).tolist() == [1, 1]
    model.learn(Labelled(T[:1], X[:1], np.array([2])))
    assert model.predict(X[:1]).tolist() == [2]


def test_fit_forgets():
    model = start("majority").fit(Labelled(T, X, Y)).fit(Labelled(T[2:5], X[2:5], Y[2:5]))
    assert model.predict(X[:1]).tolist() == [1]


def test_the_oracle_answers_with_the_most_probable_class():
    posterior = np.array([[0.2, 0.8], [0.7, 0.3]])
    assert start("oracle").predict(posterior).tolist() == [1, 0]
