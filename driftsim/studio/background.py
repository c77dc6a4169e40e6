"""Background: runs of libraries and of own parts, played by processes beside the server."""

import pickle
import threading
import time
from collections.abc import Callable, Sequence

from driftsim.messages import ScenarioError
from driftsim.runner.contents import Contents, execute_packed
from driftsim.runner.execution import Result, when
from driftsim.runner.pool import leaves_none
from driftsim.runner.runs import Run
from driftsim.workers import Outcome, cores
from driftsim.workers.team import Team

MOST = 2  # processes
LIMIT = 600.0  # seconds of a run
PATIENCE = 1.0  # seconds that a run which nobody waits for may go on: it may be asked again


class Background:
    """Plays runs in processes that stay, so that their libraries are imported once.

    `ended` is called with each run that has ended and its result, in a thread of this.
    """

    def __init__(self, ended: Callable[[Run, Result], None], most: int = MOST):
        self._ended, self._most = ended, min(most, cores())
        self._wanted: dict[str, Run] = {}  # by key, in order
        self._changed, self._closed = threading.Condition(), False
        self._thread: threading.Thread | None = None

    def want(self, runs: Sequence[Run]) -> None:
        """Play these runs; those wanted before and not now are not started, or ended soon."""
        with self._changed:
            self._wanted = {run.key: run for run in runs}
            if runs and self._thread is None:
                self._thread = threading.Thread(target=self._play, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """End all processes."""
        with self._changed:
            self._closed, self._wanted = True, {}
            self._changed.notify()
        if self._thread:
            self._thread.join(10)

    def _play(self) -> None:
        with Team() as team, Contents(()) as contents:
            playing: dict[int, tuple[Run, float | None]] = {}  # since when nobody waits for it
            number = 0
            while not self._closed:
                with self._changed:
                    if not self._wanted and not team.busy:
                        self._changed.wait()
                    waiting = self._waiting(playing)
                while waiting and len(team.busy) < self._most:
                    run = waiting.pop(0)
                    if (job := self._packed(run, contents)) is not None:
                        playing[number] = run, None
                        team.start(number, job)
                        number += 1
                for outcome in team.ended(LIMIT, leaves_none):
                    run, _ = playing.pop(outcome.job)
                    self._done(run, result_of(run, outcome))
                self._end_stale(team, playing)
            for job in [*team.busy]:
                team.drop(job)

    def _waiting(self, playing) -> list[Run]:
        """The runs that are wanted and not in flight."""
        flying = {run.key for run, _ in playing.values()}
        return [run for key, run in self._wanted.items() if key not in flying]

    def _packed(self, run: Run, contents: Contents) -> bytes | None:
        """A run as a process takes it; None where it cannot be sent, which is its result."""
        try:
            return pickle.dumps((execute_packed, (contents.packed_here(run),)))
        except ScenarioError as error:
            self._done(run, Result(None, str(error), None, ()))
            return None

    def _done(self, run: Run, result: Result) -> None:
        with self._changed:
            self._wanted.pop(run.key, None)
        self._ended(run, result)

    def _end_stale(self, team: Team, playing) -> None:
        """End the processes of runs that nobody has waited for for some time."""
        now = time.monotonic()
        for job, (run, since) in [*playing.items()]:
            if run.key in self._wanted:
                playing[job] = run, None
            elif since is None:
                playing[job] = run, now
            elif now - since > PATIENCE:
                team.drop(job)
                del playing[job]


def result_of(run: Run, outcome: Outcome) -> Result:
    """The result of a run, or how its process has ended."""
    if outcome.overdue:
        return Result(None, f"took more than {LIMIT:g} seconds", None, ())
    if outcome.crash:
        reached = when(run, outcome.progress)
        failure = f"the process that ran it crashed {reached} ({outcome.crash})"
        return Result(None, failure, None, ())
    return outcome.value
