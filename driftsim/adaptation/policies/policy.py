"""Policies: the one interface to every way of keeping a model up to date; and not doing so."""

from abc import abstractmethod
from typing import ClassVar, Literal

from driftsim.adaptation.detectors import Detector
from driftsim.parts import Part


class Policy(Part):
    """A way to keep a model up to date."""

    learns_on: ClassVar[bool] = False  # calls `learn`, not only `fit`
    starts_cold: ClassVar[bool] = False  # can do without a warm-up
    pretrains: ClassVar[bool] = True  # its first training is a `fit`
    monitors_errors: ClassVar[bool] = False  # looks at every label that comes in
    knows: ClassVar[Literal["", "changes"]] = ""  # what a reference is told of the truth
    renamed_members = {"fault": "incompatibility", "told": "knows", "hears": "monitors_errors"}

    @property
    def library(self):
        """The distribution whose version its answers depend on, or None."""

    @property
    def weighs(self):
        """Whether it needs a learner that takes weights."""
        return False

    @property
    def detectors(self):
        """The detectors it hears alarms from."""
        parts = (getattr(self, name) for name in type(self).model_fields)
        return [part for part in parts if isinstance(part, Detector)]

    def incompatibility(self, schema, rows):
        """Why it cannot keep a model up to date over so many rows of this schema, or None."""

    @abstractmethod
    def run(self, model, history, arrivals, rng):
        """Yield predictions for all arriving rows, and train the model on labels that came in.

        It trains the model first on the labelled rows of `history`, then yields one array of
        predictions after another, rows in order, and an `Event` where one has happened. A
        reference that is told the `changes` of the stream takes them as a further argument.
        """


class Static(Policy):
    """Train once, on the warm-up."""

    def run(self, model, history, arrivals, rng):
        model = model.fit(history)
        for arrival in arrivals:
            yield model.predict(arrival.X)
