"""Detectors: tell from a model's errors that the concept has changed.

They are given 1 for a wrong prediction and 0 for a correct one, in the order in which labels come
in. They run compiled where a kernel fires when river's own object does: see kernels/registry.py.
"""

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from driftsim.kernels import registry
from driftsim.kernels.stand_ins import base, named, stand_in
from driftsim.kernels.values import Uncovered
from driftsim.libraries import called, imported, parameters
from driftsim.parts import Count, Imported, Number, Part
from driftsim.rows import Schema
from driftsim.safety import guard

Alarm = Callable[[np.ndarray], tuple[int, str] | None]


class Detector(Part):
    """A test for change in a sequence of errors."""

    library: ClassVar[str | None] = None  # the distribution whose version its alarms depend on
    warns: ClassVar[bool] = False  # gives warnings before alarms
    binary: ClassVar[bool] = False  # is for errors of 0 and 1 only
    needs_compiling: ClassVar[bool] = False  # whether `compile` would take seconds
    renamed_members = {"fault": "incompatibility", "load": "compile", "cold": "needs_compiling"}
    sought = {
        "kswin": "write river.drift.KSWIN",
        "hddm_a": "write river.drift.binary.HDDMA",
        "hddm_w": "write river.drift.binary.HDDMW",
    }

    @property
    def title(self) -> str:
        """What it is called in a message."""
        return f"'{self.kind()}'"

    def engine(self) -> str:
        """What it runs on: `compiled`, or a library, and why no kernel serves."""
        return self.library or "numpy"

    def incompatibility(self, schema: Schema) -> str | None:
        """Why it cannot monitor the errors on rows of this schema, or None."""
        if self.binary and schema.regression:
            return (
                f"{self.title} is for errors of 0 and 1, and the labels are numbers; "
                "use adwin or page_hinkley"
            )
        return None

    def compile(self) -> None:
        """Load the code it runs on, or compile it where that has not been done yet."""

    @abstractmethod
    def start(self, rng: np.random.Generator) -> Alarm:
        """An alarm: a function of the next errors (m,).

        It gives the index of the first error at which it fires, with "warning" or "alarm",
        and ignores those after it; or None. After an alarm it starts again without errors.
        """


class KernelDetector(Detector):
    """A detector that runs on a kernel: see docs/compiled.md for how to write one."""

    @property
    def kernel(self) -> tuple:
        """What is compiled for it: the same for all detectors that share it."""
        from driftsim.kernels import cache, detector_loop

        return cache.key_of(detector_loop.detect, self.state(np.random.default_rng(0)))

    @property
    def needs_compiling(self) -> bool:  # type: ignore[override]  # known only by its state
        from driftsim.kernels import cache, detector_loop

        return cache.needs_compiling(detector_loop.detect, self.state(np.random.default_rng(0)))

    def engine(self):
        return "compiled"

    def compile(self):
        self.start(np.random.default_rng(0))

    def start(self, rng):
        from driftsim.kernels import cache, detector_loop

        state, level = self.state(rng), np.zeros(1, np.int64)
        detect = cache.entry(detector_loop.detect, state, level, np.empty(0))

        def alarm(errors):
            index, found = detect(state, level, np.require(errors, float, ["C", "A", "W"]))
            fired = "alarm" if found == detector_loop.ALARM else "warning"
            return (index, fired) if index >= 0 else None

        return alarm

    @abstractmethod
    def state(self, rng: np.random.Generator) -> tuple:
        """The state of a kernel, of one member that has seen no errors."""


class OfRiver(KernelDetector):
    """A detector of river: compiled where a kernel fires at the same errors, or its own object."""

    library = "river"

    @property
    def needs_compiling(self) -> bool:  # type: ignore[override]  # known only by its state
        return self.engine() == "compiled" and super().needs_compiling

    def engine(self):
        if not self._compiled:
            return self.library
        params = self._seeded(np.random.default_rng(0))
        if self._stand_in(params):
            return "compiled"
        return registry.engine(self.library, self._object(params))

    def start(self, rng):
        if self.engine() == "compiled":
            return super().start(rng)
        return alarm_of_object(self._maker(rng))

    def state(self, rng):
        return self.states(1, rng)

    def states(self, members: int, rng: np.random.Generator) -> tuple:
        """The state of a kernel, of so many members that have seen no errors."""
        params = self._seeded(rng)
        return registry.equivalent(self._stand_in(params) or self._object(params))(members=members)

    @abstractmethod
    def _of_river(self) -> tuple[str, dict[str, Any]]:
        """The path of the class of river, and the parameters of that."""

    def _maker(self, rng: np.random.Generator) -> Callable[[], Any]:
        """What makes a detector of river that has seen no errors, an open seed drawn."""
        return partial(self._object, self._seeded(rng))

    def _seeded(self, rng):
        """The parameters of the class of river, an open seed drawn."""
        path, params = self._of_river()
        known = parameters(stand_in(path) or _river_detector(path))
        if "seed" in known and params.get("seed") is None:
            return params | {"seed": int(rng.integers(2**31))}
        return params

    def _stand_in(self, params):
        """What stands in for river's object that runs compiled, or None: then river is asked."""
        path, _ = self._of_river()
        try:
            like = called(named(path), params, path)
            registry.equivalent(like)
        except (ValueError, Uncovered):
            return None
        return like

    def _object(self, params):
        path, _ = self._of_river()
        return called(_river_detector(path), params, path)


class Adwin(OfRiver):
    """ADWIN (Bifet & Gavaldà 2007): two halves of an adaptive window have different means."""

    delta: Annotated[Number, Field(gt=0, lt=1)] = 0.002  # chance of a false alarm

    def _of_river(self):
        return "river.drift.ADWIN", {"delta": self.delta}


class Ddm(OfRiver):
    """DDM (Gama et al. 2004): the error rate has risen well above its lowest level."""

    warns = binary = True

    grace: Count = 30  # errors seen before it may fire
    warning: Annotated[Number, Field(gt=0)] = 2.0  # standard deviations
    alarm: Annotated[Number, Field(gt=0)] = 3.0  # standard deviations

    def _of_river(self):
        return "river.drift.binary.DDM", {
            "warm_start": self.grace,
            "warning_threshold": self.warning,
            "drift_threshold": self.alarm,
        }


class Eddm(OfRiver):
    """EDDM (Baena-García et al. 2006): wrong predictions have come closer together."""

    warns = binary = True

    grace: Count = 30  # wrong predictions before it may fire
    warning: Annotated[Number, Field(gt=0, le=1)] = 0.95  # of the longest distance between them
    alarm: Annotated[Number, Field(gt=0, le=1)] = 0.9  # of the same, at most `warning`

    def _of_river(self):
        return "river.drift.binary.EDDM", {
            "warm_start": self.grace,
            "alpha": self.warning,
            "beta": self.alarm,
        }

    @model_validator(mode="after")
    def _warns_first(self):
        if self.alarm > self.warning:
            raise ValueError(
                f"an alarm at {self.alarm} of the distance comes before the warning at "
                f"{self.warning}; give it at most that"
            )
        return self


class PageHinkley(OfRiver):
    """Page-Hinkley (Page 1954): the errors have stayed above their running mean for long enough."""

    grace: Count = 30  # errors seen before it may fire
    slack: Annotated[Number, Field(ge=0)] = 0.005  # tolerated difference from the mean
    threshold: Annotated[Number, Field(gt=0)] = 50.0  # of the summed differences
    fading: Annotated[Number, Field(gt=0, le=1)] = 0.9999  # of the sum, at each error

    def _of_river(self):
        return "river.drift.PageHinkley", {
            "min_instances": self.grace,
            "delta": self.slack,
            "threshold": self.threshold,
            "alpha": self.fading,
            "mode": "up",
        }


class RiverDetector(Imported, OfRiver, extra="allow"):
    """Any detector of river.drift, by its path and with river's own parameters."""

    package = "river.drift"

    @property
    def warns(self) -> bool:  # type: ignore[override]  # as the class does
        return self._is("DriftAndWarningDetector") or self._is("BinaryDriftAndWarningDetector")

    @property
    def binary(self) -> bool:  # type: ignore[override]  # as the class is
        return self._is("BinaryDriftDetector")

    @property
    def title(self):
        return self.path.rpartition(".")[2]

    def _is(self, role):
        """Whether the class is of a class of river.base."""
        if known := stand_in(self.path):
            return issubclass(known, getattr(base, role))
        import river.base

        return issubclass(_river_detector(self.path), getattr(river.base, role))

    def _of_river(self):
        return self.path, self.params

    @model_validator(mode="after")
    def _exists(self):
        guard(self.path, self.params)
        if not self._stand_in(self.params):
            self._object(self.params)
        return self


def alarm_of_object(make) -> Alarm:
    """An alarm from a detector of river, which is made again whenever it fires."""
    detector, warned = make(), False

    def alarm(errors):
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

    return alarm


def _river_detector(path):
    from river import base

    kinds = base.DriftDetector, base.BinaryDriftDetector
    return imported(
        path, ["river.drift"], lambda it: isinstance(it, type) and issubclass(it, kinds)
    )
