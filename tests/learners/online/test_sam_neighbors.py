"""Nearest neighbours with a self-adjusting memory, beside the same in plain Python."""

import math

import numpy as np
import pytest
from examples import sea_stream
from plain_members import PlainNumbers, winner

from driftsim.kernels.online.random_numbers import random_states
from driftsim.learners.learner import Learner
from driftsim.rows import Arrival
from driftsim.streams.stream import Stream

CLOUDS = {"kind": "rbf", "features": 2, "classes": 3, "centroids": 9, "speed": 0.005}
STREAMS = [
    sea_stream(700, {"kind": "sudden", "at": [400]}, noise=0.05),
    Stream.model_validate({"length": 700, "concepts": {"a": CLOUDS}, "noise": 0.1}),
]


def squared(x, other):
    total = 0.0
    for a, b in zip(x, other):
        total += (a - b) * (a - b)
    return total


def nearest(x, rows, k):
    """The nearest of some rows: (squared distance, class, place), the later of equals first."""
    found = [(squared(x, row), y, i) for i, (row, y) in enumerate(rows)]
    return sorted(reversed(found), key=lambda one: one[0])[:k]


def votes(near):
    found = {}
    for apart, y, _ in near:
        found[y] = found.get(y, 0.0) + 1 / max(math.sqrt(apart), 1e-9)
    return found


def label(near):
    return winner(votes(near)) if near else None


class Sam:
    """Short and long memory as lists of (x, class), the oldest first."""

    def __init__(self, k, size, min_stm, ltm_share, seed, n_classes):
        self.k, self.size, self.min_stm, self.n_classes = k, size, min_stm, n_classes
        self.long_size = int(ltm_share * size)
        self.numbers = PlainNumbers(random_states(seed, 1)[0])
        self.short, self.long, self.histories, self.right = [], [], [[]], []
        self.shrunk = self.compressed = self.cleaned = 0

    def sizes(self, n):
        found = [n]
        while found[-1] // 2 >= self.min_stm:
            found.append(found[-1] // 2)
        return found

    def memories(self, x):
        short, long = nearest(x, self.short, self.k), nearest(x, self.long, self.k)
        return short, long, sorted(short + long, key=lambda one: one[0])[: self.k]

    def votes(self, x):
        lately = self.right[len(self.right) - len(self.short) :]
        hits = [sum(one[a] for one in lately) for a in range(3)]
        return votes(self.memories(x)[hits.index(max(hits))])

    def learn(self, x, y):
        memories = self.memories(x)
        self.right.append([label(near) == y for near in memories])
        self.long = self.agreeing(self.long, [(x, y, memories[0])])
        before = self.short
        self.short = [*self.short, (x, y)]
        sizes = self.sizes(len(self.short))
        for level, size in enumerate(sizes):
            if level < len(self.histories):
                answer = label(nearest(x, before[len(self.short) - size :], self.k))
                self.histories[level].append(answer != y)
            else:
                self.histories.append(self.judged(self.short[-size:]))
        self.cut_histories(sizes)
        shares = [sum(one) / len(one) if one else 0.0 for one in self.histories]
        if best := shares.index(min(shares)):
            self.shrink(best, sizes[best])
        self.limit()

    def cut_histories(self, sizes):
        """Leave to each size what is known of its rows but the first."""
        kept = [size - 1 for size in sizes]
        self.histories = [
            one[len(one) - min(n, len(one)) :] for one, n in zip(self.histories, kept)
        ]

    def judged(self, rows):
        answers = [label(nearest(rows[i][0], rows[:i], self.k)) for i in range(1, len(rows))]
        return [answer != y for answer, (_, y) in zip(answers, rows[1:])]

    def agreeing(self, rows, witnesses):
        """Those rows that do not contradict (x, class, the nearest of the short memory to x)."""
        for x, y, near in witnesses:
            most = max((apart for apart, c, _ in near if c == y), default=-1.0)
            bad = {i for apart, c, i in nearest(x, rows, self.k) if c != y and apart <= most}
            rows = [row for i, row in enumerate(rows) if i not in bad]
            self.cleaned += len(bad)
        return rows

    def shrink(self, best, size):
        self.shrunk += 1
        old, self.short = self.short[:-size], self.short[-size:]
        self.histories = self.histories[best:]
        others = [self.short[:i] + self.short[i + 1 :] for i in range(size)]
        witnesses = [(x, y, nearest(x, o, self.k)) for (x, y), o in zip(self.short, others)]
        self.long += self.agreeing(old, witnesses)

    def limit(self):
        if len(self.short) + len(self.long) > self.size:
            self.compressed += 1
            if len(self.long) <= self.long_size:
                n = self.long_size - len(self.long) + 1
                self.long, self.short = self.long + self.short[:n], self.short[n:]
                self.cut_histories(self.sizes(len(self.short)))
            by_class = [[x for x, y in self.long if y == c] for c in range(self.n_classes)]
            self.long = [(x, c) for c, rows in enumerate(by_class) for x in self.centres(rows)]
            self.long = self.long[: self.size - len(self.short)]

    def centres(self, rows):
        """Half as many means, of the rows that are nearest to the same of k-means++."""
        if not rows:
            return []
        chosen = [rows[int(self.numbers.uniform() * len(rows))]]
        while len(chosen) < max(len(rows) // 2, 1):
            apart = [min(squared(row, one) for one in chosen) for row in rows]
            left = self.numbers.uniform() * running(apart)
            chosen.append(rows[drawn(apart, left)])
        owners = [min(range(len(chosen)), key=lambda q: squared(row, chosen[q])) for row in rows]
        owned = [[r for r, o in zip(rows, owners) if o == q] for q in range(len(chosen))]
        return [[running(column) / len(own) for column in zip(*own)] for own in owned if own]


def running(numbers):
    total = 0.0
    for number in numbers:
        total += number
    return total


def drawn(weights, left):
    for i, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return i
    return len(weights) - 1


@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_it_is_what_it_is_in_plain_python(stream):
    spec = {"kind": "sam_knn", "n_neighbors": 3, "window_size": 130, "min_stm": 12}
    rows, k = stream.rows(0, 0, stream.length), stream.schema.n_classes
    model = Learner.model_validate(spec).start(stream.schema, 4, True)
    due_by = np.arange(stream.length + 1)
    predicted = model.test_then_train(Arrival(*rows[:2], *rows[:2], rows.y.astype(float), due_by))
    plain = Sam(3, 130, 12, 0.4, 4, k)
    for x, y, p in zip(rows.X.tolist(), rows.y.tolist(), predicted):
        found = plain.votes(x)
        expected = np.array([found.get(c, 0.0) for c in range(k)]) if found else np.eye(k)[0]
        assert np.abs(expected / expected.sum() - p).max() < 1e-9
        plain.learn(x, y)
    assert plain.shrunk and plain.compressed and plain.cleaned
