"""Measures: which runs are held against which."""

from types import SimpleNamespace

import numpy as np
import pytest

from driftsim.report.measures import difference

ROWS, INTERVALS = 100, 60


def run(seed, wrong):
    """A run with so many wrong rows in every interval."""
    rows, right = np.full(INTERVALS, ROWS), np.full((INTERVALS, 1), ROWS - wrong)
    truth, trace = ({"rows": rows}, {"correct": right, "predicted": right})
    columns = [SimpleNamespace(columns=one) for one in (truth, trace)]
    return SimpleNamespace(seed=seed, repeat=0, truth=columns[0], trace=columns[1])


def test_runs_are_compared_seed_by_seed_in_whatever_order_they_ended():
    """Seeds differ by up to 30 points, and the two contenders by 4 with each of them."""
    ours, theirs = ([run(seed, 10 * seed + more) for seed in range(4)] for more in (5, 9))
    told = difference(ours, theirs)
    assert told.mean == pytest.approx(-0.04) and -0.06 < told.low < told.high < -0.02
    assert difference(ours[::-1], [theirs[i] for i in (2, 0, 3, 1)]) == told
    assert difference(ours[1:], theirs[:3]).mean == pytest.approx(-0.04)  # of seeds 1 and 2
