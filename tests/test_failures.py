"""Failures: what a study survives, and its messages about it."""

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from processes import messages, session
from rich.console import Console

import driftsim
from driftsim import ScenarioError, progress
from driftsim.__main__ import lacking_memory
from driftsim.evaluation.prequential import COMPILING
from driftsim.overview.notices import failure_lines, note_lines
from driftsim.progress import Bars, Lines, OneLine, lasting
from driftsim.runner.engines import Ended, Progress
from driftsim.runner.execution import Result, WarningLog, execute
from driftsim.runner.here import ThisProcess
from driftsim.runner.playing import Finished, played_on
from driftsim.runner.runs import missing
from driftsim.scenario import load
from driftsim.store import Store

TEXT = """\
stream: {length: 2_000, concepts: {a: sea}}
models:
  good: {learner: majority, policy: static}
MORE
evaluation: {warmup: 500}
"""
PARTS = '''\
import os
import re
import subprocess
import sys
import time
import warnings

import numpy as np

from driftsim.learners.learner import Learner
from driftsim.learners.reference import MajorityModel


class Hostile(Learner):
    """Does something at its fit that no contender should do."""

    how: str

    def engine(self, schema):
        return "compiled"  # so that it is not tried before it is played

    def start(self, schema, seed, *more):
        model = HostileModel(self.how)
        model.needs_compiling = self.how == "compile_and_hang"
        return model


class HostileModel(MajorityModel):
    def __init__(self, how):
        self._how = how

    def fit(self, rows, weight=None):
        getattr(self, self._how)()
        return MajorityModel(np.zeros(2, np.int64))

    def generator_exit(self):
        raise GeneratorExit

    def interrupt(self):
        raise KeyboardInterrupt

    def leave(self):
        sys.exit("had enough")

    def base(self):
        raise Base("over\\ntwo lines")

    def chdir(self):
        os.chdir("/")

    def warn(self):
        for i in range(5_000):
            warnings.warn(f"warning {i}")

    def print(self):
        for i in range(5_000):
            print("printed", i)

    def compile_and_hang(self):
        self.hang()

    def hang(self):
        subprocess.Popen(["sleep", "1000"])
        re.match(r"(a+)+$", "a" * 100 + "b")  # which nothing but a kill can interrupt


class Base(BaseException):
    pass
'''
RAISING = {
    "generator_exit": "GeneratorExit",
    "interrupt": "KeyboardInterrupt",
    "leave": "SystemExit: had enough",
    "base": "Base: over two lines",
}
BEFORE = "before its first prediction"
SLOWLY = pytest.mark.slow
SLOW = [pytest.param(seconds, marks=SLOWLY) for seconds in (0.2, 0.3, 0.8, 1.2, 2.0)]
STOPPED = "stopped; what has ended is kept: the same command continues from there\n"


def hostile(folder, *ways):
    """A scenario with contenders that do harm, and the file that defines them."""
    model = "  {0}: {{learner: {{kind: hostile, how: {0}}}, policy: static}}"
    path, parts = folder / "s.yaml", folder / "parts.py"
    path.write_text(TEXT.replace("MORE", "\n".join(map(model.format, ways))))
    parts.write_text(PARTS)
    return path, parts


def command(folder, *ways):
    path, parts = hostile(folder, *ways)
    words = ["run", str(path), "--with", str(parts), "--out", str(folder / "out")]
    return [sys.executable, "-m", "driftsim", *words]


@pytest.mark.slow
def test_each_failure_has_a_line_and_the_others_finish(tmp_path):
    words = command(tmp_path, *RAISING, "chdir", "warn", "print", "hang")
    ended = subprocess.run([*words, "--timeout", "3"], capture_output=True, text=True, timeout=300)
    lines, runs = messages(ended.stderr).splitlines(), tmp_path / "out" / "s" / "runs"
    assert ended.returncode == 1
    for line, (name, error) in zip(lines, RAISING.items()):
        beginning = f"s: {name}, seed 0: failed {BEFORE}: {error}; "
        beginning += f"the traceback is in {runs}"
        assert line.startswith(beginning)
        assert Path(line.rpartition(" in ")[2]).is_file()
    assert lines[4] == f"s: hang, seed 0: took more than 3 seconds, and was ended {BEFORE}"
    assert lines[5] == "s: chdir: changed the working directory to /; it has been put back"
    assert lines[6:10] == [
        *(f"s: warn: UserWarning: warning {i}" for i in range(3)),
        "s: warn: … and 4,997 more warnings",
    ]
    assert lines[10].startswith(f"s: print: printed 5,000 lines; see {runs}")
    assert len(lines) == 11
    summary = (tmp_path / "out" / "s" / "summary.csv").read_text()
    assert all(f"\n{name}," in summary for name in ("good", "chdir", "warn", "print"))
    assert len([*runs.glob("*.parquet")]) == 5


@pytest.mark.slow
@pytest.mark.parametrize("way", ["hang", "compile_and_hang"])
def test_the_timeout_in_python(tmp_path, way):
    path, parts = hostile(tmp_path, way)
    words = f"{way}, seed 0: took more than 1 seconds, and was ended {BEFORE}"
    with pytest.raises(RuntimeError, match=words):
        driftsim.run(path, out=tmp_path, parts=[str(parts)], timeout=1)
    assert len([*(tmp_path / "s" / "runs").glob("*.parquet")]) == 2


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_is_more_than_nothing(tmp_path, timeout):
    path, _ = hostile(tmp_path)
    with pytest.raises(ScenarioError, match="give seconds, more than 0"):
        driftsim.run(path, out=tmp_path, timeout=timeout)


def test_an_executor_takes_no_timeout(tmp_path):
    path, _ = hostile(tmp_path)
    with ThreadPoolExecutor() as executor, pytest.raises(ScenarioError, match="leave out"):
        driftsim.run(path, out=tmp_path, executor=executor, timeout=1)


def within(seconds, condition):
    """Whether a condition holds within so many seconds."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def heeding():
    """Heed signals, as a process does that is not started in the background, or by `nohup`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def started(words, **given):
    return subprocess.Popen(
        words,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heeding,
        **given,
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
@pytest.mark.parametrize(
    ("number", "code", "message"),
    [
        (signal.SIGTERM, 143, STOPPED),
        (signal.SIGKILL, -9, ""),
        pytest.param(signal.SIGINT, 130, STOPPED, marks=SLOWLY),
        pytest.param(signal.SIGHUP, 129, STOPPED, marks=SLOWLY),
    ],
)
def test_nothing_is_left_behind_by_a_study_that_is_ended(tmp_path, number, code, message):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    process = started(command(tmp_path, "hang"), env=environment)
    try:
        assert within(60, lambda: any("sleep\0" in one for one in session(process.pid)))
        assert [*tmp_path.glob(f"driftsim-{process.pid}-*")]
        process.send_signal(number)
        assert messages(process.communicate(timeout=20)[1]) == message
        assert process.returncode == code
        assert within(2, lambda: not session(process.pid))
        assert not [*tmp_path.glob("driftsim-*")]
    finally:
        process.kill()


@pytest.mark.parametrize("seconds", [0.1, 0.5, *SLOW])
def test_ctrl_c_while_it_starts_ends_with_a_line(tmp_path, seconds):
    words = command(tmp_path, "hang")[3:]
    process = started([sys.executable, "-c", STARTING, *words], stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    message = messages(process.communicate(timeout=20)[1])
    assert process.returncode == 130
    assert message in ("stopped\n", STOPPED)


# An error in `__set_name__` becomes a RuntimeError in Python 3.11.
DESCRIBED = """
class Descriptor:
    def __set_name__(self, owner, name):
        interrupt()
type("Part", (), {"field": Descriptor()})
"""
SWALLOWED = """
class Deleted:
    def __del__(self):
        interrupt()
Deleted()
try:
    while True: time.sleep(0.01)
finally:
    for _ in range(10): time.sleep(0.02)
    print("cleaned up")
"""
AS_IT_ENDS = """
entry.handle = lambda handler: interrupt()
raise SystemExit(0)
"""
AT_EXIT = """
atexit.register(interrupt)
raise SystemExit(0)
"""


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        pytest.param(DESCRIBED, (130, "", STOPPED), id="turned into another error"),
        pytest.param("exec('interrupt()')", (130, "", STOPPED), id="in a text"),
        pytest.param(SWALLOWED, (130, "cleaned up\n", STOPPED), id="swallowed"),
        pytest.param(AS_IT_ENDS, (130, "", STOPPED), id="as it ends"),
        pytest.param(AT_EXIT, (0, "", ""), id="once all is done"),
    ],
)
def test_ctrl_c_at_any_moment_ends_in_an_orderly_way(tmp_path, code, ends):
    (tmp_path / "interrupted.py").write_text(INTERRUPTED)
    words = [sys.executable, "-m", "interrupted", code]  # as `python -m driftsim`
    process = started(words, stdout=subprocess.PIPE, cwd=tmp_path)
    out, message = process.communicate(timeout=20)
    assert (process.returncode, out, message) == ends


# `driftsim`, which does nothing but run a text.
INTERRUPTED = """
import atexit, os, signal, sys, time
import driftsim.__main__ as entry, driftsim.cli as cli
entry.REPEAT = 0.05
def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1_000): pass
cli.app = lambda prog_name: exec(compile(sys.argv[1], "text", "exec"), globals())
entry.main()
"""
# `driftsim`, which says when the interpreter has started, and with it what can be interrupted.
STARTING = """
import driftsim.__main__ as entry
handle = entry.handle
def telling(handler):
    handle(handler)
    if handler is entry.end_at_once:
        print("begins", flush=True)
entry.handle = telling
entry.main()
"""


def test_a_lack_of_memory_is_a_line_and_other_errors_are_none():
    lacking = "libarrow.so: failed to map segment from shared object"
    assert lacking_memory(ImportError(f"IMPORTANT: read this!\n\n{lacking}\n")) == lacking
    assert lacking_memory(MemoryError("Unable to\nallocate")) == "Unable to allocate"
    assert lacking_memory(MemoryError()) == "MemoryError"
    assert lacking_memory(OSError(12, "Cannot allocate memory"))
    assert not any(map(lacking_memory, [ImportError("x"), OSError(2, "x"), ValueError("x")]))


@pytest.mark.parametrize("way", ["file", *(pytest.param(w, marks=SLOWLY) for w in ("-c", "input"))])
def test_a_script_needs_no_guard(tmp_path, way):
    path, _ = hostile(tmp_path)
    given = f"{str(path)!r}, out={str(tmp_path)!r}, jobs=1"
    code = f"import driftsim\nprint(len(driftsim.run({given}).traces()))"
    script = tmp_path / "script.py"
    script.write_text(code)
    words = {"file": [str(script)], "-c": ["-c", code], "input": ["-"]}[way]
    ended = subprocess.run([sys.executable, *words], input=code, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("4\n", "")


OWN = """
import driftsim
from driftsim.learners.reference import Majority

class Mine(Majority):
    '''Mine.'''

stream = {"length": 2_000, "concepts": {"a": "sea"}}
models = {"mine": {"learner": "mine", "policy": "static"}}
scenario = driftsim.Scenario.model_validate({"stream": stream, "models": models})
GUARD
    print(len(driftsim.run(scenario, out=OUT, jobs=1).traces()))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("guard", "read"),
    [
        pytest.param("if __name__ == '__main__':", "file", marks=SLOWLY),
        pytest.param("if True:", "file", marks=SLOWLY),
        ("if True:", "input"),
    ],
)
def test_a_part_that_a_script_defines(tmp_path, guard, read):
    """Its code is sent to the processes, which import no script."""
    code = OWN.replace("GUARD", guard).replace("OUT", repr(str(tmp_path)))
    script = tmp_path / "script.py"
    script.write_text(code)
    given = [str(script)] if read == "file" else ["-"]
    ended = subprocess.run([sys.executable, *given], input=code, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("4\n", "")


@pytest.fixture
def runs(tmp_path):
    return missing(load(hostile(tmp_path)[0], seeds=30), Store(tmp_path))


class Crowded:
    """An engine on which no run finds memory, unless it is alone."""

    alone = ThisProcess()

    def play(self, runs):
        for run in runs:
            yield Ended(run, Result(None, "failed", "MemoryError", (), out_of_memory=True))


def test_a_run_that_finds_no_memory_is_played_again_alone(runs, tmp_path):
    events = played_on(Crowded(), runs[:2], Store(tmp_path))
    played = [one for one in events if isinstance(one, Finished)]
    assert [(one.run, one.failure) for one in played] == [(run, None) for run in runs[:2]]


def test_what_runs_is_shown_ever_less_often_without_a_terminal(runs, capsys, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    lines = Lines(runs)
    lines.end(runs[0])
    good, cold = [run for run in runs if run.name == "good"][:2]
    for clock[0] in range(3_600):
        lines.show(Progress([(good, 1_234), (cold, COMPILING)], 7))
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == 8
    assert shown[0] == (
        "0 s: 1 of 60 runs done (30 of contenders, 30 of the stream); "
        "good, seed 0, row 1,234 of 2,000; good, seed 1, compiling its kernel; 7 waiting"
    )
    assert [one.partition(":")[0] for one in shown[1:]] == [f"{30 * 2**i} s" for i in range(7)]


def test_the_first_line_without_a_terminal_comes_after_half_a_second(runs, capsys, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    lines = Lines(runs)
    shown = (0.4, 1_234, 0), (0.6, 1_234, 1), (1.0, COMPILING, 1), (1.2, COMPILING, 0)
    for clock[0], row, printed in (*shown, (29.0, 1_234, 0), (61.0, 1_234, 1)):
        lines.show(Progress([(runs[0], row)], 7))
        assert capsys.readouterr().err.count("\n") == printed


def test_what_keeps_runs_from_starting_is_shown_until_it_has_gone(runs, capsys, monkeypatch):
    monkeypatch.setattr(progress, "SOON", 0.0)
    waiting, bars = Progress([], 60, "no workers at the moment"), Bars(runs)
    Lines(runs).show(waiting)
    assert "; 60 waiting; no workers at the moment" in capsys.readouterr().err
    OneLine(runs).show(waiting)
    assert "0 of 60 runs ended; no workers at the moment" in capsys.readouterr().err
    states = []
    for event in (waiting, Progress([], 60)):
        bars.show(event)
        states.append(bars._progress.tasks[0].fields["state"])
    assert states == ["no workers at the moment", ""]


@pytest.mark.parametrize("width", [80, 120])
def test_bars_say_all_they_have_to_in_a_terminal_of_80_columns(runs, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    long = next(run for run in runs if run.name == "good")
    long = long._replace(name="a name of a contender that takes more room than there is")
    bars, console = Bars([*runs, long]), Console(width=width, file=StringIO())
    for row in (1_000, 2_000):
        bars.show(Progress([(long, row), (runs[0], COMPILING)], 0))
    console.print(bars._progress.get_renderable())
    lines = console.file.getvalue().rstrip().splitlines()
    assert [line.rstrip().split()[-1] for line in lines[:2]] == ["left"] * 2
    assert max(map(len, map(str.rstrip, lines))) <= width - 2  # so that ^C stays in the line
    assert lines[0].startswith("0 of 61 runs ended ")
    assert "a name of" in lines[1] and "…" in lines[1] and " is, seed 0" in lines[1]
    assert "rows/s" in lines[1] and "compiling its kernel" in lines[2]


def test_times_to_wait_are_words():
    known = {0.2: "1 s", 59: "59 s", 61: "2 min", 3_600: "1 h 0 min", 7_500: "2 h 5 min"}
    assert {seconds: lasting(seconds) for seconds in known} == known


def test_many_failures_and_notes_are_counted(runs):
    ended = [Finished(run, "failed", (f"note {i}",)) for i, run in enumerate(runs)]
    lines = [*failure_lines(ended, "runs")]
    assert len(lines) == 21
    assert lines[0] == "the stream itself, seed 0: failed"
    assert lines[-1] == "… and 40 more runs failed; see runs"
    lines = [*note_lines(ended)]
    assert len(lines) == 18
    assert lines[7:9] == ["the stream itself: note 7", "the stream itself: … and 22 more notes"]


def test_of_many_warnings_the_first_distinct_ones_are_kept():
    warned = WarningLog()
    for text in ("a", "b", "a", "c", "d", "e", "a"):
        warned(text, UserWarning, "file", 1)
    assert warned.notes == (
        *(f"UserWarning: {text}" for text in "abc"),
        "… and 2 more warnings",
    )


def test_a_level_that_no_encoder_has_seen_ends_the_run_in_a_line_with_its_row(tmp_path):
    rows = [f"{'ab'[i % 2] if i != 423 else 'new'},{i % 7},{i % 2}" for i in range(600)]
    (tmp_path / "rows.csv").write_text("\n".join(["level,x,class", *rows]), encoding="utf-8")
    (tmp_path / "late.yaml").write_text(
        """
stream: {concepts: {rows: {kind: table, path: rows.csv}}}
models:
  encoded:
    learner:
      kind: pipeline
      steps:
        - kind: sklearn.compose.ColumnTransformer
          transformers: [[words, {kind: sklearn.preprocessing.OneHotEncoder}, [level]]]
        - sklearn.linear_model.LogisticRegression
    policy: static
evaluation: {warmup: 100}
""",
        encoding="utf-8",
    )
    (run, *_) = [run for run in missing(load(tmp_path / "late.yaml"), Store(tmp_path))][1:]
    ended = execute(run.parts, pickle.dumps(run))
    assert ended.failure == (
        "failed at row 423: no row that the encoder was trained on has 'new' in column 'level'; "
        "set handle_unknown of the encoder"
    )
    assert "Found unknown categories" in ended.traceback
