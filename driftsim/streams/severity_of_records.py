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
KOLMOGOROV = 0.8687  # the mean of his distribution, √(π / 2) ln 2


class Moved(NamedTuple):
    """The feature whose distribution differs most between two sets of rows."""

    feature: str  # "" where there are no rows on one of the sides
    distance: Estimate  # a lower bound of the total variation of x, but for chance
    chance: float  # about what the distance is between rows of the same distribution


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
        return found, Moved("", UNKNOWN, np.nan)
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
    """The column of rows (n, d) and (m, d) whose distance to the others is most beyond chance."""
    size = (1 / len(before) + 1 / len(after)) ** 0.5
    each = []
    for j, name in enumerate(schema.names):
        pair = before[:, j], after[:, j]
        if j in schema.nominal:
            each.append(Moved(name, of_codes(*pair), size * chance_of(code_shares(*pair))))
        else:
            each.append(Moved(name, of_values(*pair), size * KOLMOGOROV))
    return max(each, key=lambda one: one.distance.value - one.chance)


def chance_of(shares: np.ndarray) -> float:
    """The mean total variation of samples of the same codes, over the root of 1/n + 1/m.

    By the shares (2, k) of codes in two samples.
    """
    p = shares.mean(axis=0)
    return float(np.sqrt(p * (1 - p) / (2 * np.pi)).sum())


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
    shares = code_shares(before, after)
    more = shares[1] > shares[0]
    p, q = (one[more].sum() for one in shares)
    return difference(p, q, len(before), len(after))


def code_shares(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The share of each code that there is before and after: (2, k)."""
    both = np.concatenate([before, after])
    codes, place = np.unique(np.where(np.isnan(both), -1, both), return_inverse=True)
    sides = np.split(place, [len(before)])
    return np.array([np.bincount(one, minlength=len(codes)) / len(one) for one in sides])


def difference(p: float, q: float, n: int, m: int) -> Estimate:
    """The distance of two shares, of n and of m rows."""
    return Estimate(float(abs(p - q)), float((p * (1 - p) / n + q * (1 - q) / m) ** 0.5))
