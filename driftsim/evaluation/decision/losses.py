"""Losses: what every model that could have been trained loses on all rows after it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.adaptation.memories import Memory
from driftsim.durations import Duration


class Losses(NamedTuple):
    """The losses of the models of one learner and memory, with one seed and repeat.

    Model i is trained at row `trained_at[i]` on what the memory then holds; model 0 is that of the
    warm-up.
    """

    memory: Memory
    trained_at: np.ndarray  # (n,) rows: the end of the warm-up, then the times of the grid
    serves_from: np.ndarray  # (n,) rows from which each may predict
    edges: np.ndarray  # (b + 1,) rows at which blocks begin, and the end of the stream
    trained_on: np.ndarray  # (n,) labels; 0 where none could be trained
    new_labels: np.ndarray  # (n, n) labels that training j adds to those of training i before it
    columns: dict[str, np.ndarray]  # (2, n, b) or (2, n, b, k) sums over even and odd rows
    fit_seconds: np.ndarray  # (n,)


class Matrix(NamedTuple):
    """The losses of all models of one learner, with every seed and repeat."""

    learner: str  # its name in tables
    contenders: tuple[str, ...]  # whose learner it is
    grid: int | Duration  # between the times of training
    runs: Mapping[tuple[int, int], Sequence[Losses]]  # those of each memory, by seed and repeat
