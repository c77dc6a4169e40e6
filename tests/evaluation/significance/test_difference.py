"""Differences: by hand and against scipy, and how often chance passes for a difference."""

import numpy as np
import pytest
from scipy import stats
from together import together

from driftsim.evaluation.significance import (
    Difference,
    StandardError,
    over_repeats,
    over_seeds,
    sign_flip,
)
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled
from driftsim.streams.stream import Stream


def test_over_seeds_is_the_paired_t_interval():
    one, other = np.random.default_rng(0).normal(size=(2, 7))
    theirs = stats.ttest_rel(one, other)
    found = over_seeds(one - other)
    for confidence in (0.5, 0.95, 0.99):
        assert found.interval(confidence) == pytest.approx(theirs.confidence_interval(confidence))
    assert found.interval() == (found.low, found.high)
    assert found.p == pytest.approx(theirs.pvalue) and found.unit == "seeds"
    assert found.distinguishable == (theirs.pvalue < 0.05) and not found.remark


def test_the_widest_error_makes_the_interval_and_p():
    narrow, few, floor = StandardError(1.0, 100), StandardError(0.9, 2), StandardError(1.5, np.inf)
    found = Difference(5.0, (narrow, few, floor), "stream")
    assert found.high - 5 == pytest.approx(0.9 * stats.t.ppf(0.975, 2))
    assert found.interval(0.5)[1] - 5 == pytest.approx(1.5 * stats.norm.ppf(0.75))
    assert found.p == pytest.approx(2 * stats.t.sf(5 / 0.9, 2))
    assert found.distinguishable and found.known


def test_p_and_interval_agree():
    rng = np.random.default_rng(0)
    for mean, se, df in zip(rng.normal(size=200), rng.random(200), rng.integers(1, 20, 200)):
        found = Difference(mean, (StandardError(se, df), StandardError(0.3, np.inf)), "stream")
        assert found.distinguishable == (found.p < 0.05)


def test_equivalence_is_two_one_sided_tests():
    values = np.random.default_rng(1).normal(0.2, 1, 30)
    above = stats.ttest_1samp(values, -0.5, alternative="greater").pvalue
    below = stats.ttest_1samp(values, 0.5, alternative="less").pvalue
    assert over_seeds(values).equivalence_p(0.5) == pytest.approx(max(above, below))
    for margin in (0.3, 0.5, 0.7):  # as the interval at 90 % lies within the margin, or not
        low, high = over_seeds(values).interval(0.9)
        inside = -margin < low and high < margin
        assert (over_seeds(values).equivalence_p(margin) < 0.05) == inside
    exact = Difference(0.2, (StandardError(0.0, 5),), "seeds")
    assert exact.equivalence_p(0.3) == 0 and exact.equivalence_p(0.1) == 1


@together(
    ("values", "remark"),
    [
        ([0.3], "one seed alone"),
        ([0.05, 0.05, 0.05], "the same with each of 3 seeds"),
        ([0.1 + 0.2, 0.3, 0.3], "the same with each of 3 seeds"),
        ([0.0, 0.0], "the same with each of 2 seeds"),
        ([0.1, np.nan], "undefined with some of the seeds"),
    ],
)
def test_where_the_error_is_not_known_nothing_is_distinguishable(values, remark):
    found = over_seeds(values)
    assert not found.known and not found.distinguishable and found.remark == remark
    assert np.isnan([*found.interval(), found.p, found.equivalence_p(1.0)]).all()


def test_equal_seeds_are_as_uncertain_as_their_counts():
    found = over_seeds([0.05, 0.05, 0.05], floor=0.01**2)
    assert found.interval() == pytest.approx((0.05 - 0.0196, 0.05 + 0.0196), abs=1e-5)
    assert found.p == pytest.approx(2 * stats.norm.sf(5))
    assert over_seeds([0.0, 0.0], floor=0.01**2).p == 1


@pytest.mark.parametrize("seeds", [3, 5, 30])
def test_chance_passes_for_a_difference_in_one_of_twenty_cases_over_seeds(seeds):
    rng = np.random.default_rng(seeds)
    found = [over_seeds(rng.normal(size=seeds)).distinguishable for _ in range(1000)]
    assert 0.03 <= np.mean(found) <= 0.07


def test_repeats_add_the_spread_of_learners():
    rng = np.random.default_rng(0)
    series = rng.standard_normal((6, 200)) + 3 * rng.standard_normal((6, 1))
    found, means = over_repeats(series, (0, 100)), series.mean(axis=1)
    spread = stats.sem(means)
    assert found.mean == pytest.approx(means.mean()) and found.unit == "repeats"
    assert all(error.se > spread for error in found.errors)
    slow, quick = found.errors
    assert max(slow.se, quick.se) < 1.02 * spread and 5 < slow.df < 5.2 and 5 < quick.df < 5.2
    assert "3 repeats" in over_repeats(series[:3]).remark and not found.remark


def test_one_repeat_is_these_trained_models_and_equal_ones_add_nothing():
    series = np.random.default_rng(0).standard_normal((1, 200))
    assert over_repeats(series).unit == "stream"
    alone, same = over_repeats(series), over_repeats(np.repeat(series, 5, axis=0))
    assert same.interval() == pytest.approx(alone.interval())
    assert not over_repeats(series[:, :40]).known


@pytest.mark.slow
@pytest.mark.parametrize(("repeats", "least"), [(2, 0.90), (3, 0.93), (5, 0.95), (10, 0.95)])
@pytest.mark.parametrize("spread", [0.0, 0.1, 0.5])
def test_intervals_over_repeats_cover_learners(repeats, least, spread):
    """What docs/measures.md says of few repeats; three binomial standard errors of 2,000."""
    rng, covered = np.random.default_rng(repeats), 0
    for _ in range(2000):
        learners = spread * rng.standard_normal((repeats, 1))
        rows = rng.standard_normal(100) + 0.7 * rng.standard_normal((repeats, 100))
        found = over_repeats(rows + learners, (0, 50))
        covered += found.low <= 0 <= found.high
    assert covered / 2000 >= least - 3 * np.sqrt(least * (1 - least) / 2000)


def differences_of_one_forest():
    """Differences of error between two forests that differ in their seed alone: (1000, 30).

    Drawn from those on 3,000 streams: their mean is so near to 0 that it does not show.
    """
    stream = Stream.model_validate({"length": 60, "concepts": {"a": "sea"}, "noise": 0.1})
    forest = {"kind": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 2, "max_depth": 3}
    learner, apart = Learner.model_validate(forest), np.empty(3_000)
    for seed in range(len(apart)):
        block = stream.rows(seed, 0, 60)
        known, asked = Labelled(*block[:3]).part(slice(30)), block.part(slice(30, None))
        one, other = (
            learner.start(stream.schema, 2 * seed + i).fit(known).predict(asked.X) for i in (0, 1)
        )
        apart[seed] = np.mean(one != asked.y) - np.mean(other != asked.y)
    return np.random.default_rng(0).choice(apart, (1000, 30))


@pytest.mark.slow
def test_a_forest_is_distinguishable_from_itself_in_one_of_twenty_cases():
    apart = differences_of_one_forest()
    for seeds in (3, 5, 30):
        found = [over_seeds(one[:seeds]).distinguishable for one in apart]
        assert 0.03 <= np.mean(found) <= 0.07, seeds


def test_the_sign_flip_test_counts_out_all_signs():
    assert sign_flip([1.0, 2.0, 3.0, 4.0]) == 2 / 16  # only all plus, or all minus, go so far
    assert sign_flip([1.0, -1.0]) == 1 and sign_flip([3.0, -1.0]) == 1  # as far as 2: all four
    values = np.random.default_rng(0).normal(0.5, 1, 9)
    found = stats.permutation_test(
        (values,), np.mean, permutation_type="samples", n_resamples=10_000
    )
    assert sign_flip(values) == pytest.approx(found.pvalue, abs=1e-9)


def test_one_seed_that_makes_the_spread_is_remarked_on():
    assert "one seed makes most of the spread" in over_seeds([0.1, 0.1, 0.1, 0.1, 0.9]).remark
    assert over_seeds([0.1, 0.2, 0.3, 0.4, 0.5]).remark == ""
    assert over_seeds([0.1] * 9 + [0.9]).remark == ""  # ten seeds
