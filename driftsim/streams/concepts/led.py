"""LED: the digits of a display whose segments fail."""

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Share
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Concept, numbered

LIT = np.array(  # the seven segments of each digit: top, upper pair, middle, lower pair, bottom
    [
        [1, 1, 1, 0, 1, 1, 1],
        [0, 0, 1, 0, 0, 1, 0],
        [1, 0, 1, 1, 1, 0, 1],
        [1, 0, 1, 1, 0, 1, 1],
        [0, 1, 1, 1, 0, 1, 0],
        [1, 1, 0, 1, 0, 1, 1],
        [1, 1, 0, 1, 1, 1, 1],
        [1, 0, 1, 0, 0, 1, 0],
        [1, 1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 0, 1, 1],
    ],
    np.uint8,
)


class Led(Concept):
    """LED (Breiman et al. 1984): which digit seven segments show, among 17 fair coins.

    `noise` is part of the definition: it inverts segments, and never a label. Without `coins` the
    seven segments are all there is.
    """

    omitted = ("coins",)

    noise: Share = 0.1  # the share of segments that are inverted, each by itself
    swapped: Annotated[int, Field(ge=0, le=7)] = 0  # attribute i ≤ swapped and i + 7 trade places
    coins: Annotated[int, Field(ge=0, le=10_000)] = 17  # attributes that say nothing

    @property
    def schema(self):
        d = 7 + self.coins
        return Schema(numbered(d), nominal=dict.fromkeys(range(d), 2), n_classes=10)

    def draw(self, rng, t):
        n, d = len(t), 7 + self.coins
        bits = np.frombuffer(rng.bytes(-(-n * d // 8)), np.uint8)
        bits = np.unpackbits(bits, count=n * d).reshape(n, d)
        y = rng.integers(0, 10, n)
        inverted = rng.random((n, 7)) < np.reshape(self.noise, (-1, 1))
        bits[:, self._segments()] = LIT[y] ^ inverted
        return bits.astype(float), y

    def density(self, X, t):
        lit = X[:, self._segments()] == 1
        wrong = lit @ (1.0 - 2 * LIT.T) + LIT.sum(axis=1)  # segments, of each digit
        noise, of_7 = np.reshape(self.noise, (-1, 1)), np.arange(8)
        probability = noise**of_7 * (1 - noise) ** (7 - of_7)
        codes = ((X == 0) | (X == 1)).all(axis=1, keepdims=True)
        return (
            np.take_along_axis(probability, wrong.astype(int), axis=1)
            * codes
            / 10
            * 0.5**self.coins
        )

    def _segments(self):
        """The columns of the seven segments."""
        columns = np.arange(7)
        return columns + 7 * (columns < self.swapped)

    @model_validator(mode="after")
    def _has_places_to_trade(self):
        if self.swapped > self.coins:
            raise ValueError(
                f"{self.swapped} segments cannot trade places with {self.coins} coins; "
                f"swap at most {self.coins}, or give more coins"
            )
        return self
