"""Delivery: files and large objects, brought to the workers that ask for them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

from distributed import Client

from driftsim.files import reason
from driftsim.messages import ScenarioError, line
from driftsim.runner.contents import Contents
from driftsim.runner.copies import Copies

AT_ONCE = 4  # contents that are on their way


class Delivery:
    """Brings contents to workers, once to those that share a folder of copies.

    They ask for them, also those that have joined late: no worker gets what it has at its own
    path, and nothing of this stays at the scheduler. `refuse` is given the task that waits for what
    cannot be brought, and why.
    """

    def __init__(self, client: Client, contents: Contents, refuse: Callable[[Any, str], None]):
        self._client, self._contents, self._refuse = client, contents, refuse
        self._threads = ThreadPoolExecutor(AT_ONCE, "driftsim delivery")
        self._under_way: set[tuple[str, str]] = set()  # hashes, and the folders they go to
        self._lock, self._ended = Lock(), Event()

    def close(self):
        """Bring nothing more."""
        self._ended.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def bring(self, event: dict[str, Any]):
        """Bring what a worker lacks, by its report of that."""
        for digest in event["lacking"]:
            way = digest, event["folder"]
            with self._lock:
                if self._ended.is_set() or way in self._under_way:
                    continue
                self._under_way.add(way)
            self._threads.submit(self._bring, digest, event, way)

    def _bring(self, digest, event, way):
        try:
            self._send(digest, event["worker"], event["study"])
        except ScenarioError as error:
            self._refuse(event, str(error))
        except OSError as error:  # of the disk of the worker; or it has gone, and others ask
            if error.errno is not None and not isinstance(error, ConnectionError | TimeoutError):
                folder = f"{event['folder'].partition(':')[2]} on the worker {event['worker']}"
                why = f"a copy of what the run needs cannot be kept there: {reason(error)}"
                self._refuse(event, line(f"{folder}: {why}"))
        except Exception:  # of a client that is closed, of a worker that has gone
            return
        finally:
            with self._lock:
                self._under_way.discard(way)

    def _send(self, digest, worker, sender):
        if not self._ask(worker, lacks, digest):
            return
        first = 0
        for piece in self._contents.pieces(digest):
            if self._ended.is_set():
                return
            self._ask(worker, take, digest, sender, first, piece)
            first += len(piece)
        self._ask(worker, finish, digest, sender)

    def _ask(self, worker, function, *given):
        return self._client.run(function, *given, workers=[worker])[worker]


def lacks(digest: str) -> bool:
    """Whether this worker has no copy."""
    return digest not in Copies()


async def take(digest: str, sender: str, first: int, piece: bytes):
    """Keep a piece of a file on this worker."""
    await asyncio.to_thread(Copies(sender).add_piece, digest, first, piece)


async def finish(digest: str, sender: str):
    """Keep a file on this worker whose pieces have all come."""
    await asyncio.to_thread(Copies(sender).finish, digest)
