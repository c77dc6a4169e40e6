"""Bayesian online change points (Adams & MacKay 2007): how likely each number of errors since."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, register_detector
from driftsim.kernels.loop import compiled


class RunLengths(NamedTuple):
    """Hypotheses of when the error rate changed last; the first one is that it never did.

    Each has a Beta distribution of the rate since. Where there is no room, the least likely one
    makes room for the next.
    """

    held: np.ndarray  # (M,) hypotheses
    chances: np.ndarray  # (M, most) of each, which sum to 1
    wrong: np.ndarray  # (M, most) errors of 1 since, and one more
    seen: np.ndarray  # (M, most) errors since, and two more
    hazard: float  # the chance of a change after each error
    threshold: float  # the chance that there was one at which it fires


def run_lengths(members, every, threshold, most) -> RunLengths:
    """Detectors that have seen no errors."""
    held, (chances, wrong) = np.ones(members, np.int64), np.ones((2, members, most))
    return RunLengths(held, chances, wrong, wrong + 1.0, 1.0 / every, float(threshold))


@compiled
def run_lengths_update(s, m, error):
    chances, held = s.chances[m], s.held[m]
    total = least = 0.0
    unlikely = held
    for i in range(held):
        rate = s.wrong[m, i] / s.seen[m, i]
        chances[i] *= rate if error > 0.0 else 1.0 - rate
        total += chances[i]
        s.wrong[m, i] += error
        s.seen[m, i] += 1.0
        if i > 0 and (unlikely == held or chances[i] < least):
            unlikely, least = i, chances[i]
    for i in range(held):
        chances[i] *= (1.0 - s.hazard) / total
    never = chances[0]
    if held < chances.size:
        unlikely = held
        s.held[m] += 1
    chances[unlikely], s.wrong[m, unlikely], s.seen[m, unlikely] = s.hazard, 1.0, 2.0
    return ALARM if 1.0 - s.hazard - never > s.threshold else STABLE


@compiled
def run_lengths_reset(s, m):
    s.held[m] = 1
    s.chances[m, 0] = s.wrong[m, 0] = 1.0
    s.seen[m, 0] = 2.0


register_detector(RunLengths, update=run_lengths_update, reset=run_lengths_reset)
