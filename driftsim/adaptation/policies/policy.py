"""Policies: the one interface to every way of keeping a model up to date; and not doing so."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np

from driftsim.adaptation.detectors import Detector
from driftsim.parts import Part
from driftsim.rows import Deployed, Event, Schema


class Policy(Part):
    """A way to keep a model up to date."""

    homes = ("driftsim.adaptation.policies",)
    learns_on: ClassVar[bool] = False  # calls `learn`, not only `fit`
    starts_cold: ClassVar[bool] = False  # can do without a warm-up
    pretrains: ClassVar[bool] = True  # its first training is a `fit`
    monitors_errors: ClassVar[bool] = False  # looks at every label that comes in
    learns_along: ClassVar[bool] = False  # gives each arrival whole to `test_then_train`
    knows: ClassVar[Literal["", "changes"]] = ""  # what a reference knows of the truth
    renamed_members = {"fault": "incompatibility", "told": "knows", "hears": "monitors_errors"}
    sought = {
        word: advice
        for words, advice in (
            (
                "fine_tune fine_tuning finetune warm_start",
                "write `from: model` in a policy that retrains: {kind: periodic, every: …, "
                "memory: chunk, from: model}",
            ),
            ("studd STUDD student_teacher", "write on_student"),
            ("offline once train_once batch never", "write static, which is trained once"),
            (
                "on_alarm alarm retrain_on_drift",
                "write on_drift, or doubling, which keep a detector",
            ),
            (
                "retrain retrained retraining scheduled",
                "write {kind: periodic, every: 1_000}, or on_drift, which waits for an alarm",
            ),
            ("monthly", "write {kind: periodic, every: 1mo}"),
            ("weekly", "write {kind: periodic, every: 1w}"),
            ("daily", "write {kind: periodic, every: 1d}"),
            ("incremental", "write online, or pretrained_online after a warm-up"),
        )
        for word in words.split()
    }

    @property
    def library(self) -> str | None:
        """The distribution whose version its alarms depend on, or None."""

    @property
    def weighs(self) -> bool:
        """Whether it needs a learner that takes weights."""
        return False

    @property
    def tunes(self) -> bool:
        """Whether it has models `tuned`: goes on from the one in force where it trains."""
        return False

    @property
    def detectors(self) -> list[Detector]:
        """The detectors whose alarms it acts on."""
        parts = (getattr(self, name) for name in type(self).model_fields)
        return [part for part in parts if isinstance(part, Detector)]

    @property
    def raises_alarms(self) -> bool:
        """Whether it says when it takes the concept to have changed."""
        return bool(self.detectors)

    def student_of(self, learner: Part) -> Any:
        """The learner of a student that mimics the model in force, which is of another learner.

        None: there is no student.
        """
        return None

    def incompatibility(self, schema: Schema, rows: int) -> str | None:
        """Why it cannot keep a model up to date over so many rows of this schema, or None."""

    @abstractmethod
    def run(self, model, history, arrivals, rng) -> Iterator[np.ndarray | Event]:
        """Yield predictions for all arriving rows, and train the model on labels that came in.

        It trains the model first on the labelled rows of `history`, then yields one array of
        predictions after another, rows in order, and an `Event` where one has happened: the first
        is that a model is `Deployed`. It asks for the next arrival when it has used all of the
        last. A reference that `knows` the changes of the stream takes them as a further argument,
        and a policy with a student an untrained model for it.
        """


class Static(Policy):
    """Train once, on the warm-up."""

    def run(self, model, history, arrivals, rng):
        model = model.fit(history)
        yield Deployed(model)
        for arrival in arrivals:
            yield model.predict(arrival.X)
