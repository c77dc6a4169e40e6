"""Those that river has: compiled where a kernel fires when its own object does.

See kernels/registry.py.
"""

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import numpy as np
from pydantic import Field, model_validator

from driftsim.adaptation.detectors.detector import Alarm, KernelDetector
from driftsim.kernels import registry
from driftsim.kernels.stand_ins import base, named, stand_in
from driftsim.kernels.values import Uncovered
from driftsim.libraries import called, imported, parameters
from driftsim.parts import Count, Imported, Number
from driftsim.safety import guard

FALLING = (
    "FHDDM: river's fires where errors fall, and never where they rise; fhddm is as published "
    "(docs/detectors.md)"
)


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

    def states(self, members, rng):
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
    """ADWIN (Bifet & Gavaldà 2007): two halves of an adaptive window have different means.

    Formula:
        an alarm where |mean of the older - mean of the newer| > √(2 m σ² D) + ⅔ m D
        m = 1 / (number of the older - 4) + 1 / (number of the newer - 4)
        σ² the variance of all n errors in the window, D = ln(2 ln(n) / delta)
    """

    delta: Annotated[Number, Field(gt=0, lt=1)] = 0.002  # chance of a false alarm

    def _of_river(self):
        return "river.drift.ADWIN", {"delta": self.delta}


class Ddm(OfRiver):
    """DDM (Gama et al. 2004): the error rate has risen well above its lowest level.

    Formula:
        p = mean of the n errors, s = √(p (1 - p) / n)
        an alarm where p + s > p' + alarm s', with p' and s' from where p + s was the lowest
    """

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
    """EDDM (Baena-García et al. 2006): wrong predictions have come closer together.

    Formula:
        m, s = mean and standard deviation of the rows from one wrong prediction to the next
        an alarm where m + 2 s < alarm · the highest m + 2 s so far
    """

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
    """Page-Hinkley (Page 1954): the errors have stayed above their running mean for long enough.

    Formula:
        S = fading S + error - mean - slack
        an alarm where S - lowest S so far > threshold
    """

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


class HddmA(OfRiver):
    """HDDM_A (Frías-Blanco et al. 2015): the mean is beyond the Hoeffding bound of its extreme.

    Formula:
        p = mean of the n errors, p' of the first n', where p and its Hoeffding bound were lowest
        an alarm where p - p' ≥ √((n - n') ln(2 / alarm) / (2 n n'))
    """

    warns = binary = True

    alarm: Annotated[Number, Field(gt=0, lt=1)] = 0.001  # chance of a false alarm
    warning: Annotated[Number, Field(gt=0, lt=1)] = 0.005  # chance of a false warning
    two_sided: bool = False  # fires where errors have fallen, too

    def _of_river(self):
        return "river.drift.binary.HDDMA", {
            "drift_confidence": self.alarm,
            "warning_confidence": self.warning,
            "two_sided_test": self.two_sided,
        }


class HddmW(OfRiver):
    """HDDM_W (Frías-Blanco et al. 2015): two weighted means differ beyond McDiarmid's bound.

    Formula:
        Z = (1 - rate) Z + rate error, of errors before a cut and after it
        an alarm where Z after - Z before > √((w before + w after) ln(1 / alarm) / 2)
        w the sum of the squared weights of the errors
    """

    warns = binary = True

    alarm: Annotated[Number, Field(gt=0, lt=1)] = 0.001  # chance of a false alarm
    warning: Annotated[Number, Field(gt=0, lt=1)] = 0.005  # chance of a false warning
    rate: Annotated[Number, Field(gt=0, lt=1)] = 0.05  # weight of the latest error
    two_sided: bool = False  # fires where errors have fallen, too

    def _of_river(self):
        return "river.drift.binary.HDDMW", {
            "drift_confidence": self.alarm,
            "warning_confidence": self.warning,
            "lambda_val": self.rate,
            "two_sided_test": self.two_sided,
        }


class RiverDetector(Imported, OfRiver, extra="allow"):
    """Any detector of river.drift, by its path and with river's own parameters."""

    package = "river.drift"

    @property
    def warns(self) -> bool:  # type: ignore[override]  # as the class does
        return self._is("DriftAndWarningDetector") or self._is("BinaryDriftAndWarningDetector")

    @property
    def notes(self):
        return (FALLING,) if self.path == "river.drift.binary.FHDDM" else ()

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
