"""Any executor of `concurrent.futures`, as an engine."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait

from driftsim.runner.contents import Contents, execute_packed
from driftsim.runner.engines import Ended, Lost, Progress
from driftsim.runner.execution import error_line
from driftsim.runner.runs import Run

CRASHED = "the process that ran it crashed"
REFUSED = (
    "the executor takes no more runs since one of its processes crashed; run the study again with "
    "a new one, or without any, which finds the run that crashes"
)


class Futures:
    """Plays runs on somebody's executor, which stays open."""

    def __init__(self, executor: Executor):
        self._executor = executor

    def play(self, runs: Sequence[Run]) -> Iterator[Progress | Ended | Lost]:
        with Contents(runs) as contents:
            waiting = {self._submit(contents.whole(run)): run for run in runs}
        try:
            while waiting:
                done, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                ended = [future for future in waiting if future in done]  # in their order
                yield from (collected(waiting.pop(future), future) for future in ended)
                yield Progress([], len(waiting))
        finally:
            for future in waiting:
                future.cancel()

    @property
    def alone(self) -> "Futures":
        return self

    def _submit(self, packed):
        """The future of a run; a failed one where the executor does not take it."""
        try:
            return self._executor.submit(execute_packed, packed)
        except Exception as error:
            future: Future = Future()
            future.set_exception(Broken() if isinstance(error, BrokenExecutor) else error)
            return future


class Broken(Exception):
    """An executor that takes no more runs, whatever they are."""


def collected(run: Run, future: Future) -> Ended | Lost:
    """A run whose future is done; any error is the executor's, as `execute` raises none."""
    try:
        return Ended(run, future.result())
    except BrokenExecutor:
        return Lost(run, CRASHED)
    except Broken:
        return Lost(run, REFUSED)
    except Exception as error:
        return Lost(run, f"the executor failed: {error_line(error)}")
