"""Fieller's interval: by hand, against a t-test at each ratio, and how often it holds the truth."""

import math

import numpy as np
import pytest
from scipy import stats

from driftsim.evaluation.significance import root

T = stats.t.ppf(0.975, 2)  # of three pairs


def test_where_x_is_constant_it_is_the_t_interval_divided_by_x():
    """Means of -5 and 2, a variance of y of 1: the mean's error is 1 / sqrt(3)."""
    found = root([-4, -5, -6], [2, 2, 2])
    half = T / math.sqrt(3) / 2
    assert (found.value, found.form) == (2.5, "bounded")
    assert (found.low, found.high) == pytest.approx((2.5 - half, 2.5 + half))
    assert found.from_zero() == (found.low, found.high)


def test_constants_make_an_interval_of_one_point():
    found = root([-6.3] * 4, [0.1] * 4)
    assert (found.low, found.high) == pytest.approx((63, 63))
    assert found.form == "bounded" and found.holds(found.value)


def test_where_x_may_be_zero_it_is_all_but_an_interval():
    """Means of -20 and 2, variances of 0 and 1: (2 r - 20)² <= T² r² / 3."""
    found = root([-20, -20, -20], [1, 2, 3])
    ends = sorted(20 / (2 + sign * T / math.sqrt(3)) for sign in (-1, 1))
    assert found.form == "outside" and found.value == 10
    assert (found.low, found.high) == pytest.approx(ends) and ends[0] < 0 < ends[1]
    assert found.from_zero() == pytest.approx((ends[1], math.inf))
    assert found.holds(10) and found.holds(-1e9) and not found.holds(0)


def test_where_both_may_be_zero_it_is_everything():
    found = root([-1, 0, 2], [-1, 3, -1])
    assert found.form == "everything" and (found.low, found.high) == (-math.inf, math.inf)
    assert found.holds(0) and found.from_zero() == (0, math.inf)


def test_a_root_below_zero_leaves_none_from_zero_on():
    found = root([4, 5, 6], [2, 2, 2])
    assert found.high < 0 and np.isnan(found.from_zero()).all()
    crossing = root([1, 0, 1], [2, 2, 2])
    assert crossing.low < 0 < crossing.high and crossing.from_zero() == (0, crossing.high)


def test_too_few_pairs_and_an_x_of_zero_are_refused():
    with pytest.raises(ValueError, match="needs 3 pairs or more, not 2"):
        root([1, 2], [1, 2])
    with pytest.raises(ValueError, match="x is 0 in every pair"):
        root([1, 2, 3], [0, 0, 0])


@pytest.mark.parametrize("n", [3, 5, 10])
def test_it_holds_each_ratio_that_the_t_test_does_not_tell_from_the_root(n):
    """A slow twin: Student's t of y + r x, at many r; every form occurs."""
    rng, forms, ratios = np.random.default_rng(n), set(), [*np.linspace(-4, 4, 9), -1e3, 1e3]
    for _ in range(60):
        y, x = rng.normal(rng.normal(0, 2, (2, 1)), 1, (2, n))
        found = root(y, x)
        forms.add(found.form)
        p = stats.ttest_1samp(y + np.outer(ratios, x), 0, axis=1).pvalue
        assert [found.holds(r) for r in ratios] == (p >= 0.05).tolist()
    assert forms == {"bounded", "outside", "everything"}


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize(("mean", "unbounded"), [(2, True), (20, False)], ids=["weak", "clear"])
def test_it_holds_the_true_ratio_in_95_of_100_studies(n, mean, unbounded):
    """In 20,000 studies with seed 0, so that chance moves the share by .3 points (2 errors).

    x has a variance of 1 and a mean of 2 or 20; y is correlated with it, and the root is 10.
    """
    rng = np.random.default_rng(0)
    x = rng.normal(mean, 1, (20_000, n))
    y = -10 * mean + 3 * (x - mean) + rng.normal(0, 5, x.shape)
    found = [root(*pair) for pair in zip(y, x)]
    assert 0.94 < np.mean([one.holds(10) for one in found]) < 0.96
    assert any(one.form != "bounded" for one in found) == unbounded or n > 5
