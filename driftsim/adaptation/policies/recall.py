"""Recall: past models are kept, and tried again when something has changed."""

from typing import ClassVar

import numpy as np
from pydantic import model_validator

from driftsim.adaptation.error_monitor import ErrorMonitor, distances
from driftsim.adaptation.policies.on_alarm import ByDetector, alarm_trigger
from driftsim.durations import Span
from driftsim.parts import Count
from driftsim.rows import Labelled


class Recall(ByDetector):
    """After an alarm, deploy the best of past models and a new one: for concepts that return.

    They are compared on `memory` labels of rows after the alarm. The new model is trained on
    the first half of them, and all are compared on the second; if it wins, it is trained on all.
    """

    every: ClassVar[None] = None  # it waits for alarms alone

    start_from: ClassVar = "scratch"  # type: ignore[misc]  # no field
    from_scratch = "a new model is to differ from those that are kept"

    models: Count = 10  # that are kept, the one in force among them: the last to be deployed
    cooldown: Span = 0  # rows, or time, after a deployment before an alarm is acted on

    @property
    def gathered(self) -> int:
        """How many labels of rows after an alarm models are compared on."""
        return self.memory.holds or 1

    @property
    def fewest(self):
        return self.gathered

    def trigger(self, history, memory, rng):
        monitor = ErrorMonitor(self.detector, rng, self.falls, self.cooldown, self.clock)
        return alarm_trigger(self, monitor, history, memory)

    def trainer(self, model):
        return ModelPool(model, self.models)

    @model_validator(mode="after")
    def _knows_how_many(self):
        if not self.memory.holds or self.memory.holds < 2:
            raise ValueError(
                "recall compares models on labels gathered after an alarm; "
                "give memory a number of them, 2 or more"
            )
        return self


class ModelPool:
    """At most `size` models that have served, the last one first."""

    def __init__(self, model, size: int):
        self._untrained, self._size = model, size
        self._models: list = []

    def __call__(self, rows: Labelled, weight: np.ndarray | None = None):
        """The best model on the second half of these rows: a past one or a new one.

        Among equals the last to have served wins, and a new one only if it is better than all.
        """
        if not self._models:
            return self._put_first(self._untrained.fit(rows))
        half = len(rows.t) // 2
        training, trial = rows.part(slice(half)), rows.part(slice(half, None))
        new = self._untrained.fit(training)
        errors = [mean_error(model, trial) for model in self._models]
        best = errors.index(min(errors))
        if mean_error(new, trial) < errors[best]:
            return self._put_first(self._untrained.fit(rows))
        return self._put_first(self._models.pop(best))

    def _put_first(self, model):
        self._models = [model, *self._models][: self._size]
        return model


def mean_error(model, rows: Labelled) -> float:
    """The mean error of a model on labelled rows."""
    return float(distances(model.predict(rows.X), rows.y).mean())
