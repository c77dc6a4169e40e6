"""This process, as an engine: runs one after another."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from driftsim.process_state import one_thread
from driftsim.runner.engines import Ended, Progress
from driftsim.runner.execution import Result, execution
from driftsim.runner.runs import Run
from driftsim.workers.serving import EVERY


def itself(run: Run) -> Run:
    """The run, which is played here."""
    return run


class ThisProcess:
    """Plays runs one after another, with one thread each, as a worker has; a crash ends it all."""

    def __init__(self, opened: Callable[[Run], Run] = itself):
        self._opened = opened

    def play(self, runs: Sequence[Run]) -> Iterator[Progress | Ended]:
        with one_thread():
            for i, run in enumerate(runs):
                due = 0.0
                for reached in execution(partial(self._opened, run)):
                    if isinstance(reached, Result):
                        yield Ended(run, reached)
                    elif reached < 0 or time.monotonic() >= due:
                        yield Progress([(run, reached)], len(runs) - i - 1)
                        due = time.monotonic() + EVERY

    @property
    def alone(self) -> "ThisProcess":
        return self
