"""Break-even: the price at which two contenders cost the same, with its interval."""

import math
from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from driftsim.evaluation.decision.prices import PriceList
from driftsim.evaluation.significance import Root, root
from driftsim.evaluation.significance.fieller import BOUNDED, LEAST_PAIRS, OUTSIDE
from driftsim.report.comparisons import COST, difference, scope_of
from driftsim.report.decision.cost_measurement import CostMeasurement, paired_amounts
from driftsim.report.decision.worth import MACHINE, cost_measurements, differ_in_trainings
from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults

BREAKEVEN = [
    "contender", "other", "price", "value", "low", "high", "outcome", "cheaper_below",
    "cheaper_above", "seeds", "unit",
]  # fmt: skip
KNOWN, CLOCKS = "break-even", ("static", "periodic")
ALWAYS = ("training", "label")  # whose price is looked for whether it is given or not
BETWEEN, FROM, UP_TO, NEVER = "from low to high", "low or more", "high or less", "never"
ANY, ONE_STREAM, FEW_SEEDS = "not known: any price", "not known: one stream", "not known: two seeds"


def breakeven(one: VariantResults, hour: bool = False) -> Iterator[Row]:
    """A row for each two contenders of a variant and each price: where both cost the same.

    All other prices are as given. Compute counts only if `hour`. Prices that are not given are
    left out but for those of a training and a label, and so are prices of what both contenders
    use as much of.
    """
    if (known := (KNOWN, hour)) not in one.known:
        one.known[known] = [*rows_of(one, hour)] if differ_in_trainings(one) else []
    yield from one.known[known]


def rows_of(one: VariantResults, hour: bool) -> Iterator[Row]:
    """The rows of `breakeven`."""
    left_out, free = () if hour else MACHINE, clocked(one, hour)
    for (name, ours), (other, theirs) in combinations(cost_measurements(one).items(), 2):
        apart = paired_amounts(ours, theirs)
        prices = {key: charge.price for key, charge in ours.charges.items() if key not in left_out}
        for price in asked(one, prices):
            if np.any(apart[price]):
                row = {"contender": name, "other": other, "price": price}
                found = crossing(ours, apart, prices, price)
                if price == "training" and {name, other} <= {*free}:
                    found |= along(free[name], free[other], apart[price])
                yield one.setting | row | named(found, name, other) | {"seeds": len(apart[price])}


def clocked(one: VariantResults, hour: bool) -> dict[str, CostMeasurement]:
    """What contenders that train by a clock alone cost on one stream, if their trainings are free.

    How often they train is certain; the count of a few alarms along one stream is not.
    """
    prices, scope = one.scenario.priced.prices, scope_of(one, COST)
    changes = {"training": prices.training.model_copy(update={"each": 0.0})}
    free = prices.model_copy(update=changes | ({} if hour else {"hour": 0.0}))
    listed = PriceList(free, scope.schema)
    models = one.scenario.models
    kinds = {name: models[name].policy.kind() for name in one.complete}
    by_clock = {name: one.complete[name] for name, kind in kinds.items() if kind in CLOCKS}
    found = {name: CostMeasurement(result, scope, listed) for name, result in by_clock.items()}
    return {name: each for name, each in found.items() if each.one_stream}


def along(ours: CostMeasurement, theirs: CostMeasurement, x: np.ndarray) -> Row:
    """The interval of a price of trainings, of which one has x more, from one stream alone."""
    apart = difference(ours, theirs, ours.scope)
    if not apart.known or np.ptp(x):
        return {}
    low, high = sorted(-end / float(x[0]) for end in apart.interval())
    return bounds(Root(math.nan, low, high, BOUNDED)) | {"unit": apart.unit}


def asked(one: VariantResults, prices: Mapping[str, float]) -> Iterator[str]:
    """The quantities whose prices are looked for."""
    given = one.scenario.priced.given
    alone = sum(price > 0 for price in prices.values()) < 2  # a mistake is then the unit
    for name, price in prices.items():
        if name in ALWAYS or (given and price > 0 and not (name == "mistake" and alone)):
            yield name


def crossing(
    ours: CostMeasurement, apart: Mapping[str, np.ndarray], prices: Mapping[str, float], price: str
) -> Row:
    """Where the costs of two contenders cross over one price, from how their amounts differ.

    `below` and `above` are 1 where the first is cheaper there, -1 where the other is.
    """
    x = apart[price]
    y = np.sum([p * apart[name] for name, p in prices.items() if name != price], axis=0)
    flat, slope = float(np.mean(y)), float(np.mean(x))
    value = 0.0 - flat / slope if slope else math.nan
    above = -np.sign(slope)
    below = -above if value > 0 else above
    row = {"value": value if value >= 0 else math.nan, "below": below, "above": above}
    return row | interval(ours, y, x)


def interval(ours: CostMeasurement, y: np.ndarray, x: np.ndarray) -> Row:
    """The interval at 95 % of a price from 0 on, and in words which kind it is of."""
    if ours.one_stream or len(x) < LEAST_PAIRS:
        words = ONE_STREAM if ours.one_stream else FEW_SEEDS
        return {"low": math.nan, "high": math.nan, "outcome": words, "unit": ""}
    return bounds(root(y, x)) | {"unit": "seeds"}


def bounds(found: Root) -> Row:
    """The bounds of a root from 0 on, and in words which kind of interval they make."""
    low, high = found.from_zero()
    return {"low": low, "high": high, "outcome": outcome(low, high, found.form)}


def outcome(low: float, high: float, form: str) -> str:
    """In words, which prices it may be."""
    if math.isnan(low):
        return NEVER
    if low > 0:
        return FROM if math.isinf(high) else BETWEEN
    return ANY if math.isinf(high) or form == OUTSIDE else UP_TO


def named(found: Row, name: str, other: str) -> Row:
    """A crossing with the names of who is cheaper on which side."""
    sides = {1: name, -1: other}
    row = {side: sides.get(found[side], math.nan) for side in ("below", "above")}
    rest = {key: value for key, value in found.items() if key not in row}
    return rest | {f"cheaper_{side}": one for side, one in row.items()}
