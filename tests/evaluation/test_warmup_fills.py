"""Fills of the warm-up in runs: those of a table in which the same values were written by hand."""

import numpy as np
import pytest

import driftsim
from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.rules import Rules, TruthRules
from driftsim.parts import dumped
from driftsim.runner.runs import runs_of
from driftsim.scenario import Scenario, Variant
from driftsim.streams.stream import Stream

N, WARMUP = 500, 120
TREE = {"kind": "river.tree.HoeffdingTreeClassifier", "grace_period": 20}


@pytest.fixture
def tables(tmp_path):
    """A table with gaps, and the same with the medians of the warm-up in their place."""
    rng = np.random.default_rng(4)
    x, w, gaps = rng.integers(0, 50, N), rng.integers(0, 5, N), rng.random((2, N)) < 0.3
    gaps[:, ::7] = False
    middle = np.median(x[:WARMUP][~gaps[0, :WARMUP]])
    most = np.bincount(w[:WARMUP][~gaps[1, :WARMUP]]).argmax()
    for name, number, word in [("gaps", "", ""), ("filled", middle, "pqrst"[most])]:
        lines = [
            f"{number if gap else a},{word if hole else 'pqrst'[b]},{int(a + 9 * b > 40)}"
            for a, b, gap, hole in zip(x, w, *gaps)
        ]
        (tmp_path / f"{name}.csv").write_text("\n".join(["x,w,y", *lines]) + "\n")
    return [
        {"kind": "table", "path": str(tmp_path / "gaps.csv"), "missing": {"fill": "median"}},
        {"kind": "table", "path": str(tmp_path / "filled.csv")},
    ]


def traces(table, learner, policy):
    stream = Stream.model_validate({"concepts": {"t": table}})
    contender = Contender.model_validate({"learner": learner, "policy": policy})
    yield evaluate(stream, contender, Rules(warmup=WARMUP, predictions=True)).predictions.tolist()
    counted = truth(stream, TruthRules(warmup=WARMUP)).columns
    yield {name: column.tolist() for name, column in counted.items()}


@pytest.mark.parametrize(
    ("learner", "policy"),
    [(TREE, "online"), ("sklearn.tree.DecisionTreeClassifier", {"kind": "periodic", "every": 90})],
    ids=["river", "sklearn"],
)
def test_runs_equal_those_of_the_filled_table(tables, learner, policy):
    policy = policy if policy == "online" else policy | {"memory": 100}
    gaps, filled = ([*traces(table, learner, policy)] for table in tables)
    assert gaps == filled


@pytest.mark.slow
def test_a_whole_study_of_levels_and_fills(tables, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        f"stream: {{concepts: {{t: {{kind: table, path: {tables[0]['path']}, levels: 2, "
        "missing: {fill: mean}}}}\nmodels:\n"
        "  m: {learner: river.naive_bayes.GaussianNB, policy: pretrained_online}\n"
        "  n: {learner: no_change, policy: online}\n"
        f"evaluation: {{warmup: {WARMUP}}}\n"
    )
    results = driftsim.run(path, out=tmp_path / "out", jobs=1)
    assert set(results.summary()["contender"]) >= {"m", "n"}
    scenario = driftsim.load(path).variants[0].scenario
    assert Scenario.model_validate(dumped(scenario)).stream == scenario.stream


def test_another_warm_up_is_another_run(tables):
    def keys(warmup):
        scenario = Scenario.model_validate(
            {
                "stream": {"concepts": {"t": tables[0]}},
                "models": {"m": {"learner": "no_change", "policy": "online"}},
                "evaluation": {"warmup": warmup},
            }
        )
        return {run.key for run in runs_of(Variant({}, scenario))}

    assert len(keys(50)) == len(keys(60)) == 2 and not keys(50) & keys(60)
