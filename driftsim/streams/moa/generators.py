"""Generators: MOA's streams as they are drawn, from their first row on."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from driftsim.kernels import cache
from driftsim.kernels.moa import agrawal, composition, displays, geometry, rules
from driftsim.kernels.moa.java_random import scrambled
from driftsim.streams.concepts.led import LIT
from driftsim.streams.concepts.waveform import WAVES
from driftsim.streams.moa.headers import header
from driftsim.streams.moa.java_random import JavaRandom, int32
from driftsim.streams.moa.options import Command
from driftsim.streams.moa.trees import random_tree

CONSTANT = {  # arrays of states that rows leave as they are
    "waves", "segments", "places", "templates", "sizes", "labels", "deviations", "shares", "sums",
    "column", "threshold", "below",
}  # fmt: skip
THRESHOLDS = (8.0, 9.0, 7.0, 9.5)  # of SEA
ANY = -1
TEMPLATES = {  # of AssetNegotiation: color, price, payment, amount, delay
    1: [[ANY, 2, ANY, 3, ANY], [3, 0, ANY, ANY, 3]],
    2: [[ANY, 3, ANY, 4, 3]],
    3: [[ANY, 0, 0, 3, ANY], [4, 1, 1, ANY, ANY]],
    4: [[0, ANY, 3, ANY, 0], [7, 3, ANY, ANY, 0]],
    5: [[1, ANY, 2, 1, 2], [2, ANY, ANY, 1, 2]],
}
HELPER = 2**31 - 1  # the seed of its second generator


class Played(ABC):
    """What is played row after row, and can return to where it was."""

    columns: int

    @abstractmethod
    def fill(self, X: np.ndarray, y: np.ndarray) -> None:
        """Fill columns (n, d) and labels (n,) with the next n rows."""

    @abstractmethod
    def states(self) -> Iterator[np.ndarray]:
        """The arrays that hold where it is."""

    def drawn(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The next n rows."""
        X, y = np.empty((n, self.columns)), np.empty(n, np.int64)
        self.fill(X, y)
        return X, y

    def saved(self) -> bytes:
        """Where it is, to be returned to."""
        return b"".join(one.tobytes() for one in self.states())

    def restore(self, saved: bytes) -> None:
        """Return to where it was."""
        place = 0
        for one in self.states():
            one[...] = np.frombuffer(saved, one.dtype, one.size, place).reshape(one.shape)
            place += one.nbytes


class Generator(Played):
    """A stream of MOA that gives its rows one after another."""

    @abstractmethod
    def restart(self) -> None:
        """Start again as MOA does when a task restarts a stream, which not all start anew."""


class Single(Generator):
    """A stream of one kernel."""

    def __init__(self, start: "Start", columns: int, kept: tuple[str, ...] = ()):
        self.columns, self.state, self._again = columns, start.state, start.again
        given = self.state, np.empty((0, columns)), np.empty(0, np.int64)
        self._entry = cache.entry(start.kernel, *given)
        self._kept, self._first = kept, self.saved()

    def fill(self, X, y):
        self._entry(self.state, X, y)

    def states(self):
        for name, one in self.state._asdict().items():
            if isinstance(one, np.ndarray) and name not in CONSTANT:
                yield one[: len(self.state.velocities)] if name == "centres" else one

    def restart(self):
        kept = [getattr(self.state, name).copy() for name in self._kept]
        self.restore(self._first)
        if self._again is not None:
            self.state.random[...] = self._again
        for name, held in zip(self._kept, kept):
            getattr(self.state, name)[...] = held


class Composed(Generator):
    """A stream whose rows come from one of two others, of which only that one goes on."""

    def __init__(self, choice: composition.Choice, first: Generator, second: Generator):
        self.columns, self.choice, self.parts = first.columns, choice, (first, second)

    def fill(self, X, y):
        chosen, _ = chosen_by(self.choice, len(y))
        for part, rows in zip(self.parts, (~chosen, chosen)):
            n = np.count_nonzero(rows)
            if n == len(y):
                part.fill(X, y)
            elif n:
                X[rows], y[rows] = part.drawn(int(n))

    def states(self):
        yield self.choice.random
        yield self.choice.drawn
        for part in self.parts:
            yield from part.states()

    def restart(self):
        self.choice.drawn[0] = 0
        for part in self.parts:
            part.restart()


class Shares(Played):
    """How likely each row was to come from each single stream of a composed one.

    Given which streams the rows before came from: how far a stream is that is nested in another
    follows from these. The columns are the single streams, in order; the labels are all 0.
    """

    def __init__(self, command: Command, seed: int):
        self.choice, options = choice(command, seed), command.options
        parts = (options[one] for one in "sd")
        self.parts = [Shares(one, seed) if one.composed else None for one in parts]
        self.columns = sum(1 if one is None else one.columns for one in self.parts)

    def fill(self, X, y):
        second, chance = chosen_by(self.choice, len(y))
        place, y[...] = 0, 0
        for part, rows, share in zip(self.parts, (~second, second), (1 - chance, chance)):
            width = 1 if part is None else part.columns
            inner = 1.0 if part is None else part.before_each(rows)
            X[:, place : place + width] = share[:, None] * inner
            place += width

    def before_each(self, rows: np.ndarray) -> np.ndarray:
        """The shares (n, columns) of its next row, before each of n rows, of which some are its."""
        own, _ = self.drawn(int(np.count_nonzero(rows)))
        after = self.saved()
        following, _ = self.drawn(1)
        self.restore(after)
        return np.vstack([own, following])[np.cumsum(rows) - rows]

    def states(self):
        yield self.choice.random
        yield self.choice.drawn
        for part in self.parts:
            yield from () if part is None else part.states()


def chosen_by(choice: composition.Choice, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether each of the next n rows comes from the second stream, and how likely that was."""
    second, chance = np.empty(n, bool), np.empty(n)
    cache.entry(composition.choose, choice, second, chance)(choice, second, chance)
    return second, chance


def generator(command: Command, seed: int = 0) -> Generator:
    """A stream before its first row; `seed` is added to all seeds that its options give."""
    options = command.options
    if command.composed:
        return Composed(choice(command, seed), *(generator(options[one], seed) for one in "sd"))
    columns = len(header(command).names)
    return Single(STARTS[command.name](options, seed), columns, KEPT.get(command.name, ()))


def first_state(command: Command, seed: int) -> Any:
    """The state of a stream of one kernel before its first row."""
    return STARTS[command.name](command.options, seed).state


def choice(command: Command, seed: int) -> composition.Choice:
    """Which stream each row of a composed one comes from."""
    options = command.options
    recurrence = (options.get(one, 0) for one in "xyz")
    drawn, recurrent = np.zeros(1, np.int64), "x" in options
    random = started(options["r"] + seed)
    return composition.Choice(
        random, drawn, options["p"], float(command.width), recurrent, *recurrence
    )


def started(seed: int) -> np.ndarray:
    """The state of Java's generator for a seed (1,)."""
    return np.array([scrambled(int32(seed))])


def none_yet(n: int = 1) -> np.ndarray:
    """That of `turn`."""
    return np.zeros(n, np.int64)


class Start(NamedTuple):
    """What a stream begins with: its kernel, and the state of that before the first row."""

    kernel: Callable
    state: Any
    again: np.ndarray | None = None  # the state of Java's generator after a restart, if another


def sea(options, seed):
    threshold = THRESHOLDS[options["f"] - 1]
    random = started(options["i"] + seed)
    return Start(rules.sea, rules.Sea(random, none_yet(), threshold, options["p"], options["b"]))


def stagger(options, seed):
    random = started(options["i"] + seed)
    return Start(rules.stagger, rules.Stagger(random, none_yet(), options["f"], options["b"]))


def sine(options, seed):
    random, irrelevant = started(options["i"] + seed), 0 if options["s"] else 2
    state = rules.Sine(random, none_yet(), options["f"], options["b"], irrelevant)
    return Start(rules.sine, state)


def mixed(options, seed):
    random = started(options["i"] + seed)
    return Start(rules.mixed, rules.Mixed(random, none_yet(), options["f"], options["b"]))


def asset_negotiation(options, seed):
    random, helper = started(options["i"] + seed), started(HELPER)
    templates = np.array(TEMPLATES[options["f"]])
    sizes = np.array([8, 8, 9, 8, 5])
    state = rules.AssetNegotiation(random, none_yet(), helper, templates, sizes, options["n"])
    return Start(rules.asset_negotiation, state)


def loans(options, seed):
    random = started(options["i"] + seed)
    state = agrawal.Agrawal(random, none_yet(), options["f"], options["p"], options["b"])
    return Start(agrawal.agrawal, state)


def led(options, seed):
    places = np.arange(7 if options["s"] else 24)
    for j in range(0 if options["s"] else options.get("d", 0)):
        places[[j, 7 + j]] = 7 + j, j
    random = started(options["i"] + seed)
    return Start(displays.led, displays.Led(random, LIT.astype(np.int64), places, options["n"]))


def waveform(options, seed):
    places = np.arange(40 if options["n"] else 21)
    rng = JavaRandom(int32(options["i"] + seed))
    if "d" in options:
        first, other = (rng.below(len(places)) for _ in range(2))
        for i in range(options["d"]):
            swapped = [(i + first) % len(places), (i + other) % len(places)]
            places[swapped] = places[swapped[::-1]]
    state = displays.Waveform(np.array([rng.state]), np.zeros(2), WAVES, places)
    return Start(displays.waveform, state, started(options["i"] + seed))


def hyperplane(options, seed):
    rng = JavaRandom(int32(options["i"] + seed))
    weights = np.array([rng.uniform() for _ in range(options["a"])])
    signs = np.ones(options["k"], np.int64)
    state = geometry.Hyperplane(
        np.array([rng.state]), weights, signs, options["t"], options["n"], options["s"]
    )
    return Start(geometry.hyperplane, state)


def rbf(options, seed):
    n, a = options["n"], options["a"]
    moving = min(options.get("k", 0), n)
    state = geometry.Rbf(
        started(options["i"] + seed),
        np.zeros(2),
        np.empty((n, a)),
        np.empty((moving, a)),
        np.empty(n, np.int64),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        options.get("s", 0.0),
    )
    model = started(options["r"] + seed)
    cache.entry(geometry.place_centroids, state, model, options["c"])(state, model, options["c"])
    if moving:
        again = started(options["r"] + seed)
        cache.entry(geometry.draw_velocities, state, again)(state, again)
    return Start(geometry.rbf, state)


def tree(options, seed):
    return Start(geometry.tree, random_tree(options, seed))


STARTS: dict[str, Callable[[dict[str, Any], int], Start]] = {
    "SEAGenerator": sea,
    "STAGGERGenerator": stagger,
    "SineGenerator": sine,
    "MixedGenerator": mixed,
    "LEDGenerator": led,
    "LEDGeneratorDrift": led,
    "HyperplaneGenerator": hyperplane,
    "RandomRBFGenerator": rbf,
    "RandomRBFGeneratorDrift": rbf,
    "WaveformGenerator": waveform,
    "WaveformGeneratorDrift": waveform,
    "RandomTreeGenerator": tree,
    "AssetNegotiationGenerator": asset_negotiation,
    "AgrawalGenerator": loans,
}
KEPT = {  # what a restart leaves as it is
    "RandomRBFGeneratorDrift": ("centres", "velocities"),
    "AssetNegotiationGenerator": ("helper",),
}
