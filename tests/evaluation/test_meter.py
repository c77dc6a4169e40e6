"""Meters: distinct labels, and costs where they belong."""

import numpy as np

from driftsim.evaluation.meter import ALL, Distinct, coming
from driftsim.rows import Arrival
from driftsim.streams.world import BLOCK


def test_distinct_counts_each_position_once():
    distinct = Distinct()
    assert distinct.add(np.array([3, 5, 5, BLOCK + 1])) == 3
    assert distinct.add(np.array([5, 6, BLOCK + 1, 9 * BLOCK])) == 2
    assert distinct.add(np.empty(0, np.int64)) == 0


def test_a_whole_block_takes_no_room():
    distinct = Distinct()
    for start in range(0, BLOCK, 1000):
        distinct.add(np.arange(start, min(start + 1500, BLOCK)))
    assert distinct._added[0] is ALL


def test_labels_count_at_the_row_after_which_they_come_in():
    """Two come in before the first row of what is left of an arrival: they count at it."""
    rows, due = np.arange(2), np.arange(4)
    arrival = Arrival(rows, rows[:, None], due, due[:, None], due, np.array([2, 3, 4]))
    assert coming(arrival).tolist() == [3, 1]
