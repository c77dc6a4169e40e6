"""Radial basis functions against their density and the motion they state."""

from math import sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts.alias_table import AliasTable
from driftsim.streams.concepts.rbf import Clouds, InstantiatedRbf, Rbf
from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK

N = 100_000


def instantiated(**given):
    return Rbf(**given).instantiated(np.random.default_rng(0))


def places(clouds, t, which=0):
    """Where one centroid is at each position."""
    return 2 * clouds.half_positions(t, np.full(len(t), which))


def java(seed):
    """The uniform numbers of java.util.Random, and its whole numbers below 5 or 2."""
    state = (seed ^ 0x5DEECE66D) % 2**48

    def following(bits):
        nonlocal state
        state = (state * 0x5DEECE66D + 0xB) % 2**48
        return state >> (48 - bits)

    def below(n):
        return following(31) % n if n & (n - 1) else (n * following(31)) >> 31

    return SimpleNamespace(
        uniform=lambda: ((following(26) << 27) + following(27)) / 2**53, below=below
    )


def of_moa(classes):
    """The centroids of MOA's default model, whose oracle's error is known."""
    rng, concept = java(1), Rbf(classes=classes)
    drawn = [
        ([rng.uniform() for _ in range(10)], rng.below(classes), rng.uniform(), rng.uniform())
        for _ in range(50)
    ]
    centre, label, sigma, weight = map(np.array, zip(*drawn))
    weight = weight / weight.sum()
    clouds = Clouds(centre, None, label, sigma, weight, AliasTable.of(weight))
    return InstantiatedRbf(concept, clouds)


@pytest.mark.parametrize(("classes", "error", "known_to"), [(5, 0.0486, 5e-4), (2, 0.0283, 3e-4)])
def test_the_error_of_the_oracle_is_that_of_moas_model(classes, error, known_to):
    concept, t = of_moa(classes), np.arange(N)
    X, y = concept.draw(np.random.default_rng(0), t)
    joint = concept.density(X, t)
    expected = 1 - joint.max(axis=1) / joint.sum(axis=1)
    wrong = joint.argmax(axis=1) != y
    assert abs(expected.mean() - error) < 4 * sqrt(expected.var() / N + known_to**2)
    assert abs(np.mean(wrong - expected)) < 4 * np.std(wrong - expected) / sqrt(N)


def test_priors_are_those_of_moas_model():
    known = np.array([0.2610, 0.1663, 0.1796, 0.0924, 0.3006])
    _, y = of_moa(5).draw(np.random.default_rng(0), np.arange(N))
    assert (np.abs(np.bincount(y) / N - known) < 4 * np.sqrt(known * (1 - known) / N)).all()


@pytest.mark.parametrize("features", [1, 2, 3])
@pytest.mark.parametrize("speed", [0.0, 0.01])
def test_the_density_integrates_to_the_priors(features, speed):
    """By rows around the same centroids in directions that are uniform on a sphere."""
    concept = instantiated(features=features, classes=3, centroids=6, speed=speed)
    clouds, t, rng = concept.clouds, np.full(N, 777), np.random.default_rng(1)
    centres = np.concatenate([places(clouds, t[:1], k) for k in range(6)])
    which = rng.integers(0, 6, N)
    direction = rng.standard_normal((N, features))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    X = centres[which] + direction * (rng.standard_normal(N) * clouds.sigma[which])[:, None]
    far, sphere = np.linalg.norm(X[:, None] - centres, axis=2), (2, 2 * np.pi, 4 * np.pi)
    radial = np.exp(-(far**2) / clouds.sigma**2 / 2) * sqrt(2 / np.pi) / clouds.sigma
    share = (radial / far ** (features - 1)).mean(axis=1) / sphere[features - 1]
    ratio = concept.density(X, t) / share[:, None]
    priors = np.bincount(clouds.label, clouds.weight, 3)
    assert (np.abs(ratio.mean(axis=0) - priors) <= 4 * ratio.std(axis=0) / sqrt(N)).all()


def test_the_density_is_finite_at_a_centroid_and_far_away():
    for features in (1, 10, 500):
        concept = instantiated(features=features)
        X = np.stack([concept.clouds.centre[0], np.full(features, 1e6)])
        joint = concept.density(X, np.zeros(2))
        assert np.isfinite(joint).all() and (joint.sum(axis=1) > 0).all()
        if features > 1:  # there is a pole
            assert joint[0].argmax() == concept.clouds.label[0]


def test_centroids_move_at_their_speed_inside_the_cube():
    clouds = instantiated(features=4, speed=0.002).clouds
    path = places(clouds, np.arange(20_000))
    assert path.min() >= 0 and path.max() <= 1
    step = np.linalg.norm(np.diff(path, axis=0), axis=1)
    turns = (np.diff(np.sign(np.diff(path, axis=0)), axis=0) != 0).sum()
    assert turns > 10 and step.max() < 0.002 + 1e-9
    assert np.sum(step < 0.002 - 1e-9) <= turns
    assert np.allclose(path[0], clouds.centre[0])
    late = places(clouds, np.arange(10**12, 10**12 + 1000))
    assert late.min() >= 0 and late.max() <= 1


def test_only_those_move_that_are_said_to():
    clouds, t = instantiated(speed=0.01, moving=3).clouds, np.array([0, 50])
    moved = [not np.array_equal(*places(clouds, t, k)) for k in range(50)]
    assert moved == [True] * 3 + [False] * 47
    assert instantiated(speed=0.01, moving=0).clouds.velocity is None


def test_a_block_of_moving_centroids_is_the_same_alone():
    concept = {"kind": "rbf", "speed": 0.001, "features": 3}
    stream = Stream.model_validate({"length": 10**12, "concepts": {"a": concept}})
    inside = stream.rows(0, 2 * BLOCK, 5 * BLOCK).X[BLOCK : 2 * BLOCK]
    assert np.array_equal(stream.block(0, 3).X, inside)
    assert len(stream.block(0, 10**8).y) == BLOCK


@pytest.mark.parametrize("t", [0, 10**7])
def test_the_oracle_is_calibrated_while_centroids_move(t):
    concept, t = instantiated(classes=4, speed=0.0005), np.arange(t, t + 50_000)
    X, y = concept.draw(np.random.default_rng(0), t)
    joint = concept.density(X, t)
    excess = (joint.argmax(axis=1) != y) - 1 + joint.max(axis=1) / joint.sum(axis=1)
    assert abs(excess.mean()) < 4 * excess.std() / sqrt(50_000)


@together(
    ("given", "message"),
    [
        ({"centroids": 5, "moving": 6}, "at most 5"),
        ({"centroids": 0}, "more than 0"),
        ({"classes": 1}, "at least 2"),
        ({"speed": -1.0}, "at least 0"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        Rbf(**given)
