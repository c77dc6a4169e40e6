"""Detectors that hold the latest errors, and count them anew or compare them with others."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, WARNING, register_detector
from driftsim.kernels.loop import compiled


class Rddm(NamedTuple):
    """RDDM (Barros et al. 2017): DDM that forgets the older errors of a long stable concept."""

    seen: np.ndarray  # (M,) of RATE
    latest: np.ndarray  # (M, kept) errors, each a circular buffer
    grace: float
    warning: float  # standard deviations
    alarm: float  # standard deviations
    longest: float  # errors, after which those before the latest are forgotten
    warned: float  # errors, after which a warning that lasts is an alarm


RATE = np.dtype(
    [
        ("n", np.float64),  # errors that count
        ("mean", np.float64),
        ("stored", np.int64),  # errors, at most those that `latest` has room for
        ("next", np.int64),  # place of the next error
        ("warning", np.float64),  # errors in a row at which it warned; 0: it does not warn
        ("lowest", np.float64),  # that the mean and its deviation have been
        ("lowest_mean", np.float64),
        ("lowest_deviation", np.float64),
        ("is_long", np.bool_),  # whether the next error makes it forget
    ]
)


def rddm(members, grace, warning, alarm, longest, kept, warned) -> Rddm:
    """Detectors that have seen no errors."""
    seen = np.zeros(members, RATE)
    seen["lowest"] = np.inf
    numbers = map(float, (grace, warning, alarm, longest, warned))
    return Rddm(seen, np.zeros((members, kept)), *numbers)


@compiled
def rddm_update(s, m, error):
    seen, latest = s.seen[m], s.latest[m]
    if seen.is_long:
        _forget(s, m)
    latest[seen.next] = error
    seen.next = seen.next + 1 if seen.next + 1 < latest.size else 0
    seen.stored = min(seen.stored + 1, latest.size)
    seen.n += 1.0
    seen.mean += (error - seen.mean) / seen.n
    if seen.n < s.grace:
        return STABLE
    level = _level(s, m)
    seen.is_long = level == STABLE and seen.n >= s.longest
    return level


@compiled
def _level(s, m):
    """The level by the error rate, once enough errors have been seen."""
    seen = s.seen[m]
    deviation = math.sqrt(seen.mean * (1.0 - seen.mean) / seen.n)
    if seen.mean + deviation < seen.lowest:
        seen.lowest = seen.mean + deviation
        seen.lowest_mean, seen.lowest_deviation = seen.mean, deviation
    above = seen.mean + deviation - seen.lowest_mean
    if above > s.alarm * seen.lowest_deviation:
        return ALARM
    if above <= s.warning * seen.lowest_deviation:
        seen.warning = 0.0
        return STABLE
    seen.warning += 1.0
    return ALARM if seen.warning > s.warned else WARNING


@compiled
def _forget(s, m):
    """Count the latest errors alone."""
    seen, latest = s.seen[m], s.latest[m]
    seen.n = seen.mean = seen.warning = 0.0
    place = seen.next if seen.stored == latest.size else 0
    for _ in range(seen.stored):
        seen.n += 1.0
        seen.mean += (latest[place] - seen.mean) / seen.n
        place = place + 1 if place + 1 < latest.size else 0
    seen.is_long = False


@compiled
def rddm_reset(s, m):
    seen = s.seen[m]
    seen.n = seen.mean = seen.warning = 0.0
    seen.lowest = np.inf
    seen.stored = seen.next = 0
    seen.is_long = False


register_detector(Rddm, update=rddm_update, reset=rddm_reset)


class Stepd(NamedTuple):
    """STEPD (Nishida & Yamauchi 2007): the latest errors differ in number from those before."""

    sums: np.ndarray  # (M,) of SUMS
    latest: np.ndarray  # (M, window) errors, each a circular buffer
    warning: float  # standard errors
    alarm: float  # standard errors


SUMS = np.dtype(
    [
        ("n", np.int64),  # errors seen
        ("next", np.int64),  # place of the next error
        ("older", np.float64),  # the sum of the errors before the latest
        ("recent", np.float64),  # the sum of the latest
    ]
)


def stepd(members, window, warning, alarm) -> Stepd:
    """Detectors that have seen no errors."""
    sums = np.zeros(members, SUMS)
    return Stepd(sums, np.zeros((members, window)), float(warning), float(alarm))


@compiled
def stepd_update(s, m, error):
    sums, latest = s.sums[m], s.latest[m]
    window = latest.size
    if sums.n >= window:
        sums.older += latest[sums.next]
        sums.recent -= latest[sums.next]
    latest[sums.next] = error
    sums.next = sums.next + 1 if sums.next + 1 < window else 0
    sums.recent += error
    sums.n += 1
    if sums.n < 2 * window:
        return STABLE
    distance = _standard_errors(sums.older, sums.n - window, sums.recent, window)
    return ALARM if distance > s.alarm else WARNING if distance > s.warning else STABLE


@compiled
def _standard_errors(older, n_older, recent, n_recent):
    """How far two rates are apart, corrected for continuity; 0 where all errors are the same."""
    each = 1.0 / n_older + 1.0 / n_recent
    rate = (older + recent) / (n_older + n_recent)
    variance = rate * (1.0 - rate) * each
    if variance <= 0.0:
        return 0.0
    apart = abs(older / n_older - recent / n_recent) - 0.5 * each
    return apart / math.sqrt(variance)


@compiled
def stepd_reset(s, m):
    sums = s.sums[m]
    sums.n = sums.next = 0
    sums.older = sums.recent = 0.0


register_detector(Stepd, update=stepd_update, reset=stepd_reset)


class Fhddm(NamedTuple):
    """FHDDM (Pesaranghader & Viktor 2016): the rate of the latest errors is above its lowest."""

    windows: np.ndarray  # (M,) of WINDOW
    latest: np.ndarray  # (M, window) errors, each a circular buffer
    bound: float  # Hoeffding's


WINDOW = np.dtype(
    [
        ("n", np.int64),  # errors seen
        ("next", np.int64),  # place of the next error
        ("sum", np.float64),  # of the latest
        ("lowest", np.float64),  # that the sum has been
    ]
)


def fhddm(members, window, confidence) -> Fhddm:
    """Detectors that have seen no errors."""
    windows = np.zeros(members, WINDOW)
    windows["lowest"] = np.inf
    bound = math.sqrt(math.log(1.0 / confidence) / (2.0 * window))
    return Fhddm(windows, np.zeros((members, window)), bound)


@compiled
def fhddm_update(s, m, error):
    window, latest = s.windows[m], s.latest[m]
    if window.n >= latest.size:
        window.sum -= latest[window.next]
    latest[window.next] = error
    window.next = window.next + 1 if window.next + 1 < latest.size else 0
    window.sum += error
    window.n += 1
    if window.n < latest.size:
        return STABLE
    window.lowest = min(window.lowest, window.sum)
    return ALARM if (window.sum - window.lowest) / latest.size > s.bound else STABLE


@compiled
def fhddm_reset(s, m):
    window = s.windows[m]
    window.n = window.next = 0
    window.sum = 0.0
    window.lowest = np.inf


register_detector(Fhddm, update=fhddm_update, reset=fhddm_reset)
