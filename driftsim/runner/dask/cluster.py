"""Cluster: the workers of a Dask scheduler, as an engine."""

import pickle
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from distributed import Client, Future, KilledWorker

from driftsim.messages import ScenarioError, line
from driftsim.runner.contents import Contents
from driftsim.runner.dask import task
from driftsim.runner.dask.delivery import Delivery
from driftsim.runner.dask.task import TOPIC, Again, Played
from driftsim.runner.dask.waiting import Waiting
from driftsim.runner.engines import Ended, Lost, Progress, moved_notes, overdue_result
from driftsim.runner.execution import Result, error_line, when
from driftsim.runner.runs import Run

TICK = 0.2  # seconds between two looks at what is in flight
COUNTED = 1.0  # seconds between two counts of the threads there are
LEAST = 16  # tasks in flight, also where there is no worker yet: an adaptive cluster counts them
PATIENCE = 10.0  # seconds beyond its limit for a run to end by itself
NO_WORKERS = "no workers at the moment"
LOST = "the scheduler is gone; what has ended is kept: the same command continues from there"


def nothing():
    """Checks nothing."""


class Cluster:
    """Plays runs on the workers that a scheduler has at the time, and outlives their deaths.

    `most` tasks are in flight at a time, by default two for each thread. `check` raises an error
    where no worker can come any more.
    """

    def __init__(
        self,
        client: Client,
        limit: float | None = None,  # seconds of a run
        check: Callable[[], None] = nothing,
        most: int | None = None,
    ):
        self._client, self._limit, self._most, self._check = client, limit, most, check

    def play(self, runs: Sequence[Run]) -> Iterator[Progress | Ended | Lost]:
        with Contents(runs) as contents:
            tasks = Tasks(self._client, runs, contents, self._limit)
            try:
                while tasks.unfinished:
                    self._check()
                    tasks.submit(self._most)
                    yield from tasks.ended()
                    yield tasks.progress()
            except Exception:
                if self._client.status == "closed":
                    raise ScenarioError(LOST) from None
                raise
            finally:
                tasks.cancel()

    @property
    def alone(self) -> "Cluster":
        return Cluster(self._client, self._limit, self._check, 1)


class Call:
    """A call that is made where it is unpickled.

    As bytes it passes through a scheduler without driftsim, and on a worker without it fails as a
    task does: what a worker cannot unpickle of Dask's own messages ends it, again and again.
    """

    def __init__(self, function: Callable, *given: Any):
        self._call = function, given

    def __reduce__(self):
        return self._call


@dataclass
class Flight:
    """A task that is on the cluster."""

    runs: list[Run]
    future: Future
    worker: str | None = None  # that plays it, once it has begun
    at: int = 0  # which of the runs it was at when it reported last
    row: int | None = None  # that this had reached
    since: float | None = None  # when the first row of this was reported

    def report(self, worker: str, at: int, row: int | None):
        """Take a report of its worker."""
        if (self.worker, self.at) != (worker, at):
            self.row = self.since = None
        if row is not None and row >= 0 and self.since is None:
            self.since = time.monotonic()
        self.worker, self.at, self.row = worker, at, row

    def lost(self) -> Iterator[Lost]:
        """The runs that are lost where its worker has died: that which it was at, and those after.

        It may have been further than it has reported.
        """
        worker = f" ({self.worker})" if self.worker else ""
        for i, run in enumerate(self.runs[self.at :]):
            row = None if i else self.row
            yield Lost(run, f"the worker that played it died{worker} {when(run, row)}")


class Tasks:
    """The runs of a study on a cluster: those that wait, and the tasks in flight.

    A task whose worker has died is not tried again on another one: Dask would have it take four,
    and there it ends at once where it has begun before.
    """

    def __init__(
        self, client: Client, runs: Sequence[Run], contents: Contents, limit: float | None
    ):
        assert client.loop is not None  # it is connected
        self._client, self._loop, self._limit = client, client.loop, limit
        self._waiting, self._contents = Waiting(runs), contents
        self._flights: dict[str, Flight] = {}  # by the keys of their tasks
        self._study, self._events = uuid4().hex, SimpleQueue[Any]()
        self._begun: dict[str, str] = {}  # the task that each worker has begun last
        self._leaving: set[str] = set()  # workers that were asked to end
        self._unfit: set[str] = set()  # workers that have refused a run
        self._refusals: dict[str, str] = {}  # why, by the keys of runs that wait again
        self._workers: dict[str, int] = {}  # those there are, and their threads
        self._due, self._subscribed = 0.0, False
        self._delivery = Delivery(client, contents, self._refuse)

    @property
    def _threads(self):
        return sum(self._workers.values())

    @property
    def _fit(self):
        """The workers that have refused no run."""
        return [one for one in self._workers if one not in self._unfit]

    @property
    def unfinished(self) -> bool:
        """Whether there are runs that have not ended."""
        return bool(self._waiting or self._flights)

    def submit(self, most: int | None):
        """Submit tasks until `most` are in flight, by default two for each thread."""
        if not self._connected():
            return
        room = (most or max(2 * self._threads, LEAST)) - len(self._flights)
        while self._waiting and room > 0:
            runs = self._waiting.take(self._threads)
            key = f"driftsim-{uuid4().hex}"  # a new one for each attempt: Dask keeps failures
            given = self._study, [self._contents.packed(run) for run in runs], self._limit
            call = pickle.dumps(Call(task.play, *given))
            places = {"workers": self._fit} if self._unfit and self._fit else {}
            future = self._client.submit(pickle.loads, call, key=key, pure=False, **places)
            self._flights[key] = Flight(runs, future)
            self._loop.add_callback(self._fetch, key, future)
            room -= 1

    def ended(self) -> Iterator[Ended | Lost]:
        """Wait a moment; yields the runs that have ended since, or were lost."""
        until = time.monotonic() + TICK
        while (rest := until - time.monotonic()) > 0:
            try:
                kind, event = self._events.get(timeout=rest)
            except Empty:
                break
            yield from getattr(self, f"_{kind}")(event)
            if self._events.empty():
                break
        yield from self._overdue()

    def progress(self) -> Progress:
        """How far the runs in flight are."""
        begun = [one for one in self._flights.values() if one.worker]
        rows = [(one.runs[one.at], one.row) for one in begun if one.row is not None]
        others = sum(len(one.runs) for one in self._flights.values()) - len(begun)
        return Progress(rows, len(self._waiting) + others, "" if self._threads else NO_WORKERS)

    def cancel(self):
        """Take all tasks off the cluster; those in progress end when they report again."""
        self._delivery.close()
        with suppress(Exception):  # the scheduler may go at any moment
            self._drop([*self._flights])
            self._client.set_metadata([self._study], None)  # what has begun
            for topic in (TOPIC, "all"):
                self._client.unsubscribe_topic(topic)

    async def _fetch(self, key, future):
        """Wait for a task in the thread of the client, which thus waits for all of them."""
        content, failure = None, None
        try:
            content = await self._client.gather(future, asynchronous=True)
        except BaseException as error:
            failure = error
        self._events.put(("done", (key, content, failure)))

    def _connected(self):
        """Whether there is a scheduler, of which the events and the threads are then known."""
        if self._client.status == "closed":
            raise ScenarioError(LOST)
        if self._client.status != "running":
            return False
        if not self._subscribed:
            for topic, kind in ((TOPIC, "report"), ("all", "change")):
                self._client.subscribe_topic(topic, partial(self._put, kind))
            self._subscribed = True
        if time.monotonic() >= self._due:
            with suppress(OSError):
                self._workers = dict(self._client.nthreads())
            self._due = time.monotonic() + COUNTED
        return True

    def _put(self, kind, event):
        self._events.put((kind, event[1]))

    def _report(self, event):
        """A worker reports the row that a run has reached."""
        flight = self._flights.get(event["task"])
        if flight and event["study"] == self._study:
            flight.report(event["worker"], event["run"], event["row"])
            self._begun[event["worker"]] = event["task"]
            if "lacking" in event:
                self._delivery.bring(event)
        return ()

    def _refuse(self, event, why):
        self._events.put(("refused", (event, why)))

    def _refused(self, refusal):
        """What a run needs cannot be brought to its worker."""
        event, why = refusal
        if flight := self._flights.get(event["task"]):
            self._drop([event["task"]])
            run, *others = flight.runs[event["run"] :]
            self._waiting.put_back([*flight.runs[: event["run"]], *others])
            yield Ended(run, Result(None, why, None, ()))

    def _change(self, event):
        """Workers have come or gone; where one has died, what it played is lost.

        It played what it had begun last: of what it had ended before, the result has not come.
        """
        if event.get("action") != "remove-worker":
            return
        worker = event["worker"]
        expected = event["expected"] or worker in self._leaving
        playing = None if expected else self._begun.get(worker)
        for key in event["processing-tasks"]:
            flight = self._flights.get(key)
            if flight is None or flight.worker != worker:
                continue
            self._drop([key])
            if key != playing:
                self._waiting.put_back(flight.runs)
            else:
                self._postpone(flight.runs[flight.at].name)
                self._waiting.put_back(flight.runs[: flight.at])
                yield from flight.lost()

    def _done(self, event):
        """A task has ended, in whatever way."""
        key, content, error = event
        if (flight := self._flights.pop(key, None)) is None:
            return
        if flight.future.cancelled():  # by others, or as its scheduler has begun anew
            self._waiting.put_back(flight.runs)
            self._subscribed = False
        elif error:
            yield from self._failed(flight, error)
        else:
            ended = pickle.loads(zlib.decompress(content))
            if any(one.result and one.result.out_of_memory for one in ended):
                self._renew(flight.worker)
            for run, played in zip(flight.runs, ended):
                if played.result and played.result.refused and self._elsewhere(flight.worker):
                    self._refusals[run.key] = played.result.failure
                    self._waiting.put_back([run])
                    continue
                self._waiting.note(run, played.seconds)
                yield self._ended(run, played)

    def _elsewhere(self, worker):
        """Give a worker that has refused a run no more; whether there are others."""
        self._unfit.add(worker)
        return bool(self._fit)

    def _ended(self, run: Run, played: Played):
        notes, result = moved_notes(played.moved), played.result
        if run.key in self._refusals and result and not result.refused:
            notes = (*notes, line(f"was refused at first: {self._refusals[run.key]}"))
        if result is None:
            result = overdue_result(run, self._limit, played.row)
        return Ended(run, result._replace(notes=(*result.notes, *notes)), played.printed)

    def _failed(self, flight, error):
        """Tasks raise no errors of contenders, so that this is one of Dask or of the worker."""
        if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("driftsim"):
            message = "the workers have no driftsim, or another version; install the same there"
            raise ScenarioError(line(f"{message} ({error})")) from None
        if isinstance(error, Again):
            self._waiting.put_back(flight.runs)
        elif isinstance(error, KilledWorker):
            self._postpone(flight.runs[0].name)
            self._waiting.put_back(flight.runs[: flight.at])
            yield from flight.lost()
        else:
            failure = line(f"its worker failed: {error_line(error)}")
            yield from (Lost(run, failure) for run in flight.runs)

    def _postpone(self, name):
        """Have the runs of a contender come last, also those that have not begun."""
        self._waiting.postpone(name)
        queued = {
            key: one
            for key, one in self._flights.items()
            if one.runs[0].name == name and not one.worker
        }
        self._drop(queued)
        for flight in queued.values():
            self._waiting.put_back(flight.runs)

    def _overdue(self):
        """End the runs that do not report in time, with their workers."""
        if self._limit is None:
            return
        latest = time.monotonic() - self._limit - PATIENCE
        for key, flight in [*self._flights.items()]:
            if flight.since is not None and flight.since < latest:
                self._drop([key])
                self._restart(flight.worker)
                run, *others = flight.runs[flight.at :]
                self._waiting.put_back([*flight.runs[: flight.at], *others])
                yield Ended(run, overdue_result(run, self._limit, flight.row))

    def _renew(self, worker):
        """Replace a worker that may have no memory left, once its runs are left to others."""
        self._leaving.add(worker)
        with suppress(Exception):  # it has gone
            self._client.run(task.renew, workers=[worker], wait=False, on_error="ignore")

    def _restart(self, worker):
        """End a worker, which its nanny then starts anew."""
        try:
            self._client.restart_workers([worker], timeout=PATIENCE, raise_for_error=False)
        except Exception:  # it has no nanny, or has gone
            return

    def _drop(self, keys):
        """Forget tasks, also on the cluster."""
        flights = [self._flights.pop(key) for key in keys]
        futures = [one.future for one in flights if not one.future.done()]
        if futures and self._client.status == "running":
            self._client.cancel(futures)
