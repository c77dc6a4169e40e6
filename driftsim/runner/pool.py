"""The processes of this machine, as an engine."""

import pickle
from collections.abc import Iterator, Sequence

from driftsim.runner.contents import Contents, execute_packed
from driftsim.runner.engines import Ended, Lost, Progress, moved_notes, overdue_result
from driftsim.runner.execution import Result, when
from driftsim.runner.runs import Run
from driftsim.workers import InFlight, outcomes


class Pool:
    """Plays runs in processes of its own, each with one thread, and outlives their crashes."""

    def __init__(self, jobs: int, timeout: float | None = None):
        self._jobs, self._timeout = jobs, timeout  # the most at a time; seconds of a run

    def play(self, runs: Sequence[Run]) -> Iterator[Progress | Ended | Lost]:
        with Contents(()) as contents:
            jobs = Jobs(runs, contents)
            for event in outcomes(jobs, self._jobs, self._timeout, leaves_none):
                if isinstance(event, InFlight):
                    rows = [(runs[i], row) for i, row in event.progress.items()]
                    yield Progress(rows, event.waiting)
                else:
                    yield self._ended(runs[event.job], event)

    @property
    def alone(self) -> "Pool":
        return Pool(1, self._timeout)

    def _ended(self, run, outcome):
        notes, row = moved_notes(outcome.moved), outcome.progress
        if outcome.overdue:
            return Ended(run, overdue_result(run, self._timeout, row, notes), outcome.printed)
        if outcome.crash:
            cause = ", perhaps out of memory" if outcome.crash == "SIGKILL" else ""
            crash = f"the process that ran it crashed {when(run, row)} ({outcome.crash}){cause}"
            return Lost(run, crash, notes, outcome.printed)
        result = outcome.value
        return Ended(run, result._replace(notes=(*result.notes, *notes)), outcome.printed)


def leaves_none(result: Result) -> bool:
    """Whether a run has left its process without memory, so that no other is to be played there."""
    return result.out_of_memory


class Jobs(Sequence):
    """What workers are given of runs, each pickled when it starts; large objects lie in a file."""

    def __init__(self, runs: Sequence[Run], contents: Contents):
        self._runs, self._contents = runs, contents

    def __len__(self):
        return len(self._runs)

    def __getitem__(self, i):
        return pickle.dumps((execute_packed, (self._contents.packed_here(self._runs[i]),)))
