"""Serving: the loop of a worker, in its own process."""

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any, BinaryIO

from driftsim.workers.surroundings import restored_surroundings

MARK = b"\0driftsim: a job ends here\0"  # among what is printed
PATIENCE = 2  # seconds that a process has to end by itself
EVERY = 0.1  # seconds between two reports of progress


def serve(requests: BinaryIO):
    """Do each job that arrives on a stream of pickles, until the stream ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies, prints = os.fdopen(os.dup(1), "wb"), os.dup(2)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(prints, 1)
    for stream in (sys.stdout, sys.stderr):  # each a TextIOWrapper, as nobody has replaced it yet
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]

    def reply(kind, value=None):
        pickle.dump((kind, value), replies)
        replies.flush()

    jobs: SimpleQueue[Any] = SimpleQueue()
    busy = threading.Event()
    threading.Thread(target=receive, args=(requests, jobs, busy), daemon=True).start()
    while (job := jobs.get()) is not None:
        busy.set()
        with restored_process(prints) as moved:
            function, arguments = pickle.loads(job)
            value = function(*arguments, ProgressReports(reply))
        reply("done", (value, *moved))
        busy.clear()


class ProgressReports:
    """Sends the progress of a job, at most every tenth of a second."""

    def __init__(self, reply: Callable[[str, Any], None]):
        self._reply, self._at, self._last = reply, -EVERY, -1

    def __call__(self, progress: int):
        now = time.monotonic()
        if self._last < 0 or progress < 0 or now - self._at >= EVERY:
            self._reply("progress", progress)
            self._at, self._last = now, progress


def receive(requests, jobs, busy):
    """Queue the jobs that arrive; where they end, so do this process and all it has started."""
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            jobs.put(pickle.load(requests))
    jobs.put(None)
    if not busy.is_set():
        time.sleep(PATIENCE)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


@contextmanager
def restored_process(prints: int) -> Iterator[list[str | None]]:
    """Put back the folder, the environment and the streams that a job changes in its process.

    Yields a list of one entry: at the end, the folder in which the job left the process, or None.
    """
    streams = sys.stdout, sys.stderr
    try:
        with restored_surroundings() as moved:
            yield moved
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # it may be anything by now
                stream.flush()
        sys.stdout, sys.stderr = streams
        for number in (1, 2):
            os.dup2(prints, number)
        os.write(prints, MARK)
