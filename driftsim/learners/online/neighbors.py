"""Nearest neighbours among rows lately learned: `{kind: knn}`, `{kind: adaptive_knn}`."""

from typing import Annotated

from pydantic import Field

from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.parts import Number

Held = Annotated[int, Field(gt=0, le=2_000_000)]  # rows that a model holds, or looks at


class Knn(KernelLearner):
    """Nearest neighbours: the rows vote that, of the last ones, are most like this one.

    Distances are Euclidean; numeric columns are scaled by their range in the window, nominal values
    differ by 1. A missing cell differs as much as any value within the range may, from another by 1
    (not scaled: by the range). Rows as near as the last neighbour vote, too; the first class wins
    ties. Follows MOA's `lazy.kNN`, but for weights: in MOA a row has one vote, however it counts.
    """

    takes_missing = True
    n_neighbors: Held = 10  # and all that are as near as the last of them
    window_size: Held = 1000  # rows held
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


class SamKnn(KernelLearner):
    """Nearest neighbours with a self-adjusting memory (Losing, Hammer & Wersing 2016).

    The short memory holds the last rows. After each row it is cut to its half, quarter … (at
    least `min_stm`) where on these rows the errors, each by the rows before it, were fewer. Rows
    cut off go to the long memory, except those that a row of the short one contradicts; new rows
    go on taking out what they contradict. Where both hold more than `window_size`, the long one
    is compressed to half its rows, class by class, by k-means++ and one step of k-means, with the
    oldest of the short one if it has at most its share `ltm_share`. The nearest rows vote by the
    inverse of their distance, in that memory, short, long or both, which was right most often
    on the rows that are in the short one. Columns are not scaled, and nominal values are numbers.
    This is the paper's definition, with the defaults of MOA's `lazy.SAMkNN`; and as MOA does by
    default, errors once made are kept, instead of computing all again for each row.
    """

    weighs = False
    n_neighbors: Held = 5  # rows that vote
    window_size: Annotated[Held, Field(ge=2)] = 5000  # most rows in both memories
    min_stm: Annotated[Held, Field(ge=2)] = 50  # least rows that the short memory is cut to
    ltm_share: Annotated[Number, Field(gt=0, lt=1)] = 0.4  # of window_size, for the long memory

    def states(self, members, schema, seed):
        from driftsim.kernels.online.sam_neighbors import sam_knn

        return sam_knn(
            members,
            len(schema.names),
            schema.n_classes,
            n_neighbors=self.n_neighbors,
            window_size=self.window_size,
            min_stm=self.min_stm,
            ltm_share=self.ltm_share,
            seed=seed,
        )
