"""Streams: concepts and a drift that leads through them, drawn block by block."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
from pydantic import Field, PrivateAttr, model_validator

from driftsim.files import EDITED
from driftsim.messages import refusal
from driftsim.parts import Name, Rows, Share, Strict, fields
from driftsim.rows import Change, Edited, Schema
from driftsim.streams.compatibility import (
    any_regression,
    blend_incompatibility,
    concept_incompatibility,
)
from driftsim.streams.concepts import Concept, Instantiated
from driftsim.streams.contract import TRIED, blend_violation, concept_violation, drift_violation
from driftsim.streams.drifts import Drift, None_

BLOCK = 8192  # rows drawn at once; a different number would draw different rows
SINGLE = np.ones((BLOCK, 1)), np.zeros(BLOCK, np.int64)  # weights and concepts of a block of one
for single in SINGLE:
    single.flags.writeable = False
MOST_DRAWS = 20_000  # of a row, until it has the class that balance wants
SAMPLED = 128  # blocks to estimate the frequencies of the classes from, where they are balanced
NO_NOISE = "a number has no wrong label to be replaced by; give the concepts more noise instead"
ROWS, STRUCTURE, LABELS, PARTS, PROBES, REPEATS = range(6)  # purposes, each with its own draws


class Block(NamedTuple):
    """Consecutive rows of a stream."""

    t: np.ndarray  # (n,) positions
    X: np.ndarray  # (n, d) features
    y: np.ndarray  # (n,) labels
    concept: np.ndarray  # (n,) the index of the concept each row came from
    weights: np.ndarray  # (n, k) the probability of each concept

    def part(self, rows: slice) -> "Block":
        """Some of the rows, by a slice."""
        return Block(*(column[rows] for column in self))


class Facts(NamedTuple):
    """What a stream has to instantiate its concepts for."""

    length: int  # rows; the shortest record where it was not given
    schema: Schema
    hashes: dict[str, str]  # of the files of recorded concepts, by path


class Stream(Strict):
    """A nonstationary source of labelled rows: concepts, and a drift that leads through them."""

    # None only until it is validated: of recorded rows, all of them, where it is not given
    length: Rows = None  # type: ignore[assignment]
    concepts: Annotated[dict[Name, Concept], Field(min_length=1, max_length=1_000)]
    drift: Drift = None_()
    noise: Share = 0.0  # the share of labels replaced by a wrong one
    balance: list[Share] | None = None  # the share of each class, before noise; if given
    irrelevant: Annotated[int, Field(ge=0, le=10_000)] = 0  # uniform columns beside the others

    _facts: Facts = PrivateAttr()

    def instantiated(self, seed: int) -> "World":
        """The world of one seed: this stream, with what its concepts leave open drawn or read."""
        return World(self, seed)

    def block(self, seed: int, b: int) -> Block:
        """Rows b * 8192 … of the stream, without drawing those before them."""
        return self.instantiated(seed).block(b)

    def rows(self, seed: int, first: int, last: int) -> Block:
        """Rows `first` … `last` - 1, cut from blocks."""
        return self.instantiated(seed).rows(first, last)

    @property
    def known(self) -> bool:
        """Whether the probability of each label is known."""
        return all(concept.known for concept in self.concepts.values())

    @property
    def recorded(self) -> bool:
        """Whether rows were written down once, so that there are no others."""
        return any(concept.recorded for concept in self.concepts.values())

    @property
    def schema(self) -> Schema:  # type: ignore[override]  # pydantic's own is deprecated
        """What is known of the rows before the first one."""
        return self._facts.schema

    def hashes(self) -> dict[str, str]:
        """The hashes of the files that its concepts read, by path; of records, those at load.

        Raises `OSError` for a file that cannot be read.
        """
        others = [one.hashes() for one in self.concepts.values() if not one.recorded]
        return reduce(or_, others, self._facts.hashes)

    @property
    def dated(self) -> bool:
        """Whether the world changes at the rows of its `changes` only, as far as is known.

        It is not where rows are recorded, or where a concept moves by itself.
        """
        return not self.recorded and not any(one.moves for one in self.concepts.values())

    def changes(self, seed: int) -> Sequence[Change]:
        """Every change, those of the drift and those a person marked, in order."""
        drifts = self.drift.changes(0, self.length, len(self.concepts), seed)
        marks = [
            Change(row, row, row, i, i)
            for i, concept in enumerate(self.concepts.values())
            for row in getattr(concept, "marks", ())
            if row < self.length
        ]
        return sorted([*drifts, *marks], key=lambda change: change.centre) if marks else drifts

    def started_changes(self, seed: int) -> Sequence[Change]:
        """Every change that starts in the stream, even if its ramp ends beyond it."""
        longer = self.model_copy(update={"length": self.length + getattr(self.drift, "width", 0)})
        changes = longer.changes(seed)
        inside = len(changes)
        while inside and changes[inside - 1].first >= self.length:
            inside -= 1
        return changes[:inside]

    def model_post_init(self, context: Any) -> None:
        """Compute the facts; refuses concepts that cannot be drawn, or do not fit together."""
        concepts = {name: self._instantiated(name) for name in self.concepts}
        records = {name: one.rows for name, one in concepts.items() if one.rows is not None}
        if self.length is None and not records:
            raise refusal("the key 'length' is missing; only recorded rows have one", "length")
        length = min(records.values()) if self.length is None else self.length
        for place, reason in (
            ("length", too_short(records, length)),
            ("concepts", concept_incompatibility(concepts)),
            ("drift", drift_violation(self.drift, length, len(concepts))),
            ("drift", self.drift.blends and self._unblendable([*concepts.values()])),
            ("noise", self.noise and any_regression(concepts) and NO_NOISE),
            ("balance", self.balance is not None and self._unbalanced(concepts, self.balance)),
        ):
            if reason:
                raise refusal(reason, place)
        schema = widened(next(iter(concepts.values())).schema, self.irrelevant)
        hashes = [one.hashes() for one in self.concepts.values() if one.recorded]
        self._facts = Facts(length, schema, reduce(or_, hashes, {}))

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_length(cls, value: Any, build: Any) -> Self:
        stream = build(value)
        if stream.length is not None:
            return stream
        return stream.model_copy(update={"length": stream._facts.length})

    def _instantiated(self, name):
        try:
            concept = self.concepts[name].instantiated(structure_rng(0, name))
        except ValueError as error:  # in the file that it reads
            raise refusal(str(error), "concepts", name) from None
        if concept.rows is None and (
            reason := concept_violation(concept, None, spawn_rng(0, PARTS))
        ):
            raise refusal(reason, "concepts", name)
        return concept

    def _unblendable(self, concepts):
        """Why a drift cannot move from one concept to another, or None."""
        if reason := blend_incompatibility(self.drift.kind(), concepts):
            return reason
        between = blended(concepts, np.full((TRIED, len(concepts)), 1 / len(concepts)))
        return blend_violation(between, concepts[0].schema, spawn_rng(0, PARTS))

    def _unbalanced(self, concepts, balance):
        """Why the classes cannot have the shares that are given, or None."""
        k = next(iter(concepts.values())).schema.n_classes
        if k is None:
            return "numbers have no classes to balance; leave it out"
        if len(balance) != k or abs(sum(balance) - 1) > 1e-9:
            return f"{balance} will not do; give the shares of {k} classes, which sum to 1"
        if self.recorded:
            return "recorded rows are as they are; leave it out"
        if self.drift.blends:
            return f"{self.drift.kind()} moves the classes themselves; use gradual, or leave it out"
        for name, concept in concepts.items():
            y = concept.draw(spawn_rng(0, PARTS), np.zeros(BLOCK, np.int64))[1]
            for label in np.flatnonzero(balance):
                if label not in y:
                    return f"'{name}' has hardly a row of class {label}; leave the balance out"
        return None


class World:
    """A stream with one seed: every row of it, and the truth about it.

    Raises `Edited` if the file of a recorded concept has changed since the stream was loaded.
    """

    def __init__(self, stream: Stream, seed: int) -> None:
        refuse_edited(stream)
        self.stream, self.seed = stream, seed
        self.concepts: list[Concept | Instantiated] = [
            concept.instantiated(structure_rng(seed, name))
            for name, concept in stream.concepts.items()
        ]
        self.schema = widened(self.concepts[0].schema, stream.irrelevant)
        self._odds = [self._odds_of(i) for i in range(len(self.concepts))]  # if balanced

    def blocks(self, first: int = 0) -> Iterator[Block]:
        """The rows from `first` to the end, block by block."""
        for b in range(first // BLOCK, -(-self.stream.length // BLOCK)):
            block = self.block(b)
            yield block.part(slice(first - b * BLOCK, None)) if first > b * BLOCK else block

    def rows(self, first: int, last: int) -> Block:
        """Rows `first` … `last` - 1."""
        blocks = [self.block(b) for b in range(first // BLOCK, -(-last // BLOCK))]
        whole = Block(*map(np.concatenate, zip(*blocks))) if blocks else self.block(0)
        start = first // BLOCK * BLOCK
        return whole.part(slice(first - start, last - start))

    def fresh(self, at: int, i: int, n: int) -> Block:
        """`n` rows of concept `i`, as at position `at`, that are not in the stream."""
        rng, t, concept = spawn_rng(self.seed, PROBES, at, i), np.full(n, at), np.full(n, i)
        weights = np.eye(len(self.concepts))[concept]
        X, y = self._drawn(rng, t, weights, concept)
        return Block(t, X, self._noisy(rng, y), concept, weights)

    def block(self, b: int) -> Block:
        """Rows b * 8192 …, a pure function of stream, seed and `b`."""
        rng = spawn_rng(self.seed, ROWS, b)
        t = np.arange(b * BLOCK, (b + 1) * BLOCK)
        weights, concept = self._sampled_concepts(rng, t)
        X, y = self._drawn(rng, t, weights, concept)
        block = Block(t, X, self._noisy(rng, y), concept, weights)
        inside = self.stream.length - b * BLOCK
        return block.part(slice(inside)) if inside < BLOCK else block

    def posterior(
        self, t: np.ndarray, X: np.ndarray, weights: np.ndarray | None = None
    ) -> np.ndarray:
        """P(y | x) at positions `t`: (n, n_classes); NaN where it is not known.

        For regression: the mean and variance of y given x, (n, 2).
        """
        weights = self._weights(t) if weights is None else weights
        X = X[:, : X.shape[1] - self.stream.irrelevant]
        if self.schema.regression:
            return self._moments(t, X, weights)
        joint = self._joint(t, X, weights)
        posterior = joint / joint.sum(axis=1, keepdims=True)
        noise, k = self.stream.noise, posterior.shape[1]
        return posterior * (1 - noise - noise / (k - 1)) + noise / (k - 1) if noise else posterior

    def _weights(self, t):
        return self.stream.drift.weights(t, len(self.concepts), self.seed)

    def _joint(self, t, X, weights):
        """p(x, y) of the mixture at each position, up to a factor."""
        if self.stream.drift.blends:
            return blended(self.concepts, weights).density(X, t)
        active = np.flatnonzero(weights.any(axis=0))
        if len(active) < 2:
            return self._density(active[0] if len(t) else 0, t, X)
        return sum(weights[:, [i]] * self._density(i, t, X) for i in active)

    def _density(self, i, t, X):
        density = self.concepts[i].density(X, t)
        return density if self._odds[i] is None else density * self._odds[i]

    def _odds_of(self, i):
        """How much more frequent balance makes each class of a concept (k,), or None."""
        if self.stream.balance is None:
            return None
        rng, t = spawn_rng(self.seed, PARTS, i), np.zeros(BLOCK, np.int64)
        counts = np.zeros(len(self.stream.balance), np.int64)
        for _ in range(SAMPLED):
            y = self.concepts[i].draw(rng, t)[1]
            counts += np.bincount(y, minlength=len(counts))
        shares = counts / counts.sum()
        return np.divide(self.stream.balance, shares, out=np.zeros(len(shares)), where=shares > 0)

    def _moments(self, t, X, weights):
        """The mean and variance of the label in the mixture at each position."""
        if self.stream.drift.blends:
            return blended(self.concepts, weights).density(X, t)[:, 1:]
        active = np.flatnonzero(weights.any(axis=0)) if len(t) else [0]
        density, mean, variance = np.moveaxis(
            np.stack([self.concepts[i].density(X, t) for i in active]), 2, 0
        )
        shares = weights[:, active].T * density if len(active) > 1 else np.ones((1, len(t)))
        shares = shares / shares.sum(axis=0)
        centre = (shares * mean).sum(axis=0)
        squared = variance + (mean - centre) ** 2
        return np.stack([centre, (shares * squared).sum(axis=0)], axis=1)

    def _sampled_concepts(self, rng, t):
        """The probabilities of the concepts at each row of a block, and the one sampled."""
        if len(self.concepts) == 1:
            return SINGLE
        weights = self._weights(t)
        return weights, sample_categorical(rng, weights)

    def _drawn(self, rng, t, weights, concept):
        X, y = self._mixed(rng, t, weights, concept)
        if not self.stream.irrelevant:
            return X, y
        return np.hstack([X, rng.random((len(t), self.stream.irrelevant))]), y

    def _mixed(self, rng, t, weights, concept):
        if self.stream.drift.blends:
            return blended(self.concepts, weights).draw(rng, t)
        present = np.flatnonzero(np.bincount(concept)) if len(self.concepts) > 1 else [0]
        draw = self._plain if self.stream.balance is None else self._balanced
        if len(present) == 1:
            return draw(rng, t, present[0])
        X = np.empty((len(t), len(self.schema.names) - self.stream.irrelevant))
        y = np.empty(len(t), float if self.schema.regression else np.int64)
        for i in present:
            rows = concept == i
            X[rows], y[rows] = draw(rng, t[rows], i)
        return X, y

    def _plain(self, rng, t, i):
        return self.concepts[i].draw(rng, t)

    def _balanced(self, rng, t, i):
        """Rows of a concept with balanced classes, by rejection: drawn until each has its own."""
        shares = np.array(self.stream.balance)
        wanted = sample_categorical(rng, np.broadcast_to(shares, (len(t), len(shares))))
        X, y = self.concepts[i].draw(rng, t)
        missing = np.flatnonzero(y != wanted)
        for _ in range(MOST_DRAWS):
            if not len(missing):
                return X, y
            X[missing], y[missing] = self.concepts[i].draw(rng, t[missing])
            missing = missing[y[missing] != wanted[missing]]
        name = list(self.stream.concepts)[i]
        raise ValueError(f"'{name}' has too few rows of class {wanted[missing[0]]} to balance it")

    def _noisy(self, rng, y):
        """The labels, the share `noise` of them replaced by one of the others."""
        if not self.stream.noise:
            return y
        k, flipped = self.schema.n_classes, rng.random(len(y)) < self.stream.noise
        shift = flipped if k == 2 else np.where(flipped, rng.integers(1, k, len(y)), 0)
        return (y + shift) % k


def sample_categorical(rng, weights):
    """One column of each row of `weights`, at random by weight."""
    column = np.zeros(len(weights), np.int64)
    if weights.shape[1] == 1:
        return column
    u, passed = rng.random(len(weights)), np.zeros(len(weights))
    for weight in weights.T[:-1]:
        passed += weight
        column += u >= passed
    return column


def too_short(records, length):
    """Why records, as names and rows, do not make a stream of this length, or None."""
    for name, rows in records.items():
        if rows < length:
            long = f"the stream is {length:,} rows long, but '{name}' has only {rows:,}"
            return f"{long}; leave out the length, or shorten it"
    return None


def refuse_edited(stream):
    """Raises `Edited` if the file of a recorded concept has changed since it was loaded."""
    for concept in stream.concepts.values():
        if concept.recorded:
            try:
                found = concept.hashes()
            except (OSError, ValueError) as error:  # it cannot be read any more
                raise Edited(str(error)) from None
            for path in found:
                if found[path] != stream.hashes()[path]:
                    raise Edited(f"{path}: {EDITED}")


def blended(concepts, weights):
    """One concept whose numbers are, at each row, the weighted means of those of `concepts`."""
    moved = {
        name: np.tensordot(weights, np.array(values, float), 1)
        for name, values in fields([one.description for one in concepts]).items()
        if any(value != values[0] for value in values)
    }
    return concepts[0].moved(moved)


def widened(schema: Schema, n: int) -> Schema:
    """A schema with `n` more columns, of irrelevant features."""
    return schema._replace(names=schema.names + tuple(f"irrelevant{j + 1}" for j in range(n)))


def spawn_rng(seed: int, *path: int) -> np.random.Generator:
    """A generator with its own draws for each path below a seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=path))


def structure_rng(seed: int, name: str) -> np.random.Generator:
    """The generator that a concept is instantiated with, by its name in the stream."""
    return spawn_rng(seed, STRUCTURE, *name.encode())


def of_repeat(seed: int, repeat: int) -> np.random.Generator:
    """The generator of the seeds of a learner and its policy, in each repeat."""
    return spawn_rng(seed, REPEATS, repeat) if repeat else spawn_rng(seed, PARTS)
