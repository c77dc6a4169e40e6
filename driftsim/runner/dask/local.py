"""Local: workers of this machine as a cluster, for a try."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from distributed import Scheduler, SpecCluster

from driftsim.messages import ScenarioError
from driftsim.workers.team import PREFIX, start_reaper
from driftsim.workers.worker import APART, environment

HOST = "127.0.0.1"
ANY_PORT = f"{HOST}:0"  # of pages on what happens, which Dask serves in any case
COMMAND = "distributed.cli.dask_worker"


class Local(NamedTuple):
    """A scheduler in this process, and the process that starts its workers and keeps them."""

    address: str
    process: subprocess.Popen

    def check(self):
        """Raises `ScenarioError` where the workers have ended."""
        if (code := self.process.poll()) is not None:
            raise ScenarioError(f"the workers of this machine have ended (exit code {code})")


@contextmanager
def local_cluster(n: int) -> Iterator[Local]:
    """A scheduler and `n` workers of one thread each, which no other machine can reach."""
    folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
    try:
        with scheduler() as here, workers(n, here.scheduler_address, folder) as process:
            yield Local(here.scheduler_address, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scheduler():
    """A scheduler in this process, as a context."""
    about = {"host": HOST, "port": 0, "dashboard": False, "dashboard_address": ANY_PORT}
    return SpecCluster(scheduler={"cls": Scheduler, "options": about}, silence_logs=False)


@contextmanager
def workers(n, address, folder):
    """A process that keeps workers; none outlives this one, whatever ends it."""
    words = ["--nworkers", str(n), "--nthreads", "1", "--host", HOST, "--no-dashboard"]
    words += ["--dashboard-address", ANY_PORT]
    words += ["--memory-limit", "0", "--death-timeout", "10", "--local-directory", folder]
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", COMMAND, address, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(folder) | {"PYTHONPATH": paths},
        **APART,
    )
    reaper = start_reaper(folder) if os.name == "posix" else None
    try:
        if reaper:
            reaper.stdin.write(f"+{process.pid}\n".encode())
            reaper.stdin.flush()
        yield process
    finally:
        if reaper:
            reaper.communicate()  # it kills them all
        with suppress(OSError):
            process.kill()
        process.wait()
