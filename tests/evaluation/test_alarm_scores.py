"""Alarms against changes, by hand; and detectors that see no errors."""

from itertools import pairwise

import numpy as np
import pytest

from driftsim.evaluation.alarm_scores import at_random, covering, detected, ends, periodic, starts
from driftsim.report.measures import detections, normalized
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


def test_with_a_tolerance_a_late_alarm_is_false_and_its_change_missed():
    alarms, changes = [1100, 1250, 2300, 3010], [1000, 2000, 3000]
    found = detected(alarms, changes, 0, 4000, limits={at: at + 200 for at in changes})
    assert (found.hits, found.delays, found.waited) == ([1100, 3010], [100, 10], [201])
    assert (found.alarms, found.extra, found.early) == (4, 2, 0)
    assert detected([1200], [1000], 0, 4000, limits={1000: 1200}).delays == [200]
    assert detected([1201], [1000], 0, 4000, limits={1000: 1200}).waited == [201]


def test_capymoas_example_has_its_scores():
    """Of `EvaluateDriftDetector`: F1, mean time to detection, and its share of 200 rows."""
    limits = {1000: 1200, 2000: 2200}
    row = summed([detected([500, 1200, 1250, 2100], [1000, 2000], 0, 4000, limits=limits)])
    assert (row["f1"], row["to_detection"]) == (pytest.approx(2 / 3), 150)
    assert normalized(row | {"tolerance": 200}) == 0.75
    assert np.isnan(normalized(row | {"tolerance": None}))


def test_precision_recall_and_f1_count_a_change_once():
    row = summed([detected([500, 1200, 1250, 2100], [1000, 2000, 3000], 0, 4000)])
    assert (row["precision"], row["recall"]) == (1 / 2, 2 / 3)
    assert row["f1"] == pytest.approx(2 / (2 / 1 + 3 / 2))  # the harmonic mean of both
    assert row["false_per_10_000"] == 5
    never = summed([detected([], [1000], 0, 4000)])
    assert np.isnan(never["precision"]) and (never["recall"], never["f1"]) == (0, 0)
    calm = summed([detected([10], [], 0, 4000)])
    assert np.isnan(calm["f1"]) and np.isnan(calm["recall"]) and calm["precision"] == 0


def test_the_covering_by_hand():
    """Two stretches of 50 rows: of 60 and 40 found ones the first is covered by 50 / 60."""
    assert covering([50], [50], 0, 100) == 1
    assert covering([50], [60], 0, 100) == pytest.approx(0.5 * 50 / 60 + 0.5 * 40 / 50)
    assert covering([50], [], 0, 100) == 0.5  # the whole is half like each
    assert covering([], [20, 60], 0, 100) == 0.4  # no change: the longest stretch found
    assert covering([30], [10, 30, 40], 20, 60) == pytest.approx(0.25 + 0.75 * 20 / 30)


def test_the_covering_is_that_of_sets_of_rows():
    def slow(changes, alarms, first, stop):
        def parts(rows):
            bounds = [first, *sorted({row for row in rows if first < row < stop}), stop]
            return [{*range(*pair)} for pair in pairwise(bounds)]

        best = [
            (len(a), max(len(a & b) / len(a | b) for b in parts(alarms))) for a in parts(changes)
        ]
        return sum(n * share for n, share in best) / (stop - first)

    rng = np.random.default_rng(0)
    for _ in range(50):
        changes, alarms = (rng.integers(0, 60, rng.integers(0, n)).tolist() for n in (6, 9))
        assert covering(changes, alarms, 5, 55) == pytest.approx(slow(changes, alarms, 5, 55))


def test_a_change_can_be_detected_from_the_first_row_of_its_ramp():
    ramp, sudden, under_way = Change(900, 1000, 1100, 0, 1), Change(2000, 2000, 2000, 1, 0), 950
    changes = [ramp, sudden, Change(4000, 4000, 4000, 0, 1)]
    assert starts(changes, 500, 4000) == [900, 2000]
    assert starts(changes, under_way, 4000) == [950, 2000]  # the rest of the ramp is scored
    assert starts(changes, 1100, 4000) == [2000] and starts(changes, 2000, 2001) == [2000]
    assert detected([905], starts(changes, 0, 4000), 0, 4000).delays == [5]
    assert ends(changes, 0, 4000) == {900: 1100, 2000: 2000}  # from where a tolerance counts


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
    assert (found.pop("delays"), found.pop("waited"), found.pop("rows")) == ([], [], 100)
    assert all(np.isnan(value) for value in found.values())
    none = summed([detected([10, 20], [], 0, 100)])  # and where it is known that there is none
    assert (none["changes"], none["early"], none["between_false"]) == (0, 2, 50)
