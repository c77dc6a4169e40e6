"""Boards: shapes cut into pieces whose classes alternate, and which turn about their centre."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from driftsim.parts import Number
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.concept import Concept, Rule

Side = Annotated[Number, Field(ge=0.01, le=10)]


class Checkerboard(Rule):
    """Checkerboard (Kuncheva; Elwell & Polikar 2011): squares whose classes alternate.

    Formula:
        class 1 where ⌊u / sides[0]⌋ + ⌊v / sides[1]⌋ is odd
        u = (x - ½) cos(angle) + (y - ½) sin(angle)
        v = (y - ½) cos(angle) - (x - ½) sin(angle)

    Four corners meet in the centre of the unit square, about which the board turns. On squares
    each class has half of the rows at every angle, and a quarter of a turn exchanges them. With
    two different sides it is a bar of chocolate, as in the THU concept drift datasets (Hu et al.).
    """

    schema = Schema(("x", "y"))

    sides: Annotated[list[Side], Field(min_length=2, max_length=2)] = [0.25, 0.25]  # of a piece
    angle: Number = 0.0  # degrees that it has turned, anticlockwise

    def label(self, X):
        places = np.floor(turned(X, self.angle) / np.asarray(self.sides))
        return places.sum(axis=1) % 2 == 1


class Cake(Concept):
    """Cake (THU concept drift datasets): slices of a disc, of two classes by turns.

    Formula:
        class 1 where ⌊2 pairs (φ - angle) / 360°⌋ is odd
        φ the direction of (x, y) as seen from the centre

    Points are uniform in the disc of radius 1. Each class has half of them at every angle, and
    what two angles disagree on is the angle between them as a share of that of a slice, up to one.
    """

    schema: ClassVar[Schema] = Schema(("x", "y"))

    pairs: Annotated[int, Field(gt=0, le=1000)] = 4  # of slices, one of each class
    angle: Number = 0.0  # degrees that it has turned, anticlockwise

    def draw(self, rng, t):
        share, direction = rng.random((2, len(t)))
        radius, direction = np.sqrt(share), 2 * np.pi * direction
        X = np.stack([radius * np.cos(direction), radius * np.sin(direction)], axis=1)
        return X, self.label(X).astype(np.int64)

    def label(self, X):
        """The class of each row (n,)."""
        turns = np.arctan2(X[:, 1], X[:, 0]) / (2 * np.pi) - np.asarray(self.angle) / 360
        return np.floor(2 * self.pairs * turns) % 2 == 1

    def density(self, X, t):
        inside = (X**2).sum(axis=1) <= 1
        return one_hot(self.label(X), 2) * (inside / np.pi)[:, None]


def turned(X: np.ndarray, angle: float | np.ndarray) -> np.ndarray:
    """Points (n, 2) as seen from the centre of the unit square, by axes at an angle in degrees."""
    x, y = (X - 0.5).T
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    return np.stack([cosine * x + sine * y, cosine * y - sine * x], axis=1)
