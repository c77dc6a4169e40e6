"""Regression concepts against their formulas."""

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts import Concept
from driftsim.streams.stream import Stream

N = 100_000


def drawn(concept, n=N):
    stream = Stream.model_validate({"length": n, "concepts": {"a": concept}})
    world = stream.instantiated(0)
    return world, world.rows(0, n)


@pytest.mark.parametrize(
    "written",
    ["linear", "friedman", "hyperplane_regression", "level", {"kind": "linear", "walk": 0.1}],
    ids=str,
)
def test_the_noise_about_the_mean_is_what_is_said(written):
    world, block = drawn(written)
    truth = world.posterior(block.t, block.X)
    noise = block.y - truth[:, 0]
    assert abs(noise.mean()) < 4 * noise.std() / np.sqrt(N)
    ratio = noise.var() / truth[0, 1]
    assert abs(ratio - 1) < 4 * np.sqrt(2 / N)


def test_friedman_has_its_known_moments():
    world, block = drawn({"kind": "friedman"})
    mean = world.posterior(block.t, block.X)[:, 0]
    assert abs(mean.mean() - 14.4134) < 4 * mean.std() / np.sqrt(N)
    assert abs(mean.var() - 23.808) < 4 * 24 * np.sqrt(2 / N)
    assert np.mean(np.abs(block.y - mean)) == pytest.approx(np.sqrt(2 / np.pi), abs=0.008)


@pytest.mark.parametrize(
    ("one", "other", "distance"), [(1, 2, 22.52), (2, 3, 27.37), (1, 3, 27.08)]
)
def test_the_distances_between_friedmans(one, other, distance):
    _, block = drawn("friedman")
    first, second = (
        Concept.model_validate({"kind": "friedman", "function": f}).mean(block.X, block.t)
        for f in (one, other)
    )
    squares = (first - second) ** 2
    assert abs(squares.mean() - distance) < 4 * squares.std() / np.sqrt(N)


@pytest.mark.parametrize(
    ("regions", "share", "distance"), [(1, 0.0162, 1.403), (2, 0.054, 4.624), (3, 0.18, 13.985)]
)
def test_the_distances_between_local_friedmans(regions, share, distance):
    _, block = drawn("local_friedman")
    first, second = (
        Concept.model_validate({"kind": "local_friedman", "regions": k}).mean(block.X, block.t)
        for k in (0, regions)
    )
    for values, known in ((first != second, share), ((first - second) ** 2, distance)):
        assert abs(values.mean() - known) < 4 * values.std() / np.sqrt(N)
    friedman = Concept.model_validate("friedman").mean(block.X, block.t)
    assert np.array_equal(first, friedman)


def test_a_linear_world_has_the_risk_of_any_linear_model():
    """Risk = s² + |w - v|² (G2)."""
    concept = {"kind": "linear", "features": 2, "weights": [1.0, 2.0], "noise": 0.5}
    _, block = drawn(concept)
    squares = (block.y - block.X @ [0.0, 2.5]) ** 2
    assert abs(squares.mean() - (0.25 + 1.25)) < 4 * squares.std() / np.sqrt(N)


def test_a_walk_moves_weights_by_its_variance():
    _, block = drawn({"kind": "level", "walk": 0.5, "noise": 0.0}, 200_000)
    steps = np.diff(block.y)
    assert abs(steps.var() / 0.25 - 1) < 4 * np.sqrt(2 / 200_000)
    _, sloped = drawn({"kind": "level", "level": 3.0, "slope": 0.5, "noise": 0.0}, 100)
    assert np.allclose(sloped.y, 3 + 0.5 * np.arange(100))


def test_the_distance_from_a_plane():
    concept = {"kind": "hyperplane_regression", "features": 2, "weights": [3.0, 4.0], "noise": 0.0}
    _, block = drawn(concept, 1000)
    assert np.allclose(block.y, (block.X - 0.5) @ [0.6, 0.8])


def test_the_truth_of_a_ramp_between_regressions():
    """The mixture's mean and variance: what is left over has that variance, and no bias."""
    concepts = {
        "a": {"kind": "level", "level": 0.0},
        "b": {"kind": "level", "level": 4.0, "noise": 2.0},
    }
    drift = {"kind": "gradual", "at": [N // 2], "width": N}
    stream = Stream.model_validate({"length": N, "concepts": concepts, "drift": drift})
    world = stream.instantiated(0)
    block = world.rows(0, N)
    mean, variance = world.posterior(block.t, block.X).T
    rest = (block.y - mean) ** 2 - variance
    assert abs(rest.mean()) < 4 * rest.std() / np.sqrt(N)
    assert np.allclose(mean, 4 * block.weights[:, 1])


@together(
    ("written", "message"),
    [
        ({"concepts": {"a": "linear"}, "noise": 0.1}, "no wrong label"),
        ({"concepts": {"a": "linear"}, "balance": [0.5, 0.5]}, "no classes to balance"),
        ({"concepts": {"a": {"kind": "linear", "noise": -1.0}}}, "at least 0"),
        ({"concepts": {"a": {"kind": "linear", "weights": [1.0]}}}, "give one a feature"),
        ({"concepts": {"a": {"kind": "friedman", "function": 4}}}, "1, 2 or 3"),
        ({"concepts": {"a": {"kind": "local_friedman", "regions": 4}}}, "0, 1, 2 or 3"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        Stream.model_validate({"length": 100} | written)
