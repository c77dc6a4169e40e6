"""Mini-batches: the model in force learns each full batch of labels, alone or with past rows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise, takewhile
from typing import Literal

import numpy as np
from pydantic import model_validator

from driftsim.adaptation.memories import LabelBuffer
from driftsim.adaptation.policies.policy import Policy
from driftsim.clocks import ticks
from driftsim.durations import Duration, Period
from driftsim.parts import Count
from driftsim.rows import Deployed, Labelled


class MiniBatch(Policy):
    """Train further on each full batch of `size` labels, or on those of each such time."""

    learns_on = True
    pretrains = False

    size: Period  # labels, or time

    def run(self, model, history, arrivals, rng):
        training_batch = self.training_batch(rng)
        for start, stop in pairwise(self._cuts(history)):
            if start < stop:
                model.learn(training_batch(history.part(slice(start, stop))))
        yield Deployed(model)
        if isinstance(self.size, Duration):
            rows = ticks(self.clock, history.stop, self.size)
            yield from learned_by_time(model, arrivals, rows, training_batch)
        else:
            yield from learned_by_number(model, arrivals, self.size, training_batch)

    def _cuts(self, history):
        """Where the warm-up is cut into batches: from 0 to all its rows."""
        n, stop = len(history.t), history.stop
        if not isinstance(self.size, Duration):
            return [*range(0, n, self.size), n]
        inside = takewhile(lambda row: row < stop, ticks(self.clock, 0, self.size)) if n else ()
        return [0, *np.searchsorted(history.t, [*inside]).tolist(), n]

    def training_batch(self, rng) -> Callable[[Labelled], Labelled]:
        """A function of each full batch that gives the rows to learn."""
        return lambda batch: batch


def learned_by_number(model, arrivals, size: int, training_batch: Callable) -> Iterator:
    """Predictions of a model that learns each `size` labels."""
    batch, missing = LabelBuffer(size), size
    for arrival in arrivals:
        while len(arrival.due_t) >= missing:
            head, arrival = arrival.up_to_label(missing)
            yield model.predict(head.X)
            batch.add(head.due)
            model.learn(training_batch(batch.rows()))
            missing = size
        yield model.predict(arrival.X)
        batch.add(arrival.due)
        missing -= len(arrival.due_t)


def learned_by_time(model, arrivals, rows: Iterator[int], training_batch: Callable) -> Iterator:
    """Predictions of a model that learns, before each of some rows, the labels since the last."""
    held: list[Labelled] = []
    due = next(rows, None)
    for arrival in arrivals:
        while due is not None and len(arrival.t) and due <= arrival.t[-1]:
            head, arrival = arrival.before_row(int(np.searchsorted(arrival.t, due)))
            if len(head.t):
                yield model.predict(head.X)
            held.append(head.due)
            batch = Labelled.joined(held)
            if len(batch.t):
                model.learn(training_batch(batch))
            held, due = [], next(rows, None)
        yield model.predict(arrival.X)
        held.append(arrival.due)


class Replay(MiniBatch):
    """Train further on each batch of labels, together with past rows, against forgetting.

    The past rows are drawn from a buffer. It keeps: `reservoir`, every past row as likely as any
    other (Vitter 1985); `sliding`, the last ones; `balanced`, as many of each class as there are
    (Chrysakis & Moens 2020).
    """

    size: Period = 1  # labels, or time
    buffer: Count  # past rows that are kept
    keep: Literal["reservoir", "sliding", "balanced"] = "reservoir"  # in the buffer
    replayed: Count | None = None  # past rows with each batch; as many as it has, if not given

    @model_validator(mode="after")
    def _has_them(self):
        if self.replayed and self.replayed > self.buffer:
            raise ValueError(
                f"{self.replayed:,} rows cannot be replayed of a buffer of {self.buffer:,}; "
                "give it more room, or replay fewer"
            )
        return self

    def incompatibility(self, schema, rows):
        if self.keep == "balanced" and schema.regression:
            return "a balanced buffer is for classes, and the labels are numbers; use reservoir"

    def training_batch(self, rng):
        buffer = BUFFERS[self.keep](self.buffer, rng)

        def mixed(batch):
            past = [buffer.drawn(self.replayed or len(batch.t))] if len(buffer) else []
            buffer.add(batch)
            return Labelled.joined([*past, batch])

        return mixed


class Reservoir:
    """Some past rows, every one as likely to be kept as any other."""

    def __init__(self, most, rng):
        self._most, self._rng = most, rng
        self._rows, self._n = [], 0  # those kept, and how many were added

    def drawn(self, n):
        """`n` of the rows at random, or all there are; there is at least one."""
        n = min(n, len(self._rows))
        drawn = self._rng.choice(len(self._rows), n, replace=False, shuffle=False)
        t, X, y = zip(*(self._rows[i] for i in drawn))
        return Labelled(np.array(t), np.stack(X), np.array(y))

    def add(self, rows):
        """Keep some of these rows, in the place of others where there is no room."""
        for t, x, y in zip(rows.t.tolist(), rows.X, rows.y.tolist()):
            self._n += 1
            if len(self._rows) < self._most:
                place = len(self._rows)
                self._rows.append(None)
            else:
                place = self._place(y)
            if place is not None:
                self._put(place, (t, x.copy(), y))

    def __len__(self):
        return len(self._rows)

    def _put(self, place, row):
        self._rows[place] = row

    def _place(self, y):
        """Which of the kept rows gives way to one with label `y`; None where none does."""
        place = int(self._rng.integers(self._n))
        return place if place < self._most else None


class Sliding(Reservoir):
    """The last rows."""

    def _place(self, y):
        return (self._n - 1) % self._most


class Balanced(Reservoir):
    """Past rows, as many of each class as there are, and of a class each as likely as any other.

    A row gives way that is of the most frequent class of those kept; but a row of a class that
    has once been the most frequent one competes with those of its own class.
    """

    def __init__(self, most, rng):
        super().__init__(most, rng)
        self._places: dict[int, list[int]] = defaultdict(list)  # by class
        self._seen: Counter[int] = Counter()  # rows of each class
        self._full: set[int] = set()  # classes that have been the most frequent one

    def _put(self, place, row):
        if self._rows[place] is not None:
            self._places[self._rows[place][2]].remove(place)
        self._places[row[2]].append(place)
        super()._put(place, row)

    def _place(self, y):
        largest = max(sorted(self._places), key=lambda label: len(self._places[label]))
        self._full.add(largest)
        giving = self._places[y if y in self._full else largest]
        if y in self._full and self._rng.random() > len(giving) / self._seen[y]:
            return None
        return giving[self._rng.integers(len(giving))]

    def add(self, rows):
        for i in range(len(rows.y)):
            self._seen[int(rows.y[i])] += 1
            super().add(rows.part(slice(i, i + 1)))


BUFFERS = {"reservoir": Reservoir, "sliding": Sliding, "balanced": Balanced}
