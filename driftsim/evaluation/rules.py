"""Rules: how every contender of a study is evaluated, and what is kept of it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, WrapValidator

from driftsim.evaluation.labels import AtOnce, Labels
from driftsim.evaluation.prediction_intervals import PredictionInterval
from driftsim.evaluation.protocols import Prequential, Protocol
from driftsim.evaluation.queries import Query
from driftsim.evaluation.trace import round_interval
from driftsim.messages import short
from driftsim.parts import Position, Rows, Strict


def _scores(value, check):
    try:
        return check(value)
    except ValueError:
        given = f"{short(value)} is not valid"
        raise ValueError(f"{given}; give a number of bins from 2 to 10,000, or exact") from None


Scores = Annotated[
    Annotated[int, Field(ge=2, le=10_000)] | Literal["exact"], WrapValidator(_scores)
]


class TruthRules(Strict):
    """The rules that the truth about a stream depends on, the same for all contenders."""

    warmup: Position = 1_000  # labelled rows that every model is first trained on, never scored
    interval: Rows | None = None  # rows to an entry of a trace; chosen where not given
    truth: bool = True  # compare predictions with the probability of each label, where known

    def of_truth(self) -> "TruthRules":
        """These rules alone."""
        return self.narrowed(TruthRules)

    def narrowed(self, kind):
        """The rules that `kind`, a base class, has too."""
        return kind(**{name: getattr(self, name) for name in kind.model_fields})

    def interval_of(self, stream) -> int:
        """How many rows an entry of a trace of this stream covers."""
        return self.interval or round_interval(stream.length)


class Rules(TruthRules):
    """The rules that the trace of a contender depends on: all of them are in its hash."""

    omitted: ClassVar[tuple[str, ...]] = ("prediction_intervals",)  # from the hash, if not given

    labels: Labels = AtOnce()  # when those of later rows come in
    warmup_labels: Literal["at_once", "late"] = "at_once"  # or as those of later rows
    protocol: Protocol = Prequential()  # which of them each model is given
    predictions: bool = False  # keep each one, in a file beside the trace
    probabilities: bool = False  # predict those of all classes, for log loss and Brier score
    scores: Scores | None = None  # bins of them, for two classes; or each one, beside the trace
    confusion: bool = False  # count how often each class is predicted for each
    prediction_intervals: PredictionInterval | None = None  # around the numbers predicted
    probe: Annotated[int, Field(gt=0, le=1_000_000)] | None = None  # fresh rows of each concept

    def of_floor(self) -> "Rules":
        """Those of these rules that the losses of single models depend on."""
        names = ("warmup", "truth", "labels", "confusion")
        kept = {name: getattr(self, name) for name in names}
        return Rules(**kept, probabilities=self.probable)

    @property
    def query(self) -> Query | None:
        """How contenders ask for labels, or None where these come in by themselves."""
        return self.labels if isinstance(self.labels, Query) else None

    @property
    def scores_probabilities(self) -> bool:
        """Whether probabilities are scored: asked for, or needed for the scores of two classes."""
        return self.probabilities or self.scores is not None

    @property
    def bins(self) -> int:
        """In how many bins scores are counted; 0 for none."""
        return self.scores if isinstance(self.scores, int) else 0

    @property
    def probable(self) -> bool:
        """Whether contenders predict probabilities: to be scored, or to ask where uncertain."""
        return self.scores_probabilities or bool(self.query and self.query.uncertain)
