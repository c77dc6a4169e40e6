"""Control charts: detectors of rises that compare one running sum with a limit."""

from math import nan
from typing import Annotated

from pydantic import Field, model_validator

from driftsim.adaptation.detectors.detector import KernelDetector, Positive
from driftsim.parts import Count, Number


class Cusum(KernelDetector):
    """CUSUM (Page 1954): what errors exceed their mean by, summed, is too much.

    Formula:
        S = max(0, S + error - mean - slack); an alarm where S > threshold
    """

    grace: Count = 30  # errors seen before it may fire
    slack: Annotated[Number, Field(ge=0)] = 0.005  # tolerated difference from the mean
    threshold: Positive = 50.0  # of the sum, which is never below 0
    target: Number | None = None  # the mean without a change; none: that of all errors so far

    def states(self, members, rng):
        from driftsim.kernels import control_charts

        target = nan if self.target is None else float(self.target)
        numbers = float(self.slack), float(self.threshold)
        return control_charts.Cusum(
            control_charts.charts(members), float(self.grace), target, *numbers
        )


class GeometricMovingAverage(KernelDetector):
    """Geometric moving average (Roberts 1959) of how far errors exceed their mean: it is high.

    Formula:
        A = fading A + (1 - fading) (error - mean); an alarm where A > threshold
    """

    grace: Count = 30  # errors seen before it may fire
    fading: Annotated[Number, Field(gt=0, lt=1)] = 0.99  # of the average, at each error
    threshold: Positive = 0.1  # of the average

    def states(self, members, rng):
        from driftsim.kernels import control_charts

        numbers = map(float, (self.grace, self.fading, self.threshold))
        return control_charts.GeometricMovingAverage(control_charts.charts(members), *numbers)


class Ecdd(KernelDetector):
    """ECDD (Ross et al. 2012), an EWMA chart: a moving error rate is well above that of all.

    Formula:
        Z = (1 - rate) Z + rate error; an alarm where Z > p + limit σ, with p the mean of all errors
        σ² = p (1 - p) rate / (2 - rate) (1 - (1 - rate)²ⁿ)
        limit = 3.97 - 6.56 p + 48.73 p³ - 330.13 p⁵ + 848.18 p⁷, if none is given
    """

    warns = binary = True

    grace: Count = 30  # errors seen before it may fire
    rate: Annotated[Number, Field(gt=0, lt=1)] = 0.2  # weight of the latest error
    limit: Positive | None = None  # standard deviations; none: one false alarm in 400 errors
    warning: Annotated[Number, Field(gt=0, le=1)] = 0.5  # share of the limit

    def states(self, members, rng):
        from driftsim.kernels import control_charts

        limit = nan if self.limit is None else float(self.limit)
        numbers = float(self.rate), limit, float(self.warning)
        return control_charts.Ecdd(control_charts.charts(members), float(self.grace), *numbers)

    @model_validator(mode="after")
    def _has_a_limit(self):
        if self.limit is None and self.rate != 0.2:
            raise ValueError(
                f"the published limit is for a rate of 0.2, not of {self.rate}; give `limit`, "
                "in standard deviations, too"
            )
        return self
