"""driftsim: which learner wins on a stream that changes, when, and at what cost.

A *stream* is concepts ruled by a drift. A *contender* is a learner kept up by a policy. A *run*
is one contender over one stream; its *trace* is all that is kept; metrics and reports are views
of traces.

    import driftsim
    from driftsim import report

    results = driftsim.run("scenarios/quickstart.yaml")
    results.summary()                           # a row a contender
    results.curves("error", window=500)         # a row a contender and window
    results.traces()                            # the tallies themselves
    report.write(results, "reports/quickstart") # figures, tables and the page

`driftsim.load` reads and checks a scenario without running it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftsim.messages import ScenarioError
    from driftsim.scenario import Scenario, load

__all__ = ["Scenario", "ScenarioError", "load", "run"]
__version__ = "0.1.0"


def __getattr__(name):  # imports what takes long only once it is asked for
    if name in ("Scenario", "ScenarioError", "load"):
        from driftsim import scenario

        return getattr(scenario, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*globals(), *__all__]


def run(scenario, out="reports", jobs=None, executor=None, fresh=False, parts=(), timeout=None):
    """Play every run of a scenario that has not been played yet; gives its `Results`.

    `scenario` is a path, what `load` gives, or a `Scenario` built in Python. Traces are kept
    in `out`/<name>/runs. `jobs` is the number of processes, one for each core by default; any
    `executor` of `concurrent.futures` will do instead. `fresh` plays all runs again. `parts`
    are files with people's own parts. A run of more than `timeout` seconds is ended, and fails.
    Raises `ScenarioError` for a scenario that will not do, and `RuntimeError` where a contender
    fails, after all others have ended, or where traces were removed meanwhile.
    """
    from pathlib import Path

    from driftsim.own import load_parts
    from driftsim.report.results import Results
    from driftsim.runner import Finished, play
    from driftsim.runs import lost_traces, missing
    from driftsim.scenario import Scenario, Study, load, study_of
    from driftsim.store import Store

    load_parts(parts)
    study = study_of(scenario) if isinstance(scenario, Scenario) else scenario
    study = study if isinstance(study, Study) else load(study)
    store = Store(Path(out) / study.name / "runs")
    runs = missing(study, store, parts, fresh)
    ended = [one for one in play(runs, store, jobs, executor, timeout) if isinstance(one, Finished)]
    failed = [one for one in ended if one.failure]
    if failed:
        raise RuntimeError("\n".join(f"{one.run.title}: {one.failure}" for one in failed))
    if gone := lost_traces(study, store, parts):
        raise RuntimeError(gone)
    return Results(study, store, parts)
