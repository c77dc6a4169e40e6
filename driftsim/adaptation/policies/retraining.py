"""Retraining: the loop that replaces one model by another; and `periodic`, by a clock.

Policies that retrain differ in their trigger, a generator that says when. What a model is trained
on is a memory; when it begins to predict is a latency.
"""

from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.adaptation.memories import LabelBuffer, Memory
from driftsim.adaptation.policies.policy import Policy
from driftsim.clocks import Clock, row_after, ticks
from driftsim.durations import Duration, Period, Time
from driftsim.messages import refusal
from driftsim.parts import MOST_ROWS, Number, Position, Strict
from driftsim.rows import Arrival, Deployed, Event, Labelled, Skipped

NO_ROW = MOST_ROWS  # has this position
OWN_TRAINER = "it trains models by a trainer of its own"
STRIDE = 512  # rows predicted at once where another model may predict some of them again


class Latency(Strict):
    """How many rows, or how much time, pass from a training's start until its model predicts."""

    rows: Position | None = None  # however much it is trained on
    per_row: Annotated[Number, Field(gt=0, le=MOST_ROWS)] | None = None  # that it is trained on
    time: Time | None = None  # however much it is trained on

    def row(self, started: int, n: int, clock: Clock | None) -> int:
        """The row from which a model predicts that is trained on `n` rows from row `started` on."""
        return row_after(clock, started, self.after(n) if self.time is None else self.time)

    def after(self, n: int) -> int:
        """Rows until a model that is trained on `n` rows predicts; 0 if that is a time."""
        if self.rows is not None:
            return self.rows
        return int(np.ceil(round((self.per_row or 0) * n, 9)))  # 0.07 × 100 is 7, not 7.0…01

    def exceeds(self, period: int | Duration) -> bool:
        """Whether it is longer than a period whose labels are trained on, as far as is known."""
        if isinstance(period, Duration):
            return self.time is not None and self.time.micros > period.micros
        return self.after(period) > period

    @model_validator(mode="after")
    def _is_given_once(self):
        if [self.rows, self.per_row, self.time].count(None) != 2:
            raise ValueError("a latency is {rows: …}, {per_row: …} or {time: …}; give one of them")
        return self


class Until(NamedTuple):
    """A trigger waits before a row and after a label, whichever comes first.

    `watch` is called with each arrival up to there, and the predictions of the model in force for
    it: it gives an object that can `cut` the arrival where to stop, or None. The trigger is sent
    the position of the next row, and what `watch` gave (None before a row).
    """

    row: int = NO_ROW  # position; all labels that come in before this row are in
    watch: Callable[[Arrival, np.ndarray], Any] | None = None


class Train(NamedTuple):
    """A trigger has a model trained on the memory, and is sent the `Training`."""

    started: int | None = None  # position from which the latency counts; the next row if None


class Training(NamedTuple):
    """A model that will be in force, or that none has been trained."""

    row: int  # position of the first row that it predicts
    rows: Labelled | None  # that it was trained on; None: the model in force stays
    model: Any = None


class InForce:
    """A trigger asks for the model in force, and is sent it."""


class Discard:
    """A trigger discards the models in training: what they are trained on is out of date."""


Trigger = Generator[Until | Train | InForce | Discard | Event, Any, None]


Start = Annotated[Literal["scratch", "model"], Field(alias="from")]  # where a training starts


class Retraining(Policy):
    """A policy that now and then trains a new model to replace the one in force.

    The new model starts from scratch or, with `from: model`, from the model in force
    (fine-tuning), which stays as it is. The first training is always from scratch.
    """

    stride: ClassVar[int] = STRIDE  # rows predicted at once
    from_scratch: ClassVar[str] = ""  # why it offers no `from`

    memory: Memory  # labels that a new model is trained on
    latency: Latency | None = None  # from the start of a training until its model predicts
    start_from: Start = "scratch"  # begin with nothing, or with the model in force (fine-tuning)

    @abstractmethod
    def trigger(self, history: Labelled, memory: LabelBuffer, rng, *changes) -> Trigger:
        """A generator that says when to train: it yields what it waits for, and what to do then.

        It begins before the first row after `history`, on which the first model was trained. A
        reference takes the changes of the stream as a further argument.
        """

    def trainer(self, model) -> Callable:
        """What trains: a function of labelled rows and their weights that gives a model."""
        return model.fit

    @property
    def weighs(self):
        return self.memory.weighs

    @property
    def tunes(self):
        return self.start_from == "model"

    @property
    def fewest(self) -> int:
        """How many labels it trains on at least."""
        return 1

    def incompatibility(self, schema, rows):
        latency = self.latency.after(self.fewest) if self.latency else 0
        if latency >= rows:
            return (
                f"a model deployed {latency:,} rows after its training starts would never predict "
                f"in the {rows:,} rows after the warm-up; shorten the latency"
            )
        return None

    @model_validator(mode="before")
    @classmethod
    def _offers(cls, value):
        reason = cls.from_scratch or (cls.trainer is not Retraining.trainer and OWN_TRAINER)
        start = value.get("from", value.get("start_from")) if isinstance(value, dict) else None
        if reason and start == "model":
            raise refusal(f"from: model is not for '{cls.kind()}': {reason}; leave it out", "from")
        return value

    def run(self, model, history, arrivals, rng, *known):
        memory = self.memory.start()
        memory.add(history)
        trigger = self.trigger(history, memory, rng, *known)
        return RetrainingLoop(self, self.trainer(model), memory, trigger).run(history, arrivals)


class RetrainingLoop:
    """Predicts with the model in force, and replaces it when a trigger says so."""

    def __init__(self, policy: Retraining, train, memory: LabelBuffer, trigger: Trigger):
        self._train, self._memory, self._trigger = train, memory, trigger
        self._tunes = policy.tunes
        self._latency, self._stride = policy.latency or Latency(rows=0), policy.stride
        self._clock = policy.clock
        self._until, self._predictions = Until(), np.empty(0)  # of the next rows
        self._trainings: list[Training] = []  # whose models are not in force yet, as they started

    def run(self, history: Labelled, arrivals: Iterable[Arrival]) -> Iterator[np.ndarray | Event]:
        """Yield predictions and events, as a policy does."""
        self._t = history.stop  # the next row
        yield self._deployed(self._train(history))
        self._memory.trained()
        yield from self._follow(next(self._trigger))
        for arrival in arrivals:
            while len(arrival.t) or len(arrival.due_t):
                stretch, arrival, found = self._cut(arrival)
                if n := len(stretch.t):
                    yield self._predictions[:n]
                    self._predictions = self._predictions[n:]
                self._memory.add(stretch.due)
                self._t += n
                before_row = len(arrival.t) > 0 and arrival.due_by[0] == 0
                if before_row:
                    yield from self._deploy()
                if found or (before_row and self._until.row <= self._t):
                    yield from self._follow(self._trigger.send((self._t, found)))

    def _cut(self, arrival):
        """An arrival up to where the trigger or a model waits; the rest; what was found there."""
        row = min([self._until.row, *(one.row for one in self._trainings)])
        n = int(np.searchsorted(arrival.t, row))
        stretch, rest = arrival.before_row(min(n, self._stride))
        predicted = self._predict(stretch.X)
        found = self._until.watch and self._until.watch(stretch, predicted)
        if found:
            stretch, rest = found.cut(arrival)
        return stretch, rest, found

    def _predict(self, X):
        """The predictions of the model in force for the next rows (n, d), each made once."""
        if not len(self._predictions):
            self._predictions = self._model.predict(X)
        elif len(self._predictions) < len(X):
            more = self._model.predict(X[len(self._predictions) :])
            self._predictions = np.concatenate([self._predictions, more])
        return self._predictions[: len(X)]

    def _follow(self, step):
        """Do what the trigger says, until it waits again."""
        while True:
            answer = None
            match step:
                case Until():
                    self._until = step
                    return
                case Event():
                    yield step
                case Train():
                    answer = yield from self._trained(step)
                case InForce():
                    answer = self._model
                case _:
                    self._trainings.clear()
            step = self._trigger.send(answer)

    def _trained(self, step):
        """Train a model on the memory: its `Training`."""
        self._memory.reached(self._t)
        rows = self._memory.rows()
        if not trainable(rows):
            yield Skipped()
            return Training(self._t, None)
        train = self._model.tuned if self._tunes else self._train
        model = train(rows, self._memory.weight())
        self._memory.trained()
        started = self._t if step.started is None else step.started
        deployed = self._latency.row(started, len(rows.t), self._clock)
        training = Training(max(self._t, deployed), rows, model)
        self._trainings.append(training)
        if training.row == self._t:
            yield from self._deploy()
        return training

    def _deploy(self):
        """Put in force, of the models whose row has come, the one trained last; drop the others."""
        ready = [i for i, one in enumerate(self._trainings) if one.row <= self._t]
        if ready:
            model = self._trainings[ready[-1]].model
            del self._trainings[: ready[-1] + 1]
            yield self._deployed(model)

    def _deployed(self, model):
        self._model, self._predictions = model, np.empty(0)
        return Deployed(model)


class Periodic(Retraining):
    """Retrain after each period of rows or of time, on the last `memory` labels that came in."""

    stride = NO_ROW  # no label brings another model

    every: Period  # between trainings, counted from the end of the warm-up

    def trigger(self, history, memory, rng):
        return scheduled(ticks(self.clock, history.stop, self.every))

    @model_validator(mode="after")
    def _has_no_alarms(self):
        if self.memory.needs_alarms:
            raise ValueError(
                f"'{self.memory.kind()}' needs alarms, and '{self.kind()}' has none; "
                "give a number of labels, or use on_drift with `every`"
            )
        return self

    @model_validator(mode="after")
    def _learns_each_label(self):
        once = self.tunes and self.memory.kind() == "chunk"
        if once and self.latency and self.latency.exceeds(self.every):
            raise ValueError(
                "the next training would start before the model of the last is in force, and go on "
                "from the one before it, so that a chunk of labels is lost; give a latency of at "
                "most `every`, or from: scratch"
            )
        return self


def scheduled(rows: Iterable[int]) -> Trigger:
    """Train before each of some rows."""
    for row in rows:
        yield Until(row)
        yield Train()
    yield Until()


def trainable(rows: Labelled) -> bool:
    """Whether there are labels to train on, and of more than one class."""
    y = rows.y
    return len(y) > 0 and not (y.dtype.kind == "i" and (y == y[0]).all())
