"""Self-adjusting ensembles for rare classes and drifts: `{kind: robust_online_self_adjusting}`."""

from functools import partial
from typing import Annotated

import numpy as np
from pydantic import Field

from driftsim.adaptation.detectors import Adwin, Detector
from driftsim.learners.online.forest_members import WatchedTrees, detectors
from driftsim.learners.online.trees import SETTINGS, HoeffdingTree
from driftsim.parts import Number

Size = Annotated[int, Field(gt=0, le=2_000_000)]  # of a window


class RobustOnlineSelfAdjusting(WatchedTrees, HoeffdingTree):
    """ROSE (Cano & Krawczyk 2022): trees for rare classes, which a background ensemble challenges.

    Each tree has columns of its own, any number from more than `min_features` of them on, and
    learns a row a Poisson number of times, by its weight. The mean is `rate`, times 1 and the log
    of how much more frequent than the row's class the most frequent one is. Shares of classes fade:
    at each row all are multiplied by `theta`, and that of its class gains 1 - theta.

    A detector is given whether a tree is wrong about a row that it has just learned. When the one
    for warnings fires, a new tree of the same columns begins to learn behind it, and takes over
    when the one for drifts does. A warning also has `n_models` members with new columns begin in
    the background: they learn the last rows of each class again, `window_size` in all, at `rate`,
    and then each row. After `period` rows, those of both ensembles stay that have the highest kappa
    times accuracy over the last `period` rows, before they learned them. So they do after the
    first `period`, in whose background members begin with the others. Votes are probabilities,
    weighted by kappa times accuracy; a member whose kappa is not above 0 abstains, unless all do.

    By the authors' program for MOA, with its parameters; MOA itself has none. It departs in that
    members may also have all of an odd number of columns; in that members in the background learn
    the row of a warning once, not twice; in that a member abstains before its first row (its
    weight is no number there); in that the detector for warnings begins anew with its tree; and in
    that sizes of columns with a normal distribution are not offered.
    """

    drift_detector: Detector | None = Adwin(delta=1e-5)  # null: trees stay, and nothing warns
    warning_detector: Detector | None = Adwin(delta=1e-4)  # null: a tree begins anew at a drift
    min_features: Annotated[Number, Field(ge=0, lt=1)] = 0.5  # share; a member has more columns
    rate: Annotated[Number, Field(gt=0, le=60)] = 6.0  # mean of the number of times, if frequent
    theta: Annotated[Number, Field(gt=0, le=0.998)] = 0.99  # what a row's share keeps at the next
    window_size: Size = 500  # rows held, as many of each class
    period: Annotated[int, Field(gt=0, le=100_000)] = 1_000  # rows that judge members

    def states(self, members, schema, seed):
        from driftsim.kernels.online.hoeffding_trees import hoeffding_trees, sizes_of
        from driftsim.kernels.online.random_numbers import random_states
        from driftsim.kernels.online.self_adjusting import self_adjusting

        d, k = len(schema.names), schema.n_classes
        of_members, of_detectors = map(int, random_states(seed, 2))
        rng = np.random.default_rng(of_detectors)
        settings = {name: getattr(self, name) for name in SETTINGS}
        return self_adjusting(
            members,
            d,
            k,
            partial(hoeffding_trees, sizes=sizes_of(schema), k=k, missing=True, **settings),
            self.n_models,
            min(int(self.min_features * d) + 1, d),
            self.rate,
            self.theta,
            self.window_size,
            self.period,
            detectors(self.drift_detector, rng),
            detectors(self.warning_detector, rng),
            of_members,
        )
