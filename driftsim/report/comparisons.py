"""Comparisons: by how much contenders differ in a metric, and which can be told apart."""

from collections import Counter
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from driftsim.evaluation.metrics import LOWER_IS_BETTER, METRICS, metric_of
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
from driftsim.report.amounts import as_percent
from driftsim.rows import Schema

SIGNIFICANCE = 0.05
WHOLE = slice(None)
DIFFERENCES = [
    "better", "worse", "metric", "mean", "low", "high", "p", "told_apart", "equivalent", "unit",
]  # fmt: skip


class Scope(NamedTuple):
    """What is compared: a metric, over some intervals of a stream."""

    metric: str
    schema: Schema
    recorded: bool  # every seed has the same rows: seeds are then of learners alone
    edges: tuple[int, ...]  # the intervals at which phases begin, the first is 0
    rows: slice = WHOLE  # intervals

    @property
    def sign(self):
        """1 where a lower value is better, -1 where a higher one is."""
        return 1 if self.metric in LOWER_IS_BETTER else -1

    def within(self, rows):
        """The same over the intervals of one phase."""
        return self._replace(rows=rows)

    @property
    def phases(self):
        """The intervals at which phases begin, counted from the first that is compared."""
        return np.array(self.edges if self.rows == WHOLE else (0,))

    def along(self, series, floor) -> Difference:
        """What one stream shows of a mean, from series (r, n) of r runs and n intervals."""
        least = LEAST_INTERVALS if self.rows == WHOLE else LEAST_OF_A_PHASE
        return over_repeats(series, self.phases, floor, least)


class Measured:
    """A metric of one contender: its value in each run, and what each interval adds to it."""

    def __init__(self, runs, scope):
        self._runs, self._scope = [one.within(scope.rows) for one in runs], scope
        self._metric = metric_of(scope.metric, scope.schema)
        self.seeds = sorted({one.seed for one in runs})
        self.keys = [(one.seed, one.repeat) for one in runs]

    @cached_property
    def values(self):
        """The metric in each run, by stream seed: {seed: (repeats,)}."""
        found = {seed: [] for seed in self.seeds}
        for one in self._runs:
            found[one.seed].append(float(self._metric(one.over())[0]))
        return {seed: np.array(ones) for seed, ones in found.items()}

    @property
    def value(self):
        """The mean over stream seeds of the mean over repeats."""
        return float(np.mean([ones.mean() for ones in self.values.values()]))

    @property
    def one_stream(self):
        """Whether every run has the same rows."""
        return len(self.seeds) == 1 or self._scope.recorded

    @cached_property
    def series(self):
        """What each interval adds to the metric in each run (r, n)."""
        return np.array([contributions(self._metric, one.columns) for one in self._runs])

    @cached_property
    def wrong(self):
        """The rows predicted wrong in each interval of each run (r, n)."""
        every = [one.columns for one in self._runs]
        return np.array([one["rows"] - one["correct"].sum(axis=1) for one in every])

    @property
    def rows(self):
        """The rows of each interval (n,)."""
        return self._runs[0].columns["rows"]


def difference(ours, theirs, scope) -> Difference:
    """By how much the metric of one contender exceeds that of another, with its standard errors.

    With several stream seeds, the seed is the unit, after a mean over repeats. With one stream
    the intervals are, and the spread over the learners' seeds is added.
    """
    seeds = sorted({*ours.seeds} & {*theirs.seeds})
    apart = [ours.values[seed].mean() - theirs.values[seed].mean() for seed in seeds]
    if not ours.one_stream:
        return over_seeds(np.array(apart), floor(ours, theirs, scope))
    return scope.along(paired(ours, theirs, "series"), floor(ours, theirs, scope))


def mean_of(ours, scope) -> Difference:
    """The metric of one contender, with its standard errors: its difference from zero."""
    if not ours.one_stream:
        return over_seeds(np.array([one.mean() for one in ours.values.values()]))
    return scope.along(ours.series, number_floor(ours.series.mean(axis=0), scope.phases))


def bounds_of(value, scope):
    """The bounds at 95 % of a value of a metric, no further than the metric can go."""
    if as_percent(scope.metric):
        return max(value.low, 0.0), min(value.high, 1.0)
    return (max(value.low, 0.0), value.high) if scope.sign > 0 else (value.low, value.high)


def paired(ours, theirs, name):
    """The differences of series (r, n) of two `Measured`, in each run that both have.

    A reference has one run with each seed, which stands beside each repeat of the other.
    """
    rows = [dict(zip(one.keys, getattr(one, name))) for one in (ours, theirs)]
    keys = rows[0].keys() | rows[1].keys()
    both = [[one.get(key, one.get(key[:1])) for one in map(alone, rows)] for key in sorted(keys)]
    return np.array([a - b for a, b in both if a is not None and b is not None])


def alone(rows):
    """Rows by seed and repeat, those of seeds with one repeat by their seed, too."""
    counts = Counter(seed for seed, _ in rows)
    return rows | {(seed,): row for (seed, _), row in rows.items() if counts[seed] == 1}


def floor(ours, theirs, scope):
    """The least variance of a difference: what the counts, or the steps of a series, have."""
    if scope.metric in ("error", "accuracy"):
        apart = paired(ours, theirs, "wrong")
        apart = apart.mean(axis=0, keepdims=True) if ours.one_stream else apart
        begins = np.arange(len(apart))[:, None] * apart.shape[1] + scope.phases
        return count_floor(apart.ravel(), np.tile(ours.rows, len(apart)), begins.ravel())
    if not ours.one_stream:
        return 0.0
    return number_floor(paired(ours, theirs, "series").mean(axis=0), scope.phases)


class Comparison:
    """Contenders compared in a metric: who is best, and who cannot be told apart from the best.

    `runs` are the finished runs of each contender, by name.
    """

    def __init__(self, runs, scope):
        self.scope, self._means = scope, {}
        self.measured = {name: Measured(played, scope) for name, played in runs.items()}
        self.values = {name: one.value for name, one in self.measured.items()}
        self.order = sorted(
            (name for name, value in self.values.items() if np.isfinite(value)),
            key=lambda name: scope.sign * self.values[name],
        )

    @property
    def best(self):
        """The contender with the best value."""
        return self.order[0]

    @cached_property
    def pairs(self):
        """The difference of each two contenders, the better one's value from the other's."""
        return {
            (better, worse): self.orient(self.measured[worse], self.measured[better])
            for better, worse in combinations(self.order, 2)
            if {*self.measured[better].seeds} & {*self.measured[worse].seeds}
        }

    @property
    def known(self):
        """Whether anything can be said about differences: there is enough to tell them by."""
        return any(one.known for one in self.pairs.values())

    def orient(self, worse, better):
        """A difference that is positive where the first is worse."""
        found = difference(worse, better, self.scope)
        return found._replace(mean=self.scope.sign * found.mean)

    def mean_of(self, name):
        """The value of a contender with its standard errors, computed once."""
        if name not in self._means:
            self._means[name] = mean_of(self.measured[name], self.scope)
        return self._means[name]

    def tied(self, adjusted=None):
        """Those that cannot be told apart from the best, which is not among them.

        `adjusted` are the p-values of `pairs` among all comparisons that are made in one breath.
        """
        adjusted = adjusted or corrected([self])[0]
        return [name for name in self.order[1:] if not adjusted[self.best, name] < SIGNIFICANCE]

    def margin(self, scenario):
        """The greatest difference that does not matter, None where the report asks for none."""
        return margin(scenario, self.scope.metric, self.values[self.best])

    def equivalent(self, pairs, margin):
        """Those of some pairs that are equal to within a margin, none if that is None.

        By two one-sided tests, with Holm's correction.
        """
        pairs = [pair for pair in pairs if margin is not None]
        tests = holm(np.array([self.pairs[pair].equivalence_p(margin) for pair in pairs]))
        return [pair for pair, p in zip(pairs, tests) if p < SIGNIFICANCE]


def corrected(comparisons):
    """The p-values of the pairs of each comparison, by Holm's correction over all of them."""
    every = np.array([one.p for each in comparisons for one in each.pairs.values()])
    adjusted = iter(holm(every))
    return [{pair: next(adjusted) for pair in each.pairs} for each in comparisons]


def scope_of(scenario, runs, metric):
    """The `Scope` of a metric over the whole stream of some runs, by contender."""
    columns = next(iter(runs.values()))[0].truth.columns
    edges = tuple(rows.start for _, rows in phases_of(scenario.stream, columns)) or (0,)
    return Scope(metric, scenario.stream.schema, scenario.stream.recorded, edges)


def phases_of(stream, columns):
    """The stretches between the centres of changes, by name and intervals; none without changes."""
    changes, names = stream.changes(0), list(stream.concepts)
    edges = np.searchsorted(columns["first_row"], [change.centre for change in changes])
    edges = [0, *edges.tolist(), len(columns["rows"])]
    rulers = [names[changes[0].before], *(names[one.after] for one in changes)] if changes else []
    found = []
    for ruler, start, stop in zip(rulers, edges, edges[1:]):
        if stop > start:
            first, last = columns["first_row"][start], columns["last_row"][stop - 1]
            found.append((f"{ruler} (rows {first:,} to {last:,})", slice(start, stop)))
    return found if len(found) > 1 else []


def margin(scenario, metric, best):
    """The greatest difference that does not matter, in the unit of a metric; None if not given.

    `report.equivalence` is in points; in percent of the `best` value where the metric has the
    unit of the labels.
    """
    asked = scenario.report.equivalence
    if asked is not None:
        relative = metric in METRICS and METRICS[metric].unit == "label"
        return asked / 100 * (best if relative else np.ones(np.shape(best)))


def differences(results):
    """A row for each two contenders: how much better one is in the metric that is asked for first.

    With an interval at 95 % for each pair alone. `p` is by Holm's correction for all pairs of a
    setting, and two are told apart where it is below .05; `equivalent`, where
    `report.equivalence` is given, are those equal to within it, by two one-sided tests with the
    same correction.
    """
    rows = []
    for variant, setting, runs in results.contests():
        scope = scope_of(variant.scenario, runs, results.first_metric)
        comparison = Comparison(runs, scope)
        adjusted = corrected([comparison])[0]
        equal = comparison.equivalent(comparison.pairs, comparison.margin(variant.scenario))
        for (better, worse), apart in comparison.pairs.items():
            about = {"better": better, "worse": worse, "metric": scope.metric}
            about |= {"mean": apart.mean, "low": apart.low, "high": apart.high}
            about |= {"p": adjusted[better, worse], "equivalent": (better, worse) in equal}
            about |= {"told_apart": bool(about["p"] < SIGNIFICANCE), "unit": apart.unit}
            rows.append(setting | about)
    frame = pd.DataFrame(rows, columns=[*results.swept, *DIFFERENCES])
    asked = results.study.variants[0].scenario.report.equivalence is not None
    return frame if asked else frame.drop(columns="equivalent")
