"""Loss shards: some of the models that could have been trained, and what each loses afterwards."""

from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any, ClassVar, Self

import numpy as np

from driftsim.evaluation.compute import Stopwatch
from driftsim.evaluation.decision.block_tally import BlockTally, Piece
from driftsim.evaluation.decision.grid import GridTimes
from driftsim.evaluation.decision.losses import Losses
from driftsim.evaluation.decision.training_sets import (
    LabelAges,
    ReplayedRows,
    TrainingSet,
    grid_times,
    training_sets,
)
from driftsim.evaluation.prequential import Contender, compiling, last_of, new_model, timed
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.staleness import NO_LABEL, newest_of
from driftsim.evaluation.trace import Trace
from driftsim.learners.learner import predicted_of
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.parts import Strict
from driftsim.rows import locate
from driftsim.streams.stream import Stream

MOST_DRAWN_ONCE = 10**7  # numbers of rows that are kept for all models; others are drawn again


class LossShard(Strict):
    """The models `first` … `stop` - 1 that a contender would train at every time of a grid.

    The policy of the contender is `periodic`, by the grid. Model 0 is that of the warm-up.
    """

    group: ClassVar[str] = "the floor"

    contender: Contender
    first: int
    stop: int

    def uncompiled(self) -> Self:
        """The same on the objects of libraries, without kernels."""
        return self.model_copy(update={"contender": self.contender.uncompiled()})

    def rounds(self, stream, rules, seed, repeat=0) -> Generator[int, None, Trace]:
        """Train each model, and have it predict all rows from the one where it begins to serve.

        Yields the rows done so far, those of the warm-up and all that were predicted, and returns
        a trace with an entry for each model, parity of rows and block, in this order.
        """
        learner, policy = self.contender.at_work
        rows = ReplayedRows(stream, rules, seed, learner.sees)
        policy = timed(policy, rows.world.clock)
        model, _ = new_model(learner, rows.world, rules, seed, repeat)
        yield from compiling([model], rules.warmup)
        grid, done = grid_times(policy, rows), rules.warmup
        losing = Losing(rows, grid, int(grid.serves_from[self.first : self.stop].min()))
        ages = LabelAges(len(grid.trained_at))
        for i, given in enumerate(islice(training_sets(policy, rows), self.stop)):
            ages.add(given.rows.t)
            if i >= self.first:
                for n in losing.add(i, model, given, ages.new_labels()):
                    done += n
                    yield done
        return losing.trace()


class Losing:
    """Sums of what models lose over the even and the odd rows of each block."""

    def __init__(self, rows: ReplayedRows, grid: GridTimes, first: int):
        self._rows, self._grid, schema = rows, grid, rows.world.schema
        self._check = PredictionCheck(schema, rows.rules.probable)
        self._scores = scores_of(schema, confusion=rows.rules.confusion)
        self._models: list[dict[str, Any]] = []
        self._known = self._tally()
        for X, scored in rows.scored():
            piece = Piece.of(X, scored, grid.edges)
            self._known.take(piece)
            self._scores.truth(self._known, piece.rows)
            self._known.add(piece.rows.t, newest=piece.rows.newest)
        width = len(schema.names) + (schema.n_classes or 2) + 2
        small = (rows.length - first) * width <= MOST_DRAWN_ONCE
        self._kept = [*rows.pieces(grid.edges, first)] if small else None

    def add(self, i: int, model, given: TrainingSet, new_labels: np.ndarray) -> Iterator[int]:
        """Fit model `i`, and sum what it loses; yields how many rows it has predicted at a time."""
        tally, seconds, since = self._tally(), 0.0, self._grid.blocks
        if i == 0 or len(given.rows.t):
            since = self._grid.starting(self._grid.serves_from[i])
            fitted, seconds = self._fitted(model, given, i)
            for piece in self._pieces(since):
                self._predict(fitted, tally, piece)
                yield len(piece.X)
        new = np.zeros((2, self._grid.blocks), np.int64)
        new[0, self._grid.starting(self._grid.trained_at)] = new_labels
        self._models.append(
            {name: np.full(new.shape, value) for name, value in self._about(i, given).items()}
            | {"fit_cpu_seconds": np.full(new.shape, seconds), "new_labels": new}
            | self._known_since(since, newest_of(given.rows))
            | tally.sums()
        )

    def trace(self) -> Trace:
        """The sums of all models: an entry for each, for even and odd rows, and for each block."""
        edges, n = self._grid.edges, 2 * len(self._models)
        rows = {"first_row": np.tile(edges[:-1], n), "last_row": np.tile(edges[1:] - 1, n)}
        shapes = {name: one.shape for found in self._models for name, one in found.items()}
        columns = {
            name: np.stack([found.get(name, np.zeros(shape)) for found in self._models])
            for name, shape in shapes.items()
        }
        flat = {name: one.reshape(-1, *one.shape[3:]) for name, one in columns.items()}
        return Trace(rows | flat, interval=0)

    def _about(self, i, given):
        """What is known of a model before it predicts."""
        return {
            "model": i,
            "trained_at": self._grid.trained_at[i],
            "serves_from": self._grid.serves_from[i],
            "trained_on": len(given.rows.t),
        }

    def _known_since(self, block, newest):
        """What is known of the rows from a block on, and the age of a model with a newest label."""
        sums = self._known.sums(block)
        age = sums.pop("newest") - newest * sums["rows"]
        return sums | {"age": age if newest != NO_LABEL else 0 * age}

    def _tally(self):
        return BlockTally(self._grid.blocks)

    def _pieces(self, since):
        """The rows from a block on that a model predicts, a piece at a time."""
        first = int(self._grid.edges[since])
        every = self._rows.pieces(self._grid.edges, first) if self._kept is None else self._kept
        for piece in every:
            if len((part := piece.since(2 * since)).X):
                yield part

    def _fitted(self, model, given, i):
        """A model trained on a set, and its CPU seconds; an error has the row of that time."""
        watch = Stopwatch()
        try:
            return model.fit(*given), watch.seconds().cpu
        except Exception as error:
            locate(error, self._grid.trained_at[i])
            raise

    def _predict(self, model, tally, piece):
        """Sum what a model loses on some rows."""
        watch = Stopwatch()
        predicted = predicted_of(model, piece.X, piece.rows.t)
        seconds = watch.seconds().cpu
        predicted = self._check.checked(predicted, piece.rows.t)
        tally.take(piece)
        tally.share("predict_cpu_seconds", seconds)
        self._scores.answers(tally, piece.rows, predicted)


def losses_of(
    stream: Stream, contender: Contender, rules: Rules = Rules(), seed: int = 0, repeat: int = 0
) -> Losses:
    """The losses of the models that a contender with a `periodic` policy trains, in memory.

    Raises what `evaluate` raises.
    """
    every = LossShard(contender=contender, first=0, stop=stream.length)
    memory = contender.policy.memory  # type: ignore[attr-defined]  # of `periodic`
    return Losses.joined(memory, [last_of(every.rounds(stream, rules, seed, repeat))])
