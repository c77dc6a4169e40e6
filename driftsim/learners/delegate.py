"""Delegates: learners that are another one, in all but what they say of themselves."""

from abc import abstractmethod

from driftsim.learners.learner import Learner


class Delegate(Learner):
    """A learner whose models are made and trained as those of another one."""

    @property
    @abstractmethod
    def whole(self) -> Learner:
        """The other learner."""

    @property
    def sees(self):  # type: ignore[override]  # as it does
        return self.whole.sees

    @property
    def library(self) -> str | None:  # type: ignore[override]  # that of the other one
        return self.whole.library

    @property
    def libraries(self):
        return self.whole.libraries

    @property
    def learns_on(self):
        return self.whole.learns_on

    @property
    def hindrance(self):
        return self.whole.hindrance

    @property
    def weighs(self) -> bool:  # type: ignore[override]  # as it does
        return self.whole.weighs

    @property
    def takes_missing(self) -> bool:  # type: ignore[override]  # as it does
        return self.whole.takes_missing

    @property
    def trained(self) -> bool:  # type: ignore[override]  # as it is
        return self.whole.trained

    @property
    def notes(self):
        return self.whole.notes

    def engine(self, schema):
        return self.whole.engine(schema)

    def small(self):
        return self.whole.small()

    def start(self, schema, seed, probabilities=False):
        return self.whole.start(schema, seed, probabilities)

    def untunable(self, weighed=False):
        return self.whole.untunable(weighed)

    def incompatibility(self, schema, probabilities=False):
        return self.whole.incompatibility(schema, probabilities)
