"""Meta learners: learners made of models of another, such as ensembles of one many times over."""

from driftsim.learners.learner import Learner
from driftsim.learners.online.kernel_learner import KernelLearner, unfit_member
from driftsim.learners.online.trees import HoeffdingTree

FEW = 3  # members of an ensemble that is only tried


class MetaLearner(KernelLearner):
    """A learner that holds models of another, which runs compiled and is no meta learner itself."""

    nests = False

    learner: Learner = HoeffdingTree()  # of its models

    @property
    def weighs(self) -> bool:  # type: ignore[override]  # as its members do
        return self.learner.weighs

    @property
    def libraries(self):
        return self.learner.libraries

    def incompatibility(self, schema, probabilities=False):
        reason = super().incompatibility(schema, probabilities)
        return reason or self._unfit(schema)

    def untaken_gaps(self, schema):
        return self.learner.untaken_gaps(schema)

    def small(self):
        update = {"n_models": FEW} if getattr(self, "n_models", 0) > FEW else {}
        return self.model_copy(update=update)

    def _unfit(self, schema):
        """Why its learner cannot be that of the members, or None."""
        reason = unfit_member(self.learner, schema)
        return reason and f"the learner of '{self.title}': {reason}"


def unweighed(meta: MetaLearner, remedy: str = "") -> str | None:
    """Why the members of a learner cannot learn rows by their weights, or None."""
    if meta.learner.weighs:
        return None
    return (
        f"'{meta.title}' weighs rows, and {meta.learner.title} takes no weights; {remedy}name "
        "another learner, such as naive_bayes or hoeffding_tree"
    )
