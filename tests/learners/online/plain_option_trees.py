"""The Hoeffding option tree as its definition says: lists and dicts, no care for speed."""

import math

from plain_trees import Node, PlainTree

LEAST = math.log(1e-290)


class Split:
    """One of the splits of a node: a test, and a child for each side."""

    def __init__(self, test, children):
        self.test, self.children = test, children


class PlainOptionTree(PlainTree):
    """A tree whose nodes have a list of splits, all of which a row goes down."""

    def __init__(self, max_options=5, option_delta=0.1, **settings):
        super().__init__(**settings)
        self.max_options, self.option_delta = max_options, option_delta
        self.options = 1
        self.root.splits = []

    def ends(self, node, x):
        """The nodes where a row ends, each with the split that it lacks a child of."""
        if not node.splits:
            yield node, None
        for split in node.splits:
            node.test = split.test
            branch = node.branch(x)
            if branch in split.children:
                yield from self.ends(split.children[branch], x)
            else:
                yield node, split

    def votes(self, x):
        """The sums of the votes of all ends; those by logarithms if there are no others."""
        p, vanished = {}, {}
        for node, split in self.ends(self.root, x):
            total = 1.0 if split is None and self.leaf_prediction == "nba" else node.total()
            votes, into = {c: w / (total or 1.0) for c, w in node.weights.items()}, p
            if split is None and self.trusts_bayes(node):
                votes = node.bayes(x)
                into = p if max(node.scores(x).values(), default=0.0) > LEAST else vanished
            for c, vote in votes.items():
                into[c] = into.get(c, 0.0) + vote
        return p if sum(p.values()) > 0 else vanished

    def learn(self, x, y, w=1.0):
        self.learn_below(self.root, x, y, w)

    def learn_below(self, node, x, y, w):
        for split in [*node.splits]:
            node.test = split.test
            branch = node.branch(x)
            if branch is None:
                continue
            if branch not in split.children:
                split.children[branch] = self.leaf({}, node.depth + 1)
            self.learn_below(split.children[branch], x, y, w)
        if node.splits and self.options >= self.max_options:
            node.weights[y] = node.weights.get(y, 0.0) + w
            return
        self.learn_at(node, x, y, w)
        if node.total() - node.tried >= self.grace and node.depth != self.max_depth:
            node.tried = node.total()
            self.try_option(node) if node.splits else self.try_split(node)

    def leaf(self, weights, depth):
        leaf = Node(weights, depth)
        leaf.splits = []
        return leaf

    def try_split(self, node):
        super().try_split(node)
        if node.test:
            self.put(node, node.test, node.children)

    def put(self, node, test, children):
        made = {i: self.leaf(one.weights, node.depth + 1) for i, one in children.items()}
        node.splits.append(Split(test, made))

    def try_option(self, node):
        if sum(w != 0 for w in node.weights.values()) < 2:
            return
        used = {split.test[0] for split in node.splits} if self.leaf_prediction == "mc" else {}
        suggested = [one for one in self.suggestions(node) if one[1] not in used]
        merit, j, test, sides = max(suggested, key=lambda one: one[0])
        existing = max(
            self.merit(node.weights, [child.weights for child in split.children.values()])
            for split in node.splits
        )
        bound = self.bound(node, self.option_delta)
        if test is not None and merit - existing > bound:
            children = {i: self.leaf(side, 0) for i, side in enumerate(sides)}
            self.put(node, (j, test), children)
            self.options += 1

    def bound(self, node, delta):
        reach = 1.0
        if self.criterion == "info_gain":
            reach = math.log2(max(2, max(node.weights) + 1))
        return math.sqrt(reach**2 * math.log(1 / delta) / (2 * node.total()))
