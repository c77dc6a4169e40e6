"""Series: one-dimensional signals with a trend, a season, dependence and outliers."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from driftsim.parts import Number, Share
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Moving
from driftsim.streams.concepts.regression import Normal, Sigma

CORRELATED = 0.99  # the largest autocorrelation
NEGLIGIBLE = 1e-9  # share of a shock that is left when it is forgotten
STRETCH = 1 << 13  # shocks that are drawn at once

Correlation = Annotated[Number, Field(ge=-CORRELATED, le=CORRELATED)]


class Series(Normal):
    """A series as in change point detection: what changes in it is what its concepts differ in.

    Formula:
        y = level + slope (t - start) + amplitude sin(2π t / period) + deviation uₜ + noise ε
        uₜ = r uₜ₋₁ + √(1 - r²) ε, with r = autocorrelation and ε standard normal

    Now and then there is an outlier, up or down. A trend and a season are no changes. The truth
    knows the deviations, and not the outliers. The feature has no information.
    """

    schema = Schema(("x1",), n_classes=None)

    level: Number = 0.0  # at the row `start`
    slope: Number = 0.0  # by which it rises with every row
    start: Number = 0.0  # row at which the trend is at the level
    amplitude: Sigma = 0.0  # of the season
    period: Annotated[Number, Field(gt=0)] = 100.0  # rows
    deviation: Sigma = 0.0  # standard deviation of the correlated part
    autocorrelation: Correlation = 0.0  # of neighbours in the correlated part
    outliers: Share = 0.0  # of the rows
    outlier_size: Number = 10.0  # that an outlier is above or below

    def instantiated(self, rng):
        return CorrelatedSeries(self, int(rng.integers(2**62)))

    def mean(self, X, t):
        trend = np.add(self.level, np.multiply(self.slope, t - np.asarray(self.start)))
        return trend + self.amplitude * np.sin(2 * np.pi * t / np.asarray(self.period))

    def draw(self, rng, t):
        X, y = super().draw(rng, t)
        side, chance = rng.random((2, len(t)))
        return X, y + self.outlier_size * np.sign(side - 0.5) * (chance < self.outliers)

    def density(self, X, t):
        joint = super().density(X, t)
        joint[:, 2] += self.outliers * np.square(self.outlier_size)
        return joint


@dataclass(frozen=True, eq=False)
class CorrelatedSeries(Moving):
    """A series whose deviations are those of a seed."""

    description: Series
    key: int  # that the deviations follow from

    def at(self, t):
        deviation, correlation = self.description.deviation, self.description.autocorrelation
        if not np.any(deviation):
            return self.description
        deviations = deviation * autoregression(self.key, t, correlation)
        return self.description.moved({"level": self.description.level + deviations})


def autoregression(key: int, t: np.ndarray, correlation: float | np.ndarray) -> np.ndarray:
    """A stationary autoregression of order 1 with variance 1, after `t` (n,) steps: (n,).

    `key` is its seed, and `correlation` that of neighbours, one for all steps or for each. A step
    is the sum of its past shocks, which are seeded by their places, so that any can be drawn alone.
    """
    t, most = np.asarray(t), np.max(np.abs(correlation))
    most = CORRELATED if np.ndim(correlation) else most  # the same whichever steps are drawn
    past = int(np.ceil(np.log(NEGLIGIBLE) / np.log(most))) if most else 1
    values = np.empty(len(t))
    for stretch in np.unique(t // STRETCH).tolist():
        here = t // STRETCH == stretch
        shocks = np.concatenate([_shocks(key, stretch - 1), _shocks(key, stretch)])
        at, own = t[here] - (stretch - 1) * STRETCH, np.broadcast_to(correlation, len(t))[here]
        total = np.zeros(len(at))
        for ago in range(past, -1, -1):
            total = total * own + shocks[at - ago]
        values[here] = total * np.sqrt(1 - own**2)
    return values


def _shocks(key, stretch):
    """The shocks of a stretch of steps; those of stretch -1 are before the first step."""
    seed = np.random.SeedSequence(key, spawn_key=(stretch + 1,))
    return np.random.default_rng(seed).standard_normal(STRETCH)
