"""Envelopes: known answers, and twins that try every price or every pair of points."""

import math
from itertools import combinations

import numpy as np
import pytest
from together import together

from driftsim.evaluation.decision.envelopes import hull, lower_envelope, mispriced


def test_each_line_is_the_lowest_over_its_stretch():
    """100 + 10 r and 120 + 4 r cross at 20/6, and the latter reaches 150 at 30/4."""
    assert lower_envelope([100, 120, 150], [10, 4, 0]) == [
        (0, 0, pytest.approx(20 / 6)),
        (1, pytest.approx(20 / 6), 7.5),
        (2, 7.5, math.inf),
    ]


def test_a_line_that_only_touches_the_envelope_is_not_on_it():
    assert lower_envelope([100, 130, 150], [10, 4, 0]) == [(0, 0, 5), (2, 5, math.inf)]
    assert hull([10, 4, 0], [100, 130, 150]).tolist() == [2, 0]


def test_lines_that_start_alike_and_lines_that_are_the_same():
    assert lower_envelope([5, 5, 9], [3, 1, 0]) == [(1, 0, 4), (2, 4, math.inf)]
    assert lower_envelope([5, 5], [1, 1]) == [(0, 0, math.inf)]
    assert lower_envelope([7], [2]) == [(0, 0, math.inf)]


def test_the_pareto_front_may_hold_what_is_never_the_cheapest():
    x, y = [0, 1, 2, 3], [10, 8, 1, 2]
    assert hull(x, y).tolist() == [0, 2]  # 1 is better than 0 in y and than 2 in x
    assert [one.line for one in lower_envelope(y, x)] == [2, 0]


@together("seed", range(20))
def test_the_envelope_is_the_least_of_all_lines_at_every_price(seed):
    """A slow twin; whole numbers make lines that are parallel, or cross at one place."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 30, (2, rng.integers(1, 12)))
    found = lower_envelope(a, b)
    assert [one.low for one in found] == [0, *(one.high for one in found[:-1])]
    assert found[-1].high == math.inf and all(one.low < one.high for one in found)
    for price in [*rng.uniform(0, 40, 200), 0, 1, 2, 1e6]:
        holding = [one.line for one in found if one.low <= price <= one.high]
        assert a[holding] + price * b[holding] == pytest.approx(np.min(a + price * b))


@together("seed", range(20))
def test_the_hull_is_what_the_envelope_holds_and_what_no_two_points_are_below(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 12, (2, rng.integers(1, 15)))
    on = hull(x, y)
    lines = [one.line for one in lower_envelope(y, x)]
    assert {(x[i], y[i]) for i in on} == {(x[i], y[i]) for i in lines}
    for i in on:
        assert not np.any((x <= x[i]) & (y <= y[i]) & ((x < x[i]) | (y < y[i])))
        for j, k in combinations(range(len(x)), 2):
            if x[j] < x[i] < x[k]:
                share = (x[i] - x[j]) / (x[k] - x[j])
                assert y[i] < y[j] + share * (y[k] - y[j]) + 1e-12


def test_the_regret_of_a_wrong_price():
    """At a price of 5 they cost 150, 140 and 150; at .5, 105, 122 and 150; at 50 the last does."""
    found = mispriced([100, 120, 150], [10, 4, 0], 5, [0.1, 1, 10])
    assert found == [(0, 10), (1, 0), (2, 10)]
