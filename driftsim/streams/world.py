"""Worlds: a stream with one seed, drawn block by block, and the truth about it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from driftsim.clocks import Clock
from driftsim.files import EDITED
from driftsim.messages import ArgumentError
from driftsim.notebook_html import ShownInNotebooks
from driftsim.rows import Edited, Schema
from driftsim.streams.compatibility import fields
from driftsim.streams.concepts import Concept, Instantiated
from driftsim.streams.concepts.concept import density_with_gaps
from driftsim.streams.drawn_frames import frame_of
from driftsim.streams.drifts import Drift
from driftsim.streams.instantiation import Instantiation
from driftsim.streams.operators.operator import common_clock
from driftsim.streams.own_drifts import own_clocks, with_own_clocks
from driftsim.streams.seeds import PARTS, PROBES, ROWS, SELECTION, spawn_rng
from driftsim.streams.selected import Ruling, records_selected, with_selected

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 8192  # rows drawn at once; a different number would draw different rows
SINGLE = np.ones((BLOCK, 1)), np.zeros(BLOCK, np.int64)  # weights and concepts of a block of one
for single in SINGLE:
    single.flags.writeable = False
MOST_DRAWS = 20_000  # of a row, until it has the class that balance wants
SAMPLED = 128  # blocks to estimate the frequencies of the classes from, where they are balanced


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


class World(ShownInNotebooks):
    """A stream with one seed: every row of it, and the truth about it.

    `warmup` is how many of its first rows recorded concepts may learn from. Raises `Edited` if the
    file of a recorded concept has changed since the stream was loaded.
    """

    def __init__(self, stream, seed: int, warmup: int = 0) -> None:
        refuse_edited(stream)
        self.stream, self.seed = stream, seed
        concepts = Instantiation(stream.concepts, seed, warmup).all()
        self._ruling = ruling(stream.drift, len(concepts)) if records_selected(concepts) else None
        if self._ruling:
            concepts = with_selected(concepts, self._ruling, stream.length)
        clocks = own_clocks(stream.concepts, stream.drift, stream.length, seed)
        self.concepts = with_own_clocks(stream.concepts, concepts, clocks)
        self.clock = clock_of(stream.arrivals, self.concepts, seed, stream.length)
        self.schema = joint_schema(self.concepts, stream.irrelevant)
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

    def frame(self, first: int = 0, last: int | None = None) -> "pd.DataFrame":
        """Rows `first` … `last` - 1 as a DataFrame, by default to the end; see `Stream.frame`."""
        length = self.stream.length
        stop = length if last is None else last
        if not 0 <= first <= stop <= length:
            asked = f"rows {first:,} to {stop:,} are not in a stream of {length:,}"
            raise ArgumentError(f"{asked}; give first and last with 0 <= first <= last <= {length}")
        block = self.rows(first, stop).part(slice(stop - first))
        known = any(one.known for one in self.stream.concepts.values())
        posterior = self.posterior(block.t, block.X, block.weights) if known else None
        names = list(self.stream.concepts)
        return frame_of(self.schema, names, block, posterior, self.clock)

    def fresh(self, at: int, i: int, n: int) -> Block:
        """`n` rows of concept `i`, as at position `at`, that are not in the stream.

        Of a concept that has one row for each position, its first ones.
        """
        rng, t, concept = spawn_rng(self.seed, PROBES, at, i), np.full(n, at), np.full(n, i)
        if self.concepts[i].description.sequential:
            t = np.arange(n)
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
        return self._with_noise(joint / joint.sum(axis=1, keepdims=True))

    def joint(self, t: np.ndarray, X: np.ndarray, i: int) -> np.ndarray:
        """p(x, y) of concept `i` at positions `t`, up to a factor: (n, n_classes)."""
        X = X[:, : X.shape[1] - self.stream.irrelevant]
        blends = self.stream.drift.blends
        joint = self._joint(t, X, self._only(t, i)) if blends else self._density(i, t, X)
        return self._with_noise(joint, joint.sum(axis=1, keepdims=True))

    def moments(self, t: np.ndarray, X: np.ndarray, i: int) -> np.ndarray:
        """p(x), and the mean and variance of a number y given x, in concept `i`: (n, 3)."""
        X = X[:, : X.shape[1] - self.stream.irrelevant]
        if self.stream.drift.blends:
            return blended(self.concepts, self._only(t, i)).density(X, t)
        return self.concepts[i].density(X, t)

    def _only(self, t, i):
        return np.eye(len(self.concepts))[np.full(len(t), i)]

    def _with_noise(self, shares, whole=1.0):
        """The probabilities of labels (n, k) that sum to `whole`, with the noise of the stream."""
        noise, k = self.stream.noise, shares.shape[1]
        wrong = noise / (k - 1) if noise else 0.0
        return shares * (1 - noise - wrong) + whole * wrong if noise else shares

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
        one = self.concepts[i]
        density = density_with_gaps(one, X, t) if self.schema.missing else one.density(X, t)
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
        if self._ruling:
            return weights, self._ruling(t[0] // BLOCK)
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


def sample_categorical(rng: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    """One column of each row of `weights`, at random by weight."""
    column = np.zeros(len(weights), np.int64)
    if weights.shape[1] == 1:
        return column
    u, passed = rng.random(len(weights)), np.zeros(len(weights))
    for weight in weights.T[:-1]:
        passed += weight
        column += u >= passed
    return column


def ruling(drift: Drift, k: int) -> Ruling:
    """The concept at each row of a block, the same for every seed, as their records are."""

    def concepts(b):
        t = np.arange(b * BLOCK, (b + 1) * BLOCK)
        rng = spawn_rng(0, SELECTION, b)
        return SINGLE[1] if k == 1 else sample_categorical(rng, drift.weights(t, k, 0))

    return concepts


def refuse_edited(stream):
    """Raise `Edited` if the file of a recorded concept has changed since it was loaded."""
    for concept in stream.concepts.values():
        if concept.recorded:
            try:
                found = concept.hashes()
            except (OSError, ValueError) as error:  # it cannot be read any more
                raise Edited(str(error)) from None
            for path in found:
                if found[path] != stream.loaded_hashes[path]:
                    raise Edited(f"{path}: {EDITED}")


def clock_of(arrivals, concepts, seed: int, rows: int) -> Clock | None:
    """The clock of a stream: of its arrivals, or of the one record that all concepts are of."""
    if arrivals is not None:
        return arrivals.clock(seed, rows)
    return common_clock(concepts) if concepts else None


def blended(concepts, weights):
    """One concept whose numbers are, at each row, the weighted means of those of `concepts`."""
    moved = {
        name: np.tensordot(weights, np.array(values, float), 1)
        for name, values in fields([one.description for one in concepts]).items()
        if any(value != values[0] for value in values)
    }
    return concepts[0].moved(moved)


def joint_schema(concepts: Sequence[Concept | Instantiated], n: int) -> Schema:
    """The schema of concepts that agree on it, with `n` more columns, of irrelevant features."""
    first = concepts[0].schema
    names = first.names + tuple(f"irrelevant{j + 1}" for j in range(n))
    return first._replace(
        names=names, missing=frozenset().union(*(one.schema.missing for one in concepts))
    )
