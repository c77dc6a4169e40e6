"""Query strategies: of which rows a contender asks for the label, by what it predicts of them."""

from abc import abstractmethod
from collections.abc import Callable
from statistics import NormalDist
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from driftsim.parts import Number, Part
from driftsim.rows import Schema

UNKNOWN = -np.inf  # the certainty of a prediction without a probability: as uncertain as can be
LEAST = 1e-9  # threshold, from which it can rise again
SMALLEST = 2.0**-54  # in the place of a uniform number of 0, which no normal one belongs to

Step = Annotated[Number, Field(gt=0, lt=1)]
Spread = Annotated[Number, Field(gt=0, le=10)]
Inside = Annotated[Number, Field(gt=0, lt=1)]


class Candidate(NamedTuple):
    """A row that has been predicted, and whose label may be asked for."""

    x: np.ndarray  # (d,) features
    certainty: float  # of its prediction, at most 1; `UNKNOWN` where that has no probability
    drawn: tuple[float, float]  # uniform random numbers of its position
    affordable: bool  # whether the budget allows another label


Asks = Callable[[Candidate], bool]  # called with each row, in order: whether its label is asked for


class Strategy(Part):
    """A way to choose the rows whose labels are asked for."""

    uncertain: ClassVar[bool] = True  # it looks at the probabilities of classes
    sought = {
        "random": "write at_random",
        "split": "write split_uncertainty",
        "density": "write dense_uncertainty",
        **dict.fromkeys(
            ("margin", "confidence", "entropy"),
            "it is a measure of uncertainty; write {kind: variable_uncertainty, measure: …}",
        ),
        "uncertainty": "write variable_uncertainty, or fixed_uncertainty",
    }

    @abstractmethod
    def start(self, budget: float) -> Asks:
        """A function that is given each row: whether its label is asked for.

        `budget` is the share of rows that may be asked for.
        """

    def certainty(self, predicted: np.ndarray) -> np.ndarray:
        """How certain predictions are (n,), of labels (n,) or of probabilities (n, k)."""
        return np.zeros(len(predicted))

    def incompatibility(self, schema: Schema) -> str | None:
        """Why it cannot choose among rows of this schema, or None."""
        if self.uncertain and schema.regression:
            return (
                f"'{self.kind()}' looks at the probabilities of classes, and the labels are "
                "numbers; write by: at_random"
            )
        return None


class AtRandom(Strategy):
    """Ask for a share of all labels, at random: the share is the budget, which it meets by itself.

    Contenders that ask at random ask for the same rows.
    """

    uncertain = False

    def start(self, budget):
        return lambda row: row.drawn[0] < budget


class Uncertainty(Strategy):
    """A strategy that asks where predictions are uncertain."""

    measure: Literal["confidence", "margin", "entropy"] = "confidence"  # of certainty

    def certainty(self, predicted):
        certainty = MEASURES[self.measure](predicted)
        return np.where(np.isnan(certainty), UNKNOWN, certainty)


class FixedUncertainty(Uncertainty):
    """Ask where the certainty is below a threshold, while the budget lasts.

    Formula:
        ask where certainty < threshold
    """

    threshold: Annotated[Number, Field(gt=0, le=1)] = 0.9  # of the certainty

    def start(self, budget):
        return lambda row: row.affordable and row.certainty < self.threshold


class VariableUncertainty(Uncertainty):
    """Ask below a threshold that adapts (Žliobaitė et al. 2014): lower after each label asked for,
    higher after each row that is certain, so that the budget is spent whatever the certainty."""

    step: Step = 0.01  # share by which the threshold changes

    def start(self, budget):
        threshold = Threshold(self.step)
        return lambda row: row.affordable and threshold.exceeds(row.certainty)


class RandomizedUncertainty(VariableUncertainty):
    """As variable_uncertainty, with the threshold of each row multiplied by a normal random number
    of mean 1 (Žliobaitė et al. 2014): rows that are certain are asked for now and then."""

    spread: Spread = 1.0  # standard deviation of that number

    def start(self, budget):
        threshold = Threshold(self.step)
        return lambda row: row.affordable and threshold.exceeds(row.certainty, self.factor(row))

    def factor(self, row: Candidate) -> float:
        """By what the threshold of a row is multiplied."""
        return float(normal_factor(np.array([row.drawn[0]]), self.spread)[0])


class SplitUncertainty(VariableUncertainty):
    """Set a share of the rows aside, of which labels are asked for at random; of the others as
    variable_uncertainty (Split: Žliobaitė et al. 2014)."""

    share: Inside = 0.2  # of the rows, at random

    def start(self, budget):
        threshold = Threshold(self.step)

        def asks(row: Candidate) -> bool:
            if row.drawn[0] < self.share:
                return row.affordable and row.drawn[1] < budget
            return row.affordable and threshold.exceeds(row.certainty)

        return asks


class DenseUncertainty(RandomizedUncertainty):
    """Ask only in dense regions (DBALStream: Ienco et al. 2014): as randomized_uncertainty, of rows
    that are nearer to one of the last rows than any row before."""

    measure: Literal["confidence", "margin", "entropy"] = "margin"  # of certainty
    window: Annotated[int, Field(gt=0, le=100_000)] = 100  # rows that a row is compared with

    def start(self, budget):
        asks, neighbours = super().start(budget), Neighbours(self.window)

        def in_dense_regions(row: Candidate) -> bool:
            return neighbours.add(row.x) > 0 and asks(row)

        return in_dense_regions


def normal_factor(drawn: np.ndarray, spread: float) -> np.ndarray:
    """Normal numbers (n,) of mean 1 and a standard deviation, of uniform ones."""
    normal = NormalDist(1, spread)
    return np.array([normal.inv_cdf(max(one, SMALLEST)) for one in drawn.tolist()])


class Threshold:
    """A threshold of certainty that falls by a step with each label, and rises with all others."""

    def __init__(self, step: float):
        self._value, self._step = 1.0, step

    def exceeds(self, certainty: float, factor: float = 1.0) -> bool:
        """Whether it is above a certainty, if it is multiplied by a factor; it then adapts."""
        above = certainty < self._value * factor
        changed = self._value * (1 - self._step if above else 1 + self._step)
        self._value = max(changed, LEAST)
        return above


class Neighbours:
    """The last rows, and how far each is from the nearest of those that it has been with."""

    def __init__(self, window: int):
        self._window, self._n = window, 0
        self._rows, self._nearest = np.empty((0, 0)), np.empty(0)

    def add(self, x: np.ndarray) -> int:
        """Add a row (d,): how many of the last rows it is the nearest of, by Euclidean distance."""
        if not self._n:
            self._rows = np.full((self._window, len(x)), np.nan)
            self._nearest = np.full(self._window, np.inf)
        held = min(self._n, self._window)
        distance = ((self._rows[:held] - x) ** 2).sum(axis=1)
        nearer = distance < self._nearest[:held]
        self._nearest[:held][nearer] = distance[nearer]
        place = self._n % self._window
        self._rows[place], self._nearest[place] = x, np.fmin.reduce(distance, initial=np.inf)
        self._n += 1
        return int(nearer.sum())


def confidence(p: np.ndarray) -> np.ndarray:
    """The probability of the likeliest class (n,)."""
    return p.max(axis=1)


def margin(p: np.ndarray) -> np.ndarray:
    """How much likelier the likeliest class is than the next one (n,)."""
    last = np.partition(p, -2, axis=1)[:, -2:] if p.shape[1] > 1 else np.pad(p, ((0, 0), (1, 0)))
    return last[:, 1] - last[:, 0]


def entropy(p: np.ndarray) -> np.ndarray:
    """One minus the entropy (n,), as a share of that of classes that are all as likely."""
    logarithms = np.log(np.where(p > 0, p, 1.0))
    return 1 + (p * logarithms).sum(axis=1) / np.log(max(p.shape[1], 2))


MEASURES = {"confidence": confidence, "margin": margin, "entropy": entropy}
