"""Report keys: what the report of a study shows of its results."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from driftsim.durations import Period
from driftsim.evaluation.metrics import METRICS, MICRO
from driftsim.evaluation.prequential import Contender
from driftsim.figure_names import FIGURES, checked_figures, listed_figures
from driftsim.forms import Also, Words
from driftsim.parts import Number, Position, Strict
from driftsim.streams.severity import MEASURES, checked_measure

KNOWN = METRICS | MICRO
BY_CLASS = "|".join(name for name, metric in METRICS.items() if metric.by_class)
METRIC = Words(
    tuple(KNOWN),
    rf"({BY_CLASS}) of .+",
    "a metric of one class, such as 'recall of spam'",
    tuple(metric.meaning for metric in KNOWN.values()),
)
Metric = Annotated[str, METRIC]
Figures = Annotated[
    list[Annotated[str, Words(FIGURES)]],
    BeforeValidator(listed_figures),
    AfterValidator(checked_figures),
    Also(Literal["all"]),
]
Measure = Annotated[str, AfterValidator(checked_measure), Words(tuple(MEASURES))]


class Report(Strict):
    """What the report shows of the results."""

    metrics: Annotated[list[Metric], Field(min_length=1)] | None = None  # error, or mae
    window: Period | None = None  # rows, or time, per point of a curve; ten intervals by default
    equivalence: Annotated[Number, Field(gt=0)] | None = None  # points, or percent of an error
    lead: Literal["metric", "alarms"] = "metric"  # what verdict, page and terminal begin with
    tolerance: Position | None = None  # rows after a change up to which an alarm finds it
    severity: Measure | None = None  # of the figure; else one asked for, or total_variation
    figures: Figures = ["curves"]  # that are pictures beside the page, too


def without_alarms(lead: str, contenders: Iterable[Contender]) -> str | None:
    """Why a report cannot begin with alarms, or None."""
    if lead != "alarms" or any(one.policy.raises_alarms for one in contenders):
        return None
    return "no contender raises alarms; give one a detector, or leave this out"
