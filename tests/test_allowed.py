"""Allowed packages: whose estimators a scenario may name, and who may say so."""

import sys

import pytest
from typer.testing import CliRunner

import driftsim
from driftsim import libraries
from driftsim.cli import app
from driftsim.learners.learner import Learner
from driftsim.libraries import checked_packages, distribution
from driftsim.messages import ScenarioError
from driftsim.rows import Schema
from driftsim.scenario import load
from driftsim.store.inputs import version

HOUSE = '''
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class Constant(ClassifierMixin, BaseEstimator):
    """Predicts one class."""

    def __init__(self, label=1, random_state=None, n_jobs=None):
        self.label, self.random_state, self.n_jobs = label, random_state, n_jobs

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.label)


class Text:
    """No estimator."""


def system(command):
    raise SystemExit("called")
'''


def scenario(folder, kind, more=""):
    path = folder / "s.yaml"
    path.write_text(
        "stream: {length: 400, concepts: {a: {kind: sea, threshold: 8}}}\n"
        f"models: {{m: {{learner: {{kind: {kind}{more}}}, policy: static}}}}\n"
        "evaluation: {warmup: 100}\n"
    )
    return path


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A package that no distribution has installed, and the folder it is in."""
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "__init__.py").write_text(HOUSE)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "house"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


@pytest.fixture
def unlooked(monkeypatch):
    """Nothing is looked for in all that is installed, as none of it holds the house."""
    monkeypatch.setattr(libraries, "packages_distributions", dict)


quick = pytest.mark.usefixtures("unlooked")  # half a second each


@quick
def test_a_package_is_allowed_by_the_user_not_by_the_file(house):
    path = scenario(house, "house.Constant", ", label: 0")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert "s.yaml:2: models.m.learner" in str(caught.value)
    assert "the package 'house' is not allowed" in str(caught.value)
    assert "--allow house" in str(caught.value) and "allow=['house']" in str(caught.value)
    assert "house" not in sys.modules  # nothing of it has run
    learner = load(path, allow=["house"]).variants[0].scenario.models["m"].learner
    made = learner.start(driftsim.load(path, allow=["house"]).variants[0].scenario.stream.schema, 3)
    inner = made._estimator.inner
    assert (inner.label, inner.n_jobs) == (0, 1) and isinstance(inner.random_state, int)


@quick
def test_what_is_within_another_has_to_be_allowed_too(house):
    more = ", estimator: {kind: house.Constant}"
    path = scenario(house, "sklearn.ensemble.BaggingClassifier", more)
    with pytest.raises(ScenarioError, match="the package 'house' is not allowed"):
        load(path)
    assert load(path, allow=["house"]).name == "s"
    steps = "pipeline, steps: [sklearn.preprocessing.StandardScaler, house.Constant]"
    with pytest.raises(ScenarioError, match="the package 'house' is not allowed"):
        load(scenario(house, steps))
    assert load(scenario(house, steps), allow=["house"]).name == "s"


@quick
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("house.Text", "cannot be used here"),
        ("house.system", "cannot be used here"),
        ("house.np.array", "does not exist"),
        ("house._private.A", "does not exist"),
        ("house.Constent", "did you mean 'Constant'"),
        ("os.system", "no learner is called 'os.system'"),
        ("nowhere.Tree", "the package 'nowhere' is not installed"),
    ],
)
def test_of_an_allowed_package_only_estimators_are_named(house, kind, message):
    with pytest.raises(ScenarioError, match=message):
        load(scenario(house, kind), allow=["house"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "'nowhere' is not installed"),
        ("os", "cannot be allowed"),
        ("sklearn.tree", "is no package"),
    ],
)
def test_only_installed_packages_can_be_allowed(name, message):
    with pytest.raises(ScenarioError, match=message):
        checked_packages([name])


@quick
def test_a_class_that_is_no_estimator_is_given_as_it_is(house):
    written = {"kind": "house.Constant", "label": "house.Text"}
    learner = Learner.model_validate(written, context={"allow": ["house"]})
    label = learner.start(Schema(("a",)), 0)._estimator.inner.label
    assert isinstance(label, type) and label.__name__ == "Text"


@quick
def test_the_sources_of_a_loose_package_are_its_version(house):
    learner = Learner.model_validate("house.Constant", context={"allow": ["house"]})
    assert learner.libraries == ("house",)
    version.cache_clear()
    before = version("house")
    (house / "house" / "more.py").write_text("x = 1\n")
    version.cache_clear()
    assert before != version("house")
    version.cache_clear()


@pytest.mark.slow
def test_a_study_with_an_allowed_package_runs_in_another_process(house):
    path = scenario(house, "house.Constant")
    results = driftsim.run(
        path, house, jobs=1, timeout=100, allow=["house"]
    )  # a process of its own
    assert results.summary().error.notna().all()
    allow, to = ["--allow", "house"], str(house / "x.png")
    plot = ["plot", str(path), "--out", str(house), "--to", to]
    for command, code in (
        (["check", str(path)], 2),
        (["kinds", "house.Constant"], 2),
        (["run", str(path)], 2),
        (plot, 2),
        (["kinds", "house.Constant", *allow], 0),
        (["check", str(path), *allow], 0),
    ):
        ended = CliRunner().invoke(app, command)
        assert ended.exit_code == code, ended.output
        assert code == 0 or "--allow house" in ended.output


@pytest.mark.slow
def test_the_distribution_of_a_package_is_found_that_is_installed_meanwhile(house):
    assert distribution("house") == "house"
    about = house / "house_of_models-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: house-of-models\nVersion: 1.0\n")
    (about / "top_level.txt").write_text("house\n")
    assert distribution("house") == "house-of-models"
