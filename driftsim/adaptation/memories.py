"""Memories: which labels a model is trained on, and with what weights."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from pydantic import ValidationError, model_serializer

from driftsim.clocks import NO_CLOCK, Clock
from driftsim.durations import Amount, Duration, Stretch
from driftsim.parts import MOST_ROWS, Count, Part
from driftsim.rows import Labelled

SWEPT = 10_000  # further rows after which those that are too old are dropped
HALVINGS = 40  # after which a faded label, at a weight of 1e-12, is forgotten


class Memory(Part):
    """The labels that a model is trained on: a number of the last ones, a duration, or a kind."""

    forms = dict, Count, Duration
    needs_alarms: ClassVar[bool] = False  # is for policies that have alarms
    by_schedule: ClassVar[bool] = False  # what it holds depends on when models are trained
    weighs: ClassVar[bool] = False  # is for learners that take weights

    @classmethod
    def in_full(cls, value):
        if isinstance(value, str) and value[:1].isdigit():
            return {"kind": "recent", "time": value}
        if isinstance(value, bool) or not isinstance(value, int | float):
            return super().in_full(value)
        try:
            Last.model_validate({"labels": value})
            return {"kind": "last", "labels": value}
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from None

    @property
    def holds(self) -> int | None:
        """The number of labels that it is given to hold, or None."""
        return None

    @abstractmethod
    def start(self) -> "LabelBuffer":
        """An empty memory."""


class Last(Memory):
    """The newest labels that have come in, at most so many.

    It is written as their number alone.
    """

    labels: Count  # the last ones, that many

    @property
    def holds(self):
        return self.labels

    def start(self):
        return LabelBuffer(self.labels)

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return self.labels


class Recent(Memory):
    """The labels of the rows of the last stretch of time.

    It is written as a duration alone. A row counts by its own time, however late its label comes
    in. The time ends where the next row comes.
    """

    time: Stretch  # before the next row

    def start(self):
        return RecentBuffer(self.clock, self.time.micros)

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return str(self.time)


class All(Memory):
    """All labels that have ever come in, before and after alarms."""

    def start(self):
        return LabelBuffer(forgets=False)


class SinceAlarm(Memory):
    """The labels of all rows since the last alarm."""

    needs_alarms = True
    by_schedule = True

    def start(self):
        return LabelBuffer()


class Chunk(Memory):
    """The labels that have come in since a model was last trained."""

    by_schedule = True

    def start(self):
        return LabelBuffer(once=True)


class Faded(Memory):
    """All labels, each worth half as much after every `half_life` further labels, or time."""

    weighs = True

    half_life: Amount  # labels, or a duration

    def start(self):
        if isinstance(self.half_life, Duration):
            half = self.half_life.micros
            return RecentBuffer(self.clock, HALVINGS * half, forgets=False, half_life=half)
        most = int(np.ceil(HALVINGS * self.half_life))
        return LabelBuffer(most, forgets=False, half_life=self.half_life)


class LabelBuffer:
    """Labelled rows, in the order in which their labels came in; at most the last `most`."""

    def __init__(self, most=MOST_ROWS, forgets=True, once=False, half_life=None):
        self._most, self._forgets, self._once, self._half_life = most, forgets, once, half_life
        self._n, self._pieces = 0, []
        self._since = 0  # position; labels of earlier rows are not wanted, however late they come

    def add(self, rows: Labelled):
        """Append rows, and forget the oldest ones beyond `most`."""
        if self._since:
            rows = rows.part(rows.t >= self._since)
        if self._pieces and not len(rows.t):
            return
        self._pieces.append(rows)
        self._n += len(rows.t)
        while self._n - len(self._pieces[0].t) >= self._most:
            self._n -= len(self._pieces.pop(0).t)

    def rows(self) -> Labelled:
        """All rows that are held."""
        self._hold(Labelled.joined(self._pieces).part(slice(-self._most, None)))
        return self._pieces[0]

    def weight(self) -> np.ndarray | None:
        """How much each row counts (m,), the last one 1; or None where all count the same."""
        if self._half_life is None:
            return None
        age = np.arange(len(self.rows().t))[::-1]
        return 0.5 ** (age / self._half_life)

    def since(self, t: int) -> int:
        """How many rows are held from position `t` on."""
        return int(np.sum(self.rows().t >= t))

    def alarmed(self, t: int):
        """Forget rows before position `t`, where something has changed; some kinds do not."""
        if self._forgets:
            self._since = t
            self._hold(self.rows().part(self.rows().t >= t))

    def trained(self):
        """Note that a model has been trained on all of them; some kinds then forget them."""
        if self._once:
            self._hold(self.rows().part(slice(0)))

    def reached(self, t: int):
        """Note that row `t` is the next to be predicted; some kinds then forget old rows."""

    def _hold(self, rows):
        self._pieces, self._n = [rows], len(rows.t)


class RecentBuffer(LabelBuffer):
    """Labelled rows that came at most `span` microseconds before the next row."""

    def __init__(self, clock: Clock | None, span: int, forgets=True, half_life=None):
        super().__init__(forgets=forgets, half_life=half_life)
        if clock is None:
            raise ValueError(NO_CLOCK)
        self._clock, self._span, self._full = clock, span, SWEPT

    def add(self, rows: Labelled):
        super().add(rows)
        if self._n > self._full:  # the next row is not older than any of these
            self.reached(int(self.rows().t.max()))
            self._full = 2 * self._n + SWEPT

    def reached(self, t: int):
        rows = self.rows()
        recent = self._clock.when(rows.t) >= self._clock.moment(t) - self._span
        if not recent.all():
            self._hold(rows.part(recent))

    def weight(self):
        if self._half_life is None or not len(self.rows().t):
            return None
        when = self._clock.when(self.rows().t)
        return 0.5 ** ((when.max() - when) / self._half_life)
