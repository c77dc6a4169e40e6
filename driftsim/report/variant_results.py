"""Variant results: the finished runs of a study, by variant and contender."""

from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np

from driftsim.evaluation.decision.losses import Matrix
from driftsim.evaluation.metrics import Metric, metric_of
from driftsim.evaluation.moments import Moments
from driftsim.evaluation.trace import LABEL_MOMENTS, Trace, reduction, scored_rows
from driftsim.report.dates import Dates, stretch_text
from driftsim.report.held import Held, size_of
from driftsim.report.table import Row
from driftsim.rows import Change
from driftsim.scenario import Scenario, Variant
from driftsim.scenario.checks import untallied
from driftsim.streams.stream import Stream

DATED = {"change": "date", "first_row": "first_date", "last_row": "last_date"}  # of tables
UNDATED = np.iinfo(np.int64).min  # which stands for no time (NaT)
Columns = Mapping[str, np.ndarray]
T = TypeVar("T")


class TracedRun(NamedTuple):
    """A contender's finished run, with the truth about its stream."""

    setting: Row  # what is swept
    contender: str
    seed: int  # of the stream
    trace: Trace
    truth: Trace
    repeat: int = 0  # of the learner, on the stream of the seed

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The columns of both traces, an entry for each interval."""
        return self.truth.columns | self.trace.columns

    def within(self, intervals: slice | np.ndarray) -> Self:
        """The same run, cut to some intervals."""
        return self._replace(trace=self.trace.within(intervals), truth=self.truth.within(intervals))

    def over(self, window: int | None = None) -> dict[str, np.ndarray]:
        """The columns of both traces over windows of so many rows, or over the whole stream."""
        whole = [t.over(window) if window else t.total() for t in (self.truth, self.trace)]
        return whole[0].columns | whole[1].columns

    def along(
        self, windows: Callable[[Trace], Trace], names: Collection[str]
    ) -> dict[str, np.ndarray]:
        """Some columns of both traces along the stream, and those of its rows, over windows."""
        truth, trace = (windows(one.only(names)).columns for one in (self.truth, self.trace))
        return truth | trace


class ContenderResult:
    """The finished runs of one contender, or of a reference, under one variant of a study.

    `runs` (r) stand in ascending order of seed and repeat, and `keys` are those of each run.
    `dates` are those of the rows, where they are known and the same with every seed.
    """

    def __init__(
        self,
        variant: Variant,
        setting: Row,
        contender: str,
        runs: Iterable[TracedRun],
        dates: Dates | None = None,
    ):
        self.variant, self.setting, self.contender = variant, setting, contender
        self.dates = dates
        self.runs = sorted(runs, key=lambda run: (run.seed, run.repeat))
        self.keys = [(run.seed, run.repeat) for run in self.runs]
        seeds, self._starts, self._repeats = np.unique(
            [run.seed for run in self.runs], return_index=True, return_counts=True
        )
        self.seeds: list[int] = seeds.tolist()
        self.known: dict[Hashable, Any] = {}  # what has been computed of them, such as a metric

    @property
    def scenario(self) -> Scenario:
        """The scenario with the setting of the variant."""
        return self.variant.scenario

    @property
    def stream(self) -> Stream:
        """The stream of the variant."""
        return self.variant.scenario.stream

    @property
    def repeats(self) -> int:
        """How many learner seeds there are on one stream."""
        return len({repeat for _, repeat in self.keys})

    @property
    def label(self) -> Row:
        """What names its rows in a table: the setting and the contender."""
        return self.setting | {"contender": self.contender}

    @property
    def engine(self) -> str:
        """What the models run on: `compiled`, or a library and why; empty for a reference."""
        contender = self.scenario.models.get(self.contender)
        if any("outgrown" in run.trace.columns for run in self.runs):
            return "river, not compiled: it has outgrown its kernel"
        return contender.engine(self.stream.schema) if contender else ""

    def within(self, intervals: slice) -> "ContenderResult":
        """The same runs, cut to some consecutive intervals."""
        runs = [run.within(intervals) for run in self.runs]
        return ContenderResult(self.variant, self.setting, self.contender, runs, self.dates)

    def dated(self, **rows: Any) -> dict[str, Any]:
        """The moments of rows, by the names of their columns; `UNDATED` where there are none."""
        return dated(self.dates, **rows)

    def per_seed(self, values: Iterable[Any]) -> np.ndarray:
        """Values of the runs (r, …) as means over the repeats of each seed (seeds, …).

        The seed is the unit: repeats have the same rows, and are no further evidence about streams.
        """
        array = np.array([*values], float)
        repeats = self._repeats.reshape(-1, *[1] * (array.ndim - 1))
        return np.add.reduceat(array, self._starts, axis=0) / repeats

    def values(self, metric: Metric) -> np.ndarray:
        """A metric over the whole stream in each run (r,)."""
        return metric(self.totals)

    @cached_property
    def totals(self) -> dict[str, np.ndarray]:
        """The columns that all runs have, over whole streams: an entry (r, …) for each run."""
        return totals([run.truth for run in self.runs]) | totals([run.trace for run in self.runs])

    def cost(self, name: str) -> float:
        """A column of the traces over whole streams, the mean over seeds; NaN where none has it."""
        if name in self.totals:
            return float(np.mean(self.per_seed(self.totals[name])))
        having = [run for run in self.runs if name in run.trace.columns]
        if not having:
            return np.nan
        return ContenderResult(self.variant, self.setting, self.contender, having).cost(name)


class Phase(NamedTuple):
    """A stretch between the centres of two changes."""

    name: str  # its concept and rows
    intervals: slice


class VariantResults:
    """The results of one variant of a study: of its contenders, then of references.

    `runs` gives them, and is asked again where their traces had to make room. `dates` are those of
    the rows of its stream, where they are the same with every seed.
    """

    def __init__(
        self,
        variant: Variant,
        setting: Row,
        runs: Callable[[], Iterable[TracedRun]],
        dates: Dates | None = None,
        matrices: Callable[[], Sequence[Matrix]] = tuple,
        held: Held | None = None,
    ):
        self.variant, self.setting, self.dates = variant, setting, dates
        self.known: dict[Hashable, Any] = {}  # what has been computed of traces in memory
        self.of_matrices: dict[Hashable, Any] = {}  # and of the matrices, such as floors
        self._parts: dict[Hashable, Any] = {}  # what is kept without them
        self._stored, self._runs, self._held = matrices, runs, held or Held()
        self._results: dict[str, ContenderResult] | None = None
        self.size = 0  # bytes of its traces, once they have been read

    @property
    def results(self) -> dict[str, ContenderResult]:
        """The result of each contender, then of each reference, by name."""
        if self._results is None:
            self._results = self._grouped()
            runs = (run for result in self._results.values() for run in result.runs)
            self.size = size_of(chain(*((run.trace, run.truth) for run in runs)))
        self._held.use(self, self.size)
        return self._results

    def release(self) -> None:
        """Forget all traces, and what has been computed of them, but for parts."""
        for result in (self._results or {}).values():
            result.known.clear()  # which holds the result itself
        self._results = None
        self.known.clear()

    def part(self, key: Hashable, function: Callable[["VariantResults"], T]) -> T:
        """What a function makes of these results, which is kept under a key without their traces.

        A function of one key makes the same of the same results, whichever variant it is given for.
        If these have to be read for it, all else that has been asked of other variants is made,
        too: so they are read once.
        """
        self._held.asked.setdefault(key, function)
        if key not in self._parts:
            several = self._held.asked if self._results is None else {key: function}
            assert self.results is not None  # read before anything is made, which may ask for more
            for name, own in [*several.items()]:
                if name not in self._parts:
                    made = own(self)
                    self._parts[name] = [*made] if isinstance(made, Iterator) else made
        return self._parts[key]

    def _grouped(self):
        """The finished runs by contender."""
        groups: dict[str, list[TracedRun]] = {name: [] for name in self.scenario.models}
        for run in self._runs():
            groups.setdefault(run.contender, []).append(run)
        return {
            name: ContenderResult(self.variant, self.setting, name, group, self.dates)
            for name, group in groups.items()
            if group
        }

    @property
    def scenario(self) -> Scenario:
        """The scenario with the setting of the variant."""
        return self.variant.scenario

    def metric(self, name: str) -> Metric:
        """The metric of a name, by the classes of this stream: `recall of spam` is of its spam.

        Raises `ValueError` where these labels have none of the name.
        """
        return metric_of(name, self.scenario.stream.schema)

    @property
    def title(self) -> str:
        """The setting in words, empty where nothing is swept."""
        return self.variant.title

    @property
    def contenders(self) -> dict[str, ContenderResult]:
        """The results of contenders that have any, by name, in the order of the scenario."""
        models = self.scenario.models
        return {name: result for name, result in self.results.items() if name in models}

    @property
    def complete(self) -> dict[str, ContenderResult]:
        """The contenders with the most seeds and repeats, by name: those that can be compared."""
        most = max((result.keys for result in self.contenders.values()), key=len, default=[])
        return {name: one for name, one in self.contenders.items() if one.keys == most}

    @property
    def runs(self) -> list[TracedRun]:
        """Every finished run, those of references last."""
        return [run for result in self.results.values() for run in result.runs]

    @property
    def played(self) -> bool:
        """Whether any run has finished."""
        return self.part("played", lambda one: bool(one.results))

    @cached_property
    def matrices(self) -> Sequence[Matrix]:
        """The losses of all models of each learner, where the floor is asked for; read once."""
        return self._stored()

    @cached_property
    def phases(self) -> list[Phase]:
        """The stretches between the centres of changes; none without changes or runs."""
        if not self.runs:
            return []
        return phases(self.scenario, self.runs[0].truth.columns, self.dates)


def dated(dates: Dates | None, **rows: Any) -> dict[str, Any]:
    """The moments of rows, by the names of their columns; `UNDATED` where there are none."""
    return {
        DATED[name]: np.full(np.shape(row), UNDATED)
        if dates is None
        else dates.at(row).astype(np.int64)
        for name, row in rows.items()
    }


def metric_fault(variants: Sequence[VariantResults], name: str) -> str | None:
    """Why a metric is not for every setting, and for which it is not; or why none knows it."""
    faults = dict[str, str]()
    for one in variants:
        try:
            one.metric(name)
        except ValueError as error:
            faults[one.title] = str(error)
    shared = len(faults) == len(variants) and len({*faults.values()}) == 1
    named = (fault if shared else f"{title}: {fault}" for title, fault in faults.items())
    every = (one.scenario for one in variants)
    unknown = [untallied(name, one.evaluation, one.stream.schema, one.asks) for one in every]
    return next(named, None if None in unknown else unknown[0])


def totals(traces: Sequence[Trace]) -> dict[str, np.ndarray]:
    """The columns that all traces have, over whole streams: an entry (r, …) for each trace."""
    first, *others = (trace.columns for trace in traces)
    lengths = [len(trace.columns["rows"]) for trace in traces]
    starts = np.cumsum([0, *lengths[:-1]])
    joined = {
        name: np.concatenate([first[name], *(columns[name] for columns in others)])
        for name in first
        if all(name in columns for columns in others)
    }
    whole = {name: reduction(name).reduceat(column, starts) for name, column in joined.items()}
    if "y_mean" in joined:
        labels = Moments(scored_rows(joined), *(joined[name] for name in LABEL_MOMENTS)).over(
            starts
        )
        whole |= dict(zip(LABEL_MOMENTS, labels[1:]))
    return whole


def shared_changes(scenario: Scenario) -> Sequence[Change]:
    """The changes of a stream; none where they come at other rows with each of its seeds."""
    several = scenario.stream.drift.varies and scenario.evaluation.seeds > 1
    return [] if several else scenario.stream.changes(0)


def phases(scenario: Scenario, columns: Columns, dates: Dates | None = None) -> list[Phase]:
    """The stretches between the centres of changes, by the columns of a truth."""
    changes, names = shared_changes(scenario), list(scenario.stream.concepts)
    if not changes:
        return []
    centres = np.searchsorted(columns["first_row"], [change.centre for change in changes])
    edges = [0, *centres.tolist(), len(columns["rows"])]
    found, ruling = list[Phase](), [changes[0].before, *(change.after for change in changes)]
    same = len({*ruling}) == 1  # as between the marks of a table
    for concept, start, stop in zip(ruling, edges, edges[1:]):
        if stop > start:
            first, last = columns["first_row"][start], columns["last_row"][stop - 1]
            name = f"phase {len(found) + 1}" if same else names[concept]
            rows = f"rows {stretch_text(first, last, dates)}"
            found.append(Phase(f"{name} ({rows})", slice(start, stop)))
    return found if len(found) > 1 else []
