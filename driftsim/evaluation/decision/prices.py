"""Prices: what mistakes, labels, trainings and compute cost, and what a trace costs by them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from driftsim.parts import Number, Strict
from driftsim.rows import Schema

MISTAKES, ABSOLUTE_ERRORS = "mistakes", "absolute errors"  # the units without prices
SHARES = {  # of a cost, as people read them: the quantities that each is made of
    "mistakes": ("mistake",),
    "labels": ("label",),
    "training": ("training", "training_row"),
    "compute": ("hour",),
    "staleness": ("staleness",),
}
SECONDS = ("fit_seconds", "learn_seconds", "online_seconds", "predict_seconds")

Columns = Mapping[str, np.ndarray]
Price = Annotated[Number, Field(ge=0)]
ByClass = dict[str, Price]  # of a mistake on a row of each class
CostMatrix = dict[str, ByClass]  # by the actual class, then by the predicted one


class Training(Strict):
    """What a training costs, however many rows it is on, and for each of them."""

    each: Price = 0.0
    per_row: Price = 0.0


def training_price(value: Any) -> Any:
    """The price of a training; a number is that of each."""
    return {"each": value} if isinstance(value, int | float) else value


class Prices(Strict):
    """What mistakes, labels, trainings and compute cost, in one currency."""

    currency: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    mistake: Price | ByClass | CostMatrix | None = None  # each, or by the true class
    absolute_error: Price | None = None  # in regression: of an error of 1
    squared_error: Price | None = None  # in regression: of a squared error of 1
    label: Price = 0.0  # of each distinct label that reached a model or a detector
    training: Annotated[Training, BeforeValidator(training_price)] = Training()
    hour: Price = 0.0  # of compute
    staleness: Price = 0.0  # for each row, and each row that the model in force is behind

    @model_validator(mode="after")
    def _mistakes_have_a_price(self):
        losses = self.mistake, self.absolute_error, self.squared_error
        if self.currency is not None and all(loss is None for loss in losses):
            raise ValueError("a mistake has no price in this currency; give it one")
        return self

    def faults(self, schema: Schema) -> Iterator[tuple[Any, ...]]:
        """What does not fit the labels of a stream: keys below the prices, then a message."""
        unfit = ("mistake",) if schema.regression else ("absolute_error", "squared_error")
        right = "absolute_error or squared_error" if schema.regression else "mistake"
        task = "regression" if schema.regression else "classification"
        for name in unfit:
            if getattr(self, name) is not None:
                yield name, f"this is not for {task}; give a price of {right}"


class Charge(NamedTuple):
    """What is paid for one quantity."""

    price: float  # of one
    amount: np.ndarray  # (n,) of it in each interval or cell


class PriceList:
    """The prices of a stream with its classes: what columns of a trace cost.

    Without `prices` the unit is a mistake, in regression an absolute error of 1.
    """

    def __init__(self, prices: Prices | None, schema: Schema):
        self.given = prices is not None
        self.prices, self._schema = prices or Prices(), schema
        unit = ABSOLUTE_ERRORS if schema.regression else MISTAKES
        self.currency = self.prices.currency or unit

    def charges(self, columns: Columns) -> dict[str, Charge]:
        """The charge of each quantity, by its name.

        `columns` (n,) or (n, k) are those of a trace and its truth, or of losses; what they lack
        costs nothing. What the first training costs is in them unless `free_first` has left it out.
        """
        p = self.prices
        none = np.zeros(len(columns["rows"]))
        hours = sum((columns.get(name, none) for name in SECONDS), none) / 3600
        return {
            "mistake": self._losses(columns),
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

    def expects(self, columns: Columns) -> bool:
        """Whether wrong answers are paid for as the known truth expects them, not as counted."""
        if self._schema.regression:
            known = {"excess_squared_error", "bayes_squared_error"} <= columns.keys()
            return known and self.prices.squared_error is not None
        return "expected_error" in columns and not isinstance(self.prices.mistake, dict)

    def _losses(self, columns: Columns) -> Charge:
        """What is paid for wrong answers: expected ones where those are known."""
        p = self.prices
        if self._schema.regression:
            if p.squared_error is None:
                price = 1.0 if p.absolute_error is None else p.absolute_error
                return Charge(price, columns["absolute_error"])
            return Charge(p.squared_error, squared_errors(columns))
        if isinstance(p.mistake, dict):  # whose prices are in the amount
            names = self._schema.classes or map(str, range(self._schema.n_classes or 0))
            each = np.array([p.mistake.get(name, 0.0) for name in names], float)
            return Charge(1.0, (columns["actual"] - columns["correct"]) @ each)
        wrong = columns["expected_error"] if "expected_error" in columns else mistakes(columns)
        return Charge(1.0 if p.mistake is None else p.mistake, wrong)


def mistakes(columns: Columns) -> np.ndarray:
    """The rows predicted wrong (n,)."""
    return columns["rows"] - columns["correct"].sum(axis=-1)


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
