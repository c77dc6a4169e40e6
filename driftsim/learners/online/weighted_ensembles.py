"""Ensembles of members that come and go, weighted by their errors."""

from typing import Annotated, Literal

from pydantic import Field

from driftsim.learners.learner import Learner
from driftsim.learners.online.bayes import NaiveBayes
from driftsim.learners.online.kernel_learner import Members, member_states
from driftsim.learners.online.meta_learner import MetaLearner
from driftsim.parts import Number, Rows

Fraction = Annotated[Number, Field(gt=0, lt=1)]


class DynamicWeightedMajority(MetaLearner):
    """Dynamic weighted majority (Kolter & Maloof 2007): members that are wrong lose weight.

    On each `period`-th row a member that is wrong keeps the part `beta` of its weight; weights are
    then scaled to a greatest of 1, and members below `theta` leave. If all members together, by
    the weights that are left, are wrong, a new one comes, of weight 1. All learn each row. This is
    the paper's definition, and MOA's `meta.DynamicWeightedMajority`, but for the number of members,
    which neither limits: where there are `n_models`, the lightest makes room.
    """

    n_models: Members = 30  # most members
    period: Rows = 50  # rows from one change of weights to the next
    beta: Fraction = 0.5  # by which the weight of a member that is wrong is multiplied
    theta: Fraction = 0.01  # weight below which a member leaves
    learner: Learner = NaiveBayes()  # of the members

    def states(self, members, schema, seed):
        from driftsim.kernels.online.weighted_ensembles import weighted_majority

        return weighted_majority(
            members,
            schema.n_classes,
            member_states(self.learner, schema, seed),
            n_models=self.n_models,
            period=self.period,
            beta=self.beta,
            theta=self.theta,
        )


class LearnPpNse(MetaLearner):
    """Learn++.NSE (Elwell & Polikar 2011): a member of each period, weighted by its late errors.

    After each `period` of rows, the members' errors over it are measured, where a row that all
    together got right counts as much as their error was; the newest was trained on it alone. A
    vote is the log of 1 / β, where β is a mean of error / (1 - error) over the member's periods,
    weighted by a sigmoid of its age then. Errors count as at most 1/2, as in the paper, and at
    least 1e-6. Nothing votes before the first period ends. Of more than `n_models`, that
    with the highest last error is pruned, or the oldest (`pruning: age`). This is the paper's
    definition, with MOA's parameters.
    """

    n_models: Members = 15  # most members
    period: Annotated[int, Field(gt=0, le=2_000_000)] = 250  # rows
    slope: Annotated[Number, Field(gt=0)] = 0.5  # of the sigmoid: the paper's a
    crossing: Number = 10.0  # age at which it is 1/2: the paper's b
    pruning: Literal["error", "age"] = "error"  # which member leaves: highest error, or oldest
    learner: Learner = NaiveBayes()  # of the members

    def states(self, members, schema, seed):
        from driftsim.kernels.online.weighted_ensembles import learn_nse

        return learn_nse(
            members,
            len(schema.names),
            schema.n_classes,
            member_states(self.learner, schema, seed),
            n_models=self.n_models,
            period=self.period,
            slope=self.slope,
            crossing=self.crossing,
            pruning=self.pruning,
        )
