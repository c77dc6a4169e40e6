"""The Hoeffding tree as its definition says: lists and dicts, no care for speed."""

import math


class Numeric:
    """What a leaf knows of a numeric column: of each class weight, mean, scatter and extremes."""

    def __init__(self):
        self.of = {}

    def observe(self, x, c, w):
        if c not in self.of:
            self.of[c] = [0.0, 0.0, 0.0, x, x]
        n, mean, scatter, low, high = self.of[c]
        n += w
        difference = x - mean
        mean = x if n == w else mean + w / n * difference
        scatter = 0.0 if n == w else scatter + w * difference * (x - mean)
        self.of[c] = [n, mean, scatter, min(low, x), max(high, x)]

    def log_likelihood(self, x, c):
        if c not in self.of:
            return -math.inf
        n, mean, scatter, _, _ = self.of[c]
        variance = scatter / (n - 1) if n > 1 else 0.0
        if variance <= 0:
            return 0.0 if x == mean else -math.inf
        return -((x - mean) ** 2) / (2 * variance) - 0.5 * math.log(2 * math.pi * variance)

    def splits(self, steps, binary):
        low = min(one[3] for one in self.of.values())
        high = max(one[4] for one in self.of.values())
        for i in range(steps):
            at = low + (high - low) / (steps + 1) * (i + 1)
            if low < at < high:
                yield ("<=", at), self.sides(at)

    def sides(self, at):
        left, right = {}, {}
        for c, (n, mean, scatter, low, high) in self.of.items():
            if at < low:
                right[c] = n
            elif at >= high:
                left[c] = n
            else:
                # rounded as in the kernel: the row hangs on it that a child tries to split at
                z = (mean - at) * math.sqrt((n - 1) * 0.5 / scatter)
                left[c] = n * 0.5 * math.erfc(z)
                right[c] = n - left[c]
        return [left, right]


class Nominal:
    """What a leaf knows of a nominal column: of each class the weight of each value."""

    def __init__(self):
        self.of = {}

    def observe(self, x, c, w):
        values = self.of.setdefault(c, [])
        values += [0.0] * (int(x) + 1 - len(values))
        values[int(x)] += w

    def log_likelihood(self, x, c):
        if c not in self.of:
            return -math.inf
        values = self.of[c]
        n = values[int(x)] if x < len(values) else 0.0
        return math.log((n + 1) / (sum(values) + len(values)))

    def splits(self, steps, binary):
        most = max(map(len, self.of.values()))
        if not binary:
            yield ("each", most), [self.side(lambda v, i=i: v == i) for i in range(most)]
        for i in range(most):
            yield (
                ("==", i),
                [self.side(lambda v, i=i: v == i), self.side(lambda v, i=i: v != i)],
            )

    def side(self, belongs):
        side = {}
        for c, values in self.of.items():
            there = [values[v] for v in range(len(values)) if belongs(v)]
            if there:
                side[c] = sum(there)
        return side


def entropy(weights):
    total = sum(weights.values())
    return -sum(w / total * math.log2(w / total) for w in weights.values() if w > 0)


def gini(weights):
    total = sum(weights.values())
    return 1 - sum((w / total) ** 2 for w in weights.values())


class Node:
    def __init__(self, weights, depth):
        self.weights, self.depth = dict(weights), depth
        self.test, self.children = None, {}
        self.begin()

    def begin(self):
        self.observers, self.tried = {}, self.total()
        self.by_majority = self.by_bayes = 0.0

    def total(self):
        total = 0.0  # not by sum(), which rounds otherwise since Python 3.12
        for c in sorted(self.weights):
            total += self.weights[c]
        return total

    def branch(self, x):
        """Which child, or None if the cell is missing."""
        (how, value), cell = self.test[1], x[self.test[0]]
        if math.isnan(cell):
            return None
        if how == "each":
            return int(cell)
        return int(cell > value) if how == "<=" else int(cell != value)

    def scores(self, x):
        """The logarithms of the votes of naive Bayes."""
        scores = {}
        for c, w in self.weights.items():
            scores[c] = math.log(w / self.total()) if w else -math.inf
            for j, observer in self.observers.items():
                if not math.isnan(x[j]):
                    scores[c] += observer.log_likelihood(x[j], c)
        return scores

    def bayes(self, x):
        scores = self.scores(x)
        best = max(scores.values(), default=-math.inf)
        shift = best if -math.inf < best < math.log(1e-290) else 0.0
        return {c: math.exp(score - shift) for c, score in scores.items()}


def first_largest(votes):
    """The class of most votes, of those up to the highest that has an entry."""
    return max(range(max(votes) + 1), key=lambda c: votes.get(c, 0.0)) if votes else None


class PlainTree:
    """`columns(leaf)` may say which columns a new leaf looks at."""

    def __init__(
        self, nominal=(), grace_period=200, delta=1e-7, tau=0.05, leaf_prediction="nba",
        split_criterion="info_gain", n_splits=10, min_branch_fraction=0.01, max_depth=None,
        nb_threshold=0, binary=False,
    ):  # fmt: skip
        self.nominal, self.grace, self.delta, self.tau = nominal, grace_period, delta, tau
        self.leaf_prediction, self.criterion = leaf_prediction, split_criterion
        self.steps, self.fraction, self.max_depth = n_splits, min_branch_fraction, max_depth
        self.nb_threshold, self.binary = nb_threshold, binary
        self.root = Node({}, 0)

    def route(self, x):
        """The node where x ends, and the branch it lacks a child for, if that is why."""
        node = self.root
        while node.test:
            branch = node.branch(x)
            if branch is None:
                return node, None
            if branch not in node.children:
                return node, branch
            node = node.children[branch]
        return node, None

    def votes(self, x):
        node, _ = self.route(x)
        if node.test or not self.trusts_bayes(node):
            return node.weights
        return node.bayes(x)

    def trusts_bayes(self, node):
        if self.leaf_prediction == "nba":
            return node.by_bayes >= node.by_majority
        return self.leaf_prediction == "nb" and node.total() >= self.nb_threshold

    def predict(self, x):
        return first_largest(self.votes(x)) or 0

    def learn(self, x, y, w=1.0):
        node, branch = self.route(x)
        if node.test and branch is None:
            return
        if node.test:
            node.children[branch] = node = Node({}, node.depth + 1)
        self.learn_at(node, x, y, w)
        if node.total() - node.tried >= self.grace and node.depth != self.max_depth:
            node.tried = node.total()
            self.try_split(node)

    def learn_at(self, node, x, y, w):
        if self.leaf_prediction == "nba":
            node.by_majority += w * (first_largest(node.weights) == y)
            node.by_bayes += w * ((first_largest(node.bayes(x)) or 0) == y)
        node.weights[y] = node.weights.get(y, 0.0) + w
        for j in self.looks_at(node, x):
            if not math.isnan(x[j]):
                kind = Nominal if j in self.nominal else Numeric
                node.observers.setdefault(j, kind()).observe(x[j], y, w)

    def looks_at(self, node, x):
        return range(len(x))

    def merit(self, before, sides):
        sides = [side for side in sides if sum(side.values()) > 0]
        total = sum(sum(side.values()) for side in sides)
        if self.criterion == "gini":
            return -sum(sum(side.values()) / total * gini(side) for side in sides)
        large = [side for side in sides if sum(side.values()) / total > self.fraction]
        if len(large) < 2:
            return -math.inf
        after = sum(sum(side.values()) / total * entropy(side) for side in sides)
        return entropy(before) - after

    def suggestions(self, node):
        """Merit, column, test and sides of the best split of each column, and of no split."""
        yield self.merit(node.weights, [node.weights]), None, None, None
        for j in sorted(node.observers):
            best = None
            for test, sides in node.observers[j].splits(self.steps, self.binary):
                merit = self.merit(node.weights, sides)
                if best is None or merit > best[0]:
                    best = merit, j, test, sides
            if best:
                yield best

    def try_split(self, node):
        if sum(w != 0 for w in node.weights.values()) < 2:
            return
        ranked = sorted(self.suggestions(node), key=lambda one: one[0])
        merit, j, test, sides = ranked[-1]
        if len(ranked) > 1:
            reach = 1.0
            if self.criterion == "info_gain":
                reach = math.log2(max(2, max(node.weights) + 1))
            bound = math.sqrt(reach**2 * math.log(1 / self.delta) / (2 * node.total()))
            if not (merit - ranked[-2][0] > bound or bound < self.tau):
                return
        if test is None:
            node.begin()
            return
        node.test = j, test
        node.children = {i: Node(side, node.depth + 1) for i, side in enumerate(sides)}
