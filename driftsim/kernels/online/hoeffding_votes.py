"""Votes of the leaves of our own Hoeffding trees: by the majority, or by naive Bayes.

Naive Bayes leaves out missing cells (NaN). A class that a column has not been observed of gets no
vote, and where a column does not vary in a class, only rows of that value do.
"""

import math

from driftsim.kernels.loop import compiled
from driftsim.kernels.online.hoeffding_leaves import (
    ADAPTIVE,
    BAYES,
    FEW,
    MAJORITY,
    MANY,
    NOTHING,
    majority,
    observe,
    sum_weights,
    take_block,
)

UNKNOWN = -2  # no class: naive Bayes has not been asked
LEAST, MOST = 1e-290, 1e300  # votes beyond are computed again by logarithms


@compiled
def leaf_votes(s, leaf, x, p):
    """Fill p with the votes of a leaf, not normalised; the class of naive Bayes, or UNKNOWN."""
    if trusts_bayes(s, leaf):
        return bayes_votes(s, leaf, x, p)
    majority_votes(s, leaf, p)
    return UNKNOWN


@compiled
def trusts_bayes(s, leaf):
    """Whether a leaf votes by naive Bayes."""
    counts = s.counts[leaf]
    if s.prediction == ADAPTIVE:
        return counts.bayes_correct >= counts.majority_correct
    return s.prediction == BAYES and counts.total >= s.nb_threshold


@compiled
def majority_votes(s, leaf, p):
    for c in range(p.size):
        p[c] = s.weights[leaf, c]


@compiled
def bayes_votes(s, leaf, x, p):
    """Fill p with the votes of naive Bayes, not normalised; the class that it predicts."""
    if not product_votes(s, leaf, x, p):
        n, n_nominal = cells_of(s, s.counts[leaf].block, x)
        logarithmic_votes(s, leaf, n, n_nominal, p)
    return largest(p)


@compiled
def product_votes(s, leaf, x, p):
    """Fill p with the products of naive Bayes; whether they are in the range of numbers."""
    weight, b = s.counts[leaf].total, s.counts[leaf].block
    part = 1.0 / weight if weight > 0.0 else 0.0
    for c in range(p.size):
        p[c] = s.weights[leaf, c] * part
    if b == NOTHING:
        return True
    n, n_nominal = (s.row.size, 0) if s.numeric else cells_of(s, b, x)
    for c in range(p.size):
        if n > 0 and p[c] > 0.0:
            p[c] *= density_of_row(s, b, c, x) if s.numeric else density(s, b, c, n)
    for i in range(n_nominal):
        at, j = s.places[1, i], s.counted[i]
        for c in range(p.size):
            p[c] *= (s.cells[b, at, c] + 1.0) * s.scale[b, j, c]
    label, total = largest(p), 0.0
    for c in range(p.size):
        total += p[c]
    return p[label] > LEAST and total < MOST  # NaN: a factor out of range, times 0


@compiled
def largest(p):
    """The class of most votes, the first of several."""
    label = 0
    for c in range(1, p.size):
        if p[c] > p[label]:
            label = c
    return label


@compiled
def cells_of(s, b, x):
    """List the cells of a row that a block can vote by; how many numeric and nominal ones."""
    n = n_nominal = 0
    for j in range(s.columns.shape[1]):
        value = x[s.columns[b, j]]
        if value != value or not s.met[b, j]:
            continue
        if s.sizes[s.columns[b, j]] > 0:
            s.places[1, n_nominal], s.counted[n_nominal] = s.at[j] + int(value), s.nominal[j]
            n_nominal += 1
        else:
            s.row[n], s.places[0, n] = value, s.gaussian[j]
            n += 1
    return n, n_nominal


@compiled
def density(s, b, c, n):
    """The density of n numeric cells in a class."""
    distance, product, roots = 0.0, 1.0, 1.0
    for i in range(n):
        gaussian, value = s.gaussians[b, c, s.places[0, i]], s.row[i]
        if gaussian.precision > 0.0:
            difference = value - gaussian.mean
            distance += difference * difference * gaussian.precision
            product *= gaussian.precision * (1.0 / math.pi)
            if not FEW < product < MANY:
                roots *= math.sqrt(product)
                product = 1.0
        elif value != gaussian.mean:
            return 0.0
    return roots * math.sqrt(product) * math.exp(-distance)


@compiled
def density_of_row(s, b, c, x):
    """The density of a row in a class, where all columns are numeric and all cells there."""
    distance = 0.0
    for j in range(s.columns.shape[1]):
        gaussian, value = s.gaussians[b, c, j], x[s.columns[b, j]]
        if gaussian.precision > 0.0:
            difference = value - gaussian.mean
            distance += difference * difference * gaussian.precision
        elif value != gaussian.mean:
            return 0.0
    return s.factors[b, c] * math.exp(-distance)


@compiled
def logarithmic_votes(s, leaf, n, n_nominal, p):
    """The votes of naive Bayes where their products leave the range of numbers."""
    b, best = s.counts[leaf].block, -math.inf
    for c in range(p.size):
        p[c] = -math.inf
        if s.weights[leaf, c] > 0.0:
            p[c] = math.log(s.weights[leaf, c] / s.counts[leaf].total)
            p[c] += log_of_cells(s, b, c, n, n_nominal)
        best = max(best, p[c])
    for c in range(p.size):
        p[c] = math.exp(p[c] - best) if p[c] > -math.inf else 0.0


@compiled
def log_of_cells(s, b, c, n, n_nominal):
    """The logarithm of the probability of a row's cells in a class."""
    score = 0.0
    for i in range(n):
        gaussian, difference = s.gaussians[b, c, s.places[0, i]], 0.0
        if gaussian.precision > 0.0:
            difference = s.row[i] - gaussian.mean
            score -= difference * difference * gaussian.precision
            score += 0.5 * math.log(gaussian.precision / math.pi)
        elif s.row[i] != gaussian.mean:
            return -math.inf
    for i in range(n_nominal):
        share = (s.cells[b, s.places[1, i], c] + 1.0) * s.scale[b, s.counted[i], c]
        if share == 0.0:
            return -math.inf
        score += math.log(share)
    return score


@compiled
def leaf_learn(s, m, leaf, x, c, w, by_bayes):
    """Train a leaf of tree m; whether it is time to try a split.

    `by_bayes` is the class that naive Bayes predicts, if it is known.
    """
    counts = s.counts[leaf]
    if s.prediction == ADAPTIVE:
        if by_bayes == UNKNOWN:
            by_bayes = bayes_votes(s, leaf, x, s.votes)
        if by_bayes == c:
            counts.bayes_correct += w
        if majority(s, leaf) == c:
            counts.majority_correct += w
    s.weights[leaf, c] += w
    counts.classes = max(counts.classes, c + 1)
    sum_weights(s, leaf)
    if counts.block == NOTHING:
        take_block(s, m, leaf)
    observe(s, counts.block, x, c, w, s.prediction != MAJORITY)
    return counts.total - counts.tried >= s.grace_period and counts.depth < s.most_depth
