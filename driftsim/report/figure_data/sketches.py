"""Sketches: which concepts of a stream rule when, and rows of each in two features."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from driftsim.rows import Schema
from driftsim.streams.world import World

WINDOWS = 240  # along a stream
MOST_PANELS, MOST_ROWS = 4, 250  # of a sketch, and of one panel
DRAWN = 1_024  # rows in which those of a concept are looked for
MOST_COLUMNS, PARTS = 14, 6  # of which the best two are chosen, and parts of each of them
SHADES = 5  # of labels that are numbers
SPREAD = 0.7548777, 0.5698403  # from a number to the next, which are even in two dimensions


class Course(NamedTuple):
    """How likely each concept is along a stream."""

    edges: np.ndarray  # rows (w + 1,)
    shares: np.ndarray  # (w, k)
    changes: list[int]  # rows at the middle of changes


class Panel(NamedTuple):
    """Rows of a concept."""

    concept: int
    first: int  # the row from which they were looked for
    places: np.ndarray  # (n, 2) from 0 to 1 in the two features
    groups: np.ndarray  # (n,) the class of each, or the part that its label is in


class Sketch(NamedTuple):
    """Rows in two features, from several places of a stream."""

    columns: tuple[int, int | None]  # None where there is one feature alone
    ends: list[tuple[float, float]]  # the least and the greatest value of each feature
    groups: list[str]  # what distinguishes rows
    panels: list[Panel]
    more: int  # concepts that are not shown


def course(world: World) -> Course:
    """Which concepts rule along a stream."""
    stream, k = world.stream, len(world.concepts)
    edges = np.linspace(0, stream.length, min(WINDOWS, stream.length) + 1)
    middles = ((edges[:-1] + edges[1:]) / 2).astype(np.int64)
    shares = stream.drift.weights(middles, k, world.seed)
    changes = [one.centre for one in stream.changes(world.seed)]
    return Course(edges, shares, changes if len(changes) <= WINDOWS // 4 else [])


def sketch(world: World) -> Sketch | None:
    """Rows of a world in those two features that say most of the labels; None where it has none."""
    schema, found = world.schema, [*stretches(world, course(world))]
    rows = [(i, first, *rows_of(world, i, first)) for i, first in found[:MOST_PANELS]]
    rows = [one for one in rows if len(one[2])]
    if not rows or not schema.names:
        return None
    X, y = (np.concatenate([one[place] for one in rows]) for place in (2, 3))
    columns, (groups, edges) = best_columns(X, y, schema), groups_of(y, schema)
    shown = [column for column in columns if column is not None]
    ends = [(float(np.nanmin(X[:, j])), float(np.nanmax(X[:, j]))) for j in shown]
    panels = []
    for i, first, own, labels in rows:
        places, known = in_unit_square(own, shown, ends, schema)
        panels.append(Panel(i, first, places[known], grouped(labels, edges)[known]))
    return Sketch(columns, ends, groups, panels, max(len(found) - MOST_PANELS, 0))


def stretches(world: World, along: Course) -> Iterator[tuple[int, int]]:
    """Where to look for rows: where each concept rules most; of one that moves, along it."""
    stream = world.stream
    if len(world.concepts) == 1 and not stream.dated:
        last = max(stream.length - DRAWN, 0)
        yield from ((0, at) for at in dict.fromkeys([0, last // 2, last]))
        return
    for i, share in enumerate(along.shares.T):
        if share.max() > 0.5:
            yield i, int(along.edges[share.argmax()])


def rows_of(world: World, i: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels of some rows of a concept, from a position on."""
    first = max(min(first, world.stream.length - DRAWN), 0)
    block = world.rows(first, min(first + DRAWN, world.stream.length))
    own = np.flatnonzero(block.concept == i)[:MOST_ROWS]
    return block.X[own], block.y[own]


def best_columns(X: np.ndarray, y: np.ndarray, schema: Schema) -> tuple[int, int | None]:
    """The two features whose cells, of a grid over both, say most of the labels."""
    varied = [j for j in range(X.shape[1]) if len(np.unique(X[~np.isnan(X[:, j]), j])) > 1]
    able = varied[:MOST_COLUMNS] or [0]
    if len(able) == 1:
        return able[0], None
    parts = {j: parted(X[:, j]) for j in able}
    targets = (y - y.mean())[:, None] if schema.regression else y[:, None] == np.unique(y)
    pairs = [*combinations(able, 2)]
    return max(pairs, key=lambda pair: explained(parts[pair[0]], parts[pair[1]], targets))


def parted(values: np.ndarray) -> np.ndarray:
    """Values by parts of as many each, 0, 1, …; those that are missing have one of their own."""
    inner = np.nanquantile(values, np.linspace(0, 1, PARTS + 1)[1:-1])
    return np.where(np.isnan(values), PARTS, np.searchsorted(inner, values, "right"))


def explained(a: np.ndarray, b: np.ndarray, targets: np.ndarray) -> float:
    """How much targets (n, k) differ between the cells of a grid: squares of sums over counts."""
    cell, n = a * (PARTS + 1) + b, (PARTS + 1) ** 2
    counts = np.maximum(np.bincount(cell, minlength=n), 1)
    sums = [np.bincount(cell, one, n) for one in targets.T.astype(float)]
    return float(sum((one**2 / counts).sum() for one in sums))


def in_unit_square(
    X: np.ndarray, columns: list[int], ends: list[tuple[float, float]], schema: Schema
) -> tuple[np.ndarray, np.ndarray]:
    """Places (n, 2) from 0 to 1, and which are known.

    Rows of one code are spread out around it, and those of a feature alone over the other axis.
    """
    made = []
    for j, (low, high), step in zip(columns, ends, SPREAD):
        if j in schema.nominal:
            made.append((X[:, j] + 0.2 + 0.6 * spread(len(X), step)) / schema.nominal[j])
        else:
            made.append((X[:, j] - low) / ((high - low) or 1))
    places = np.column_stack([*made, spread(len(X), SPREAD[1])][:2])
    return places, ~np.isnan(places).any(axis=1)


def spread(n: int, step: float) -> np.ndarray:
    """Numbers (n,) from 0 to 1, spread out evenly."""
    return np.arange(n) * step % 1


def groups_of(y: np.ndarray, schema: Schema) -> tuple[list[str], np.ndarray | None]:
    """What distinguishes rows, in words: classes, or parts of numbers with their edges."""
    if schema.n_classes is not None:
        return [str(one) for one in schema.classes or range(schema.n_classes)], None
    edges = np.unique(np.quantile(y, np.linspace(0, 1, SHADES + 1)))
    if len(edges) < 2:
        return [f"{y[0]:.3g}"], np.array([])
    return [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)], edges[1:-1]


def grouped(y: np.ndarray, edges: np.ndarray | None) -> np.ndarray:
    """The group of each label."""
    return y if edges is None else np.searchsorted(edges, y, "right")
