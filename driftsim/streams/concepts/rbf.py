"""Radial basis functions: classes made of clouds, which may move."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.alias_table import AliasTable
from driftsim.streams.concepts.concept import Instantiated, Seeded, numbered

ROWS = 1024  # worked on at once, so that they stay in a processor's cache
LEAST = 1e-150  # of a distance, so that its logarithm is finite
MOST = 600.0  # of the logarithm of a density, so that no sum of densities overflows


class Clouds(NamedTuple):
    """Centroids, which move along straight lines and are reflected at 0 and 1."""

    centre: np.ndarray  # (k, d) at row 0
    velocity: np.ndarray | None  # (k, d) per row; None where all stand still
    label: np.ndarray  # (k,)
    sigma: np.ndarray  # (k,) of the distance of a row
    weight: np.ndarray  # (k,) how often rows are drawn around it; they sum to one
    table: AliasTable  # of centroids, by their weights

    def half_positions(self, t, which):
        """Half of where the centroids `which` (n,) are at positions `t` (n,): (n, d)."""
        place = self.centre.take(which, axis=0)
        if self.velocity is not None:
            path = self.velocity.take(which, axis=0)
            path *= spread(t.astype(float), path)
            place += path
        place *= 0.5
        return place if self.velocity is None else reflected(place)

    def coordinate(self, j, t):
        """Coordinate `j` of every centroid: (k, 1), or (k, n) where they move."""
        centre = self.centre[:, [j]]
        if self.velocity is None:
            return centre
        return 2 * reflected((centre + self.velocity[:, [j]] * t) / 2)

    def log_densities(self, columns, t):
        """log p(x, centroid) of rows `columns` (d, n): (k, n).

        Directions come from a cube and the distance is normal in one dimension, so that the
        density is not that of a normal distribution, and has a pole at the centroid if d > 1.
        """
        d, n = columns.shape
        square, reach = np.full((1, n), LEAST**2), np.full((1, n), LEAST)
        for j, column in enumerate(columns):
            distance = np.abs(column - self.coordinate(j, t))
            reach = np.maximum(reach, distance)
            distance *= distance
            square = square + distance
        sigma = self.sigma[:, None]
        factor = np.log(2 * self.weight / self.sigma / d) - 0.5 * np.log(2 * np.pi)
        log = 0.5 * np.log(square) - d * np.log(2 * reach)
        square *= 0.5 / sigma**2
        log -= square
        return log + factor[:, None]


class Rbf(Seeded):
    """Radial basis functions (MOA's RandomRBF): clouds around centroids, each of one class.

    Formula:
        x = centroid + width r d / |d|
        r standard normal, d uniform in a cube around 0

    Centroids are uniform in a cube of side 1 and have a class, a weight and a width drawn at
    random. Those that move have a constant velocity, and are reflected where they leave the cube.
    """

    known = True

    features: Annotated[int, Field(gt=0, le=1000)] = 10  # columns
    classes: Annotated[int, Field(ge=2, le=1000)] = 2  # of labels
    centroids: Annotated[int, Field(gt=0, le=10_000)] = 50  # clouds
    speed: Annotated[Number, Field(ge=0, le=1)] = 0.0  # of a centroid that moves, per row
    moving: Annotated[int, Field(ge=0)] | None = None  # centroids; all where not given

    @property
    def schema(self):
        return Schema(numbered(self.features), n_classes=self.classes)

    @property
    def moves(self):
        return bool(self.speed) and self.moving != 0

    def instantiated(self, rng):
        k = self.centroids
        centre, label = rng.random((k, self.features)), rng.integers(0, self.classes, k)
        sigma, weight = 1 - rng.random((2, k))  # more than 0
        weight /= weight.sum()
        velocity = self._velocity(rng.standard_normal((k, self.features)))
        clouds = Clouds(centre, velocity, label, sigma, weight, AliasTable.of(weight))
        return InstantiatedRbf(self, clouds)

    def _velocity(self, directions):
        moving = self.centroids if self.moving is None else self.moving
        if not self.speed or not moving:
            return None
        velocity = self.speed * directions / np.linalg.norm(directions, axis=1, keepdims=True)
        velocity[moving:] = 0
        return velocity

    @model_validator(mode="after")
    def _moves_what_there_is(self):
        if self.moving is not None and self.moving > self.centroids:
            raise ValueError(
                f"{self.moving} of {self.centroids} centroids cannot move; "
                f"give at most {self.centroids}, or leave it out to move all"
            )
        return self


@dataclass(frozen=True, eq=False)
class InstantiatedRbf(Instantiated):
    """Radial basis functions whose centroids have been drawn."""

    description: Rbf
    clouds: Clouds

    def draw(self, rng, t):
        clouds = self.clouds
        which = clouds.table.outcomes(rng.random(len(t)))
        X = rng.random((len(t), self.description.features))
        reach = rng.standard_normal(len(t))
        reach *= clouds.sigma.take(which)
        for first in range(0, len(t), ROWS):
            rows = slice(first, first + ROWS)
            around(X[rows], reach[rows], clouds.half_positions(t[rows], which[rows]))
        return X, clouds.label.take(which)

    def density(self, X, t):
        member = one_hot(self.clouds.label, self.description.classes)
        joint, columns = np.empty((len(X), member.shape[1])), np.ascontiguousarray(X.T)
        for first in range(0, len(X), ROWS):
            rows = slice(first, first + ROWS)
            log = self.clouds.log_densities(columns[:, rows], t[rows])
            peak = log.max(axis=0)
            log -= peak - np.clip(peak, -MOST, MOST)
            joint[rows] = np.exp(log).T @ member
        return joint


def around(X, reach, half):
    """Make uniform rows `X` points at a distance `reach` from twice `half`, in their direction."""
    X -= 0.5
    reach *= 0.5 / np.sqrt(np.einsum("ij,ij->i", X, X))
    X *= spread(reach, X)
    X += half
    X *= 2  # a power of two, so that half a coordinate is not rounded


def reflected(half):
    """Half a coordinate, reflected at 0 and 1 as often as it lies beyond them; in place."""
    half -= np.rint(half)
    return np.abs(half, out=half)


def spread(numbers, X):
    """A number for each row of `X`, in all of its columns; faster than broadcasting it."""
    return np.repeat(numbers, X.shape[1]).reshape(X.shape)
