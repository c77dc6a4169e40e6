"""Price lines: what contenders cost over the price of a training, and who is the cheapest."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.envelopes import lower_envelope
from driftsim.report.decision.floors import floor_over
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Row

POINTS = 400  # of a line
BELOW, ABOVE = 10, 3  # times: how far the axis goes below the first crossing, and above the last
ROOM = 1.06  # above what is shown of the lines


class Crossing(NamedTuple):
    """Where the cheapest contender changes, and the interval of that price at 95 %, if known."""

    price: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is an interval, which may be unbounded."""
        return not np.isnan(self.low)


class PriceLines(NamedTuple):
    """What a panel shows: a line for each contender over the price of a training."""

    title: str
    unit: str  # of prices and costs
    prices: np.ndarray  # (n,) ascending, in even steps of their logarithms
    lines: dict[str, np.ndarray]  # (n,) the cost of each contender
    knowing: list[str]  # contenders that know the true changes: nobody could choose them
    cheapest: list[tuple[str, float, float]]  # who is so, from which price to which
    crossings: list[Crossing]
    given: float  # the price of a training; 0 where none is given
    floor: np.ndarray | None = None  # (n,) the least that any schedule costs, where it is known

    @property
    def envelope(self) -> np.ndarray:
        """What the cheapest contender costs at each price (n,)."""
        able = [line for name, line in self.lines.items() if name not in self.knowing]
        return np.min(able, axis=0)

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the greatest cost to show: lines may leave through the top."""
        starts = [line[0] for line in self.lines.values()]
        low = min(starts) if self.floor is None else min(*starts, self.floor[0])
        high = max(*starts, self.envelope[-1]) * ROOM
        return low - 0.1 * (high - low), high  # room for the prices below all lines


def price_lines(view: View) -> list[PriceLines]:
    """The lines of each setting in which the price of a training decides who is the cheapest."""
    found = (lines_of(view, scene) for scene in view.scenes if scene.played)
    return [one for one in found if one]


def lines_of(view: View, scene: Scene) -> PriceLines | None:
    """The lines of a setting; None where one contender is the cheapest at every price."""
    models, priced = scene.variant.scenario.models, scene.variant.scenario.priced
    table = view.table(scene.results, "worth", False).among("contender", view.names)
    if not len(table):
        return None
    level = table["without_trainings" if "without_trainings" in table else "mistakes"]
    slope, names = table["trainings"], np.array(table.values("contender"))
    free = np.array([not models[name].knows for name in names], bool)
    stretches = lower_envelope(level[free], slope[free]) if free.any() else []
    if len(stretches) < 2:
        return None
    given = priced.prices.training.each
    prices = axis_of([one.high for one in stretches[:-1]], given)
    lines = {name: a + b * prices for name, a, b in zip(names, level, slope)}
    cheapest = [(str(names[free][one.line]), one.low, one.high) for one in stretches]
    crossings = [*crossings_of(view, scene, cheapest)]
    shown = lines, names[~free].tolist(), cheapest, crossings, given
    floor = floor_over(scene.variant, prices)
    return PriceLines(scene.title, priced.currency, prices, *shown, floor)


def axis_of(crossings: list[float], given: float) -> np.ndarray:
    """The prices (n,) of an axis that holds all crossings, and the given price, if any."""
    shown = [*crossings, *([given] if given else [])]
    return np.geomspace(min(shown) / BELOW, max(shown) * ABOVE, POINTS)


def crossings_of(
    view: View, scene: Scene, cheapest: list[tuple[str, float, float]]
) -> Iterator[Crossing]:
    """Where the cheapest changes, with the intervals of the table of break-even prices."""
    known = {
        frozenset((row["contender"], row["other"])): row
        for row in view.table(scene.results, "breakeven", False).rows()
        if row["price"] == "training"
    }
    for (before, _, price), (after, *_) in pairwise(cheapest):
        row: Row = known[frozenset((before, after))]
        yield Crossing(price, row["low"], row["high"])
