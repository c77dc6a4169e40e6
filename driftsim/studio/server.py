"""Server: the addresses of the studio, behind its guard."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from driftsim.messages import plural
from driftsim.studio.access import Guard
from driftsim.studio.broadcast import Broadcast
from driftsim.studio.document import document, policy_of
from driftsim.studio.frames import looks
from driftsim.studio.names import POLICIES, learners
from driftsim.studio.playing import Player
from driftsim.studio.session import Session

ENDING = 3.0  # seconds that what is played may take to end
MOST_LOOKS = 40  # of contenders
MOST_STEPS = 500  # that are sent at once
BAD = "send steps as JSON: {number: …, steps: [{do: …}, …]}"


class Studio:
    """What answers the requests of the page."""

    def __init__(self, session: Session, parts: tuple[str, ...] = ()):
        self.session, self.broadcast = session, Broadcast()
        self.player = Player(session, parts, self.broadcast.send, owns=True)
        self._reports = count(1_000_000_000)  # numbers that no page uses
        self.started = False

    def app(self, port: int, token: str) -> Starlette:
        """The application, which lets in who knows the token."""
        routes = [
            Route("/", self.page),
            Route("/events", self.events),
            Route("/steps", self.steps, methods=["POST"]),
            Route("/names", self.names),
            Route("/scenario", self.scenario),
            Route("/report", self.report),
        ]
        guard = Middleware(Guard, port=port, token=token)
        return Starlette(routes=routes, middleware=[guard], lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Play as long as the server is there."""
        self.broadcast.start()
        self.player.start()
        yield
        self.broadcast.close()
        self.player.close()
        await asyncio.to_thread(self.player.join, ENDING)  # at an exit it would be cut off

    async def page(self, request: Request) -> Response:
        """The page."""
        text = document()
        return HTMLResponse(text, headers={"content-security-policy": policy_of(text)})

    async def events(self, request: Request) -> Response:
        """All that happens, as server-sent events."""
        return StreamingResponse(self.broadcast.events(), media_type="text/event-stream")

    async def steps(self, request: Request) -> Response:
        """Do steps; what follows from them comes as events."""
        try:
            given = json.loads(await request.body())
            number, steps = given["number"], given["steps"]
            valid = type(number) is int and 0 <= number < 1e9 and isinstance(steps, list)
            valid = valid and len(steps) <= MOST_STEPS and all(isinstance(s, dict) for s in steps)
        except (ValueError, KeyError, TypeError, RecursionError):
            valid = False
        if not valid:
            return JSONResponse({"message": BAD}, 400)
        for step in steps:
            self.player.ask(number, step)
        return JSONResponse({"taken": plural(len(steps), "step")}, 202)

    async def names(self, request: Request) -> Response:
        """The names of learners and policies that can be added, and the looks of contenders."""
        return JSONResponse(
            {"learners": learners(), "policies": POLICIES, "looks": looks(MOST_LOOKS)}
        )

    async def scenario(self, request: Request) -> Response:
        """The scenario as it is, to save."""
        name = self.session.source.name
        return saved(self.session.text(), f"{name}.yaml", "application/yaml")

    async def report(self, request: Request) -> Response:
        """The report of the scenario as it is, to open or, with `save`, to share."""
        number = next(self._reports)
        self.player.ask(number, {"do": "report"})
        text = await self.broadcast.report(number)
        if "save" in request.query_params:
            return saved(text, f"{self.session.source.name}.html", "text/html")
        return HTMLResponse(text)


def saved(text: str, name: str, kind: str) -> Response:
    """A file that the browser saves."""
    headers: dict[str, Any] = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
