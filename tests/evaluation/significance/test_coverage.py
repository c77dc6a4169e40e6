"""Coverage: what intervals along one stream hold, of more dependences than they were made for."""

import importlib.util
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from driftsim.evaluation.significance import along_stream, holm, over_seeds
from driftsim.report.comparisons import SIGNIFICANCE

PATH = Path(__file__).resolve().parents[3] / "benchmarks" / "interval_coverage.py"
spec = importlib.util.spec_from_file_location("coverage_study", PATH)
study = importlib.util.module_from_spec(spec)
spec.loader.exec_module(study)

FULL = [
    "independent", "AR .5", "AR .8", "MA(10)", "two regimes, ±1 sd", "two regimes, ±5 sd",
    "exponential transient", "one three times as quick", "one three times as slow",
    "heavy tails (t, 3 df)", "AR −.5", "louder in one phase", "power-law transient",
    "a step within each phase", "AR .8, two regimes", "AR .8, transient", "AR .8, one phase",
    "AR .8, five phases", "AR .8, phases of 5, 25, 70 %",
]  # fmt: skip
LATE = ["MA(50)", "weak AR(.95) + white noise", "bursts", "AR(2) .6, .3"]


def least(share, repetitions):
    """A share that a true one falls below in one of 700 samples: three binomial errors."""
    return share - 3 * np.sqrt(share * (1 - share) / repetitions)


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 200, 800])
@pytest.mark.parametrize("name", FULL)
def test_intervals_cover_in_95_of_100_streams(name, n):
    found = study.coverage(study.CASES[name], n, 2_000, seed=1)
    assert found.share >= least(0.95, 2_000)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "n"), [*(("AR .95", n) for n in (100, 200, 800)), *((name, 800) for name in LATE)]
)
def test_intervals_of_stubborn_series_cover_in_90_of_100_streams(name, n):
    found = study.coverage(study.CASES[name], n, 4_000, seed=1)
    assert found.share >= least(0.9, 4_000)


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 200, 800])
@pytest.mark.parametrize("height", [1, 5])
def test_two_regimes_widen_intervals_by_less_than_half(n, height):
    found = study.coverage(study.CASES[f"two regimes, ±{height} sd"], n, 2_000, seed=1)
    assert found.width <= 1.5


def rows(rng, repetitions, n, share, scale):
    """By how much more one of two contenders is wrong, row by row: two regimes with transients.

    What they are asked gets harder and easier, in waves of `scale` rows, for the one alone.
    """
    t = np.arange(n)
    half, quick = t < n // 2, np.exp(-(t % (n // 2)) / (n / 40))
    keep = np.exp(-1 / scale)
    noise = rng.standard_normal((repetitions, n + 5 * scale)) * np.sqrt(1 - keep**2)
    hard = np.maximum(1 + share * lfilter([1], [1, -keep], noise)[:, 5 * scale :], 0)
    one = np.where(half, 0.10, 0.14) + 0.2 * quick
    other = np.where(half, 0.13, 0.12) + 0.3 * quick
    return (rng.random(hard.shape) < one * hard) - 1.0 * (rng.random(hard.shape) < other)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "scale"), [(0.0, 1), (0.2, 500), (0.5, 200), (0.5, 2000)])
def test_the_interval_of_the_trace_does_not_matter(share, scale):
    """Half widths of 20,000 rows, at 25 and at 100, are within a fifth: the median, and most."""
    wrong, halves = rows(np.random.default_rng(0), 200, 20_000, share, scale), {}
    for interval in (25, 100):
        series = wrong.reshape(len(wrong), -1, interval).mean(axis=2)
        halves[interval] = study.half_widths(series, [0, series.shape[1] // 2])
    ratio = halves[100] / halves[25]
    assert np.median(halves[100]) == pytest.approx(np.median(halves[25]), rel=0.2)
    assert np.mean(np.abs(ratio - 1) < 0.2) > 0.8


def singled_out(values, difference_of):
    """Whether the best of eight, values (8, …), is taken to be better than any of the others.

    As `Comparison` does it: by Holm's correction for all 28 pairs.
    """
    best, pairs = values.mean(axis=1).argmin(), list(combinations(range(8), 2))
    adjusted = holm([difference_of(values[i] - values[j]).p for i, j in pairs])
    return min(p for p, pair in zip(adjusted, pairs) if best in pair) < SIGNIFICANCE


@pytest.mark.slow
def test_of_eight_equals_none_is_singled_out_over_seeds():
    rng = np.random.default_rng(0)
    out = [singled_out(rng.standard_normal((8, 10)), over_seeds) for _ in range(3_000)]
    assert np.mean(out) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 3_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["independent", "AR .5", "AR .8"])
def test_of_eight_equals_none_is_singled_out_along_a_stream(name):
    rng, out = np.random.default_rng(0), []
    for _ in range(500):
        series = study.CASES[name].draw(rng, (8, 200))
        out.append(singled_out(series, partial(along_stream, phases=(0, 100))))
    assert np.mean(out) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 500)


def test_a_narrow_interval_does_not_pass_for_one_that_covers(monkeypatch):
    """The study sees what it is for: an interval that takes an AR of .8 for independent."""

    def naive(series, phases):
        return 1.96 * series.std(axis=1) / np.sqrt(series.shape[1])

    monkeypatch.setattr(study, "half_widths", naive)
    assert study.coverage(study.CASES["AR .8"], 100, 500).share < 0.7
    assert study.coverage(study.CASES["independent"], 100, 2_000).share > 0.92


def test_the_published_methods_cover_what_is_independent_and_are_narrower():
    case = study.CASES["independent"]
    theirs, ours = (
        study.coverage(case, 200, 2_000, widths=widths) for widths in (study.published, None)
    )
    assert least(0.95, 2_000) <= theirs.share <= ours.share
    assert 1 < theirs.width < ours.width
