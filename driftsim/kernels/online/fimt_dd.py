"""FIMT-DD (Ikonomovska et al. 2011): model trees that grow alternates where their errors rise."""

import math

from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.online.deviation_splits import (
    Sums,
    begin_again,
    best_splits,
    hand_over,
    observe_label,
)
from driftsim.kernels.online.model_trees import (
    LEAF,
    NONE,
    ModelTrees,
    forget_errors,
    free_branch,
    free_pair,
    has_widths,
    leaf_below,
    model_trees,
    normalize,
    open_leaf,
    output,
    set_widths,
    take_pair,
    trees_predict,
    trees_reset,
    trees_room,
    value_at,
)
from driftsim.kernels.search_trees import count, discard

FEW = 20  # steps, of which the powers are products
MOST = 1000.0  # weight of rows that no split gains by, beyond which a leaf forgets them


def fimt_dd(members, d, seed, **parameters):
    """Trees that have learned nothing; the parameters are those of `model_trees`."""
    return model_trees(members, d, seed, **parameters)


@compiled
def trees_learn(s, m, x, y, w, fresh):
    if w == 0.0:
        return
    at = leaf_or_alternate(s, m, x)
    watched, leaf = NONE if s.nodes[at].feature == LEAF else at, leaf_below(s, at, x)
    off, rival, rival_off = y - value_at(s, m, leaf, x), NONE, 0.0
    if watched != NONE:
        rival = leaf_below(s, s.nodes[watched].alternate, x)
        rival_off = y - value_at(s, m, rival, x)
    normalize(s, m, x, y, w)
    error = abs(off) / s.members[m].span if s.members[m].span > 0.0 else 0.0
    if s.threshold > 0.0:
        test_errors(s, m, watched, x, error)
    train(s, m, leaf, x, y, w)
    if watched != NONE:
        train(s, m, rival, x, y, w)
        judge(s, m, watched, off, rival_off)


@compiled
def leaf_or_alternate(s, m, x):
    """The highest node on the way of a row that has an alternate, or its leaf."""
    at = m
    while s.nodes[at].feature != LEAF and s.nodes[at].alternate == NONE:
        node = s.nodes[at]
        at = node.child + (0 if x[node.feature] <= node.threshold else 1)
    return at


@compiled
def test_errors(s, m, watched, x, error):
    """Test the nodes on the way of a row, down to one with an alternate; start one at a rise."""
    at = m
    while s.nodes[at].feature != LEAF and at != watched:
        node = s.nodes[at]
        node.n_errors += 1.0
        node.error += (error - node.error) / node.n_errors
        node.rise += error - node.error - s.tolerance
        node.lowest = min(node.lowest, node.rise)
        if node.rise - node.lowest > s.threshold:
            forget_errors(node)
            node.alternate = take_pair(s)
            open_leaf(s, m, node.alternate, NONE, s.members[m].mean)
            return
        at = node.child + (0 if x[node.feature] <= node.threshold else 1)


@compiled
def judge(s, m, at, off, rival_off):
    """Let the alternate of a node take over if it has erred less, or end it if it is too old."""
    node = s.nodes[at]
    node.loss = s.fading * node.loss + off * off
    node.alternate_loss = s.fading * node.alternate_loss + rival_off * rival_off
    node.age += 1
    if node.age % s.least_age == 0 and node.alternate_loss < node.loss:
        take_over(s, at)
    elif node.age >= s.most_age:
        free_branch(s, node.alternate)
        free_pair(s, node.alternate)
        node.alternate = NONE
        forget_errors(node)


@compiled
def take_over(s, at):
    """Put the alternate of a node in its place."""
    new, child = s.nodes[at].alternate, s.nodes[at].child
    free_branch(s, child)
    free_branch(s, child + 1)
    free_pair(s, child)
    s.nodes[at] = s.nodes[new]
    copy_weights(s, new, at)
    for j in range(s.columns.shape[1]):
        s.columns[at, j] = s.columns[new, j]
        s.widths[at, j] = s.widths[new, j]
    hand_over(s.candidates, new, at)
    free_pair(s, new)


@compiled
def copy_weights(s, source, target):
    for i in range(s.weights.shape[1]):
        s.weights[target, i] = s.weights[source, i]


@compiled
def train(s, m, at, x, y, w):
    """Train a leaf, and split it if that is clearly good."""
    node, member = s.nodes[at], s.members[m]
    if node.n == 0.0:
        node.centre = y
    count(node, y, w)
    off = y - node.centre
    if s.models:
        train_model(s, m, at, x, y, w)
    observe_label(s.candidates, s, at, x, off, w)
    if node.n - node.tried >= s.grace_period and member.span > 0.0:
        node.tried = node.n
        try_split(s, m, at)


@compiled
def train_model(s, m, at, x, y, w):
    """As many steps of the delta rule on one row as it counts, at once."""
    member = s.members[m]
    if not member.span > 0.0:
        return
    rate = s.rate / (1.0 + s.decay * s.nodes[at].n)
    off, square = (y - member.mean) / member.span - output(s, m, at, x), 1.0
    for i in range(x.size):
        each = s.inputs[m, i]
        z = (x[i] - each.mean) * each.scale
        square += z * z
    kept = max(1.0 - rate * square, 0.0)  # of the difference, by one step
    step = off * (1.0 - kept_after(kept, w)) / square
    s.weights[at, x.size] += step
    for i in range(x.size):
        each = s.inputs[m, i]
        s.weights[at, i] += step * ((x[i] - each.mean) * each.scale)


@compiled
def kept_after(kept, w):
    """kept ** w, which for a whole number of steps is a few products."""
    steps = int(w)
    if w != steps or steps > FEW:
        return kept**w
    share = kept
    for _ in range(steps - 1):
        share *= kept
    return share


@compiled
def try_split(s, m, at):
    """Split a leaf if its best feature is better than the second by the Hoeffding bound."""
    node = s.nodes[at]
    shift = node.mean - node.centre
    whole = Sums(node.n, node.n * shift, node.spread + node.n * shift * shift)
    best, second, whole = best_splits(s.candidates, at, s.widths, whole)
    if best.gain > 0.0:
        bound = math.sqrt(math.log(1.0 / s.delta) / (2.0 * whole.n))
        if second / best.gain < 1.0 - bound or bound < s.tau:
            split_leaf(s, m, at, best, whole)
            return
    if not has_widths(s, at):
        begin_again(s.candidates, at)
        set_widths(s, m, at)
    elif best.gain == 0.0 and whole.n > MOST:
        begin_again(s.candidates, at)


@compiled
def split_leaf(s, m, at, split, whole):
    child, node, lower = take_pair(s), s.nodes[at], split.lower
    node.feature, node.threshold = s.columns[at, split.feature], split.value
    node.child = child
    forget_errors(node)
    discard(s.candidates, at)
    below = node.centre + lower.first / lower.n
    above = node.centre + (whole.first - lower.first) / (whole.n - lower.n)
    open_leaf(s, m, child, at, below)
    open_leaf(s, m, child + 1, at, above)


register_model(
    ModelTrees, predict=trees_predict, learn=trees_learn, reset=trees_reset, room=trees_room
)
