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
    """Which models serve under a period, for each of its phases: when the first training is."""

    place: np.ndarray  # (k, b) the training time of the model that serves in each block
    phase: np.ndarray  # (m,) of each training, in order of time
    time: np.ndarray  # (m,) of each training
    before: np.ndarray  # (m,) the time of the training before it in its phase


def in_force(usable: np.ndarray, starts: np.ndarray, b: int, k: int) -> InForce:
    """The models under period k, whose first training is at time 1, 2, … or k.

    A training that cannot be (`usable` (n,) is false) is skipped, as by policies.
    """
    n = len(usable)
    times = np.arange(1, n)
    times = times[usable[1:]]
    phases = (times - 1) % k
    place, before = np.zeros((k, b), int), np.zeros(len(times), int)
    for phase in range(k):
        own = np.flatnonzero(phases == phase)
        served = np.append(0, times[own])
        before[own] = served[:-1]
        place[phase] = served[np.searchsorted(starts[served], np.arange(b), side="right") - 1]
    return InForce(place, phases, times, before)


def period_costs(ledger: Ledger, m: int, k: int) -> np.ndarray:
    """What a period of k steps costs with memory m, in each phase and block (k, b)."""
    served, training = ledger.served[m], ledger.training[m]
    b = served.shape[1]
    one = in_force(np.isfinite(training), ledger.starts, b, k)
    found = served[one.place, np.arange(b)]
    found[:, 0] += ledger.training[0, 0]
    prices = training[one.time]
    if ledger.labels_cost:
        prices = prices + ledger.labels[m, one.before, one.time]
    np.add.at(found, (one.phase, ledger.trains[one.time]), prices)
    return found


def trainings(ledger: Ledger, m: int, k: int) -> float:
    """How many trainings a period has after the warm-up, the mean over its phases."""
    return float(np.isfinite(ledger.training[m, 1:]).sum() / k)
