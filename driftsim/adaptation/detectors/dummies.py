"""Dummies: detectors that see no errors, to compare others with."""

from abc import abstractmethod
from collections.abc import Callable, Iterator

import numpy as np

from driftsim.adaptation.detectors.detector import Detector
from driftsim.parts import Count


class Dummy(Detector):
    """A detector that sees no errors: whatever does not beat it has found nothing."""

    dummy = True

    @abstractmethod
    def gaps(self, rng: np.random.Generator) -> Iterator[int]:
        """How many errors come up to the first alarm, then from each alarm to the next."""

    def start(self, rng):
        return _counted(self.gaps(rng))


class NoAlarms(Dummy):
    """A dummy that never fires."""

    def gaps(self, rng):
        return iter(())


class FixedAlarms(Dummy):
    """A dummy that fires after every so many errors."""

    every: Count = 1_000  # errors

    def gaps(self, rng):
        while True:
            yield self.every


class RandomAlarms(Dummy):
    """A dummy that fires at random, after each error with the same probability."""

    every: Count = 1_000  # errors from an alarm to the next, in the mean

    def gaps(self, rng):
        while True:
            yield int(rng.geometric(1 / self.every))


def _counted(gaps: Iterator[int]) -> Callable:
    """An alarm after each of some numbers of errors."""
    missing = next(gaps, None)

    def alarm(errors):
        nonlocal missing
        if missing is None:
            return None
        if missing > len(errors):
            missing -= len(errors)
            return None
        index, missing = missing - 1, next(gaps, None)
        return index, "alarm"

    return alarm
