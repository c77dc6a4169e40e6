"""A small study that has been run, with a sweep and two seeds, and one with neither."""

import pytest
from examples import played

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


@pytest.fixture(scope="session")
def swept(tmp_path_factory):
    return played(SWEPT, "swept", tmp_path_factory.mktemp("swept"))


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    return played(PLAIN, "plain", tmp_path_factory.mktemp("plain"))
