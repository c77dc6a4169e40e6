"""Shortfalls of river's learners: who is told of them, and that they are there."""

from driftsim import load
from driftsim.learners.learner import Learner
from driftsim.overview.study import overview

TREE, FOREST = "river.tree.HoeffdingTreeClassifier", "river.forest.ARFClassifier"


def notes(spec):
    return Learner.model_validate(spec).notes


def test_river_s_forest_and_trees_are_compared_with_the_published_ones():
    assert "which adaptive_random_forest follows (docs/compiled.md)" in notes(FOREST)[0]
    assert "which hoeffding_tree follows" in notes({"kind": TREE, "grace_period": 50})[0]
    bagged = {"kind": "river.ensemble.BaggingClassifier", "model": {"kind": TREE, "tau": 0.1}}
    assert notes(bagged) == notes(TREE)
    steps = ["river.preprocessing.StandardScaler", FOREST]
    assert notes({"kind": "pipeline", "steps": steps}) == notes(FOREST)


def test_nothing_is_said_of_what_has_no_shortfall():
    assert notes({"kind": TREE, "leaf_prediction": "mc"}) == notes("hoeffding_tree") == ()
    assert notes("river.linear_model.LogisticRegression") == ()
    assert notes({"kind": FOREST, "leaf_prediction": "mc"}) == notes(FOREST)


def test_check_says_it_once_of_all_contenders_that_it_is_about():
    forests = {name: {"learner": FOREST, "policy": "online"} for name in ("one", "other")}
    stream = {"length": 2_000, "concepts": {"a": "sea"}}
    lines = overview(load({"stream": stream, "models": forests}, name="forests"), 300).splitlines()
    assert sum("than the published forest" in line for line in lines) == 1
    assert any(line.strip().startswith("one, other: ARFClassifier: it replaces") for line in lines)
