"""Fault drills on the processes of one machine: what a contender does to them costs only itself.

After each: traces of the others are those of an undisturbed study, the same command plays what is
missing and no more, nothing lies about, and a line says what happened.
"""

import os
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from drills import assert_same, traces
from processes import messages, session

pytestmark = [pytest.mark.slow, pytest.mark.any_version]

SEEDS = 2
MOST_MEMORY = 3 * 2**29  # bytes of address space of a process, which starts with a third
SCENARIO = """\
stream: {length: 1_000, concepts: {a: sea}}
models:
  before: {learner: {kind: drilled, name: before}, policy: static}
  poison: {learner: {kind: drilled, name: poison}, policy: static}
  after: {learner: {kind: drilled, name: after}, policy: static}
evaluation: {warmup: 200, seeds: 2}
report: {figures: []}
"""
PARTS = '''\
import ctypes
import os
import signal
import time
import warnings

import numpy as np

from driftsim.learners.learner import Learner
from driftsim.learners.reference import MajorityModel

leaked = []


class Drilled(Learner):
    """Notes that it was started; the one called poison then does harm, if a variable says which."""

    name: str

    def engine(self, schema):
        return "compiled"  # so that it is not tried before it is played

    def start(self, schema, seed, *more):
        with open(os.environ["DRILL_LOG"], "a") as log:
            log.write(f"{self.name} {seed}\\n")
        if self.name == "poison" and (how := os.environ.get("DRILL")):
            globals()[how]()
        return MajorityModel(np.zeros(2, np.int64))


def leave():
    os._exit(3)


def segfault():
    ctypes.string_at(0)


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def sleep():
    time.sleep(1_000)


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def leak():
    for size in (100_000, 1_000):
        try:
            while True:
                leaked.append(bytes(size))
        except MemoryError:
            if size == 1_000:
                raise


def print_lines():
    for _ in range(1_000_000):
        print("x" * 99)


def print_one_line():
    for _ in range(1_000):
        print("x" * 100_000, end="")


def warn():
    for i in range(100_000):
        warnings.warn(f"warning {i}", stacklevel=1)
'''
# A process takes the peak of the one that has started it for its own: so a small one starts it.
MEASURED = """\
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))
sys.exit(code)
"""


class Called(NamedTuple):
    """What a command has left."""

    code: int
    lines: list[str]  # on standard error, without its progress
    played: Counter[str]  # how often each run was started
    peak: int  # MB of the largest of its processes
    kept: list[Path]  # of what runs have printed


class Drill:
    """A study in a folder of its own, played with two processes."""

    def __init__(self, folder: Path):
        self.folder, self.out = folder, folder / "out"
        (folder / "temporary").mkdir(parents=True)
        (folder / "drill.yaml").write_text(SCENARIO)
        (folder / "parts.py").write_text(PARTS)

    @property
    def runs(self) -> Path:
        """The folder of traces."""
        return self.out / "drill" / "runs"

    def call(self, how="", *options, most=None) -> Called:
        """Play it with a poison, or without; `most` bytes of memory are for each process."""
        log, peak = self.folder / "log", self.folder / "peak"
        log.write_text("")
        words = [sys.executable, "-c", MEASURED, str(peak), sys.executable, "-m", "driftsim"]
        words += ["run", "drill.yaml", "--with", "parts.py"]
        process = subprocess.Popen(
            [*words, "--out", str(self.out), "--jobs", "2", *options],
            cwd=self.folder,
            env=os.environ
            | {"DRILL": how, "DRILL_LOG": str(log), "TMPDIR": str(self.folder / "temporary")},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            preexec_fn=most and (lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most))),
        )
        with process.stderr:
            printed = messages(process.stderr.read())
        code = process.wait()
        assert not session(process.pid)
        assert not [*(self.folder / "temporary").iterdir()]
        return Called(
            code,
            printed.splitlines(),
            Counter(log.read_text().splitlines()),
            int(peak.read_text()),
            [*self.runs.glob("*.output.txt")],
        )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    drill = Drill(tmp_path_factory.mktemp("undisturbed"))
    called = drill.call()
    assert (called.code, called.lines, len(called.played)) == (0, [], 3 * SEEDS)
    return traces(drill.runs)


@pytest.fixture
def drill(tmp_path):
    return Drill(tmp_path)


def check(drill, called, undisturbed, stored=False, started=2):
    """That harm was done to nothing but the poison, and that the same command makes it good.

    The poison's traces are `stored` or not; each was `started` so many times.
    """
    poisoned = [run for run in called.played if run.startswith("poison")]
    others = {run: 1 for run in called.played if run not in poisoned}
    assert len(poisoned) == SEEDS and len(others) == 2 * SEEDS
    assert called.played == others | dict.fromkeys(poisoned, started)
    found = traces(drill.runs)
    assert len(found) == len(undisturbed) - (0 if stored else SEEDS)
    assert_same(found, {name: undisturbed[name] for name in found})
    resumed = drill.call()
    assert (resumed.code, resumed.lines) == (0, [])
    assert resumed.played == dict.fromkeys(() if stored else poisoned, 1)
    assert_same(traces(drill.runs), undisturbed)
    assert {path.suffix for path in drill.runs.iterdir() if path not in called.kept} == {".parquet"}


def failed(lines, about):
    """Whether there is a line about each run of the poison, and no other."""
    starts = [f"drill: poison, seed {seed}: {about}" for seed in range(SEEDS)]
    return len(lines) == SEEDS and all(map(str.startswith, lines, starts))


def noted(lines, about):
    """Whether each run of the poison has a note, and nothing else has."""
    return len(lines) == SEEDS and all(x.startswith(f"drill: poison: {about}") for x in lines)


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("leave", "(exit code 3)"),
        ("segfault", "(SIGSEGV)"),
        ("kill", "(SIGKILL), perhaps out of memory"),  # as the kernel does
    ],
)
def test_a_contender_that_ends_its_process(drill, undisturbed, how, cause):
    """By `os._exit`, a null pointer or a kill; it is played once more, alone, and has crashed."""
    called = drill.call(how)
    crash = f"the process that ran it crashed before its first prediction {cause}"
    assert called.code == 1 and failed(called.lines, crash)
    check(drill, called, undisturbed)


@pytest.mark.parametrize("how", ["sleep", "stop"])
def test_a_contender_that_hangs_is_ended_by_the_timeout(drill, undisturbed, how):
    """It waits for ever, or has stopped its process; either is ended with `--timeout`."""
    called = drill.call(how, "--timeout", "1")
    late = "took more than 1 seconds, and was ended before its first prediction"
    assert called.code == 1 and failed(called.lines, late)
    check(drill, called, undisturbed, started=1)


def test_a_contender_that_leaks_until_no_memory_is_left(drill, undisturbed):
    """Under `ulimit -v` it gets a MemoryError; runs after it in the same process get none."""
    called = drill.call("leak", most=MOST_MEMORY)
    assert called.code == 1
    assert failed(called.lines, "failed before its first prediction: MemoryError")
    check(drill, called, undisturbed)


@pytest.mark.parametrize(
    ("how", "lines"), [("print_lines", "1,000,000 lines"), ("print_one_line", "1 line")]
)
def test_a_contender_that_floods_its_output(drill, undisturbed, how, lines):
    """Of 100 MB the beginning and the end are kept, in a file beside its trace."""
    called = drill.call(how)
    assert called.code == 0 and noted(called.lines, f"printed {lines}; see ")
    assert all(path.stat().st_size < 70_000 for path in called.kept) and called.peak < 500
    check(drill, called, undisturbed, stored=True, started=1)


def test_a_contender_that_floods_warnings(drill, undisturbed):
    """Of 100,000 different warnings three are shown, and the others counted."""
    called = drill.call("warn")
    shown = [*(f"UserWarning: warning {i}" for i in range(3)), "… and 99,997 more warnings"]
    assert called.code == 0 and called.lines == [f"drill: poison: {line}" for line in shown]
    check(drill, called, undisturbed, stored=True, started=1)
