"""Memories: which labels a model is trained on, and with what weights."""

from abc import abstractmethod
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, ValidationError, model_serializer

from driftsim.parts import MOST_ROWS, Count, Number, Part
from driftsim.rows import Labelled

HALVINGS = 40  # after which a faded label, at a weight of 1e-12, is forgotten


class Memory(Part):
    """The labels that a model is trained on: a number of the last ones, or a kind."""

    needs_alarms: ClassVar[bool] = False  # is for policies that have alarms
    weighs: ClassVar[bool] = False  # is for learners that take weights

    @classmethod
    def in_full(cls, value):
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
    """The last labels that have come in; written as their number alone."""

    labels: Count

    @property
    def holds(self):
        return self.labels

    def start(self):
        return LabelBuffer(self.labels)

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        return self.labels


class All(Memory):
    """All labels that have ever come in, before and after alarms."""

    def start(self):
        return LabelBuffer(forgets=False)


class SinceAlarm(Memory):
    """The labels of all rows since the last alarm."""

    needs_alarms = True

    def start(self):
        return LabelBuffer()


class Chunk(Memory):
    """The labels that have come in since a model was last trained."""

    def start(self):
        return LabelBuffer(once=True)


class Faded(Memory):
    """All labels, each worth half as much after every `half_life` further labels."""

    weighs = True

    half_life: Annotated[Number, Field(gt=0, le=MOST_ROWS)]  # labels

    def start(self):
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

    def _hold(self, rows):
        self._pieces, self._n = [rows], len(rows.t)
