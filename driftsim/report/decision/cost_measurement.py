"""Cost measurements: what the runs of a contender cost, in all and in each interval."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from driftsim.evaluation.decision.prices import SHARES, Charge, PriceList, free_first
from driftsim.evaluation.significance import Difference
from driftsim.report.comparisons import COST, Comparison, Measurement, Scope, difference, scope_of
from driftsim.report.variant_results import Columns, ContenderResult, TracedRun, VariantResults

ESTIMATED = "Mistakes are estimated for all rows from those that are scored."
ABLE = "cost of those that know nothing beforehand"  # of what is known of a variant


class CostMeasurement(Measurement):
    """What the runs (r) of one contender cost, by the prices of its scenario or by others.

    As of every `Measurement`, `values` (r,) are what each run cost, `means` (seeds,) the means of
    each seed, `value` their mean, and `mean` the same as a `Difference` with its standard errors:
    over the seeds, or with one stream over the series of its intervals. `charges` hold the same by
    quantities and intervals (n), and `amounts` how much of each quantity a run used. The first
    training, on the warm-up, is free. `saving` is the paired difference of two of them, and
    `paired_amounts` that of each quantity.
    """

    exact = True  # as of trainings by a clock alone

    def __init__(self, result: ContenderResult, scope: Scope, prices: PriceList | None = None):
        super().__init__(result, scope)
        self.prices = prices or result.scenario.priced

    @cached_property
    def charges(self) -> dict[str, Charge]:
        """The charge of each quantity: its price, and how much (r, n) each interval used of it."""
        every = [self.prices.charges(paid(self._result, run)) for run in self._result.runs]
        return {
            name: Charge(price, np.array([one[name].amount for one in every], float))
            for name, (price, _) in every[0].items()
        }

    @cached_property
    def amounts(self) -> dict[str, np.ndarray]:
        """How much of each quantity each run (r,) used; wrong answers by class are priced."""
        return {name: amount.sum(axis=1) for name, (_, amount) in self.charges.items()}

    @cached_property
    def costs(self) -> np.ndarray:
        """What each interval of each run (r, n) costs; a training costs where it starts."""
        return sum_of(self.charges.values())

    @cached_property
    def values(self) -> np.ndarray:
        return self.costs.sum(axis=1)

    @cached_property
    def series(self) -> np.ndarray:
        """What each interval contributes to the cost of each run (r, n), which is its mean."""
        every = self.charges.items()
        return np.sum([price * self.contributed(name, own) for name, (price, own) in every], axis=0)

    def contributed(self, quantity: str, amount: np.ndarray) -> np.ndarray:
        """What each interval contributes to the amount (r, n) of a quantity, which is its mean.

        The labels of the warm-up, all counted in the first interval, vary with no stream. Mistakes
        that are estimated vary only where rows are scored: as of a ratio, intervals add what their
        rows have beyond the mean of scored rows.
        """
        n = amount.shape[1]
        if quantity == "label":
            warmup = np.minimum(amount[:, :1], self._result.scenario.rules.warmup)
            varying = amount - warmup * (np.arange(n) == 0)
            return varying * n + warmup
        scored = [run.columns["scored"] for run in self._result.runs if "scored" in run.columns]
        if scored and quantity == "mistake":
            shares = np.array([one / one.sum() for one in scored])
            amount = amount + amount.sum(axis=1, keepdims=True) * (1 / n - shares)
        return amount * n

    @cached_property
    def shares(self) -> dict[str, np.ndarray]:
        """What each run (r,) costs, by the names that people read: mistakes, labels, …"""
        return {
            share: sum_of(self.charges[name] for name in names).sum(axis=1)
            for share, names in SHARES.items()
        }

    def by_seed(self, values: np.ndarray) -> dict[int, float]:
        """The mean over the repeats of each seed of a value of each run (r,)."""
        return dict(zip(self.seeds, self._result.per_seed(values).tolist()))

    def mean_of(self, values: np.ndarray) -> float:
        """The mean over seeds of a value of each run (r,)."""
        return float(np.mean(self._result.per_seed(values)))


def sum_of(charges: Iterable[Charge]) -> np.ndarray:
    """What charges cost together, in each run and interval (r, n)."""
    return np.sum([price * amount for price, amount in charges], axis=0)


def paid(result: ContenderResult, run: TracedRun) -> Columns:
    """The columns of a run without its first training, which is free.

    A model that was trained before is not fitted on the warm-up, so there is nothing to leave out.
    """
    contender, warmup = result.scenario.models.get(result.contender), result.scenario.rules.warmup
    if contender is None or not contender.policy.pretrains:
        return free_first(run.columns, 0, warmup)
    trained = contender.learner.trained
    return run.columns if trained else free_first(run.columns, int(warmup > 0), warmup)


def cost_of(result: ContenderResult, scope: Scope) -> CostMeasurement:
    """What a contender costs by the prices of its scenario, which is measured once."""
    if COST not in result.known:
        result.known[COST] = CostMeasurement(result, scope)
    return result.known[COST]


def cost_comparison(one: VariantResults) -> Comparison:
    """The contenders of a variant that can be compared, by what they cost; made once.

    `measured` holds the `CostMeasurement` of each, `order` their names, the cheapest first.
    """
    if COST not in one.known:
        one.known[COST] = Comparison(one.complete, scope_of(one, COST), cost_of)
    return one.known[COST]


def possible_comparison(one: VariantResults) -> Comparison:
    """The same without contenders that know the changes beforehand, where there are others."""
    models = one.scenario.models
    able = {name: own for name, own in one.complete.items() if not models[name].knows}
    if not 0 < len(able) < len(one.complete):
        return cost_comparison(one)
    if ABLE not in one.known:
        one.known[ABLE] = Comparison(able, scope_of(one, COST), cost_of)
    return one.known[ABLE]


def saving(ours: CostMeasurement, theirs: CostMeasurement) -> Difference:
    """How much less we cost than they do, with the standard errors of the paired differences."""
    return difference(theirs, ours, ours.scope)


def paired_amounts(ours: CostMeasurement, theirs: CostMeasurement) -> dict[str, np.ndarray]:
    """How much more of each quantity we used than they did (seeds,), with each seed of both."""
    return {
        name: paired_values(ours, theirs, ours.amounts[name], theirs.amounts[name])
        for name in ours.amounts
    }


def paired_values(
    ours: CostMeasurement, theirs: CostMeasurement, our: np.ndarray, their: np.ndarray
) -> np.ndarray:
    """How much more our values of runs (r,) are than theirs (seeds,), with each seed of both."""
    own, other = ours.by_seed(our), theirs.by_seed(their)
    return np.array([own[seed] - other[seed] for seed in own if seed in other])
