"""Streams: concepts, ruled by a drift, drawn block by block."""

from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, PrivateAttr, model_validator

from driftsim.messages import refusal
from driftsim.parts import Name, Rows, Share, Strict, fields
from driftsim.rows import Change, Schema
from driftsim.streams.agreement import disagreement, regressive, unblendable
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift, None_
from driftsim.streams.trials import TRIED, astray, faulty, unmovable

BLOCK = 8192  # rows drawn at once; a different number would draw different rows
ALONE = np.ones((BLOCK, 1)), np.zeros(BLOCK, np.int64)  # how the only concept rules a block
for alone in ALONE:
    alone.flags.writeable = False
MOST_DRAWS = 20_000  # of a row, until it is of the class that balance wants
SAMPLED = 128  # blocks that tell how frequent the classes of a concept are, where it is balanced
NO_NOISE = "a number has no wrong label to be replaced by; give the concepts more noise instead"
ROWS, STRUCTURE, LABELS, PARTS, PROBES, REPEATS = range(
    6
)  # what is drawn from a seed, each by itself


class Block(NamedTuple):
    """Consecutive rows of a stream."""

    t: np.ndarray  # (n,) positions
    X: np.ndarray  # (n, d) features
    y: np.ndarray  # (n,) labels
    concept: np.ndarray  # (n,) the index of the concept each row came from
    weights: np.ndarray  # (n, k) how much each concept rules

    def part(self, rows):
        """Some of the rows, by a slice."""
        return Block(*(column[rows] for column in self))


class Stream(Strict):
    """A nonstationary source of labelled rows: concepts, ruled by a drift."""

    length: Rows = None  # of recorded rows, all of them, where it is not given
    concepts: Annotated[dict[Name, Concept], Field(min_length=1, max_length=1_000)]
    drift: Drift = None_()
    noise: Share = 0.0  # the share of labels replaced by a wrong one
    balance: list[Share] | None = None  # the share of each class, before noise; if given
    irrelevant: Annotated[int, Field(ge=0, le=10_000)] = 0  # uniform columns that tell nothing

    _schema: Schema = PrivateAttr(None)
    _recorded: bool = PrivateAttr(False)

    def instantiated(self, seed):
        """The world of one seed: this stream, with what its concepts leave open drawn or read."""
        return World(self, seed)

    def block(self, seed, b):
        """Rows b * 8192 … of the stream, without drawing those before them."""
        return self.instantiated(seed).block(b)

    def rows(self, seed, first, last):
        """Rows `first` … `last` - 1, cut from blocks."""
        return self.instantiated(seed).rows(first, last)

    @property
    def known(self):
        """Whether the probability of each label can be told."""
        return all(concept.known for concept in self.concepts.values())

    @property
    def recorded(self):
        """Whether rows come from a record, of which there are no others."""
        return self._recorded

    @property
    def schema(self):
        """What is known of the rows before the first is seen."""
        return self._schema

    @property
    def dated(self):
        """Whether the world changes at the rows of its `changes` only, as far as can be known.

        Not so where rows are recorded, or where a concept moves by itself.
        """
        return not self.recorded and not any(one.moves for one in self.concepts.values())

    def changes(self, seed):
        """Every change, those of the drift and those a person marked, in order: a sequence."""
        drifts = self.drift.changes(0, self.length, len(self.concepts), seed)
        marks = [
            Change(row, row, row, i, i)
            for i, concept in enumerate(self.concepts.values())
            for row in getattr(concept, "marks", ())
            if row < self.length
        ]
        return sorted([*drifts, *marks], key=lambda change: change.centre) if marks else drifts

    def begun(self, seed):
        """Every change that begins in the stream, though its ramp may end beyond: a sequence."""
        longer = self.model_copy(update={"length": self.length + getattr(self.drift, "width", 0)})
        changes = longer.changes(seed)
        inside = len(changes)
        while inside and changes[inside - 1].first >= self.length:
            inside -= 1
        return changes[:inside]

    @model_validator(mode="after")
    def _can_be_drawn(self):
        settled = {name: self._settled(name) for name in self.concepts}
        recorded = [(name, c.rows) for name, c in settled.items() if c.rows is not None]
        if self.length is None:
            if not recorded:
                raise refusal("the key 'length' is missing; only recorded rows have one", "length")
            self.__dict__["length"] = min(rows for _, rows in recorded)  # frozen from here on
        for place, fault in (
            ("length", self._too_short(recorded)),
            ("concepts", disagreement(settled)),
            ("drift", astray(self.drift, self.length, len(settled))),
            ("drift", self.drift.blends and self._unblendable([*settled.values()])),
            ("noise", self.noise and regressive(settled) and NO_NOISE),
            ("balance", self.balance is not None and self._unbalanced(settled)),
        ):
            if fault:
                raise refusal(fault, place)
        self._recorded = bool(recorded)
        self._schema = widened(next(iter(settled.values())).schema, self.irrelevant)
        return self

    def _settled(self, name):
        try:
            settled = self.concepts[name].instantiated(spawn_rng(0, STRUCTURE, *name.encode()))
        except ValueError as error:  # in the file that it reads
            raise refusal(str(error), "concepts", name) from None
        if settled.rows is None and (fault := faulty(settled, None, spawn_rng(0, PARTS))):
            raise refusal(fault, "concepts", name)
        return settled

    def _unblendable(self, concepts):
        """Why a drift cannot move from one concept to another, or None."""
        if fault := unblendable(self.drift.kind(), concepts):
            return fault
        between = blended(concepts, np.full((TRIED, len(concepts)), 1 / len(concepts)))
        return unmovable(between, concepts[0].schema, spawn_rng(0, PARTS))

    def _unbalanced(self, settled):
        """Why the classes cannot have the shares that are asked for, or None."""
        k = next(iter(settled.values())).schema.n_classes
        if k is None:
            return "numbers have no classes to balance; leave it out"
        if len(self.balance) != k or abs(sum(self.balance) - 1) > 1e-9:
            return f"{self.balance} will not do; give the shares of {k} classes, which sum to 1"
        if any(concept.rows is not None for concept in settled.values()):
            return "recorded rows are as they are; leave it out"
        if self.drift.blends:
            return f"{self.drift.kind()} moves the classes themselves; use gradual, or leave it out"
        for name, concept in settled.items():
            y = concept.draw(spawn_rng(0, PARTS), np.zeros(BLOCK, np.int64))[1]
            for label in np.flatnonzero(self.balance):
                if label not in y:
                    return f"'{name}' has hardly a row of class {label}; leave the balance out"

    def _too_short(self, recorded):
        for name, rows in recorded:
            if rows < self.length:
                long = f"the stream is {self.length:,} rows long, but '{name}' has only {rows:,}"
                return f"{long}; leave out the length, or shorten it"


class World:
    """A stream with one seed: every row of it, and the truth about it."""

    def __init__(self, stream, seed):
        self.stream, self.seed = stream, seed
        self.concepts = [
            concept.instantiated(spawn_rng(seed, STRUCTURE, *name.encode()))
            for name, concept in stream.concepts.items()
        ]
        self.schema = widened(self.concepts[0].schema, stream.irrelevant)
        self._odds = [self._odds_of(i) for i in range(len(self.concepts))]  # if balanced

    def blocks(self, first=0):
        """The rows from `first` to the end, block by block."""
        for b in range(first // BLOCK, -(-self.stream.length // BLOCK)):
            block = self.block(b)
            yield block.part(slice(first - b * BLOCK, None)) if first > b * BLOCK else block

    def rows(self, first, last):
        """Rows `first` … `last` - 1."""
        blocks = [self.block(b) for b in range(first // BLOCK, -(-last // BLOCK))]
        whole = Block(*map(np.concatenate, zip(*blocks))) if blocks else self.block(0)
        start = first // BLOCK * BLOCK
        return whole.part(slice(first - start, last - start))

    def fresh(self, at, i, n):
        """`n` rows of concept `i`, as at position `at`, that are not in the stream."""
        rng, t, concept = spawn_rng(self.seed, PROBES, at, i), np.full(n, at), np.full(n, i)
        weights = np.eye(len(self.concepts))[concept]
        X, y = self._drawn(rng, t, weights, concept)
        return Block(t, X, self._noisy(rng, y), concept, weights)

    def block(self, b):
        """Rows b * 8192 …, a pure function of stream, seed and `b`."""
        rng = spawn_rng(self.seed, ROWS, b)
        t = np.arange(b * BLOCK, (b + 1) * BLOCK)
        weights, concept = self._ruling(rng, t)
        X, y = self._drawn(rng, t, weights, concept)
        block = Block(t, X, self._noisy(rng, y), concept, weights)
        inside = self.stream.length - b * BLOCK
        return block.part(slice(inside)) if inside < BLOCK else block

    def posterior(self, t, X, weights=None):
        """P(y | x) at positions `t`: (n, n_classes); NaN where it is not known.

        For regression: the mean and variance of y given x, (n, 2).
        """
        weights = self._weights(t) if weights is None else weights
        X = X[:, : X.shape[1] - self.stream.irrelevant]
        if self.schema.regression:
            return self._moments(t, X, weights)
        joint = self._joint(t, X, weights)
        posterior = joint / joint.sum(axis=1, keepdims=True)
        noise, k = self.stream.noise, self.schema.n_classes
        return posterior * (1 - noise - noise / (k - 1)) + noise / (k - 1) if noise else posterior

    def _weights(self, t):
        return self.stream.drift.weights(t, len(self.concepts), self.seed)

    def _joint(self, t, X, weights):
        """p(x, y) of the mixture that rules at each position, up to a factor."""
        if self.stream.drift.blends:
            return blended(self.concepts, weights).density(X, t)
        ruling = np.flatnonzero(weights.any(axis=0))
        if len(ruling) < 2:
            return self._density(ruling[0] if len(t) else 0, t, X)
        return sum(weights[:, [i]] * self._density(i, t, X) for i in ruling)

    def _density(self, i, t, X):
        density = self.concepts[i].density(X, t)
        return density if self._odds[i] is None else density * self._odds[i]

    def _odds_of(self, i):
        """How much more frequent balance makes each class of a concept (k,), or None."""
        if self.stream.balance is None:
            return None
        rng, t, counts = spawn_rng(self.seed, PARTS, i), np.zeros(BLOCK, np.int64), 0
        for _ in range(SAMPLED):
            y = self.concepts[i].draw(rng, t)[1]
            counts = counts + np.bincount(y, minlength=self.schema.n_classes)
        shares = counts / counts.sum()
        return np.divide(self.stream.balance, shares, out=np.zeros(len(shares)), where=shares > 0)

    def _moments(self, t, X, weights):
        """The mean and variance of the label in the mixture that rules at each position."""
        if self.stream.drift.blends:
            return blended(self.concepts, weights).density(X, t)[:, 1:]
        ruling = np.flatnonzero(weights.any(axis=0)) if len(t) else [0]
        told = np.stack([self.concepts[i].density(X, t) for i in ruling])
        shares = weights[:, ruling].T * told[:, :, 0] if len(ruling) > 1 else np.ones((1, len(t)))
        shares = shares / shares.sum(axis=0)
        mean = (shares * told[:, :, 1]).sum(axis=0)
        apart = told[:, :, 2] + (told[:, :, 1] - mean) ** 2
        return np.stack([mean, (shares * apart).sum(axis=0)], axis=1)

    def _ruling(self, rng, t):
        """How much each concept rules each row of a block, and the one that it is drawn from."""
        if len(self.concepts) == 1:
            return ALONE
        weights = self._weights(t)
        return weights, chosen(rng, weights)

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
        """Rows of a concept, each of a class by its share: drawn again until they are."""
        wanted = chosen(rng, np.broadcast_to(self.stream.balance, (len(t), len(self._odds[i]))))
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


def chosen(rng, weights):
    """One column of each row of `weights`, at random by weight."""
    column = np.zeros(len(weights), np.int64)
    if weights.shape[1] == 1:
        return column
    u, passed = rng.random(len(weights)), np.zeros(len(weights))
    for weight in weights.T[:-1]:
        passed += weight
        column += u >= passed
    return column


def blended(concepts, weights):
    """One concept, whose numbers are at each row the weighted mean of those of `concepts`."""
    moved = {
        name: np.tensordot(weights, np.array(values, float), 1)
        for name, values in fields(concepts).items()
        if any(value != values[0] for value in values)
    }
    return concepts[0].model_copy(update=moved)


def widened(schema, n):
    """A schema with `n` more columns, which tell nothing."""
    return schema._replace(names=schema.names + tuple(f"irrelevant{j + 1}" for j in range(n)))


def spawn_rng(seed, *path):
    """A generator of its own for each path below a seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=path))


def of_repeat(seed, repeat):
    """The generator from which a learner and its policy have their seeds, in each repeat."""
    return spawn_rng(seed, REPEATS, repeat) if repeat else spawn_rng(seed, PARTS)
