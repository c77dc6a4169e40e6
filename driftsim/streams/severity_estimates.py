"""Severity estimates: how severe a change is, by learners trained on rows before and after it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np

from driftsim.files import content_hash
from driftsim.rows import Change, Schema
from driftsim.streams.severity import (
    UNKNOWN,
    Estimate,
    Severity,
    concepts_beside,
    is_measurable,
    mean_of,
)
from driftsim.streams.severity_of_records import stretches
from driftsim.streams.stream import Stream
from driftsim.streams.world import Block, World

ROWS = 5_000  # on either side of a change
FOLDS = 5  # stretches of each side, one of which is predicted by learners of the others
FEWEST = 100  # rows on a side
MOST_CATEGORIES = 255  # of a column, that the trees can distinguish without an order
TREES: dict[str, Any] = {  # of the learners, whichever they are
    "max_iter": 100, "max_leaf_nodes": 8, "early_stopping": False, "random_state": 0
}  # fmt: skip
ESTIMATES = {
    "two_sample_accuracy": "of a classifier that predicts if a row and its label are from after",
    "total_variation_at_least": "twice that accuracy, minus one",
    "two_sample_accuracy_x": "of a classifier that predicts if the features are from after",
    "total_variation_x_at_least": "twice that accuracy, minus one",
    "stale_learner_loss": "a learner of before on rows after, beyond a learner of after",
}


class Side(NamedTuple):
    """Rows on one side of a change."""

    X: np.ndarray  # (n, d)
    y: np.ndarray  # (n,)


def severity_estimates(
    stream: Stream, seeds: Iterable[int], warmup: int = 0, n: int = ROWS
) -> Iterator[tuple[int, Change, Severity]]:
    """Each seed and change of a stream, with what learners of `n` rows before and after say of it.

    Of recorded rows, those next to the change; else fresh ones of both concepts, if there are
    any. NaN where the severity is known by the probabilities of rows, and where there are too few
    rows. What the same rows say is found once.
    """
    found = dict[str, Severity]()
    for seed in seeds:
        world = stream.instantiated(seed, warmup)
        for change, sides in sides_of(world, n):
            columns = [column for side in sides or () for column in side]
            key = content_hash(b"".join(column.tobytes() for column in columns))
            if key not in found:
                found[key] = estimates(*sides, world.schema) if sides else unknown()
            yield seed, change, found[key]


def estimates_of_ends(stream: Stream, n: int = ROWS) -> Severity:
    """What learners say of how far the last `n` rows are from the first, at most half of each."""
    world, n = stream.instantiated(0), min(n, stream.length // 2)
    first, last = world.rows(0, n), world.rows(stream.length - n, stream.length)
    return estimates(side_of(first), side_of(last), world.schema)


def sides_of(world: World, n: int) -> Iterator[tuple[Change, tuple[Side, Side] | None]]:
    """Each change, with rows before and after it; none where the severity is known without.

    They are fresh ones of the concepts, but for recorded rows, and for a concept that changes from
    row to row, which has no others: of these the ones next to the change.
    """
    for change, before, after in stretches(world.stream, world.seed, n):
        whole, *places = concepts_beside(world, change)
        concepts = [whole.concepts[i] for i in places]
        if not world.stream.recorded and all(map(is_measurable, concepts)):
            yield change, None
            continue
        moves = any(one.description.sequential and one.description.moves for one in concepts)
        if world.stream.recorded or moves or concepts[0] is concepts[1]:
            yield change, (side_of(world.rows(*before)), side_of(world.rows(*after)))
            continue
        rows = [whole.fresh(change.centre, i, n) for i in places]
        yield change, (side_of(rows[0]), side_of(rows[1]))


def side_of(rows: Block) -> Side:
    """The features and labels of rows."""
    return Side(rows.X, rows.y)


def unknown() -> Severity:
    """Nothing, of each of ESTIMATES."""
    return dict.fromkeys(ESTIMATES, UNKNOWN)


def estimates(before: Side, after: Side, schema: Schema) -> Severity:
    """What learners say of the rows on two sides, of which as many are used of either.

    All is about rows that the learners have not seen: each fifth of both sides, in the order of
    the rows, is predicted by learners of the others. Standard errors take rows as independent.
    """
    n = min(len(before.y), len(after.y))
    if n < FEWEST:
        return unknown()
    before, after = Side(before.X[-n:], before.y[-n:]), Side(after.X[:n], after.y[:n])
    fold = np.arange(n) * FOLDS // n
    labels = {} if schema.n_classes is None else {before.X.shape[1]: schema.n_classes}
    with on_one_core():
        both = distinguished(
            np.column_stack(before), np.column_stack(after), fold, schema.nominal | labels
        )
        of_x = distinguished(before.X, after.X, fold, schema.nominal)
        stale = stale_loss(before, after, fold, schema)
    found = both, bound(both), of_x, bound(of_x), stale
    return dict(zip(ESTIMATES, found, strict=True))


def on_one_core() -> AbstractContextManager:
    """The context in which trees grow on one core: threads would wait longer than they work."""
    import sklearn.ensemble  # noqa: F401  whose threads can be limited once it is imported
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def bound(accuracy: Estimate) -> Estimate:
    """The least total variation with which two samples can be distinguished so well."""
    return Estimate(max(2 * accuracy.value - 1, 0.0), 2 * accuracy.se)


def distinguished(
    before: np.ndarray, after: np.ndarray, fold: np.ndarray, nominal: Mapping[int, int]
) -> Estimate:
    """The accuracy of a classifier of rows (n, d) by their side (Lopez-Paz & Oquab 2017)."""
    rows, side = np.concatenate([before, after]), np.repeat([0, 1], len(fold))
    fold, right = np.tile(fold, 2), np.zeros(len(rows))
    for k in range(FOLDS):
        train = Side(rows[fold != k], side[fold != k])
        right[fold == k] = predicted(train, rows[fold == k], nominal, False) == side[fold == k]
    return mean_of(right)


def stale_loss(before: Side, after: Side, fold: np.ndarray, schema: Schema) -> Estimate:
    """The loss on rows after a change of a learner of as many rows before, beyond one of after."""
    numbers = schema.n_classes is None
    beyond = np.zeros(len(fold))
    for k in range(FOLDS):
        X, y = after.X[fold == k], after.y[fold == k]
        stale, fresh = (
            predicted(Side(*(column[fold != k] for column in side)), X, schema.nominal, numbers)
            for side in (before, after)
        )
        lost = (stale - y) ** 2 - (fresh - y) ** 2 if numbers else 1.0 * (stale != y) - (fresh != y)
        beyond[fold == k] = lost
    return mean_of(beyond)


def predicted(train: Side, X: np.ndarray, nominal: Mapping[int, int], numbers: bool) -> np.ndarray:
    """The labels of rows (n, d) by boosted trees of others; they are numbers, or classes."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    if (train.y == train.y[0]).all():
        return np.full(len(X), train.y[0])
    empty = np.isnan(train.X).all(axis=0)  # columns, of which scikit-learn finds no thresholds
    shown, X = np.where(empty, 0, train.X), np.where(empty, 0, X)
    categories = [j for j, size in nominal.items() if size <= MOST_CATEGORIES]
    kind = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    return kind(**TREES, categorical_features=categories).fit(shown, train.y).predict(X)
