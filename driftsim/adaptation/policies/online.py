"""Online: the model in force learns every label as it comes in."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.error_monitor import ErrorMonitor
from driftsim.adaptation.policies.policy import Policy
from driftsim.rows import Alarm, Arrival, Deployed

STRIDE = 64  # rows learned at once, of which those after an alarm are learned in vain


class Online(Policy):
    """Learn every label as it comes in, once; with `restart`, start anew after each alarm."""

    learns_on = starts_cold = True
    pretrains = False

    restart: Detector | None = None  # monitors the errors; after its alarm a model knows nothing

    @property
    def library(self):
        return self.restart and self.restart.library

    @property
    def monitors_errors(self) -> bool:  # type: ignore[override]  # only with `restart`
        return self.restart is not None

    @property
    def learns_along(self) -> bool:  # type: ignore[override]  # only without `restart`
        return self.restart is None and type(self).run is Online.run

    def incompatibility(self, schema, rows):
        return self.restart and self.restart.incompatibility(schema)

    def run(self, model, history, arrivals, rng):
        model = self.warmed_up(model, history)
        yield Deployed(model)
        if self.restart is None:
            for arrival in arrivals:
                yield model.test_then_train(arrival)
        else:
            yield from restarted(model, history.stop, arrivals, ErrorMonitor(self.restart, rng))

    def warmed_up(self, model, history):
        """A model that has learned the warm-up."""
        if len(history.t):
            model.learn(history)
        return model


class PretrainedOnline(Online):
    """Train offline on the warm-up, then learn every label as it comes in, once: the hybrid."""

    starts_cold = False
    pretrains = True

    epochs: Annotated[int, Field(gt=0, le=10_000)] = 1  # over the warm-up; all but one by `learn`

    def warmed_up(self, model, history):
        model = model.fit(history)
        for _ in range(1, self.epochs):
            model.learn(history)
        return model


def restarted(model, t: int, arrivals: Iterable[Arrival], monitor: ErrorMonitor) -> Iterator:
    """Predictions and events of a model that learns from row `t` on, and anew after each alarm."""
    monitor.start(t)
    for arrival in strides(arrivals, STRIDE):
        while True:
            predicted = model.test_then_train(arrival)
            alarm = monitor.update(arrival, predicted)
            if alarm is None:
                break
            head, arrival = arrival.up_to_label(alarm.labels)
            yield predicted[: len(head.t)]
            yield Alarm()
            model = model.fit(head.due.part(slice(0)))  # on no rows
            yield Deployed(model)
            monitor.start(alarm.at.next)
        yield predicted


def strides(arrivals: Iterable[Arrival], rows: int) -> Iterator[Arrival]:
    """The same arrivals, in pieces of so many rows at most."""
    for arrival in arrivals:
        while len(arrival.t) > rows:
            head, arrival = arrival.before_row(rows)
            yield head
        yield arrival
