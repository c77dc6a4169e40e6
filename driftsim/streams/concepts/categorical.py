"""Categorical concepts: tables of probabilities, a given distance apart."""

from dataclasses import dataclass
from functools import reduce
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import MOST_ROWS, Share
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.alias_table import AliasTable
from driftsim.streams.concepts.concept import Instantiated, Seeded, numbered

MOST_CELLS = 100_000
HALVINGS = 60

Index = Annotated[int, Field(ge=0, le=MOST_ROWS)]


class Cells(NamedTuple):
    """The rows of the table: each combination of values, its probability and its label."""

    codes: np.ndarray  # (cells, features)
    share: np.ndarray  # (cells,) they sum to one
    label: np.ndarray  # (cells,)


class Categorical(Seeded):
    """Nominal features and a table of labels, at a given distance (Webb et al. 2016).

    The features are independent, and each combination of their values has a label. `table`
    names a concept that is always the same. `covariate` and `real` are the distances from it,
    in P(x) and in P(y | x), and `variant` is one of many directions.
    """

    known = True

    features: Annotated[int, Field(gt=0, le=16)] = 5  # columns, independent of each other
    values: Annotated[int, Field(ge=2, le=1000)] = 3  # of each feature
    classes: Annotated[int, Field(ge=2, le=1000)] = 2  # of labels
    table: Index = 0  # the concept that the distances below are measured from
    variant: Index = 0  # one of the concepts at this distance from it
    covariate: Share = 0.0  # that P(x) is away, by `distance`
    distance: Literal["hellinger", "total_variation"] = "hellinger"  # of P(x)
    real: Share = 0.0  # of the combinations of values: those with another label
    certainty: Share = 1.0  # P(the label of the combination | x); the others share the rest

    @property
    def schema(self):
        nominal = dict.fromkeys(range(self.features), self.values)
        return Schema(numbered(self.features), nominal, self.classes)

    def instantiated(self, rng):
        """The concept with its table written out, which follows from the fields alone."""
        marginals, label = self._base()
        rng = np.random.default_rng(np.random.SeedSequence(self.table, spawn_key=(self.variant,)))
        scores = tilting_scores(rng, marginals)
        order = rng.permutation(len(label))[: round(self.real * len(label))]
        shift = rng.integers(1, self.classes, len(label))
        label[order] = (label[order] + shift[order]) % self.classes
        codes = np.indices([self.values] * self.features).reshape(self.features, -1).T
        share = tilted_by(marginals, scores, DISTANCES[self.distance], self.covariate)
        cells, table = Cells(codes.astype(float, order="C"), share, label), AliasTable.of(share)
        slots = cells.codes[table.outcome], cells.label[table.outcome]
        return InstantiatedCategorical(self, cells, table, *slots)

    def _base(self):
        """P(x) of each feature (features, values), and the label of each combination."""
        rng = np.random.default_rng(np.random.SeedSequence(self.table))
        marginals = rng.dirichlet(np.ones(self.values), self.features)
        return marginals, rng.integers(0, self.classes, self.values**self.features)

    @model_validator(mode="after")
    def _is_a_table(self):
        if self.values**self.features > MOST_CELLS:
            most = next(n for n in range(20) if self.values ** (n + 1) > MOST_CELLS)
            raise ValueError(
                f"{self.features} features of {self.values} values have "
                f"{self.values**self.features:,} combinations; "
                f"a table holds {MOST_CELLS:,}: give at most {most} features, or fewer values"
            )
        if self.certainty * self.classes < 1 - 1e-12:
            raise ValueError(
                f"a certainty of {self.certainty:g} makes another label likelier; "
                f"with {self.classes} classes, give at least {1 / self.classes:.3g}"
            )
        return self

    @model_validator(mode="after")
    def _distance_can_be_reached(self):
        rarest = self._base()[0].min(axis=1).prod()
        most = FURTHEST[self.distance](rarest)
        if self.covariate >= most:
            raise ValueError(
                f"no P(x) is {self.covariate:g} away from that of table {self.table} "
                f"({self.distance}); its rarest row allows less than {np.floor(most * 1e4) / 1e4:g}"
            )
        return self


@dataclass(frozen=True, eq=False)
class InstantiatedCategorical(Instantiated):
    """A categorical concept whose table has been written out."""

    description: Categorical
    cells: Cells
    table: AliasTable  # of the cells, by their probabilities
    codes: np.ndarray  # (2 cells, features) of each slot of the alias table
    label: np.ndarray  # (2 cells,)

    def draw(self, rng, t):
        slot, certainty = self.table.slots(rng.random(len(t))), self.description.certainty
        y, classes = self.label.take(slot), self.description.classes
        if certainty < 1:
            wrong = rng.random(len(t)) >= certainty
            y = (y + wrong * rng.integers(1, classes, len(t))) % classes
        return self.codes.take(slot, axis=0), y

    def density(self, X, t):
        values, classes = self.description.values, self.description.classes
        codes = np.floor(X).clip(0, values - 1)
        which = (codes @ values ** np.arange(X.shape[1])[::-1]).astype(np.intp)
        other = (1 - self.description.certainty) / (classes - 1)
        joint = one_hot(self.cells.label.take(which), classes)
        joint *= self.description.certainty - other
        joint += other
        return joint * (self.cells.share.take(which) * (codes == X).all(axis=1))[:, None]


def hellinger(p, q):
    """The Hellinger distance of two distributions, 0..1."""
    return np.sqrt(0.5 * np.square(np.sqrt(p) - np.sqrt(q)).sum())


def total_variation(p, q):
    """The total variation of two distributions, 0..1."""
    return 0.5 * np.abs(p - q).sum()


DISTANCES = {"hellinger": hellinger, "total_variation": total_variation}
FURTHEST = {  # from a distribution is the one that holds only its rarest outcome
    "hellinger": lambda rarest: np.sqrt(1 - np.sqrt(rarest)),
    "total_variation": lambda rarest: 1 - rarest,
}


def product(marginals):
    """The probability of each combination of independent features."""
    return reduce(np.multiply.outer, marginals).ravel()


def tilting_scores(rng, marginals):
    """A score for each value of each feature (features, values), the largest for the rarest."""
    scores = rng.standard_normal(marginals.shape)
    feature, rarest = np.arange(len(marginals)), marginals.argmin(axis=1)
    first = scores.argmax(axis=1)
    top, low = scores[feature, first], scores[feature, rarest]
    scores[feature, first], scores[feature, rarest] = low, top
    return scores


def tilted(marginals, scores, strength):
    """The combinations' probabilities after exponential tilting: p exp(strength score), scaled."""
    log = np.log(marginals) + strength * (scores - scores.max(axis=1, keepdims=True))
    odds = np.exp(log - log.max(axis=1, keepdims=True))
    return product(odds / odds.sum(axis=1, keepdims=True))


def tilted_by(marginals, scores, distance, wanted):
    """The combinations' probabilities, tilted to a distance; it rises with the strength."""
    base, low, high = product(marginals), 0.0, 1.0
    if not wanted:
        return base
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        found = tilted(marginals, scores, middle / (1 - middle))
        low, high = (middle, high) if distance(base, found) < wanted else (low, middle)
    return found
