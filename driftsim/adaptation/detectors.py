"""Detectors: tell from a model's errors that the concept has changed.

They hear 1 for a wrong prediction and 0 for a right one, in the order labels come in.
"""

from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from driftsim.libraries import called, imported, parameters
from driftsim.parts import Count, Imported, Number, Part, Share


class Detector(Part):
    """A test for change in a sequence of errors."""

    library: ClassVar[str | None] = None  # the distribution whose version its alarms depend on
    warns: ClassVar[bool] = False  # gives warnings before alarms
    binary: ClassVar[bool] = False  # is for errors of 0 and 1 alone

    @property
    def title(self):
        """What it is called in a message."""
        return f"'{self.kind()}'"

    def fault(self, schema):
        """Why it cannot hear the errors made on rows of this schema, or None."""
        if self.binary and schema.regression:
            return (
                f"{self.title} is for errors of 0 and 1, and the labels are numbers; "
                "use adwin or page_hinkley"
            )

    @abstractmethod
    def start(self, rng):
        """An alarm: a function of the next errors (m,).

        It gives the index of the first error at which it rings, with "warning" or "alarm",
        and ignores those after it; or None. After an alarm it has forgotten all it heard.
        """


class Adwin(Detector):
    """ADWIN (Bifet & Gavaldà 2007): two halves of an adaptive window have different means."""

    library = "river"

    delta: Annotated[Number, Field(gt=0, lt=1)] = 0.002  # chance of a false alarm

    def start(self, rng):
        from river import drift

        return listening(lambda: drift.ADWIN(delta=self.delta))


class Ddm(Detector):
    """DDM (Gama et al. 2004): the error rate has risen well above its lowest level."""

    library = "river"
    warns = binary = True

    grace: Count = 30  # errors heard before it may ring
    warning: Annotated[Number, Field(gt=0)] = 2.0  # standard deviations
    alarm: Annotated[Number, Field(gt=0)] = 3.0  # standard deviations

    def start(self, rng):
        from river.drift import binary

        return listening(lambda: binary.DDM(self.grace, self.warning, self.alarm))


class PageHinkley(Detector):
    """Page-Hinkley (Page 1954): the errors have stayed above their running mean for long enough."""

    library = "river"

    grace: Count = 30  # errors heard before it may ring
    slack: Annotated[Number, Field(ge=0)] = 0.005  # tolerated difference from the mean
    threshold: Annotated[Number, Field(gt=0)] = 50.0  # of the summed differences
    fading: Annotated[Share, Field(gt=0)] = 0.9999  # of the sum, at each error

    def start(self, rng):
        from river import drift

        return listening(
            lambda: drift.PageHinkley(self.grace, self.slack, self.threshold, self.fading, "up")
        )


class RiverDetector(Imported, Detector, extra="allow"):
    """Any detector of river.drift, by its path and with river's own parameters."""

    package = "river.drift"
    library = "river"

    @property
    def warns(self):
        from river import base

        kinds = base.DriftAndWarningDetector, base.BinaryDriftAndWarningDetector
        return issubclass(_river_detector(self.path), kinds)

    @property
    def binary(self):
        from river import base

        return issubclass(_river_detector(self.path), base.BinaryDriftDetector)

    @property
    def title(self):
        return self.path.rpartition(".")[2]

    def start(self, rng):
        seeds = {"seed": int(rng.integers(2**31))} if self._unseeded() else {}
        return listening(lambda: self._made(seeds))

    def _made(self, seeds):
        return called(_river_detector(self.path), self.model_extra | seeds, self.path)

    def _unseeded(self):
        return (
            "seed" in parameters(_river_detector(self.path))
            and self.model_extra.get("seed") is None
        )

    @model_validator(mode="after")
    def _exists(self):
        self._made({})
        return self


def listening(make):
    """An alarm from a detector of river, made anew whenever it rings."""
    detector, warned = make(), False

    def first_ring(errors):
        nonlocal detector, warned
        for i, error in enumerate(errors.tolist()):
            detector.update(error)
            if detector.drift_detected:
                detector, warned = make(), False
                return i, "alarm"
            before, warned = warned, getattr(detector, "warning_detected", False)
            if warned and not before:
                return i, "warning"
        return None

    return first_ring


def _river_detector(path):
    from river import base

    kinds = base.DriftDetector, base.BinaryDriftDetector
    return imported(path, "river.drift", lambda it: isinstance(it, type) and issubclass(it, kinds))
