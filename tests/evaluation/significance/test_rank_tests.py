"""Ranks: by hand and against scipy, and how often chance passes for a difference."""

from itertools import permutations, product

import numpy as np
import pytest
from scipy import stats
from together import together

from driftsim.evaluation.significance import bayesian_signed_rank, ranked, wilcoxon_holm
from driftsim.evaluation.significance.midranks import midranks
from driftsim.evaluation.significance.pairs import wilcoxon
from driftsim.evaluation.significance.ranks import approximate_p, exact_p, permutation_p, rank_test


def test_ranks_by_hand_and_against_scipy():
    """Ten streams, eight contenders; Demšar's figures for the critical difference."""
    rng = np.random.default_rng(0)
    errors = rng.random((10, 8)) + np.linspace(0, 0.4, 8)
    found = ranked(errors)
    chi2 = stats.friedmanchisquare(*errors.T).statistic
    f = 9 * chi2 / (10 * 7 - chi2)
    assert found.p == pytest.approx(stats.f.sf(f, 7, 63)) and "Iman" in found.test
    assert found[4:] == pytest.approx((chi2, f, 7, 63))
    assert found.mean == pytest.approx(stats.rankdata(errors, axis=1).mean(axis=0))
    assert found.critical == pytest.approx(3.031 * np.sqrt(8 * 9 / 60), abs=1e-3)
    same = ranked(np.ones((5, 4)))
    assert (same.mean == 2.5).all() and same.p == pytest.approx(1)
    assert same[4:] == (0, 0, 3, 12)
    assert ranked(np.array([[1, 2, 3]] * 4))[4:] == (8, np.inf, 2, 6)
    assert np.isnan(ranked(errors[:1]).p) and np.isnan(ranked(errors[:, :2])[4:]).all()


def test_midranks_are_those_of_scipy():
    rng = np.random.default_rng(0)
    for values in (rng.random(50), rng.integers(0, 5, 50), np.ones(3), np.array([0.1, -0.0, 0.0])):
        np.testing.assert_array_equal(midranks(values), stats.rankdata(values))


def test_shared_ranks_are_corrected_for_as_scipy_does():
    errors = np.random.default_rng(0).integers(0, 4, (30, 8))
    chi2 = stats.friedmanchisquare(*errors.T).statistic
    f = 29 * chi2 / (30 * 7 - chi2)
    assert ranked(errors).p == pytest.approx(stats.f.sf(f, 7, 29 * 7))
    assert ranked(errors).friedman == pytest.approx(chi2)


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (5, 2.728), (10, 3.164)])
def test_the_critical_values_are_those_of_the_books(k, q):
    assert ranked(np.random.default_rng(0).random((6, k))).critical == pytest.approx(
        q * np.sqrt(k * (k + 1) / 36), abs=2e-3
    )


def test_of_few_streams_p_is_exact():
    assert ranked(np.array([[1, 2]] * 4)).p == pytest.approx(0.125)
    assert ranked(np.array([[1, 2, 3]] * 2)).p == pytest.approx(1 / 6)
    assert ranked(np.array([[1, 2, 3]] * 3)).p == pytest.approx(1 / 36)
    assert ranked(np.array([[1, 2]] * 3 + [[2, 1], [1, 1]])).test == "sign test"


def test_the_sign_test_is_the_binomial_one():
    errors = np.random.default_rng(0).random((25, 2)) + np.array([0, 0.3])
    wins = int(np.sum(errors[:, 0] < errors[:, 1]))
    assert ranked(errors).p == pytest.approx(stats.binomtest(wins, 25).pvalue)


@pytest.mark.parametrize("row", [[2, 4, 6], [3, 3, 6]])
def test_counting_out_is_listing_all_orders(row):
    doubled = np.array([[2, 4, 6], [4, 2, 6], row, [2, 6, 4]])
    spread = np.var(doubled.sum(axis=0))
    reached = [
        np.var(np.sum(orders, axis=0)) >= spread - 1e-9
        for orders in product(*(permutations(one) for one in doubled.tolist()))
    ]
    assert exact_p(doubled) == pytest.approx(np.mean(reached))
    assert permutation_p(doubled) == pytest.approx(np.mean(reached), abs=0.02)


def test_where_orders_are_too_many_p_is_approximated_or_drawn():
    errors = np.random.default_rng(0).random((3, 12))
    assert ranked(errors).test == "Friedman, permutations"
    assert ranked(errors).p == ranked(errors).p
    ranks = stats.rankdata(np.random.default_rng(1).random((30, 4)), axis=1)
    exact = exact_p(np.rint(2 * ranks).astype(int))
    assert exact is None or exact == pytest.approx(approximate_p(ranks), abs=0.02)


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_ranks_of_equals_differ_in_at_most_one_of_twenty_cases(k, n):
    """Three binomial standard errors of 400 cases."""
    rng = np.random.default_rng((k, n))
    ranks = rng.random((400, n, k)).argsort(axis=2) + 1.0
    ps = np.array([rank_test(one)[0] for one in ranks])
    assert np.mean(ps <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


@together("n", [4, 9, 30, 150])
def test_wilcoxon_is_that_of_scipy(n):
    differences = np.random.default_rng(n).normal(0.3, 1, n)
    method = "exact" if n < 100 else "approx"
    theirs = stats.wilcoxon(differences, correction=False, method=method)
    assert wilcoxon(differences) == pytest.approx(theirs.pvalue)


def test_wilcoxon_with_ties_and_zeros_is_listing_all_signs():
    differences = np.array([1, 1, -2, 2, 3, 0, 1, 5])
    ranks = stats.rankdata(np.abs(differences[differences != 0]))
    sums = np.array([np.sum(signs * ranks) for signs in product([0, 1], repeat=7)])
    lesser = ranks[2]  # of the one that is negative
    assert wilcoxon(differences) == pytest.approx(2 * np.mean(sums <= lesser))
    assert wilcoxon(np.zeros(5)) == 1 and wilcoxon(np.ones(4)) == 0.125


def test_pairs_are_corrected_by_holm():
    errors = np.random.default_rng(0).random((12, 3)) + np.array([0, 0.1, 1.0])
    found = wilcoxon_holm(errors)
    assert np.isnan(np.diag(found)).all() and found[0, 2] == found[2, 0]
    raw = [wilcoxon(errors[:, i] - errors[:, j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert found[0, 1] == pytest.approx(max(raw)) and found[0, 2] == pytest.approx(3 * min(raw))


def test_the_bayesian_signed_rank_says_left_right_or_practically_equal():
    rng = np.random.default_rng(0)
    noise = 0.001 * rng.standard_normal(15)
    zero = np.zeros(15)
    assert bayesian_signed_rank(zero, noise + 0.1, 0.02, rng).left > 0.99
    assert bayesian_signed_rank(noise + 0.1, zero, 0.02, rng).right > 0.99
    assert bayesian_signed_rank(noise, zero, 0.02, rng).rope > 0.99
    mixed = bayesian_signed_rank(rng.standard_normal(15), zero, 0.02, rng)
    assert sum(mixed) == pytest.approx(1) and max(mixed) < 0.99


def test_the_bayesian_signed_rank_of_one_difference_is_by_hand():
    """Of weights (w, 1 - w) ~ beta(1, ½) right is 1 - (1 - w)² but for zero: w² + 2 w (1 - w)."""
    found = bayesian_signed_rank([1.0], [0.0], 0.4, np.random.default_rng(0))
    most = stats.beta(1, 0.5).sf(1 - np.sqrt(0.5))
    assert found.right == pytest.approx(most, abs=0.015) and found.left == 0
