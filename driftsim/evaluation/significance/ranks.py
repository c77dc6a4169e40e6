"""Ranks: whether contenders differ over several streams, by their ranks on each."""

from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, fdtrc

from driftsim.evaluation.significance.difference import CONFIDENCE

LEAST_SETTINGS = 6  # streams, below which ranks are no ground for a sentence
MOST_SUMS = 300_000  # that an exact distribution may reach with a further stream
MOST_CONTENDERS = 7  # of which all orders are listed
DRAWS = 10_000  # of permutations, where there are few streams but too many orders of contenders
FEW = 4  # streams, below which the F distribution is no approximation


class Ranks(NamedTuple):
    """How contenders rank over several streams."""

    mean: np.ndarray  # (k,) rank of each, 1 for the least error
    p: float  # the chance of ranks that lie so far apart if all were alike
    critical: float  # two that lie further apart differ (Nemenyi), at 95 %
    test: str  # what p is by


def ranked(errors: np.ndarray) -> Ranks:
    """The `Ranks` of errors (n, k) of k contenders on n streams; equal ones share their ranks.

    See Demšar (2006). Of two contenders p is by the sign test; of more by Friedman's, whose
    distribution over all orders is counted out where that is feasible, and approximated as
    Iman & Davenport (1980) do where it is not. One stream alone tells nothing: p is then NaN.
    """
    from scipy.stats import rankdata, studentized_range

    n, k = errors.shape
    ranks = rankdata(errors, axis=1)
    p, test = chance(ranks) if n > 1 and k > 1 else (np.nan, "none")
    q = studentized_range.ppf(CONFIDENCE, k, np.inf) / np.sqrt(2)
    return Ranks(ranks.mean(axis=0), p, float(q * np.sqrt(k * (k + 1) / (6 * n))), test)


def chance(ranks):
    """The p-value of ranks (n, k), and the name of its test."""
    n, k = ranks.shape
    if k == 2:
        return sign_test(ranks[:, 0] - ranks[:, 1]), "sign test"
    doubled = np.rint(2 * ranks).astype(int)  # whole, with shared ranks too
    if (exact := counted_out(doubled)) is not None:
        return exact, "Friedman, exact"
    if n < FEW:
        return permuted(doubled), "Friedman, permutations"
    return approximated(ranks), "Friedman, by Iman and Davenport"


def sign_test(differences):
    """The two-sided p-value of how many differences are positive; zeros do not count."""
    above, below = np.sum(differences > 0), np.sum(differences < 0)
    return float(min(2 * bdtr(min(above, below), above + below, 0.5), 1.0))


def apart(sums):
    """How far sums of ranks (…, k) lie apart; Friedman's statistic, but for a constant."""
    k = sums.shape[-1]
    return k * np.sum(sums**2, axis=-1) - np.sum(sums, axis=-1) ** 2


def counted_out(doubled):
    """The exact p-value of doubled ranks (n, k); None where counting would take too long.

    Orders within streams are equally likely. Sums that are the same but for the names of
    contenders have the same future and are counted together.
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


def permuted(doubled):
    """The p-value of doubled ranks (n, k) by random orders within streams, always the same."""
    rng = np.random.default_rng(0)
    sums = np.zeros((DRAWS, doubled.shape[1]), int)
    for row in doubled:
        sums += rng.permuted(np.broadcast_to(row, sums.shape), axis=1)
    reached = np.sum(apart(sums) >= apart(doubled.sum(axis=0)))
    return float((reached + 1) / (DRAWS + 1))


def approximated(ranks):
    """The p-value of ranks (n, k) by the F distribution, corrected for shared ranks."""
    n, k = ranks.shape
    centre = (k + 1) / 2
    spread = np.sum((ranks - centre) ** 2)
    if not spread:
        return 1.0
    friedman = (k - 1) * n**2 * np.sum((ranks.mean(axis=0) - centre) ** 2) / spread
    left = n * (k - 1) - friedman
    against = (n - 1) * friedman / left if left > 1e-12 else np.inf
    return float(fdtrc(k - 1, (k - 1) * (n - 1), against))
