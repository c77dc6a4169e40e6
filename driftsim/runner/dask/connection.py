"""Connection: a client of our own at a scheduler, whatever else its user does there."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Client

from driftsim.messages import ScenarioError, line, short
from driftsim.runner.execution import error_line

PATIENCE = 10  # seconds for a scheduler to answer


@contextmanager
def connected(on: Any) -> Iterator[Client]:
    """A client at the address of a scheduler, or at that of another client.

    Certificates are those of Dask's settings, or of the other client. Raises `ScenarioError` where
    no scheduler answers.
    """
    client = opened(on)
    try:
        yield client
    finally:
        client.close()


def opened(on):
    """A client that answers."""
    address, given = on, {}
    if not isinstance(on, str):
        if not isinstance(on, Client):
            right = "give one of dask.distributed, as Client(cluster), or an address of a scheduler"
            raise ScenarioError(line(f"on: {short(on)} is no client; {right}"))
        address, given = on.scheduler_info().get("address"), {"security": on.security}
        if address is None:
            raise ScenarioError("on: this client has no scheduler any more; give one that is open")
    try:
        with warnings.catch_warnings():  # of other versions, which workers check themselves
            warnings.simplefilter("ignore")
            return Client(address, timeout=PATIENCE, set_as_default=False, **given)
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        message = f"{address}: no scheduler that can be used answers there: {error_line(error)}"
        if str(address).startswith("tls"):
            message += "; Dask's settings, distributed.comm.tls, name the certificates"
        raise ScenarioError(line(message, most=500)) from None


@contextmanager
def quiet():
    """Dask logs nothing: what happens to runs is reported as of any engine."""
    known = [*logging.root.manager.loggerDict]
    loggers = [logging.getLogger(name) for name in known if name.startswith("distributed")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, levels):
            one.setLevel(level)
