"""Rules: how a stream is played and what is kept of it, for every contender alike."""

from typing import Annotated

from pydantic import Field

from driftsim.evaluation.labels import AtOnce, Labels
from driftsim.evaluation.trace import round_interval
from driftsim.parts import Position, Rows, Strict


class TruthRules(Strict):
    """The rules that the truth about a stream depends on, whoever contends."""

    warmup: Position = 1_000  # labelled rows that every model is first trained on, never scored
    interval: Rows | None = None  # rows to an entry of a trace; chosen where not given
    truth: bool = True  # hold predictions against the probability of each label, where known

    def of_truth(self):
        """These rules alone."""
        return self.narrowed(TruthRules)

    def narrowed(self, kind):
        """The part of the rules that a class further up has."""
        return kind(**{name: getattr(self, name) for name in kind.model_fields})

    def interval_of(self, stream):
        """Rows to an entry of a trace of a stream."""
        return self.interval or round_interval(stream.length)


class Rules(TruthRules):
    """The rules that the trace of a contender depends on: all of them are in its hash."""

    labels: Labels = AtOnce()  # when those of later rows come in
    predictions: bool = False  # keep each one, in a file beside the trace
    probabilities: bool = False  # predict those of all classes, for log loss and Brier score
    scores: Annotated[int, Field(ge=2, le=10_000)] | None = None  # bins of them, for two classes
    probe: Annotated[int, Field(gt=0, le=1_000_000)] | None = None  # fresh rows of each concept

    @property
    def probable(self):
        """Whether contenders predict probabilities: asked for, or needed for scores."""
        return self.probabilities or self.scores is not None
