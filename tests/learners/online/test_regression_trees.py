"""Trees for numbers, beside slow ones that keep all rows and look at every threshold."""

import math
from collections import Counter

import numpy as np
import pytest
from plain_members import generators_of
from test_forests import Rising

from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema
from driftsim.streams.stream import Stream

LINES = [[1.0, 2.0, 3.0, 0.0], [0.0, -1.0, 2.0, 3.0], [3.0, 0.0, -2.0, 1.0]]
LINEAR = [{"kind": "linear", "features": 4, "weights": line} for line in LINES]
FRIEDMAN = [{"kind": "friedman", "function": function} for function in (1, 2)]


def rows_of(concepts, n):
    """Rows of a stream with sudden drifts between concepts, and its schema."""
    each = n // len(concepts)
    drift = {"kind": "sudden", "at": [each * i for i in range(1, len(concepts))]}
    spec = {"length": n, "concepts": dict(zip("abc", concepts)), "drift": drift}
    stream = Stream.model_validate(spec)
    block = stream.instantiated(1, 0).rows(0, n)
    return stream.schema, block.X, block.y


def played(spec, schema, X, y, weight=None):
    """What a learner's model predicts for each row before it learns it."""
    model, predicted = Learner.model_validate(spec).start(schema, 1), []
    weight = np.ones(len(y)) if weight is None else weight
    for i in range(len(y)):
        predicted.append(model.predict(X[i : i + 1])[0])
        row = Labelled(np.array([i]), X[i : i + 1], y[i : i + 1])
        model = model.tuned(row, weight[i : i + 1])
    return np.array(predicted)


def mean(values, weights):
    return sum(v * w for v, w in zip(values, weights)) / sum(weights)


def deviation(values, weights):
    middle = mean(values, weights)
    return math.sqrt(mean([(v - middle) ** 2 for v in values], weights))


class Node:
    """A leaf with all its rows, until it is split."""

    def __init__(self, tree, start, line=None):
        self.start, self.rows, self.tried = start, [], 0.0
        self.line = list(line) if line else [0.0] * (tree.d + 1)
        self.widths = [sd / 10 for sd in tree.deviations] if tree.seen else [0.0] * tree.d
        self.points = [[] for _ in range(tree.d)]  # the threshold of each row, by feature
        self.split = self.rival = None
        self.forget()

    def forget(self):
        self.errors, self.rise, self.lowest = [], 0.0, 0.0
        self.age, self.loss, self.rival_loss = 0, 0.0, 0.0


class SlowFimtDd:
    """FIMT-DD, as its docstring says."""

    def __init__(self, d, **settings):
        self.grace, self.delta, self.tau = 200, 1e-7, 0.05
        self.models, self.rate, self.decay = True, 0.02, 0.001
        self.tolerance, self.threshold, self.fading = 0.005, 50.0, 0.995
        self.least_age, self.most_age = 150, 1500
        self.__dict__.update(settings)
        self.d, self.seen, self.events = d, False, Counter()
        self.sums = np.zeros((3, d + 1))  # of weights, of values, of their squares
        self.middle, self.span = 0.0, 0.0
        self.middles, self.deviations = [0.0] * d, [0.0] * d
        self.root = Node(self, 0.0)

    def way(self, x, node=None):
        """The nodes that a row comes through."""
        way = [node or self.root]
        while way[-1].split:
            feature, threshold, children = way[-1].split
            way.append(children[0 if x[feature] <= threshold else 1])
        return way

    def scaled(self, x):
        parts = zip(x, self.middles, self.deviations)
        return [(v - middle) / (3 * sd) if sd > 0 else 0.0 for v, middle, sd in parts] + [1.0]

    def value(self, leaf, x):
        if self.models:
            line = sum(a * b for a, b in zip(leaf.line, self.scaled(x)))
            return self.middle + self.span * line
        rows = leaf.rows
        return mean([y for _, y, _ in rows], [w for *_, w in rows]) if rows else leaf.start

    def predict(self, x):
        return self.value(self.way(x)[-1], x)

    def learn(self, x, y, w):
        way = self.way(x)
        guarded = next((i for i, node in enumerate(way) if node.rival), len(way))
        off = y - self.value(way[-1], x)
        if guarded < len(way):
            rival = self.way(x, way[guarded].rival)[-1]
            rival_off = y - self.value(rival, x)
        self.normalize(x, y, w)
        error = abs(off) / self.span if self.span > 0 else 0.0
        for node in way[: min(guarded, len(way) - 1)]:
            if self.alarms(node, error):
                node.rival = Node(self, self.middle)
                self.events["started"] += 1
                break
        self.train(way[-1], x, y, w)
        if guarded < len(way):
            self.train(rival, x, y, w)
            self.judge(way[guarded], off, rival_off)

    def normalize(self, x, y, w):
        cells = np.array([*x, y])
        self.sums += [w * np.ones(self.d + 1), w * cells, w * cells**2]
        total, first, second = self.sums
        middles = first / total
        deviations = np.sqrt(np.maximum(second / total - middles**2, 0.0))
        *self.middles, self.middle = middles.tolist()
        *self.deviations, self.span = deviations.tolist()
        self.span *= 3
        self.seen = True

    def alarms(self, node, error):
        node.errors.append(error)
        node.rise += error - sum(node.errors) / len(node.errors) - self.tolerance
        node.lowest = min(node.lowest, node.rise)
        if not 0 < self.threshold < node.rise - node.lowest:
            return False
        node.forget()
        return True

    def judge(self, node, off, rival_off):
        node.loss = self.fading * node.loss + off**2
        node.rival_loss = self.fading * node.rival_loss + rival_off**2
        node.age += 1
        if node.age % self.least_age == 0 and node.rival_loss < node.loss:
            node.__dict__.update(node.rival.__dict__)
            self.events["taken over"] += 1
        elif node.age >= self.most_age:
            node.rival = None
            node.forget()
            self.events["ended"] += 1

    def train(self, leaf, x, y, w):
        if self.models and self.span > 0:
            n = sum(w for *_, w in leaf.rows) + w
            z, rate = self.scaled(x), self.rate / (1 + self.decay * n)
            for _ in range(int(w)):
                off = (y - self.middle) / self.span - sum(a * b for a, b in zip(leaf.line, z))
                leaf.line = [a + rate * off * b for a, b in zip(leaf.line, z)]
        leaf.rows.append((x, y, w))
        for j in range(self.d):
            leaf.points[j].append(self.value_of(leaf, j, x[j]))
        n = sum(w for *_, w in leaf.rows)
        if n - leaf.tried >= self.grace and self.span > 0:
            leaf.tried = n
            self.try_split(leaf)

    def value_of(self, leaf, j, value):
        width = leaf.widths[j]
        return max(math.ceil(value / width) * width, value) if width > 0 else value

    def begin_again(self, leaf):
        leaf.widths = [sd / 10 for sd in self.deviations]

    def try_split(self, leaf):
        n = sum(w for *_, w in leaf.rows[-len(leaf.points[0]) :])
        found = sorted(
            (self.best(leaf, j) for j in range(self.d)), key=lambda one: -round(one[0], 12)
        )
        bound, merit = math.sqrt(math.log(1 / self.delta) / (2 * n)), found[0][0]
        second = max(found[1][0], 0.0) if self.d > 1 else 0.0
        if merit > 0 and (second / merit < 1 - bound or bound < self.tau):
            _, feature, threshold, sides = found[0]
            children = [Node(self, start, leaf.line) for start in sides]
            leaf.split = feature, threshold, children
            leaf.forget()
            self.events["splits"] += 1
        elif not any(leaf.widths):
            self.begin_again(leaf)

    def best(self, leaf, j):
        """The highest merit of a threshold of feature j, and the means on its sides."""
        points, best = np.array(leaf.points[j]), (0.0, j, 0.0, (0.0, 0.0))
        rows = leaf.rows[-len(points) :]
        labels, weights = (np.array([row[i] for row in rows]) for i in (1, 2))
        for threshold in np.unique(points):
            left = points <= threshold
            if min(weights[left].sum(), weights[~left].sum()) < 5:
                continue
            merit = deviation(labels, weights)
            for side in (left, ~left):
                share = weights[side].sum() / weights.sum()
                merit -= share * deviation(labels[side], weights[side])
            if merit > best[0] + 1e-12:
                best = merit, j, threshold, [mean(labels[s], weights[s]) for s in (left, ~left)]
        return best


QUICK = {"grace_period": 60, "delta": 0.05, "tau": 0.2}
READY = QUICK | {"threshold": 3.0, "alternate_min_age": 40, "alternate_max_age": 100}
OWN = {
    "grace_period": "grace",
    "learning_rate": "rate",
    "alternate_min_age": "least_age",
    "alternate_max_age": "most_age",
}


def slow_fimt_dd(d, settings):
    named = {OWN.get(key, key): value for key, value in settings.items()}
    named["models"] = named.pop("leaf_prediction", "model") == "model"
    return SlowFimtDd(d, **named)


def compare(concepts, n, settings, weight=None):
    schema, X, y = rows_of(concepts, n)
    weight = np.ones(n) if weight is None else weight
    slow, expected = slow_fimt_dd(X.shape[1], settings), []
    for x, label, w in zip(X.tolist(), y.tolist(), weight):
        expected.append(slow.predict(x))
        slow.learn(x, label, w)
    found = played({"kind": "fimt_dd", **settings}, schema, X, y, weight)
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9)
    return slow.events


def test_fimt_dd_splits_and_regrows_as_a_slow_one_does():
    events = compare(LINEAR, 900, READY)
    assert events["splits"] and events["taken over"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        QUICK | {"threshold": 0, "learning_rate": 0.1, "decay": 0.0},
        READY | {"tolerance": 0.0, "threshold": 1.0, "fading": 0.5},
        READY | {"leaf_prediction": "mean", "threshold": 1.0},
    ],
    ids=str,
)
def test_fimt_dd_answers_as_a_slow_one_does_for_long(settings):
    weight = np.random.default_rng(0).choice([1.0, 2.0, 5.0], 1000)
    events = compare(FRIEDMAN, 1000, settings, weight)
    assert events["splits"] and (not settings["threshold"] or events["ended"])


def test_a_linear_target_is_learned_to_a_fifth_of_its_deviation():
    exact = {"kind": "linear", "features": 4, "weights": LINES[0], "noise": 0.1}
    schema, X, y = rows_of([exact] * 2, 6_000)
    model = Learner.model_validate("fimt_dd").start(schema, 0)
    model.learn(Labelled(np.arange(5_000), X[:5_000], y[:5_000]))
    assert np.abs(model.predict(X[5_000:]) - y[5_000:]).mean() < 0.2 * y.std()


def test_only_numbers_can_be_learned():
    classes = Schema(("a",), {}, 2)
    assert "classes" in Learner.model_validate("fimt_dd").incompatibility(classes)


def test_a_detector_of_errors_of_0_and_1_is_refused_in_a_forest_for_numbers():
    def reason(detector):
        spec = {"kind": "adaptive_random_forest_regressor", "warning_detector": detector}
        return Learner.model_validate(spec).incompatibility(Schema(("x",), n_classes=None))

    others = "adwin, cusum, geometric_moving_average, optwin, page_hinkley, seed, seq_drift2"
    assert reason("ddm").endswith(f"the labels are numbers; use one of {others}")
    assert all(reason(one) is None for one in others.split(", "))


class SlowForest:
    """An adaptive random forest for regression, as its docstring says, of slow trees."""

    def __init__(self, d, settings, n_models, rate, seed, deltas):
        self.new = lambda: slow_fimt_dd(d, settings)
        self.rate, self.deltas, self.drifts = rate, deltas, 0
        self.generators = generators_of(seed, n_models)
        self.trees, self.behind = [self.new() for _ in range(n_models)], [None] * n_models
        self.drift, self.warning = (
            [Rising(delta) for _ in range(n_models)] for delta in self.deltas
        )

    def predict(self, x):
        known = [tree.predict(x) for tree in self.trees if tree.seen]
        return sum(known) / len(known) if known else 0.0

    def learn(self, x, y, w):
        for i in range(len(self.trees)):
            tree = self.trees[i]
            span, off, n = (
                tree.span,
                abs(y - tree.predict(x)),
                self.generators[i].poisson(self.rate),
            )
            if n == 0:
                continue
            tree.learn(x, y, w * n)
            if self.behind[i]:
                self.behind[i].learn(x, y, w)
            if span > 0:
                self.watch(i, min(off / span, 1.0))

    def watch(self, i, error):
        if self.warning[i].fires(error):
            self.behind[i], self.warning[i] = self.new(), Rising(self.deltas[1])
        if self.drift[i].fires(error):
            self.trees[i], self.behind[i] = self.behind[i] or self.new(), None
            self.drift[i], self.warning[i] = map(Rising, self.deltas)
            self.drifts += 1


@pytest.mark.slow
def test_a_forest_answers_as_a_slow_one_does():
    schema, X, y = rows_of(LINEAR, 900)
    forest = SlowForest(X.shape[1], QUICK, 2, 2.0, 1, deltas=(0.5, 0.9))
    expected = []
    for x, label in zip(X.tolist(), y.tolist()):
        expected.append(forest.predict(x))
        forest.learn(x, label, 1.0)
    spec = {"kind": "adaptive_random_forest_regressor", "n_models": 2, "rate": 2, **QUICK}
    spec["max_features"] = None
    for key, delta in (("drift_detector", 0.5), ("warning_detector", 0.9)):
        spec[key] = {"kind": "adwin", "delta": delta}
    assert np.allclose(played(spec, schema, X, y), expected, rtol=1e-9, atol=1e-9)
    assert forest.drifts


@pytest.mark.slow
def test_leaves_of_a_forest_draw_their_columns():
    schema, X, y = rows_of(LINEAR[:1] * 2, 3_000)
    spec = {"kind": "adaptive_random_forest_regressor", "n_models": 3, **QUICK, "max_features": 2}
    model = Learner.model_validate(spec).start(schema, 1)
    model.learn(Labelled(np.arange(len(y)), X, y))
    trees = model._state.trees
    drawn = trees.columns[trees.nodes["n"] > 0]
    assert drawn.shape[1] == 2 and (drawn[:, 0] != drawn[:, 1]).all()
    assert len(np.unique(np.sort(drawn), axis=0)) == 6  # all pairs of 4
