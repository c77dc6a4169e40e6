"""Labels: when they come in."""

import numpy as np
from examples import cut

from driftsim.evaluation.labels import NEVER, AtOnce, Chance, Delayed, Labels, arrivals
from driftsim.rows import Labelled
from driftsim.streams.stream import BLOCK


def rows(n):
    t = np.arange(n)
    return Labelled(t, t[:, None] * 1.0, t % 2)


def test_at_once_they_come_in_before_the_next_row():
    (arrival,) = arrivals([rows(5)], AtOnce(), 0)
    assert arrival.due_by.tolist() == [0, 1, 2, 3, 4, 5] and arrival.due_t.tolist() == list(
        range(5)
    )


def test_a_delay_shifts_them():
    first, second = arrivals(cut(rows(10), 5), Delayed(rows=2), 0)
    assert first.due_by.tolist() == [0, 0, 0, 1, 2, 3]
    assert second.due_by.tolist() == [0, 1, 2, 3, 4, 5] and second.due_t.tolist() == [3, 4, 5, 6, 7]


def test_a_delay_longer_than_blocks_keeps_order_and_rows():
    whole = list(arrivals(cut(rows(3 * BLOCK), 1000), Delayed(rows=BLOCK + 77), 0))
    told = np.concatenate([arrival.due_t for arrival in whole])
    assert np.array_equal(told, np.arange(2 * BLOCK - 77))
    assert all(np.array_equal(a.due_X[:, 0], a.due_t) for a in whole)


class Jumbled(Labels):
    """Out of order, in bursts, some never."""

    def due(self, t, y, chance):
        u = chance.of(t)
        due = t + (u * 5000).astype(np.int64) // 100 * 100
        return np.where(u > 0.9, NEVER, due)


del Labels.kinds["jumbled"]


def test_labels_out_of_order_come_in_as_they_are_due_however_rows_are_cut():
    n, labels = 2 * BLOCK, Jumbled()
    expected = labels.due(np.arange(n), None, Chance(3))
    order = np.argsort(expected, kind="stable")
    order = order[expected[order] < n]
    for size in (n, 1000, 77):
        whole = list(arrivals(cut(rows(n), size), labels, 3))
        assert np.array_equal(np.concatenate([a.due_t for a in whole]), order)
        before = np.concatenate([np.diff(a.due_by) for a in whole])
        assert np.array_equal(before, np.bincount(expected[order], minlength=n))
