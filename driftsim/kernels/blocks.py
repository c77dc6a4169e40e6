"""Detectors that compare blocks of errors: SEED with all before them, SeqDrift2 with a sample."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, register_detector
from driftsim.kernels.loop import compiled
from driftsim.kernels.online.random_numbers import below, random_states

MOST_BLOCKS = 1_024  # of a window; where there are more, each two are merged


class Seed(NamedTuple):
    """SEED (Huang et al. 2014): blocks, of which those that are alike are merged."""

    windows: np.ndarray  # (M,) of WINDOW
    sizes: np.ndarray  # (M, MOST_BLOCKS) errors in each block
    sums: np.ndarray  # (M, MOST_BLOCKS) of them
    block: float  # errors in a new block
    delta: float  # chance of a false alarm
    tolerance: float  # between the means of two blocks that are merged, at first
    growth: float  # by which it grows with every compression
    every: int  # blocks between two compressions


WINDOW = np.dtype(
    [
        ("n", np.float64),  # errors
        ("sum", np.float64),
        ("squares", np.float64),  # the sum of their squares
        ("blocks", np.int64),
        ("until", np.int64),  # new blocks to come before the next compression
        ("tolerance", np.float64),
    ]
)


def seed(members, block, delta, tolerance, growth, every) -> Seed:
    """Windows of no errors."""
    windows = np.zeros(members, WINDOW)
    windows["until"], windows["tolerance"] = every, tolerance
    sizes, sums = np.zeros((2, members, MOST_BLOCKS))
    return Seed(
        windows, sizes, sums, float(block), float(delta), float(tolerance), float(growth), every
    )


@compiled
def seed_update(s, m, error):
    window, sizes, sums = s.windows[m], s.sizes[m], s.sums[m]
    if window.blocks == 0 or sizes[window.blocks - 1] >= s.block:
        _begin_block(s, m)
    last = window.blocks - 1
    sizes[last] += 1.0
    sums[last] += error
    window.n += 1.0
    window.sum += error
    window.squares += error * error
    return ALARM if sizes[last] == s.block and _is_cut(s, m) else STABLE


@compiled
def _begin_block(s, m):
    """Open an empty block, and merge those that are alike when it is time."""
    window = s.windows[m]
    if window.until == 0:
        _merge(s, m, window.tolerance)
        window.tolerance *= 1.0 + s.growth
        window.until = s.every
    if window.blocks == s.sizes.shape[1]:
        _merge(s, m, np.inf)
    window.until -= 1
    s.sizes[m, window.blocks] = s.sums[m, window.blocks] = 0.0
    window.blocks += 1


@compiled
def _merge(s, m, tolerance):
    """Merge each block with the next one if their means are closer than this, two at most."""
    window, sizes, sums = s.windows[m], s.sizes[m], s.sums[m]
    i = kept = 0
    while i < window.blocks:
        sizes[kept], sums[kept] = sizes[i], sums[i]
        if i + 1 < window.blocks:
            apart = abs(sums[i] / sizes[i] - sums[i + 1] / sizes[i + 1])
            if apart < tolerance:
                sizes[kept] += sizes[i + 1]
                sums[kept] += sums[i + 1]
                i += 1
        i += 1
        kept += 1
    window.blocks = kept


@compiled
def _is_cut(s, m):
    """Whether the means before and after some block differ beyond their bound."""
    window, n, total = s.windows[m], 0.0, 0.0
    if window.blocks < 2:
        return False
    mean = window.sum / window.n
    variance = max(0.0, window.squares / window.n - mean * mean)
    chance = math.log(2.0 * math.log(window.n) / s.delta)
    for i in range(window.blocks - 1):
        n += s.sizes[m, i]
        total += s.sums[m, i]
        rest = window.n - n
        each = 1.0 / n + 1.0 / rest
        bound = math.sqrt(2.0 * each * variance * chance) + 2.0 / 3.0 * each * chance
        if abs(total / n - (window.sum - total) / rest) > bound:
            return True
    return False


@compiled
def seed_reset(s, m):
    window = s.windows[m]
    window.n = window.sum = window.squares = 0.0
    window.blocks = 0
    window.until, window.tolerance = s.every, s.tolerance


register_detector(Seed, update=seed_update, reset=seed_reset)


class SeqDrift2(NamedTuple):
    """SeqDrift2 (Pears et al. 2014): each block is compared with a sample of all before it."""

    counts: np.ndarray  # (M,) of COUNTS
    samples: np.ndarray  # (M, sample) of the errors before the block
    blocks: np.ndarray  # (M, block) errors
    generators: np.ndarray  # (M,)
    delta: float  # chance of a false alarm


COUNTS = np.dtype([("before", np.int64), ("block", np.int64)])  # errors before the block, and in it


def seq_drift_2(members, block, sample, delta, seed) -> SeqDrift2:
    """Detectors that have seen no errors."""
    rooms = np.zeros((members, sample)), np.zeros((members, block))
    return SeqDrift2(np.zeros(members, COUNTS), *rooms, random_states(seed, members), float(delta))


@compiled
def seq_drift_2_update(s, m, error):
    counts, block = s.counts[m], s.blocks[m]
    block[counts.block] = error
    counts.block += 1
    if counts.block < block.size:
        return STABLE
    counts.block = 0
    if counts.before > 0 and _differs(s, m):
        return ALARM
    for i in range(block.size):
        _sample(s, m, block[i])
    return STABLE


@compiled
def _sample(s, m, error):
    """Have each error before the block with the same chance in the sample (Vitter 1985)."""
    counts, sample = s.counts[m], s.samples[m]
    counts.before += 1
    place = counts.before - 1
    if place >= sample.size:
        place = below(s.generators, m, counts.before)
    if place < sample.size:
        sample[place] = error


@compiled
def _differs(s, m):
    """Whether the means of the block and of the sample differ beyond Bernstein's bound."""
    block, n = s.blocks[m].size, min(s.counts[m].before, s.samples.shape[1])
    older = newer = squares = 0.0
    for i in range(n):
        older += s.samples[m, i]
        squares += s.samples[m, i] ** 2
    for i in range(block):
        newer += s.blocks[m, i]
        squares += s.blocks[m, i] ** 2
    mean = (older + newer) / (n + block)
    variance = max(0.0, squares / (n + block) - mean * mean)
    share, chance = n / (n + block), math.log(4.0 / s.delta)
    root = math.sqrt(chance * chance + 18.0 * variance * block * chance)
    return abs(older / n - newer / block) > (chance + root) / (3.0 * share * block)


@compiled
def seq_drift_2_reset(s, m):
    s.counts[m].before = s.counts[m].block = 0


register_detector(SeqDrift2, update=seq_drift_2_update, reset=seq_drift_2_reset)
