"""What every learner with a kernel of its own has: members of ensembles, and what cannot be one."""

import pytest
from examples import sea_stream

import driftsim
from driftsim.learners.learner import Learner
from driftsim.learners.online.kernel_learner import member_states, unfit_member
from driftsim.messages import ScenarioError

TREE = "river.tree.HoeffdingTreeClassifier"
BAGGED = {"kind": "river.ensemble.BaggingClassifier", "model": "river.naive_bayes.GaussianNB"}
SCALED = ["river.preprocessing.StandardScaler", "river.linear_model.LogisticRegression"]


@pytest.mark.parametrize(
    "spec", ["hoeffding_tree", TREE, {"kind": "pipeline", "steps": SCALED}], ids=str
)
def test_a_learner_with_a_kernel_can_be_a_member(spec):
    learner, schema = Learner.model_validate(spec), sea_stream().schema
    assert unfit_member(learner, schema) is None
    assert isinstance(member_states(learner, schema, seed=0)(3), tuple)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("sklearn.naive_bayes.GaussianNB", "which GaussianNB does not; name hoeffding_tree"),
        ({"kind": TREE, "remove_poor_attrs": True}, "there is no kernel for its remove_poor_attrs"),
        (BAGGED, "BaggingClassifier holds models of its own, and is no member of another"),
        ("least_squares", "the labels are classes; name a classifier"),
    ],
    ids=str,
)
def test_what_cannot_be_a_member_is_refused_with_the_reason(spec, reason):
    assert reason in unfit_member(Learner.model_validate(spec), sea_stream().schema)


def test_a_learner_that_is_a_kernel_has_no_object_to_run_on():
    learner = Learner.model_validate("hoeffding_tree")
    assert learner.incompatibility(sea_stream().schema) is None
    reason = learner.uncompiled().incompatibility(sea_stream().schema)
    assert reason == "'hoeffding_tree' runs compiled only; remove compiled: false"


@pytest.mark.parametrize(
    ("contender", "problem"),
    [
        ({"learner": "hoeffding_tree", "compiled": False}, "runs compiled only; remove compiled"),
        (
            {"learner": {"kind": "adaptive_random_forest", "max_features": 2.5}},
            "max_features: 2.5 is not valid; it should be a count of columns (1, 2, …), a share",
        ),
        ({"learner": {"kind": "online_bagging", "n_models": 10**9}}, "should be at most 10,000"),
    ],
    ids=str,
)
def test_a_scenario_says_what_is_wrong_with_a_learner(contender, problem):
    stream = {"length": 2_000, "concepts": {"a": "sea"}}
    models = {"m": {"policy": "online", **contender}}
    with pytest.raises(ScenarioError) as caught:
        driftsim.load({"stream": stream, "models": models})
    assert problem in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
