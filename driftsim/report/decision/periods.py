"""Period tables: how often to train, by what every period costs."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision import periods
from driftsim.evaluation.decision.ledgers import QUANTITIES, Ledger, ledgers_of
from driftsim.evaluation.decision.losses import Matrix
from driftsim.evaluation.decision.periods import InForce, in_force, spent_in
from driftsim.evaluation.decision.prices import SHARES, PriceList, Prices
from driftsim.evaluation.significance import holm
from driftsim.report.comparisons import SIGNIFICANCE
from driftsim.report.decision.grid_values import memory_value, period_value
from driftsim.report.decision.planned_costs import SpentCost, bounds, per_seed, phase_starts
from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults

PERIODS = [
    "period", "memory", "learner", "cost", "low", "high", "phase_low", "phase_high", "error",
    "trainings", "labels", "training", "compute", "best", "tied", "seeds",
]  # fmt: skip
COST, ERROR = "cost", "error"
PARTS = {
    COST: QUANTITIES,
    "labels": SHARES["labels"],
    "training": SHARES["training"],
    "compute": SHARES["compute"],
}


class PeriodCost(NamedTuple):
    """What one period with one memory costs, the mean over its phases: when the first training is.

    `parts` and `trainings` are means over the seeds as well.
    """

    steps: int | None  # of the grid; None: never
    memory: int
    spent: SpentCost  # the mean over its phases
    phases: np.ndarray  # (k,) in each phase, the mean over the seeds
    parts: dict[str, float]  # of the cost, and the error
    trainings: float


class LearnerPeriods:
    """What all periods of one learner cost under the prices of a variant."""

    def __init__(self, one: VariantResults, matrix: Matrix):
        self.variant, self.matrix, self.keys = one, matrix, sorted(matrix.runs)
        self._changes = phase_starts(one)
        self._models: dict[tuple, InForce] = {}  # the same for all seeds and memories, mostly

    @cached_property
    def ledgers(self) -> list[dict[str, Ledger]]:
        """Of each run what all quantities cost, some of them, and its unpriced mistakes."""
        prices = self.variant.scenario.priced
        unpriced = unit_prices(prices, self.variant.scenario.stream.schema)
        return [
            ledgers_of(own, prices, PARTS) | ledgers_of(own, unpriced, {ERROR: ("mistake",)})
            for own in (self.matrix.runs[key] for key in self.keys)
        ]

    @cached_property
    def paid(self) -> list[str]:
        """The names of those ledgers by which anything costs something, that of all first."""
        paid = [name for name in PARTS if not all(one[name].free for one in self.ledgers)]
        return list(dict.fromkeys([COST, ERROR, *paid]))

    @cached_property
    def every(self) -> list[PeriodCost]:
        """Each period with each memory, then no training at all."""
        times = min(one[COST].served.shape[1] for one in self.ledgers)
        memories = range(len(self.ledgers[0][COST].served))
        found = [self._cost(k, m) for m in memories for k in periods.periods(times)]
        return [*found, self._cost(None, 0)]

    @cached_property
    def best(self) -> int:
        """The place of the period that costs least."""
        return int(np.argmin([one.spent.value for one in self.every]))

    @cached_property
    def tied(self) -> list[bool]:
        """Whether each period does not differ from the best, by Holm's correction for all."""
        best = self.every[self.best].spent
        others = [i for i in range(len(self.every)) if i != self.best]
        adjusted = holm([self.every[i].spent.above(best).p for i in others])
        ties = {i for i, p in zip(others, adjusted) if not p < SIGNIFICANCE}
        return [i in ties for i in range(len(self.every))]

    @cached_property
    def _first(self) -> float:
        """What the model of the warm-up costs."""
        return float(np.mean([ledgers[COST].training[0, 0] for ledgers in self.ledgers]))

    def _spent(self, spent: Sequence[np.ndarray]) -> SpentCost:
        """What runs spent (r, b) in blocks."""
        edges, recorded = self.ledgers[0][COST].edges, self.variant.scenario.stream.recorded
        return SpentCost(self.keys, spent, edges, self._first, self._changes, recorded)

    def _cost(self, k: int | None, m: int) -> PeriodCost:
        spent, phases, parts, trainings = [], [], [], []
        for ledgers in self.ledgers:
            models = self._in_force(ledgers[COST], m, k)
            costs = {name: spent_in(ledgers[name], m, models) for name in self.paid}
            spent.append(costs[COST].mean(axis=0))
            phases.append(costs[COST].sum(axis=1))
            parts.append([one.sum(axis=1).mean() for one in costs.values()])
            trainings.append(models.trainings)
        means = per_seed(self.keys, parts).mean(axis=0)
        own = dict.fromkeys(self.ledgers[0], 0.0) | dict(zip(self.paid, means.tolist()))
        whole = per_seed(self.keys, phases).mean(axis=0)
        return PeriodCost(k, m, self._spent(spent), whole, own, float(np.mean(trainings)))

    def _in_force(self, ledger: Ledger, m: int, k: int | None) -> InForce:
        usable = np.isfinite(ledger.training[m])
        key = usable.tobytes(), ledger.starts[m].tobytes(), ledger.served.shape, k
        if key not in self._models:
            self._models[key] = in_force(ledger, m, k or len(usable))
        return self._models[key]


def unit_prices(prices: PriceList, schema) -> PriceList:
    """Prices by which the cost of mistakes is their number; of a regression their sum."""
    if prices.prices.squared_error is not None:
        return PriceList(Prices(squared_error=1.0), schema)
    return PriceList(None, schema)


def periods_of(one: VariantResults) -> list[LearnerPeriods]:
    """The periods of each learner whose models were all trained, which are computed once."""
    if "periods" not in one.of_matrices:
        one.of_matrices["periods"] = [
            LearnerPeriods(one, each) for each in one.matrices if each.runs
        ]
    return one.of_matrices["periods"]


class Best(NamedTuple):
    """The period that costs least, of all learners, and how many there are."""

    learner: LearnerPeriods
    cost: PeriodCost
    among: int


def best_period(one: VariantResults) -> Best | None:
    """The period that costs least, where the models of some learner were all trained."""
    if not (found := periods_of(one)):
        return None
    best = min(found, key=lambda each: each.every[each.best].spent.value)
    return Best(best, best.every[best.best], sum(len(each.every) for each in found))


def period_rows(one: VariantResults) -> Iterator[Row]:
    """A row for each period and memory of each learner, as `Results.periods` gives them."""
    for learner in periods_of(one):
        edges = learner.ledgers[0][COST].edges
        rows = int(edges[-1] - edges[0])
        for i, (each, tied) in enumerate(zip(learner.every, learner.tied)):
            low, high = bounds(each.spent.mean)
            yield one.setting | about(learner, each) | {
                "cost": each.parts[COST], "low": low, "high": high,
                "phase_low": each.phases.min(), "phase_high": each.phases.max(),
                "error": each.parts[ERROR] / rows, "trainings": each.trainings,
                **{name: each.parts[name] for name in ("labels", "training", "compute")},
                "best": i == learner.best, "tied": tied,
                "seeds": len({seed for seed, _ in learner.keys}),
            }  # fmt: skip


def differ(rows: Sequence[Row]) -> bool:
    """Whether any period differs significantly from the best; else which is best is not known."""
    return not all(row["best"] or row["tied"] for row in rows)


def about(learner: LearnerPeriods, one: PeriodCost) -> Row:
    """What names a row of periods."""
    memory = memory_value(learner.matrix.runs[learner.keys[0]][one.memory].memory)
    return {
        "learner": learner.matrix.learner,
        "period": period_value(learner.matrix.grid, one.steps),
        "memory": "" if one.steps is None else memory,
    }
