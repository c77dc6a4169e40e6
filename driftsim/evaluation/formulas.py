"""Formulas: expressions over the columns of a tally, as data that Python and the page evaluate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from driftsim.evaluation.trace import scored_rows

ROUNDING = 1e-12  # a share of a whole that is less is only rounding

# Columns: (w,) of w windows, or (w, k) with k classes or bins; or of row scores, (w,) stretches.
Tallied = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Formula:
    """An operation on formulas and numbers, made by arithmetic and by the functions below.

    Called with a tally, it gives its value in each window: (w,), or (w, k) with one for each
    class. NaN (w,) where the tally lacks a column.
    """

    operation: str
    operands: tuple[Any, ...]
    columns: frozenset[str]  # that a tally must have

    def __call__(self, tally: Tallied) -> np.ndarray:
        if not self.columns <= tally.keys():
            return np.full(len(tally["rows"]), np.nan)
        return self._value(tally, {})

    def data(self) -> list:
        """The formula as nested lists for JSON: an operation, then its operands."""
        operands = (one.data() if isinstance(one, Formula) else one for one in self.operands)
        return [self.operation, *operands]

    def _value(self, tally: Tallied, known: dict["Formula", np.ndarray]) -> np.ndarray:
        """The value; that of a part which stands twice is computed once."""
        if self not in known:
            if self.operation == "column":
                name = self.operands[0]
                own = np.asarray(scored_rows(tally) if name == "rows" else tally[name])
                known[self] = own if own.dtype == object else own.astype(float, copy=False)
            else:
                values = (
                    one._value(tally, known) if isinstance(one, Formula) else one
                    for one in self.operands
                )
                known[self] = OPERATIONS[self.operation](*values)
        return known[self]

    def __add__(self, other):
        return applied("+", self, other)

    def __sub__(self, other):
        return applied("-", self, other)

    def __rsub__(self, other):
        return applied("-", other, self)

    def __mul__(self, other):
        return applied("*", self, other)

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other):
        return applied("/", self, other)

    def __gt__(self, other):
        return applied(">", self, other)


def applied(operation: str, *operands: Any) -> Formula:
    """An operation on formulas and numbers."""
    columns = (one.columns for one in operands if isinstance(one, Formula))
    return Formula(operation, operands, frozenset().union(*columns))


def column(name: str, *others: str) -> Formula:
    """A column of the tally, which counts as known only where the others are, too.

    `rows` are those that are scored.
    """
    return Formula("column", (name,), frozenset({name, *others}))


greatest = partial(applied, "max")  # of two values, window by window
where = partial(applied, "where")  # values where a condition holds, 0 elsewhere
root = partial(applied, "sqrt")
logarithm = partial(applied, "log")
exponential = partial(applied, "exp")
absolute = partial(applied, "abs")
total = partial(applied, "sum")  # over classes or bins
running_total = partial(applied, "cumsum")  # likewise
of_class = partial(applied, "class")  # of the class of an index
average_precisions = partial(applied, "precisions")  # the average one of each class, of row scores
# For each class and each other one, class by class: (w, k (k - 1)).
wins = partial(applied, "wins")  # the pairs of rows that the one wins, of row scores
of_one = partial(applied, "one")  # the values of the one class
of_other = partial(applied, "other")  # those of the other
total_of_one = partial(applied, "sum_of_one")  # over the others of each class: (w, k)


def safe_divide(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part by whole; NaN where the whole is 0."""
    undefined = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.divide(part, whole, out=undefined, where=np.not_equal(whole, 0))


def safe_log(values: np.ndarray) -> np.ndarray:
    """The logarithm; of 0 minus infinity, without a warning."""
    with np.errstate(divide="ignore"):
        return np.log(values)


def by_class(operation: Callable) -> Callable:
    """An operation that broadcasts a value for each window (w,) to one for each class (w, k)."""

    def broadcast(one, other):
        if np.ndim(one) == 1 and np.ndim(other) == 2:
            one = one[:, None]
        elif np.ndim(one) == 2 and np.ndim(other) == 1:
            other = other[:, None]
        return operation(one, other)

    return broadcast


def n_classes(pairs: int) -> int:
    """How many classes have so many ordered pairs."""
    return round((1 + (1 + 4 * pairs) ** 0.5) / 2)


def others(k: int) -> list[int]:
    """The other classes of each of k, one class after the other."""
    return [other for one in range(k) for other in range(k) if other != one]


OPERATIONS: dict[str, Callable[..., np.ndarray]] = {  # those of report/page/metrics.js
    "+": by_class(np.add),
    "-": by_class(np.subtract),
    "*": by_class(np.multiply),
    "/": by_class(safe_divide),
    ">": by_class(np.greater),
    "max": by_class(np.maximum),
    "where": by_class(lambda values, condition: np.where(condition, values, 0)),
    "sqrt": np.sqrt,
    "log": safe_log,
    "exp": np.exp,
    "abs": np.abs,
    "sum": lambda values: values.sum(axis=1),
    "cumsum": lambda values: values.cumsum(axis=1),
    "class": lambda values, index: values[:, index],
    "wins": lambda stretches: np.array([one.wins for one in stretches]),
    "precisions": lambda stretches: np.array([one.precisions for one in stretches]),
    "one": lambda values: values.repeat(values.shape[1] - 1, axis=1),
    "other": lambda values: values[:, others(values.shape[1])],
    "sum_of_one": lambda values: values.reshape(len(values), n_classes(values.shape[1]), -1).sum(2),
}
