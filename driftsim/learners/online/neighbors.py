"""Nearest neighbours among rows lately learned: `{kind: knn}`."""

from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.parts import Count


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
