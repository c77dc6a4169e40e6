"""Excess: when losses beyond the first ones add up to a price, and when a rise stands out."""

from statistics import NormalDist

import numpy as np
import pytest

from driftsim.adaptation.excess import (
    AccruedExcess,
    FirstLosses,
    Rise,
    beyond,
    chance_of_rise,
    of_line,
)


def alarms(detector, losses, size=10**9):
    """After how many losses it fires, each time with a new model."""
    detect, fired, start = detector.start(None), [], 0
    while start < len(losses):
        piece = losses[start : start + size]
        found = detect(piece)
        start += len(piece) if found is None else found[0] + 1
        if found is not None:
            fired.append(start)
            detect = detector.start(None)
    return fired


def rare(n, rate, seed=0):
    return (np.random.default_rng(seed).random(n) < rate).astype(float)


def steady(n, tenths):
    """Losses of 0 and 1, so many tenths of them 1, in a fixed order."""
    return (np.arange(n) * 7 % 10 < tenths) * 1.0


@pytest.mark.parametrize(("a", "price"), [(0.002, 10), (0.002, 90), (1e-4, 30), (0.5, 4)])
@pytest.mark.parametrize("level", [0.5, 0.025])
def test_a_loss_that_grows_by_a_adds_up_to_a_price_after_sqrt_2_price_over_a(a, price, level):
    """Whatever the loss of the new model: it is compared with its value at age 0."""
    period = np.sqrt(2 * price / a)
    for first_loss in (0.0, 7.0):
        losses = first_loss + a * (np.arange(4 * int(period)) + 0.5)
        (first, *_) = alarms(AccruedExcess(price, 2, level), losses)
        assert period - 1e-6 <= first <= period + 1


def test_squares_are_summed_where_the_loss_is_a_square():
    losses = 1 + 0.01 * (np.arange(300) + 0.5)
    plain = alarms(AccruedExcess(50.3, 2, 0.5), losses)
    assert plain and plain == alarms(AccruedExcess(50.3, 2, 0.5, True), np.sqrt(losses))


def test_the_sum_is_that_of_least_squares_with_its_standard_error():
    losses = np.random.default_rng(1).exponential(size=40)
    ages = np.arange(40) + 0.5
    slope, start = np.polyfit(ages, losses, 1)
    sums = losses.sum(), (losses**2).sum(), (ages * losses).sum()
    found = of_line(np.array([40.0]), *(np.array([one]) for one in sums))
    spread = (losses - start - slope * ages).std()
    assert np.allclose(np.ravel(found), [start, (losses - start).sum(), spread**2], rtol=1e-3)
    (_, error) = beyond(FirstLosses(), np.array([40.0]), sums[0], *found)
    assert error[0] == pytest.approx(spread / (40**0.5 * ages.std()) * 40**2 / 2, rel=1e-3)


def test_a_training_that_has_not_helped_is_noticed_and_in_time_forgiven():
    """The first model loses .1, then .6 like all after it: the second is told from the first."""
    rule = AccruedExcess(30, 50, 0.025)
    ages, found = [], rule.start(None)(np.append(steady(2_000, 1), steady(400, 6)))
    assert 2_000 < found[0] < 2_100 and rule.past.mean == pytest.approx(0.1, abs=0.05)
    for _ in range(5):
        ages.append(rule.start(None)(steady(40_000, 6))[0])
    assert 50 < ages[0] < 110 and ages[-1] > 2 * ages[0]
    assert 0.45 < rule.past.mean < 0.6


def test_the_last_first_loss_counts_for_a_quarter():
    past = FirstLosses()
    for one in (4.0, 8.0):
        past.add(one, 16.0)
    assert (past.mean, past.variance) == (5.0, 10.0)


@pytest.mark.parametrize("size", [1, 7, 512])
def test_how_losses_are_cut_never_shows(size):
    losses = np.append(rare(800, 0.1), rare(800, 0.5))
    kinds = (
        lambda: AccruedExcess(20, 30, 0.025),
        lambda: AccruedExcess(3, 2, 0.5),
        lambda: Rise(60, lambda: 0.1),
    )
    for kind in kinds:
        whole = alarms(kind(), losses)
        assert whole and whole == alarms(kind(), losses, size)


@pytest.mark.parametrize("long", [1_000, 10_000])
def test_a_model_that_gets_better_saves_up_no_more_than_a_price(long):
    """The loss falls for however long, then returns: it takes at most the price from there."""
    fall = np.repeat([1.0, 0.0], [500, long])
    (first, *_) = alarms(AccruedExcess(40, 50, 0.5), np.append(fall, np.ones(200)))
    assert 40 / 3 < first - len(fall) <= 80


def test_noise_alone_rarely_adds_up_to_a_price_that_stands_out():
    losses = rare(60_000, 0.05)
    any_sum, standing_out = (
        alarms(AccruedExcess(10, 50, level), losses, 512) for level in (0.5, 0.025)
    )
    assert len(any_sum) > 10 * len(standing_out)


def test_the_chance_of_a_rise_is_that_of_a_difference_of_means():
    before, window = rare(900, 0.2), rare(100, 0.3, seed=1)
    found = chance_of_rise(*(np.array([len(x), x.sum(), (x**2).sum()]) for x in (before, window)))
    error = np.append(before, window).std() * np.sqrt(1 / 900 + 1 / 100)
    z = (window.mean() - before.mean()) / error
    assert found == pytest.approx(1 - NormalDist().cdf(z)) and found < 0.5
    assert chance_of_rise(np.array([9.0, 9, 9]), np.array([3.0, 3, 3])) == 1


def test_a_window_that_stands_out_fires_at_its_end():
    losses = np.append(rare(1_000, 0.1), rare(300, 0.6))
    assert alarms(Rise(100, lambda: 1e-4), losses) == [1_100]
    assert alarms(Rise(100, lambda: 0.0), losses) == []


def test_noise_stands_out_as_often_as_the_level_says():
    losses = rare(100_000, 0.3, seed=5)
    fired = len(alarms(Rise(100, lambda: 0.05), losses, 10_000))
    assert 20 < fired < 90  # of 1,000 windows
