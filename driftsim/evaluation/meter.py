"""Meters: what the models of a run cost, counted from outside."""

import time

import numpy as np

from driftsim.learners.learner import Model
from driftsim.streams.stream import BLOCK

SIZES = 20  # how often, along the stream, the size of the model in force is taken, off the clock
ALL = (1 << BLOCK) - 1
WORK = {"online": "test_then_train"}  # what is called otherwise than the seconds it takes


class Meter:
    """The ledger that all models of a run share."""

    def __init__(self, tally, first, stop, hears=False):
        self._tally, self._first, self._hears = tally, first, hears
        self._labels = Distinct()
        self._in_force = None  # the model that predicted last
        self._sizes = np.linspace(first, stop, SIZES, endpoint=False).astype(int).tolist()
        self.position = first  # the next row to be predicted
        for name in ("fits", "alarms", "labels", "rows_trained"):
            tally.spread(name, 0, first, 0)
        for name in ("fit_seconds", "predict_seconds", "learn_seconds", "online_seconds"):
            tally.spread(name, 0.0, first, 0)

    def timed(self, verb, model, *given, rows=0):
        """Have a model do some work, and charge its seconds evenly to the next `rows` rows."""
        work = getattr(model, WORK.get(verb, verb))
        if rows:
            self._in_force = model
        start = time.perf_counter()
        result = work(*given)
        self._tally.spread(f"{verb}_seconds", time.perf_counter() - start, self.position, rows)
        return result

    def count(self, name, n):
        """Count something at the next row to be predicted."""
        self._tally.spread(name, int(n), self.position, 0)

    def heard(self, arrivals):
        """Arrivals; if the policy looks at every label, each counts as used when it comes in."""
        for arrival in arrivals:
            if self._hears:
                self._tally.add(arrival.t, labels=coming(arrival))
            yield arrival

    def trained(self, rows):
        """Count labelled rows that a model trains on, and how many were not used before."""
        self.count("rows_trained", len(rows.t))
        fresh = rows.t[rows.t < self._first] if self._hears else rows.t
        self.count("labels", self._labels.add(fresh))

    def trained_along(self, arrival):
        """The same for labels that a model learns as they come in."""
        if self._hears or not len(arrival.t):
            return self.trained(arrival.due)
        new = self._labels.add(arrival.due_t)
        came = coming(arrival)
        self._tally.add(arrival.t, rows_trained=came)
        if new == len(arrival.due_t):
            self._tally.add(arrival.t, labels=came)
        else:
            self.count("labels", new)

    def move(self, rows):
        """Go on by some rows that have been predicted."""
        self.position += rows
        if self._sizes and self.position > self._sizes[0]:
            self._sizes = [point for point in self._sizes if point >= self.position]
            self._tally.most("model_bytes", self._in_force.size(), self.position - 1)


class Metered(Model):
    """A model whose work is charged to a meter, as is that of all models fitted from it."""

    def __init__(self, model, meter):
        self._model, self._meter = model, meter

    def fit(self, rows, weight=None):
        fitted = self._meter.timed("fit", self._model, rows, weight)
        self._meter.count("fits", 1)
        self._meter.trained(rows)
        return Metered(fitted, self._meter)

    def predict(self, X):
        return self._meter.timed("predict", self._model, X, rows=len(X))

    def learn(self, rows):
        self._meter.timed("learn", self._model, rows)
        self._meter.trained(rows)

    def test_then_train(self, arrival):
        predicted = self._meter.timed("online", self._model, arrival, rows=len(arrival.t))
        self._meter.trained_along(arrival)
        return predicted

    def copy(self):
        return Metered(self._model.copy(), self._meter)

    def size(self):
        return self._model.size()


def coming(arrival):
    """How many labels come in after each row (n,), the first with those before it."""
    came = np.diff(arrival.due_by)
    came[:1] += arrival.due_by[0]
    return came


class Distinct:
    """Which positions have been met, a bit each; a block met whole takes no room."""

    def __init__(self):
        self._met = {}

    def add(self, t):
        """Meet positions (m,), and tell how many of them are new."""
        if not len(t):
            return 0
        new, blocks = 0, t // BLOCK
        first = int(blocks.min())
        for block in (first + np.flatnonzero(np.bincount(blocks - first))).tolist():
            mask = np.zeros(BLOCK, bool)
            mask[t[blocks == block] - block * BLOCK] = True
            met, here = self._met.get(block, 0), int.from_bytes(np.packbits(mask).tobytes(), "big")
            new += (here & ~met).bit_count()
            self._met[block] = ALL if met | here == ALL else met | here
        return new
