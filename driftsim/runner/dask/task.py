"""Task: some runs, played one after another by a worker of a cluster."""

import io
import pickle
import platform
import time
import zlib
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

from distributed import Worker, get_worker
from distributed.utils import sync

from driftsim.atomic import this_host
from driftsim.process_state import one_thread
from driftsim.runner.contents import Packed, execute_packed
from driftsim.runner.copies import Copies
from driftsim.runner.execution import Result, playing
from driftsim.workers import Printed
from driftsim.workers.surroundings import restored_surroundings

TOPIC = "driftsim"  # of the events that workers send to the process that submits runs
EVERY = 0.5  # seconds between two looks at whether a run is still wanted
REPORTED = 1.0  # seconds between two reports of the row it has reached
ASKED = 5.0  # seconds after which it asks again for copies that have not come
LOOKED = 0.05  # seconds between two looks at whether they have


class Played(NamedTuple):
    """What a worker gives back of a run."""

    result: Result | None  # None: it took too long
    row: int | None  # that it had reached then
    printed: Printed
    moved: str | None  # the folder in which it left its process, where that is another
    seconds: float


class Unwanted(Exception):
    """A run that is no longer asked for."""


class Again(Exception):
    """A task that had begun on another worker, which has gone: its runs come as another task."""


class Overdue(Exception):
    """A run that takes too long, at a row."""


def play(study: str, runs: list[Packed], limit: float | None) -> bytes:
    """Play runs; returns a `Played` of each, as bytes.

    What they print is kept, up to a limit. A run of more than `limit` seconds is ended when it
    reports again; one that is no longer asked for likewise, and all after it.
    """
    with playing, one_thread():  # the threads of a worker take turns
        played = [play_one(study, i, one, limit) for i, one in enumerate(runs)]
    return zlib.compress(pickle.dumps(played), 1)


def play_one(study: str, i: int, run: Packed, limit: float | None) -> Played:
    """Play the i-th run of a task."""
    capture, result, row = Capture(), None, None
    text = io.TextIOWrapper(capture, "utf-8", "backslashreplace", write_through=True)  # type: ignore[type-var]
    start, worker = time.perf_counter(), get_worker()
    reports = Reports(worker, study, i, limit)
    with restored_surroundings() as moved, redirect_stdout(text), redirect_stderr(text):
        try:
            place = f"the worker {worker.address} on {platform.node()}"
            result = execute_packed(run, reports, reports.bring, place)
        except Overdue as error:
            (row,) = error.args
    seconds = time.perf_counter() - start
    return Played(result, row, capture.printed, moved[0], seconds)


async def renew(dask_worker: Worker) -> None:
    """Have a worker end, which leaves what it has to others, where a nanny then starts another."""
    if dask_worker.nanny:
        await dask_worker.close_gracefully(restart=True)


class Reports:
    """Takes the rows that a run reaches, and sends them on; ends it where it should not go on."""

    def __init__(self, worker: Worker, study: str, i: int, limit: float | None):
        self._worker, self._key, self._limit = worker, worker.get_current_task(), limit
        self._about: dict[str, Any] = {"study": study, "task": self._key, "run": i, "row": None}
        self._about["worker"] = worker.address
        self._since: float | None = None  # when it had its first report that is not of compiling
        self._looked, self._first = time.monotonic(), i == 0
        self._reported = self._looked
        self._check_wanted()
        if self._first:  # and wait until this has arrived: the run may end the process at once
            sync(worker.loop, self._begin)

    def __call__(self, row: int):
        now = time.monotonic()
        if begins := row >= 0 and self._since is None:
            self._since = now
        if self._limit and self._since is not None and now - self._since > self._limit:
            raise Overdue(row)
        if row < 0 or now - self._looked >= EVERY:
            self._looked = now
            self._check_wanted()
        if row < 0 or (begins and (self._limit or self._first)) or now - self._reported >= REPORTED:
            self._reported = now
            self._worker.log_event(TOPIC, self._about | {"row": int(row)})

    async def _begin(self):
        """Have the scheduler know that the task has begun; raises `Again` where it knows so."""
        scheduler, keys = self._worker.scheduler, [self._about["study"], self._key]
        if await scheduler.get_metadata(keys=keys, default=False):
            raise Again
        await scheduler.set_metadata(keys=keys, value=True)
        await scheduler.log_event(topic=TOPIC, msg=self._about)

    def bring(self, lacking: dict[str, str]):
        """Ask for copies of what has hashes, and wait for them."""
        copies, due, missing = Copies(), 0.0, {*lacking.values()}
        while missing := {one for one in missing if one not in copies}:
            self._check_wanted()
            if time.monotonic() >= due:
                due = time.monotonic() + ASKED
                where = {"folder": f"{this_host()}:{copies.folder}"}
                about = self._about | {"row": None, "lacking": sorted(missing)} | where
                self._worker.log_event(TOPIC, about)
            time.sleep(LOOKED)

    def _check_wanted(self):
        task = self._worker.state.tasks.get(self._key)
        if task is None or task.state == "cancelled":
            raise Unwanted


class Capture(io.RawIOBase):
    """Keeps what is printed."""

    def __init__(self):
        self.printed = Printed()

    def writable(self) -> bool:
        return True

    def write(self, piece) -> int:
        self.printed.add(bytes(piece))
        return len(piece)
