"""Leaves of our own Hoeffding trees: weights of classes, Gaussians, and counts of values.

A leaf that has observed a row holds a block of statistics; others do not, as a branch may have a
child for each of many values. A missing cell (NaN) is not observed.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.online.random_numbers import sample

NOTHING = -1  # no class, no column, no block
MAJORITY, BAYES, ADAPTIVE = range(3)  # what a leaf votes by
ALL, PER_LEAF, PER_TREE = range(3)  # the columns that a leaf looks at
FEW, MANY = 1e-100, 1e100  # between which a product may go on
LEAST_SCATTER = 1e-290  # of values that vary: their precision is finite

LEAF = np.dtype(
    [
        ("block", np.int64),  # NOTHING: it has observed no row
        ("classes", np.int64),  # up to the highest that it has an entry of
        ("depth", np.int64),
        ("total", np.float64),  # of the weights
        ("tried", np.float64),  # the total when a split was last tried
        ("majority_correct", np.float64),  # weight of the labels that the majority class predicted
        ("bayes_correct", np.float64),  # and naive Bayes
    ]
)
GAUSSIAN = np.dtype(
    [
        ("mean", np.float64),  # NaN: no value yet
        ("precision", np.float64),  # 1 / (2 variance); 0: the values do not vary
        ("weight", np.float64),
        ("scatter", np.float64),  # sum of squared distances from the mean
        ("low", np.float64),  # the extremes
        ("high", np.float64),
    ]
)


class Leaves(NamedTuple):
    """N leaves of k classes; B of them have observed rows, of m columns each.

    The m places of a block are its columns. Place j has a Gaussian, or counts, or, where columns
    are drawn, room for both.
    """

    counts: np.ndarray  # (N,) of LEAF
    weights: np.ndarray  # (N, k) of the classes
    columns: np.ndarray  # (B, m) column at each place
    met: np.ndarray  # (B, m) whether a cell has been observed there
    gaussians: np.ndarray  # (B, k, g) of GAUSSIAN
    factors: np.ndarray  # (B, k) where all is numeric: product of the roots of precision / pi
    cells: np.ndarray  # (B, C, k) weight of each value of each nominal place, by class
    seen: np.ndarray  # (B, h, k) weight of all of them
    highest: np.ndarray  # (B, h, k) one more than the highest value of a class
    scale: np.ndarray  # (B, h, k) 1 / (seen + highest); 0: no value yet
    next: np.ndarray  # (B,) of a free block, the next one
    free: np.ndarray  # (2,) the first free block, and how many there are
    gaussian: np.ndarray  # (m,) which of the Gaussians a place has
    nominal: np.ndarray  # (m,) which of the counts
    at: np.ndarray  # (m,) its first cell
    sizes: np.ndarray  # (d,) values of each column; 0: it is numeric
    random_states: np.ndarray  # (M,) by which trees draw columns
    drawn: np.ndarray  # (M, m) columns drawn for a tree; NOTHING: not yet
    order: np.ndarray  # (d,) scratch
    votes: np.ndarray  # (k,) scratch
    row: np.ndarray  # (m,) scratch: numeric cells of a row
    places: np.ndarray  # (2, m) scratch: their Gaussians; the cells of nominal ones
    counted: np.ndarray  # (m,) scratch: the counts of nominal ones
    sides: np.ndarray  # (2, k) scratch: weights on both sides of a split
    roots: np.ndarray  # (k,) scratch: roots of precisions
    drawing: int  # ALL, PER_LEAF, PER_TREE
    numeric: bool  # all columns are, and no cell is missing: a tree takes 1/1.3 of the time
    prediction: int
    nb_threshold: float
    grace_period: float
    most_depth: int
    gini: bool  # splits are measured by it, else by information gain
    n_splits: int  # thresholds tried of each column
    min_branch: float  # share of the rows that must go at least two ways
    log_confidence: float  # log(1 / delta)
    tau: float


GROWING = Leaves._fields[2:11]  # that have an entry for each block


def leaves_of(n, members, sizes, k, missing, drawing, m, random_states, settings) -> Leaves:
    """So many leaves that have learned nothing, of trees that look at m columns at a leaf.

    `settings` are the last fields.
    """
    sizes = np.array(sizes, np.int64)
    everywhere = drawing == ALL
    widths = sizes if everywhere else np.full(m, max(sizes, default=0))
    numeric = sizes == 0 if everywhere else np.full(m, (sizes == 0).any())
    nominal = widths > 0
    g, h, cells = int(numeric.sum()), int(nominal.sum()), int(widths.sum())
    return Leaves(
        np.zeros(n, LEAF),
        np.zeros((n, k)),
        np.zeros((0, m), np.int64),
        np.zeros((0, m), np.bool_),
        np.zeros((0, k, g), GAUSSIAN),
        np.zeros((0, k)),
        np.zeros((0, cells, k)),
        np.zeros((0, h, k)),
        np.zeros((0, h, k), np.int64),
        np.zeros((0, h, k)),
        np.zeros(0, np.int64),
        np.array([NOTHING, 0]),
        np.cumsum(numeric) - 1,
        np.cumsum(nominal) - 1,
        np.cumsum([0, *widths[:-1]]),
        sizes,
        random_states,
        np.full((members, m), NOTHING),
        np.zeros(len(sizes), np.int64),
        np.zeros(k),
        np.zeros(m),
        np.zeros((2, m), np.int64),
        np.zeros(m, np.int64),
        np.zeros((2, k)),
        np.zeros(k),
        drawing,
        not missing and not nominal.any(),
        *settings,
    )


def with_leaves(s, n) -> Leaves:
    """The same leaves, and n more."""
    counts = np.zeros(n, LEAF)
    counts["block"] = NOTHING
    return s._replace(
        counts=np.concatenate([s.counts, counts]),
        weights=np.concatenate([s.weights, np.zeros((n, s.weights.shape[1]))]),
    )


def with_blocks(s, n) -> Leaves:
    """The same leaves, and n more free blocks."""
    first = len(s.next)
    wider = {}
    for name in GROWING:
        array = getattr(s, name)
        more = np.zeros((n, *array.shape[1:]), array.dtype)
        wider[name] = np.concatenate([array, more])
    wider["next"][first:] = [*range(first + 1, first + n), s.free[0]]
    return s._replace(**wider, free=np.array([first, s.free[1] + n]))


@compiled
def start(s, leaf, depth):
    """Start a leaf with the weights that it has."""
    s.counts[leaf].depth = depth
    sum_weights(s, leaf)
    clear(s, leaf)


@compiled
def sum_weights(s, leaf):
    """Set the total, rounded as the sum in MOA, on which the row hangs that a split is tried at."""
    total = 0.0
    for c in range(s.counts[leaf].classes):
        total += s.weights[leaf, c]
    s.counts[leaf].total = total


@compiled
def clear_weights(s, leaf):
    """Remove all weights from a leaf."""
    s.counts[leaf].classes = 0
    for c in range(s.weights.shape[1]):
        s.weights[leaf, c] = 0.0


@compiled
def clear(s, leaf):
    """Discard what a leaf has observed, and how right its votes have been."""
    counts = s.counts[leaf]
    counts.tried = counts.total
    counts.majority_correct = counts.bayes_correct = 0.0
    release_block(s, leaf)


@compiled
def release_block(s, leaf):
    """Take the block from a leaf, if it has one."""
    b = s.counts[leaf].block
    if b == NOTHING:
        return
    s.counts[leaf].block = NOTHING
    s.next[b] = s.free[0]
    s.free[0] = b
    s.free[1] += 1


@compiled
def take_block(s, m, leaf):
    """Give a leaf of tree m an empty block."""
    b = s.free[0]
    s.free[0] = s.next[b]
    s.free[1] -= 1
    s.counts[leaf].block = b
    draw_columns(s, m, b)
    for j in range(s.met.shape[1]):
        s.met[b, j] = s.numeric
    for c in range(s.gaussians.shape[1]):
        for i in range(s.gaussians.shape[2]):
            s.gaussians[b, c, i].mean = math.nan
            s.gaussians[b, c, i].precision = s.gaussians[b, c, i].weight = 0.0
        for i in range(s.cells.shape[1]):
            s.cells[b, i, c] = 0.0
        for i in range(s.seen.shape[1]):
            s.seen[b, i, c] = s.scale[b, i, c] = 0.0
            s.highest[b, i, c] = 0


@compiled
def draw_columns(s, m, b):
    """Choose the columns that a block of tree m looks at."""
    columns = s.columns[b]
    if s.drawing == ALL:
        for j in range(columns.size):
            columns[j] = j
    elif s.drawing == PER_LEAF:
        sample(s.random_states, m, columns, s.order)
    else:
        if s.drawn[m, 0] == NOTHING:
            sample(s.random_states, m, s.drawn[m], s.order)
        for j in range(columns.size):
            columns[j] = s.drawn[m, j]


@compiled
def majority(s, leaf):
    """The class of most weight, the first of several; NOTHING: there is none."""
    if s.counts[leaf].classes == 0:
        return NOTHING
    label = 0
    for c in range(1, s.counts[leaf].classes):
        if s.weights[leaf, c] > s.weights[leaf, label]:
            label = c
    return label


@compiled
def observe(s, b, x, c, w, votes):
    """Add the cells of a row of class c, to what also votes by naive Bayes, or only is split by."""
    if s.numeric:
        observe_numbers(s, b, x, c, w, votes)
        return
    for j in range(s.columns.shape[1]):
        column = s.columns[b, j]
        value = x[column]
        if value != value:
            continue
        s.met[b, j] = True
        if s.sizes[column] > 0:
            count(s, b, j, int(value), c, w)
            continue
        gaussian = s.gaussians[b, c, s.gaussian[j]]
        gaussian.weight += w
        add_value(gaussian, value, w, w / gaussian.weight)
        if votes:
            set_precision(gaussian)


@compiled
def observe_numbers(s, b, x, c, w, votes):
    """The same, where all columns are numeric and all cells there."""
    weight = s.gaussians[b, c, 0].weight + w
    share, product, roots = w / weight, 1.0, 1.0
    for j in range(s.columns.shape[1]):
        gaussian = s.gaussians[b, c, j]
        gaussian.weight = weight
        add_value(gaussian, x[s.columns[b, j]], w, share)
        if votes and set_precision(gaussian):
            product *= gaussian.precision * (1.0 / math.pi)
            if not FEW < product < MANY:
                roots *= math.sqrt(product)
                product = 1.0
    s.factors[b, c] = roots * math.sqrt(product)


@compiled
def count(s, b, j, value, c, w):
    """Count a value at a nominal place."""
    i = s.nominal[j]
    s.cells[b, s.at[j] + value, c] += w
    s.seen[b, i, c] += w
    s.highest[b, i, c] = max(s.highest[b, i, c], value + 1)
    s.scale[b, i, c] = 1.0 / (s.seen[b, i, c] + s.highest[b, i, c])


@compiled
def add_value(gaussian, value, w, share):
    """Add a value of weight w, a share of all the weight now, to a Gaussian."""
    if gaussian.mean != gaussian.mean:
        gaussian.mean, gaussian.scatter = value, 0.0
        gaussian.low = gaussian.high = value
        return
    gaussian.low, gaussian.high = min(gaussian.low, value), max(gaussian.high, value)
    difference = value - gaussian.mean
    gaussian.mean += share * difference
    gaussian.scatter += w * difference * (value - gaussian.mean)


@compiled
def set_precision(gaussian):
    """Set the precision of a Gaussian; whether its values vary."""
    if gaussian.weight <= 1.0 or gaussian.scatter <= LEAST_SCATTER:
        return False
    gaussian.precision = (gaussian.weight - 1.0) * 0.5 / gaussian.scatter
    return True
