"""Nearest neighbours of our own, beside plain Python."""

import math

import numpy as np
import pytest
from mixed_rows import SIZES, answers, mixed_rows, schema_of
from plain_members import PlainNumbers
from river.drift.adwin import AdaptiveWindowing

from driftsim.kernels.online import neighbors
from driftsim.kernels.online.random_numbers import random_states
from driftsim.learners.learner import Learner

CLEARED = "start", "n", "low", "high", "at_low", "at_high", "scale"


def classes_of(rows, k=3):
    return rows._replace(y=np.digitize(rows.y, np.quantile(rows.y, np.arange(1, k) / k)))


def ranges_of(rows):
    """The least and the greatest number of each column."""
    known = ([value for value in column if not math.isnan(value)] for column in zip(*rows))
    return [(min(values, default=0.0), max(values, default=0.0)) for values in known]


def distance(x, row, ranges, scaled):
    """The squared distance of two rows."""
    total = 0.0
    for j, (one, other, (low, high)) in enumerate(zip(x, row, ranges)):
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
    ranges = ranges_of([row for row, _, _ in window])
    near = sorted((distance(x, row, ranges, scaled), y, w) for row, y, w in window)
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


def test_a_range_whose_inverse_no_float_holds_counts_as_none():
    rows, schema = classes_of(mixed_rows(80)), schema_of(3)
    column = next(j for j in range(rows.X.shape[1]) if j not in schema.nominal)
    answered = []
    for tiny in (0.0, 1e-310):
        X = rows.X.copy()
        X[:, column] = np.where(np.arange(80) % 2, tiny, 0.0)
        model = Learner.model_validate("knn").start(schema, 0, True).fit(rows._replace(X=X))
        answered.append(model.predict(X))
    assert np.array_equal(*answered)


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


class Adaptive:
    """Nearest neighbours with PAW and ADWIN in plain Python: rows held are (X, y, weight, born)."""

    def __init__(self, seed, n_neighbors, window_size, delta):
        self.numbers = PlainNumbers(random_states(seed, 1)[0])
        self.n_neighbors, self.stays = n_neighbors, 2 ** (-1 / window_size)
        self.errors = AdaptiveWindowing(
            delta=delta, clock=32, max_buckets=5, min_window_length=5, grace_period=10
        )
        self.held, self.learned, self.dropped, self.passed = [], 0, 0, self.staying()

    def votes(self, x):
        return votes(x, [one[:3] for one in self.held], self.n_neighbors, 3)

    def staying(self):
        """How many rows stay before the next one that leaves."""
        return math.floor(math.log(1 - self.numbers.uniform()) / math.log(self.stays))

    def take_out(self, place):
        last = self.held.pop()
        if place < len(self.held):
            self.held[place] = last

    def learn(self, x, y):
        error = self.votes(x).argmax() != y
        while self.passed < len(self.held):
            self.take_out(self.passed)
            self.passed += self.staying()
        self.passed -= len(self.held)
        if self.errors.update(float(error)):
            place = 0
            while place < len(self.held):
                if self.held[place][3] > self.learned - self.errors.get_width():
                    place += 1
                else:
                    self.take_out(place)
                    self.dropped += 1
        self.held.append((x, y, 1.0, self.learned))
        self.learned += 1


def test_an_adaptive_window_is_what_it_is_in_plain_python():
    rows, schema = mixed_rows(450, tied=True), schema_of(3)
    first = (rows.X[:, 6] > 0).astype(int)
    rows = rows._replace(y=np.where(rows.t < 250, first, 2 - first))
    spec = {"kind": "adaptive_knn", "n_neighbors": 3, "window_size": 60, "delta": 0.3}
    predicted = answers(Learner.model_validate(spec).start(schema, 5, True), rows)
    plain = Adaptive(5, 3, 60, 0.3)
    for x, y, p in zip(rows.X.tolist(), rows.y.tolist(), predicted):
        assert np.abs(p - plain.votes(x)).max() < 1e-12
        plain.learn(x, y)
    assert plain.dropped > 10 and plain.learned == 450


def test_rows_stay_for_a_random_time_with_the_mean_of_the_window():
    plain = Adaptive(7, 1, 50, 1e-9)
    plain.votes = lambda x: np.eye(3)[0]
    sizes, ages = [], []
    for i in range(4000):
        plain.learn([0.0], 0)
        sizes.append(len(plain.held))
        ages += [i - one[3] for one in plain.held] if i % 200 == 199 else []
    assert abs(np.mean(sizes[500:]) - 50 / math.log(2)) < 4
    assert abs(np.mean(np.array(ages) < 50) - 0.5) < 0.06  # half of all rows leave by then


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("knn", "window_size"),
        ("adaptive_knn", "window_size"),
        ("sam_knn", "window_size"),
        ("dynamic_weighted_majority", "n_models"),
        ("learn_pp_nse", "period"),
    ],
)
def test_more_rows_or_members_than_memory_has_room_for_are_refused(kind, key):
    with pytest.raises(ValueError, match=f"(?s){key}.*(2000000|10000)"):
        Learner.model_validate({"kind": kind, key: 10**9})
