"""Access: who may use the studio, which is a browser on this machine that knows its address."""

import secrets
from pathlib import Path

from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from driftsim.user_cache import keep, kept, place

NAMES = ("127.0.0.1", "localhost")  # of this machine, in addresses
MOST_BYTES = 65_536  # of what a page sends
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def new_token() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(32)


def token_of(port: int) -> str:
    """The secret in the address of the studio at a port.

    It is kept for the user, so that an open page finds the studio again when that is started anew.
    """
    path: Path = place("studio") / f"{port}.json"
    known = kept(path)
    if isinstance(known, dict) and isinstance(known.get("token"), str) and len(known["token"]) > 30:
        return known["token"]
    keep(path, {"token": (token := new_token())})
    return token


class Guard:
    """Lets in requests that this machine's own page makes, and refuses all others.

    The name of the host has to be this machine's (else a name of a stranger that leads here would
    do: DNS rebinding), the origin the studio itself (else any page could send to it), and the token
    has to be in the address. What is sent is short.
    """

    def __init__(self, app: ASGIApp, port: int, token: str):
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in NAMES}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is None and scope["method"] == "POST":
            body = await whole_body(receive)
            refused = (413, "too long") if body is None else None
            receive = once(body or b"")
        if refused:
            status, reason = refused
            answer = JSONResponse({"message": reason}, status, HEADERS)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Why a request is refused, with its status, or None."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return 421, "this is no name of the studio"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if origin is not None and origin not in self._origins:
            return 403, "another page may not use the studio"
        if site not in ("none", "same-origin"):
            return 403, "another page may not use the studio"
        if scope["method"] == "POST" and origin is None:
            return 403, "what sends has to say which page it is"
        token = QueryParams(scope["query_string"]).get("token", "")
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return 403, "the address lacks the token that the studio has printed"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return 413, "too long"
        return None


async def whole_body(receive: Receive) -> bytes | None:
    """What is sent; None where it is too long."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            return None
    return body


def once(body: bytes) -> Receive:
    """What gives a body that has been read."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def with_headers(send: Send) -> Send:
    """What sends answers with the headers that keep them on this machine."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message["headers"], *own]}
        await send(message)

    return sending
