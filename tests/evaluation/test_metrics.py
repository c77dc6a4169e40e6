"""Metrics against scikit-learn and the golden fixture."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, cohen_kappa_score

from driftsim.evaluation.metrics import METRICS

Y = np.array([0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0])
P = np.array([0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0])


def tally(y, predicted, k):
    count = lambda codes: np.bincount(codes, minlength=k)[None, :]  # noqa: E731
    return {
        "rows": np.array([len(y)]),
        "actual": count(y),
        "predicted": count(predicted),
        "correct": count(y[y == predicted]),
    }


def test_golden_fixture():
    whole = tally(Y, P, 2)
    assert METRICS["error"](whole)[0] == 0.25
    assert METRICS["kappa"](whole)[0] == 0.5


@pytest.mark.parametrize("k", [2, 3, 7])
def test_against_scikit_learn(k):
    y, predicted = np.random.default_rng(k).integers(0, k, (2, 500))
    predicted[:200] = y[:200]
    whole = tally(y, predicted, k)
    assert np.isclose(METRICS["accuracy"](whole)[0], accuracy_score(y, predicted))
    assert np.isclose(METRICS["kappa"](whole)[0], cohen_kappa_score(y, predicted))


def test_undefined_is_a_gap():
    one_class = tally(np.zeros(5, int), np.zeros(5, int), 2)
    assert np.isnan(METRICS["kappa"](one_class)[0])
    assert np.isnan(METRICS["excess_error"](one_class)[0])
    assert METRICS["error"](one_class)[0] == 0


def test_excess_error():
    whole = tally(Y, P, 2) | {"expected_error": np.array([6.0]), "bayes_error": np.array([2.0])}
    assert METRICS["excess_error"](whole)[0] == 0.2
