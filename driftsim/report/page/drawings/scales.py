"""Scales: from values to places in a drawing, and round values for the ticks of an axis."""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import Any, NamedTuple

import numpy as np

from driftsim.report.figure_data.looks import rounded

PARTS = 0.5  # of a decade: what lies below the least positive value, where others are in decades


class Tick(NamedTuple):
    """A marked value of an axis."""

    value: float
    text: str


class Scale:
    """From values `low` … `high` to places `start` … `stop`, even after a transformation."""

    def __init__(
        self,
        low: float,
        high: float,
        start: float,
        stop: float,
        through: Callable[[Any], Any] = np.asarray,
        room: float = 0,  # at each end, a share of the whole
    ):
        self.low, self.high, self.start, self.stop = low, high, start, stop
        self._through = through
        ends = float(through(low)), float(through(high))
        around = (ends[1] - ends[0]) * room or (0 if ends[1] > ends[0] else abs(ends[0]) or 1)
        self._first, self._length = ends[0] - around, ends[1] - ends[0] + 2 * around

    def __call__(self, values: Any) -> Any:
        shares = (self._through(values) - self._first) / self._length
        return self.start + shares * (self.stop - self.start)


def even_ticks(low: float, high: float, most: float) -> list[Tick]:
    """Round values in a range, about `most` of them and at least two."""
    rough = (high - low) / max(most, 1)
    power = floor(log10(rough))
    steps = [one * 10.0**i for i in (power, power - 1) for one in (10, 5, 2, 1)]
    first = next(i for i, step in enumerate(steps) if step < rough * 0.999) - 1
    return next(found for step in steps[first:] if len(found := ticks(low, high, step)) > 1)


def ticks(low: float, high: float, step: float) -> list[Tick]:
    """The multiples of a step in a range."""
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [Tick(i * step, tick_text(i * step, step)) for i in range(first, last + 1)]


def tick_text(value: float, step: float) -> str:
    """A value with as many decimals as the step between ticks needs."""
    if max(abs(value), step) >= 1e7 or step < 1e-6:
        return f"{value:.1e}"
    places = max(0, -floor(log10(step) + 1e-9))
    return f"{0.0 if abs(value) < step / 2 else value:,.{places}f}"


def whole_ticks(low: float, high: float, most: float) -> list[Tick]:
    """Round whole values in a range."""
    found = even_ticks(low, high, most)
    return [Tick(one.value, f"{one.value:,.0f}") for one in found if one.value == round(one.value)]


def decade_ticks(values: Sequence[float], most: int = 5) -> list[Tick]:
    """Powers of ten that values lie between; of a few, also three times each."""
    low, high = log10(min(values)), log10(max(values))
    step = -(-(floor(high) - ceil(low) + 1) // most) or 1
    powers = range(floor(low), ceil(high) + 1, step)
    factors = (1, 3) if high - low < 2 else (1,)
    found = [factor * 10.0**power for power in powers for factor in factors]
    return [Tick(one, rounded(one)) for one in found]


def from_zero(least: float) -> Callable[[Any], Any]:
    """A transformation to decades above the least positive value, and evenly below it."""

    def through(values):
        values = np.asarray(values, float)
        above = PARTS + np.log10(np.maximum(values, least) / least)
        return np.where(values < least, PARTS * values / least, above)

    return through
