"""Delivery: what a study needs is brought to the workers of a cluster, also to late ones."""

import errno
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
from distributed import Client, LocalCluster
from test_contents import TABLES, another_machine, columns, runs_of, written

from driftsim import user_cache
from driftsim.files import EDITED
from driftsim.runner import contents, copies
from driftsim.runner.copies import Copies
from driftsim.runner.dask.cluster import Cluster
from driftsim.runner.dask.connection import connected, quiet
from driftsim.runner.engines import Ended, Progress, pickled
from driftsim.runner.execution import execute

WORKER = "distributed.cli.dask_worker"


@pytest.fixture
def files(tmp_path):
    return written(tmp_path)


@pytest.fixture
def empty():
    """A cluster of this process that has no workers yet, and a client of it."""
    about = {"n_workers": 0, "threads_per_worker": 1, "processes": False, "host": "127.0.0.1"}
    with (
        quiet(),
        LocalCluster(protocol="tcp", dashboard_address=None, **about) as cluster,
        Client(cluster) as user,
        connected(user) as client,
    ):
        yield cluster, client


def played(events):
    """The results of runs in their order."""
    ended = [one for one in events if isinstance(one, Ended)]
    return {one.run.key: one.result for one in ended}


@pytest.mark.slow
def test_files_that_are_gone_reach_workers_that_come_later(files, tmp_path, monkeypatch, empty):
    cluster, client = empty
    runs = runs_of(files)
    expected = {run.key: columns(execute(run.parts, pickled(run))) for run in runs}
    events = Cluster(client).play(runs)
    assert isinstance(next(events), Progress)
    for path in files:
        path.rename(path.with_suffix(".moved"))
    monkeypatch.setattr(contents, "PIECE", 100)
    another_machine(monkeypatch, tmp_path / "other")
    cluster.scale(2)
    results = played(events)
    assert {key: columns(one) for key, one in results.items()} == expected
    copies = [*Copies().folder.iterdir()]
    assert {one.name for one in copies} == {*(runs[0].files | runs[0].parts).values()}


def test_what_cannot_be_brought_fails_the_runs_that_need_it(files, tmp_path, monkeypatch, empty):
    cluster, client = empty
    runs = runs_of(files)
    files[1].write_text(TABLES["b"])
    another_machine(monkeypatch, tmp_path / "other")
    cluster.scale(1)
    failures = {one.failure for one in played(Cluster(client).play(runs)).values()}
    assert failures == {f"{files[1]}: {EDITED}"}
    files[2].unlink()
    files[1].write_text(TABLES["a"])
    failures = {one.failure for one in played(Cluster(client).play(runs)).values()}
    assert failures == {f"{files[2]}: cannot be read: no such file or directory"}


def test_a_full_disk_of_a_worker_is_one_clear_line(files, tmp_path, monkeypatch, empty):
    cluster, client = empty
    runs = runs_of(files)

    def add_piece(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Copies, "add_piece", add_piece)
    another_machine(monkeypatch, tmp_path / "other")
    monkeypatch.setattr(copies, "has_hash", lambda path, digest: False)
    cluster.scale(1)
    failures = {one.failure for one in played(Cluster(client).play(runs)).values()}
    assert len(failures) == 1
    place, why = failures.pop().split(": ", 1)
    assert place.startswith(f"{tmp_path / 'other' / 'copies'} on the worker tcp://127.0.0.1:")
    assert why == "a copy of what the run needs cannot be kept there: no space left on device"


@pytest.mark.slow
def test_workers_in_other_folders_have_what_they_need_and_keep_it(files, tmp_path, empty):
    """Each process has a cache of its own, as if on its own machine; the second comes later."""
    cluster, client = empty
    runs = runs_of(files)
    expected = {run.key: columns(execute(run.parts, pickled(run))) for run in runs}
    events = Cluster(client).alone.play(runs)
    assert isinstance(next(events), Progress)
    for path in files:
        path.rename(path.with_suffix(".moved"))
    results = {}
    with worker_in(tmp_path / "first", cluster):
        while not results:
            results |= played([next(events)])
    with worker_in(tmp_path / "second", cluster):
        results |= played(events)
    assert {key: columns(one) for key, one in results.items()} == expected
    kept = [{p.name for p in (tmp_path / one / "copies").iterdir()} for one in ("first", "second")]
    assert kept == [{*(runs[0].files | runs[0].parts).values()}] * 2


@contextmanager
def worker_in(folder, cluster):
    """A worker, in a process that has a folder of its own."""
    folder.mkdir()
    words = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"]
    with subprocess.Popen(
        [sys.executable, "-m", WORKER, cluster.scheduler_address, *words],
        cwd=folder,
        env=os.environ | {user_cache.HOME: str(folder), "PYTHONPATH": os.getcwd()},
        stderr=subprocess.DEVNULL,
    ) as process:
        yield
        process.terminate()
