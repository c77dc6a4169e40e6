"""Severity: how far a change takes the rows of a stream, and the best answers."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np

from driftsim.messages import guess, short
from driftsim.rows import Change
from driftsim.streams.concepts import Concept, Instantiated
from driftsim.streams.stream import Stream
from driftsim.streams.world import World

ROWS = 20_000  # that are drawn of each concept
TIE = 1e-9  # between the probabilities of labels that are equally good answers
MEASURES = {
    "total_variation": "between the joint distributions of x and y before and after",
    "hellinger": "distance between them",
    "total_variation_x": "between the distributions of x",
    "total_variation_y": "between those of y",
    "total_variation_y_given_x": "between those of y given x, in the mean over x",
    "disagreement": "share of rows on which no answer is the best both before and after",
    "stale_loss": "what the best answers before lose after, beyond the best after",
}


def checked_measure(name: str) -> str:
    """The name of a measure; raises `ValueError` for one that there is not."""
    if name not in MEASURES:
        raise ValueError(f"no measure of severity is called {short(name)}; {guess(name, MEASURES)}")
    return name


class Estimate(NamedTuple):
    """A value with its standard error; both NaN where it is not known."""

    value: float
    se: float


Severity = dict[str, Estimate]  # by the names of MEASURES
UNKNOWN = Estimate(np.nan, np.nan)


class Side(NamedTuple):
    """Rows of one of two concepts, and how probable they are in both."""

    own: np.ndarray  # (n, k) p(x, y) in the concept they were drawn from
    other: np.ndarray  # (n, k) in the other one


def severity(
    world: World,
    before: int,
    after: int,
    at: int,
    n: int = ROWS,
    names: Collection[str] = MEASURES,
    until: int | None = None,
) -> Severity:
    """How far the change from one concept of a world to another takes it, at a row.

    Of a change within one concept, how far it takes that from row `at` to row `until`.

    Estimates from `n` rows of each, that are not in the stream, by their exact probabilities; with
    the noise and the balance of the stream. Total variation and Hellinger distance are between 0
    and 1. In y given x and disagreement, x is as often of the one as of the other (Webb et al.
    2018). Of numbers as labels, only that of x and the `stale_loss`, a squared error, are known.
    """
    if not all(is_measurable(world.concepts[i]) for i in (before, after)):
        return dict.fromkeys(names, UNKNOWN)
    ends = [(at, before), (at if until is None else until, after)]
    drawn = [world.fresh(row, i, n).X for row, i in ends]
    sides = [(np.full(n, row), i) for row, i in ends]
    if world.schema.regression:
        found = of_numbers([[world.moments(t, X, i) for t, i in sides] for X in drawn])
        return {name: found[name] for name in names}
    # by columns, which are fewer than rows: reductions of each row are so many times faster
    both = [[np.asfortranarray(world.joint(t, X, i)) for t, i in sides] for X in drawn]
    before_after = Side(*both[0]), Side(*both[1][::-1])
    return {name: OF_CLASSES[name](*before_after) for name in names}


def severity_of(world: World, change: Change, n: int = ROWS) -> Severity:
    """The severity of a change; within one concept, from the row before it to its last."""
    world, before, after = concepts_beside(world, change)
    if before != after:
        return severity(world, before, after, change.centre, n)
    return severity(world, before, after, max(change.first - 1, 0), n, until=change.last)


def concepts_beside(world: World, change: Change) -> tuple[World, int, int]:
    """The concepts on both sides of a change, by their places in a world that has them.

    One that is composed of others which follow each other is the one of them that is in force.
    """
    concepts, names = {**world.stream.concepts}, [*world.stream.concepts]
    places = []
    for i, row in ((change.before, change.first - 1), (change.after, change.last)):
        single = concepts[names[i]].around(row)
        if single is None or single is concepts[names[i]]:
            places.append(i)
        else:
            places.append(len(concepts))
            concepts[f"{names[i]}, row {row}"] = single
    before, after = places
    if len(concepts) == len(names):
        return world, before, after
    stream = world.stream.model_copy(update={"concepts": concepts})
    return World(stream, world.seed), before, after


def is_measurable(concept: Concept | Instantiated) -> bool:
    """Whether rows of a concept can be drawn at any one position, and their truth is known."""
    part = concept.description
    return concept.known and not (part.sequential and part.moves)


def of_numbers(moments: list[list[np.ndarray]]) -> Severity:
    """The severity in regression, from p(x), mean and variance (n, 3) of rows of both concepts."""
    (one, other), (last, own) = moments
    before, after = Side(one[:, :1], other[:, :1]), Side(own[:, :1], last[:, :1])
    return dict.fromkeys(MEASURES, UNKNOWN) | {
        "total_variation_x": halves(before, after, beyond),
        "stale_loss": mean_of((last[:, 1] - own[:, 1]) ** 2),
    }


def beyond(side: Side) -> np.ndarray:
    """How much of the probability of each row (n,) is not in the other concept."""
    return shares(np.maximum(side.own - side.other, 0).sum(axis=1), side.own.sum(axis=1))


def apart(side: Side) -> np.ndarray:
    """One minus the affinity of each row (n,), whose mean is the squared Hellinger distance."""
    return 1 - shares(np.sqrt(side.own * side.other).sum(axis=1), side.own.sum(axis=1))


def beyond_in_x(side: Side) -> np.ndarray:
    """As `beyond`, of x alone."""
    return beyond(Side(*(one.sum(axis=1, keepdims=True) for one in side)))


def beyond_given_x(side: Side) -> np.ndarray:
    """The total variation (n,) between the labels of each row in both concepts."""
    return np.abs(posterior(side.own) - posterior(side.other)).sum(axis=1) / 2


def disagree(side: Side) -> np.ndarray:
    """Whether no label is a best answer to a row in both concepts (n,); NaN where one has none."""
    chances = [posterior(one) for one in side]
    best = [one >= one.max(axis=1, keepdims=True) - TIE for one in chances]
    apart = ~(best[0] & best[1]).any(axis=1)
    return np.where(np.isnan(chances[0] + chances[1]).any(axis=1), np.nan, apart)


def stale(side: Side) -> np.ndarray:
    """What the best answers of the other concept lose beyond the best of a row's own (n,)."""
    own, other = posterior(side.own), posterior(side.other)
    rows = np.arange(len(own))
    lost = own.max(axis=1) - own[rows, other.argmax(axis=1)]
    return np.where(np.isnan(other).any(axis=1), np.nan, lost)


def posterior(joint: np.ndarray) -> np.ndarray:
    """P(y given x) (n, k); NaN where p(x) is 0."""
    return shares(joint, joint.sum(axis=1, keepdims=True))


def shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Parts of a whole; NaN where that is 0."""
    found = np.full_like(part, np.nan)
    return np.divide(part, whole, out=found, where=np.broadcast_to(whole > 0, part.shape))


def halves(before: Side, after: Side, value: Callable[[Side], np.ndarray]) -> Estimate:
    """The mean of a value of rows, of which each concept has half."""
    found = [mean_of(value(side)) for side in (before, after)]
    known = [one for one in found if not np.isnan(one.value)]
    if not known:
        return UNKNOWN
    errors = np.sqrt(sum(one.se**2 for one in known)) / len(known)
    return Estimate(float(np.mean([one.value for one in known])), float(errors))


def mean_of(values: np.ndarray) -> Estimate:
    """The mean of the values that are known, with its standard error."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return UNKNOWN
    return Estimate(float(known.mean()), float(known.std(ddof=1) / np.sqrt(len(known))))


def root(squared: Estimate) -> Estimate:
    """The root of an estimate of a square."""
    value = np.sqrt(max(squared.value, 0.0)) if not np.isnan(squared.value) else np.nan
    return Estimate(float(value), float(squared.se / (2 * value)) if value > 0 else squared.se)


def of_labels(before: np.ndarray, after: np.ndarray) -> Estimate:
    """The total variation between the shares of labels, from probabilities (n, k) of rows."""
    before, after = (one[~np.isnan(one).any(axis=1)] for one in (before, after))
    if min(len(before), len(after)) < 2:
        return UNKNOWN
    apart = after.mean(axis=0) - before.mean(axis=0)
    sides = [mean_of(one @ np.sign(apart) / 2) for one in (before, after)]
    return Estimate(float(np.abs(apart).sum() / 2), sum(one.se**2 for one in sides) ** 0.5)


def columns(found: Severity) -> Iterator[tuple[str, float]]:
    """A severity as columns of a table: each value, and its standard error."""
    for name, one in found.items():
        yield name, one.value
        yield f"{name}_se", one.se


def severities(stream: Stream, seed: int, n: int = ROWS) -> Iterator[tuple[Change, Severity]]:
    """Each change of a stream of generated rows with its severity.

    That of two concepts is found once, unless one of them moves by itself.
    """
    changes = stream.started_changes(seed)
    world, known = stream.instantiated(seed), dict[tuple[int, int], Severity]()
    moves = any(one.moves for one in stream.concepts.values())
    for change in changes:
        pair = change.before, change.after
        if moves or pair not in known:
            known[pair] = severity_of(world, change, n)
        yield change, known[pair]


OF_CLASSES: dict[str, Callable[[Side, Side], Estimate]] = {
    "total_variation": lambda before, after: halves(before, after, beyond),
    "hellinger": lambda before, after: root(halves(before, after, apart)),
    "total_variation_x": lambda before, after: halves(before, after, beyond_in_x),
    "total_variation_y": lambda before, after: of_labels(
        posterior(before.own), posterior(after.own)
    ),
    "total_variation_y_given_x": lambda before, after: halves(before, after, beyond_given_x),
    "disagreement": lambda before, after: halves(before, after, disagree),
    "stale_loss": lambda before, after: mean_of(stale(after)),
}
