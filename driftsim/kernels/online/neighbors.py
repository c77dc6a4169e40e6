"""Nearest neighbours of our own: by columns scaled by their range, with all ties."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.neighbors import lowest
from driftsim.kernels.online.votes import elected

NO_RANGE = 1e-300  # whose inverse a float still holds


class Rows(NamedTuple):
    """Labelled rows in the first n of so many places, and scratch to search them."""

    X: np.ndarray  # (M, d, places): the search goes along these
    y: np.ndarray  # (M, places)
    weight: np.ndarray  # (M, places)
    start: np.ndarray  # (M, places) 0; infinite where there is no row, and so far from everything
    n: np.ndarray  # (M,) rows
    low: np.ndarray  # (M, d) least value of each column
    high: np.ndarray  # (M, d) greatest
    at_low: np.ndarray  # (M, d) rows that have it
    at_high: np.ndarray  # (M, d)
    scale: np.ndarray  # (M, d) by which differences are multiplied
    sizes: np.ndarray  # (d,) values of each column, 0 if it is numeric
    gaps: np.ndarray  # (d,) whether a cell may be missing
    square: np.ndarray  # (places,) squared distance of each row
    least: np.ndarray  # (groups,) that of each group of places
    group: int  # places in a group
    scaled: bool  # by the range of a column


def rows_of(members, size, schema, scaled):
    """No rows, and room for so many."""
    d = len(schema.names)
    group = 1 << (int(size).bit_length() + 1) // 2  # about the root of the size
    groups = -(-size // group)
    places = groups * group
    sizes = np.array([schema.nominal.get(i, 0) for i in range(d)], np.int64)
    gaps = np.array([i in schema.missing for i in range(d)], np.bool_)
    of_column = members, d
    return Rows(
        X=np.zeros((members, d, places)),
        y=np.zeros((members, places)),
        weight=np.zeros((members, places)),
        start=np.full((members, places), math.inf),
        n=np.zeros(members, np.int64),
        low=np.full(of_column, math.inf),
        high=np.full(of_column, -math.inf),
        at_low=np.zeros(of_column, np.int64),
        at_high=np.zeros(of_column, np.int64),
        scale=np.full(of_column, 0.0 if scaled else 1.0),
        sizes=sizes,
        gaps=gaps,
        square=np.zeros(places),
        least=np.zeros(groups),
        group=group,
        scaled=bool(scaled),
    )


@compiled
def put(s, m, place, x, y, w):
    """Write a row into a place."""
    for i in range(x.size):
        s.X[m, i, place] = x[i]
    s.y[m, place], s.weight[m, place], s.start[m, place] = y, w, 0.0


@compiled
def widen(s, m, x):
    """Have the ranges of numeric columns hold a row that has come."""
    for i in range(x.size):
        if s.sizes[i] > 0 or s.low[m, i] < x[i] < s.high[m, i]:
            continue
        wider = x[i] < s.low[m, i] or x[i] > s.high[m, i]
        if x[i] <= s.low[m, i]:
            s.at_low[m, i] = s.at_low[m, i] + 1 if x[i] == s.low[m, i] else 1
            s.low[m, i] = x[i]
        if x[i] >= s.high[m, i]:
            s.at_high[m, i] = s.at_high[m, i] + 1 if x[i] == s.high[m, i] else 1
            s.high[m, i] = x[i]
        if wider:
            set_scale(s, m, i)


@compiled
def narrow(s, m, x):
    """Compute the ranges again in which a row that has left was the only least, or greatest."""
    for i in range(x.size):
        if s.sizes[i] > 0 or s.low[m, i] < x[i] < s.high[m, i]:
            continue
        s.at_low[m, i] -= x[i] == s.low[m, i]
        s.at_high[m, i] -= x[i] == s.high[m, i]
        if s.at_low[m, i] == 0 or s.at_high[m, i] == 0:
            find_range(s, m, i)


@compiled
def find_range(s, m, i):
    low, high, at_low, at_high = math.inf, -math.inf, 0, 0
    for place in range(s.n[m]):
        value = s.X[m, i, place]
        low = value if value < low else low
        high = value if value > high else high
    for place in range(s.n[m]):
        at_low += s.X[m, i, place] == low
        at_high += s.X[m, i, place] == high
    s.low[m, i], s.high[m, i], s.at_low[m, i], s.at_high[m, i] = low, high, at_low, at_high
    set_scale(s, m, i)


@compiled
def set_scale(s, m, i):
    if s.scaled:
        extent = s.high[m, i] - s.low[m, i]
        s.scale[m, i] = 1.0 / extent if extent > NO_RANGE else 0.0


@compiled
def clear(s, m):
    s.start[m] = math.inf
    s.n[m] = 0
    s.low[m] = math.inf
    s.high[m] = -math.inf
    s.at_low[m] = 0
    s.at_high[m] = 0
    s.scale[m] = 0.0 if s.scaled else 1.0


@compiled
def measure(s, m, x):
    """Fill in the squared distances of all rows, and the least of each group of those in use.

    Goes column by column, so that the inner loops run over several rows at once.
    """
    groups = (s.n[m] + s.group - 1) // s.group
    for place in range(groups * s.group):
        s.square[place] = s.start[m, place]
    for i in range(x.size):
        if s.gaps[i]:
            measure_with_gaps(s, m, i, x[i])
        elif s.sizes[i] > 0:
            for place in range(groups * s.group):
                s.square[place] += 1.0 if x[i] != s.X[m, i, place] else 0.0
        else:
            scale = s.scale[m, i]
            for place in range(groups * s.group):
                difference = (x[i] - s.X[m, i, place]) * scale
                s.square[place] += difference * difference
    for g in range(groups):
        s.least[g] = lowest(s.square[g * s.group : (g + 1) * s.group])
    return groups


@compiled
def measure_with_gaps(s, m, i, value):
    """Add the squared differences in a column in which cells may be missing.

    A missing cell differs as much as any value within the range may; from another, by the range.
    """
    nominal, known = s.sizes[i] > 0, not math.isnan(value)
    extent = max(s.high[m, i] - s.low[m, i], 0.0)
    whole = 1.0 if s.scaled or nominal else extent
    for place in range(s.n[m]):
        other, difference = s.X[m, i, place], whole
        if known and not math.isnan(other):
            unequal = 1.0 if value != other else 0.0
            difference = unequal if nominal else (value - other) * s.scale[m, i]
        elif extent > 0.0 and not (nominal or (not known and math.isnan(other))):
            position = ((value if known else other) - s.low[m, i]) * s.scale[m, i]
            difference = max(position, whole - position)
        s.square[place] += difference * difference


@compiled
def take_nearest(s, m, groups, p):
    """Add the weights of the nearest rows left, all as near, to p by class; how many there are.

    They are then taken: `s.square` and `s.least` hold infinity where nothing is left.
    """
    near, n = lowest(s.least[:groups]), 0
    if near == math.inf:
        return 0
    for g in range(groups):
        if s.least[g] == near:
            for place in range(g * s.group, (g + 1) * s.group):
                if s.square[place] == near:
                    p[int(s.y[m, place])] += s.weight[m, place]
                    s.square[place] = math.inf
                    n += 1
            s.least[g] = lowest(s.square[g * s.group : (g + 1) * s.group])
    return n


@compiled
def vote(s, m, x, n_neighbors, p):
    """Fill p with the shares of the nearest rows and those as near as the last; the first most."""
    for c in range(p.size):
        p[c] = 0.0
    if s.n[m] == 0:
        return -1.0
    groups, n, more = measure(s, m, x), 0, 1
    while n < n_neighbors and more > 0:
        more = take_nearest(s, m, groups, p)
        n += more
    return elected(p)


class Knn(NamedTuple):
    """The vote of the nearest of the last rows."""

    rows: Rows
    oldest: np.ndarray  # (M,) place of the oldest row, or else the first without one
    leaving: np.ndarray  # (d,) scratch: a row that leaves
    n_neighbors: int
    window_size: int


def knn(members, schema, n_neighbors, window_size, scaled):
    """Nearest neighbour classifiers that have learned nothing."""
    rows = rows_of(members, window_size, schema, scaled)
    leaving = np.zeros(len(schema.names))
    return Knn(rows, np.zeros(members, np.int64), leaving, int(n_neighbors), int(window_size))


@compiled
def knn_predict(s, m, x, p):
    return vote(s.rows, m, x, s.n_neighbors, p)


@compiled
def knn_learn(s, m, x, y, w, fresh):
    rows, place = s.rows, s.oldest[m]
    full = rows.n[m] == s.window_size
    for i in range(x.size):
        s.leaving[i] = rows.X[m, i, place]
    put(rows, m, place, x, y, w)
    widen(rows, m, x)
    if full:
        narrow(rows, m, s.leaving)
    else:
        rows.n[m] += 1
    s.oldest[m] = place + 1 if place + 1 < s.window_size else 0


@compiled
def knn_reset(s, m):
    clear(s.rows, m)
    s.oldest[m] = 0


register_model(Knn, predict=knn_predict, learn=knn_learn, reset=knn_reset)
