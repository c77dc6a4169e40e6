"""Those that are made of others: alarms after a rise alone, and votes of several."""

from collections import deque
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.adaptation.detectors.detector import Alarm, Detector, KernelDetector
from driftsim.adaptation.error_monitor import rises
from driftsim.parts import Count


class Rising(KernelDetector):
    """Any detector, of whose alarms only those count before which the mean error has risen."""

    detector: Detector  # whose alarms may count
    compared: Annotated[int, Field(ge=2, le=100_000)] = 1_000  # errors, the last before an alarm

    @property
    def library(self) -> str | None:  # type: ignore[override]  # that of the other
        return self.detector.library

    @property
    def warns(self) -> bool:  # type: ignore[override]  # as the other does
        return self.detector.warns

    @property
    def binary(self) -> bool:  # type: ignore[override]  # as the other is
        return self.detector.binary

    @property
    def notes(self):
        return self.detector.notes

    @property
    def needs_compiling(self) -> bool:  # type: ignore[override]  # known only by its state
        return self.engine() == "compiled" and super().needs_compiling

    def engine(self):
        return self.detector.engine()

    def start(self, rng):
        if self.engine() == "compiled":
            return super().start(rng)
        return _rising(self.detector.start(rng), self.compared)

    def states(self, members, rng):
        from driftsim.kernels.rising import rising

        assert isinstance(self.detector, KernelDetector)
        return rising(self.detector.states(members, rng), members, self.compared)


class Votes(Detector):
    """Several detectors: so many of them have fired, one soon after the other."""

    detectors: Annotated[list[Detector], Field(min_length=2)]  # two or more
    needed: Count = 2  # of the detectors
    within: Count = 500  # errors, from the first alarm to the last that is needed

    @property
    def library(self) -> str | None:  # type: ignore[override]  # that of one of them
        return next((one.library for one in self.detectors if one.library), None)

    @property
    def binary(self) -> bool:  # type: ignore[override]  # as one of them is
        return any(one.binary for one in self.detectors)

    @property
    def notes(self):
        return tuple(dict.fromkeys(note for one in self.detectors for note in one.notes))

    @property
    def needs_compiling(self) -> bool:  # type: ignore[override]  # where one does
        return any(one.needs_compiling for one in self.detectors)

    @property
    def kernel(self) -> tuple:
        """What is compiled for them."""
        return tuple(one.kernel for one in self.detectors if isinstance(one, KernelDetector))

    def engine(self):
        return ", ".join(dict.fromkeys(one.engine() for one in self.detectors))

    def compile(self):
        for one in self.detectors:
            one.compile()

    def start(self, rng):
        detectors, last, seen = self._begun(rng)

        def alarm(errors):
            nonlocal detectors, last, seen
            fired = (
                (i, which) for which, one in enumerate(detectors) for i in _alarms(one, errors)
            )
            for i, which in sorted(fired):
                last[which] = seen + i
                if sum(seen + i - one < self.within for one in last) >= self.needed:
                    detectors, last, seen = self._begun(rng)
                    return i, "alarm"
            seen += len(errors)
            return None

        return alarm

    def _begun(self, rng):
        """Detectors without errors, where each fired last, and how many errors there were."""
        return [one.start(rng) for one in self.detectors], [-self.within] * len(self.detectors), 0

    @model_validator(mode="after")
    def _are_enough(self):
        if self.needed > len(self.detectors):
            raise ValueError(
                f"{self.needed} alarms of {len(self.detectors)} detectors never come; "
                "give `needed` at most their number"
            )
        return self


def _rising(detect: Alarm, compared: int) -> Alarm:
    """The alarms of a detector that runs on a library's object, those after a rise alone."""
    latest: deque[float] = deque(maxlen=compared)

    def alarm(errors):
        start = 0
        while (found := detect(errors[start:])) is not None:
            index, level = found
            latest.extend(errors[start : start + index + 1])
            start += index + 1
            if level == "warning":
                return start - 1, level
            risen = rises(np.array(latest))
            latest.clear()
            if risen:
                return start - 1, level
        latest.extend(errors[start:])
        return None

    return alarm


def _alarms(detect: Alarm, errors: np.ndarray) -> Iterator[int]:
    """The index of each error at which a detector fires."""
    start = 0
    while (found := detect(errors[start:])) is not None:
        start += found[0] + 1
        if found[1] == "alarm":
            yield start - 1
