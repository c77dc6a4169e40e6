"""The coverage of intervals along one stream: how often they contain the true mean.

It draws series with many kinds of dependence, most with a change in the middle, and computes the
interval of each as for a study with one seed. Run it from the root of the repository; it prints
the tables of docs/measures.md, in minutes.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter
from scipy.special import stdtrit

from driftsim.evaluation.significance.autoregression import rest
from driftsim.evaluation.significance.stream import errors_of
from driftsim.evaluation.significance.waves import Phase

LENGTHS = (50, 100, 200, 800)
REPETITIONS = 4_000
BATCH = 250  # series at a time
WARM = 1_000  # values before the first, so that a process is in its stationary state


def independent(rng, shape):
    return rng.standard_normal(shape)


def heavy(rng, shape):
    """Independent, with the heavy tails of Student's t of three degrees of freedom."""
    return rng.standard_t(3, shape)


def autoregression(*coefficients):
    def draw(rng, shape):
        noise = rng.standard_normal((shape[0], shape[1] + WARM))
        return lfilter([1], [1, *(-one for one in coefficients)], noise)[:, WARM:]

    return draw


def moving_average(order):
    def draw(rng, shape):
        noise = rng.standard_normal((shape[0], shape[1] + order))
        sums = np.cumsum(np.pad(noise, ((0, 0), (1, 0))), axis=1)
        return sums[:, order + 1 :] - sums[:, : -order - 1]

    return draw


def fractional(rng, shape, d=0.3):
    """A dependence that decays so slowly that its sum is infinite."""
    lags = np.arange(1, shape[1] + WARM)
    weights = np.cumprod(np.append(1.0, (lags - 1 + d) / lags))
    noise = rng.standard_normal((shape[0], 2 * len(weights)))
    spectrum = np.fft.rfft(noise) * np.fft.rfft(weights, noise.shape[1])
    return np.fft.irfft(spectrum)[:, len(weights) : len(weights) + shape[1]]


def weak(rng, shape):
    """A weak but persistent part under white noise of ten times its variance."""
    persistent = autoregression(0.95)(rng, shape) * np.sqrt(1 - 0.95**2)
    return np.sqrt(0.1) * persistent + rng.standard_normal(shape)


def bursts(rng, shape, every=100, mean=10):
    """Rare bursts of about ten intervals, in a little noise."""
    n = shape[1] + WARM
    ends = np.arange(n) + rng.geometric(1 / mean, (shape[0], n))
    ends = np.where(rng.random((shape[0], n)) < 1 / every, ends, 0)
    inside = np.maximum.accumulate(ends, axis=1) > np.arange(n)
    expected = 1 - np.prod(1 - (1 - 1 / mean) ** np.arange(WARM) / every)
    return inside[:, WARM:] - expected + 0.1 * rng.standard_normal(shape)


def louder(rng, shape):
    """An autoregression of .5 whose second half is five times as loud."""
    loud = np.where(np.arange(shape[1]) < shape[1] // 2, 1, 5)
    return autoregression(0.5)(rng, shape) * loud


def flat(t):
    return 0 * t


def regimes(height):
    """The winner changes with the change."""
    return lambda t: np.where(t < 0.5, height, -height)


def transient(share):
    """An exponential recovery from the change, to 1/e within a share of the phase."""
    return lambda t: 4 * np.exp(-(t % 0.5) / (0.5 * share))


def power_law(t):
    """A recovery from the change that slows down."""
    return 4 * (1 + (t % 0.5) / 0.01) ** -0.5


def refit(t):
    """A step within each phase, as a refit makes one."""
    return 2.0 * (t % 0.5 > 0.2)


class Case(NamedTuple):
    """Noise, about a course that does not change from stream to stream."""

    noise: Callable
    course: Callable = flat  # of t in 0 … 1
    phases: tuple = (0.0, 0.5)

    def draw(self, rng, shape):
        """Series of a shape, with a true mean of zero."""
        course = self.course((np.arange(shape[1]) + 0.5) / shape[1])
        return self.noise(rng, shape) + course - course.mean()


FIFTHS, UNEQUAL = tuple(np.arange(5) / 5), (0.0, 0.05, 0.3)
CASES = {
    "independent": Case(independent),
    "AR .5": Case(autoregression(0.5)),
    "AR .8": Case(autoregression(0.8)),
    "AR .95": Case(autoregression(0.95)),
    "MA(10)": Case(moving_average(10)),
    "MA(50)": Case(moving_average(50)),
    "two regimes, ±1 sd": Case(independent, regimes(1)),
    "two regimes, ±5 sd": Case(independent, regimes(5)),
    "exponential transient": Case(independent, transient(0.1)),
    "one three times as quick": Case(independent, transient(0.033)),
    "one three times as slow": Case(independent, transient(0.3)),
    "weak AR(.95) + white noise": Case(weak),
    "bursts": Case(bursts),
    "FARIMA d = .3": Case(fractional),
    "heavy tails (t, 3 df)": Case(heavy),
    "AR −.5": Case(autoregression(-0.5)),
    "AR(2) with cycles of 12": Case(autoregression(1.559, -0.81)),
    "AR(2) .6, .3": Case(autoregression(0.6, 0.3)),
    "louder in one phase": Case(louder),
    "power-law transient": Case(independent, power_law),
    "a step within each phase": Case(independent, refit),
    "AR .8, two regimes": Case(autoregression(0.8), regimes(3)),
    "AR .8, transient": Case(autoregression(0.8), transient(0.1)),
    "AR .8, one phase": Case(autoregression(0.8), flat, (0.0,)),
    "AR .8, five phases": Case(autoregression(0.8), flat, FIFTHS),
    "AR .8, phases of 5, 25, 70 %": Case(autoregression(0.8), flat, UNEQUAL),
}


BESIDE = (  # of which the published methods are measured, too
    *("independent", "AR .8", "AR .95", "MA(10)", "MA(50)", "two regimes, ±5 sd"),
    *("weak AR(.95) + white noise", "bursts", "FARIMA d = .3", "power-law transient"),
    "a step within each phase",
)


class Coverage(NamedTuple):
    """What intervals at 95 % of a case come to."""

    share: float  # of repetitions, whose interval contains the true mean
    width: float  # their median, beside that of knowing the variance of the mean


def coverage(case, n, repetitions=REPETITIONS, seed=0, widths=None):
    """The `Coverage` over series of `n` intervals; `widths` are those of another method."""
    rng, halves, means = np.random.default_rng((seed, n)), [], []
    phases = [round(start * n) for start in case.phases]
    for _ in range(repetitions // BATCH):
        series = case.draw(rng, (BATCH, n))
        means.append(series.mean(axis=1))
        halves.append((widths or half_widths)(series, phases))
    means, halves = np.concatenate(means), np.concatenate(halves)
    ideal = 1.96 * np.sqrt(np.mean(means**2))
    return Coverage(np.mean(np.abs(means) <= halves), np.median(halves) / ideal)


def half_widths(series, phases):
    """Half the width of the interval at 95 % of each series (m, n), without a floor."""
    found = errors_of(series, phases)
    return np.maximum(
        stdtrit(found.slow_df, 0.975) * found.slow, stdtrit(found.quick_df, 0.975) * found.quick
    )


def published(series, phases):
    """The same by published methods, with one transient and eight waves.

    Equal-weighted cosines (Müller 2004; Lazarus, Lewis & Stock 2018), never narrower than an
    autoregression of order one whose coefficient is corrected to the order 1 / n.
    """
    n, starts = series.shape[1], [*phases, series.shape[1]]
    parts = [one_transient(start, stop, n) for start, stop in pairwise(starts)]
    shares, squares = [], []
    for part in parts:
        m, count = part.waves.shape
        shares.append(m / n * np.mean((series[:, part.rows] @ part.waves) ** 2, axis=1))
        squares.append(shares[-1] ** 2 / count)
    total = sum(shares)
    slow = stdtrit(total**2 / sum(squares), 0.975) * np.sqrt(total / n)
    return np.maximum(slow, first_order(series, parts))


def one_transient(start, stop, n, waves=8):
    """A phase with one transient, and its share of the waves."""
    m, t = stop - start, np.arange(stop - start) + 0.5
    level = [np.ones(m), np.exp(-t / (0.1 * m))][: 2 if m >= 16 else 1]
    count = max(round(waves * m / n), 1)
    columns = [*level, *(np.cos(np.pi * k * t / m) for k in range(1, count + 1))]
    basis = np.linalg.qr(np.column_stack(columns))[0]
    return Phase(slice(start, stop), basis[:, : len(level)], basis[:, len(level) :])


def first_order(series, parts):
    """Half the width of the interval by an autoregression of order one about levels."""
    n, levels = series.shape[1], sum(part.level.shape[1] for part in parts)
    rests = [rest(series[:, part.rows], part.level) for part in parts]
    both = sum(np.sum(e[:, 1:] * e[:, :-1], axis=1) for e in rests)
    found = both / sum(np.sum(e[:, :-1] ** 2, axis=1) for e in rests)
    r = np.clip((found + levels / n) / max(1 - 3 * levels / n, 0.3), -0.5, 0.97)
    df = n - levels - len(parts)
    news = sum(np.sum((e[:, 1:] - r[:, None] * e[:, :-1]) ** 2, axis=1) for e in rests) / df
    inflated = (1 + r) / (1 - r) - 2 * r * (1 - r**n) / (n * (1 - r) ** 2)
    return stdtrit(df, 0.975) * np.sqrt(news / (1 - r**2) / n * inflated)


def main():
    table(CASES)
    print()
    table(BESIDE, published)


def table(names, widths=None):
    """Print the coverage of some cases, and the width, for each length."""
    print(f"| dependence | {' | '.join(f'n = {n}' for n in LENGTHS)} |")
    print(f"| --- |{' ---: |' * len(LENGTHS)}")
    for name in names:
        found = [coverage(CASES[name], n, widths=widths) for n in LENGTHS]
        cells = [f"{100 * one.share:.1f} · {one.width:.1f}" for one in found]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
