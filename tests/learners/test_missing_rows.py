"""Rows with missing values: which learners take them, and that policies treat them as others."""

import numpy as np
import pytest
from examples import predictions
from pydantic import ValidationError
from river import tree
from scipy import stats
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier

from driftsim import ScenarioError, load
from driftsim.adaptation.feature_monitor import p_value_of_feature
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.learners.sklearn import takes_missing
from driftsim.scenario import Scenario
from driftsim.streams.stream import Stream

AT_ONCE, ONLINE = Labels.model_validate("at_once"), Policy.model_validate("online")
TREE = {"kind": "river.tree.HoeffdingTreeClassifier", "grace_period": 20}
BOOSTING = {"kind": "sklearn.ensemble.HistGradientBoostingClassifier", "max_iter": 3}
IMPUTED = {
    "kind": "pipeline",
    "steps": ["sklearn.impute.SimpleImputer", "sklearn.linear_model.LogisticRegression"],
}
SCALED = {
    "kind": "pipeline",
    "steps": ["sklearn.preprocessing.StandardScaler", "sklearn.linear_model.LogisticRegression"],
}
BY_COLUMNS = {
    "kind": "pipeline",
    "steps": [
        {
            "kind": "sklearn.compose.ColumnTransformer",
            "transformers": [["a", "sklearn.impute.SimpleImputer", ["a", "w"]]],
        },
        "sklearn.linear_model.LogisticRegression",
    ],
}
NORMALIZED = {
    "kind": "pipeline",
    "steps": ["river.preprocessing.Normalizer", "river.linear_model.LogisticRegression"],
}
NAMED = "takes no missing values, and column 'a' has some; write missing: {fill: mean}, put a skl"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table of numbers and words in which every third cell is missing."""
    rng = np.random.default_rng(1)
    a, w, gaps = rng.normal(size=600), rng.integers(0, 3, 600), rng.random((2, 600)) < 0.33
    y = (a + (w == 1) + 0.1 * rng.normal(size=600) > 0.3).astype(int)
    lines = [
        f"{'' if gap else f'{x:.3f}'},{'' if hole else 'pqr'[word]},{label}"
        for x, word, label, gap, hole in zip(a, w, y, *gaps)
    ]
    path = tmp_path_factory.mktemp("rows") / "t.csv"
    path.write_text("\n".join(["a,w,y", *lines]) + "\n")
    return {"kind": "table", "path": str(path), "missing": "keep"}


@pytest.fixture(scope="module")
def gappy(table):
    return Stream.model_validate({"concepts": {"t": table}})


def scenario(table, learner, policy="static"):
    models = {"m": {"learner": learner, "policy": policy}}
    return Scenario.model_validate(
        {"stream": {"concepts": {"t": table}}, "models": models, "evaluation": {"warmup": 100}}
    )


@pytest.mark.parametrize("learner", [BOOSTING, IMPUTED, BY_COLUMNS, TREE, "no_change"], ids=str)
def test_learners_that_take_them(table, learner):
    scenario(table, learner)


@pytest.mark.parametrize(
    ("learner", "message"),
    [
        ("sklearn.linear_model.LogisticRegression", f"LogisticRegression {NAMED}"),
        ("sklearn.naive_bayes.GaussianNB", f"GaussianNB {NAMED}"),
        (SCALED, "fails on the first 120 rows of the stream: ValueError: Input X contains NaN"),
        (NORMALIZED, "fails on the first 120 rows of the stream: ZeroDivisionError"),
    ],
    ids=str,
)
def test_learners_that_do_not_are_refused_at_load(table, learner, message):
    with pytest.raises(ValidationError) as caught:
        scenario(table, learner)
    assert message in str(caught.value)
    scenario(table | {"missing": {"fill": "mean"}}, learner)


def test_least_squares_takes_none(table):
    numbers = table | {"task": "regression"}
    with pytest.raises(ValidationError, match="least_squares takes no missing values"):
        scenario(numbers, "least_squares")


def test_estimators_by_their_tags():
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    assert takes_missing(GridSearchCV(HistGradientBoostingClassifier(), {}))
    assert not takes_missing(GridSearchCV(LogisticRegression(), {}))
    assert takes_missing(DummyClassifier(strategy="constant", constant=1))


def test_a_warm_up_is_needed_where_something_is_learned_from_it(table, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        f"stream: {{concepts: {{t: {{kind: table, path: {table['path']}, "
        "missing: {fill: mean}}}}\nmodels: {m: {learner: no_change, policy: online}}\n"
        "evaluation: {warmup: 0}\n"
    )
    with pytest.raises(ScenarioError, match=r"s\.yaml:1: stream\.concepts\.t: what it learns from"):
        load(path)


def test_a_compiled_tree_answers_as_one_of_river_without_what_is_missing(gappy):
    learner = Learner.model_validate(TREE)
    assert learner.engine(gappy.schema) == "compiled"
    model, expected = tree.HoeffdingTreeClassifier(grace_period=20, nominal_attributes=["w"]), []
    block = gappy.rows(0, 0, 600)
    for x, y in zip(block.X.tolist(), block.y.tolist()):
        row = {name: value for name, value in zip("aw", x) if not np.isnan(value)}
        expected.append(int(model.predict_one(row) or 0))
        model.learn_one(row, y)
    assert predictions(gappy, learner, ONLINE, AT_ONCE, warmup=0).tolist() == expected
    assert sum(expected) > 100


def test_boosting_is_given_nan(gappy):
    learner = Learner.model_validate(BOOSTING | {"random_state": 3})
    policy = Policy.model_validate("static")
    block = gappy.rows(0, 0, 600)
    model = HistGradientBoostingClassifier(max_iter=3, random_state=3)
    expected = model.fit(block.X[:300], block.y[:300]).predict(block.X[300:])
    found = predictions(gappy, learner, policy, AT_ONCE, warmup=300)
    assert found.tolist() == expected.tolist()


POLICIES = [
    {"kind": "on_shift", "window": 50, "memory": 60, "level": 0.5, "gather": "before"},
    {"kind": "replay", "size": 20, "buffer": 60},
    {"kind": "on_drift", "memory": 50, "detector": {"kind": "ddm", "warning": 1.0, "alarm": 1.2}},
    {"kind": "periodic", "every": 90, "memory": {"kind": "faded", "half_life": 50}},
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda one: one["kind"])
def test_no_prediction_uses_a_later_label_or_depends_on_the_cut(gappy, policy):
    learner, policy = Learner.model_validate(TREE), Policy.model_validate(policy)
    given = learner, policy, AT_ONCE
    first = predictions(gappy, *given, warmup=100)
    assert first.tolist() == predictions(gappy, *given, size=37, warmup=100).tolist()
    flipped = predictions(
        gappy, *given, warmup=100, change=lambda t, y: np.where(t >= 350, 1 - y, y)
    )
    assert first[:251].tolist() == flipped[:251].tolist()
    assert first.tolist() != flipped.tolist()


def test_a_run_from_beginning_to_end(gappy):
    contender = Contender.model_validate({"learner": TREE, "policy": "online"})
    tally = evaluate(gappy, contender, Rules(warmup=100)).total().columns
    assert tally["rows"][0] == 500


def test_a_shift_of_features_is_measured_without_missing_values():
    rng = np.random.default_rng(0)
    old, new = rng.normal(size=200), rng.normal(size=100) + 0.3
    p = stats.ks_2samp(old, new, method="asymp").pvalue
    gaps = np.full(50, np.nan)
    assert p_value_of_feature(np.append(old, gaps), np.append(gaps, new)) == pytest.approx(p)
    assert p_value_of_feature(old, gaps) == 1.0
    few = np.repeat([0.0, 1.0], 50)
    assert p_value_of_feature(few, np.append(few, np.full(100, np.nan))) < 1e-6  # a value too
