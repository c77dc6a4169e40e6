"""Cost data: a metric of each contender, and its CPU time, its labels and its trainings."""

from functools import partial
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.decision.envelopes import hull, pareto
from driftsim.evaluation.metrics import FROM_ZERO, LOWER_IS_BETTER, Metric
from driftsim.report.figure_data.view import View
from driftsim.report.variant_results import ContenderResult, VariantResults

MOST_SETTINGS = 4  # that have panels of their own; with more, the mean of all settings has
ROOM = 0.1  # at each end of an axis of values, a share of their range
NEAR = 0.15  # the share of the greatest value below which the least one is near zero
DECADES = 20  # how many times as much the dearest costs, for a scale of powers of ten
ADDED_UP = {  # metrics whose sums over rows can be weighed against what contenders spend
    "error", "accuracy", "excess_error", "log_loss", "brier", "mae", "excess_mse",
}  # fmt: skip
SAMPLES = 20  # points of an edge of the hull, which is bent on a scale of powers of ten
COSTS = {"CPU seconds": [*CPU_SECONDS], "labels": ["labels"], "trainings": ["fits"]}


class Costs(NamedTuple):
    """The metric of contenders (n), and what each cost."""

    names: list[str]
    mean: np.ndarray
    spent: dict[str, np.ndarray]  # by the names of `COSTS`

    def known(self, cost: str) -> "Costs":
        """Those of the contenders whose cost is known."""
        at = np.isfinite(self.spent[cost])
        names = [name for name, there in zip(self.names, at) if there]
        return Costs(names, self.mean[at], {name: own[at] for name, own in self.spent.items()})

    def front(self, cost: str, metric: str) -> np.ndarray:
        """The positions of the Pareto front, the cheapest first."""
        return pareto(self.spent[cost], self.losses(metric))

    def losses(self, metric: str) -> np.ndarray:
        """The metric (n,), lower where it is better."""
        return self.mean if metric in LOWER_IS_BETTER else -self.mean

    def hull(self, cost: str, metric: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Places (m,) along the convex hull of the Pareto front, the cheapest first.

        Only contenders on it have the lowest sum of both at some price. None for a metric that is
        no mean over rows.
        """
        spent = self.spent[cost]
        if metric not in ADDED_UP:
            return None
        at = hull(spent, self.losses(metric))
        steps = np.linspace(0, len(at) - 1, (len(at) - 1) * SAMPLES + 1)
        x, y = (np.interp(steps, np.arange(len(at)), one[at]) for one in (spent, self.mean))
        return x, y


def value_ends(values: np.ndarray, metric: str) -> tuple[float, float]:
    """The ends of the axis of a metric: around its values, or from zero where they come near it."""
    low, high = float(values.min()), float(values.max())
    room = (high - low) * ROOM or abs(high) * ROOM or ROOM
    near = metric in FROM_ZERO and (low < NEAR * high or low < room)
    return 0 if near else low - room, high + room


def costs(view: View, metric: str) -> dict[str, Costs]:
    """The metric and the costs of each contender, by the title of a setting; or their means."""
    by_report: dict[str, dict] = {}
    for scene in view.every:
        found = scene.variant.part(("cost", metric), partial(costs_in, metric))
        rows = {name: found[name] for name in view.names if name in found}
        rows = {name: row for name, row in rows.items() if not np.isnan(row[0])}
        by_report.setdefault(scene.report, {})[scene.title] = rows
    return {
        title: collected(rows)
        for report, settings in by_report.items()
        for title, rows in averaged(report, settings, noun_of(view, report)).items()
        if rows
    }


def costs_in(metric: str, one: VariantResults) -> dict[str, list[float]]:
    """A metric and the costs of each contender of a variant."""
    measure = one.metric(metric)
    return {name: costs_of(result, measure) for name, result in one.contenders.items()}


def costs_of(result: ContenderResult, metric: Metric) -> list[float]:
    """The metric and the costs of a contender over whole streams, means over the seeds."""
    spent = ([result.cost(name) for name in names] for names in COSTS.values())
    mean = float(np.mean(result.per_seed(result.values(metric))))
    return [mean, *(np.nan if np.isnan(costs).all() else np.nansum(costs) for costs in spent)]


def noun_of(view: View, report: str) -> str:
    """What the settings of a report are called."""
    return "streams" if view.reports[report].study.suite else "settings"


def averaged(report, settings, noun):
    """The rows of each setting, or where there are many, their means in all settings."""
    if len(settings) <= MOST_SETTINGS:
        return settings
    first, *others = settings.values()
    names = [name for name in first if all(name in rows for rows in others)]
    means = {name: np.mean([rows[name] for rows in settings.values()], axis=0) for name in names}
    known = {name: row for name, row in means.items() if not np.isnan(row[0])}
    return {f"{report}{', ' if report else ''}mean of {len(settings)} {noun}": known}


def collected(rows) -> Costs:
    """Rows by the names of contenders as columns."""
    mean, *spent = np.array([*rows.values()], float).T
    return Costs([*rows], mean, dict(zip(COSTS, spent)))


def engines(view):
    """What each contender ran on, without the reason why."""
    found: dict[str, str] = {}
    for scene in view.every:
        found |= scene.variant.part("engines", engines_in)
    return {name: found[name] for name in view.names if name in found}


def engines_in(one: VariantResults) -> dict[str, str]:
    """What each contender of a variant ran on, without the reason why."""
    return {name: result.engine.partition(":")[0] for name, result in one.contenders.items()}


def cost_label(view: View, cost: str) -> str:
    """The label of an axis of costs."""
    if cost == "fits":
        return "trainings"
    differ = cost == "CPU seconds" and len({*engines(view).values()}) > 1
    return f"{cost}, of different engines" if differ else cost
