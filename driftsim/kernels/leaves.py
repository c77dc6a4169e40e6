"""Leaves of Hoeffding trees: what they count, how they tell classes, and where to split them."""

import math
import sys
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled

INFO_GAIN, GINI = range(2)  # what a split is measured by
MAJORITY, BAYES, ADAPTIVE = range(3)  # what a leaf tells
NOTHING = -1  # no class, no split
SUM_IS_COMPENSATED = sys.version_info >= (3, 12)  # that of Python

LEAF = np.dtype(
    [
        ("depth", np.int64),
        ("classes", np.int64),  # it has weights of
        ("observed", np.int64),  # classes of the rows it has observed
        ("total", np.float64),  # of the weights
        ("tried", np.float64),  # the total when a split was last thought of
        ("majority_right", np.float64),  # weight of the labels that the majority class foretold
        ("bayes_right", np.float64),  # and naive Bayes
        ("active", np.bool_),  # whether it observes rows, to be split some day
    ],
    align=True,
)
CLASS = np.dtype(  # entry i of a leaf's, of which all but the n-th are of the class i
    [
        ("weight", np.float64),  # of its labels, in the leaf and passed on by those split before
        ("observed", np.float64),  # weight of the rows observed since the leaf began
        ("nth", np.int64),  # the class that was the i-th to be weighed
        ("nth_observed", np.int64),  # and to be observed
        ("deviation", np.float64),  # in the column of which splits are looked for
        ("whole", np.int64),  # whether the weight is an integer to Python, which matters to its sum
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
    """What L leaves count of k classes and of the m columns that each looks at."""

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
    draws: bool  # the columns of a leaf are yet to be drawn when it begins
    whole: bool  # labels have weights that are integers to Python
    half: float  # 0.5, unknown when compiling: river's power of it must not become a square root


@compiled
def begin(s, leaf, depth):
    """Let a leaf begin with the weights that it has."""
    counts = s.counts[leaf]
    counts.depth, counts.active, counts.tried = depth, True, counts.total
    counts.majority_right = counts.bayes_right = 0.0
    for i in range(s.columns.shape[1]):
        s.columns[leaf, i] = NOTHING if s.draws else i
    observe_anew(s, leaf)


@compiled
def forget(s, leaf):
    """Take all weights off a leaf."""
    s.counts[leaf].classes, s.counts[leaf].total = 0, 0.0


@compiled
def observe_anew(s, leaf):
    """Have a leaf forget the rows it has observed."""
    s.counts[leaf].observed = 0
    for c in range(s.classes.shape[1]):
        s.classes[leaf, c].observed = 0.0


@compiled
def weigh(s, leaf, c, w, whole):
    """Add to the weight of a class; `whole` says that Python has it as an integer."""
    counts = s.counts[leaf]
    for j in range(counts.classes):
        if s.classes[leaf, j].nth == c:
            s.classes[leaf, c].weight += w
            break
    else:
        s.classes[leaf, counts.classes].nth = c
        s.classes[leaf, c].weight, s.classes[leaf, c].whole = w, whole
        counts.classes += 1
    add_up(s, leaf)


@compiled
def add_up(s, leaf):
    """The total of the weights, as Python sums them.

    It keeps what is lost in rounding, if a float is added to a sum with floats in it.
    """
    total, lost, floats = 0.0, 0.0, False
    for j in range(s.counts[leaf].classes):
        weighed = s.classes[leaf, s.classes[leaf, j].nth]
        rounded = total + weighed.weight
        if SUM_IS_COMPENSATED and not weighed.whole:
            if floats:
                larger, smaller = max(total, weighed.weight), min(total, weighed.weight)
                lost += (larger - rounded) + smaller
            floats = True
        total = rounded
    s.counts[leaf].total = total + lost


@compiled
def majority(s, leaf):
    """The class of most weight, the first to be weighed if there are several."""
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

    Logs of variances are taken of their product, before it is too large or too small a number.
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
            apart = x[s.columns[leaf, i]] - gaussian.mean
            distance += apart * apart / gaussian.scatter
            product *= gaussian.scatter * scale
            if not 1e-100 < product < 1e100:
                score -= 0.5 * math.log(product)
                product = 1.0
    return score - 0.5 * (distance * (n - 1.0) + math.log(product))


@compiled
def bayes(s, leaf, x):
    """The class that naive Bayes tells."""
    label, best = NOTHING, -math.inf
    for j in range(s.counts[leaf].classes):
        c = s.classes[leaf, j].nth
        score = log_joint(s, leaf, c, x)
        if score > best:
            label, best = c, score
    return label


@compiled
def bayes_probabilities(s, leaf, x, p):
    """Fill p with those of naive Bayes; the class that it tells."""
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
def observe(s, leaf, x, c, w):
    """Add a row of class c to the Gaussians of a leaf."""
    first = s.classes[leaf, c].observed == 0.0
    if first:
        s.classes[leaf, s.counts[leaf].observed].nth_observed = c
        s.counts[leaf].observed += 1
    s.classes[leaf, c].observed += w
    share = w / s.classes[leaf, c].observed
    for i in range(s.columns.shape[1]):
        value, gaussian = x[s.columns[leaf, i]], s.gaussians[leaf, c, i]
        if first:
            gaussian.mean, gaussian.scatter = value, 0.0
            gaussian.low = gaussian.high = value
            continue
        gaussian.low, gaussian.high = min(gaussian.low, value), max(gaussian.high, value)
        apart = value - gaussian.mean
        gaussian.mean += share * apart
        gaussian.scatter += w * apart * (value - gaussian.mean)


@compiled
def part(s, weight):
    """What a class of such weight adds to the purity of a branch."""
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
    """What the merit of a split is counted from."""
    if s.criterion == GINI:
        return 1.0
    total, parts = 0.0, 0.0
    for j in range(s.counts[leaf].classes):
        weight = s.classes[leaf, s.classes[leaf, j].nth].weight
        total += weight
        parts += part(s, weight)
    return impurity(s, total, parts) / total


@compiled
def deviate(s, leaf, c, i):
    """Look at a column of the rows of class c: keep in mind their standard deviation."""
    n = s.classes[leaf, c].observed
    variance = s.gaussians[leaf, c, i].scatter / (n - 1.0) if n > 1.0 else 0.0
    s.classes[leaf, c].deviation = math.pow(variance, s.half)


@compiled
def share_below(s, leaf, c, i, threshold):
    """The share of class c that a split would send left, by the Gaussian of the column."""
    deviation = s.classes[leaf, c].deviation
    if deviation == 0.0:
        return 0.0
    apart = (threshold - s.gaussians[leaf, c, i].mean) / deviation
    return 0.5 * (1.0 + math.erf(apart / math.sqrt(2.0)))


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
        left_parts += part(s, below)
        right_parts += part(s, n - below)
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
        deviate(s, leaf, c, i)
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
    reach = 1.0 if s.criterion == GINI else math.log2(max(counts.classes, 2))
    bound = math.sqrt(reach * reach * s.log_confidence / (2.0 * counts.total))
    return best - second > bound or bound < s.tau, which, at


@compiled
def divide(s, left, right, i, threshold):
    """Let a leaf begin again as the left of two, with what it has observed on either side."""
    forget(s, left)
    forget(s, right)
    for j in range(s.counts[left].observed):
        c = s.classes[left, j].nth_observed
        gaussian, n = s.gaussians[left, c, i], s.classes[left, c].observed
        if threshold < gaussian.low:
            weigh(s, right, c, n, False)
        elif threshold >= gaussian.high:
            weigh(s, left, c, n, False)
        else:
            deviate(s, left, c, i)
            below = share_below(s, left, c, i, threshold) * n
            weigh(s, left, c, below, False)
            weigh(s, right, c, n - below, False)
    depth = s.counts[left].depth + 1
    begin(s, left, depth)
    begin(s, right, depth)
