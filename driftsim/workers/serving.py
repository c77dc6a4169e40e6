"""Serving: what a worker does in its own process."""

import os
import pickle
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from queue import SimpleQueue

MARK = b"\0driftsim: a job ends here\0"  # among what is printed
PATIENCE = 2  # seconds that a process has to end by itself
EVERY = 0.1  # seconds between two reports of progress

unguarded = None  # ends this process; only while it imports the script of its parent


def serve(requests):
    """Do each job that comes in on a stream of pickles, until the stream ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies, prints = os.fdopen(os.dup(1), "wb"), os.dup(2)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(prints, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")

    def reply(kind, value=None):
        pickle.dump((kind, value), replies)
        replies.flush()

    jobs, busy = SimpleQueue(), threading.Event()
    threading.Thread(target=received, args=(requests, jobs, busy), daemon=True).start()
    import_script(jobs.get(), reply)
    while (job := jobs.get()) is not None:
        busy.set()
        with restored(prints) as moved:
            function, given = pickle.loads(job)
            value = function(*given, Reports(reply))
        reply("done", (value, *moved))
        busy.clear()


class Reports:
    """Sends the progress of a job, now and then."""

    def __init__(self, reply):
        self._reply, self._at, self._last = reply, -EVERY, -1

    def __call__(self, progress):
        now = time.monotonic()
        if self._last < 0 or progress < 0 or now - self._at >= EVERY:
            self._reply("progress", progress)
            self._at, self._last = now, progress


def received(requests, jobs, busy):
    """Pass on what comes in; its end is that of this process, and of all that it has begun."""
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            jobs.put(pickle.load(requests))
    jobs.put(None)
    if not busy.is_set():
        time.sleep(PATIENCE)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def import_script(script, reply):
    """Import the script of the parent, whose classes a job refers to, where there is one."""
    global unguarded
    if not script:
        return
    from multiprocessing import spawn

    def end():
        reply("unguarded")
        os._exit(1)

    unguarded = end
    spawn.prepare(script)
    unguarded = None


@contextmanager
def restored(prints):
    """Put back what a job changes of its process; yields a list, which gets where that was left."""
    folder, variables, moved = here(), dict(os.environ), [None]
    shown = sys.stdout, sys.stderr
    try:
        yield moved
    finally:
        if here() != folder and folder is not None:
            moved[0] = here() or "a folder that is gone"
            os.chdir(folder)
        if dict(os.environ) != variables:
            os.environ.clear()
            os.environ.update(variables)
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # it may be anything by now
                stream.flush()
        sys.stdout, sys.stderr = shown
        for number in (1, 2):
            os.dup2(prints, number)
        os.write(prints, MARK)


def here():
    """The working directory, or None where it is gone."""
    with suppress(OSError):
        return os.getcwd()
