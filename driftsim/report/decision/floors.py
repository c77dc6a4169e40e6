"""Floor tables: what no schedule of trainings falls below, its schedules, and the gaps to it."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from driftsim.evaluation.decision import floors
from driftsim.evaluation.decision.floors import Planned
from driftsim.evaluation.decision.ledgers import QUANTITIES, Ledger, ledger_of
from driftsim.evaluation.decision.losses import Losses, Matrix
from driftsim.evaluation.decision.plans import grid_text
from driftsim.evaluation.decision.schedules import least_costs
from driftsim.evaluation.significance import Difference
from driftsim.messages import setting_text
from driftsim.report.decision.costs import measured_in
from driftsim.report.decision.grid_values import grid_value, memory_value
from driftsim.report.decision.periods import best_period
from driftsim.report.decision.planned_costs import (
    Key,
    PlannedCost,
    SpentCost,
    bounds,
    gap,
    per_seed,
    phase_starts,
)
from driftsim.report.figure_data.looks import rounded
from driftsim.report.table import Row
from driftsim.report.variant_results import UNDATED, VariantResults

FEW_PRICES = 40
HINDSIGHT, TIMETABLE, CROSS_FITTED = "hindsight", "timetable", "cross_fitted"
FLOORS = [
    "floor", "learner", "cost", "low", "high", "trainings", "grid", "memories", "one_memory",
    "seeds",
]  # fmt: skip
GAPS = ["contender", "floor", "learner", "gap", "low", "high", "p", "share", "seeds"]
BEST_PERIOD = "best_period"  # beside the floors
ALONG = ["floor", "learner", "last_row", "last_date", "cost"]
SCHEDULES = ["floor", "learner", "seed", "repeat", "row", "date", "memory"]


class LearnerFloors:
    """The floors of one learner under the prices of a variant."""

    def __init__(self, one: VariantResults, matrix: Matrix):
        self.variant, self.matrix, self.prices = one, matrix, one.scenario.priced
        self.keys, self._over_prices = sorted(matrix.runs), dict[bytes, np.ndarray]()

    @property
    def counted(self) -> bool:
        """Whether mistakes are counted, so that the least of many costs is too low."""
        return not self.prices.expects(self.matrix.runs[self.keys[0]][0].columns)

    @cached_property
    def ledgers(self) -> list[Ledger]:
        """The ledger of each run."""
        return [ledger_of(self.matrix.runs[key], self.prices) for key in self.keys]

    @cached_property
    def found(self) -> dict[str, PlannedCost]:
        """Each floor that can be known, by its name."""
        plans = {HINDSIGHT: [*map(floors.hindsight, self.ledgers)]}
        if self._changes_are_the_same:
            plans[TIMETABLE] = floors.timetables(self.ledgers, [seed for seed, _ in self.keys])
        if self.counted:
            plans[CROSS_FITTED] = [*map(self._cross_fitted, self.keys)]
        return {name: self._cost(own) for name, own in plans.items() if own}

    def over_prices(self, each: np.ndarray) -> np.ndarray:
        """The cost in hindsight (p,) where a training costs `each` (p,): means over seeds.

        Without what compute costs, which is of this machine, as tables over prices are.
        """
        key = each.tobytes()
        if key not in self._over_prices:
            less, quantities = self.prices.prices.training.each, {*QUANTITIES} - {"hour"}
            runs = [self.matrix.runs[key] for key in self.keys]
            ledgers = [ledger_of(own, self.prices, quantities=quantities) for own in runs]
            costs = [least_costs(one, each - less) for one in ledgers]
            self._over_prices[key] = per_seed(self.keys, costs).mean(axis=0)
        return self._over_prices[key]

    @property
    def _changes_are_the_same(self) -> bool:
        """Whether rows differ between the seeds, and the world changes at the same ones."""
        stream, (first, *others) = self.variant.scenario.stream, sorted({s for s, _ in self.keys})
        changes = [*stream.changes(first)]
        return not stream.recorded and all([*stream.changes(one)] == changes for one in others)

    def _cross_fitted(self, key: Key) -> Planned:
        even, odd = (ledger_of(self.matrix.runs[key], self.prices, half) for half in (0, 1))
        return floors.cross_fitted(even, odd)

    def _cost(self, plans: Sequence[Planned]) -> PlannedCost:
        first = float(np.mean([one.training[0, 0] for one in self.ledgers]))
        changes, recorded = phase_starts(self.variant), self.variant.scenario.stream.recorded
        return PlannedCost(dict(zip(self.keys, plans)), first, changes, recorded)


def floors_of(one: VariantResults) -> list[LearnerFloors]:
    """The floors of each learner whose models were all trained, which are computed once."""
    if "floors" not in one.of_matrices:
        one.of_matrices["floors"] = [
            LearnerFloors(one, matrix) for matrix in one.matrices if matrix.runs
        ]
    return one.of_matrices["floors"]


def floor_rows(one: VariantResults) -> Iterator[Row]:
    """A row for each floor of each learner, as `Results.floor` gives them."""
    for learner in floors_of(one):
        matrix = learner.matrix
        memories = [memory_value(own.memory) for own in matrix.runs[learner.keys[0]]]
        about = {
            "learner": matrix.learner, "grid": grid_value(matrix.grid),
            "memories": ", ".join(map(setting_text, memories)),
        }  # fmt: skip
        for name, cost in learner.found.items():
            low, high = bounds(cost.mean)
            yield one.setting | about | {
                "floor": name, "cost": cost.value, "low": low, "high": high,
                "trainings": cost.trainings, "seeds": len(cost.seeds),
                "one_memory": any(plan.one_memory for plan in cost.plans),
            }  # fmt: skip


def floors_along(one: VariantResults) -> Iterator[Row]:
    """What each floor has cost up to the end of each interval, as `Results.floor` gives it."""
    for learner in floors_of(one) if one.runs else ():
        last = one.runs[0].truth.columns["last_row"]
        for name, cost in learner.found.items():
            label = one.setting | {"floor": name, "learner": learner.matrix.learner}
            for row, spent in zip(last.tolist(), cost.so_far(last + 1).tolist()):
                yield label | {"last_row": row, "last_date": moment_of(one, row), "cost": spent}


def schedule_rows(one: VariantResults) -> Iterator[Row]:
    """A row for each training of each schedule, as `Results.schedules` gives them."""
    for learner in floors_of(one):
        for name in [one for one in (HINDSIGHT, TIMETABLE) if one in learner.found]:
            cost = learner.found[name]
            label = one.setting | {"floor": name, "learner": learner.matrix.learner}
            for key, plan in zip(cost.keys, cost.plans):
                own = label | dict(zip(("seed", "repeat"), key))
                for row in training_rows(learner.matrix.runs[key], plan):
                    yield own | row | {"date": moment_of(one, row["row"])}


def first_schedules(one: VariantResults) -> dict[str, np.ndarray]:
    """The rows (k,) at which the schedule of each floor trains with the first seed.

    Those of the learner with the lowest floor; none where no floor was computed.
    """
    if not floors_of(one):
        return {}
    learner = lowest(floors_of(one))
    trained_at = learner.matrix.runs[learner.keys[0]][0].trained_at
    return {
        name: trained_at[learner.found[name].plans[0].schedules[0].times[1:]]
        for name in (HINDSIGHT, TIMETABLE)
        if name in learner.found
    }


def training_rows(losses: Sequence[Losses], plan: Planned) -> Iterator[Row]:
    """The row and the memory of each training of a schedule."""
    times, memories = plan.schedules[0]
    for i, m in zip(times[1:], memories[1:]):
        yield {"row": int(losses[0].trained_at[i]), "memory": memory_value(losses[m].memory)}


def moment_of(one: VariantResults, row: int) -> int:
    """When a row came, `UNDATED` where rows have no dates."""
    return UNDATED if one.dates is None else int(one.dates.at(row))


def gap_rows(one: VariantResults) -> Iterator[Row]:
    """A row for each contender and floor that share runs, as `Results.gaps` gives them."""
    for name in one.contenders:
        yield from gaps_of(one, name)


def gaps_of(one: VariantResults, name: str) -> Iterator[Row]:
    """The same of one contender."""
    best = best_period(one)
    if best is None:
        return
    result, learner = one.contenders[name], learner_of(one, name)
    cost, compared = measured_in(one, result), list[tuple[str, Matrix, SpentCost, int]]()
    compared += [(floor, learner.matrix, spent, 1) for floor, spent in learner.found.items()]
    compared += [(BEST_PERIOD, best.learner.matrix, best.cost.spent, best.among)]
    for floor, matrix, spent, among in compared:
        if shared := {*cost.keys} & {*spent.keys}:
            label = {"contender": name, "floor": floor, "learner": matrix.learner}
            seeds = {"seeds": len({seed for seed, _ in shared})}
            yield one.setting | label | gap_row(gap(result, cost, spent), spent, among) | seeds


def gap_row(found: Difference, spent: SpentCost, among: int) -> Row:
    """How much more a contender costs than the cheapest `among` some, by Bonferroni's p."""
    row = dict(zip(("gap", "low", "high"), (found.mean, *found.interval())))
    share = found.mean / spent.value if spent.value else np.nan
    return row | {"p": min(found.p * among, 1.0), "share": share}


def learner_of(one: VariantResults, contender: str) -> LearnerFloors:
    """The floors of the learner of a contender; where it has none, the lowest ones."""
    every = floors_of(one)
    own = [each for each in every if contender in each.matrix.contenders]
    return lowest(own or every)


def lowest(every: Sequence[LearnerFloors]) -> LearnerFloors:
    """The learner whose schedules cost least in hindsight."""
    return min(every, key=lambda each: each.found[HINDSIGHT].value)


def floor_over(one: VariantResults, prices: np.ndarray) -> np.ndarray | None:
    """The lowest cost in hindsight (n,) over prices (n,) of a training; None where not known.

    It is computed at a few prices, between which it is nearly straight, as it is concave.
    """
    if not floors_of(one):
        return None
    few = np.geomspace(prices[0], prices[-1], FEW_PRICES)
    return np.interp(prices, few, lowest(floors_of(one)).over_prices(few))


def below_floors(one: VariantResults) -> Iterator[str]:
    """Which contenders cost less than the floor of their learner, and how that can be."""
    for name, result in one.contenders.items() if floors_of(one) else ():
        learner, value = learner_of(one, name), measured_in(one, result).value
        floor = learner.found[HINDSIGHT].value
        if value < floor:
            policy = one.scenario.models[name].policy
            how = "learns online" if policy.learns_on else "is trained otherwise"
            yield (
                f"{name} costs {rounded(value)} {learner.prices.currency}, less than the floor of "
                f"{learner.matrix.learner}, {rounded(floor)}: this floor is of schedules on a grid "
                f"of {grid_text(learner.matrix.grid)}; {name} {how}."
            )
