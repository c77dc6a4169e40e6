"""Grid: the times at which a model may be trained, and the blocks of rows between them."""

from collections.abc import Sequence
from itertools import chain, islice, takewhile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from driftsim.adaptation.policies.retraining import Latency
from driftsim.clocks import Clock, ticks
from driftsim.durations import Duration

MOST_TIMES = 200  # of the default grid


class GridTimes(NamedTuple):
    """When the models of a grid are trained and begin to serve, and the blocks of rows between."""

    trained_at: np.ndarray  # (n,) rows: the end of the warm-up, then the times of the grid
    serves_from: np.ndarray  # (n,) rows from which each may predict; the length where it never may
    edges: np.ndarray  # (b + 1,) rows at which blocks begin, and the end of the stream

    @classmethod
    def of(
        cls,
        trained_at: np.ndarray,
        trained_on: Sequence[int],  # labels (n,) that each is trained on
        latency: Latency | None,
        clock: Clock | None,
        length: int,
    ) -> "GridTimes":
        """The blocks of models that serve some time after their training; the first one at once."""
        late = latency or Latency(rows=0)
        first, *others = trained_at.tolist()
        rows = [late.row(t, n, clock) for t, n in zip(others, trained_on[1:])]
        serves_from = np.minimum(np.array([first, *rows], np.int64), length)
        return cls(trained_at, serves_from, np.unique([*trained_at, *serves_from, length]))

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.edges) - 1

    def starting(self, rows: ArrayLike) -> Any:
        """The block that begins with each row; the number of blocks for the end of the stream."""
        return np.searchsorted(self.edges, rows)


def training_times(
    every: int | Duration, clock: Clock | None, warmup: int, length: int, most: int | None = None
) -> np.ndarray:
    """The rows (n,) before which `periodic` trains: the end of the warm-up, and each period's.

    Of these at most so many.
    """
    later = takewhile(lambda row: row < length, ticks(clock, warmup, every))
    return np.array([*islice(chain([warmup], later), most)], np.int64)


def default_grid(rows: int) -> int:
    """The smallest of 1, 2, 5, 10, … rows that makes 200 training times or fewer of so many rows.

    The end of the warm-up, before the first of these rows, is one of the times.
    """
    steps = (step * 10**power for power in range(20) for step in (1, 2, 5))
    return next(step for step in steps if -(-rows // step) <= MOST_TIMES)
