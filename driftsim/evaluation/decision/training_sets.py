"""Training sets: what the models of a grid of times are trained on, by the code of policies."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.block_tally import Piece
from driftsim.evaluation.decision.grid import GridTimes, training_times
from driftsim.evaluation.prequential import EvaluationStream, ScoredRows, timed
from driftsim.rows import Arrival, Deployed, Labelled, Skipped
from driftsim.streams.world import BLOCK

PIECE = 8 * BLOCK  # rows that a model predicts at once


class TrainingSet(NamedTuple):
    """What a model would be trained on; without rows, where none can be trained."""

    rows: Labelled
    weight: np.ndarray | None = None  # how much each row counts (m,)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Nothing that is looked at: it stands in the place of a model."""
        return np.zeros(len(X))


class Recorder:
    """Stands in the place of a model that trains others, and gives what these are trained on."""

    fit = staticmethod(TrainingSet)


class ReplayedRows:
    """The rows of a stream with one seed, and their labels, as often as they are asked for."""

    def __init__(self, stream, rules, seed: int, sees: str):
        self.rules, self.length = rules, stream.length
        self.world = stream.instantiated(seed, rules.warmup)
        self._labels = timed(rules.labels, self.world.clock)
        self._sees, self._truth = sees, rules.truth and stream.known

    def history(self) -> Labelled:
        """The labelled rows of the warm-up."""
        return self._stream(False).history()

    def arrivals(self) -> Iterator[Arrival]:
        """The rows after the warm-up, and the labels that come in among them, as policies get."""
        stretch = self._stream(False)
        for arrival in stretch.arrivals():
            stretch.pending.clear()
            yield arrival

    def scored(self) -> Iterator[tuple[np.ndarray, ScoredRows]]:
        """The rows after the warm-up (n, d), and all that is known of each, block by block."""
        stretch = self._stream(self._truth)
        for arrival in stretch.arrivals():
            yield arrival.X, stretch.pending.pop()

    def pieces(self, edges: np.ndarray, first: int) -> Iterator[Piece]:
        """The rows from row `first` on, and what predictions are compared with."""
        stretch = self._stream(self._truth)
        for start in range(first // PIECE * PIECE, self.length, PIECE):
            block = self.world.rows(max(start, first), min(start + PIECE, self.length))
            X, posterior = stretch.seen(block)
            yield Piece.of(X, ScoredRows(block.t, block.y, block.weights, posterior), edges)

    def _stream(self, truth):
        return EvaluationStream(self.world, self._labels, self.rules.warmup, self._sees, truth)


def training_sets(policy, rows: ReplayedRows) -> Iterator[TrainingSet]:
    """What a policy trains its models on, the first on the warm-up, by its very code."""
    at_once, history = policy.model_copy(update={"latency": None}), rows.history()
    for given in at_once.run(Recorder(), history, rows.arrivals(), None):
        if isinstance(given, Deployed):
            yield given.model
        elif isinstance(given, Skipped):
            yield TrainingSet(history.part(slice(0)))


def grid_times(policy, rows: ReplayedRows) -> GridTimes:
    """When the models of a policy by a grid are trained and serve, and the blocks between."""
    clock, late, length = rows.world.clock, policy.latency, rows.length
    trained_at = training_times(policy.every, clock, rows.rules.warmup, length)
    sizes = [0] * len(trained_at)
    if late is not None and late.per_row is not None:
        sizes = [len(given.rows.t) for given in training_sets(policy, rows)]
    return GridTimes.of(trained_at, sizes, late, clock, length)


class LabelAges:
    """When the labels that a memory holds have come in, by the times of a grid."""

    def __init__(self, times: int):
        self._times, self._i = times, -1
        self._held = self._came = np.empty(0, np.int64)

    def add(self, t: np.ndarray) -> None:
        """Note the positions (m,) of the labels that it holds at the next time, in their order.

        None are given where no model can be trained: nothing is new since then.
        """
        self._i += 1
        if not len(t):
            return
        stays = np.isin(self._held, t, assume_unique=True)
        came = np.full(len(t), self._i)
        came[: stays.sum()] = self._came[stays]  # a memory keeps the order in which labels came in
        self._held, self._came = t, came

    def new_labels(self) -> np.ndarray:
        """How many of them have come in since each time (n,): new, if that trained the last model.

        Whatever came in before it and is held now was held then, too.
        """
        by_time = np.bincount(self._came, minlength=self._times)
        return np.append(by_time[::-1].cumsum()[::-1][1:], 0)
