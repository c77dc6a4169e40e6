"""Rising: a detector of any kind, of whose alarms those count before which errors have risen."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, register_detector, update
from driftsim.kernels.loop import compiled, reset


class Rising(NamedTuple):
    """Detectors, and the errors that each has been given last."""

    detector: tuple  # the state of them
    held: np.ndarray  # (M,) of HELD
    latest: np.ndarray  # (M, compared) errors, each a circular buffer


HELD = np.dtype([("n", np.int64), ("next", np.int64)])  # errors; the place of the next


def rising(detector, members, compared) -> Rising:
    """Detectors that have seen no errors."""
    return Rising(detector, np.zeros(members, HELD), np.zeros((members, compared)))


@compiled
def rising_update(s, m, error):
    held, latest = s.held[m], s.latest[m]
    latest[held.next] = error
    held.next = held.next + 1 if held.next + 1 < latest.size else 0
    held.n = min(held.n + 1, latest.size)
    level = update(s.detector, m, error)
    if level != ALARM or _rises(s, m):
        return level
    rising_reset(s, m)
    return STABLE


@compiled
def _rises(s, m):
    """Whether the mean is higher after the likeliest change, by the cumulative sums.

    As adaptation/error_monitor.py has it.
    """
    held, latest = s.held[m], s.latest[m]
    n, first = held.n, held.next if held.n == latest.size else 0
    mean = 0.0
    for i in range(n):
        mean += latest[i] / n
    beyond = most = 0.0
    found = -1.0  # so that one error counts as a rise
    for k in range(1, n):
        place = first + k - 1
        beyond += latest[place if place < latest.size else place - latest.size] - mean
        distance = abs(beyond) / math.sqrt(k * (n - k))
        if distance > most:
            most, found = distance, beyond
    return found < 0.0


@compiled
def rising_reset(s, m):
    reset(s.detector, m)
    s.held[m].n = s.held[m].next = 0


register_detector(Rising, update=rising_update, reset=rising_reset)
