"""Detectors: tell from a model's errors that the concept has changed.

They hear 1 for a wrong prediction and 0 for a right one, in the order labels come in. They run
compiled where there is a kernel that rings when river's own object does: see `TWINS`.
"""

from abc import abstractmethod
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.libraries import called, imported, parameters
from driftsim.parts import Count, Imported, Number, Part, Share
from driftsim.safety import guard


class Detector(Part):
    """A test for change in a sequence of errors."""

    library: ClassVar[str | None] = None  # the distribution whose version its alarms depend on
    warns: ClassVar[bool] = False  # gives warnings before alarms
    binary: ClassVar[bool] = False  # is for errors of 0 and 1 alone
    needs_compiling: ClassVar[bool] = False  # whether `compile` would take seconds, to compile
    renamed_members = {
        "fault": "incompatibility",
        "load": "compile",
        "cold": "needs_compiling",
    }

    @property
    def title(self):
        """What it is called in a message."""
        return f"'{self.kind()}'"

    def incompatibility(self, schema):
        """Why it cannot hear the errors made on rows of this schema, or None."""
        if self.binary and schema.regression:
            return (
                f"{self.title} is for errors of 0 and 1, and the labels are numbers; "
                "use adwin or page_hinkley"
            )

    def compile(self):
        """Have the code at hand that an alarm runs on."""

    @abstractmethod
    def start(self, rng):
        """An alarm: a function of the next errors (m,).

        It gives the index of the first error at which it rings, with "warning" or "alarm",
        and ignores those after it; or None. After an alarm it has forgotten all it heard.
        """


class OfRiver(Detector):
    """A detector that river has, compiled where a kernel rings as river's own object does."""

    library = "river"

    @property
    def needs_compiling(self):
        state = self._state(self._maker(np.random.default_rng(0)))
        if state is None:
            return False
        from driftsim.kernels import cache, detector_loop

        return cache.is_cold(detector_loop.listen, state)

    def compile(self):
        self.start(np.random.default_rng(0))

    def start(self, rng):
        make = self._maker(rng)
        state = self._state(make)
        return listening(make) if state is None else listening_compiled(state)

    @abstractmethod
    def _maker(self, rng):
        """What makes a detector of river that has heard nothing."""

    def _state(self, make):
        """The state of a kernel that rings as the detector made does, or None."""
        return twin(make()) if self._compiled else None


class Adwin(OfRiver):
    """ADWIN (Bifet & Gavaldà 2007): two halves of an adaptive window have different means."""

    delta: Annotated[Number, Field(gt=0, lt=1)] = 0.002  # chance of a false alarm

    def _maker(self, rng):
        from river import drift

        return lambda: drift.ADWIN(delta=self.delta)


class Ddm(OfRiver):
    """DDM (Gama et al. 2004): the error rate has risen well above its lowest level."""

    warns = binary = True

    grace: Count = 30  # errors heard before it may ring
    warning: Annotated[Number, Field(gt=0)] = 2.0  # standard deviations
    alarm: Annotated[Number, Field(gt=0)] = 3.0  # standard deviations

    def _maker(self, rng):
        from river.drift import binary

        return lambda: binary.DDM(self.grace, self.warning, self.alarm)


class PageHinkley(OfRiver):
    """Page-Hinkley (Page 1954): the errors have stayed above their running mean for long enough."""

    grace: Count = 30  # errors heard before it may ring
    slack: Annotated[Number, Field(ge=0)] = 0.005  # tolerated difference from the mean
    threshold: Annotated[Number, Field(gt=0)] = 50.0  # of the summed differences
    fading: Annotated[Share, Field(gt=0)] = 0.9999  # of the sum, at each error

    def _maker(self, rng):
        from river import drift

        return lambda: drift.PageHinkley(self.grace, self.slack, self.threshold, self.fading, "up")


class RiverDetector(Imported, OfRiver, extra="allow"):
    """Any detector of river.drift, by its path and with river's own parameters."""

    package = "river.drift"

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

    def _maker(self, rng):
        seeds = {"seed": int(rng.integers(2**31))} if self._unseeded() else {}
        return lambda: self._made(seeds)

    def _made(self, seeds):
        return called(_river_detector(self.path), self.model_extra | seeds, self.path)

    def _unseeded(self):
        return (
            "seed" in parameters(_river_detector(self.path))
            and self.model_extra.get("seed") is None
        )

    @model_validator(mode="after")
    def _exists(self):
        guard(self.path, self.model_extra)
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


class Twin(NamedTuple):
    """The kernel of a detector, and which of river's parameters it takes."""

    makes: str  # the module of driftsim.kernels, and its function of the parameters
    takes: tuple[str, ...]
    covers: Callable = lambda made: True  # whether it rings as river's object does


TWINS = {
    "ADWIN": Twin(
        "adwin.adwin",
        ("delta", "clock", "max_buckets", "min_window_length", "grace_period"),
        lambda made: (
            0 < made.delta <= 1
            and made.clock > 0
            and 2 <= made.max_buckets <= 1000
            and made.min_window_length >= 0
        ),
    ),
    "PageHinkley": Twin(
        "detectors.page_hinkley", ("min_instances", "delta", "threshold", "alpha", "mode")
    ),
    "KSWIN": Twin(
        "kswin.kswin",
        ("alpha", "window_size", "stat_size", "seed"),
        lambda made: (
            not made.window  # nothing heard before
            and made.alpha < 0.99  # chances of nearly 1 are not exact in scipy's test,
            and 0 < made.stat_size <= 10_000  # nor those of larger samples
            and made.window_size >= 2 * made.stat_size
        ),
    ),
    "DDM": Twin("detectors.ddm", ("warm_start", "warning_threshold", "drift_threshold")),
    "EDDM": Twin("detectors.eddm", ("warm_start", "alpha", "beta")),
    "HDDMA": Twin(
        "detectors.hddm_a",
        ("drift_confidence", "warning_confidence", "two_sided_test"),
        lambda made: 0 < made.drift_confidence <= 1 and 0 < made.warning_confidence <= 2,
    ),
    "HDDMW": Twin(
        "detectors.hddm_w",
        ("drift_confidence", "warning_confidence", "lambda_val", "two_sided_test"),
        lambda made: 0 < made.drift_confidence <= 1 and 0 < made.warning_confidence <= 1,
    ),
}


def twin(made):
    """The state of a kernel that rings as a new detector of river does, or None."""
    declared = TWINS.get(type(made).__name__)
    if declared is None or not declared.covers(made):
        return None
    module, _, name = declared.makes.partition(".")
    params = {each: getattr(made, each) for each in declared.takes}
    return getattr(import_module(f"driftsim.kernels.{module}"), name)(1, **params)


def listening_compiled(state):
    """An alarm from the state of a kernel."""
    from driftsim.kernels import cache
    from driftsim.kernels.detector_loop import ALARM, WARNING, listen

    level, levels = np.zeros(1, np.int64), {WARNING: "warning", ALARM: "alarm"}
    hear = cache.entry(listen, state, level, np.empty(0))

    def first_ring(errors):
        errors = np.ascontiguousarray(errors, float)
        index, rung = hear(state, level, errors if errors.flags.writeable else errors.copy())
        return (index, levels[rung]) if index >= 0 else None

    return first_ring


def _river_detector(path):
    from river import base

    kinds = base.DriftDetector, base.BinaryDriftDetector
    return imported(path, "river.drift", lambda it: isinstance(it, type) and issubclass(it, kinds))
