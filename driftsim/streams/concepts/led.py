"""LED: the digits of a display whose segments fail."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

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

    `noise` is part of the definition: it inverts segments, and never a label.
    """

    schema: ClassVar[Schema] = Schema(
        numbered(24), nominal=dict.fromkeys(range(24), 2), n_classes=10
    )

    noise: Share = 0.1  # the share of segments that are inverted, each by itself
    swapped: Annotated[int, Field(ge=0, le=7)] = 0  # attribute i ≤ swapped and i + 7 trade places

    def draw(self, rng, t):
        n = len(t)
        bits = np.unpackbits(np.frombuffer(rng.bytes(3 * n), np.uint8)).reshape(n, 24)
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
        return np.take_along_axis(probability, wrong.astype(int), axis=1) * codes / (10 * 2**17)

    def _segments(self):
        """The columns of the seven segments."""
        columns = np.arange(7)
        return columns + 7 * (columns < self.swapped)
