"""Hyperplanes: which side of a plane a point lies on."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Moving, Rule, numbered


class Hyperplane(Rule):
    """Hyperplane (Hulten et al. 2001): the side of a plane through the middle of a cube.

    With a `speed` the plane turns by itself, evenly, from its weights towards a direction
    across them that follows from the seed; both classes stay equally frequent.
    """

    features: Annotated[int, Field(gt=0, le=10_000)] = 10
    weights: list[Number] | None = None  # one a feature; drawn from 0..1 where not given
    speed: Number = 0.0  # degrees that the plane turns with every row

    @property
    def schema(self):
        return Schema(numbered(self.features))

    @property
    def moves(self):
        return bool(self.speed)

    def instantiated(self, rng):
        drawn = rng.random(self.features).tolist()
        plane = self.moved({"weights": self.weights or drawn})
        if not self.speed:
            return plane
        weights, across = np.asarray(plane.weights), rng.standard_normal(self.features)
        across -= weights * (across @ weights) / (weights @ weights)
        return TurningPlane(plane, across * np.linalg.norm(weights) / np.linalg.norm(across))

    def label(self, X):
        weights = np.asarray(self.weights)
        return inner_products(X, weights) >= weights.sum(axis=-1) / 2

    @model_validator(mode="after")
    def _is_a_plane(self):
        one_weight_a_feature(self)
        if self.weights is not None and not any(self.weights):
            raise ValueError("weights that are all 0 make no plane; give one that is not")
        if self.speed and self.features < 2:
            raise ValueError("a plane of one feature cannot turn; give it two, or no speed")
        return self


@dataclass(frozen=True, eq=False)
class TurningPlane(Moving):
    """A hyperplane that turns, evenly, from its weights towards another direction."""

    description: Hyperplane

    across: np.ndarray  # (d,) this direction: as long as the weights, at right angles to them

    def at(self, t):
        plane = self.description
        angle = np.deg2rad(np.multiply(plane.speed, t))[..., None]
        weights = np.cos(angle) * plane.weights + np.sin(angle) * self.across
        return plane.moved({"weights": weights})


def inner_products(X, weights):
    """The inner product of each row with weights (d,), or with its own (n, d)."""
    return X @ weights if weights.ndim == 1 else np.einsum("nd,nd->n", X, weights)


def one_weight_a_feature(concept):
    """A concept; raises `ValueError` if its weights are given, but not one for each feature."""
    weights, features = concept.weights, concept.features
    if weights is not None and len(weights) != features:
        raise ValueError(f"{len(weights)} weights for {features} features; give one a feature")
    return concept
