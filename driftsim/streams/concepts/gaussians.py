"""Gaussians: classes that are normally distributed around their means."""

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number, Share
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Concept, numbered

MOST_FEATURES = 300  # beyond it densities are too small for a float


class Gaussians(Concept):
    """Normal classes of unit variance, by their means or by a separation and an angle.

    Formula:
        x = mean of the class + ε, with ε standard normal
        means ∓ (separation / 2) (cos(angle), sin(angle)), of the first and the second class

    With equal priors the best possible error of two classes is Φ(-separation / 2).
    """

    means: Annotated[list[list[Number]] | None, Field(min_length=2)] = None  # one a class
    separation: Annotated[Number, Field(gt=0)] | None = None  # of two classes; 2 where not given
    angle: Number | None = None  # degrees, of the second class seen from the first; 0
    priors: list[Share] | None = None  # one a class; equal where not given

    @property
    def schema(self):
        k, d = (len(self.means), len(self.means[0])) if self.means is not None else (2, 2)
        return Schema(numbered(d), n_classes=k)

    def instantiated(self, rng):
        """The same classes, with the defaults written out."""
        k = self.schema.n_classes
        found: dict = {"priors": self.priors or [1 / k] * k}
        if self.means is None:
            found["separation"] = 2.0 if self.separation is None else self.separation
            found["angle"] = 0.0 if self.angle is None else self.angle
        return self.moved(found)

    def draw(self, rng, t):
        centres = self._centres()
        borders = np.cumsum(np.asarray(self.priors), axis=-1)[..., :-1]  # between the classes
        y = (rng.random((len(t), 1)) >= borders).sum(axis=1)
        X = rng.standard_normal((len(t), centres.shape[-1]))
        X += centres[y] if centres.ndim == 2 else centres[np.arange(len(t)), y]
        return X, y

    def density(self, X, t):
        d = X.shape[1]
        offsets = X[:, None, :] - self._centres()
        squares = np.einsum("nkd,nkd->nk", offsets, offsets)
        return np.asarray(self.priors) * np.exp(-0.5 * squares) / (2 * np.pi) ** (d / 2)

    def _centres(self):
        """(k, d), or (n, k, d) while they move."""
        if self.means is not None:
            return np.asarray(self.means)
        angle, half = np.deg2rad(np.asarray(self.angle)), np.asarray(self.separation) / 2
        second = np.stack([half * np.cos(angle), half * np.sin(angle)], axis=-1)
        return np.stack([-second, second], axis=-2)

    @model_validator(mode="after")
    def _one_description(self):
        if self.means is not None and (self.separation is not None or self.angle is not None):
            raise ValueError("give means, or a separation and an angle, not both")
        if self.means is not None and len({len(mean) for mean in self.means}) > 1:
            raise ValueError("the means differ in their numbers of features; give each the same")
        if self.means is not None and not 0 < len(self.means[0]) <= MOST_FEATURES:
            raise ValueError(f"a mean needs 1 to {MOST_FEATURES} numbers, one a feature")
        k = self.schema.n_classes
        if self.priors is not None and len(self.priors) != k:
            raise ValueError(f"{len(self.priors)} priors for {k} classes; give one a class")
        if self.priors is not None and abs(sum(self.priors) - 1) > 1e-9:
            raise ValueError(f"the priors sum to {sum(self.priors):g}; they should sum to 1")
        return self
