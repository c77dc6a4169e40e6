"""Placement: which runs are played in this process, and that it changes no byte."""

import os
import random
import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from processes import session
from test_failures import STOPPED
from test_runner import assert_same, traces
from threadpoolctl import threadpool_info

import driftsim
from driftsim.adaptation.policies import Policy
from driftsim.kernels import cache
from driftsim.runner.engines import Progress
from driftsim.runner.placement import cold_kernels, estimate, played_here, work
from driftsim.runner.playing import Finished, play
from driftsim.runner.runs import missing
from driftsim.store import Store

LINEAR = "river.linear_model.LogisticRegression"
TREE = "river.tree.HoeffdingTreeClassifier"
STREAM = {"length": 2_000, "concepts": {"a": "sea", "b": {"kind": "sea", "threshold": 12}}}
STREAM["drift"] = {"kind": "sudden", "at": [1_000]}


def runs_of(learner, policy="static", length=2_000, tmp="nowhere", **more):
    """The runs of a study of one contender."""
    stream = {**STREAM, "length": length, **more.pop("stream", {})}
    models = {"m": {"learner": learner, "policy": policy}}
    study = driftsim.load({"stream": stream, "models": models, **more})
    return missing(study, Store(tmp))


def seconds(*given, **more):
    return sum(map(estimate, runs_of(*given, **more)))


@pytest.mark.parametrize(
    ("learner", "policy"),
    [
        ("majority", "static"),
        (LINEAR, {"kind": "on_drift", "memory": 200, "detector": "ddm"}),
        (TREE, "online"),
    ],
)
def test_what_is_compiled_or_our_own_is_played_here(learner, policy):
    assert played_here(runs_of(learner, policy))
    assert not played_here(runs_of(learner, policy, 2_000_000_000))


@pytest.mark.parametrize(
    ("learner", "policy"),
    [
        ("sklearn.naive_bayes.GaussianNB", "static"),
        ({"kind": "river.neighbors.KNNClassifier"}, "online"),  # whose search has no kernel
        (LINEAR, {"kind": "on_drift", "memory": 200, "detector": "river.drift.NoDrift"}),
    ],
)
def test_what_a_library_plays_is_sent_to_workers(learner, policy):
    assert not played_here(runs_of(learner, policy))


def test_objects_of_libraries_and_functions_are_sent_to_workers():
    def draw(rng, t):
        return rng.random((len(t), 2)), np.zeros(len(t), int)

    asked = {"learner": LINEAR, "policy": "online", "compiled": False}
    study = driftsim.load({"stream": STREAM, "models": {"m": asked}})
    assert not played_here(missing(study, Store("nowhere")))
    assert not played_here(runs_of("majority", stream={"concepts": {"a": draw}, "drift": "none"}))
    table = driftsim.Table({"x": [*range(3_000)], "y": [*"ab"] * 1_500})
    assert played_here(runs_of("majority", stream={"concepts": {"a": table}, "drift": "none"}))


def test_own_parts_are_sent_to_workers(tmp_path):
    class Mine(Policy.kinds["static"]):
        """Mine."""

    assert not played_here(runs_of("majority", "mine"))
    (run, *_) = runs_of("majority")
    assert not played_here([run._replace(parts={"parts.py": "hash"})])


def test_in_another_thread_nothing_is_played_here():
    found = []
    runs = runs_of("majority")
    thread = threading.Thread(target=lambda: found.append(played_here(runs)))
    thread.start()
    thread.join()
    assert found == [False] and played_here(runs)


def test_the_estimate_follows_rows_columns_members_and_what_a_policy_does():
    one = seconds(LINEAR, "online", 100_000)
    assert 0.05 < one < 0.2
    assert seconds(LINEAR, "online", 1_000_000) > 5 * one
    assert seconds("river.forest.ARFClassifier", "online", 100_000) > 5 * one
    assert seconds("adaptive_random_forest", "online", 100_000) > 5 * one
    assert seconds(LINEAR, {"kind": "mini_batch", "size": 10}, 100_000) > 10 * one
    often = {"kind": "periodic", "every": 100, "memory": 50_000}
    assert seconds(LINEAR, often, 100_000) > 100 * one
    assert seconds(LINEAR, "online", 100_000, evaluation={"probe": 10_000}) > one
    bagged = {"kind": "river.ensemble.BaggingClassifier", "n_models": 100, "model": TREE}
    assert work(bagged) == 100
    engine = {"kind": "river.neighbors.LazySearch", "window_size": 5_000}
    assert work({"kind": "river.neighbors.KNNClassifier", "engine": engine}) == 15
    clock = {
        "concepts": {"a": "sea"},
        "drift": "none",
        "arrivals": {"kind": "regular", "every": "1h"},
    }
    timed = runs_of(LINEAR, {"kind": "periodic", "every": "1w", "memory": 100}, stream=clock)
    assert not played_here(timed)  # no estimate is known


def test_each_kernel_counts_once_and_more_than_two_are_compiled_by_workers(monkeypatch):
    on_drift = {"kind": "on_drift", "memory": 200}
    models = {
        "one": {"learner": LINEAR, "policy": "online"},
        "other": {"learner": {"kind": LINEAR, "l2": 0.1}, "policy": on_drift},
        "tree": {"learner": TREE, "policy": "online"},
    }
    runs = missing(driftsim.load({"stream": STREAM, "models": models}), Store("nowhere"))
    monkeypatch.setattr(cache, "needs_compiling", lambda function, state: True)
    assert len(cold_kernels(runs)) == 3  # of both linear models, of ADWIN, of the tree
    assert not played_here(runs)
    assert played_here([run for run in runs if run.name != "tree"])


def ended(folder, runs):
    """How runs end: their titles, failures and notes."""
    events = play(runs, Store(folder), jobs=1)
    found = {one.run.key: one for one in events if isinstance(one, Finished)}
    return [(run.title, *found[run.key][1:]) for run in runs]


def settings():
    """What belongs to the whole process, and a run must leave as it is."""
    return random.getstate(), np.random.get_state()[1].tolist(), np.geterr(), warnings.filters[:]


@pytest.mark.slow
def test_the_choice_changes_no_byte_and_no_message(tmp_path, monkeypatch):
    """One contender fails, one warns, and one outgrows its kernel."""
    descent = {"kind": "river.optim.SGD", "lr": 1e150}
    steep = {"kind": "river.linear_model.LinearRegression", "optimizer": descent}
    steep |= {"intercept_lr": 1e150, "clip_gradient": 1e308}
    numbers = {**STREAM, "concepts": {"a": "friedman", "b": {"kind": "friedman", "function": 2}}}
    models = {
        "steep": {"learner": steep, "policy": "online"},
        "squares": {"learner": "least_squares", "policy": {"kind": "periodic", "every": 500}},
    }
    models["squares"]["policy"]["memory"] = 500
    tree = {"kind": TREE, "grace_period": 20, "delta": 0.5, "max_size": 0.2}
    tree |= {"memory_estimate_period": 500}
    noisy = {"length": 6_000, "concepts": {"a": "sea"}, "noise": 0.1}
    scaled = {"kind": "pipeline", "steps": ["river.preprocessing.StandardScaler", tree]}
    grown = {"tree": {"learner": scaled, "policy": "online"}}  # alone it would save memory
    studies = [{"stream": numbers, "models": models}, {"stream": noisy, "models": grown}]
    runs = [run for one in studies for run in missing(driftsim.load(one), Store(tmp_path))]
    assert played_here(runs)
    state, here, there = settings(), tmp_path / "here", tmp_path / "there"
    one = ended(here, runs)
    assert settings() == state
    monkeypatch.setattr("driftsim.runner.playing.played_here", lambda runs: False)
    assert one == ended(there, runs)
    assert [failure is None for _, failure, _ in one] == [True, False, True, True, True]
    assert "failed at row 1,000: the model predicts " in one[1][1]
    assert "so it was played again on the library's own" in one[4][2][0]
    assert len(traces(here)) == 4
    assert_same(traces(here), traces(there))


def test_a_run_here_has_one_thread_and_shows_how_far_it_is(tmp_path, monkeypatch):
    runs = runs_of(LINEAR, "online", 20_000)
    threads, events = [], []
    for event in play(runs, Store(tmp_path)):
        threads += [one["num_threads"] for one in threadpool_info()]
        events.append(event)
    assert {*threads} == {1}
    assert [type(one) for one in events].count(Finished) == 2
    assert events[0] == Progress([(runs[0], 1_000)], 1)


@pytest.mark.slow
def test_ctrl_c_while_a_kernel_is_compiled_here_keeps_what_has_ended(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "stream: {length: 2_000, concepts: {a: sea}}\n"
        f"models: {{m: {{learner: {TREE}, policy: online}}}}\n"
    )
    command = [sys.executable, "-m", "driftsim", "run", str(path), "--out", str(tmp_path)]
    process = subprocess.Popen(
        command,
        env=os.environ | {"DRIFTSIM_CACHE": str(tmp_path / "cache")},
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    line = next(one for one in process.stderr if "compiling" in one)
    assert " runs done (" in line and line.endswith("; m, seed 0, compiling its kernel\n")
    assert len(session(process.pid)) == 1  # no worker
    process.send_signal(signal.SIGINT)
    message = process.communicate(timeout=60)[1]
    assert (process.returncode, message) == (130, STOPPED)
    assert len([*(tmp_path / "s" / "runs").iterdir()]) == 1
