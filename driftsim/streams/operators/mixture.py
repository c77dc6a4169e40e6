"""Mixtures: each row is of one of several concepts, by their shares."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.clocks import durations
from driftsim.messages import plural, refusal
from driftsim.parts import Share
from driftsim.streams.compatibility import concept_incompatibility
from driftsim.streams.concepts.concept import density_with_gaps
from driftsim.streams.drifts import Drift, None_, Sudden
from driftsim.streams.operators.operator import Base, Operator, OwnDrift, Reference
from driftsim.streams.operators.selections import selections
from driftsim.streams.world import sample_categorical

SELECTED = "rows of a table are selected by the concept in force, and a mixture has several"


class Mixture(Operator):
    """A mixture: each row is of one of several concepts, at random by their shares.

    Formula:
        p(x, y) = Σ shareᵢ pᵢ(x, y)

    With a `drift` it is a small stream within the stream: the drift leads from one of the concepts
    to the next, or from the ones of several `shares` to the next.
    """

    omitted = ("drift", "waits")

    of: Annotated[list[Base], Field(min_length=2, max_length=100)]  # type: ignore[assignment]  # or their names in the stream
    shares: list[Share] | list[list[Share]] | None = None  # of the rows; else all the same
    drift: Drift | None = None  # from concept to concept, or from shares to shares
    waits: bool = False  # the drift counts only the rows at which the mixture is in force

    @property
    def bases(self):
        return self.of

    @property
    def moves(self):
        return self.drift is not None or super().moves

    @property
    def blends(self):  # type: ignore[override]
        return self.drift is None and super().blends

    @property
    def own_drift(self):
        if self.drift is None:
            return None
        numbers = [str(i + 1) for i in range(len(self.shares or self.of))]
        named = [one.name if isinstance(one, Reference) else i for one, i in zip(self.of, numbers)]
        names = numbers if self.shares or len({*named}) < len(named) else named
        mixed = None if self.shares is None else np.array(self.shares)
        return OwnDrift(self.drift.among(names), (*names,), mixed, self.waits)

    def resolved(self, bases, rng):
        numbered = {f"the {i + 1}. of them": one for i, one in enumerate(bases)}
        if reason := concept_incompatibility(numbered):
            raise refusal(reason, "of")
        if any(one.rows is not None for base in bases for one in selections(base)):
            raise refusal(f"{SELECTED}; make it of the table as it is", "of")
        if self.drift is not None:
            return self, None
        return self.moved({"shares": self.shares or [1 / len(bases)] * len(bases)}), None

    @property
    def random(self):
        return True

    def drawn(self, one, rng, t):
        """All are drawn at all positions, so that rows are the same whatever the shares."""
        chosen = sample_categorical(rng, self._shares_at(one, t))
        rows = [base.draw(rng, t) for base in one.bases]
        X, y = (np.stack(column) for column in zip(*rows))
        return X[chosen, np.arange(len(t))], y[chosen, np.arange(len(t))]

    def joint(self, one, X, t):
        densities = [density_with_gaps(base, X, t) for base in one.bases]
        mix = mixed_moments if one.schema.regression else mixed
        return mix(densities, self._shares_at(one, t))

    def _shares_at(self, one, t):
        """The share of each concept at positions of the stream (n,): (n, concepts)."""
        if (own := self.own_drift) is not None:
            return own.shares(t if one.own_clock is None else one.own_clock.at(t))
        return np.broadcast_to(np.asarray(self.shares), (len(t), len(one.bases)))

    @model_validator(mode="after")
    def _shares_sum_to_one(self):
        for shares in several(self.shares) if self.shares is not None else ():
            if len(shares) != len(self.of):
                given = plural(len(shares), "share")
                raise ValueError(f"{given} for {len(self.of)} concepts; give one for each")
            if abs(sum(shares) - 1) > 1e-9:
                raise ValueError(f"the shares sum to {sum(shares):g}; they should sum to 1")
        return self

    @model_validator(mode="after")
    def _drift_can_be_within(self):
        if reason := self._undriftable():
            raise ValueError(reason)
        return self

    def _undriftable(self):
        """Why the drift within it cannot be followed, whatever the stream, or None."""
        lists = self.shares is not None and isinstance(self.shares[0], list)
        if self.drift is None:
            if self.waits:
                return "waits is about a drift, and there is none; name one, or leave it out"
            return "several lists of shares need a drift between them" if lists else None
        if self.shares is not None and not (lists and len(self.shares) > 1):
            return (
                "a drift leads from shares to shares; give a list with two lists or more, or none"
            )
        kind = self.drift.kind()
        if self.drift.blends:
            return f"{kind} moves numbers of concepts, and here shares; write gradual"
        if self.drift.varies or kind in ("blip", "nested"):
            return f"{kind} is a drift of streams, not of mixtures; choose another"
        if next(durations(self.drift), None) is not None:
            return "the drift of a mixture counts rows; give rows in the place of times"
        rows = self.drift.at[-1] + 1 if isinstance(self.drift, Sudden) else 1
        if isinstance(self.drift, Sudden | None_):
            return self.drift.incompatibility(rows, len(self.shares or self.of))
        return None


def several(shares: list) -> list[list[float]]:
    """Shares as a list of those of each stage."""
    return shares if isinstance(shares[0], list) else [shares]


def mixed(densities: Sequence[np.ndarray], shares: np.ndarray) -> np.ndarray:
    """p(x, y) (n, k) of a mixture of some of them, by shares (n, concepts)."""
    return sum(shares[:, [i]] * density for i, density in enumerate(densities))  # type: ignore


def mixed_moments(densities: Sequence[np.ndarray], shares: np.ndarray) -> np.ndarray:
    """p(x), and the mean and variance of y given x (n, 3), of a mixture of such densities."""
    density, mean, variance = np.moveaxis(np.stack(densities), 2, 0)
    weights = shares.T * density
    total = weights.sum(axis=0)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    centre = (weights * mean).sum(axis=0)
    squared = variance + (mean - centre) ** 2
    return np.stack([total, centre, (weights * squared).sum(axis=0)], axis=1)
