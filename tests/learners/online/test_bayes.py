"""Naive Bayes of our own, beside plain Python."""

import math

import numpy as np
import pytest
from mixed_rows import answers, mixed_rows, schema_of

from driftsim.kernels.online import bayes
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema

NAIVE_BAYES = Learner.model_validate("naive_bayes")


def classes_of(rows, k):
    """The same rows, whose labels are classes; the last is rare, and comes late."""
    y = np.digitize(rows.y, np.quantile(rows.y, np.arange(1, k - 1) / (k - 1)))
    late = (np.arange(len(y)) > len(y) // 2) & (np.arange(len(y)) % 9 == 0)
    return rows._replace(y=np.where(late, k - 1, y))


def factor(x, values, weights, size):
    """The density of a number, or the share of a value, given those of the rows of a class."""
    whole = sum(weights)
    if whole == 0:
        return 0.0
    if size:
        return (sum(w for v, w in zip(values, weights) if v == x) + 1) / (whole + size)
    mean = sum(w * v for v, w in zip(values, weights)) / whole
    squares = sum(w * (v - mean) ** 2 for v, w in zip(values, weights))
    if whole <= 1 or len(set(values)) == 1:
        return float(x == values[0])
    variance = squares / (whole - 1)
    return math.exp(-((x - mean) ** 2) / 2 / variance) / math.sqrt(2 * math.pi * variance)


def scores(x, seen, schema):
    """The score of each class for a row, given rows with their labels and weights."""
    found = []
    for c in range(schema.n_classes):
        own = [(row, w) for row, y, w in seen if y == c]
        score = sum(w for _, w in own)
        for j, value in enumerate(x):
            had = [(row[j], w) for row, w in own if not math.isnan(row[j])]
            if not math.isnan(value):
                values, weights = [v for v, _ in had], [w for _, w in had]
                score *= factor(value, values, weights, schema.nominal.get(j))
        found.append(score)
    return np.array(found)


def shares(score):
    """Probabilities of the classes; class 0, where none scores."""
    return score / score.sum() if score.sum() > 0 else np.eye(len(score))[0]


@pytest.mark.parametrize("gaps", [False, True], ids=["whole", "with gaps"])
def test_it_answers_as_its_definition(gaps):
    rows, schema = classes_of(mixed_rows(220, gaps=gaps), 4), schema_of(classes=4, gaps=gaps)
    predicted = answers(NAIVE_BAYES.start(schema, 0, True), rows)
    seen = []
    for x, y, p in zip(rows.X.tolist(), rows.y.tolist(), predicted):
        assert np.abs(shares(scores(x, seen, schema)) - p).max() < 1e-9
        seen.append((x, y, 1.0))
    assert len({*predicted.argmax(axis=1)}) == 4


def test_weights_count_as_so_much_of_a_row():
    rows, schema = classes_of(mixed_rows(120), 3), schema_of(classes=3)
    weight = np.random.default_rng(0).choice([0.3, 1.0, 2.5], 100)
    learned, asked = rows.part(slice(0, 100)), rows.X[100:]
    predicted = NAIVE_BAYES.start(schema, 0, True).fit(learned, weight).predict(asked)
    seen = [*zip(learned.X.tolist(), learned.y.tolist(), weight.tolist())]
    expected = [shares(scores(x, seen, schema)) for x in asked.tolist()]
    assert np.abs(predicted - expected).max() < 1e-9
    assert not np.allclose(
        predicted, NAIVE_BAYES.start(schema, 0, True).fit(learned).predict(asked)
    )


def test_rows_without_weight_are_not_learned():
    rows, schema = classes_of(mixed_rows(120), 3), schema_of(classes=3)
    weight = np.where(np.arange(120) < 40, 0.0, 1.0)  # as of a memory that has long faded
    predicted = NAIVE_BAYES.start(schema, 0, True).fit(rows, weight).predict(rows.X)
    only = NAIVE_BAYES.start(schema, 0, True).fit(rows.part(slice(40, None)))
    assert np.array_equal(predicted, only.predict(rows.X))
    assert len({*predicted.argmax(axis=1)}) > 1


def test_a_row_without_cells_has_the_first_of_the_heaviest_classes():
    schema = Schema(("a", "b"), {1: 3}, 3, missing=frozenset({0, 1}))
    rng, y, nothing = np.random.default_rng(0), np.arange(30) % 3, np.full((1, 2), np.nan)
    for _ in range(40):
        X = np.column_stack([rng.normal(size=30), rng.integers(3, size=30)])
        X[rng.random(X.shape) < 0.2] = np.nan
        model = NAIVE_BAYES.start(schema, 0).fit(Labelled(np.arange(30), X, y))
        assert model.predict(nothing).tolist() == [0]
        assert model.fit(Labelled(np.arange(28), X[2:], y[2:])).predict(nothing).tolist() == [2]


@pytest.mark.parametrize("gaps", [False, True])
def test_one_may_be_added_for_the_values_that_a_class_has_had(gaps):
    schema = Schema(("a", "b"), {0: 4, 1: 3}, 2, missing=frozenset({0, 1}) if gaps else frozenset())
    learner = Learner.model_validate({"kind": "naive_bayes", "smoothing": "seen"})
    X = np.array([[0, 0], [0, 0], [2, 0], [1, 0]], float)
    model = learner.start(schema, 0, True).fit(Labelled(np.arange(4), X, np.array([0, 0, 0, 1])))
    expected = [[3 / 4 * 3 / 6, 1 / 4 * 1 / 3], [3 / 4 * 1 / 6, 1 / 4 * 1 / 3]]  # b says nothing
    asked = np.array([[0, 0], [3, 0]], float)
    assert np.allclose(model.predict(asked), [shares(np.array(one)) for one in expected])
    if gaps:
        asked[:, 1] = np.nan
        assert np.allclose(model.predict(asked), [shares(np.array(one)) for one in expected])


def test_products_that_no_float_holds_are_compared():
    d = 500
    schema = Schema(tuple(f"x{i}" for i in range(d)), {i: 9 for i in range(d // 2)}, 2)
    rng = np.random.default_rng(1)
    y = np.arange(40) % 2
    X = np.where(
        np.arange(d) < d // 2, rng.integers(9, size=(40, d)), 1e-3 * rng.normal(size=(40, d))
    )
    X[:, d // 2 :] += 1e-4 * y[:, None]
    model = NAIVE_BAYES.start(schema, 0).fit(Labelled(np.arange(40), X, y))
    far = np.where(np.arange(d) < d // 2, 0.0, 0.5 + 1e-4 * y[:2, None])
    for x in far:
        assert scores(x, [(*one, 1.0) for one in zip(X, y)], schema).max() == 0.0
    assert set(model.predict(X).tolist()) == {0, 1} and model.predict(far).tolist() == [1, 1]


def test_a_member_that_starts_again_has_learned_nothing():
    state = bayes.naive_bayes(2, 9, 3, schema_of().nominal, True)
    state = state._replace(columns=state.columns.view(np.recarray))
    new = bayes.naive_bayes(2, 9, 3, schema_of().nominal, True)
    for array in state[:4]:
        for name in array.dtype.names or [...]:
            array[name][1] = 7.0
    bayes.bayes_reset.py_func(state, 1)
    assert all(np.array_equal(one[1], other[1]) for one, other in zip(state[:4], new[:4]))
