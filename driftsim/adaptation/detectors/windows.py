"""Those that weigh when errors changed: OPTWIN, and Bayesian online change points."""

from functools import cache
from typing import Annotated

import numpy as np
from pydantic import Field

from driftsim.adaptation.detectors.detector import Chance, KernelDetector, Positive
from driftsim.kernels.optwin import LEAST


class Optwin(KernelDetector):
    """OPTWIN (Tosi & Theobald 2023): the newer part of a window, split where best, is worse."""

    confidence: Chance = 0.99  # that an alarm is no false one
    robustness: Positive = 0.5  # standard deviations: the least rise that is to be found
    most: Annotated[int, Field(ge=60, le=25_000)] = 2_000  # errors in the window

    def states(self, members, rng):
        from driftsim.kernels.optwin import optwin

        return optwin(members, *splits(self.most, self.confidence, self.robustness))


class BayesianChangePoints(KernelDetector):
    """Bayesian online change points (Adams & MacKay 2007): the error rate has probably changed."""

    binary = True

    every: Annotated[int, Field(ge=2)] = 10_000  # errors between two changes, expected beforehand
    threshold: Chance = 0.95  # of the probability that there was a change
    most: Annotated[int, Field(ge=2, le=10_000)] = 200  # changes that are considered

    def states(self, members, rng):
        from driftsim.kernels.run_lengths import run_lengths

        return run_lengths(members, self.every, self.threshold, self.most)


@cache
def splits(most: int, confidence: float, robustness: float):
    """Of windows of each length up to `most`: errors after the split, and the limits of t and F.

    The newer part is the shortest in which a rise of the mean by `robustness` standard deviations
    is sure to be found, and a half where none is.
    """
    n = np.arange(most + 1)
    each = confidence**0.25
    tested = n[LEAST:]
    low, high = np.full(tested.size, 2), tested // 2
    while (low < high).any():
        middle = (low + high) // 2
        found = _least_rise(tested, middle, each)[0] <= robustness
        low, high = np.where(found | (low >= high), low, middle + 1), np.where(found, middle, high)
    newer = np.zeros(most + 1, np.int64)
    newer[LEAST:] = low
    t_limits, f_limits = np.zeros((2, most + 1))
    _, t_limits[LEAST:], f_limits[LEAST:] = _least_rise(tested, low, each)
    return newer, t_limits, f_limits


def _least_rise(n, newer, confidence):
    """The rise, in standard deviations, that is found where so many of n are newer; both limits."""
    from scipy.special import fdtri, stdtrit

    older = n - newer
    ratio = fdtri(newer - 1, older - 1, confidence)
    parts = 1 / older, ratio / newer
    free = sum(parts) ** 2 / (parts[0] ** 2 / (older - 1) + parts[1] ** 2 / (newer - 1))
    limit = stdtrit(free, confidence)
    return limit * np.sqrt(sum(parts)), limit, ratio
