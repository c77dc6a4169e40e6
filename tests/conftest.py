"""Fixtures: an example of every kind, for the laws to be tried on."""

import pytest
from examples import EXAMPLES, built, sea_stream


def pytest_generate_tests(metafunc):
    """A test that takes a `drift` (or a `learner`, …) is tried on each example of it."""
    for family, specs in EXAMPLES.items():
        if family.kind() in metafunc.fixturenames:
            specs = [spec for spec in specs if spec != "mean"]  # for numbers, as are REGRESSORS
            metafunc.parametrize(family.kind(), specs, ids=map(name, specs), indirect=True)


def name(spec):
    return spec if isinstance(spec, str) else spec["kind"]


def _fixture(family):
    @pytest.fixture(name=family.kind())
    def part(request, tmp_path):
        return built(family, request.param, tmp_path)

    return part


concept, drift, learner, labels, detector, policy = map(_fixture, EXAMPLES)


@pytest.fixture
def stream():
    """A stream with one sudden drift, and no noise."""
    return sea_stream()
