"""Schedules: when to train and on which memory, what that costs, and the cheapest way."""

from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.ledgers import Ledger


class Schedule(NamedTuple):
    """Trainings in order: their times and their memories, the first (0, 0) for the warm-up."""

    times: np.ndarray  # (k,) which of the training times
    memories: np.ndarray  # (k,) which of the memories

    @property
    def trainings(self) -> int:
        """How many trainings there are after the warm-up."""
        return len(self.times) - 1


class Cheapest(NamedTuple):
    """The schedule that costs least, and what it costs."""

    schedule: Schedule
    cost: float
    one_memory: bool  # only schedules that keep to one memory were compared


def cheapest(ledger: Ledger) -> Cheapest:
    """The cheapest of all schedules, by the shortest path through the training times.

    V(j) = min_i V(i) + min_m [training(m, i) + what (m, i) costs until j serves], as in the
    Oracle of Cara (Mahadevan & Mathioudakis 2024). With a price of labels it is exact for one
    memory; of several, whose labels overlap, the cheapest that keeps to one memory is given. So it
    is where models of several memories do not begin to serve at the same rows.
    """
    memories = range(len(ledger.served))
    if ledger.mixes or len(memories) == 1:
        return shortest(ledger)
    every = [shortest(ledger.of_memory(m)) for m in memories]
    best = int(np.argmin([one.cost for one in every]))
    times, found = every[best].schedule
    found = np.where(np.arange(len(times)) > 0, best, 0)
    return Cheapest(Schedule(times, found), every[best].cost, True)


def shortest(ledger: Ledger) -> Cheapest:
    """The shortest path through the training times, where a memory's labels are its own."""
    costs, memories = edges(ledger)
    n = len(costs)
    least, before = np.full(n + 1, np.inf), np.zeros(n + 1, int)
    least[0] = 0
    for j in range(1, n + 1):
        ways = least[:j] + costs[:j, j]
        before[j] = np.argmin(ways)  # of equal ones that with the longest service
        least[j] = ways[before[j]]
    stops = [n]
    while stops[-1]:
        stops.append(int(before[stops[-1]]))
    times = np.array(stops[:0:-1])
    return Cheapest(Schedule(times, memories[times, stops[-2::-1]]), float(least[n]), False)


def least_costs(ledger: Ledger, dearer: np.ndarray) -> np.ndarray:
    """What the cheapest schedule costs (p,) if each training costs more by an amount (p,)."""
    if not ledger.mixes and len(ledger.served) > 1:
        alone = (ledger.of_memory(m) for m in range(len(ledger.served)))
        return np.min([least_costs(one, dearer) for one in alone], axis=0)
    costs, _ = edges(ledger)
    n = len(costs)
    more = np.outer(np.arange(n) > 0, dearer)
    least = np.zeros((n + 1, len(dearer)))
    for j in range(1, n + 1):
        least[j] = np.min(least[:j] + more[:j] + costs[:j, j, None], axis=0)
    return least[n]


def edges(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """What it costs (n, n + 1) to train at i and serve until j serves, and by which memory.

    The last column is service until the end. Infinite where i is not before j, or j would serve
    before i.
    """
    served, training, labels, (starts, *_), *_ = ledger
    n, b = len(starts), served.shape[2]
    sums = np.concatenate([np.zeros_like(served[:, :, :1]), np.cumsum(served, axis=2)], axis=2)
    ends = np.append(starts, b)
    costs = sums[:, :, ends] - np.take_along_axis(sums, starts[None, :, None], axis=2)
    costs += training[:, :, None]
    if ledger.labels_cost:
        costs[:, :, :n] += labels
    costs[:, (np.arange(n)[:, None] >= np.arange(n + 1)) | (starts[:, None] > ends)] = np.inf
    costs[1:, 0] = np.inf
    memories = np.argmin(costs, axis=0)
    return np.take_along_axis(costs, memories[None], axis=0)[0], memories


def spent(ledger: Ledger, schedule: Schedule) -> np.ndarray:
    """What a schedule costs in each block (b,); a training all at once, in the block it is in."""
    times, memories = schedule
    b = ledger.served.shape[2]
    place = np.searchsorted(ledger.starts[memories, times], np.arange(b), side="right") - 1
    found = ledger.served[memories[place], times[place], np.arange(b)]
    prices = ledger.training[memories, times]
    if ledger.labels_cost:
        prices = prices + np.append(0, ledger.labels[memories[1:], times[:-1], times[1:]])
    return found + np.bincount(ledger.trains[times], prices, minlength=b)
