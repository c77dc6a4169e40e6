"""Those that hold the latest errors, and count them anew or compare them with others."""

from statistics import NormalDist

from pydantic import model_validator

from driftsim.adaptation.detectors.detector import Chance, KernelDetector, Positive
from driftsim.parts import Count


class Rddm(KernelDetector):
    """RDDM (Barros et al. 2017): DDM that forgets the older errors of a long stable concept.

    Formula:
        p = mean of the n errors that count, s = √(p (1 - p) / n)
        an alarm where p + s > p' + alarm s', with p' and s' from where p + s was the lowest
    """

    warns = binary = True

    grace: Count = 129  # errors seen before it may fire
    warning: Positive = 1.773  # standard deviations
    alarm: Positive = 2.258  # standard deviations
    longest: Count = 40_000  # errors, after which those before the last `kept` are forgotten
    kept: Count = 7_000  # errors, at most `longest`
    warned: Count = 1_400  # errors in a row at which it may warn; one more is an alarm

    def states(self, members, rng):
        from driftsim.kernels.recent_errors import rddm

        rates = self.grace, self.warning, self.alarm
        return rddm(members, *rates, self.longest, self.kept, self.warned)

    @model_validator(mode="after")
    def _keeps_fewer(self):
        if self.kept > self.longest:
            raise ValueError(
                f"it cannot keep {self.kept} errors where there are {self.longest} at most; "
                "give `kept` at most that"
            )
        return self


class Stepd(KernelDetector):
    """STEPD (Nishida & Yamauchi 2007): the latest errors are more, or fewer, than chance has it.

    Formula:
        T = (|rate of the latest - rate of the others| - ½ m) / √(p (1 - p) m)
        m = 1 / number of the latest + 1 / number of the others, p the rate of all
        an alarm where a standard normal number is beyond ±T with a chance below alarm
    """

    warns = binary = True

    window: Count = 30  # the latest errors, and the fewest others that they are compared with
    alarm: Chance = 0.003  # the chance of a difference so large
    warning: Chance = 0.05  # the same, at least `alarm`

    def states(self, members, rng):
        from driftsim.kernels.recent_errors import stepd

        distances = [NormalDist().inv_cdf(1 - one / 2) for one in (self.warning, self.alarm)]
        return stepd(members, self.window, *distances)

    @model_validator(mode="after")
    def _warns_first(self):
        if self.alarm > self.warning:
            raise ValueError(
                f"an alarm at a chance of {self.alarm} comes before the warning at "
                f"{self.warning}; give it at most that"
            )
        return self


class Fhddm(KernelDetector):
    """FHDDM (Pesaranghader & Viktor 2016): the rate of the latest errors is well above its lowest.

    Formula:
        r = rate of the latest errors
        an alarm where r - lowest r so far > √(ln(1 / confidence) / (2 window))

    Unlike that of river, which fires where errors fall.
    """

    binary = True

    window: Count = 100  # the latest errors
    confidence: Chance = 1e-6  # chance of a false alarm

    def states(self, members, rng):
        from driftsim.kernels.recent_errors import fhddm

        return fhddm(members, self.window, self.confidence)
