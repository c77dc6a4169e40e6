"""Training price: what a training costs, each, and for each row that it is on."""

from typing import Any

from pydantic import model_validator

from driftsim.messages import short
from driftsim.mistake_prices import Price
from driftsim.parts import Number, Strict


class TrainingPrice(Strict):
    """What a training costs, however many rows it is on, and for each of them.

    A number is that of each.
    """

    forms = Number, dict

    each: Price = 0.0  # however many rows it is on
    per_row: Price = 0.0  # that it is on

    def of(self, n: int) -> float:
        """What a training on `n` rows costs."""
        return self.each + n * self.per_row

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, value: Any) -> Any:
        if isinstance(value, int | float):
            return {"each": value}
        if isinstance(value, dict | cls):
            return value
        raise ValueError(f"{short(value)} is not valid; give a number, or {{each: …, per_row: …}}")
