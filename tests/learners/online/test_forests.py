"""Our forests, beside the same in plain Python on the same rows."""

import math

import numpy as np
import pytest
import slow_detectors
from examples import regression_stream, sea_stream
from plain_members import PlainNumbers, added, played, winner
from plain_trees import PlainTree
from river.drift.adwin import AdaptiveWindowing
from test_adaptive_trees import drifting
from test_trees import SIZES
from together import together

from driftsim.kernels.online.random_numbers import random_states
from driftsim.learners.learner import Learner
from driftsim.learners.online.forest_members import columns_of
from driftsim.rows import Arrival, Schema
from driftsim.streams.stream import Stream

CLOUDS = {"kind": "rbf", "features": 4, "classes": 3, "centroids": 9, "speed": 0.02}
FOREST, PATCHES = {"kind": "adaptive_random_forest"}, {"kind": "streaming_random_patches"}
QUICK = {"n_models": 3, "drift_detector": {"kind": "adwin", "delta": 0.05}}
QUICK |= {"warning_detector": {"kind": "adwin", "delta": 0.3}}


class Tree(PlainTree):
    """A tree whose leaves look at m columns, drawn for each of them, or once for all."""

    def __init__(self, numbers, m, per_leaf, **settings):
        super().__init__(**settings)
        self.numbers, self.m, self.per_leaf, self.columns = numbers, m, per_leaf, None

    def looks_at(self, node, x):
        if getattr(node, "drawn_for", None) is not node.observers:
            if self.per_leaf or self.columns is None:
                self.columns = self.drawn(len(x))
            node.drawn_for, node.columns = node.observers, self.columns
        return node.columns

    def drawn(self, d):
        if self.m == d:
            return [*range(d)]
        pool = [*range(d)]
        for j in range(self.m):
            other = j + int(self.numbers.uniform() * (d - j))
            pool[j], pool[other] = pool[other], pool[j]
        return pool[: self.m]


class Rising:
    """ADWIN that fires where the mean of the window has risen."""

    def __init__(self, delta):
        self.window = AdaptiveWindowing(
            delta=delta or 1e-300, clock=32, max_buckets=5, min_window_length=5, grace_period=10
        )

    def mean(self):
        width = self.window.get_width()
        return self.window.get_total() / width if width else 0.0

    def fires(self, error):
        before = self.mean()
        return self.window.update(error) and self.mean() > before


class Summed:
    """CUSUM with a threshold."""

    def __init__(self, threshold):
        self.detect = slow_detectors.cusum(slack=0.05, threshold=threshold)

    def fires(self, error):
        return self.detect(error) == "alarm"


class Forest:
    """An adaptive random forest in plain Python, or, not `per_leaf` nor `once`, random patches."""

    def __init__(
        self, n, m, rate=6.0, per_leaf=True, once=True, deltas=(0.05, 0.3), weighs=True, seed=3,
        nominal=(), detector=Rising,
    ):  # fmt: skip
        self.detector = detector
        of_trees, of_times, _ = (int(one) for one in random_states(seed, 3))
        self.times = [PlainNumbers(one) for one in random_states(of_times, n)]
        self.numbers = [PlainNumbers(one) for one in random_states(of_trees, 2 * n)]
        self.n, self.m, self.rate, self.per_leaf, self.once = n, m, rate, per_leaf, once
        self.deltas, self.weighs, self.nominal = deltas, weighs, nominal
        self.places = [[i, n + i] for i in range(n)]  # whose numbers a tree and the other draw
        self.trees = [self.new_tree(i) for i in range(n)]
        self.behind = [None] * n
        self.drifts, self.warnings = ([detector(one) for _ in range(n)] for one in deltas)
        self.correct, self.seen = [0] * n, [0] * n
        self.swaps = self.returns = 0  # trees that another replaced, or that began anew

    def new_tree(self, place):
        settings = {"grace_period": 50, "delta": 0.01, "nominal": self.nominal}
        return Tree(self.numbers[place], self.m, self.per_leaf, **settings)

    def votes(self, x):
        ballots, weights = [], []
        for i, tree in enumerate(self.trees):
            votes, right = tree.votes(x), self.correct[i]
            total = sum(votes.values())
            if total:
                ballots.append(votes)
                weight = 100 * right / self.seen[i] if right and self.weighs else 1.0
                weights.append(weight / total)
        return added(ballots, weights)

    def learn(self, x, y):
        for i in range(self.n):
            self.seen[i] += 1
            self.correct[i] += self.trees[i].predict(x) == y
            times = self.times[i].poisson(self.rate) if self.rate else 1
            if times:
                self.learn_one(i, x, y, times)

    def learn_one(self, i, x, y, times):
        self.trees[i].learn(x, y, float(times))
        if self.behind[i]:
            self.behind[i].learn(x, y, 1.0 if self.once else float(times))
        error = self.error(i, x, y)
        if self.warnings[i].fires(error):
            self.behind[i] = self.new_tree(self.places[i][1])
            self.warnings[i] = self.detector(self.deltas[1])
        if self.drifts[i].fires(error):
            self.replace(i)

    def error(self, i, x, y):
        return float(self.trees[i].predict(x) != y)

    def replace(self, i):
        self.swaps += self.behind[i] is not None
        self.returns += self.behind[i] is None
        if self.behind[i]:
            self.places[i].reverse()
        self.trees[i] = self.behind[i] or self.new_tree(self.places[i][0])
        self.behind[i], self.correct[i], self.seen[i] = None, 0, 0
        self.drifts[i], self.warnings[i] = map(self.detector, self.deltas)


class LossWeighted(Forest):
    """A forest in plain Python whose trees vote by what they have lost lately."""

    def __init__(self, n, m, sharpness=10.0, half_life=350.0):
        super().__init__(n, m)
        self.sharpness, self.half_life, self.lost = sharpness, half_life, [0.0] * n

    def probabilities(self, i, x):
        votes = self.trees[i].votes(x)
        total = sum(votes.values())
        return {c: vote / total for c, vote in votes.items()} if total else {}

    def votes(self, x):
        weights = [math.exp(-self.sharpness * (one - min(self.lost))) for one in self.lost]
        return added([self.probabilities(i, x) for i in range(self.n)], weights)

    def learn(self, x, y):
        self.wrong = [float(tree.predict(x) != y) for tree in self.trees]
        kept = 0.5 ** (1.0 / self.half_life)
        for i in range(self.n):
            loss = 1.0 - self.probabilities(i, x).get(y, 0.0)
            self.lost[i] = kept * self.lost[i] + (1.0 - kept) * loss
        super().learn(x, y)

    def error(self, i, x, y):
        return self.wrong[i]

    def replace(self, i):
        super().replace(i)
        others = [one for j, one in enumerate(self.lost) if j != i]
        self.lost[i] = sum(others) / len(others)


def streams(length):
    """Rows of two classes whose concept changes, and of three classes in moving clouds."""
    return [
        sea_stream(length, {"kind": "sudden", "at": [length // 2]}),
        Stream.model_validate({"length": length, "concepts": {"a": CLOUDS}}),
    ]


def compare(spec, plain, stream):
    predicted, rows = played(QUICK | spec, stream)
    assert predicted.tolist() == expected(plain, rows.X, rows.y)
    return plain.swaps


def expected(plain, X, y):
    labels = []
    for x, c in zip(X.tolist(), y.tolist()):
        labels.append(winner(plain.votes(x)))
        plain.learn(x, c)
    return labels


@pytest.mark.slow
def test_adaptive_random_forests_are_those_of_plain_python():
    swaps = [compare(FOREST, Forest(3, m=2), stream) for stream in streams(1_500)]
    assert sum(swaps) > 2


@pytest.mark.slow
def test_a_detector_that_river_lacks_replaces_trees_too():
    cusum = {"kind": "cusum", "slack": 0.05}
    given = {"drift_detector": cusum | {"threshold": 6.0}}
    given |= {"warning_detector": cusum | {"threshold": 3.0}}
    plain = Forest(3, m=2, deltas=(6.0, 3.0), detector=Summed)
    assert compare(FOREST | given, plain, streams(1_500)[0])


@pytest.mark.slow
def test_a_tree_behind_has_no_part_in_what_a_detector_is_given():
    """A tree asked after a row goes by its own votes from before, not those of the one behind."""
    n, rng = 800, np.random.default_rng(23)
    X, weights = rng.normal(size=(n, 4)), rng.normal(size=(4, 3, 4))
    y = np.array([np.argmax(weights[i // 200] @ x) for i, x in enumerate(X)])
    y = np.where(rng.random(n) < 0.3, rng.integers(0, 3, n), y)
    n, X, y = 500, X[:500], y[:500]
    rows = Arrival(np.arange(n), X, np.arange(n), X, y.astype(float), np.arange(n + 1))
    learner = Learner.model_validate(FOREST | QUICK | {"grace_period": 50, "delta": 0.01})
    model = learner.start(Schema(tuple("abcd"), n_classes=3), 3)
    assert model.test_then_train(rows).tolist() == expected(Forest(3, m=2), X, y)


@pytest.mark.slow
def test_loss_weighted_forests_are_those_of_plain_python():
    forest, (sea, clouds) = {"kind": "loss_weighted_forest"}, streams(1_500)
    assert compare(forest, LossWeighted(3, m=2), sea)
    compare(forest, LossWeighted(3, m=2), clouds)
    compare(forest | {"sharpness": 30, "half_life": 20}, LossWeighted(3, 2, 30.0, 20.0), clouds)


@pytest.mark.slow
def test_random_patches_are_those_of_plain_python():
    patches = {"per_leaf": False, "once": False}
    for stream in streams(1_200):
        assert compare(PATCHES, Forest(3, m=2, **patches), stream)
        subspaces = Forest(3, m=2, rate=None, **patches)
        compare(PATCHES | {"training_method": "subspaces"}, subspaces, stream)
        bagging = Forest(3, m=len(stream.schema.names), **patches)
        compare(PATCHES | {"training_method": "bagging"}, bagging, stream)


@pytest.mark.slow
def test_parts_of_forests_can_be_left_out():
    stream, clouds = streams(1_500)
    at_once = Forest(3, m=2, deltas=(0.05, 0.0))
    compare(FOREST | {"warning_detector": None}, at_once, stream)
    assert at_once.returns and not at_once.swaps
    compare(FOREST | {"drift_detector": None}, Forest(3, m=2, deltas=(0.0, 0.0)), stream)
    compare(FOREST | {"weighted_vote": False}, Forest(3, m=2, weighs=False), clouds)


@pytest.mark.slow
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_forests_over_nominal_columns_are_those_of_plain_python(gaps):
    X, y = drifting(1_500, 3, 3, gaps=gaps)
    n, d = X.shape
    nominal, missing = dict(enumerate(SIZES)), frozenset(range(d) if gaps else ())
    schema = Schema(tuple("abcde"), nominal, 3, missing=missing)
    arrival = Arrival(np.arange(n), X, np.arange(n), X, y.astype(float), np.arange(n + 1))
    for spec, drawing in ((FOREST, {}), (PATCHES, {"per_leaf": False, "once": False})):
        model = Learner.model_validate(QUICK | spec).start(schema, 3)
        plain = Forest(3, m=3, nominal=nominal, **drawing)
        assert model.test_then_train(arrival).tolist() == expected(plain, X, y)
        assert plain.swaps


@together(
    ("max_features", "d", "n"),
    [(0.6, 3, 2), (0.6, 10, 6), (0.5, 5, 3), (1.0, 4, 4), (1, 4, 1), (9, 4, 4), (0.1, 3, 1),
     ("sqrt", 21, 5), ("log2", 24, 5), ("log2", 1, 1), (None, 7, 7)],
)  # fmt: skip
def test_features_are_a_count_or_a_share_that_is_rounded(max_features, d, n):
    learner = Learner.model_validate(
        {"kind": "adaptive_random_forest", "max_features": max_features}
    )
    assert columns_of(learner.max_features, d) == n


@pytest.mark.parametrize(
    "kind",
    ["adaptive_random_forest", "streaming_random_patches", "robust_online_self_adjusting"],
)
def test_what_forests_cannot_do_is_said_with_the_reason(kind):
    def reason(schema, **given):
        return Learner.model_validate({"kind": kind, **given}).incompatibility(schema)

    schema = sea_stream().schema
    assert reason(schema) is None
    assert reason(schema, warning_detector="ddm", drift_detector="river.drift.KSWIN") is None
    assert reason(schema, warning_detector="cusum", drift_detector="fhddm") is None
    without = reason(schema, drift_detector="river.drift.binary.FHDDM")
    assert "must run compiled, and FHDDM runs on river, not compiled" in without
    assert "name a regressor" in reason(regression_stream().schema)
    bagged = Learner.model_validate({"kind": "online_bagging", "learner": kind})
    assert "holds models of its own, and is no member" in bagged.incompatibility(schema)
