"""Control charts: detectors of rises that compare one running sum with a limit."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, STABLE, WARNING, register_detector
from driftsim.kernels.loop import compiled

CHART = np.dtype([("n", np.float64), ("mean", np.float64), ("sum", np.float64)])


class Cusum(NamedTuple):
    """CUSUM (Page 1954): what errors exceed a mean by, summed and never below 0."""

    charts: np.ndarray  # (M,) of CHART
    grace: float
    target: float  # the mean without a change; NaN: that of all errors
    slack: float
    threshold: float


class GeometricMovingAverage(NamedTuple):
    """Geometric moving average (Roberts 1959) of how far errors exceed their mean."""

    charts: np.ndarray  # (M,) of CHART
    grace: float
    fading: float
    threshold: float


class Ecdd(NamedTuple):
    """ECDD (Ross et al. 2012): a moving average is many standard deviations above the mean."""

    charts: np.ndarray  # (M,) of CHART
    grace: float
    rate: float  # weight of the latest error
    limit: float  # standard deviations; NaN: by the error rate
    warning: float  # share of the limit


def charts(members) -> np.ndarray:
    """Charts of no errors (members,)."""
    return np.zeros(members, CHART)


@compiled
def _seen(chart, error):
    """Take an error into the mean of a chart: how far it is above that."""
    chart.n += 1.0
    chart.mean += (error - chart.mean) / chart.n
    return error - chart.mean


@compiled
def cusum_update(s, m, error):
    chart = s.charts[m]
    above = _seen(chart, error)
    if not math.isnan(s.target):
        above = error - s.target
    chart.sum = max(0.0, chart.sum + above - s.slack)
    return ALARM if chart.n >= s.grace and chart.sum > s.threshold else STABLE


@compiled
def geometric_update(s, m, error):
    chart = s.charts[m]
    above = _seen(chart, error)
    chart.sum = s.fading * chart.sum + (1.0 - s.fading) * above
    return ALARM if chart.n >= s.grace and chart.sum > s.threshold else STABLE


@compiled
def ecdd_update(s, m, error):
    chart = s.charts[m]
    _seen(chart, error)
    chart.sum += s.rate * (error - chart.sum)
    if chart.n < s.grace:
        return STABLE
    spread = s.rate / (2.0 - s.rate) * (1.0 - (1.0 - s.rate) ** (2.0 * chart.n))
    deviation = math.sqrt(chart.mean * (1.0 - chart.mean) * spread)
    limit = _limit(chart.mean) if math.isnan(s.limit) else s.limit
    above = chart.sum - chart.mean
    if above > limit * deviation:
        return ALARM
    return WARNING if above > s.warning * limit * deviation else STABLE


@compiled
def _limit(p):
    """The limit at an error rate for a false alarm in 400 errors, at a rate of 0.2."""
    return 3.97 - 6.56 * p + 48.73 * p**3 - 330.13 * p**5 + 848.18 * p**7


@compiled
def chart_reset(s, m):
    chart = s.charts[m]
    chart.n = chart.mean = chart.sum = 0.0


register_detector(Cusum, update=cusum_update, reset=chart_reset)
register_detector(GeometricMovingAverage, update=geometric_update, reset=chart_reset)
register_detector(Ecdd, update=ecdd_update, reset=chart_reset)
