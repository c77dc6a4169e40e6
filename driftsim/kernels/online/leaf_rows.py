"""Leaf rows: what a leaf keeps of its rows, label by label, to find out where to split it.

A row is a step of each feature: how many widths its value is above that of the leaf's first row.
That takes a byte and is written at one place, where search trees take a walk for each feature: for
hundreds of trees, each with many leaves that are split soon.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, dispatch
from driftsim.kernels.online.deviation_splits import (
    NONE,
    Sums,
    begin_again,
    best_splits,
    better,
    hand_over,
    no_split,
    observe_label,
    scatter,
    suffices,
)
from driftsim.kernels.search_trees import discard

BLOCK = 16  # rows of a block
FARTHEST = 127  # steps: those beyond count as that


class LeafRows(NamedTuple):
    """Blocks of rows, and which of them are those of a leaf."""

    heads: np.ndarray  # (N,) the block of each leaf that is filled last, or NONE
    counts: np.ndarray  # (N,) rows of each leaf
    origins: np.ndarray  # (N, f) widths up to the value of its first row
    labels: np.ndarray  # (B, 2, BLOCK) distances from the leaf's centre, and weights
    steps: np.ndarray  # (B, f, BLOCK)
    following: np.ndarray  # (B,) the block filled before it; of a free one, the next
    free: np.ndarray  # (2,) the first block that is free, and how many are
    sums: np.ndarray  # (2 * FARTHEST + 1, 3) scratch: of the labels at each step
    at_once: int  # blocks that may be taken before there is a look at how many are free


def leaf_rows(leaves: int, f: int, at_once: int) -> LeafRows:
    """Leaves without rows, of f features."""
    blocks = 2 * at_once
    return LeafRows(
        np.full(leaves, NONE, np.int32),
        np.zeros(leaves, np.int32),
        np.zeros((leaves, f)),
        np.zeros((blocks, 2, BLOCK)),
        np.zeros((blocks, f, BLOCK), np.int8),
        np.arange(1, blocks + 1, dtype=np.int32),
        np.array([0, blocks]),
        np.zeros((2 * FARTHEST + 1, 3)),
        int(at_once),
    )


def with_leaves(s: LeafRows, more: int) -> LeafRows:
    """The same with so many more leaves, which have no rows."""
    return s._replace(
        heads=np.concatenate([s.heads, np.full(more, NONE, np.int32)]),
        counts=np.concatenate([s.counts, np.zeros(more, np.int32)]),
        origins=np.concatenate([s.origins, np.zeros((more, s.origins.shape[1]))]),
    )


def enlarged(s: LeafRows) -> LeafRows:
    """The same with twice the blocks where few are free."""
    if blocks_suffice.py_func(s, 0):
        return s
    size = len(s.following)
    following = np.concatenate([s.following, np.arange(size + 1, 2 * size + 1, dtype=np.int32)])
    following[-1] = s.free[0]
    return s._replace(
        labels=np.concatenate([s.labels, np.zeros_like(s.labels)]),
        steps=np.concatenate([s.steps, np.zeros_like(s.steps)]),
        following=following,
        free=np.array([size, s.free[1] + size]),
    )


@compiled
def blocks_suffice(s, members):
    return s.free[1] >= s.at_once


@compiled
def add_row(s, trees, leaf, x, off, w):
    place = s.counts[leaf] % BLOCK
    if place == 0:
        take_block(s, leaf)
    block = s.heads[leaf]
    s.labels[block, 0, place], s.labels[block, 1, place] = off, w
    for j in range(s.origins.shape[1]):
        width = trees.widths[leaf, j]
        above = math.ceil(x[trees.columns[leaf, j]] / width) if width > 0.0 else 0.0
        if s.counts[leaf] == 0:
            s.origins[leaf, j] = above
        step = max(min(above - s.origins[leaf, j], float(FARTHEST)), -float(FARTHEST))
        s.steps[block, j, place] = int(step)
    s.counts[leaf] += 1


@compiled
def take_block(s, leaf):
    block = s.free[0]
    s.free[0] = s.following[block]
    s.free[1] -= 1
    s.following[block] = s.heads[leaf]
    s.heads[leaf] = block


@compiled
def remove_rows(s, leaf):
    block = s.heads[leaf]
    while block != NONE:
        before = s.following[block]
        s.following[block] = s.free[0]
        s.free[0] = block
        s.free[1] += 1
        block = before
    s.heads[leaf], s.counts[leaf] = NONE, 0


@compiled
def best_of_rows(s, leaf, widths, whole):
    all_rows = sums_of_rows(s, leaf)
    best, second = no_split(0.0), 0.0
    for j in range(s.origins.shape[1]):
        split = best_of_steps(s, leaf, j, widths[leaf, j], all_rows, no_split(second))
        second = max(second, min(split.gain, best.gain))
        if split.gain > best.gain:
            best = split
    return best, second, all_rows


@compiled
def sums_of_rows(s, leaf):
    """The sums of a leaf's labels."""
    n = first = second = 0.0
    block, filled = s.heads[leaf], (s.counts[leaf] - 1) % BLOCK + 1
    while block != NONE:
        for place in range(filled):
            off, w = s.labels[block, 0, place], s.labels[block, 1, place]
            n += w
            first += w * off
            second += w * off * off
        block, filled = s.following[block], BLOCK
    return Sums(n, first, second)


@compiled
def best_of_steps(s, leaf, j, width, whole, best):
    """The best split by the j-th feature, if it is better than a given one."""
    lowest, highest = add_steps(s, leaf, j)
    lower, all_of_it = Sums(0.0, 0.0, 0.0), math.sqrt(scatter(whole))
    for i in range(lowest, highest + 1):
        at = s.sums[i]
        if at[0] > 0.0:
            lower = Sums(lower.n + at[0], lower.first + at[1], lower.second + at[2])
            value = (s.origins[leaf, j] + (i - FARTHEST)) * width
            if i < highest:
                best = better(best, j, value, lower, whole, all_of_it)
        at[0] = at[1] = at[2] = 0.0
    return best


@compiled
def add_steps(s, leaf, j):
    """Add the labels of a leaf up by the steps of a feature; the first and last of these."""
    lowest, highest = 2 * FARTHEST, 0
    block, filled = s.heads[leaf], (s.counts[leaf] - 1) % BLOCK + 1
    while block != NONE:
        for place in range(filled):
            i = FARTHEST + int(s.steps[block, j, place])
            off, w = s.labels[block, 0, place], s.labels[block, 1, place]
            s.sums[i, 0] += w
            s.sums[i, 1] += w * off
            s.sums[i, 2] += w * off * off
            lowest, highest = min(lowest, i), max(highest, i)
        block, filled = s.following[block], BLOCK
    return lowest, highest


@compiled
def hand_rows_over(s, leaf, to):
    s.heads[to], s.counts[to] = s.heads[leaf], s.counts[leaf]
    for j in range(s.origins.shape[1]):
        s.origins[to, j] = s.origins[leaf, j]
    s.heads[leaf], s.counts[leaf] = NONE, 0


dispatch(suffices, LeafRows, blocks_suffice)
dispatch(observe_label, LeafRows, add_row, forceinline=False)
dispatch(best_splits, LeafRows, best_of_rows, forceinline=False)
dispatch(begin_again, LeafRows, remove_rows, forceinline=False)
dispatch(discard, LeafRows, remove_rows, forceinline=False)
dispatch(hand_over, LeafRows, hand_rows_over, forceinline=False)
