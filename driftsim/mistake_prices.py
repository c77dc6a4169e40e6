"""Prices of mistakes: of any, by the actual class, or by that and the predicted one."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag

from driftsim.messages import guess, short
from driftsim.parts import Number, form_of
from driftsim.rows import Schema

MOST_TEXT = 60  # characters of the prices by class
DEAREST = 10**11  # price, so that sums of costs stay finite


def by_class(value: Any) -> Any:
    """Prices by class, where Python may give the code of one as a number."""
    if isinstance(value, dict):
        return {str(name) if type(name) is int else name: one for name, one in value.items()}
    raise ValueError(f"{short(value)} is not valid; give a number for each class")


def alone_or_by_class(value: Any) -> Any:
    """One price, or prices by class."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, dict):
        return by_class(value)
    raise ValueError(f"{short(value)} is not valid; give a number, or one for each class")


Price = Annotated[Number, Field(ge=0, le=DEAREST)]
Row = Annotated[  # of a cost matrix: of any wrong answer, or by the predicted class
    Annotated[Price, Tag("[word]")] | Annotated[dict[str, Price], Tag("[mapping]")],
    Discriminator(form_of),
    BeforeValidator(alone_or_by_class),
]
ByClass = Annotated[dict[str, Row], BeforeValidator(by_class)]  # by the actual class
Mistake = Annotated[  # of any, or by the actual class
    Annotated[Price, Tag("[word]")] | Annotated[dict[str, Row], Tag("[mapping]")],
    Discriminator(form_of),
    BeforeValidator(alone_or_by_class),
]


def matrix_faults(mistake: Mapping[str, Any], classes: list[str]) -> Iterator[tuple[Any, ...]]:
    """What is wrong with prices by the actual class: keys that lead there, then a message."""
    for actual, row in mistake.items():
        if actual not in classes:
            yield "mistake", actual, f"no class is called '{actual}'; {guess(actual, classes)}"
        for predicted, price in row.items() if isinstance(row, dict) else ():
            place = "mistake", actual, predicted
            if predicted not in classes:
                yield *place, f"no class is called '{predicted}'; {guess(predicted, classes)}"
            if predicted == actual and price:
                yield *place, "a right answer has no price; leave it out"
    for name in classes:
        if name not in mistake:
            yield (
                "mistake",
                f"mistakes on the class '{name}' have no price; write {name}: and a price",
            )
        elif isinstance(row := mistake[name], dict):
            for other in classes:
                if other not in row and other != name:
                    what = f"the answer '{other}' has no price"
                    yield "mistake", name, f"{what}; give it one, or one number for all answers"


def classes_of(schema: Schema) -> list[str]:
    """The names of the classes of a stream, or their codes."""
    return [*(schema.classes or map(str, range(schema.n_classes or 0)))]


def cost_matrix(by_class: Mapping[str, Any], classes: list[str]) -> np.ndarray:
    """The price of each class as the answer for each (k, k): rows are actual classes."""
    rows = (by_class[actual] for actual in classes)
    matrix = [
        [row.get(name, 0.0) for name in classes] if isinstance(row, dict) else [row] * len(classes)
        for row in rows
    ]
    return np.array(matrix, float) * (1 - np.eye(len(classes)))


def price_text(price: Any) -> str:
    """A price in digits; those by class in braces, cut where there are many."""
    if not isinstance(price, dict):
        return np.format_float_positional(price, trim="-")
    each = ", ".join(f"{name}: {price_text(one)}" for name, one in price.items())
    return f"{{{each if len(each) < MOST_TEXT else each[:MOST_TEXT] + '…'}}}"
