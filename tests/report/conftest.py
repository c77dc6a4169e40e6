"""Small studies that have been run: a sweep with two seeds, one with neither, one with repeats."""

import os

import pytest
from browser import missing, started
from examples import played
from invented_studies import NOISES, ODD, made

SWEPT = """# Does <noise> hurt?
stream:
  length: 3_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: gradual, at: [1_500], width: 400}
models:
  bayes & co:
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: periodic, every: 500, memory: 300}
  frozen: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
evaluation: {seeds: 2, interval: 50}
report: {metrics: [error, excess_error, kappa], window: 170}
sweep: {stream.noise: [0.0, 0.2]}
"""
PLAIN = """stream: {concepts: {pages: river.datasets.Phishing}}
models:
  majority: {learner: majority, policy: online}
  bayes: {learner: sklearn.naive_bayes.GaussianNB, policy: {kind: mini_batch, size: 50}}
evaluation: {warmup: 100}
"""
CROSSED = """stream:
  length: 2_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: sudden, at: [1_000]}
  noise: 0.1
models:
  tree:
    learner: {kind: sklearn.tree.ExtraTreeClassifier, max_depth: 5}
    policy: {kind: on_drift, memory: 100}
  bayes: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
evaluation: {warmup: 500, seeds: 2, repeats: 3, probe: 20}
"""


@pytest.fixture(scope="session")
def swept(tmp_path_factory):
    return played(SWEPT, "swept", tmp_path_factory.mktemp("swept"))


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    return played(PLAIN, "plain", tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def crossed(tmp_path_factory):
    return played(CROSSED, "crossed", tmp_path_factory.mktemp("crossed"))


@pytest.fixture(scope="session")
def odd(tmp_path_factory):
    return played(ODD, "odd", tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="session", params=[10, 30])
def many(request, tmp_path_factory):
    """A study of many contenders, whose traces are made rather than played."""
    return made(tmp_path_factory.mktemp("many"), request.param, {})


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    """A sweep over a few contenders."""
    return made(tmp_path_factory.mktemp("settings"), 4, *NOISES)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    if why := missing():
        required = os.environ.get("DRIFTSIM_BROWSER") == "required"
        (pytest.fail if required else pytest.skip)(why)
    driver = started(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")
