"""Digits: scikit-learn's images of handwritten digits, drawn again and again, and turned."""

from functools import cache
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from driftsim.libraries import called, imported
from driftsim.parts import Number
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Concept

SIDE = 8  # pixels
ROWS = 1024  # turned at once, so that they stay in a processor's cache
PLACES = np.indices((SIDE, SIDE)).reshape(2, -1) - (SIDE - 1) / 2  # (2, 64) from the middle


class Digits(Concept):
    """Handwritten digits (scikit-learn's load_digits): images of 8 × 8 pixels, which may turn.

    Each row is one of its 1,797 images, turned by `angle` and by a little of its own (`wobble`),
    so that there is no end of rows, but a learner meets the same handwriting again. Nobody knows
    their distribution. An operator, such as `relabelled`, changes what they mean.
    """

    library = "scikit-learn"
    schema: ClassVar[Schema] = Schema(
        tuple(f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)),
        n_classes=10,
        classes=tuple("0123456789"),
    )

    angle: Number = 0.0  # degrees, anticlockwise
    wobble: Annotated[Number, Field(ge=0)] = 5.0  # degrees, standard deviation of each image's own

    def draw(self, rng, t):
        images, digits = loaded()
        which = rng.integers(0, len(images), len(t))
        angles = self.angle + self.wobble * rng.standard_normal(len(t))
        pieces = range(0, len(t), ROWS)
        turns = [turned(images[which[i : i + ROWS]], angles[i : i + ROWS]) for i in pieces]
        return np.concatenate(turns or [images[:0].reshape(0, -1)]), digits[which]


@cache
def loaded() -> tuple[np.ndarray, np.ndarray]:
    """The images (n, 8, 8), in 0..16, and their digits (n,)."""
    path = "sklearn.datasets.load_digits"
    data = called(imported(path, ["sklearn.datasets"], callable), {}, path)
    images, digits = data.images.astype(float), data.target.astype(np.int64)
    images.setflags(write=False)
    digits.setflags(write=False)
    return images, digits


def turned(images: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Images (n, 8, 8), each turned by its angle in degrees: (n, 64), between pixels linear."""
    radians = np.deg2rad(angles)[:, None]
    cosine, sine = np.cos(radians), np.sin(radians)
    down, right = PLACES
    middle = (SIDE - 1) / 2 + 1  # within a frame of one empty pixel, where all beyond lies
    from_down = np.clip(cosine * down + sine * right + middle, 0, SIDE + 1)
    from_right = np.clip(cosine * right - sine * down + middle, 0, SIDE + 1)
    framed = np.pad(images, [(0, 0), (1, 2), (1, 2)])
    above, left = from_down.astype(np.int64), from_right.astype(np.int64)
    lower, further = from_down - above, from_right - left
    rows = np.arange(len(images))[:, None]
    upper = (1 - further) * framed[rows, above, left] + further * framed[rows, above, left + 1]
    below = framed[rows, above + 1, left], framed[rows, above + 1, left + 1]
    return (1 - lower) * upper + lower * ((1 - further) * below[0] + further * below[1])
