"""Clusters: what `--on` names, and how it becomes an engine; Dask is imported for this alone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from driftsim.libraries import extra
from driftsim.messages import ScenarioError, line, short
from driftsim.runner.engines import Engine

if TYPE_CHECKING:
    from distributed import Client

On: TypeAlias = "str | Client"
ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:[0-9]{1,5}/?")
LOCAL = re.compile("local:([1-9][0-9]{0,3})")


def check_place(on: On):
    """Check that a text names a cluster, and that there is Dask; raises `ScenarioError`."""
    if isinstance(on, str) and not (ADDRESS.fullmatch(on) or LOCAL.fullmatch(on)):
        right = "give the address of a scheduler, such as tcp://10.0.0.5:8786, or local:8"
        raise ScenarioError(line(f"--on: {short(on)} is no cluster; {right}"))
    if find_spec("distributed") is None:
        raise ScenarioError(f"--on: Dask is not installed; {extra('dask')}")


@contextmanager
def cluster(on: On, limit: float | None) -> Iterator[Engine]:
    """The cluster at an address, of a client, or made of processes here (`local:8`).

    It ends a run of more than `limit` seconds. Raises `ScenarioError` where there is none.
    """
    check_place(on)
    from driftsim.runner.dask.connection import connected, quiet
    from driftsim.runner.dask.local import local_cluster

    if isinstance(on, str) and (found := LOCAL.fullmatch(on)):
        with quiet(), local_cluster(int(found[1])) as here, connected(here.address) as client:
            yield engine(client, limit, here.check)
    else:
        with quiet(), connected(on) as client:
            yield engine(client, limit)


def engine(*given: Any) -> Engine:
    """The engine of a client."""
    from driftsim.runner.dask.cluster import Cluster

    return Cluster(*given)
