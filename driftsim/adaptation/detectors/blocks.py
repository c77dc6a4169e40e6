"""Those that compare blocks of errors: SEED with all before them, SeqDrift2 with a sample."""

from typing import Annotated

from pydantic import Field

from driftsim.adaptation.detectors.detector import Chance, KernelDetector
from driftsim.parts import Count, Number


class Seed(KernelDetector):
    """SEED (Huang et al. 2014): the means before and after some block differ beyond a bound.

    Formula:
        an alarm where |mean before - mean after| > √(2 m σ² D) + ⅔ m D
        m = 1 / errors before + 1 / errors after, σ² the variance of all n, D = ln(2 ln(n) / delta)
    """

    delta: Chance = 0.05  # chance of a false alarm
    block: Annotated[int, Field(ge=2, le=100_000)] = 32  # errors
    tolerance: Annotated[Number, Field(ge=0)] = 0.01  # of means of two blocks that are merged
    growth: Annotated[Number, Field(ge=0)] = 0.8  # of the tolerance, with each merging
    merged_every: Count = 75  # blocks

    def states(self, members, rng):
        from driftsim.kernels.blocks import seed

        merging = self.tolerance, self.growth, self.merged_every
        return seed(members, self.block, self.delta, *merging)


class SeqDrift2(KernelDetector):
    """SeqDrift2 (Pears et al. 2014): a block differs from a sample of all errors before it."""

    delta: Chance = 0.01  # chance of a false alarm
    block: Annotated[int, Field(ge=2, le=100_000)] = 200  # errors
    sample: Annotated[int, Field(ge=2, le=100_000)] = 2_000  # errors, at most

    def states(self, members, rng):
        from driftsim.kernels.blocks import seq_drift_2

        seed = int(rng.integers(2**31))
        return seq_drift_2(members, self.block, self.sample, self.delta, seed)
