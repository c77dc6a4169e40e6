"""Naive Bayes: normal distributions of numbers, shares of nominal values, in each class."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model

COLUMN = np.dtype(
    [
        ("weight", np.float64),  # of the rows with a value
        ("mean", np.float64),
        ("scatter", np.float64),  # the sum of the squared distances from the mean
        ("factor", np.float64),  # numeric: 1 / variance, or 0; nominal: 1 / (weight + values)
    ]
)
TURN = 0.5 / math.pi
LEAST = 1e-150  # scatter that is none
NUMBER, MISSING = -1, -2
LOW, HIGH = 1e-100, 1e100  # bounds of a product that goes on without a log


class NaiveBayes(NamedTuple):
    """What each class has had in each column."""

    n: np.ndarray  # (M, k) weight of the rows of each class
    columns: np.ndarray  # (M, k, d) of COLUMN
    counts: np.ndarray  # (M, k, values of all nominal columns) weight of each value, and 1
    sizes: np.ndarray  # (d,) values of each column, 0 if it is numeric
    first: np.ndarray  # (d,) where its counts begin
    place: np.ndarray  # (d,) scratch: where the count of a row's value is, NUMBER or MISSING


def naive_bayes(members, d, k, nominal):
    """Naive Bayes classifiers that have learned nothing; `nominal` as a schema has it."""
    sizes = np.array([nominal.get(i, 0) for i in range(d)], np.int64)
    counts = np.ones((members, k, max(1, sizes.sum())))
    columns = np.zeros((members, k, d), COLUMN)
    first, place = np.cumsum(sizes) - sizes, np.zeros(d, np.int64)
    return NaiveBayes(np.zeros((members, k)), columns, counts, sizes, first, place)


@compiled
def find_places(s, x):
    """Fill `place`, once for all classes: to do so for each takes 2.5 times as long over LED."""
    for i in range(x.size):
        if math.isnan(x[i]):
            s.place[i] = MISSING
        else:
            s.place[i] = s.first[i] + int(x[i]) if s.sizes[i] > 0 else NUMBER


@compiled
def log_joint(s, m, c, x):
    """Log of the weight of class c times the density of x in it; -inf where that is 0.

    One log of a product of all factors; the exponents of the normal densities are added up.
    """
    log, exponent, shares, squares = 0.0, 0.0, s.n[m, c], 1.0
    for i in range(x.size):
        place, one = s.place[i], s.columns[m, c, i]
        if place >= 0:
            shares *= s.counts[m, c, place] * one.factor
            if shares < LOW:
                log, shares = log + math.log(shares), 1.0
        elif place == MISSING:
            continue
        elif one.factor > 0.0:
            difference = x[i] - one.mean
            exponent += difference * difference * one.factor
            squares *= TURN * one.factor
            if not LOW < squares < HIGH:
                log, squares = log + 0.5 * math.log(squares), 1.0
        elif x[i] != one.mean or one.weight == 0.0:
            return -math.inf
    return log + math.log(shares) + 0.5 * (math.log(squares) - exponent)


@compiled
def bayes_predict(s, m, x, p):
    highest, label = -math.inf, -1
    find_places(s, x)
    for c in range(p.size):
        p[c] = log_joint(s, m, c, x) if s.n[m, c] > 0.0 else -math.inf
        if p[c] > highest:
            highest, label = p[c], c
    total = 0.0
    for c in range(p.size):
        p[c] = math.exp(p[c] - highest) if p[c] > -math.inf else 0.0
        total += p[c]
    for c in range(p.size):
        p[c] /= total if label >= 0 else 1.0
    return float(label)


@compiled
def bayes_learn(s, m, x, y, w, fresh):
    if w == 0.0:  # old labels of a memory that fades
        return
    c = int(y)
    s.n[m, c] += w
    for i in range(x.size):
        if math.isnan(x[i]):
            continue
        one = s.columns[m, c, i]
        one.weight += w
        if s.sizes[i] > 0:
            s.counts[m, c, s.first[i] + int(x[i])] += w
            one.factor = 1.0 / (one.weight + s.sizes[i])
            continue
        difference = x[i] - one.mean
        one.mean += w / one.weight * difference
        one.scatter += w * difference * (x[i] - one.mean)
        spread = one.weight > 1.0 and one.scatter > LEAST
        one.factor = (one.weight - 1.0) / one.scatter if spread else 0.0


@compiled
def bayes_reset(s, m):
    s.n[m] = 0.0
    s.counts[m] = 1.0
    for c in range(s.n.shape[1]):
        for i in range(s.sizes.size):
            one = s.columns[m, c, i]
            one.weight = one.mean = one.scatter = one.factor = 0.0


register_model(NaiveBayes, predict=bayes_predict, learn=bayes_learn, reset=bayes_reset)
