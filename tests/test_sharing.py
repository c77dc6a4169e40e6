"""One study among processes that have nothing in common but its folder."""

import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections import Counter

import pytest
from together import together
from typer.testing import CliRunner

from driftsim import ScenarioError, load
from driftsim.atomic import this_host
from driftsim.cli import app
from driftsim.objects import sent
from driftsim.overview.status import player_line, status_lines, status_of
from driftsim.runner import sharing
from driftsim.runner.engines import Progress
from driftsim.runner.execution import execute
from driftsim.runner.playing import FAILURE, play
from driftsim.runner.runs import all_runs, missing
from driftsim.runner.sharing import SILENT, Playing, Share, playing
from driftsim.store import Store
from driftsim.store.inputs import version

TEXT = """\
stream: {length: 2_000, concepts: {a: {kind: sea, threshold: 8}}}
models:
  tree: {learner: river.tree.HoeffdingTreeClassifier, policy: static}
  last: {learner: no_change, policy: online}
evaluation: {warmup: 500, seeds: 5}
"""
APART = "--timeout", "600"  # so that runs are played by other processes, however short
RECORDING = """
import os
from driftsim.learners.reference import NoChange

class Recording(NoChange):
    def engine(self, schema):
        return "compiled"  # so that it is not tried before it is played

    def start(self, schema, seed, probabilities=False):
        with open(os.environ["STARTED"], "a") as file:
            file.write("x\\n")
        return super().start(schema, seed, probabilities)
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT)
    return path


def invoke(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@together("text", ["0/3", "4/3", "3", "1/0", "a/b", "1/2/3", "-1/3", "", "1/" + "9" * 5_000])
def test_what_is_no_share(text):
    with pytest.raises(ScenarioError, match=r"--share: .* is no share; .* such as 3/16"):
        Share.parse(text)


def test_each_run_is_in_one_share_and_shares_are_alike(path):
    runs = [*all_runs(load(path, seeds=20))]  # 60
    shares = [Share(number + 1, 7).among(runs, runs) for number in range(7)]
    assert Counter(run.key for share in shares for run in share) == Counter(r.key for r in runs)
    assert {len(share) for share in shares} == {8, 9}
    assert all(len({run.name for run in share}) > 1 for share in shares)


def test_a_share_does_not_depend_on_what_is_done(path):
    runs = [*all_runs(load(path))]
    left = runs[::2]
    assert Share(1, 3).among(runs, left) == [r for r in Share(1, 3).among(runs, runs) if r in left]


@pytest.mark.slow
def test_shares_are_played_apart_and_reported_together(path, tmp_path):
    out = tmp_path / "out"
    first = invoke("run", path, "--out", out, "--share", "1/2", "--jobs", "1", *APART)
    assert (first.exit_code, first.stderr) == (0, "") or "runs done" in first.stderr
    assert "s: share 1/2 has ended; once all have, run it without --share" in first.stdout
    assert "s: 15 runs: 8 done, 0 running, 0 failed, 7 missing" in first.stdout
    assert not (out / "s" / "report.html").exists()
    early = invoke("status", out / "s").stderr
    assert "its report is not written yet, as shares write none; give the scenario" in early
    before = {p.name: p.stat().st_mtime_ns for p in (out / "s" / "runs").iterdir()}
    assert "15 runs: 15 done" in invoke("run", path, "--out", out, "--share", "2/2", *APART).stdout
    last = invoke("run", path, "--out", out, "--figures", "none")
    assert last.exit_code == 0 and (out / "s" / "report.html").exists()
    after = {p.name: p.stat().st_mtime_ns for p in (out / "s" / "runs").iterdir()}
    assert before.items() <= after.items() and len(after) == 15
    assert invoke("status", out / "s").stdout == (
        "s: 15 runs: 15 done, 0 running, 0 failed, 0 missing\n"
    )


def test_status_knows_changes_of_a_scenario_but_not_of_a_report(path, tmp_path):
    ended = invoke("status", path, "--out", tmp_path, "--seeds", "2", "--only", "last")
    assert ended.stdout.splitlines() == [
        "s: 4 runs: 0 done, 0 running, 0 failed, 4 missing",
        "  missing: 2 of the stream itself",
        "  missing: 2 of last",
    ]
    (tmp_path / "s" / "runs").mkdir(parents=True)
    (tmp_path / "s" / "scenario.yaml").write_text(TEXT)
    ended = invoke("status", tmp_path / "s", "--seeds", "2")
    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1)
    assert "leave out --set, --seeds, --only and --only-stream" in ended.stderr


def test_status_says_who_plays_what(path, tmp_path, monkeypatch):
    monkeypatch.setattr(sharing, "EVERY", 0.02)
    study, store = load(path), Store(tmp_path / "runs")
    events = play(missing(study, store), store, here=True)
    while not (isinstance(event := next(events), Progress) and event.rows[0][0].name == "tree"):
        continue
    one = reported(store.folder, event.rows[0][0])
    assert (one.process, one.gone) == (os.getpid(), False)
    found = status_of(study, store)
    assert [run.key for run in found.running] == [*one.rows]
    lines = [*status_lines(study, found)]
    assert lines[0] == "s: 15 runs: 5 done, 1 running, 0 failed, 9 missing"
    assert lines[1].startswith(f"  process {os.getpid()} on ")
    assert ": tree, seed 0, row " in lines[1] and lines[1].endswith("; 9 waiting")
    (file,) = store.folder.glob("playing.*")
    left = Store(tmp_path / "left")  # by a process that writes no more
    left.folder.mkdir()
    file = shutil.copy(file, left.folder)
    os.utime(file, (time.time() - SILENT - 10,) * 2)
    found = status_of(study, left)
    assert not found.running and len(found.missing) == 15
    gone = [*status_lines(study, found)][1]
    assert gone.endswith("has not reported for 70 s; its runs count as missing")
    os.utime(file, (time.time() + 86_400,) * 2)  # as if the clock had been set back by a day
    gone = [*status_lines(study, status_of(study, left))][1]
    assert " s from now, as clocks differ or one was set back; its runs count as " in gone
    assert len([*events]) > 10
    assert not playing(store.folder) and len(status_of(study, store).done) == 15


def reported(folder, run):
    """What a process has reported, once it has reported a run."""
    for _ in range(1_000):
        found = playing(folder)
        if found and [*found[0].rows] == [run.key]:
            return found[0]
        time.sleep(0.01)
    raise AssertionError("nothing was reported")


def test_a_process_that_only_trains_still_reports(path, tmp_path, monkeypatch):
    monkeypatch.setattr(sharing, "EVERY", 0.02)
    study, store = load(path), Store(tmp_path / "runs")
    run, *others = missing(study, store)
    with sharing.Reporter(store.folder) as reporter:
        assert not playing(tmp_path)
        reporter.report([(run, 7)], len(others))
        assert reported(store.folder, run).rows == {run.key: 7}
        (file,) = store.folder.glob("playing.*")
        file.unlink()
        assert reported(store.folder, run).waiting == len(others)  # nothing was noted since
    assert not playing(store.folder)


def test_status_has_what_went_wrong(path, tmp_path):
    path.write_text(TEXT.replace("river.tree.HoeffdingTreeClassifier", "recording"))
    parts = tmp_path / "parts.py"
    parts.write_text(RECORDING)  # which fails, as it cannot write
    words = [path, "--out", tmp_path, "--seeds", "1", "--with", parts]
    assert invoke("run", *words, "--share", "1/1", "--jobs", "1").exit_code == 1
    ended = invoke("status", *words).stdout.splitlines()
    assert ended[0] == "s: 3 runs: 2 done, 0 running, 1 failed, 0 missing"
    assert ended[1].startswith("  failed: tree, seed 0: failed ")
    assert "KeyError: 'STARTED'; the traceback is in " in ended[1]


def test_failures_that_read_alike_count_each_and_name_their_tracebacks(path, tmp_path):
    study, store = load(path), Store(tmp_path / "runs")
    failure = "tree: " + 90 * "failed "
    texts = [store.beside(run, FAILURE, failure) for run in all_runs(study)]
    found = status_of(study, store)
    assert len(found.failed) == found.runs == len(texts) == 15
    for one, text in zip(found.failed, texts):
        assert one.endswith(f"…; the traceback is in {text}")


def test_status_of_a_process_whose_executor_plays_says_how_many_are_left(path):
    one = Playing("node", 7, {}, 12, 0.0)
    assert player_line(one, {}) == "process 7 on node: 12 waiting"
    assert player_line(one._replace(waiting=0), {}) == "process 7 on node: between two runs"


def test_status_knows_at_once_that_a_process_of_this_host_has_died(path, tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    about = {"host": "node", "process": dead.pid, "rows": {}, "waiting": 3}
    file = tmp_path / f"playing.x.{this_host()}.{dead.pid}.unfinished"
    file.write_text(json.dumps(about))
    (one,) = playing(tmp_path)
    assert one.gone and one.age < SILENT
    line = player_line(one, {})
    assert line == f"process {dead.pid} on node has died; its runs count as missing"


def test_a_process_of_other_versions_plays_no_run(path):
    run = next(run for run in all_runs(load(path)) if run.name == "tree")
    versions = run.about["versions"] | {"numpy": "0.1"}
    other = run._replace(about=run.about | {"versions": versions})
    failure = execute({}, sent(other)).failure
    assert failure.startswith("the process that was to play it, on ")
    assert f"has other versions: numpy {version('numpy')} in the place of 0.1; install" in failure
    assert execute({}, pickle.dumps(run)).trace is not None


@pytest.mark.slow
def test_ten_processes_play_every_run_once(path, tmp_path):
    """500 runs, of which 250 note in a file that they have been started."""
    path.write_text(TEXT.replace("no_change", "recording").replace("seeds: 5", "seeds: 250"))
    parts = tmp_path / "parts.py"
    parts.write_text(RECORDING)
    started = tmp_path / "started"
    command = [sys.executable, "-m", "driftsim", "run", path, "--out", tmp_path, "--with", parts]
    shares = [
        subprocess.Popen(
            [*command, "--only", "last", "--jobs", "1", "--share", f"{i + 1}/10"],
            env=os.environ | {"STARTED": str(started)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for i in range(10)
    ]
    assert [one.wait() for one in shares] == [0] * 10
    assert len(started.read_text().split()) == 250
    assert len([*(tmp_path / "s" / "runs").iterdir()]) == 500
