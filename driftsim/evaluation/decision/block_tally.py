"""Block tallies: the sums of scores over the even and the odd rows of blocks of the stream."""

from typing import NamedTuple

import numpy as np

from driftsim.evaluation.prequential import ScoredRows
from driftsim.evaluation.trace import Tally

KEPT = {  # of the sums of scores
    *("rows", "actual", "correct", "confusion", "expected_error", "bayes_error"),
    *("absolute_error", "squared_error", "excess_squared_error", "bayes_squared_error"),
    *("newest", "predict_cpu_seconds"),
}


class Piece(NamedTuple):
    """Consecutive rows of a stream, sorted by cell: by block, and there the even ones first."""

    X: np.ndarray  # (n, d) what models are given of each row
    rows: ScoredRows  # (n)
    cells: np.ndarray  # (c,) that have rows here, in order: 2 · block, and 1 more for odd rows
    starts: np.ndarray  # (c,) where the rows of each begin

    @classmethod
    def of(cls, X: np.ndarray, rows: ScoredRows, edges: np.ndarray) -> "Piece":
        """The rows of a stretch, with the edges (b + 1,) of all blocks."""
        cell = 2 * (np.searchsorted(edges, rows.t, side="right") - 1) + rows.t % 2
        order = np.argsort(cell, kind="stable")
        cells, starts = np.unique(cell[order], return_index=True)
        return cls(np.ascontiguousarray(X[order]), rows.part(order), cells, starts)

    def since(self, cell: int) -> "Piece":
        """The rows from a cell on."""
        i = int(np.searchsorted(self.cells, cell))
        n = int(self.starts[i]) if i < len(self.starts) else len(self.X)
        rows = self.rows.part(slice(n, None))
        return Piece(self.X[n:], rows, self.cells[i:], self.starts[i:] - n)

    @property
    def counts(self) -> np.ndarray:
        """How many rows each cell has here (c,)."""
        return np.diff(np.append(self.starts, len(self.X)))


class BlockTally(Tally):
    """The growing sums of each cell of a stream, in the place of intervals."""

    def __init__(self, blocks: int):
        self.columns = {"rows": np.zeros(2 * blocks, np.int64)}

    def take(self, piece: Piece) -> None:
        """Count the rows of a piece, whose scores are added next."""
        self._piece = piece
        self.columns["rows"][piece.cells] += piece.counts

    def intervals(self, t):
        return self._piece.cells, self._piece.starts

    def add_labels(self, t, y):
        """The moments of labels are not kept."""

    def share(self, name: str, amount: float) -> None:
        """Add an amount evenly over the rows of the piece."""
        counts = self._piece.counts
        self._column(name, np.empty(0))[self._piece.cells] += amount * counts / counts.sum()

    def sums(self, since: int = 0) -> dict[str, np.ndarray]:
        """The sums (2, b, …) over even and odd rows, 0 before a block."""
        found = {}
        for name, column in self.columns.items():
            if name in KEPT:
                found[name] = np.moveaxis(column.reshape(-1, 2, *column.shape[1:]), 1, 0).copy()
                found[name][:, :since] = 0
        return found
