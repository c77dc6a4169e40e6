"""Series: means, variances and dependence that are known, and what changes in them when."""

import numpy as np
import pytest

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.concepts.series import autoregression
from driftsim.streams.stream import Stream

N = 40_000


def labels(before, after=None, length=N, seed=0):
    concepts = [{"kind": "series", **one} for one in (before, after) if one is not None]
    drift = {"kind": "sudden", "at": [length // 2]} if after is not None else "none"
    stream = {"length": length, "concepts": dict(zip("ab", concepts)), "drift": drift}
    return Stream.model_validate(stream).rows(seed, 0, length).y


def neighbours(y):
    return np.corrcoef(y[1:], y[:-1])[0, 1]


@pytest.mark.parametrize("correlation", [0.0, 0.6, -0.6, 0.9])
def test_neighbours_of_deviations_are_correlated_and_the_variance_is_the_sum(correlation):
    y = labels({"deviation": 2.0, "autocorrelation": correlation, "noise": 1.0})
    longer = (1 + correlation) / (1 - correlation) if correlation > 0 else 1
    assert abs(y.mean()) < 4 * np.sqrt(5 * longer / N)
    assert abs(y.var() - 5) < 5 * 5 * np.sqrt(2 * longer / N)
    assert abs(neighbours(y) - correlation * 4 / 5) < 0.03


def test_any_stretch_alone_is_that_of_the_whole_and_ramps_are_too():
    t = np.arange(8_000, 16_500)
    for correlation in (0.9, np.linspace(0, 0.9, len(t))):
        whole = autoregression(3, t, correlation)
        some = np.array([1, 180, 200, 8_400])
        own = correlation[some] if np.ndim(correlation) else correlation
        assert np.array_equal(autoregression(3, t[some], own), whole[some])
    steady = autoregression(3, t, np.full(len(t), 0.9))
    assert np.allclose(steady, autoregression(3, t, 0.9), atol=1e-6)


def test_the_season_and_the_trend_are_as_they_are_written():
    quiet = {"noise": 0.0, "period": 40.0, "amplitude": 3.0, "level": 1.0}
    y = labels(quiet, length=400)
    assert np.allclose(y, 1 + 3 * np.sin(2 * np.pi * np.arange(400) / 40))
    bent = {"noise": 0.0, "slope": 0.5, "start": 200.0, "level": 10.0}
    y = labels({"noise": 0.0, "slope": 0.05}, bent, length=400)
    assert np.allclose(y[:200], 0.05 * np.arange(200))
    assert np.allclose(y[200:], 10 + 0.5 * np.arange(200))  # without a jump


def test_outliers_are_as_many_and_as_far_off_on_both_sides():
    y = labels({"noise": 0.0, "outliers": 0.1, "outlier_size": 7.0})
    assert {*np.unique(y)} == {-7.0, 0.0, 7.0}
    for side in (-7.0, 7.0):
        assert abs(np.mean(y == side) - 0.05) < 4 * np.sqrt(0.05 / N)


def test_the_oracle_knows_the_deviations_and_not_the_noise_nor_the_outliers():
    about = {"deviation": 3.0, "autocorrelation": 0.8, "noise": 0.5, "outliers": 0.04}
    concept = {"kind": "series", **about, "outlier_size": 5.0}
    stream = Stream.model_validate({"length": N, "concepts": {"a": concept}})
    contender = Contender.model_validate({"learner": "oracle", "policy": "static"})
    columns = evaluate(stream, contender, Rules(warmup=100)).columns
    squared = columns["squared_error"].sum() / columns["rows"].sum()
    assert squared == pytest.approx(0.25 + 0.04 * 25, rel=0.1)


def test_a_trend_and_a_season_are_no_changes():
    always = {"kind": "series", "slope": 0.01, "amplitude": 2.0, "deviation": 1.0}
    stream = Stream.model_validate({"length": 100, "concepts": {"a": always}})
    assert stream.dated and not stream.changes(0)
