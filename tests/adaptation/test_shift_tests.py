"""Shift tests: known answers, false alarms at their level, and what each can see."""

import numpy as np
import pytest
from pydantic import ValidationError
from test_policies import run

from driftsim.adaptation.feature_monitor import shifted
from driftsim.adaptation.policies import Policy
from driftsim.adaptation.shift_tests import (
    ShiftTest,
    area,
    logistic,
    mmd_p_value,
    scaled,
    stability_index,
)
from driftsim.rows import Alarm

SPECS = ["psi", {"kind": "mmd", "permutations": 59}, "classifier", "d3"]
LEVEL = 0.05


def differs(spec, before, X, seed=0, level=LEVEL):
    test = ShiftTest.model_validate(spec)
    return test.differs(before, X, level, np.random.default_rng(seed))


def normal(n, seed, correlation=0.0, by=0.0):
    z = np.random.default_rng(seed).normal(size=(n, 2))
    z[:, 1] = correlation * z[:, 0] + np.sqrt(1 - correlation**2) * z[:, 1]
    return z + by


def test_the_stability_index_of_two_shares():
    old, new = np.repeat([0.0, 1.0], [50, 50]), np.repeat([0.0, 1.0], [25, 75])
    assert stability_index(old, new, 10) == pytest.approx(0.25 * np.log(3))
    gone = np.where(new > 0, np.nan, new)  # of the old none was missing
    expected = (0.25 - 0.5) * np.log(0.5) + (1e-4 - 0.5) * np.log(2e-4)
    assert stability_index(old, gone, 10) == pytest.approx(
        expected + (0.75 - 1e-4) * np.log(0.75 / 1e-4)
    )


def test_the_stability_index_has_deciles_where_values_are_many():
    old, new = np.arange(1_000.0), np.arange(1_000.0) + 100
    q = np.append(np.full(9, 0.1), 0.2)
    q[0] = 1e-4
    assert stability_index(old, new, 10) == pytest.approx(((q - 0.1) * np.log(q / 0.1)).sum())


def test_a_discrepancy_is_as_its_definition_has_it():
    rng = np.random.default_rng(0)
    old, new = rng.normal(size=(6, 2)), rng.normal(size=(6, 2)) + 3
    assert mmd_p_value(old, new, 400, rng) == pytest.approx(2 / 924, abs=0.01)  # of 12 over 6
    assert mmd_p_value(old, old, 400, rng) > 0.5


def test_the_area_under_the_curve_counts_ties_half():
    scores = np.array([0.9, 0.8, 0.8, 0.7, 0.4, 0.4, 0.2])
    assert area(scores, np.array([1, 1, 0, 1, 0, 1, 0], bool)) == 0.75
    assert area(scores, np.ones(7, bool)) == 0.5


def test_a_logistic_regression_is_where_its_loss_is_flat():
    rng = np.random.default_rng(0)
    columns = np.hstack([np.ones((200, 1)), rng.normal(size=(200, 3))])
    y = rng.random(200) < 1 / (1 + np.exp(-columns @ [0.5, 1.0, -2.0, 0.0]))
    weights = logistic(columns, y)
    p = 1 / (1 + np.exp(-columns @ weights))
    assert np.abs(columns.T @ (p - y) + 0.2 * weights).max() < 1e-6
    apart = logistic(np.array([[1.0, -1.0], [1.0, 1.0]]), np.array([False, True]))
    assert np.isfinite(apart).all()


@pytest.mark.parametrize("spec", SPECS)
def test_it_is_quiet_without_a_shift_and_fires_after_one(spec):
    alarms = sum(differs(spec, normal(200, i), normal(200, 99 + i), i) for i in range(30))
    assert alarms <= 4
    assert differs(spec, normal(400, 0), normal(300, 1, by=1.0))


def test_all_features_at_once_show_what_none_of_them_does_alone():
    """Two features that were independent are correlated, and each is distributed as before."""
    before, X = normal(500, 0), normal(500, 1, correlation=0.8)
    assert not shifted(before, X, LEVEL) and not differs("psi", before, X)
    assert differs("mmd", before, X)


@pytest.mark.parametrize("spec", SPECS)
def test_missing_values_that_come_up_are_a_shift(spec):
    before, X = normal(400, 0), normal(400, 1)
    X[::2, 0] = np.nan
    assert differs(spec, before, X)
    assert not differs(spec, X[:200], X[200:])


@pytest.mark.parametrize("spec", SPECS)
def test_few_rows_are_no_shift(spec):
    assert not differs(spec, np.empty((0, 2)), normal(9, 0))
    assert not differs(spec, normal(1, 0), normal(1, 1))


def test_as_many_rows_of_both_are_compared():
    old, new = scaled(normal(900, 0), normal(40, 1), np.random.default_rng(0))
    assert old.shape == new.shape == (40, 2)
    assert np.vstack([old, new]).std(axis=0) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", ["psi", "d3"])
def test_a_test_with_a_threshold_has_no_level(kind):
    policy = {"kind": "on_shift", "memory": 50, "test": kind}
    assert "test" in Policy.model_validate(policy).model_dump()
    with pytest.raises(ValidationError, match=f"'{kind}' has no level; give the threshold"):
        Policy.model_validate(policy | {"level": 0.1})


def test_a_level_that_no_permutation_reaches_is_refused():
    policy = {"kind": "on_shift", "memory": 50, "test": {"kind": "mmd", "permutations": 99}}
    with pytest.raises(ValidationError, match=r"never fires at 0\.01; give more permutations"):
        Policy.model_validate(policy)


def test_a_policy_without_a_test_is_written_as_before_there_were_any():
    assert "test" not in Policy.model_validate({"kind": "on_shift", "memory": 50}).model_dump()


def test_a_value_that_was_there_alone_has_a_bin_of_its_own():
    old, everywhere = np.zeros(300), np.linspace(0.0, 1.0, 300)
    assert stability_index(old, everywhere, 10) > 1
    assert stability_index(old, np.ones(300), 10) > 1
    assert stability_index(old, old, 10) == 0
    assert stability_index(old * np.nan, everywhere, 10) > 1


def test_a_policy_fires_after_the_window_in_which_its_test_differs():
    X = 9.0 * (np.arange(60) >= 30)[:, None]
    policy = {"kind": "on_shift", "memory": 5, "window": 10, "test": "psi"}
    _, log, given = run(Policy.model_validate(policy), X=X)
    assert [rows for _, rows in log[1:]] == [list(range(40, 45))]
    assert sum(isinstance(one, Alarm) for one in given) == 1
