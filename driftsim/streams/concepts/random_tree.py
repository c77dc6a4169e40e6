"""Random trees: labels that a random decision tree gives."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Share
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.concept import Instantiated, Seeded

MOST_LEAVES = 100_000
LEAST = 1e-9  # of a place to split, so that no sum with it is rounded up to the next node
BELOW_ONE = np.nextafter(1.0, 0.0)


class Level(NamedTuple):
    """The nodes at one depth of a growing tree, and what can still be split there."""

    used: np.ndarray  # (m, nominal) columns that have been split
    low: np.ndarray  # (m, numeric) the least and
    high: np.ndarray  # (m, numeric) the largest value that a row can have here

    @classmethod
    def root(cls, nominal, numeric):
        """The one node at the top."""
        unit = np.zeros((1, numeric)), np.ones((1, numeric))
        return cls(np.zeros((1, nominal), bool), *unit)

    def split(self, rng):
        """The column that each node splits, and where if it is numeric."""
        (m, nominal), numeric = self.used.shape, self.low.shape[1]
        priority = rng.random((m, nominal + numeric))
        priority[:, :nominal][self.used] = -1
        column, place = priority.argmax(axis=1), np.zeros(m)
        where = np.flatnonzero(column >= nominal)
        low, high = (side[where, column[where] - nominal] for side in (self.low, self.high))
        place[where] = np.maximum(low + (high - low) * rng.random(m)[where], LEAST)
        return column, place

    def nodes_below(self, parent, branch, column, place):
        """The nodes one level down: each is `branch` 0, 1, … of node `parent`."""
        used, low, high = (side[parent] for side in self)
        nominal, column = used.shape[1], column[parent]
        named = np.flatnonzero(column < nominal)
        used[named, column[named]] = True
        for side, taken in ((high, 0), (low, 1)):
            cut = np.flatnonzero((column >= nominal) & (branch == taken))
            side[cut, column[cut] - nominal] = place[parent[cut]]
        return Level(used, low, high)


class Tree(NamedTuple):
    """A tree in flat arrays: from a node, a row goes to node int(x[column] * scale + shift).

    The shift holds the number of the first node below. A leaf has a scale of 0 and leads to
    itself.
    """

    column: np.ndarray
    scale: np.ndarray
    shift: np.ndarray
    label: np.ndarray
    depth: int

    def labels(self, X):
        """The label of each row (n,)."""
        flat, start = X.ravel(), np.arange(len(X)) * X.shape[1]
        node = (X[:, self.column[0]] * self.scale[0] + self.shift[0]).astype(np.intp)
        for _ in range(self.depth - 1):
            x = flat.take(start + self.column.take(node))
            x *= self.scale.take(node)
            x += self.shift.take(node)
            node = x.astype(np.intp)
        return self.label.take(node)


class RandomTree(Seeded):
    """A random decision tree (Domingos & Hulten 2000), over nominal and numeric columns.

    All columns are uniform, the numeric ones in 0..1. On its way down, a nominal column is split
    at most once and into all of its values, a numeric one in two, where it still can be.
    """

    known = True

    nominal: Annotated[int, Field(ge=0, le=1000)] = 5  # columns
    values: Annotated[int, Field(ge=2, le=1000)] = 5  # of each nominal column
    numeric: Annotated[int, Field(ge=0, le=1000)] = 5  # columns
    depth: Annotated[int, Field(gt=0, le=100)] = 5  # of the deepest leaves
    first_leaf: Annotated[int, Field(ge=0)] = 3  # the least depth of a leaf
    leaf_share: Share = 0.15  # of the nodes at this depth and deeper
    classes: Annotated[int, Field(ge=2, le=1000)] = 2  # of labels

    @property
    def schema(self):
        names = [f"nominal{j + 1}" for j in range(self.nominal)]
        names += [f"numeric{j + 1}" for j in range(self.numeric)]
        return Schema(
            tuple(names),
            nominal=dict.fromkeys(range(self.nominal), self.values),
            n_classes=self.classes,
        )

    def instantiated(self, rng):
        return InstantiatedRandomTree(self, grown(self, rng))

    @model_validator(mode="after")
    def _can_be_grown(self):
        most, split = self.nominal, min(self.nominal, self.depth)
        if not self.numeric and self.depth > most:
            raise ValueError(
                f"a tree of depth {self.depth} is deeper than its {most} nominal columns allow, "
                f"each of which is split once; give a depth of at most {most}, or numeric columns"
            )
        leaves = self.values**split * 2 ** (self.depth - split)
        if leaves > MOST_LEAVES:
            raise ValueError(
                f"a tree of depth {self.depth} could have {leaves:,} leaves; "
                f"give a depth, or nominal columns and values, for at most {MOST_LEAVES:,}"
            )
        return self


@dataclass(frozen=True, eq=False)
class InstantiatedRandomTree(Instantiated):
    """A random tree that has been drawn."""

    description: RandomTree
    tree: Tree

    def draw(self, rng, t):
        shape, n = self.description, len(t)
        X = np.empty((n, shape.nominal + shape.numeric))
        X[:, : shape.nominal] = rng.integers(0, shape.values, (n, shape.nominal), np.uint16)
        X[:, shape.nominal :] = rng.random((n, shape.numeric))
        return X, self.tree.labels(X)

    def density(self, X, t):
        shape = self.description
        top = np.repeat([shape.values - 1, BELOW_ONE], [shape.nominal, shape.numeric])
        inside = X.clip(0, top)
        np.floor(inside[:, : shape.nominal], out=inside[:, : shape.nominal])
        joint = one_hot(self.tree.labels(inside), shape.classes)
        joint *= (inside == X).all(axis=1)[:, None] / float(shape.values) ** shape.nominal
        return joint


def grown(shape, rng):
    """A random tree of the shape that a concept describes, grown level by level."""
    level, levels, nodes = Level.root(shape.nominal, shape.numeric), [], 0
    for depth in range(shape.depth + 1):
        m = len(level.used)
        (column, place), label = level.split(rng), rng.integers(0, shape.classes, m)
        leaf = (rng.random(m) < shape.leaf_share) & (depth >= shape.first_leaf)
        leaf |= depth == shape.depth
        size = np.where(leaf, 0, np.where(column < shape.nominal, shape.values, 2))
        before = np.cumsum(size) - size
        shift = np.where(leaf, nodes + np.arange(m), nodes + m + before)
        shift = shift + np.where(leaf | (column < shape.nominal), 0.0, 1 - place)
        levels.append((column, np.where(leaf, 0.0, 1.0), shift, label))
        parent = np.repeat(np.arange(m), size)
        branch = np.arange(size.sum()) - before[parent]
        level, nodes = level.nodes_below(parent, branch, column, place), nodes + m
    column, scale, shift, label = map(np.concatenate, zip(*levels))
    return Tree(column, scale, shift, label, shape.depth)
