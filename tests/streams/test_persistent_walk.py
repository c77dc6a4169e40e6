"""Persistent walks against the moments of their definition."""

import numpy as np
import pytest

from driftsim.streams.persistent_walk import Walks, persistent_walk

pytestmark = pytest.mark.any_version
WALKS = 400


@pytest.mark.slow
@pytest.mark.parametrize("turn", [0.1, 0.5])
def test_walks_have_their_means_and_variances(turn):
    """With r = 1 - 2 turn the steps have means rⁱ and correlations rⁱ."""
    t, r = np.array([1, 5, 100, 8192, 20_000]), 1 - 2 * turn
    walks = persistent_walk(7, t, WALKS, turn)
    mean = (1 - r**t) / (1 - r)
    variance = t * (1 + r) / (1 - r) - 2 * r * (1 - r**t) / (1 - r) ** 2 - mean**2
    error = np.sqrt(np.maximum(variance, 1e-12) / WALKS)
    assert (abs(walks.mean(axis=1) - mean) <= 4 * error).all()
    assert (abs(walks.var(axis=1) - variance) <= 4 * variance * np.sqrt(3 / WALKS) + 1e-9).all()


def test_steps_are_of_one_size_and_turn_as_often_as_said():
    steps = np.diff(persistent_walk(3, np.arange(30_001), 4, 0.1), axis=0)
    assert set(np.unique(steps)) == {-1, 1} and (steps[0] == 1).all()
    turns = (steps[1:] != steps[:-1]).mean()
    assert abs(turns - 0.1) < 4 * np.sqrt(0.09 / steps.size)
    boundary = np.diff(persistent_walk(5, np.arange(8191, 8194), 600, 0.1), axis=0)
    assert abs((boundary[0] != boundary[1]).mean() - 0.1) < 4 * np.sqrt(0.09 / 600)


@pytest.mark.parametrize("turn", [0.0, 1.0])
def test_walks_that_never_or_always_turn(turn):
    t = np.array([0, 1, 2, 8191, 8192, 16_385])
    expected = t if turn == 0 else t % 2
    assert np.array_equal(persistent_walk(1, t, 2, turn), np.stack([expected] * 2, axis=1))


@pytest.mark.parametrize("first", [0, 8_000, 40_000_000])
def test_a_stretch_drawn_alone_equals_that_of_the_whole_walk(first):
    t = np.arange(first, first + 9_000)
    whole = persistent_walk(2, t, 3, 0.1)
    assert np.array_equal(persistent_walk(2, t[4_000:4_010], 3, 0.1), whole[4_000:4_010])
    assert np.array_equal(persistent_walk(2, t[-1:], 3, 0.1), whole[-1:])
    assert (abs(np.diff(whole, axis=0)) == 1).all()


def test_walks_are_the_same_in_whatever_order_they_are_followed():
    followed = Walks(4, 3, 0.1)
    for t in np.array([60_000_000, 5, 30_000_000, 59_990_000, 60_010_000, 5]):
        rows = np.arange(t, t + 3)
        assert np.array_equal(followed.at(rows), Walks(4, 3, 0.1).at(rows))
