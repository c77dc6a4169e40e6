"""Comparisons: by how much contenders differ in a metric, and which differ significantly."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from driftsim.evaluation.metrics import LOWER_IS_BETTER, METRICS, Metric, metric_of
from driftsim.evaluation.significance import (
    LEAST_INTERVALS,
    LEAST_OF_A_PHASE,
    Difference,
    contributions,
    count_floor,
    holm,
    number_floor,
    over_repeats,
    over_seeds,
)
from driftsim.evaluation.significance.difference import certain_if_the_same
from driftsim.evaluation.trace import scored_rows
from driftsim.report.amounts import as_percent
from driftsim.report.table import Row
from driftsim.report.variant_results import Columns, ContenderResult, VariantResults
from driftsim.rows import Schema
from driftsim.scenario import Scenario

SIGNIFICANCE = 0.05
COST = "cost"  # what is compared where contenders are compared in money, not in a metric
WHOLE = slice(None)
DIFFERENCES = [
    "better", "worse", "metric", "mean", "low", "high", "p", "significant", "equivalent", "unit",
]  # fmt: skip
Pair = tuple[str, str]  # the better contender, and the worse


class Scope(NamedTuple):
    """What is compared: a metric, over some intervals of a stream."""

    metric: str  # or `COST`
    schema: Schema
    recorded: bool  # every seed has the same rows: seeds are then of learners alone
    edges: tuple[int, ...]  # the intervals at which phases begin, the first is 0
    intervals: slice = WHOLE
    scored: tuple[int, ...] | None = None  # the intervals in which rows are scored; None: all

    @property
    def sign(self) -> int:
        """1 where a lower value is better, -1 where a higher one is."""
        return 1 if self.metric == COST or self.metric in LOWER_IS_BETTER else -1

    @property
    def phases(self) -> np.ndarray:
        """The intervals at which phases begin, counted from the first that is compared.

        Of those in which rows are scored.
        """
        if self.intervals != WHOLE:
            return np.array((0,))
        if self.scored is None:
            return np.array(self.edges)
        return np.unique(np.searchsorted(self.scored, self.edges))

    @property
    def kept(self) -> np.ndarray:
        """Those of the intervals that are compared in which rows are scored, by their places."""
        assert self.scored is not None
        first, stop, _ = self.intervals.indices(self.scored[-1] + 1)
        return np.array([i - first for i in self.scored if first <= i < stop], int)

    def along(self, series: np.ndarray, floor: float) -> Difference:
        """The mean along one stream, from series (r, n) of r runs and n intervals."""
        least = LEAST_INTERVALS if self.intervals == WHOLE else LEAST_OF_A_PHASE
        return over_repeats(series, self.phases, floor, least)


class Measurement:
    """A metric of one contender: its value in each run, and the share of each interval in it."""

    exact = False  # a difference that is the same with every seed is certain

    def __init__(self, result: ContenderResult, scope: Scope):
        self.scope = scope
        self._result = result if scope.intervals == WHOLE else result.within(scope.intervals)
        self.seeds, self.keys = result.seeds, result.keys
        self.one_stream = len(self.seeds) == 1 or scope.recorded  # every run has the same rows

    @cached_property
    def _metric(self) -> Metric:
        return metric_of(self.scope.metric, self.scope.schema)

    @cached_property
    def values(self) -> np.ndarray:
        """The metric in each run (r,)."""
        return self._result.values(self._metric)

    @cached_property
    def means(self) -> np.ndarray:
        """The metric with each seed (seeds,): the mean over repeats."""
        return self._result.per_seed(self.values)

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(np.mean(self.means))

    @cached_property
    def mean(self) -> Difference:
        """The metric with its standard errors: its difference from zero."""
        if not self.one_stream:
            return over_seeds(self.means)
        floor = number_floor(self.series.mean(axis=0), self.scope.phases)
        return self.scope.along(self.series, floor)

    @cached_property
    def series(self) -> np.ndarray:
        """The contribution of each interval to the metric in each run (r, n).

        Of those in which rows are scored, as of `wrong` and `rows`.
        """
        return np.array([contributions(self._metric, one) for one in self._scored])

    @cached_property
    def wrong(self) -> np.ndarray:
        """The rows predicted wrong in each interval of each run (r, n)."""
        return np.array([scored_rows(one) - one["correct"].sum(axis=1) for one in self._scored])

    @property
    def rows(self) -> np.ndarray:
        """The rows of each interval that are scored (n,), in the mean over runs."""
        if self.scope.scored is None:
            return self._result.runs[0].truth.columns["rows"]
        return np.mean([scored_rows(one) for one in self._scored], axis=0)

    @property
    def _scored(self) -> Iterator[Columns]:
        """The columns of each run, of the intervals in which rows are scored."""
        if self.scope.scored is None:
            return (run.columns for run in self._result.runs)
        kept = self.scope.kept
        return (run.within(kept).columns for run in self._result.runs)


def measured(result: ContenderResult, scope: Scope) -> Measurement:
    """The measurement of a contender, which is made once for whole streams."""
    if scope.intervals != WHOLE:
        return Measurement(result, scope)
    if scope.metric not in result.known:
        result.known[scope.metric] = Measurement(result, scope)
    return result.known[scope.metric]


def difference(ours: Measurement, theirs: Measurement, scope: Scope) -> Difference:
    """By how much the metric of one contender exceeds that of another, with its standard errors.

    With several stream seeds, the seed is the unit, after a mean over repeats. With one stream
    the intervals are, and the spread over the learners' seeds is added.
    """
    least = variance_floor(ours, theirs, scope)
    if ours.one_stream:
        return scope.along(paired(ours, theirs, "series"), least)
    _, i, j = np.intersect1d(ours.seeds, theirs.seeds, assume_unique=True, return_indices=True)
    apart = over_seeds(ours.means[i] - theirs.means[j], least)
    return certain_if_the_same(apart, len(i), ours.means) if ours.exact else apart


def bounds_of(value: Difference, scope: Scope) -> tuple[float, float]:
    """The bounds at 95 % of a value of a metric, within the range of the metric."""
    low, high = value.interval()
    if as_percent(scope.metric):
        return max(low, 0.0), min(high, 1.0)
    return (max(low, 0.0), high) if scope.sign > 0 else (low, high)


def paired(ours: Measurement, theirs: Measurement, name: str) -> np.ndarray:
    """The differences (r, n) of series of two contenders, in each run that both have.

    A reference has one run with each seed, which is compared with each repeat of the other.
    """
    rows = [single_repeats(dict(zip(one.keys, getattr(one, name)))) for one in (ours, theirs)]
    keys = sorted({*ours.keys, *theirs.keys})
    both = [[one.get(key, one.get((key[0],))) for one in rows] for key in keys]
    return np.array([a - b for a, b in both if a is not None and b is not None])


def single_repeats(rows: dict[tuple[int, ...], np.ndarray]) -> dict[tuple[int, ...], np.ndarray]:
    """Rows by seed and repeat; those of seeds with one repeat also by their seed alone."""
    counts = Counter(seed for seed, _ in rows)
    return rows | {(seed,): row for (seed, _), row in rows.items() if counts[seed] == 1}


def variance_floor(ours: Measurement, theirs: Measurement, scope: Scope) -> float:
    """The least variance of a difference: what the counts, or the steps of a series, have."""
    if scope.metric in ("error", "accuracy"):
        apart = paired(ours, theirs, "wrong")
        apart = apart.mean(axis=0, keepdims=True) if ours.one_stream else apart
        starts = np.arange(len(apart))[:, None] * apart.shape[1] + scope.phases
        return count_floor(apart.ravel(), np.tile(ours.rows, len(apart)), starts.ravel())
    if not ours.one_stream:
        return 0.0
    return number_floor(paired(ours, theirs, "series").mean(axis=0), scope.phases)


class Comparison:
    """Contenders compared in a metric: which is best, and which do not differ from the best.

    `measure` gives what is compared of each of them.
    """

    def __init__(
        self,
        results: Mapping[str, ContenderResult],
        scope: Scope,
        measure: Callable[[ContenderResult, Scope], Measurement] = measured,
    ):
        self.scope = scope
        self.measured = {name: measure(result, scope) for name, result in results.items()}
        self.values = {name: one.value for name, one in self.measured.items()}
        self.order = sorted(
            (name for name, value in self.values.items() if np.isfinite(value)),
            key=lambda name: scope.sign * self.values[name],
        )

    @property
    def best(self) -> str:
        """The contender with the best value."""
        return self.order[0]

    @cached_property
    def same(self) -> bool:
        """Whether several contenders have the very same value in each run."""
        first, *others = (self.measured[name].values for name in self.order)
        return bool(others) and all(np.array_equal(one, first) for one in others)

    @cached_property
    def pairs(self) -> dict[Pair, Difference]:
        """The difference of each two contenders, the better one's value from the other's."""
        return {
            (better, worse): self._behind(worse, better)
            for better, worse in combinations(self.order, 2)
            if {*self.measured[better].seeds} & {*self.measured[worse].seeds}
        }

    def _behind(self, worse: str, better: str) -> Difference:
        """A difference that is positive where the first is worse."""
        found = difference(self.measured[worse], self.measured[better], self.scope)
        return found._replace(mean=self.scope.sign * found.mean)

    @property
    def known(self) -> bool:
        """Whether the standard error of any difference is known."""
        return any(one.known for one in self.pairs.values())

    @cached_property
    def means(self) -> dict[str, Difference]:
        """The value of each contender with its standard errors."""
        return {name: one.mean for name, one in self.measured.items()}

    def tied(self, adjusted: Mapping[Pair, float] | None = None) -> list[str]:
        """The contenders that do not differ significantly from the best, without the best.

        `adjusted` are the p-values of `pairs`, where they are corrected for more than these.
        """
        adjusted = adjusted or corrected([self])[0]
        return [name for name in self.order[1:] if not adjusted[self.best, name] < SIGNIFICANCE]

    def margin(self, scenario: Scenario) -> float | None:
        """The greatest difference that does not matter, None where the report asks for none."""
        return margin(scenario, self.scope.metric, self.values[self.best]) if self.order else None

    def equivalent(self, pairs: Iterable[Pair], margin: float | None) -> list[Pair]:
        """Those of some pairs that are equal to within a margin, none if that is None.

        By two one-sided tests, with Holm's correction.
        """
        if margin is None:
            return []
        pairs = [*pairs]
        tests = holm(np.array([self.pairs[pair].equivalence_p(margin) for pair in pairs]))
        return [pair for pair, p in zip(pairs, tests) if p < SIGNIFICANCE]


def compared(
    one: VariantResults, results: Mapping[str, ContenderResult], metric: str
) -> Comparison:
    """The comparison of some contenders of a variant over whole streams, which is made once."""
    key = metric, *results
    if key not in one.known:
        one.known[key] = Comparison(results, scope_of(one, metric))
    return one.known[key]


def corrected(comparisons: Sequence[Comparison]) -> list[dict[Pair, float]]:
    """The p-values of the pairs of each comparison, by Holm's correction over all of them."""
    every = np.array([one.p for each in comparisons for one in each.pairs.values()])
    adjusted = iter(holm(every))
    return [{pair: next(adjusted) for pair in each.pairs} for each in comparisons]


def scope_of(one: VariantResults, metric: str) -> Scope:
    """The `Scope` of a metric over the whole stream of a variant."""
    stream, edges = one.scenario.stream, tuple(phase.intervals.start for phase in one.phases)
    scored = None if metric == COST else scored_of(one)  # labels and trainings cost everywhere
    return Scope(metric, stream.schema, stream.recorded, edges or (0,), scored=scored)


def scored_of(one: VariantResults) -> tuple[int, ...] | None:
    """The intervals in which any run is scored on rows; None where all are on all rows."""
    if not one.scenario.evaluation.protocol.partial:
        return None
    if "scored" not in one.known:
        every = (run.trace.columns["scored"] for run in one.runs)
        one.known["scored"] = tuple(np.flatnonzero(sum(every)).tolist())
    return one.known["scored"]


def margin(scenario: Scenario, metric: str, best: Any) -> Any:
    """The greatest difference that does not matter, in the unit of a metric; None if not given.

    `report.equivalence` is in points; in percent of the `best` value, or values (n,), where the
    metric has the unit of the labels.
    """
    asked = scenario.report.equivalence
    if asked is None:
        return None
    relative = metric in METRICS and METRICS[metric].unit == "label"
    return asked / 100 * (best if relative else np.ones(np.shape(best)))


def differences(one: VariantResults, metric: str) -> Iterator[Row]:
    """A row for each two contenders of a variant, as `Results.compare` gives them."""
    comparison = compared(one, one.contenders, metric)
    yield from difference_rows(one, comparison, comparison.margin(one.scenario))


def difference_rows(
    one: VariantResults, comparison: Comparison, margin: float | None = None
) -> Iterator[Row]:
    """A row for each two contenders that are compared."""
    adjusted, metric = corrected([comparison])[0], comparison.scope.metric
    equal = comparison.equivalent(comparison.pairs, margin)
    for (better, worse), apart in comparison.pairs.items():
        p, (low, high) = adjusted[better, worse], apart.interval()
        yield one.setting | {
            "better": better, "worse": worse, "metric": metric, "mean": apart.mean,
            "low": low, "high": high, "p": p, "significant": bool(p < SIGNIFICANCE),
            "equivalent": (better, worse) in equal, "unit": apart.unit,
        }  # fmt: skip
