"""Execution: one run, played in this process, whatever it does; to its trace, or its failure."""

import platform
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from zlib import crc32

import numpy as np

from driftsim.evaluation.prequential import COMPILING
from driftsim.evaluation.trace import Trace
from driftsim.learners.sklearn import unknown_category
from driftsim.messages import ScenarioError, line, plural
from driftsim.objects import received
from driftsim.own import load_parts
from driftsim.process_state import restored_state
from driftsim.rows import Outgrown, Unfit
from driftsim.runner.runs import Run
from driftsim.store.inputs import versions_differ

MOST_NOTES = 3  # warnings of a run that are kept
playing = threading.RLock()  # warnings and random generators belong to the whole process


class Result(NamedTuple):
    """What a process that has played a run gives back: a trace, or a failure."""

    trace: Trace | None
    failure: str | None  # in a line
    traceback: str | None
    notes: tuple[str, ...]
    out_of_memory: bool = False  # perhaps by the fault of a run before it, or beside it
    refused: bool = False  # by the fault of the process, as none like it can play any run


class Refused(ScenarioError):
    """A process cannot play a run, and others perhaps can."""


def execute(
    parts: dict[str, str],
    run: bytes,
    report: Callable[[int], None] = lambda row: None,
    place: str = platform.node(),
) -> Result:
    """Play one pickled run in a place, as people call it, and report the rows that it reaches.

    Threads of one process play theirs one after another. Raises only `KeyboardInterrupt`, and only
    where that can be Ctrl-C.
    """

    def unpickled():
        load_parts(parts)
        opened = received(run)
        check_versions(opened, place)
        return opened

    with playing:
        for reached in execution(unpickled):
            if isinstance(reached, Result):
                return reached
            report(reached)
    raise AssertionError("an execution ends with its result")


def check_versions(run: Run, place: str):
    """Check that this process, in a place, has the versions that the name of a run's trace is of.

    Raises `Refused` where it has others.
    """
    if differing := versions_differ(run.about["versions"]):
        raise Refused(
            f"the process that was to play it, on {place}, has other versions: {differing}; "
            "install the same there"
        )


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
        refused = isinstance(error, Refused)
        result = Result(None, str(error), None, log.notes, refused=refused)
    except BaseException as error:  # a contender's failure is its own; the others go on
        if suspended or (isinstance(error, KeyboardInterrupt) and interruptible()):
            raise
        row = getattr(error, "row", None)  # where it was raised, if that is known exactly
        at = f"at row {row:,}" if isinstance(row, int) else when(run, last)
        failure = f"failed {at}: {explained(error, run)}"
        no_room = isinstance(error, MemoryError)
        result = Result(None, failure, traceback.format_exc(), log.notes, no_room)
    yield result


def _rounds(run):
    """The rows that a run reaches, then its trace.

    It is played on the objects of libraries where it outgrows a kernel. Raises `ScenarioError` for
    a learner that has none, with a member that has.
    """
    yield run.rules.warmup
    try:
        yield (yield from run.play())
    except Outgrown as cause:
        other = run.uncompiled()
        if other.contender and other.contender.engine(run.stream.schema) == "compiled":
            only = "its learner runs compiled only; give its trees a larger max_size"
            raise ScenarioError(f"failed: {cause}, and {only}") from None
        warnings.warn(f"{cause}; so it was played again on the library's own", stacklevel=2)
        trace = yield from other.play()
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
