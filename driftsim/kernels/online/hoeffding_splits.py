"""Splits of our own Hoeffding trees: their merit, the best one, and what it sends to each child."""

import math

from driftsim.kernels.loop import compiled
from driftsim.kernels.online.hoeffding_leaves import NOTHING, set_precision, start

KEEP, CLEAR, THRESHOLD, EACH, ONE = range(5)  # no split yet; none possible; tests of a column


@compiled
def plogp(w):
    return w * math.log2(w) if w > 0.0 else 0.0


@compiled
def impurity(s, weights):
    """The weight of some classes, and how mixed they are, times that weight."""
    total = terms = 0.0
    for c in range(weights.size):
        total += weights[c]
        terms += weights[c] * weights[c] if s.gini else plogp(weights[c])
    if s.gini:
        return total, total - terms / total if total > 0.0 else 0.0
    return total, plogp(total) - terms


@compiled
def merit_of_none(s, leaf):
    """The merit of no split; gain counts what is gained, if the rows go several ways."""
    total, mixed = impurity(s, s.weights[leaf])
    return -mixed / total if s.gini else -math.inf


@compiled
def merit_of_sides(s, before):
    """The merit of a split in two whose sides are in s.sides."""
    left = right = 0.0
    for c in range(s.sides.shape[1]):
        left += s.sides[0, c]
        right += s.sides[1, c]
    total = left + right
    if not s.gini and not (left / total > s.min_branch and right / total > s.min_branch):
        return -math.inf
    left, left_mixed = impurity(s, s.sides[0])
    right, right_mixed = impurity(s, s.sides[1])
    return before - (left_mixed + right_mixed) / total


@compiled
def set_sides(s, b, j, test, value):
    """Put the weights of the classes on both sides of a split at place j into s.sides."""
    for c in range(s.sides.shape[1]):
        n = below = 0.0
        if test == ONE:
            n, below = s.seen[b, s.nominal[j], c], s.cells[b, s.at[j] + int(value), c]
        else:
            gaussian = s.gaussians[b, c, s.gaussian[j]]
            n = gaussian.weight
            if n > 0.0 and value >= gaussian.high:
                below = n
            elif n > 0.0 and value >= gaussian.low:
                below = n * 0.5 * math.erfc((gaussian.mean - value) * s.roots[c])
        s.sides[0, c], s.sides[1, c] = below, n - below


@compiled
def set_roots(s, b, j):
    """Put the roots of the precisions of the classes at a numeric place into s.roots."""
    for c in range(s.roots.size):
        gaussian = s.gaussians[b, c, s.gaussian[j]]
        varies = gaussian.weight > 0.0 and set_precision(gaussian)
        s.roots[c] = math.sqrt(gaussian.precision) if varies else 0.0


@compiled
def best_threshold(s, b, j, before):
    """Merit, test and value of the best split of a numeric place."""
    low, high = math.inf, -math.inf
    for c in range(s.roots.size):
        gaussian = s.gaussians[b, c, s.gaussian[j]]
        if gaussian.weight > 0.0:
            low, high = min(low, gaussian.low), max(high, gaussian.high)
    set_roots(s, b, j)
    test, at, best = KEEP, 0.0, -math.inf
    width = (high - low) / (s.n_splits + 1.0)
    for i in range(s.n_splits):
        value = low + width * (i + 1)
        if low < value < high:
            set_sides(s, b, j, THRESHOLD, value)
            found = merit_of_sides(s, before)
            if test == KEEP or found > best:
                test, at, best = THRESHOLD, value, found
    return best, test, at


@compiled
def n_values(s, b, j):
    """One more than the highest value observed at a nominal place."""
    most = 0
    for c in range(s.highest.shape[2]):
        most = max(most, s.highest[b, s.nominal[j], c])
    return most


@compiled
def merit_of_each(s, b, j, n, before):
    """The merit of a split of a nominal place into a child for each of n values."""
    total, mixed, largest, second = 0.0, 0.0, 0.0, 0.0
    for value in range(n):
        there, how = impurity(s, s.cells[b, s.at[j] + value])
        total += there
        mixed += how
        second = max(second, min(largest, there))
        largest = max(largest, there)
    if not s.gini and not second / total > s.min_branch:
        return -math.inf
    return before - mixed / total


@compiled
def best_value(s, b, j, before):
    """Merit, test and value of the best split of a nominal place."""
    n = n_values(s, b, j)
    test, at, best = EACH, 0.0, merit_of_each(s, b, j, n, before)
    for value in range(n):
        set_sides(s, b, j, ONE, value)
        found = merit_of_sides(s, before)
        if found > best:
            test, at, best = ONE, float(value), found
    return best, test, at


@compiled
def is_pure(s, leaf):
    """Whether fewer than two classes have weight."""
    n = 0
    for c in range(s.counts[leaf].classes):
        n += s.weights[leaf, c] != 0.0
    return n < 2


@compiled
def best_split(s, leaf):
    """What to do with a leaf: KEEP it, CLEAR it, or split it by a test; place and value of that.

    The best split must be better than the second by Hoeffding's bound, or the bound be small.
    """
    b = s.counts[leaf].block
    if b == NOTHING or is_pure(s, leaf):
        return KEEP, NOTHING, 0.0
    test, place, value, best, second, known = ranked_splits(s, leaf)
    if known > 1 and not is_sure(s, leaf, best, second):
        return KEEP, NOTHING, 0.0
    return test, place, value


@compiled
def impurity_before(s, leaf):
    """How mixed the classes of a leaf are, from which information gain is counted."""
    total, mixed = impurity(s, s.weights[leaf])
    return 0.0 if s.gini else mixed / total


@compiled
def ranked_splits(s, leaf):
    """Test, place, value and merit of the best split of a leaf, merit of the second, how many.

    No split is one of them. Of equals the last one is the best.
    """
    b, before = s.counts[leaf].block, impurity_before(s, leaf)
    best, second = merit_of_none(s, leaf), -math.inf
    decision, place, at, known = CLEAR, NOTHING, 0.0, 1
    for j in range(s.columns.shape[1]):
        if not s.met[b, j]:
            continue
        if s.sizes[s.columns[b, j]] > 0:
            found, test, value = best_value(s, b, j, before)
        else:
            found, test, value = best_threshold(s, b, j, before)
        if test == KEEP:
            continue
        known += 1
        if found >= best:
            decision, place, at, best, second = test, j, value, found, best
        elif found > second:
            second = found
    return decision, place, at, best, second, known


@compiled
def is_sure(s, leaf, best, second):
    """Whether the best split is better than the second by Hoeffding's bound, or that is small."""
    bound = hoeffding_bound(s, leaf, s.log_confidence)
    return best - second > bound or bound < s.tau


@compiled
def hoeffding_bound(s, leaf, log_confidence):
    """How far a difference of merits, seen at a leaf, may be from the true one."""
    counts = s.counts[leaf]
    reach = 1.0 if s.gini else math.log2(max(counts.classes, 2))
    return math.sqrt(reach * reach * log_confidence / (2.0 * counts.total))


@compiled
def send(s, leaf, j, test, value, side, child):
    """Start a child of a leaf that is split with the weights that are sent to it.

    It has entries up to the highest class that one of its values may have been of, as in MOA.
    """
    b, counts = s.counts[leaf].block, s.counts[child]
    if test == THRESHOLD:
        set_roots(s, b, j)
    if test != EACH:
        set_sides(s, b, j, test, value)
    counts.classes = 0
    for c in range(s.roots.size):
        if test == EACH:
            s.weights[child, c] = s.cells[b, s.at[j] + side, c]
        else:
            s.weights[child, c] = s.sides[side, c]
        if s.weights[child, c] > 0.0 or has_entry(s, b, j, test, value, side, c):
            counts.classes = c + 1
    start(s, child, s.counts[leaf].depth + 1)


@compiled
def has_entry(s, b, j, test, value, side, c):
    """Whether a side of a split has an entry of a class, be it of no weight."""
    if test == THRESHOLD:
        return False
    n = s.highest[b, s.nominal[j], c]
    if test == EACH:
        return n > side
    return n > value if side == 0 else n > 1 or (n == 1 and value > 0.0)
