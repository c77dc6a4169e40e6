"""Severity of records: what rows on both sides of a change show of how far it takes them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.rows import Change, one_hot
from driftsim.streams.operators.selections import selections
from driftsim.streams.seeds import PROBES, spawn_rng
from driftsim.streams.severity import (
    MEASURES,
    ROWS,
    UNKNOWN,
    Estimate,
    Severity,
    mean_of,
    of_labels,
)
from driftsim.streams.stream import Stream
from driftsim.streams.world import World

CHANGED = "labels_changed"  # the share of rows that have another label in the other concept


class Moved(NamedTuple):
    """The feature whose distribution differs most between two sets of rows."""

    feature: str  # "" where there are no rows on one of the sides
    distance: Estimate  # a lower bound of the total variation of x


def record_severities(
    stream: Stream, seed: int, n: int = ROWS, warmup: int = 0
) -> Iterator[tuple[Change, Severity, Moved]]:
    """Each change of a recorded stream, from up to `n` rows on either side, none beyond another."""
    world = stream.instantiated(seed, warmup)
    for change, before, after in stretches(stream, seed, n):
        found, moved = between(world, before, after)
        yield change, found | {CHANGED: changed_labels(world, change, before, after)}, moved


def stretches(
    stream: Stream, seed: int, n: int
) -> Iterator[tuple[Change, tuple[int, int], tuple[int, int]]]:
    """Each change, the first and the last row before it and those after it, at most `n` of each."""
    changes = stream.started_changes(seed)
    for i, change in enumerate(changes):
        begin = changes[i - 1].last if i else 0
        end = changes[i + 1].first if i + 1 < len(changes) else stream.length
        before = min(max(begin, change.first - n), change.first), change.first
        after = min(change.last, end), min(end, change.last + n)
        yield change, before, after


def between(world: World, before: Sequence[int], after: Sequence[int]) -> tuple[Severity, Moved]:
    """How far the rows of two stretches are apart: their labels, and one of their features."""
    found = dict.fromkeys(MEASURES, UNKNOWN)
    if min(after[1] - after[0], before[1] - before[0]) < 2:
        return found, Moved("", UNKNOWN)
    sides = [world.rows(*stretch) for stretch in (before, after)]
    k = world.schema.n_classes
    if k is not None:
        found["total_variation_y"] = of_labels(*(one_hot(side.y, k) for side in sides))
    return found, farthest(sides[0].X, sides[1].X, world.schema)


def changed_labels(
    world: World, change: Change, before: Sequence[int], after: Sequence[int]
) -> Estimate:
    """The share of rows that have another label in the one concept than in the other.

    Known where both have the same rows, as a table and what is made of its labels alone. Of all
    rows of two stretches; what is random in both is drawn with the same numbers.
    """
    pair = [world.concepts[i] for i in (change.before, change.after)]
    if pair[0] is pair[1] or world.schema.regression or any(map(selections, pair)):
        return UNKNOWN
    t = np.concatenate([np.arange(*before), np.arange(*after)])
    if any(one.rows is None for one in pair):
        return UNKNOWN
    (X, y), (other, label) = (one.draw(spawn_rng(world.seed, PROBES), t) for one in pair)
    return mean_of(1.0 * (y != label)) if np.array_equal(X, other, equal_nan=True) else UNKNOWN


def farthest(before: np.ndarray, after: np.ndarray, schema) -> Moved:
    """The column of rows (n, d) and (m, d) that is distributed most otherwise in the others."""
    distances = [
        (of_codes if j in schema.nominal else of_values)(before[:, j], after[:, j])
        for j in range(before.shape[1])
    ]
    j = int(np.argmax([one.value for one in distances]))
    return Moved(schema.names[j], distances[j])


def of_values(before: np.ndarray, after: np.ndarray) -> Estimate:
    """The Kolmogorov-Smirnov distance of numbers; a missing one is an event of its own."""
    values = np.unique(np.concatenate([before, after]))
    values = values[~np.isnan(values)]
    shares = [
        np.append(np.searchsorted(np.sort(one), values, side="right"), np.isnan(one).sum())
        / len(one)
        for one in (before, after)
    ]
    i = int(np.argmax(np.abs(shares[0] - shares[1])))
    return difference(shares[0][i], shares[1][i], len(before), len(after))


def of_codes(before: np.ndarray, after: np.ndarray) -> Estimate:
    """The total variation of codes; a missing one is a code of its own."""
    before, after = (np.where(np.isnan(one), -1, one) for one in (before, after))
    codes = np.unique(np.concatenate([before, after]))
    shares = [(one[:, None] == codes).mean(axis=0) for one in (before, after)]
    more = shares[1] > shares[0]
    p, q = (one[more].sum() for one in shares)
    return difference(p, q, len(before), len(after))


def difference(p: float, q: float, n: int, m: int) -> Estimate:
    """The distance of two shares, of n and of m rows."""
    return Estimate(float(abs(p - q)), float((p * (1 - p) / n + q * (1 - q) / m) ** 0.5))
