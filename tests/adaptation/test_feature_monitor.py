"""Feature monitor: against scipy's tests, and how often it is wrong."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats
from test_policies import run

from driftsim.adaptation.feature_monitor import (
    kolmogorov_smirnov,
    p_value,
    p_value_of_feature,
    pearson,
    pooled,
    rough_p_value,
    shifted,
)
from driftsim.adaptation.policies import Policy
from driftsim.rows import Alarm


def drawn(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def test_the_least_p_value_counts_for_as_many_features_as_are_compared():
    before, later = drawn(200, 1), drawn(100, 1, seed=1) + 0.3
    p = stats.ks_2samp(before[:, 0], later[:, 0], method="asymp").pvalue
    assert 0.001 < p < 0.1 and p_value(before, later) == pytest.approx(p)
    ten, alike = np.repeat(before, 10, axis=1), np.repeat(before[:100], 9, axis=1)
    assert p_value(ten, np.hstack([alike, later])) == pytest.approx(10 * p)
    assert p_value(ten, np.repeat(before, 10, axis=1)) == 1.0
    assert p_value(before[:0], later) == p_value(before, later[:0]) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("d", "n"), [(1, 300), (20, 60)])
def test_chance_passes_for_a_shift_in_no_more_windows_than_asked(d, n):
    """Twenty features that did not share the level would be a shift in 99 of 100 windows."""
    p = [p_value(drawn(300, d, 2 * i), drawn(100, d, 2 * i + 1)) for i in range(n)]
    assert 0.05 < np.mean(np.array(p) < 0.2) < 0.2 + 4 * np.sqrt(0.16 / n)


@pytest.mark.parametrize("shift", [0.0, 0.15, 0.3, 6.0])
@pytest.mark.parametrize(("n", "m"), [(500, 400), (150, 90), (30, 25), (900, 2)])
def test_p_values_are_scipys_and_those_far_above_the_level_are_known_without_it(n, m, shift):
    for seed in range(4):
        old, new = drawn(n, 1, seed)[:, 0], drawn(m, 1, seed + 9)[:, 0] + shift
        expected = stats.ks_2samp(old, new, method="asymp").pvalue
        assert kolmogorov_smirnov(old, new) == expected
        for level in (0.3, 0.05, 0.01, 0.001):
            assert (kolmogorov_smirnov(old, new, level) < level) == (expected < level)
            assert shifted(old[:, None], new[:, None], level) == (expected < level)


@pytest.mark.parametrize("n", [20, 30, 75, 140, 141, 400, 5_000])
def test_a_rough_p_value_is_right_to_a_ten_thousandth_of_it_where_it_is_small(n):
    """Against scipy's, which changes its method at 140 rows."""
    distances = np.linspace(0.01, 1.0, 100)[:-1]
    for x, exact in zip(distances.tolist(), stats.kstwo.sf(distances, n).tolist()):
        near, small = rough_p_value(n, x)
        assert near == pytest.approx(exact, rel=1e-4, abs=1e-300) if small else exact > 0.02


@pytest.mark.parametrize("k", [2, 5, 20])
def test_p_values_of_counts_are_scipys(k):
    counts = np.random.default_rng(k).integers(10, 40, (2, k))
    expected = stats.chi2_contingency(counts, correction=False).pvalue
    assert pearson(counts) == pytest.approx(expected, rel=1e-12)


def test_scipys_tests_are_not_loaded_where_a_p_value_is_far_from_the_level():
    program = """
import sys
import numpy as np
from driftsim.adaptation.feature_monitor import shifted
rng = np.random.default_rng(0)
old, alike, few = rng.normal(size=(500, 3)), rng.normal(size=(500, 3)), rng.integers(0, 5, (500, 3))
assert [shifted(old, X, 0.01) for X in (alike, alike + 0.5, few + 0.0)] == [False, True, True]
assert not shifted(few, few[::-1], 0.01)
assert "scipy.special" in sys.modules and "scipy.stats" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_few_values_are_counted_and_rare_ones_together():
    counts = np.array([[30, 20, 3, 1], [20, 40, 2, 2]])
    assert pooled(counts).tolist() == [[30, 20, 4], [20, 40, 4]]
    old, new = (np.repeat(np.arange(4.0), row) for row in counts)
    expected = stats.chi2_contingency(pooled(counts), correction=False).pvalue
    assert p_value_of_feature(old, new) == pytest.approx(expected)
    assert p_value_of_feature(np.ones(50), np.ones(9)) == 1.0  # the same value everywhere
    assert pooled(np.array([[9, 5], [1, 5]])).tolist() == [[9, 5], [1, 5]]  # 10 rows are enough


def test_values_are_counted_where_they_are_20_or_fewer_and_come_up_again():
    """Even numbers, then odd ones: counts differ wholly, distributions hardly."""
    for k, counted in ((20, True), (21, False)):
        old, new = (np.repeat(np.arange(first, k, 2.0), 10) for first in (0, 1))
        assert (p_value_of_feature(old, new) < 1e-9) == counted
    few = np.arange(6.0)
    assert (
        p_value_of_feature(few, few + 10) < 0.02
    )  # measured: each value is met once, all are rare


def test_a_window_is_compared_alone_and_with_what_the_model_in_force_was_trained_on():
    """Features jump at row 30, and stay: it fires after that window, once and for all.

    Four windows of which the last had jumped would be alike enough.
    """
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 1)) + 9.0 * (np.arange(60) >= 30)[:, None]
    policy = {"kind": "on_shift", "memory": 8, "window": 5, "level": 0.01}
    _, log, given = run(Policy.model_validate(policy), X=X)
    assert [rows for _, rows in log[1:]] == [list(range(35, 43))]
    assert sum(isinstance(one, Alarm) for one in given) == 1
