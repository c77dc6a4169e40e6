"""Updated votes: what a tree says of a row that it has just learned, from its votes before."""

import math
from typing import NamedTuple

from driftsim.kernels.loop import compiled, predict
from driftsim.kernels.online.hoeffding_leaves import ADAPTIVE, NOTHING, majority
from driftsim.kernels.online.hoeffding_nodes import STRAIGHT
from driftsim.kernels.online.hoeffding_votes import LEAST, UNKNOWN, density_of_row, largest


class Before(NamedTuple):
    """What a tree's leaf was when it was asked for a row, before it has learned that."""

    block: int
    total: float
    voted: bool  # whether its votes were those of naive Bayes


@compiled
def before_learning(trees, m):
    """The same of the leaf to which tree m has last sent a row."""
    member = trees.members[m]
    counts = trees.leaves.counts[member.node]
    return Before(counts.block, counts.total, member.by_bayes != UNKNOWN)


@compiled
def label_after(trees, m, x, c, votes, before):
    """The class that tree m predicts for a row of class c that it has just learned.

    Naive Bayes' `votes` before (those in the scratch of the leaves, where it did not vote) are
    still those of all other classes, but for the total. Where the leaf has become another, or
    they went by logarithms, the tree is asked again; always to do so takes 1.1 times as long.
    """
    member, leaves = trees.members[m], trees.leaves
    v = member.node
    counts, was = leaves.counts[v], leaves.votes if before.voted == 0 else votes
    same = member.way == STRAIGHT and counts.block == before.block and before.block != NOTHING
    if same and leaves.numeric and leaves.prediction == ADAPTIVE:
        if counts.bayes_correct < counts.majority_correct:
            return float(majority(leaves, v))
        if LEAST < was[largest(was)] < 1.0:  # 1: by logarithms
            label = largest_after(leaves, v, x, c, was, before.total)
            if label != NOTHING:
                return float(label)
    return predict(trees, m, x, votes)


@compiled
def largest_after(leaves, v, x, c, votes, total):
    """The class of most votes when those of class c are new; NOTHING: they go by logarithms."""
    other = NOTHING
    for q in range(votes.size):
        if q != c and (other == NOTHING or votes[q] > votes[other]):
            other = q
    density = density_of_row(leaves, leaves.counts[v].block, c, x)
    mine, theirs = leaves.weights[v, c] * density, votes[other] * total
    if not (mine < math.inf and max(mine, theirs) > LEAST * leaves.counts[v].total):
        return NOTHING
    return c if mine > theirs or (mine == theirs and c < other) else other
