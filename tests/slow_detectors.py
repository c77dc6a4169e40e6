"""Detectors in a few plain lines each, as their papers define them: what kernels are compared with.

Each gives a function of the next error: "alarm", "warning" or None.
"""

from math import sqrt
from statistics import NormalDist


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
