"""Regression: concepts whose label is a number, a function of the features and noise."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Concept, Moving, numbered
from driftsim.streams.concepts.hyperplane import inner_products, one_weight_a_feature
from driftsim.streams.random_walk import random_walk

Sigma = Annotated[Number, Field(ge=0)]
Features = Annotated[int, Field(gt=0, le=10_000)]


class Regression(Concept):
    """A concept whose label is a number: the mean given the features, and normal noise."""

    noise: Sigma = 1.0  # standard deviation of the label about its mean

    @abstractmethod
    def mean(self, X: np.ndarray, t: np.ndarray) -> np.ndarray:
        """The mean of the label given each row (n,)."""

    @abstractmethod
    def features_drawn(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Rows (n, d) of features."""

    @abstractmethod
    def features_density(self, X: np.ndarray) -> np.ndarray:
        """The density of each row of features (n,)."""

    def draw(self, rng, t):
        X = self.features_drawn(rng, len(t))
        return X, self.mean(X, t) + self.noise * rng.standard_normal(len(t))

    def density(self, X, t):
        """Of each row the density, and the mean and variance of the label: (n, 3)."""
        variance = np.broadcast_to(np.square(self.noise), len(t))
        return np.stack([self.features_density(X), self.mean(X, t), variance], axis=1)


class Normal(Regression):
    """A regression on independent standard normal features."""

    schema: ClassVar[Any]

    def features_drawn(self, rng, n):
        return rng.standard_normal((n, len(self.schema.names)))

    def features_density(self, X):
        return np.exp(-0.5 * (X**2).sum(axis=1)) / (2 * np.pi) ** (X.shape[1] / 2)


class Uniform(Regression):
    """A regression on independent features that are uniform in 0..1."""

    schema: ClassVar[Any]

    def features_drawn(self, rng, n):
        return rng.random((n, len(self.schema.names)))

    def features_density(self, X):
        return ((X >= 0) & (X <= 1)).all(axis=1).astype(float)


class Linear(Normal):
    """A linear function of standard normal features, w·x, whose weights may walk at random.

    Formula:
        y = w₁ x1 + w₂ x2 + … + noise ε, with ε standard normal
    """

    features: Features = 5  # columns
    weights: list[Number] | None = None  # one a feature; drawn from a standard normal if not given
    walk: Sigma = 0.0  # standard deviation of the step that each weight takes with every row

    _one_weight_a_feature = model_validator(mode="after")(one_weight_a_feature)

    @property
    def schema(self):
        return Schema(numbered(self.features), n_classes=None)

    @property
    def moves(self):
        return bool(self.walk)

    def instantiated(self, rng):
        drawn, key = rng.standard_normal(self.features).tolist(), int(rng.integers(2**62))
        return WalkingWeights(self.moved({"weights": self.weights or drawn}), key)

    def mean(self, X, t):
        return inner_products(X, np.asarray(self.weights))


@dataclass(frozen=True, eq=False)
class WalkingWeights(Moving):
    """A linear concept whose weights walk."""

    description: Linear
    key: int  # that the walks follow from

    def at(self, t):
        walk, d = self.description.walk, self.description.features
        if not np.any(walk):
            return self.description
        steps = np.reshape(walk, (-1, 1)) * random_walk(self.key, t, d)
        return self.description.moved({"weights": np.asarray(self.description.weights) + steps})


class Level(Normal):
    """The local level model: a level that may walk at random, and a feature without information.

    Formula:
        y = level + slope t + walk Wₜ + noise ε, with ε and the steps of Wₜ standard normal
    """

    schema = Schema(("x1",), n_classes=None)

    level: Number = 0.0  # at the first row
    slope: Number = 0.0  # by which it rises with every row
    walk: Sigma = 0.0  # standard deviation of its step with every row

    @property
    def moves(self):
        return bool(self.slope or self.walk)

    def instantiated(self, rng):
        return WalkingLevel(self, int(rng.integers(2**62)))

    def mean(self, X, t):
        return self.trend(t)

    def trend(self, t):
        """The level at positions `t` (n,), were it not for the walk."""
        return self.level + np.multiply(self.slope, t)


@dataclass(frozen=True, eq=False)
class WalkingLevel(Moving):
    """A level that walks."""

    description: Level
    key: int  # that the walk follows from

    def at(self, t):
        if not np.any(self.description.walk):
            return self.description
        steps = self.description.walk * random_walk(self.key, t, 1)[:, 0]
        return self.description.moved({"level": self.description.trend(t) + steps, "slope": 0.0})


class Friedman(Uniform):
    """Friedman (1991), and its two variants in Ikonomovska et al. (2011).

    Formula:
        y = 10 sin(π a b) + 20 (c - ½)² + 10 d + 5 e + noise ε
        function 1:  a, b, c, d, e = x1, x2, x3, x4, x5
        function 2:  a, b, c, d, e = x4, x5, x2, x1, x3
        function 3:  a, b, c, d, e = x2, x5, x4, x3, x1

    Its ten features are uniform in 0..1.
    """

    schema = Schema(numbered(10), n_classes=None)
    order: ClassVar = {1: (0, 1, 2, 3, 4), 2: (3, 4, 1, 0, 2), 3: (1, 4, 3, 2, 0)}

    function: Literal[1, 2, 3] = 1  # which features are a … e

    def mean(self, X, t):
        a, b, c, d, e = (X[:, j] for j in self.order[self.function])
        return 10 * np.sin(np.pi * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e


class LocalFriedman(Uniform):
    """Friedman's function (1991), but for two regions, which grow (Ikonomovska et al. 2011).

    Formula:
        y = 10 x1 x2 + 20 (x3 - ½) + 10 x4 + 5 x5 + noise ε        in region A
        y = 10 cos(x1 x2) + 20 (x3 - ½) + exp(x4) + 5 x5² + noise ε  in region B
        y = 10 sin(π x1 x2) + 20 (x3 - ½)² + 10 x4 + 5 x5 + noise ε  elsewhere
        regions 3:  A: x2, x3 < 0.3    B: x2, x3 > 0.7
        regions 2:  and x4 > 0.7       and x4 < 0.3
        regions 1:  and x5 < 0.3, too  and x5 > 0.7, too

    This is the local expanding drift, LEA: its concepts are the `regions` 0 (none), 1, 2 and 3,
    in which 1.6 %, 5.4 % and 18 % of the rows lie. Drifts between functions of `friedman` are the
    global ones: GRA returns (1, 2, 1), GSG goes on (1, 2, 3).
    """

    schema = Schema(numbered(10), n_classes=None)

    regions: Literal[0, 1, 2, 3] = 0  # how far they have grown

    def mean(self, X, t):
        a, b, c, d, e = X.T[:5]
        mean = 10 * np.sin(np.pi * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e
        if self.regions:
            bounds = [(b < 0.3) & (c < 0.3), d > 0.7, e < 0.3]
            others = [(b > 0.7) & (c > 0.7), d < 0.3, e > 0.7]
            kept = slice(4 - self.regions)  # conditions, one less with each growth
            inside, other = (np.all(one[kept], axis=0) for one in (bounds, others))
            mean[inside] = (10 * a * b + 20 * (c - 0.5) + 10 * d + 5 * e)[inside]
            changed = 10 * np.cos(a * b) + 20 * (c - 0.5) + np.exp(d) + 5 * e**2
            mean[other] = changed[other]
        return mean


class HyperplaneRegression(Uniform):
    """The signed distance of a point of a cube from a plane through its middle.

    Formula:
        y = Σ wᵢ (xᵢ - ½) / √(Σ wᵢ²) + noise ε, with every xᵢ uniform in 0..1
    """

    features: Features = 10  # sides of the cube
    weights: list[Number] | None = None  # one a feature; drawn from 0..1 where not given
    noise: Sigma = 0.1  # standard deviation of the label about its mean

    _one_weight_a_feature = model_validator(mode="after")(one_weight_a_feature)

    @property
    def schema(self):
        return Schema(numbered(self.features), n_classes=None)

    def instantiated(self, rng):
        drawn = rng.random(self.features).tolist()
        return self.moved({"weights": self.weights or drawn})

    def mean(self, X, t):
        weights = np.asarray(self.weights)
        return inner_products(X - 0.5, weights) / np.linalg.norm(weights, axis=-1)
