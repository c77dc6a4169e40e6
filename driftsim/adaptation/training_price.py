"""Training price: what a training costs, each, and for each row that it is on."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from driftsim.messages import short
from driftsim.parts import Number, Strict

DEAREST = 10**11  # of a price, so that sums of costs stay finite

Price = Annotated[Number, Field(ge=0, le=DEAREST)]


class EachAndPerRow(Strict):
    """What a training costs, however many rows it is on, and for each of them."""

    each: Price = 0.0
    per_row: Price = 0.0

    def of(self, n: int) -> float:
        """What a training on `n` rows costs."""
        return self.each + n * self.per_row


def in_full(value: Any) -> Any:
    """The price of a training; a number is that of each."""
    if isinstance(value, int | float):
        return {"each": value}
    if isinstance(value, dict | EachAndPerRow):
        return value
    raise ValueError(f"{short(value)} is not valid; give a number, or {{each: …, per_row: …}}")


TrainingPrice = Annotated[EachAndPerRow, BeforeValidator(in_full)]
