"""Ledgers: what each model of a matrix of losses would cost, in one unit of money."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.losses import Losses
from driftsim.evaluation.decision.prices import SHARES, PriceList

QUANTITIES = [name for names in SHARES.values() for name in names]


class Ledger(NamedTuple):
    """What M memories at n training times cost over b blocks of a stream, in one unit of money.

    Models of the first training time are of the warm-up, whatever the memory: the first memory's
    is used, and is free.
    """

    served: np.ndarray  # (M, n, b) of each model in each block, 0 before it serves
    training: np.ndarray  # (M, n) of each training; inf where there was nothing to train on
    labels: np.ndarray  # (M, n, n) of those that a training at j adds after one at i; or (M, 0, 0)
    starts: np.ndarray  # (M, n) the block from which each model can serve; b where it never does
    trains: np.ndarray  # (n,) the block in which each is trained
    edges: np.ndarray  # (b + 1,) the rows at which blocks begin, and the end of the stream

    @property
    def labels_cost(self) -> bool:
        """Whether what a training costs depends on the one before it."""
        return self.labels.size > 0 and bool(self.labels.max() > 0)

    @property
    def mixes(self) -> bool:
        """Whether a schedule may go from one memory to another: labels are free, latency equal."""
        return not self.labels_cost and bool((self.starts == self.starts[0]).all())

    def of_memory(self, m: int) -> "Ledger":
        """The ledger of one memory alone."""
        one = slice(m, m + 1)
        first = self.served[:1, :1], self.training[:1, :1]
        served, training = self.served[one].copy(), self.training[one].copy()
        served[:, :1], training[:, :1] = first
        labels, starts = self.labels[one], self.starts[one]
        return self._replace(served=served, training=training, labels=labels, starts=starts)


def ledger_of(
    losses: Sequence[Losses],
    prices: PriceList,
    half: int | None = None,
    quantities: Collection[str] = QUANTITIES,
) -> Ledger:
    """The ledger of the matrices of several memories, of the same learner, seed and repeat.

    `half` are the even rows (0) or the odd ones (1) alone, each counted twice. `quantities` are
    those whose prices count.
    """
    first, edges = losses[0], np.unique(np.concatenate([one.edges for one in losses]))
    training = np.array([training_costs(one, prices, quantities) for one in losses])
    training[1:, 0] = np.inf
    label = prices.charges(cells(first, half))["label"].price * ("label" in quantities)
    return Ledger(
        served=np.array([served_costs(one, edges, prices, half, quantities) for one in losses]),
        training=training,
        labels=label * np.array([one.new_labels for one in losses], float),
        starts=np.array([np.searchsorted(edges, one.serves_from) for one in losses]),
        trains=np.searchsorted(edges, first.trained_at),
        edges=edges,
    )


def served_costs(one: Losses, edges: np.ndarray, prices, half, quantities) -> np.ndarray:
    """What each model costs in each block between edges (n, b), those of its own blocks and others.

    Where models of several memories begin to serve at different rows, the costs of a block are
    split evenly over its rows.
    """
    n = len(one.trained_at)
    own = total(prices, cells(one, half), quantities).reshape(n, -1)
    place = np.searchsorted(one.edges, edges[:-1], side="right") - 1
    return own[:, place] * (np.diff(edges) / np.diff(one.edges)[place])


def training_costs(one: Losses, prices, quantities) -> np.ndarray:
    """What each training costs (n,); inf where there was nothing to train on.

    Of the first one, as of contenders, the training is free, and its labels and compute are not.
    """
    n = len(one.trained_at)
    later, none = np.arange(n) > 0, {name: np.zeros_like(x[:n]) for name, x in cells(one).items()}
    used = {"fits": later, "rows_trained": later * one.trained_on}
    used |= {"labels": ~later * one.trained_on, "fit_seconds": one.fit_seconds}
    found = total(prices, none | used, quantities)
    return np.where(later & (one.trained_on == 0), np.inf, found)


def cells(one: Losses, half: int | None = None) -> dict[str, np.ndarray]:
    """The columns of losses with an entry for each model and block, (n b,) or (n b, k)."""
    return {
        name: (column.sum(axis=0) if half is None else 2 * column[half]).reshape(
            -1, *column.shape[3:]
        )
        for name, column in one.columns.items()
    }


def total(prices: PriceList, columns, quantities) -> np.ndarray:
    """The cost of each cell, for some of the quantities."""
    charges = prices.charges(columns)
    return np.sum([charges[name].price * charges[name].amount for name in quantities], axis=0)
