"""Alarms against changes, by hand; and detectors that hear nothing."""

import numpy as np
import pytest

from driftsim.evaluation.alarms import at_random, detected, periodic


def test_by_hand():
    """Changes at 1,000 and 2,000 and 3,000; the last one is missed."""
    told = detected([500, 1200, 1250, 2100], [1000, 2000, 3000], 0, 4000)
    assert (told.alarms, told.changes, told.early, told.extra) == (4, 3, 1, 1)
    assert told.delays == [200, 100] and told.waited == [1000]
    assert told.missed == pytest.approx(1 / 3) and told.to_detection == 150
    assert told.between_false == 2000
    assert told.ratio == pytest.approx(2000 / 150 * 2 / 3)


def test_who_never_rings_detects_nothing():
    told = detected([], [1000], 0, 4000)
    assert told.missed == 1 and np.isnan(told.to_detection) and told.ratio == 0
    assert np.isnan(detected([10], [], 0, 100).ratio)


def test_changes_in_the_warm_up_are_not_looked_for():
    assert detected([700], [100, 600], 500, 1000).changes == 1


def test_an_alarm_every_100_rows_never_tops_the_ranking():
    """Whatever the distance of changes, and even where its alarms happen to fall on them."""
    for every in (500, 1000, 5000):
        changes = list(range(every, 20_000, every))
        good = detected([at + 100 for at in changes], changes, 0, 20_000)
        fair = detected([*(at + 150 for at in changes[::2]), 77], changes, 0, 20_000)
        often = detected(range(50, 20_000, 100), changes, 0, 20_000)
        lucky = detected(range(0, 20_000, 100), changes, 0, 20_000)
        assert good.ratio > fair.ratio > often.ratio and good.ratio > lucky.ratio


def test_who_hears_nothing_rings_as_often():
    even = periodic(4, 100, 600)
    assert even.tolist() == [200, 300, 400, 500]
    chance = at_random(50, 100, 600, np.random.default_rng(0))
    assert len(chance) == 50 and chance.min() >= 100 and chance.max() < 600
