"""Significance: against scipy, and how often chance passes for a difference."""

import numpy as np
import pytest
from scipy import stats

from driftsim.evaluation.significance import along_stream, over_seeds, ranked
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled
from driftsim.streams.stream import Stream


def test_over_seeds_is_the_paired_t_interval():
    one, other = np.random.default_rng(0).normal(size=(2, 7))
    theirs = stats.ttest_rel(one, other)
    told = over_seeds(one - other)
    low, high = theirs.confidence_interval(0.95)
    assert told.low == pytest.approx(low) and told.high == pytest.approx(high)
    assert told.unit == "seeds" and told.distinguishable == (theirs.pvalue < 0.05)


@pytest.mark.parametrize("seeds", [3, 5, 30])
def test_chance_passes_for_a_difference_in_one_of_twenty_cases_over_seeds(seeds):
    rng = np.random.default_rng(seeds)
    told = [over_seeds(rng.normal(size=seeds)).distinguishable for _ in range(1000)]
    assert 0.03 <= np.mean(told) <= 0.07


def test_ranks_by_hand_and_against_scipy():
    """Ten streams, eight contenders; Demšar's figures for the critical difference."""
    rng = np.random.default_rng(0)
    errors = rng.random((10, 8)) + np.linspace(0, 0.4, 8)
    found = ranked(errors)
    chi2 = stats.friedmanchisquare(*errors.T).statistic
    f = 9 * chi2 / (10 * 7 - chi2)
    assert found.p == pytest.approx(stats.f.sf(f, 7, 63)) and "Iman" in found.test
    assert found.mean == pytest.approx(stats.rankdata(errors, axis=1).mean(axis=0))
    assert found.critical == pytest.approx(3.031 * np.sqrt(8 * 9 / 60), abs=1e-3)
    same = ranked(np.ones((5, 4)))
    assert (same.mean == 2.5).all() and same.p == pytest.approx(1)
    assert np.isnan(ranked(errors[:1]).p)


def test_of_few_streams_p_is_exact():
    assert ranked(np.array([[1, 2]] * 4)).p == pytest.approx(0.125)
    assert ranked(np.array([[1, 2, 3]] * 2)).p == pytest.approx(1 / 6)
    assert ranked(np.array([[1, 2, 3]] * 3)).p == pytest.approx(1 / 36)


def test_a_difference_along_a_stream_is_found():
    rng = np.random.default_rng(0)
    found = along_stream(0.3 + rng.standard_normal(1000))
    assert found.distinguishable and found.low < 0.3 < found.high and found.unit == "stream"
    assert not along_stream(np.zeros(50)).known and not along_stream(rng.random(49)).known


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
def test_a_forest_is_distinguishable_from_itself_in_one_of_twenty_cases():
    apart = twins()
    for seeds in (3, 5, 30):
        told = [over_seeds(one[:seeds]).distinguishable for one in apart]
        assert 0.03 <= np.mean(told) <= 0.07, seeds
