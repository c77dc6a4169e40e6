"""Retraining on a window against its exact staleness; the best window, and the best period."""

import numpy as np
import pytest
import theory
from closed_forms.simulation import MOST_Z, excess, greatest_z, linear, stream_of

SLOPE = {"slope": 0.01}
WALK = {"walk": 0.1}


def periodic(learner, every, memory):
    policy = {"kind": "periodic", "every": every, "memory": memory}
    return {"learner": learner, "policy": policy}


def by_age(simulated, every):
    """The mean excess of each run for each number of rows since the last refit, from 1 on."""
    runs, rows = simulated.shape
    return simulated.reshape(runs, rows // every, every).mean(axis=1)


def means(every, memory, moving, seeds, periods):
    """The excess of windowed means of a level that moves, by age."""
    stream = stream_of(300 + every * (periods + 1), {"level": {"kind": "level", **moving}})
    simulated = excess(stream, periodic("mean", every, memory), seeds, 300)
    return by_age(simulated[:, every:], every)  # the first model is of the whole warm-up


@pytest.mark.parametrize(
    ("moving", "window", "every", "seeds"),
    [
        (SLOPE, 50, 1, 30), (WALK, 17, 1, 30),
        *(
            pytest.param(*one, 200, marks=pytest.mark.slow)
            for one in (
                (SLOPE, 10, 1), (SLOPE, 50, 1), (SLOPE, 50, 50), (SLOPE, 200, 50), (SLOPE, 20, 200),
                (WALK, 5, 1), (WALK, 17, 1), (WALK, 60, 1), (WALK, 17, 100),
            )
        ),
    ],
)  # fmt: skip
def test_a_windowed_mean_grows_stale(moving, window, every, seeds):
    simulated = means(every, window, moving, seeds, periods=max(2, 60 // every))
    expected = [theory.windowed_mean(window, age, **moving) for age in range(1, every + 1)]
    assert greatest_z(simulated, expected) < MOST_Z


@pytest.mark.parametrize(
    ("moving", "windows"), [(SLOPE, (7, 14, 27, 54, 108)), (WALK, (4, 8, 17, 34, 70))]
)
@pytest.mark.slow
def test_the_best_window_is_the_one_of_theory(moving, windows):
    simulated = [means(1, window, moving, 80, 100).mean() for window in windows]
    expected = [theory.windowed_mean(window, 1, **moving) for window in windows]
    best = theory.best_window(**moving)
    assert windows[np.argmin(simulated)] == windows[np.argmin(expected)] == round(best)


@pytest.mark.parametrize(
    ("moving", "periods"), [(SLOPE, (6, 12, 24, 48, 96)), (WALK, (3, 7, 14, 28, 56))]
)
@pytest.mark.slow
def test_the_best_period_is_the_one_of_theory(moving, periods):
    """A refit costs as much as a squared error of 1."""
    costs = [means(every, 20, moving, 100, 672 // every).mean() + 1 / every for every in periods]
    assert np.isclose(periods[np.argmin(costs)], theory.best_period(1.0, **moving), atol=1)


@pytest.mark.parametrize(
    ("window", "every", "speed", "seeds"),
    [
        (50, 1, 0.0, 30),
        *(
            pytest.param(*one, 200, marks=pytest.mark.slow)
            for one in ((50, 1, 0.0), (50, 10, 0.01), (100, 25, 0.01), (200, 50, 0.005))
        ),
    ],
)
def test_least_squares_grows_stale(window, every, speed, seeds):
    length = 300 + every * max(3, 60 // every)
    ends = linear(np.zeros(5)), linear([speed * length, 0, 0, 0, 0])
    path = {"kind": "incremental", "at": [length // 2], "width": length}
    stream = stream_of(length, dict(zip("ab", ends)), path)
    learner = {"kind": "sklearn.linear_model.LinearRegression", "fit_intercept": False}
    simulated = excess(stream, periodic(learner, every, window), seeds, 300)
    ages = range(1, every + 1)
    expected = [theory.stale_least_squares(5, window, age, speed) for age in ages]
    assert greatest_z(by_age(simulated[:, every:], every), expected) < MOST_Z


def test_the_formulas_give_the_figures_they_are_known_for():
    def mse(window, every, **moving):
        return 1 + np.mean(
            [theory.windowed_mean(window, age, **moving) for age in range(1, every + 1)]
        )

    excesses = [mse(*one, **SLOPE) for one in ((10, 1), (50, 1), (50, 50), (200, 50), (20, 200))]
    assert np.allclose(excesses, [1.10303, 1.08502, 1.29083, 2.58833, 2.59333], atol=2e-5)
    excesses = [mse(*one, **WALK) for one in ((5, 1), (17, 1), (60, 1), (17, 100))]
    assert np.allclose(excesses, [1.22200, 1.12059, 1.22169, 1.61559], atol=1e-5)
    assert np.isclose(theory.best_window(**SLOPE), 27.14, atol=0.01)
    assert np.isclose(theory.best_window(**WALK), 17.32, atol=0.01)
    assert np.isclose(theory.best_period(1, **SLOPE), 24.66, atol=0.01)
    assert np.isclose(theory.best_period(1, **WALK), 14.14, atol=0.01)
    excesses = [theory.stale_least_squares(5, 50, 1, v) for v in (0.0, 0.01)]
    assert np.allclose(excesses, [0.11364, 0.18116], atol=1e-5)
    assert np.isclose(theory.stale_least_squares(10, 200, 20, 0.005), 0.41450, atol=1e-5)
