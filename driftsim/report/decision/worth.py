"""Worth: over which prices each contender is the cheapest, and what a wrong price costs."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.envelopes import hull, lower_envelope, mispriced, pareto
from driftsim.report.comparisons import COST, scope_of
from driftsim.report.decision.cost_measurement import CostMeasurement, cost_of, saving
from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults

WORTH = [
    "contender", "mistakes", "trainings", "labels", "without_trainings", "cheapest_from",
    "cheapest_to", "label_from", "label_to", "on_hull", "on_frontier", "seeds",
]  # fmt: skip
WRONG_PRICES = ["price", "factor", "contender", "regret", "low", "high", "unit"]
FACTORS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # by which a price is wrong
MACHINE = ("hour",)  # whose amount is of this machine: it counts only where that is asked for


class Bill(NamedTuple):
    """The means over seeds of what some contenders used, and its prices."""

    names: list[str]
    amounts: dict[str, np.ndarray]  # (k,) of each quantity
    prices: dict[str, float]

    def only(self, names: Collection[str]) -> "Bill":
        """The bill of some contenders."""
        kept = np.array([name in names for name in self.names], bool)
        amounts = {name: amount[kept] for name, amount in self.amounts.items()}
        return Bill([name for name in self.names if name in names], amounts, self.prices)

    @property
    def total(self) -> np.ndarray:
        """What each contender (k,) costs."""
        return np.sum([self.prices[name] * self.amounts[name] for name in self.prices], axis=0)

    def without(self, quantity: str) -> np.ndarray:
        """What each contender (k,) costs, if one quantity were free."""
        return self.total - self.prices[quantity] * self.amounts[quantity]

    def best(self, corners: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> list[str]:
        """The contenders at the corners of trainings and of what they cost without these."""
        if not self.names:
            return []
        return [self.names[i] for i in corners(self.amounts["training"], self.without("training"))]

    def ranges(self, quantity: str) -> dict[str, tuple[float, float]]:
        """From which to which price of a quantity some contenders are the cheapest, by name."""
        at_zero, each = self.without(quantity), self.amounts[quantity]
        found = lower_envelope(at_zero, each) if self.names else []
        return {
            self.names[i]: (one.low, one.high)
            for one in found
            for i in np.flatnonzero((at_zero == at_zero[one.line]) & (each == each[one.line]))
        }


def cost_measurements(one: VariantResults) -> dict[str, CostMeasurement]:
    """What each contender of a variant that can be compared costs, by name."""
    scope = scope_of(one, COST)
    return {name: cost_of(result, scope) for name, result in one.complete.items()}


def bill(measured: Mapping[str, CostMeasurement], left_out: Sequence[str] = MACHINE) -> Bill:
    """The bill of contenders, by what each cost, without some quantities."""
    every = [*measured.values()]
    charges = {name: one for name, one in every[0].charges.items() if name not in left_out}
    amounts = {
        name: np.array([one.mean_of(one.amounts[name]) for one in every]) for name in charges
    }
    return Bill([*measured], amounts, {name: one.price for name, one in charges.items()})


def able(one: VariantResults) -> list[str]:
    """The contenders that anybody could do as: not those that know the true changes."""
    models = one.scenario.models
    return [name for name in one.complete if not models[name].knows]


def differ_in_trainings(one: VariantResults) -> bool:
    """Whether the price of a training matters to the order of some contenders of a variant."""
    every = cost_measurements(one).values()
    return len({each.mean_of(each.amounts["training"]) for each in every}) > 1


def worth(one: VariantResults, hour: bool = False, knowing: bool = False) -> Iterator[Row]:
    """A row for each contender of a variant: from which to which price of a training, and of a
    label, it is the cheapest, with all other prices as they are.

    Compute counts only if `hour`, and those that know the true changes are compared with the
    others only if `knowing`. No rows where all contenders train as often.
    """
    if not differ_in_trainings(one):
        return
    measured = cost_measurements(one)
    own = bill(measured, () if hour else MACHINE)
    part = own if knowing else own.only(able(one))
    ranges, of_labels = part.ranges("training"), part.ranges("label")
    frontier, on_hull = (part.best(corners) for corners in (pareto, hull))
    rest, lost = own.without("training"), own.prices["mistake"] * own.amounts["mistake"]
    never = np.nan, np.nan
    for i, name in enumerate(own.names):
        used = {f"{key}s": own.amounts[key][i] for key in ("training", "label")}
        row = {"mistakes": lost[i]} | used
        row |= dict(zip(("cheapest_from", "cheapest_to"), ranges.get(name, never)))
        row |= dict(zip(("label_from", "label_to"), of_labels.get(name, never)))
        row |= {"without_trainings": rest[i], "on_hull": name in on_hull}
        row |= {"on_frontier": name in frontier}
        yield one.setting | {"contender": name} | row | {"seeds": len(measured[name].seeds)}


def wrong_prices(one: VariantResults) -> Iterator[Row]:
    """A row for each price that is given and each factor by which it may be wrong.

    `contender` is the cheapest at the wrong price, and its `regret` how much more it costs at the
    true price than the cheapest there. Those that know the true changes cannot be chosen.
    """
    measured, names = cost_measurements(one), able(one)
    if len(names) < 2 or not one.scenario.priced.given:
        return
    own = bill(measured, ()).only(names)
    best = own.names[int(np.argmin(own.total))]
    for price in [name for name, paid in own.prices.items() if paid and name not in MACHINE]:
        found = mispriced(own.without(price), own.amounts[price], own.prices[price], FACTORS)
        for factor, (chosen, regret) in zip(FACTORS, found):
            name = own.names[chosen]
            row = {"price": price, "factor": factor, "contender": name, "regret": regret}
            yield one.setting | row | bounds_of_regret(measured[best], measured[name])


def bounds_of_regret(best: CostMeasurement, chosen: CostMeasurement) -> Row:
    """The bounds of how much more one contender costs than the cheapest, and over what."""
    if chosen is best:
        return {"low": 0.0, "high": 0.0, "unit": ""}
    found = saving(best, chosen)
    return {"low": found.low, "high": found.high, "unit": found.unit}
