"""Significance: what can be told apart, and what not."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

CONFIDENCE = 0.95
RESAMPLED = 2_000  # times, of a bootstrap


class Difference(NamedTuple):
    """By how much one contender errs less than another."""

    mean: float
    low: float  # bounds of the mean, at 95 %
    high: float
    unit: str  # "seeds", or "this stream only"

    @property
    def told_apart(self):
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def over_seeds(differences):
    """The mean of differences with each of two seeds or more (n,), by Student's t."""
    low, high = bounds(differences)
    return Difference(float(np.mean(differences)), low, high, "seeds")


def over_blocks(differences, rng):
    """The mean of differences along one stream (n,), by a moving-block bootstrap (Künsch 1989).

    Neighbours are alike, so that blocks are drawn, as long as their autocorrelation asks for.
    It tells of this stream only, not of others like it.
    """
    n, length = len(differences), block_length(differences)
    starts = rng.integers(0, n - length + 1, size=(RESAMPLED, -(-n // length)))
    sums = np.cumsum(np.append(0.0, differences))
    means = (sums[starts + length] - sums[starts]).mean(axis=1) / length
    apart = means - np.mean(sums[length:] - sums[:-length]) / length
    tail = (1 - CONFIDENCE) / 2
    few = stdtrit(max(n / length - 1, 1), 1 - tail) / ndtri(1 - tail)  # blocks are few
    mean, (low, high) = np.mean(differences), few * np.quantile(apart, [tail, 1 - tail])
    return Difference(float(mean), float(mean + low), float(mean + high), "this stream only")


def block_length(values):
    """How many neighbours to draw together: at least 1, at most a tenth of them.

    Twice the best length for an autoregressive process of the same autocorrelation at lag one
    (Carlstein 1986), since that is estimated too low.
    """
    n, centred = len(values), values - np.mean(values)
    spread = np.sum(centred**2)
    if n < 3 or not spread:
        return 1
    alike = float(np.clip(np.sum(centred[1:] * centred[:-1]) / spread, 0, 0.97))
    length = 2 * (2 * alike / (1 - alike**2)) ** (2 / 3) * n ** (1 / 3)
    return int(np.clip(np.ceil(length), 1, max(n // 10, 1)))


def bounds(values):
    """Between what the mean of independent values lies, by Student's t; NaN for one value."""
    n = len(values)
    if n < 2:
        return np.nan, np.nan
    half = stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * np.std(values, ddof=1) / np.sqrt(n)
    return float(np.mean(values) - half), float(np.mean(values) + half)


class Ranks(NamedTuple):
    """How contenders rank over several streams."""

    mean: np.ndarray  # (k,) rank of each, 1 for the least error
    p: float  # the chance of such ranks if all were alike (Friedman, by Iman & Davenport 1980)
    critical: float  # two that lie further apart are told apart (Nemenyi), at 95 %


def ranked(errors):
    """The `Ranks` of errors (n, k) of k contenders on n streams; equal ones share their ranks.

    See Demšar (2006). One stream alone tells nothing: p is then NaN.
    """
    from scipy.stats import f, rankdata, studentized_range

    n, k = errors.shape
    mean = rankdata(errors, axis=1).mean(axis=0)
    spread = 12 * n / (k * (k + 1)) * (np.sum(mean**2) - k * (k + 1) ** 2 / 4)
    left = n * (k - 1) - spread
    against = (n - 1) * spread / left if left > 1e-12 else np.inf
    p = float(f.sf(against, k - 1, (k - 1) * (n - 1))) if n > 1 else np.nan
    q = studentized_range.ppf(CONFIDENCE, k, np.inf) / np.sqrt(2)
    return Ranks(mean, p, float(q * np.sqrt(k * (k + 1) / (6 * n))))
