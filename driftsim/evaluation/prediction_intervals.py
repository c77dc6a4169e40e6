"""Prediction intervals: how far labels may lie from predictions, by errors whose labels came in."""

import math
from abc import ABC, abstractmethod
from bisect import bisect_left, insort
from collections import deque
from typing import Annotated

from pydantic import Field, model_validator

from driftsim.parts import Count, Number, Part

STEADY = 100  # labels from which on AdaPI scales intervals
ROUNDING = 1e-9  # of a rank: (19 + 1) times 0.95 may be a little more than 19


class Margin(ABC):
    """How far the next interval reaches on either side of its prediction, label by label."""

    @abstractmethod
    def learn(self, error: float, margin: float) -> None:
        """Take in the label of a row: how far its prediction was off, and the margin it was given.

        `error` is the label less the prediction.
        """

    @abstractmethod
    def margin(self) -> float:
        """The margin of the next row, in the unit of the labels.

        Infinite where any label is inside, minus infinity where none is, NaN where too few labels
        have come in for an interval.
        """


class PredictionInterval(Part):
    """An interval around each prediction of a number, as wide as past errors ask for.

    It is made of the errors of the contender whose labels have come in before the row, so that
    every learner has one and all are compared by the same rule.
    """

    sought = {
        "mve": "write normal",
        "adapi": "write adaptive",
        "aci": "write adaptive_conformal",
        "jackknife": "write conformal",
    }

    level: Annotated[Number, Field(gt=0, lt=1)] = 0.95  # share of labels that should be inside

    @abstractmethod
    def start(self) -> Margin:
        """A margin that has met no error yet."""


class Normal(PredictionInterval):
    """Intervals for normal errors (MVE, Sun et al. 2024): z times the root mean square of errors.

    Formula:
        prediction ± z √(Σ error² / n)
        z the quantile (1 + level) / 2 of the normal distribution: 1.96 for a level of 0.95
    """

    memory: Count | None = None  # labels, the last ones, whose errors count; all if not given

    def start(self):
        return NormalMargin(self.level, self.memory)


class Adaptive(Normal):
    """Intervals for normal errors, scaled (AdaPI, Sun et al. 2024): wider after low coverage.

    Formula:
        prediction ± scale · z √(Σ error² / n), with z as of normal
        c ≥ L: scale = 1 - (1 - limit) ln((100 - L) / (100 - c)) / ln L, at least limit
        c < L: scale = 1 + (100 - c) ln((100 - L) / (100 - 2 L + c)) / ln L

    L is the level and c the coverage of all rows so far, both in percent. The scale is 1 up to the
    hundredth label, and 100 - c where the last logarithm does not exist. A row counts as covered by
    the interval that its own error is part of. So MOA's AdaptivePredictionInterval behaves.
    """

    level: Annotated[Number, Field(gt=0.01, lt=1)] = 0.95  # share of labels that should be inside
    limit: Annotated[Number, Field(ge=0, le=1)] = 0.1  # least scale

    def start(self):
        return AdaptiveMargin(self.level, self.memory, self.limit)


class Conformal(PredictionInterval):
    """Conformal intervals (Vovk et al. 2005): a quantile of the absolute errors of the last labels.

    Formula:
        prediction ± the ⌈(n + 1) level⌉-th smallest of n absolute errors

    Of n errors it is the one of rank (n + 1) times the level, rounded up: where errors are
    exchangeable, labels are inside at least as often as the level says.
    """

    memory: Count = 1_000  # labels, the last ones, whose errors count

    def start(self):
        return ConformalMargin(self.level, self.memory)

    @model_validator(mode="after")
    def _has_room(self):
        least = math.ceil(self.level / (1 - self.level) - ROUNDING)
        if self.memory < least:
            raise ValueError(
                f"a level of {self.level:g} takes {least:,} labels or more; "
                f"a memory of {self.memory:,} is too short"
            )
        return self


class AdaptiveConformal(Conformal):
    """Adaptive conformal inference (Gibbs & Candès 2021): the level follows the coverage.

    Formula:
        α = α + gamma (1 - level - [1 if the label was outside, else 0])
        prediction ± the quantile of conformal at the level 1 - α

    After each label 1 - level rises by `gamma` times (1 - level asked for), and falls by `gamma`
    if the label was outside. In the long run the share inside is the level asked for, whatever the
    stream does. An interval may be unbounded after many labels outside, or empty.
    """

    gamma: Annotated[Number, Field(gt=0, le=1)] = 0.005  # how fast the level follows

    def start(self):
        return AdaptiveConformalMargin(self.level, self.memory, self.gamma)


class NormalMargin(Margin):
    """z times the root mean square of errors."""

    def __init__(self, level, memory):
        from driftsim.evaluation.special import ndtri

        self._z, self._squares = float(ndtri((1 + level) / 2)), Sum(memory)

    def learn(self, error, margin):
        self._squares.add(error * error)

    def margin(self):
        squares = self._squares
        return self._z * math.sqrt(squares.total() / squares.n) if squares.n else math.nan


class AdaptiveMargin(NormalMargin):
    """The same, scaled by how many labels were inside."""

    def __init__(self, level, memory, limit):
        super().__init__(level, memory)
        self._level, self._limit = 100 * level, limit  # the level in percent
        self._labels = self._inside = 0

    def learn(self, error, margin):
        super().learn(error, margin)
        before = self._labels
        self._labels += 1
        self._inside += abs(error) <= self._scale(before) * super().margin()

    def margin(self):
        return self._scale(self._labels) * super().margin()

    def _scale(self, rows):
        """The scale by the coverage of so many rows, which MOA rounds to two digits of percent."""
        if self._labels < STEADY:
            return 1.0
        covered = math.floor(1e4 * self._inside / rows + 0.5) / 100
        return scale_of(covered, self._level, self._limit)


class ConformalMargin(Margin):
    """A quantile of the absolute errors in a sliding window."""

    def __init__(self, level, memory):
        self._level, self._memory = level, memory
        self._last: deque[float] = deque()
        self._sorted: list[float] = []

    def learn(self, error, margin):
        size = abs(error)
        if len(self._last) == self._memory:
            del self._sorted[bisect_left(self._sorted, self._last.popleft())]
        self._last.append(size)
        insort(self._sorted, size)

    def margin(self):
        return self._quantile(self._level, math.nan)

    def _quantile(self, level, beyond):
        """The error of a level; `beyond` where all of the errors do not suffice for it."""
        rank = math.ceil((len(self._sorted) + 1) * level - ROUNDING)
        if rank > len(self._sorted):
            return beyond
        return self._sorted[rank - 1] if rank > 0 else -math.inf


class AdaptiveConformalMargin(ConformalMargin):
    """The same, at a level that follows the coverage."""

    def __init__(self, level, memory, gamma):
        super().__init__(level, memory)
        self._asked = self._outside = 1 - level  # the share outside that is asked for, and its like
        self._gamma = gamma

    def learn(self, error, margin):
        super().learn(error, margin)
        if not math.isnan(margin):
            self._outside += self._gamma * (self._asked - (abs(error) > margin))

    def margin(self):
        if math.isnan(super().margin()):
            return math.nan
        return self._quantile(1 - self._outside, math.inf)


class Sum:
    """The sum of the last numbers, without rounding of those before: nothing is subtracted."""

    def __init__(self, memory: int | None):
        self._memory, self.n = memory, 0
        self._later: list[float] = []  # the newest, and their sum
        self._of_later = 0.0
        self._earlier: list[float] = []  # sums of each of the older ones and all after it

    def add(self, number: float) -> None:
        """Add a number, and drop the oldest where there are more than are remembered."""
        self._of_later += number
        self.n += 1
        if self._memory is None:
            return
        self._later.append(number)
        if self.n > self._memory:
            self.n -= 1
            if not self._earlier:
                self._turn()
            self._earlier.pop()

    def total(self) -> float:
        """The sum."""
        return self._of_later + (self._earlier[-1] if self._earlier else 0.0)

    def _turn(self):
        """Make the newest numbers the older ones."""
        total = 0.0
        for number in reversed(self._later):
            total += number
            self._earlier.append(total)
        self._later, self._of_later = [], 0.0


def scale_of(covered: float, level: float, limit: float) -> float:
    """How AdaPI scales intervals by the coverage and the level, both in percent."""
    above = covered >= level
    rest = 100 - covered if above else 100 - 2 * level + covered
    if rest <= 0:
        return limit if above else 100 - covered
    share = math.log((100 - level) / rest) / math.log(level)
    return 1 - (1 - limit) * min(share, 1) if above else 1 + (100 - covered) * share
