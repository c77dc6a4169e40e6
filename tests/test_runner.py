"""The runner: every missing run, whatever befalls the others."""

import html
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest
from drills import assert_same, traces
from examples import played
from processes import messages, session
from typer.testing import CliRunner

import driftsim
from driftsim import Scenario, ScenarioError, load
from driftsim.atomic import this_host
from driftsim.cli import app
from driftsim.own import load_parts
from driftsim.runner.engines import Progress
from driftsim.runner.playing import Finished, play
from driftsim.runner.runs import missing, runs_of
from driftsim.store import Store

TEXT = """\
# Who keeps up?
stream:
  length: 4_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: sudden, at: [2_000]}
models:
  frozen: {learner: majority, policy: static}
  last: {learner: no_change, policy: online}
  bayes: {learner: &bayes river.naive_bayes.GaussianNB, policy: static}
  batch: {learner: *bayes, policy: {kind: mini_batch, size: 100}}
evaluation: {warmup: 500, seeds: 2}
"""
APART = "--timeout", "600"  # so that runs are played by other processes, however short
PARTS = """\
import os
import sys

from driftsim.learners.learner import Learner
from driftsim.learners.reference import MajorityModel


class Failing(Learner):
    \"\"\"Raises, exits or dies at its first fit.\"\"\"

    how: str = "raise"

    def engine(self, schema):
        return "compiled"  # so that it is not tried before it is played

    def start(self, schema, seed, *more):
        return FailingModel(self.how)


class FailingModel(MajorityModel):
    def __init__(self, how):
        self._how = how

    def fit(self, rows, weight=None):
        if self._how == "die":
            os._exit(3)
        if self._how == "exit":
            sys.exit("had enough")
        raise ZeroDivisionError("on purpose")
"""


def saved(folder, text=TEXT):
    path = folder / "s.yaml"
    path.write_text(text)
    return path


def failing(folder, how):
    """A scenario with one contender more, which fails, and the file that defines it."""
    more = f"  failing: {{learner: {{kind: failing, how: {how}}}, policy: static}}\nevaluation"
    parts = folder / "parts.py"
    parts.write_text(PARTS)
    return saved(folder, TEXT.replace("evaluation", more)), parts


def command(path, out, *options):
    args = ["-m", "driftsim", "run", str(path), "--out", str(out), *options]
    return [sys.executable, *args]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder of results that nothing has befallen, played by two processes."""
    folder = tmp_path_factory.mktemp("whole")
    driftsim.run(saved(folder), out=folder, jobs=2, timeout=600)
    return folder


@pytest.mark.slow
def test_a_killed_run_goes_on_and_leaves_the_same(whole, tmp_path):
    path, runs = saved(tmp_path), tmp_path / "s" / "runs"
    process = subprocess.Popen(
        [*command(path, tmp_path, "--jobs", "1"), *APART], stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not [*runs.glob("*.parquet")] and time.monotonic() < until:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {p.name: p.stat().st_mtime_ns for p in runs.glob("*.parquet")}
    assert 0 < len(kept) < 10, "it was not killed in the middle"
    (runs / f"x.parquet.{this_host()}.{process.pid}.unfinished").write_bytes(b"half")
    results = driftsim.run(path, out=tmp_path, jobs=1)
    assert kept.items() <= {p.name: p.stat().st_mtime_ns for p in runs.iterdir()}.items()
    assert_same(traces(runs), traces(whole / "s" / "runs"))
    assert len(traces(runs)) == 10
    assert not [*tmp_path.rglob("*.unfinished")]
    whole = driftsim.run(whole / "s.yaml", out=whole).summary()
    others = [n for n in whole.columns if not n.endswith(("_seconds", "_hours"))]
    assert whole[others].equals(results.summary()[others])


@pytest.mark.slow
def test_no_process_outlives_the_one_that_was_killed(tmp_path):
    path = saved(tmp_path, TEXT.replace("4_000", "4_000_000").replace("last", "slow"))
    process = subprocess.Popen(command(path, tmp_path, "--jobs", "2"), start_new_session=True)
    until = time.monotonic() + 60
    while len(session(process.pid)) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(session(process.pid)) >= 3
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert ends(process.pid)


def ends(leader):
    """Whether all processes of a session end within seconds."""
    until = time.monotonic() + 10
    while session(leader) and time.monotonic() < until:
        time.sleep(0.05)
    return not session(leader)


def interruptible():
    """As a process does that is not started in the background of a script."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_ends_with_a_line_and_no_process_left(tmp_path):
    path = saved(tmp_path, TEXT.replace("4_000", "4_000_000"))
    process = subprocess.Popen(
        command(path, tmp_path, "--jobs", "2"),
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,
    )
    until = time.monotonic() + 60
    while len(session(process.pid)) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    message = messages(process.communicate(timeout=60)[1])
    assert process.returncode == 130
    assert message == ("stopped; what has ended is kept: the same command continues from there\n")
    assert ends(process.pid)


def test_a_contender_that_fails_is_reported_and_the_others_finish(tmp_path, undrawn):
    expected = {
        "failing": "failed at row 500: ZeroDivisionError: on purpose; the traceback is in ",
        "dying": "the process that ran it crashed before its first prediction (exit code 3)",
    }
    path, parts = failing(tmp_path, "raise")
    dying = "  dying: {learner: {kind: failing, how: die}, policy: static}\nevaluation"
    path.write_text(path.read_text().replace("evaluation", dying))
    options = ["--out", str(tmp_path), "--with", str(parts), "--seeds", "1"]
    ended = CliRunner().invoke(app, ["run", str(path), *options])
    assert ended.exit_code == 1, ended.output
    printed_lines = messages(ended.stderr).splitlines()
    assert len(printed_lines) == 2
    for (name, line), printed in zip(expected.items(), printed_lines):
        assert printed.startswith(f"s: {name}, seed 0: {line}")
        assert line in html.unescape((tmp_path / "s" / "report.html").read_text())
        assert line in (tmp_path / "s" / "summary.md").read_text()
    assert len([*(tmp_path / "s" / "runs").glob("*.parquet")]) == 5
    assert "\nbayes," in (tmp_path / "s" / "summary.csv").read_text()


def test_a_traceback_is_beside_the_run_until_it_plays(tmp_path):
    path, parts = failing(tmp_path, "raise")
    study, store = load_with(parts, path), Store(tmp_path)
    failed = only_failed(study, store, parts)
    (file,) = tmp_path.glob("*.failure.txt")
    assert failed.failure.endswith(f"; the traceback is in {file}")
    assert file.read_text().startswith("failing, seed 0: failed at row 500: ")
    assert "line 29, in fit\n" in file.read_text()
    truth = next(run for run in runs_of(study.variants[0]) if run.contender is None)
    with ThreadPoolExecutor(1) as executor:
        [*play([truth._replace(key=failed.run.key)], store, executor=executor)]
    assert not [*tmp_path.glob("*.failure.txt")]


def load_with(parts, path):
    load_parts([parts])
    return load(path, seeds=1, only=["failing"])


def only_failed(study, store, parts):
    """The one run of a study that fails, played in this process."""
    with ThreadPoolExecutor(1) as executor:
        events = [*play(missing(study, store, [str(parts)]), store, executor=executor)]
    (failed,) = (one for one in events if isinstance(one, Finished) and one.failure)
    return failed


def test_play_yields_what_happens(tmp_path):
    study = load(saved(tmp_path), seeds=1)
    store = Store(tmp_path / "runs")
    events = [*play(missing(study, store), store, jobs=1, timeout=600)]
    ended = [event for event in events if isinstance(event, Finished)]
    assert {one.run.name for one in ended} == {"truth", "frozen", "last", "bayes", "batch"}
    assert len(ended) == 5
    assert not any(one.failure for one in ended)
    for event in events:
        assert isinstance(event, Finished | Progress)
    assert events[-1] == Progress([], 0)
    assert not missing(study, store)
    assert len(missing(study, store, fresh=True)) == 5


@pytest.mark.slow
def test_any_executor_will_do_and_stays_open(whole, tmp_path):
    with ThreadPoolExecutor(2) as executor:
        results = driftsim.run(saved(tmp_path), out=tmp_path, executor=executor)
        assert executor.submit(int).result() == 0
    assert_same(traces(tmp_path / "s" / "runs"), traces(whole / "s" / "runs"))
    assert len(results.traces()) == 2 * (4 + 3)


def test_results_are_frames(tmp_path):
    results = played(TEXT, "s", tmp_path)
    summary = results.summary()
    names = ["frozen", "last", "bayes", "batch", "oracle", "majority", "no_change"]
    assert [*summary["contender"]] == names
    bounded = summary.dropna(subset=["error_low", "error_high"])
    assert {*names} - {*bounded["contender"]} == {"oracle"}  # the same with each seed
    assert (bounded["error_low"] <= bounded["error"]).all()
    assert (bounded["error"] <= bounded["error_high"]).all()
    oracle = summary.set_index("contender").loc["oracle"]
    assert oracle["error"] == oracle["excess_error"] == 0
    curves = results.curves("error", window=500)
    frozen = curves[curves["contender"] == "frozen"]
    assert [*frozen["first_row"]] == [*range(500, 4_000, 500)]
    assert frozen["mean"].between(0, 1).all()
    assert {one.seed for one in results.traces()} == {0, 1}


def test_a_scenario_built_in_python_can_be_run(tmp_path):
    scenario = Scenario.model_validate(
        {
            "stream": {"length": 2_000, "concepts": {"a": "sea"}},
            "models": {"frozen": {"learner": "majority", "policy": "static"}},
        }
    )
    results = driftsim.run(scenario, out=tmp_path, jobs=1)
    assert "frozen" in [*results.summary()["contender"]]
    assert (tmp_path / "scenario" / "runs").is_dir()


@pytest.mark.parametrize(("how", "words"), [("raise", "on purpose"), ("exit", "had enough")])
def test_a_failure_is_raised_in_python(tmp_path, how, words):
    path, parts = failing(tmp_path, how)
    with ThreadPoolExecutor(2) as executor, pytest.raises(RuntimeError, match=words) as failed:
        driftsim.run(path, out=tmp_path, executor=executor, parts=[str(parts)])
    assert len([*(tmp_path / "s" / "runs").glob("*.parquet")]) == 10
    summary = failed.value.results.summary().set_index("contender")
    assert summary["error"].notna().any() and "failing" not in summary.index


def test_parts_are_imported_once_and_again_when_they_change(tmp_path):
    path, parts = failing(tmp_path, "raise")
    load_parts([parts])
    first = type(load(path).variants[0].scenario.models["failing"].learner)
    load_parts([parts])
    assert type(load(path).variants[0].scenario.models["failing"].learner) is first
    parts.write_text(PARTS + "\n")
    load_parts([parts])
    assert type(load(path).variants[0].scenario.models["failing"].learner) is not first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\ny = (\n", "parts.py:2: SyntaxError: "),
        ("x = 1\ny = 1 / 0\n", "parts.py:2: ZeroDivisionError: division by zero; correct it"),
        ("import nowhere_at_all\n", "parts.py:1: ModuleNotFoundError: No module named 'nowhere_at"),
        ("import nowhere_at_all\n", "; install it, or correct its name"),
        (
            "from driftsim.streams.concepts import Concpt\n",
            "driftsim.streams.concepts has no Concpt; did you mean 'Concept'?",
        ),
        (
            "from driftsim.learners.learner import Learner\n\nclass One(Learner):\n    x: int = 1\n"
            "    size = 1.5\n",
            "parts.py:5: PydanticUserError: 'size' has no type; write size: float = 1.5 for a",
        ),
        (
            "import numpy\nfrom driftsim.learners.learner import Learner\n\nclass One(Learner):\n"
            "    x: numpy.ndarray\n",
            "a parameter cannot be of the type numpy.ndarray; use int, float, str, bool, a list",
        ),
        ("size = 1\nx = sise + 1\n", "parts.py:2: NameError: name 'sise' is not defined; did you"),
        ("import math\nmath.floot(1)\n", "has no attribute 'floot'; did you mean 'floor'?"),
        ("raise SystemExit('no')\n", "parts.py:1: SystemExit: no"),
    ],
)
def test_parts_that_cannot_be_imported(tmp_path, text, words):
    (tmp_path / "parts.py").write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_parts([tmp_path / "parts.py"])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere.py", "s.yaml", "."])
def test_parts_that_are_no_python_file(tmp_path, name):
    saved(tmp_path)
    with pytest.raises(ScenarioError, match="there is no such Python file"):
        load_parts([tmp_path / name])


def test_progress_is_in_rows(tmp_path):
    text = TEXT.replace("4_000", "1_000_000").replace("seeds: 2", "seeds: 1")
    study = load(saved(tmp_path, text), only=["last"])
    store = Store(tmp_path / "runs")
    events = play(missing(study, store), store, jobs=1)
    rows = [row for event in events if isinstance(event, Progress) for _, row in event.rows]
    assert rows
    assert np.all((np.array(rows) >= 500) & (np.array(rows) <= 1_000_000))


class Inline(Executor):
    """Plays each run as it is submitted; some submissions end with an error, or are refused."""

    def __init__(self, refuses=False, failing=()):
        self._begun, self._refuses, self._failing = 0, refuses, failing

    def submit(self, function, *given):
        self._begun += 1
        future = Future()
        if self._begun in self._failing and self._refuses:
            raise OSError("no room")
        if self._begun in self._failing:
            future.set_exception(OSError("no room"))
        else:
            future.set_result(function(*given))
        return future


@pytest.mark.parametrize("refuses", [False, True])
def test_a_run_fails_where_its_executor_fails_twice_at_it(tmp_path, refuses):
    runs = missing(load(saved(tmp_path), seeds=1), Store(tmp_path / "runs"))
    n = len(runs)  # after which those that were lost are submitted again, in their order
    executor = Inline(refuses, failing=(2, 4, n + 1))
    events = play(runs, Store(tmp_path / "runs"), executor=executor)
    ended = {one.run.key: one.failure for one in events if isinstance(one, Finished)}
    failure = "the executor failed: OSError: no room"
    assert [ended[run.key] for run in runs] == [None, failure, *[None] * (n - 2)]


def test_ctrl_c_in_a_run_of_an_executor_of_this_thread_ends_the_study(tmp_path, monkeypatch):
    def interrupted(*given):
        raise KeyboardInterrupt

    heeded = signal.default_int_handler  # also where the tests are started in the background
    monkeypatch.setattr("signal.getsignal", lambda number: heeded)
    runs = missing(load(saved(tmp_path), seeds=1), Store(tmp_path / "runs"))
    monkeypatch.setattr("driftsim.runner.execution._rounds", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(play(runs, Store(tmp_path / "runs"), executor=Inline()))


LEAKING = """\
import random
import warnings

import numpy as np

from driftsim.learners.learner import Learner
from driftsim.learners.reference import MajorityModel


class Loud(Learner):
    \"\"\"Changes the settings of all that runs in its process.\"\"\"

    def start(self, schema, seed, *more):
        import sklearn

        np.seterr(all="raise")
        np.random.seed(1)
        random.seed(1)
        warnings.simplefilter("error")
        sklearn.set_config(assume_finite=True)
        return MajorityModel(np.zeros(2, np.int64))


class Quiet(Learner):
    \"\"\"Depends on these settings.\"\"\"

    def start(self, schema, seed, *more):
        return QuietModel(np.zeros(2, np.int64))


class QuietModel(MajorityModel):
    def fit(self, rows, weight=None):
        return self

    def predict(self, X):
        import sklearn

        warnings.warn("careful")
        nothing = np.zeros(len(X)) / np.zeros(len(X)) > 0
        finite = sklearn.get_config()["assume_finite"]
        return (nothing | finite | (np.random.random(len(X)) < random.random())).astype(np.int64)
"""


def quiet(folder, models, executor=None):
    """The trace of a contender that depends on global settings, beside others, by one process."""
    (folder / "leaking.py").write_text(LEAKING)
    text = f"stream: {{length: 3_000, concepts: {{a: sea}}}}\nmodels: {{{models}}}\n"
    more = {"jobs": 1, "parts": [str(folder / "leaking.py")], "executor": executor}
    results = driftsim.run(saved(folder, text), out=folder / "out", **more)
    trace = next(one.trace for one in results.traces() if one.contender == "quiet")
    shutil.rmtree(folder / "out")
    return trace


def test_what_a_contender_changes_of_its_process_changes_no_other(tmp_path):
    loud, own = "loud: {learner: loud, policy: static}", "quiet: {learner: quiet, policy: static}"
    alone, beside = quiet(tmp_path, own), quiet(tmp_path, f"{loud}, {own}")
    with ThreadPoolExecutor(1) as executor:
        before = np.random.get_state()[1], random.getstate()
        inline = quiet(tmp_path, f"{loud}, {own}", executor)
        assert np.array_equal(np.random.get_state()[1], before[0])
        assert random.getstate() == before[1]
    for other in (beside, inline):
        assert alone.columns["correct"].tolist() == other.columns["correct"].tolist()
    assert 0 < alone.columns["correct"].sum() < alone.columns["rows"].sum()
