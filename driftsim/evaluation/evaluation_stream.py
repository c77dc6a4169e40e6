"""Evaluation stream: the rows of a world as a policy gets them, and what is known of them."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.labels import Labels, Uniforms, arrivals, in_order
from driftsim.evaluation.protocols import EVERY_LABEL, Fold
from driftsim.evaluation.queries import Asking
from driftsim.evaluation.staleness import NewestLabel, newest_of
from driftsim.rows import Arrival, Labelled, WarmUp
from driftsim.streams.world import Block, World


class ScoredRows(NamedTuple):
    """Rows to be scored, and the truth about them."""

    t: np.ndarray  # (n,) positions
    y: np.ndarray  # (n,) labels
    weights: np.ndarray  # (n, k) of the concepts
    posterior: np.ndarray | None  # of the labels, where predictions are compared with it
    newest: np.ndarray | None = None  # (n,) position of the newest label in before each row

    def part(self, rows: slice | np.ndarray) -> "ScoredRows":
        """Some of the rows."""
        posterior = None if self.posterior is None else self.posterior[rows]
        newest = None if self.newest is None else self.newest[rows]
        return ScoredRows(self.t[rows], self.y[rows], self.weights[rows], posterior, newest)


class EvaluationStream:
    """The rows of a world in the order in which a policy gets them, kept until it predicts them.

    It gets the labels of a fold. Those of the warm-up are in before the first row, or come in as
    `late` has it.
    """

    def __init__(
        self,
        world: World,
        labels,
        warmup: int,
        sees: str,
        truth: bool,
        fold: Fold = EVERY_LABEL,
        late: Labels | None = None,
    ):
        self._world, self._labels, self._warmup = world, labels, warmup
        self._sees, self._truth, self._fold, self._late = sees, truth, fold, late
        self.pending: deque[ScoredRows] = deque()  # that have arrived and are not predicted yet

    def history(self) -> WarmUp:
        """The labelled rows of the warm-up that its model is given before the first row."""
        return WarmUp.before(self._warmup, self._fold.history(self._warm_up()[1]))

    def arrivals(self) -> Iterator[Arrival]:
        """The rows after the warm-up, block by block, and the labels that come in among them."""
        newest, before = self._before()
        for every in arrivals(self._chunks(), self._labels, self._world.seed, before):
            arrival = self._fold.arrival(every)
            rows = self.pending[-1]._replace(newest=newest.before_rows(arrival))
            self.pending[-1] = rows
            yield arrival

    def matched(self, predicted: np.ndarray) -> Iterator[tuple[ScoredRows, np.ndarray]]:
        """Predictions with the rows they are of."""
        while len(predicted):
            if not self.pending:
                raise ValueError(f"a policy has predicted {len(predicted):,} rows too many")
            rows = self.pending.popleft()
            n = len(rows.t)
            if n > len(predicted):
                n = len(predicted)
                self.pending.appendleft(rows.part(slice(n, None)))
                rows = rows.part(slice(n))
            yield rows, predicted[:n]
            predicted = predicted[n:]

    def seen(self, block: Block) -> tuple[np.ndarray, np.ndarray | None]:
        """What models are given of each row (n, d), and its posterior where it is asked for."""
        if self._sees == "X" and not self._truth:
            return block.X, None
        posterior = self._world.posterior(block.t, block.X, block.weights)
        return (block.X if self._sees == "X" else posterior), posterior if self._truth else None

    def _before(self):
        """The newest label of the warm-up, and those that are still to come, or None."""
        if not self._late:
            return NewestLabel(self._fold.newest_before(self._warmup)), None
        before, rows = self._warm_up()
        return NewestLabel(newest_of(self._fold.history(rows))), before

    def _warm_up(self):
        """The rows of the warm-up whose labels come in later, and when; and all others.

        Each in the order in which their labels come in; None where all are in before the first row.
        """
        block = self._world.rows(0, self._warmup)
        rows = Labelled(block.t, self.seen(block)[0], block.y)
        if self._late is None or not self._warmup:
            return None, rows
        due, rows = in_order(self._late.due(*rows[::2], Uniforms(self._world.seed)), rows)
        n = int(np.searchsorted(due, self._warmup))
        return (due[n:], rows.part(slice(n, None))), rows.part(slice(n))

    def _chunks(self):
        for block in self._world.blocks(self._warmup):
            X, posterior = self.seen(block)
            self.pending.append(ScoredRows(block.t, block.y, block.weights, posterior))
            yield Labelled(block.t, X, block.y)


class QueriedStream(EvaluationStream):
    """The rows of another stream, and the labels that a policy asks for; see `Asking`."""

    def __init__(self, stream: EvaluationStream, asking: Asking):
        vars(self).update(vars(stream))
        self._asking = asking
        self._given: tuple[Arrival, NewestLabel] | None = None  # not predicted yet

    def arrivals(self) -> Iterator[Arrival]:
        newest, before = self._before()
        if before is not None:
            self._asking.expect(*before)
        for chunk in self._chunks():
            rows, start = self.pending.pop(), 0
            for arrival in self._asking.arrivals(chunk):
                stop = start + len(arrival.t)
                self.pending.append(rows.part(slice(start, stop)))
                self._given = arrival, newest
                yield arrival
                start = stop

    def matched(self, predicted: np.ndarray) -> Iterator[tuple[ScoredRows, np.ndarray]]:
        self._asking.predicted(predicted)
        if self._given is not None and len(predicted):
            arrival, newest = self._given
            self.pending[-1] = self.pending[-1]._replace(newest=newest.before_rows(arrival.closed))
            self._given = None
        return super().matched(predicted)
