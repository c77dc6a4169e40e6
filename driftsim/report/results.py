"""Results: all that is known of a study that has been run, from its finished runs."""

from collections.abc import Iterable, Iterator
from functools import cached_property, partial

from driftsim.evaluation.decision.losses import Matrix
from driftsim.evaluation.metrics import Metric, metric_of, metrics_of
from driftsim.files import content_hash
from driftsim.report.dates import dates_of_each
from driftsim.report.frames import Frames
from driftsim.report.held import ROOM, Held
from driftsim.report.stored_losses import Known, stored_matrices
from driftsim.report.stored_runs import StoredRuns
from driftsim.report.study_tables import TAKEN, TAKEN_BY_FLOORS, StudyTables
from driftsim.report.variant_results import ContenderResult, TracedRun, VariantResults
from driftsim.report.verdict import Verdict, verdict
from driftsim.report.windows import Window
from driftsim.runner.runs import Run, runs_of
from driftsim.scenario import Scenario, Study, Variant
from driftsim.scenario.resolved import resolved, with_default_figures
from driftsim.scenario.settings import shortest
from driftsim.store import Store


class Results(Frames):
    """All that is known of a study that has been run, each table a pandas frame.

    Finished runs come from the store, or are `runs`, those of each variant of the study in order.
    Of a store, traces are held in memory while they take up to `room` bytes, and read again else.
    Tables raise `StoreError` where the trace of a run cannot be read.
    """

    def __init__(
        self,
        study: Study,
        store: Store | None = None,
        parts: Iterable[str] = (),
        runs: Iterable[Iterable[TracedRun]] | None = None,
        room: int = ROOM,
    ):
        self.study, self.store, self._parts, self._runs = study, store, tuple(parts), runs
        self.whole = study  # of which this may be a part
        self._held = Held(room)

    def traces(self) -> list[TracedRun]:
        """Every finished run, by variant, contender, seed and repeat; references come last."""
        return [run for one in self.variants for run in one.runs]

    def verdict(self) -> Verdict:
        """What the study shows, in sentences that its figures support: `print` it."""
        return self._verdict

    @cached_property
    def tables(self) -> StudyTables:
        """The tables that the frames are made of."""
        return StudyTables(self.study, self.variants, self.swept, [*self.metrics])

    @cached_property
    def scenario_text(self) -> str:
        """The scenario of the study as the text of a file, with every default."""
        return resolved(self.study)

    @cached_property
    def scenario_hash(self) -> str:
        """A short hash of that text, with the figures that are pictures by default."""
        text = resolved(with_default_figures(self.study))
        return content_hash(text.encode())[:16]

    @cached_property
    def _verdict(self) -> Verdict:
        return verdict(self.variants, [*self.metrics], self.tables.ranks, self.tables.pairs)

    @cached_property
    def variants(self) -> list[VariantResults]:
        """The results of each variant of the study, in order."""
        variants, known, held = self.study.variants, Known(), self._held
        settings = [dict(zip(self.swept, one.setting.values())) for one in variants]
        dates = dates_of_each(one.scenario for one in variants)
        matrices = [partial(self._matrices, one.scenario, known) for one in variants]
        about = zip(variants, settings, self._runs_of_each(settings), dates, matrices)
        return [VariantResults(*one, held) for one in about]

    def _runs_of_each(self, settings):
        """What gives the finished runs of each variant."""
        if self._runs is not None:
            return [partial(iter, [*runs]) for runs in self._runs]
        if self.store is None:
            raise ValueError("results need a store or runs")
        stored = StoredRuns(self.store, self._parts, self._held.room)
        return [partial(stored.of, *one) for one in zip(self.study.variants, settings)]

    def _matrices(self, scenario: Scenario, known: Known) -> list[Matrix]:
        """The losses of the models of each learner, as far as they are in the store."""
        if self.store is None:
            return []
        return stored_matrices(scenario, self.store, self._parts, known)

    def by_variant(self) -> "list[Results]":
        """The results of each variant alone."""
        if len(self.variants) == 1:
            return [self]
        return [self._of([one]) for one in self.variants]

    @property
    def larger_than_memory(self) -> bool:
        """Whether there is no room for all traces, by the size of those of the first setting."""
        first, *others = self.variants
        return bool(first.results and len(others) * first.size > self._held.room)

    def first(self, n: int) -> "Results":
        """The results of the first variants alone, as parts of the whole study."""
        few = self._of(self.variants[:n])
        few.whole = self.whole
        return few

    def _of(self, variants):
        """The results of some variants, with all that is known of them."""
        return self.of(self.study._replace(variants=[one.variant for one in variants]), variants)

    def of(self, study: Study, variants: list[VariantResults]) -> "Results":
        """The results of some variants, as those of a study of them."""
        some = Results(study, self.store, self._parts)
        some.variants = variants
        return some

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
        bounds = (f"{name}_{side}" for name in self.asked for side in ("low", "high"))
        asked = any(one.scenario.decision.floor for one in self.study.variants)
        floors = TAKEN_BY_FLOORS if asked else set()
        return shortest(self.study.swept, taken=TAKEN.union(self.metrics, bounds, floors))

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """The metrics asked for, in order, and all others that the labels have.

        One of a class is that of the first setting: where streams have other classes, or in
        another order, each result has its own (`VariantResults.metric`).
        """
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
    def repeats(self) -> int:
        """How many learner seeds contenders have on each stream."""
        return max(one.scenario.evaluation.repeats_in_all for one in self.study.variants)

    @property
    def window(self) -> Window:
        """Rows, or time, per point of a curve."""
        return self.study.variants[0].scenario.window
