"""Significance: against scipy, and how often chance passes for a difference."""

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from driftsim.evaluation.significance import block_length, over_blocks, over_seeds, ranked
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled
from driftsim.streams.stream import Stream


def test_over_seeds_is_the_paired_t_interval():
    one, other = np.random.default_rng(0).normal(size=(2, 7))
    theirs = stats.ttest_rel(one, other)
    told = over_seeds(one - other)
    low, high = theirs.confidence_interval(0.95)
    assert told.low == pytest.approx(low) and told.high == pytest.approx(high)
    assert told.unit == "seeds" and told.told_apart == (theirs.pvalue < 0.05)


@pytest.mark.parametrize("seeds", [3, 5, 30])
def test_chance_passes_for_a_difference_in_one_of_twenty_cases_over_seeds(seeds):
    rng = np.random.default_rng(seeds)
    told = [over_seeds(rng.normal(size=seeds)).told_apart for _ in range(1000)]
    assert 0.03 <= np.mean(told) <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("alike", [0.0, 0.3, 0.6, 0.8])
@pytest.mark.parametrize("n", [300, 2000])
def test_chance_passes_for_a_difference_in_about_one_of_twenty_cases_along_a_stream(alike, n):
    rng = np.random.default_rng(0)
    told = []
    for _ in range(1000):
        noise = rng.standard_normal(n + 100)
        told.append(over_blocks(lfilter([1], [1, -alike], noise)[100:], rng).told_apart)
    assert 0.03 <= np.mean(told) <= 0.10


def test_a_difference_along_a_stream_is_found_and_told_to_be_of_this_stream():
    rng = np.random.default_rng(0)
    told = over_blocks(0.3 + rng.standard_normal(1000), rng)
    assert told.told_apart and told.low < 0.3 < told.high and told.unit == "this stream only"
    assert over_blocks(np.zeros(50), rng).told_apart is False


def test_blocks_are_as_long_as_neighbours_are_alike():
    rng = np.random.default_rng(0)
    apart, alike = rng.standard_normal(2000), np.cumsum(rng.standard_normal(2000))
    assert block_length(apart) <= 4 and block_length(alike) > 50
    assert block_length(np.ones(10)) == block_length(np.ones(2)) == 1


def test_ranks_by_hand_and_against_scipy():
    """Ten streams, three contenders; Demšar's figures for the critical difference."""
    rng = np.random.default_rng(0)
    errors = rng.random((10, 3)) + np.array([0.0, 0.3, 0.6])
    told = ranked(errors)
    chi2 = stats.friedmanchisquare(*errors.T).statistic
    f = 9 * chi2 / (10 * 2 - chi2)
    assert told.p == pytest.approx(stats.f.sf(f, 2, 18))
    assert told.mean == pytest.approx(stats.rankdata(errors, axis=1).mean(axis=0))
    assert told.critical == pytest.approx(2.343 * np.sqrt(3 * 4 / 60), abs=1e-3)
    same = ranked(np.ones((5, 4)))
    assert (same.mean == 2.5).all() and same.p == pytest.approx(1)
    assert np.isnan(ranked(errors[:1]).p)


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (5, 2.728), (10, 3.164)])
def test_the_critical_values_are_those_of_the_books(k, q):
    assert ranked(np.random.default_rng(0).random((6, k))).critical == pytest.approx(
        q * np.sqrt(k * (k + 1) / 36), abs=2e-3
    )


def twins():
    """Differences of error between two forests that differ in their seed alone: (1000, 30)."""
    stream = Stream.model_validate({"length": 60, "concepts": {"a": "sea"}, "noise": 0.1})
    forest = {"kind": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 2, "max_depth": 3}
    learner, apart = Learner.model_validate(forest), np.empty(30_000)
    for seed in range(len(apart)):
        block = stream.rows(seed % 5000, 0, 60)
        known, asked = Labelled(*block[:3]).part(slice(30)), block.part(slice(30, None))
        one, other = (
            learner.start(stream.schema, 2 * seed + i).fit(known).predict(asked.X) for i in (0, 1)
        )
        apart[seed] = np.mean(one != asked.y) - np.mean(other != asked.y)
    return np.random.default_rng(0).permutation(apart).reshape(1000, 30)


@pytest.mark.slow
def test_a_forest_is_told_apart_from_itself_in_one_of_twenty_cases():
    apart = twins()
    for seeds in (3, 5, 30):
        told = [over_seeds(one[:seeds]).told_apart for one in apart]
        assert 0.03 <= np.mean(told) <= 0.07, seeds
