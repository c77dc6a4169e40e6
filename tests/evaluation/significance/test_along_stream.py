"""Along a stream: the errors of a mean by hand, and when nothing is known."""

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from driftsim.evaluation.significance import along_stream
from driftsim.evaluation.significance.autoregression import GRID, expected, moments
from driftsim.evaluation.significance.stream import errors_of
from driftsim.evaluation.significance.waves import WIDER, parts_of, phase


def series_of(seed=0, n=200):
    return np.random.default_rng(seed).standard_normal(n)


def test_a_difference_along_a_stream_is_found():
    found = along_stream(0.3 + series_of(n=1000), (0, 500))
    assert found.distinguishable and found.low < 0.3 < found.high and found.unit == "stream"
    assert found.p < 0.001 and found.equivalence_p(0.5) < 0.01 and not found.remark


def test_the_winner_that_changes_with_the_phase_makes_no_interval_wider():
    series = series_of()
    changed = series + np.repeat([5.0, -5.0], 100)
    assert along_stream(changed, (0, 100)).interval() == pytest.approx(
        along_stream(series, (0, 100)).interval()
    )
    assert along_stream(changed).high > 3 * along_stream(changed, (0, 100)).high


def test_a_transient_of_a_known_shape_makes_no_interval_wider():
    series, t = series_of(), np.arange(100) + 0.5
    transient = np.tile(3 * np.exp(-t / 5) + 2 * np.exp(-t / 25), 2)
    found = along_stream(series + transient - transient.mean(), (0, 100))
    assert found.interval() == pytest.approx(along_stream(series, (0, 100)).interval())


def test_a_cosine_is_the_slow_error_and_no_more():
    """A wave of squares n in one phase: the mean of six squared waves is n / 6."""
    n = 600
    (part,) = parts_of((0,), n)
    series = part.waves[:, 2] * np.sqrt(n)
    found = errors_of(series)
    assert found.slow == pytest.approx(WIDER / np.sqrt(6)) and found.slow_df == pytest.approx(6)


def test_phases_share_six_waves_and_have_one_at_least():
    count = [part.waves.shape[1] for part in parts_of((0, 50, 75), 300)]
    assert count == [1, 1, 4]
    for part in parts_of((0, 20, 60), 300):
        basis = np.column_stack([part.level, part.waves])
        assert basis.T @ basis == pytest.approx(np.eye(basis.shape[1]), abs=1e-10)


def test_phases_too_short_to_show_anything_are_taken_together():
    assert [part.rows for part in parts_of((0, 2, 3, 30, 58), 60)] == [slice(0, 30), slice(30, 60)]
    every = along_stream(series_of(n=60), np.arange(60))
    assert every.known and np.isfinite(every.interval()).all()


def test_the_expected_autocorrelation_is_the_trace_by_hand():
    level = phase(0, 20, 20).level
    without = np.eye(20) - level @ level.T
    lags = np.abs(np.subtract.outer(np.arange(20), np.arange(20)))
    for i, coefficient in enumerate(GRID):
        left = without @ coefficient**lags @ without
        both, squares = (found[i] for found in moments(level))
        assert both == pytest.approx(np.trace(left, 1))
        assert squares == pytest.approx(np.trace(left[:-1, :-1]))


@pytest.mark.parametrize("phases", [(0,), (0, 30), tuple(range(0, 60, 4))])
def test_the_expected_autocorrelation_rises_with_the_coefficient(phases):
    assert (np.diff(expected(parts_of(phases, 60))) > 0).all()


def test_the_quick_error_is_that_of_the_autoregression():
    """Of a long AR(1) of .8: (1 + r) / (1 - r) times the variance, beside n."""
    n = 50_000
    series = lfilter([1], [1, -0.8], series_of(n=n))
    assert errors_of(series).quick == pytest.approx(5 / np.sqrt(n), rel=0.05)


def test_what_is_too_short_constant_or_undefined_is_not_known():
    assert along_stream(series_of(n=49)).remark == "too short to tell: 49 intervals of 50"
    assert along_stream(series_of(n=50)).known and along_stream(series_of(n=16), least=16).known
    assert not along_stream(series_of(n=15), least=16).known
    assert along_stream(np.full(80, 0.1)).remark == "the same in every interval"
    series = np.append(series_of(), np.nan)
    found = along_stream(series)
    assert not found.known and found.mean == pytest.approx(np.mean(series[:-1]))
    for one in (along_stream(np.zeros(80)), found):
        assert not one.distinguishable and np.isnan([one.low, one.high, one.p]).all()


def test_the_floor_is_the_least():
    found = along_stream(np.zeros(80), floor=0.04**2)
    assert found.interval() == pytest.approx((-0.0784, 0.0784), abs=1e-4) and found.p == 1
    series = series_of()
    assert along_stream(series, floor=1.0).high == pytest.approx(series.mean() + 1.96, abs=1e-3)
    assert along_stream(series, floor=1e-9).interval() == along_stream(series).interval()


def test_neighbours_that_are_too_much_alike_are_remarked():
    found = along_stream(np.cumsum(series_of()))
    assert "too much alike" in found.remark and found.known


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_values_does_not_matter(unit):
    one, other = (
        along_stream(series_of() + 0.2, (0, 90)),
        along_stream(unit * (series_of() + 0.2), (0, 90)),
    )
    assert other.interval() == pytest.approx(tuple(unit * np.array(one.interval())))
    assert other.p == pytest.approx(one.p)


def test_p_is_by_the_slowest_error():
    found = along_stream(0.1 + series_of(), (0, 100))
    ps = [2 * stats.t.sf(found.mean / se, df) for se, df in found.errors]
    assert found.p == pytest.approx(max(ps))
