"""Losses: what every model that could have been trained loses on all rows after it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.adaptation.memories import Memory
from driftsim.durations import Duration
from driftsim.evaluation.trace import Trace

OF_MODELS = ("model", "trained_at", "serves_from", "trained_on", "fit_cpu_seconds")
OF_BLOCKS = ("first_row", "last_row")


class Losses(NamedTuple):
    """The losses of the models of one learner and memory, with one seed and repeat.

    Model i is trained at row `trained_at[i]` on what the memory then holds; model 0 is that of the
    warm-up, whatever the memory.
    """

    memory: Memory
    trained_at: np.ndarray  # (n,) rows: the end of the warm-up, then the times of the grid
    serves_from: np.ndarray  # (n,) rows from which each may predict; the length where it never may
    edges: np.ndarray  # (b + 1,) rows at which blocks begin, and the end of the stream
    trained_on: np.ndarray  # (n,) labels; 0 where none could be trained
    new_labels: np.ndarray  # (n, n) labels that training j adds to those of training i before it
    columns: dict[str, np.ndarray]  # (2, n, b) or (2, n, b, k) sums over even and odd rows
    fit_cpu_seconds: np.ndarray  # (n,)

    @classmethod
    def joined(cls, memory: Memory, shards: Sequence[Trace]) -> "Losses":
        """The losses that the traces of all shards hold, in order."""
        shapes = {name: one.shape[1:] for trace in shards for name, one in trace.columns.items()}
        columns = {
            name: np.concatenate([by_model(trace, name, shape) for trace in shards])
            for name, shape in shapes.items()
        }
        models = {name: columns.pop(name)[:, 0, 0] for name in OF_MODELS}
        first, last = (columns.pop(name)[0, 0] for name in OF_BLOCKS)
        edges = np.append(first, last[-1] + 1)
        trained_at, new = models["trained_at"], columns.pop("new_labels")[:, 0]
        return cls(
            memory,
            trained_at,
            models["serves_from"],
            edges,
            models["trained_on"],
            new[:, np.searchsorted(edges, trained_at)].T,
            {name: np.moveaxis(column, 0, 1) for name, column in columns.items()},
            models["fit_cpu_seconds"],
        )


class Matrix(NamedTuple):
    """The losses of all models of one learner, with every seed and repeat."""

    learner: str  # its name in tables
    contenders: tuple[str, ...]  # whose learner it is
    grid: int | Duration  # between the times of training
    runs: Mapping[tuple[int, int], Sequence[Losses]]  # those of each memory, by seed and repeat
    missing: int = 0  # seeds and repeats of which some losses are not there


def by_model(trace: Trace, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """A column of a shard by model, parity of rows and block: (m, 2, b, …); 0 where it has none."""
    models = trace.columns["model"]
    column = trace.columns.get(name, np.zeros((len(models), *shape)))
    return column.reshape(int(models[-1] - models[0]) + 1, 2, -1, *shape)
