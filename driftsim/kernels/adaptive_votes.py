"""Votes of the leaves of Hoeffding adaptive trees: weighted by their errors, and what they say."""

import math

from driftsim.kernels.hoeffding_leaf import (
    ADAPTIVE,
    NOTHING,
    bayes_class,
    bayes_probabilities,
)
from driftsim.kernels.loop import compiled
from driftsim.kernels.trees import UNKNOWN, trusts_bayes


def classes_of(s, v, x, by_bayes, learns):
    """The class that a leaf predicts, that of naive Bayes if it is needed, and the majority.

    `by_bayes` is that of naive Bayes, where it is already known; `learns` says that the leaf is
    about to learn x.
    """


@compiled
def vote(s, v, x, p):
    """Add the votes of a leaf to p, weighted by its error; the class that naive Bayes predicts."""
    leaf, by_bayes = s.pool.nodes[v].leaf, UNKNOWN
    if trusts_bayes(s, leaf):
        by_bayes = bayes_probabilities(s.leaves, leaf, x, s.votes)
    else:
        share(s.leaves, leaf, s.votes)
    scale = weight_of_votes(s.leaves, leaf, s.votes, s.pool.nodes[v].error)
    for j in range(s.leaves.counts[leaf].classes):
        c = s.leaves.classes[leaf, j].nth
        p[c] += s.votes[c] * scale
    return by_bayes


@compiled
def share(leaves, leaf, votes):
    """Fill the votes with the share of each class."""
    counts = leaves.counts[leaf]
    for j in range(counts.classes):
        c = leaves.classes[leaf, j].nth
        votes[c] = leaves.classes[leaf, c].weight * (1.0 / counts.total)


@compiled
def weight_of_votes(leaves, leaf, votes, error):
    """The weight of the votes of a leaf."""
    total = 0.0
    for j in range(leaves.counts[leaf].classes):
        total += votes[leaves.classes[leaf, j].nth]
    scale = total * error * error
    return 1.0 / scale if scale > 0.0 else 1.0


@compiled
def majority(leaves, leaf, votes):
    """The class of the largest share; they are rounded as river's are, which may make a tie."""
    share(leaves, leaf, votes)
    label, most = NOTHING, -math.inf
    for j in range(leaves.counts[leaf].classes):
        c = leaves.classes[leaf, j].nth
        if votes[c] > most:
            label, most = c, votes[c]
    return label


@compiled
def plain_classes(s, v, x, by_bayes, learns):
    leaf = s.pool.nodes[v].leaf
    trusts = trusts_bayes(s, leaf)
    needed = trusts or (s.prediction == ADAPTIVE and s.leaves.counts[leaf].active)
    if needed and by_bayes == UNKNOWN:
        by_bayes = bayes_class(s.leaves, leaf, x)
    by_majority = majority(s.leaves, leaf, s.votes)
    return by_bayes if trusts else by_majority, by_bayes, by_majority
