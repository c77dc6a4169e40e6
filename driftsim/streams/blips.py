"""Blips: outliers, stretches of another concept after which all is as it was."""

from functools import partial
from itertools import pairwise
from typing import Annotated

import numpy as np

from driftsim.clocks import Spread
from driftsim.parts import Name, Rows
from driftsim.rows import Outlier
from driftsim.streams.drifts import (
    Changes,
    Drift,
    None_,
    Positions,
    named,
    place_of,
    unknown,
)


class Blip(Drift):
    """Have another concept for a few rows, after which all is as it was: an outlier, no drift.

    Alarms there are false, and nothing is to recover from. The other concepts are those of a
    drift that it is made `of`.
    """

    at: Positions  # the first row of each; durations from row 0
    width: Annotated[Rows, Spread]  # rows of each
    to: Name | None = None  # the concept there; the last one by default
    of: Drift = None_()  # between the other concepts

    _names: tuple[str, ...] = ()

    @property
    def blends(self):
        return self.of.blends

    @property
    def varies(self):
        return self.of.varies

    def among(self, names):
        others = [name for name in names if name != (self.to or names[-1])]
        return named(self.model_copy(update={"of": self.of.among(others)}), names)

    def weights(self, t, k, seed):
        to = self._to(k)
        weights = np.insert(self.of.weights(t, k - 1, seed), to, 0.0, axis=1)
        latest = np.searchsorted(self.at, t, side="right") - 1
        inside = (latest >= 0) & (t - np.array(self.at)[latest] < self.width)
        weights[inside] = np.eye(k)[to]
        return weights

    def changes(self, start, stop, k, seed):
        return Changes(
            self.of.changes(start, stop, k - 1, seed), partial(self._change, self._to(k))
        )

    def outliers(self, start, stop, k, seed):
        to = self._to(k)
        own = [Outlier(row, row + self.width, to) for row in self.at if start <= row < stop]
        others = self.of.outliers(start, stop, k - 1, seed)
        return sorted([*own, *(one._replace(concept=among(to, one.concept)) for one in others)])

    def incompatibility(self, length, k):
        if k < 2:
            return "a blip needs another concept to go to, and there is one"
        if self.to is not None and (reason := unknown(self.to, self._names)):
            return reason
        for row, following in pairwise([*self.at, length]):
            if row + self.width > following:
                end = "the stream ends" if following == length else "the next one begins"
                return f"the blip at row {row:,} lasts {self.width:,} rows, and {end} before that"
        return self.of.incompatibility(length, k - 1)

    def longest_rise(self, k):
        return self.of.longest_rise(k - 1)

    def _to(self, k):
        return k - 1 if self.to is None else place_of(self.to, self._names)

    def _change(self, to, one):
        """A change of the others, by their places among all."""
        return one._replace(before=among(to, one.before), after=among(to, one.after))


def among(to: int, other: int) -> int:
    """The place among all concepts of one of the others than that of a blip."""
    return other + (other >= to)
