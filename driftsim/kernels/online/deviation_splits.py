"""Splits that lower the standard deviation of labels: thresholds of what the rows of a leaf have.

What a leaf keeps of its rows are its candidates: a search tree for each feature here.
"""

import math
from typing import NamedTuple

from driftsim.kernels.loop import compiled, dispatch
from driftsim.kernels.mixed_candidates import least_below
from driftsim.kernels.search_trees import SearchTrees, new_point

NONE = -1
LEAST = 5.0  # weight that a split must leave on each side


class Sums(NamedTuple):
    """Sums over some labels, as they are from the centre of their leaf."""

    n: float  # their weight
    first: float
    second: float  # of their squares


class Split(NamedTuple):
    """Rows whose feature is at most a value go left, the others right."""

    gain: float  # by how much it lowers the deviation, times the weight
    feature: int  # which of those that the leaf may be split by
    value: float
    lower: Sums  # of the rows on the left


# What model trees ask of the candidates of their leaves: a class of candidates gives each.


def observe_label(s, trees, leaf, x, off, w):
    """Add a row to those of a leaf of model trees, whose label is so far from its centre."""


def best_splits(s, leaf, widths, whole):
    """The best split, the gain of that by the second best feature, and the sums of all rows."""


def begin_again(s, leaf):
    """A leaf's thresholds are from now on others than before."""


def hand_over(s, leaf, to):
    """Give what a leaf has observed to another one, which has observed nothing."""


def suffices(s, members):
    """Whether there is room for one more label of each tree."""


@compiled
def no_split(gain):
    """None, which a split must gain more than."""
    return Split(gain, NONE, 0.0, Sums(0.0, 0.0, 0.0))


@compiled
def scatter(a):
    """The square of the weight times the deviation."""
    return max(a.n * a.second - a.first * a.first, 0.0)


@compiled
def better(best, j, value, lower, whole, all_of_it):
    """The split by the j-th feature at a value, if it is better than the best so far, or that.

    The root of a sum of squares is at most the sum of their roots: most points need no root.
    """
    upper = Sums(whole.n - lower.n, whole.first - lower.first, whole.second - lower.second)
    left, right, limit = scatter(lower), scatter(upper), all_of_it - best.gain
    if min(lower.n, upper.n) >= LEAST and left + right < limit * limit:
        gain = all_of_it - math.sqrt(left) - math.sqrt(right)
        if gain > best.gain:
            return Split(gain, j, value, lower)
    return best


@compiled
def threshold(value, width):
    """The least multiple of a width that is not below a value."""
    return max(math.ceil(value / width) * width, value) if width > 0.0 else value


@compiled
def observe_thresholds(trees, s, leaf, x, off, w):
    find_points(trees, s, leaf, x)
    for j in range(s.here.size):
        point = trees.points[s.here[j]]
        point.n += w
        point.mean += w * off  # a sum, as is the next: no division
        point.spread += w * off * off


@compiled
def find_points(trees, s, leaf, x):
    """Put the points of a row's thresholds into s.here, new ones where there are none.

    All features go down by a point at a time, so that memory is read for all of them at once: a
    tree takes 1/1.3 of the time, a forest 1/1.1.
    """
    for j in range(s.here.size):
        s.values[j] = threshold(x[s.columns[leaf, j]], s.widths[leaf, j])
        if trees.roots[leaf, j] == NONE:
            trees.roots[leaf, j] = new_point(trees, s.values[j], 0.0, 0.0)
        s.here[j] = trees.roots[leaf, j]
    going = s.here.size
    while going > 0:
        going = 0
        for j in range(s.here.size):
            point, value = trees.points[s.here[j]], s.values[j]
            if point.value != value:
                going += 1
                right = value > point.value
                s.here[j] = point.right if right else point.left
                if s.here[j] == NONE:
                    s.here[j] = new_point(trees, value, 0.0, 0.0)
                    if right:
                        point.right = s.here[j]
                    else:
                        point.left = s.here[j]


@compiled
def best_of_points(s, leaf, j, whole, best):
    """The best split by the j-th feature, if it is better than a given one."""
    lower, all_of_it = Sums(0.0, 0.0, 0.0), math.sqrt(scatter(whole))
    top = least_below(s, s.roots[leaf, j], 0)
    while top:
        point = s.points[s.stack[top - 1]]
        lower = Sums(lower.n + point.n, lower.first + point.mean, lower.second + point.spread)
        if whole.n - lower.n < LEAST:
            break
        best = better(best, j, point.value, lower, whole, all_of_it)
        top = least_below(s, point.right, top - 1)
    return best


@compiled
def best_of_trees(s, leaf, widths, whole):
    best, second = no_split(0.0), 0.0
    for j in range(s.roots.shape[1]):
        split = best_of_points(s, leaf, j, whole, no_split(second))
        second = max(second, min(split.gain, best.gain))
        if split.gain > best.gain:
            best = split
    return best, second, whole


@compiled
def keep(s, leaf):
    """Points of the values that rows had stay beside those of thresholds."""


@compiled
def points_suffice(s, members):
    return s.free[1] >= 2 * members * s.roots.shape[1]


@compiled
def hand_trees_over(s, leaf, to):
    for j in range(s.roots.shape[1]):
        s.roots[to, j] = s.roots[leaf, j]
        s.roots[leaf, j] = NONE


dispatch(observe_label, SearchTrees, observe_thresholds, forceinline=False)
dispatch(best_splits, SearchTrees, best_of_trees, forceinline=False)
dispatch(begin_again, SearchTrees, keep)
dispatch(hand_over, SearchTrees, hand_trees_over, forceinline=False)
dispatch(suffices, SearchTrees, points_suffice)
