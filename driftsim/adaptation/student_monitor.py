"""Student monitor: whether a student still mimics the model in force, without labels."""

from typing import NamedTuple

import numpy as np

from driftsim.adaptation.error_monitor import ErrorMonitor, Fired, Moment
from driftsim.parts import MOST_ROWS
from driftsim.rows import Arrival, Labelled, label_of


class FiredAtRow(NamedTuple):
    """An alarm that fired once a row was predicted, whatever labels had come in."""

    rows: int  # of the arrival, up to the one at which it fired
    at: Moment
    warned: Moment | None = None  # when the last warning before it fired

    def cut(self, arrival: Arrival) -> tuple[Arrival, Arrival]:
        """The arrival up to the alarm, and the rest."""
        return arrival.before_row(self.rows)


class StudentMonitor:
    """Gives a detector the mimicking loss: how far a student is from the model in force.

    The student is trained on the rows that this one, its teacher, was trained on, with the
    teacher's predictions in the place of labels (STUDD: Cerqueira et al. 2022). `errors` does the
    rest: it is given the predictions as labels that come in at once.
    """

    row = MOST_ROWS  # before which it wants to `check`: there is none

    def __init__(self, untrained, errors: ErrorMonitor):
        self._untrained, self._errors = untrained, errors

    def start(self, t: int, rows: Labelled | None, model=None):
        """Train a student of the model that predicts from row `t` on, and was trained on `rows`.

        None: the model in force stays, and so does its student.
        """
        if rows is not None:
            mimicked = Labelled(rows.t, rows.X, label_of(model.predict(rows.X)))
            self._student = self._untrained.fit(mimicked)
        self._errors.start(t)

    def update(self, arrival: Arrival, predicted: np.ndarray) -> FiredAtRow | None:
        """Compare the student with the predictions of its teacher, up to the first alarm."""
        fired = self._errors.update(answered(arrival, predicted), self._student.predict(arrival.X))
        return fired and fired_at_row(fired)

    def check(self, t: int) -> Fired | None:
        """Look for an alarm before row `t`: None, since a student is asked about rows alone."""


def answered(arrival: Arrival, predicted: np.ndarray) -> Arrival:
    """The rows of an arrival, each with what was predicted of it as its label, at once."""
    t, X, n = arrival.t, arrival.X, len(arrival.t)
    return Arrival(t, X, t, X, label_of(predicted), np.arange(n + 1), arrival.oldest)


def fired_at_row(fired: Fired) -> FiredAtRow:
    """An alarm among answers, one a row, as an alarm among rows."""
    return FiredAtRow(fired.labels, fired.at, fired.warned)
