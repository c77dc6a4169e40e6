"""Fieller: where the mean of y + r x is zero, a ratio of two means with its interval."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from driftsim.evaluation.significance.difference import CONFIDENCE, negligible

LEAST_PAIRS = 3  # with two, the interval is nearly always everything
BOUNDED, OUTSIDE, EVERYTHING = "bounded", "outside", "everything"


class Root(NamedTuple):
    """The r at which the mean of y + r x is zero, and the others that it may be, at 95 %.

    They are those from `low` to `high` (`bounded`), those up to `low` and from `high` (`outside`),
    or all (`everything`). An end is infinite where they do not end.
    """

    value: float
    low: float
    high: float
    form: str

    def holds(self, r: float) -> bool:
        """Whether the root may be r."""
        if self.form == OUTSIDE:
            return not self.low < r < self.high
        return self.low <= r <= self.high

    def from_zero(self) -> tuple[float, float]:
        """The least and the greatest r from 0 on that the root may be.

        NaN where there is none: then the mean of y + r x has the same sign for each such r. Of
        those `outside` of an interval above 0 the ends are 0 and infinity.
        """
        if self.form == OUTSIDE:
            return (0.0 if self.low >= 0 or self.high <= 0 else self.high), math.inf
        return (max(self.low, 0.0), self.high) if self.high >= 0 else (math.nan, math.nan)


def root(y: ArrayLike, x: ArrayLike, confidence: float = CONFIDENCE) -> Root:
    """The root r of the mean of y + r x, from pairs (n,) that are independent of each other.

    Fieller (1954): all r for which Student's t does not tell the mean of y + r x from zero. Where
    x does not vary, it is the interval of the mean of y, divided by x. Raises `ValueError` for
    fewer than three pairs, and where every x is 0.
    """
    y, x = np.asarray(y, float), np.asarray(x, float)
    if len(y) < LEAST_PAIRS:
        raise ValueError(f"a ratio needs {LEAST_PAIRS} pairs or more, not {len(y)}")
    if not np.any(x):
        raise ValueError("x is 0 in every pair: no r changes the mean of y + r x")
    return solved(float(np.mean(y)), float(np.mean(x)), *variances(y, x, confidence))


def variances(y, x, confidence):
    """The variances of the means of y and x and their covariance, times the square of t."""
    from driftsim.evaluation.special import stdtrit

    n = len(y)
    factor = float(stdtrit(n - 1, (1 + confidence) / 2)) ** 2 / n / (n - 1)
    off_y, off_x = (one - np.mean(one) for one in (y, x))
    off_x = np.zeros(n) if negligible(np.ptp(x), x) else off_x
    return (factor * float(a @ b) for a, b in ((off_y, off_y), (off_y, off_x), (off_x, off_x)))


def solved(y: float, x: float, of_y: float, both: float, of_x: float) -> Root:
    """Where (y + r x)² <= of_y + 2 r both + r² of_x, of means and of variances times t²."""
    value = -y / x if x else math.nan
    a, b, c = x * x - of_x, y * x - both, y * y - of_y  # a r² + 2 b r + c <= 0
    if a == 0:
        return linear(value, b, c)
    inner = b * b - a * c
    if a < 0 and inner <= 0:
        return Root(value, -math.inf, math.inf, EVERYTHING)
    q = -(b + math.copysign(math.sqrt(max(inner, 0.0)), b))  # without cancellation
    low, high = sorted([q / a, c / q]) if q else (0.0, 0.0)
    return Root(value, low, high, BOUNDED if a > 0 else OUTSIDE)


def linear(value, b, c):
    """Where 2 b r + c <= 0."""
    if b == 0:
        return Root(value, -math.inf, math.inf, EVERYTHING)
    end = -c / (2 * b)
    low, high = (-math.inf, end) if b > 0 else (end, math.inf)
    return Root(value, low, high, BOUNDED)
