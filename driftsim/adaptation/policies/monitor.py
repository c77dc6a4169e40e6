"""Monitor: a detector on the errors of a model that its alarms never change."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import numpy as np
from pydantic import field_validator

from driftsim.adaptation.detectors import Adwin, Detector
from driftsim.adaptation.error_monitor import PendingPredictions
from driftsim.adaptation.policies.policy import Policy, Static
from driftsim.rows import Alarm, Arrival


class Monitor(Policy):
    """Keep a model up to date by another policy, and monitor its errors: alarms change nothing.

    So several detectors monitor the same errors, or the same `labels`, a signal without a model.
    After an alarm the detector starts again without errors, at the next one.
    """

    detector: Detector = Adwin()  # of the errors that are monitored
    of: Policy = Static()  # that keeps the model up to date
    signal: Literal["errors", "labels"] = "errors"  # that the detector is given

    @property
    def library(self):
        return self.detector.library or self.of.library

    @property
    def learns_on(self) -> bool:  # type: ignore[override]  # as the other does
        return self.of.learns_on

    @property
    def starts_cold(self) -> bool:  # type: ignore[override]  # as the other does
        return self.of.starts_cold

    @property
    def pretrains(self) -> bool:  # type: ignore[override]  # as the other does
        return self.of.pretrains

    @property
    def monitors_errors(self) -> bool:  # type: ignore[override]  # else its model uses every label
        return not self.of.learns_along

    @property
    def memory(self):
        """That of the other, None if it has none."""
        return getattr(self.of, "memory", None)

    @property
    def weighs(self):
        return self.of.weighs

    @property
    def tunes(self):
        return self.of.tunes

    def incompatibility(self, schema, rows):
        if self.signal == "labels" and not schema.regression and schema.n_classes != 2:
            return (
                f"labels of {schema.n_classes:,} classes are no signal; "
                "monitor errors, or labels of two classes or numbers"
            )
        return self.detector.incompatibility(schema) or self.of.incompatibility(schema, rows)

    def run(self, model, history, arrivals, rng):
        (own,) = rng.spawn(1)  # so that the model is the same with any detector
        watched, detect = deque[Arrival](), self.detector.start(own)
        values = labels_in if self.signal == "labels" else PendingPredictions().errors
        for given in self.of.run(model, history, watching(arrivals, watched), rng):
            if isinstance(given, np.ndarray):
                yield from with_alarms(given, watched, values, detect)
            else:
                yield given

    @field_validator("of")
    @classmethod
    def _ignores_alarms(cls, of: Policy) -> Policy:
        if of.raises_alarms or of.knows:
            why = "acts on changes itself" if of.knows else "raises alarms itself"
            raise ValueError(f"'{of.kind()}' {why}; give one that does not, such as static, online")
        return of


def watching(arrivals: Iterable[Arrival], watched: deque[Arrival]) -> Iterator[Arrival]:
    """The same arrivals, each also put into `watched`."""
    for arrival in arrivals:
        watched.append(arrival)
        yield arrival


def with_alarms(
    predicted: np.ndarray, watched: deque[Arrival], values: Callable, detect: Callable
) -> Iterator[np.ndarray | Alarm]:
    """The next predictions (n,), cut where an alarm fires on what comes in around their rows.

    `watched` holds what is left of the arrivals that they are of, and loses their part.
    """
    while len(predicted):
        arrival = watched.popleft()
        n = min(len(predicted), len(arrival.t))
        head, rest = arrival.before_row(n)
        if len(rest.t):
            watched.appendleft(rest)
        done = 0
        for row in alarm_rows(head, values(head, predicted[:n]), detect):
            if row > done:
                yield predicted[done:row]
            yield Alarm()
            done = row
        if n > done:
            yield predicted[done:n]
        predicted = predicted[n:]


def alarm_rows(head: Arrival, values: np.ndarray, detect: Callable) -> Iterator[int]:
    """How many rows of an arrival are predicted before each alarm on the values (m,) it brings."""
    known = np.flatnonzero(~np.isnan(values))
    while (found := detect(values[known])) is not None:
        index, level = found
        if level == "alarm":
            yield int(np.searchsorted(head.due_by[:-1], known[index] + 1))
        known = known[index + 1 :]


def labels_in(arrival: Arrival, predicted: np.ndarray) -> np.ndarray:
    """The labels (m,) that come in, as a signal."""
    return arrival.due_y.astype(float)
