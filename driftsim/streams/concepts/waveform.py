"""Waveform: three classes of noisy waves."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Concept, numbered

PEAKS = np.array([6, 14, 10])  # of three triangles, six high and six wide on either side
WAVES = np.maximum(0.0, 6.0 - abs(np.arange(21) - PEAKS[:, None]))
FROM = np.eye(3)[[1, 2, 2]]  # the wave of each class where its share u is 0
STEP = np.eye(3)[[0, 0, 1]] - FROM  # from there to where it is 1


class Waveform(Concept):
    """Waveform (Breiman et al. 1984): which two of three waves are mixed, under normal noise.

    Formula:
        class 0:  xᵢ = u a(i) + (1 - u) b(i) + ε
        class 1:  xᵢ = u a(i) + (1 - u) c(i) + ε
        class 2:  xᵢ = u b(i) + (1 - u) c(i) + ε
        a(i) = max(0, 6 - |i - 7|), b(i) = max(0, 6 - |i - 15|), c(i) = max(0, 6 - |i - 11|)
        u uniform in 0..1, ε standard normal

    The first `swapped` attributes trade places with the last ones, the first with the last. Of 40
    attributes those after the 21st are only noise. Of 21 each has its mirror image in the other
    half, so that 10 swapped attributes swap classes 1 and 2.
    """

    attributes: Literal[21, 40] = 21  # of 40, 19 are only noise
    swapped: Annotated[int, Field(ge=0, le=20)] = 0  # attributes that trade places; at most half

    @property
    def schema(self):
        return Schema(numbered(self.attributes), n_classes=3)

    def draw(self, rng, t):
        y = rng.integers(0, 3, len(t))
        u = rng.random((len(t), 1), np.float32)  # 24 bits, so that no mixture is rounded
        shares = STEP.take(y, axis=0)
        shares *= u
        shares += FROM.take(y, axis=0)
        normal = np.random.SFC64(rng.integers(0, 2**63, 4))  # 25 % faster than rng itself
        X = np.random.Generator(normal).standard_normal((len(t), self.attributes))
        for start in range(0, len(t), 512):  # that many rows fit in the cache
            X[start : start + 512, :21] += shares[start : start + 512] @ WAVES
        return self._swap(X), y

    def density(self, X, t):
        X = self._swap(X.copy())
        mixtures = zip(FROM @ WAVES, STEP @ WAVES)
        heights = np.stack([between(X[:, :21] - end, step) for end, step in mixtures], axis=1)
        noise = X[:, 21:]
        heights *= np.exp(-0.5 * np.einsum("ij,ij->i", noise, noise))[:, None]
        return heights / (3 * (2 * np.pi) ** (self.attributes / 2))

    def _swap(self, X):
        """These rows with attributes swapped, in place; a second call undoes it."""
        first = np.arange(self.swapped)
        X[:, [*first, *(-1 - first)]] = X[:, [*(-1 - first), *first]]
        return X

    @model_validator(mode="after")
    def _enough_attributes(self):
        if self.swapped > self.attributes // 2:
            raise ValueError(
                f"{self.swapped} of {self.attributes} attributes cannot trade places with as many "
                f"others; swap at most {self.attributes // 2}"
            )
        return self


def between(X, step):
    """exp(-|x - u step|² / 2) integrated over u from 0 to 1, for each row x."""
    from scipy.special import ndtr

    length = np.sqrt(step @ step)
    nearest = X @ step / length**2  # the u at which the mean is closest
    distance = np.einsum("ij,ij->i", X, X) - (nearest * length) ** 2  # squared
    away = abs(nearest - 0.5)  # by symmetry; in the lower tail no digits are lost
    share = ndtr((0.5 - away) * length) - ndtr((-0.5 - away) * length)
    return np.exp(-distance / 2) * share * np.sqrt(2 * np.pi) / length
