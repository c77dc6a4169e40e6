"""FIMT-DD (Ikonomovska et al. 2011): model trees that grow alternates where their errors rise."""

import math
from typing import NamedTuple

from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.mixed_candidates import least_below
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
from driftsim.kernels.search_trees import clear, count, new_point

FEW = 20  # steps, of which the powers are products
LEAST = 5.0  # weight that a split must leave on each side


class Sums(NamedTuple):
    """Sums over some labels, as they are from the centre of their leaf."""

    n: float  # their weight
    first: float
    second: float  # of their squares


class Split(NamedTuple):
    """Rows whose feature is at most a value go left, the others right."""

    gain: float  # by how much it lowers the deviation, times the weight
    feature: int  # which of those that the leaf may be split by
    value: float
    lower: Sums  # of the rows on the left


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
    if node.n == 0.0:
        node.centre = y
    count(node, y, w)
    off = y - node.centre
    if s.models:
        train_model(s, m, at, x, y, w)
    observe(s, at, x, off, w)
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
def observe(s, at, x, off, w):
    """Add a row to the points of its thresholds, whose label is so far from the leaf's centre."""
    find_points(s, at, x)
    for j in range(s.here.size):
        point = s.candidates.points[s.here[j]]
        point.n += w
        point.mean += w * off  # a sum, as is the next: no division
        point.spread += w * off * off


@compiled
def find_points(s, at, x):
    """Put the points of a row's thresholds into s.here, new ones where there are none.

    All features go down by a point at a time, so that memory is read for all of them at once: a
    tree takes 1/1.3 of the time, a forest 1/1.1.
    """
    trees = s.candidates
    for j in range(s.here.size):
        s.values[j] = threshold(x[s.columns[at, j]], s.widths[at, j])
        if trees.roots[at, j] == NONE:
            trees.roots[at, j] = new_point(trees, s.values[j], 0.0, 0.0)
        s.here[j] = trees.roots[at, j]
    going = s.here.size
    while going > 0:
        going = 0
        for j in range(s.here.size):
            point, value = trees.points[s.here[j]], s.values[j]
            if point.value != value:
                going += 1
                right = value > point.value
                s.here[j] = point.right if right else point.left
                if s.here[j] == NONE:
                    s.here[j] = new_point(trees, value, 0.0, 0.0)
                    if right:
                        point.right = s.here[j]
                    else:
                        point.left = s.here[j]


@compiled
def best_split(s, at, j, whole, best):
    """The best split of a leaf by the j-th of its features, if it is better than a given one.

    The root of a sum of squares is at most the sum of their roots: most points need no root.
    """
    trees, lower, all_of_it = s.candidates, Sums(0.0, 0.0, 0.0), math.sqrt(scatter(whole))
    top = least_below(trees, trees.roots[at, j], 0)
    while top:
        point = trees.points[trees.stack[top - 1]]
        lower = Sums(lower.n + point.n, lower.first + point.mean, lower.second + point.spread)
        upper = Sums(whole.n - lower.n, whole.first - lower.first, whole.second - lower.second)
        if upper.n < LEAST:
            break
        left, right, limit = scatter(lower), scatter(upper), all_of_it - best.gain
        if lower.n >= LEAST and left + right < limit * limit:
            gain = all_of_it - math.sqrt(left) - math.sqrt(right)
            if gain > best.gain:
                best = Split(gain, j, point.value, lower)
        top = least_below(trees, point.right, top - 1)
    return best


@compiled
def scatter(a):
    """The square of the weight times the deviation."""
    return max(a.n * a.second - a.first * a.first, 0.0)


@compiled
def try_split(s, m, at):
    """Split a leaf if its best feature is better than the second by the Hoeffding bound."""
    node = s.nodes[at]
    shift, nothing = node.mean - node.centre, Sums(0.0, 0.0, 0.0)
    whole = Sums(node.n, node.n * shift, node.spread + node.n * shift * shift)
    best, second = Split(0.0, NONE, 0.0, nothing), 0.0
    for j in range(s.columns.shape[1]):
        split = best_split(s, at, j, whole, Split(second, NONE, 0.0, nothing))
        second = max(second, min(split.gain, best.gain))
        if split.gain > best.gain:
            best = split
    if not best.gain > 0.0:
        return
    bound = math.sqrt(math.log(1.0 / s.delta) / (2.0 * node.n))
    if second / best.gain < 1.0 - bound or bound < s.tau:
        split_leaf(s, m, at, best, whole)
    elif s.widths[at, 0] == 0.0:
        set_widths(s, m, at)


@compiled
def split_leaf(s, m, at, split, whole):
    child, node, lower = take_pair(s), s.nodes[at], split.lower
    node.feature, node.threshold = s.columns[at, split.feature], split.value
    node.child = child
    forget_errors(node)
    for j in range(s.columns.shape[1]):
        clear(s.candidates, at, j)
    below = node.centre + lower.first / lower.n
    above = node.centre + (whole.first - lower.first) / (whole.n - lower.n)
    open_leaf(s, m, child, at, below)
    open_leaf(s, m, child + 1, at, above)


register_model(
    ModelTrees, predict=trees_predict, learn=trees_learn, reset=trees_reset, room=trees_room
)
