"""Alarms against changes, by hand; and detectors that see no errors."""

import numpy as np
import pytest

from driftsim.evaluation.alarm_scores import at_random, detected, periodic, starts
from driftsim.report.measures import detections
from driftsim.report.variant_results import ContenderResult, TracedRun
from driftsim.rows import Change


def test_by_hand():
    """Changes at 1,000 and 2,000 and 3,000; the last one is missed."""
    found = detected([500, 1200, 1250, 2100], [1000, 2000, 3000], 0, 4000)
    assert (found.alarms, found.changes, found.early, found.extra) == (4, 3, 1, 1)
    assert found.delays == [200, 100] and found.waited == [1000]
    assert found.missed == pytest.approx(1 / 3) and found.to_detection == 150
    assert found.between_false == 2000
    assert found.ratio == pytest.approx(2000 / 150 * 2 / 3)


def test_who_never_rings_detects_nothing():
    found = detected([], [1000], 0, 4000)
    assert found.missed == 1 and np.isnan(found.to_detection) and found.ratio == 0
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


def test_an_alarm_at_the_very_row_of_a_change_is_a_hit_of_no_delay():
    found = detected([999, 1000, 2000], [1000, 2000], 0, 4000)
    assert found.delays == [0, 0] and (found.early, found.extra, found.waited) == (1, 0, [])
    assert detected([3999], [1000], 0, 4000).delays == [2999]


def test_a_change_can_be_detected_from_the_first_row_of_its_ramp():
    ramp, sudden, under_way = Change(900, 1000, 1100, 0, 1), Change(2000, 2000, 2000, 1, 0), 950
    changes = [ramp, sudden, Change(4000, 4000, 4000, 0, 1)]
    assert starts(changes, 500, 4000) == [900, 2000]
    assert starts(changes, under_way, 4000) == [950, 2000]  # the rest of the ramp is scored
    assert starts(changes, 1100, 4000) == [2000] and starts(changes, 2000, 2001) == [2000]
    assert detected([905], starts(changes, 0, 4000), 0, 4000).delays == [5]


def summed(found):
    """What detections with a seed each come to."""
    runs = [TracedRun({}, "", seed, None, None) for seed in range(len(found))]
    return detections(ContenderResult(None, {}, "", runs), found)


def test_changes_that_were_missed_are_not_left_out_of_the_median_delay():
    found = [[1010, 2030], []]  # of changes at 1,000 and 2,000, with two seeds
    found = summed([detected(one, [1000, 2000], 0, 4000) for one in found])
    assert found["delay"] == 30 and found["to_detection"] == 20
    assert found["delay_q1"] == 10 and np.isnan(found["delay_q3"])  # half were missed
    assert np.isnan(summed([detected([1010], [1000, 2000, 3000], 0, 4000)])["delay"])


def test_where_no_change_is_known_no_alarm_is_called_false():
    found = summed([detected([10, 20], [], 0, 100, known=False)])
    assert found.pop("alarms") == 2
    assert (found.pop("delays"), found.pop("waited")) == ([], [])
    assert all(np.isnan(value) for value in found.values())
    none = summed([detected([10, 20], [], 0, 100)])  # and where it is known that there is none
    assert (none["changes"], none["early"], none["between_false"]) == (0, 2, 50)
