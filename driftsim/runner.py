"""The runner: plays runs here, on all cores, or on an executor, and keeps their traces."""

import pickle
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple
from zlib import crc32

import numpy as np

from driftsim.evaluation.prequential import COMPILING
from driftsim.evaluation.trace import Trace
from driftsim.learners.sklearn import unknown_category
from driftsim.messages import ScenarioError, line, plural
from driftsim.objects import sent
from driftsim.own import load_parts
from driftsim.placement import played_here
from driftsim.rows import Outgrown, Unfit
from driftsim.runs import Run
from driftsim.store import Store, remove_stale
from driftsim.workers import InFlight, cores, outcomes
from driftsim.workers.serving import EVERY
from driftsim.workers.state import one_thread, restored_state

FAILURE, OUTPUT = "failure.txt", "output.txt"  # what is kept of a run beside its trace
MOST_NOTES = 3  # warnings of a run that are kept


class Finished(NamedTuple):
    """A run that has ended: its trace is kept, or it has failed."""

    run: Run
    failure: str | None  # what went wrong, in a line
    notes: tuple[str, ...]  # warnings of the libraries and the like, each a line


class Progress(NamedTuple):
    """How far the runs in flight are."""

    rows: list[tuple[Run, int]]  # the row that each has reached, or COMPILING
    waiting: int  # runs that have not started


def play(
    runs: Sequence[Run],
    store: Store,
    jobs: int | None = None,
    executor: Executor | None = None,
    timeout: float | None = None,
    here: bool = False,
) -> Iterator[Finished | Progress]:
    """Play runs and keep their traces; yields what happens, until all have ended.

    `jobs` is the most processes at a time, by default one for each core; a run of more than
    `timeout` seconds is ended, and fails. `here`: all runs are played in this process, one after
    another, which a run that crashes ends; runs that are short and safe are in any case, without a
    timeout. Any executor of `concurrent.futures` can be given instead, such as
    `dask.distributed.Client(...).get_executor()`; it should give each of its processes one BLAS
    thread, and stays open. Raises `ScenarioError` for a timeout that is no time, or that an
    executor cannot keep.
    """
    if timeout is not None and not timeout > 0:
        raise ScenarioError(f"a timeout of {timeout} is not valid; give seconds, more than 0")
    if timeout is not None and executor is not None:
        raise ScenarioError("an executor cannot end a run; leave out the timeout, or the executor")
    remove_stale(store.folder)
    if executor is not None:
        yield from _on_executor(runs, store, executor)
    elif here:
        yield from _in_this_process(runs, store, itself)
    elif runs and timeout is None and played_here(runs):
        yield from _in_this_process(runs, store, as_sent)
    elif runs:
        crashed = yield from _on_workers(runs, store, jobs or cores(), timeout)
        for run, *_ in crashed:  # once more, each alone: another may have taken all memory
            for again in (yield from _on_workers([run], store, 1, timeout)):
                yield _fail(store, *again)


def _on_workers(runs, store, jobs, timeout):
    """Play runs on workers; returns those whose process crashed, and how."""
    crashed = []
    for event in outcomes(Jobs(runs), jobs, timeout):
        if isinstance(event, InFlight):
            rows = [(runs[i], row) for i, row in event.progress.items()]
            yield Progress(rows, event.waiting)
            continue
        run, row = runs[event.job], event.progress
        notes = _process_notes(store, run, event)
        if event.overdue:
            failure = f"took more than {timeout:g} seconds, and was ended {when(run, row)}"
            yield _fail(store, run, failure, notes)
        elif event.crash:
            cause = ", perhaps out of memory" if event.crash == "SIGKILL" else ""
            failure = f"the process that ran it crashed {when(run, row)} ({event.crash}){cause}"
            crashed.append((run, failure, notes))
        else:
            yield _finish(store, run, event.value, notes)
    return crashed


class Jobs(Sequence):
    """What workers are given of runs, each pickled when it starts: it may hold a whole table."""

    def __init__(self, runs: Sequence[Run]):
        self._runs = runs

    def __len__(self):
        return len(self._runs)

    def __getitem__(self, i):
        return pickle.dumps((execute, _arguments(self._runs[i])))


def _in_this_process(runs, store, opened):
    """Play runs one after another, with one thread each, as a worker has."""
    with one_thread():
        for i, run in enumerate(runs):
            due = 0.0
            for reached in execution(partial(opened, run)):
                if isinstance(reached, Result):
                    store.clear(run, OUTPUT)
                    yield _finish(store, run, reached)
                elif reached < 0 or time.monotonic() >= due:
                    yield Progress([(run, reached)], len(runs) - i - 1)
                    due = time.monotonic() + EVERY


def itself(run: Run) -> Run:
    """The run, which is played here."""
    return run


def as_sent(run: Run) -> Run:
    """The run as a worker gets it: which parts are one object decides how large a model is."""
    return pickle.loads(pickle.dumps(run))


def _on_executor(runs, store, executor):
    """Play runs on an executor."""
    waiting = {_submit(executor, run): run for run in runs}
    try:
        while waiting:
            ended, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in ended:
                yield _collect(store, waiting.pop(future), future)
            yield Progress([], len(waiting))
    finally:
        for future in waiting:
            future.cancel()


def _submit(executor, run):
    """The future of a run on an executor; a failed one where the executor does not take it."""
    arguments = _arguments(run)
    try:
        return executor.submit(execute, *arguments)
    except Exception as error:
        future: Future = Future()
        future.set_exception(error)
        return future


def _arguments(run):
    try:
        return run.parts, sent(run)
    except Exception as error:  # of somebody's own object
        cause = f"cannot be sent to another process: {error_line(error)}"
        raise ScenarioError(line(f"{run.title}: {cause}; run it with jobs=1")) from None


def _collect(store, run, future):
    """A run whose future is done; an error of the executor itself is a failure of that run."""
    try:
        result = future.result()
    except BrokenExecutor:
        return _fail(store, run, "the process that ran it crashed")
    except Exception as error:
        return _fail(store, run, f"the executor failed: {error_line(error)}")
    return _finish(store, run, result)


def _finish(store, run, result, notes=()):
    """Keep the trace of a run that has ended, or its failure."""
    notes = (*result.notes, *notes)
    if result.trace is None:
        return _fail(store, run, result.failure, notes, result.traceback)
    store.save(run, result.trace)
    store.clear(run, FAILURE)
    return Finished(run, None, notes)


def _fail(store, run, failure, notes=(), traceback=None):
    if traceback is None:
        store.clear(run, FAILURE)
        return Finished(run, failure, notes)
    path = store.beside(run, FAILURE, f"{run.title}: {failure}\n\n{traceback}")
    return Finished(run, f"{failure}; the traceback is in {path}", notes)


def _process_notes(store, run, outcome):
    """Notes on what a run has done to its process; what it has printed is kept in a file."""
    notes = []
    if outcome.printed.lines:
        path = store.beside(run, OUTPUT, outcome.printed.text)
        notes.append(f"printed {plural(outcome.printed.lines, 'line')}; see {path}")
    else:
        store.clear(run, OUTPUT)
    if outcome.moved:
        notes.append(f"changed the working directory to {outcome.moved}; it has been put back")
    return tuple(map(line, notes))


class Result(NamedTuple):
    """What a process that has played a run gives back: a trace, or a failure."""

    trace: Trace | None
    failure: str | None  # in a line
    traceback: str | None
    notes: tuple[str, ...]


def execute(
    parts: dict[str, str], run: bytes, report: Callable[[int], None] = lambda row: None
) -> Result:
    """Play one pickled run, and report the rows that it reaches.

    Raises only `KeyboardInterrupt`, and only where that can be Ctrl-C.
    """

    def unpickled():
        load_parts(parts)
        return pickle.loads(run)

    for reached in execution(unpickled):
        if isinstance(reached, Result):
            return reached
        report(reached)
    raise AssertionError("an execution ends with its result")


def execution(opened: Callable[[], Run]) -> Iterator[int | Result]:
    """Play the run that a function gives: yields the rows that it reaches, then its `Result`."""
    log, last, run, suspended = WarningLog(), None, None, False
    try:
        with log.recording():
            run = opened()
        with restored_state(crc32(run.key.encode())), log.recording():
            for last in _rounds(run):
                if isinstance(last, Trace):
                    break
                suspended = True
                yield last
                suspended = False
        result = Result(last, None, None, log.notes)
    except Unfit as error:
        result = Result(None, f"failed at row {error.row:,}: {error.about}", None, log.notes)
    except ScenarioError as error:
        result = Result(None, str(error), None, log.notes)
    except BaseException as error:  # a contender's failure is its own; the others go on
        if suspended or (isinstance(error, KeyboardInterrupt) and interruptible()):
            raise
        row = getattr(error, "row", None)  # where it was raised, if that is known exactly
        at = f"at row {row:,}" if isinstance(row, int) else when(run, last)
        failure = f"failed {at}: {explained(error, run)}"
        result = Result(None, failure, traceback.format_exc(), log.notes)
    yield result


def _rounds(run):
    """The rows that a run reaches, then its trace.

    It is played on the objects of libraries where it outgrows a kernel.
    """
    yield run.rules.warmup
    try:
        yield (yield from run.play())
    except Outgrown as cause:
        warnings.warn(f"{cause}; so it was played again on the library's own", stacklevel=2)
        trace = yield from run.uncompiled().play()
        trace.columns["outgrown"] = np.ones(len(trace.columns["rows"]), np.int64)
        yield trace


def interruptible() -> bool:
    """Whether Ctrl-C interrupts this thread: the first one, unless its process ignores that."""
    first = threading.current_thread() is threading.main_thread()
    return first and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


class WarningLog:
    """The first distinct warnings of a run, and how many more there were."""

    def __init__(self):
        self._texts: set[str] = set()
        self._more = 0

    def __call__(self, message, category, *_):
        text = line(f"{category.__name__}: {message}", most=200)
        if len(self._texts) < MOST_NOTES:
            self._texts.add(text)
        elif text not in self._texts:
            self._more += 1

    @contextmanager
    def recording(self):
        """Take every warning that is raised within this context."""
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.showwarning = self
            yield

    @property
    def notes(self) -> tuple[str, ...]:
        """Each a line."""
        more = [f"… and {plural(self._more, 'more warning')}"] if self._more else []
        return (*sorted(self._texts), *more)


def when(run: Run | None, row: int | None) -> str:
    """When a run ended that had reached a row, in words."""
    if run is None or row is None:
        return "before it started"
    if row == run.rules.warmup:
        return "before its first prediction"
    return "while its kernel was compiled" if row == COMPILING else f"after {plural(row, 'row')}"


def explained(error: BaseException, run: Run | None) -> str:
    """An error in a line; a category that an encoder does not know, by text and column."""
    row = getattr(error, "row", None)
    if run is None or not isinstance(row, int) or "unknown categories" not in error_line(error):
        return error_line(error)
    world = run.stream.instantiated(run.seed, run.rules.warmup)
    x = world.rows(row, row + 1).X[0]
    return unknown_category(error, x, world.schema) or error_line(error)


def error_line(error: BaseException) -> str:
    """An error in a line, as the last line of its traceback names it."""
    try:
        message = str(error)
    except Exception:
        message = "its message cannot be read"
    return line(f"{type(error).__name__}: {message}" if message else type(error).__name__)
