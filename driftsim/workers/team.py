"""Team: the workers that share out the jobs of one process, and what they leave behind."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import suppress
from multiprocessing import current_process, spawn
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from driftsim.workers import serving
from driftsim.workers.serving import PATIENCE
from driftsim.workers.worker import APART, Printed, Worker

TICK = 0.2  # seconds between two looks at what is in flight
PREFIX = "driftsim-"  # of temporary folders, before the number of the process they belong to
# Once the process that began it has ended, it kills the groups of processes whose numbers it
# has been sent, as a worker may be busy in compiled code, and removes a folder.
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
UNIMPORTABLE = (
    "a part of this study is defined where it is run, and no other process can import it from "
    "there; put it into a Python file, and give that as `parts`"
)


class Outcome(NamedTuple):
    """How a job has ended."""

    job: int  # its number
    value: Any  # what it has returned
    fault: str | None  # how its process ended before it returned, such as SIGKILL
    overdue: bool  # its process was ended as it took too long
    progress: int | None  # what it reported last
    printed: Printed
    moved: str | None  # the folder that it left its process in, where that is another


class Standing(NamedTuple):
    """What is in flight."""

    progress: dict[int, int]  # what each job in flight has reported last, by its number
    waiting: int  # jobs that have not begun


def done(jobs, most, limit=None):
    """Do jobs, `most` at a time, each in a process: yields `Outcome`s and `Standing`s.

    A job is a pickled function and its arguments; the function gets one argument more, to report
    its progress with, a number. A job of more than `limit` seconds since its first report is ended
    with its process; seconds in which its progress is negative do not count. No process and no
    temporary folder outlives this, whatever ends it. Raises `RuntimeError` where a job needs the
    script that has been run, and no other process can import it.
    """
    with Team(script(jobs)) as team:
        waiting = deque(enumerate(jobs))
        while waiting or team.busy:
            while waiting and len(team.busy) < most:
                team.idle().begin(*waiting.popleft())
            yield from team.ended(limit)
            yield team.standing(len(waiting))


class Team:
    """Workers, their temporary folder, and the process that outlives them all."""

    def __init__(self, script):
        self._script, self._members, self._events = script, [], SimpleQueue()

    def __enter__(self):
        sweep(Path(tempfile.gettempdir()))
        self._folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
        self._reaper = reaper(self._folder) if os.name == "posix" else None
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

    @property
    def busy(self):
        """The workers that have a job."""
        return [one for one in self._members if one.job is not None]

    def idle(self):
        """A worker without a job."""
        for one in self._members:
            if one.job is None:
                return one
        self._members.append(Worker(self._events, self._folder, self._script))
        self._watch("+", self._members[-1])
        return self._members[-1]

    def ended(self, limit):
        """Wait a moment; yields how jobs have ended since."""
        self._receive()
        for one in self.busy:
            fault, overdue = one.fault(), one.overdue(limit)
            if one.reply:
                value, moved = one.reply
                yield Outcome(one.job, value, None, False, one.progress, one.printed, moved)
                one.job = None
            elif fault or overdue:
                one.end()
                self._watch("-", one)
                self._members.remove(one)
                late = not fault
                yield Outcome(one.job, None, fault, late, one.progress, one.printed, None)

    def standing(self, waiting):
        """What is in flight, where so many jobs more are waiting."""
        progress = {one.job: one.progress for one in self.busy if one.progress is not None}
        return Standing(progress, waiting + len(self.busy) - len(progress))

    def _receive(self):
        with suppress(Empty):
            worker, kind, value = self._events.get(timeout=TICK)
            while True:
                if kind == "unguarded":
                    raise RuntimeError(UNGUARDED)
                worker.happened(kind, value)
                worker, kind, value = self._events.get_nowait()

    def _watch(self, sign, worker):
        if self._reaper:
            with suppress(OSError):
                self._reaper.stdin.write(f"{sign}{worker.process.pid}\n".encode())
                self._reaper.stdin.flush()


def reaper(folder):
    """A process that ends what is left of a team, and removes its folder, when this one ends."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", REAPER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **APART,
    )


def script(jobs):
    """What a worker needs to import the script that has been run, or None if no job needs it."""
    if serving.unguarded:
        serving.unguarded()
    if getattr(current_process(), "_inheriting", False):  # of an executor of somebody's own
        raise RuntimeError(UNGUARDED)
    if not any(b"__main__" in job for job in jobs):
        return None
    main = spawn.get_preparation_data("worker")
    main = {name: value for name, value in main.items() if name.startswith("init_main")}
    file = main.get("init_main_from_path")
    if not main or (file and not Path(file).is_file()):
        raise RuntimeError(UNIMPORTABLE)
    return main


def sweep(folder):
    """Remove the temporary folders of processes that have ended, and left them there."""
    for path in folder.glob(f"{PREFIX}[0-9]*-*"):
        number = path.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdecimal() and not alive(int(number)):
            shutil.rmtree(path, ignore_errors=True)


def alive(process):
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of somebody else
        return True
    return True


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
