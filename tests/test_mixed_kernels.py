"""Kernels over columns of any kind: the answers of river's own trees, row by row."""

import os
from contextlib import suppress
from functools import cache

import numba
import numpy as np
import pytest
from compiled_examples import (
    ADAPTIVE,
    BAGGING,
    CHECKED,
    MIXED_ADAPTIVES,
    MIXED_FORESTS,
    MIXED_NAMED,
    MIXED_REVISED,
    MIXED_TREES,
    TREE,
    name,
)
from numpy.testing import assert_array_equal
from resets import reset_first

from driftsim.kernels.mixed_leaf import VALUE, with_blocks
from driftsim.kernels.mixed_splits import in_order_of_set
from driftsim.learners.learner import Learner
from driftsim.rows import Arrival, Labelled, Outgrown, Schema, Unfit
from driftsim.streams.stream import Stream

ROWS = int(os.environ.get("DRIFTSIM_TEST_ROWS", 2_000))
MANY = int(os.environ.get("DRIFTSIM_TEST_ROWS", 10_000))
STREAMS = {
    "led": [{"kind": "led", "noise": 0.1}, {"kind": "led", "noise": 0.1, "swapped": 4}],
    "agrawal": [{"kind": "agrawal", "function": f, "perturbation": 0.05} for f in (1, 2)],
    "stagger": [{"kind": "stagger", "function": f} for f in (1, 2)],
    "random_tree": [{"kind": "random_tree", "nominal": 3, "numeric": 2}] * 2,
}
MADE_UP = {  # values of each column (0: numbers), classes, share of cells that are missing
    "four": ([3, 0, 5, 2], 4, 0.0),
    "many": ([60, 7, 0, 41], 2, 0.0),  # of which half come late
    "gaps": ([12, 0, 3, 2, 0, 5], 3, 0.1),
    "gaps in numbers": ([0, 0, 0], 2, 0.2),
    "alike": ([2, 2, 2, 3], 3, 0.05),
}


@cache
def table(name, n):
    """Rows, labels and the schema of a table."""
    if name in MADE_UP:
        return made_up(*MADE_UP[name], n)
    drift = {"kind": "sudden", "at": [n // 2]}
    concepts = dict(zip("ab", STREAMS[name]))
    stream = Stream.model_validate({"length": n, "concepts": concepts, "drift": drift})
    block = stream.instantiated(1, 0).rows(0, n)
    return block.X, block.y, stream.schema


def made_up(sizes, k, missing, n):
    """Labels by the sum of what each value says of each class, and of what two together do."""
    rng = np.random.default_rng(len(sizes) * k)
    X, first = np.empty((n, len(sizes))), rng.integers(0, 7, (8, 8, k))
    says = np.zeros((n, k))
    for j, size in enumerate(sizes):
        if size == 0:
            X[:, j] = rng.normal(size=n)
            says += np.outer(X[:, j] > 0, rng.normal(size=k))
            continue
        seen = np.where(np.arange(n) < n // 2, (size + 1) // 2, size)
        X[:, j] = rng.integers(0, seen)
        says += rng.normal(size=(size, k))[X[:, j].astype(int)]
    codes = X[:, [j for j, size in enumerate(sizes) if size][:2]].astype(int) % 8
    says += first[codes[:, 0], codes[:, 1]] if codes.shape[1] > 1 else 0.0
    y = np.where(rng.random(n) < 0.1, rng.integers(k, size=n), says.argmax(axis=1))
    X[rng.random(X.shape) < missing] = np.nan
    names, nominal = [f"x{j}" for j in range(len(sizes))], {j: s for j, s in enumerate(sizes) if s}
    return (
        X,
        y,
        Schema((*names,), nominal, k, missing=frozenset(range(len(sizes)) if missing else ())),
    )


def dicts(X, schema):
    """Rows as river has them: without what is missing."""
    return [{k: v for k, v in zip(schema.names, x) if v == v} for x in X.tolist()]


def of_river(model, X, y, schema, late):
    """The probabilities and labels that river's object predicts before it learns of each row."""
    rows, shares, labels = dicts(X, schema), [], []
    for i, x in enumerate(rows):
        if i > late:
            model.learn_one(rows[i - late - 1], int(y[i - late - 1]))
        known = model.predict_proba_one(x)
        shares.append([known.get(c, 0.0) for c in range(schema.n_classes)])
        labels.append(max(known, key=known.get) if known else 0)
    return np.array(shares), np.array(labels)


def pair(spec, schema, probabilities=False):
    """A compiled model and river's own, both new."""
    learner = Learner.model_validate(spec)
    assert learner.engine(schema) == "compiled"
    return (one.start(schema, 1, probabilities) for one in (learner, learner.uncompiled()))


def check(spec, X, y, schema, late):
    """Play a tree of river and its compiled equivalent over a table; compare all predictions."""
    n, (sure, objects) = len(X), pair(spec, schema, probabilities=True)
    due_by = np.append(np.maximum(np.arange(n) - late, 0), n)
    arrival = Arrival(np.arange(n), X, np.arange(n), X, y, due_by)
    compiled, _ = pair(spec, schema)
    if CHECKED:
        with suppress(Outgrown):  # river's tree may fail there, too, over so few rows
            sure.test_then_train(arrival)
            compiled.test_then_train(arrival)
        return
    own, predicted = sure.test_then_train(arrival), compiled.test_then_train(arrival)
    shares, labels = of_river(objects._model, X, y, schema, late)
    whole = shares.sum(axis=1, keepdims=True)
    known = whole[:, 0] > 0
    assert np.abs(own[known] - shares[known] / whole[known]).max() < 1e-9
    assert_array_equal(predicted, labels)


def cases(specs, tables, rows, slow=False):
    for i, (spec, title) in enumerate((spec, title) for spec in specs for title in tables):
        marks = [pytest.mark.slow] if slow else []
        late = 0 if i % 3 else 40
        yield pytest.param(spec, title, rows, late, id=f"{name(spec)}-{title}", marks=marks)


ALL = [*STREAMS, *MADE_UP]
SOON_ADAPTIVES = [one for one in MIXED_ADAPTIVES[:-1] if one != ADAPTIVE]
SMALL = [title for title in ALL if title != "led"]  # at most eight classes: a set has them in order


@pytest.mark.parametrize(
    ["spec", "title", "rows", "late"],
    [
        *cases(MIXED_TREES[:2], ["led", "agrawal", "gaps"], ROWS // 2),
        *cases(MIXED_TREES[2:], ["many", "gaps"], ROWS // 2),
        *cases(MIXED_NAMED[:1], ["gaps"], ROWS // 2),
        *cases(MIXED_NAMED[1:], ["gaps"], ROWS, slow=True),
        *cases(MIXED_REVISED, SMALL, ROWS, slow=True),
        *cases(MIXED_ADAPTIVES[-1:], ["gaps"], ROWS, slow=True),
        *cases(MIXED_FORESTS[1:], ALL, ROWS, slow=True),
    ],
)
def test_a_compiled_tree_answers_as_that_of_river(spec, title, rows, late):
    check(spec, *table(title, rows), late)


@pytest.mark.parametrize(
    ["spec", "title", "rows", "late"],
    [
        *cases([TREE], ALL, MANY, slow=True),
        *cases(MIXED_TREES[1:], ALL, MANY // 2, slow=True),  # they split sooner
        *cases([ADAPTIVE], SMALL, MANY, slow=True),
        *cases(SOON_ADAPTIVES, SMALL, MANY // 2, slow=True),
        *cases(MIXED_FORESTS[:1], ALL, MANY // 4, slow=True),
    ],
)
def test_a_compiled_tree_answers_as_that_of_river_for_long(spec, title, rows, late):
    check(spec, *table(title, rows), late)


@pytest.mark.parametrize(
    "spec", [MIXED_TREES[1], pytest.param(MIXED_REVISED[0], marks=pytest.mark.slow)], ids=name
)
def test_weights_count_as_they_do_in_river(spec):
    X, y, schema = table("gaps", 1200)
    rows = Labelled(np.arange(1000), X[:1000], y[:1000])
    weight = np.random.default_rng(0).choice([0.25, 1.0, 1.5, 3.0], 1000)
    compiled, objects = pair(spec, schema, probabilities=True)
    one, other = (model.fit(rows, weight).predict(X[1000:]) for model in (compiled, objects))
    assert np.allclose(one, other, rtol=1e-9, atol=1e-9)
    assert not np.array_equal(one, compiled.fit(rows).predict(X[1000:]))


@pytest.mark.parametrize("nominal", [{}, {0: 2}], ids=["numbers", "nominal"])
def test_shares_of_the_majority_are_rounded_as_in_river(nominal):
    schema, spec = Schema(("a",), nominal), {"kind": TREE, "leaf_prediction": "mc"}
    for n in range(2, 12):
        for m in range(1, n):
            rows = Labelled(np.arange(n), np.zeros((n, 1)), np.repeat([0, 1], [m, n - m]))
            compiled, objects = pair(spec, schema, probabilities=True)
            one, other = (model.fit(rows).predict(rows.X[:1]) for model in (compiled, objects))
            assert_array_equal(one, other)  # 3 · (1 / 5), which is not 3 / 5


@pytest.mark.parametrize("counts", [(1, 4, 2), (2, 1, 1), (3, 2, 1), (2, 2, 2)])
def test_rounding_decides_between_a_value_and_a_threshold_as_in_river(counts):
    """Both tell the last class from the others; a split is made only if one seems to be better."""
    y = np.repeat([0, 1, 2], counts)
    n, last = len(y), y == 2
    settings = {"split_criterion": "gini", "delta": 1.0, "tau": 0.0, "leaf_prediction": "mc"}
    spec = {"kind": TREE, "grace_period": n, "binary_split": True, **settings}
    rows = Labelled(np.arange(n), np.column_stack([last, last + np.linspace(0, 0.01, n)]), y)
    models = pair(spec, Schema(("a", "b"), {0: 2}, 3), probabilities=True)
    one, other = (model.fit(rows).predict(rows.X) for model in models)
    assert np.abs(one - other).max() < 1e-9


def test_values_are_visited_in_the_order_of_a_set_of_python():
    rng, listed = np.random.default_rng(0), numba.njit(in_order_of_set.py_func)
    table, visited = np.zeros(8 * 300, np.int64), np.zeros(300, np.int64)
    for size in (3, 9, 40, 300):
        for n in (1, 2, size // 2, size):
            values = np.zeros(n, VALUE)
            values["nth"] = rng.permutation(size)[:n]
            listed(values, 0, n, table, visited)
            assert visited[:n].tolist() == [*{float(value) for value in values["nth"]}]


@pytest.mark.slow
def test_a_tree_that_revises_its_splits_and_is_reset_is_as_new():
    X, y, schema = table("gaps", 2_000)
    model, _ = pair(MIXED_REVISED[0], schema)
    rows = Labelled(np.arange(len(y)), X, y)
    model.learn(rows)
    first, state = model.predict(X), model._state
    assert len(state.nodes) - state.free[1] > 10
    reset_first(state)
    assert state.free[1] == len(state.nodes) - 1
    assert state.leaves.free[1] == len(state.leaves.blocks)
    assert state.children.free[1] == len(state.children.table)
    model.learn(rows)
    assert_array_equal(model.predict(X), first)


@pytest.mark.slow
def test_where_river_finds_no_child_for_a_value_a_kernel_leaves_the_answer_to_it():
    """It gives a branch by a value a split by each of many, and two children all the same."""
    X, y, schema = table("alike", 8_000)
    rows = Labelled(np.arange(len(y)), X, y)
    compiled, objects = pair(MIXED_REVISED[0], schema)
    with pytest.raises(Outgrown, match="a branch was revised whose children are not those"):
        compiled.learn(rows)
    with pytest.raises(IndexError, match="list index out of range"):
        objects.learn(rows)


def test_leaves_take_no_more_than_so_much_memory():
    start = Learner.model_validate(TREE).start(Schema(("a",), {0: 4_000}), 1)
    with pytest.raises(ValueError, match="16,388 leaves that count values take more than 1 GiB"):
        with_blocks(start._state.leaves, 2**14)


def test_a_value_that_is_no_code_is_refused():
    X, y, schema = table("four", 100)
    model, _ = pair(TREE, schema)
    X = X.copy()
    X[7, 2] = 5.0
    with pytest.raises(Unfit, match=r"row 7: column 'x2' holds 5\.0, none of its 5 values"):
        model.learn(Labelled(np.arange(100), X, y))


@pytest.mark.parametrize(
    "spec, schema, words",
    [
        (TREE, Schema(("a", "b"), {0: 9_000}), "nominal columns of 9,000 values, by 2 classes"),
        (
            {"kind": TREE, "nominal_attributes": ["b"]},
            Schema(("a", "b"), {0: 3}),
            "the column of numbers 'b' as a nominal one",
        ),
        (
            {"kind": "pipeline", "steps": ["river.preprocessing.StandardScaler", TREE]},
            Schema(("a", "b"), {0: 3}),
            "nominal columns behind a scaler",
        ),
        (
            "river.naive_bayes.GaussianNB",
            Schema(("a", "b"), missing=frozenset([1])),
            "GaussianNB of missing values",
        ),
        (
            {"kind": BAGGING, "model": "river.linear_model.Perceptron"},
            Schema(("a", "b"), missing=frozenset([1])),
            "Perceptron of missing values",
        ),
    ],
)
def test_what_is_not_covered_runs_on_river(spec, schema, words):
    engine = Learner.model_validate(spec).engine(schema)
    assert engine.startswith("river, not compiled: there is no kernel for ")
    assert engine.endswith(words)
