"""Floors: by hand, and what they are for."""

import numpy as np
import pytest

from driftsim.evaluation.significance import along_stream, count_floor, number_floor


def test_the_floor_of_counts_by_hand():
    assert count_floor([3, -1, 0], [100, 100, 50]) == pytest.approx((4**2 / 2 + 1 / 2) / 250**2)
    assert count_floor([1, 1, 0], [100, 100, 50]) == pytest.approx((2 + 2) / 250**2)
    assert count_floor([0, 0, 0], [100, 100, 50]) == pytest.approx(2 / 250**2)


def test_a_step_between_phases_is_none():
    assert count_floor([9, 9, -9, -9], [10] * 4, (0, 2)) == pytest.approx((36 + 2) / 40**2)
    assert count_floor([9, 9, -9, -9], [10] * 4) == pytest.approx(18**2 / 2 / 40**2)


def test_the_floor_of_numbers_by_hand():
    assert number_floor([1.0, 3.0, 2.0]) == pytest.approx(2.5 / 9)
    assert number_floor([1.0, 3.0, 2.0], (0, 1)) == pytest.approx(0.5 / 9)
    assert number_floor([1.0, 3.0, 2.0], (0, 3, 7)) == pytest.approx(2.5 / 9)


def test_one_row_of_two_thousand_is_not_certainty():
    wrong, rows = np.zeros(80), np.full(80, 25)
    wrong[7] = 1
    found = along_stream(wrong / 25, floor=count_floor(wrong, rows))
    assert found.low < 0 < found.high and not found.distinguishable


def test_steps_of_independent_rows_are_as_large_as_the_variance_of_their_mean():
    rng = np.random.default_rng(0)
    wrong = rng.binomial(50, 0.1, (2000, 200)) - rng.binomial(50, 0.2, (2000, 200))
    floors = [count_floor(one, np.full(200, 50)) for one in wrong]
    true = (0.1 * 0.9 + 0.2 * 0.8) / 10_000
    assert np.mean(floors) == pytest.approx(true, rel=0.01)


@pytest.mark.parametrize("rate", [0.0002, 0.01])
def test_intervals_of_rare_counts_cover(rate):
    """Two contenders wrong equally often, over 50 intervals of 40 rows; 300 streams."""
    rng, covered, rows = np.random.default_rng(0), 0, np.full(50, 40)
    for _ in range(300):
        wrong = rng.binomial(40, rate, 50) - rng.binomial(40, rate, 50)
        found = along_stream(wrong / 40, (0, 25), count_floor(wrong, rows, (0, 25)))
        covered += found.low <= 0 <= found.high
    assert covered / 300 >= 0.95
