"""Periods: what it costs to train every so many grid times, whenever the first one is."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.ledgers import Ledger

EVERY, FIVES = 20, 100  # periods are every one up to here, then every fifth; then every 25th


def periods(n: int) -> Iterator[int]:
    """The periods to compare with n training times, in steps of the grid.

    As they get longer, they come in steps of at most 25 %.
    """
    yield from range(1, min(EVERY, n - 1) + 1)
    yield from range(EVERY + 5, min(FIVES, n - 1) + 1, 5)
    yield from range(FIVES + 25, n, 25)


class InForce(NamedTuple):
    """Which models serve under a period, in each of its phases: when the first training is."""

    place: np.ndarray  # (k, b) the training time of the model that serves in each block
    phase: np.ndarray  # (m,) of each training, in order of time
    time: np.ndarray  # (m,) of each training
    before: np.ndarray  # (m,) the time of the training before it in its phase

    @property
    def trainings(self) -> float:
        """How many trainings there are after the warm-up, the mean over the phases."""
        return len(self.time) / len(self.place)


def in_force(ledger: Ledger, m: int, k: int) -> InForce:
    """The models of memory m under period k, whose first training is at time 1, 2, … or k.

    A training that cannot be is skipped, as by policies. With a period as long as the stream, or
    longer, there is none: only the model of the warm-up.
    """
    n, b = ledger.served.shape[1:]
    usable = np.isfinite(ledger.training[m, 1:]) & (k < n)
    times = 1 + np.flatnonzero(usable)
    phases = (times - 1) % k
    place, before = np.zeros((k if k < n else 1, b), int), np.zeros(len(times), int)
    for phase in range(len(place)):
        own = np.flatnonzero(phases == phase)
        served = np.append(0, times[own])
        before[own] = served[:-1]
        starts = ledger.starts[m, served]
        starts = np.minimum.accumulate(starts[::-1])[::-1]  # once a later one serves, none before
        place[phase] = served[np.searchsorted(starts, np.arange(b), side="right") - 1]
    return InForce(place, phases, times, before)


def spent_in(ledger: Ledger, m: int, models: InForce) -> np.ndarray:
    """What a period costs with memory m, in each of its phases and each block (k, b)."""
    found = ledger.served[m][models.place, np.arange(models.place.shape[1])]
    found[:, 0] += ledger.training[0, 0]
    prices = ledger.training[m, models.time]
    if ledger.labels_cost:
        prices = prices + ledger.labels[m, models.before, models.time]
    np.add.at(found, (models.phase, ledger.trains[models.time]), prices)
    return found
