"""OPTWIN (Tosi & Theobald 2023): the newer part of a window, split at its best place, is worse."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, register_detector
from driftsim.kernels.loop import compiled

LEAST = 30  # errors in a window that is tested


class Optwin(NamedTuple):
    """Windows, and where those of each length are split."""

    seen: np.ndarray  # (M,) errors, also those before the window
    sums: np.ndarray  # (M, most + 1) of all errors up to each of the last, a circular buffer
    squares: np.ndarray  # the same of their squares
    newer: np.ndarray  # (most + 1,) errors after the split of a window of each length
    t_limits: np.ndarray  # (most + 1,) of Student's t of the means
    f_limits: np.ndarray  # (most + 1,) of the ratio of variances


def optwin(members, newer, t_limits, f_limits) -> Optwin:
    """Windows of no errors; the tables are of `most` + 1 lengths."""
    sums, squares = np.zeros((2, members, newer.size))
    return Optwin(np.zeros(members, np.int64), sums, squares, newer, t_limits, f_limits)


@compiled
def optwin_update(s, m, error):
    room = s.newer.size
    before, now = s.seen[m] % room, (s.seen[m] + 1) % room
    s.seen[m] += 1
    s.sums[m, now] = s.sums[m, before] + error
    s.squares[m, now] = s.squares[m, before] + error * error
    n = min(s.seen[m], room - 1)
    return ALARM if n >= LEAST and _is_worse(s, m, n) else STABLE


@compiled
def _is_worse(s, m, n):
    """Whether the newer errors of a window of n have a higher mean, by one of the two tests."""
    room, newer, end = s.newer.size, s.newer[n], s.seen[m]
    older, first, split, last = n - newer, (end - n) % room, (end - newer) % room, end % room
    rest, late = s.sums[m, split] - s.sums[m, first], s.sums[m, last] - s.sums[m, split]
    rise = late / newer - rest / older
    if rise <= 0.0:
        return False
    variance = _variance(rest, s.squares[m, split] - s.squares[m, first], older)
    new_variance = _variance(late, s.squares[m, last] - s.squares[m, split], newer)
    if variance > 0.0 and new_variance > s.f_limits[n] * variance:
        return True
    return rise > s.t_limits[n] * math.sqrt(variance / older + new_variance / newer)


@compiled
def _variance(total, squares, n):
    return max(0.0, squares - total * total / n) / (n - 1.0)


@compiled
def optwin_reset(s, m):
    s.seen[m] = 0
    s.sums[m, 0] = s.squares[m, 0] = 0.0


register_detector(Optwin, update=optwin_update, reset=optwin_reset)
