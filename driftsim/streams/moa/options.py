"""Options: which streams of MOA there are, and which values their options take."""

from math import pi, tan
from typing import Any, Literal, NamedTuple

INT = 2**31 - 1  # the largest of Java's, the least is one below its negative
COLUMNS, CENTROIDS = 1_000, 100_000  # most of them here, where MOA has no limit of its own


class Option(NamedTuple):
    """What an option takes, and its value where it is not given."""

    takes: Literal["int", "float", "flag", "stream"]
    default: Any
    low: float = -INT - 1
    high: float = INT


class Command(NamedTuple):
    """A stream of MOA: its class, and the values of all its options."""

    name: str
    options: dict[str, Any]  # by letter; that of a stream is a Command

    @property
    def composed(self) -> bool:
        """Whether its rows are those of two other streams."""
        return "d" in self.options and "w" in self.options

    @property
    def width(self) -> int:
        """The rows of the drift of a composed stream; of its angle where that is not 0."""
        angle = self.options["a"]
        return int(1 / tan((angle * pi) / 180)) if angle != 0 else self.options["w"]


def whole(default: int, low: int = -INT - 1, high: int = INT) -> Option:
    """An option that takes a whole number between two, both included."""
    return Option("int", default, low, high)


def real(default: float, low: float, high: float = float("inf")) -> Option:
    """An option that takes a number between two, both included."""
    return Option("float", default, low, high)


FLAG = Option("flag", False)
SEED = whole(1)
TREE = Option("stream", "generators.RandomTreeGenerator")
RBF = {
    "r": SEED,
    "i": SEED,
    "c": whole(2, 2, COLUMNS),
    "a": whole(10, 1, COLUMNS),
    "n": whole(50, 1, CENTROIDS),
}
DRIFT = {"s": TREE, "d": TREE, "p": whole(0), "w": whole(1000), "a": real(0.0, 0, 90), "r": SEED}
LED = {"i": SEED, "n": whole(10, 0, 100), "s": FLAG}
STREAMS: dict[str, dict[str, Option]] = {
    "SEAGenerator": {
        "f": whole(1, 1, 4),
        "i": SEED,
        "b": FLAG,
        "n": whole(0, 0),  # which changes nothing
        "p": whole(10, 0, 100),
    },
    "STAGGERGenerator": {"f": whole(1, 1, 3), "i": SEED, "b": FLAG},
    "SineGenerator": {"f": whole(1, 1, 4), "i": SEED, "b": FLAG, "s": FLAG},
    "MixedGenerator": {"f": whole(1, 1, 2), "i": SEED, "b": FLAG},
    "LEDGenerator": LED,
    "LEDGeneratorDrift": {**LED, "d": whole(1, 0, 7)},
    "HyperplaneGenerator": {
        "i": SEED,
        "c": whole(2, 2, COLUMNS),
        "a": whole(10, 1, COLUMNS),
        "k": whole(2, 0),
        "t": real(0.0, 0, 1),
        "n": whole(5, 0, 100),
        "s": whole(10, 0, 100),
    },
    "RandomRBFGenerator": RBF,
    "RandomRBFGeneratorDrift": {**RBF, "s": real(0.0, 0), "k": whole(50, 0)},
    "WaveformGenerator": {"i": SEED, "n": FLAG},
    "WaveformGeneratorDrift": {"i": SEED, "n": FLAG, "d": whole(0, 0, 40)},
    "RandomTreeGenerator": {
        "r": SEED,
        "i": SEED,
        "c": whole(2, 2, COLUMNS),
        "o": whole(5, 0, COLUMNS),
        "u": whole(5, 0, COLUMNS),
        "v": whole(5, 2, COLUMNS),
        "d": whole(5, 0),
        "l": whole(3, 0),
        "f": real(0.15, 0, 1),
    },
    "AssetNegotiationGenerator": {"f": whole(1, 1, 5), "n": real(0.05, 0, 1), "i": SEED},
    "AgrawalGenerator": {"f": whole(1, 1, 10), "i": SEED, "p": real(0.05, 0, 1), "b": FLAG},
    "ConceptDriftStream": DRIFT,
    "RecurrentConceptDriftStream": {
        **DRIFT,
        "x": whole(100),
        "y": whole(200),
        "z": whole(4, 0, 10_000),
    },
}
