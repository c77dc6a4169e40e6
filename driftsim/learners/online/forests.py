"""Forests that grow row by row: `{kind: adaptive_random_forest}`."""

from functools import partial
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from driftsim.adaptation.detectors import Adwin, Detector
from driftsim.learners.online.forest_members import Forest, columns_of, detectors
from driftsim.learners.online.kernel_learner import Members
from driftsim.learners.online.trees import SETTINGS, HoeffdingTree
from driftsim.parts import Count, Number


class AdaptiveRandomForest(Forest, HoeffdingTree):
    """Adaptive random forest (Gomes et al. 2017): trees on other rows and columns, and detectors.

    Each tree learns a row a Poisson number of times, by its weight, and each of its leaves looks at
    columns that are drawn for it. A detector is given whether a tree is wrong about a row that it
    has just learned. When the one for warnings fires, a new tree begins to learn behind it, each
    row once; when the one for drifts does, that takes over, or else the tree begins anew. A tree's
    votes are its probabilities, times its accuracy before it learns, since it votes.

    By MOA's definition (`meta.AdaptiveRandomForest`), also of `adwin`, which here fires only where
    errors have risen. It departs in that `sqrt` and `log2` are rounded, and none is added.
    """

    grace_period: Count = 50  # labels of a leaf between two tries to split it
    delta: Annotated[Number, Field(gt=0, lt=1)] = 0.01  # chance that a split is not the best one
    weighted_vote: bool = True  # by the accuracy of each tree, or all votes alike

    def states(self, members, schema, seed):
        from driftsim.kernels.online.forests import forest
        from driftsim.kernels.online.hoeffding_trees import hoeffding_trees, sizes_of
        from driftsim.kernels.online.random_numbers import random_states

        of_trees, of_times, of_detectors = map(int, random_states(seed, 3))
        rng = np.random.default_rng(of_detectors)
        settings = {name: getattr(self, name) for name in SETTINGS} | self._columns(schema)
        trees = partial(
            hoeffding_trees,
            sizes=sizes_of(schema),
            k=schema.n_classes,
            seed=of_trees,
            missing=bool(schema.missing),
            **settings,
        )
        return forest(
            members,
            schema.n_classes,
            trees,
            self.n_models,
            self._at_most(),
            drift=detectors(self.drift_detector, rng),
            warning=detectors(self.warning_detector, rng),
            weighted_vote=self.weighted_vote,
            seed=of_times,
            **self._behind(),
        )

    def _columns(self, schema):
        """How the kernel of trees chooses the columns of leaves."""
        from driftsim.kernels.online.hoeffding_leaves import PER_LEAF

        n = columns_of(self.max_features, len(schema.names))
        return {"drawing": PER_LEAF, "max_features": n}

    def _at_most(self):
        """The chances that a tree learns a row at most 0, 1, … times."""
        from driftsim.kernels.online.bagging import poisson_chances

        return poisson_chances(self.rate)

    def _behind(self):
        """How trees behind learn: a row as often as the tree that votes, or once."""
        return {"as_often": False}


class StreamingRandomPatches(AdaptiveRandomForest):
    """Streaming random patches (Gomes, Read & Bifet 2019): each tree has columns of its own.

    All leaves of a tree look at the columns that were drawn for it; otherwise it is an adaptive
    random forest, but that a tree behind learns a row as often as the one that votes. As
    `training_method`, `subspaces` learns each row once, and `bagging` looks at all columns.

    By MOA's definition (`meta.StreamingRandomPatches`). It departs in that columns are drawn
    independently for each tree, where MOA gives out sets of few columns by turns.
    """

    drift_detector: Detector | None = Adwin(delta=1e-5)  # null: trees stay
    warning_detector: Detector | None = Adwin(delta=1e-4)  # null: a tree begins anew at a drift
    training_method: Literal["patches", "subspaces", "bagging"] = "patches"  # what is drawn

    def _columns(self, schema):
        from driftsim.kernels.online.hoeffding_leaves import ALL, PER_TREE

        d = len(schema.names)
        if self.training_method == "bagging":
            return {"drawing": ALL, "max_features": d}
        n = columns_of(self.max_features, d)
        return {"drawing": PER_TREE, "max_features": min(max(n, 2), d)}

    def _at_most(self):
        if self.training_method == "subspaces":
            return np.array([0.0, 1.0])
        return super()._at_most()

    def _behind(self):
        return {"as_often": True}


class LossWeightedForest(AdaptiveRandomForest):
    """Loss-weighted forest: an adaptive random forest whose trees vote by their recent losses.

    What a tree loses at a row is 1 less the probability that it gave the label; the weight of its
    votes is e to the power of `sharpness` times by how much its mean loss is above the least, which
    is negative. Detectors are given whether a tree is wrong about a row before it learns that, so
    that no tree is asked twice: for that time there is one tree more. A tree that takes over has
    lost what the others have in the mean.

    Driftsim's own; otherwise as MOA's `meta.AdaptiveRandomForest`.
    """

    n_models: Members = 11  # trees
    sharpness: Annotated[Number, Field(ge=0)] = 10.0  # of weights; 0: all votes count alike
    half_life: Annotated[Number, Field(gt=0)] = 350.0  # rows after which a loss counts half

    def states(self, members, schema, seed):
        from driftsim.kernels.online.loss_weighted_forests import loss_weighted_forest

        forest = super().states(members, schema, seed)
        return loss_weighted_forest(forest, schema.n_classes, self.sharpness, self.half_life)
