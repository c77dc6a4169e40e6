"""Learning on: the model in force is taught further, on each label or in batches."""

from collections import Counter, defaultdict
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.error_monitor import Ear
from driftsim.adaptation.memories import Remembered
from driftsim.adaptation.policies.policy import Policy
from driftsim.parts import Count
from driftsim.rows import Alarm, Labelled

STRIDE = 64  # rows learned at once, some of which were in vain if an alarm rings among them


class Online(Policy):
    """Learn every label as it comes in, once; start anew when a detector rings, if there is one."""

    learns_on = starts_cold = True
    pretrains = False

    restart: Detector | None = None  # hears the errors; after its alarm a model knows nothing

    @property
    def library(self):
        return self.restart and self.restart.library

    @property
    def monitors_errors(self):
        return self.restart is not None

    def incompatibility(self, schema, rows):
        return self.restart and self.restart.incompatibility(schema)

    def run(self, model, history, arrivals, rng):
        model = self.warmed_up(model, history)
        if self.restart is None:
            for arrival in arrivals:
                yield model.test_then_train(arrival)
        else:
            yield from restarted(model, history.stop, arrivals, Ear(self.restart, rng))

    def warmed_up(self, model, history):
        """A model that knows the warm-up."""
        if len(history.t):
            model.learn(history)
        return model


class PretrainedOnline(Online):
    """Train offline on the warm-up, then learn every label as it comes in, once: the hybrid."""

    starts_cold = False
    pretrains = True

    epochs: Annotated[int, Field(gt=0, le=10_000)] = 1  # over the warm-up; all but one by `learn`

    def warmed_up(self, model, history):
        model = model.fit(history)
        for _ in range(1, self.epochs):
            model.learn(history)
        return model


class MiniBatch(Policy):
    """Train further on each full batch of `size` labels."""

    learns_on = True
    pretrains = False

    size: Count  # labels

    def run(self, model, history, arrivals, rng):
        lesson = self.lesson(rng)
        for start in range(0, len(history.t), self.size):
            model.learn(lesson(history.part(slice(start, start + self.size))))
        batch, missing = Remembered(self.size), self.size
        for arrival in arrivals:
            while len(arrival.due_t) >= missing:
                head, arrival = arrival.up_to_label(missing)
                yield model.predict(head.X)
                batch.add(head.due)
                model.learn(lesson(batch.rows()))
                missing = self.size
            yield model.predict(arrival.X)
            batch.add(arrival.due)
            missing -= len(arrival.due_t)

    def lesson(self, rng):
        """What is learned when a batch is full: a function of the batch, that gives the rows."""
        return lambda batch: batch


class Replay(MiniBatch):
    """Train further on each batch of labels, together with past rows, against forgetting.

    The past rows are drawn from a buffer. It keeps: `reservoir`, every past row as likely as any
    other (Vitter 1985); `sliding`, the last ones; `balanced`, as many of each class as there are
    (Chrysakis & Moens 2020).
    """

    size: Count = 1  # labels
    buffer: Count  # past rows that are kept
    keep: Literal["reservoir", "sliding", "balanced"] = "reservoir"
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

    def lesson(self, rng):
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
        self._rows, self._met = [], 0  # those kept, and how many there were

    def drawn(self, n):
        """`n` of the rows at random, or all there are; there is at least one."""
        n = min(n, len(self._rows))
        drawn = self._rng.choice(len(self._rows), n, replace=False, shuffle=False)
        t, X, y = zip(*(self._rows[i] for i in drawn))
        return Labelled(np.array(t), np.stack(X), np.array(y))

    def add(self, rows):
        """Keep some of these rows, in the place of others where there is no room."""
        for t, x, y in zip(rows.t.tolist(), rows.X, rows.y.tolist()):
            self._met += 1
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
        place = int(self._rng.integers(self._met))
        return place if place < self._most else None


class Sliding(Reservoir):
    """The last rows."""

    def _place(self, y):
        return (self._met - 1) % self._most


class Balanced(Reservoir):
    """Past rows, as many of each class as there are, and of a class each as likely as any other.

    A row gives way that is of the most frequent class of those kept; but a row of a class that
    has once been the most frequent one competes with those of its own class.
    """

    def __init__(self, most, rng):
        super().__init__(most, rng)
        self._places, self._seen, self._full = defaultdict(list), Counter(), set()

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


def restarted(model, t, arrivals, ear):
    """Predictions and events of a model that learns from row `t` on, and anew after each alarm."""
    ear.start(t)
    for arrival in strides(arrivals, STRIDE):
        while True:
            predicted = model.test_then_train(arrival)
            ring = ear.heard(arrival, predicted)
            if ring is None:
                break
            head, arrival = arrival.up_to_label(ring.labels)
            yield predicted[: len(head.t)]
            yield Alarm()
            model = model.fit(head.due.part(slice(0)))  # it has learned nothing
            ear.start(ring.at.next)
        yield predicted


def strides(arrivals, rows):
    """The same arrivals, in pieces of so many rows at most."""
    for arrival in arrivals:
        while len(arrival.t) > rows:
            head, arrival = arrival.before_row(rows)
            yield head
        yield arrival
