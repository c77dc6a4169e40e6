"""Study tables: the summary, curves, recovery and other tables of a study that has been run."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS, WALL_SECONDS
from driftsim.report import comparisons, measures, memory, rankings
from driftsim.report.alarm_tables import DETECTORS, alarm_grid, alarm_rows, detector_rows
from driftsim.report.benchmarks import BENCHMARK, Grid, benchmark_rows, grid_of
from driftsim.report.comparisons import bounds_of, measured, scope_of
from driftsim.report.decision import breakeven, costs, floors, periods, worth
from driftsim.report.measures import TOLERANCE
from driftsim.report.memory import ram_hours
from driftsim.report.severities import (
    ESTIMATED,
    OF_RECORDS,
    SEVERITY,
    estimated_rows,
    severity_rows,
)
from driftsim.report.table import MOMENTS, Row, Table
from driftsim.report.variant_results import (
    DATED,
    Columns,
    ContenderResult,
    VariantResults,
)
from driftsim.report.windows import Window, windowed
from driftsim.scenario import Study

CENSORED = ("labels_after_end", "labels_never")  # labels that do not come before the stream ends
SUMMED = ("fits", "fits_skipped", "labels", *CENSORED, "rows_trained", "alarms")
COSTS = (
    *SUMMED, *CPU_SECONDS, *WALL_SECONDS, "compile_cpu_seconds", "compile_wall_seconds",
    "model_bytes",
)  # fmt: skip
SPENT = (*COSTS, "ram_hours")
CURVES = [
    "contender", "first_row", "last_row", "first_date", "last_date", "rows", "mean", "low", "high",
    "seeds",
]  # fmt: skip
TAKEN = {  # names of columns, which what is swept may not have
    *SPENT, "seeds", "repeats", "engine", *CURVES, *measures.RECOVERY, *measures.OF_ALL_CHANGES,
    *SEVERITY, *OF_RECORDS, *ESTIMATED,
    *breakeven.BREAKEVEN, *worth.WORTH, *worth.WRONG_PRICES,
    *measures.REGRET, *measures.ALARMS, *measures.PROBED, *measures.FORGETTING,
    *comparisons.DIFFERENCES, *rankings.RANKS, *rankings.PAIRS, *costs.COSTS, *costs.ALONG,
    *costs.IN_SUMMARY, *BENCHMARK, *DETECTORS,
}  # fmt: skip
T = TypeVar("T")
LongPart = tuple[Row, Columns]  # the label of a result, and columns (n,) of a table
TAKEN_BY_FLOORS = {*floors.FLOORS, *floors.GAPS, *floors.SCHEDULES, *periods.PERIODS}


class StudyTables:
    """The tables of a study that has been run, from the results of its variants.

    `swept` are the names of what is swept, and `metrics` those of all that the labels have, the
    ones asked for first. `Results` describes what each shows.
    """

    def __init__(
        self,
        study: Study,
        variants: Sequence[VariantResults],
        swept: Sequence[str],
        metrics: Sequence[str],
    ):
        self.variants, self.swept, self.metrics = variants, swept, metrics
        scenario = study.variants[0].scenario
        self.asked, self.window = scenario.metrics, scenario.window
        self.equivalence, self.priced = scenario.report.equivalence, scenario.prices is not None
        self.leads_with_alarms = scenario.report.lead == "alarms"
        self.repeats = max(one.scenario.evaluation.repeats_in_all for one in study.variants)
        self.suite, self.contenders = study.suite, [*study.contenders]
        self._recoveries: dict[tuple[Window, float], tuple[Table, Table]] = {}

    @cached_property
    def summary(self) -> Table:
        """A row for each contender, and a column for each swept path: means over the seeds."""
        rows = self._rows("summary", self._summaries)
        bounded = {name: (name, f"{name}_low", f"{name}_high") for name in self.asked}
        shown = chain(*(bounded.get(name, (name,)) for name in self.metrics))
        priced = costs.IN_SUMMARY if self.priced else []
        used = [*SPENT, "seeds", *(["repeats"] if self.repeats > 1 else []), "engine"]
        return self._table(rows, ["contender", *shown, *priced, *used])

    def curves(self, metric: str, window: Window, over: str = "tumbling") -> Table:
        """A metric over the stream: a row for each contender and window."""
        asked = metric, window, over
        parts = chain.from_iterable(curves_of(one, *asked) for one in self.variants)
        return self._long_table([*parts], CURVES)

    def whole(self, metric: str) -> Table:
        """A metric over the whole stream, as a curve of one window: a row for each contender."""

        def points(one: VariantResults) -> Iterator[LongPart]:
            return curves_of(one, metric, one.scenario.stream.length)

        return self._long_table([*self._rows(("whole", metric), points)], CURVES)

    def recovery(self, window: Window, tolerance: float = TOLERANCE) -> Table:
        """How each contender came through each change: a row for each seed, repeat and change."""
        return self._both_recoveries(window, tolerance)[0]

    def recovered(self, window: Window, tolerance: float = TOLERANCE) -> Table:
        """A row for each contender: its median recovery, and how often each outcome came."""
        return self._both_recoveries(window, tolerance)[1]

    @cached_property
    def severity(self) -> Table:
        """How far each change takes the stream of each setting, with each seed."""
        return self._severities(severity_rows, SEVERITY)

    @cached_property
    def estimated_severity(self) -> Table:
        """As `severity`, with what learners trained before and after each change say of it."""
        return self._severities(estimated_rows, [*SEVERITY, *ESTIMATED])

    @cached_property
    def regret(self) -> Table:
        """The loss beyond the best possible, summed along the stream; none where not known."""
        return self._long_table([*self._rows("regret", regrets)], measures.REGRET)

    @cached_property
    def alarms(self) -> Table:
        """Alarms and true changes, beside those of detectors that see no errors."""
        return self._table(chain.from_iterable(map(alarm_rows, self.variants)), measures.ALARMS)

    @cached_property
    def detectors(self) -> Table:
        """A row for each contender that raises alarms: what it found over all streams."""
        rows = detector_rows(chain.from_iterable(map(alarm_rows, self.variants)))
        return Table.of_rows(rows, DETECTORS)

    @cached_property
    def differences(self) -> Table:
        """Each two contenders: how much better one is, and whether that is significant."""

        def differences(one: VariantResults) -> Iterator[Row]:
            return chain(comparisons.differences(one, self.asked[0]), costs.cost_differences(one))

        rows = self._rows("differences", differences)
        hidden = ("equivalent",) if self.equivalence is None else ()
        names = [name for name in comparisons.DIFFERENCES if name not in hidden]
        return self._table(rows, names)

    def worth(self, hour: bool = False, knowing: bool = False) -> Table:
        """From which to which price of a training each contender is the cheapest."""
        asked = "worth", hour, knowing
        rows = self._rows(asked, lambda one: worth.worth(one, hour, knowing))
        given = any(one.scenario.prices for one in self.variants)
        hidden = () if given or hour else ("without_trainings",)  # the mistakes alone
        return self._table(rows, [name for name in worth.WORTH if name not in hidden])

    def breakeven(self, hour: bool = False) -> Table:
        """Each two contenders and each price: at which price both cost the same."""
        rows = self._rows(("breakeven", hour), lambda one: breakeven.breakeven(one, hour))
        return self._table(rows, breakeven.BREAKEVEN)

    @cached_property
    def wrong_prices(self) -> Table:
        """What is chosen at prices that are wrong by a factor, and how much more it costs."""
        rows = self._rows("wrong_prices", worth.wrong_prices)
        return self._table(rows, worth.WRONG_PRICES)

    @cached_property
    def benchmark(self) -> Table:
        """A row for each contender on each stream of a suite, in the first metric."""
        rows = self._benchmarks if self.suite else []
        return self._table(chain.from_iterable(rows), BENCHMARK)

    @cached_property
    def grid(self) -> Grid | None:
        """The benchmark as texts, streams by contenders; None without a suite, or without runs."""
        if not len(self.benchmark):
            return None
        every = self._benchmarks
        titles = [one.title for one in self.variants]
        return grid_of(dict(zip(titles, every)), self.ranks, self.contenders)

    @cached_property
    def alarm_grid(self) -> Grid | None:
        """Streams by contenders: changes found, and false alarms; None where these do not lead."""
        if not self.suite or not self.leads_with_alarms or not len(self.alarms):
            return None
        streams = {one.title: alarm_rows(one) for one in self.variants}
        return alarm_grid(streams, self.contenders)

    @cached_property
    def ranks(self) -> Table:
        """A row for each contender: its mean rank over the settings of a sweep, the best first."""
        return rankings.ranks(self.variants, self.asked[0])

    @cached_property
    def pairs(self) -> Table:
        """A row for each two contenders: in how many settings of a sweep the one is better."""
        return rankings.rank_pairs(self.variants, self.asked[0])

    @cached_property
    def costs(self) -> Table:
        """A row for each contender, and reference: what it costs, of what, and what it saves."""

        def rows(one: VariantResults) -> Iterator[Row]:
            return chain(costs.costs(one), costs.reference_costs(one))

        return self._table(self._rows("costs", rows), costs.COSTS)

    @cached_property
    def costs_along(self) -> Table:
        """What each contender has cost up to the end of each interval."""
        parts = chain.from_iterable(map(costs.costs_along, self.variants))
        labelled = [(label_of(result), columns) for result, columns in parts]
        return self._long_table(labelled, costs.ALONG)

    @cached_property
    def memory(self) -> Table:
        """The size of all models of each contender along the stream, and its RAM-hours so far."""
        parts = chain.from_iterable(map(memory.memory_along, self.variants))
        return self._long_table([(label_of(one), own) for one, own in parts], memory.ALONG)

    @cached_property
    def floor(self) -> Table:
        """A row for each floor: what no schedule of trainings costs less than."""
        return self._table(self._rows("floor", floors.floor_rows), floors.FLOORS)

    @cached_property
    def floor_along(self) -> Table:
        """What each floor has cost up to the end of each interval."""
        rows = chain.from_iterable(map(floors.floors_along, self.variants))
        return self._table(rows, floors.ALONG)

    @cached_property
    def gaps(self) -> Table:
        """A row for each contender and floor: how much more the contender costs."""
        return self._table(self._rows("gaps", floors.gap_rows), floors.GAPS)

    @cached_property
    def schedules(self) -> Table:
        """A row for each training of the schedules that are the floors."""
        names = [name for name in floors.SCHEDULES if self.repeats > 1 or name != "repeat"]
        return self._table(self._rows("schedules", floors.schedule_rows), names)

    @cached_property
    def periods(self) -> Table:
        """A row for each period and memory: what it costs to train so often."""
        rows = self._rows("periods", periods.period_rows)
        return self._table(rows, periods.PERIODS)

    @cached_property
    def probed(self) -> Table:
        """The error on fresh rows of each concept after each phase, where they were probed."""
        rows = self._rows("probed", each_of(measures.probed, references=True))
        return self._table(rows, measures.PROBED)

    @cached_property
    def forgetting(self) -> Table:
        """What each contender has lost, at the end, of concepts that ruled before."""
        rows = self._rows("forgetting", each_of(measures.forgetting, references=True))
        return self._table(rows, measures.FORGETTING)

    @cached_property
    def _benchmarks(self) -> list[list[Row]]:
        """The rows of each stream of a suite."""
        metric = self.asked[0]
        key = "benchmark", metric
        return [one.part(key, lambda one: [*benchmark_rows(one, metric)]) for one in self.variants]

    def _both_recoveries(self, window: Window, tolerance: float) -> tuple[Table, Table]:
        """Each recovery, and what all those of a contender have in common; computed once."""
        asked = window, tolerance
        if asked not in self._recoveries:

            def recoveries(one: VariantResults) -> Iterator[tuple[list[Row], list[Row]]]:
                for result in one.results.values():
                    rows = [*measures.recovery(result, *asked)]
                    yield rows, [*measures.recovered(result, rows)]

            each = [*self._rows(("recovery", *asked), recoveries)]
            common = chain.from_iterable(rows for _, rows in each)
            hidden = () if self.repeats > 1 else ("repeat",)
            names = [name for name in measures.RECOVERY if name not in hidden]
            whole = self._table(chain.from_iterable(rows for rows, _ in each), names)
            self._recoveries[asked] = whole, self._table(common, measures.OF_ALL_CHANGES)
        return self._recoveries[asked]

    def _severities(
        self, rows: Callable[[VariantResults], Iterable[Row]], names: Sequence[str]
    ) -> Table:
        recorded = any(one.scenario.stream.recorded for one in self.variants)
        unknown = dict.fromkeys(OF_RECORDS, np.nan) | {"feature": ""}
        found = [unknown | row for row in chain.from_iterable(map(rows, self.variants))]
        return self._table(found, [*names, *(OF_RECORDS if recorded else ())])

    def _rows(self, key: Hashable, rows: Callable[[VariantResults], Iterable[T]]) -> Iterator[T]:
        """The rows of each variant, which are kept; those of a single one are made when asked."""
        if len(self.variants) == 1:
            return iter(rows(self.variants[0]))
        return chain.from_iterable(one.part(key, rows) for one in self.variants)

    def _summaries(self, one: VariantResults) -> Iterator[Row]:
        return (self._summary_of(one, name) for name in one.results)

    def _summary_of(self, one: VariantResults, name: str) -> Row:
        """The row of a contender, or a reference, in the summary."""
        result = one.results[name]
        row = result.label | {
            metric: float(np.mean(result.per_seed(result.values(one.metric(metric)))))
            for metric in self.metrics
        }
        for metric in self.asked:
            scope = scope_of(one, metric)
            bounds = bounds_of(measured(result, scope).mean, scope)
            row |= dict(zip((f"{metric}_low", f"{metric}_high"), bounds))
        if self.priced:
            row |= costs.in_summary(one, name)
        row |= {cost: result.cost(cost) for cost in COSTS} | {"ram_hours": ram_hours(result)}
        counts = {"seeds": len(result.seeds), "repeats": result.repeats}
        return row | counts | {"engine": result.engine}

    def _table(self, rows: Iterable[Row], names: Sequence[str]) -> Table:
        return self._with_dates(Table.of_rows(rows, [*self.swept, *names]))

    def _long_table(self, parts: Sequence[LongPart], names: Sequence[str]) -> Table:
        """A table with rows for each entry of the columns (n,) of some results, by their labels."""
        names = [*self.swept, *names]
        if not parts:
            return self._with_dates(Table.of_rows([], names))
        labels = [label for label, _ in parts]
        lengths = [len(values["last_row"]) for _, values in parts]
        joined: dict[str, Any] = {
            name: np.concatenate([values[name] for _, values in parts]) for name in parts[0][1]
        }
        for name in labels[0]:
            joined[name] = [one[name] for one, n in zip(labels, lengths) for _ in range(n)]
        return self._with_dates(Table({name: joined[name] for name in names}))

    def _with_dates(self, table: Table) -> Table:
        """A table whose moments are dates; without those columns where rows have none."""
        names = [name for name in DATED.values() if name in table]
        dates = [one.dates for one in self.variants if one.dates]
        if not dates:
            return table.but(*names, *(["rows"] if "first_date" in names else []))
        moments = {name: table[name].astype(np.int64).astype(MOMENTS) for name in names}
        return Table(table.columns | moments, dates[0].zone)


def each_of(
    rows: Callable[[ContenderResult], Iterable[Row]], references: bool = False
) -> Callable[[VariantResults], Iterator[Row]]:
    """What gives the rows of the contenders of a variant, one after another; of references, too."""

    def of(one: VariantResults) -> Iterator[Row]:
        results = one.results if references else one.contenders
        return chain.from_iterable(map(rows, results.values()))

    return of


def curves_of(
    one: VariantResults, metric: str, window: Window, over: str = "tumbling"
) -> Iterator[LongPart]:
    """A metric of each contender and reference over the stream, an entry for each window."""
    measure = one.metric(metric)
    for result in one.results.values():
        windows = windowed(over, window, result.dates)
        rows = [run.along(windows, measure.formula.columns) for run in result.runs]
        values = result.per_seed(map(measure, rows))
        bounds = {"low": values.min(axis=0), "high": values.max(axis=0)}
        edges = {name: rows[0][name] for name in ("first_row", "last_row")}
        edges |= result.dated(**edges) | {"rows": rows[0]["rows"]}
        yield label_of(result), edges | {"mean": values.mean(axis=0)} | bounds


def label_of(result: ContenderResult) -> Row:
    """What all rows of a result have in a long table."""
    return result.label | {"seeds": len(result.seeds)}


def regrets(one: VariantResults) -> Iterator[LongPart]:
    """The regret of each contender and reference of a variant, where it is known."""
    for result in one.results.values():
        if found := measures.regret(result):
            yield label_of(result), found
