"""Retraining: the one way to replace a model by one that is trained anew; and doing so by a clock.

Policies that refit differ in when they do. What a model is trained on is a memory, and from
when on it serves is a latency.
"""

from abc import abstractmethod
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies.policy import Policy
from driftsim.parts import MOST_ROWS, Number, Position, Rows, Strict
from driftsim.rows import Alarm, Skipped

NO_ROW = MOST_ROWS  # has this position


class Latency(Strict):
    """How many rows pass from the start of a training until its model serves."""

    rows: Position | None = None  # however much it is trained on
    per_row: Annotated[Number, Field(gt=0, le=MOST_ROWS)] | None = None  # that it is trained on

    def after(self, n):
        """Rows until a model serves that is trained on `n` of them."""
        return int(np.ceil(round(self.per_row * n, 9))) if self.rows is None else self.rows

    @model_validator(mode="after")
    def _is_told_once(self):
        if (self.rows is None) == (self.per_row is None):
            raise ValueError("a latency is {rows: …} or {per_row: …}; give one of the two")
        return self


class Retraining(Policy):
    """A policy that now and then trains a new model, and has it serve in the place of the old."""

    memory: Memory  # labels that a new model is trained on
    latency: Latency | None = None  # from the start of a training until its model serves

    @abstractmethod
    def trigger(self, history, rng):
        """What tells when to train: a `Trigger`."""

    def trainer(self, model):
        """What trains: a function of labelled rows and their weights, that gives a model."""
        return model.fit

    @property
    def weighs(self):
        return self.memory.weighs

    @property
    def fewest(self):
        """How many labels it trains on at least."""
        return 1

    def incompatibility(self, schema, rows):
        latency = self.latency.after(self.fewest) if self.latency else 0
        if latency >= rows:
            return (
                f"a model that serves {latency:,} rows after its training starts would never serve "
                f"in the {rows:,} rows after the warm-up; shorten the latency"
            )

    def run(self, model, history, arrivals, rng, *told):
        return Upkeep(self, model, history, self.trigger(history, rng, *told)).run(arrivals)


class Verdict(NamedTuple):
    """What a trigger has come to at a stop."""

    train: bool = False  # a new model
    alarm: bool = False  # has rung just now
    afresh: bool = False  # the world has changed: models in training are out of date
    began: int | None = None  # position where the training began, if it has been trained along


class Trigger:
    """Tells when to train a new model: asked where it wants to be, and never else."""

    at = NO_ROW  # position of the row before which it wants to be asked
    stride = NO_ROW  # rows that are predicted at once, while a label may bring another model

    def heard(self, arrival, predicted):
        """Hear an arrival: after how many of its labels to ask it, or None.

        `predicted` are the answers of the model in force to its rows. What comes after these
        labels has not been heard, and comes again.
        """

    @abstractmethod
    def verdict(self, t, memory):
        """What is due before row `t`, or after the label where it wanted to be asked."""

    def served(self, t, rows):
        """Note that a new model, trained on `rows`, serves from row `t` on; None: the old one."""


class Upkeep:
    """One model after another in force, each trained when a trigger says so."""

    def __init__(self, policy, model, history, trigger):
        self._train, self._trigger = policy.trainer(model), trigger
        self._latency = policy.latency or Latency(rows=0)
        self._memory = policy.memory.start()
        self._memory.add(history)
        self._model = self._train(history)
        self._memory.trained()
        self._training = []  # models in the order their training started, with when they serve
        self._ahead = None  # what the model in force says of the next rows
        self._t = history.stop  # the next row

    def run(self, arrivals):
        """Yield predictions and events, as a policy does."""
        for arrival in arrivals:
            while len(arrival.t) or len(arrival.due_t):
                stretch, rest = arrival.before_row(self._rows(arrival.t))
                m = self._trigger.heard(stretch, self._predicted(stretch.X))
                if m is not None:
                    stretch, rest = arrival.up_to_label(m)
                arrival = rest
                if len(stretch.t):
                    yield self._taken(len(stretch.t))
                self._memory.add(stretch.due)
                self._t = int(stretch.t[-1]) + 1 if len(stretch.t) else self._t
                boundary = len(arrival.t) > 0 and arrival.due_by[0] == 0
                yield from self._acted(m is not None, boundary)

    def _rows(self, t):
        """How many rows there are before something may be due."""
        at = min(self._trigger.at, *(one.at for one in self._training), NO_ROW)
        return min(int(np.searchsorted(t, at)), self._trigger.stride)

    def _predicted(self, X):
        """What the model in force says of the next rows."""
        if self._ahead is None:
            self._ahead = self._model.predict(X)
        elif len(self._ahead) < len(X):
            more = self._model.predict(X[len(self._ahead) :])
            self._ahead = np.concatenate([self._ahead, more])
        return self._ahead[: len(X)]

    def _taken(self, n):
        taken, self._ahead = self._ahead[:n], self._ahead[n:]
        return taken

    def _acted(self, asked, before_row):
        """Do what is due after a label that the trigger waited for, or before the next row."""
        if before_row:
            self._serve()
        if asked or (before_row and self._trigger.at <= self._t):
            verdict = self._trigger.verdict(self._t, self._memory)
            if verdict.alarm:
                yield Alarm()
            if verdict.afresh:
                self._training.clear()
            if verdict.train:
                yield from self._trained(verdict.began)

    def _trained(self, began):
        rows = self._memory.rows()
        if not trainable(rows):
            self._trigger.served(self._t, None)
            yield Skipped()
            return
        model = self._train(rows, self._memory.weight())
        self._memory.trained()
        began = self._t if began is None else began
        at = max(self._t, began + self._latency.after(len(rows.t)))
        self._training.append(Trained(at, model, rows))
        if at == self._t:
            self._serve()

    def _serve(self):
        """Have the newest of the models serve whose time has come; older ones never will."""
        ready = [i for i, one in enumerate(self._training) if one.at <= self._t]
        if ready:
            _, self._model, rows = self._training[ready[-1]]
            del self._training[: ready[-1] + 1]
            self._ahead = None
            self._trigger.served(self._t, rows)


class Trained(NamedTuple):
    """A model that is to serve."""

    at: int  # position of the first row that it serves
    model: object
    rows: object  # that it was trained on


class Periodic(Retraining):
    """Retrain every so many rows, on the last `memory` labels that have come in."""

    every: Rows  # between trainings, counted from the end of the warm-up

    def trigger(self, history, rng):
        return Schedule(self.every, history.stop)

    @model_validator(mode="after")
    def _hears_no_alarms(self):
        if self.memory.needs_alarms:
            raise ValueError(
                f"'{self.memory.kind()}' needs alarms, and '{self.kind()}' has none; "
                "give a number of labels, or use on_drift with `every`"
            )
        return self


class Schedule(Trigger):
    """A clock."""

    def __init__(self, every, start):
        self._every, self.at = every, start + every

    def verdict(self, t, memory):
        self.at += self._every
        return Verdict(train=True)


def trainable(rows):
    """Whether there are labels to train on, and of more than one class."""
    y = rows.y
    return len(y) > 0 and not (y.dtype.kind == "i" and (y == y[0]).all())
