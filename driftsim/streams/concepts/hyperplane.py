"""Hyperplanes: which side of a plane a point lies on."""

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Rule, numbered


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
