"""Leaves of Hoeffding trees over columns of any kind: counts of nominal values, missing cells.

A leaf that observes rows holds a block of statistics, and others do not, as a branch may have a
child for each of many values.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.hoeffding_leaf import (
    CLASS,
    GAUSSIAN,
    LEAF,
    NOTHING,
    SUM_IS_COMPENSATED,
    Leaves,
    add_value,
    bayes_class,
    bayes_probabilities,
    observe,
)
from driftsim.kernels.loop import compiled, dispatch
from driftsim.kernels.mixed_classes import CLASS_MET, meet_row, meet_weighed

MIXED_LEAF = np.dtype([*LEAF.descr[:7], ("active", np.bool_), ("block", np.int64)], align=True)
BLOCK = np.dtype(
    [
        ("n_listed", np.int64),  # columns that a cell has been observed of
        ("next", np.int64),  # of a free block, the next one
    ]
)
VALUE = np.dtype(  # entry i of a column's: `known` is of value i
    [
        ("known", np.int64),  # whether it has been observed
        ("nth", np.int64),  # the i-th value to be observed
    ]
)
LOG = np.dtype(  # of the share that a value has of the rows of a class; 0 if there are none
    [
        ("log", np.float64),
        ("of", np.float64),  # the weight of these rows when it was taken; 0: not since they changed
    ]
)
NUMERIC, NOMINAL = range(2)  # groups of columns


class MixedLeaves(NamedTuple):
    """N leaves, of k classes and of the m columns that each looks at; B have observed rows.

    What classes have been observed of is held for each of T groups of columns: for each column
    where cells may be missing, else for the numeric and for the nominal ones.
    """

    counts: np.ndarray  # (N,) of MIXED_LEAF
    classes: np.ndarray  # (N, k) of CLASS
    blocks: np.ndarray  # (B,) of BLOCK
    columns: np.ndarray  # (B, m) that each looks at; NOTHING: not drawn yet
    listed: np.ndarray  # (B, m) places among these, in the order in which a cell was first observed
    met: np.ndarray  # (B, T, k) of CLASS_MET
    n_met: np.ndarray  # (B, T) classes
    cells: np.ndarray  # (B, k, C) weight of each value of each nominal column in each class
    logs: np.ndarray  # (B, k, C) of LOG: of these; (B, k, 0) where columns are drawn, for space
    values: np.ndarray  # (B, C) of VALUE
    n_values: np.ndarray  # (B, m)
    gaussians: np.ndarray  # (B, k, g) of GAUSSIAN
    free: np.ndarray  # (2,) the first free block, and how many there are
    at: np.ndarray  # (m,) the first cell of each place
    gaussian: np.ndarray  # (m,) its Gaussian
    sizes: np.ndarray  # (d,) values of each column; 0: it is numeric
    searched: Leaves  # scratch: one numeric column that is being searched, and its two sides
    votes: np.ndarray  # (k,) scratch
    below: np.ndarray  # (k, 1) scratch: weights below a threshold
    table: np.ndarray  # scratch: of a set of values
    visited: np.ndarray  # scratch: values in the order of the set
    criterion: int
    log_confidence: float  # log(1 / delta)
    tau: float
    draws: bool  # the columns of a leaf are drawn when it first learns
    whole: bool  # weights of labels are ints in Python
    missing: bool  # cells may be
    binary: bool  # branches have two children


BLOCKS = MixedLeaves._fields[2:12]  # that have an entry for each block
MOST_BYTES = 2**30  # of all blocks: each has room for all values, of which river's own keeps few


def mixed_leaves(n, sizes, searched, missing, binary) -> MixedLeaves:
    """So many leaves without blocks, active ones, over columns of so many values.

    `searched` is a plain leaf of one column, with the settings, or of as many as are drawn.
    """
    k, m = searched.gaussians.shape[1:]
    widths = np.array([max(sizes, default=0)] * m if searched.draws else sizes, np.int64)
    numeric = widths == 0 if not searched.draws else np.ones(m, bool)
    g = int(numeric.sum()) if 0 in sizes else 0
    counts, most = np.zeros(n, MIXED_LEAF), max(sizes, default=0)
    counts["active"], counts["block"] = True, NOTHING
    groups = m if missing else 2
    one = searched._replace(
        counts=np.zeros(2, LEAF),
        classes=np.zeros((2, k), CLASS),
        gaussians=np.zeros((2, k, 1), GAUSSIAN),
        columns=np.zeros((2, 1), np.int64),
    )
    return MixedLeaves(
        counts,
        np.zeros((n, k), CLASS),
        np.zeros(0, BLOCK),
        np.zeros((0, m), np.int64),
        np.zeros((0, m), np.int64),
        np.zeros((0, groups, k), CLASS_MET),
        np.zeros((0, groups), np.int64),
        np.zeros((0, k, int(widths.sum()))),
        np.zeros((0, k, 0 if searched.draws else int(widths.sum())), LOG),
        np.zeros((0, int(widths.sum())), VALUE),
        np.zeros((0, m), np.int64),
        np.zeros((0, k, g), GAUSSIAN),
        np.array([NOTHING, 0]),
        np.cumsum([0, *widths[:-1]]),
        np.cumsum(numeric) - 1,
        np.array(sizes, np.int64),
        one,
        np.zeros(k),
        np.zeros((k, 1)),
        np.zeros(8 * max(most, 1), np.int64),
        np.zeros(max(most, 1), np.int64),
        searched.criterion,
        searched.log_confidence,
        searched.tau,
        searched.draws,
        searched.whole,
        bool(missing),
        bool(binary),
    )


def with_leaves(s, n) -> MixedLeaves:
    """The same leaves, and n more."""
    counts, classes = np.zeros(n, MIXED_LEAF), np.zeros((n, s.classes.shape[1]), CLASS)
    counts["block"] = NOTHING
    return s._replace(
        counts=np.concatenate([s.counts, counts]), classes=np.concatenate([s.classes, classes])
    )


def with_blocks(s, n) -> MixedLeaves:
    """The same leaves, and n more free blocks.

    Raises `ValueError` where they would take more than `MOST_BYTES`.
    """
    first = len(s.blocks)
    held = {name: getattr(s, name) for name in BLOCKS}
    each = sum(array.itemsize * math.prod(array.shape[1:]) for array in held.values())
    if first and (first + n) * each > MOST_BYTES:
        raise ValueError(
            f"{first + n:,} leaves that count values take more than {MOST_BYTES // 2**30} GiB"
        )
    wider = {
        name: np.concatenate([array, np.zeros((n, *array.shape[1:]), array.dtype)])
        for name, array in held.items()
    }
    wider["blocks"]["next"][first:] = [*range(first + 1, first + n), s.free[0]]
    return s._replace(**wider, free=np.array([first, s.free[1] + n]))


@compiled
def start_mixed(s, leaf, depth):
    """Start a leaf with the weights that it has."""
    counts = s.counts[leaf]
    counts.depth, counts.active, counts.tried = depth, True, counts.total
    counts.majority_correct = counts.bayes_correct = 0.0
    release_block(s, leaf)


@compiled
def take_block(s, leaf):
    """Give a leaf a block of its own, if it has none."""
    if s.counts[leaf].block != NOTHING:
        return
    b = s.free[0]
    s.free[0] = s.blocks[b].next
    s.free[1] -= 1
    s.counts[leaf].block = b
    for j in range(s.columns.shape[1]):
        s.columns[b, j] = NOTHING if s.draws else j
    clear_block(s, leaf)


@compiled
def release_block(s, leaf):
    """Take the block from a leaf, if it has one."""
    b = s.counts[leaf].block
    if b == NOTHING:
        return
    s.counts[leaf].block = NOTHING
    s.blocks[b].next = s.free[0]
    s.free[0] = b
    s.free[1] += 1


@compiled
def clear_block(s, leaf):
    """Discard what a leaf has observed of rows."""
    b = s.counts[leaf].block
    if b == NOTHING:
        return
    s.blocks[b].n_listed = 0
    for j in range(s.n_values.shape[1]):
        s.n_values[b, j] = 0
    for g in range(s.n_met.shape[1]):
        s.n_met[b, g] = 0
        for c in range(s.met.shape[2]):
            s.met[b, g, c].weight, s.met[b, g, c].rows, s.met[b, g, c].known = 0.0, 0, False
    for i in range(s.values.shape[1]):
        s.values[b, i].known = False
        for c in range(s.cells.shape[1]):
            s.cells[b, c, i] = 0.0
            if not s.draws:
                s.logs[b, c, i].log = s.logs[b, c, i].of = 0.0


@compiled
def group_of(missing, sizes, j, column):
    """The group of a column at a place."""
    if missing:
        return j
    return NOMINAL if sizes[column] > 0 else NUMERIC


@compiled
def mixed_observe(s, leaf, x, c, w):
    """Add the cells of a row of class c that are there."""
    take_block(s, leaf)
    b = s.counts[leaf].block
    block = s.blocks[b]
    if not s.missing:
        meet_row(s.met[b], s.n_met[b], NUMERIC, c, w)
        meet_row(s.met[b], s.n_met[b], NOMINAL, c, w)
        if block.n_listed == 0:
            for j in range(s.columns.shape[1]):
                s.listed[b, j] = j
            block.n_listed = s.columns.shape[1]
    for j in range(s.columns.shape[1]):
        column = s.columns[b, j]
        if column == NOTHING or x[column] != x[column]:
            continue
        g = group_of(s.missing, s.sizes, j, column)
        if s.missing:
            if s.n_met[b, g] == 0:
                s.listed[b, block.n_listed] = j
                block.n_listed += 1
            meet_row(s.met[b], s.n_met[b], g, c, w)
        if s.sizes[column] > 0:
            i = s.at[j] + int(x[column])
            s.cells[b, c, i] += w
            if not s.draws:
                s.logs[b, c, i].of = 0.0
            if not s.values[b, i].known:
                s.values[b, i].known = True
                s.values[b, s.at[j] + s.n_values[b, j]].nth = int(x[column])
                s.n_values[b, j] += 1
        else:
            met = s.met[b, g, c]
            gaussian = s.gaussians[b, c, s.gaussian[j]]
            add_value(gaussian, x[column], w, w / met.weight, met.rows == 1)


@compiled
def meet_all(s, leaf, x):
    """Have the nominal columns of a row meet the classes of a leaf, as river's naive Bayes does.

    The order in which a column meets classes is that in which their impurities are added up.
    """
    b, n = s.counts[leaf].block, s.counts[leaf].classes
    if b == NOTHING or s.blocks[b].n_listed == 0:
        return
    if not s.missing:
        meet_weighed(s.met[b], s.n_met[b], NOMINAL, s.classes[leaf], n)
        return
    for i in range(s.blocks[b].n_listed):
        j = s.listed[b, i]
        column = s.columns[b, j]
        if s.sizes[column] > 0 and x[column] == x[column]:
            meet_weighed(s.met[b], s.n_met[b], j, s.classes[leaf], n)


@compiled
def log_of_share(weight, n):
    """Log of the share that a value has of the rows of a class; 0 if there are none."""
    return math.log(weight / n) if weight > 0.0 else 0.0


@compiled
def log_of_mixed(s, leaf, c, x):
    """Log of the probability of class c and of that of x in it.

    That of nominal values is added up as in river, as there are ties; densities make none.
    """
    weight, b = s.classes[leaf, c].weight, s.counts[leaf].block
    if weight <= 0.0:
        return 0.0  # as river has it
    score = math.log(weight / s.counts[leaf].total)
    if b == NOTHING:
        return score
    distance, product = 0.0, 1.0
    for i in range(s.blocks[b].n_listed):
        j = s.listed[b, i]
        column = s.columns[b, j]
        if x[column] != x[column]:
            continue
        n = s.met[b, group_of(s.missing, s.sizes, j, column), c].weight
        if s.sizes[column] > 0:
            at = s.at[j] + int(x[column])
            if s.draws:
                score += log_of_share(s.cells[b, c, at], n)
                continue
            kept = s.logs[b, c, at]
            if kept.of != n:  # a row changes one class alone
                kept.log, kept.of = log_of_share(s.cells[b, c, at], n), n
            score += kept.log
            continue
        gaussian = s.gaussians[b, c, s.gaussian[j]]
        if n > 1.0 and gaussian.scatter > 0.0:
            difference = x[column] - gaussian.mean
            variance = gaussian.scatter / (n - 1.0)
            distance += difference * difference / variance
            product *= 2.0 * math.pi * variance
            if not 1e-100 < product < 1e100:
                score -= 0.5 * math.log(product)
                product = 1.0
    if distance == 0.0 and product == 1.0:
        return score
    return score - 0.5 * (distance + math.log(product))


@compiled
def mixed_probabilities(s, leaf, x, p):
    """Fill p with the probabilities of naive Bayes, rounded as river's; the class it predicts."""
    meet_all(s, leaf, x)
    n = s.counts[leaf].classes
    best, total, lost = -math.inf, 0.0, 0.0
    for j in range(n):
        c = s.classes[leaf, j].nth
        p[c] = log_of_mixed(s, leaf, c, x)
        best = max(best, p[c])
    for j in range(n):
        share = math.exp(p[s.classes[leaf, j].nth] - best)
        rounded = total + share
        if SUM_IS_COMPENSATED:
            lost += (max(total, share) - rounded) + min(total, share)
        total = rounded
    if n > 0:
        best += math.log(total + lost)
    label, most = NOTHING, -1.0
    for j in range(n):
        c = s.classes[leaf, j].nth
        p[c] = math.exp(p[c] - best)
        if p[c] > most:
            label, most = c, p[c]
    return label


@compiled
def mixed_class(s, leaf, x):
    """The class that naive Bayes predicts."""
    return bayes_probabilities(s, leaf, x, s.votes)


dispatch(observe, MixedLeaves, mixed_observe, forceinline=False)
dispatch(bayes_class, MixedLeaves, mixed_class, forceinline=False)
dispatch(bayes_probabilities, MixedLeaves, mixed_probabilities, forceinline=False)
