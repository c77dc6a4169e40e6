"""Schedules: drifts that visit concepts in any order, at given or at random times."""

from abc import abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from driftsim.clocks import Place, Spread
from driftsim.messages import plural
from driftsim.parts import Name, Position, Rows, Share, Strict
from driftsim.rows import Change
from driftsim.streams.drifts import Changes, Drift, named, place_of, ramp_height, unknown
from driftsim.streams.seeds import DRIFT, spawn_rng

MOST_VISITS = 1_000_000  # of concepts along a stream
CHUNK = 1_024  # times that are drawn at once; a different number would draw the same
BEYOND = 10  # widths from the middle of MOA's ramp, where it is 0 or 1 in floating point
EARLIEST = 1e-300  # of a uniform number, so that its logarithm is finite

Width = Annotated[Position, Spread]


class Visits(NamedTuple):
    """The stretches of a stream in which one concept after another rules."""

    starts: np.ndarray  # (n,) rows at which each begins, the first not counted
    ruling: np.ndarray  # (n + 1,) the concept of each


class Visiting(Drift):
    """A drift that visits concepts, each for some rows, with a ramp at each change."""

    width: Width = 0  # rows of a ramp
    ramp: Literal["linear", "sigmoid", "moa"] = "linear"  # how the share of the next one rises

    @abstractmethod
    def course(self, stop: int, k: int, seed: int) -> Visits:
        """All visits that begin before row `stop`, or more."""

    def weights(self, t, k, seed):
        if not len(t):
            return np.zeros((0, k))
        reach = self.width * (BEYOND if self.ramp == "moa" else 1)
        starts, ruling = self.course(int(t.max()) + reach + 1, k, seed)
        if not self.width:
            return np.eye(k)[ruling[np.searchsorted(starts, t, side="right")]]
        low, high = np.searchsorted(starts, [t.min() - reach, t.max() + reach], side="right")
        weights, before = np.zeros((len(t), k)), np.ones(len(t))
        for i in range(low, high):
            after = ramp_height(t - starts[i], self.width, self.ramp)
            weights[:, ruling[i]] += before - after
            before = after
        weights[:, ruling[high]] += before
        return weights

    def changes(self, start, stop, k, seed):
        starts, ruling = self.course(stop, k, seed)
        inside = (starts >= start) & (starts < stop) & (ruling[1:] != ruling[:-1])
        ends = [starts[inside], ruling[:-1][inside], ruling[1:][inside]]
        return Changes(np.stack(ends, axis=1).tolist(), self._change)

    def _change(self, one):
        """The change at the start of a visit, from the concept before to its own."""
        start, before, after = one
        half = self.width // 2
        return Change(start - half, start, start + half, before, after)


class AtRandom(Visiting):
    """A drift that visits concepts for random times, other ones with each seed."""

    varies: ClassVar[bool] = True  # type: ignore[misc]  # of a property

    mean: Annotated[Rows, Spread]  # rows of a visit, on average

    def incompatibility(self, length, k):
        if k < 2:
            return f"{self.kind()} needs two concepts or more to change between, and there is one"
        if self.width > self.mean:
            return f"a width of {self.width:,} is more than the {self.mean:,} rows of a mean visit"
        if self.mean >= length:
            return f"{self.mean:,} rows of a visit are no less than the stream's {length:,}"
        return too_many(length, self.mean)


class Random(AtRandom):
    """Enter the next concept of the cycle at random times, other ones with each seed.

    `exponential` times between changes are those of a Poisson process, in whole rows; `uniform`
    ones lie between 1 and twice the mean. Each contender meets the same ones.
    """

    law: Literal["exponential", "uniform"] = "exponential"  # of the rows of a visit

    def course(self, stop, k, seed):
        starts = random_starts(self.mean, self.law, stop, seed)
        return Visits(starts, np.arange(len(starts) + 1) % k)


class Markov(AtRandom):
    """Visit concepts in random order: a Markov chain, another with each seed.

    The first concept rules first. After each visit the next concept is drawn with the
    probabilities that `transitions` give after the present one; without them, each other concept
    with the same. Visits last as `law` says; `fixed` ones have the mean length.
    """

    law: Literal["exponential", "uniform", "fixed"] = "exponential"  # of the rows of a visit
    transitions: dict[Name, dict[Name, Share]] | None = None  # from each concept to others

    _names: tuple[str, ...] = ()

    def among(self, names):
        return named(self, names)

    def course(self, stop, k, seed):
        starts = random_starts(self.mean, self.law, stop, seed)
        limits = np.cumsum(self.probabilities(k), axis=1)
        limits[:, -1] = 1.0
        ruling = np.zeros(len(starts) + 1, np.int64)
        drawn = spawn_rng(seed, DRIFT, 1).random(len(starts))
        for i, u in enumerate(drawn):
            ruling[i + 1] = np.searchsorted(limits[ruling[i]], u, side="right")
        return Visits(starts, ruling)

    def probabilities(self, k: int) -> np.ndarray:
        """The probability (k, k) of each concept after each."""
        if self.transitions is None:
            return (1 - np.eye(k)) / (k - 1)
        found = np.zeros((k, k))
        for before, after in self.transitions.items():
            for name, share in after.items():
                found[place_of(before, self._names), place_of(name, self._names)] = share
        return found / found.sum(axis=1, keepdims=True)

    def incompatibility(self, length, k):
        if reason := super().incompatibility(length, k):
            return reason
        given = self.transitions or {}
        for name in [*given, *(one for after in given.values() for one in after)]:
            if reason := unknown(name, self._names):
                return reason
        for name in self._names if self.transitions is not None else ():
            total = sum(given.get(name, {}).values())
            if abs(total - 1) > 1e-6:
                return (
                    f"the probabilities after '{name}' sum to {total:g}; give those of the "
                    "concepts that follow it, which sum to 1"
                )


class Visit(Strict):
    """A stretch of a `schedule`: its concept, and how long it lasts."""

    concept: Name
    rows: Annotated[Rows, Spread] | None = None  # that it lasts
    until: Annotated[Rows, Place] | None = None  # the first row, or date, after it

    @model_validator(mode="after")
    def _ends_once(self) -> Self:
        if self.rows is not None and self.until is not None:
            raise ValueError("a visit has `rows` or `until`; leave out one of both")
        return self


def _written(visits: Any) -> Any:
    """Visits as fields, so that a clock reads their durations and dates."""
    if not isinstance(visits, list):
        return visits
    return [
        {name: getattr(one, name) for name in one.model_fields_set}
        if isinstance(one, BaseModel)
        else one
        for one in visits
    ]


class Schedule(Visiting):
    """Visit concepts in a given order, each for so many rows or until a row.

    The last visit lasts to the end of the stream, unless it `repeat`s the others.
    """

    visits: Annotated[list[Visit], Field(min_length=1), BeforeValidator(_written)]  # in order
    repeat: bool = False  # begin again after the last visit

    _names: tuple[str, ...] = ()

    def among(self, names):
        return named(self, names)

    def course(self, stop, k, seed):
        ends = np.array([*self._ends()], np.int64)
        ruling = np.array([place_of(one.concept, self._names) for one in self.visits])
        if self.repeat:
            rounds = max(-(-stop // ends[-1]), 1)
            ends = (np.arange(rounds)[:, None] * ends[-1] + ends).ravel()
            ruling = np.append(np.tile(ruling, rounds), ruling[0])
        return Visits(ends[: len(ruling) - 1], ruling)

    def incompatibility(self, length, k):
        for one in self.visits:
            if reason := unknown(one.concept, self._names):
                return reason
        unvisited = [name for name in self._names if name not in {v.concept for v in self.visits}]
        if unvisited:
            return f"no visit is to '{unvisited[0]}'; add one, or leave the concept out"
        return self._wrong_ends(length)

    def _ends(self) -> Iterator[int]:
        """The row after each visit that has an end."""
        row = 0
        for one in self.visits:
            if one.rows is None and one.until is None:
                return
            row = one.until if one.until is not None else row + (one.rows or 0)
            yield row

    def _wrong_ends(self, length):
        """Why visits do not fill a stream in order, or None."""
        ends, n = [*self._ends()], len(self.visits)
        if len(ends) < n - 1:
            return f"visit {len(ends) + 1} has no end, and is not the last; give its rows"
        for i, (before, end) in enumerate(pairwise([0, *ends])):
            if end <= before:
                return f"visit {i + 1} ends at row {end:,}, and begins at {before:,}"
            if before >= length:
                return f"visit {i + 1} begins at row {before:,}, after the stream's last row"
        if self.repeat:
            return "the last visit has no end to repeat from; give its rows" * (
                len(ends) < n
            ) or too_many(length * n, ends[-1])
        if len(ends) == n and ends[-1] < length:
            return (
                f"the visits end at row {ends[-1]:,} of {length:,}; leave out the `rows` of the "
                "last one, which then lasts to the end, or write repeat: true"
            )
        if len(ends) < n and ends and ends[-1] >= length:
            return f"visit {n} begins at row {ends[-1]:,}, after the stream's last row"


def too_many(length: int, mean: int) -> str | None:
    """Why visits of so many rows are too many for a stream, or None."""
    if length <= MOST_VISITS * mean:
        return None
    return (
        f"{plural(length // mean, 'visit')} of concepts are more than {MOST_VISITS:,}; "
        "let them be longer, or shorten the stream"
    )


def random_starts(mean: int, law: str, stop: int, seed: int) -> np.ndarray:
    """The rows at which visits begin, of a law and its mean, until row `stop` or later.

    A pure function of the seed: those of a later `stop` begin with the same ones.
    """
    rng, chunks, row = spawn_rng(seed, DRIFT, 0), [np.empty(0, np.int64)], 0
    while row < stop:
        starts = row + np.cumsum(lengths(law, mean, rng.random(CHUNK)))
        chunks.append(starts)
        row = int(starts[-1])
    return np.concatenate(chunks)


def lengths(law: str, mean: int, u: np.ndarray) -> np.ndarray:
    """The rows of visits (n,), at least 1, by uniform numbers `u` (n,) and a law of some mean."""
    if law == "fixed" or mean == 1:
        return np.full(len(u), mean)
    if law == "uniform":
        return 1 + np.floor(u * (2 * mean - 1)).astype(np.int64)
    return (
        np.ceil(np.log(np.maximum(1 - u, EARLIEST)) / np.log1p(-1 / mean)).clip(1).astype(np.int64)
    )
