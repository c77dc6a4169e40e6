"""Prices: what mistakes, labels, trainings and compute cost, and what a trace costs by them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from driftsim.adaptation.training_price import TrainingPrice
from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.trace import all_over_scored, scored_rows
from driftsim.messages import refusal, short
from driftsim.mistake_prices import (
    Mistake,
    Price,
    classes_of,
    cost_matrix,
    matrix_faults,
    price_text,
)
from driftsim.parts import Strict
from driftsim.rows import Schema

MISTAKES, ABSOLUTE_ERRORS = "mistakes", "absolute errors"  # the units without prices
MISTAKE, ERRORS = ("mistake",), ("absolute_error", "squared_error")  # the keys of losses
SHARES = {  # of a cost, as people read them: the quantities that each is made of
    "mistakes": ("mistake",),
    "labels": ("label",),
    "training": ("training", "training_row"),
    "compute": ("hour",),
    "staleness": ("staleness",),
}


def printable(word: str) -> str:
    """A currency, if it can stand in a table."""
    if not word.isprintable() or word != word.strip() or not word:
        raise ValueError(f"{short(word)} is not valid; give a word of one line, such as EUR")
    return word


Columns = Mapping[str, np.ndarray]
Currency = Annotated[str, Field(max_length=40), AfterValidator(printable)]


class Prices(Strict):
    """What mistakes, labels, trainings and compute cost, in one currency."""

    currency: Currency | None = None  # such as EUR
    mistake: Mistake | None = None  # each, by the actual class, or by that and the predicted one
    absolute_error: Price | None = None  # in regression: of an error of 1
    squared_error: Price | None = None  # in regression: of a squared error of 1
    label: Price = 0.0  # of each distinct label that reached a model or a detector
    training: TrainingPrice = TrainingPrice()  # each, and for each of its rows
    hour: Price = 0.0  # of CPU time
    staleness: Price = 0.0  # for each row, and each row that the model in force is behind

    @model_validator(mode="after")
    def _something_has_a_price(self):
        if self.absolute_error is not None and self.squared_error is not None:
            raise refusal("'absolute_error' is given as well; give one of the two", "squared_error")
        losses = [one for one in self.losses.values() if one is not None] or [1.0]
        others = self.label, self.training.each, self.training.per_row, self.hour, self.staleness
        if not any(map(greatest, [*losses, *others])):
            raise ValueError("all prices are 0, so that nothing costs anything; give a mistake one")
        return self

    @property
    def losses(self) -> dict[str, Any]:
        """The prices of a wrong answer, by their keys; None where not given."""
        return {name: getattr(self, name) for name in (*MISTAKE, *ERRORS)}

    def faults(self, schema: Schema, confusion: bool) -> Iterator[tuple[Any, ...]]:
        """What does not fit the labels of a stream: keys below the prices, then a message.

        `confusion` is whether traces count how often each class is predicted for each.
        """
        fitting, unfit = (ERRORS, MISTAKE) if schema.regression else (MISTAKE, ERRORS)
        right, task = " or ".join(fitting), "regression" if schema.regression else "classification"
        for name in unfit:
            if self.losses[name] is not None:
                yield name, f"this is not for {task}; give a price of {right}"
        if self.currency is not None and all(self.losses[name] is None for name in fitting):
            yield "currency", f"a mistake has no price in this currency; give {right} one"
        if not schema.regression and isinstance(self.mistake, dict):
            yield from matrix_faults(self.mistake, classes_of(schema))
            if not confusion and len(classes_of(schema)) > 2:
                yield from uncounted(self.mistake)


def uncounted(mistake) -> Iterator[tuple[Any, ...]]:
    """Prices by the answer, where traces do not count each: keys below the prices, a message."""
    for name, row in mistake.items():
        if isinstance(row, dict):
            message = "a price by the answer needs counts of each; set evaluation.confusion: true"
            yield "mistake", name, message


def greatest(price: Any) -> float:
    """The greatest of one or several prices; 0 for none."""
    return max(map(greatest, price.values()), default=0.0) if isinstance(price, dict) else price


class Charge(NamedTuple):
    """What is paid for one quantity."""

    price: float  # of one
    amount: np.ndarray  # (n,) of it in each interval or cell


def for_all_rows(charge: Charge, columns: Columns) -> Charge:
    """A charge for scored rows, as an estimate of that for all rows."""
    return charge._replace(amount=charge.amount * all_over_scored(columns))


class PriceList:
    """The prices of a stream with its classes: what columns of a trace cost.

    Without `prices` the unit is a mistake, in regression an absolute error of 1.
    """

    def __init__(self, prices: Prices | None, schema: Schema):
        self.given = prices is not None
        self.prices, self.schema = prices or Prices(), schema
        unit = ABSOLUTE_ERRORS if schema.regression else MISTAKES
        self.currency = self.prices.currency or unit

    def charges(self, columns: Columns) -> dict[str, Charge]:
        """The charge of each quantity, by its name.

        `columns` (…,) or (…, k) are those of a trace and its truth, or of losses; what they lack
        costs nothing. What the first training costs is in them unless `free_first` has left it out.
        Mistakes are expected ones where those are known; where prices differ between mistakes,
        they are counted, and the amount is what they cost, at a price of 1. Where only some rows
        are scored, their mistakes stand for those of all: an estimate.
        """
        p, loss = self.prices, self._losses(columns)
        none = np.zeros(np.shape(columns["rows"]))
        hours = sum((columns.get(name, none) for name in CPU_SECONDS), none) / 3600
        return {
            "mistake": for_all_rows(loss, columns) if "scored" in columns else loss,
            "label": Charge(p.label, columns.get("labels", none)),
            "training": Charge(p.training.each, columns.get("fits", none)),
            "training_row": Charge(p.training.per_row, columns.get("rows_trained", none)),
            "hour": Charge(p.hour, hours),
            "staleness": Charge(p.staleness, columns.get("age", none)),
        }

    def costs(self, columns: Columns) -> np.ndarray:
        """The cost (n,) of each interval or cell."""
        charges = self.charges(columns).values()
        return np.sum([price * amount for price, amount in charges], axis=0)

    @property
    def regression(self) -> bool:
        """Whether labels are numbers, so that mistakes are priced by their size."""
        return self.schema.regression

    @cached_property
    def matrix(self) -> np.ndarray:
        """The price of each class as the answer for each (k, k): rows are actual classes."""
        price = 1.0 if self.prices.mistake is None else self.prices.mistake
        classes = classes_of(self.schema)
        by_class = price if isinstance(price, dict) else dict.fromkeys(classes, price)
        return cost_matrix(by_class, classes)

    @property
    def by_answer(self) -> bool:
        """Whether prices differ between wrong answers for rows of one class."""
        price = self.prices.mistake
        rows = price.values() if isinstance(price, dict) else ()
        return len(self.matrix) > 2 and any(isinstance(row, dict) for row in rows)

    def expects(self, columns: Columns) -> bool:
        """Whether wrong answers are paid for as the known truth expects them, not as counted."""
        if self.schema.regression:
            known = {"excess_squared_error", "bayes_squared_error"} <= columns.keys()
            return known and self.prices.squared_error is not None
        return "expected_error" in columns and not isinstance(self.prices.mistake, dict)

    def _losses(self, columns: Columns) -> Charge:
        """What is paid for wrong answers: expected ones where those are known."""
        p = self.prices
        if self.schema.regression:
            if p.squared_error is None:
                price = 1.0 if p.absolute_error is None else p.absolute_error
                return Charge(price, columns["absolute_error"])
            return Charge(p.squared_error, squared_errors(columns))
        if isinstance(p.mistake, dict):
            return Charge(1.0, self._by_class(columns))
        wrong = columns["expected_error"] if "expected_error" in columns else mistakes(columns)
        return Charge(1.0 if p.mistake is None else p.mistake, wrong)

    def _by_class(self, columns):
        """What counted mistakes cost (…,), where their prices differ."""
        if self.by_answer:
            return columns["confusion"] @ self.matrix.ravel()
        return (columns["actual"] - columns["correct"]) @ self.matrix.max(axis=1)


def mistakes(columns: Columns) -> np.ndarray:
    """The rows predicted wrong (n,)."""
    return scored_rows(columns) - columns["correct"].sum(axis=-1)


def squared_errors(columns: Columns) -> np.ndarray:
    """The squared errors (n,), the expected ones where those are known."""
    if "excess_squared_error" in columns and "bayes_squared_error" in columns:
        return columns["bayes_squared_error"] + columns["excess_squared_error"]
    return columns["squared_error"]


def free_first(columns: Columns, fits: int, rows: int) -> dict[str, np.ndarray]:
    """The columns of a trace without its first training: `fits` and `rows` at its start are free.

    All contenders begin with a model trained on the warm-up, so that its cost does not
    distinguish them.
    """
    free = {"fits": fits, "rows_trained": rows}
    changed = {name: columns[name].copy() for name in free if name in columns}
    for name, column in changed.items():
        column[:1] = np.maximum(column[:1] - free[name], 0)
    return {**columns, **changed}


def other_prices(scenarios: Iterable[Any]) -> Iterator[str]:
    """Which contenders predict by prices of mistakes unlike those of the report, where it has any.

    Ratios alone matter. A contender that does so in several settings is named once.
    """
    found: dict[str, str] = {}
    for one in scenarios:
        for name, model in one.models.items() if one.prices else ():
            if model.learner.kind() == "cost_sensitive":
                about = unlike(model.learner.mistake, one.priced)
                found |= {name: about} if about and name not in found else {}
    yield from (f"{short(name)} {about}" for name, about in found.items())


def unlike(mistake: Mapping[str, Any], priced: PriceList) -> str:
    """That predictions follow other prices than those of the report; empty if they do not."""
    own, theirs = cost_matrix(mistake, classes_of(priced.schema)), priced.matrix
    if np.allclose(own * theirs.sum(), theirs * own.sum()):
        return ""
    reported = 1.0 if priced.prices.mistake is None else priced.prices.mistake
    return (
        f"predicts by other prices of mistakes ({price_text(mistake)}) than those of the report "
        f"({price_text(reported)}); give its learner the same, unless this is meant"
    )
