"""Broadcast: the events of the player for all pages that are open, the last of each kind first."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

KEPT = ("state", "world", "frame", "verdict")  # of which a page that opens gets the last one
WAITING = 200  # events that a page may be behind before it is let go; it connects again
RETRY = 700  # milliseconds after which a page connects again
BEAT = 10.0  # seconds between two signs of life


class Broadcast:
    """Passes the events of a thread to the pages that are open."""

    def __init__(self):
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pages: set[asyncio.Queue[str | None]] = set()
        self._last: dict[str, str] = {}
        self._awaited: dict[int, asyncio.Future] = {}

    def start(self) -> None:
        """Begin, in the loop of the server."""
        self._loop = asyncio.get_running_loop()

    def send(self, kind: str, data: Any) -> None:
        """Send an event, from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._passed, kind, data)

    def close(self) -> None:
        """Let all pages go."""
        for page in self._pages:
            page.put_nowait(None)
        for one in self._awaited.values():
            one.cancel()

    async def report(self, number: int) -> str:
        """The report that was asked for by a number."""
        waiting = self._awaited[number] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(waiting, 120)
        finally:
            del self._awaited[number]

    async def events(self) -> AsyncIterator[str]:
        """The events for one page, as text, from the last ones on."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        queue.put_nowait(f"retry: {RETRY}\n\n")
        for kind in KEPT:
            if kind in self._last:
                queue.put_nowait(self._last[kind])
        self._pages.add(queue)
        try:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), BEAT)
                except TimeoutError:
                    event = ": still here\n\n"
                if event is None:
                    return
                yield event
        finally:
            self._pages.discard(queue)

    def _passed(self, kind: str, data: Any) -> None:
        if kind == "report":
            waiting = self._awaited.get(data["number"])
            if waiting and not waiting.done():
                waiting.set_result(data["page"])
            return
        text = f"event: {kind}\ndata: {json.dumps(data)}\n\n"
        if kind in KEPT:
            self._last[kind] = text
        for page in self._pages:
            page.put_nowait(None if page.qsize() > WAITING else text)
