"""Stored runs: the finished runs of a study from its store, with references by their truths."""

from collections.abc import Iterable, Iterator

import numpy as np

from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.trace import Trace, scored_rows
from driftsim.report.held import ROOM, size_of
from driftsim.report.table import Row
from driftsim.report.variant_results import TracedRun
from driftsim.runner.runs import Run, runs_of
from driftsim.scenario import Scenario, Variant
from driftsim.store import Store


class StoredRuns:
    """The finished runs of variants from a store, as it is when this is made.

    A trace that variants share is read once, as far as there is `room` for so many bytes. Raises
    `StoreError` for a trace that cannot be read.
    """

    def __init__(self, store: Store, parts: Iterable[str] = (), room: int = ROOM):
        self._store, self._held, self._parts = store, store.listed(), tuple(parts)
        self._traces: dict[str, Trace] = {}  # by key, the last used last
        self._left = room

    def of(self, variant: Variant, setting: Row) -> Iterator[TracedRun]:
        """The finished runs of a variant, those of references by the truth that they follow.

        Where runs are scored on part of the rows, references are, too.
        """
        protocol, names = variant.scenario.evaluation.protocol, references(variant.scenario)
        truths, compared = dict[int, Trace](), set[tuple[int, int]]()
        for run in runs_of(variant, self._parts):
            if run not in self._held:
                continue
            trace = self._trace(run)
            if run.contender is None:
                truths[run.seed] = trace
                for name in [] if protocol.partial else names:
                    yield TracedRun(setting, name, run.seed, reference(name, trace), trace)
            elif run.seed in truths:
                truth, fold = truths[run.seed], run.repeat if protocol.n_folds > 1 else 0
                if protocol.partial and (run.seed, fold) not in compared:
                    compared.add((run.seed, fold))
                    part = part_of(truth, trace)
                    for name in names:
                        own = reference(name, part)
                        yield TracedRun(setting, name, run.seed, own, truth, fold)
                yield TracedRun(setting, run.name, run.seed, trace, truth, run.repeat)

    def _trace(self, run: Run) -> Trace:
        """The trace of a run, read again where there was no room to keep it."""
        trace = self._traces.pop(run.key, None)
        if trace is None:
            trace = self._store.load(run)
            self._left -= size_of([trace])
        self._traces[run.key] = trace
        while self._left < 0 and len(self._traces) > 1:
            self._left += size_of([self._traces.pop(next(iter(self._traces)))])
        return trace


def references(scenario: Scenario) -> list[str]:
    """The references of a scenario, without those whose name a contender has."""
    scores = scores_of(scenario.stream.schema)
    names = ["oracle"] if scenario.stream.known and scenario.evaluation.truth else []
    names += [kind.kind() for kind in scores.references]
    return [name for name in names if name not in scenario.models]


def part_of(truth: Trace, trace: Trace) -> Trace:
    """What is true of the rows that a run is scored on, by its trace."""
    names = trace.columns.keys() & {*truth.columns, "scored"}
    return trace._replace(columns={name: trace.columns[name] for name in names})


def reference(name: str, truth: Trace) -> Trace:
    """The trace that a reference would leave, by the columns of the truth, or of part of the rows.

    With what is true of that part.
    """
    columns = {key: truth.columns[key] for key in ("first_row", "last_row", "rows")}
    if "scored" in truth.columns:
        columns |= truth.columns
    if name == "oracle":
        return Trace(columns | best_possible(truth.columns), truth.interval)
    own = {key: column for key, column in truth.columns.items() if key.startswith(f"{name}_")}
    columns |= {key.removeprefix(f"{name}_"): column for key, column in own.items()}
    if "correct" in columns:
        columns["correct"] = columns["correct"][:, None]
    return Trace(columns, truth.interval)


def best_possible(truth: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The expected columns (n, …) of the best possible predictor, by those of the truth."""
    if "bayes_error" in truth:
        bayes = truth["bayes_error"]
        return {"expected_error": bayes, "correct": (scored_rows(truth) - bayes)[:, None]}
    bayes = truth["bayes_squared_error"]
    return {"squared_error": bayes, "excess_squared_error": np.zeros(len(bayes))}
