"""Trees that grow row by row: `{kind: hoeffding_tree}`."""

from typing import Annotated, Literal

from pydantic import Field

from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.parts import Count, Number


class HoeffdingTree(KernelLearner):
    """Hoeffding tree (Domingos & Hulten 2000): a leaf is split once its best split is clear."""

    grace_period: Count = 200  # labels of a leaf between two tries to split it
    delta: Annotated[Number, Field(gt=0, lt=1)] = 1e-7  # chance that a split is not the best one
    tau: Annotated[Number, Field(ge=0)] = 0.05  # bound below which the best is as good as another
    leaf_prediction: Literal["mc", "nb", "nba"] = "nba"

    def states(self, members, schema, seed):
        from driftsim.kernels.trees import hoeffding_tree

        return hoeffding_tree(
            members,
            len(schema.names),
            schema.n_classes,
            grace_period=self.grace_period,
            delta=self.delta,
            tau=self.tau,
            leaf_prediction=self.leaf_prediction,
        )
