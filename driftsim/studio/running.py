"""Running: the studio on a port of this machine, until it is interrupted."""

import errno
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from driftsim.messages import ScenarioError, plural
from driftsim.studio.access import new_token, token_of
from driftsim.studio.session import Session
from driftsim.studio.sources import source_of

HOST = "127.0.0.1"  # which no other machine reaches
PORT = 8484
ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
TRIED = 20  # ports, where none is asked for


def run_studio(
    path: Path | None,
    port: int | None,
    browser: bool,
    parts: tuple[str, ...] = (),
    allow: tuple[str, ...] = (),
    show: Callable[[str], None] = print,
) -> None:
    """Show the studio of a scenario until it is interrupted; `port` 0 takes any that is free.

    Raises `ScenarioError` for a scenario that is not valid, and for a port that cannot be had.
    """
    session = Session(source_of(path, allow))
    opened = bound(port)
    number = opened.getsockname()[1]
    token = new_token() if port == 0 else token_of(number)  # a port that nobody looks for again
    address = f"http://{HOST}:{number}/?token={token}"
    server = server_of(session, parts, number, token)
    for note in session.source.notes:
        show(note)
    if len(session.source.documents) > 1:
        streams = plural(len(session.source.documents), "stream")
        show(f"One of {streams} is shown at a time; a menu chooses it.")
    show(f"{session.source.name}: {address}")
    show("Only this machine can open it. End it with Ctrl-C.")
    if browser:
        opening = threading.Timer(0.5, webbrowser.open, [address])
        opening.daemon = True  # as a browser of a terminal stays there
        opening.start()
    server.run(sockets=[opened])
    show("The studio has ended.")


def server_of(session: Session, parts: tuple[str, ...], port: int, token: str):
    """The server of a session, which signals end in an orderly way."""
    from uvicorn import Config, Server

    from driftsim.studio.server import Studio

    class Ending(Server):
        """A server that ends at a signal, and leaves it at that."""

        @contextmanager
        def capture_signals(self):
            numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
            before = {number: signal.signal(number, self.handle_exit) for number in numbers}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

        async def shutdown(self, sockets=None):
            studio.broadcast.close()  # else it would wait for the pages
            await super().shutdown(sockets)

    studio = Studio(session, parts)
    app = studio.app(port, token)
    config = Config(
        app, timeout_graceful_shutdown=1, ws="none", log_level="warning", access_log=False,
        server_header=False,
    )  # fmt: skip
    return Ending(config)


def bound(port: int | None) -> socket.socket:
    """A socket at a port of this machine; without one, the first of some that is free."""
    asked = range(PORT, PORT + TRIED) if port is None else [port]
    for number in asked:
        try:
            return socket.create_server((HOST, number))  # which takes connections from now on
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES) or port is not None:
                raise ScenarioError(f"--port {number}: {taken(error)}") from None
    raise ScenarioError(f"ports {asked[0]} to {asked[-1]} are all in use; give another --port")


def taken(error: OSError) -> str:
    """Why a port cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return "another program uses this port; give another one, or leave it out"
    return f"this port cannot be had: {error.strerror}; give another one, or leave it out"
