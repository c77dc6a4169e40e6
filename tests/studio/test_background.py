"""Runs beside the server: those that nobody waits for any more make room."""

import time
from queue import SimpleQueue

import pytest

from driftsim.runner.runs import runs_of
from driftsim.scenario import load
from driftsim.studio.background import Background

STUDY = {
    "stream": {"length": 20_000, "concepts": {"a": "sea"}},
    "models": {
        name: {
            "learner": {"kind": "sklearn.ensemble.RandomForestClassifier", "n_estimators": n},
            "policy": {"kind": "periodic", "every": every, "memory": 5_000},
        }
        for name, n, every in (("long", 300, 50), ("short", 1, 10_000))
    },
}


@pytest.mark.slow
def test_a_run_that_nobody_waits_for_is_ended_for_another():
    runs = {run.name: run for run in runs_of(load(STUDY).variants[0])}
    ended = SimpleQueue()
    background = Background(lambda *given: ended.put(given), most=1)
    try:
        background.want([runs["long"]])
        time.sleep(3)  # which would take minutes
        background.want([runs["short"]])
        run, result = ended.get(timeout=40)
        assert run.name == "short" and result.trace is not None
        assert ended.empty()
    finally:
        background.close()
