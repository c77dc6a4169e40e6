"""Excess: the loss of a model beyond that when it was new, how it adds up, and what stands out."""

from collections.abc import Callable
from math import erfc, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

LAST = 0.25  # of the mean first loss of past models: the share of the last one


class AccruedExcess:
    """A detector that fires where the losses of a model beyond its first loss add up to a price.

    Its first loss, when it was new, is the value at age 0 of a straight line that is fitted to all
    its losses. The sum beyond it is b n² / 2, for n losses and a slope of b, with a standard error
    of s sqrt(3 n), where s is the standard deviation of losses about the line. It counts where
    chance would make it as large with a probability below `level`.

    Where past models were better when they were new, the mean of their first losses takes its
    place, in which the last one counts for a quarter: so a training that has not helped is noticed,
    and in time forgiven. Where such a sum is minus the price, the model has become better than it
    was, and the line begins anew: at most one price is saved up.
    """

    def __init__(self, price: float, window: int, level: float, squared: bool = False):
        self.price = price
        self.window = window  # losses before the line is believed, 2 or more
        self.least = NormalDist().inv_cdf(1 - level)  # standard errors; `level` is 0.5 at most
        self.power = 2 if squared else 1  # of the error, which is the loss
        self.past = FirstLosses()

    def start(self, rng) -> Callable:
        """A function of the next errors, as `Detector.start` gives one."""
        return Line(self)


class FirstLosses:
    """What models lost when they were new: a mean in which the last one counts for a quarter."""

    mean, variance = np.inf, 0.0  # before the first one

    def add(self, mean: float, variance: float):
        """Take in an estimate and its variance."""
        share = 1.0 if np.isinf(self.mean) else LAST
        rest = 1 - share
        self.mean = mean if share == 1 else share * mean + rest * self.mean
        self.variance = share**2 * variance + rest**2 * self.variance


class Line:
    """The straight line through the losses of a model, at ages of 0.5, 1.5, …"""

    def __init__(self, rule: AccruedExcess):
        self._rule = rule
        self._begin()

    def _begin(self):
        self._n, self._sums = 0, np.zeros((3, 1))  # of losses, of their squares, of age × loss

    def __call__(self, errors: np.ndarray) -> tuple[int, str] | None:
        """The index of the error at which the sum reaches the price, with a word; or None."""
        rule, losses, done = self._rule, errors**self._rule.power, 0
        while done < len(losses):
            n = self._n + 1.0 + np.arange(len(losses) - done)
            rest = losses[done:]
            terms = np.hstack([self._sums, [rest, rest**2, (n - 0.5) * rest]])
            sums = np.cumsum(terms, axis=1)[:, 1:]
            start, excess, variance = of_line(n, *sums)
            excess, error = beyond(rule.past, n, sums[0], start, excess, variance)
            large = np.abs(excess) >= np.maximum(rule.price, rule.least * error)
            passes = np.flatnonzero(large & (n >= rule.window))
            if not len(passes):
                self._n, self._sums = self._n + len(rest), sums[:, -1:]
                break
            i = passes[0]
            rule.past.add(start[i], 4 * variance[i] / n[i])
            self._begin()
            done += int(i) + 1
            if excess[i] > 0:
                return done - 1, "alarm"
        return None


def of_line(n, losses, squares, aged):
    """Of the line through `n` losses: its value at age 0, the sum beyond it, the variance about it.

    From their sum, that of their squares, and that of age × loss.
    """
    excess = 6 * n * (aged - n / 2 * losses) / np.maximum(n * n - 1, 1)
    variance = squares / n - (losses / n) ** 2 - (excess / n) ** 2 / 3
    return (losses - excess) / n, excess, np.maximum(variance, 0)


def beyond(past: FirstLosses, n, losses, start, excess, variance):
    """The sum beyond the lower one of a model's first loss and that of past models; its error."""
    higher = start > past.mean
    if not higher.any():
        return excess, np.sqrt(3 * n * variance)
    error = np.where(higher, n * variance + n**2 * past.variance, 3 * n * variance)
    return np.where(higher, losses - n * past.mean, excess), np.sqrt(error)


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
