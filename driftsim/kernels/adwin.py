"""ADWIN (Bifet & Gavaldà 2007): windows that drop their older part when the mean has changed."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, register_detector
from driftsim.kernels.loop import compiled

ROWS = 50  # of buckets; the last one's hold more values than a stream has rows

WINDOW = np.dtype(
    [
        ("width", np.float64),  # values in the window
        ("total", np.float64),  # their sum
        ("scatter", np.float64),  # the sum of their squared distances from their mean
        ("delta", np.float64),  # chance of a false alarm
        ("rows", np.int64),  # of buckets, in use
        ("until_check", np.int64),  # values to come before the next search for a cut
        ("drift", np.bool_),  # whether the last value cut the window
    ]
)
ROW = np.dtype([("oldest", np.int64), ("n", np.int64)])  # where its oldest bucket is; how many
BUCKET = np.dtype([("total", np.float64), ("scatter", np.float64)])  # of its values

ROUNDING = 1e-14  # more than the relative error of a few operations


class Adwin(NamedTuple):
    """Windows in exponential histograms: each bucket of row i holds 2**i values."""

    windows: np.ndarray  # (M,) of WINDOW
    rows: np.ndarray  # (M, ROWS) of ROW
    buckets: np.ndarray  # (M, ROWS, places) of BUCKET, each row a circular buffer
    clock: int
    max_buckets: int
    min_window_length: float
    grace_period: float


def adwin(
    members, delta=0.002, clock=32, max_buckets=5, min_window_length=5, grace_period=10
) -> Adwin:
    """Empty windows; delta is one number, or one for each member."""
    places = 1 << int(max_buckets).bit_length()  # the least power of two above max_buckets
    windows = np.zeros(members, WINDOW)
    windows["delta"], windows["rows"], windows["until_check"] = delta, 1, clock
    return Adwin(
        windows,
        np.zeros((members, ROWS), ROW),
        np.zeros((members, ROWS, places), BUCKET),
        int(clock),
        int(max_buckets),
        float(min_window_length),
        float(grace_period),
    )


def adwin_enlarged(s, members) -> Adwin:
    """The same windows and empty ones after them, as many members in all."""
    more = adwin(
        members, s.windows["delta"][0], s.clock, s.max_buckets, s.min_window_length, s.grace_period
    )
    for new, old in zip(more[:3], s[:3], strict=True):
        new[: len(old)] = old
    return more


@compiled
def adwin_update(s, m, value):
    """Add a value to the window of member m; whether its older part was cut off.

    After a cut the window keeps the newer part until the next value, which begins an empty one.
    """
    window = s.windows[m]
    if window.drift:
        adwin_reset(s, m)
    _add(s, m, value)
    window.until_check -= 1
    if window.until_check == 0:
        window.until_check = s.clock
        if window.width > s.grace_period:
            while _cut(s, m):
                window.drift = True
    return window.drift


@compiled
def adwin_reset(s, m):
    """Empty the window of member m."""
    window = s.windows[m]
    for i in range(window.rows):
        s.rows[m, i].n = 0
    window.width = window.total = window.scatter = 0.0
    window.rows = 1
    window.until_check = s.clock
    window.drift = False


@compiled
def adwin_mean(s, m):
    """The mean of the window of member m; 0 if it is empty."""
    window = s.windows[m]
    return window.total / window.width if window.width > 0 else 0.0


@compiled
def _add(s, m, value):
    window = s.windows[m]
    if window.width > 0.0:
        difference = value - window.total / window.width
        window.scatter += window.width * difference * difference / (window.width + 1.0)
    window.width += 1.0
    window.total += value
    _push(s, m, 0, value, 0.0)
    if s.rows[m, 0].n > s.max_buckets:
        _merge(s, m)


@compiled
def _push(s, m, i, total, scatter):
    """Give row i another bucket, its newest."""
    row = s.rows[m, i]
    place = (row.oldest + row.n) & (s.buckets.shape[2] - 1)
    s.buckets[m, i, place].total = total
    s.buckets[m, i, place].scatter = scatter
    row.n += 1


@compiled
def _merge(s, m):
    """Join the two oldest buckets of each row that has too many into one of the row above."""
    last = s.buckets.shape[2] - 1
    i, half = 0, 0.5  # half: over the size of a bucket; powers of two, so that it rounds nothing
    while s.rows[m, i].n > s.max_buckets:
        row = s.rows[m, i]
        one, other = s.buckets[m, i, row.oldest], s.buckets[m, i, (row.oldest + 1) & last]
        difference = one.total - other.total
        scatter = one.scatter + other.scatter + half * difference * difference
        row.oldest = (row.oldest + 2) & last
        row.n -= 2
        _push(s, m, i + 1, one.total + other.total, scatter)
        i += 1
        half *= 0.5
    s.windows[m].rows = max(s.windows[m].rows, i + 1)


@compiled
def _cut(s, m):
    """Drop the oldest bucket if the window's means before and after some bucket differ too much."""
    window = s.windows[m]
    last, shortest = s.buckets.shape[2] - 1, s.min_window_length
    confidence = math.log(2.0 * math.log(window.width) / window.delta)
    variance = window.scatter / window.width
    old, old_total, new, new_total = 0.0, 0.0, window.width, window.total
    for i in range(window.rows - 1, -1, -1):
        row, size = s.rows[m, i], float(1 << i)
        for j in range(row.n):
            total = s.buckets[m, i, (row.oldest + j) & last].total
            old += size
            new -= size
            old_total += total
            new_total -= total
            if new == 0.0 or old < shortest or new < shortest:
                continue
            if _differ(old, old_total, new, new_total, shortest, variance, confidence):
                _drop(s, m)
                return True
    return False


@compiled
def _differ(old, old_total, new, new_total, shortest, variance, confidence):
    """Whether the means of the older and the newer part differ by more than ADWIN's bound.

    The bound is the sum of a square root and a linear term. A difference below the root of the sum
    of their squares is below it too; products show that, without a division or a root. Only beyond
    it is the bound computed as the paper writes it; always to do so takes 1.6 times as long.
    """
    a, b = old - shortest + 1.0, new - shortest + 1.0
    one, other = old_total * new, new_total * old
    difference = (abs(one - other) + ROUNDING * (abs(one) + abs(other))) * (a * b)
    root, linear = 2.0 * confidence * variance * (a + b), 2.0 / 3.0 * confidence * (a + b)
    if difference * difference <= (old * new) * (old * new) * (root * (a * b) + linear * linear):
        return False
    inverse = 1.0 / a + 1.0 / b
    bound = math.sqrt(2.0 * inverse * variance * confidence) + 2.0 / 3.0 * confidence * inverse
    return abs(old_total / old - new_total / new) > bound


@compiled
def _drop(s, m):
    """Drop the oldest bucket of the window."""
    window = s.windows[m]
    i = window.rows - 1
    row, size = s.rows[m, i], float(1 << i)
    bucket = s.buckets[m, i, row.oldest]
    window.width -= size
    window.total -= bucket.total
    difference = bucket.total / size - window.total / window.width
    within = bucket.scatter + size * window.width * difference * difference / (size + window.width)
    window.scatter -= within
    row.oldest = (row.oldest + 1) & (s.buckets.shape[2] - 1)
    row.n -= 1
    if row.n == 0:
        window.rows -= 1


@compiled
def _adwin_level(s, m, error):
    return ALARM if adwin_update(s, m, error) else STABLE


register_detector(Adwin, update=_adwin_level, reset=adwin_reset)
