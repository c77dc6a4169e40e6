"""Pairs: whether two contenders differ over several streams, by their differences on each."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from driftsim.evaluation.significance.multiple import holm

EXACT = 100  # streams, up to which the distribution is counted out
DRAWS = 20_000  # of a posterior


class SignedRank(NamedTuple):
    """The posterior probabilities of what one contender's value is beside another's."""

    left: float  # lower by more than the region of practical equivalence
    rope: float  # practically equal
    right: float  # higher by more than it


def wilcoxon_holm(errors: np.ndarray) -> np.ndarray:
    """Adjusted p-values (k, k) of every two of k contenders from errors (n, k) on n streams.

    Wilcoxon's signed-rank test, exact up to 100 streams with ties too, and Holm's correction for
    all pairs: unlike Nemenyi's, a comparison does not hang on who else takes part (Benavoli et
    al. 2016). The diagonal is NaN.
    """
    k = errors.shape[1]
    pairs = list(combinations(range(k), 2))
    adjusted = np.full((k, k), np.nan)
    for (i, j), p in zip(pairs, holm([wilcoxon(errors[:, i] - errors[:, j]) for i, j in pairs])):
        adjusted[i, j] = adjusted[j, i] = p
    return adjusted


def wilcoxon(differences: np.ndarray) -> float:
    """The two-sided p-value of Wilcoxon's signed-rank test; zeros do not count."""
    from scipy.stats import rankdata

    differences = differences[differences != 0]
    doubled = np.rint(2 * rankdata(np.abs(differences))).astype(int)  # whole, with ties too
    positive, total = int(doubled[differences > 0].sum()), int(doubled.sum())
    lesser = min(positive, total - positive)
    if len(doubled) > EXACT:
        deviation = np.sqrt(np.sum(doubled.astype(float) ** 2)) / 2
        return float(2 * ndtr((lesser - total / 2) / deviation))
    chances = np.zeros(total + 1)
    chances[0] = 1.0
    for rank in doubled:
        chances[rank:] = (chances[rank:] + chances[: total + 1 - rank]) / 2
        chances[:rank] /= 2
    return float(min(2 * np.sum(chances[: lesser + 1]), 1.0))


def bayesian_signed_rank(
    a: np.ndarray, b: np.ndarray, rope: float, rng: np.random.Generator
) -> SignedRank:
    """How probably a is below b, practically equal to it, or above, from values (n,) on n streams.

    The Bayesian signed-rank test (Benavoli et al. 2017): weights of the differences, and of one
    of zero as a prior of strength ½, come from a Dirichlet distribution; `rope` is the greatest
    difference that is of no practical matter.
    """
    apart = np.append(0.0, np.asarray(a, float) - np.asarray(b, float))
    prior = np.append(0.5, np.ones(len(apart) - 1))
    weights = rng.dirichlet(prior, DRAWS)
    means = (apart[:, None] + apart) / 2
    shares = [
        np.sum(weights @ where * weights, axis=1)
        for where in (means < -rope, np.abs(means) <= rope, means > rope)
    ]
    most = np.max(shares, axis=0)
    greatest = shares == most
    return SignedRank(*np.mean(greatest / greatest.sum(axis=0), axis=1).tolist())
