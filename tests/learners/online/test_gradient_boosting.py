"""Streaming gradient boosted trees, beside the same in plain Python."""

import math
from collections import Counter

import numpy as np
import pytest
from examples import sea_stream
from plain_members import CLOUDS, PlainNumbers
from test_regression_trees import SlowFimtDd

from driftsim.kernels.online.random_numbers import random_states
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled
from driftsim.streams.stream import Stream

SEED = 3
EAGER = {"delta": 0.3, "tau": 0.3, "grace_period": 20}
RESTLESS = {"tolerance": 0.0, "threshold": 1.0, "alternate_min_age": 15, "alternate_max_age": 40}
BOOSTED = {"kind": "streaming_gradient_boosted_trees", "n_models": 3, "learning_rate": 0.3}


class SlowBoostedTree(SlowFimtDd):
    """A tree whose thresholds are steps of a leaf's first row, which has widths at the latest
    after its first try to split it."""

    def value_of(self, leaf, j, value):
        width = leaf.widths[j]
        if width == 0:
            return 0.0
        step = math.ceil(value / width)
        first = round(leaf.points[j][0] / width) if leaf.points[j] else step
        return min(max(step, first - 127), first + 127) * width

    def begin_again(self, leaf):
        super().begin_again(leaf)
        leaf.points = [[] for _ in leaf.points]


class SlowBoosting:
    """Streaming gradient boosted trees, as their docstring says."""

    def __init__(self, k, columns, learning_rate, skip=1, times=1, **tree):
        self.k, self.columns, self.rate = k, columns, learning_rate
        self.skip, self.times, self.seen, self.skipped = skip, times, False, 0
        self.numbers = PlainNumbers(random_states(SEED, 1)[0])
        self.boosters = [
            [SlowBoostedTree(len(own), models=False, **tree) for own in columns]
            for _ in range(k if k > 2 else 1)
        ]

    def votes(self, x):
        scores = [
            self.rate * sum(tree.predict(x[own]) for tree, own in zip(trees, self.columns))
            for trees in self.boosters
        ]
        odds = np.exp([*scores, -scores[0]] if self.k == 2 else scores)
        return odds / odds.sum()

    def learn(self, x, y, w=1.0):
        if self.skip > 1 and self.numbers.uniform() < 1 / self.skip:
            self.skipped += 1
            return
        self.seen = True
        for c, trees in enumerate(self.boosters):
            score = 0.0
            for tree, own in zip(trees, self.columns):
                p = 1 / (1 + math.exp(-score))
                gradient, hessian = p - (y == c), p * (1 - p)
                tree.learn(x[own], -gradient / hessian, w * math.ceil(hessian * self.times))
                score += self.rate * tree.predict(x[own])

    @property
    def events(self):
        return sum((tree.events for trees in self.boosters for tree in trees), Counter())


def compared(stream, weight=None, skip=1, times=1, **settings):
    """The plain ensemble, after the kernel has predicted and learned each row as it does."""
    spec = BOOSTED | settings | {"skip_training": skip, "multiply_hessian_by": times}
    learner, schema = Learner.model_validate(spec), stream.schema
    columns = learner.states(1, schema, SEED).trees.columns[: spec["n_models"]]
    tree = {key: value for key, value in settings.items() if key in EAGER | RESTLESS}
    own = {"grace_period": "grace", "alternate_min_age": "least_age"}
    own["alternate_max_age"] = "most_age"
    tree = {own.get(key, key): value for key, value in tree.items()}
    plain = SlowBoosting(schema.n_classes, columns, spec["learning_rate"], skip, times, **tree)
    model, rows = learner.start(schema, SEED, True), stream.rows(0, 0, stream.length)
    weight = np.ones(len(rows.y)) if weight is None else weight
    for i in range(len(rows.y)):
        if plain.seen:
            found = model.predict(rows.X[i : i + 1])[0]
            assert np.allclose(found, plain.votes(rows.X[i]), rtol=1e-9, atol=1e-9)
        row = Labelled(rows.t[i : i + 1], rows.X[i : i + 1], rows.y[i : i + 1])
        model = model.tuned(row, weight[i : i + 1])
        plain.learn(rows.X[i], rows.y[i], weight[i])
    return plain


def clouds(n):
    return Stream.model_validate({"length": n, "concepts": {"a": CLOUDS}})


def test_boosted_trees_are_those_of_plain_python():
    stream = sea_stream(300, {"kind": "sudden", "at": [150]})
    events = compared(stream, **EAGER, **RESTLESS, max_features=2).events
    assert events["splits"] and events["taken over"] and events["ended"]


@pytest.mark.slow
def test_of_three_classes_each_has_a_booster():
    weight = np.random.default_rng(0).choice([1.0, 2.0, 2.5], 300)
    settings = EAGER | RESTLESS | {"grace_period": 100}
    plain = compared(clouds(300), weight, skip=3, times=10, **settings)
    assert len(plain.boosters) == 3 and plain.events["splits"] and 60 < plain.skipped < 140


def test_the_first_rows_have_the_labels_and_scores_of_the_definition():
    X, y = np.array([[0.7, 0.1, 0.0], [0.1, 0.7, 0.0]]), np.array([0, 1])
    learner = Learner.model_validate(BOOSTED | {"n_models": 2, "learning_rate": 0.5})
    schema = sea_stream(10).schema
    model = learner.start(schema, 0, True)
    second = 1 + math.exp(-1)  # the inverse of the chance that a score of 0.5 * 2 gives
    for labels in ((2, second), (0, (second - 2) / 2)):  # of each tree the mean of its leaf
        i = 0 if labels[0] else 1
        model = model.tuned(Labelled(np.array([i]), X[i : i + 1], y[i : i + 1]), np.ones(1))
        score = 0.5 * sum(labels)
        assert model.predict(X[:1])[0, 0] == pytest.approx(1 / (1 + math.exp(-2 * score)))


def test_a_leaf_forgets_rows_that_no_split_gains_by():
    """Else a tree over few values would keep all rows, and look at each at every try."""
    n, rng = 6_000, np.random.default_rng(0)
    X = rng.integers(2, size=(n, 3)) * np.array([1.0, 1.0, 0.0])
    y = (X[:, 0] == X[:, 1]) ^ (rng.random(n) < 0.1)
    learner = Learner.model_validate(BOOSTED | {"n_models": 1, "max_features": None})
    model = learner.start(sea_stream(10).schema, 0)
    model = model.tuned(Labelled(np.arange(n), X, y.astype(int)), np.ones(n))
    trees = model._state.trees
    assert trees.candidates.counts.max() <= 1_025 < trees.nodes["n"].max()


def test_columns_are_drawn_for_a_tree_and_the_same_in_each_booster():
    stream = clouds(1_500)
    spec = BOOSTED | EAGER | {"n_models": 2, "max_features": 2}
    model = Learner.model_validate(spec).start(stream.schema, 1)
    rows = stream.rows(0, 0, 1_500)
    model = model.tuned(Labelled(rows.t, rows.X, rows.y), np.ones(1_500))
    trees, n = model._state.trees, 6
    columns = trees.columns[:n]
    assert (columns[:2] == columns[2:4]).all() and (columns[:2] == columns[4:]).all()
    used = trees.nodes["feature"]
    assert len(used) > n and (used >= 0).sum() > n
    for m in range(n):
        below = [m]
        while below:
            at = below.pop()
            assert (trees.columns[at] == columns[m]).all()
            if used[at] >= 0:
                assert used[at] in columns[m]
                below += [trees.nodes["child"][at], trees.nodes["child"][at] + 1]
