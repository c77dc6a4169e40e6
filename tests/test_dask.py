"""Dask: a cluster plays what the pool does, with the same bytes, and outlives what it is given."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from distributed import Client, LocalCluster
from processes import messages
from test_floor_runs import TEXT
from test_runner import assert_same, traces
from typer.testing import CliRunner

import driftsim
from driftsim import ScenarioError, load
from driftsim.cli import app
from driftsim.own import load_parts
from driftsim.runner.dask import connection
from driftsim.runner.dask.cluster import Cluster, Flight, Tasks
from driftsim.runner.dask.connection import connected, quiet
from driftsim.runner.dask.local import local_cluster, scheduler
from driftsim.runner.dask.waiting import Waiting
from driftsim.runner.engines import Ended, Lost, Progress
from driftsim.runner.runs import missing
from driftsim.store import Store
from driftsim.store.inputs import version

SWEEP = "\nsweep: {stream.noise: [0.0, 0.2]}\n"
HARM = """
stream: {length: 2_000, concepts: {a: sea}}
models:
  good: {learner: majority, policy: static}
MORE
evaluation: {warmup: 500, seeds: 3}
"""
PARTS = '''\
import os
import time

import numpy as np

from driftsim.learners.learner import Learner
from driftsim.learners.reference import MajorityModel


class Harmful(Learner):
    """Does harm at its fit."""

    how: str

    def engine(self, schema):
        return "compiled"  # so that it is not tried before it is played

    def start(self, schema, seed, *more):
        return HarmfulModel(self.how)


class HarmfulModel(MajorityModel):
    def __init__(self, how):
        super().__init__(np.zeros(2, np.int64))
        self._how = how

    def fit(self, rows, weight=None):
        if self._how == "die":
            os._exit(3)
        if self._how == "hang":
            time.sleep(1_000)
        if self._how == "fill":
            raise MemoryError("full")
        if self._how == "raise":
            os.chdir("/")
            print("one line")
            raise ZeroDivisionError("on purpose")
        return self

    def follow(self, y):
        time.sleep(0.01)
        return super().follow(y)
'''


@pytest.fixture(scope="module")
def client():
    """A client at a cluster of two threads of this process."""
    about = {"processes": False, "n_workers": 2, "threads_per_worker": 1}
    with LocalCluster(dashboard_address="127.0.0.1:0", **about) as cluster, Client(cluster) as one:
        yield one


def harmful(folder, *ways, policy="static"):
    """A scenario with contenders that do harm, and the file that defines them."""
    model = "  {0}: {{learner: {{kind: harmful, how: {0}}}, policy: {1}}}"
    path, parts = folder / "s.yaml", folder / "parts.py"
    path.write_text(HARM.replace("MORE", "\n".join(model.format(way, policy) for way in ways)))
    parts.write_text(PARTS)
    load_parts([parts])
    return path, str(parts)


def runs_in(folder, *ways, **more):
    path, parts = harmful(folder, *ways, **more)
    return missing(load(path), Store(folder / "none"), [parts])


def test_a_cluster_leaves_the_traces_of_the_pool(client, tmp_path):
    """Of contenders, the truth, the models of a floor, and the settings of a sweep."""
    path, there, here = tmp_path / "s.yaml", tmp_path / "there", tmp_path / "here"
    path.write_text(TEXT.replace("2_000", "1_000").replace("1_000]", "800]") + SWEEP)
    driftsim.run(path, out=there, on=client)
    driftsim.run(path, out=here, jobs=1)
    assert_same(traces(there / "s" / "runs"), traces(here / "s" / "runs"))
    assert len(traces(there / "s" / "runs")) == 2 * (2 + 2 * 4 + 2 * 2)
    assert client.submit(int).result() == 0  # it stays open


def test_what_a_contender_does_and_prints_is_reported(client, tmp_path):
    path, parts = harmful(tmp_path, "raise")
    before = os.getcwd()
    with pytest.raises(RuntimeError, match="raise, seed 2: failed at row 500: ZeroDivisionError"):
        driftsim.run(path, out=tmp_path, on=client, parts=[parts])
    assert os.getcwd() == before
    kept = [path.read_text() for path in (tmp_path / "s" / "runs").glob("*.output.txt")]
    assert kept == ["one line\n"] * 3
    assert len(traces(tmp_path / "s" / "runs")) == 6


@pytest.mark.slow
def test_a_run_that_takes_too_long_ends_when_it_reports(client, tmp_path):
    path, parts = harmful(tmp_path, "slow", policy="{kind: mini_batch, size: 10}")
    with pytest.raises(RuntimeError, match=r"slow, seed 0: took more than 0\.2 seconds, and was "):
        driftsim.run(path, out=tmp_path, on=client, parts=[parts], timeout=0.2)


def test_a_worker_of_other_versions_refuses_a_run_and_says_who_it_is(client, tmp_path):
    run, *_ = runs_in(tmp_path)
    versions = run.about["versions"] | {"numpy": "0.1"}
    other = run._replace(about=run.about | {"versions": versions})
    with connected(client) as own:
        (ended,) = [one for one in Cluster(own).play([other]) if isinstance(one, Ended)]
    assert ended.result.failure.startswith("the process that was to play it, on the ")
    assert "the worker inproc://" in ended.result.failure
    assert f"has other versions: numpy {version('numpy')} in the place of 0.1" in (
        ended.result.failure
    )


@pytest.mark.slow
def test_tasks_that_nobody_waits_for_any_more_end(client, tmp_path):
    runs = runs_in(tmp_path, "slow", policy="{kind: mini_batch, size: 5}")
    with connected(client) as own:
        events = Cluster(own).play([run for run in runs if run.name == "slow"])
        rows = (one.rows for one in events if isinstance(one, Progress) and one.rows)
        assert [run.name for run, _ in next(rows)] == ["slow"]
        events.close()
    assert within(5, lambda: not any(client.run(busy).values()))


def busy(dask_worker):
    """Whether a worker plays anything, wanted or not."""
    return bool(dask_worker.active_threads)


def within(seconds, condition):
    """Whether a condition holds within so many seconds."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


@pytest.mark.any_version
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--on", "nowhere"], "--on: 'nowhere' is no cluster; give the address of a scheduler"),
        (["--on", "tcp://host"], "--on: 'tcp://host' is no cluster"),
        (["--on", "local:0"], "--on: 'local:0' is no cluster"),
        (["--on", "local:2", "--jobs", "2"], "has its own processes; leave out --jobs"),
        (["--on", "tcp://127.0.0.1:9"], "tcp://127.0.0.1:9: no scheduler that can be used answers"),
        (["--on", "tls://127.0.0.1:9"], "tls://127.0.0.1:9: no scheduler that can be used answers"),
    ],
)
def test_what_is_no_cluster_is_refused_in_a_line(tmp_path, monkeypatch, options, words):
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    path, _ = harmful(tmp_path)
    ended = CliRunner().invoke(app, ["run", str(path), "--out", str(tmp_path), *options])
    assert ended.exit_code == 2 and words in ended.stderr
    assert messages(ended.stderr).count("\n") == 1


@pytest.mark.any_version
def test_what_goes_with_no_cluster_is_refused(client, tmp_path, monkeypatch):
    path, _ = harmful(tmp_path)
    with pytest.raises(ScenarioError, match="on: 3 is no client; give one of"):
        driftsim.run(path, out=tmp_path, on=3)
    with Client(client.cluster) as closed:
        closed.close()
    with pytest.raises(ScenarioError, match="on: this client has no scheduler any more"):
        driftsim.run(path, out=tmp_path, on=closed)
    monkeypatch.setattr("driftsim.runner.clusters.find_spec", lambda name: None)
    with pytest.raises(ScenarioError, match=r"\.venv/bin/pip install '\.\[dask\]'"):
        driftsim.run(path, out=tmp_path, on="local:2")


def named(name, seeds):
    return [SimpleNamespace(name=name, stream=None, seed=seed) for seed in range(seeds)]


@pytest.mark.any_version
def test_one_run_of_each_contender_comes_first_and_those_of_a_deadly_one_last():
    waiting = Waiting([*named("deadly", 3), *named("a", 2), *named("b", 2)])
    first = [waiting.take(2)[0].name for _ in range(3)]
    assert first == ["deadly", "a", "b"]
    waiting.postpone("deadly")
    assert [waiting.take(2)[0].name for _ in range(4)] == ["a", "b", "deadly", "deadly"]
    assert not waiting


@pytest.mark.any_version
def test_short_runs_are_one_task_of_a_second_at_most_that_leaves_some_for_others():
    waiting = Waiting(named("a", 1_000))
    assert len(waiting.take(2)) == 1
    waiting.note(named("a", 1)[0], 0.01)
    assert len(waiting.take(2)) == 100
    assert len(waiting.take(10)) == 45  # of 899, for twice as many tasks as threads
    waiting.note(named("a", 1)[0], 0.001)
    assert len(waiting.take(10)) == 100  # a tenth of a second
    waiting = Waiting(named("a", 1_000))
    waiting.note(named("a", 1)[0], 0.06)
    assert len(waiting.take(2)) == 1


@pytest.mark.any_version
def test_of_a_worker_that_has_died_only_the_task_begun_last_is_lost():
    """Its tasks take turns: what it had begun before has ended, and its result has not come."""
    first, second, third = named("a", 3)
    tasks = Tasks(SimpleNamespace(loop=True, status="closed"), [], None, None)
    ended = SimpleNamespace(done=lambda: True)
    tasks._flights = {"x": Flight([first], ended), "y": Flight([second], ended)}
    for key in tasks._flights:
        begun = {"task": key, "study": tasks._study, "worker": "w", "run": 0, "row": None}
        assert not tasks._report(begun)
    tasks._flights["z"] = Flight([third], ended)
    gone = {"action": "remove-worker", "worker": "w", "expected": False}
    (lost,) = tasks._change(gone | {"processing-tasks": ["x", "y", "z"]})
    assert lost.run is second and not tasks._flights
    assert [*tasks._waiting.take(1), *tasks._waiting.take(1)] == [first, third]


@pytest.fixture(scope="module")
def here():
    """A cluster of two processes, and a client of it."""
    with quiet(), local_cluster(2) as cluster, connected(cluster.address) as client:
        yield cluster, client


@contextmanager
def deaths(client):
    """The workers that die meanwhile."""
    before, died = len(removed(client)), []
    yield died
    died += removed(client)[before:]


def removed(client):
    events = [event for _, event in client.get_events("all")]
    return [one for one in events if one.get("action") == "remove-worker"]


@pytest.mark.slow
def test_a_run_that_ends_its_worker_costs_one_worker_and_no_other_run(here, tmp_path):
    cluster, client = here
    runs = runs_in(tmp_path, "die")
    with deaths(client) as died:
        events = [*Cluster(client, None, cluster.check).play(runs)]
    ended = {one.run.title for one in events if isinstance(one, Ended) and one.result.trace}
    lost = {one.run.title: one.failure for one in events if isinstance(one, Lost)}
    assert {*lost} == {f"die, seed {seed}" for seed in range(3)}
    assert ended == {run.title for run in runs} - {*lost}
    assert 3 <= len(died) < 6  # an idle worker may have begun the same before it was taken off
    assert all("the worker that played it died (tcp://127" in one for one in lost.values())


@pytest.mark.slow
def test_a_worker_that_hangs_is_ended_with_its_run(here, tmp_path):
    cluster, client = here
    runs = [run for run in runs_in(tmp_path, "hang") if run.name == "hang"][:1]
    events = [*Cluster(client, 1, cluster.check).play(runs)]
    (ended,) = [one for one in events if isinstance(one, Ended)]
    failure = "took more than 1 seconds, and was ended before its first prediction"
    assert ended.result.failure == failure


@pytest.mark.slow
def test_a_worker_in_which_a_run_finds_no_memory_is_replaced(here, tmp_path):
    cluster, client = here
    client.wait_for_workers(2)
    runs, before = runs_in(tmp_path, "fill"), {*client.run(os.getpid).values()}
    events = [*Cluster(client, None, cluster.check).play(runs)]
    ended = [one for one in events if isinstance(one, Ended)]
    assert len(ended) == len(runs) and not any(isinstance(one, Lost) for one in events)
    assert sum(one.result.out_of_memory for one in ended) == 3
    assert within(20, lambda: before - {*client.run(os.getpid, on_error="ignore").values()})


@pytest.mark.slow
def test_a_killed_worker_loses_one_run_that_is_played_once_more(here, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT + SWEEP)
    driftsim.run(path, out=tmp_path / "pool", jobs=2)
    address, client = here[0].address, here[1]
    script = f"import driftsim; driftsim.run({str(path)!r}, {str(tmp_path)!r}, on={address!r})"
    with deaths(client) as died, subprocess.Popen([sys.executable, "-c", script]) as process:
        assert within(60, lambda: any(client.processing().values()))
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        assert process.wait(60) == 0
    assert len(died) == 1
    kept, expected = (Path(tmp_path / name / "s" / "runs") for name in (".", "pool"))
    assert_same(traces(kept), traces(expected))


@pytest.mark.slow
def test_workers_without_driftsim_end_the_study_with_a_line(tmp_path):
    code = "import sys; sys.modules['driftsim'] = None; from distributed.cli import dask_worker"
    with quiet(), scheduler() as cluster:
        words = [cluster.scheduler_address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        words += ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
        started = [sys.executable, "-c", f"{code}; dask_worker.main()", *words]
        with subprocess.Popen(started, stderr=subprocess.DEVNULL, cwd=tmp_path) as worker:
            with pytest.raises(ScenarioError, match="the workers have no driftsim"):
                driftsim.run(harmful(tmp_path)[0], tmp_path, on=cluster.scheduler_address)
            worker.kill()


@pytest.mark.slow
def test_local_workers_listen_to_this_machine_alone_and_do_not_outlive_a_killed_study(tmp_path):
    import psutil

    path, parts = harmful(tmp_path, "hang")
    words = ["run", str(path), "--with", parts, "--out", str(tmp_path), "--on", "local:2"]
    process = subprocess.Popen([sys.executable, "-m", "driftsim", *words])
    temporary = f"driftsim-{process.pid}-"

    def family():
        """The workers, by the folder that they are given."""
        every = psutil.process_iter(["cmdline", "environ"])
        return [one for one in every if temporary in str(one.info)]

    def hangs():
        return (tmp_path / "s" / "runs").is_dir() and traces(tmp_path / "s" / "runs")

    try:
        assert within(60, hangs)
        workers = family()
        listening = [
            connection.laddr.ip
            for one in [psutil.Process(process.pid), *workers]
            for connection in one.net_connections()
            if connection.status == "LISTEN"
        ]
        assert len(workers) == 5 and {*listening} == {"127.0.0.1"}
    finally:
        process.kill()
        process.wait()
    assert within(10, lambda: not family())
