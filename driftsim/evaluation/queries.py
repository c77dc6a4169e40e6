"""Queries: labels that a contender asks for, row by row, once it has predicted them."""

import heapq
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, WrapValidator

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.fused_queries import FusedQuestions, is_fused
from driftsim.evaluation.labels import NEVER, Altered, Uniforms
from driftsim.evaluation.meter import Meter
from driftsim.evaluation.strategies import (
    UNKNOWN,
    Candidate,
    Strategy,
    VariableUncertainty,
)
from driftsim.evaluation.trace import Tally
from driftsim.learners.learner import Model
from driftsim.messages import short
from driftsim.parts import Count, Number
from driftsim.rows import Arrival, Labelled
from driftsim.streams.seeds import QUERIES


def _window(value, check):
    try:
        return check(value)
    except ValueError:
        raise ValueError(f"{short(value)} is not valid; give a number of rows, or all") from None


Spent = Annotated[Count | Literal["all"], WrapValidator(_window)]


class Query(Altered):
    """Each contender asks for labels by what it predicts, within a budget; others never come in.

    The label of a row is asked for when the row has been predicted, and comes in as `of` has it.
    """

    asked_for: ClassVar[bool] = True

    by: Strategy = VariableUncertainty()  # which rows are asked for
    budget: Annotated[Number, Field(gt=0, le=1)]  # share of rows whose labels may be asked for
    window: Spent = 100  # rows over which what is spent fades; all: of all so far

    @property
    def uncertain(self) -> bool:
        """Whether contenders have to predict probabilities."""
        return self.by.uncertain

    def due(self, t, y, uniforms):
        """When labels come in (n,) if they are asked for."""
        return self.of.due(t, y, uniforms.nested)

    def moments(self, t, y, uniforms):
        return self.of.moments(t, y, uniforms.nested)

    def incompatibility(self, schema):
        return self.by.incompatibility(schema) or super().incompatibility(schema)


class Spending:
    """What has been spent of a budget: of the last rows, faded, or of all rows so far.

    Over a window of w rows as Žliobaitė et al. (2014): before each row the spending is multiplied
    by (w - 1) / w, and a label may be asked for where it is less than `budget` labels of w.
    """

    def __init__(self, budget: float, window: int | Literal["all"]):
        self._budget, self._window = budget, window
        self._rows = 0  # so far
        self._spent = 0.0  # labels, of which those of earlier rows count less

    def allows(self) -> bool:
        """Whether the label of the next row may be asked for."""
        rows = self._rows + 1 if self._window == "all" else self._window
        return self._spent < self._budget * rows

    def add(self, asked: bool) -> None:
        """Count a row, and its label if that is asked for."""
        self._rows += 1
        kept = 1.0 if self._window == "all" else (self._window - 1) / self._window
        self._spent = self._spent * kept + asked


class Asking:
    """Asks for labels of rows that a policy has predicted, and gives it those that come in.

    Rows are given out a few at a time: no more than can be predicted before the label of one of
    them could be in. A model that has learned nothing, by its `meter`, is as uncertain as can be,
    unless it came `trained`. No label comes in after the last row.
    """

    def __init__(self, query: Query, seed: int, tally: Tally, meter: Meter, trained: bool):
        self._query, self._tally, self._meter, self._trained = query, tally, meter, trained
        self._stop = meter.stop
        self._uniforms = Uniforms(seed)
        first = Uniforms(seed, purpose=QUERIES)
        self._drawn = first, first.nested
        self._asks, self._spending = (
            query.by.start(query.budget),
            Spending(query.budget, query.window),
        )
        self._fused: FusedQuestions | None = None  # where a compiled model asks by itself
        self._waiting: list[tuple] = []  # a heap: when labels come in, their positions, and rows
        self._predicted: list[np.ndarray] = []  # of the rows that were given out last
        tally.spread(meter.stop - 1, 0, labels_asked=0)

    def expect(self, due: np.ndarray, rows: Labelled) -> None:
        """Have labels come in, in any case, at some times (m,)."""
        for one in zip(due.tolist(), rows.t.tolist(), rows.X, rows.y):
            if one[0] < self._stop - 1:
                heapq.heappush(self._waiting, one)

    def by_itself(self, policy: Policy, model: Model, probe: bool) -> "Asking":
        """Have a compiled model ask by itself, where it can: in the same way, in less time.

        It cannot where arrivals are cut to `probe` it.
        """
        in_order = policy.learns_along and self._query.of.in_order and not probe
        if in_order and is_fused(self._query.by) and model.will_ask():
            self._fused = FusedQuestions(self._query)
        return self

    def predicted(self, predicted: np.ndarray) -> None:
        """Take in predictions of the next rows that were given out."""
        self._predicted.append(predicted)

    def arrivals(self, chunk: Labelled) -> Iterator[Arrival]:
        """The rows of a chunk, piece by piece, with the labels that come in around them."""
        due = self._query.due(chunk.t, chunk.y, self._uniforms)
        drawn = np.column_stack([one.at(chunk.t) for one in self._drawn])
        if self._fused is not None:
            yield from self._open(chunk, due, drawn, self._fused)
            return
        start = 0
        while start < len(due):
            stop = start + within_reach(due[start:], chunk.t[start:])
            piece = slice(start, stop)
            knew, arrival = self._knows(), self._arrival(chunk.part(piece))
            yield arrival
            certainty = self._certainty(arrival, knew)
            asked = self._asked(chunk.X[piece], certainty, drawn[piece])
            self._count(arrival.t, asked, due[piece])
            self.expect(due[piece][asked], chunk.part(piece).part(asked))
            start = stop

    def _open(self, chunk, due, drawn, fused):
        """All rows of a chunk, for a model that asks for their labels while it predicts them."""
        arrival = fused.opened(self._arrival(chunk), chunk, due, drawn, self._knows())
        yield arrival
        self._predicted = []
        asked = arrival.questions.asked
        self._count(chunk.t, asked, due)
        late = np.isin(chunk.t, arrival.closed.due_t, invert=True) & asked
        self.expect(due[late], chunk.part(late))

    def _knows(self):
        """Whether the model in force has learned anything."""
        return self._trained or self._meter.knows()

    def _arrival(self, rows):
        """Rows to predict, with the labels that come in before the last of them."""
        t, X, y = rows
        before, oldest = [], min([int(t[0]), *(one[1] for one in self._waiting)])
        while self._waiting and self._waiting[0][0] < t[-1]:
            before.append(heapq.heappop(self._waiting))
        if not before:
            return Arrival(t, X, t[:0], X[:0], y[:0], np.zeros(len(t) + 1, np.int64), oldest)
        due, positions, features, labels = zip(*before)
        due_by = np.append(np.searchsorted(due, t), len(due))
        return Arrival(
            t, X, np.array(positions), np.stack(features), np.array(labels), due_by, oldest
        )

    def _certainty(self, arrival, knew):
        """How certain the predictions of the rows given out last are (n,)."""
        predicted = [one for one in self._predicted if len(one)]
        if sum(map(len, predicted)) != len(arrival.t):
            row = int(arrival.t[-1])
            raise ValueError(f"a policy asks for more rows before it has predicted row {row:,}")
        self._predicted = []
        certainty = self._query.by.certainty(np.concatenate(predicted))
        if not self._knows():
            return np.full(len(certainty), UNKNOWN)
        return certainty if knew else np.where(arrival.due_by[:-1] > 0, certainty, UNKNOWN)

    def _asked(self, X, certainty, drawn):
        """Of which rows the labels are asked for (n,)."""
        asked = np.zeros(len(X), bool)
        for i, x in enumerate(X):
            affordable = self._spending.allows()
            row = Candidate(x, float(certainty[i]), tuple(drawn[i].tolist()), affordable)
            asked[i] = self._asks(row)
            self._spending.add(bool(asked[i]))
        return asked

    def _count(self, t, asked, due):
        """Count the labels asked for of rows (n,), and those that do not come in in time."""
        self._tally.add_whole(t, "labels_asked", asked)
        late = asked & (due >= self._stop - 1)
        if late.any():
            never = late & (due == NEVER)
            self._tally.add_whole(t, "labels_never", never)
            self._tally.add_whole(t, "labels_after_end", late & ~never)


def within_reach(due: np.ndarray, t: np.ndarray) -> int:
    """How many of the next rows `t` (n,) can be predicted before a label of one of them is in.

    `due` (n,) are the positions after whose predictions their labels come in.
    """
    if len(t) > 1 and due[0] < t[1]:
        return 1
    early = np.minimum.accumulate(due) < t
    return int(early.argmax()) if early.any() else len(t)
