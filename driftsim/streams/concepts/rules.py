"""Rules: concepts whose label follows from features that are uniform."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number, Share
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Rule

CELLS = 4096  # of a curve


class Curve:
    """A curve over 0..1: a table of heights, and the exact height only for points close to it."""

    def __init__(self, height, slope):
        self._height = height
        self._middle = height((np.arange(CELLS) + 0.5) / CELLS)
        self._reach = (slope / 2 + 1e-6) / CELLS  # of the curve from its middle, in each cell

    def under(self, x, y):
        """Whether points (n,) of the unit square lie on the curve or above it."""
        above = y - self._middle.take((x * CELLS).astype(np.intp), mode="clip")
        under, close = above >= 0, np.flatnonzero(np.abs(above) <= self._reach)
        under[close] = y[close] >= self._height(x[close])
        return under


ARCH = Curve(np.sin, 1)
WAVE = Curve(lambda x: 0.5 + 0.3 * np.sin(3 * np.pi * x), 0.9 * np.pi)


class Sea(Rule):
    """SEA (Street & Kim 2001): whether two of three uniform features sum to above a threshold.

    Formula:
        class 1 where x1 + x2 > threshold, with x1, x2 and x3 uniform in 0..10
    """

    schema = Schema(("x1", "x2", "x3"))
    high = 10.0

    threshold: Annotated[Number, Field(ge=0, le=20)] = 8.0  # of x1 + x2, which lies in 0..20

    def label(self, X):
        return X[:, 0] + X[:, 1] > self.threshold


class Sine(Rule):
    """Sine (Gama et al. 2004): points above a sine; functions 2 and 4 are 1 and 3 reversed.

    Formula:
        function 1:  class 1 where y ≥ sin(x)
        function 2:  class 1 where y < sin(x)
        function 3:  class 1 where y ≥ 0.5 + 0.3 sin(3πx)
        function 4:  class 1 where y < 0.5 + 0.3 sin(3πx)
        x and y uniform in 0..1
    """

    schema = Schema(("x", "y"))

    function: Literal[1, 2, 3, 4] = 1  # which of the four rules

    def label(self, X):
        above = (ARCH if self.function <= 2 else WAVE).under(*X.T)
        return ~above if self.function % 2 == 0 else above


class Mixed(Rule):
    """Mixed (Gama et al. 2004): whether two of three conditions hold; function 2 reverses 1.

    Formula:
        function 1:  class 0 where at least two hold of v, w and y < 0.5 + 0.3 sin(3πx)
        function 2:  class 1 there
        v and w fair coins, x and y uniform in 0..1
    """

    schema = Schema(
        ("v", "w", "x", "y"),
        nominal={0: 2, 1: 2},
        values={0: ("false", "true"), 1: ("false", "true")},
    )

    function: Literal[1, 2] = 1  # which of the two rules

    def draw(self, rng, t):
        n = len(t)
        coins = np.unpackbits(np.frombuffer(rng.bytes(-(-n // 4)), np.uint8), count=2 * n)
        columns = *coins.reshape(2, n), *rng.random((2, n))
        X = np.empty((n, 4))
        for j, column in enumerate(columns):
            X[:, j] = column
        return X, self._class(*columns).astype(np.int64)

    def density(self, X, t):
        codes = np.isin(X[:, :2], (0, 1)).all(axis=1, keepdims=True)
        return super().density(X, t) * codes / 4

    def label(self, X):
        return self._class(*X.T)

    def _class(self, v, w, x, y):
        held = v + w
        fewer, open_ = held < 1, np.flatnonzero(held == 1)  # where the sine decides
        fewer[open_] = WAVE.under(x.take(open_), y.take(open_))
        return ~fewer if self.function == 2 else fewer


class Circles(Rule):
    """Circles (Gama et al. 2004): whether a point of the unit square lies in a circle.

    Formula:
        class 1 where (x - a)² + (y - b)² ≤ radius², with the centre [a, b]

    The four published contexts, in their order, are the circles around (0.2, 0.5), (0.4, 0.5),
    (0.6, 0.5) and (0.8, 0.5), of the radii 0.15, 0.2, 0.25 and 0.3. Class 1 lies inside.
    """

    schema = Schema(("x", "y"))

    centre: Annotated[list[Share], Field(min_length=2, max_length=2)] = [0.2, 0.5]  # x, y
    radius: Annotated[Number, Field(gt=0, le=1.5)] = 0.15  # of the circle; 1.42 covers all

    def label(self, X):
        squares = (X - np.asarray(self.centre)) ** 2
        return squares[:, 0] + squares[:, 1] <= np.square(self.radius)


class Torus(Rule):
    """Torus: whether a point of the unit cube lies in the tube around a circle.

    Formula:
        class 1 where (√(x² + y²) - radius)² + z² ≤ tube²
        x, y and z measured from the centre, z along the axis

    Class 1 lies inside: within `tube` of the circle of `radius` around the centre, across the
    axis. Its share is 2π² radius tube² where the whole torus lies within the cube. A `tilt` turns
    the axis about the centre, from x towards y, from y towards z, or from z towards x.
    """

    omitted = ("tilt",)
    schema = Schema(("x", "y", "z"))

    centre: Annotated[list[Share], Field(min_length=3, max_length=3)] = [0.5, 0.5, 0.5]  # x, y, z
    axis: Literal["x", "y", "z"] = "z"  # of the circle
    radius: Annotated[Number, Field(gt=0, le=1)] = 0.25  # of the circle
    tube: Annotated[Number, Field(gt=0, le=1)] = 0.15  # radius of the tube
    tilt: Number = 0.0  # degrees, of the axis

    def label(self, X):
        along = self.schema.names.index(self.axis)
        offsets = X - np.asarray(self.centre)
        if np.any(self.tilt):
            towards, angle = (along + 1) % 3, np.deg2rad(self.tilt)
            a, b = offsets[:, along], offsets[:, towards]
            offsets[:, along], offsets[:, towards] = (
                np.cos(angle) * a + np.sin(angle) * b,
                np.cos(angle) * b - np.sin(angle) * a,
            )
        squares = offsets**2
        across = np.sqrt(np.delete(squares, along, axis=1).sum(axis=1))
        return (across - self.radius) ** 2 + squares[:, along] <= np.square(self.tube)

    @model_validator(mode="after")
    def _has_a_hole(self):
        if self.tube > self.radius:
            raise ValueError(
                f"a tube of {self.tube} closes the hole of a torus with the radius {self.radius}; "
                "give it at most that radius"
            )
        return self


class Stagger(Rule):
    """STAGGER (Schlimmer & Granger 1986): a rule on size, color and shape, three values each.

    Formula:
        function 1:  class 1 where size = small and color = red
        function 2:  class 1 where color = green or shape = circle
        function 3:  class 1 where size = medium or size = large
    """

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

    function: Literal[1, 2, 3] = 1  # which of the three rules

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
