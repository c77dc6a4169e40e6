"""Trees of river's as large as they may be: the same answers, and the same bytes."""

import pytest
from compiled_examples import TREE
from examples import rows_of
from test_kernels import FOUR, LEARNERS, STREAMS, check, stream_of

from driftsim.learners import tree_bytes
from driftsim.learners.learner import Learner
from driftsim.rows import Outgrown

LARGE = {"kind": TREE, "grace_period": 50, "delta": 0.05, "tau": 0.2}
LIMITED = [
    LARGE | {"max_size": 0.5, "memory_estimate_period": 700},
    LARGE | {"max_size": 0.2, "memory_estimate_period": 1000, "leaf_prediction": "nb"},
    LARGE
    | {"max_size": 1.0, "memory_estimate_period": 500, "max_depth": 5, "leaf_prediction": "mc"},
    LARGE
    | {"max_size": 0.7, "memory_estimate_period": 300, "tau": 0.5, "max_share_to_split": 0.7}
    | {"split_criterion": "gini"},
]


@pytest.mark.parametrize("spec", LIMITED, ids=lambda spec: f"{spec['max_size']} MiB")
@pytest.mark.parametrize("stream", STREAMS)
def test_a_tree_at_its_limit_answers_as_that_of_river(spec, stream, monkeypatch):
    monkeypatch.setitem(LEARNERS, str(spec), Learner.model_validate(spec))
    late = {"kind": "delayed", "rows": 100} if stream == "rbf" else "at_once"
    check(spec, *STREAMS[stream], late, 3000, whole=stream == "whole")


def test_a_tree_that_is_too_large_when_bytes_are_first_due_answers_as_that_of_river(monkeypatch):
    spec = LARGE | {"max_size": 0.02, "memory_estimate_period": 50, "leaf_prediction": "nb"}
    monkeypatch.setitem(LEARNERS, str(spec), Learner.model_validate(spec))
    check(spec, *STREAMS["four"], "at_once", 150)


def test_bytes_of_a_tree_are_those_that_river_adds_up():
    learner = Learner.model_validate(LIMITED[0])
    rows, _ = rows_of(stream_of(*STREAMS["four"], 3000), learner, 2800)
    compiled, river = (one.start(FOUR, 1).fit(rows) for one in (learner, learner.uncompiled()))
    compiled.predict(rows.X[:1])
    own = river._model
    assert compiled._state.limit.estimates.tolist() == [
        own._active_leaf_size_estimate,
        own._inactive_leaf_size_estimate,
        own._size_estimate_overhead_fraction,
    ]
    assert own._n_inactive_leaves > 0 == compiled._state.limit.due[0] % 700


def test_a_tree_at_its_limit_takes_no_weights():
    learner = Learner.model_validate(LIMITED[0])
    rows, _ = rows_of(stream_of(*STREAMS["four"], 3000), learner, 2800)
    model = learner.start(FOUR, 1).fit(rows)
    assert tree_bytes.limit_of(model._state).lifted[0]
    with pytest.raises(Outgrown, match="without weights"):
        model.tuned(rows, (rows.y + 1.0))
