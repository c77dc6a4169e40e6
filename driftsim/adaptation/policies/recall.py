"""Recalling: past models are kept, and tried again when something has changed."""

from typing import ClassVar

from pydantic import model_validator

from driftsim.adaptation.error_monitor import Ear, distances
from driftsim.adaptation.policies.on_alarm import ByErrors, Detecting
from driftsim.parts import Count, Position


class Recall(Detecting):
    """After an alarm, serve the best of past models and a fresh one: for concepts that return.

    They are compared on `memory` labels of rows after the alarm. The fresh model is trained on
    the first half of them, and all are compared on the second; if it wins, it is trained on all.
    """

    every: ClassVar = None  # it waits for alarms alone

    models: Count = 10  # that are kept, the one in force among them: the last to have served
    cooldown: Position = 0  # rows that a model serves before an alarm is acted on

    @property
    def gathered(self):
        """How many labels of rows after an alarm models are compared on."""
        return self.memory.holds

    fewest = gathered

    def trigger(self, history, rng):
        return ByErrors(history, self, Ear(self.detector, rng, self.falls))

    def trainer(self, model):
        return Recaller(model, self.models)

    @model_validator(mode="after")
    def _knows_how_many(self):
        if not self.memory.holds or self.memory.holds < 2:
            raise ValueError(
                "recall compares models on labels gathered after an alarm; "
                "give memory a number of them, 2 or more"
            )
        return self


class Recaller:
    """Past models, the last to have served first."""

    def __init__(self, model, most):
        self._blank, self._most, self._kept = model, most, []

    def __call__(self, rows, weight=None):
        """The model that is best on the second half of these rows, of the past ones and a new one.

        Among equals the last to have served wins, and a new one only if it is better than all.
        """
        if not self._kept:
            return self._served(self._blank.fit(rows))
        half = len(rows.t) // 2
        fresh, tried = self._blank.fit(rows.part(slice(half))), rows.part(slice(half, None))
        errors = [error(model, tried) for model in self._kept]
        best = errors.index(min(errors))
        if error(fresh, tried) < errors[best]:
            return self._served(self._blank.fit(rows))
        return self._served(self._kept.pop(best))

    def _served(self, model):
        self._kept = [model, *self._kept][: self._most]
        return model


def error(model, rows):
    """The mean error of a model on labelled rows."""
    return float(distances(model.predict(rows.X), rows.y).mean())
