"""Coins: labels that no feature says anything about."""

from typing import ClassVar

import numpy as np

from driftsim.parts import Share
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Concept


class Coin(Concept):
    """A coin: class 1 with a fixed probability, and a feature without information.

    Formula:
        P(class 1 | x) = share, with x uniform in 0..1

    While `share` is below a half, the errors of a majority learner are the labels themselves: the
    signal that detectors are tried on, with steps (`sudden`) and slopes (`incremental`).
    """

    schema: ClassVar[Schema] = Schema(("x1",))

    share: Share = 0.2  # of class 1

    def draw(self, rng, t):
        x, coin = rng.random((2, len(t)))
        return x[:, None], (coin < self.share).astype(np.int64)

    def density(self, X, t):
        inside = ((X >= 0) & (X <= 1))[:, 0]
        share = np.broadcast_to(np.asarray(self.share, float), len(X))
        return np.stack([1 - share, share], axis=1) * inside[:, None]
