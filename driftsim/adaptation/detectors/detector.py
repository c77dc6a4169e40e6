"""Detector: the one interface to every test for change in a model's errors.

They are given 1 for a wrong prediction and 0 for a correct one, in the order in which labels come
in.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from driftsim.parts import Number, Part
from driftsim.rows import Schema

Alarm = Callable[[np.ndarray], tuple[int, str] | None]
Positive = Annotated[Number, Field(gt=0)]
Chance = Annotated[Number, Field(gt=0, lt=1)]

OF_MOA = {  # the last part of its classes' names, to the kinds that a scenario writes
    "ADWIN": "adwin",
    "ADWINChangeDetector": "adwin",
    "CusumDM": "cusum",
    "DDM": "ddm",
    "EDDM": "eddm",
    "EWMAChartDM": "ecdd",
    "GeometricMovingAverageDM": "geometric_moving_average",
    "HDDM_A_Test": "hddm_a",
    "HDDM_W_Test": "hddm_w",
    "PageHinkleyDM": "page_hinkley",
    "RDDM": "rddm",
    "SEEDChangeDetector": "seed",
    "STEPD": "stepd",
    "SeqDrift2ChangeDetector": "seq_drift2",
}


class Detector(Part):
    """A test for change in a sequence of errors."""

    homes = ("driftsim.adaptation.detectors",)
    library: ClassVar[str | None] = None  # the distribution whose version its alarms depend on
    warns: ClassVar[bool] = False  # gives warnings before alarms
    binary: ClassVar[bool] = False  # is for errors of 0 and 1 only
    dummy: ClassVar[bool] = False  # sees no errors
    needs_compiling: ClassVar[bool] = False  # whether `compile` would take seconds
    renamed_members = {"fault": "incompatibility", "load": "compile", "cold": "needs_compiling"}
    sought = {
        "kswin": "write river.drift.KSWIN",
        "gma": "write geometric_moving_average",
        "ewma": "write ecdd",
        "bocpd": "write bayesian_change_points",
    } | {name: f"write {kind}" for name, kind in OF_MOA.items()}

    @property
    def title(self) -> str:
        """What it is called in a message."""
        return f"'{self.kind()}'"

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know of it before they trust its alarms, in sentences."""
        return ()

    def engine(self) -> str:
        """What it runs on: `compiled`, or a library, and why no kernel serves."""
        return self.library or "numpy"

    def incompatibility(self, schema: Schema) -> str | None:
        """Why it cannot monitor the errors on rows of this schema, or None."""
        if self.binary and schema.regression:
            return (
                f"{self.title} is for errors of 0 and 1, and the labels are numbers; "
                f"use one of {', '.join(compiled_kinds(of_numbers=True))}"
            )
        return None

    def unheld(self, title: str) -> str | None:
        """Why a compiled learner of this title cannot hold it for its models, or None."""
        return (
            f"a detector of '{title}' must run compiled, and {self.title} runs on "
            f"{self.engine()}; name one of {', '.join(compiled_kinds())}"
        )

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

    renamed_members = Detector.renamed_members | {"state": "states(members, rng)"}

    @property
    def kernel(self) -> tuple:
        """What is compiled for it: the same for all detectors that share it."""
        from driftsim.kernels import cache, detector_loop

        return cache.key_of(detector_loop.detect, self.states(1, np.random.default_rng(0)))

    @property
    def needs_compiling(self) -> bool:  # type: ignore[override]  # known only by its state
        from driftsim.kernels import cache, detector_loop

        return cache.needs_compiling(detector_loop.detect, self.states(1, np.random.default_rng(0)))

    def engine(self):
        return "compiled"

    def unheld(self, title):
        return None if self.engine() == "compiled" else super().unheld(title)

    def compile(self):
        self.start(np.random.default_rng(0))

    def start(self, rng):
        from driftsim.kernels import cache, detector_loop

        state, level = self.states(1, rng), np.zeros(1, np.int64)
        detect = cache.entry(detector_loop.detect, state, level, np.empty(0))

        def alarm(errors):
            index, found = detect(state, level, np.require(errors, float, ["C", "A", "W"]))
            fired = "alarm" if found == detector_loop.ALARM else "warning"
            return (index, fired) if index >= 0 else None

        return alarm

    @abstractmethod
    def states(self, members: int, rng: np.random.Generator) -> tuple:
        """The state of a kernel, of so many members that have seen no errors."""


def compiled_kinds(of_numbers: bool = False) -> list[str]:
    """The kinds of driftsim that run compiled and are named alone, in the order of the alphabet.

    With `of_numbers` those that take errors of any size.
    """
    return sorted(
        name
        for name, kind in Detector.kinds.items()
        if issubclass(kind, KernelDetector)
        and kind.__module__.startswith("driftsim.")
        and not any(field.is_required() for field in kind.model_fields.values())
        and not (of_numbers and kind.binary)
    )
