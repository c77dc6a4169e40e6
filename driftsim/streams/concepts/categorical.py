"""Categorical concepts: tables of probabilities, which differ by as much as is asked for."""

from functools import reduce
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field, PrivateAttr, model_validator

from driftsim.parts import MOST_ROWS, Share
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.choices import Choice
from driftsim.streams.concepts.concept import Concept, numbered

MOST_CELLS = 100_000
HALVINGS = 60

Index = Annotated[int, Field(ge=0, le=MOST_ROWS)]


class Cells(NamedTuple):
    """The rows of the table: what features there can be, how often, and with which label."""

    codes: np.ndarray  # (cells, features)
    share: np.ndarray  # (cells,) they sum to one
    label: np.ndarray  # (cells,)

    def by_slot(self):
        """How a row is chosen, and the features and the label of each slot of the choice."""
        choice = Choice.of(self.share)
        return choice, self.codes[choice.outcome], self.label[choice.outcome]


class Categorical(Concept):
    """Nominal features and a table of labels, drifting as far as is asked (Webb et al. 2016).

    The features are independent, and each combination of their values has a label. `table`
    names a concept that is always the same; `covariate` and `real` say how far this one is from
    it, in P(x) and in P(y | x), and `variant` in which of many directions.
    """

    blends = False

    features: Annotated[int, Field(gt=0, le=16)] = 5
    values: Annotated[int, Field(ge=2, le=1000)] = 3  # of each feature
    classes: Annotated[int, Field(ge=2, le=1000)] = 2
    table: Index = 0  # which concept the distances below are from
    variant: Index = 0  # which of the concepts that are as far from it
    covariate: Share = 0.0  # the distance of P(x)
    distance: Literal["hellinger", "total_variation"] = "hellinger"
    real: Share = 0.0  # of the combinations of values, those whose label is another
    certainty: Share = 1.0  # P(the label of the combination | x); the others share the rest

    _cells: Cells = PrivateAttr(None)
    _slots: tuple = PrivateAttr(None)

    @property
    def schema(self):
        nominal = dict.fromkeys(range(self.features), self.values)
        return Schema(numbered(self.features), nominal, self.classes)

    def instantiated(self, rng):
        """The same concept, with its table written out; it follows from the fields alone."""
        if self._cells is not None:
            return self
        settled, (marginals, label) = self.model_copy(), self._base()
        rng = np.random.default_rng(np.random.SeedSequence(self.table, spawn_key=(self.variant,)))
        tilt = tilting(rng, marginals)
        order = rng.permutation(len(label))[: round(self.real * len(label))]
        shift = rng.integers(1, self.classes, len(label))
        label[order] = (label[order] + shift[order]) % self.classes
        codes = np.indices([self.values] * self.features).reshape(self.features, -1).T
        share = moved(marginals, tilt, DISTANCES[self.distance], self.covariate)
        settled._cells = Cells(codes.astype(float, order="C"), share, label)
        settled._slots = settled._cells.by_slot()
        return settled

    def draw(self, rng, t):
        choice, codes, label = self._slots
        slot = choice.slots(rng.random(len(t)))
        y = label.take(slot)
        if self.certainty < 1:
            wrong = rng.random(len(t)) >= self.certainty
            y = (y + wrong * rng.integers(1, self.classes, len(t))) % self.classes
        return codes.take(slot, axis=0), y

    def density(self, X, t):
        codes = np.floor(X).clip(0, self.values - 1)
        which = (codes @ self.values ** np.arange(self.features)[::-1]).astype(np.intp)
        other = (1 - self.certainty) / (self.classes - 1)
        joint = one_hot(self._cells.label.take(which), self.classes)
        joint *= self.certainty - other
        joint += other
        return joint * (self._cells.share.take(which) * (codes == X).all(axis=1))[:, None]

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
    def _can_move_as_far(self):
        rarest = self._base()[0].min(axis=1).prod()
        most = FURTHEST[self.distance](rarest)
        if self.covariate >= most:
            raise ValueError(
                f"no P(x) is {self.covariate:g} away from that of table {self.table} "
                f"({self.distance}); its rarest row allows less than {np.floor(most * 1e4) / 1e4:g}"
            )
        return self


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


def tilting(rng, marginals):
    """What a drift likes: a number for each value of a feature, the largest for the rarest."""
    liking = rng.standard_normal(marginals.shape)
    feature, rarest = np.arange(len(marginals)), marginals.argmin(axis=1)
    first = liking.argmax(axis=1)
    top, low = liking[feature, first], liking[feature, rarest]
    liking[feature, first], liking[feature, rarest] = low, top
    return liking


def tilted(marginals, liking, force):
    """The probabilities times the exponentials of `force` times the liking."""
    log = np.log(marginals) + force * (liking - liking.max(axis=1, keepdims=True))
    odds = np.exp(log - log.max(axis=1, keepdims=True))
    return product(odds / odds.sum(axis=1, keepdims=True))


def moved(marginals, liking, distance, wanted):
    """The combinations' probabilities, tilted to a wanted distance, which rises with the force."""
    base, low, high = product(marginals), 0.0, 1.0
    if not wanted:
        return base
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        found = tilted(marginals, liking, middle / (1 - middle))
        low, high = (middle, high) if distance(base, found) < wanted else (low, middle)
    return found
