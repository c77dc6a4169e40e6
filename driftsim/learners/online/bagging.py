"""Ensembles whose members learn each row a random number of times: `{kind: online_bagging}`."""

from typing import Annotated, ClassVar

from pydantic import Field

from driftsim.learners.online.kernel_learner import Members, member_states
from driftsim.learners.online.meta_learner import MetaLearner
from driftsim.parts import Number

Rate = Annotated[Number, Field(gt=0, le=500)]  # mean of a Poisson number


class OfSamples(MetaLearner):
    """An ensemble whose members learn different samples of the rows."""

    n_models: Members = 10  # members

    def _held(self, schema, seed):
        """What the kernel of any such ensemble is given."""
        from driftsim.kernels.online.random_numbers import random_states

        of_members, of_times = map(int, random_states(seed, 2))
        return {
            "k": schema.n_classes,
            "model": member_states(self.learner, schema, of_members),
            "n_models": self.n_models,
            "repeats": not self.learner.weighs,
            "seed": of_times,
        }


class OnlineBagging(OfSamples):
    """Online bagging (Oza & Russell 2001): members learn a row a random number of times, and vote.

    As in MOA's OzaBag, a row counts that many times at once, and the votes of a member are its
    probabilities. A member that takes no weights learns the row as often.
    """

    rate: Rate = 1.0  # mean of the number of times, which is Poisson's

    def states(self, members, schema, seed):
        from driftsim.kernels.online.bagging import online_bagging

        return online_bagging(members, rate=self.rate, **self._held(schema, seed))


class LeveragingBagging(OfSamples):
    """Leveraging bagging (Bifet, Holmes & Pfahringer 2010): bagging that replaces a bad member.

    An ADWIN is given the errors of each member, on rows that it has just learned, as in MOA's
    LeveragingBag. Where one of them finds that the error has risen, the member with the highest
    error is made anew.
    """

    rate: Rate = 6.0  # mean of the number of times, which is Poisson's
    delta: Annotated[Number, Field(gt=0, lt=1)] = 0.002  # chance of a false alarm of ADWIN

    def states(self, members, schema, seed):
        from driftsim.kernels.online.bagging import leveraging_bagging

        held = self._held(schema, seed)
        return leveraging_bagging(members, rate=self.rate, delta=self.delta, **held)


class OfBalancedSamples(OfSamples):
    """An ensemble whose members learn rows of each class about as often."""

    over: ClassVar[bool]  # whether rows of rare classes are learned more often

    theta: Annotated[Number, Field(gt=0, le=0.998)] = 0.9  # what a row's share keeps at the next

    def states(self, members, schema, seed):
        from driftsim.kernels.online.bagging import balanced_bagging

        held = self._held(schema, seed)
        return balanced_bagging(members, theta=self.theta, over=self.over, **held)


class OversamplingOnlineBagging(OfBalancedSamples):
    """OOB (Wang, Minku & Yao 2015): online bagging that learns rows of rare classes more often.

    The mean number of times is the share of the most frequent class over that of the row's class.
    Shares fade: at each row all are multiplied by `theta`, and that of its class gains 1 - theta.
    With more than two classes this is the authors' MOOB (2016). MOA has no equivalent.
    """

    over = True


class UndersamplingOnlineBagging(OfBalancedSamples):
    """UOB (Wang, Minku & Yao 2015): online bagging that learns rows of frequent classes less often.

    The mean number of times is the share of the rarest class over that of the row's class, of the
    classes that have come so far: otherwise nothing would be learned before all have. Shares fade
    as in OOB. With more than two classes this is the authors' MUOB (2016). MOA has no equivalent.
    """

    over = False
