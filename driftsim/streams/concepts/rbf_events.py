"""Clusters that move, split and merge: normal clouds whose two halves part and meet again."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from driftsim.parts import Number, Share
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Instantiated, Seeded, numbered
from driftsim.streams.concepts.rbf import reflected


class RbfEvents(Seeded):
    """Clusters that move, split and merge (as those that MOA tries clusterers on).

    Each cluster is normally distributed; classes take turns. Its centre moves in a cube of side 1,
    and is reflected at the sides. Every `every` rows it is whole or split by chance; in between
    its two halves part, meet, or keep their distance. The density is exact.
    """

    known = True

    features: Annotated[int, Field(gt=0, le=1000)] = 2  # columns
    classes: Annotated[int, Field(ge=2, le=1000)] = 2  # of labels
    clusters: Annotated[int, Field(gt=0, le=1000)] = 5  # that there are
    sigma: Annotated[Number, Field(gt=0, le=10)] = 0.05  # of a whole cluster, and of each half
    speed: Annotated[Number, Field(ge=0, le=1)] = 1e-5  # of centres, per row
    every: Annotated[int, Field(ge=100)] = 2_000  # rows from one event of a cluster to the next
    split: Share = 0.5  # the chance that a cluster is then split, not whole
    apart: Annotated[Number, Field(ge=0, le=10)] = 0.3  # distance of the halves of a split cluster

    @property
    def schema(self):
        return Schema(numbered(self.features), n_classes=self.classes)

    @property
    def moves(self):
        return bool(self.speed or (self.split and self.apart))

    def instantiated(self, rng):
        k, d = self.clusters, self.features
        directions = rng.standard_normal((2, k, d))
        directions /= np.linalg.norm(directions, axis=2, keepdims=True)
        key = int(rng.integers(2**62))
        return MovingClusters(self, rng.random((k, d)), directions[0], directions[1], key)


@dataclass(frozen=True, eq=False)
class MovingClusters(Instantiated):
    """Clusters whose centres and directions have been drawn."""

    description: RbfEvents
    centre: np.ndarray  # (k, d) at row 0
    heading: np.ndarray  # (k, d) of length 1
    axis: np.ndarray  # (k, d) of length 1, along which halves part
    key: int  # that events follow from

    def draw(self, rng, t):
        n, parameters = len(t), self.description
        which, half = rng.integers(0, parameters.clusters, n), rng.integers(0, 2, n)
        X = rng.standard_normal((n, parameters.features)) * parameters.sigma
        X += self.centres(t, which, half)
        return X, which % parameters.classes

    def density(self, X, t):
        parameters = self.description
        joint = np.zeros((len(X), parameters.classes))
        d, sigma = parameters.features, parameters.sigma
        weight = 1 / (2 * parameters.clusters) / (np.sqrt(2 * np.pi) * sigma) ** d
        for i in range(parameters.clusters):
            for half in (0, 1):
                offsets = (X - self.centres(t, np.full(len(t), i), half)) / sigma
                height = np.exp(-0.5 * np.einsum("ij,ij->i", offsets, offsets))
                joint[:, i % parameters.classes] += weight * height
        return joint

    def centres(self, t, which, half):
        """Where a half (n,), 0 or 1, of the clusters `which` (n,) is at positions `t`: (n, d)."""
        path = self.description.speed * np.asarray(t, float)[:, None] * self.heading[which]
        place = 2 * reflected((self.centre[which] + path) / 2)
        side = (2 * np.asarray(half) - 1) * self.distance(t, which) / 2
        return place + side[..., None] * self.axis[which]

    def distance(self, t, which):
        """How far the halves of the clusters `which` (n,) are apart at positions `t` (n,)."""
        t = np.asarray(t)
        event, place = np.divmod(t, self.description.every)
        events, index = np.unique([event, event + 1], return_inverse=True)
        split = np.array([self._split(one) for one in events.tolist()]).reshape(-1, len(self.axis))
        before, after = split[index.reshape(2, -1), which].astype(float)
        return self.description.apart * (before + place / self.description.every * (after - before))

    def _split(self, event):
        """Which clusters (k,) are split at an event."""
        seed = np.random.SeedSequence(self.key, spawn_key=(event,))
        return np.random.default_rng(seed).random(len(self.axis)) < self.description.split
