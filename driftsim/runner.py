"""The runner: every run of a study that the store does not hold, on all cores."""

import pickle
import signal
import threading
import traceback
import warnings
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import contextmanager
from itertools import product
from typing import NamedTuple
from zlib import crc32

import numpy as np

from driftsim.evaluation.prequential import COMPILING, Contender, rounds, truths
from driftsim.evaluation.rules import Rules, TruthRules
from driftsim.evaluation.trace import Trace
from driftsim.messages import ScenarioError, line, plural
from driftsim.own import load_parts, loaded
from driftsim.rows import Edited, Outgrown, Unfit
from driftsim.store import digest, fingerprint, inputs, remove_stale
from driftsim.streams.stream import Stream
from driftsim.workers import Standing, cores, done
from driftsim.workers.state import put_back

FAILURE, OUTPUT = "failure.txt", "output.txt"  # what is kept of a run beside its trace
MOST_CHANGES = 1_000_000  # of a stream that is run
MOST_NOTES = 3  # warnings of a run that are shown
MOST_NAMED = 10  # runs in a sentence


class Run(NamedTuple):
    """The unit of work: one contender, or the truth, over one stream with one seed."""

    name: str  # of the contender; "truth" for what there is to know of the stream
    seed: int  # of the stream
    repeat: int  # of the learner on that stream
    repeats: int  # of how many
    stream: Stream
    contender: Contender | None  # None for the truth
    rules: Rules | TruthRules
    parts: dict[str, str]  # the hashes of the files of people's own parts, by path
    files: dict[str, str]  # the hashes of the files that its concepts read, by path
    about: dict  # all that its trace follows from
    key: str  # the hash of that

    @property
    def title(self):
        """The contender, the seed and, where there are several, the repeat."""
        repeat = f", repeat {self.repeat}" if self.repeats > 1 else ""
        return f"{self.name}, seed {self.seed}{repeat}"

    def uncompiled(self):
        """The same on the objects of libraries."""
        contender = self.contender.model_copy(update={"compiled": False})
        return self._replace(contender=contender)

    def play(self):
        """Yields the row it has come to, and returns the trace.

        Raises `ScenarioError` where a file is not the one that its hash is of.
        """
        try:
            self._unedited()
            trace = yield from self._rounds()
            self._unedited()
            return trace
        except Edited as error:
            raise ScenarioError(line(str(error))) from None

    def _rounds(self):
        if self.contender is None:
            return truths(self.stream, self.rules, self.seed)
        return rounds(self.stream, self.contender, self.rules, self.seed, self.repeat)

    def _unedited(self):
        """Check that the files its concepts read are those that it is kept under."""
        for path, found in files_of(self.stream).items():
            if found != self.files.get(path):
                said = "it has been edited since it was first read; run the study again"
                raise Edited(f"{path}: {said}")


class Played(NamedTuple):
    """A run that has ended: with a trace, or with a failure."""

    run: Run
    failure: str | None  # what went wrong, in a line
    notes: tuple[str, ...]  # warnings of the libraries and the like, each a line


class Progress(NamedTuple):
    """How far the runs in flight have come."""

    rows: list[tuple[Run, int]]  # the row each has come to, or COMPILING
    waiting: int  # runs that have not begun


def runs_of(variant, parts=()):
    """Every run of a variant: the truth of each seed, and each contender as often as it repeats."""
    scenario, stream = variant.scenario, variant.scenario.stream
    parts = {path: loaded(path) or digest(path) for path in parts}
    files = files_of(stream)
    for name, contender in [("truth", None), *scenario.models.items()]:
        rules = scenario.rules if contender else scenario.rules.of_truth()
        repeats = scenario.evaluation.repeats if contender else 1
        for seed, repeat in product(range(scenario.evaluation.seeds), range(repeats)):
            about = inputs(stream, contender, rules, seed, repeat, parts | files)
            yield Run(
                name, seed, repeat, repeats, stream, contender, rules,
                parts, files, about, fingerprint(about),
            )  # fmt: skip


def files_of(stream):
    """The hashes of the files that the concepts of a stream read, by path.

    Raises `ScenarioError` for a file that cannot be read.
    """
    found = {}
    for concept in stream.concepts.values():
        try:
            found |= concept.hashes()
        except OSError as error:
            said = f"cannot be read: {(error.strerror or str(error)).lower()}"
            raise ScenarioError(line(f"{error.filename}: {said}")) from None
    return found


def missing(study, store, parts=(), fresh=False):
    """The runs of a study that the store does not hold, each once.

    Raises `ScenarioError` for a stream that changes more often than a report can show.
    """
    found = {}
    for variant in study.variants:
        if fault := restless(variant.scenario.stream):
            raise ScenarioError(f"{study.name}: {fault}")
        for run in runs_of(variant, parts):
            if fresh or run not in store:
                found.setdefault(run.key, run)
    return list(found.values())


def restless(stream):
    """Why a stream changes more often than a report can show, or None."""
    if (changes := len(stream.changes(0))) > MOST_CHANGES:
        return (
            f"the stream changes {changes:,} times, and at most {MOST_CHANGES:,} changes can be "
            "run; shorten the stream or let it change less often"
        )


def absent(study, store, parts=(), failures=()):
    """What to say of runs that have ended and are not in the store all the same, or None."""
    failed = {one.run.key for one in failures}
    gone = [run.title for run in missing(study, store, parts) if run.key not in failed]
    if not gone:
        return None
    more = f" and {len(gone) - MOST_NAMED:,} more" if len(gone) > MOST_NAMED else ""
    names = f"{'; '.join(gone[:MOST_NAMED])}{more}"
    said = "are no longer there, as if removed while the study ran; run the study again"
    return line(f"{store.folder}: the traces of these runs {said}: {names}", most=2_000)


def play(runs, store, jobs=None, executor=None, timeout=None) -> Iterator[Played | Progress]:
    """Play runs and keep their traces; yields what has happened, until all have ended.

    `jobs` is the number of processes, by default one for each core; a run of more than `timeout`
    seconds is ended, and fails. Any executor of
    `concurrent.futures` will do instead, such as `dask.distributed.Client(...).get_executor()`;
    it should give each of its processes one BLAS thread, and stays open.
    """
    if timeout is not None and not timeout > 0:
        raise ScenarioError(f"a timeout of {timeout} will not do; give seconds, more than 0")
    if timeout is not None and executor is not None:
        raise ScenarioError("an executor cannot end a run; leave out the timeout, or the executor")
    remove_stale(store.folder)
    if executor is not None:
        yield from _submitted(runs, store, executor)
    elif runs:
        lost = yield from _shared(runs, store, jobs or cores(), timeout)
        for run, *_ in lost:  # once more, each alone: another may have taken all memory
            for again in (yield from _shared([run], store, 1, timeout)):
                yield _failed(store, *again)


def _shared(runs, store, jobs, timeout):
    """Play runs on workers; returns those lost with a process that died, and how."""
    tasks, lost = [_task(run) for run in runs], []
    for event in done(tasks, jobs, timeout):
        if isinstance(event, Standing):
            rows = [(runs[i], row) for i, row in event.progress.items()]
            yield Progress(rows, event.waiting)
            continue
        run, row = runs[event.job], event.progress
        notes = _written(store, run, event)
        if event.overdue:
            failure = f"took more than {timeout:g} seconds, and was ended {after(run, row)}"
            yield _failed(store, run, failure, notes)
        elif event.fault:
            why = ", perhaps for want of memory" if event.fault == "SIGKILL" else ""
            failure = f"the process that ran it died {after(run, row)} ({event.fault}){why}"
            lost.append((run, failure, notes))
        else:
            yield _kept(store, run, event.value, notes)
    return lost


def _submitted(runs, store, executor):
    """Play runs on an executor."""
    waiting = {_handed(executor, run): run for run in runs}
    try:
        while waiting:
            ended, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in ended:
                yield _returned(store, waiting.pop(future), future)
            yield Progress([], len(waiting))
    finally:
        for future in waiting:
            future.cancel()


def _handed(executor, run):
    """The future of a run on an executor, which has failed where the executor does not take it."""
    given = run.parts, pickle.dumps(run)
    try:
        return executor.submit(execute, *given)
    except Exception as error:
        future = Future()
        future.set_exception(error)
        return future


def _returned(store, run, future):
    """A run whose future is done; an error of the executor itself is a failure of that run."""
    try:
        ended = future.result()
    except BrokenExecutor:
        return _failed(store, run, "the process that ran it died")
    except Exception as error:
        return _failed(store, run, f"the executor failed: {named(error)}")
    return _kept(store, run, ended)


def _kept(store, run, ended, notes=()):
    """A run that has ended, its trace kept or its failure written down."""
    if ended.trace is None:
        return _failed(store, run, ended.failure, (*ended.notes, *notes), ended.traceback)
    store.save(run, ended.trace)
    store.clear(run, FAILURE)
    return Played(run, None, (*ended.notes, *notes))


def _failed(store, run, failure, notes=(), traceback=None):
    if traceback is None:
        store.clear(run, FAILURE)
        return Played(run, failure, notes)
    path = store.beside(run, FAILURE, f"{run.title}: {failure}\n\n{traceback}")
    return Played(run, f"{failure}; the traceback is in {path}", notes)


def _written(store, run, outcome):
    """Notes of what a run has done to its process, what it has printed kept in a file."""
    notes = []
    if outcome.printed.lines:
        path = store.beside(run, OUTPUT, outcome.printed.text)
        notes.append(f"printed {plural(outcome.printed.lines, 'line')}; see {path}")
    else:
        store.clear(run, OUTPUT)
    if outcome.moved:
        notes.append(f"changed the working directory to {outcome.moved}; it has been put back")
    return tuple(map(line, notes))


def _task(run):
    return pickle.dumps((execute, (run.parts, pickle.dumps(run))))


def execute(parts, run, report=lambda row: None):
    """Play one pickled run, reporting the row that it has come to.

    Raises only `KeyboardInterrupt`, where that can be somebody's Ctrl-C.
    """
    reached, warned, played = Reached(report), Warned(), None
    try:
        with warned.listening():
            load_parts(parts)
            played = pickle.loads(run)
        with put_back(crc32(played.key.encode())), warned.listening():
            trace = _traced(played, reached)
        return Ended(trace, None, None, warned.notes)
    except Unfit as error:
        return Ended(None, f"failed at row {error.row:,}: {error.about}", None, warned.notes)
    except ScenarioError as error:
        return Ended(None, str(error), None, warned.notes)
    except BaseException as error:  # a contender's failure is its own; the others go on
        if isinstance(error, KeyboardInterrupt) and interruptible():
            raise
        row = getattr(error, "row", None)  # where it was raised, if that is known exactly
        at = f"at row {row:,}" if isinstance(row, int) else after(played, reached.row)
        failure = f"failed {at}: {named(error)}"
        return Ended(None, failure, traceback.format_exc(), warned.notes)


def interruptible():
    """Whether Ctrl-C interrupts this thread: the first one, unless its process ignores that."""
    first = threading.current_thread() is threading.main_thread()
    return first and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


class Ended(NamedTuple):
    """What has come of a run: a trace, or a failure."""

    trace: Trace | None
    failure: str | None  # in a line
    traceback: str | None
    notes: tuple[str, ...]


class Reached:
    """The row that a run has come to."""

    def __init__(self, report):
        self._report, self.row = report, None

    def __call__(self, row):
        self.row = row
        self._report(row)


class Warned:
    """The first distinct warnings of a run, and how many more there have been."""

    def __init__(self):
        self._texts, self._more = set(), 0

    def __call__(self, message, category, *_):
        text = line(f"{category.__name__}: {message}", most=200)
        if len(self._texts) < MOST_NOTES:
            self._texts.add(text)
        elif text not in self._texts:
            self._more += 1

    @contextmanager
    def listening(self):
        """Meanwhile take every warning."""
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.showwarning = self
            yield

    @property
    def notes(self):
        """Each a line."""
        more = [f"… and {plural(self._more, 'more warning')}"] if self._more else []
        return (*sorted(self._texts), *more)


def after(run, row):
    """When a run has ended that had come to a row, in words."""
    if row is None:
        return "before it began"
    if row == run.rules.warmup:
        return "before its first prediction"
    return "while its kernel was compiled" if row == COMPILING else f"after {plural(row, 'row')}"


def named(error):
    """An error in a line, as the last line of its traceback names it."""
    try:
        message = str(error)
    except Exception:
        message = "its message cannot be read"
    return line(f"{type(error).__name__}: {message}" if message else type(error).__name__)


def _traced(run, reached):
    """The trace of a run; on the objects of libraries, where it outgrows a kernel."""
    reached(run.rules.warmup)
    try:
        return _watched(run.play(), reached)
    except Outgrown as reason:
        warnings.warn(f"{reason}; so it was played again on the library's own", stacklevel=2)
        trace = _watched(run.uncompiled().play(), reached)
        trace.columns["outgrown"] = np.ones(len(trace.columns["rows"]), np.int64)
        return trace


def _watched(rounds, reached):
    while True:
        try:
            reached(next(rounds))
        except StopIteration as end:
            return end.value
