"""Streamed rows: a table larger than memory gives the rows and messages that a small one gives."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from driftsim import ScenarioError, load, user_cache
from driftsim.files import EDITED
from driftsim.rows import Edited
from driftsim.runner.runs import runs_of
from driftsim.streams.operators import selections
from driftsim.streams.recorded import Recording, Unprepared
from driftsim.streams.stream import Stream
from driftsim.streams.streamed import Streamed
from driftsim.streams.table import Table
from driftsim.streams.tables.large import decided, scan, stored
from driftsim.streams.world import BLOCK


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder for files, with a cache of its own, where every Parquet file can be streamed."""
    monkeypatch.setenv(user_cache.HOME, str(tmp_path / "cache"))
    monkeypatch.setattr(stored, "FEW", 100)
    monkeypatch.setattr(scan, "HALVED", 512)
    return tmp_path


def rng(seed=0):
    return np.random.default_rng(seed)


def written(folder, columns, rows=64, name="t.parquet"):
    """The path of a Parquet file in row groups of so many rows."""
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    parquet.write_table(table, folder / name, row_group_size=rows)
    return str(folder / name)


def held(path, monkeypatch, **params):
    """The rows of a table, or why it is refused, when it is held in memory."""
    monkeypatch.setattr(stored, "MOST_CELLS", 10**9)
    return outcome(Table(path=path, **params), Recording)


def as_stream(path, monkeypatch, **params):
    """The same when it is streamed."""
    monkeypatch.setattr(stored, "MOST_CELLS", 0)
    return outcome(Table(path=path, **params), Streamed)


def outcome(table, kind):
    try:
        found = table.instantiated(rng())
    except ValueError as error:
        return str(error)
    assert isinstance(found, kind | Unprepared)
    before = found.schema
    try:
        found = found.prepared(WARMUP)
    except ValueError as error:
        return before, str(error)
    X, y = found.draw(rng(), np.arange(found.rows + 3))
    return found.rows, found.schema, X.tobytes(), y.tobytes(), str(y.dtype), before


def words(seed, n, texts, nulls=0.0):
    """A column of these texts, some of them null."""
    random = rng(seed)
    chosen = random.choice(np.array(texts, object), n)
    return pa.array(np.where(random.random(n) < nulls, None, chosen), pa.string())


def numbers(seed, n, nulls=0.0, kind=pa.float64()):
    """A column of numbers, some of them null."""
    random = rng(seed)
    values = random.integers(0, 100, n) if pa.types.is_integer(kind) else random.normal(size=n)
    return pa.array(values, kind, mask=random.random(n) < nulls)


N, WARMUP = 700, 150
FILLS = ["mean", "median", "most_frequent", "c", 7.5]
COLUMNS = {
    "float": numbers(1, N),
    "holes": numbers(2, N, 0.05),
    "nan": pa.array(np.where(rng(3).random(N) < 0.01, np.nan, rng(4).normal(size=N))),
    "whole": numbers(5, N, kind=pa.int16()),
    "word": words(6, N, ["b", " a", "b ", "?", "c"], 0.02),
    "number": words(7, N, ["1", "2.5", " -3e2", "NA"]),
    "category": words(8, N, ["u", "v"]).dictionary_encode(),
    "cut": words(14, N, ["v", "w"]).dictionary_encode().take(pa.array(np.r_[:N])),
    "day": pa.array(rng(15).integers(0, 20_000, N), pa.int32()).cast(pa.date32()),
    "truth": pa.array(rng(9).random(N) < 0.5),
    "late": pa.array(["1"] * 650 + ["x"] * 50),
    "id": pa.array([f"w{i}" for i in range(N)]),
}
TARGETS = {
    "y": words(10, N, ["no", "yes"]),
    "k": numbers(11, N, kind=pa.int32()),
    "z": numbers(12, N),
    "gap": words(13, N, ["p", "q"], 0.01),
}


MISSING = ["refuse", "whole_table", "drop", "keep", *({"fill": one} for one in FILLS)]


def fills():
    """Each way with each target; of fills, all but one with each target are slow tests."""
    for i, target in enumerate(TARGETS):
        for j, missing in enumerate(MISSING):
            slow = isinstance(missing, dict) and (j - i) % len(TARGETS)
            marks = [pytest.mark.slow] if slow else []
            yield pytest.param(target, missing, id=f"{target}-{missing}", marks=marks)


@pytest.mark.parametrize(("target", "missing"), [*fills()])
def test_rows_and_messages_do_not_depend_on_whether_a_table_is_held(
    home, monkeypatch, target, missing
):
    random = rng([*TARGETS].index(target))
    for k in range(2):
        names = [name for name in COLUMNS if random.random() < 0.5]
        path = written(home, {n: COLUMNS[n] for n in names} | {target: TARGETS[target]})
        task = "regression" if target == "z" else "classification"
        params = {"missing": missing, "task": task} | ({"levels": 2} if k else {})
        if "whole" in names:
            params["nominal"] = ["whole"]
        assert as_stream(path, monkeypatch, **params) == held(path, monkeypatch, **params)


@pytest.mark.parametrize(
    "columns, params",
    [
        ({"a": ["1"] * 199 + ["x"], "y": [0, 1] * 100}, {}),
        ({"a": [f"{i},5" for i in range(200)], "y": [0, 1] * 100}, {"missing": "drop"}),
        ({"a": [f"{i} km" for i in range(200)], "y": [0, 1] * 100}, {}),
        ({"a": [1.0] * 150 + [np.inf] * 50, "y": [0, 1] * 100}, {"missing": "drop"}),
        ({"b": [1.0] * 199 + [np.inf], "a": [np.inf] * 200, "y": [0, 1] * 100}, {}),
        ({"a": [1.0] * 200, "y": [0.0, 1] * 99 + [2.5, 1.5]}, {}),
        ({"a": [1.0] * 200, "y": ["p"] * 200}, {}),
        ({"a": [1.0] * 2000, "y": range(2000)}, {}),
        ({"a": [None] * 100 + [1] * 100, "y": [0, 1] * 50 + [None] * 100}, {"missing": "drop"}),
        ({"a": pa.array([None] * 200, "int8"), "y": [0, 1] * 100}, {"missing": "whole_table"}),
        ({"a": [1.0] * 200, "y": ["p", "q"] * 100}, {"task": "regression"}),
        ({"a": [1.0] * 200, "y": [0, 1] * 100}, {"marks": [5, 200]}),
        ({"a": [1.0] * 200, "y": [0, 1] * 100}, {"target": "z"}),
        ({"a": [1.0] * 200, "y": [0, 1] * 100}, {"drop": ["a"]}),
        ({"a": [f"w{i}" for i in range(200)], "y": [0, 1] * 100}, {}),
        ({"a": ["true", "x"] * 100, "y": [0, 1] * 100}, {"numeric": ["a"]}),
        ({"a": [[1]] * 200, "y": [0, 1] * 100}, {}),
        ({"y": [0, 1] * 100}, {}),
    ],
)
def test_what_is_refused(home, monkeypatch, columns, params):
    path = written(home, columns)
    found = as_stream(path, monkeypatch, **params)
    assert isinstance(found, str) and found == held(path, monkeypatch, **params)


def large_stream(folder, monkeypatch, n=3 * BLOCK):
    """A stream of a table that is streamed, and its path."""
    columns = {"a": np.arange(n), "w": words(1, n, ["p", "q"]), "y": words(2, n, ["no", "yes"])}
    path = written(folder, columns, rows=1000)
    monkeypatch.setattr(stored, "MOST_CELLS", 0)
    return Stream.model_validate({"concepts": {"a": {"kind": "table", "path": path}}}), path


def pieces_read(monkeypatch):
    """The pieces of tables that are read from now on."""
    found, read = [], stored.Stored.read
    monkeypatch.setattr(
        stored.Stored, "read", lambda *given: found.append(given[1]) or read(*given)
    )
    return found


def test_any_block_is_read_without_those_before_it(home, monkeypatch):
    stream, _ = large_stream(home, monkeypatch)
    world, read = stream.instantiated(0), pieces_read(monkeypatch)
    block = world.block(2)
    assert block.X[:, 0].tolist() == [*range(2 * BLOCK, 3 * BLOCK)]
    assert [piece.first for piece in read] == [1000 * i for i in range(16, 25)]


def test_the_file_is_scanned_once(home, monkeypatch):
    stream, path = large_stream(home, monkeypatch)
    read = pieces_read(monkeypatch)
    stream.instantiated(0)
    assert Table(path=path).instantiated(rng()).schema == stream.schema and not read
    Table(path=path, drop=["w"]).instantiated(rng())
    assert len(read) > 25
    [*map(lambda note: note.write_text("{}"), (home / "cache" / "tables").iterdir())]
    assert Table(path=path).instantiated(rng()).schema == stream.schema


def test_few_pieces_are_held(home, monkeypatch):
    monkeypatch.setattr("driftsim.streams.streamed.MOST_BYTES", 100_000)
    stream, _ = large_stream(home, monkeypatch)
    world = stream.instantiated(0)
    for block in world.blocks():
        assert len(block.t) == BLOCK
    pieces = world.concepts[0].held._pieces
    assert (
        1 < len(pieces) <= 4
        and sum(one.nbytes for piece in pieces.values() for one in piece) <= 1e5
    )


def test_a_file_that_is_edited_while_it_is_read_ends_the_run(home, monkeypatch):
    stream, _ = large_stream(home, monkeypatch)
    world = stream.instantiated(0)
    world.block(0)
    large_stream(home, monkeypatch)
    with pytest.raises(Edited, match=EDITED):
        world.block(2)


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("missing", ["refuse", "drop", "keep", "whole_table", {"fill": "median"}])
def test_rows_without_a_label_are_left_out(home, monkeypatch, missing, task):
    random, n = rng(3), 400
    without, x, w = random.random(n) < 0.2, random.normal(size=n), words(4, n, ["a", "b"])
    holes = without if missing == "refuse" else random.random(n) < 0.2
    labels = pa.array(random.integers(0, 3, n), mask=without)
    path = written(home, {"x": pa.array(x, mask=holes), "w": w, "y": labels})
    params = {"missing": missing, "unlabelled": "drop", "task": task}
    found = as_stream(path, monkeypatch, **params)
    assert found == held(path, monkeypatch, **params) and found[0] <= n - without.sum(), found
    refused = as_stream(path, monkeypatch, missing="refuse", unlabelled="drop", nominal=["w"])
    assert (missing == "refuse") == (type(refused) is tuple)
    assert refused == held(path, monkeypatch, unlabelled="drop", nominal=["w"])


@pytest.mark.parametrize("missing", ["drop", "keep"])
def test_large_groups_are_written_again_in_smaller_ones(home, monkeypatch, capfd, missing):
    names = ["holes", "word", "category", "cut", "truth", "day"]
    path = written(home, {n: COLUMNS[n] for n in names} | {"y": TARGETS["y"]}, rows=500)
    monkeypatch.setattr(stored, "MOST_AT_ONCE", 7 * 120)
    read = pieces_read(monkeypatch)
    found = as_stream(path, monkeypatch, missing=missing)
    assert max(piece.rows for piece in read) <= 120
    assert as_stream(path, monkeypatch, missing=missing) == found
    assert found == held(path, monkeypatch, missing=missing)
    assert capfd.readouterr().err.count("is written again in smaller ones, once") == 1


def test_large_batches_of_arrow_files_are_refused(home, monkeypatch):
    from pyarrow import feather

    monkeypatch.setattr(stored, "SMALL", 0)
    monkeypatch.setattr(stored, "MOST_AT_ONCE", 150)
    feather.write_feather(pa.table({"a": [1.0] * 200, "y": [0, 1] * 100}), str(home / "t.arrow"))
    refused = as_stream(str(home / "t.arrow"), monkeypatch)
    assert "a batch of t.arrow has 200 rows, which are read at once; write the file" in refused


def test_a_file_that_is_edited_during_a_run_fails_it_in_a_line(home, monkeypatch):
    _, path = large_stream(home, monkeypatch)
    (home / "s.yaml").write_text(
        f"stream: {{concepts: {{a: {{kind: table, path: {path}}}}}}}\n"
        "models: {m: {learner: majority, policy: online}}\n"
    )
    [_, run] = runs_of(load(home / "s.yaml").variants[0])
    rounds = run.play()
    next(rounds)
    large_stream(home, monkeypatch, 4 * BLOCK)
    with pytest.raises(ScenarioError, match=f"t.parquet: {EDITED}"):
        list(rounds)


def test_what_cannot_be_streamed(home, monkeypatch):
    _, path = large_stream(home, monkeypatch)
    assert "24,576 rows are not held in memory, and so stay in the order" in as_stream(
        path, monkeypatch, order="shuffled"
    )
    assert "write its labels into it" in as_stream(path, monkeypatch, labels=path)
    past = {"fill": "mean", "from": "past"}
    assert "where from: past is not implemented" in as_stream(path, monkeypatch, missing=past)
    monkeypatch.setenv(user_cache.HOME, str(home / "other"))
    monkeypatch.setattr(decided, "MOST_WORDS", 1)
    refused = as_stream(path, monkeypatch)
    assert "column 'w' holds more than 1 different words; leave it out by drop: [w]" in refused


@pytest.mark.parametrize("compression", ["uncompressed", "lz4"])
def test_arrow_files_are_read_by_their_batches(home, monkeypatch, compression):
    from pyarrow import feather

    monkeypatch.setattr(stored, "SMALL", 0)
    monkeypatch.setattr(stored, "MOST_CELLS", 0)
    table = pa.table({n: COLUMNS[n] for n in ("float", "whole", "word")} | {"y": TARGETS["y"]})
    paths = [str(home / "a.arrow"), str(home / "b.arrow")]
    for path, rows in zip(paths, (table, table.slice(3)), strict=True):
        feather.write_feather(rows, path, compression, chunksize=64)
    for _ in range(2):  # the second time with what is kept of the first
        found = stored.large_table(paths)
        assert found.rows == 2 * N - 3 and len(found.pieces) == 12
        piece = found.pieces[7]
        read = found.read(piece, ["word", "float"])
        expected = table.slice(3).slice(piece.first - N, piece.rows)
        assert [*map(len, read.cells)] == [128, 128]
        assert read.cells[0].to_pylist() == expected["word"].to_pylist()
        assert read.cells[1].to_pylist() == expected["float"].to_pylist()


def test_the_first_rows_stand_for_all_where_a_table_is_described(home, monkeypatch):
    stream, _ = large_stream(home, monkeypatch)
    monkeypatch.setattr(stored, "LOOKED_AT", 500)
    record = stream.concepts["a"].record()
    assert [len(column.codes) for column in record.columns] == [500] * 3
    assert record.notes[0] == "the first 500 of 24,576 rows are looked at"


def test_files_of_one_table_have_the_same_columns(home, monkeypatch):
    monkeypatch.setattr(stored, "MOST_CELLS", 0)
    one = written(home, {"a": [1, 2], "y": [0, 1]}, name="1.parquet")
    two = written(home, {"a": [1.5, 2], "y": [0, 1]}, name="2.parquet")
    assert stored.large_table([one, two]).rows == 4
    two = written(home, {"a": ["1.5", "2"], "y": [0, 1]}, name="2.parquet")
    with pytest.raises(ValueError, match="has not the columns, and types"):
        stored.large_table([one, two])


def test_a_folder_of_files_is_one_table_in_the_order_of_their_numbers(home, monkeypatch):
    (folder := home / "parts").mkdir()
    for k in (2, 10, 1):
        columns = {"a": np.arange(200) + 1000 * k, "y": [0, 1] * 100}
        written(folder, columns, name=f"part{k}.parquet")
    (folder / "_SUCCESS").write_text("")
    found = as_stream(str(folder), monkeypatch)
    assert found == held(str(folder), monkeypatch)
    first = np.frombuffer(found[2])[::200]
    assert [*map(float, first)] == [1000, 2000, 10_000, 10_199]
    written(folder, {"a": [1.0] * 7 + [None], "y": [0, 1] * 4}, name="part3.parquet")
    found = as_stream(str(folder), monkeypatch)
    assert found == held(str(folder), monkeypatch)
    assert "row 407 (part3.parquet, row 7) has no value in column 'a'" in found
    (folder / "more.csv").write_text("a,y\n1,2\n")
    with pytest.raises(ValueError, match=r"holds files that end in \.csv and \.parquet; give a "):
        Table(path=str(folder))


def timed(folder, monkeypatch, times, missing="refuse", **params):
    """The clocks of a table with these times that is held in memory, and that is streamed."""
    n = len(times)
    holes = pa.array(np.arange(n), mask=np.arange(n) % 10 == 3)
    path = written(folder, {"when": times, "a": holes, "y": words(1, n, ["p", "q"])})
    clocks = []
    for most in (10**9, 0):
        monkeypatch.setattr(stored, "MOST_CELLS", most)
        found = Table(path=path, time="when", missing=missing, **params).instantiated(rng())
        clocks.append(found.clock)
        assert found.schema.names == ("a",)
    return clocks


@pytest.mark.parametrize("missing", ["keep", "drop"])
def test_the_clock_of_a_streamed_table(home, monkeypatch, missing):
    micros = np.sort(rng().integers(0, 10**9, 1000)) * 10**6
    micros[190:210] = micros[200]  # ties across the end of a row group
    times = pa.array(micros, pa.timestamp("us"))
    ours, theirs = timed(home, monkeypatch, times, missing, label_time="when")
    t = rng(1).permutation(ours.rows)
    assert ours.rows == theirs.rows == (1000 if missing == "keep" else 900)
    assert ours.when(t).tolist() == theirs.when(t).tolist()
    assert ours.label_times(t).tolist() == theirs.label_times(t).tolist()
    moments = np.append(micros + 1, [*micros, -1, 10**18])
    assert ours.positions(moments).tolist() == theirs.positions(moments).tolist()


def test_times_that_cannot_be_streamed(home, monkeypatch):
    micros = np.arange(300) * 10**6
    timed(home, monkeypatch, pa.array(micros, pa.timestamp("us")), "keep", sort=True)
    micros[250] = 7
    params = {"time": "when", "missing": "keep"}
    days = pa.array(micros, pa.timestamp("us"))
    path = written(home, {"when": days, "a": [1.0] * 300, "y": [0, 1] * 150})
    refused = as_stream(path, monkeypatch, **params)
    assert "row 250 comes on 1970-01-01 00:00:00 in column 'when', before the row" in refused
    assert "so large a table is not sorted in memory; sort its files by time" in refused
    mixed = np.where(np.arange(300) < 256, 1.5e9, 1.6e12) + np.arange(300)
    path = written(home, {"when": mixed, "a": [1.0] * 300, "y": [0, 1] * 150})
    assert "written in different ways" in as_stream(path, monkeypatch, **params)
    days = pa.array(np.arange(300, dtype="int32"), mask=np.arange(300) == 100).cast(pa.date32())
    path = written(home, {"when": days, "a": [1.0] * 300, "y": [0, 1] * 150})
    assert "row 100 has no time in column 'when'" in as_stream(path, monkeypatch, **params)


GROWTH = """
import re, sys
from pathlib import Path
import pyarrow.parquet, driftsim.streams
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.streams.stream import Stream
from driftsim.streams.tables.large import stored

def peak():
    status = Path("/proc/self/status").read_text()  # getrusage counts the parent's peak, too
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) / 1024

stored.MOST_CELLS, before = int(sys.argv[2]), peak()
stream = Stream.model_validate({"concepts": {"a": {"kind": "table", "path": sys.argv[1]}}})
evaluate(stream, Contender.model_validate({"learner": "majority", "policy": "online"}))
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no peak of a process to read")
def test_memory_does_not_grow_with_the_rows(home):
    def growth(n, most):
        columns = {f"x{j}": rng(j).random(n) for j in range(9)} | {"y": rng(9).random(n) < 0.5}
        path = written(home, columns, rows=2**17)
        command = [sys.executable, "-c", GROWTH, path, str(most)]
        return float(subprocess.check_output(command, text=True))

    n = 3_000_000
    more = n / 2 * 9 * 8 / 1e6  # MB of the features of half of the rows
    streamed, half = growth(n, 0), growth(n // 2, 0)
    assert abs(streamed - half) < more / 2
    assert growth(n, 10**9) > streamed + 2 * more


@pytest.mark.parametrize("missing", ["drop", {"fill": "mean"}])
def test_rows_of_a_large_table_are_selected_as_those_of_a_small_one(home, monkeypatch, missing):
    x = [None if i % 11 == 3 else i * 0.5 for i in range(900)]
    path = written(home, {"x": x, "class": [*("abc" * 300)]})
    table = {"kind": "table", "path": path, "missing": missing}
    found = []
    for cells in (10**9, 0):
        monkeypatch.setattr(stored, "MOST_CELLS", cells)
        one = Stream.model_validate(
            {
                "concepts": {"a": table, "b": {"kind": "prior", "of": "a", "shares": {"c": 0.1}}},
                "drift": {"kind": "gradual", "at": [200], "width": 100},
            }
        )
        world = one.instantiated(0, 50)
        assert isinstance(world.concepts[0].record, Streamed) == (cells == 0)
        block = world.rows(0, one.length)
        found.append((world.concepts[0].place.tolist(), block.X.tobytes(), block.y.tolist()))
    assert found[0] == found[1] and len(found[0][0]) < 800
    tilted = {"kind": "tilted", "of": table, "column": "x", "by": 1.0}
    with pytest.raises(ValueError, match="cannot be selected by them; select by classes"):
        Stream.model_validate({"concepts": {"a": tilted}})
    monkeypatch.setattr(selections, "MOST_LARGE", 700)
    with pytest.raises(ValueError, match="select from at most 700"):
        Stream.model_validate({"concepts": {"a": {"kind": "resumed", "of": table}}})


def test_rows_of_large_tables_of_other_words_go_on_where_they_stopped(home, monkeypatch):
    monkeypatch.setattr(stored, "MOST_CELLS", 0)
    parts, numbers = {}, {"a": range(300), "b": range(300, 600)}
    for name, classes in (("a", "uv"), ("b", "vw")):
        columns = {"x": [*numbers[name]], "class": [*classes] * 150}
        path = written(home, columns, name=f"{name}.parquet")
        parts[name] = {"kind": "resumed", "of": {"kind": "table", "path": path}}
    one = Stream.model_validate({"concepts": parts, "drift": {"kind": "recurring", "every": 50}})
    block = one.rows(0, 0, 600)
    for i, name in enumerate(parts):
        rows = block.concept == i
        assert block.X[rows, 0].tolist() == [*numbers[name]]
        assert block.y[rows].tolist() == [i, i + 1] * 150
