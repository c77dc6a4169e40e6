"""Drills: a small study that something befalls, and what must be true of it afterwards."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pyarrow.parquet as pq

from driftsim.atomic import write_atomically
from driftsim.store.columns import LISTS

TEXT = """\
stream: {length: 2_000, concepts: {a: {kind: sea, threshold: 8}}}
models:
  one: {learner: {kind: counted, label: one}, policy: online}
  other: {learner: {kind: counted, label: other}, policy: online}
evaluation: {warmup: 500, seeds: 12}
"""
RUNS, COUNTED = 36, 24  # of the study; of these, the runs of contenders, whose starts are counted
PARTS = '''\
import json
import os
import time

import numpy as np

from driftsim.learners.reference import NoChange


class Counted(NoChange):
    """Notes in a file that a run has started, takes a while, and does harm where it is asked to."""

    label: str

    def engine(self, schema):
        return "compiled"  # so that it is not tried before it is played

    def start(self, schema, seed, probabilities=False):
        run = f"{self.label}:{seed}"
        with open(os.environ["DRILL"]) as file:
            asked = json.load(file)
        with open(asked["started"], "a") as file:
            file.write(f"{run}/{os.getppid()} ")
        if run == asked["deadly"]:
            os._exit(7)
        if run == asked["greedy"]:
            held = np.ones(asked["bytes"], np.int8)
            time.sleep(60)  # until something ends it
        time.sleep(asked["takes"])
        return super().start(schema, seed, probabilities)
'''


def undisturbed(folder):
    """The study, played by one process that nothing befalls."""
    drill = Drill(folder, takes=0)
    assert drill.play("--share", "1/1", "--jobs", "1")[0] == 0
    assert not drill.strays() and len(drill.kept) == RUNS and drill.begun() == COUNTED
    return drill


class Drill:
    """The study in a folder of its own, played by processes that can be killed.

    `asked` is what its runs are to do; they read it from the file `control`.
    """

    def __init__(self, folder, takes=0.1, control=None, **asked):
        self.folder, self.out = folder, folder / "out"
        self.runs, self._started = self.out / "s" / "runs", folder / "started"
        self.path, self.parts = folder / "s.yaml", folder / "parts.py"
        (folder / "tmp").mkdir(parents=True)
        self.path.write_text(TEXT)
        self.parts.write_text(PARTS)
        self._control = control or folder / "control.json"
        self._ask(takes=takes, **asked)
        own = {"DRILL": str(self._control), "TMPDIR": str(folder / "tmp")}
        self.environment = os.environ | own

    def _ask(self, takes=0.0, deadly="", greedy="", bytes=0):
        asked = {"started": str(self._started), "takes": takes, "bytes": bytes}
        content = json.dumps(asked | {"deadly": deadly, "greedy": greedy})
        write_atomically(self._control, content.encode())

    def mended(self):
        """No run does harm any more, and none takes long."""
        self._ask()
        return self

    def command(self, *options, before=()):
        """The words that play it, after those of a program that limits what they may do."""
        words = [*before, sys.executable, "-m", "driftsim", "run", self.path, "--out", self.out]
        return [str(word) for word in (*words, "--with", self.parts, "--figures=none", *options)]

    def begin(self, *options, before=()):
        """A process that plays it."""
        return subprocess.Popen(
            self.command(*options, before=before),
            env=self.environment,
            preexec_fn=heeding,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def play(self, *options, before=()):
        """Play it; returns its exit code, and what it has printed on either stream."""
        process = self.begin(*options, before=before)
        printed, errors = process.communicate(timeout=300)
        return process.returncode, printed, errors

    def status(self):
        """What `driftsim status` prints of it, as lines."""
        words = [sys.executable, "-m", "driftsim", "status", self.path, "--out", self.out]
        ended = subprocess.run(
            [*words, "--with", self.parts], env=self.environment, capture_output=True, text=True
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.splitlines()

    @property
    def starts(self):
        """How often each run of a contender has been started."""
        return Counter(run for run, _ in self._noted())

    def begun(self, client=None):
        """How many runs of contenders have been started in all, or by a process of the pool."""
        return sum(client is None or parent == str(client.pid) for _, parent in self._noted())

    def _noted(self):
        noted = self._started.read_text().split() if self._started.exists() else ()
        return [one.split("/") for one in noted]

    @property
    def kept(self):
        """When each trace that is kept was written."""
        return {path.name: path.stat().st_mtime_ns for path in self.runs.glob("*.parquet")}

    def check(self, whole, again):
        """Check that it has ended as the one that nothing has befallen, and left no file more.

        At most `again` runs were started again.
        """
        assert_same(traces(self.runs), traces(whole.runs))
        assert not self.strays()
        assert len(self.starts) == COUNTED
        assert self.begun() <= COUNTED + again

    def check_traces(self, whole):
        """Check that the traces of all runs that the undisturbed study has are the same."""
        found, wanted = traces(self.runs), traces(whole.runs)
        assert_same({name: found[name] for name in wanted}, wanted)
        assert not self.strays()

    def strays(self):
        """Files that no undisturbed study leaves."""
        beside = [path for path in self.runs.iterdir() if path.suffix != ".parquet"]
        left = [path for path in self.out.rglob("*") if path.name.endswith(".unfinished")]
        return sorted({*beside, *left, *(self.folder / "tmp").iterdir()})


def other_numpy(folder):
    """The variables of a process whose numpy says that it has another version."""
    about = folder / "numpy-0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: numpy\nVersion: 0.1\n")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}


def heeding():
    """Heed Ctrl-C, as a process does that is not started in the background of a script."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(condition, seconds=120):
    """Wait until a condition holds; fails where it never does."""
    until = time.monotonic() + seconds
    while not (holds := condition()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.005)
    return holds


def traces(folder):
    """All columns of all runs in a folder, but for seconds."""
    tables = {path.name: pq.read_table(path) for path in folder.glob("*.parquet")}
    return {
        name: table.drop_columns([c for c in table.column_names if c.endswith("_seconds")])
        for name, table in tables.items()
    }


def assert_same(some, others):
    """Check that traces are the same to the last bit."""
    assert some.keys() == others.keys()
    for name, table in some.items():
        assert table.schema.equals(others[name].schema, check_metadata=True)
        for column in table.column_names:
            one, other = (t[column].combine_chunks() for t in (table, others[name]))
            if column in LISTS:
                one, other = one.values, other.values
            one, other = one.to_numpy(), other.to_numpy()
            assert one.tobytes() == other.tobytes(), (name, column)
