"""Random walks: the same in pieces as in one, and of the variance they say."""

import numpy as np

from driftsim.streams.random_walk import random_walk


def test_a_walk_drawn_in_pieces_in_any_order_is_the_walk_in_one_piece():
    whole = random_walk(7, np.arange(40_000), 3)
    starts = np.random.default_rng(0).permutation(np.arange(0, 40_000, 1000))
    for start in starts:
        assert np.array_equal(
            random_walk(7, np.arange(start, start + 1000), 3), whole[start : start + 1000]
        )
    assert np.array_equal(random_walk(7, np.array([39_999, 5]), 3), whole[[39_999, 5]])


def test_it_begins_at_zero_and_other_keys_walk_elsewhere():
    assert random_walk(1, np.array([0]), 2).tolist() == [[0, 0]]
    assert not np.allclose(random_walk(1, np.array([100]), 2), random_walk(2, np.array([100]), 2))


def test_increments_have_variance_one_and_are_independent():
    steps = np.diff(random_walk(3, np.arange(200_000), 2), axis=0)
    error = 4 * np.sqrt(2 / steps.size)
    assert abs(steps.var() - 1) < error
    assert abs(np.mean(steps[1:] * steps[:-1])) < error
    assert abs(np.mean(steps[:, 0] * steps[:, 1])) < error


def test_long_ways_have_the_variance_of_their_length():
    far = np.array([random_walk(key, np.array([10**6]), 50)[0] for key in range(20)])
    assert abs(far.var() / 10**6 - 1) < 4 * np.sqrt(2 / 1000)


def test_a_far_stretch_is_drawn_like_any_other():
    far = random_walk(0, np.arange(10**12, 10**12 + 10), 1)
    assert np.isfinite(far).all() and np.abs(np.diff(far, axis=0)).max() < 6


def test_no_steps_are_no_rows():
    assert random_walk(3, np.empty(0, int), 2).shape == (0, 2)
