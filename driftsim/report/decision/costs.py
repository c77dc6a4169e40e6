"""Costs: what each contender costs, in all and along the stream, as rows of tables."""

from collections.abc import Iterator

import numpy as np

from driftsim.evaluation.decision.prices import SHARES
from driftsim.report.comparisons import COST, bounds_of, difference_rows, scope_of
from driftsim.report.decision.cost_measurement import (
    CostMeasurement,
    cost_of,
    paired_values,
    possible_comparison,
    saving,
)
from driftsim.report.decision.reference_costs import reference_results
from driftsim.report.table import Row
from driftsim.report.variant_results import Columns, ContenderResult, VariantResults

OVER_STATIC = ["over_static", "over_static_low", "over_static_high"]
COSTS = [
    "contender", "cost", "low", "high", *SHARES, *OVER_STATIC, "roi", "best", "tied", "seeds",
    "currency",
]  # fmt: skip
IN_SUMMARY = ["cost", "cost_low", "cost_high"]
ALONG = [
    "contender", "last_row", "last_date", "cost", "low", "high", "trainings", "seeds", "currency",
]  # fmt: skip
LOSSES, SPENDING = ("mistakes", "staleness"), ("labels", "training", "compute")


def costs(one: VariantResults) -> Iterator[Row]:
    """A row for each contender of a variant, as `Results.costs` gives them."""
    comparison = possible_comparison(one)
    tied = comparison.tied() if comparison.order else []
    for name, result in one.contenders.items():
        cost = measured_in(one, result)
        row = row_of(result, cost) | {"best": name in comparison.order[:1], "tied": name in tied}
        static = static_of(one, name)
        yield row | (compared_with(cost, measured_in(one, static)) if static else {})


def reference_costs(one: VariantResults) -> Iterator[Row]:
    """A row for each reference of a variant, the cheapest constant last; none without prices."""
    if not one.scenario.prices:
        return
    for result in reference_results(one).values():
        yield row_of(result, measured_in(one, result)) | {"best": False, "tied": False}


def row_of(result: ContenderResult, cost: CostMeasurement) -> Row:
    """What a contender, or a reference, costs, and of what."""
    row = result.label | dict(zip(("cost", "low", "high"), bounded(cost)))
    row |= {share: cost.mean_of(values) for share, values in cost.shares.items()}
    return row | {"seeds": len(result.seeds), "currency": cost.prices.currency}


def in_summary(one: VariantResults, name: str) -> Row:
    """What a contender or a reference costs, as columns of the summary; none where not known."""
    result = one.contenders.get(name) or reference_results(one).get(name)
    return dict(zip(IN_SUMMARY, bounded(measured_in(one, result)))) if result else {}


def bounded(cost: CostMeasurement) -> tuple[float, float, float]:
    """A cost with its bounds at 95 %."""
    return cost.value, *bounds_of(cost.mean, cost.scope)


def measured_in(one: VariantResults, result: ContenderResult) -> CostMeasurement:
    """What a contender of a variant costs."""
    return cost_of(result, scope_of(one, COST))


def static_of(one: VariantResults, name: str) -> ContenderResult | None:
    """The contender that is trained once, to compare another with; None for itself, or without one.

    The one with the same learner, else the first.
    """
    models, results = one.scenario.models, one.contenders
    static = [other for other in results if models[other].policy.kind() == "static"]
    same = [other for other in static if models[other].learner == models[name].learner]
    found = [*same, *static][:1]
    return results[found[0]] if found and found != [name] else None


def compared_with(cost: CostMeasurement, static: CostMeasurement) -> Row:
    """What a contender saves against one that is trained once, and what its spending returns.

    The return on investment (Žliobaitė, Budka & Stahl 2015) is (benefit - spent) / spent, where
    the benefit is what it saves in mistakes and staleness, and spent what it costs more in labels,
    trainings and compute; NaN where it costs no more.
    """
    if not {*cost.seeds} & {*static.seeds}:
        return {}
    found = saving(cost, static)
    benefit, spent = more(static, cost, LOSSES), more(cost, static, SPENDING)
    roi = (benefit - spent) / spent if spent > 0 else np.nan
    return dict(zip(OVER_STATIC, (found.mean, *found.interval()))) | {"roi": roi}


def cost_differences(one: VariantResults) -> Iterator[Row]:
    """A row for each two contenders: how much more one costs; none without prices.

    Of those that know no change beforehand, where there are others.
    """
    if one.scenario.prices:
        yield from difference_rows(one, possible_comparison(one))


def more(ours: CostMeasurement, theirs: CostMeasurement, shares: tuple[str, ...]) -> float:
    """How much more some shares of our cost are than of theirs, the mean over the seeds of both."""
    own, other = (np.sum([one.shares[share] for share in shares], axis=0) for one in (ours, theirs))
    return float(np.mean(paired_values(ours, theirs, own, other)))


def costs_along(one: VariantResults) -> Iterator[tuple[ContenderResult, Columns]]:
    """The cost of each contender up to the end of each interval, as `Results.costs` gives it."""
    for result in one.contenders.values():
        cost = measured_in(one, result)
        sums = np.cumsum(result.per_seed(cost.costs), axis=1)
        bounds = {"cost": sums.mean(axis=0), "low": sums.min(axis=0), "high": sums.max(axis=0)}
        trainings = result.per_seed(cost.charges["training"].amount).mean(axis=0)
        last = result.runs[0].truth.columns["last_row"]
        found = {"last_row": last} | result.dated(last_row=last) | bounds | {"trainings": trainings}
        yield result, found | {"currency": np.full(len(last), cost.prices.currency, object)}
