"""Worker: a process that does jobs, as its parent handles it."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from driftsim.workers.serving import MARK

THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS", "NUMBA")
TEMPORARY = ("TMPDIR", "TEMP", "TMP", "JOBLIB_TEMP_FOLDER")
KEPT = 32_768  # bytes of what is printed, from its beginning and from its end
COMMAND = (
    "import os, pickle, sys; requests = os.fdopen(os.dup(0), 'rb');"
    "sys.path[:] = pickle.load(requests);"
    "from driftsim.workers.serving import serve; serve(requests)"
)
FLAGS = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # as multiprocessing
# In a process group of its own it gets no Ctrl-C, and is killed with all that it has started.
APART: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {"creationflags": 0x200}


class Printed:
    """What a job has printed: its lines counted, its beginning and its end."""

    def __init__(self):
        self._ends, self._bytes = 0, 0
        self._first, self._last = bytearray(), bytearray()

    def add(self, piece: bytes):
        """Take a piece; what lies between the beginning and the end is only counted."""
        self._ends += piece.count(b"\n")
        self._bytes += len(piece)
        room = KEPT - len(self._first)
        self._first += piece[:room]
        self._last += piece[room:]
        del self._last[:-KEPT]

    @property
    def lines(self) -> int:
        """How many lines there are, the last of which may have no end."""
        return self._ends + bool(self._bytes and not (self._last or self._first).endswith(b"\n"))

    @property
    def text(self) -> str:
        """The beginning and the end, and how many bytes are left out between them."""
        cut = self._bytes - len(self._first) - len(self._last)
        between = b"\n[%d bytes left out]\n" % cut if cut else b""
        return (bytes(self._first) + between + bytes(self._last)).decode(errors="replace")


class Worker:
    """A process that does one job at a time, and never outlives this one."""

    def __init__(self, events: SimpleQueue, folder: str):
        self.progress: int | None = None  # what the job has reported last
        self.printed: Printed | None = None  # by the job; None before it has ended
        self._events, self._printing, self._gone = events, Printed(), False
        self.process = subprocess.Popen(
            [sys.executable, *FLAGS, "-P", "-c", COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(folder),
            **APART,
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._requests, self._replies = self.process.stdin, self.process.stdout
        self._prints = self.process.stderr
        targets = (self._read_replies, self._read_prints)
        self._threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()
        self._send([os.path.abspath(path) for path in sys.path])

    def start(self, job: bytes):
        """Give it a pickled function and its arguments."""
        self.progress, self.printed, self._replied = None, None, None
        self._send(job)

    def update(self, kind: str, value: Any):
        """Take an event that its threads have sent."""
        match kind:
            case "progress":
                if self.progress is None or self.progress < 0:
                    self._since = time.monotonic()
                self.progress = value
            case "done":
                self._replied = value
            case "printed":
                self.printed = value
            case "gone":
                self._gone = True

    @property
    def reply(self) -> tuple[Any, str | None] | None:
        """What the job has returned, and where it left the process; None before it has ended."""
        return self._replied if self.printed else None

    def crash(self) -> str | None:
        """How its process has ended, or None if it is running."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1 if self._gone else 0)
        if (code := self.process.poll()) is None:
            return "it closed its connection" if self._gone else None
        if code >= 0:
            return f"exit code {code}"
        names = {int(one): one.name for one in signal.Signals}
        return names.get(-code, f"signal {-code}")

    def overdue(self, limit: float | None) -> bool:
        """Whether its job takes longer than `limit` seconds."""
        if limit is None or self.progress is None or self.progress < 0:
            return False
        return time.monotonic() - self._since > limit

    def dismiss(self):
        """Close its input, so that it ends by itself."""
        with suppress(OSError):
            self._requests.close()

    def end(self, patience: float = 0):
        """Kill it and all that it has started, if it does not end within `patience` seconds."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()
        for thread, stream in zip(self._threads, (self._replies, self._prints)):
            thread.join(1)  # a daemon that it has started may hold the other end
            if not thread.is_alive():
                stream.close()
        self.dismiss()

    def _send(self, thing):
        with suppress(OSError):  # it has crashed, which its threads will report
            pickle.dump(thing, self._requests)
            self._requests.flush()

    def _read_replies(self):
        """Pass on the replies of its jobs, until it closes the connection."""
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                self._events.put((self, *pickle.load(self._replies)))
        self._events.put((self, "gone", None))

    def _read_prints(self):
        """Read what it prints, a `Printed` for each job."""
        rest = b""
        while piece := os.read(self._prints.fileno(), 65_536):
            *ended, rest = (rest + piece).split(MARK)
            for whole in ended:
                self._printing.add(whole)
                self._events.put((self, "printed", self._printing))
                self._printing = Printed()
            safe = len(rest) - len(MARK)  # what cannot be the beginning of a mark
            if safe > 0:
                self._printing.add(rest[:safe])
                rest = rest[safe:]
        self._printing.add(rest)
        self.printed = self._printing


def environment(folder: str) -> dict[str, str]:
    """The environment of a worker: one thread, in BLAS and elsewhere, and a temporary folder."""
    threads = {f"{name}_NUM_THREADS": "1" for name in THREADS} | {"LOKY_MAX_CPU_COUNT": "1"}
    return os.environ | threads | dict.fromkeys(TEMPORARY, folder)
