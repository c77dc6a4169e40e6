"""driftsim: which learner wins on a stream that changes, when, and at what cost.

A *stream* draws rows from concepts; its drift says which one is in force where. A *contender* is a
learner with a policy that keeps it up to date. A *run* is one contender over one stream; its
*trace* is all that is kept; metrics and reports are views of traces.

    import driftsim

    results = driftsim.run("scenarios/quickstart.yaml")
    results.summary()                   # a row for each contender
    results.curves("error", window=500) # a row for each contender and window
    results.traces()                    # the tallies themselves
    driftsim.report.write(results, "reports/quickstart")  # pictures, tables and the page

`driftsim.load` reads and checks a scenario without running it, `driftsim.check` says in words what
happens in it. A scenario may also be a dict with the same keys. Without one:

    driftsim.evaluate("sea", "naive_bayes")  # a learner over a stream; its results
    driftsim.stream("sea").frame(0, 5_000)   # rows as a DataFrame, with concept and posterior
"""

import warnings
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from concurrent.futures import Executor

    from driftsim import report
    from driftsim.messages import ScenarioError
    from driftsim.one_line import evaluate, stream
    from driftsim.report.study_results import StudyResults
    from driftsim.runner.clusters import On
    from driftsim.scenario import Scenario, Study, load
    from driftsim.streams.frame import table as Table
    from driftsim.streams.function import function as Function
    from driftsim.streams.stream import Stream

    Source = str | Path | dict[str, Any] | Study | Scenario

__all__ = [
    "Function",
    "Scenario",
    "ScenarioError",
    "Stream",
    "Table",
    "check",
    "evaluate",
    "load",
    "report",
    "run",
    "stream",
]
MADE = {
    "Function": "driftsim.streams.function:function",
    "Scenario": "driftsim.scenario.scenario:Scenario",
    "ScenarioError": "driftsim.messages:ScenarioError",
    "Stream": "driftsim.streams.stream:Stream",
    "Table": "driftsim.streams.frame:table",
    "evaluate": "driftsim.one_line:evaluate",
    "load": "driftsim.scenario.loading:load",
    "stream": "driftsim.one_line:stream",
}
__version__ = "0.1.0"


def __getattr__(name):  # imports what takes long only when it is used
    if name == "report":
        return import_module("driftsim.report")
    if name in MADE:
        module, found = MADE[name].split(":")
        return getattr(import_module(module), found)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*globals(), *__all__]


def as_study(scenario: "Source", name: str | None = None, allow: "Collection[str]" = ()) -> "Study":
    """The study of a path or a dict, of what `load` returns, or of a `Scenario`."""
    from driftsim.scenario import Scenario, Study, load, study_of
    from driftsim.scenario.files import checked_name

    if isinstance(scenario, Scenario):
        return study_of(scenario, name or "scenario")
    if isinstance(scenario, Study):
        return scenario if name is None else scenario._replace(name=checked_name(name))
    return load(scenario, name=name, allow=allow)


def check(scenario: "Source", name: str | None = None, allow: "Collection[str]" = ()) -> str:
    """What `driftsim check` prints of a scenario; raises `ScenarioError` if it is not valid."""
    from driftsim.overview.study import overview

    return overview(as_study(scenario, name, allow), width=100)


def run(
    scenario: "Source",
    out: str | Path = "reports",
    jobs: int | None = None,
    executor: "Executor | None" = None,
    fresh: bool = False,
    parts: Iterable[str | Path] = (),
    timeout: float | None = None,
    name: str | None = None,
    progress: bool | None = None,
    allow: "Collection[str]" = (),
    on: "On | None" = None,
) -> "StudyResults":
    """Run what is missing of a scenario, and return its results.

    `scenario` is a path, a dict with the keys of a scenario file, what `load` returns, or a
    `Scenario`. Traces are kept in `out`/`name`/runs; `name` is by default that of the file, or
    `scenario`. `jobs` is the most processes at a time, by default one for each core; with `jobs=1`
    and no `timeout` all is run in this process, as are short studies of compiled learners. Any
    `executor` of `concurrent.futures` can be given instead, or a Dask cluster: `on` is the address
    of its scheduler, a client, or `local:8` for eight processes here. `fresh` runs all again.
    `parts` are Python files with your own parts. A run that takes more than `timeout` seconds
    fails. `progress` shows how far the runs are; by default in terminals and notebooks. `allow`
    names installed packages whose estimators the scenario may name by path, besides those that it
    always may. A word of the scenario that has been renamed works, with a `FutureWarning`.

    Raises `ScenarioError` for a scenario that is not valid, `StoreError` for a folder that cannot
    be written, and `RuntimeError` where traces were removed meanwhile, or where runs have failed,
    after all others have ended: its `results` are theirs.
    """
    from driftsim.own import load_parts, refuse_while_read
    from driftsim.runner.runs import missing
    from driftsim.store import Store

    refuse_while_read()
    files = [str(path) for path in parts]
    load_parts(files)
    study = as_study(scenario, name, allow)
    for note in study.notes:
        warnings.warn(note, FutureWarning, stacklevel=2)
    store = Store(Path(out).expanduser() / study.name / "runs")
    runs = missing(study, store, files, fresh)
    here = jobs == 1 and timeout is None
    failed = _failed(runs, progress, store, jobs, executor, timeout, here, on)
    return _results(study, store, files, failed)


def _failed(runs, progress, *how):
    """Play runs; returns those that have failed, each with why."""
    from driftsim.progress import finished, shown
    from driftsim.runner.playing import play

    ended = finished(play(runs, *how), runs, shown(runs, progress))
    return [one for one in ended if one.failure]


def _results(study, store, files, failed):
    """The results of a study that has been run; `RuntimeError` of failed runs and lost traces."""
    from driftsim.messages import RunsFailed
    from driftsim.report.study_results import StudyResults
    from driftsim.runner.runs import lost_traces

    results = StudyResults(study, store, files)
    if failed:
        message = "\n".join(f"{one.run.title}: {one.failure}" for one in failed)
        raise RunsFailed(message, results)
    if lost := lost_traces(study, store, files):
        raise RuntimeError(lost)
    return results
