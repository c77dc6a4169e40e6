"""Drills on a cluster: whichever of its processes dies, nothing is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress

import psutil
import pytest
from distributed import Client
from drills import COUNTED, RUNS, Drill, other_numpy, undisturbed, wait_for
from processes import messages

pytestmark = pytest.mark.slow
STOPPED = "stopped; what has ended is kept: the same command continues from there\n"
PRIVATE = ["--host", "127.0.0.1", "--no-dashboard"]


class Processes:
    """A scheduler and its workers, as processes of their own, which read one file `control`."""

    def __init__(self, folder):
        self.folder, self.control = folder, folder / "control.json"
        self._stack = ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()

    def begin_scheduler(self, port=0, **settings):
        """Start a scheduler, and wait until it answers."""
        file = self.folder / f"scheduler-{time.monotonic_ns()}.json"
        words = [*PRIVATE, "--dashboard-address", "127.0.0.1:0", "--port", str(port)]
        self.scheduler = self._begin("scheduler", *words, "--scheduler-file", file, **settings)
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        client = Client(scheduler_file=str(file), set_as_default=False)
        self.client = self._stack.enter_context(client)
        self.address = self.client.scheduler.address
        return self

    def begin_workers(self, n, *options, **settings):
        """Start a process that keeps workers, and wait until they are there."""
        words = [self.address, *PRIVATE, "--nworkers", n, "--nthreads", 1, *options]
        before = self.known
        keeper = self._begin("worker", *words, "--local-directory", self.folder, **settings)
        wait_for(lambda: len(self.known) >= len(before) + n)
        return keeper

    @property
    def known(self):
        """The workers that the scheduler knows, by their addresses."""
        return {*self.client.scheduler_info(n_workers=-1)["workers"]}

    def playing(self):
        """How many tasks are in progress on workers."""
        return sum(self.client.run(lambda dask_worker: len(dask_worker.active_threads)).values())

    def _begin(self, which, *words, **settings):
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{which}", *map(str, words)],
            env=os.environ | {"DRILL": str(self.control)} | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(end, process)
        return process


def workers_of(keeper):
    """The processes of workers that a process keeps, in some order."""
    found = []
    for one in psutil.Process(keeper.pid).children():
        with suppress(psutil.NoSuchProcess):
            if "spawn_main" in " ".join(one.cmdline()):
                found.append(one)
    return found


def end(process):
    """End a process and all that it has started."""
    with suppress(psutil.NoSuchProcess):
        for one in psutil.Process(process.pid).children(recursive=True):
            one.kill()
    process.kill()
    process.wait()


def played_on(cluster):
    """The options that have a study played on a cluster, without a report."""
    return ["--on", cluster.address, "--share", "1/1"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The study that nothing has befallen."""
    return undisturbed(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of two workers, each of which may take 600 MB."""
    with Processes(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.begin_scheduler()
        cluster.keeper = cluster.begin_workers(2, "--memory-limit", "600MB")
        yield cluster


def test_workers_that_are_killed_at_twenty_moments(tmp_path, cluster, whole):
    """Those of as many studies as that takes."""
    rng, left = random.Random(2), 20
    while left:
        drill = Drill(tmp_path / str(left), takes=0.2, control=cluster.control)
        kills = 0
        while len(drill.kept) < RUNS:
            client = drill.begin(*played_on(cluster))
            while kills < left and started_another(drill, client):
                time.sleep(rng.random() * 0.2)
                kills += kill_one(workers_of(cluster.keeper), rng)
            printed = messages(client.communicate(timeout=300)[1]).splitlines()
            assert all("the worker that played it died" in line for line in printed)
        drill.check(whole, again=kills)
        left -= kills


def started_another(drill, client):
    """Wait until another run has been started; returns whether that was before the client ended."""
    begun = drill.begun()
    wait_for(lambda: drill.begun() > begun or client.poll() is not None)
    return client.poll() is None


def kill_one(processes, rng):
    """Kill one of some processes; returns how many that were."""
    if processes:
        with suppress(psutil.NoSuchProcess):
            rng.choice(processes).kill()
            return 1
    return 0


def test_a_client_of_a_cluster_that_is_killed(tmp_path, cluster, whole):
    drill = Drill(tmp_path, takes=0.3, control=cluster.control)
    client = drill.begin(*played_on(cluster))
    wait_for(lambda: drill.begun() > 3)
    client.kill()
    client.communicate()
    kept = drill.kept
    wait_for(lambda: not cluster.playing())
    assert drill.mended().play(*played_on(cluster))[0] == 0
    assert kept.items() <= drill.kept.items()
    drill.check(whole, again=4)


def test_ctrl_c_ends_what_a_cluster_plays(tmp_path, cluster, whole):
    drill = Drill(tmp_path, takes=1, control=cluster.control)
    client = drill.begin(*played_on(cluster))
    wait_for(lambda: drill.begun() > 1)
    client.send_signal(signal.SIGINT)
    assert messages(client.communicate(timeout=60)[1]) == STOPPED and client.returncode == 130
    wait_for(lambda: not cluster.playing())
    assert drill.begun() < COUNTED
    assert drill.mended().play(*played_on(cluster))[0] == 0
    drill.check(whole, again=2)


def test_a_poisonous_run_among_hundred_on_a_cluster(tmp_path, cluster, whole):
    deadly = min(whole.starts)
    drill = Drill(tmp_path, takes=0, control=cluster.control, deadly=deadly)
    all_of_it = ["--on", cluster.address, "--seeds", "34", "--share", "1/1"]
    code, _, printed = drill.play(*all_of_it)
    (line,) = messages(printed).splitlines()
    assert code == 1 and "the worker that played it died (tcp://127.0.0.1:" in line
    assert len(drill.kept) == 101 and not drill.strays()
    assert drill.starts[deadly] == max(drill.starts.values()) == 2
    assert drill.mended().play(*all_of_it)[0] == 0
    assert len(drill.kept) == 102
    drill.check_traces(whole)


def test_a_run_that_wants_more_memory_than_its_worker_may_have(tmp_path, cluster, whole):
    greedy = min(whole.starts)
    drill = Drill(tmp_path, control=cluster.control, greedy=greedy, bytes=700_000_000)
    code, _, printed = drill.play(*played_on(cluster))
    (line,) = messages(printed).splitlines()
    assert code == 1 and "the worker that played it died (tcp://127.0.0.1:" in line
    assert len(drill.kept) == RUNS - 1
    assert drill.mended().play(*played_on(cluster))[0] == 0
    drill.check(whole, again=3)


def test_a_cluster_that_shrinks(tmp_path, cluster, whole):
    drill = Drill(tmp_path, takes=0.3, control=cluster.control)
    before = cluster.known
    cluster.begin_workers(1)
    (more,) = cluster.known - before
    client = drill.begin(*played_on(cluster))
    wait_for(lambda: drill.begun() > 5)
    cluster.client.retire_workers([more])
    printed = messages(client.communicate(timeout=300)[1])
    assert (client.returncode, printed) == (0, "")
    assert more not in cluster.known
    drill.check(whole, again=1)


def test_a_worker_of_another_version(tmp_path, cluster, whole):
    """It refuses what it is given, which the others play."""
    drill = Drill(tmp_path, takes=0.1, control=cluster.control)
    other = cluster.begin_workers(1, **other_numpy(tmp_path))
    code, _, printed = drill.play(*played_on(cluster))
    end(other)
    refused = messages(printed).splitlines()
    assert (code, len(refused)) == (0, len({*refused}))
    assert refused and all("numpy 0.1 in the place of " in line for line in refused)
    drill.check(whole, again=0)


def test_a_scheduler_that_is_killed(tmp_path, whole):
    with Processes(tmp_path) as own:
        own.begin_scheduler()
        own.begin_workers(1)
        drill = Drill(tmp_path / "drill", takes=0.3, control=own.control)
        client = drill.begin(*played_on(own))
        wait_for(lambda: drill.begun() > 3)
        own.scheduler.kill()
        printed = messages(client.communicate(timeout=300)[1])
        assert client.returncode == 2, printed
        assert printed.startswith("the scheduler is gone; what has ended is kept: ")
        kept = drill.kept
        drill.mended()
        own.begin_scheduler()
        own.begin_workers(1)
        assert drill.play(*played_on(own))[0] == 0
    assert kept.items() <= drill.kept.items()
    drill.check(whole, again=2)


def test_a_machine_without_network_for_30_seconds(tmp_path, whole):
    """Its processes are stopped: the scheduler gives its worker up, which comes back later."""
    with Processes(tmp_path) as own:
        own.begin_scheduler(DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="10s")
        drill = Drill(tmp_path / "drill", takes=0.3, control=own.control)
        keeper, _ = own.begin_workers(1), own.begin_workers(1)
        client = drill.begin(*played_on(own))
        wait_for(lambda: drill.begun() > 3)
        machine = [psutil.Process(keeper.pid), *workers_of(keeper)]
        for one in machine:
            one.suspend()
        time.sleep(30)
        for one in machine:
            one.resume()
        printed = messages(client.communicate(timeout=300)[1])
        assert (client.returncode, printed) == (0, "")
        wait_for(lambda: len(own.known) == 2)
    drill.check(whole, again=2)  # what it was at, and what it begins before it knows
