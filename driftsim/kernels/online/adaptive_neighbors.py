"""Nearest neighbours in a probabilistic window: rows leave at random, and the older at a drift."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import Adwin, adwin, adwin_reset, adwin_update
from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.online.neighbors import (
    Rows,
    clear,
    find_range,
    narrow,
    put,
    rows_of,
    vote,
    widen,
)
from driftsim.kernels.online.random_numbers import random_states, uniform


class AdaptiveKnn(NamedTuple):
    """The vote of the nearest of rows that stay for a random time."""

    rows: Rows
    born: np.ndarray  # (M, places) how many rows had been learned when each came
    learned: np.ndarray  # (M,) rows
    windows: Adwin  # of errors
    passed: np.ndarray  # (M,) rows that stay before the next one that leaves; -1: not drawn yet
    label: np.ndarray  # (M,) predicted last
    generators: np.ndarray  # (M,)
    leaving: np.ndarray  # (d,) scratch
    share: np.ndarray  # (k,) scratch
    n_neighbors: int
    size: int  # most rows
    rate: float  # log of the share of rows that stay at each row learned


def adaptive_knn(members, schema, n_neighbors, window_size, delta, scaled, seed):
    """Nearest neighbours in windows without rows.

    A window holds window_size / log(2) rows on average, and the standard deviation is below the
    root of window_size; there is room for far more.
    """
    size = 2 * window_size + 32
    rows = rows_of(members, size, schema, scaled)
    return AdaptiveKnn(
        rows=rows,
        born=np.zeros(rows.y.shape),
        learned=np.zeros(members),
        windows=adwin(members, delta),
        passed=np.full(members, -1, np.int64),
        label=np.zeros(members),
        generators=random_states(seed, members),
        leaving=np.zeros(len(schema.names)),
        share=np.zeros(schema.n_classes),
        n_neighbors=int(n_neighbors),
        size=int(size),
        rate=-math.log(2.0) / window_size,
    )


@compiled
def adaptive_predict(s, m, x, p):
    s.label[m] = vote(s.rows, m, x, s.n_neighbors, p)
    return s.label[m]


@compiled
def adaptive_learn(s, m, x, y, w, fresh):
    rows = s.rows
    label = s.label[m] if fresh else vote(rows, m, x, s.n_neighbors, s.share)
    thin(s, m)
    if adwin_update(s.windows, m, 0.0 if max(label, 0.0) == y else 1.0):
        s.windows.windows[m].drift = False  # what is left of the window stays in it
        drop_older(s, m, s.learned[m] + 1.0 - s.windows.windows[m].width)
    if rows.n[m] == s.size:
        remove(s, m, oldest(s, m))
        narrow(rows, m, s.leaving)
    place = rows.n[m]
    put(rows, m, place, x, y, w)
    s.born[m, place] = s.learned[m]
    rows.n[m] += 1
    widen(rows, m, x)
    s.learned[m] += 1.0


@compiled
def thin(s, m):
    """Have each row leave with the same chance; drawn is how many stay before the next to leave."""
    place = s.passed[m] if s.passed[m] >= 0 else staying(s, m)
    while place < s.rows.n[m]:
        remove(s, m, place)  # the last row takes its place, and is looked at next
        narrow(s.rows, m, s.leaving)
        place += staying(s, m)
    s.passed[m] = place - s.rows.n[m]


@compiled
def staying(s, m):
    """How many rows stay before the next that leaves: a geometric number."""
    return int(math.log(1.0 - uniform(s.generators, m)) / s.rate)


@compiled
def remove(s, m, place):
    """Take a row out, into `leaving`; the last one takes its place."""
    rows = s.rows
    last = rows.n[m] - 1
    for i in range(s.leaving.size):
        s.leaving[i] = rows.X[m, i, place]
        rows.X[m, i, place] = rows.X[m, i, last]
    rows.y[m, place], rows.weight[m, place] = rows.y[m, last], rows.weight[m, last]
    s.born[m, place] = s.born[m, last]
    rows.start[m, last] = math.inf
    rows.n[m] = last


@compiled
def drop_older(s, m, since):
    """Take out all rows that had come before."""
    place = 0
    while place < s.rows.n[m]:
        if s.born[m, place] < since:
            remove(s, m, place)
        else:
            place += 1
    for i in range(s.leaving.size):
        find_range(s.rows, m, i)


@compiled
def oldest(s, m):
    which = 0
    for place in range(s.rows.n[m]):
        if s.born[m, place] < s.born[m, which]:
            which = place
    return which


@compiled
def adaptive_reset(s, m):
    clear(s.rows, m)
    adwin_reset(s.windows, m)
    s.learned[m] = 0.0
    s.passed[m] = -1


register_model(AdaptiveKnn, predict=adaptive_predict, learn=adaptive_learn, reset=adaptive_reset)
