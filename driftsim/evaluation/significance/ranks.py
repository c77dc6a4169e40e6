"""Ranks: whether contenders differ over several streams, by their ranks on each."""

from typing import NamedTuple

import numpy as np

from driftsim.evaluation.significance.difference import CONFIDENCE
from driftsim.evaluation.significance.midranks import midranks

LEAST_SETTINGS = 6  # streams; ranks over fewer do not support a sentence
MOST_SUMS = 300_000  # of an exact distribution, with one more stream
MOST_CONTENDERS = 7  # whose orders are all listed
DRAWS = 10_000  # of permutations, for few streams with too many orders of contenders
FEW = 4  # streams; with fewer the F distribution is no approximation


class Ranks(NamedTuple):
    """How contenders rank over several streams."""

    mean: np.ndarray  # (k,) rank of each, 1 for the least error
    p: float  # the probability of ranks that differ so much if contenders did not
    critical: float  # the critical difference of two mean ranks at 95 % (Nemenyi)
    test: str  # that p is from
    friedman: float = np.nan  # Friedman's chi-squared, corrected for shared ranks
    iman_davenport: float = np.nan  # the F that follows from it
    df_1: float = np.nan  # degrees of freedom of both
    df_2: float = np.nan  # further degrees of freedom of F


def ranked(errors: np.ndarray) -> Ranks:
    """The `Ranks` of errors (n, k) of k contenders on n streams; equal errors share their rank.

    See Demšar (2006). For two contenders p is from the sign test, for more from Friedman's: exact
    over all orders where that is feasible, otherwise the approximation of Iman & Davenport
    (1980). With one stream p is NaN. The statistics of Friedman's test and their degrees of freedom
    are there whichever way p was computed, and NaN for two contenders or one stream.
    """
    from scipy.stats import studentized_range  # 0.6 s to import: only for sweeps

    n, k = errors.shape
    ranks = np.array([*map(midranks, errors)])
    p, test = rank_test(ranks) if n > 1 and k > 1 else (np.nan, "none")
    q = studentized_range.ppf(CONFIDENCE, k, np.inf) / np.sqrt(2)
    found = Ranks(ranks.mean(axis=0), p, float(q * np.sqrt(k * (k + 1) / (6 * n))), test)
    if n < 2 or k < 3:
        return found
    friedman, f = statistics(ranks)
    return found._replace(friedman=friedman, iman_davenport=f, df_1=k - 1, df_2=(k - 1) * (n - 1))


def rank_test(ranks):
    """The p-value of ranks (n, k), and the name of its test."""
    n, k = ranks.shape
    if k == 2:
        return sign_test(ranks[:, 0] - ranks[:, 1]), "sign test"
    doubled = np.rint(2 * ranks).astype(int)  # whole, with shared ranks too
    if (exact := exact_p(doubled)) is not None:
        return exact, "Friedman, exact"
    if n < FEW:
        return permutation_p(doubled), "Friedman, permutations"
    return approximate_p(ranks), "Friedman, by Iman and Davenport"


def sign_test(differences):
    """The two-sided p-value of how many differences are positive; zeros do not count."""
    from driftsim.evaluation.special import bdtr

    above, below = np.sum(differences > 0), np.sum(differences < 0)
    return float(min(2 * bdtr(min(above, below), above + below, 0.5), 1.0))


def apart(sums):
    """The spread of sums of ranks (…, k): Friedman's statistic, up to a constant."""
    k = sums.shape[-1]
    return k * np.sum(sums**2, axis=-1) - np.sum(sums, axis=-1) ** 2


def exact_p(doubled):
    """The exact p-value of doubled ranks (n, k); None where counting would take too long.

    Orders within streams are equally likely. Sums that only differ in which contender has which
    lead to the same distribution, and are counted together.
    """
    if doubled.shape[1] > MOST_CONTENDERS:
        return None
    sums, weights = np.sort(doubled[:1], axis=1), np.ones(1)
    for row in doubled[1:]:
        orders, times = distinct(permutations(row))
        if len(sums) * len(orders) > MOST_SUMS:
            return None
        reached = np.sort((sums[:, None] + orders).reshape(-1, len(row)), axis=1)
        sums, weights = distinct(reached, np.outer(weights, times / times.sum()).ravel())
    return float(min(np.sum(weights[apart(sums) >= apart(doubled.sum(axis=0))]), 1.0))


def distinct(rows, weights=None):
    """The distinct rows of whole numbers (m, k), and the sum of the weights of each."""
    code = rows @ (rows.max() + 1) ** np.arange(rows.shape[1])
    _, first, where = np.unique(code, return_index=True, return_inverse=True)
    return rows[first], np.bincount(where, weights)


def permutations(row):
    """All orders (k!, k) of a row."""
    if len(row) == 1:
        return row[None]
    rest = (np.insert(permutations(np.delete(row, i)), 0, row[i], axis=1) for i in range(len(row)))
    return np.concatenate(list(rest))


def permutation_p(doubled):
    """The p-value of doubled ranks (n, k) from random orders within streams, always the same."""
    rng = np.random.default_rng(0)
    sums = np.zeros((DRAWS, doubled.shape[1]), int)
    for row in doubled:
        sums += rng.permuted(np.broadcast_to(row, sums.shape), axis=1)
    reached = np.sum(apart(sums) >= apart(doubled.sum(axis=0)))
    return float((reached + 1) / (DRAWS + 1))


def approximate_p(ranks):
    """The p-value of ranks (n, k) by the F distribution, corrected for shared ranks."""
    from driftsim.evaluation.special import fdtrc

    n, k = ranks.shape
    return float(fdtrc(k - 1, (k - 1) * (n - 1), statistics(ranks)[1]))


def statistics(ranks) -> tuple[float, float]:
    """Friedman's chi-squared of ranks (n, k), corrected for shared ranks, and Iman & Davenport's F.

    F is infinite where all streams have the same order.
    """
    n, k = ranks.shape
    centre = (k + 1) / 2
    spread = np.sum((ranks - centre) ** 2)
    if not spread:
        return 0.0, 0.0
    friedman = (k - 1) * n**2 * np.sum((ranks.mean(axis=0) - centre) ** 2) / spread
    left = n * (k - 1) - friedman
    return float(friedman), float((n - 1) * friedman / left if left > 1e-12 else np.inf)
