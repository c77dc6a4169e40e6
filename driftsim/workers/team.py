"""Team: the workers that share the jobs of one process, and the clean-up after them."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import current_process
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from driftsim.user_cache import PREFIX
from driftsim.workers.serving import PATIENCE
from driftsim.workers.worker import APART, Printed, Worker

TICK = 0.2  # seconds between two looks at what is in flight
# A worker that is busy in compiled code does not notice that its parent has ended. This process
# does: it kills the process groups whose numbers it was sent, and removes a folder.
REAPER = """
import os, shutil, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
UNGUARDED = (
    "this script runs a study as soon as it is imported, and the processes that play the runs "
    "import it; put what it does under `if __name__ == '__main__':`"
)


class Outcome(NamedTuple):
    """How a job has ended."""

    job: int  # its number
    value: Any  # what it has returned
    crash: str | None  # how its process ended before it returned, such as SIGKILL
    overdue: bool  # its process was ended as it took too long
    progress: int | None  # what it reported last
    printed: Printed
    moved: str | None  # the folder that it left its process in, where that is another


class InFlight(NamedTuple):
    """The jobs in flight."""

    progress: dict[int, int]  # what each has reported last, by its number
    waiting: int  # jobs that have not started


def outcomes(
    jobs: Sequence[bytes],
    most: int,
    limit: float | None = None,
    last: Callable[[Any], bool] = lambda value: False,
) -> Iterator[Outcome | InFlight]:
    """Do jobs, `most` at a time, each in a process: yields their outcomes, and their progress.

    A job is a pickled function and its arguments, which `jobs` gives when it starts; the function
    gets one argument more, to report its progress with, a number. A job of more than `limit`
    seconds since its first report is ended with its process; seconds in which its progress is
    negative do not count. A process whose job returns a value for which `last` holds does no other
    one. No process and no temporary folder outlives this, whatever ends it.
    Raises `RuntimeError` in a script that a process of somebody's own executor imports.
    """
    if getattr(current_process(), "_inheriting", False):
        raise RuntimeError(UNGUARDED)
    with Team() as team:
        waiting = deque(range(len(jobs)))
        while waiting or team.busy:
            while waiting and len(team.busy) < most:
                number = waiting.popleft()
                team.start(number, jobs[number])
            yield from team.ended(limit, last)
            yield team.in_flight(len(waiting))


class Team:
    """Workers, their temporary folder, and the process that cleans up after them."""

    def __init__(self):
        self._events = SimpleQueue[Any]()
        self._members: list[Worker] = []
        self.busy: dict[int, Worker] = {}  # by the number of the job that each does

    def __enter__(self):
        remove_stale_folders(Path(tempfile.gettempdir()))
        self._folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
        self._reaper = start_reaper(self._folder) if os.name == "posix" else None
        return self

    def __exit__(self, kind, *_):
        until = time.monotonic() + (0 if kind else PATIENCE)
        for one in self._members:
            one.dismiss()
        for one in self._members:
            one.end(max(until - time.monotonic(), 0))
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._reaper:
            self._reaper.communicate()

    def start(self, number: int, job: bytes):
        """Give a job to a worker without one, or to a new one."""
        idle = [one for one in self._members if one not in self.busy.values()]
        worker = self.busy[number] = idle[0] if idle else self._new()
        worker.start(job)

    def ended(self, limit: float | None, last: Callable[[Any], bool]) -> Iterator[Outcome]:
        """Wait a moment; yields the outcomes of jobs that have ended since."""
        self._receive()
        for job, one in [*self.busy.items()]:
            crash, overdue = one.crash(), one.overdue(limit)
            if one.reply:
                value, moved = one.reply
                crash, overdue = None, False
                if last(value):
                    self._remove(one)
            elif crash or overdue:
                value = moved = None
                self._remove(one)
            else:
                continue
            del self.busy[job]
            late, printed = overdue and not crash, one.printed or Printed()
            yield Outcome(job, value, crash, late, one.progress, printed, moved)

    def drop(self, number: int):
        """End the process of a job that nobody waits for any more."""
        self._remove(self.busy.pop(number))

    def in_flight(self, waiting: int) -> InFlight:
        """The jobs in flight, where `waiting` more have no worker."""
        known = {job: one.progress for job, one in self.busy.items() if one.progress is not None}
        return InFlight(known, waiting + len(self.busy) - len(known))

    def _new(self):
        worker = Worker(self._events, self._folder)
        self._members.append(worker)
        self._watch("+", worker)
        return worker

    def _remove(self, worker):
        worker.end()
        self._watch("-", worker)
        self._members.remove(worker)

    def _receive(self):
        with suppress(Empty):
            worker, kind, value = self._events.get(timeout=TICK)
            while True:
                worker.update(kind, value)
                worker, kind, value = self._events.get_nowait()

    def _watch(self, sign, worker):
        if self._reaper:
            with suppress(OSError):
                self._reaper.stdin.write(f"{sign}{worker.process.pid}\n".encode())
                self._reaper.stdin.flush()


def start_reaper(folder):
    """A process that ends what is left of a team, and removes its folder, when this one ends."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", REAPER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **APART,
    )


def remove_stale_folders(folder: Path):
    """Remove the temporary folders that processes which no longer exist have left in a folder."""
    for path in folder.glob(f"{PREFIX}[0-9]*-*"):
        number = path.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdecimal() and not alive(int(number)):
            shutil.rmtree(path, ignore_errors=True)


def alive(process: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it belongs to somebody else
        return True
    return True


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
