"""Leaves of Hoeffding trees: their statistics, their predictions, and their best split."""

import math
import sys
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, dispatch

INFO_GAIN, GINI = range(2)  # what a split is measured by
MAJORITY, BAYES, ADAPTIVE = range(3)  # what a leaf predicts
NOTHING = -1  # no class, no split
SUM_IS_COMPENSATED = sys.version_info >= (3, 12)  # Python's sum of floats (Neumaier)

LEAF = np.dtype(
    [
        ("depth", np.int64),
        ("classes", np.int64),  # it has weights of
        ("observed", np.int64),  # classes of the rows it has observed
        ("total", np.float64),  # of the weights
        ("tried", np.float64),  # the total when a split was last tried
        ("majority_correct", np.float64),  # weight of the labels that the majority class predicted
        ("bayes_correct", np.float64),  # and naive Bayes
        ("active", np.bool_),  # whether it observes rows, and may be split
    ],
    align=True,
)
CLASS = np.dtype(  # entry i of a leaf's: all but `nth` are of class i
    [
        ("weight", np.float64),  # of its labels, in the leaf and inherited from its parent
        ("observed", np.float64),  # weight of the rows observed since the leaf started
        ("nth", np.int64),  # the i-th class to be given weight
        ("nth_observed", np.int64),  # and the i-th to be observed
        ("deviation", np.float64),  # standard deviation of the column that is being searched
        ("whole", np.int64),  # whether the weight is an int in Python, which changes its sum
    ]
)
GAUSSIAN = np.dtype(
    [
        ("mean", np.float64),
        ("scatter", np.float64),  # sum of squared distances from the mean
        ("low", np.float64),  # the extremes
        ("high", np.float64),
    ]
)


class Leaves(NamedTuple):
    """The statistics of L leaves, of k classes and of the m columns that each looks at."""

    counts: np.ndarray  # (L,) of LEAF
    classes: np.ndarray  # (L, k) of CLASS
    gaussians: np.ndarray  # (L, k, m) of GAUSSIAN: each column of the rows of each class
    columns: np.ndarray  # (L, m) in the order in which they are looked at; NOTHING: not drawn yet
    criterion: int
    n_splits: int  # thresholds tried of each column
    min_branch: float  # share of the rows that must go each way
    max_share: float  # of a class, beyond which a leaf is not split
    log_confidence: float  # log(1 / delta)
    tau: float
    preprunes: bool  # a leaf may also stay as it is
    draws: bool  # the columns of a leaf are drawn when it first learns
    whole: bool  # weights of labels are ints in Python
    half: float  # 0.5, unknown when compiling: river's power of it must not become a square root


def bayes_class(s, leaf, x):
    """The class that naive Bayes predicts at a leaf."""


def bayes_probabilities(s, leaf, x, p):
    """Fill p with the probabilities of naive Bayes at a leaf; the class that it predicts."""


def observe(s, leaf, x, c, w):
    """Add a row of class c to what a leaf has observed."""


@compiled
def start(s, leaf, depth):
    """Start a leaf with the weights that it has."""
    counts = s.counts[leaf]
    counts.depth, counts.active, counts.tried = depth, True, counts.total
    counts.majority_correct = counts.bayes_correct = 0.0
    for i in range(s.columns.shape[1]):
        s.columns[leaf, i] = NOTHING if s.draws else i
    clear_observations(s, leaf)


@compiled
def clear_weights(s, leaf):
    """Remove all weights from a leaf."""
    s.counts[leaf].classes, s.counts[leaf].total = 0, 0.0


@compiled
def clear_observations(s, leaf):
    """Discard what a leaf has observed of rows."""
    s.counts[leaf].observed = 0
    for c in range(s.classes.shape[1]):
        s.classes[leaf, c].observed = 0.0


@compiled
def add_weight(s, leaf, c, w, whole):
    """Add to the weight of a class; `whole` says that Python has it as an int."""
    counts = s.counts[leaf]
    for j in range(counts.classes):
        if s.classes[leaf, j].nth == c:
            s.classes[leaf, c].weight += w
            s.classes[leaf, c].whole &= 1
            break
    else:
        s.classes[leaf, counts.classes].nth = c
        s.classes[leaf, c].weight, s.classes[leaf, c].whole = w, whole
        counts.classes += 1
    sum_weights(s, leaf)


@compiled
def sum_weights(s, leaf):
    """Set the total to the sum of the weights as Python computes it, in the order of its dict.

    From 3.12 on Python compensates what rounding loses (Neumaier), but not for ints.
    """
    total, lost, floats = 0.0, 0.0, False
    for j in range(s.counts[leaf].classes):
        weighed = s.classes[leaf, s.classes[leaf, j].nth]
        rounded = total + weighed.weight
        if SUM_IS_COMPENSATED and weighed.whole != 1:
            if floats:
                larger, smaller = max(total, weighed.weight), min(total, weighed.weight)
                lost += (larger - rounded) + smaller
            floats = True
        total = rounded
    s.counts[leaf].total = total + lost


@compiled
def majority(s, leaf):
    """The class of most weight; the first to be given weight if there are several."""
    label, most = NOTHING, -math.inf
    for j in range(s.counts[leaf].classes):
        c = s.classes[leaf, j].nth
        if s.classes[leaf, c].weight > most:
            label, most = c, s.classes[leaf, c].weight
    return label


@compiled
def is_pure(s, leaf):
    """Whether fewer than two classes have weight."""
    n = 0
    for j in range(s.counts[leaf].classes):
        n += s.classes[leaf, s.classes[leaf, j].nth].weight != 0.0
    return n < 2


@compiled
def log_joint(s, leaf, c, x):
    """Log of the probability of class c and of the density of x in it, but for a constant.

    One log is taken of a product of variances, as long as that does not over- or underflow: with
    a log for each, a tree takes 1.3 times as long.
    """
    weight, n = s.classes[leaf, c].weight, s.classes[leaf, c].observed
    if weight <= 0.0:
        return 0.0  # as river has it
    score = math.log(weight / s.counts[leaf].total)
    if n <= 1.0:
        return score
    distance, product, scale = 0.0, 1.0, 2.0 * math.pi / (n - 1.0)
    for i in range(s.columns.shape[1]):
        gaussian = s.gaussians[leaf, c, i]
        if gaussian.scatter > 0.0:
            difference = x[s.columns[leaf, i]] - gaussian.mean
            distance += difference * difference / gaussian.scatter
            product *= gaussian.scatter * scale
            if not 1e-100 < product < 1e100:
                score -= 0.5 * math.log(product)
                product = 1.0
    return score - 0.5 * (distance * (n - 1.0) + math.log(product))


@compiled
def plain_class(s, leaf, x):
    """The class that naive Bayes predicts."""
    label, best = NOTHING, -math.inf
    for j in range(s.counts[leaf].classes):
        c = s.classes[leaf, j].nth
        score = log_joint(s, leaf, c, x)
        if score > best:
            label, best = c, score
    return label


@compiled
def plain_probabilities(s, leaf, x, p):
    """Fill p with the probabilities of naive Bayes; the class that it predicts."""
    n = s.counts[leaf].classes
    label, best, total = NOTHING, -math.inf, 0.0
    for j in range(n):
        c = s.classes[leaf, j].nth
        p[c] = log_joint(s, leaf, c, x)
        if p[c] > best:
            label, best = c, p[c]
    for j in range(n):
        c = s.classes[leaf, j].nth
        p[c] = math.exp(p[c] - best)
        total += p[c]
    for j in range(n):
        p[s.classes[leaf, j].nth] /= total
    return label


@compiled
def plain_observe(s, leaf, x, c, w):
    """Add a row of class c to the Gaussians of a leaf."""
    first = s.classes[leaf, c].observed == 0.0
    if first and w == 0.0:
        return  # river divides by zero; noted each time, a class would fill more than its place
    if first:
        s.classes[leaf, s.counts[leaf].observed].nth_observed = c
        s.counts[leaf].observed += 1
    s.classes[leaf, c].observed += w
    share = w / s.classes[leaf, c].observed
    for i in range(s.columns.shape[1]):
        add_value(s.gaussians[leaf, c, i], x[s.columns[leaf, i]], w, share, first)


@compiled
def add_value(gaussian, value, w, share, first):
    """Add a value of weight w, a share of all its weight, to a Gaussian."""
    if first:
        gaussian.mean, gaussian.scatter = value, 0.0
        gaussian.low = gaussian.high = value
        return
    gaussian.low, gaussian.high = min(gaussian.low, value), max(gaussian.high, value)
    difference = value - gaussian.mean
    gaussian.mean += share * difference
    gaussian.scatter += w * difference * (value - gaussian.mean)


@compiled
def purity_term(s, weight):
    """What a class of this weight adds to the purity of a branch."""
    if s.criterion == GINI:
        return weight * weight
    return weight * math.log2(weight) if weight > 0.0 else 0.0


@compiled
def impurity(s, total, parts):
    """The entropy or Gini impurity of a branch, times its weight."""
    if s.criterion == GINI:
        return total * (1.0 - parts / (total * total))  # 0 if there is one class alone
    return total * math.log2(total) - parts


@compiled
def impurity_before(s, leaf):
    """The impurity before a split, from which its merit is counted."""
    if s.criterion == GINI:
        return 1.0
    total, parts = 0.0, 0.0
    for j in range(s.counts[leaf].classes):
        weight = s.classes[leaf, s.classes[leaf, j].nth].weight
        total += weight
        parts += purity_term(s, weight)
    return impurity(s, total, parts) / total


@compiled
def set_deviation(s, leaf, c, i):
    """Store the standard deviation of a column of the rows of class c."""
    n = s.classes[leaf, c].observed
    variance = s.gaussians[leaf, c, i].scatter / (n - 1.0) if n > 1.0 else 0.0
    s.classes[leaf, c].deviation = math.pow(variance, s.half)


@compiled
def share_below(s, leaf, c, i, threshold):
    """The share of class c that a split would send left, by the Gaussian of the column."""
    deviation = s.classes[leaf, c].deviation
    if deviation == 0.0:
        return 0.0
    difference = (threshold - s.gaussians[leaf, c, i].mean) / deviation
    return 0.5 * (1.0 + math.erf(difference / math.sqrt(2.0)))


@compiled
def merit(s, leaf, i, threshold, before):
    """The merit of a split; minus infinity if a branch gets too little."""
    left, right, left_parts, right_parts = 0.0, 0.0, 0.0, 0.0
    for j in range(s.counts[leaf].observed):
        c = s.classes[leaf, j].nth_observed
        n, below = s.classes[leaf, c].observed, 0.0
        if threshold >= s.gaussians[leaf, c, i].high:
            below = n
        elif threshold >= s.gaussians[leaf, c, i].low:
            below = share_below(s, leaf, c, i, threshold) * n
        left += below
        right += n - below
        left_parts += purity_term(s, below)
        right_parts += purity_term(s, n - below)
    total = left + right
    if not (left / total > s.min_branch and right / total > s.min_branch):
        return -math.inf
    after = impurity(s, left, left_parts) + impurity(s, right, right_parts)
    return before - after / total


@compiled
def best_threshold(s, leaf, i, before):
    """The best split of a column, and its merit."""
    low, high = math.inf, -math.inf
    for j in range(s.counts[leaf].observed):
        c = s.classes[leaf, j].nth_observed
        set_deviation(s, leaf, c, i)
        low, high = min(low, s.gaussians[leaf, c, i].low), max(high, s.gaussians[leaf, c, i].high)
    at, best = 0.0, -math.inf
    width = (high - low) / (s.n_splits + 1.0)
    for q in range(s.n_splits):
        threshold = low + width * (q + 1)
        if low < threshold < high:
            found = merit(s, leaf, i, threshold, before)
            if found > best:
                at, best = threshold, found
    return at, best


@compiled
def best_split(s, leaf):
    """Whether a leaf is to be split, on which of its columns and where; NOTHING: on none.

    The best split must be better than the second by Hoeffding's bound, or the bound be small.
    """
    counts = s.counts[leaf]
    if s.classes[leaf, majority(s, leaf)].weight / counts.total > s.max_share:
        return True, NOTHING, 0.0
    before = impurity_before(s, leaf)
    which, at, best, second = NOTHING, 0.0, -math.inf, -math.inf
    for i in range(s.columns.shape[1]):
        threshold, found = best_threshold(s, leaf, i, before)
        if found > -math.inf and found >= best:
            which, at, best, second = i, threshold, found, best
        elif found > second:
            second = found
    if s.columns.shape[1] == 1 and not s.preprunes:
        return True, which, at
    return is_sure(s, leaf, best, second), which, at


@compiled
def is_sure(s, leaf, best, second):
    """Whether the best split is better than the second by Hoeffding's bound, or that is small."""
    counts = s.counts[leaf]
    reach = 1.0 if s.criterion == GINI else math.log2(max(counts.classes, 2))
    bound = math.sqrt(reach * reach * s.log_confidence / (2.0 * counts.total))
    return best - second > bound or bound < s.tau


@compiled
def split_leaf(s, left, right, i, threshold):
    """Restart a leaf as the left of two, each with the weights observed on its side."""
    clear_weights(s, left)
    clear_weights(s, right)
    for j in range(s.counts[left].observed):
        c = s.classes[left, j].nth_observed
        gaussian, n = s.gaussians[left, c, i], s.classes[left, c].observed
        if threshold < gaussian.low:
            add_weight(s, right, c, n, False)
        elif threshold >= gaussian.high:
            add_weight(s, left, c, n, False)
        else:
            set_deviation(s, left, c, i)
            below = share_below(s, left, c, i, threshold) * n
            add_weight(s, left, c, below, False)
            add_weight(s, right, c, n - below, False)
    depth = s.counts[left].depth + 1
    start(s, left, depth)
    start(s, right, depth)


dispatch(observe, Leaves, plain_observe, forceinline=False)
dispatch(bayes_class, Leaves, plain_class, forceinline=False)
dispatch(bayes_probabilities, Leaves, plain_probabilities, forceinline=False)
