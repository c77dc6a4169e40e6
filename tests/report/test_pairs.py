"""Comparisons: which runs are compared with which."""

import numpy as np
import pytest
from test_verdict import INTERVALS, results_of, with_runs


def test_runs_are_compared_seed_by_seed_in_whatever_order_they_ended():
    """Seeds differ by up to 30 points, and the two contenders by 4 with each of them."""
    wrong = np.repeat(np.arange(4)[:, None] * 10, INTERVALS, axis=1)
    results = results_of({"ours": wrong + 5, "theirs": wrong + 9})
    frame = results.compare()
    assert frame["better"].tolist() == ["ours"] and frame["mean"][0] == pytest.approx(0.04)
    assert 0.02 < frame["low"][0] < frame["high"][0] < 0.06
    runs = results.traces()
    order = np.random.default_rng(0).permutation(len(runs))
    shuffled = with_runs(results, [runs[i] for i in order])
    one, other = frame.iloc[0], shuffled.compare().iloc[0]
    assert {one["better"], one["worse"]} == {other["better"], other["worse"]}
    assert other["mean"] == pytest.approx(0.04) and other["low"] == pytest.approx(one["low"])
