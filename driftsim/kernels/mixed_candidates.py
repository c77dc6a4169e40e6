"""Candidates: where regression trees may split rows with nominal columns and missing cells.

Each value of a nominal feature that came to a leaf is a point of a search tree, with the moments of
the labels of its own rows. A feature is a candidate from the first row on that has it.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, dispatch
from driftsim.kernels.search_trees import (
    NONE,
    Moments,
    SearchTrees,
    Split,
    best_split,
    clear,
    count,
    discard,
    moments,
    new_point,
    nowhere,
    observe,
    observe_row,
    offer,
    offers,
    prune,
    rounded,
    search_trees,
    split_off,
    thin_out,
    variance,
)

OF_LEAVES = "met", "order", "drawn", "columns"  # what has an entry for each leaf


class MixedCandidates(NamedTuple):
    """A search tree for each leaf and feature, and the order in which each leaf met them."""

    trees: SearchTrees
    met: np.ndarray  # (leaves,) how many features it has met
    order: np.ndarray  # (leaves, d) of which these are the first
    sizes: np.ndarray  # (d,) values of each feature; 0: it is numeric
    binary: bool  # whether a split has two sides only


def mixed_candidates(leaves, sizes, size, scale, least, binary):
    """Candidates of leaves that have met nothing, with room for so many points."""
    d = len(sizes)
    trees = search_trees(leaves, d, size, scale, least)
    order = np.zeros((leaves, d), np.int64)
    return MixedCandidates(trees, np.zeros(leaves, np.int64), order, sizes, bool(binary))


def with_leaves(s, more):
    """The same candidates with so many more leaves, which have met nothing."""
    trees = s.trees._replace(roots=padded(s.trees.roots, more, NONE))
    held = {name: padded(one, more, 0) for name, one in s._asdict().items() if name in OF_LEAVES}
    return s._replace(trees=trees, **held)


def padded(array, more, value):
    """An array with more entries of a value."""
    return np.concatenate([array, np.full((more, *array.shape[1:]), value, array.dtype)])


@compiled
def observe_known(s, leaf, x, y, w):
    for i in range(x.size):
        if x[i] == x[i]:
            observe_cell(s, leaf, i, x[i], y, w)


@compiled
def observe_cell(s, leaf, i, value, y, w):
    """Add a cell of a row to the tree of its feature."""
    if s.trees.roots[leaf, i] == NONE:
        meet(s, leaf, i)
    if s.sizes[i]:
        observe_value(s.trees, leaf, i, value, y, w)
    else:
        observe(s.trees, leaf, i, rounded(value, s.trees.scale), y, w)


@compiled
def meet(s, leaf, i):
    """Note that a leaf has met a feature, unless it has and all its points are removed."""
    for j in range(s.met[leaf]):
        if s.order[leaf, j] == i:
            return
    s.order[leaf, s.met[leaf]] = i
    s.met[leaf] += 1


@compiled
def observe_value(s, leaf, i, value, y, w):
    """Add a row to the point of its value."""
    at, above = s.roots[leaf, i], NONE
    while at != NONE:
        point = s.points[at]
        if value == point.value:
            count(point, y, w)
            return
        above, at = at, point.left if value < point.value else point.right
    new = new_point(s, value, y, w)
    if above == NONE:
        s.roots[leaf, i] = new
    elif value < s.points[above].value:
        s.points[above].left = new
    else:
        s.points[above].right = new


@compiled
def least_below(s, at, top):
    """Put a point on the stack, then those to its left; how many are there."""
    while at != NONE:
        s.stack[top], top, at = at, top + 1, s.points[at].left
    return top


@compiled
def best_of_values(s, leaf, i, all_rows):
    """The best split of a nominal feature: all its values apart, or else one from the others."""
    trees, best, merit, values, few = s.trees, nowhere(), variance(all_rows), 0, False
    top = least_below(trees, trees.roots[leaf, i], 0)
    while top:
        at = trees.stack[top - 1]
        rows = moments(trees.points[at])
        split = split_off(trees, i, trees.points[at].value, rows, all_rows)
        if split.merit > best.merit:
            best = split
        merit -= rows.n / all_rows.n * variance(rows)
        few |= not rows.n >= trees.least
        values += 1
        top = least_below(trees, trees.points[at].right, top - 1)
    merit = 0.0 if few else merit
    if s.binary or values <= 2 or best.merit > merit:
        return best
    return apart(merit, i)


@compiled
def apart(merit, i):
    """The split that has a side for each value."""
    nothing = Moments(0.0, 0.0, 0.0)
    return Split(merit, i, math.nan, nothing, nothing)


@compiled
def met_features(s, leaf):
    return s.met[leaf]


@compiled
def best_of_met(s, leaf, j, all_rows):
    i = s.order[leaf, j]
    if s.sizes[i]:
        return best_of_values(s, leaf, i, all_rows)
    return best_split(s.trees, leaf, i, all_rows)


@compiled
def prune_numbers(s, leaf, all_rows, best, bar):
    for i in range(s.sizes.size):
        if not s.sizes[i]:
            prune(s.trees, leaf, i, all_rows, best, bar)


@compiled
def forget(s, leaf):
    s.met[leaf] = 0
    for i in range(s.sizes.size):
        clear(s.trees, leaf, i)


dispatch(observe_row, MixedCandidates, observe_known)
dispatch(offers, MixedCandidates, met_features)
dispatch(offer, MixedCandidates, best_of_met)
dispatch(thin_out, MixedCandidates, prune_numbers)
dispatch(discard, MixedCandidates, forget)
