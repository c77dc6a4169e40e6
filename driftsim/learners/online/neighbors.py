"""Nearest neighbours among rows lately learned: `{kind: knn}`, `{kind: adaptive_knn}`."""

from typing import Annotated

from pydantic import Field

from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.parts import Count, Number


class Knn(KernelLearner):
    """Nearest neighbours: the rows vote that, of the last ones, are most like this one.

    Distances are Euclidean; numeric columns are scaled by their range in the window, nominal values
    differ by 1. A missing cell differs as much as any value within the range may, from another by 1
    (not scaled: by the range). Rows as near as the last neighbour vote, too; the first class wins
    ties. Follows MOA's `lazy.kNN`, but for weights: in MOA a row has one vote, however it counts.
    """

    takes_missing = True
    n_neighbors: Count = 10  # and all that are as near as the last of them
    window_size: Count = 1000  # rows
    scaled: bool = True  # whether columns are divided by their range in the window

    def states(self, members, schema, seed):
        from driftsim.kernels.online.neighbors import knn

        return knn(members, schema, self.n_neighbors, self.window_size, self.scaled)


class AdaptiveKnn(Knn):
    """Nearest neighbours that forget at random, and what is old at a drift (Bifet et al. 2013).

    Of the rows held, each stays with the chance 2 ** (-1 / `window_size`) as a row is learned, so
    that a few old ones are kept longer: `window_size` / log(2) rows on average. Where an ADWIN of
    the errors made on rows to be learned drops a part of its window, rows as old leave. This is
    the paper's kNN with PAW and ADWIN, and MOA's `lazy.kNNwithPAWandADWIN`; distances and votes
    are those of `knn`.
    """

    delta: Annotated[Number, Field(gt=0, lt=1)] = 0.002  # chance of a false alarm of ADWIN

    def states(self, members, schema, seed):
        from driftsim.kernels.online.adaptive_neighbors import adaptive_knn

        return adaptive_knn(
            members, schema, self.n_neighbors, self.window_size, self.delta, self.scaled, seed
        )
