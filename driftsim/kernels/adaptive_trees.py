"""Hoeffding adaptive trees: a branch that errs more grows an alternate, and may give way to it."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import adwin
from driftsim.kernels.grove import (
    Grove,
    child_of,
    clear_away,
    drop_alternate,
    fall,
    grove,
    hear,
    leaf_below,
    listen_anew,
    replace,
    taken,
    with_nodes,
)
from driftsim.kernels.leaves import (
    ADAPTIVE,
    NOTHING,
    Leaves,
    bayes,
    bayes_probabilities,
    begin,
    best_split,
    divide,
    forget,
    is_pure,
    observe,
    observe_anew,
    weigh,
)
from driftsim.kernels.loop import compiled, family
from driftsim.kernels.trees import (
    FEWEST,
    UNTOLD,
    bytes_of_leaf,
    hoeffding_tree,
    outgrown,
    padded,
    refuse_outgrown,
    trusts_bayes,
)
from driftsim.kernels.twister import poisson, twister

DETECTOR = 5000  # bytes of river's ADWIN, and what else its adaptive leaves hold
KEPT, SWITCHED, PRUNED = range(3)  # what becomes of an alternate

MEMBER = np.dtype(
    [
        ("root", np.int64),
        ("leaves", np.int64),  # those of alternates too
        ("weight", np.float64),  # of its labels
        ("node", np.int64),  # the leaf that was asked last
        ("told", np.int64),  # the class that naive Bayes told there, or UNTOLD
    ]
)


class AdaptiveTrees(NamedTuple):
    """Hoeffding trees that hear the errors at each node.

    In river, an alternate that splits takes the place of its branch at once: so it is one leaf.
    """

    members: np.ndarray  # (M,) of MEMBER
    grove: Grove  # N nodes
    leaves: Leaves  # N
    twisters: np.ndarray  # (M + 1, 625) random numbers; the last stay as all begin
    votes: np.ndarray  # (k,) scratch: of a leaf
    prediction: int
    nb_threshold: float
    grace_period: float
    max_depth: int
    bootstraps: bool
    drift_window_threshold: float  # labels that both must have heard, to be compared
    log_significance: float  # log(2 / significance)
    most_leaves: int  # that a tree may have once it has learned so much weight, lest river's
    most_weight: float  # own were large enough to take measures, which these trees do not


def hoeffding_adaptive_tree(
    members,
    d,
    k,
    bootstrap_sampling=True,
    drift_window_threshold=300,
    drift_detector=adwin,
    switch_significance=0.05,
    max_size=100.0,
    memory_estimate_period=1_000_000,
    seed=None,
    **parameters,
):
    """Hoeffding adaptive trees (Bifet & Gavaldà 2009) that have learned nothing.

    `drift_detector` gives so many windows; the other parameters are those of `hoeffding_tree`.
    """
    plain = hoeffding_tree(members, d, k, **parameters)
    each = np.zeros(members, MEMBER)
    each["root"], each["leaves"], each["told"] = np.arange(members), 1, UNTOLD
    bare = AdaptiveTrees(
        each,
        grove(members, drift_detector(members)),
        plain.leaves,
        np.tile(twister(seed), (members + 1, 1)),
        np.zeros(k),
        plain.prediction,
        plain.nb_threshold,
        plain.grace_period,
        plain.max_depth,
        bool(bootstrap_sampling),
        float(drift_window_threshold),
        math.log(2.0 / switch_significance),
        int(max_size * 2**20 / (DETECTOR + bytes_of_leaf(d, k))),
        0.99 * memory_estimate_period,
    )
    return with_room(bare, max(2 * FEWEST, 4 * members))


def with_room(s, n) -> AdaptiveTrees:
    """The same trees with n more nodes to spare, and as many leaves as nodes."""
    wider = with_nodes(s.grove, n)
    size = len(wider.nodes)
    more = max(0, size - len(s.leaves.counts))
    held = {name: padded(getattr(s.leaves, name), more)[:size] for name in Leaves._fields[:4]}
    return s._replace(grove=wider, leaves=s.leaves._replace(**held))


def enlarged(s) -> AdaptiveTrees:
    """The same trees with room for twice as many nodes.

    Raises `ValueError` where a tree is so large that river's own might take measures.
    """
    refuse_outgrown(s)
    return with_room(s, len(s.grove.nodes))


@compiled
def tree_room(s):
    """Each branch on the way may begin an alternate, and each leaf that learns may split."""
    heap = s.grove.heap[0]
    if heap.many < s.members.size * (3 * (heap.deepest + 1) + 2):
        return False
    return not outgrown(s)


@compiled
def tree_predict(s, m, x, p):
    """The sum of what the leaf and the alternates on the way to it tell."""
    for c in range(p.size):
        p[c] = 0.0
    member = s.members[m]
    v = member.root
    while s.grove.nodes[v].feature != NOTHING:
        if s.grove.nodes[v].alternate != NOTHING:
            vote(s, s.grove.nodes[v].alternate, x, p)
        v = child_of(s.grove, v, x)
    member.node, member.told = v, vote(s, v, x, p)
    label, most, total = -1.0, 0.0, 0.0
    for c in range(p.size):
        total += p[c]
        if p[c] > most:
            label, most = float(c), p[c]
    for c in range(p.size):
        p[c] *= 1.0 / total if total > 0.0 else 1.0
    return label


@compiled
def vote(s, v, x, p):
    """Add to p what a leaf tells, the more the less it errs; the class that naive Bayes tells."""
    leaf, told = s.grove.nodes[v].leaf, UNTOLD
    if trusts_bayes(s, leaf):
        told = bayes_probabilities(s.leaves, leaf, x, s.votes)
    else:
        share(s.leaves, leaf, s.votes)
    scale = trust(s.leaves, leaf, s.votes, s.grove.nodes[v].error)
    for j in range(s.leaves.counts[leaf].classes):
        c = s.leaves.classes[leaf, j].nth
        p[c] += s.votes[c] * scale
    return told


@compiled
def share(leaves, leaf, votes):
    """Fill the votes with the share of each class."""
    counts = leaves.counts[leaf]
    for j in range(counts.classes):
        c = leaves.classes[leaf, j].nth
        votes[c] = leaves.classes[leaf, c].weight * (1.0 / counts.total)


@compiled
def trust(leaves, leaf, votes, error):
    """By how much the votes of a leaf count."""
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
def tree_learn(s, m, x, y, w, fresh):
    """Teach all nodes on the way to a leaf, and the alternates there, before the leaf."""
    member, c = s.members[m], int(y)
    member.weight += w
    v = member.node if fresh else leaf_below(s.grove, member.root, x)
    told, by_bayes, _ = answers(s, v, x, member.told if fresh else UNTOLD)
    at, parent = member.root, NOTHING
    while at != NOTHING:
        learner = v if at == v else branch_learn(s, member, at, parent, x, told != c)
        if learner != NOTHING:
            known = by_bayes if at == v else UNTOLD
            if leaf_learn(s, m, learner, x, c, w, known):
                consider_split(s, member, learner, parent == NOTHING and member.root != learner)
            is_alternate = s.grove.nodes[at].alternate == learner
            if is_alternate and s.grove.nodes[learner].feature != NOTHING:
                replace(s.grove, member, at, parent)
        parent, at = at, NOTHING if at == v else child_of(s.grove, at, x)
    member.leaves -= clear_away(s.grove)


@compiled
def answers(s, v, x, by_bayes):
    """The class that a leaf tells; that of naive Bayes, if it is of use; and that of the majority.

    `by_bayes` is that of naive Bayes, if it is known before.
    """
    leaf = s.grove.nodes[v].leaf
    trusts = trusts_bayes(s, leaf)
    of_use = trusts or (s.prediction == ADAPTIVE and s.leaves.counts[leaf].active)
    if of_use and by_bayes == UNTOLD:
        by_bayes = bayes(s.leaves, leaf, x)
    by_majority = majority(s.leaves, leaf, s.votes)
    return by_bayes if trusts else by_majority, by_bayes, by_majority


@compiled
def branch_learn(s, member, v, parent, x, wrong):
    """Begin, compare or prune the alternate of a branch; the one that is to learn, or NOTHING."""
    node = s.grove.nodes[v]
    if hear(s.grove, v, wrong):
        node.n = node.error = 0.0
        drop_alternate(s.grove, v)
        node.alternate = new_leaf(s, member, node.depth)
    elif node.alternate != NOTHING:
        fate = compared(s, node, s.grove.nodes[node.alternate])
        if fate == PRUNED:
            drop_alternate(s.grove, v)
        elif fate == SWITCHED:
            alternate = node.alternate
            replace(s.grove, member, v, parent)
            drop_alternates(s.grove, v, x)
            return alternate if parent == NOTHING else NOTHING  # as river has it
    return node.alternate


@compiled
def compared(s, node, alternate):
    """What becomes of an alternate, by how often it errs, and its branch."""
    if min(node.n, alternate.n) <= s.drift_window_threshold:
        return KEPT
    variance = node.error * (1.0 - node.error)
    share = 1.0 / alternate.n + 1.0 / node.n
    bound = math.sqrt(2.0 * variance * s.log_significance * share)
    if bound < node.error - alternate.error:
        return SWITCHED
    return PRUNED if bound < alternate.error - node.error else KEPT


@compiled
def drop_alternates(grove, v, x):
    """Drop those of the branches below a fallen one that x still comes to."""
    v = child_of(grove, v, x)
    while grove.nodes[v].feature != NOTHING:
        drop_alternate(grove, v)
        v = child_of(grove, v, x)


@compiled
def leaf_learn(s, m, v, x, c, w, by_bayes):
    """Teach a leaf; whether it is time to think of a split."""
    leaf = s.grove.nodes[v].leaf
    counts = s.leaves.counts[leaf]
    if s.bootstraps:
        w *= max(poisson(s.twisters[m], 1.0), 1)
    told, by_bayes, by_majority = answers(s, v, x, by_bayes)
    hear(s.grove, v, told != c)
    if s.prediction == ADAPTIVE and counts.active:
        if by_bayes == c:
            counts.bayes_right += w
        if counts.classes == 0 or by_majority == c:
            counts.majority_right += w
    weigh(s.leaves, leaf, c, w, s.leaves.whole)
    if counts.active:
        observe(s.leaves, leaf, x, c, w)
    return counts.active and counts.total - counts.tried >= s.grace_period


@compiled
def consider_split(s, member, v, overlooked):
    """Split a leaf if a split is good enough.

    Where none is possible, river lays the leaf to rest and wakes it at once, with nothing
    observed, unless it overlooks it: the alternate of the root.
    """
    leaf = s.grove.nodes[v].leaf
    counts = s.leaves.counts[leaf]
    if counts.depth >= s.max_depth:
        counts.active = False
        return
    counts.tried = counts.total
    if is_pure(s.leaves, leaf):
        return
    good, which, threshold = best_split(s.leaves, leaf)
    if good and which != NOTHING:
        split(s, member, v, which, threshold)
    elif good and overlooked:
        counts.active = False
    elif good:
        observe_anew(s.leaves, leaf)


@compiled
def split(s, member, v, which, threshold):
    """Make a leaf a branch; what it has counted passes to the left of its leaves."""
    grove = s.grove
    node = grove.nodes[v]
    left, right = taken(grove, node.depth + 1), taken(grove, node.depth + 1)
    node.feature, node.threshold = s.leaves.columns[node.leaf, which], threshold
    node.left, node.right = left, right
    node.leaf, grove.nodes[left].leaf = grove.nodes[left].leaf, node.leaf
    divide(s.leaves, grove.nodes[left].leaf, grove.nodes[right].leaf, which, threshold)
    listen_anew(grove, v)
    member.leaves += 1
    grove.heap[0].deepest = max(grove.heap[0].deepest, node.depth)


@compiled
def new_leaf(s, member, depth):
    """A leaf that has learned nothing."""
    v = taken(s.grove, depth)
    forget(s.leaves, s.grove.nodes[v].leaf)
    begin(s.leaves, s.grove.nodes[v].leaf, depth)
    member.leaves += 1
    return v


@compiled
def tree_reset(s, m):
    member = s.members[m]
    fall(s.grove, member.root)
    member.leaves -= clear_away(s.grove)
    member.root = new_leaf(s, member, 0)
    member.weight, member.told = 0.0, UNTOLD
    for i in range(s.twisters.shape[1]):
        s.twisters[m, i] = s.twisters[s.members.size, i]


family(AdaptiveTrees, predict=tree_predict, learn=tree_learn, reset=tree_reset, room=tree_room)
