"""Quadratic forms: the errors along one stream that follow from them, for any weights."""

import numpy as np
import pytest

from driftsim.evaluation.significance import number_floor, over_repeats
from driftsim.evaluation.significance.forms import about_forms, forms_of

PHASES, WEIGHTS = [0, 20, 50], np.array([1, 0.5, 0, -2.0])


@pytest.mark.any_version
@pytest.mark.parametrize("runs", [1, 3])
def test_errors_of_a_weighted_sum_follow_from_forms(runs):
    """As the page computes them from prices; a test holds that to `results.costs()`."""
    series = np.random.default_rng(0).normal(size=(runs, 4, 80)) + 5 * np.eye(80)[3]
    whole = np.einsum("rkn,k->rn", series, WEIGHTS)
    floor = number_floor(whole.mean(axis=0), PHASES)
    i, j = np.triu_indices(4)
    *waves, _, _, _, steps, spread = forms_of(series, PHASES) @ (WEIGHTS[i] * WEIGHTS[j])
    about = about_forms(PHASES, 80, runs)
    slow = about["wider"] ** 2 * sum(waves) / 80
    found = [error.se**2 for error in over_repeats(whole, PHASES, floor).errors]
    assert len(waves) == len(about["waves"]) == 3
    assert [slow + spread, steps + spread] == pytest.approx([found[0], found[2]])
    assert spread == pytest.approx(np.var(whole.mean(axis=1), ddof=1) / 3 if runs > 1 else 0)


def test_too_few_intervals_have_none():
    assert about_forms([0], 49, 1) is None
