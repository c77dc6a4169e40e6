"""Planned costs: what the schedules of a floor cost, and how much more contenders do."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from driftsim.evaluation.decision.floors import Planned
from driftsim.evaluation.significance import Difference, number_floor, over_repeats, over_seeds
from driftsim.evaluation.significance.difference import certain_if_the_same
from driftsim.report.decision.cost_measurement import CostMeasurement
from driftsim.report.variant_results import ContenderResult, VariantResults

Key = tuple[int, int]  # seed and repeat


class SpentCost:
    """What is spent in each run (r), as `CostMeasurement` has it, from what each block costs.

    `spent` has the costs (b,) of the blocks of each run, and `edges` are the rows at which those
    begin, the same in all runs of one stream. `first` is what the model of the warm-up costs, and
    `changes` are the rows at which phases begin.
    """

    def __init__(
        self, keys: Sequence[Key], spent: Sequence[np.ndarray], edges: np.ndarray, first: float,
        changes: np.ndarray, recorded: bool,
    ):  # fmt: skip
        self.keys, self.spent, self.edges = keys, spent, edges
        self.changes, self._first = changes, first
        self.seeds = sorted({seed for seed, _ in self.keys})
        self.one_stream = len(self.seeds) == 1 or recorded

    @cached_property
    def means(self) -> np.ndarray:
        """The cost with each seed (seeds,): the mean over repeats."""
        return per_seed(self.keys, [one.sum() for one in self.spent])

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(np.mean(self.means))

    @cached_property
    def mean(self) -> Difference:
        """The cost with its standard errors, over the seeds or along the one stream."""
        if not self.one_stream:
            return over_seeds(self.means)
        return along(np.array(self.spent), self.edges, self.changes, self._first)

    def above(self, other: "SpentCost") -> Difference:
        """How much more it costs than another with the same runs and blocks."""
        if not self.one_stream:
            apart = over_seeds(self.means - other.means)
            return certain_if_the_same(apart, len(self.seeds), self.means)
        return along(np.array(self.spent) - np.array(other.spent), self.edges, self.changes)


class PlannedCost(SpentCost):
    """What the schedules of a floor cost in each run (r)."""

    def __init__(
        self, plans: Mapping[Key, Planned], first: float, changes: np.ndarray, recorded: bool
    ):
        self.plans = [*plans.values()]
        spent, edges = [one.spent for one in self.plans], self.plans[0].edges
        super().__init__([*plans], spent, edges, first, changes, recorded)

    def so_far(self, rows: np.ndarray) -> np.ndarray:
        """What has been spent before each row (n,), the mean over seeds."""
        sums = [
            np.interp(rows, one.edges, np.append(0, np.cumsum(one.spent))) for one in self.plans
        ]
        return per_seed(self.keys, sums).mean(axis=0)

    @property
    def trainings(self) -> float:
        """How many trainings the schedules have, the mean over seeds."""
        return float(np.mean(per_seed(self.keys, [one.trainings for one in self.plans])))


def gap(result: ContenderResult, cost: CostMeasurement, floor: SpentCost) -> Difference:
    """How much more a contender costs than a floor, or a period, by their paired runs."""
    if not floor.one_stream:
        _, i, j = np.intersect1d(cost.seeds, floor.seeds, return_indices=True)
        return certain_if_the_same(over_seeds(cost.means[i] - floor.means[j]), len(i), cost.means)
    columns = result.runs[0].truth.columns
    edges = np.append(columns["first_row"], columns["last_row"][-1] + 1)
    shared = min(floor.edges, edges, key=len)
    spent = {key: within(one, floor.edges, shared) for key, one in zip(floor.keys, floor.spent)}
    apart = [
        within(own, edges, shared) - spent[key]
        for key, own in zip(cost.keys, cost.costs)
        if key in spent
    ]
    return along(np.array(apart), shared, floor.changes)


def within(values: np.ndarray, edges: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Sums of values (n,) between edges (n + 1,), between other edges instead.

    What lies between two edges is split evenly, where another edge is.
    """
    sums = np.append(0, np.cumsum(values))
    return np.diff(np.interp(others, edges, sums))


def along(
    spent: np.ndarray, edges: np.ndarray, changes: np.ndarray, first: float = 0.0
) -> Difference:
    """What runs cost (r, n) between edges (n + 1,) of one stream, in all, with its errors.

    `first` is what of the first costs varies with no stream.
    """
    n = spent.shape[1]
    varying = spent.copy()
    varying[:, 0] -= first
    series = varying * n + first
    phases = np.searchsorted(edges[:-1], changes)
    phases = np.unique([0, *phases[phases < n]])
    return over_repeats(series, phases, number_floor(series.mean(axis=0), phases))


def per_seed(keys: Sequence[Key], values: Any) -> np.ndarray:
    """Values of runs (r,) as means over the repeats of each seed (seeds,)."""
    owner, values = np.array([seed for seed, _ in keys]), np.asarray(values, float)
    return np.array([values[owner == seed].mean(axis=0) for seed in np.unique(owner)])


def phase_starts(one: VariantResults) -> np.ndarray:
    """The rows at which the phases of a stream begin, the first not counted."""
    starts = [phase.intervals.start for phase in one.phases][1:]
    return one.runs[0].truth.columns["first_row"][starts] if starts else np.empty(0, int)


def bounds(cost: Difference) -> tuple[float, float]:
    """The bounds of a cost at 95 %, which is at least 0."""
    low, high = cost.interval()
    return float(np.maximum(low, 0.0)), high
