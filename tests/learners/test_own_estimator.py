"""Own estimators: classes of scikit-learn's interface in a file of parts are kinds by name."""

import pickle

import pytest
from typer.testing import CliRunner

import driftsim
from driftsim.cli import app
from driftsim.kinds import listing
from driftsim.learners.learner import Learner
from driftsim.messages import ScenarioError
from driftsim.own import load_parts
from driftsim.parts import dumped

PARTS = '''
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class NearestOfMine(ClassifierMixin, BaseEstimator):
    """The class whose mean is nearest."""

    def __init__(self, shrink=0.0):
        self.shrink = shrink

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.means_ = (1 - self.shrink) * np.array([X[y == c].mean(0) for c in self.classes_])
        return self

    def predict(self, X):
        return self.classes_[((X[:, None] - self.means_) ** 2).sum(2).argmin(1)]


class RolelessOfMine(BaseEstimator):
    def fit(self, X, y):
        return self

    def predict(self, X):
        return X[:, 0]


class BareOfMine:
    def fit(self, X, y):
        return self

    def predict(self, X):
        return X[:, 0]
'''
STREAM = {"length": 400, "concepts": {"a": {"kind": "gaussians", "separation": 4}}}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "estimators.py"
    path.write_text(PARTS)
    load_parts([path])
    yield path
    for kind in ("nearest_of_mine", "roleless_of_mine", "bare_of_mine"):
        Learner.kinds.pop(kind)


def study(learner):
    models = {"m": {"learner": learner, "policy": {"kind": "periodic", "every": 100, "memory": 90}}}
    return {"stream": STREAM, "models": models, "evaluation": {"warmup": 100}}


def saved(folder):
    path = folder / "s.yaml"
    models = "{m: {learner: nearest_of_mine, policy: static}}"
    path.write_text(f"stream: {{length: 4_000, concepts: {{a: sea}}}}\nmodels: {models}\n")
    return path


def test_an_estimator_in_a_file_is_a_kind(parts, tmp_path):
    learner = {"kind": "nearest_of_mine", "shrink": 0.1}
    results = driftsim.run(study(learner), out=tmp_path, parts=[parts], jobs=1)
    assert results.summary()["error"][0] < 0.1
    ended = CliRunner().invoke(app, ["explain", str(saved(tmp_path)), "--with", str(parts)])
    assert "learner: nearest_of_mine. The class whose mean is nearest." in ended.output
    made = Learner.model_validate(learner)
    assert pickle.loads(pickle.dumps(made)) == made  # as another process gets it
    assert made.library == "scikit-learn" and dumped(made) == learner
    assert "    The class whose mean is nearest.\n    shrink: default 0.0" in listing(
        "nearest_of_mine"
    )


@pytest.mark.parametrize(
    ("learner", "words"),
    [
        ({"kind": "nearest_of_mine", "shrinks": 0.1}, "did you mean 'shrink'?"),
        ("roleless_of_mine", "RolelessOfMine does not say what it predicts; let it inherit"),
        ("bare_of_mine", "BareOfMine has no get_params; let it inherit from BaseEstimator"),
    ],
)
def test_what_an_estimator_lacks_is_named(parts, learner, words):
    with pytest.raises(ScenarioError, match=words.replace("?", r"\?")):
        driftsim.check(study(learner))


def test_a_file_that_plays_a_study_is_refused(tmp_path):
    path = tmp_path / "playing.py"
    path.write_text("import driftsim\n\ndriftsim.evaluate('sea', 'majority')\n")
    with pytest.raises(
        ScenarioError, match=r"playing.py:3: a study is played .* below if __name__"
    ):
        load_parts([path])


def test_allow_of_a_file_says_which_option_takes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_trees.py").write_text(PARTS)
    (tmp_path / "s.yaml").write_text("stream: {length: 9, concepts: {a: sea}}\nmodels: {}\n")
    ended = CliRunner().invoke(app, ["check", "s.yaml", "--allow", "my_trees"])
    assert "give it by --with my_trees.py" in " ".join(ended.output.split())
