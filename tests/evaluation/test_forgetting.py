"""Forgetting: the golden matrix, and what a rule that never learns knows of each concept."""

import numpy as np
import pytest
import theory
from closed_forms.simulation import linear, stream_of

from driftsim.evaluation.forgetting import lost
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules

ACCURACY = np.array([[0.9, 0.2, 0.1], [0.6, 0.8, 0.3], [0.5, 0.7, 0.85]])


def test_golden_matrix():
    error, forgetting, transfer = lost(1 - ACCURACY, np.array([0, 1, 2]))
    assert 1 - error == pytest.approx(0.6833333333333333)
    assert transfer == pytest.approx(-0.25) and forgetting == pytest.approx(0.25)


def test_a_concept_that_has_returned_is_held_against_its_last_visit():
    errors = np.array([[0.1, 0.9], [0.5, 0.2], [0.15, 0.7], [0.6, 0.1]])
    error, forgetting, transfer = lost(errors, np.array([0, 1, 0, 1]))
    assert error == pytest.approx(0.35)
    assert forgetting == pytest.approx(0.5) and transfer == pytest.approx(-0.45)


def test_without_another_concept_nothing_is_forgotten():
    assert np.isnan(lost(np.ones((1, 1)), np.array([0]))[1:]).all()


def test_lms_forgets_as_theory_tells():
    """Known by heart without noise, then so many rows of another concept."""
    start, other, n = np.zeros(5), [0, 2.0, 0, 0, 0], 30
    concepts = {"A": linear(start, noise=0.0), "B": linear(other)}
    stream = stream_of(400 + n, concepts, {"kind": "sudden", "at": [400]})
    learner = {"kind": "least_squares", "step": 0.05}
    contender = Contender.model_validate({"learner": learner, "policy": "online"})
    rules = Rules(warmup=0, probe=500)
    probes = [evaluate(stream, contender, rules, seed).probes for seed in range(60)]
    assert probes[0].rows.tolist() == [399, 429]
    knew, kept = np.array([one.errors[:, 0] for one in probes]).T
    assert knew.max() < 1e-6
    # the mean absolute error of a normal error of variance v is the root of 2 v / pi
    expected = theory.forgotten(n, other, 0.05)
    squares = kept**2 * np.pi / 2
    assert abs(squares.mean() - expected) < 4 * squares.std() / np.sqrt(60) + 0.02
