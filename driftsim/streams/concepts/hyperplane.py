"""Hyperplanes: which side of a plane a point lies on."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Moving, Rule, numbered
from driftsim.streams.persistent_walk import persistent_walk


class Hyperplane(Rule):
    """Hyperplane (Hulten et al. 2001): the side of a plane through the middle of a cube.

    Formula:
        class 1 where Σ wᵢ xᵢ ≥ ½ Σ wᵢ, with every xᵢ uniform in 0..1

    With a `speed` the plane turns by itself, evenly, from its weights towards a direction
    across them that follows from the seed. With a `step` its weights walk as those of MOA's
    generator do: each goes up by it with every row, until it turns back by chance, and so on.
    Both classes stay equally frequent.
    """

    omitted = ("step", "walking", "turning")

    features: Annotated[int, Field(gt=0, le=10_000)] = 10  # sides of the cube
    weights: list[Number] | None = None  # one a feature; drawn from 0..1 where not given
    speed: Number = 0.0  # degrees that the plane turns with every row
    step: Annotated[Number, Field(ge=0)] = 0.0  # of each weight that walks, with every row
    walking: Annotated[int, Field(ge=0)] | None = None  # weights, the first ones; all if not given
    turning: Annotated[int, Field(ge=0, le=100)] = 10  # percent of steps after which one turns back

    @property
    def schema(self):
        return Schema(numbered(self.features))

    @property
    def moves(self):
        return bool(self.speed) or (bool(self.step) and self.walking != 0)

    def instantiated(self, rng):
        drawn = rng.random(self.features).tolist()
        plane = self.moved({"weights": self.weights or drawn})
        if self.step:
            return WalkingPlane(plane, int(rng.integers(2**62)))
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
        if self.speed and self.step:
            raise ValueError("a plane turns evenly or its weights walk; give a speed or a step")
        if self.walking is not None and self.walking > self.features:
            raise ValueError(
                f"{self.walking} of {self.features} weights cannot walk; give at most "
                f"{self.features}, or leave it out for all"
            )
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


@dataclass(frozen=True, eq=False)
class WalkingPlane(Moving):
    """A hyperplane whose weights walk."""

    description: Hyperplane

    key: int  # that the walks follow from

    def at(self, t):
        plane = self.description
        walking = plane.features if plane.walking is None else plane.walking
        steps = persistent_walk(self.key, t, walking, plane.turning / 100)
        weights = np.zeros((len(t), plane.features)) + np.asarray(plane.weights)
        weights[:, :walking] += np.reshape(plane.step, (-1, 1)) * steps
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
