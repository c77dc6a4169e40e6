"""Difference: a mean with its standard errors, over seeds, repeats or one stream."""

from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.95
FEW_SEEDS = 10  # below which one of them may make most of the spread
OF_ONE = 0.95  # from this share of the most that one seed can have of the spread, it does


class StandardError(NamedTuple):
    """A standard error of a mean."""

    se: float
    df: float  # degrees of freedom of Student's t; inf for the normal distribution


class Difference(NamedTuple):
    """How much the values of one contender exceed those of another, and how certain that is.

    The widest of its standard errors gives its interval. Without any, its error is unknown:
    bounds and p are NaN, and it is not distinguishable.
    """

    mean: float
    errors: tuple[StandardError, ...]
    unit: str  # what varies: "seeds", "repeats" (of learners) or "stream" (its intervals)
    remark: str = ""  # why the error is unknown, or what makes the interval doubtful

    @property
    def known(self) -> bool:
        """Whether the error of the mean is known."""
        return bool(self.errors)

    @property
    def low(self) -> float:
        """The lower bound of the mean, at 95 %."""
        return self.interval()[0]

    @property
    def high(self) -> float:
        """The upper bound of the mean, at 95 %."""
        return self.interval()[1]

    @property
    def p(self) -> float:
        """The two-sided p-value against a mean of zero."""
        return min(2 * self._tail(-abs(self.mean)), 1.0)

    @property
    def distinguishable(self) -> bool:
        """Whether the interval at 95 % excludes zero."""
        return self.low > 0 or self.high < 0

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The bounds (low, high) of the mean at a confidence."""
        if not self.errors:
            return np.nan, np.nan
        from driftsim.evaluation.special import stdtrit

        half = max(float(stdtrit(df, (1 + confidence) / 2)) * se for se, df in self.errors)
        return self.mean - half, self.mean + half

    def equivalence_p(self, margin: float) -> float:
        """The p-value of two one-sided tests that the mean is within ± `margin` (Schuirmann 1987).

        Below .05 the two are equal to within the margin: the interval at 90 % lies inside it.
        """
        return max(self._tail(self.mean - margin), self._tail(-margin - self.mean))

    def _tail(self, apart):
        """The greatest probability, over all errors, of an estimate so far below its mean."""
        return max((below(apart, se, df) for se, df in self.errors), default=np.nan)


def below(apart, se, df):
    """The probability of an estimate at most `apart` (negative) from its mean."""
    if se > 0:
        from driftsim.evaluation.special import stdtr

        return float(stdtr(df, apart / se))
    return (1.0 + np.sign(apart)) / 2  # 0, 1, or ½ for none at all


def over_seeds(values: np.ndarray, floor: float = 0.0) -> Difference:
    """The mean of a value for each seed (n,), by Student's t, as seeds are independent.

    `floor` is the least variance of the mean, such as counts have. The error is unknown with one
    seed, and, without a floor, if all seeds have the same value.
    """
    values = np.asarray(values, float)
    n, mean = len(values), float(np.mean(values))
    if np.isnan(mean):
        return Difference(mean, (), "seeds", "undefined with some of the seeds")
    if n < 2:
        return Difference(mean, (), "seeds", "one seed alone")
    found = np.std(values, ddof=1)
    if negligible(found, values) and not floor > 0:
        return Difference(mean, (), "seeds", f"the same with each of {n} seeds")
    errors = at_least([StandardError(float(found / np.sqrt(n)), n - 1)], floor)
    return Difference(mean, errors, "seeds", of_one_seed(values))


def certain_if_the_same(apart: Difference, n: int, values: np.ndarray) -> Difference:
    """A mean difference of n seeds, certain where it is the same with each of them.

    Only where it is more than the rounding of `values`, of which it is the difference, and for
    what can be exact, such as the cost of trainings by a clock.
    """
    if apart.known or n < 2 or negligible(abs(apart.mean), values):
        return apart
    return apart._replace(errors=(StandardError(0.0, n - 1),))


def of_one_seed(values):
    """The remark if one of few seeds makes nearly all of the spread: t is then unsafe."""
    n, squares = len(values), (values - np.mean(values)) ** 2
    if not 4 <= n < FEW_SEEDS or np.max(squares) < OF_ONE * (n - 1) / n * np.sum(squares):
        return ""
    return f"one seed makes most of the spread; p of the sign-flip test is {sign_flip(values):.2g}"


def sign_flip(values: np.ndarray) -> float:
    """The two-sided p-value of a mean of zero, over all signs of few values (n,) (Fisher 1935).

    It only assumes a symmetric distribution, and is exact; at least 2 / 2^n.
    """
    values = np.asarray(values, float)
    signs = 1 - 2 * (np.arange(2 ** len(values))[:, None] >> np.arange(len(values)) & 1)
    sums = np.abs(signs @ values)
    return float(np.mean(sums >= abs(np.sum(values)) * (1 - 1e-12)))


def added(one, other):
    """The standard error of a sum of independent parts, its df by Satterthwaite (1946)."""
    variance = one.se**2 + other.se**2
    lost = one.se**4 / one.df + other.se**4 / other.df
    return StandardError(float(np.sqrt(variance)), variance**2 / lost if lost else np.inf)


def at_least(errors, floor):
    """Standard errors, and that of the least variance of the mean."""
    least = [StandardError(float(np.sqrt(floor)), np.inf)] if floor > 0 else []
    return tuple([*errors, *least])


def negligible(spread, values):
    """Whether a spread is only rounding."""
    return not spread > 1e-12 * np.max(np.abs(values), initial=0.0)
