"""Naive Bayes: normal distributions of numbers, shares of nominal values, in each class."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model

COLUMN = np.dtype(
    [
        ("weight", np.float64),  # of the rows with a value, where some have none
        ("mean", np.float64),  # nominal: 0; of as many values as were seen, minus these, or NONE
        ("scatter", np.float64),  # the sum of the squared distances from the mean
        ("precision", np.float64),  # 1 / (2 variance); 0: a nominal column, or one without spread
    ]
)
TURN = 1.0 / math.pi
LEAST = 1e-150  # scatter that is none
NUMBER, MISSING = -1, -2
NONE = -0.5  # values seen so far
LOW, HIGH = 1e-100, 1e100  # bounds of a product that goes on without a log


class NaiveBayes(NamedTuple):
    """What each class has had in each column."""

    n: np.ndarray  # (M, k) weight of the rows of each class
    base: np.ndarray  # (M, k) log of that, and of all that is multiplied whatever the row
    columns: np.ndarray  # (M, k, d) of COLUMN
    counts: np.ndarray  # (M, values of all nominal columns, k) weight of each value, and 1
    sizes: np.ndarray  # (d,) values of each column, 0 if it is numeric
    first: np.ndarray  # (d,) where its counts begin
    place: np.ndarray  # (d,) scratch: where the count of a row's value is, NUMBER or MISSING
    shares: np.ndarray  # (k,) scratch
    numbers: np.ndarray  # the numeric columns, unsigned: no look for negative ones
    numeric: bool  # all columns are
    gaps: bool  # cells may be missing


def naive_bayes(members, d, k, nominal, gaps, seen=False):
    """Naive Bayes classifiers that have learned nothing; `nominal` as a schema has it.

    One is added for each value of a nominal column; with `seen` up to the highest that the class
    has had.
    """
    sizes = np.array([nominal.get(i, 0) for i in range(d)], np.int64)
    columns = np.zeros((members, k, d), COLUMN)
    columns["mean"][..., (sizes > 0) & seen] = NONE
    return NaiveBayes(
        n=np.zeros((members, k)),
        base=np.full((members, k), -np.inf),
        columns=columns,
        counts=np.ones((members, max(1, sizes.sum()), k)),
        sizes=sizes,
        first=np.cumsum(sizes) - sizes,
        place=np.full(d, NUMBER),
        shares=np.zeros(k),
        numbers=np.flatnonzero(sizes == 0).astype(np.uint64),
        numeric=not sizes.any(),
        gaps=bool(gaps),
    )


@compiled
def find_places(s, x):
    """Fill `place`, once for all classes: to do so for each takes 2.5 times as long over LED."""
    for i in range(x.size):
        if math.isnan(x[i]):
            s.place[i] = MISSING
        else:
            s.place[i] = s.first[i] + int(x[i]) if s.sizes[i] > 0 else NUMBER


@compiled
def bayes_predict(s, m, x, p):
    return bayes_answer(s, m, x, p, True)


@compiled
def bayes_answer(s, m, x, p, probable):
    if s.gaps or not s.numeric:
        find_places(s, x)
    for c in range(p.size):
        p[c] = s.base[m, c] - distance(s, m, c, x)
    if not s.numeric:
        add_shares(s, m, p)
    if s.gaps:
        leave_out(s, m, p)
    highest, label = -math.inf, -1
    for c in range(p.size):
        if p[c] > highest:
            highest, label = p[c], c
    if probable:
        normalize(p, highest)
    return float(label)


@compiled
def distance(s, m, c, x):
    """The exponents of the normal densities of a row's numbers in a class, added up."""
    total = 0.0
    for i in s.numbers:
        if s.gaps and s.place[i] == MISSING:
            continue
        one = s.columns[m, c, i]
        difference = x[i] - one.mean
        if one.precision > 0.0:
            total += difference * difference * one.precision
        elif difference != 0.0:
            total = math.inf
    return total


@compiled
def add_shares(s, m, p):
    """Add the logs of a row's counts, all at least 1: one log of as many as a product can hold."""
    most = product = 1.0
    for c in range(p.size):
        s.shares[c] = 1.0
        most += s.n[m, c]
    for i in range(s.place.size):
        if s.place[i] >= 0:
            product *= most
            if product > HIGH:
                add_logs(s, p)
                product = most
            counts = s.counts[m, s.place[i]]
            for c in range(p.size):
                s.shares[c] *= counts[c]
    add_logs(s, p)


@compiled
def add_logs(s, p):
    for c in range(p.size):
        p[c] += math.log(s.shares[c])
        s.shares[c] = 1.0


@compiled
def leave_out(s, m, p):
    """Take out what missing cells have in `base`; no class has a value of a column without any."""
    cells = 0
    for i in range(s.place.size):
        cells += s.place[i] != MISSING
    if cells == 0:
        for c in range(p.size):  # exactly: of equals the first class is meant
            p[c] = math.log(s.n[m, c]) if s.n[m, c] > 0.0 else -math.inf
        return
    for i in range(s.place.size):
        for c in range(p.size):
            one = s.columns[m, c, i]
            if s.place[i] != MISSING:
                p[c] = p[c] if one.weight > 0.0 else -math.inf
            elif one.precision > 0.0:
                p[c] -= 0.5 * math.log(TURN * one.precision)
            elif s.sizes[i] > 0 and one.weight > 0.0:
                p[c] += math.log(one.weight + values_of(s, one, i))


@compiled
def normalize(p, highest):
    """Make logs of scores probabilities."""
    total = 0.0
    for c in range(p.size):
        p[c] = math.exp(p[c] - highest) if p[c] > -math.inf else 0.0
        total += p[c]
    for c in range(p.size):
        p[c] /= total if total > 0.0 else 1.0


@compiled
def bayes_learn(s, m, x, y, w, fresh):
    if w == 0.0:  # old labels of a memory that fades
        return
    c = int(y)
    s.n[m, c] += w
    weight = s.n[m, c]
    share, log, squares, whole = w / weight, 0.0, weight * weight, 1.0
    for i in range(x.size):
        one, there = s.columns[m, c, i], True
        if s.gaps:
            there = not math.isnan(x[i])
            one.weight += w if there else 0.0
            weight = one.weight
            share = w / weight
        if s.sizes[i] > 0:
            if there:
                s.counts[m, s.first[i] + int(x[i]), c] += w
                if one.mean < 0.0 and one.mean > -1.0 - int(x[i]):
                    one.mean = -1.0 - int(x[i])
            whole *= weight + values_of(s, one, i) if weight > 0.0 else 1.0
        else:
            if there:
                add_number(one, x[i], w, weight, share)
            squares *= TURN * one.precision if one.precision > 0.0 else 1.0
        if not (LOW < squares < HIGH and whole < HIGH):
            log, squares, whole = log + 0.5 * math.log(squares) - math.log(whole), 1.0, 1.0
    s.base[m, c] = log + 0.5 * math.log(squares) - (0.0 if s.numeric else math.log(whole))


@compiled
def values_of(s, one, i):
    """How many values of a nominal column are counted once more than they were seen."""
    return float(s.sizes[i]) if one.mean == 0.0 else math.floor(-one.mean)


@compiled
def add_number(one, value, w, weight, share):
    """Add a number of weight w, a share of all the weight now."""
    difference = value - one.mean
    one.mean += share * difference
    one.scatter += w * difference * (value - one.mean)
    spread = weight > 1.0 and one.scatter > LEAST
    one.precision = 0.5 * (weight - 1.0) / one.scatter if spread else 0.0


@compiled
def bayes_reset(s, m):
    s.n[m] = 0.0
    s.base[m] = -math.inf
    s.counts[m] = 1.0
    for c in range(s.n.shape[1]):
        for i in range(s.sizes.size):
            one = s.columns[m, c, i]
            seen = s.sizes[i] > 0 and one["mean"] < 0.0
            one.weight = one.scatter = one.precision = 0.0
            one.mean = NONE if seen else 0.0


register_model(
    NaiveBayes,
    predict=bayes_predict,
    answer=bayes_answer,
    learn=bayes_learn,
    reset=bayes_reset,
)
