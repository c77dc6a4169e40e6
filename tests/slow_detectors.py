"""Detectors in a few plain lines each, as their papers define them: what kernels are compared with.

Each gives a function of the next error: "alarm", "warning" or None.
"""

from itertools import accumulate
from math import log, sqrt
from statistics import NormalDist, mean, pvariance

import numpy as np


def points(make, errors):
    """Where it warns first, and where it fires; made anew after each alarm."""
    found, detect, warned = [], make(), False
    for i, error in enumerate(errors.tolist()):
        level = detect(error)
        if level == "alarm" or (level == "warning" and not warned):
            found.append((i, level))
        warned = level == "warning"
        if level == "alarm":
            detect = make()
    return found


def cusum(grace=30, slack=0.005, threshold=50.0, target=None):
    n, total, above = 0, 0.0, 0.0

    def detect(error):
        nonlocal n, total, above
        n, total = n + 1, total + error
        mean = total / n if target is None else target
        above = max(0, above + error - mean - slack)
        return "alarm" if n >= grace and above > threshold else None

    return detect


def geometric_moving_average(grace=30, fading=0.99, threshold=0.1):
    n, total, average = 0, 0.0, 0.0

    def detect(error):
        nonlocal n, total, average
        n, total = n + 1, total + error
        average = fading * average + (1 - fading) * (error - total / n)
        return "alarm" if n >= grace and average > threshold else None

    return detect


def ecdd(grace=30, rate=0.2, limit=None, warning=0.5):
    n, total, average = 0, 0.0, 0.0

    def detect(error):
        nonlocal n, total, average
        n, total, average = n + 1, total + error, (1 - rate) * average + rate * error
        p = total / n
        deviation = sqrt(p * (1 - p) * rate / (2 - rate) * (1 - (1 - rate) ** (2 * n)))
        polynomial = 3.97 - 6.56 * p + 48.73 * p**3 - 330.13 * p**5 + 848.18 * p**7
        width = (polynomial if limit is None else limit) * deviation
        if n < grace or average <= p + warning * width:
            return None
        return "alarm" if average > p + width else "warning"

    return detect


def rddm(grace=129, warning=1.773, alarm=2.258, longest=40_000, kept=7_000, warned=1_400):
    every, since, lowest, warns, is_long = [], 0, None, 0, False

    def detect(error):
        nonlocal since, lowest, warns, is_long
        if is_long:
            since, warns = max(0, len(every) - kept), 0
        every.append(error)
        n = len(every) - since
        if n < grace:
            return None
        p = sum(every[since:]) / n
        s = sqrt(p * (1 - p) / n)
        lowest = (p, s) if lowest is None or p + s < sum(lowest) else lowest
        level = next((k for k in (alarm, warning) if p + s > lowest[0] + k * lowest[1]), None)
        warns = warns + 1 if level else 0
        is_long = level is None and n >= longest
        return level and ("alarm" if level == alarm or warns > warned else "warning")

    return detect


def stepd(window=30, alarm=0.003, warning=0.05):
    seen = []

    def detect(error):
        seen.append(error)
        if len(seen) < 2 * window or len(set(seen)) == 1:
            return None
        older, recent = seen[:-window], seen[-window:]
        n, m, p = len(older), window, sum(seen) / len(seen)
        apart = abs(sum(older) / n - sum(recent) / m) - (1 / n + 1 / m) / 2
        chance = 2 * (1 - NormalDist().cdf(apart / sqrt(p * (1 - p) * (1 / n + 1 / m))))
        return "alarm" if chance < alarm else "warning" if chance < warning else None

    return detect


def fhddm(window=100, confidence=1e-6):
    seen, lowest = [], 1.0

    def detect(error):
        nonlocal lowest
        seen.append(error)
        if len(seen) < window:
            return None
        rate = sum(seen[-window:]) / window
        lowest = min(lowest, rate)
        return "alarm" if rate - lowest > sqrt(log(1 / confidence) / (2 * window)) else None

    return detect


def seed(delta=0.05, block=32, tolerance=0.01, growth=0.8, merged_every=75):
    blocks, n, limit = [], 0, tolerance

    def detect(error):
        nonlocal n, blocks, limit
        if n % block == 0:
            if n and n % (block * merged_every) == 0:
                blocks, limit = _merged(blocks, limit), limit * (1 + growth)
            blocks.append([])
        n += 1
        blocks[-1].append(error)
        every = [one for some in blocks for one in some]
        due = n % block == 0 and any(
            _is_cut(every, end, delta) for end in accumulate(map(len, blocks[:-1]))
        )
        return "alarm" if due else None

    return detect


def _merged(blocks, tolerance):
    found = []
    while blocks:
        first, *blocks = blocks
        if blocks and abs(mean(first) - mean(blocks[0])) < tolerance:
            first, blocks = first + blocks[0], blocks[1:]
        found.append(first)
    return found


def _is_cut(errors, n, delta):
    """As ADWIN has it (Bifet & Gavaldà 2007)."""
    m = 1 / (1 / n + 1 / (len(errors) - n))
    chance = log(2 * log(len(errors)) / delta)
    bound = sqrt(2 / m * np.var(errors) * chance) + 2 / (3 * m) * chance
    return abs(np.mean(errors[:n]) - np.mean(errors[n:])) > bound


def seq_drift2(below, delta=0.01, block=200, sample=2_000):
    """By a function that draws a whole number below another, for the sample (Vitter 1985)."""
    held, before, newer = [], 0, []

    def detect(error):
        nonlocal before
        newer.append(error)
        if len(newer) < block:
            return None
        both, n = held + newer, len(held)
        if n:
            p, k = log(4 / delta), block / len(both)
            root = sqrt(p * p + 18 * pvariance(both) * block * p)
            if abs(mean(held) - mean(newer)) > (p + root) / (3 * (1 - k) * block):
                return "alarm"
        for one in newer:
            before += 1
            if before <= sample:
                held.append(one)
            elif (place := below(before)) < sample:
                held[place] = one
        newer.clear()
        return None

    return detect


def below(seed):
    """Whole numbers below others, by SplitMix64 in whole numbers of Python."""
    state = int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])

    def draw(n):
        nonlocal state
        state = z = (state + 0x9E3779B97F4A7C15) % 2**64
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return int(((z ^ (z >> 31)) >> 11) * 2.0**-53 * n)

    return draw


def optwin(tables, most=2_000):
    """By tables of where windows are split, and of the limits of t and F."""
    seen, (newer, t_limits, f_limits) = [], tables

    def detect(error):
        seen.append(error)
        n = min(len(seen), most)
        if n < 30:
            return None
        old, new = seen[-n : -newer[n]], seen[-newer[n] :]
        rise, before, after = np.mean(new) - np.mean(old), np.var(old, ddof=1), np.var(new, ddof=1)
        spread = sqrt(before / len(old) + after / len(new))
        unequal = before > 0 and after / before > f_limits[n]
        return "alarm" if rise > 0 and (unequal or rise > t_limits[n] * spread) else None

    return detect


def bayesian_change_points(every=10_000, threshold=0.95, most=200):
    """In logarithms; the first hypothesis is that there has been no change."""
    logs, wrong, seen = np.zeros(1), np.ones(1), np.full(1, 2.0)

    def detect(error):
        nonlocal logs, wrong, seen
        logs = logs + np.log(wrong / seen if error else 1 - wrong / seen) + np.log1p(-1 / every)
        wrong, seen = wrong + error, seen + 1
        change = np.logaddexp.reduce(logs) - np.log1p(-1 / every) - np.log(every)
        if len(logs) == most:
            kept = np.arange(most) != 1 + np.argmin(logs[1:])
            logs, wrong, seen = logs[kept], wrong[kept], seen[kept]
        total = np.logaddexp(change, np.logaddexp.reduce(logs))
        logs, wrong, seen = np.append(logs, change) - total, np.append(wrong, 1), np.append(seen, 2)
        return "alarm" if 1 - 1 / every - np.exp(logs[0]) > threshold else None

    return detect
