"""Benchmarks: a metric of each contender on each stream of a suite, and who is best on each."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.metrics import ranks_by
from driftsim.evaluation.significance import Difference
from driftsim.messages import plural
from driftsim.report.amounts import as_percent, number
from driftsim.report.comparisons import Comparison, bounds_of, compared
from driftsim.report.rankings import test_in_words
from driftsim.report.table import Row, Table
from driftsim.report.variant_results import VariantResults

BENCHMARK = ["contender", "metric", "value", "low", "high", "best", "rank"]
RANK, NONE = "mean rank", "–"
TINY = 1e-12  # of a value: below it a difference is only rounding


class Entry(NamedTuple):
    """A cell of a benchmark, as text."""

    value: str
    half: str = ""  # of its interval at 95 %, or its spread, where that is known
    best: bool = False  # or not significantly worse than the best

    def __str__(self) -> str:
        return f"{self.value} ± {self.half}" if self.half else self.value


class Grid(NamedTuple):
    """A benchmark as a table of texts: the more of streams and contenders down, the others across.

    Mean ranks are beside the contenders, if they are known.
    """

    across: list[str]
    rows: dict[str, list[Entry]]
    by_contender: bool  # whether a row is of a contender, and a column of a stream
    metric: str
    unit: str  # empty, or %
    std: bool | None = None  # whether the half widths are standard deviations; None: not asked for
    ranked: str = ""  # what a test over the streams finds of the mean ranks

    @property
    def name(self) -> str:
        """What is shown, in words."""
        unit = f" in {self.unit}" if self.unit else ""
        return f"{self.metric.replace('_', ' ')}{unit}"

    @property
    def tested(self) -> bool:
        """Whether some of its contenders are marked as the best."""
        return any(one.best for row in self.rows.values() for one in row)

    @property
    def spread(self) -> bool:
        """Whether something stands after ±."""
        return any(one.half for row in self.rows.values() for one in row)

    def without_halves(self) -> "Grid":
        """The same values alone, without what stands after ±."""
        rows = {name: [one._replace(half="") for one in row] for name, row in self.rows.items()}
        return self._replace(rows=rows)

    @property
    def halves(self) -> str:
        """What stands after ±, in words."""
        return "the standard deviation over seeds" if self.std else "half the interval at 95 %"


def benchmark_rows(one: VariantResults, metric: str) -> Iterator[Row]:
    """A row for each contender on a stream, as `Results.benchmark` gives them."""
    comparison = compared(one, one.contenders, metric)
    compete = rivals_of(one) if ranks_by(metric) else []
    rivals = [name for name in comparison.order if name in compete]
    values = [comparison.values[name] for name in rivals]
    for name in one.contenders:
        low, high = bounds_of(comparison.means[name], comparison.scope)
        best = name in rivals and as_good(comparison, rivals[0], name)
        row = one.setting | {"contender": name, "metric": metric, "low": low, "high": high}
        rank = rank_of(comparison.values[name], values, comparison.scope.sign)
        rank = rank if name in rivals else math.nan
        means = comparison.measured[name].means
        std = float(np.std(means, ddof=1)) if len(means) > 1 else math.nan
        yield row | {"value": comparison.values[name], "best": best, "rank": rank, "std": std}


def rivals_of(one: VariantResults) -> list[str]:
    """The contenders that can be compared: none that lacks runs, or knows what nobody does."""
    models = one.scenario.models
    return [name for name in one.complete if not models[name].knows] or [*one.complete]


def as_good(comparison: Comparison, best: str, name: str) -> bool:
    """Whether a contender does not differ significantly from the best, without a correction."""
    if name == best:
        return True
    apart: Difference | None = comparison.pairs.get((best, name))
    if apart is None:
        return False
    if not apart.known:
        return abs(apart.mean) <= TINY * abs(comparison.values[best])
    return not apart.distinguishable


def rank_of(value: float, values: Sequence[float], sign: int) -> float:
    """The rank of a value among all, 1 for the best; equal ones share the mean of theirs."""
    better = sum(sign * other < sign * value for other in values)
    return better + (1 + sum(other == value for other in values)) / 2


def grid_of(
    streams: Mapping[str, Sequence[Row]],
    ranks: Table,
    contenders: Sequence[str],
    digits: int | None = None,
    std: bool | None = None,
) -> Grid:
    """A benchmark as a `Grid`, from the rows of each stream, and the mean ranks over all.

    Values have so many `digits` after the point, by default as many as are usual; after ± stands
    the half of their interval, or with `std` the standard deviation over seeds.
    """
    metric = next(row["metric"] for rows in streams.values() for row in rows)
    found = {
        title: {row["contender"]: entry(row, digits, std) for row in rows}
        for title, rows in streams.items()
    }
    means = dict(zip(ranks.values("contender"), ranks.values("rank")))
    if means:
        found[RANK] = {name: Entry(f"{rank:.2f}") for name, rank in means.items()}
    grid = laid_out(found, contenders, metric, "%" * as_percent(metric), std)
    return grid._replace(ranked=test_of(ranks))


def test_of(ranks: Table) -> str:
    """What a test over the streams finds of mean ranks; empty where there are none."""
    for row in ranks.rows():
        values = (row[name] for name in ("critical", "p", "streams", "test"))
        return f"{RANK} over {plural(row['settings'], 'stream')}: {test_in_words(*values)}"
    return ""


def laid_out(
    found: Mapping[str, Mapping[str, Entry]],
    contenders: Sequence[str],
    metric: str,
    unit: str = "",
    std: bool | None = None,
) -> Grid:
    """The entries of contenders under each stream as a `Grid`, the more of both down."""
    names = [name for name in contenders if any(name in one for one in found.values())]
    absent, streams = Entry(NONE), len(found) - (RANK in found)
    if len(names) > streams:
        cells = {name: [one.get(name, absent) for one in found.values()] for name in names}
        return Grid([*found], cells, True, metric, unit, std)
    cells = {title: [one.get(name, absent) for name in names] for title, one in found.items()}
    return Grid(names, cells, False, metric, unit, std)


def entry(row: Row, digits: int | None = None, std: bool | None = None) -> Entry:
    """A contender on a stream, as text."""
    half = row["std"] if std else (row["high"] - row["low"]) / 2
    known = text_of(row["metric"], half, digits) if math.isfinite(half) else ""
    return Entry(text_of(row["metric"], row["value"], digits), known, bool(row["best"]))


def text_of(metric: str, value: float, digits: int | None = None) -> str:
    """A value of a benchmark: shares in percent, with two places."""
    if math.isnan(value):
        return NONE
    if as_percent(metric):
        return f"{100 * value:.{2 if digits is None else digits}f}"
    if digits is not None:
        return f"{value:.{digits}f}"
    return f"{value:.4f}" if abs(value) < 100 else number(value, digits=4)
