"""Clusters that move, split and merge against what is said of them."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import norm
from together import together

from driftsim.streams.concepts import Concept

N = 50_000


def instantiated(seed=0, **given):
    concept = Concept.model_validate({"kind": "rbf_events", **given})
    return concept.instantiated(np.random.default_rng(seed))


def test_halves_are_together_or_apart_at_events_and_on_the_way_in_between():
    clusters = instantiated(clusters=100, every=1_000, split=0.3, apart=0.4)
    t = np.repeat(np.arange(0, 100_000, 250), 100)
    far = clusters.distance(t, np.tile(np.arange(100), 400)).reshape(100, 4, 100) / 0.4
    at, after = far[:-1, 0], far[1:, 0]
    assert set(np.unique(at)) == {0, 1}
    assert abs(at.mean() - 0.3) < 4 * np.sqrt(0.21 / at.size)
    assert all(np.allclose(far[:-1, i], at + i / 4 * (after - at)) for i in (1, 2, 3))
    split, merged = (at < after).mean(), (at > after).mean()
    assert abs(split - 0.21) < 0.02 and abs(merged - 0.21) < 0.02


def test_centres_move_at_their_speed_within_the_cube():
    clusters = instantiated(speed=0.001, split=0.0, features=3)
    path = clusters.centres(np.arange(5_000), np.zeros(5_000, int), 1)
    assert path.min() >= 0 and path.max() <= 1
    speed = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert np.isclose(np.median(speed), 0.001) and speed.max() < 0.0011


def test_the_density_integrates_to_the_share_of_each_class():
    clusters = instantiated(clusters=5, classes=2)
    side = (np.arange(280) + 0.5) / 140 - 0.5
    X = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    joint = clusters.density(X, np.full(len(X), 1_234))
    assert np.allclose(joint.sum(axis=0) / 140**2, [0.6, 0.4], atol=1e-6)


def test_the_best_possible_error_is_that_of_halves_that_are_apart():
    """Two clusters of one class each, at rest, that are whole: Φ(-distance / 2σ)."""
    clusters = instantiated(clusters=2, sigma=0.2, split=0.0, speed=0.0)
    X, y = clusters.draw(np.random.default_rng(0), np.arange(N))
    joint = clusters.density(X, np.arange(N))
    best = 1 - joint.max(axis=1) / joint.sum(axis=1)
    known = norm.cdf(-np.linalg.norm(np.diff(clusters.centre, axis=0)) / 0.4)
    assert abs(best.mean() - known) < 4 * best.std() / np.sqrt(N)
    assert abs((joint.argmax(axis=1) != y).mean() - known) < 4 * np.sqrt(known / N)


@together(
    ("written", "message"),
    [
        ({"every": 10}, "at least 100"),
        ({"sigma": 0.0}, "more than 0"),
        ({"split": 1.5}, "at most 1"),
        ({"clusters": 0}, "more than 0"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        instantiated(**written)
