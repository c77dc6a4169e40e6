"""Files that are edited or removed while a study runs: nothing is kept under a wrong hash."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from processes import messages
from typer.testing import CliRunner

import driftsim
from driftsim import ScenarioError, load
from driftsim.cli import app
from driftsim.own import load_parts
from driftsim.runner.playing import Finished, play
from driftsim.runner.runs import missing, runs_of
from driftsim.store import Store

TEXT = """\
stream: {concepts: {a: {kind: table, path: t.csv}}}
models:
  frozen: {learner: majority, policy: static}
  bayes: {learner: river.naive_bayes.GaussianNB, policy: static}
evaluation: {warmup: 100, seeds: 2}
"""
TABLE = "x,y\n" + "1,u\n3,v\n2,u\n" * 100
OTHER = "x,y\n" + "1,v\n3,v\n2,u\n" * 100
PARTS = """\
from driftsim.learners.learner import Learner
from driftsim.learners.reference import Majority


class Ours(Majority):
    \"\"\"Predicts the most frequent label.\"\"\"
"""
EDITED = "has been edited since it was first"


def written(folder, text=TEXT, table=TABLE):
    (folder / "t.csv").write_text(table)
    (folder / "s.yaml").write_text(text)
    return folder / "s.yaml"


def failures(runs, store, executor=None):
    ended = [one for one in play(runs, store, 1, executor) if isinstance(one, Finished)]
    assert len(ended) == len(runs)
    return [one.failure for one in ended if one.failure]


@pytest.mark.parametrize("change", [OTHER, None])
def test_a_table_that_is_edited_or_removed_fails_every_run_that_would_read_it(tmp_path, change):
    study, table = load(written(tmp_path)), tmp_path / "t.csv"
    store = Store(tmp_path / "runs")
    runs = missing(study, store)
    table.write_text(change) if change else table.unlink()
    with ThreadPoolExecutor(1) as executor:
        messages = failures(runs, store, executor)
    assert len(messages) == 6 and len({*messages}) == 1
    assert messages[0].startswith(f"{table}: ") and "\n" not in messages[0]
    assert (EDITED if change else "there is no such file") in messages[0]
    assert not [*store.folder.glob("*")]


def test_the_hash_is_of_what_was_read(tmp_path):
    path, keys = written(tmp_path), []
    study = load(path)
    for table in (TABLE, OTHER):
        (tmp_path / "t.csv").write_text(table)
        keys.append([run.key for run in runs_of(study.variants[0])])
    assert keys[0] == keys[1]
    assert not {*keys[0]} & {run.key for run in runs_of(load(path).variants[0])}


def with_parts(folder):
    parts = folder / "parts.py"
    parts.write_text(PARTS)
    text = TEXT.replace("{learner: majority", "{learner: ours")
    return written(folder, text), parts


@pytest.mark.parametrize("own_process", [False, True])
def test_parts_that_are_edited_fail_every_run(tmp_path, own_process):
    path, parts = with_parts(tmp_path)
    load_parts([parts])
    study, store = load(path), Store(tmp_path / "runs")
    key = missing(study, store, [parts])[0].key
    parts.write_text(PARTS + "\n")
    runs = missing(study, store, [parts])
    assert runs[0].key == key
    with ThreadPoolExecutor(1) as executor:
        messages = failures(runs[:3], store, None if own_process else executor)
    assert len(messages) == 3
    assert {*messages} == {f"{parts}: it {EDITED} read; run the study again"}
    load_parts([parts])
    again = missing(load(path), store, [parts])
    assert again[0].key != key
    with ThreadPoolExecutor(1) as executor:
        assert not failures(again, store, executor)
    parts.write_text(PARTS)
    load_parts([parts])
    assert missing(load(path), store, [parts])[0].key == key


def test_parts_that_are_gone_fail_every_run(tmp_path):
    path, parts = with_parts(tmp_path)
    load_parts([parts])
    study, store = load(path), Store(tmp_path / "runs")
    runs = missing(study, store, [parts])
    parts.unlink()
    with ThreadPoolExecutor(1) as executor:
        messages = failures(runs, store, executor)
    assert (
        len(messages) == 6
        and "there is no such Python file" in messages[0]
        and "\n" not in messages[0]
    )


def meddling(monkeypatch, meddle):
    """Have something happen once, after the first run of a study has been kept."""
    save, done = Store.save, []

    def saved(self, run, trace):
        save(self, run, trace)
        if not done:
            done.append(meddle())

    monkeypatch.setattr(Store, "save", saved)


def ran(path, *more):
    """`driftsim run`, which plays in one process beside this one, as it has ended."""
    apart = "--jobs", "1", "--timeout", "600"
    command = ["run", str(path), "--out", str(path.parent), *apart, *map(str, more)]
    return CliRunner().invoke(app, command)


def played(path):
    """The results of a study that is played again, in this process, where runs are missing."""
    with ThreadPoolExecutor(1) as executor:
        return driftsim.run(path, out=path.parent, executor=executor)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["folder", "trace"])
def test_a_report_says_which_traces_have_been_removed(tmp_path, monkeypatch, undrawn, what):
    path, runs = written(tmp_path), tmp_path / "s" / "runs"

    def remove():
        for file in runs.iterdir():
            file.unlink()
        if what == "folder":
            runs.rmdir()
            runs.parent.rmdir()

    meddling(monkeypatch, remove)
    ended = ran(path)
    assert ended.exit_code == 1 and ended.exception.__class__ is SystemExit
    message = messages(ended.stderr)
    assert message.startswith(f"s: {runs}: the traces of these runs are no longer there")
    assert message.count("\n") == 1 and "the stream itself, seed 0" in message
    assert (tmp_path / "s" / "report.html").is_file()
    assert len(played(path).traces()) == 2 * (2 + 2)  # contenders and references


@pytest.mark.slow
def test_a_report_on_nothing_says_so(tmp_path, monkeypatch):
    path = written(tmp_path)
    monkeypatch.setattr(Store, "save", lambda *given: None)
    ended = ran(path)
    assert ended.exit_code == 1
    for name in ("the stream itself", "frozen", "bayes"):
        for seed in (0, 1):
            assert f"{name}, seed {seed}" in ended.stderr


@pytest.mark.slow
def test_a_table_that_is_edited_under_way_fails_what_is_left(tmp_path, monkeypatch, undrawn):
    path = written(tmp_path)
    meddling(monkeypatch, lambda: (tmp_path / "t.csv").write_text(OTHER))
    ended = ran(path)
    assert ended.exit_code == 1 and EDITED in ended.stderr
    assert "no longer there" not in ended.stderr and "Traceback" not in ended.stderr
    kept = [*(tmp_path / "s" / "runs").glob("*.parquet")]
    assert 1 <= len(kept) < 6
    played(path)
    assert {*kept} < {*(tmp_path / "s" / "runs").glob("*.parquet")}
    assert len([*(tmp_path / "s" / "runs").glob("*.parquet")]) == len(kept) + 6


def test_what_has_been_removed_is_raised_in_python(tmp_path, monkeypatch):
    path = written(tmp_path)
    monkeypatch.setattr(Store, "save", lambda *given: None)
    with ThreadPoolExecutor(1) as executor, pytest.raises(RuntimeError, match="no longer there"):
        driftsim.run(path, out=tmp_path, executor=executor)


def test_a_damaged_trace_ends_in_a_line(tmp_path):
    path = written(tmp_path)
    played(path)
    file = sorted((tmp_path / "s" / "runs").glob("*.parquet"))[2]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    ended = ran(path)
    assert ended.exit_code == 2
    message = "cannot be read: it is damaged; delete it, or run again with --fresh"
    assert ended.stderr == f"{file}: {message}\n"
    file.unlink()
    played(path)


FILED = """\
from pathlib import Path

import numpy as np

from driftsim.files import local
from driftsim.rows import Schema
from driftsim.streams.concepts import Concept


class Filed(Concept):
    \"\"\"Reads from a file how frequent its second class is.\"\"\"

    path: str
    schema = Schema(("x",))

    @property
    def files(self):
        return [self.path]

    def draw(self, rng, t):
        X = rng.random((len(t), 1))
        return X, (X[:, 0] < float(Path(local(self.path)).read_text())).astype(np.int64)
"""


def own_runs(folder, store):
    """The runs of a study of a concept of one's own that reads a file, and the file."""
    (folder / "filed.py").write_text(FILED)
    (file := folder / "share.txt").write_text("0.1")
    text = f"""stream: {{length: 500, concepts: {{a: {{kind: filed, path: {file}}}}}}}
models: {{m: {{learner: majority, policy: static}}}}
evaluation: {{warmup: 100}}
"""
    (folder / "f.yaml").write_text(text)
    load_parts([folder / "filed.py"])
    return missing(load(folder / "f.yaml"), store, [str(folder / "filed.py")]), file


@pytest.mark.parametrize("change", ["0.4", None])
def test_a_file_that_an_own_concept_reads_has_to_be_the_one_that_was_hashed(tmp_path, change):
    store = Store(tmp_path / "runs")
    runs, file = own_runs(tmp_path, store)
    file.write_text(change) if change else file.unlink()
    with ThreadPoolExecutor(1) as executor:
        found = failures(runs, store, executor)
    assert len(found) == 2 and found[0].startswith(f"{file}: ")
    assert (EDITED if change else "cannot be read: no such file") in found[0]
    assert not [*store.folder.glob("*.parquet")]
    file.write_text("0.1")
    with ThreadPoolExecutor(1) as executor:
        assert not failures(runs, store, executor)


def test_a_file_that_is_edited_while_a_run_reads_it_fails_the_run(tmp_path):
    runs, file = own_runs(tmp_path, Store(tmp_path / "runs"))
    rounds = runs[1].play()
    next(rounds)
    file.write_text("0.4")
    with pytest.raises(ScenarioError, match=EDITED):
        list(rounds)
