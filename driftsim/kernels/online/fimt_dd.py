"""FIMT-DD (Ikonomovska et al. 2011): model trees that grow alternates where their errors rise."""

import math

from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.online.model_trees import (
    LEAF,
    NONE,
    ModelTrees,
    forget_errors,
    free_branch,
    free_pair,
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
from driftsim.kernels.search_trees import best_split, clear, count, moments, nowhere, observe


def fimt_dd(members, d, seed, **parameters):
    """Trees that have learned nothing; the parameters are those of `model_trees`."""
    return model_trees(members, d, seed, **parameters)


@compiled
def trees_learn(s, m, x, y, w, fresh):
    if w == 0.0:
        return
    watched = first_with_alternate(s, m, x)
    leaf = leaf_below(s, m if watched == NONE else watched, x)
    off, rival, rival_off = y - value_at(s, m, leaf, x), NONE, 0.0
    if watched != NONE:
        rival = leaf_below(s, s.nodes[watched].alternate, x)
        rival_off = y - value_at(s, m, rival, x)
    normalize(s, m, x, y, w)
    error = abs(off) / s.members[m].span if s.members[m].span > 0.0 else 0.0
    test_errors(s, m, watched, x, error)
    train(s, m, leaf, x, y, w)
    if watched != NONE:
        train(s, m, rival, x, y, w)
        judge(s, m, watched, off, rival_off)


@compiled
def first_with_alternate(s, m, x):
    """The highest node on the way of a row that has an alternate, or NONE."""
    at = m
    while s.nodes[at].feature != LEAF:
        node = s.nodes[at]
        if node.alternate != NONE:
            return at
        at = node.child + (0 if x[node.feature] <= node.threshold else 1)
    return NONE


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
        if s.threshold > 0.0 and node.rise - node.lowest > s.threshold:
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
        s.candidates.roots[at, j] = s.candidates.roots[new, j]
        s.candidates.roots[new, j] = NONE
    free_pair(s, new)


@compiled
def copy_weights(s, source, target):
    for i in range(s.weights.shape[1]):
        s.weights[target, i] = s.weights[source, i]


@compiled
def train(s, m, at, x, y, w):
    """Train a leaf, and split it if that is clearly good."""
    node, member = s.nodes[at], s.members[m]
    count(node, y, w)
    if s.models:
        train_model(s, m, at, x, y, w)
    for j in range(s.columns.shape[1]):
        observe(s.candidates, at, j, threshold(x[s.columns[at, j]], s.widths[at, j]), y, w)
    if node.n - node.tried >= s.grace_period and member.span > 0.0:
        node.tried = node.n
        try_split(s, m, at)


@compiled
def threshold(value, width):
    """The least multiple of a width that is not below a value."""
    return max(math.ceil(value / width) * width, value) if width > 0.0 else value


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
    kept = 1.0 - rate * square  # of the difference, by one step
    step = off * (rate if w == 1.0 and kept > 0.0 else (1.0 - max(kept, 0.0) ** w) / square)
    s.weights[at, x.size] += step
    for i in range(x.size):
        each = s.inputs[m, i]
        s.weights[at, i] += step * ((x[i] - each.mean) * each.scale)


@compiled
def try_split(s, m, at):
    """Split a leaf if its best feature is better than the second by the Hoeffding bound."""
    all_rows, best, second = moments(s.nodes[at]), nowhere(), 0.0
    for j in range(s.columns.shape[1]):
        split = best_split(s.candidates, at, j, all_rows)
        if split.merit > best.merit:
            best, second = split, max(best.merit, 0.0)
        else:
            second = max(second, split.merit)
    if not best.merit > 0.0:
        return
    bound = math.sqrt(math.log(1.0 / s.delta) / (2.0 * all_rows.n))
    if second / best.merit < 1.0 - bound or bound < s.tau:
        split_leaf(s, m, at, best)
    elif s.widths[at, 0] == 0.0:
        set_widths(s, m, at)


@compiled
def split_leaf(s, m, at, split):
    child, node = take_pair(s), s.nodes[at]
    node.feature, node.threshold = s.columns[at, split.feature], split.value
    node.child = child
    forget_errors(node)
    for j in range(s.columns.shape[1]):
        clear(s.candidates, at, j)
    open_leaf(s, m, child, at, split.left.mean)
    open_leaf(s, m, child + 1, at, split.right.mean)


register_model(
    ModelTrees, predict=trees_predict, learn=trees_learn, reset=trees_reset, room=trees_room
)
