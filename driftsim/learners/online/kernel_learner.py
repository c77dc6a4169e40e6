"""Kernel learners: learners of our own, whose models are arrays that a kernel works on."""

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Annotated, ClassVar

from pydantic import Field

from driftsim.kernels import registry
from driftsim.kernels.values import Uncovered
from driftsim.learners.learner import Learner, mismatch
from driftsim.learners.pipeline import Pipeline
from driftsim.learners.river import River
from driftsim.rows import Schema
from driftsim.safety import MOST_MEMBERS

Members = Annotated[int, Field(gt=0, le=MOST_MEMBERS)]  # how many models an ensemble has
FULL = "holds models of its own, and is no member of another"


class KernelLearner(Learner):
    """A learner that runs on a kernel: see docs/compiled.md for how to write one."""

    weighs = True
    classifies: ClassVar[bool] = True
    regresses: ClassVar[bool] = False
    nests: ClassVar[bool] = True  # whether it can be a member of an ensemble

    def untunable(self, weighed=False):
        return super().untunable(weighed and not self.weighs)

    def engine(self, schema):
        return "compiled"

    def start(self, schema, seed, probabilities=False):
        from driftsim.learners.compiled import Compiled

        return Compiled(partial(self.states, 1, schema, seed), schema, probabilities)

    def incompatibility(self, schema, probabilities=False):
        title = f"'{self.title}'"
        if not self._compiled:
            return f"{title} runs compiled only; remove compiled: false"
        return mismatch(title, self.classifies, self.regresses, schema)

    @abstractmethod
    def states(self, members: int, schema: Schema, seed: int) -> tuple:
        """The state of a kernel, of so many members that have learned nothing.

        Members differ in the random numbers that they draw, where they draw any.
        """


def member_states(learner: Learner, schema: Schema, seed: int) -> Callable[[int], tuple]:
    """What makes the state of so many models of a learner, for an ensemble of them.

    The learner is a kernel learner, or one of river that runs compiled.
    """
    if isinstance(learner, KernelLearner):
        return partial(learner.states, schema=schema, seed=seed)
    whole = learner.whole if isinstance(learner, Pipeline) else learner
    assert isinstance(whole, River)
    return registry.equivalent(whole.example(schema, seed), schema)


def unfit_member(learner: Learner, schema: Schema) -> str | None:
    """Why a learner cannot be a member of an ensemble that runs compiled, or None."""
    if reason := learner.incompatibility(schema) or learner.untaken_gaps(schema):
        return reason
    title = learner.title
    if isinstance(learner, KernelLearner):
        return None if learner.nests else f"'{title}' {FULL}"
    whole = learner.whole if isinstance(learner, Pipeline) else learner
    if not isinstance(whole, River):
        return (
            f"a member must run compiled, which {title} does not; name hoeffding_tree, another "
            "learner of driftsim's own, or one of river that has a kernel"
        )
    try:
        made = registry.equivalent(whole.example(schema, 0), schema)
        made(2)
    except Uncovered as uncovered:
        return f"a member must run compiled; {title} does not: there is no kernel for {uncovered}"
    except ValueError:
        return f"{title} {FULL}"
    return None
