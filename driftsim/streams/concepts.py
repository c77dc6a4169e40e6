"""Concepts: labelled distributions, each of which holds until the stream drifts on."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number, Part, Share
from driftsim.rows import Schema, one_hot


class Concept(Part):
    """A labelled distribution.

    Its float fields, and lists of floats, may also be arrays with one entry for each drawn
    row: this is how an incremental drift moves a concept while it is being drawn from.
    """

    schema: ClassVar[Schema]  # or a property, where it depends on the fields
    blends: ClassVar[bool] = True  # moves by way of its numbers, in an incremental drift
    known: ClassVar[bool] = True  # has a density that can be told
    rows: ClassVar[int | None] = None  # how many there are, where the concept is recorded
    files: ClassVar[list[str]] = []  # that it reads
    library: ClassVar[str | None] = None  # the distribution its rows come from

    def settled(self, rng):
        """This concept, with what its description leaves open drawn or read."""
        return self

    @abstractmethod
    def draw(self, rng, t):
        """The rows at positions `t` (n,): features (n, d) float64, clean labels (n,) int64."""

    @abstractmethod
    def density(self, X, t):
        """p(x, y) at positions `t`: (n, n_classes), NaN where it is not known.

        Where features are numbers it is a density, where they are codes a probability.
        """


class Rule(Concept):
    """A concept whose features are uniform in a box, and whose label follows from them."""

    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 1.0

    @abstractmethod
    def label(self, X):
        """The class of each row (n,)."""

    def draw(self, rng, t):
        X = rng.random((len(t), len(self.schema.names)))
        if (self.low, self.high) != (0, 1):
            X *= self.high - self.low
            X += self.low
        return X, self.label(X).astype(np.int64)

    def density(self, X, t):
        volume = (self.high - self.low) ** X.shape[1]
        joint = one_hot(self.label(X), self.schema.n_classes) / volume
        if X.min(initial=self.low) < self.low or X.max(initial=self.high) > self.high:
            joint[((self.low > X) | (self.high < X)).any(axis=1)] = 0
        return joint


class Sea(Rule):
    """SEA (Street & Kim 2001): whether two of three uniform features add up to over a threshold."""

    schema = Schema(("x1", "x2", "x3"))
    high = 10.0

    threshold: Annotated[Number, Field(ge=0, le=20)] = 8.0  # of x1 + x2, which lies in 0..20

    def label(self, X):
        return X[:, 0] + X[:, 1] > self.threshold


class Sine(Rule):
    """Sine (Gama et al. 2004): the side of a sine; functions 2 and 4 are 1 and 3 reversed."""

    schema = Schema(("x", "y"))

    function: Literal[1, 2, 3, 4] = 1

    def label(self, X):
        x, y = X.T
        above = y >= (np.sin(x) if self.function <= 2 else 0.5 + 0.3 * np.sin(3 * np.pi * x))
        return above ^ (self.function % 2 == 0)


class Hyperplane(Rule):
    """Hyperplane (Hulten et al. 2001): the side of a plane through the middle of a cube."""

    features: Annotated[int, Field(gt=0, le=10_000)] = 10
    weights: list[Number] | None = None  # one a feature; drawn from 0..1 where not given

    @property
    def schema(self):
        return Schema(numbered(self.features))

    def settled(self, rng):
        drawn = rng.random(self.features).tolist()
        return self.model_copy(update={"weights": self.weights or drawn})

    def label(self, X):
        if np.ndim(self.weights) == 1:
            return (X - 0.5) @ np.asarray(self.weights) >= 0
        return np.einsum("ij,ij->i", X - 0.5, self.weights) >= 0

    @model_validator(mode="after")
    def _one_weight_a_feature(self):
        if self.weights is not None and len(self.weights) != self.features:
            raise ValueError(
                f"{len(self.weights)} weights for {self.features} features; give one a feature"
            )
        if self.weights is not None and not any(self.weights):
            raise ValueError("weights that are all 0 make no plane; give one that is not")
        return self


class Stagger(Rule):
    """STAGGER (Schlimmer & Granger 1986): a rule on size, color and shape, of three values each."""

    schema = Schema(
        ("size", "color", "shape"),
        nominal={0: 3, 1: 3, 2: 3},
        values={
            0: ("small", "medium", "large"),
            1: ("red", "blue", "green"),
            2: ("circle", "square", "triangle"),
        },
    )
    high = 2.0

    function: Literal[1, 2, 3] = 1

    def draw(self, rng, t):
        X = rng.integers(0, 3, (len(t), 3)).astype(float)
        return X, self.label(X).astype(np.int64)

    def density(self, X, t):
        return super().density(X, t) * (self.high**3 / 27)  # of 27 points, instead of a box

    def label(self, X):
        size, color, shape = X.T
        if self.function == 1:
            return (size == 0) & (color == 0)  # small and red
        return size > 0 if self.function == 3 else (color == 2) | (shape == 0)  # green or circle


class Gaussians(Concept):
    """Normal classes of unit variance, by their means, or by a separation and an angle.

    A separation s and an angle a put two classes at -s/2 and s/2 along the direction (cos a,
    sin a): the best possible error is then Φ(-s/2), at equal priors.
    """

    means: Annotated[list[list[Number]] | None, Field(min_length=2)] = None  # one a class
    separation: Annotated[Number, Field(gt=0)] | None = None  # of two classes; 2 where not given
    angle: Number | None = None  # degrees, of the second class seen from the first; 0
    priors: list[Share] | None = None  # one a class; equal where not given

    @property
    def schema(self):
        k, d = (len(self.means), len(self.means[0])) if self.means is not None else (2, 2)
        return Schema(numbered(d), n_classes=k)

    def settled(self, rng):
        """The same classes, by their means and priors."""
        if self.means is not None:
            return self._complete({})
        return self._complete(
            {"separation": self._or("separation", 2.0), "angle": self._or("angle", 0.0)}
        )

    def draw(self, rng, t):
        centres = self._centres()
        y = (rng.random((len(t), 1)) >= np.cumsum(self.priors, axis=-1)[..., :-1]).sum(axis=1)
        X = rng.standard_normal((len(t), centres.shape[-1]))
        X += centres[y] if centres.ndim == 2 else centres[np.arange(len(t)), y]
        return X, y

    def density(self, X, t):
        d = X.shape[1]
        gaps = X[:, None, :] - self._centres()
        squares = np.einsum("nkd,nkd->nk", gaps, gaps)
        return np.asarray(self.priors) * np.exp(-0.5 * squares) / (2 * np.pi) ** (d / 2)

    def _complete(self, found):
        k = self.schema.n_classes
        return self.model_copy(update=found | {"priors": self.priors or [1 / k] * k})

    def _or(self, name, default):
        return default if getattr(self, name) is None else getattr(self, name)

    def _centres(self):
        """(k, d), or (n, k, d) while they move."""
        if self.means is not None:
            return np.asarray(self.means)
        angle, half = np.deg2rad(self.angle), np.asarray(self.separation) / 2
        second = np.stack([half * np.cos(angle), half * np.sin(angle)], axis=-1)
        return np.stack([-second, second], axis=-2)

    @model_validator(mode="after")
    def _one_description(self):
        if self.means is not None and (self.separation is not None or self.angle is not None):
            raise ValueError("give means, or a separation and an angle, not both")
        if self.means is not None and len({len(mean) for mean in self.means}) > 1:
            raise ValueError("the means differ in their numbers of features; give each the same")
        if self.means is not None and not self.means[0]:
            raise ValueError("a mean needs one number a feature, and there is none")
        k = self.schema.n_classes
        if self.priors is not None and len(self.priors) != k:
            raise ValueError(f"{len(self.priors)} priors for {k} classes; give one a class")
        if self.priors is not None and abs(sum(self.priors) - 1) > 1e-9:
            raise ValueError(f"the priors sum to {sum(self.priors):g}; they should sum to 1")
        return self


def numbered(d):
    """Names for columns without names: x1, x2, …"""
    return tuple(f"x{j + 1}" for j in range(d))
