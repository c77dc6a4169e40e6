"""Mixtures: each row is of one of several concepts, by their shares."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.messages import plural, refusal
from driftsim.parts import Share
from driftsim.streams.compatibility import concept_incompatibility
from driftsim.streams.operators.operator import Base, Operator
from driftsim.streams.operators.selections import selections
from driftsim.streams.world import sample_categorical

SELECTED = "rows of a table are selected by the concept in force, and a mixture has several"


class Mixture(Operator):
    """A mixture: each row is of one of several concepts, at random by their shares."""

    of: Annotated[list[Base], Field(min_length=2, max_length=100)]  # type: ignore[assignment]  # or their names in the stream
    shares: list[Share] | None = None  # of the rows; else all the same

    @property
    def bases(self):
        return self.of

    def resolved(self, bases, rng):
        numbered = {f"the {i + 1}. of them": one for i, one in enumerate(bases)}
        if reason := concept_incompatibility(numbered):
            raise refusal(reason, "of")
        if any(one.rows is not None for base in bases for one in selections(base)):
            raise refusal(f"{SELECTED}; make it of the table as it is", "of")
        return self.moved({"shares": self.shares or [1 / len(bases)] * len(bases)}), None

    @property
    def random(self):
        return True

    def drawn(self, one, rng, t):
        """All are drawn at all positions, so that rows are the same whatever the shares."""
        k = len(one.bases)
        chosen = sample_categorical(rng, np.broadcast_to(np.asarray(self.shares), (len(t), k)))
        rows = [base.draw(rng, t) for base in one.bases]
        X, y = (np.stack(column) for column in zip(*rows))
        return X[chosen, np.arange(len(t))], y[chosen, np.arange(len(t))]

    def joint(self, one, X, t):
        shares = np.broadcast_to(np.asarray(self.shares), (len(X), len(one.bases)))
        densities = [base.density(X, t) for base in one.bases]
        return (mixed_moments if one.schema.regression else mixed)(densities, shares)

    @model_validator(mode="after")
    def _shares_sum_to_one(self):
        if self.shares is not None and len(self.shares) != len(self.of):
            given = plural(len(self.shares), "share")
            raise ValueError(f"{given} for {len(self.of)} concepts; give one for each")
        if self.shares is not None and abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError(f"the shares sum to {sum(self.shares):g}; they should sum to 1")
        return self


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
