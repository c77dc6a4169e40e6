"""Naive Bayes on counts, such as those of the words of a message."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.bayes import normalize
from driftsim.kernels.hoeffding_leaf import SUM_IS_COMPENSATED
from driftsim.kernels.loop import compiled, register_model

MULTINOMIAL, BERNOULLI, COMPLEMENT = range(3)  # what a class is known by
LEAST = 1e-9  # probability added to each of a Bernoulli model, so that none is zero


class CountBayes(NamedTuple):
    """Sums of each feature in each class, or in how many rows of the class it is there."""

    n: np.ndarray  # (M, k) rows of each class
    order: np.ndarray  # (M, k) classes in the order in which they were first met
    met: np.ndarray  # (M,) how many
    counts: np.ndarray  # (M, k, d) of each feature in each class
    of_class: np.ndarray  # (M, k) sums of the counts of all features
    of_feature: np.ndarray  # (M, d) and of all classes
    form: int  # MULTINOMIAL, BERNOULLI or COMPLEMENT
    alpha: float  # added to each count
    threshold: float  # beyond which a Bernoulli model takes a feature to be there
    overrun: np.ndarray  # (1,) whether a count was negative, of which river may make an error


def multinomial_nb(members, d, k, alpha=1.0):
    """Multinomial naive Bayes classifiers that have learned nothing."""
    return _new(members, d, k, MULTINOMIAL, alpha)


def bernoulli_nb(members, d, k, alpha=1.0, true_threshold=0.0):
    """Bernoulli naive Bayes classifiers that have learned nothing."""
    return _new(members, d, k, BERNOULLI, alpha, true_threshold)


def complement_nb(members, d, k, alpha=1.0):
    """Complement naive Bayes (Rennie et al. 2003) classifiers that have learned nothing."""
    return _new(members, d, k, COMPLEMENT, alpha)


def _new(members, d, k, form, alpha, threshold=0.0):
    order, met = np.zeros((members, k), np.int64), np.zeros(members, np.int64)
    counts, of_class = np.zeros((members, k, d)), np.zeros((members, k))
    of_feature, overrun = np.zeros((members, d)), np.zeros(1, np.bool_)
    return CountBayes(
        np.zeros((members, k)), order, met, counts, of_class, of_feature, form, float(alpha),
        float(threshold), overrun,
    )  # fmt: skip


def enlarged(s) -> CountBayes:
    """The same classifiers; raises `ValueError` where they have met a negative count."""
    if s.overrun[0]:
        raise ValueError("a feature is negative, which naive Bayes on counts does not take")
    return s


@compiled
def log_joint(s, m, c, x):
    """Log of the probability of class c and x, but for a constant; sums in the order of river."""
    if s.form == BERNOULLI:
        return of_presence(s, m, c, x)
    if s.form == COMPLEMENT:
        return of_complement(s, m, c, x)
    score, lost, total = 0.0, 0.0, s.of_class[m, c] + s.alpha * x.size
    for i in range(x.size):
        if x[i] != 0.0:  # most words are in few messages
            term = x[i] * math.log((s.counts[m, c, i] + s.alpha) / total)
            score, lost = added(score, lost, term)
    return prior(s, m, c) + (score + lost)


@compiled
def added(total, lost, term):
    """A sum with one more term, and what rounding has lost, which Python adds from 3.12 on."""
    rounded = total + term
    if SUM_IS_COMPENSATED:
        larger, smaller = (total, term) if abs(total) >= abs(term) else (term, total)
        lost += (larger - rounded) + smaller
    return rounded, lost


@compiled
def prior(s, m, c):
    """Log of the share of the rows that are of class c."""
    n = 0.0
    for i in range(s.met[m]):
        n += s.n[m, s.order[m, i]]
    return math.log(s.n[m, c] / n)


@compiled
def of_presence(s, m, c, x):
    score, lost, total = 0.0, 0.0, s.n[m, c] + s.alpha * 2.0
    for i in range(x.size):
        share = (s.counts[m, c, i] + s.alpha) / total
        term = math.log(LEAST + (share if x[i] > s.threshold else 1.0 - share))
        score, lost = added(score, lost, term)
    return prior(s, m, c) + (score + lost)


@compiled
def of_complement(s, m, c, x):
    total, lost = 0.0, 0.0
    for i in range(x.size):
        others = s.of_feature[m, i] + s.alpha - s.counts[m, c, i]
        total, lost = added(total, lost, others)
    total, score, lost = total + lost, 0.0, 0.0
    for i in range(x.size):
        if x[i] != 0.0:
            others = s.of_feature[m, i] + s.alpha - s.counts[m, c, i]
            score, lost = added(score, lost, x[i] * -math.log(others / total))
    return score + lost


@compiled
def note_negative(s, x):
    if s.form != BERNOULLI:
        for i in range(x.size):
            if x[i] < 0.0:
                s.overrun[0] = True


@compiled
def count_predict(s, m, x, p):
    note_negative(s, x)
    for c in range(p.size):
        p[c] = 0.0
    highest, label = -math.inf, -1
    for j in range(s.met[m]):
        c = s.order[m, j]
        p[c] = log_joint(s, m, c, x)
        if p[c] > highest:
            highest, label = p[c], c
    normalize(s, m, p, highest)
    return float(label)


@compiled
def count_learn(s, m, x, y, w, fresh):
    note_negative(s, x)
    c = int(y)
    if s.n[m, c] == 0.0:
        s.order[m, s.met[m]] = c
        s.met[m] += 1
    s.n[m, c] += 1.0
    for i in range(x.size):
        if s.form == BERNOULLI:
            s.counts[m, c, i] += x[i] > s.threshold
        else:
            s.counts[m, c, i] += x[i]
            s.of_class[m, c] += x[i]
            s.of_feature[m, i] += x[i]


@compiled
def count_reset(s, m):
    s.met[m] = 0
    s.n[m] = 0.0
    s.counts[m] = 0.0
    s.of_class[m] = 0.0
    s.of_feature[m] = 0.0


@compiled
def count_room(s):
    return not s.overrun[0]


register_model(
    CountBayes, predict=count_predict, learn=count_learn, reset=count_reset, room=count_room
)
