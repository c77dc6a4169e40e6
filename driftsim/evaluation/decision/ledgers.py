"""Ledgers: what each model of a matrix of losses would cost, in one unit of money."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.losses import Losses
from driftsim.evaluation.decision.prices import SHARES, PriceList

NONE = np.zeros((0, 0))  # of labels without a price
QUANTITIES = [name for names in SHARES.values() for name in names]


class Ledger(NamedTuple):
    """What M memories at n training times cost over b blocks of a stream, in one unit of money.

    Models of the first training time are of the warm-up, whatever the memory: the first memory's
    is used, and is free.
    """

    served: np.ndarray  # (M, n, b) of each model in each block, 0 before it serves
    training: np.ndarray  # (M, n) of each training; inf where there was nothing to train on
    labels: np.ndarray  # (M, n, n) that a training at j adds after one at i; (M, 0, 0) where free
    starts: np.ndarray  # (M, n) the block from which each model can serve; b where it never does
    trains: np.ndarray  # (n,) the block in which each is trained
    edges: np.ndarray  # (b + 1,) the rows at which blocks begin, and the end of the stream

    @property
    def labels_cost(self) -> bool:
        """Whether what a training costs depends on the one before it."""
        return self.labels.size > 0

    @property
    def free(self) -> bool:
        """Whether nothing costs anything."""
        trained = self.training[np.isfinite(self.training)]
        return not (self.labels_cost or self.served.any() or trained.any())

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
    return ledgers_of(losses, prices, {"": quantities}, half)[""]


def ledgers_of(
    losses: Sequence[Losses],
    prices: PriceList,
    parts: Mapping[str, Collection[str]],
    half: int | None = None,
) -> dict[str, Ledger]:
    """Ledgers of the same losses, each of some quantities, by the names of `parts`."""
    first, edges = losses[0], np.unique(np.concatenate([one.edges for one in losses]))
    served = [served_costs(one, edges, prices, half) for one in losses]
    trained = [training_costs(one, prices) for one in losses]
    lacking = np.array([one.trained_on == 0 for one in losses])
    lacking[:, 0] = np.arange(len(losses)) > 0  # the model of the warm-up is that of the first
    label = prices.charges(cells(first))["label"].price
    starts = np.array([np.searchsorted(edges, one.serves_from) for one in losses])
    trains = np.searchsorted(edges, first.trained_at)
    found = {}
    for name, some in parts.items():
        costs = np.array([sum_of(one, some, (len(trains), len(edges) - 1)) for one in served])
        each = np.array([sum_of(one, some, (len(trains),)) for one in trained])
        new = [one.new_labels if label and "label" in some else NONE for one in losses]
        labels, training = label * np.array(new, float), np.where(lacking, np.inf, each)
        found[name] = Ledger(costs, training, labels, starts, trains, edges)
    return found


def served_costs(one: Losses, edges: np.ndarray, prices: PriceList, half) -> dict[str, np.ndarray]:
    """What each model costs in each block between edges (n, b), for each quantity with a price.

    The edges are those of its own blocks and others: where models of several memories begin to
    serve at different rows, the costs of a block are split evenly over its rows.
    """
    n = len(one.trained_at)
    place = np.searchsorted(one.edges, edges[:-1], side="right") - 1
    share = np.diff(edges) / np.diff(one.edges)[place]
    charges = prices.charges(cells(one, half))
    paid = {
        name: (price * amount).reshape(n, -1) for name, (price, amount) in charges.items() if price
    }
    return {name: costs[:, place] * share for name, costs in paid.items()}


def training_costs(one: Losses, prices: PriceList) -> dict[str, np.ndarray]:
    """What each training costs (n,), for each quantity with a price.

    Of the first one, as of contenders, the training is free, and its labels and compute are not.
    """
    n = len(one.trained_at)
    later = np.arange(n) > 0
    none = {name: np.zeros((n, *x.shape[3:])) for name, x in one.columns.items()}
    used = {"fits": later, "rows_trained": later * one.trained_on}
    used |= {"labels": ~later * one.trained_on, "fit_cpu_seconds": one.fit_cpu_seconds}
    charges = prices.charges(none | used)
    return {name: price * amount for name, (price, amount) in charges.items() if price}


def cells(one: Losses, half: int | None = None) -> dict[str, np.ndarray]:
    """The columns of losses with an entry for each model and block, (n b,) or (n b, k)."""
    return {
        name: (column[0] + column[1] if half is None else 2 * column[half]).reshape(
            -1, *column.shape[3:]
        )
        for name, column in one.columns.items()
    }


def sum_of(costs: Mapping[str, np.ndarray], quantities, shape: tuple[int, ...]) -> np.ndarray:
    """The sum of the costs of some quantities; 0 of those without a price."""
    return sum((costs[name] for name in quantities if name in costs), np.zeros(shape))
