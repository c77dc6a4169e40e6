"""Row scores: the score and the label of every row, and how often one class has the higher."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

NEGLIGIBLE = 1e-24  # a weight of rows that have faded, where that of the newest ones is 1


class RowScores(NamedTuple):
    """What models scored in each row of a stream, or in those tested, and what its label was."""

    y: np.ndarray  # (n,) labels
    values: np.ndarray  # (n, k): the probability of each class; of two classes (n, 1): of class 1
    starts: np.ndarray  # (w,) the first of the rows of each interval
    t: np.ndarray | None = None  # (n,) the positions of the rows, where they are not all

    @classmethod
    def of(
        cls, y: np.ndarray, values: np.ndarray, starts: np.ndarray, t: np.ndarray | None = None
    ) -> "RowScores":
        """Those of labels and probabilities (n, k), the labels in the smallest type."""
        values = values[:, 1:] if values.shape[1] == 2 else values
        return cls(y.astype(np.min_scalar_type(values.shape[1])), values, starts, t)

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return max(self.values.shape[1], 2)

    def intervals(self) -> np.ndarray:
        """Each interval as a `Stretch` (w,), the entries of a column of a trace."""
        column = np.empty(len(self.starts), object)
        for i in range(len(column)):
            column[i] = Stretch(self, i, i + 1)
        return column


class Pair(NamedTuple):
    """The scores of one class in its own rows and in those of another one, in ascending order."""

    own: np.ndarray  # (m,) scores
    other: np.ndarray  # (l,)
    own_weight: np.ndarray  # (m,)
    other_weight: np.ndarray  # (l,)
    own_interval: np.ndarray  # (m,) that each row is in
    other_interval: np.ndarray  # (l,)

    def won(self) -> np.ndarray:
        """The weight of the pairs that each own row wins (m,), and half that of ties."""
        return self.own_weight * weight_below(self.own, self.other, self.other_weight)

    def lost(self) -> np.ndarray:
        """The weight of the pairs that each other row loses (l,), and half that of ties."""
        below = weight_below(self.other, self.own, self.own_weight)
        return self.other_weight * (self.own_weight.sum() - below)


class Ranking(NamedTuple):
    """Rows by the score of a class, the highest first, and those of that class among them."""

    low: np.ndarray  # (n,) negated scores, in ascending order
    weight: np.ndarray  # (n,)
    own: np.ndarray  # (m,) those of the rows of the class
    own_weight: np.ndarray  # (m,)
    own_interval: np.ndarray  # (m,) that each row is in

    def among(self, low: np.ndarray) -> np.ndarray:
        """The weight of all rows (0) and of own ones (1) that score no lower than each (2, l).

        Quick where these are many and its own rows are few; both are in ascending order.
        """
        both = ((self.low, self.weight), (self.own, self.own_weight))
        places = ((np.searchsorted(low, one), weight) for one, weight in both)
        sums = [np.bincount(at, weight, len(low) + 1)[:-1].cumsum() for at, weight in places]
        return (
            np.stack(sums) if not np.isnan(self.low[-1:]).any() else np.full((2, len(low)), np.nan)
        )


class Stretch:
    """Rows of intervals of a stream, which have a weight: sums of these are over windows.

    They can be added and multiplied by a number, so that columns of them are reduced over windows
    as columns of numbers are.
    """

    __array_ufunc__ = None  # so that a number of numpy times a stretch is left to the stretch

    def __init__(self, rows: RowScores, first: int, stop: int, weights: np.ndarray | None = None):
        self.rows, self.first, self.stop = rows, first, stop  # intervals `first` … `stop` - 1
        self._weights = weights  # of each; None: 1, which takes no room

    @property
    def weights(self) -> np.ndarray:
        """The weight of each of its intervals (w,)."""
        return np.ones(self.stop - self.first) if self._weights is None else self._weights

    def __add__(self, other: Any) -> "Stretch":
        if not isinstance(other, Stretch):
            return self  # to 0, with which a sum begins
        first, stop = min(self.first, other.first), max(self.stop, other.stop)
        adjoining = self.stop == other.first or other.stop == self.first
        if adjoining and self._weights is None and other._weights is None:
            return Stretch(self.rows, first, stop)
        weights = np.zeros(stop - first)
        for one in (self, other):
            weights[one.first - first : one.stop - first] += one.weights
        return Stretch(self.rows, first, stop, weights)

    __radd__ = __add__

    def __rmul__(self, factor: float) -> "Stretch":
        weights = factor * self.weights
        kept = int(np.argmax(weights > NEGLIGIBLE))  # from there on, as older rows weigh less
        return Stretch(self.rows, self.first + kept, self.stop, weights[kept:])

    def __sub__(self, part: "Stretch") -> "Rest":
        return Rest(self, part)

    @cached_property
    def wins(self) -> np.ndarray:
        """The weight of the pairs that each class wins against each other one (k (k - 1),).

        A pair is a row of the one and a row of the other; the first wins it if it has the higher
        score of its class, and half of it if both have the same. Class by class.
        """
        found = np.array([pair.won().sum() for pair in self._pairs()])
        return np.broadcast_to(found, self._n_pairs)

    @cached_property
    def involved(self) -> np.ndarray:
        """The wins (w, k (k - 1)) with a row of each interval in them, those within one twice."""
        n = self.stop - self.first
        sums = [
            np.bincount(pair.own_interval, pair.won(), n)
            + np.bincount(pair.other_interval, pair.lost(), n)
            for pair in self._pairs()
        ]
        return np.broadcast_to(np.stack(sums, axis=1), (n, self._n_pairs))

    @cached_property
    def precisions(self) -> np.ndarray:
        """The average precision of each class against all others (k,); NaN without its rows."""
        each = zip(self.rankings, self.reached)
        return np.array([average_precision(one.own_weight, *sums) for one, sums in each])

    @cached_property
    def rankings(self) -> list[Ranking]:
        """Its rows by the score of each class."""
        (y, values, counts), k = self.scored(), self.rows.n_classes
        interval, weights = np.repeat(np.arange(len(counts)), counts), self.weights
        scores = (-values[:, 0], values[:, 0]) if k == 2 else values.T
        return [ranking_of(c, score, y, weights, interval) for c, score in enumerate(scores)]

    @cached_property
    def reached(self) -> list[np.ndarray]:
        """Of each class and each of its rows, the weights of rows that score no lower (2, m)."""
        return [one.among(one.own) for one in self.rankings]

    def scored(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The labels (n,) and scores (n, m) of its rows, and how many each interval has (w,)."""
        rows = self.rows
        edges = np.append(rows.starts, len(rows.y))[self.first : self.stop + 1]
        within = slice(edges[0], edges[-1])
        return rows.y[within], rows.values[within], np.diff(edges)

    @property
    def _n_pairs(self):
        """How many ordered pairs of classes there are."""
        return self.rows.n_classes * (self.rows.n_classes - 1)

    def _pairs(self) -> Iterator[Pair]:
        """Each class and each other one, class by class; of two only 1 and 0, which rank alike."""
        (y, values, counts), k = self.scored(), self.rows.n_classes
        interval, weights = np.repeat(np.arange(len(counts)), counts), self.weights
        for c, score in zip([1] if k == 2 else range(k), values.T):
            yield from pairs_of(c, k, score, y, weights, interval)


class Rest:
    """A stretch without one of its intervals: it is not gone through again for each of them."""

    def __init__(self, whole: Stretch, part: Stretch):
        self.whole, self.part = whole, part

    @property
    def wins(self) -> np.ndarray:
        """As those of a stretch."""
        involved = self.whole.involved[self.part.first - self.whole.first]
        return self.whole.wins - involved + self.part.wins

    @property
    def precisions(self) -> np.ndarray:
        """As those of a stretch."""
        whole, at = self.whole, self.part.first - self.whole.first
        return np.array([
            average_precision(
                np.where(one.own_interval == at, 0, one.own_weight), *(sums - part.among(one.own))
            )
            for one, sums, part in zip(whole.rankings, whole.reached, self.part.rankings)
        ])  # fmt: skip


def pairs_of(c, k, score, y, weights, interval):
    """Class c and each other one of k, by the score of c (n,) of rows."""
    order = np.argsort(score, kind="stable")
    score, y, interval = score[order], y[order], interval[order]
    places = [np.flatnonzero(y == label) for label in range(k)]
    parts = [(score[at], weights[interval[at]], interval[at]) for at in places]
    for other in range(k):
        if other != c:
            yield Pair(*(one for both in zip(parts[c], parts[other]) for one in both))


def ranking_of(c, score, y, weights, interval):
    """Rows by the score (n,) of class c."""
    order = np.argsort(-score, kind="stable")
    low, y, interval = -score[order], y[order], interval[order]
    own = np.flatnonzero(y == c)
    return Ranking(low, weights[interval], low[own], weights[interval[own]], interval[own])


def average_precision(weight: np.ndarray, every: np.ndarray, true: np.ndarray) -> float:
    """The mean precision at the rows of a class: of `every` row that scores no lower, `true` ones.

    NaN where these have no weight.
    """
    precision = np.divide(true, every, out=np.zeros(len(every)), where=every != 0)
    return float((weight * precision).sum() / weight.sum()) if weight.any() else np.nan


def weight_below(own: np.ndarray, other: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The weight of other scores (l,), ascending, below each own one (m,), and half of ties."""
    return sum(weight_up_to(own, other, weight, side) for side in ("left", "right")) / 2


def weight_up_to(own, other, weight, side):
    """That of other scores below each own one; with the side `right` up to it.

    NaN where one of them is NaN.
    """
    if np.isnan(own[-1:]).any() or np.isnan(other[-1:]).any():  # which are sorted to the end
        return np.full(len(own), np.nan)
    return np.append(0.0, np.cumsum(weight))[np.searchsorted(other, own, side)]
