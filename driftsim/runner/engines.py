"""Engines: what plays runs, and what it yields of them."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from driftsim.messages import ScenarioError, line
from driftsim.objects import sent
from driftsim.runner.execution import Result, error_line, when
from driftsim.runner.runs import Run
from driftsim.workers import Printed


class Progress(NamedTuple):
    """How far the runs in flight are."""

    rows: list[tuple[Run, int]]  # the row that each has reached, or COMPILING
    waiting: int  # runs that have not started
    obstacle: str = ""  # why none can start, if that is so


class Ended(NamedTuple):
    """A run that has ended, with a trace or a failure."""

    run: Run
    result: Result
    printed: Printed | None = None  # where that is known


class Lost(NamedTuple):
    """A run whose process has crashed, perhaps by the fault of another run."""

    run: Run
    failure: str  # how it crashed, in a line
    notes: tuple[str, ...] = ()
    printed: Printed | None = None


class Engine(Protocol):
    """Plays runs, wherever that may be; it keeps nothing."""

    def play(self, runs: Sequence[Run]) -> Iterator[Progress | Ended | Lost]:
        """Play each run once, in any order; yields how each ended, and how far they are."""
        ...

    @property
    def alone(self) -> "Engine":
        """What plays one run that was lost, with no other beside it."""
        ...


def pickled(run: Run, apart: Callable[[Any], str | None] = lambda part: None) -> bytes:
    """A run as `execute` takes it, without what is sent apart, by the names that it has then.

    Raises `ScenarioError` where it cannot be pickled.
    """
    try:
        return sent(run, apart)
    except Exception as error:  # of somebody's own object
        cause = f"cannot be sent to another process: {error_line(error)}"
        raise ScenarioError(line(f"{run.title}: {cause}; run it with jobs=1")) from None


def as_sent(run: Run) -> Run:
    """The run as a worker gets it: which parts are one object decides how large a model is."""
    return pickle.loads(pickle.dumps(run))


def overdue_result(
    run: Run, limit: float | None, row: int | None, notes: tuple[str, ...] = ()
) -> Result:
    """What there is of a run that was ended at a row, as it took more than `limit` seconds."""
    failure = f"took more than {limit:g} seconds, and was ended {when(run, row)}"
    return Result(None, failure, None, notes)


def moved_notes(folder: str | None) -> tuple[str, ...]:
    """A note on a run that has left its process in another folder."""
    if folder is None:
        return ()
    return (line(f"changed the working directory to {folder}; it has been put back"),)
