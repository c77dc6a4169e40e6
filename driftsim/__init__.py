"""driftsim: which learner wins on a stream that changes, when, and at what cost.

A *stream* draws rows from concepts; its drift says which one is in force where. A *contender* is a
learner with a policy that keeps it up to date. A *run* is one contender over one stream; its
*trace* is all that is kept; metrics and reports are views of traces.

    import driftsim

    results = driftsim.run("scenarios/quickstart.yaml")
    results.summary()                   # a row for each contender
    results.curves("error", window=500) # a row for each contender and window
    results.traces()                    # the tallies themselves
    driftsim.report.write(results, "reports/quickstart")  # figures, tables and the page

`driftsim.load` reads and checks a scenario without running it.
"""

import warnings
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from driftsim import report
    from driftsim.messages import ScenarioError
    from driftsim.report.results import Results
    from driftsim.scenario import Scenario, Study, load

__all__ = ["Scenario", "ScenarioError", "load", "report", "run"]
__version__ = "0.1.0"


def __getattr__(name):  # imports what takes long only when it is used
    if name == "report":
        return import_module("driftsim.report")
    if name in __all__:
        return getattr(import_module("driftsim.scenario"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*globals(), *__all__]


def as_study(scenario: "str | Path | Study | Scenario") -> "Study":
    """The study of a path, of what `load` returns, or of a `Scenario` built in Python."""
    from driftsim.scenario import Scenario, Study, load, study_of

    if isinstance(scenario, Scenario):
        return study_of(scenario)
    return scenario if isinstance(scenario, Study) else load(scenario)


def run(
    scenario: "str | Path | Study | Scenario",
    out: str | Path = "reports",
    jobs: int | None = None,
    executor: "Executor | None" = None,
    fresh: bool = False,
    parts: Iterable[str | Path] = (),
    timeout: float | None = None,
) -> "Results":
    """Play all runs of a scenario that its store does not hold, and return its `Results`.

    `scenario` is a path, what `load` returns, or a `Scenario` built in Python. Traces are kept in
    `out`/<name>/runs. `jobs` is the number of processes, by default one for each core; any
    `executor` of `concurrent.futures` can be given instead. `fresh` plays all runs again. `parts`
    are Python files with your own parts. A run that takes more than `timeout` seconds fails.
    A word of the scenario that has been renamed works, with a `FutureWarning`.

    Raises `ScenarioError` for a scenario that is not valid, `StoreError` for a folder that cannot
    be written, and `RuntimeError` where runs have failed, after all others have ended, or where
    traces were removed meanwhile.
    """
    from driftsim.own import load_parts
    from driftsim.report.results import Results
    from driftsim.runner import Finished, play
    from driftsim.runs import lost_traces, missing
    from driftsim.store import Store

    files = [str(path) for path in parts]
    load_parts(files)
    study = as_study(scenario)
    for note in study.notes:
        warnings.warn(note, FutureWarning, stacklevel=2)
    store = Store(Path(out) / study.name / "runs")
    runs = missing(study, store, files, fresh)
    ended = [one for one in play(runs, store, jobs, executor, timeout) if isinstance(one, Finished)]
    failed = [one for one in ended if one.failure]
    if failed:
        raise RuntimeError("\n".join(f"{one.run.title}: {one.failure}" for one in failed))
    if lost := lost_traces(study, store, files):
        raise RuntimeError(lost)
    return Results(study, store, files)
