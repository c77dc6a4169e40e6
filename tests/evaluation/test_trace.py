"""Traces: intervals, windows, and costs spread over rows."""

import numpy as np
import pytest
from together import together

from driftsim.evaluation.trace import Tally, Trace, round_interval


@together(
    ("rows", "interval"),
    [(1, 25), (50_000, 25), (50_001, 50), (200_001, 250), (10**6, 500), (10**7, 5000)],
)
def test_the_interval_is_round_and_there_are_2000_at_most(rows, interval):
    assert round_interval(rows) == interval


def test_intervals_begin_at_multiples_and_are_labelled_with_their_own_rows():
    columns = Tally(30, 112, 25).columns
    assert columns["first_row"].tolist() == [30, 50, 75, 100]
    assert columns["last_row"].tolist() == [49, 74, 99, 111]
    assert columns["rows"].tolist() == [20, 25, 25, 12]


@pytest.mark.parametrize("size", [1, 7, 82])
def test_sums_and_counts_do_not_depend_on_the_pieces(size):
    tally, t = Tally(30, 112, 25), np.arange(30, 112)
    for start in range(0, 82, size):
        part = t[start : start + size]
        tally.add(part, value=part * 2)
        tally.add_counts(part, 3, code=part % 4)
    starts = [0, 20, 45, 70]
    assert tally.columns["value"].tolist() == np.add.reduceat(t * 2, starts).tolist()
    codes = (t % 4)[:, None] == np.arange(3)
    assert tally.columns["code"].tolist() == np.add.reduceat(codes.astype(int), starts).tolist()


@pytest.mark.parametrize("size", [5, 82])
def test_rows_may_have_gaps(size):
    rng, t = np.random.default_rng(1), np.arange(30, 112)
    t = t[(t < 50) | (t > 78)][rng.random(len(t[(t < 50) | (t > 78)])) < 0.6]  # none in 50 … 74
    label, y = rng.integers(0, 2, len(t)), rng.normal(size=len(t))
    gaps, right = Tally(30, 112, 25), label == t % 2
    for start in range(0, len(t), size):
        part = slice(start, start + size)
        gaps.add(t[part], value=y[part])
        gaps.add_confusion(t[part], 2, label[part], right[part])
        gaps.add_labels(t[part], y[part])
    places = [t // 25 - 1 == i for i in range(4)]
    found = gaps.columns
    assert found["value"] == pytest.approx([y[own].sum() for own in places])
    assert found["predicted"][:, 1].tolist() == [label[own].sum() for own in places]
    assert found["correct"].sum(axis=1).tolist() == [right[own].sum() for own in places]
    means = [y[own].mean() if own.any() else 0 for own in places]
    assert found["y_mean"] == pytest.approx(means) and not places[1].any()
    gaps.add(t, scored=np.ones(len(t), np.int64))
    whole = gaps.trace().total().columns
    assert whole["y_spread"][0] == pytest.approx(np.sum((y - y.mean()) ** 2))
    assert gaps.trace().cumulative().columns["y_mean"][-1] == pytest.approx(y.mean())
    assert gaps.trace().over(25).columns["y_mean"] == pytest.approx(means)


def test_costs_are_spread_evenly_over_rows():
    tally = Tally(30, 112, 25)
    tally.spread(40, 20, seconds=4.0)
    assert tally.columns["seconds"].tolist() == [2.0, 2.0, 0, 0]
    tally.spread(45, 30, more=3.0)
    assert tally.columns["more"].tolist() == [0.5, 2.5, 0, 0]  # 5 rows and 25
    tally.spread(111, 0, seconds=1.0)
    tally.spread(112, 0, seconds=9.0)
    assert tally.columns["seconds"].tolist() == [2.0, 2.0, 0, 1.0]


def test_windows_are_rounded_up_to_whole_intervals_and_never_overlap():
    tally, t = Tally(30, 130, 25), np.arange(30, 130)
    tally.add(t, ones=np.ones(100, int))
    tally.keep_max("model_bytes", 7.0, 60)
    trace = tally.trace().over(40)
    assert trace.interval == 50
    assert trace.columns["first_row"].tolist() == [30, 50, 100]
    assert trace.columns["last_row"].tolist() == [49, 99, 129]
    assert trace.columns["ones"].tolist() == trace.columns["rows"].tolist() == [20, 50, 30]
    assert np.array_equal(trace.columns["model_bytes"], [np.nan, 7.0, np.nan], equal_nan=True)


def test_a_sliding_window_ends_with_each_interval_and_is_rounded_up():
    tally, t = Tally(30, 130, 25), np.arange(30, 130)
    tally.add(t, ones=np.ones(100, int))
    for size, row in ((5.0, 60), (7.0, 61), (6.0, 62)):
        tally.keep_max("model_bytes", size, row)
    columns = tally.trace().sliding(40).columns
    assert columns["ones"].tolist() == columns["rows"].tolist() == [20, 45, 50, 50, 30]
    assert columns["first_row"].tolist() == [30, 30, 50, 75, 100]
    assert columns["last_row"].tolist() == [49, 74, 99, 124, 129]
    assert np.array_equal(columns["model_bytes"], [np.nan, 7, 7, np.nan, np.nan], equal_nan=True)


def test_the_whole_is_one_window():
    tally = Tally(1000, 100_000, 50)
    tally.add(np.arange(1000, 100_000), ones=np.ones(99_000, int))
    total: Trace = tally.trace().total()
    assert total.columns["ones"].tolist() == [99_000]
    assert total.columns["first_row"].tolist() == [1000]
    assert total.columns["last_row"].tolist() == [99_999]


def test_a_row_fades_by_the_rows_after_it_whatever_the_intervals():
    tally = Tally(2, 9, 4)  # rows 2 3 | 4 5 6 7 | 8
    tally.add(np.arange(2, 9), ones=np.ones(7))
    tally.keep_max("model_bytes", 7.0, 5)
    faded = tally.trace().faded(0.5).columns
    assert faded["ones"].tolist() == [2, 4 + 2 / 16, 1 + 4.125 / 2]
    assert faded["first_row"].tolist() == [2, 4, 8] and faded["last_row"].tolist() == [3, 7, 8]
    assert np.array_equal(faded["model_bytes"], [np.nan, 7, np.nan], equal_nan=True)


def test_windows_of_unequal_lengths_are_joined_from_their_intervals():
    rng, w = np.random.default_rng(0), 23
    first = np.arange(w) * 10
    sums = {"x": rng.random(w), "counts": rng.integers(0, 9, (w, 3)), "model_bytes": rng.random(w)}
    labels = {"y_mean": 7 + rng.random(w), "y_spread": rng.random(w)}
    about = {"first_row": first, "last_row": first + 9, "rows": np.full(w, 10)}
    trace = Trace(about | sums | labels, 10)
    firsts = np.minimum(np.arange(w), np.sort(rng.integers(0, w, w)))
    starts = np.array([0, 4, 5, 20])
    stretches = {
        "since": (trace.since(firsts), zip(firsts, range(1, w + 1))),
        "joined": (trace.joined(starts), zip(starts, [*starts[1:], w])),
    }
    for kind, (windows, bounds) in stretches.items():
        for i, (start, stop) in enumerate(bounds):
            alone = trace.within(slice(start, stop)).total().columns
            for name, column in windows.columns.items():
                np.testing.assert_allclose(
                    column[i], alone[name][0], 1e-9, err_msg=f"{kind} {name}"
                )


def test_some_columns_alone_are_the_same_over_windows():
    rng = np.random.default_rng(0)
    first = np.arange(0, 100, 10)
    rows = {"first_row": first, "last_row": first + 9, "rows": np.full(10, 10)}
    labels = {"y_mean": rng.random(10), "y_spread": rng.random(10)}
    whole = Trace(rows | labels | {"fits": np.ones(10), "squared_error": rng.random(10)}, 10)
    some = whole.only(["squared_error", "y_spread"])
    assert {*some.columns} == {*rows, *labels, "squared_error"}
    for windows in (whole.over(30), whole.sliding(30), whole.faded(0.9)):
        assert {*windows.columns} == {*whole.columns}
    for name, column in some.over(30).columns.items():
        np.testing.assert_array_equal(column, whole.over(30).columns[name])
    assert {*whole.only(["fits"]).columns} == {*rows, "fits"}


def test_the_extremes_of_labels_are_those_of_each_window():
    tally, y = Tally(0, 6, 1), np.array([3.0, -1, 4, 1, 5, 2])
    tally.add_extremes(np.arange(3), y[:3])
    tally.add_extremes(np.arange(3, 6), y[3:])
    trace = tally.trace()
    extremes = lambda one: [one.columns[n].tolist() for n in ("y_least", "y_greatest")]  # noqa: E731
    assert extremes(trace.over(3)) == [[-1, 1], [4, 5]]
    assert extremes(trace.sliding(2)) == [[3, -1, -1, 1, 1, 2], [3, 3, 4, 4, 5, 5]]
    assert extremes(trace.cumulative()) == [[3, -1, -1, -1, -1, -1], [3, 3, 4, 4, 5, 5]]
    assert extremes(trace.faded(0.5)) == extremes(trace.cumulative())
    assert extremes(trace.since(np.array([0, 0, 1, 2, 2, 3]))) == [
        [3, -1, -1, 1, 1, 1], [3, 3, 4, 4, 5, 5],
    ]  # fmt: skip
    whole = Tally(0, 6, 4)
    for piece in (slice(0, 2), slice(2, 5), slice(5, 6)):  # cut within an interval
        whole.add_extremes(np.arange(6)[piece], y[piece])
    assert extremes(whole.trace()) == [[-1, 2], [4, 5]]
