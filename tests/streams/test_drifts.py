"""Drifts against the ramps they are defined by."""

import numpy as np
import pytest

from driftsim.rows import Change
from driftsim.streams.drifts import Drift, ramp_height


def weights(t, k=2, **drift):
    return Drift.model_validate(drift).weights(np.asarray(t), k, 0)


def test_sudden_begins_at_its_position():
    assert weights([9, 10], kind="sudden", at=[10])[:, 1].tolist() == [0, 1]


def test_a_linear_ramp_begins_and_ends_inside_its_width():
    rising = weights(range(7, 14), kind="gradual", at=[10], width=4)[:, 1]
    assert rising.tolist() == [0, 0.125, 0.375, 0.625, 0.875, 1, 1]


def test_the_sigmoid_is_symmetric_and_ends_inside_its_width():
    rising = weights(range(0, 200), kind="gradual", at=[100], width=100, ramp="sigmoid")[:, 1]
    assert rising[49] == 0 and rising[150] == 1
    assert np.allclose(rising + rising[::-1], 1)
    assert (np.diff(rising) >= 0).all()


def test_the_ramp_of_moa():
    """Half at its position, .119203 and .880797 at the edges; w ln 2 / 2 rows of confusion."""
    rising = ramp_height(np.array([-500, 0, 500]), 1000, "moa")
    assert np.allclose(rising, [0.119203, 0.5, 0.880797], atol=1e-6)
    whole = ramp_height(np.arange(-100_000, 100_000), 2000, "moa")
    assert abs(np.minimum(whole, 1 - whole).sum() - 693.147) < 0.01


@pytest.mark.parametrize("ramp", ["linear", "sigmoid", "moa"])
@pytest.mark.parametrize("width", [0, 1, 10**9])
def test_far_positions_overflow_nothing(ramp, width):
    with np.errstate(all="raise", under="ignore"):
        rising = ramp_height(np.array([-(10**12), -1, 0, 10**12]), width, ramp)
    assert rising[0] == 0 or ramp == "moa"
    assert rising[0] < 1e-9 and rising[-1] > 1 - 1e-9
    assert width or rising.tolist() == [0, 0, 1, 1]


def test_overlapping_ramps_still_sum_to_one():
    shares = weights(range(200), k=3, kind="gradual", at=[90, 110], width=100)
    assert shares.min() >= 0 and np.allclose(shares.sum(axis=1), 1)
    assert (shares[100] > 0).all()


def test_recurring_cycles_through_the_concepts():
    ruling = weights([0, 9, 10, 20, 29, 30], k=3, kind="recurring", every=10).argmax(axis=1)
    assert ruling.tolist() == [0, 0, 1, 2, 2, 0]


def test_recurring_ramps_meet_where_they_are_as_wide_as_a_visit():
    shares = weights(range(25), kind="recurring", every=10, width=10)[:, 1]
    rising = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95]
    assert np.allclose(shares, [0] * 5 + rising + rising[::-1])
    assert weights([0, 1], k=3, kind="recurring", every=10, width=4)[:, 0].tolist() == [1, 1]


def test_changes():
    recurring = Drift.model_validate({"kind": "recurring", "every": 10, "width": 4})
    assert recurring.changes(0, 25, 2, 0) == [Change(8, 10, 12, 0, 1), Change(18, 20, 22, 1, 0)]
    sudden = Drift.model_validate({"kind": "sudden", "at": [7]})
    assert sudden.changes(0, 25, 2, 0) == [Change(7, 7, 7, 0, 1)]
    assert sudden.changes(7, 8, 2, 0) == sudden.changes(0, 8, 2, 0) and not sudden.changes(
        0, 7, 2, 0
    )
    assert [change.centre for change in recurring.changes(10, 30, 2, 0)] == [10, 20]
