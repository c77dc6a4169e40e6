"""Lost values: columns that are covered or blurred, with less information or none."""

from collections.abc import Iterable, Sequence
from itertools import product
from math import inf, prod
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field

from driftsim.messages import guess, refusal, short
from driftsim.parts import Number
from driftsim.rows import Schema
from driftsim.streams.operators.amounts import Amounts, Statistics
from driftsim.streams.operators.columns import Columns
from driftsim.streams.operators.operator import (
    NO_OTHERS,
    Drawn,
    Operator,
    column_places,
    numeric_places,
    schema_of,
)

MEAN, NOISE, MISSING = "mean", "noise", "missing"
NAMED = "mean, noise or missing"
MOST_COVERED = 128  # combinations of lost values, over each of which a density is summed
MOST_CELLS = 10_000  # combinations of all values, of a concept from which others are taken


def _value(given):
    if not isinstance(given, str) and (type(given) not in (int, float) or not np.isfinite(given)):
        raise ValueError(f"{short(given)} is no value; give a number, a word, or {NAMED}")
    return given


Value = Annotated[Number | str, BeforeValidator(_value)]


class Lossy(Operator):
    """Columns lose information; of numbers the density is not known any more."""

    columns: Columns  # that change


class Covered(Lossy):
    """Feature drift: columns lose their values (menelaus' FeatureCover), as when a sensor fails.

    The probability of labels is then that given the other columns alone: a sum over the values of
    columns of words; over numbers it is not computed.
    """

    blends = False

    # of words `mean` is the commonest, and `noise` the value of a row drawn at random
    with_: Annotated[Value, Field(alias="with")] = MEAN  # in their place; noise, missing or a value

    @property
    def known(self):  # type: ignore[override]  # of few columns of words
        if not self.of.known:
            return False
        schema = schema_of(self.of)
        if schema.regression or not {*self.columns} <= {*schema.names}:
            return False
        places = column_places(schema, self.columns)
        if not combinations(schema, places) <= MOST_COVERED:
            return False
        others = combinations(schema, range(len(schema.names)))
        return self.with_ != NOISE or (others <= MOST_CELLS and not self.of.moves)

    @property
    def truth_revision(self):  # type: ignore[override]
        # since when its density is known, and since when where columns lacked values before
        return 0 if not self.known else 2 if schema_of(self.of).missing else 1

    def resolved(self, bases, rng):
        schema = bases[0].schema
        places = column_places(schema, self.columns)
        if self.with_ == NOISE and bases[0].description.sequential:
            raise refusal(f"{NO_OTHERS} to take values from; cover with {MEAN}, or a value", "of")
        if self.with_ in (NOISE, MISSING):
            return self, (places, None)
        statistics = Statistics(bases[0])
        return self, (places, np.array([self._value(j, schema, statistics) for j in places]))

    @property
    def random(self):
        return self.with_ == NOISE

    def _value(self, j, schema, statistics):
        if self.with_ == MEAN:
            return statistics.commonest(j) if j in schema.nominal else statistics.mean(j)
        name, words = schema.names[j], schema.values.get(j)
        if j not in schema.nominal and not isinstance(self.with_, str):
            return self.with_
        if words is None and j in schema.nominal and statistics.ready:
            words = tuple(map(str, range(schema.nominal[j])))
        text = f"{self.with_:g}" if isinstance(self.with_, float) else self.with_
        if words is not None and text in words:
            return words.index(text)
        if words is None and j in schema.nominal:  # which are known after the warm-up
            return 0
        choices = (*(words or ()), MEAN, NOISE, MISSING)
        message = f"{short(text)} is no value of column '{name}'; {guess(text, choices)}"
        raise refusal(message, "with")

    def schema_over(self, schema):
        if self.with_ != MISSING:
            return schema
        gaps = column_places(schema, self.columns)
        return schema._replace(missing=schema.missing | {*gaps})

    def drawn(self, one, rng, t):
        X, y = one.base.draw(rng, t)
        places, values = one.state
        X = X.copy()
        if self.with_ == NOISE:
            X[:, places] = self._others(one, rng, t)[:, places]
        else:
            X[:, places] = np.nan if values is None else values
        return X, y

    def joint(self, one, X, t):
        if not self.known:
            return super().joint(one, X, t)
        (places, values), schema, summed = one.state, one.base.schema, 0.0
        for codes in values_of(schema, places):
            row = X.copy()
            row[:, places] = codes
            summed = summed + one.base.density(row, t)
        if self.with_ == NOISE:
            return summed * chances(one.base, X[:, places], places)[:, None]
        put = np.full(len(places), np.nan) if values is None else values
        return summed * are(X[:, places], put)[:, None]

    def _others(self, one, rng, t):
        """Rows (n, d) that have nothing to do with those at positions `t`."""
        n = one.base.rows
        return one.base.draw(rng, t if n is None else rng.integers(0, n, len(t)))[0]


def combinations(schema: Schema, places: Iterable[int]) -> float:
    """How many combinations of values some columns have; infinitely many of numbers."""
    return prod(schema.nominal.get(j, inf) + (j in schema.missing) for j in places)


def values_of(schema: Schema, places: Iterable[int]) -> np.ndarray:
    """All combinations (m, k) of the codes of some columns, NaN among them where some lack one."""
    each = [[*range(schema.nominal[j]), *[np.nan] * (j in schema.missing)] for j in places]
    return np.array([*product(*each)], float)


def are(rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Which rows (n, k) are some values (k,), where NaN is NaN: (n,)."""
    return ((rows == values) | (np.isnan(rows) & np.isnan(values))).all(axis=1)


def chances(base: Drawn, values: np.ndarray, places: Sequence[int]) -> np.ndarray:
    """The probability of values (n, k) of some columns, over a concept of words alone: (n,)."""
    cells = values_of(base.schema, range(len(base.schema.names)))
    share = base.density(cells, np.zeros(len(cells), np.int64)).sum(axis=1)
    found = np.zeros(len(values))
    for codes in values_of(base.schema, places):
        found[are(values, codes)] = share[are(cells[:, places], codes)].sum()
    return found / share.sum()


class Blurred(Lossy):
    """Noise drift: normal noise is added to columns (menelaus' BrownianNoise, but not summed).

    Formula:
        x = x₀ + sd ε, with ε standard normal, anew in every row
    """

    sd: Amounts  # standard deviation of the noise: a number, or such as "0.5 sd" of the column

    @property
    def random(self):
        return True

    def resolved(self, bases, rng):
        places = numeric_places(bases[0].schema, self.columns)
        sd = Statistics(bases[0]).amounts(self.sd, places, "sd")
        if min(sd) < 0:
            raise refusal("a standard deviation is at least 0", "sd")
        return self.moved({"sd": sd}), places

    def drawn(self, one, rng, t):
        X, y = one.base.draw(rng, t)
        noise: Any = rng.standard_normal((len(t), len(one.state)))
        X = X.copy()
        X[:, one.state] += noise * np.asarray(self.sd)
        return X, y
