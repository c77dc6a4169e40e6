"""Ensembles whose members learn what those before them do not know: `{kind: online_boosting}`."""

from typing import Annotated

from pydantic import Field

from driftsim.learners.online.kernel_learner import Members, member_states
from driftsim.learners.online.meta_learner import MetaLearner, unweighed
from driftsim.parts import Number


class OnlineBoosting(MetaLearner):
    """Online boosting (Oza & Russell 2001): members learn more of what those before them got wrong.

    As in MOA's OzaBoost: a row has a weight of 1 for the first member, and for each further one
    half the weight of all rows over that of the rows about which the member before it was right, or
    wrong, as it was about this one after it had learned it. A member learns a row a Poisson number
    of times of this mean (beyond 500, a rounded normal one), or `sampled: false`, by the weight
    itself (MOA's `-p`). Votes are probabilities times log((1 - error) / error), up to the first
    member whose error is 0 or a half or more. A row that counts w times as a whole does so among
    all rows and among those of a member; in MOA it counts once among the latter.
    """

    n_models: Members = 10  # members
    sampled: bool = True  # members learn a row a Poisson number of times, or else by its weight

    def incompatibility(self, schema, probabilities=False):
        reason = super().incompatibility(schema, probabilities)
        return reason if reason or self.sampled else unweighed(self, "write sampled: true, or ")

    def states(self, members, schema, seed):
        from driftsim.kernels.online.boosting import online_boosting
        from driftsim.kernels.online.random_numbers import random_states

        of_members, of_times = map(int, random_states(seed, 2))
        return online_boosting(
            members,
            schema.n_classes,
            member_states(self.learner, schema, of_members),
            self.n_models,
            self.sampled,
            not self.learner.weighs,
            of_times,
        )


class OnlineSmoothBoost(MetaLearner):
    """OSBoost (Chen, Lin & Lu 2012): boosting whose weights are at most 1, so that noise has few.

    As in MOA's OnlineSmoothBoost: a row's weight for a member is (1 - gamma) ** (z / 2), at most 1,
    where z has grown by 1 - theta for each member before it that was right about the row, and
    fallen by 1 + theta for each that was wrong, before they learned it; theta is
    gamma / (2 + gamma). All members vote by their probabilities.
    """

    n_models: Members = 10  # members
    gamma: Annotated[Number, Field(gt=0, lt=1)] = 0.1  # edge of a member over chance

    def incompatibility(self, schema, probabilities=False):
        return super().incompatibility(schema, probabilities) or unweighed(self)

    def states(self, members, schema, seed):
        from driftsim.kernels.online.boosting import online_smooth_boost

        model = member_states(self.learner, schema, seed)
        return online_smooth_boost(members, schema.n_classes, model, self.n_models, self.gamma)
