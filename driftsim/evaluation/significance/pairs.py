"""Pairs: whether two contenders differ over several streams, by their differences on each."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.significance.midranks import midranks
from driftsim.evaluation.significance.multiple import holm

EXACT = 100  # streams, up to which the distribution is exact
DRAWS = 20_000  # of a posterior


class SignedRank(NamedTuple):
    """The posterior probabilities that the value of one contender is below another's, or not."""

    left: float  # lower by more than the region of practical equivalence
    rope: float  # practically equal
    right: float  # higher by more than it


def wilcoxon_holm(errors: np.ndarray) -> np.ndarray:
    """Adjusted p-values (k, k) of all pairs of k contenders from errors (n, k) on n streams.

    Wilcoxon's signed-rank test, exact up to 100 streams even with ties, and Holm's correction for
    all pairs: unlike with Nemenyi's test, the comparison of a pair does not depend on the other
    contenders (Benavoli et al. 2016). The diagonal is NaN.
    """
    k = errors.shape[1]
    pairs = list(combinations(range(k), 2))
    adjusted = np.full((k, k), np.nan)
    for (i, j), p in zip(pairs, holm([wilcoxon(errors[:, i] - errors[:, j]) for i, j in pairs])):
        adjusted[i, j] = adjusted[j, i] = p
    return adjusted


def wilcoxon(differences: np.ndarray) -> float:
    """The two-sided p-value of Wilcoxon's signed-rank test; zeros do not count."""
    differences = differences[differences != 0]
    doubled = np.rint(2 * midranks(np.abs(differences))).astype(int)  # whole, with ties too
    positive, total = int(doubled[differences > 0].sum()), int(doubled.sum())
    lesser = min(positive, total - positive)
    if len(doubled) > EXACT:
        from driftsim.evaluation.special import ndtr

        deviation = np.sqrt(np.sum(doubled.astype(float) ** 2)) / 2
        return float(2 * ndtr((lesser - total / 2) / deviation))
    probabilities = np.zeros(total + 1)
    probabilities[0] = 1.0
    for rank in doubled:
        probabilities[rank:] = (probabilities[rank:] + probabilities[: total + 1 - rank]) / 2
        probabilities[:rank] /= 2
    return float(min(2 * np.sum(probabilities[: lesser + 1]), 1.0))


def bayesian_signed_rank(
    a: np.ndarray, b: np.ndarray, rope: float, rng: np.random.Generator
) -> SignedRank:
    """The probabilities that a is below b, practically equal, or above, from values (n,).

    The Bayesian signed-rank test (Benavoli et al. 2017): weights of the differences on n streams,
    and of a difference of zero as a prior of strength ½, come from a Dirichlet distribution;
    `rope` is the greatest difference that does not matter in practice.
    """
    apart = np.append(0.0, np.asarray(a, float) - np.asarray(b, float))
    prior = np.append(0.5, np.ones(len(apart) - 1))
    weights = rng.dirichlet(prior, DRAWS)
    means = (apart[:, None] + apart) / 2
    shares = [
        np.sum(weights @ where * weights, axis=1)
        for where in (means < -rope, np.abs(means) <= rope, means > rope)
    ]
    greatest = shares == np.max(shares, axis=0)
    return SignedRank(*np.mean(greatest / greatest.sum(axis=0), axis=1).tolist())
