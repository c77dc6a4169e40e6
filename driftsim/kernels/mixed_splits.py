"""Splits of leaves over columns of any kind: by a threshold, one nominal value, or each of them.

Impurities are rounded as river's, since splits have the same merit often, also by a value and by
a threshold.
"""

import math

from driftsim.kernels.hoeffding_leaf import (
    GINI,
    NOTHING,
    add_weight,
    clear_weights,
    impurity_before,
    is_sure,
    majority,
    set_deviation,
    share_below,
    split_leaf,
)
from driftsim.kernels.loop import compiled
from driftsim.kernels.mixed_leaf import group_of
from driftsim.kernels.mixed_nodes import EACH, ONE, UP_TO

HAVE, IN_ORDER, OTHERS = range(3)  # of rows with a value: classes sorted, or as met; all others
PROBES = 9  # that follow the first one, in a set of Python
LARGE = 50_000  # entries, from which on a set only doubles


@compiled
def best_mixed_split(s, leaf):
    """Whether a leaf is to be split, at which place (NOTHING: at none), by which test and value."""
    b, n, which, test, at = s.counts[leaf].block, 0, NOTHING, EACH, 0.0
    if s.classes[leaf, majority(s, leaf)].weight / s.counts[leaf].total > s.searched.max_share:
        return True, NOTHING, EACH, 0.0
    before, best, second = impurity_before(s, leaf), -math.inf, -math.inf
    if b != NOTHING:
        n = s.blocks[b].n_listed
    for i in range(n):
        j = s.listed[b, i]
        column = s.columns[b, j]
        if s.sizes[column] > 0:
            how, value, found = best_value(s, b, j, group_of(s.missing, s.sizes, j, column), before)
        else:
            value, found = best_threshold(s, b, j, group_of(s.missing, s.sizes, j, column), before)
            how = UP_TO if found > -math.inf else NOTHING
        if found >= best:  # of equal ones the last, even of those without merit
            which, test, at, best, second = (
                j if how != NOTHING else NOTHING,
                how,
                value,
                found,
                best,
            )
        elif found > second:
            second = found
    n += s.searched.preprunes
    if n < 2:
        return n > 0, which, test, at
    return is_sure(s, leaf, best, second), which, test, at


@compiled
def search(s, b, j, g):
    """Prepare the search of a numeric column."""
    one = s.searched
    one.counts[0].observed = s.n_met[b, g]
    for i in range(s.n_met[b, g]):
        c = s.met[b, g, i].nth
        one.classes[0, i].nth_observed = c
        one.classes[0, c].observed = s.met[b, g, c].weight
        one.gaussians[0, c, 0] = s.gaussians[b, c, s.gaussian[j]]


@compiled
def best_threshold(s, b, j, g, before):
    """The best split of a numeric column, and its merit."""
    search(s, b, j, g)
    one, low, high = s.searched, math.inf, -math.inf
    for i in range(s.n_met[b, g]):
        c = s.met[b, g, i].nth
        set_deviation(one, 0, c, 0)
        low, high = min(low, one.gaussians[0, c, 0].low), max(high, one.gaussians[0, c, 0].high)
    at, best, width = 0.0, -math.inf, (high - low) / (one.n_splits + 1.0)
    for i in range(one.n_splits):
        threshold = low + width * (i + 1)
        if low < threshold < high:
            found = merit_of_threshold(s, b, g, threshold, before)
            if found > best:
                at, best = threshold, found
    return at, best


@compiled
def merit_of_threshold(s, b, g, threshold, before):
    """The merit of a branch up to a threshold and one above it."""
    one, met, n = s.searched, s.met[b, g], s.n_met[b, g]
    for i in range(n):
        c = met[i].nth
        s.below[c, 0] = 0.0
        if threshold >= one.gaussians[0, c, 0].high:
            s.below[c, 0] = met[c].weight
        elif threshold >= one.gaussians[0, c, 0].low:
            s.below[c, 0] = share_below(one, 0, c, 0, threshold) * met[c].weight
    return merit_of_one(s.below, met, n, 0, one.min_branch, before, s.criterion)


@compiled
def best_value(s, b, j, g, before):
    """The best split of a nominal column: the test, the value and the merit."""
    test, at, best = NOTHING, 0.0, -math.inf
    cells, met, least = s.cells[b], s.met[b, g], s.searched.min_branch
    first, n, classes = s.at[j], s.n_values[b, j], s.n_met[b, g]
    if not s.binary:
        last = first + s.sizes[s.columns[b, j]]
        test, best = EACH, merit_of_each(cells, met, first, last, least, before, s.criterion)
    in_order_of_set(s.values[b], first, n, s.table, s.visited)
    for i in range(n):
        cell = first + s.visited[i]
        found = merit_of_one(cells, met, classes, cell, least, before, s.criterion)
        if found > best:
            test, at, best = ONE, float(s.visited[i]), found
    return test, at, best


@compiled
def merit_of_each(cells, met, first, last, least, before, criterion):
    """The merit of a branch for each value; minus infinity if fewer than two get enough.

    What impurities are added up of is passed alone: functions of few arrays compile faster.
    """
    n, total, large, after = cells.shape[0], 0.0, 0, 0.0
    for i in range(first, last):
        total += weight_of(cells, met, n, i, HAVE)
    for i in range(first, last):
        weight = weight_of(cells, met, n, i, HAVE)
        if weight > 0.0:
            large += weight / total > least
            after += term(cells, met, n, i, HAVE, weight, total, criterion)
    if large < 2:
        return -math.inf
    return 1.0 - after if criterion == GINI else before - after / total


@compiled
def merit_of_one(cells, met, n, i, least, before, criterion):
    """The merit of a branch for a value and one for all others."""
    one, others = weight_of(cells, met, n, i, IN_ORDER), weight_of(cells, met, n, i, OTHERS)
    total, after = one + others, 0.0
    if not (one / total > least and others / total > least):
        return -math.inf
    after += term(cells, met, n, i, IN_ORDER, one, total, criterion)
    after += term(cells, met, n, i, OTHERS, others, total, criterion)
    return 1.0 - after if criterion == GINI else before - after / total


@compiled
def term(cells, met, n, i, part, weight, total, criterion):
    """What a branch adds to the impurity after a split."""
    impurity, summed = 1.0 if criterion == GINI else 0.0, 0.0
    for q in range(n):
        w = weight_in(cells, met, i, part, q)
        if criterion == GINI:
            share = w / weight
            impurity -= share * share
        elif w > 0.0:
            impurity -= w * math.log2(w)
            summed += w
    if criterion == GINI:
        return weight / total * impurity
    return weight * ((impurity + summed * math.log2(summed)) / summed)


@compiled
def weight_of(cells, met, n, i, part):
    total = 0.0
    for q in range(n):
        total += weight_in(cells, met, i, part, q)
    return total


@compiled
def weight_in(cells, met, i, part, q):
    """The weight of the q-th class in a part of the rows, by the cell i of a value."""
    if part == HAVE:
        return cells[q, i]
    c = met[q].nth
    return cells[c, i] if part == IN_ORDER else met[c].weight - cells[c, i]


@compiled
def in_order_of_set(nth, first, n, table, visited):
    """Fill `visited` with so many values in the order of Python's set of them.

    `nth` has them from `first` on, as they came.
    """
    mask = 7
    for i in range(8):
        table[i] = NOTHING
    for i in range(n):
        insert(table, mask, nth[first + i].nth)
        if 5 * (i + 1) >= 3 * mask:
            mask = widen(table, visited, mask, (i + 1) * (2 if i + 1 > LARGE else 4))
    list_set(table, visited, mask)


@compiled
def list_set(table, visited, mask):
    """Fill `visited` with a set's values in order; how many."""
    n = 0
    for i in range(mask + 1):
        if table[i] != NOTHING:
            visited[n] = table[i]
            n += 1
    return n


@compiled
def widen(table, visited, mask, least):
    """Make the table of a set wider; its mask."""
    n = list_set(table, visited, mask)
    mask = 7
    while mask < least:
        mask = 2 * mask + 1
    for i in range(mask + 1):
        table[i] = NOTHING
    for i in range(n):
        insert(table, mask, visited[i])
    return mask


@compiled
def insert(table, mask, value):
    """Insert a value into the table of a set, where CPython does: its hash is the value itself."""
    i, perturb = value & mask, value
    while True:
        for probe in range(PROBES + 1 if i + PROBES <= mask else 1):
            if table[i + probe] == NOTHING:
                table[i + probe] = value
                return
        perturb >>= 5
        i = (i * 5 + 1 + perturb) & mask


@compiled
def split_by_value(s, child, b, j, value, part):
    """Give a child of a leaf the weights of a part of its rows."""
    clear_weights(s, child)
    g = group_of(s.missing, s.sizes, j, s.columns[b, j])
    n = s.cells.shape[1] if part == HAVE else s.n_met[b, g]
    for q in range(n):
        w = weight_in(s.cells[b], s.met[b, g], s.at[j] + value, part, q)
        if w > 0.0:
            c = q if part == HAVE else s.met[b, g, q].nth
            add_weight(s, child, c, w, False)


@compiled
def split_by_threshold(s, left, right, b, j, threshold):
    """Give both children of a leaf the weights of their sides."""
    one = s.searched
    search(s, b, j, group_of(s.missing, s.sizes, j, s.columns[b, j]))
    split_leaf(one, 0, 1, 0, threshold)
    for side in range(2):
        child = right if side else left
        clear_weights(s, child)
        for i in range(one.counts[side].classes):
            c = one.classes[side, i].nth
            add_weight(s, child, c, one.classes[side, c].weight, False)
