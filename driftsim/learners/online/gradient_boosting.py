"""Boosted trees that grow row by row: `{kind: streaming_gradient_boosted_trees}`."""

from typing import Annotated, ClassVar

from pydantic import Field

from driftsim.learners.online.forest_members import FEW, MaxFeatures, columns_of
from driftsim.learners.online.kernel_learner import Members
from driftsim.learners.online.regression_trees import RegressionTree, Share
from driftsim.parts import Count, Number

AtLeastOne = Annotated[Number, Field(ge=1)]


class StreamingGradientBoostedTrees(RegressionTree):
    """SGBT (Gunasekara et al. 2024): trees that learn what those before them leave of the loss.

    Each class has a booster, against all others; two classes share one. The score of a booster is
    the sum of its trees' outputs, times `learning_rate`. A row is learned by one tree after the
    other: the label of a tree is the negative gradient of the log loss over its hessian, at the
    score of the trees before it, which have just learned the row. Trees are those of `fimt_dd`,
    whose leaves answer with their mean, each on columns drawn for it, the same in each booster.
    Probabilities are the softmax of the scores, of two classes of the score and its negative.

    By MOA's definition (`meta.StreamingGradientBoostedTrees`), as what its trees are given shows:
    labels of a tree count alike, not by their hessians. It departs where `fimt_dd` does, and in
    this: a row of weight w counts as much in each tree (in MOA once); thresholds are at most 127
    steps from the first row of a leaf, and those of the first leaf begin after its first try; MOA
    has a column of zeros and ones for each nominal value, and no learning rate in its votes.
    """

    nests: ClassVar[bool] = False

    n_models: Members = 100  # trees of a booster
    learning_rate: Annotated[Number, Field(gt=0, le=1)] = 0.0125  # of a tree's output in the score
    max_features: MaxFeatures = 0.75  # columns of a tree: a count, a share, null for all
    skip_training: AtLeastOne = 1.0  # one of so many rows, by chance, is not learned; 1: each is
    multiply_hessian_by: AtLeastOne = 1.0  # a row counts the ceiling of so many times its hessian
    grace_period: Count = 25  # labels of a leaf between two tries to split it
    delta: Share = 0.05  # chance that a split is not the best one

    def small(self):
        return self.model_copy(update={"n_models": min(self.n_models, FEW)})

    def states(self, members, schema, seed):
        from driftsim.kernels.online.gradient_boosting import gradient_boosting

        d = len(schema.names)
        return gradient_boosting(
            members,
            d,
            schema.n_classes,
            self.n_models,
            columns_of(self.max_features, d),
            self.learning_rate,
            self.skip_training,
            self.multiply_hessian_by,
            seed,
            leaf_prediction="mean",
            **self._settings(),
        )
