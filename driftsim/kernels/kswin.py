"""KSWIN (Raab et al. 2020): the latest errors are distributed otherwise than those before."""

from bisect import bisect_left
from math import comb
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, SILENCE, hears
from driftsim.kernels.loop import compiled
from driftsim.kernels.twister import sample, twister

LEAST_DISTANCE = 0.1  # of two distributions, at which it rings


class Kswin(NamedTuple):
    """Sliding windows, whose errors after the latest are sampled at every error."""

    windows: np.ndarray  # (M,) of WINDOW
    errors: np.ndarray  # (M, window_size) each a ring, from the oldest to the newest
    order: np.ndarray  # (M, window_size) the places of the errors, from the least to the largest
    twisters: np.ndarray  # (M, 625)
    seed: np.ndarray  # (625,) a twister before its first draw
    counts: np.ndarray  # (window_size,) scratch: of each place in the latest less in the sample
    chosen: np.ndarray  # (stat_size,) scratch: the sample
    pool: np.ndarray  # (window_size - stat_size,) scratch: what it is drawn from
    least: int  # of the stat_size errors that both distributions lie apart in, where it rings


WINDOW = np.dtype([("n", np.int64), ("oldest", np.int64)])  # errors in it; the place of the oldest


def kswin(members, alpha=0.005, window_size=100, stat_size=30, seed=0) -> Kswin:
    """Detectors that have heard nothing, all with the same random numbers to come."""
    random = twister(seed)
    return Kswin(
        np.zeros(members, WINDOW),
        np.zeros((members, window_size)),
        np.zeros((members, window_size), np.int64),
        np.tile(random, (members, 1)),
        random,
        np.zeros(window_size, np.int64),
        np.zeros(stat_size, np.int64),
        np.zeros(window_size - stat_size, np.int64),
        least_apart(alpha, stat_size),
    )


def least_apart(alpha, n):
    """How far apart two samples of n must lie, in n-ths, to be different; n + 1 is never."""

    def differ(apart):
        return apart / n > LEAST_DISTANCE and chance(n, apart) <= alpha

    return bisect_left(range(n + 1), True, key=differ)


def chance(n, apart):
    """The probability that two samples of n from one continuous distribution lie so far apart.

    The exact one of the two-sample Kolmogorov-Smirnov test (Gnedenko & Korolyuk 1951).
    """
    if apart == 0:
        return 1.0
    terms = (comb(2 * n, n + i) for i in range(apart, n + 1, apart))
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
    return ALARM if window.n == size and _apart(s, m) >= s.least else SILENCE


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
def _apart(s, m):
    """How far apart the latest errors and a sample of those before lie at most, of stat_size."""
    size, earlier, oldest = s.counts.size, s.pool.size, s.windows[m].oldest
    sample(s.twisters[m], earlier, s.chosen, s.pool)
    for age in range(size):
        s.counts[_wrapped(oldest + age, size)] = 1 if age >= earlier else 0
    for age in s.chosen:
        s.counts[_wrapped(oldest + age, size)] = -1
    ahead, most = 0, 0
    for rank in range(size):
        place = s.order[m, rank]
        ahead += s.counts[place]
        if rank + 1 == size or s.errors[m, s.order[m, rank + 1]] != s.errors[m, place]:
            most = max(most, abs(ahead))
    return most


@compiled
def _wrapped(place, size):
    return place if place < size else place - size


@compiled
def kswin_reset(s, m):
    window = s.windows[m]
    window.n = window.oldest = 0
    for i in range(s.seed.size):
        s.twisters[m, i] = s.seed[i]


hears(Kswin, update=kswin_update, reset=kswin_reset)
