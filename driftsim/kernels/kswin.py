"""KSWIN (Raab et al. 2020): the latest errors are distributed unlike those before them."""

from bisect import bisect_left
from math import comb
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, register_detector
from driftsim.kernels.loop import compiled
from driftsim.kernels.mersenne_twister import random_state, sample

LEAST_DISTANCE = 0.1  # between two distributions, beyond which it fires


class Kswin(NamedTuple):
    """Sliding windows; at every error, a sample of the older errors is compared with the latest."""

    windows: np.ndarray  # (M,) of WINDOW
    errors: np.ndarray  # (M, window_size) each a circular buffer
    order: np.ndarray  # (M, window_size) the places of the errors, from the least to the largest
    random_states: np.ndarray  # (M, 625)
    initial: np.ndarray  # (625,) random state of a new member
    counts: np.ndarray  # (window_size,) scratch: of each place in the latest less in the sample
    sampled: np.ndarray  # (stat_size,) scratch: the sample
    pool: np.ndarray  # (window_size - stat_size,) scratch of the sampling
    least: int  # distance, in stat_size-ths, at which it fires


WINDOW = np.dtype([("n", np.int64), ("oldest", np.int64)])  # errors in it; the place of the oldest


def kswin(members, alpha=0.005, window_size=100, stat_size=30, seed=0) -> Kswin:
    """Detectors that have seen no errors, all with the same random numbers to come."""
    random = random_state(seed)
    return Kswin(
        np.zeros(members, WINDOW),
        np.zeros((members, window_size)),
        np.zeros((members, window_size), np.int64),
        np.tile(random, (members, 1)),
        random,
        np.zeros(window_size, np.int64),
        np.zeros(stat_size, np.int64),
        np.zeros(window_size - stat_size, np.int64),
        critical_distance(alpha, stat_size),
    )


def critical_distance(alpha, n):
    """The distance of two samples of n, in n-ths, that is significant; n + 1 where none is."""

    def significant(distance):
        return distance / n > LEAST_DISTANCE and p_value(n, distance) <= alpha

    return bisect_left(range(n + 1), True, key=significant)


def p_value(n, distance):
    """The probability that two samples of n from one continuous distribution are so far apart.

    The exact one of the two-sample Kolmogorov-Smirnov test (Gnedenko & Korolyuk 1951).
    """
    if distance == 0:
        return 1.0
    terms = (comb(2 * n, n + i) for i in range(distance, n + 1, distance))
    ways = sum(term if i % 2 == 0 else -term for i, term in enumerate(terms))
    return 2 * ways / comb(2 * n, n)


@compiled
def kswin_update(s, m, error):
    window, size = s.windows[m], s.order.shape[1]
    if window.n < size:
        window.n += 1
        _place(s, m, window.n - 1, window.n - 1, error)
    else:
        rank = 0
        while s.order[m, rank] != window.oldest:
            rank += 1
        _place(s, m, rank, window.oldest, error)
        window.oldest = window.oldest + 1 if window.oldest + 1 < size else 0
    return ALARM if window.n == size and _distance(s, m) >= s.least else STABLE


@compiled
def _place(s, m, rank, place, error):
    """Put an error at a place whose rank is free, and move it to its rank."""
    errors, order, n = s.errors[m], s.order[m], s.windows[m].n
    errors[place] = error
    while rank > 0 and errors[order[rank - 1]] > error:
        order[rank] = order[rank - 1]
        rank -= 1
    while rank + 1 < n and errors[order[rank + 1]] < error:
        order[rank] = order[rank + 1]
        rank += 1
    order[rank] = place


@compiled
def _distance(s, m):
    """The Kolmogorov-Smirnov distance of the latest errors and a sample of the others, times n."""
    size, earlier, oldest = s.counts.size, s.pool.size, s.windows[m].oldest
    sample(s.random_states[m], earlier, s.sampled, s.pool)
    for age in range(size):
        s.counts[_wrapped(oldest + age, size)] = 1 if age >= earlier else 0
    for age in s.sampled:
        s.counts[_wrapped(oldest + age, size)] = -1
    lead, most = 0, 0
    for rank in range(size):
        place = s.order[m, rank]
        lead += s.counts[place]
        if rank + 1 == size or s.errors[m, s.order[m, rank + 1]] != s.errors[m, place]:
            most = max(most, abs(lead))
    return most


@compiled
def _wrapped(place, size):
    return place if place < size else place - size


@compiled
def kswin_reset(s, m):
    window = s.windows[m]
    window.n = window.oldest = 0
    for i in range(s.initial.size):
        s.random_states[m, i] = s.initial[i]


register_detector(Kswin, update=kswin_update, reset=kswin_reset)
