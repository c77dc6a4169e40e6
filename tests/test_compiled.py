"""Compiled models beside what they stand for: what runs compiled, and how its code is kept."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import yaml
from compiled_examples import (
    ADAPTIVE,
    CLASSIFIERS,
    COUNTED,
    MIXED_ADAPTIVES,
    MIXED_FORESTS,
    MIXED_NAMED,
    MIXED_REGRESSORS,
    MIXED_TREES,
    NUMBERS_PATCHES,
    NUMBERS_TREE,
    PATCHES,
    REGRESSORS,
    TREE,
    nested,
)
from examples import SCALED, cut, played, rows_of, sea_stream
from together import together

import driftsim
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.evaluation.prequential import COMPILING, Contender, evaluate, rounds
from driftsim.evaluation.rules import Rules
from driftsim.kernels import cache
from driftsim.kernels.equivalents import EQUIVALENTS
from driftsim.learners.learner import Learner
from driftsim.own import load_parts
from driftsim.report import write
from driftsim.rows import Arrival, Labelled, Outgrown, Schema, Unfit
from driftsim.runner.playing import Finished, play
from driftsim.runner.runs import missing
from driftsim.store import Store

KNN, LAZY = "river.neighbors.KNNClassifier", "river.neighbors.LazySearch"
LOGISTIC = "river.linear_model.LogisticRegression"
SCALED_LINE = {
    "kind": "river.compose.Pipeline",
    "steps": ["river.preprocessing.StandardScaler", "river.linear_model.LinearRegression"],
}
NAMED_TREE = {"kind": TREE, "nominal_attributes": ["a"]}
PACKAGE = Path(driftsim.__file__).parent
NAMES = Schema(("a", "b", "c"))
LEARN = """
import sys
import numpy as np
from driftsim.kernels import cache
from driftsim.kernels.equivalents import EQUIVALENTS
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema
model = Learner.model_validate("river.linear_model.LogisticRegression").start(
    Schema(("a",)), 0, probabilities=True
)
needs_compiling = model.needs_compiling
model.compile()
rows = Labelled(np.arange(9), np.ones((9, 1)), np.ones(9, np.int64))
print(needs_compiling, model.fit(rows).predict(np.ones((1, 1)))[0, 1].hex())
"""


def engine(spec, schema=NAMES):
    return Learner.model_validate(spec).engine(schema)


@together(
    "spec, words",
    [
        (LOGISTIC, "compiled"),
        (SCALED, "compiled"),
        ({"kind": LOGISTIC, "l1": 0.1}, "its l1"),
        ({"kind": LOGISTIC, "optimizer": "river.optim.Adam"}, "Adam"),
        (
            {
                "kind": LOGISTIC,
                "optimizer": {
                    "kind": "river.optim.SGD",
                    "lr": {"kind": "river.optim.schedulers.InverseScaling", "learning_rate": 0.1},
                },
            },
            "a rate of InverseScaling",
        ),
        ({"kind": LOGISTIC, "loss": {"kind": "river.optim.losses.Log", "weight_pos": 2.0}}, "loss"),
        ({"kind": "pipeline", "steps": ["river.preprocessing.RobustScaler", LOGISTIC]}, "Robust"),
        (
            {
                "kind": "pipeline",
                "steps": [
                    {"kind": "river.preprocessing.StandardScaler", "with_std": False},
                    LOGISTIC,
                ],
            },
            "its with_std",
        ),
        ("river.tree.SGTClassifier", "SGTClassifier"),
        ("sklearn.naive_bayes.GaussianNB", "scikit-learn"),
        ("majority", "numpy"),
    ],
)
def test_a_learner_names_what_it_runs_on(spec, words):
    found = engine(spec)
    assert found == words or found.startswith("river, not compiled: there is no kernel for ")
    assert words in found


def test_compiled_false_forces_the_object_of_river():
    spec = {"learner": LOGISTIC, "policy": {"kind": "online", "restart": "adwin"}}
    compiled, forced = (Contender.model_validate(spec | more) for more in ({}, {"compiled": False}))
    assert (compiled.engine(NAMES), forced.engine(NAMES)) == ("compiled", "river")
    learner, policy = forced.at_work
    assert type(learner.start(NAMES, 0)).__name__ == "RiverModel"
    assert not policy.restart._compiled
    assert compiled.at_work[1].restart._compiled


def test_compiled_and_not_leave_the_same_trace():
    spec = {"learner": SCALED, "policy": {"kind": "on_drift", "memory": 200, "detector": "adwin"}}
    one, other = (
        evaluate(sea_stream(6000, noise=0.1), Contender.model_validate(spec | more)).columns
        for more in ({}, {"compiled": False})
    )
    for name in one.keys() - {"model_bytes"}:
        if "seconds" not in name:
            assert np.array_equal(one[name], other[name]), name


def test_seconds_to_compile_are_a_figure_of_their_own():
    contender = Contender.model_validate({"learner": SCALED, "policy": "online"})
    columns = evaluate(sea_stream(2000), contender).columns
    assert columns["compile_cpu_seconds"][0] > 0
    assert not columns["compile_cpu_seconds"][1:].any()


def test_a_copy_of_a_compiled_model_goes_its_own_way(spec_and_schema):
    spec, stream = spec_and_schema
    learner = Learner.model_validate(spec)
    history, rows = rows_of(stream, learner, 400)
    model = learner.start(stream.schema, 0)
    model.learn(history)
    before, other = model.predict(rows.X), model.copy()
    other.learn(rows)
    assert np.array_equal(model.predict(rows.X), before)
    model.learn(rows)
    assert np.array_equal(model.predict(rows.X), other.predict(rows.X))


def test_a_compiled_loop_equals_predict_then_learn(spec_and_schema):
    spec, stream = spec_and_schema
    learner = Learner.model_validate(spec)
    history, rows = rows_of(stream, learner, 200)
    fused, plain = (learner.start(stream.schema, 0) for _ in range(2))
    for model in (fused, plain):
        model.learn(history)
    for labels in ("at_once", {"kind": "random", "mean": 40}):
        some = rows.part(slice(400))  # as one row by one takes long
        for arrival in arrivals(cut(some, 300), Labels.model_validate(labels), 0):
            one = fused.test_then_train(arrival)
            assert np.allclose(one, naive(plain, arrival), rtol=1e-12, atol=1e-12)


def test_an_arrival_whose_counts_leave_labels_over_is_an_error():
    model = Learner.model_validate("naive_bayes").start(Schema(("a",)), 0)
    t, X = np.arange(3), np.ones((3, 1))
    for due_by in ([0, 1, 2], [0, 1, 4], [0, 3]):
        with pytest.raises(ValueError, match="due_by must be 3 counts of labels, and end with all"):
            model.test_then_train(Arrival(t[:2], X[:2], t, X, t % 2, np.array(due_by)))


def test_asking_a_compiled_model_more_leaves_no_trace(spec_and_schema):
    """So probes do not show; many rows alike, and few labels, make ties that might tell."""
    spec, stream = spec_and_schema
    learner = Learner.model_validate(spec)
    _, rows = rows_of(stream, learner, 0)
    rows = rows._replace(X=np.floor(rows.X))
    asked, quiet = (learner.start(stream.schema, 0) for _ in range(2))
    for arrival in arrivals(
        cut(rows, 50), Labels.model_validate({"kind": "delayed", "rows": 7}), 0
    ):
        asked.predict(rows.X[::-1][:20])
        one, other = (model.test_then_train(arrival) for model in (asked, quiet))
        assert np.array_equal(one, other, equal_nan=True)


def naive(model, arrival):
    """Predict each row, one by one, after learning what is due before it, one by one."""
    predicted, learned, due = [], 0, arrival.due
    for i, by in enumerate(arrival.due_by):
        for j in range(learned, by):
            model.learn(due.part(slice(j, j + 1)))
        learned = by
        if i < len(arrival.t):
            predicted.append(model.predict(arrival.X[i : i + 1])[0])
    return np.array(predicted)


def pytest_generate_tests(metafunc):
    if "spec_and_schema" in metafunc.fixturenames:
        spec = {"length": 1000, "concepts": {"a": "friedman"}}
        numbers = type(sea_stream()).model_validate(spec)
        classes = sea_stream(1000, noise=0.1)
        cases = [
            pytest.param((spec, stream), marks=[pytest.mark.slow] if nested(spec) else [])
            for specs, stream in ((CLASSIFIERS, classes), (REGRESSORS, numbers))
            for spec, _ in specs
        ]
        metafunc.parametrize("spec_and_schema", cases)


def test_every_equivalent_is_tried_with_every_parameter_that_it_takes():
    tried = {}

    def note(spec):
        if isinstance(spec, str) and spec.startswith("river."):
            spec = {"kind": spec}
        if isinstance(spec, dict):
            kind = spec["kind"].removeprefix("river.")
            tried.setdefault(kind, set()).update(spec.keys())
            for name, inside in spec.items():
                for one in inside if isinstance(inside, list) else [inside]:
                    note(one) if name != "kind" else None

    plain = [spec for spec, _ in [*CLASSIFIERS, *REGRESSORS]]
    mixed = [*MIXED_TREES, *MIXED_ADAPTIVES, *MIXED_FORESTS, *MIXED_REGRESSORS, *MIXED_NAMED]
    for spec in [*plain, *mixed, *COUNTED]:
        note(spec)
    for name, declared in EQUIVALENTS.items():
        if name.startswith("drift."):
            continue  # tried in test_detector_kernels
        assert declared.takes.keys() - {"seed", "model"} <= tried[name], name


@together(
    "spec, words",
    [
        ({"kind": KNN, "engine": {"kind": LAZY, "window_size": 0}}, "a window of 0 rows"),
        ({"kind": KNN, "engine": {"kind": LAZY}, "n_neighbors": 0}, "its n_neighbors of 0"),
        ({"kind": "river.forest.ARFClassifier", "lambda_value": 0}, "its lambda_value of 0"),
        ({"kind": TREE, "delta": 0.0}, "its delta of 0.0"),
        ({"kind": TREE, "delta": 2.0}, "its delta of 2.0"),  # river takes the root of a negative
        ({"kind": TREE, "remove_poor_attrs": True}, "its remove_poor_attrs"),
        ({"kind": TREE, "split_criterion": "hellinger"}, "the split criterion hellinger"),
        ({"kind": KNN}, "SWINN"),
        ({"kind": "river.ensemble.BaggingClassifier", "model": ADAPTIVE}, "an ensemble of Hoeff"),
        (
            {
                "kind": "river.ensemble.BaggingClassifier",
                "model": {"kind": TREE, "grace_period": 9},
            },
            "an ensemble of trees with so short a grace_period",
        ),
        ({"kind": NUMBERS_TREE, "leaf_model": SCALED_LINE}, "leaves with Pipeline"),
        ({"kind": PATCHES, "metric": "river.metrics.Recall"}, "its metric"),
        ({"kind": PATCHES, "subspace_size": 2}, "its subspace_size of 2"),
        ({"kind": PATCHES, "lam": 40}, "an ensemble of trees with so short a grace_period"),
        (
            {"kind": PATCHES, "model": "river.linear_model.LinearRegression"},
            "LinearRegression, which is no classifier",
        ),
        ({"kind": NUMBERS_PATCHES, "metric": "river.metrics.R2"}, "its metric R2"),
        ({"kind": PATCHES, "model": NAMED_TREE}, "nominal columns of members"),
    ],
)
def test_what_a_kernel_does_not_reproduce_is_left_to_river(spec, words):
    assert words in engine(spec)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_feature_that_is_no_number_is_refused_with_its_row_and_column(value):
    X = np.zeros((5, 3))
    X[3, 1] = value
    rows = Labelled(np.arange(1200, 1205), X, np.zeros(5, np.int64))
    model = Learner.model_validate(LOGISTIC).start(NAMES, 0)
    with pytest.raises(Unfit, match=rf"row 1,203: column 'b' holds {value}; .*compiled: false"):
        model.learn(rows)


def test_a_row_that_cannot_be_learned_is_reported_without_a_traceback(tmp_path):
    (tmp_path / "own.py").write_text(
        """
import numpy as np
from driftsim.rows import Schema
from driftsim.streams.concepts import Concept


class Broken(Concept):
    \"""Features that are infinite, once.\"""

    known = False
    schema = Schema(("a", "b"))

    def draw(self, rng, t):
        X = rng.random((len(t), 2))
        X[t == 700, 0] = np.inf
        return X, (X[:, 1] > 0.5).astype(np.int64)

    def density(self, X, t):
        return np.full((len(X), 2), np.nan)
"""
    )
    (tmp_path / "s.yaml").write_text(
        f"""
stream: {{length: 900, concepts: {{t: broken}}}}
models:
  learns: {{learner: {LOGISTIC}, policy: online}}
  asked: {{learner: {LOGISTIC}, policy: static}}
evaluation: {{warmup: 100}}
"""
    )
    own, store = [str(tmp_path / "own.py")], Store(tmp_path / "runs")
    load_parts(own)
    runs = missing(driftsim.load(tmp_path / "s.yaml"), store, own)
    with ThreadPoolExecutor(1) as executor:
        ended = [one for one in play(runs, store, executor=executor) if isinstance(one, Finished)]
    failures = [one.failure for one in ended if one.failure]
    assert len(failures) == 2 and not any("\n" in one for one in failures)
    assert all("row 700: column 'a' holds inf" in one for one in failures), failures


@pytest.mark.slow
def test_a_model_that_outgrows_its_kernel_is_played_again_by_the_object(tmp_path):
    text = """
stream: {length: 6_000, concepts: {a: sea}, noise: 0.1}
models:
  tree:
    learner:
      kind: pipeline
      steps:
      - river.preprocessing.StandardScaler
      - kind: river.tree.HoeffdingTreeClassifier
        grace_period: 20
        delta: 0.5
        max_size: 0.2
        memory_estimate_period: 500
    policy: online
    compiled: COMPILED
"""
    tree = yaml.safe_load(text.replace("COMPILED", "true"))["models"]["tree"]
    with pytest.raises(Outgrown, match="more than 7 leaves"):
        evaluate(sea_stream(6000, noise=0.1), Contender.model_validate(tree))
    outgrown, forced = (
        played(text.replace("COMPILED", value), value, tmp_path).curves()
        for value in ("true", "false")
    )
    assert outgrown.equals(forced)


def test_an_ensemble_of_our_own_whose_trees_outgrow_their_kernel_fails_in_one_line(tmp_path):
    """Nothing else plays it: river has no such ensemble."""
    small = {"kind": "river.tree.HoeffdingTreeClassifier", "max_size": 0.05}
    small |= {"grace_period": 100, "memory_estimate_period": 500}
    bag = {"kind": "online_bagging", "learner": small, "n_models": 2}
    models = {"bag": {"learner": bag, "policy": "online"}}
    scenario = {"stream": {"length": 3_000, "concepts": {"a": "agrawal"}}, "models": models}
    with pytest.raises(RuntimeError) as failed:
        driftsim.run(scenario, out=tmp_path, jobs=1)
    assert "its learner runs compiled only; give its trees a larger max_size" in str(failed.value)
    assert "\n" not in str(failed.value) and "compiled: false" not in str(failed.value)


# How compiled code is kept.


def learned(folder, package=PACKAGE.parent, **variables):
    """A process of its own that keeps its compiled code in a folder and prints what LEARN does."""
    paths = {"PYTHONPATH": str(package), "DRIFTSIM_CACHE": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", LEARN],
        env=os.environ | paths | variables,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


PLACES = """
import json
from functools import partial
from driftsim.kernels import cache, detector_loop, detectors, forests
from driftsim.kernels import linear, loop, neighbors, trees
tree = partial(trees.hoeffding_tree, d=2, k=2)
models = {
    "linear": linear.perceptron(1, 2, 2), "neighbors": neighbors.knn_classifier(1, 2, 2),
    "tree": tree(1), "scaled tree": linear.scaled(1, 2, 2, tree),
    "forest": forests.adaptive_random_forest(1, 2, 2, n_models=2, seed=1),
}
keys = {name: cache.key_of(loop.play, state) for name, state in models.items()}
keys["ddm"] = cache.key_of(detector_loop.detect, detectors.ddm(1))
print(json.dumps({name: str(cache.place_of(key)) for name, key in keys.items()}))
"""


def printed(process):
    text, errors = process.communicate()
    assert process.returncode == 0, errors
    return text.split()


@pytest.mark.slow
def test_processes_compile_a_kernel_at_once_or_once_and_an_edited_one_anew(tmp_path):
    package = tmp_path / "edited"
    shutil.copytree(PACKAGE, package / "driftsim", ignore=shutil.ignore_patterns("__pycache__"))
    kept = tmp_path / "kept"
    kept.mkdir()
    (_, before), (_, other) = [printed(one) for one in [learned(kept, package) for _ in range(2)]]
    assert other == before  # neither got in the other's way
    assert printed(learned(kept, package)) == ["False", before]
    path = package / "driftsim" / "kernels" / "linear.py"  # not the file of the loop
    path.write_text(path.read_text().replace("s.rate * (slope", "2.0 * s.rate * (slope"))
    cold, after = printed(learned(kept, package))
    assert (cold, after != before) == ("True", True)


EDITED = {  # a module of kernels, and the models whose code is compiled again
    "neighbors": {"neighbors"},
    "linear": {"linear", "scaled tree"},
    "hoeffding_leaf": {"tree", "scaled tree", "forest"},  # which trees.py imports
    "adwin": {"forest"},
    "loop": {"linear", "neighbors", "tree", "scaled tree", "forest", "ddm"},
}


@pytest.mark.slow
def test_an_edited_module_is_compiled_again_with_those_that_import_it_alone(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "driftsim", ignore=shutil.ignore_patterns("__pycache__"))
    before = places(tmp_path)
    for module, expected in EDITED.items():
        path = tmp_path / "driftsim" / "kernels" / f"{module}.py"
        path.write_text(path.read_text() + "\n# edited\n")
        after = places(tmp_path)
        assert {name for name in after if before[name] != after[name]} == expected
        before = after


def places(folder):
    """Where the package in a folder keeps the code of some models."""
    command = [sys.executable, "-c", PLACES]
    return json.loads(subprocess.check_output(command, cwd=folder, text=True))


def test_an_upgraded_package_compiles_anew(monkeypatch):
    folder = cache.folder()
    monkeypatch.setattr(cache, "version", lambda name: "999")
    cache._fingerprint.cache_clear()
    try:
        assert cache.folder() != folder
    finally:
        cache._fingerprint.cache_clear()


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_to_is_not_needed(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    process = learned(tmp_path, DRIFTSIM_CACHE=str(blocked / "below"))
    model = Learner.model_validate(LOGISTIC).start(Schema(("a",)), 0, probabilities=True)
    rows = Labelled(np.arange(9), np.ones((9, 1)), np.ones(9, np.int64))
    assert printed(process) == ["True", model.fit(rows).predict(np.ones((1, 1)))[0, 1].hex()]


LAW = "test_the_fused_loop_equals_predict_then_learn"
CHECKS = {
    "river": [
        *("test_kernels.py", "test_mixed_kernels.py", "test_mixed_regression.py"),
        *("test_count_kernels.py", "test_encoded_kernels.py", "test_detector_kernels.py"),
        *("test_adaptive_regression.py", "test_mondrian_kernels.py", "test_tree_limits.py", "-k"),
        "not tied and not model_answers_as_that_of_river_for_long and not over_drifts",
    ],
    "own": ["learners/online", f"test_laws.py::{LAW}", f"test_laws_of_regression.py::{LAW}"],
}


@pytest.mark.slow
@pytest.mark.parametrize("whose", CHECKS)
def test_no_kernel_reads_or_writes_out_of_bounds(whose, tmp_path):
    """Code that checks every index is compiled anew, hardly optimised: see `checked.py`.

    Code that does not would read `array[-1]` before the array.
    """
    variables = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "0", "DRIFTSIM_TEST_ROWS": "1000"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "1", "-m", "", *CHECKS[whose]],
        cwd=Path(__file__).parent,
        env=os.environ | variables | {"DRIFTSIM_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_run_announces_when_a_kernel_has_to_be_compiled(monkeypatch):
    contender = Contender.model_validate({"learner": SCALED, "policy": "online"})
    asked = sea_stream(2000), contender, Rules(warmup=500), 0
    assert COMPILING not in [*rounds(*asked)]
    monkeypatch.setattr(cache, "needs_compiling", lambda *given: True)
    begun = rounds(*asked)
    assert [next(begun), next(begun)] == [COMPILING, 500]


@pytest.mark.slow
def test_compiled_code_is_loaded_only_for_a_contender_that_runs_compiled(tmp_path):
    """Neither to check a scenario, nor to run one whose learners and detectors have no kernels.

    Nor does it take the compiler, but the first time.
    """
    text = """
stream: {{length: 3_000, concepts: {{a: sea}}}}
models:
  one: {{learner: {learner}, policy: online}}
"""
    program = """
import json, sys
import driftsim
from driftsim.runner.runs import runs_of
from driftsim.overview.study import overview
imported = []
for path in sys.argv[1:]:
    study = driftsim.load(path)
    overview(study)
    imported.append([name in sys.modules for name in ("llvmlite", "numba")])
    for run in runs_of(study.variants[0]):
        for _ in run.play(): pass
    imported.append([name in sys.modules for name in ("llvmlite", "numba")])
print(json.dumps(imported))
"""
    paths = [tmp_path / "without.yaml", tmp_path / "with.yaml"]
    for path, learner in zip(paths, ("sklearn.naive_bayes.GaussianNB", LOGISTIC)):
        path.write_text(text.format(learner=learner))
    Learner.model_validate(LOGISTIC).start(Schema(("a", "b", "c")), 0).compile()
    command = [sys.executable, "-c", program, *paths]
    done = subprocess.run(command, capture_output=True, text=True)
    neither, loaded = [False, False], [True, False]
    assert json.loads(done.stdout) == [neither, neither, neither, loaded], done.stderr


def test_a_report_names_what_runs_compiled(tmp_path, undrawn):
    text = f"""
stream: {{length: 3_000, concepts: {{a: sea}}}}
models:
  fast: {{learner: {LOGISTIC}, policy: online}}
  forced: {{learner: {LOGISTIC}, policy: online, compiled: false}}
  slow: {{learner: {{kind: {LOGISTIC}, l1: 0.1}}, policy: online}}
"""
    results = played(text, "engines", tmp_path)
    frame = results.summary().set_index("contender")["engine"]
    reason = "river, not compiled: there is no kernel for its l1"
    assert frame[["fast", "forced", "slow", "oracle"]].tolist() == ["compiled", "river", reason, ""]
    page = write(results, tmp_path / "report")[-1].read_text(encoding="utf-8")
    assert f"slow runs on {reason}." in page
    assert '<td class="word">compiled</td>' in page
