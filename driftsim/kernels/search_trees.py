"""Extended binary search trees (Ikonomovska et al. 2011): where a feature may best be split.

Each value that a feature took at a leaf is a point of a search tree. It keeps the moments of the
labels of the rows that did not go right of it.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, dispatch

NONE = -1  # no point
EXACT = 2.0**53  # up to here a float can be any whole number
HALVES = 2.0**27 + 1.0  # splits a float into two of half as many digits

POINT = np.dtype(
    [
        ("value", np.float64),
        ("n", np.float64),  # weight of the labels of the rows that did not go right
        ("mean", np.float64),  # of these labels
        ("spread", np.float64),  # sum of their squared distances from it
        ("left", np.int32),  # the point below it on the left; of a free point, the next
        ("right", np.int32),
    ],
    align=True,
)


class SearchTrees(NamedTuple):
    """A tree for each leaf and feature, all with points of one pool."""

    roots: np.ndarray  # (leaves, d) of the trees
    points: np.ndarray  # (P,) of POINT: the pool
    free: np.ndarray  # (2,) the first point that is free, and how many are
    stack: np.ndarray  # (P + 2,) scratch: the points on the way
    scale: float  # values are rounded to multiples of 1 / scale; 0: they are not
    least: float  # weight that a split must leave on each side


class Moments(NamedTuple):
    """Moments of the labels of some rows."""

    n: float  # their weight
    mean: float
    spread: float  # the sum of their squared distances from the mean


class Split(NamedTuple):
    """Rows whose feature is at most a value go left, the others right."""

    merit: float  # by how much it lowers the variance of the labels
    feature: int
    value: float
    left: Moments
    right: Moments


# What regression trees ask of the candidates of their leaves: a class of candidates gives each.


def observe_row(s, leaf, x, y, w):
    """Add a row to those that a leaf has observed."""


def offers(s, leaf):
    """How many features a leaf may be split by."""


def offer(s, leaf, j, all_rows):
    """The best split of the j-th of these."""


def thin_out(s, leaf, all_rows, best, bar):
    """Remove candidates of little merit, compared with the best."""


def discard(s, leaf):
    """Remove all that a leaf has observed."""


def search_trees(leaves, d, size, scale, least):
    """Trees without points, and room for so many."""
    roots, free, stack = np.full((leaves, d), NONE, np.int32), np.array([0, size]), stack_for(size)
    return SearchTrees(roots, pool(0, size), free, stack, float(scale), float(least))


def pool(first, last):
    """Free points of these numbers, each of which leads to the next."""
    points = np.zeros(last - first, POINT)
    points["left"] = np.arange(first + 1, last + 1)
    return points


def stack_for(size):
    """Scratch for so many points."""
    return np.zeros(size + 2, np.int32)


def with_points(s):
    """The same trees with room for twice as many points; the new ones are used first."""
    size = len(s.points)
    points = np.concatenate([s.points, pool(size, 2 * size)])
    points["left"][-1] = s.free[0]
    free = np.array([size, s.free[1] + size])
    return s._replace(points=points, free=free, stack=stack_for(2 * size))


@compiled
def count(record, y, w):
    """Add a label to the moments that a record keeps (Welford 1962)."""
    before = y - record.mean
    record.n += w
    record.mean += w / record.n * before
    record.spread += w * before * (y - record.mean)


@compiled
def moments(record):
    return Moments(record.n, record.mean, record.spread)


@compiled
def variance(a):
    return a.spread / (a.n - 1.0) if a.n > 1.0 else 0.0


@compiled
def joined(a, b):
    """The moments of the rows of both (Chan et al. 1983)."""
    n, difference = a.n + b.n, a.mean - b.mean
    mean = (a.n * a.mean + b.n * b.mean) / n
    return Moments(n, mean, a.spread + b.spread + difference * difference * a.n * b.n / n)


@compiled
def without(a, b):
    """The moments of the rows of a that are not among those of b."""
    n, mean = a.n - b.n, 0.0
    if n > 0.0:
        mean = (a.n * a.mean - b.n * b.mean) / n
    else:
        n = 0.0
    difference = mean - b.mean
    return Moments(n, mean, a.spread - b.spread - difference * difference * n * b.n / (n + b.n))


@compiled
def rounded(x, scale):
    """The float nearest to a multiple of 1 / scale, as Python's `round` gives it for 10 ** digits.

    A product that seems to be a tie is rounded by the digits that it has lost.
    """
    product = x * scale
    if scale == 0.0 or abs(product) >= EXACT:
        return x
    whole = np.rint(product)
    if abs(product - whole) == 0.5:
        lost = digits_lost(x, scale, product)
        if lost * (product - whole) > 0.0:
            whole += math.copysign(1.0, lost)
    return whole / scale


@compiled
def digits_lost(a, b, product):
    """a * b - product, exactly (Dekker 1971)."""
    high_a, high_b = a * HALVES, b * HALVES
    high_a -= high_a - a
    high_b -= high_b - b
    low_a, low_b = a - high_a, b - high_b
    return high_a * high_b - product + high_a * low_b + low_a * high_b + low_a * low_b


@compiled
def observe(s, leaf, i, value, y, w):
    """Add a row to the tree of feature i."""
    at, above, right = s.roots[leaf, i], NONE, False
    while at != NONE:
        point = s.points[at]
        right = not value <= point.value
        if not right:
            count(point, y, w)
            if value == point.value:
                return
        above, at = at, point.right if right else point.left
    new = new_point(s, value, y, w)
    if above == NONE:
        s.roots[leaf, i] = new
    elif right:
        s.points[above].right = new
    else:
        s.points[above].left = new


@compiled
def new_point(s, value, y, w):
    new = s.free[0]
    point = s.points[new]
    s.free[0] = point.left
    s.free[1] -= 1
    point.value, point.n, point.mean, point.spread = value, w, y, 0.0
    point.left, point.right = NONE, NONE
    return new


@compiled
def free_point(s, at):
    s.points[at].left = s.free[0]
    s.free[0] = at
    s.free[1] += 1


@compiled
def clear(s, leaf, i):
    """Free all points of a tree."""
    s.stack[0], top = s.roots[leaf, i], 1
    s.roots[leaf, i] = NONE
    while top:
        top -= 1
        at = s.stack[top]
        if at != NONE:
            s.stack[top], s.stack[top + 1] = s.points[at].left, s.points[at].right
            top += 2
            free_point(s, at)


@compiled
def nowhere():
    """No split."""
    nothing = Moments(0.0, 0.0, 0.0)
    return Split(-math.inf, NONE, 0.0, nothing, nothing)


@compiled
def split_at(s, i, at, lower, all_rows):
    """The split at a point, given the moments of the rows left of its branch."""
    point = s.points[at]
    return split_off(s, i, point.value, joined(moments(point), lower), all_rows)


@compiled
def split_off(s, i, value, left, all_rows):
    """The split that sends these rows left, and all others right."""
    right = without(all_rows, left)
    merit = 0.0
    if left.n >= s.least and right.n >= s.least:
        merit = variance(all_rows) - left.n / all_rows.n * variance(left)
        merit -= right.n / all_rows.n * variance(right)
    return Split(merit, i, value, left, right)


@compiled
def best_split(s, leaf, i, all_rows):
    """The first of the best splits of feature i, from low values to high."""
    best, lower = nowhere(), Moments(0.0, 0.0, 0.0)
    at, top = s.roots[leaf, i], 0
    while True:
        while at != NONE:
            s.stack[top], top, at = at, top + 1, s.points[at].left
        while top and s.stack[top - 1] < 0:  # all right of it is done
            top -= 1
            lower = without(lower, moments(s.points[~s.stack[top]]))
        if not top:
            return best
        here = s.stack[top - 1]
        split = split_at(s, i, here, lower, all_rows)
        if split.merit > best.merit:
            best = split
        at = s.points[here].right
        if at == NONE:
            top -= 1
        else:
            lower = joined(lower, moments(s.points[here]))
            s.stack[top - 1] = ~here


@compiled
def prune(s, leaf, i, all_rows, best, bar):
    """Remove the points at the tips whose merit is below the share `bar` of the best.

    A point is considered once all below it are gone; where some to its left stay, those to its
    right are skipped.
    """
    lower = Moments(0.0, 0.0, 0.0)
    at, top, gone = s.roots[leaf, i], 0, True  # gone: all points below the one looked at
    while True:
        while at != NONE:
            s.stack[top], top, at, gone = at, top + 1, s.points[at].left, True
        if not top:
            return
        here = s.stack[top - 1]
        if here >= 0 and gone and s.points[here].right != NONE:
            lower = joined(lower, moments(s.points[here]))
            s.stack[top - 1], at = ~here, s.points[here].right
            continue
        if here < 0:  # all right of it is done
            here = ~here
            lower = without(lower, moments(s.points[here]))
        top -= 1
        gone = gone and split_at(s, i, here, lower, all_rows).merit / best < bar
        if gone:
            cut_off(s, leaf, i, here, top)


@compiled
def cut_off(s, leaf, i, here, top):
    """Remove a point from below the one on top of the stack."""
    if not top:
        s.roots[leaf, i] = NONE
    elif s.stack[top - 1] < 0:
        s.points[~s.stack[top - 1]].right = NONE
    else:
        s.points[s.stack[top - 1]].left = NONE
    free_point(s, here)


@compiled
def observe_all(s, leaf, x, y, w):
    for i in range(x.size):
        observe(s, leaf, i, rounded(x[i], s.scale), y, w)


@compiled
def all_features(s, leaf):
    return s.roots.shape[1]


@compiled
def prune_all(s, leaf, all_rows, best, bar):
    for i in range(s.roots.shape[1]):
        prune(s, leaf, i, all_rows, best, bar)


@compiled
def clear_all(s, leaf):
    for i in range(s.roots.shape[1]):
        clear(s, leaf, i)


dispatch(observe_row, SearchTrees, observe_all)
dispatch(offers, SearchTrees, all_features)
dispatch(offer, SearchTrees, best_split)
dispatch(thin_out, SearchTrees, prune_all)
dispatch(discard, SearchTrees, clear_all)
