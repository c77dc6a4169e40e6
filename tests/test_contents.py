"""Contents: workers that have none of a study's files play it all the same, and as it was."""

import os
import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, parquet
from test_edited import FILED

from driftsim import ScenarioError, Table, load, user_cache
from driftsim.files import EDITED, content_hash, reading_copies
from driftsim.own import load_parts
from driftsim.runner import contents, copies
from driftsim.runner.contents import Contents, execute_packed
from driftsim.runner.copies import Copies
from driftsim.runner.engines import pickled
from driftsim.runner.execution import execute
from driftsim.runner.pool import Jobs
from driftsim.runner.runs import all_runs
from driftsim.streams.tables.large import converted, stored

PART = """\
from driftsim.learners.reference import Majority


class Ours(Majority):
    \"\"\"Predicts the most frequent label.\"\"\"
"""
STUDY = """\
stream:
  concepts: {a: {kind: table, path: a/t.csv}, b: {kind: table, path: b/t.csv}}
  drift: {kind: sudden, at: [150]}
models:
  ours: {learner: ours, policy: online}
  bayes: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
evaluation: {warmup: 100, interval: 25}
"""
TABLES = {"a": "x,y\n" + "1,u\n3,v\n2,u\n" * 100, "b": "x,y\n" + "1,v\n3,v\n2,u\n" * 100}
WORKER = """
import pickle, sys
from driftsim.runner.contents import execute_packed

results = [execute_packed(packed) for packed in pickle.load(sys.stdin.buffer)]
pickle.dump(results, sys.stdout.buffer)
"""


@pytest.fixture
def files(tmp_path):
    return written(tmp_path)


def written(folder):
    """The own part and the two tables of a study, which have the same name."""
    for name, table in TABLES.items():
        (folder / name).mkdir()
        (folder / name / "t.csv").write_text(table)
    (folder / "ours.py").write_text(PART)
    (folder / "s.yaml").write_text(STUDY)
    return [folder / "ours.py", *(folder / name / "t.csv" for name in TABLES)]


def runs_of(files):
    load_parts([files[0]])
    return [*all_runs(load(files[0].with_name("s.yaml")), [str(files[0])])]


def columns(result):
    """The columns of a trace, but for those of seconds, as bytes."""
    assert result.failure is None, result.failure
    kept = {n: c for n, c in result.trace.columns.items() if not n.endswith("seconds")}
    return {name: column.tobytes() for name, column in kept.items()}


def another_machine(monkeypatch, folder):
    """Have this process find only copies that are in another folder."""
    monkeypatch.setenv(user_cache.HOME, str(folder))


def bringing(found, brought):
    """What has copies made of what a worker lacks, a few bytes at a time."""

    def bring(lacking):
        for digest in {*lacking.values()}:
            Copies().add(digest, found.pieces(digest))
        brought.append({name.rpartition("/")[2].partition(" ")[0] for name in lacking})

    return bring


@pytest.mark.slow
def test_small_files_go_with_each_run_to_processes_that_do_not_have_them(files, tmp_path):
    runs = runs_of(files)
    expected = [columns(execute(run.parts, pickled(run))) for run in runs]
    with Contents(runs) as found:
        packed = [found.whole(run) for run in runs]
    for path in files:
        path.unlink()
    ended = subprocess.run(
        [sys.executable, "-c", WORKER],
        input=pickle.dumps(packed),
        capture_output=True,
        check=True,
        env={**os.environ, user_cache.HOME: str(tmp_path / "other")},
    )
    assert [columns(one) for one in pickle.loads(ended.stdout)] == expected


def test_what_has_been_moved_is_brought_once_for_a_machine(files, tmp_path, monkeypatch):
    runs, brought = runs_of(files), []
    expected = [columns(execute(run.parts, pickled(run))) for run in runs]
    monkeypatch.setattr(contents, "PIECE", 100)
    with Contents(runs) as found:
        packed = [found.packed(run) for run in runs]
        assert not any(one.small for one in packed)
        for path in files:
            path.rename(path.with_suffix(".moved"))
        another_machine(monkeypatch, tmp_path / "other")
        bring = bringing(found, brought)
        assert [columns(execute_packed(one, bring=bring)) for one in packed] == expected
        for copy in Copies().folder.glob(f"*/{copies.NAME}"):
            copy.write_bytes(b"")  # as by a loss of power
        assert columns(execute_packed(packed[0], bring=bring)) == expected[0]
    assert brought == [{"ours.py", "t.csv"}] * 2
    files[1].write_text(TABLES["b"])  # another file where the worker has one of this name
    assert columns(execute_packed(packed[0])) == expected[0]


def test_an_own_concept_opens_the_copy_of_its_file(tmp_path, monkeypatch):
    (tmp_path / "filed.py").write_text(FILED)
    (tmp_path / "limit.txt").write_text("0.25")
    load_parts([own := str(tmp_path / "filed.py")])
    concept = {"kind": "filed", "path": str(tmp_path / "limit.txt")}
    models = {"counts": {"learner": "majority", "policy": "online"}}
    stream = {"length": 2_000, "concepts": {"a": concept}}
    study = load({"stream": stream, "models": models, "evaluation": {"warmup": 100}})
    truth, _ = runs = [*all_runs(study, [own])]
    expected = columns(execute(truth.parts, pickled(truth)))
    with Contents(runs) as found:
        packed = found.packed(truth)
        (tmp_path / "limit.txt").rename(tmp_path / "moved")
        another_machine(monkeypatch, tmp_path / "other")
        assert columns(execute_packed(packed, bring=bringing(found, brought := []))) == expected
    assert brought == [{"limit.txt"}]


def test_files_that_are_where_they_should_be_are_read_there(files, tmp_path, monkeypatch):
    with Contents(runs := runs_of(files)) as found:
        packed = found.packed(runs[0])
    another_machine(monkeypatch, tmp_path / "other")
    columns(execute_packed(packed, bring=bringing(found, brought := [])))
    assert not brought and not [*Copies().folder.iterdir()]


def test_a_file_that_has_changed_or_gone_is_one_clear_line(files, tmp_path, monkeypatch):
    runs = runs_of(files)
    files[1].write_text(TABLES["b"])
    files[2].unlink()
    another_machine(monkeypatch, tmp_path / "other")
    with Contents(runs) as found:
        packed = found.packed(runs[1])

        def bringing_alone(path):
            return lambda lacking: Copies().add(lacking[path], found.pieces(lacking[path]))

        edited, gone = (execute_packed(packed, bring=bringing_alone(str(p))) for p in files[1:])
    assert edited.failure == f"{files[1]}: {EDITED}"
    assert gone.failure == f"{files[2]}: cannot be read: no such file or directory"
    assert not [*Copies().folder.iterdir()]


@pytest.mark.slow
def test_large_objects_are_sent_once_and_small_ones_with_each_run(tmp_path, monkeypatch):
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier

    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": random.normal(size=1_000), "y": random.integers(2, size=1_000)})
    fitted = KNeighborsClassifier().fit(frame[["x"]].to_numpy(), frame["y"])
    study = load({
        "stream": {"concepts": {"a": Table(frame, target="y")}},
        "models": {"knn": {"learner": fitted, "policy": "static"}, "bayes": {
            "learner": GaussianNB(),
            "policy": "online",
        }},
        "evaluation": {"warmup": 100, "repeats": 2},
    })  # fmt: skip
    runs, brought = [*all_runs(study)], []
    expected = [columns(execute(run.parts, pickled(run))) for run in runs]
    monkeypatch.setattr(contents, "LARGE", 10_000)
    another_machine(monkeypatch, tmp_path / "here")
    with Contents(runs) as found:
        packed = [found.packed(run) for run in runs]
        assert [len(one.needs) for one in packed] == [1, 2, 2, 1, 1]  # truth, knn, bayes
        assert max(len(one.run) for one in packed) < 10_000 < len(pickled(runs[0]))
        jobs = [pickle.loads(job) for job in Jobs(runs, found)]  # of a pool
        assert [columns(function(*given)) for function, given in jobs] == expected
        assert not [*Copies().folder.iterdir()]
        another_machine(monkeypatch, tmp_path / "other")
        monkeypatch.setattr(copies, "has_hash", lambda path, digest: False)
        bring = bringing(found, brought)
        assert [columns(execute_packed(one, bring=bring)) for one in packed] == expected
        assert brought == [{"object"}, {"object"}]
        [table] = packed[0].needs.values()
        (Copies().folder / table / copies.NAME).write_bytes(b"something else")
        assert columns(execute_packed(packed[0], bring=bring)) == expected[0]


def test_copies_are_whole_or_not_there_and_the_unused_go(tmp_path, monkeypatch):
    another_machine(monkeypatch, tmp_path)
    kept, texts = Copies(), [b"a" * 100, b"b" * 100, b"c" * 100, b""]
    hashes = [content_hash(text) for text in texts]
    with pytest.raises(ValueError, match="another content than was announced"):
        kept.add(hashes[0], [texts[1]])
    kept.add_piece(hashes[0], 0, b"a" * 50)
    with pytest.raises(ValueError, match="in another order"):
        kept.add_piece(hashes[0], 60, b"a" * 40)
    assert not any(digest in kept for digest in hashes)
    monkeypatch.setattr(copies, "MOST_BYTES", 150)
    for digest, text in zip(hashes, texts, strict=True):
        kept.add(digest, [text[:50], text[50:]])
    assert all(digest in kept for digest in hashes)  # none is a day old
    for digest, age in zip(hashes, (3, 4, 0, 5), strict=True):
        at = time.time() - age * copies.DAY
        os.utime(kept.folder / digest, (at, at))
    kept.places({"a file": hashes[0]})  # which is used again
    kept.remove_unused()
    assert [digest in kept for digest in hashes] == [True, False, True, False]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet", "t.feather"])
def test_large_tables_are_read_from_copies(name, tmp_path, monkeypatch):
    """Whether they are converted, regrouped or read as they are."""
    rows = pa.table({"x": np.arange(3_000.0), "y": np.arange(3_000) % 3 // 2})
    path = tmp_path / name
    match path.suffix:
        case ".parquet":
            parquet.write_table(rows, path)
        case ".feather":
            feather.write_feather(rows, str(path), chunksize=500)
        case _:
            rows.to_pandas().to_csv(path, index=False)
    monkeypatch.setenv(user_cache.HOME, str(tmp_path / "cache"))
    expected = Table(str(path)).instantiated(np.random.default_rng()).draw(None, np.arange(3_000))
    monkeypatch.setattr(converted, "LARGE", 1_000)
    monkeypatch.setattr(converted, "LARGE_PACKED", 1_000)
    monkeypatch.setattr(stored, "MOST_CELLS", 1_000)
    monkeypatch.setattr(stored, "SMALL", 1_000)
    monkeypatch.setattr(stored, "MOST_AT_ONCE", 2_000)
    table = Table(str(path))
    before = table.hashes()
    path.rename(tmp_path / "copy")
    with reading_copies({str(path): str(tmp_path / "copy")}):
        found = table.instantiated(np.random.default_rng())
        assert type(found).__name__ == "Streamed" and table.hashes() == before
        drawn = found.draw(None, np.arange(3_000))
    assert [one.tobytes() for one in drawn] == [one.tobytes() for one in expected]
    with pytest.raises(ValueError, match="there is no such file"):
        table.hashes()


def test_a_run_that_cannot_be_sent_says_so(files):
    [run, *_] = runs_of(files)
    with pytest.raises(
        ScenarioError, match="the stream itself, seed 0: cannot be sent to another process"
    ):
        Contents([]).packed(run._replace(stream=(lambda: 0, threading.Lock())))


def test_a_process_of_another_python_refuses_a_run(files):
    [run, *_] = runs_of(files)
    packed = Contents([]).packed(run)._replace(run=b"that it cannot read", python="3.9")
    failure = execute_packed(packed, place="a node").failure
    beginning = "the process that was to play it, on a node, has Python "
    assert failure.startswith(beginning) and " in the place of 3.9; install" in failure
