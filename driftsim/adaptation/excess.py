"""Excess: the loss of the model in force beyond its level, how it adds up, and what stands out."""

from collections.abc import Callable
from math import erfc, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np


class AccruedExcess(NamedTuple):
    """A detector that fires where the losses of a model beyond its level add up to a price.

    The level is the loss of the model when it was new: the value at age 0 of a straight line that
    is fitted to all its losses. The sum beyond it is b n² / 2, for n losses and a slope of b, with
    a standard error of s sqrt(3 n), where s is the standard deviation of losses about the line. It
    counts where chance would make it as large with a probability below `level`. Where such a sum is
    minus the price, the model has become better than it was, and the line begins anew: at most one
    price is saved up.
    """

    price: float
    window: int  # losses before the line is believed, 2 or more
    level: float  # 0.5 at most, where every sum counts
    squared: bool = False  # the loss is the square of the error

    def start(self, rng) -> Callable:
        """A function of the next errors, as `Detector.start` gives one."""
        n, sums = 0, np.zeros((3, 1))  # losses of this line; of losses, their squares, age × loss
        least = NormalDist().inv_cdf(1 - self.level)

        def detect(errors):
            nonlocal n, sums
            done, losses = 0, errors**2 if self.squared else errors
            while done < len(losses):
                counts, rest = n + 1.0 + np.arange(len(losses) - done), losses[done:]
                terms = np.hstack([sums, [rest, rest**2, (counts - 0.5) * rest]])
                running = np.cumsum(terms, axis=1)[:, 1:]
                excess, error = beyond_level(counts, *running)
                large = np.abs(excess) >= np.maximum(self.price, least * error)
                passes = np.flatnonzero(large & (counts >= self.window))
                if not len(passes):
                    n, sums = n + len(rest), running[:, -1:]
                    break
                n, sums, done = 0, np.zeros((3, 1)), done + int(passes[0]) + 1
                if excess[passes[0]] > 0:
                    return done - 1, "alarm"
            return None

        return detect


def beyond_level(n, losses, squares, aged) -> tuple[np.ndarray, np.ndarray]:
    """The sum of `n` losses beyond the value at age 0 of their line, and its standard error.

    From their sum, that of their squares, and that of age × loss, where ages are 0.5, 1.5, …
    """
    excess = 6 * n * (aged - n / 2 * losses) / np.maximum(n * n - 1, 1)
    variance = squares / n - (losses / n) ** 2 - (excess / n) ** 2 / 3
    return excess, np.sqrt(3 * n * np.maximum(variance, 0))


class Rise(NamedTuple):
    """A detector that fires where the mean loss in a window is higher than chance would have it.

    Windows follow each other. Each is compared with all losses of the model before it, a window of
    them at least, by the difference of means in standard errors.
    """

    window: int  # losses
    level: Callable[[], float]  # the probability, by chance, of what stands out

    def start(self, rng) -> Callable:
        """A function of the next errors, as `Detector.start` gives one."""
        before, held = np.zeros(3), np.zeros(0)  # number, sum and sum of squares; of no window yet

        def detect(errors):
            nonlocal before, held
            losses, fresh = np.append(held, errors), len(held)
            for stop in range(self.window, len(losses) + 1, self.window):
                window = losses[stop - self.window : stop]
                found = np.array([self.window, window.sum(), (window**2).sum()])
                if before[0] and chance_of_rise(before, found) < self.level():
                    before, held = before + found, np.zeros(0)
                    return stop - 1 - fresh, "alarm"
                before = before + found
            held = losses[len(losses) - len(losses) % self.window :]
            return None

        return detect


def chance_of_rise(before: np.ndarray, window: np.ndarray) -> float:
    """The probability that the mean of a window is so much higher, were nothing different.

    Both have their number, sum and sum of squares. 1 where all losses are the same.
    """
    n, total, squares = before + window
    variance = squares / n - (total / n) ** 2
    if variance <= 1e-12 * max(squares / n, 1e-300):
        return 1.0
    rise = window[1] / window[0] - before[1] / before[0]
    return erfc(rise / sqrt(2 * variance * (1 / window[0] + 1 / before[0]))) / 2
