"""Playing: runs on an engine, their traces kept as they come, and those it lost played again."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

from driftsim.atomic import remove_stale
from driftsim.messages import ScenarioError, line, plural
from driftsim.runner.clusters import On, check_place, cluster
from driftsim.runner.engines import Ended, Engine, Lost, Progress, as_sent
from driftsim.runner.futures import Futures
from driftsim.runner.here import ThisProcess
from driftsim.runner.placement import played_here
from driftsim.runner.pool import Pool
from driftsim.runner.runs import Run
from driftsim.runner.sharing import Reporter
from driftsim.store import Store
from driftsim.workers import cores

FAILURE, OUTPUT = "failure.txt", "output.txt"  # what is kept of a run beside its trace


class Finished(NamedTuple):
    """A run that has ended: its trace is kept, or it has failed."""

    run: Run
    failure: str | None  # what went wrong, in a line
    notes: tuple[str, ...]  # warnings of the libraries and the like, each a line


def play(
    runs: Sequence[Run],
    store: Store,
    jobs: int | None = None,
    executor: Executor | None = None,
    timeout: float | None = None,
    here: bool = False,
    on: "On | None" = None,
) -> Iterator[Finished | Progress]:
    """Play runs and keep their traces; yields what happens, until all have ended.

    `jobs` is the most processes at a time, by default one for each core; a run of more than
    `timeout` seconds is ended, and fails. `here`: all runs are played in this process, one after
    another, which a run that crashes ends; runs that are short and safe are in any case, without a
    timeout. A cluster can be given instead, `on`, or any executor of `concurrent.futures`; it
    should give each of its processes one BLAS thread, and stays open. Raises `ScenarioError` for
    what does not go together, and where there is no such cluster.
    """
    check_choice(jobs, executor, timeout, on)
    remove_stale(store.folder)
    if runs:
        with engine_for(runs, jobs, executor, timeout, here, on) as engine:
            yield from played_on(engine, runs, store)


def check_choice(jobs, executor, timeout, on):
    """Check that it can be chosen so where runs are played; raises `ScenarioError`."""
    if timeout is not None and not timeout > 0:
        raise ScenarioError(f"a timeout of {timeout} is not valid; give seconds, more than 0")
    if timeout is not None and executor is not None:
        raise ScenarioError("an executor cannot end a run; leave out the timeout, or the executor")
    if on is not None:
        if jobs is not None:
            raise ScenarioError("--on: the cluster has its own processes; leave out --jobs")
        if executor is not None:
            raise ScenarioError("runs are played on a cluster or an executor; leave out one")
        check_place(on)


def engine_for(runs, jobs, executor, timeout, here, on) -> AbstractContextManager[Engine]:
    """What plays runs as they are asked for, to be used as a context."""
    if on is not None:
        return cluster(on, timeout)
    if executor is not None:
        return nullcontext(Futures(executor))
    if here:
        return nullcontext(ThisProcess())
    if timeout is None and played_here(runs):
        return nullcontext(ThisProcess(as_sent))
    return nullcontext(Pool(jobs or cores(), timeout))


def played_on(engine: Engine, runs: Sequence[Run], store: Store) -> Iterator[Finished | Progress]:
    """Play runs on an engine, and keep their traces.

    Those that it loses, or that find no memory, are played once more, each alone: another may have
    taken all memory.
    """
    with Reporter(store.folder) as reporter:
        for first in (yield from tried(engine, runs, store, reporter)):
            for again in (yield from tried(engine.alone, [first.run], store, reporter)):
                yield kept(store, again)


def tried(engine, runs, store, reporter):
    """Play runs once, and keep the traces of those that end; returns those that were lost."""
    lost = []
    for event in engine.play(runs):
        if isinstance(event, Progress):
            reporter.report(event.rows, event.waiting)
            yield event
        elif isinstance(event, Lost) or event.result.out_of_memory:
            lost.append(event)
        else:
            yield kept(store, event)
    return lost


def kept(store: Store, one: Ended | Lost) -> Finished:
    """A run of which the trace is kept, or why there is none, and what it has printed."""
    run, notes = one.run, output_notes(store, one)
    if isinstance(one, Lost):
        store.clear(run, FAILURE)
        return Finished(run, one.failure, (*one.notes, *notes))
    trace, failure, traceback, warned, *_ = one.result
    if trace is not None:
        store.save(run, trace)
    if traceback is None:
        store.clear(run, FAILURE)
    else:
        path = store.beside(run, FAILURE, f"{run.title}: {failure}\n\n{traceback}")
        failure = f"{failure}; the traceback is in {path}"
    return Finished(run, failure, (*warned, *notes))


def output_notes(store: Store, one: Ended | Lost) -> tuple[str, ...]:
    """A note on what a run has printed, which is kept in a file."""
    if one.printed is None or not one.printed.lines:
        store.clear(one.run, OUTPUT)
        return ()
    path = store.beside(one.run, OUTPUT, one.printed.text)
    return (line(f"printed {plural(one.printed.lines, 'line')}; see {path}"),)
