"""Money: amounts and their intervals, as a verdict writes them."""

import numpy as np

from driftsim.report.amounts import interval, number
from driftsim.report.comparisons import COST
from driftsim.report.variant_results import VariantResults

WHOLE = 100  # from here on, money is written without fractions
TAKEN_ALONE = " taken alone"  # an interval without zero of what is not significant among others
ROUNDING = 1e-9  # of an amount: an interval so narrow is none


def money(value: float, low: float = np.nan, high: float = np.nan) -> str:
    """An amount; a small one as precise as half of its interval."""
    if abs(value) >= WHOLE:
        return f"{value:,.0f}".replace("-", "−")
    return number(value, (high - low) / 2)


def in_time(one: VariantResults) -> str:
    """In what time contenders cost so much: ` in 24 months`; empty where rows have no dates."""
    return f" in {one.dates.span}" if one.dates else ""


def difference(value: float, low: float, high: float, word: str, alone: bool = False) -> str:
    """How far two amounts are apart, as precise as the interval allows: 300 more (200 to 400).

    `alone` marks an interval that excludes zero only as long as no others are compared.
    """
    bounds = bounded(low, high, TAKEN_ALONE * alone, word.partition(" ")[0])
    return f"{number(value, (high - low) / 2)} {word}".rstrip() + bounds


def bounded(low: float, high: float, more: str = "", word: str = "") -> str:
    """An interval in brackets, where it is known; of how much `more` or `less` by its `word`."""
    known = high - low > ROUNDING * abs(high)
    return f" ({interval(COST, low, high, word)}{more})" if known else ""
