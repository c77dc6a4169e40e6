"""Composition: which of two streams of MOA each row comes from."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.moa.java_random import uniform


class Choice(NamedTuple):
    """ConceptDriftStream, and RecurrentConceptDriftStream."""

    random: np.ndarray
    drawn: np.ndarray  # (1,) rows so far
    position: int  # the row, counted from 1, at which the drift is half done
    width: float
    recurrent: bool
    length: int  # of each visit of the second stream, where it recurs
    gap: int  # between two visits
    visits: int


def choose(s, second, chance):
    """Fill `second` (n,): whether each next row is of the second stream; `chance`: how likely."""
    for i in range(second.size):
        t = s.drawn[0] + 1
        s.drawn[0] = t
        u = uniform(s.random)
        if not s.recurrent:
            p = 1.0 / (1.0 + math.exp((-4.0 * (t - s.position)) / s.width))
        else:
            p, at = 0.0, s.position
            for _ in range(s.visits):
                p += 1.0 / (1.0 + math.exp((-4.0 * (t - at)) / s.width)) - 1.0 / (
                    1.0 + math.exp((-4.0 * (t - (at + s.length))) / s.width)
                )
                at += s.length + s.gap
        second[i] = not u > p  # where p is not a number, too
        chance[i] = max(p, 0.0) if p <= 1.0 else 1.0
