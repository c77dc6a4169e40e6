"""Policies: when a model trains, and on which of the labels that have come in."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from driftsim.adaptation.detectors import Adwin, Detector
from driftsim.parts import Count, Part, Rows
from driftsim.rows import Alarm, Labelled, label_of

STRIDE = 512  # rows predicted at once, some of which another model may have to predict again


class Policy(Part):
    """A way to keep a model up to date."""

    learns_on: ClassVar[bool] = False  # calls `learn`, not only `fit`
    starts_cold: ClassVar[bool] = False  # can do without a warm-up
    hears: ClassVar[bool] = False  # looks at every label that comes in
    library: ClassVar[str | None] = None  # the distribution whose version it depends on

    @abstractmethod
    def run(self, model, history, arrivals, rng):
        """Yield predictions for all arriving rows, and train the model on labels that came in.

        It trains the model first on the labelled rows of `history`, then yields one array of
        predictions after another, rows in order, and an `Alarm` where one has rung.
        """


class Static(Policy):
    """Train once, on the warm-up."""

    def run(self, model, history, arrivals, rng):
        model = model.fit(history)
        for arrival in arrivals:
            yield model.predict(arrival.X)


class Periodic(Policy):
    """Retrain every so many rows, on the last `memory` labels that have come in."""

    every: Rows  # of the stream, counted from the end of the warm-up
    memory: Count  # labels

    def run(self, model, history, arrivals, rng):
        model, memory = model.fit(history), Memory(self.memory, history)
        due = None
        for arrival in arrivals:
            due = arrival.t[0] + self.every if due is None else due
            while len(arrival.t) > (n := np.searchsorted(arrival.t, due)):
                head, arrival = arrival.before_row(n)
                if n:
                    yield model.predict(head.X)
                memory.add(head.due)
                model, due = model.fit(memory.rows()), due + self.every
            yield model.predict(arrival.X)
            memory.add(arrival.due)


class OnDrift(Policy):
    """Retrain after each alarm of a detector, on the `memory` labels that come in after it.

    The labels before the alarm may be of the concept that has just ended. The detector hears
    the errors of the model in force; after a retraining it starts afresh.
    """

    hears = True
    library = "river"  # of the detectors

    detector: Detector = Adwin()
    memory: Count  # labels, gathered after the alarm

    def run(self, model, history, arrivals, rng):
        model, memory = model.fit(history), Memory(self.memory, history)
        watch = Watch(self.detector, self.memory, rng)
        for arrival in strides(arrivals):
            predicted = model.predict(arrival.X)
            while (m := watch.next_stop(arrival, predicted)) is not None:
                head, arrival = arrival.up_to_label(m)
                yield predicted[: len(head.t)]
                predicted = predicted[len(head.t) :]
                memory.add(head.due)
                if watch.gathers:
                    yield Alarm()
                else:
                    model = model.fit(memory.rows())
                    predicted = model.predict(arrival.X)
            yield predicted
            memory.add(arrival.due)


class MiniBatch(Policy):
    """Train further on each full batch of `size` labels."""

    learns_on = True

    size: Count  # labels

    def run(self, model, history, arrivals, rng):
        for start in range(0, len(history.t), self.size):
            model.learn(history.part(slice(start, start + self.size)))
        batch, missing = Memory(self.size), self.size
        for arrival in arrivals:
            while len(arrival.due_t) >= missing:
                head, arrival = arrival.up_to_label(missing)
                yield model.predict(head.X)
                batch.add(head.due)
                model.learn(batch.rows())
                missing = self.size
            yield model.predict(arrival.X)
            batch.add(arrival.due)
            missing -= len(arrival.due_t)


class Online(Policy):
    """Learn every label as it comes in, once."""

    learns_on = starts_cold = True

    def run(self, model, history, arrivals, rng):
        if len(history.t):
            model.learn(history)
        for arrival in arrivals:
            yield model.test_then_train(arrival)


class Memory:
    """The last `size` labelled rows."""

    def __init__(self, size, *history):
        self._size, self._held, self._pieces = size, 0, []
        for rows in history:
            self.add(rows)

    def add(self, rows):
        """Remember more rows, and forget as many of the oldest as there is no room for."""
        self._pieces.append(rows)
        self._held += len(rows.t)
        while self._held - len(self._pieces[0].t) >= self._size:
            self._held -= len(self._pieces.pop(0).t)

    def rows(self):
        """All of them, in the order in which their labels came in."""
        self._pieces = [Labelled.joined(self._pieces).part(slice(-self._size, None))]
        self._held = len(self._pieces[0].t)
        return self._pieces[0]


class Watch:
    """A detector on the errors of the model in force, and the gathering of labels once it rang."""

    def __init__(self, detector, gathered, rng):
        self._detector, self._gathered, self._rng = detector, gathered, rng
        self._missing = None  # labels still to gather, after an alarm
        self._start()

    @property
    def gathers(self):
        """Whether an alarm has rung, and labels are being gathered for a new model."""
        return self._missing is not None

    def next_stop(self, arrival, predicted):
        """After how many labels of an arrival an alarm rings or enough are gathered, or None."""
        if self.gathers:
            return self._gather(len(arrival.due_t))
        errors = self._answers.errors(arrival, predicted)
        rung = self._first_alarm(np.flatnonzero(~np.isnan(errors)), errors)
        self._missing = None if rung is None else self._gathered
        return rung

    def _gather(self, m):
        if m < self._missing:
            self._missing -= m
            return None
        m, self._missing = self._missing, None
        self._start()
        return m

    def _first_alarm(self, heard, errors):
        while (rung := self._alarm(errors[heard])) is not None:
            index, level = rung
            if level == "alarm":
                return int(heard[index]) + 1
            heard = heard[index + 1 :]
        return None

    def _start(self):
        self._alarm, self._answers = self._detector.start(self._rng), Answers()


class Answers:
    """What the model in force has predicted of rows whose labels are still to come."""

    def __init__(self):
        self._t, self._predicted = np.empty(0, np.int64), np.empty(0, np.int64)
        self._last = -1  # position answered

    def errors(self, arrival, predicted):
        """The error told by each label that comes in, NaN where another model had predicted.

        One or zero for a class, the distance for a number.
        """
        fresh = np.diff(arrival.t, prepend=self._last) > 0  # not a probe, which has no label
        t = np.append(self._t, arrival.t[fresh])
        predicted = np.append(self._predicted, label_of(predicted[fresh]))
        self._last = arrival.t[-1] if len(arrival.t) else self._last
        place = np.searchsorted(t, arrival.due_t)
        known = place < len(t)
        known[known] = t[place[known]] == arrival.due_t[known]
        errors = np.full(len(place), np.nan)
        errors[known] = np.abs(predicted[place[known]] - arrival.due_y[known])
        if arrival.due_y.dtype.kind == "i":
            errors[known] = errors[known] > 0
        waiting = np.ones(len(t), bool)
        waiting[place[known]] = False
        self._t, self._predicted = t[waiting], predicted[waiting]
        return errors


def strides(arrivals):
    """The same arrivals, in short pieces."""
    for arrival in arrivals:
        while len(arrival.t) > STRIDE:
            head, arrival = arrival.before_row(STRIDE)
            yield head
        yield arrival
