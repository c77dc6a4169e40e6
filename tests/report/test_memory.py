"""Memory: RAM-hours by hand, and in the summary."""

import numpy as np
import pytest

import driftsim
from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.report.memory import GIGABYTE, HOUR, of_columns


def traced(sizes, seconds):
    """Columns of a trace whose models took so many seconds, all in one of the kinds of work."""
    idle = np.zeros(len(seconds))
    return dict.fromkeys(CPU_SECONDS, idle) | {
        "online_cpu_seconds": np.array(seconds, float),
        "model_bytes": GIGABYTE * np.array(sizes, float),
    }


def test_each_stretch_is_held_at_the_size_that_it_ends_with():
    # 2 GB for 10 and 20 s, then 4 GB for 30 s, and 4 GB until the end: 60 + 120 + 160 GB s
    found = of_columns(traced([np.nan, 2, np.nan, 4, np.nan], [10, 20, 0, 30, 40]))
    assert found == pytest.approx((2 * 30 + 4 * 30 + 4 * 40) / HOUR)


def test_without_a_size_there_are_none():
    assert np.isnan(of_columns(traced([np.nan, np.nan], [1, 2])))
    assert np.isnan(of_columns({"correct": np.zeros(2)}))


def test_the_summary_has_them(tmp_path):
    stream = {"length": 3_000, "concepts": {"a": "sea"}}
    models = {"a": {"learner": "naive_bayes", "policy": "online"}}
    study = {"stream": stream, "models": models, "evaluation": {"seeds": 2}}
    results = driftsim.run(study, out=tmp_path, jobs=1)
    summary = results.summary().set_index("contender")
    seconds = summary[[*CPU_SECONDS]].sum(axis=1)["a"]
    bytes_held = summary["model_bytes"]["a"]  # naive Bayes does not grow
    assert summary["ram_hours"]["a"] == pytest.approx(bytes_held * seconds / GIGABYTE / HOUR)
    assert np.isnan(summary["ram_hours"]["majority"])
