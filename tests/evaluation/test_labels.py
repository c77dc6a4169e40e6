"""Labels: when they come in."""

import numpy as np
import pytest
from examples import cut
from together import together

from driftsim.evaluation.labels import NEVER, AtOnce, Delayed, Labels, Uniforms, arrivals
from driftsim.rows import Labelled
from driftsim.streams.seeds import LABELS, PARTS, PROBES, ROWS, STRUCTURE, spawn_rng
from driftsim.streams.world import BLOCK


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
    came = np.concatenate([arrival.due_t for arrival in whole])
    assert np.array_equal(came, np.arange(2 * BLOCK - 77))
    assert all(np.array_equal(a.due_X[:, 0], a.due_t) for a in whole)


class Jumbled(Labels):
    """Out of order, in bursts, some never."""

    def due(self, t, y, uniforms):
        u = uniforms.at(t)
        due = t + (u * 5000).astype(np.int64) // 100 * 100
        return np.where(u > 0.9, NEVER, due)


del Labels.kinds["jumbled"]


def test_labels_out_of_order_come_in_as_they_are_due_however_rows_are_cut():
    n, labels = 2 * BLOCK, Jumbled()
    expected = labels.due(np.arange(n), None, Uniforms(3))
    order = np.argsort(expected, kind="stable")
    order = order[expected[order] < n]
    for size in (n, 1000, 77):
        whole = list(arrivals(cut(rows(n), size), labels, 3))
        assert np.array_equal(np.concatenate([a.due_t for a in whole]), order)
        before = np.concatenate([np.diff(a.due_by) for a in whole])
        assert np.array_equal(before, np.bincount(expected[order], minlength=n))


N = 40_000
T, Y = np.arange(N), np.arange(N) // 7 % 2


def due(spec, seed=0):
    return Labels.model_validate(spec).due(T, Y, Uniforms(seed))


@pytest.mark.parametrize("law", ["geometric", "uniform", "log_normal"])
@pytest.mark.parametrize("mean", [3.0, 200.0])
def test_random_labels_are_late_by_their_mean_and_overtake_one_another(law, mean):
    late = due({"kind": "random", "mean": mean, "law": law, "sigma": 0.8}) - T
    assert late.min() >= 0
    assert abs(late.mean() - mean) < 4 * late.std() / np.sqrt(N) + 0.05
    assert (np.diff(late + T) < 0).any()


def test_a_geometric_delay_is_without_memory():
    late = due({"kind": "random", "mean": 4.0}) - T
    for k in range(6):
        share = 0.2 * 0.8**k  # 1 / (mean + 1) is how often the label comes with the next row
        assert abs(np.mean(late == k) - share) < 4 * np.sqrt(share / N)


def test_batches_come_in_all_at_once():
    came = due({"kind": "batches", "every": 50})
    assert np.array_equal(came, T // 50 * 50 + 49)
    late = due({"kind": "batches", "every": 50, "of": {"kind": "delayed", "rows": 10}})
    assert np.array_equal(late, (T + 10) // 50 * 50 + 49)


def test_a_share_is_labelled_by_chance_or_by_class():
    came = due({"kind": "share", "rate": 0.3}) < NEVER
    assert abs(came.mean() - 0.3) < 4 * np.sqrt(0.21 / N)
    by_class = due({"kind": "share", "rate": [0.1, 1.0]}) < NEVER
    assert by_class[Y == 1].all() and abs(by_class[Y == 0].mean() - 0.1) < 4 * np.sqrt(0.18 / N)


@together(("labels", "per"), [(3, 10), (7, 100), (1, 1000), (10, 10), (3, 7)])
def test_a_budget_is_kept_in_every_stretch(labels, per):
    came = due({"kind": "budget", "labels": labels, "per": per}) < NEVER
    whole = came[: N // per * per].reshape(-1, per)
    assert (whole.sum(axis=1) == labels).all()
    if labels < per:
        assert abs(np.corrcoef(whole.sum(axis=0), np.arange(per))[0, 1]) < 0.9  # anywhere


def test_a_budget_picks_every_row_of_a_part_as_often():
    """Parts of 4, 3 and 3 rows; the picks of one part are independent of the next."""
    came = due({"kind": "budget", "labels": 3, "per": 10}) < NEVER
    stretches = came.reshape(-1, 10)
    parts = [stretches[:, :4], stretches[:, 4:7], stretches[:, 7:]]
    for part in parts:
        share = 1 / part.shape[1]
        assert (np.abs(part.mean(axis=0) - share) < 4 * np.sqrt(share / len(part))).all()
    picked = [part.argmax(axis=1) for part in parts]
    assert np.abs(np.corrcoef(picked) - np.eye(3)).max() < 4 / np.sqrt(len(stretches))
    assert not np.array_equal(came, due({"kind": "budget", "labels": 3, "per": 10}, 1) < NEVER)


def test_a_budget_of_long_stretches_is_drawn_where_it_is_asked():
    spec = Labels.model_validate({"kind": "budget", "labels": 1, "per": 10**12})
    assert (spec.due(T, Y, Uniforms(0)) == NEVER).sum() >= N - 1


def test_the_chance_of_labels_is_none_of_rows_or_parts():
    drawn = [
        spawn_rng(7, place, 0).random(BLOCK) for place in (ROWS, STRUCTURE, LABELS, PARTS, PROBES)
    ]
    own = Uniforms(7).at(np.arange(BLOCK))
    assert [np.array_equal(own, one) for one in drawn] == [False, False, True, False, False]
    assert len({one[0] for one in drawn}) == 5


def test_uniform_numbers_name_what_their_renamed_members_are_called():
    for old, new in (("of", "at"), ("inner", "nested")):
        with pytest.raises(AttributeError, match=f"Uniforms.{old} is now called '{new}'"):
            getattr(Uniforms(7), old)
    assert not hasattr(Uniforms(7), "outer")


def test_one_is_made_of_another_and_each_has_its_own_chance():
    came = due({"kind": "delayed", "rows": 5, "of": {"kind": "share", "rate": 0.5}})
    labelled = came < NEVER
    assert (came[labelled] - T[labelled] == 5).all() and 0.48 < labelled.mean() < 0.52
    late = due({"kind": "random", "mean": 50, "of": {"kind": "random", "mean": 50}}) - T
    alone = due({"kind": "random", "mean": 50}) - T
    assert abs(late.mean() - 100) < 3
    assert abs(late.var() - 2 * alone.var()) < 0.1 * late.var()  # 4 times, if both drew the same
    assert not np.array_equal(
        due({"kind": "share", "rate": 0.5}, 0), due({"kind": "share", "rate": 0.5}, 1)
    )
