"""Drifts: which concept is in force at each position of a stream."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from operator import eq
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field

from driftsim.clocks import Place, Spread
from driftsim.messages import guess, plural
from driftsim.parts import Part, Position, Rows
from driftsim.rows import Change, Outlier


def _in_order(at):
    if not all(isinstance(position, int) for position in at):
        return at  # until there is a clock
    for before, after in pairwise(at):
        if after <= before:
            wrong = "is repeated" if after == before else f"comes after {before:,}"
            raise ValueError(f"position {after:,} {wrong}; give each once, in order")
    return at


Positions = Annotated[list[Annotated[Rows, Place]], Field(min_length=1), AfterValidator(_in_order)]


class Drift(Part):
    """A path through the concepts of a stream."""

    homes = ("driftsim.streams",)
    if TYPE_CHECKING:  # class variables that a property may override

        @property
        def blends(self) -> bool: ...

        @property
        def varies(self) -> bool: ...
    else:
        blends: ClassVar[bool] = False  # moves the numbers of concepts, does not mix their rows
        varies: ClassVar[bool] = False  # changes at other rows with each seed
    renamed_members = {"fault": "incompatibility"}

    @abstractmethod
    def weights(self, t: np.ndarray, k: int, seed: int) -> np.ndarray:
        """The probability of each of `k` concepts at positions `t`: (n, k), rows sum to one."""

    @abstractmethod
    def changes(self, start: int, stop: int, k: int, seed: int) -> Sequence[Change]:
        """The `Change`s whose centre lies in `start`..`stop`, in order."""

    @abstractmethod
    def incompatibility(self, length: int, k: int) -> str | None:
        """Why it cannot lead through `k` concepts in a stream of this length, or None."""

    def outliers(self, start: int, stop: int, k: int, seed: int) -> Sequence[Outlier]:
        """The `Outlier`s that begin in `start`..`stop`, in order: they are no changes."""
        return []

    def among(self, names: Sequence[str]) -> Self:
        """The same drift, which knows the concepts by their names where it names some."""
        return self

    def longest_rise(self, k: int) -> int:
        """The most rows, or more, from the first row of a change to its centre."""
        return getattr(self, "width", 0)


class None_(Drift):
    """No drift: the one concept stays in force."""

    def weights(self, t, k, seed):
        return np.ones((len(t), 1))

    def changes(self, start, stop, k, seed):
        return []

    def incompatibility(self, length, k):
        if k > 1:
            return f"without a drift only one of {k} concepts is ever in force; name a drift"


class Sudden(Drift):
    """Enter the next concept at each given position, from one row to the next."""

    at: Positions  # the first row of each next concept; durations from row 0

    def weights(self, t, k, seed):
        return np.eye(k)[np.searchsorted(self.at, t, side="right")]

    def changes(self, start, stop, k, seed):
        half, centres = self._half, enumerate(self.at)
        return [Change(p - half, p, p + half, i, i + 1) for i, p in centres if start <= p < stop]

    def incompatibility(self, length, k):
        if self.at[-1] >= length:
            return (
                f"position {self.at[-1]:,} of the drift lies outside the stream; "
                f"its last row is {length - 1:,}"
            )
        if len(self.at) + 1 != k:
            visited = len(self.at) + 1
            return (
                f"{self.kind()} at {plural(len(self.at), 'position')} visits {visited} concepts, "
                f"but there {'is' if k == 1 else 'are'} {k}; give {plural(k - 1, 'position')}"
                + (", or no drift" if k == 1 else "")
            )

    @property
    def _half(self):
        """Half the width of each ramp."""
        return 0


class Gradual(Sudden):
    """Enter the next concept row by row, over `width` rows around each given position.

    Formula:
        P(row t is of the next concept) = h(t)
        s = (t - at + ½) / width + ½, within 0..1
        linear:   h = s
        sigmoid:  h = 1 / (1 + exp(-12 (s - ½))), stretched to begin at 0 and to end at 1
        moa:      h = 1 / (1 + exp(-4 (t - at) / width)), over the whole stream

    Each row comes from the old concept or from the new one, with rising probability.
    """

    at: Positions  # the middle of each ramp; durations from row 0
    width: Annotated[Position, Spread] = 1_000  # rows of a ramp
    ramp: Literal["linear", "sigmoid", "moa"] = "linear"  # how the share of the next one rises

    def weights(self, t, k, seed):
        activation = np.zeros((len(t), k + 1))  # of each concept by its ramp, and of none beyond
        activation[:, 0] = 1
        for i, p in enumerate(self.at):
            activation[:, i + 1] = ramp_height(t - p, self.width, self.ramp)
        return activation[:, :-1] - activation[:, 1:]

    @property
    def _half(self):
        return self.width // 2


class Incremental(Gradual):
    """Move to the next concept through every concept in between.

    Formula:
        θ(t) = (1 - h(t)) θ₀ + h(t) θ₁, of each number θ of the concepts; h(t) as of gradual

    The concepts must be of one kind. Over `width` rows around each position their numbers move.
    """

    blends: ClassVar[bool] = True  # type: ignore[misc]  # of a property


class Recurring(Drift):
    """Cycle through the concepts, `every` rows each, over `width` rows at each change.

    Formula:
        concept at row t = ⌊t / every⌋ mod the number of concepts, without a ramp
    """

    every: Annotated[Rows, Spread]  # rows of each concept
    width: Annotated[Position, Spread] = 0  # rows of a ramp
    ramp: Literal["linear", "sigmoid", "moa"] = "linear"  # how the share of the next one rises

    def weights(self, t, k, seed):
        change = (t + self.every // 2) // self.every  # the nearest one, the 0th being none
        activation = ramp_height(t - change * self.every, self.width, self.ramp)
        activation = np.where(change > 0, activation, 1.0)
        weights, rows = np.zeros((len(t), k)), np.arange(len(t))
        weights[rows, (change - 1) % k] = 1 - activation
        weights[rows, change % k] += activation
        return weights

    def changes(self, start, stop, k, seed):
        first = max(1, -(-start // self.every))
        return Changes(range(first, -(-stop // self.every)), partial(self._change, k))

    def _change(self, k, visit):
        """The change into a visit."""
        p, half = visit * self.every, self.width // 2
        return Change(p - half, p, p + half, (visit - 1) % k, visit % k)

    def incompatibility(self, length, k):
        if k < 2:
            return "recurring needs two concepts or more to cycle through, and there is one"
        if self.width > self.every:
            return f"a width of {self.width:,} is more than the {self.every:,} rows of each visit"
        if self.every * (k - 1) >= length:
            return (
                f"recurring every {self.every:,} rows visits only {-(-length // self.every)} of "
                f"{k} concepts in {length:,} rows; make it shorter, or the stream longer"
            )


class Seasonal(Drift):
    """Move round all concepts in every `period`, as a cosine does.

    Formula:
        weight of the next concept = (1 - cos(π s)) / 2, of the last one 1 minus that
        s = rows since the last peak / rows from one peak to the next

    Each concept is at its peak once in a period, the first at `phase`; there it rules alone.
    Halfway between two peaks both have the same weight: that is the centre of a change. From one
    peak to the next it takes the period, divided by the number of concepts.
    """

    period: Annotated[Rows, Spread]  # rows in which every concept has its peak once
    phase: Annotated[Position, Place] = 0  # a row at which the first concept has its peak
    between: Literal["mix", "blend"] = "mix"  # rows of either concept, or of one between them

    @property
    def blends(self):
        return self.between == "blend"

    def weights(self, t, k, seed):
        peak, since = np.divmod((t - self.phase) * k, self.period)  # k times the rows since it
        rising = (1 - np.cos(np.pi * since / self.period)) / 2
        weights, rows = np.zeros((len(t), k)), np.arange(len(t))
        weights[rows, peak % k] = 1 - rising
        weights[rows, (peak + 1) % k] += rising
        return weights

    def changes(self, start, stop, k, seed):
        centres = (self._after(start, k), self._after(stop, k))
        return Changes(range(*centres), partial(self._change, k))

    def incompatibility(self, length, k):
        if k < 2:
            return "seasonal needs two concepts or more to go round, and there is one"
        if self.period < 2 * k:
            return (
                f"a period of {self.period:,} is too short for {k} concepts; give {2 * k} or more"
            )
        if self._after(length, k) - self._after(0, k) < k - 1:
            return (
                f"seasonal with a period of {self.period:,} does not come to all of {k} concepts "
                f"in {length:,} rows; make it shorter, or the stream longer"
            )

    def longest_rise(self, k):
        return self.period // k + 2

    def _centre(self, peak, k):
        """The first row at which the concept after a peak has at least half the weight."""
        return self.phase - (-(2 * peak + 1) * self.period // (2 * k))

    def _after(self, row, k):
        """The first peak whose centre is at or after a row."""
        peak = ((row - self.phase) * k - self.period // 2) // self.period - 1
        while self._centre(peak, k) < row:
            peak += 1
        return peak

    def _change(self, k, peak):
        """The change from the concept at a peak to the next one."""
        first = self.phase + peak * self.period // k + 1
        last = self.phase - (-(peak + 1) * self.period // k)
        return Change(max(first, 0), self._centre(peak, k), last, peak % k, (peak + 1) % k)


class Changes(Sequence):
    """The `Change`s of as many items, each made of its item when it is asked for."""

    def __init__(self, items: Sequence, change: Callable[[Any], Change]) -> None:
        self._items, self._change = items, change

    def __len__(self):
        return len(self._items)

    def __eq__(self, other):
        return len(self) == len(other) and all(map(eq, self, other))

    def __getitem__(self, i):
        if isinstance(i, slice):
            return Changes(self._items[i], self._change)
        return self._change(self._items[i])


def ramp_height(since: np.ndarray, width: int, ramp: str) -> np.ndarray:
    """The height of a ramp of `width` rows, `since` rows after its middle: 0 to 1.

    `linear` and `sigmoid` start and end inside the width; `moa` is MOA's,
    1 / (1 + exp(-4 since / width)), with 12 % and 88 % at the edges. A width of 0 is a step.
    """
    if width == 0:
        return (since >= 0).astype(float)
    if ramp == "moa":
        return 1 / (1 + np.exp(np.clip(-4 * since / width, -700, 700)))
    progress = np.clip((since + 0.5) / width + 0.5, 0, 1)
    if ramp == "linear":
        return progress
    low, high = 1 / (1 + np.exp(6)), 1 / (1 + np.exp(-6))
    return np.clip((1 / (1 + np.exp(-12 * (progress - 0.5))) - low) / (high - low), 0, 1)


def named(drift: Any, names: Sequence[str]) -> Any:
    """The same drift with the names of the concepts."""
    found = drift.model_copy()
    found._names = tuple(names)
    return found


def place_of(name: str, names: Sequence[str]) -> int:
    """The place of a concept by its name; `ValueError` where there is none."""
    if reason := unknown(name, names):
        raise ValueError(reason)
    return names.index(name)


def unknown(name: str, names: Sequence[str]) -> str | None:
    """Why a name is none of a concept, or None."""
    return None if name in names else f"there is no concept '{name}'; {guess(name, names)}"
