"""Severity of recorded rows against what is known of how they were made."""

from math import erf, sqrt

import numpy as np
import pandas as pd
import pytest
from river.datasets import synth

import driftsim
from driftsim import load
from driftsim.overview.severities import estimate_lines, severity_lines
from driftsim.overview.study import overview
from driftsim.rows import Schema
from driftsim.streams.severity import severities
from driftsim.streams.severity_estimates import (
    ESTIMATES,
    TREES,
    Side,
    estimates,
    severity_estimates,
)
from driftsim.streams.severity_of_records import record_severities
from driftsim.streams.stream import Stream

MODEL = {"learner": "naive_bayes", "policy": "online"}
N = 2_000  # rows on either side of a change


def sea(rng, threshold, n=N):
    X = rng.uniform(0, 10, (n, 3))
    return X, (X[:, 0] + X[:, 1] > threshold) ^ (rng.random(n) < 0.05)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """SEA with thresholds of 8 and then 12, and 5 % of noise."""
    rng = np.random.default_rng(1)
    X, y = (np.concatenate(column) for column in zip(sea(rng, 8), sea(rng, 12)))
    found = tmp_path_factory.mktemp("tables") / "sea.csv"
    pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=y.astype(int)).to_csv(found, index=False)
    return str(found)


@pytest.fixture
def few_trees(monkeypatch):
    """Learners of fewer trees, which take as much less time: they tell apart what is far apart."""
    monkeypatch.setitem(TREES, "max_iter", 30)


few = pytest.mark.usefixtures("few_trees")


@pytest.mark.slow
def test_two_normals_are_distinguished_as_well_as_can_be():
    """N(0, 1) and N(1, 1): the best accuracy is Φ(1/2), the total variation 2 Φ(1/2) - 1."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2 * N, 2)), rng.integers(0, 2, 2 * N)
    X[N:, 0] += 1
    found = estimates(Side(X[:N], y[:N]), Side(X[N:], y[N:]), Schema(("a", "b"), {}, 2))
    best = (1 + erf(0.5 / sqrt(2))) / 2
    for of in ("", "_x"):
        accuracy, least = found[f"two_sample_accuracy{of}"], found[f"total_variation{of}_at_least"]
        assert best - 0.04 < accuracy.value < best + 3 * accuracy.se
        assert least == (2 * accuracy.value - 1, 2 * accuracy.se)
        assert 0.006 < accuracy.se < 0.008
    assert abs(found["stale_learner_loss"].value) < 0.05  # labels are coin tosses in both


@pytest.mark.slow
def test_a_learner_of_before_is_stale_after(path):
    """36 % of the labels become others, of which noise turns 5 % back: an excess of .324."""
    table = {"kind": "table", "path": path, "target": "y", "marks": [N]}
    stream = Stream.model_validate({"concepts": {"t": table}})
    [(seed, change, found), (_, _, again)] = severity_estimates(stream, range(2))
    assert (seed, change.centre) == (0, N) and found is again  # of the same rows
    assert abs(found["stale_learner_loss"].value - 0.324) < 0.04
    assert abs(found["total_variation_at_least"].value - 0.324) < 0.07
    assert found["total_variation_x_at_least"].value < 0.07


@few
def test_check_prints_estimates_where_asked_for(path, tmp_path):
    table = {"kind": "table", "path": path, "target": "y", "marks": [300]}
    given = {"stream": {"concepts": {"t": table}}, "models": {"m": MODEL}}
    study = load(given, name="t")
    printed = " ".join(overview(study, 300, learners=True).split())
    assert "around row 300: total variation at least 0" in printed
    assert "a learner of before loses" in printed and "± 0.0" in printed
    assert "a learner of before" not in overview(study, 300)


@few
def test_numbers_as_labels_lose_squared_errors():
    """Also where a column has no value at all on one side, which says which side it is."""
    rng = np.random.default_rng(0)
    X, y = rng.random((600, 2)), rng.normal(size=600) / 10
    X[:300, 1] = np.nan
    schema = Schema(("a", "b"), {}, None)
    found = estimates(Side(X[:300], y[:300]), Side(X[300:], y[300:] + 3), schema)
    assert found["two_sample_accuracy_x"].value == 1
    assert abs(found["stale_learner_loss"].value - 9) < 0.3


def test_nothing_is_estimated_of_few_rows_or_where_probabilities_are_known():
    few = Side(np.zeros((90, 1)), np.zeros(90, int))
    assert all(np.isnan(one.value) for one in estimates(few, few, Schema(("a",), {}, 2)).values())
    concepts = {"a": {"kind": "sea", "threshold": 8}, "b": "sea"}
    drift = {"kind": "sudden", "at": [500]}
    known = Stream.model_validate({"length": 1000, "concepts": concepts, "drift": drift})
    [(_, _, found)] = severity_estimates(known, [0])
    assert [*found] == [*ESTIMATES] and all(np.isnan(one.value) for one in found.values())


def of_moa(first, second):
    line = f"ConceptDriftStream -s ({first}) -d ({second}) -p 1500 -w 1"
    concepts = {"moa": {"kind": "moa", "stream": line}}
    return Stream.model_validate({"length": 3_000, "concepts": concepts})


@few
def test_changes_within_a_stream_are_estimated_where_its_parts_are_not_known():
    """Sine's functions 1 and 2 say the opposite; of classes by turns no probability is known."""
    balanced = of_moa("SineGenerator -b", "SineGenerator -b -f 2 -i 77777")
    [(_, change, found)] = severity_estimates(balanced, [0], n=1_000)
    assert change.centre == 1_499 and found["total_variation_at_least"].value > 0.8
    assert found["stale_learner_loss"].value > 0.8
    assert found["total_variation_x_at_least"].value < 4 * found["two_sample_accuracy_x"].se


@few
def test_rows_next_to_a_change_are_compared_where_a_part_moves():
    """The plane moves by next to nothing, so that it is as far as one that stands still."""
    plane = "HyperplaneGenerator -a 2 -n 0"
    [(_, still)] = severities(of_moa(plane, f"{plane} -k 0 -i 5"), 0)
    moving = of_moa(plane, f"{plane} -k 1 -t 0.0000001 -i 5")
    assert np.isnan(next(iter(severities(moving, 0)))[1]["stale_loss"].value)
    [(_, _, found)] = severity_estimates(moving, [0], n=1_000)
    lost = found["stale_learner_loss"]
    assert still["stale_loss"].value > 0.1
    assert abs(lost.value - still["stale_loss"].value) < 3 * lost.se


@few
def test_a_drift_of_river_is_estimated_from_its_rows():
    """SEA's variants 2 and 3 have thresholds of 7 and 9.5, between which .20625 of the rows lie."""
    one, other = (synth.SEA(variant=variant, seed=variant) for variant in (2, 3))
    drifting = synth.ConceptDriftStream(one, other, position=1_500, width=20, seed=1)
    rows = [(*x.values(), y) for x, y in drifting.take(3_000)]
    frame = pd.DataFrame(rows, columns=["a", "b", "c", "y"]).astype({"y": int})
    table = driftsim.Table(frame, "y", marks=[1_500])
    stream = Stream.model_validate({"concepts": {"river": table}})
    [(_, change, found)] = severity_estimates(stream, [0])
    lost = found["stale_learner_loss"]
    assert change.centre == 1_500 and abs(lost.value - (9.5**2 - 7**2) / 200) < 4 * lost.se


@few
def test_what_moves_without_known_probabilities_is_compared_at_its_ends():
    """A weight of two that goes from w to w + 4: the plane turns until it is nearly upright."""
    line = "HyperplaneGenerator -a 2 -k 1 -t 0.001 -s 0 -n 0"
    concepts = {"moa": {"kind": "moa", "stream": line}}
    stream = Stream.model_validate({"length": 4_000, "concepts": concepts})
    [known] = severity_lines(stream)
    assert known == (
        "moa moves by itself; how far is not known, as the probabilities of its rows are not; "
        "--severity estimates it"
    )
    [text] = estimate_lines(stream)
    assert text.startswith("from the first rows to the last: total variation at least 0.")
    still = Stream.model_validate({"length": 4_000, "concepts": {"a": "sea"}})
    assert not [*estimate_lines(still)] and not [*severity_lines(still)]


@pytest.mark.parametrize(
    ("after", "share"),
    [
        ({"kind": "relabelled", "where": "a > 5", "to": "next"}, 0.5),
        ({"kind": "mislabelled", "share": 0.2}, 0.2),
        ({"kind": "tilted", "column": "a", "by": 0.1}, None),  # which has other rows
        ({"kind": "shifted", "columns": ["a"], "by": 1.0}, None),
    ],
)
def test_the_labels_of_the_same_rows_that_are_changed(path, after, share):
    table = {"kind": "table", "path": path, "target": "y"}
    concepts = {"as it is": table, "after": after | {"of": "as it is"}}
    drift = {"kind": "sudden", "at": [N // 2]}
    stream = Stream.model_validate({"concepts": concepts, "drift": drift})
    [(_, found, _)] = record_severities(stream, 0)
    one = found["labels_changed"]
    if share is None:
        assert np.isnan(one.value)
    else:
        assert abs(one.value - share) < 4 * one.se and one.se < 0.01
