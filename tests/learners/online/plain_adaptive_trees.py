"""The Hoeffding adaptive tree as its definition says, of plain trees and plain windows."""

import math

from plain_trees import Node, PlainTree, first_largest


class Window:
    """ADWIN: pairs of sizes and sums, oldest first, in an exponential histogram."""

    def __init__(self, delta=0.002):
        self.delta, self.buckets, self.n, self.scatter = delta, [], 0, 0.0

    @property
    def width(self):
        return sum(size for size, _, _ in self.buckets)

    @property
    def mean(self):
        return sum(total for _, total, _ in self.buckets) / self.width if self.buckets else 0.0

    def rises(self, error):
        """Add an error; whether older ones were cut off, and the mean has not fallen."""
        before = self.mean
        self.buckets.append((1, error, 0.0))
        size = 1
        while sum(one[0] == size for one in self.buckets) > 5:
            i = next(i for i, one in enumerate(self.buckets) if one[0] == size)
            one, other = self.buckets[i : i + 2]
            self.buckets[i : i + 2] = [joined(one, other)]
            size *= 2
        self.n += 1
        cut = False
        if self.n % 32 == 0 and self.width > 10:
            while self.differs():
                cut = True
                del self.buckets[0]
        return cut and before <= self.mean

    def differs(self):
        whole = self.buckets[0]
        for one in self.buckets[1:]:
            whole = joined(whole, one)
        n, total, scatter = whole
        confidence = math.log(2 * math.log(n) / self.delta)
        old = old_total = 0
        for size, part, _ in self.buckets:
            old, old_total = old + size, old_total + part
            new, new_total = n - old, total - old_total
            if min(old, new) < 5:
                continue
            inverse = 1 / (old - 4) + 1 / (new - 4)
            bound = math.sqrt(2 * inverse * scatter / n * confidence)
            bound += 2 / 3 * confidence * inverse
            if abs(old_total / old - new_total / new) > bound:
                return True
        return False


def joined(one, other):
    (n, a, s), (m, b, t) = one, other
    return n + m, a + b, s + t + n * m / (n + m) * (a / n - b / m) ** 2


class PlainAdaptiveTree(PlainTree):
    """`times(node)` says how often a leaf learns a row."""

    def __init__(self, times, drift_delta=0.002, nominal=(), **settings):
        super().__init__(nominal, **settings)
        self.times, self.drift_delta = times, drift_delta

    def end_of(self, node, x):
        """Where a row ends below a node, and the child it lacks."""
        while node.test:
            branch = node.branch(x)
            if branch is None or branch not in node.children:
                return node, branch
            node = node.children[branch]
        return node, None

    def votes_of(self, node, x):
        if node.test or not self.trusts_bayes(node):
            return node.weights
        return node.bayes(x)

    def learn(self, x, y, w=1.0):
        end, _ = self.end_of(self.root, x)
        wrong = float((first_largest(self.votes_of(end, x)) or 0) != y)
        node, put = self.root, self.put_root
        while node.test:
            if self.learn_branch(node, put, wrong, x, y, w):
                return
            branch = node.branch(x)
            if branch is None:
                return
            if branch not in node.children:
                node.children[branch] = Node({}, node.depth + 1)
            put = self.putter(node, branch)
            node = node.children[branch]
        self.learn_leaf(node, x, y, w)

    def put_root(self, node):
        self.root = node

    def putter(self, parent, branch):
        def put(node):
            parent.children[branch] = node

        return put

    def learn_branch(self, node, put, wrong, x, y, w):
        """Whether another node has taken the place of this branch."""
        if not hasattr(node, "alternate"):
            node.window, node.alternate = Window(self.drift_delta), None
        switched = False
        if node.window.rises(wrong):
            node.alternate = Node({}, node.depth)
            node.alternate.window = Window(self.drift_delta)
        elif node.alternate and min(node.window.width, node.alternate.window.width) > 300:
            better = node.window.mean - node.alternate.window.mean
            share = 1 / node.window.width + 1 / node.alternate.window.width
            spread = node.window.mean * (1 - node.window.mean)
            bound = math.sqrt(2 * spread * math.log(2 / 0.05) * share)
            if bound < better:
                put(node.alternate)
                switched = True
            elif bound < -better:
                node.alternate = None
        if node.alternate:
            other = node.alternate
            other.window.rises(float((first_largest(self.votes_of(other, x)) or 0) != y))
            self.learn_leaf(other, x, y, w)
            if other.test:
                put(other)
            switched = switched or other.test
        return switched

    def learn_leaf(self, node, x, y, w):
        self.learn_at(node, x, y, w * max(self.times(node), 1))
        if node.total() - node.tried >= self.grace and node.depth != self.max_depth:
            node.tried = node.total()
            self.try_split(node)
