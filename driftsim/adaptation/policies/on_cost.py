"""Retraining by its price: when the model in force has cost as much as a training would."""

from typing import Annotated, Literal

from pydantic import Field

from driftsim.adaptation.error_monitor import ErrorMonitor
from driftsim.adaptation.excess import AccruedExcess
from driftsim.adaptation.policies.on_alarm import OnAlarm, alarm_trigger
from driftsim.parts import Count, Number


class OnCost(OnAlarm):
    """Retrain once a model has lost the price of a training, beyond its loss when it was new.

    Its loss when it was new is the value at age 0 of a straight line through its losses, so that a
    loss that grows by `a` a row leads to a training every sqrt(2 × price / a) rows, the cheapest
    period. Where past models were better when they were new, theirs counts, so that a training that
    has not helped is followed by another. So that noise is not taken for it, the sum has to stand
    out: by chance it would be as large with a probability below `level`.

    The rule is that of renting skis until they have cost as much as buying them (Karlin et al.
    1988), the cumulative threshold of Cara (Mahadevan & Mathioudakis 2024, arXiv 2310.04216, read
    as an abstract and summaries; its staleness weighs data by their similarity to queries, which
    is left out), and the avoidable misclassifications of modyn.
    """

    monitors_errors = True

    training: Annotated[Number, Field(gt=0)]  # price, in mistakes; in regression, in its loss
    loss: Literal["absolute", "squared"] = "absolute"  # in regression
    window: Annotated[Count, Field(ge=2)] = 50  # labels of a model before it is judged
    level: Annotated[Number, Field(gt=0, le=0.5)] = 0.025  # probability by chance of what counts

    def incompatibility(self, schema, rows):
        if self.loss == "squared" and not schema.regression:
            return "loss: squared is for numbers, and a mistake is a mistake; leave it out"
        return super().incompatibility(schema, rows)

    def trigger(self, history, memory, rng):
        excess = AccruedExcess(self.training, self.window, self.level, self.loss == "squared")
        monitor = ErrorMonitor(excess, rng, True, self.cooldown, self.clock)
        return alarm_trigger(self, monitor, history, memory)
