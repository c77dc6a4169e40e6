"""Hyperplanes: which side of a plane a point lies on."""

from typing import Annotated

import numpy as np
from pydantic import Field, PrivateAttr, model_validator

from driftsim.parts import Number
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.concept import Rule, numbered


class Hyperplane(Rule):
    """Hyperplane (Hulten et al. 2001): the side of a plane through the middle of a cube.

    With a `speed` the plane turns by itself, evenly, from its weights towards a direction
    across them that follows from the seed; both classes stay equally frequent.
    """

    features: Annotated[int, Field(gt=0, le=10_000)] = 10
    weights: list[Number] | None = None  # one a feature; drawn from 0..1 where not given
    speed: Number = 0.0  # degrees that the plane turns with every row

    _across = PrivateAttr(None)  # (d,) as long as the weights, and at right angles to them

    @property
    def schema(self):
        return Schema(numbered(self.features))

    @property
    def moves(self):
        return bool(self.speed)

    def instantiated(self, rng):
        drawn = rng.random(self.features).tolist()
        settled = self.model_copy(update={"weights": self.weights or drawn})
        weights, across = np.asarray(settled.weights), rng.standard_normal(self.features)
        across -= weights * (across @ weights) / (weights @ weights)
        if self.speed:
            settled._across = across * np.linalg.norm(weights) / np.linalg.norm(across)
        return settled

    def draw(self, rng, t):
        X = rng.random((len(t), self.features))
        return X, self.label(X, t).astype(np.int64)

    def density(self, X, t):
        inside = ((X >= 0) & (X <= 1)).all(axis=1)
        return one_hot(self.label(X, t), 2) * inside[:, None]

    def label(self, X, t=0):
        weights = np.asarray(self.weights)
        if self._across is not None:
            angle = np.deg2rad(np.multiply(self.speed, t))[..., None]
            weights = np.cos(angle) * weights + np.sin(angle) * self._across
        products = X @ weights if weights.ndim == 1 else np.einsum("nd,nd->n", X, weights)
        return products >= weights.sum(axis=-1) / 2

    @model_validator(mode="after")
    def _one_weight_a_feature(self):
        if self.weights is not None and len(self.weights) != self.features:
            raise ValueError(
                f"{len(self.weights)} weights for {self.features} features; give one a feature"
            )
        if self.weights is not None and not any(self.weights):
            raise ValueError("weights that are all 0 make no plane; give one that is not")
        if self.speed and self.features < 2:
            raise ValueError("a plane of one feature cannot turn; give it two, or no speed")
        return self
