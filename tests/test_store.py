"""The store: a run's file appears whole or not at all, under the hash of all it follows from."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from driftsim import load
from driftsim.atomic import StoreError, remove_stale, this_host, write_atomically
from driftsim.evaluation.labels import Delayed
from driftsim.evaluation.prediction_intervals import Conformal
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.protocols import Bootstrap
from driftsim.evaluation.rules import Rules, TruthRules
from driftsim.evaluation.trace import Probes
from driftsim.parts import dumped, written_out
from driftsim.runner.runs import runs_of
from driftsim.scenario import Scenario, Variant
from driftsim.store import Listing, Store
from driftsim.store.inputs import fingerprint, inputs, version
from driftsim.streams.stream import Stream

TEXT = """\
stream:
  length: 1_500
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: sudden, at: [900]}
models:
  frozen: {learner: majority, policy: static}
  online: {learner: sklearn.naive_bayes.GaussianNB, policy: {kind: mini_batch, size: 50}}
evaluation: {warmup: 300}
"""


def keys(folder, *changes, name="s.yaml", parts=()):
    """The hash of each run of the scenario above with some changes, by contender and seed."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / name).write_text(text)
    variant = load(folder / name).variants[0]
    return {(run.name, run.seed): run.key for run in runs_of(variant, parts)}


def test_each_run_has_a_key_of_its_own(tmp_path):
    found = keys(tmp_path, ("warmup: 300", "warmup: 300, seeds: 3"))
    assert len(found) == len({*found.values()}) == 9


@pytest.mark.parametrize(
    "change",
    [
        ("evaluation:", "report: {metrics: [kappa], window: 100}\nevaluation:"),
        ("warmup: 300", "warmup: 300, seeds: 4"),
        ("stream:\n", "# Another question?\nstream:\n"),
        ("length: 1_500", "noise: 0.0\n  length: 15e2"),
    ],
)
def test_what_does_not_change_a_trace_does_not_change_its_key(tmp_path, change):
    assert keys(tmp_path).items() <= keys(tmp_path, change).items()


def test_nor_do_names_of_contenders_and_files_and_who_else_is_there(tmp_path):
    before = keys(tmp_path)
    after = keys(tmp_path, ("frozen:", "trained once:"), name="other.yaml")
    assert after["trained once", 0] == before["frozen", 0]
    alone = keys(tmp_path, ("  frozen: {learner: majority, policy: static}\n", ""))
    assert alone.items() <= before.items()


@pytest.mark.parametrize(
    "change",
    [
        ("length: 1_500", "length: 1_501"),
        ("threshold: 8", "threshold: 9"),
        ("[900]", "[901]"),
        ("length: 1_500", "length: 1_500\n  noise: 0.1"),
        ("warmup: 300", "warmup: 301"),
        ("warmup: 300", "warmup: 300, interval: 100"),
    ],
)
def test_the_stream_and_the_rules_change_every_key(tmp_path, change):
    assert not {*keys(tmp_path).values()} & {*keys(tmp_path, change).values()}


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (("warmup: 300", "warmup: 300, labels: {kind: delayed, rows: 9}"), {"frozen", "online"}),
        (("size: 50", "size: 51"), {"online"}),
        (("majority", "no_change"), {"frozen"}),
    ],
)
def test_a_contender_changes_its_own_key(tmp_path, change, changed):
    before, after = keys(tmp_path), keys(tmp_path, change)
    assert {name for name, seed in before if before[name, seed] != after[name, seed]} == changed


OTHER_RULES = {
    "warmup": 301,
    "interval": 100,
    "truth": False,
    "labels": Delayed(rows=9),
    "predictions": True,
    "probabilities": True,
    "scores": 16,
    "probe": 40,
    "confusion": True,
    "warmup_labels": "late",
    "protocol": Bootstrap(folds=2),
    "prediction_intervals": Conformal(level=0.9),
}


@pytest.mark.parametrize("name", Rules.model_fields)
def test_every_rule_changes_the_key_of_every_run_that_depends_on_it(tmp_path, name):
    (tmp_path / "s.yaml").write_text(TEXT)
    variant = load(tmp_path / "s.yaml").variants[0]
    rules = variant.scenario.evaluation.model_copy(update={name: OTHER_RULES[name]})
    changed = Variant({}, variant.scenario.model_copy(update={"evaluation": rules}))
    others = {(run.name, run.seed, run.repeat): run for run in runs_of(changed)}
    for run in runs_of(variant):
        again = others[run.name, run.seed, run.repeat]
        depends = name in type(run.rules).model_fields
        assert depends == (run.contender is not None or name in TruthRules.model_fields)
        assert (run.key != again.key) == depends
        assert (getattr(again.rules, name, None) == OTHER_RULES[name]) == depends


def test_a_rule_that_is_added_is_in_the_hash_by_itself():
    class More(Rules):
        """One rule more."""

        more: int = 0

    stream = Stream.model_validate({"length": 1_500, "concepts": {"a": "sea"}})
    contender = Contender.model_validate({"learner": "majority", "policy": "static"})
    one, other = (inputs(stream, contender, More(more=n), 0, 0, {}) for n in (0, 1))
    assert fingerprint(one) != fingerprint(other)


def test_a_truth_of_which_more_became_known_is_in_the_hash():
    contender = Contender.model_validate({"learner": "majority", "policy": "static"})
    for kind, revised in (("make_classification", True), ("sea", False)):
        stream = Stream.model_validate({"length": 1_500, "concepts": {"a": kind}})
        for one in (None, contender):
            assert ("truth_revisions" in inputs(stream, one, Rules(), 0, 0, {})) == revised


def test_what_is_hashed_is_what_is_played_by(tmp_path):
    (tmp_path / "s.yaml").write_text(TEXT)
    for run in runs_of(load(tmp_path / "s.yaml").variants[0]):
        assert run.about["rules"] == written_out(run.rules, dumped(run.rules))
        assert run.key == fingerprint(run.about)


def test_the_bytes_of_a_table_and_of_parts_change_the_keys(tmp_path):
    table, parts = tmp_path / "t.csv", tmp_path / "parts.py"
    new = (
        (
            "a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}",
            "a: {kind: table, path: t.csv}",
        ),
        ("  drift: {kind: sudden, at: [900]}\n", ""),
        ("  length: 1_500\n", ""),
    )
    seen = []
    for cell, comment in [("1", "# a"), ("2", "# a"), ("2", "# b"), ("1", "# a")]:
        table.write_text("x,y\n" + f"{cell},u\n3,v\n" * 200)
        parts.write_text(comment)
        seen.append(keys(tmp_path, *new, parts=[str(parts)]))
    assert seen[0] == seen[3]
    assert len({found["frozen", 0] for found in seen}) == 3


def test_keys_are_the_same_in_every_process(tmp_path):
    found = keys(tmp_path)
    code = (
        "import sys; from driftsim import load; from driftsim.runner.runs import runs_of;"
        "print(*(run.key for run in runs_of(load(sys.argv[1]).variants[0])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "s.yaml")]
    env = os.environ | {"PYTHONHASHSEED": "7"}
    keys_there = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    assert keys_there.split() == [*found.values()]


def one_run(folder, **more):
    scenario = Scenario.model_validate(
        {
            "stream": {"length": 1_500, "concepts": {"a": "sea"}},
            "models": {"frozen": {"learner": "majority", "policy": "static"}},
            "evaluation": {"warmup": 300, **more},
        }
    )
    from driftsim.scenario import study_of

    run = [*runs_of(study_of(scenario).variants[0])][-1]
    return Store(folder / "runs"), run, evaluate(run.stream, run.contender, run.rules)


def test_what_is_saved_is_loaded(tmp_path):
    store, run, trace = one_run(tmp_path)
    assert run not in store
    store.save(run, trace)
    assert run in store
    loaded = store.load(run)
    assert loaded.columns.keys() == trace.columns.keys()
    assert loaded.interval == trace.interval
    for name, column in trace.columns.items():
        np.testing.assert_array_equal(loaded.columns[name], column)
    assert [path.name for path in store.folder.iterdir()] == [f"{run.key}.parquet"]


def test_a_file_says_what_it_follows_from(tmp_path):
    store, run, trace = one_run(tmp_path)
    store.save(run, trace)
    about = pq.read_schema(store.path(run)).metadata[b"driftsim"].decode()
    for word in ('"seed": 0', '"majority"', '"static"', '"versions"', '"numpy"', '"driftsim"'):
        assert word in about


def test_predictions_lie_beside_the_trace(tmp_path):
    store, run, trace = one_run(tmp_path, predictions=True)
    store.save(run, trace)
    table = pq.read_table(store.folder / f"{run.key}.predictions.parquet")
    assert table["row"].to_pylist() == [*range(300, 1_500)]
    assert {*table["predicted"].to_pylist()} <= {0, 1}


WHAT_TO_DO = "; delete it, or run again with --fresh"


def refused(store, run, path=None):
    """Why a run cannot be loaded, after the path of its file."""
    with pytest.raises(StoreError) as caught:
        store.load(run)
    message, path = str(caught.value), path or store.path(run)
    assert "\n" not in message and message.startswith(f"{path}: cannot be read: ")
    assert message.endswith(WHAT_TO_DO)
    return message.removeprefix(f"{path}: cannot be read: ").removesuffix(WHAT_TO_DO)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"nonsense"])
def test_a_damaged_file_is_named(tmp_path, content):
    store, run, _ = one_run(tmp_path)
    write_atomically(store.path(run), content)
    assert refused(store, run).startswith("it is damaged, or of a version of driftsim that")


def test_a_file_that_is_gone_is_named(tmp_path):
    store, run, _ = one_run(tmp_path)
    assert refused(store, run) == "no such file or directory"


@pytest.mark.slow
@pytest.mark.parametrize("kept", ["trace", "predictions"])
def test_no_flipped_bit_and_no_missing_end_goes_unnoticed(tmp_path, kept):
    store, run, trace = one_run(tmp_path, predictions=True)
    store.save(run, trace)
    path = store.path(run)
    path = path if kept == "trace" else path.with_suffix(".predictions.parquet")
    content, rng = path.read_bytes(), np.random.default_rng(5)
    places = [(0, 0), (len(content) - 1, 7), (content.index(b"driftsim-seal:") + 20, 0)]
    places += [(int(i), int(rng.integers(8))) for i in rng.integers(len(content), size=400)]
    for place, bit in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        path.write_bytes(flipped)
        assert refused(store, run, path).startswith("it is damaged")
    for length in rng.integers(len(content), size=50):
        path.write_bytes(content[:length])
        assert refused(store, run, path).startswith("it is damaged")
    path.write_bytes(content)
    assert np.array_equal(store.load(run).predictions, trace.predictions)


def test_a_file_is_read_only_as_that_of_its_own_run(tmp_path):
    store, run, trace = one_run(tmp_path, seeds=2, predictions=True)
    other = run._replace(seed=0, about=run.about | {"seed": 0}, key="other")
    assert run.seed == 1
    store.save(run, trace)
    store.path(run).rename(store.path(other))
    assert refused(store, other).startswith("it is of another run")
    store.save(run, trace)
    store.save(other, trace)
    predictions = store.folder / f"{run.key}.predictions.parquet"
    (store.folder / "other.predictions.parquet").rename(predictions)
    assert refused(store, run, predictions).startswith("it is of another run")


def test_a_file_without_a_seal_is_not_believed(tmp_path):
    store, run, trace = one_run(tmp_path)
    store.save(run, trace)
    pq.write_table(pq.read_table(store.path(run)).select(["rows"]), store.path(run))
    assert refused(store, run) == "it is damaged"
    plain = pq.read_table(store.path(run)).replace_schema_metadata({"driftsim": "{}"})
    pq.write_table(plain, store.path(run))
    assert "of a version of driftsim that sealed no files" in refused(store, run)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "runs").write_text("a file")
    store, run, trace = one_run(tmp_path)
    with pytest.raises(
        StoreError, match=r"cannot be written: .*; see that you may write there, or"
    ):
        store.save(run, trace)
    with pytest.raises(StoreError, match="cannot be written"):
        write_atomically(tmp_path / "runs" / "x", b"")


def test_a_file_whose_place_is_taken_leaves_nothing_unfinished(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        write_atomically(tmp_path / "x", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.slow
def test_threads_write_the_same_file_at_once(tmp_path):
    path = tmp_path / "x"
    with ThreadPoolExecutor(4) as threads:
        written = [*threads.map(lambda i: write_atomically(path, b"1" * 100), range(400))]
    assert written == [path] * 400 and [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == b"1" * 100


def test_what_the_dead_were_writing_is_removed_and_what_the_living_are_is_not(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    here, living = this_host(), os.getpid()
    kept = {
        f"b.{here}.{living}.unfinished",
        f"a.parquet.other-host.{dead.pid}.unfinished",  # on another machine it may be alive
        "c.unfinished",
    }
    old = f"d.other-host.{living}.unfinished"
    for name in (f"a.parquet.{here}.{dead.pid}.unfinished", old, *kept):
        (tmp_path / name).write_bytes(b"1")
    os.utime(tmp_path / old, (time.time() - 90_000,) * 2)
    remove_stale(tmp_path)
    assert {path.name for path in Path(tmp_path).iterdir()} == kept


def test_the_order_of_concepts_is_part_of_a_key(tmp_path):
    swapped = "{b: {kind: sea, threshold: 12}, a: {kind: sea, threshold: 8}}"
    plain = "{a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}"
    one, two = keys(tmp_path), keys(tmp_path, (plain, swapped))
    assert not {*one.values()} & {*two.values()}


def test_kept_predictions_are_loaded_again(tmp_path):
    store, run, trace = one_run(tmp_path, predictions=True)
    store.save(run, trace)
    assert np.array_equal(store.load(run).predictions, trace.predictions)


def test_a_run_whose_predictions_are_gone_is_played_again(tmp_path):
    store, run, trace = one_run(tmp_path, predictions=True)
    assert run not in Listing(store)
    store.save(run, trace)
    assert run in store and run in Listing(store)
    predictions = store.folder / f"{run.key}.predictions.parquet"
    predictions.unlink()
    assert run not in store and run not in Listing(store)
    assert refused(store, run, predictions) == "no such file or directory"


@pytest.mark.parametrize("n", [30_000, pytest.param(3_000_000, marks=pytest.mark.slow)])
def test_many_alarms_and_probes_are_loaded_again(tmp_path, n):
    store, run, trace = one_run(tmp_path)
    probes = Probes(np.arange(n), np.arange(n) % 2, np.arange(2 * n).reshape(n, 2) / 7)
    many = trace._replace(alarms=np.arange(10_000_000, 10_000_000 + 4 * n), probes=probes)
    store.save(run, many)
    loaded = store.load(run)
    assert np.array_equal(loaded.alarms, many.alarms) and loaded.alarms.dtype == np.int64
    for one, other in zip(loaded.probes, probes, strict=True):
        assert np.array_equal(one, other)
    store.save(run, trace._replace(alarms=None))
    assert store.load(run).alarms is None and store.load(run).probes is None
    store.save(run, trace)
    assert store.load(run).alarms.tolist() == [] and store.load(run).columns.keys() == (
        trace.columns.keys()
    )


def test_the_version_of_a_library_is_looked_up_once(tmp_path, monkeypatch):
    version.cache_clear()
    asked, look = [], metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: asked.append(name) or look(name))
    keys(tmp_path, ("warmup: 300", "warmup: 300, seeds: 3"))
    assert sorted(asked) == ["driftsim", "numpy", "scikit-learn"]
