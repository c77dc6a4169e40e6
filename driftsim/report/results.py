"""Results: all that is known of a study that has been run, as tables for pandas."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from driftsim.durations import Duration
from driftsim.evaluation.metrics import Metric, metric_of, metrics_of
from driftsim.report import comparisons, measures, rankings
from driftsim.report.comparisons import Measurement, bounds_of, mean_of, scope_of
from driftsim.report.dates import dates_of_each
from driftsim.report.measures import TOLERANCE
from driftsim.report.stored_runs import stored_runs
from driftsim.report.variant_results import (
    DATED,
    SECONDS,
    Columns,
    ContenderResult,
    Row,
    TracedRun,
    VariantResults,
)
from driftsim.report.verdict import Verdict, verdict
from driftsim.report.windows import Window, windowed
from driftsim.runs import Run, runs_of
from driftsim.scenario import Study, Variant
from driftsim.settings import shortest
from driftsim.store import Store

CENSORED = ("labels_after_end", "labels_never")  # labels that do not come before the stream ends
SUMMED = ("fits", "fits_skipped", "labels", *CENSORED, "rows_trained", "alarms")
COSTS = (*SUMMED, *SECONDS, "compile_seconds", "model_bytes")
CURVES = [
    "contender", "first_row", "last_row", "first_date", "last_date", "rows", "mean", "low", "high",
    "seeds",
]  # fmt: skip
TAKEN = {  # names of columns, which what is swept may not have
    *COSTS, "seeds", "repeats", "engine", *CURVES, *measures.RECOVERY, *measures.OF_ALL_CHANGES,
    *measures.REGRET, *measures.ALARMS, *measures.PROBED, *measures.FORGETTING,
    *comparisons.DIFFERENCES, *rankings.RANKS, *rankings.PAIRS,
}  # fmt: skip


class Results:
    """All that is known of a study that has been run, each table a pandas frame.

    Finished runs come from the store, or are `runs`, those of each variant of the study in order.
    Tables raise `StoreError` where the trace of a run cannot be read.
    """

    def __init__(
        self,
        study: Study,
        store: Store | None = None,
        parts: Iterable[str] = (),
        runs: Iterable[Iterable[TracedRun]] | None = None,
    ):
        self.study, self.store, self._parts, self._runs = study, store, tuple(parts), runs

    def traces(self) -> list[TracedRun]:
        """Every finished run, by variant, contender, seed and repeat; references come last."""
        return [run for one in self.variants for run in one.runs]

    def summary(self) -> pd.DataFrame:
        """A row for each contender, and a column for each swept path: means over the seeds.

        The value of a seed is the mean over its repeats. Each metric that is asked for has bounds
        at 95 %, such as `error_low` and `error_high`: over stream seeds, or, with one stream, of
        these trained models on rows like these. A cell that cannot be known is NaN, such as the
        excess without a known truth. The rows of the references, such as `oracle` and
        `no_change`, are how they would have done, each with every label before the row. `engine`
        is `compiled`, or the library that a contender runs on.
        """
        rows = [self._summary_of(one, name) for one in self.variants for name in one.results]
        costs = [*COSTS, "seeds", *(["repeats"] if self.repeats > 1 else []), "engine"]
        return self._frame(rows, [*self.measures, *costs])

    def curves(
        self,
        metric: str | None = None,
        window: int | str | Duration | None = None,
        over: str = "tumbling",
    ) -> pd.DataFrame:
        """A metric (the first if not given) over the stream: a row for each contender and window.

        The mean over seeds, the least and the greatest with one of them (each a mean over its
        repeats), and the rows `first_row` … `last_row` of each window, which is rounded up to
        whole intervals. NaN where the metric is undefined. `over` is the kind of windows:
        `tumbling`, one after the other; `sliding`, one that ends with each interval;
        `cumulative`, all rows so far; or `faded`, all rows so far, where the weight of a row falls
        with its age, and all weights sum to `window` rows. Where rows have dates, `window` may be
        a duration, such as `1w` or `1mo`: windows are then counted from the first row of the
        stream, an interval is of the window that its first row is in, and `first_date` and
        `last_date` stand beside the rows, of which there are `rows`. Raises `ValueError` for a
        kind or a window that does not exist.
        """
        schema = self.study.variants[0].scenario.stream.schema
        measure, parts = metric_of(metric or self.first_metric, schema), []
        asked = self._asked(window)
        for result in self.results():
            windows = windowed(over, asked, result.dates)
            rows = [run.along(windows) for run in result.runs]
            values = result.per_seed(map(measure, rows))
            bounds = {"low": values.min(axis=0), "high": values.max(axis=0)}
            edges = {name: rows[0][name] for name in ("first_row", "last_row")}
            edges |= result.dated(**edges) | {"rows": rows[0]["rows"]}
            parts.append((result, edges | {"mean": values.mean(axis=0)} | bounds))
        return self._long_frame(parts, CURVES)

    def recovery(
        self, window: int | str | Duration | None = None, tolerance: float = TOLERANCE
    ) -> pd.DataFrame:
        """How each contender came through each change: a row for each seed, repeat and change.

        Windows have `window` rows (those of so much time, in the mean), or more where noise asks
        for it. `tolerance` is of the excess;
        for regression in units of the variance of the labels (of their standard deviation where
        the best possible is not known). See docs/measures.md.
        """
        asked = self._asked(window), tolerance
        rows = chain.from_iterable(measures.recovery(one, *asked) for one in self.results())
        hidden = () if self.repeats > 1 else ("repeat",)
        return self._frame(rows, [name for name in measures.RECOVERY if name not in hidden])

    def recovered(
        self, window: int | str | Duration | None = None, tolerance: float = TOLERANCE
    ) -> pd.DataFrame:
        """A row for each contender: its median recovery, and how often each outcome came."""
        asked = self._asked(window), tolerance
        rows = chain.from_iterable(measures.recovered(one, *asked) for one in self.results())
        return self._frame(rows, measures.OF_ALL_CHANGES)

    def regret(self) -> pd.DataFrame:
        """The loss beyond the best possible, summed along the stream; none where not known."""
        parts = [(one, found) for one in self.results() if (found := measures.regret(one))]
        return self._long_frame(parts, measures.REGRET)

    def alarms(self) -> pd.DataFrame:
        """Alarms and true changes, beside those of detectors that see no errors."""
        contenders = (result for one in self.variants for result in one.contenders.values())
        return self._frame(chain.from_iterable(map(measures.alarms, contenders)), measures.ALARMS)

    def compare(self) -> pd.DataFrame:
        """Each two contenders: how much better one is, and whether the difference is significant.

        By the first metric, with an interval at 95 % for each pair alone. `p` is by Holm's
        correction for all pairs of a setting, and `significant` where it is below .05.
        `equivalent`, where `report.equivalence` is given, are those equal to within it, by two
        one-sided tests with the same correction.
        """
        rows = (comparisons.differences(one, self.first_metric) for one in self.variants)
        frame = self._frame(chain.from_iterable(rows), comparisons.DIFFERENCES)
        asked = self.study.variants[0].scenario.report.equivalence is not None
        return frame if asked else frame.drop(columns="equivalent")

    def ranks(self) -> pd.DataFrame:
        """A row for each contender: its mean rank over the settings of a sweep, the best first.

        By the first metric, with the chance `p` of such ranks if all were alike, by which `test`,
        and the `critical` difference of ranks, beyond which two differ. No rows without a sweep,
        or a second contender, or where the metric is not known.
        """
        return rankings.ranks(self.variants, self.first_metric)

    def rank_pairs(self) -> pd.DataFrame:
        """A row for each two contenders: in how many settings of a sweep the one is better.

        By the first metric. `p` is that of Wilcoxon's signed-rank test, by Holm's correction for
        all pairs. With `report.equivalence`, also how probable it is that the one is better by
        more than the margin, that both are equal to within it, or that the other is better
        (Benavoli et al. 2017).
        """
        return rankings.rank_pairs(self.variants, self.first_metric)

    def verdict(self) -> Verdict:
        """What the study shows, in sentences that its figures support: `print` it."""
        return verdict(self.variants, [*self.metrics], self.ranks())

    def probed(self) -> pd.DataFrame:
        """The error on fresh rows of each concept after each phase, where they were probed."""
        rows = chain.from_iterable(map(measures.probed, self.results()))
        return self._frame(rows, measures.PROBED)

    def forgetting(self) -> pd.DataFrame:
        """What each contender has lost, at the end, of concepts that ruled before."""
        rows = chain.from_iterable(map(measures.forgetting, self.results()))
        return self._frame(rows, measures.FORGETTING)

    @cached_property
    def variants(self) -> list[VariantResults]:
        """The results of each variant of the study, in order."""
        settings = [dict(zip(self.swept, one.setting.values())) for one in self.study.variants]
        runs = self._runs
        if runs is None:
            if self.store is None:
                raise ValueError("results need a store or runs")
            runs = stored_runs(self.study.variants, settings, self.store, self._parts)
        dates = dates_of_each(one.scenario for one in self.study.variants)
        return [*map(VariantResults, self.study.variants, settings, runs, dates)]

    def by_variant(self) -> "list[Results]":
        """The results of each variant alone."""
        if len(self.variants) == 1:
            return [self]
        every = []
        for one in self.variants:
            alone = Results(self.study._replace(variants=[one.variant]), runs=[one.runs])
            alone.variants = [one]  # with all that is known of them
            every.append(alone)
        return every

    def results(self) -> Iterator[ContenderResult]:
        """The result of each contender, then of each reference, under each variant."""
        return (result for one in self.variants for result in one.results.values())

    def runs(self) -> Iterator[tuple[Variant, Run]]:
        """Every run of the study, finished or not, with its variant."""
        for variant in self.study.variants:
            for run in runs_of(variant, self._parts):
                yield variant, run

    @cached_property
    def swept(self) -> list[str]:
        """The swept paths, as names of columns of the tables."""
        return shortest(self.study.swept, taken=TAKEN.union(self.measures))

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """The metrics asked for, in order, and all others that the labels have."""
        schema = self.study.variants[0].scenario.stream.schema
        return {name: metric_of(name, schema) for name in [*self.asked, *metrics_of(schema)]}

    @property
    def first_metric(self) -> str:
        """The metric that tables, verdict and page lead with: the first one asked for."""
        return self.asked[0]

    @property
    def asked(self) -> list[str]:
        """The metrics that the report asks for."""
        return self.study.variants[0].scenario.metrics

    @property
    def measures(self) -> list[str]:
        """The columns of a summary that show how well a contender predicted."""
        bounded = {name: (name, f"{name}_low", f"{name}_high") for name in self.asked}
        return ["contender", *chain(*(bounded.get(name, (name,)) for name in self.metrics))]

    @property
    def repeats(self) -> int:
        """How many learner seeds contenders have on each stream."""
        return max(one.scenario.evaluation.repeats for one in self.study.variants)

    @property
    def window(self) -> Window:
        """Rows, or time, per point of a curve."""
        return self.study.variants[0].scenario.window

    @cached_property
    def dated(self) -> bool:
        """Whether rows have dates."""
        return any(one.dates for one in self.variants)

    def _asked(self, window: int | str | Duration | None) -> Window:
        """The window that is asked for, that of the report by default."""
        return Duration.of(window) if isinstance(window, str) else window or self.window

    def _summary_of(self, one: VariantResults, name: str) -> Row:
        """The row of a contender, or a reference, in the summary."""
        result = one.results[name]
        row = result.label | {
            metric: float(np.mean(result.per_seed(result.values(measure))))
            for metric, measure in self.metrics.items()
        }
        for metric in self.asked:
            scope = scope_of(one, metric)
            bounds = bounds_of(mean_of(Measurement(result, scope), scope), scope)
            row |= dict(zip((f"{metric}_low", f"{metric}_high"), bounds))
        row |= {cost: result.cost(cost) for cost in COSTS}
        counts = {"seeds": len(result.seeds), "repeats": result.repeats}
        return row | counts | {"engine": result.engine}

    def _frame(self, rows: Iterable[Row], columns: Sequence[str]) -> pd.DataFrame:
        return self._with_dates(pd.DataFrame([*rows], columns=[*self.swept, *columns]))

    def _long_frame(
        self, parts: Sequence[tuple[ContenderResult, Columns]], columns: Sequence[str]
    ) -> pd.DataFrame:
        """A frame with rows for each entry of the columns (n,) of some results."""
        columns = [*self.swept, *columns]
        if not parts:
            return self._with_dates(pd.DataFrame(columns=columns))
        labels = [result.label | {"seeds": len(result.seeds)} for result, _ in parts]
        lengths = [len(values["last_row"]) for _, values in parts]
        joined: dict[str, Any] = {
            name: np.concatenate([values[name] for _, values in parts]) for name in parts[0][1]
        }
        for name in labels[0]:
            joined[name] = [one[name] for one, n in zip(labels, lengths) for _ in range(n)]
        return self._with_dates(pd.DataFrame(joined, columns=columns))

    def _with_dates(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame whose moments are dates; without those columns where rows have none."""
        names = [name for name in DATED.values() if name in frame]
        if not self.dated:
            return frame.drop(columns=[*names, *(["rows"] if "first_date" in names else [])])
        zone = next((one.dates.zone for one in self.variants if one.dates), None)
        for name in names:
            dates = pd.to_datetime(frame[name].astype("int64"), unit="us", utc=True)
            frame[name] = dates.dt.tz_convert(zone)
        return frame
