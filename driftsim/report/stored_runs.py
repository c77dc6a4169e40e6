"""Stored runs: the finished runs of a study from its store, with references by their truths."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.trace import Trace
from driftsim.report.table import Row
from driftsim.report.variant_results import TracedRun
from driftsim.runner.runs import runs_of
from driftsim.scenario import Scenario, Variant
from driftsim.store import Store


def stored_runs(
    variants: Sequence[Variant],
    settings: Sequence[Row],
    store: Store,
    parts: Iterable[str] = (),
) -> Iterator[list[TracedRun]]:
    """The finished runs of each variant; a trace that variants share is read once.

    Raises `StoreError` for a trace that cannot be read.
    """
    traces: dict[str, Trace] = {}
    for variant, setting in zip(variants, settings):
        truths: dict[int, Trace] = {}
        found = []
        for run in runs_of(variant, parts):
            if run.key not in traces:
                if run not in store:
                    continue
                traces[run.key] = store.load(run)
            trace = traces[run.key]
            if run.contender is None:
                truths[run.seed] = trace
                found += [
                    TracedRun(setting, name, run.seed, reference(name, trace), trace)
                    for name in references(variant.scenario)
                ]
            elif run.seed in truths:
                truth = truths[run.seed]
                found.append(TracedRun(setting, run.name, run.seed, trace, truth, run.repeat))
        yield found


def references(scenario: Scenario) -> list[str]:
    """The references of a scenario, without those whose name a contender has."""
    scores = scores_of(scenario.stream.schema)
    names = ["oracle"] if scenario.stream.known and scenario.evaluation.truth else []
    names += [kind.kind() for kind in scores.references]
    return [name for name in names if name not in scenario.models]


def reference(name: str, truth: Trace) -> Trace:
    """The trace that a reference would leave, by the columns of the truth."""
    columns = {key: truth.columns[key] for key in ("first_row", "last_row", "rows")}
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
        return {"expected_error": bayes, "correct": (truth["rows"] - bayes)[:, None]}
    bayes = truth["bayes_squared_error"]
    return {"squared_error": bayes, "excess_squared_error": np.zeros(len(bayes))}
