"""Nearest neighbours of our own, beside plain Python."""

import math

import numpy as np
import pytest
from mixed_rows import SIZES, answers, mixed_rows, schema_of

from driftsim.kernels.online import neighbors
from driftsim.learners.learner import Learner

CLEARED = "start", "n", "low", "high", "at_low", "at_high", "scale"


def classes_of(rows, k=3):
    return rows._replace(y=np.digitize(rows.y, np.quantile(rows.y, np.arange(1, k) / k)))


def distance(x, row, seen, scaled):
    """The squared distance of two rows, by the ranges of numbers in those seen."""
    total = 0.0
    for j, (one, other) in enumerate(zip(x, row)):
        had = [other[j] for other in seen if not math.isnan(other[j])]
        low, high = min(had, default=0.0), max(had, default=0.0)
        scale = 1 / (high - low) if scaled and high > low else 0.0 if scaled else 1.0
        whole = 1.0 if scaled else high - low
        missing = [value for value in (one, other) if math.isnan(value)]
        if j < len(SIZES):
            apart = float(bool(missing) or one != other)
        elif len(missing) == 2:
            apart = whole
        elif missing:
            position = ((other if math.isnan(one) else one) - low) * scale if high > low else 0.0
            apart = max(position, whole - position)
        else:
            apart = (one - other) * scale
        total += apart * apart
    return total


def votes(x, window, n_neighbors, k, scaled=True):
    """The shares of the classes among the nearest rows (X, y, weight), with all ties."""
    seen = [row for row, _, _ in window]
    near = sorted((distance(x, row, seen, scaled), y, w) for row, y, w in window)
    p = np.zeros(k)
    for apart, y, w in near:
        if apart <= near[min(n_neighbors, len(near)) - 1][0]:
            p[int(y)] += w
    return p / p.sum() if window else np.eye(k)[0]


@pytest.mark.parametrize("scaled", [True, False], ids=["scaled", "as they are"])
@pytest.mark.parametrize("gaps", [False, True], ids=["whole", "with gaps"])
def test_it_answers_as_its_definition(gaps, scaled):
    rows, schema = classes_of(mixed_rows(150, gaps=gaps, tied=True)), schema_of(3, gaps)
    spec = {"kind": "knn", "n_neighbors": 4, "window_size": 50, "scaled": scaled}
    predicted = answers(Learner.model_validate(spec).start(schema, 0, True), rows)
    seen = [*zip(rows.X.tolist(), rows.y, np.ones(150))]
    for i, p in enumerate(predicted):
        expected = votes(rows.X[i].tolist(), seen[max(i - 50, 0) : i], 4, 3, scaled)
        assert np.abs(p - expected).max() < 1e-12


def test_weights_count_in_the_vote():
    rows, schema = classes_of(mixed_rows(80)), schema_of(3)
    weight = np.random.default_rng(0).choice([0.25, 1.0, 3.0], 60)
    model = Learner.model_validate("knn").start(schema, 0, True)
    predicted = model.fit(rows.part(slice(0, 60)), weight).predict(rows.X[60:])
    window = [*zip(rows.X[:60].tolist(), rows.y, weight)]
    expected = [votes(x, window, 10, 3) for x in rows.X[60:].tolist()]
    assert np.abs(predicted - expected).max() < 1e-12


def test_a_member_that_starts_again_has_learned_nothing():
    state, new = (neighbors.knn(2, schema_of(3), 5, 20, True).rows for _ in range(2))
    for name in CLEARED:
        getattr(state, name)[1] = 3
    neighbors.clear.py_func(state, 1)
    for name in CLEARED:
        assert np.array_equal(getattr(state, name), getattr(new, name)), name
