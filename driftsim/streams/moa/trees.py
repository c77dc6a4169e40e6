"""Trees: those of MOA's RandomTreeGenerator, grown depth first as it grows them."""

from typing import Any

import numpy as np

from driftsim.kernels.moa.geometry import Tree
from driftsim.kernels.moa.java_random import scrambled
from driftsim.streams.moa.java_random import JavaRandom, int32

MOST_NODES = 200_000


def random_tree(options: dict[str, Any], seed: int) -> Tree:
    """The tree of a stream, with seeds moved by that of the scenario."""
    tree = Growing(options, JavaRandom(int32(options["r"] + seed)))
    tree.grow()
    return Tree(
        np.array([scrambled(int32(options["i"] + seed))]),
        np.array(tree.column),
        np.array(tree.threshold),
        np.array(tree.below),
        options["o"],
        options["v"],
    )


class Growing:
    """A tree that grows, its nodes in flat lists; the children of one stand side by side."""

    def __init__(self, options: dict[str, Any], rng: JavaRandom):
        self.options, self.rng = options, rng
        self.column, self.threshold, self.below = [-1], [0.0], [0]

    def grow(self) -> None:
        """All of it; `ValueError` where it is too large."""
        o, u = self.options["o"], self.options["u"]
        waiting = [(0, 0, [*range(o)], [0.0] * u, [1.0] * u)]
        while waiting:  # what is left to draw, the next last
            waiting += reversed(self._drawn(*waiting.pop()))

    def _drawn(self, node, depth, nominal, low, high):
        """Draw a node, and say what its children may split."""
        options, rng = self.options, self.rng
        if depth >= options["d"] or (depth >= options["l"] and options["f"] >= 1.0 - rng.uniform()):
            self.below[node] = rng.below(options["c"])
            return []
        chosen = rng.below(len(nominal) + options["u"])
        if chosen < len(nominal):
            first = self._split(node, nominal[chosen], 0.0, options["v"])
            rest = [one for one in nominal if one != nominal[chosen]]
            return [(first + i, depth + 1, rest, low, high) for i in range(options["v"])]
        at = chosen - len(nominal)
        threshold = (high[at] - low[at]) * rng.uniform() + low[at]
        first = self._split(node, options["o"] + at, threshold, 2)
        upper, lower = high.copy(), low.copy()
        upper[at] = lower[at] = threshold
        return [
            (first, depth + 1, nominal, low, upper),
            (first + 1, depth + 1, nominal, lower, high),
        ]

    def _split(self, node, column, threshold, children):
        """Where the first of its children stands."""
        first = len(self.column)
        if first + children > MOST_NODES:
            raise ValueError(
                f"the tree of RandomTreeGenerator has more than {MOST_NODES:,} nodes; give a "
                "smaller -d or -v, or more leaves by -f"
            )
        self.column[node], self.threshold[node], self.below[node] = column, threshold, first
        self.column += [-1] * children
        self.threshold += [0.0] * children
        self.below += [0] * children
        return first
