"""Meters: what the models of a run cost, counted from outside."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from weakref import WeakSet

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS, WALL_SECONDS, Stopwatch
from driftsim.evaluation.labels import NEVER, Uniforms
from driftsim.evaluation.staleness import NO_LABEL, TrainedOn, newest_of
from driftsim.learners.learner import Model, predicted_of
from driftsim.rows import Alarm, Arrival, Deployed, OpenArrival, locate
from driftsim.streams.world import BLOCK

SIZES = 20  # how often, along the stream, the size of all models is taken, off the clock
ALL = (1 << BLOCK) - 1


class Meter:
    """The ledger that all models of a run share."""

    def __init__(self, tally, first, stop, every_label=False):
        self._tally, self._first, self.stop = tally, first, stop
        self._every_label = every_label  # whether each label counts as used when it comes in
        self._labels = Distinct()
        self.models: WeakSet[Model] = WeakSet()  # that have learned something and are still held
        self._sizes = np.linspace(first, stop, SIZES, endpoint=False).astype(int).tolist()
        self.position = first  # the next row to be predicted
        self._arrived: Arrival | None = None  # the last one, with the rows to predict
        self._asked_at: int | None = None  # position of rows asked off the clock
        self.alarms = []  # rows that were to be predicted next when an alarm fired
        self.trained_on = TrainedOn()  # by all models together
        self._in_force = None  # what a policy has deployed
        counted = "fits", "fits_skipped", "alarms", "labels", "rows_trained", "age"
        tally.spread(first, 0, **dict.fromkeys(counted, 0))
        tally.spread(first, 0, **dict.fromkeys((*CPU_SECONDS, *WALL_SECONDS), 0.0))

    def timed(self, verb, work, *given, rows=0):
        """The result of some work of a model; its time is spread over the next `rows` rows."""
        watch = Stopwatch()
        try:
            result = work(*given)
        except Exception as error:
            locate(error, self.position)
            raise
        if self._asked_at is None:
            self._tally.spread(self.position, rows, **watch.seconds().of(verb))
        return result

    def count(self, name, n):
        """Count something at the next row to be predicted."""
        self._tally.spread(self.position, 0, **{name: int(n)})

    def happened(self, event):
        """Count an event at the next row to be predicted, if there is one, and date an alarm."""
        if event.counted:
            self.count(event.counted, 1)
        if isinstance(event, Alarm) and self.position < self.stop:
            self.alarms.append(self.position)
        if isinstance(event, Deployed):
            self._in_force = event.model

    def knows(self) -> bool:
        """Whether the model in force has been trained on any label."""
        return trained_on(self._in_force, self.trained_on).newest != NO_LABEL

    def add_ages(self, t, newest):
        """Count how far the model in force is behind the newest labels (n,) in before rows `t`."""
        ages = trained_on(self._in_force, self.trained_on).ages(t, newest)
        if ages is not None:
            self._tally.add_whole(t, "age", ages)

    def along(self, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
        """The same arrivals; if the policy uses every label, each counts when it comes in."""
        for arrival in arrivals:
            if self._every_label and not isinstance(arrival, OpenArrival):
                self._count_along(once(arrival), "labels")
                self._labels.add(arrival.due_t[arrival.due_t < self._first])  # a late warm-up
            self._arrived = arrival
            yield arrival

    def is_last(self, arrival: Arrival) -> bool:
        """Whether an arrival is the last one, as it came: no policy has taken labels from it."""
        return arrival is self._arrived

    @contextmanager
    def off_the_clock(self, row: int):
        """Predictions in this context have no cost; their rows are at position `row`."""
        self._asked_at = row
        yield
        self._asked_at = None

    def positions(self, X):
        """The positions (n,) of rows of the last arrival; of others, those to be predicted next."""
        if self._asked_at is not None:
            return np.full(len(X), self._asked_at)
        t = self.position + np.arange(len(X))
        if self._arrived is None:
            return t
        rows = self._arrived.X
        if not np.may_share_memory(X, rows) or X.strides != rows.strides:
            return t
        first = (X.ctypes.data - rows.ctypes.data) // rows.strides[0]
        return self._arrived.t[first : first + len(X)] if 0 <= first <= len(rows) - len(X) else t

    def _count_along(self, arrival, *names):
        """Count labels at the rows after which they come in; before those, where there are none."""
        if not len(arrival.t):
            for name in names:
                self.count(name, arrival.due_by[-1])
            return
        self._tally.add(arrival.t, **dict.fromkeys(names, coming(arrival)))

    def trained(self, rows):
        """Count labelled rows that a model trains on, and how many were not used before."""
        self.count("rows_trained", len(rows.t))
        fresh = rows.t[rows.t < self._first] if self._every_label else rows.t
        self.count("labels", self._labels.add(fresh))

    def trained_along(self, arrival):
        """The same for labels that a model learns as they come in."""
        if isinstance(arrival, OpenArrival):
            self._labels.add(arrival.closed.due_t)
            return self._count_along(arrival.closed, "labels", "rows_trained")
        if self._every_label or not len(arrival.t):
            return self.trained(arrival.due)
        self._count_along(arrival, "rows_trained")
        new, distinct = self._labels.add(arrival.due_t), once(arrival)
        if new == distinct.due_by[-1]:
            self._count_along(distinct, "labels")
        else:
            self.count("labels", new)

    def move(self, rows):
        """Go on by some rows that have been predicted."""
        self.position += rows
        if self._sizes and self.position > self._sizes[0]:
            self._sizes = [point for point in self._sizes if point >= self.position]
            size = sum(model.size() for model in self.models)
            self._tally.keep_max("model_bytes", size, self.position - 1)


class Metered(Model):
    """A model whose costs a meter counts, as those of all models fitted from it.

    Its predictions are checked. An error has the position of the row where it was raised.
    """

    def __init__(self, model, meter, answers, learned=False, newest=NO_LABEL):
        self._model, self._meter, self._answers = model, meter, answers
        self.trained_on = TrainedOn(newest)
        if learned:
            meter.models.add(self)

    @property
    def newest(self) -> int:
        """The position of the newest label that it has been trained on; -1 if there is none."""
        return self.trained_on.newest

    def fit(self, rows, weight=None):
        return self._trained(self._model.fit, rows, weight, NO_LABEL)

    def tuned(self, rows, weight=None):
        return self._trained(self._model.tuned, rows, weight, self.newest)

    def predict(self, X):
        if not len(X):
            return self._answers.of_no_rows()
        t = self._meter.positions(X)
        predicted = self._meter.timed("predict", predicted_of, self._model, X, t, rows=len(X))
        return self._answers.checked(predicted, t)

    def learn(self, rows):
        self._meter.models.add(self)
        self._meter.timed("learn", self._model.learn, rows)
        self._learned(newest_of(rows))
        self._meter.trained(rows)

    def test_then_train(self, arrival):
        n = len(arrival.t)
        self._meter.models.add(self)
        predicted = self._meter.timed("online", self._model.test_then_train, arrival, rows=n)
        self._meter.trained_along(arrival)
        newest = self.trained_on.along(arrival.closed, self._meter.is_last(arrival))
        self._meter.trained_on.learned(newest)
        return self._answers.checked(predicted, arrival.t)

    def copy(self):
        return self._metered(self._model.copy(), self.newest)

    def size(self):
        try:
            return self._model.size()
        except Exception:  # a measurement never ends a run
            return np.nan

    def _trained(self, train, rows, weight, newest):
        """A new model, whose training counts as one, and goes on from the `newest` label."""
        model = self._meter.timed("fit", train, rows, weight)
        if not self._model.stays_after(rows):
            self._meter.count("fits", 1)
            self._meter.trained(rows)
        newest = max(newest, newest_of(rows))
        self._meter.trained_on.learned(newest)
        return self._metered(model, newest)

    def _learned(self, newest):
        """Note up to which label it has been trained."""
        self.trained_on.learned(newest)
        self._meter.trained_on.learned(newest)

    def _metered(self, model, newest):
        """Another model of the same run, trained on labels up to the `newest`."""
        return Metered(model, self._meter, self._answers, learned=True, newest=newest)


class MeteredStudent(Metered):
    """A model that mimics another: its time and size count, and its trainings use no label."""

    def _trained(self, train, rows, weight, newest):
        return self._metered(self._meter.timed("fit", train, rows, weight), newest)

    def _metered(self, model, newest):
        return MeteredStudent(model, self._meter, self._answers, learned=True, newest=newest)


class Counting:
    """Labels of a kind, with a count of those that do not come in before the stream ends."""

    def __init__(self, labels, tally, stop):
        self._labels, self._tally, self._stop = labels, tally, stop
        tally.spread(stop - 1, 0, labels_after_end=0, labels_never=0)

    def due(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        """When labels come in (n,); NEVER also for those after the end."""
        due = self._labels.due(t, y, uniforms)
        late = due >= self._stop
        if not late.any():
            return due
        never = (due == NEVER).astype(np.int64)
        self._tally.add(t, labels_never=never, labels_after_end=late - never)
        return np.where(late, NEVER, due)


def once(arrival):
    """An arrival that counts a label once which is given several times, one after the other."""
    t = arrival.due_t
    again = t[1:] == t[:-1]
    if not again.any():
        return arrival
    first = np.append(True, ~again)
    return arrival._replace(due_by=np.append(0, np.cumsum(first))[arrival.due_by])


def coming(arrival):
    """How many labels come in after each row (n,), the first with those before it."""
    came = arrival.due_by[1:] - arrival.due_by[:-1]
    came[:1] += arrival.due_by[0]
    return came


def trained_on(deployed, otherwise):
    """What a deployed model has been trained on; `otherwise` where it does not say."""
    if isinstance(deployed, Metered):
        return deployed.trained_on
    newest = getattr(deployed, "newest", None)
    return otherwise if newest is None else TrainedOn(newest)


class Distinct:
    """Which positions have been added, a bit each; a whole block takes no room."""

    def __init__(self):
        self._added = {}

    def add(self, t):
        """Add positions (m,): how many of them are new."""
        if not len(t):
            return 0
        if self._whole(t):
            block = int(t[0]) // BLOCK
            new = BLOCK - self._added.get(block, 0).bit_count()
            self._added[block] = ALL
            return new
        new, blocks = 0, t // BLOCK
        first = int(blocks.min())
        for block in (first + np.flatnonzero(np.bincount(blocks - first))).tolist():
            mask = np.zeros(BLOCK, bool)
            mask[t[blocks == block] - block * BLOCK] = True
            before = self._added.get(block, 0)
            here = int.from_bytes(np.packbits(mask).tobytes(), "big")
            new += (here & ~before).bit_count()
            self._added[block] = ALL if before | here == ALL else before | here
        return new

    def _whole(self, t):
        """Whether these are the rows of one block, in order."""
        return len(t) == BLOCK and t[0] % BLOCK == 0 and (t[1:] - t[:-1] == 1).all()
