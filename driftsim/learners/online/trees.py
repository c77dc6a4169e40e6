"""Trees that grow row by row: `{kind: hoeffding_tree}`."""

from typing import Annotated, Literal

from pydantic import Field

from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.parts import Count, Number

MOST_OPTIONS = 100  # a row is learned by as many leaves


class HoeffdingTree(KernelLearner):
    """Hoeffding tree (Domingos & Hulten 2000): a leaf is split once its best split is clear.

    By MOA's definition (`trees.HoeffdingTree`), but that its memory has no limit, and that naive
    Bayes works by logarithms where its products leave the range of numbers. Columns may be nominal,
    and cells missing: a row without the cell that a branch asks for is predicted by the classes
    that the branch had when it was split, and not learned.
    """

    takes_missing = True
    grace_period: Count = 200  # labels of a leaf between two tries to split it
    delta: Annotated[Number, Field(gt=0, lt=1)] = 1e-7  # chance that a split is not the best one
    tau: Annotated[Number, Field(ge=0)] = 0.05  # bound below which the best is as good as another
    leaf_prediction: Literal["mc", "nb", "nba"] = "nba"  # majority, naive Bayes, the better one
    split_criterion: Literal["info_gain", "gini"] = "info_gain"  # that splits are ranked by
    n_splits: Count = 10  # thresholds tried of a numeric column
    min_branch_fraction: Annotated[Number, Field(ge=0, le=0.5)] = 0.01  # two children get more
    max_depth: Count | None = None  # of leaves; no limit if not given
    nb_threshold: Annotated[Number, Field(ge=0)] = 0.0  # labels from which nb uses naive Bayes

    def states(self, members, schema, seed):
        from driftsim.kernels.online.hoeffding_trees import hoeffding_trees, sizes_of

        settings = {name: getattr(self, name) for name in SETTINGS}
        missing = bool(schema.missing)
        return hoeffding_trees(
            members, sizes_of(schema), schema.n_classes, seed, missing, **settings
        )


class HoeffdingAdaptiveTree(HoeffdingTree):
    """Hoeffding adaptive tree (Bifet & Gavaldà 2009): branches whose error rises are replaced.

    By MOA's definition (`trees.HoeffdingAdaptiveTree`): an alternate is a leaf that learns all that
    its branch does, votes for nothing, and takes its place once its error is lower beyond doubt, or
    as soon as it splits. It departs where the tree does, and in this: each tree has one source of
    random numbers (MOA's leaves all draw the same), its ADWIN tests cuts as river's does, and
    values that no child was made for get one.
    """

    drift_delta: Annotated[Number, Field(gt=0, lt=1)] = 0.002  # of ADWIN: chance of a false alarm
    bootstrap_sampling: bool = True  # leaves learn a row a Poisson number of times, at least once

    def states(self, members, schema, seed):
        from driftsim.kernels.online import hoeffding_adaptive_trees as kernel
        from driftsim.kernels.online.hoeffding_trees import sizes_of

        settings = {name: getattr(self, name) for name in [*SETTINGS, *MORE]}
        sizes, missing = sizes_of(schema), bool(schema.missing)
        return kernel.hoeffding_adaptive_trees(
            members, sizes, schema.n_classes, seed, missing, **settings
        )


class HoeffdingOptionTree(HoeffdingTree):
    """Hoeffding option tree (Pfahringer, Holmes & Kirkby 2007): nodes may have several splits.

    By MOA's definition (`trees.HoeffdingOptionTree`): a row goes down all splits of a node, and the
    votes of the leaves where it ends are added up. A node that is split goes on observing rows, and
    gets another split where that is better than those it has, until the tree has so many options.
    It departs from MOA where the tree does; and where densities leave the range of numbers, a leaf
    has a vote only if no other has.
    """

    max_options: Annotated[int, Field(gt=0, le=MOST_OPTIONS)] = 5  # of a tree; 1: one split a node
    option_delta: Annotated[Number, Field(gt=0, lt=1)] = 0.1  # chance: another split is no better

    def states(self, members, schema, seed):
        from driftsim.kernels.online import hoeffding_option_trees as kernel
        from driftsim.kernels.online.hoeffding_trees import sizes_of

        settings = {name: getattr(self, name) for name in [*SETTINGS, *OF_OPTIONS]}
        sizes, missing = sizes_of(schema), bool(schema.missing)
        return kernel.hoeffding_option_trees(
            members, sizes, schema.n_classes, seed, missing, **settings
        )


SETTINGS = [  # of a tree, as its kernel names them
    "grace_period",
    "delta",
    "tau",
    "leaf_prediction",
    "split_criterion",
    "n_splits",
    "min_branch_fraction",
    "max_depth",
    "nb_threshold",
]
MORE = ["drift_delta", "bootstrap_sampling"]
OF_OPTIONS = ["max_options", "option_delta"]
