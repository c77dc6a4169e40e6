"""Feature monitor: against scipy's tests, and how often it is wrong."""

import numpy as np
import pytest
from scipy import stats
from test_policies import run

from driftsim.adaptation.feature_monitor import p_value, p_value_of_feature, pooled
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


@pytest.mark.parametrize(("d", "n"), [(1, 300), (20, 60)])
def test_chance_passes_for_a_shift_in_no_more_windows_than_asked(d, n):
    """Twenty features that did not share the level would be a shift in 99 of 100 windows."""
    p = [p_value(drawn(300, d, 2 * i), drawn(100, d, 2 * i + 1)) for i in range(n)]
    assert 0.05 < np.mean(np.array(p) < 0.2) < 0.2 + 4 * np.sqrt(0.16 / n)


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
