"""Trees and forests for numbers that grow row by row: `{kind: fimt_dd}`."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from driftsim.learners.online.forest_members import Forest, columns_of, detectors
from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.parts import Count, Number

Share = Annotated[Number, Field(gt=0, lt=1)]
Positive = Annotated[Number, Field(gt=0)]
FromZero = Annotated[Number, Field(ge=0)]


class RegressionTree(KernelLearner):
    """Trees for numbers: when a leaf is split, and a branch regrown."""

    grace_period: Count = 200  # labels of a leaf between two tries to split it
    delta: Share = 1e-7  # chance that a split is not the best one
    tau: FromZero = 0.05  # bound below which the best is as good as another
    tolerance: FromZero = 0.005  # of the mean error, in three standard deviations of the labels
    threshold: FromZero = 50.0  # of errors above it in sum; 0: no branch is tested
    fading: Share = 0.995  # of losses, per label
    alternate_min_age: Count = 150  # labels between two looks at an alternate
    alternate_max_age: Count = 1500  # labels after which it ends

    def _settings(self):
        """What the kernel of trees is given."""
        return {
            "grace_period": self.grace_period,
            "delta": self.delta,
            "tau": self.tau,
            "tolerance": self.tolerance,
            "threshold": self.threshold,
            "fading": self.fading,
            "least_age": self.alternate_min_age,
            "most_age": self.alternate_max_age,
        }


class FimtDd(RegressionTree):
    """FIMT-DD (Ikonomovska, Gama & Džeroski 2011): a model tree that regrows where it errs more.

    Labels and features are normalized to a mean of 0 and a third as standard deviation. A leaf
    predicts by a linear model, trained by the delta rule at a decaying rate, which its children
    take over; it is split where that lowers the standard deviation of the labels most, if the ratio
    of the second best feature to the best is below 1 by the Hoeffding bound, or this is below
    `tau`. Each branch tests the normalized absolute errors of the tree below it (Page-Hinkley
    test); at an alarm an alternate tree starts there, takes over once its faded squared loss is the
    lower one, and ends at `alternate_max_age`.

    Parameters and defaults are those of MOA's FIMTDD. It departs from it so: thresholds are
    multiples of a tenth of the feature's deviation when the leaf was new, not all values seen;
    linear models start at 0, not at random; below a branch with an alternate none is tested; a
    label that counts k times trains by k steps at once, for any k > 0; nominal columns are the
    numbers of their codes.
    """

    classifies: ClassVar[bool] = False
    regresses: ClassVar[bool] = True

    leaf_prediction: Literal["mean", "model"] = "model"  # mean of the labels, or linear model
    learning_rate: Positive = 0.02  # of a leaf's linear model
    decay: FromZero = 0.001  # of this rate: it is divided by 1 + decay * labels of the leaf

    def states(self, members, schema, seed):
        from driftsim.kernels.online.fimt_dd import fimt_dd

        return fimt_dd(members, len(schema.names), seed, **self._settings())

    def _settings(self):
        return super()._settings() | {
            "leaf_prediction": self.leaf_prediction,
            "learning_rate": self.learning_rate,
            "decay": self.decay,
        }


class AdaptiveRandomForestRegressor(Forest, FimtDd):
    """Adaptive random forest for regression (Gomes et al. 2018): the mean of many FIMT-DD trees.

    Each tree learns a row a Poisson number of times, by its weight, and each of its leaves is split
    by columns that are drawn for it; its linear model has all. A detector is given the absolute
    error of a tree before it learns the row, over three standard deviations of its labels and at
    most 1. When the one for warnings fires, a new tree begins to learn behind it, each row once;
    when the one for drifts does, that takes over, or else the tree begins anew. `adwin` fires
    only where errors have risen.

    Parameters and defaults are those of MOA's `meta.AdaptiveRandomForestRegressor`, but for 10
    trees in the place of 100. Its trees depart from MOA's as those of `fimt_dd` do.
    """

    grace_period: Count = 50  # labels of a leaf between two tries to split it
    delta: Share = 0.01  # chance that a split is not the best one

    def states(self, members, schema, seed):
        from driftsim.kernels.online.bagging import poisson_chances
        from driftsim.kernels.online.regression_forests import regression_forest

        d, rng = len(schema.names), np.random.default_rng(seed)
        return regression_forest(
            members,
            d,
            self.n_models,
            poisson_chances(self.rate),
            detectors(self.drift_detector, rng),
            detectors(self.warning_detector, rng),
            seed,
            max_features=columns_of(self.max_features, d),
            **self._settings(),
        )
