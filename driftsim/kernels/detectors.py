"""Detectors that keep a few statistics of the errors they have seen.

Those that detect rises and falls have two sides; the second is the first with all signs turned.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, WARNING, register_detector
from driftsim.kernels.loop import compiled

SIDES = {"up": (0, 1), "down": (1, 2), "both": (0, 2)}  # the first, and that after the last
SIGNS = 1.0, -1.0  # of the sides
MEAN = np.dtype([("n", np.float64), ("mean", np.float64)])


@compiled
def _mean(mean, n, error):
    """The mean of n errors, where that of those before the last is `mean`."""
    return mean + 1.0 / n * (error - mean)


class Ddm(NamedTuple):
    """DDM (Gama et al. 2004): the error rate is well above its lowest level."""

    seen: np.ndarray  # (M,) of RATE
    warm_start: float
    warning_threshold: float  # standard deviations
    drift_threshold: float  # standard deviations


RATE = np.dtype(
    [
        *MEAN.descr,
        ("lowest", np.float64),  # that the mean and its deviation have been
        ("warning", np.float64),  # level above which they warn
        ("alarm", np.float64),  # level above which they fire
    ]
)


def ddm(members, warm_start=30, warning_threshold=2.0, drift_threshold=3.0) -> Ddm:
    """Detectors that have seen no errors."""
    seen = np.zeros(members, RATE)
    seen["lowest"] = np.inf
    return Ddm(seen, float(warm_start), float(warning_threshold), float(drift_threshold))


@compiled
def ddm_update(s, m, error):
    seen = s.seen[m]
    seen.n += 1.0
    seen.mean = _mean(seen.mean, seen.n, error)
    if seen.n <= s.warm_start:
        return STABLE
    deviation = math.sqrt(seen.mean * (1.0 - seen.mean) / seen.n)
    now = seen.mean + deviation
    if now <= seen.lowest:
        seen.lowest = now
        seen.warning = seen.mean + s.warning_threshold * deviation
        seen.alarm = seen.mean + s.drift_threshold * deviation
    return ALARM if now > seen.alarm else WARNING if now > seen.warning else STABLE


@compiled
def ddm_reset(s, m):
    seen = s.seen[m]
    seen.n = seen.mean = 0.0
    seen.lowest = np.inf


register_detector(Ddm, update=ddm_update, reset=ddm_reset)


class PageHinkley(NamedTuple):
    """Page-Hinkley (Page 1954): the errors have long stayed on one side of their running mean."""

    seen: np.ndarray  # (M,) of MEAN
    sums: np.ndarray  # (M, 2) of the distances from the mean, one a side
    lowest: np.ndarray  # (M, 2) that the sums have been
    first: int  # side that counts
    end: int  # the side after the last that counts
    min_instances: float
    delta: float
    threshold: float
    alpha: float


def page_hinkley(
    members, min_instances=30, delta=0.005, threshold=50.0, alpha=0.9999, mode="both"
) -> PageHinkley:
    """Detectors that have seen no errors."""
    lowest = np.empty((members, 2))
    lowest[:] = np.inf, 1.0  # as in river
    seen, sums = np.zeros(members, MEAN), np.zeros((members, 2))
    numbers = map(float, (min_instances, delta, threshold, alpha))
    return PageHinkley(seen, sums, lowest, *SIDES[mode], *numbers)


@compiled
def page_hinkley_update(s, m, error):
    seen, level = s.seen[m], STABLE
    seen.n += 1.0
    seen.mean = _mean(seen.mean, seen.n, error)
    difference = error - seen.mean
    for side in range(s.first, s.end):
        s.sums[m, side] = s.alpha * s.sums[m, side] + SIGNS[side] * difference - s.delta
        if s.sums[m, side] < s.lowest[m, side]:
            s.lowest[m, side] = s.sums[m, side]
        if seen.n >= s.min_instances and s.sums[m, side] - s.lowest[m, side] > s.threshold:
            level = ALARM
    return level


@compiled
def page_hinkley_reset(s, m):
    seen = s.seen[m]
    seen.n = seen.mean = 0.0
    s.sums[m, 0] = s.sums[m, 1] = 0.0
    s.lowest[m, 0], s.lowest[m, 1] = np.inf, 1.0


register_detector(PageHinkley, update=page_hinkley_update, reset=page_hinkley_reset)


class Eddm(NamedTuple):
    """EDDM (Baena-García et al. 2006): the distance between errors shrinks."""

    seen: np.ndarray  # (M,) of DISTANCES
    warm_start: float
    alpha: float  # share of the highest, below which it warns
    beta: float  # share of the highest, below which it fires


DISTANCES = np.dtype(  # between one error and the next
    [
        *MEAN.descr,
        ("scatter", np.float64),  # sum of their squared differences from the mean
        ("highest", np.float64),  # that the mean and two deviations have been
        ("n_labels", np.float64),  # seen, correct and wrong
        ("last", np.float64),  # the label at which the last error was
        ("level", np.int64),
    ]
)


def eddm(members, warm_start=30, alpha=0.95, beta=0.9) -> Eddm:
    """Detectors that have seen no errors."""
    seen = np.zeros(members, DISTANCES)
    seen["highest"] = -1.0
    return Eddm(seen, float(warm_start), float(alpha), float(beta))


@compiled
def eddm_update(s, m, error):
    seen = s.seen[m]
    seen.n_labels += 1.0
    if error == 1.0:
        distance, before = seen.n_labels - seen.last, seen.mean
        seen.n += 1.0
        seen.mean = _mean(before, seen.n, distance)
        seen.scatter += (distance - before) * (distance - seen.mean)
        seen.last = seen.n_labels
        if seen.n_labels > s.warm_start:
            _compare(s, m)
    return seen.level


@compiled
def _compare(s, m):
    """Set the level of an EDDM by its distances, if they are not the highest."""
    seen = s.seen[m]
    variance = seen.scatter / (seen.n - 1.0) if seen.n > 1.0 else 0.0
    now = seen.mean + 2.0 * math.sqrt(variance)
    if now > seen.highest:
        seen.highest = now
    elif seen.n > s.warm_start:
        share = now / seen.highest
        seen.level = ALARM if share < s.beta else WARNING if share < s.alpha else STABLE


@compiled
def eddm_reset(s, m):
    seen = s.seen[m]
    seen.n = seen.mean = seen.scatter = seen.n_labels = seen.last = 0.0
    seen.highest = -1.0
    seen.level = STABLE


register_detector(Eddm, update=eddm_update, reset=eddm_reset)


class HddmA(NamedTuple):
    """HDDM_A (Frías-Blanco et al. 2015): the mean is beyond the Hoeffding bound of its extreme."""

    seen: np.ndarray  # (M,) of MEAN
    extremes: np.ndarray  # (M, 2) of EXTREME, one a side
    end: int  # the side after the last that counts
    extreme_factor: float  # -log of the confidence in an extreme
    drift_factor: float
    warning_factor: float


EXTREME = np.dtype([*MEAN.descr, ("bound", np.float64)])  # a mean, and the bound that made it so


def hddm_a(
    members, drift_confidence=0.001, warning_confidence=0.005, two_sided_test=False
) -> HddmA:
    """Detectors that have seen no errors."""
    return HddmA(
        np.zeros(members, MEAN),
        np.zeros((members, 2), EXTREME),
        2 if two_sided_test else 1,
        math.log(1.0 / drift_confidence),
        math.log(2.0 / drift_confidence),
        math.log(2.0 / warning_confidence),
    )


@compiled
def hddm_a_update(s, m, error):
    seen, level = s.seen[m], STABLE
    seen.n += 1.0
    seen.mean = _mean(seen.mean, seen.n, error)
    width = math.sqrt(1.0 / (2.0 * seen.n) * s.extreme_factor)
    for side in range(s.end):
        extreme, mean = s.extremes[m, side], SIGNS[side] * seen.mean
        if seen.n == 1.0 or mean + width <= extreme.bound:
            extreme.n, extreme.mean, extreme.bound = seen.n, mean, mean + width
            continue
        part = (seen.n - extreme.n) / extreme.n * (1.0 / seen.n) / 2.0
        if mean - extreme.mean >= math.sqrt(part * s.drift_factor):
            level = ALARM
        elif mean - extreme.mean >= math.sqrt(part * s.warning_factor):
            level = max(level, WARNING)
    return level


@compiled
def hddm_a_reset(s, m):
    s.seen[m].n = s.seen[m].mean = 0.0


register_detector(HddmA, update=hddm_a_update, reset=hddm_a_reset)


class HddmW(NamedTuple):
    """HDDM_W (Frías-Blanco et al. 2015): two weighted means differ beyond McDiarmid's bound."""

    seen: np.ndarray  # (M,) of SAMPLE
    before: np.ndarray  # (M, 2) of SAMPLE: all up to the most likely change, one a side
    after: np.ndarray  # (M, 2) of SAMPLE: the errors since
    bounds: np.ndarray  # (M, 2) the lowest that the mean and its bound have been
    end: int  # the side after the last that counts
    lambda_val: float  # weight of the latest error
    kept: float  # of the squared weights, at each error
    drift_factor: float  # -log of the confidence
    warning_factor: float


SAMPLE = np.dtype(
    [
        ("n", np.float64),  # errors
        ("mean", np.float64),  # of them, weighted
        ("weight", np.float64),  # sum of their squared weights
    ]
)


def hddm_w(
    members,
    drift_confidence=0.001,
    warning_confidence=0.005,
    lambda_val=0.05,
    two_sided_test=False,
) -> HddmW:
    """Detectors that have seen no errors."""
    return HddmW(
        np.zeros(members, SAMPLE),
        np.zeros((members, 2), SAMPLE),
        np.zeros((members, 2), SAMPLE),
        np.full((members, 2), np.inf),
        2 if two_sided_test else 1,
        float(lambda_val),
        float((1 - lambda_val) ** 2),
        math.log(1 / drift_confidence),
        math.log(1 / warning_confidence),
    )


@compiled
def hddm_w_update(s, m, error):
    seen, level = s.seen[m], STABLE
    _add(s, seen, error)
    width = math.sqrt(seen.weight * s.drift_factor / 2.0)
    for side in range(s.end):
        before, after, mean = s.before[m, side], s.after[m, side], SIGNS[side] * seen.mean
        if mean + width < s.bounds[m, side]:
            s.bounds[m, side] = mean + width
            before.n, before.mean, before.weight = seen.n, seen.mean, seen.weight
            after.n = 0.0
            continue
        _add(s, after, error)
        difference, weight = SIGNS[side] * (after.mean - before.mean), before.weight + after.weight
        if difference > math.sqrt(weight * s.drift_factor / 2.0):
            level = ALARM
        elif difference > math.sqrt(weight * s.warning_factor / 2.0):
            level = max(level, WARNING)
    return level


@compiled
def _add(s, sample, error):
    """Add one more error to a sample."""
    rate = s.lambda_val
    if sample.n == 0.0:
        sample.mean, sample.weight = error, 1.0
    else:
        sample.mean = rate * error + (1.0 - rate) * sample.mean
    sample.weight = rate * rate + s.kept * sample.weight
    sample.n += 1.0


@compiled
def hddm_w_reset(s, m):
    s.seen[m].n = 0.0
    s.bounds[m, 0] = s.bounds[m, 1] = np.inf


register_detector(HddmW, update=hddm_w_update, reset=hddm_w_reset)
