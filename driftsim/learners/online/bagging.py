"""Ensembles whose members learn each row a random number of times: `{kind: online_bagging}`."""

from typing import Annotated

from pydantic import Field

from driftsim.learners.online.kernel_learner import member_states
from driftsim.learners.online.meta_learner import MetaLearner
from driftsim.parts import Count, Number

Rate = Annotated[Number, Field(gt=0, le=500)]  # mean of a Poisson number


class OnlineBagging(MetaLearner):
    """Online bagging (Oza & Russell 2001): members learn a row a random number of times, and vote.

    As in MOA's OzaBag, a row counts that many times at once, and the votes of a member are its
    probabilities. A member that takes no weights learns the row as often.
    """

    n_models: Count = 10
    rate: Rate = 1.0  # mean of the number of times, which is Poisson's

    def states(self, members, schema, seed):
        from driftsim.kernels.online.bagging import online_bagging

        return online_bagging(members, rate=self.rate, **self._held(schema, seed))

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


class LeveragingBagging(OnlineBagging):
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
