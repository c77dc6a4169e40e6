"""Severity data: how many rows contenders need to recover, over how severe changes are."""

from collections.abc import Iterator
from math import isnan
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.recovery import median
from driftsim.messages import setting_text
from driftsim.report.amounts import listed
from driftsim.report.figure_data.looks import rounded, short
from driftsim.report.figure_data.sweeps import Slice, SweptLine
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.severities import ESTIMATE_OF, Severe, severe_changes

ROWS = 4_000  # of each concept, to measure its distance from another
MOST_POINTS = 8  # of a line; with more severities, those next to each other share one
DIGITS = 2  # of a severity
WITHIN = 1.96  # standard errors on either side of an estimate
LABELS = {
    "total_variation": "total variation of the change",
    "hellinger": "Hellinger distance of the change",
    "total_variation_x": "total variation of the features",
    "total_variation_y": "total variation of the classes",
    "total_variation_y_given_x": "total variation of y given x",
    "disagreement": "share of rows whose best answers change",
    "stale_loss": "loss that a perfect stale model adds",
    "total_variation_at_least": "total variation at least, estimated",
    "total_variation_x_at_least": "total variation of x at least, estimated",
    "stale_learner_loss": "loss that a stale learner adds, estimated",
}
LABEL = "rows to recover"


class Recovery(NamedTuple):
    """How many rows a contender took to recover from a change, over how severe that is."""

    severity: float
    se: float  # of an estimate
    name: str  # of the contender
    rows: float
    censored: bool


def severity(view: View) -> list[Slice] | None:
    """A panel for each report and measure, a line for each contender; None without two severities.

    Where the measure that is asked for is known of some changes and estimated of others, these
    have a panel of their own: an estimate is no measurement.
    """
    found = [one for title in view.reports for one in slices_of(view, title)]
    return found or None


def slices_of(view: View, title: str) -> Iterator[Slice]:
    """The panels of a report, for each measure by which its changes are not all as severe."""
    rows: dict[str, list[Recovery]] = {}
    for scene in [scene for scene in view.scenes if scene.report == title]:
        for measure, one in recoveries_of(view, scene):
            rows.setdefault(measure, []).append(one)
    for measure, some in rows.items():
        groups = grouped(sorted({one.severity for one in some}))
        if len({*groups.values()}) > 1:
            moved = [one._replace(severity=groups[one.severity]) for one in some]
            yield slice_of(view, title, measure, moved)


def measure_of(view: View, scene: Scene) -> str:
    """The measure of severity that is asked for, of the figure or of the changes."""
    asked = view.severity or scene.variant.scenario.report.severity
    return asked or ("stale_loss" if scene.stream.schema.regression else "total_variation")


def recoveries_of(view: View, scene: Scene) -> Iterator[tuple[str, Recovery]]:
    """Each recovery in a setting whose severity is known or estimated, after its measure."""
    known = severities_of(view, scene)
    for row in view.recovery(scene).rows():
        found = known.get((row["seed"], row["change"]))
        if found is not None and not isnan(found.value):
            x = float(f"{found.value:.{DIGITS}g}")
            own = row["contender"], row["rows"], row["censored"]
            yield found.measure, Recovery(x, found.se, *own)


def severities_of(view: View, scene: Scene) -> dict[tuple[int, int], Severe]:
    """How severe each change of a setting is, by its seed and row."""
    asked = measure_of(view, scene)
    key = "severity", asked, ROWS
    found = scene.variant.part(key, lambda one: severe_changes(one, asked, ROWS))
    return {(one.seed, one.change): one for one in found}


def grouped(values: list[float]) -> dict[float, float]:
    """The point at which each of some severities is shown: the mean of those beside it."""
    if len(values) <= MOST_POINTS:
        return {value: value for value in values}
    parts = np.array_split(np.array(values), MOST_POINTS)
    return {x: float(f"{part.mean():.{DIGITS}g}") for part in parts for x in part.tolist()}


def slice_of(view: View, title: str, measure: str, rows: list[Recovery]) -> Slice:
    """A panel of recoveries by a measure."""
    own = {name: [row for row in rows if row.name == name] for name in view.names}
    found = {name: line_of(some) for name, some in own.items() if some}
    lines = {name: one for name, one in found.items() if not np.isnan(one.mean).all()}
    places = sorted({row.severity for row in rows})
    words = [setting_text(place) for place in places]
    note = (
        "no mark where most had not recovered: " + listed(lost)
        if (lost := never(own, lines))
        else ""
    )
    joined = not view.reports[title].study.suite  # whose changes differ in more than in severity
    about = title, LABELS[measure], places, words, False, lines, title
    spans = spans_of(rows) if is_estimate(measure) else {}
    return Slice(*about, measured=True, joined=joined, note=note, spans=spans)


def is_estimate(measure: str) -> bool:
    """Whether a measure is found by learners."""
    return measure in ESTIMATE_OF.values()


def spans_of(rows: list[Recovery]) -> dict[float, tuple[float, float]]:
    """The interval of each severity that is estimated, at 95 %; over several the widest."""
    widest: dict[float, float] = {}
    for row in rows:
        widest[row.severity] = max(widest.get(row.severity, 0.0), WITHIN * row.se)
    return {x: (max(x - beyond, 0.0), x + beyond) for x, beyond in widest.items()}


def least_top(view: View) -> int:
    """Up to how many rows an axis goes at least, also where everybody recovers at once."""
    return max(scene.variant.scenario.interval for scene in view.scenes)


def never(own: dict[str, list[Recovery]], lines: dict[str, SweptLine]) -> list[str]:
    """The contenders with recoveries, but with a mark at no severity."""
    return [short(name) for name, rows in own.items() if rows and name not in lines]


def line_of(rows: list[Recovery]) -> SweptLine:
    """The median rows of a contender at each severity, and their range; NaN where most are open."""
    found = []
    for x in sorted({row.severity for row in rows}):
        own = [row for row in rows if row.severity == x]
        times, censored = [row.rows for row in own], [row.censored for row in own]
        found.append((x, median(times, censored), min(times), max(times), len(own)))
    places, middle, low, high, counts = (np.array(one, float) for one in zip(*found))
    low[np.isnan(middle)] = high[np.isnan(middle)] = np.nan
    return SweptLine(places, middle, low, high, int(counts.max()))


def caption(view: View) -> str:
    """How many rows each contender needs after the mildest and after the severest change."""
    texts, slices = [], severity(view) or []
    for one in slices:
        each = [f"{name} {ends_of(line)}" for name, line in one.lines.items()]
        ends = f"{one.words[0]} and {one.words[-1]}"
        texts.append(f"Median rows to recover at {ends} ({one.name}): {'; '.join(each)}.")
    lost = [name for name in view.names if not any(name in one.lines for one in slices)]
    mostly = f" (never of {listed(lost)})" if lost else ""
    spans = "bands" if all(one.joined for one in slices) else "thin lines"
    note = f"A mark where most recovered{mostly}; {spans} are the range over changes and seeds."
    return " ".join([*texts, note, *remarks(view, slices)]) if texts else ""


def remarks(view: View, slices: list[Slice]) -> Iterator[str]:
    """What is estimated, and which changes are not there as their severity is not known."""
    if any(one.spans for one in slices):
        yield (
            "Where probabilities are not known, severity is an estimate by learners, with its "
            "interval at 95 %, apart from what is measured."
        )
    asked = {measure_of(view, scene) for scene in view.scenes}
    each = [one for scene in view.scenes for one in severities_of(view, scene).values()]
    if unknown := sum(isnan(one.value) for one in each):
        names = listed([measure.replace("_", " ") for measure in sorted(asked)])
        yield f"{unknown:,} of {len(each):,} changes are not shown: their {names} is not known."


def ends_of(line: SweptLine) -> str:
    """The first and the last value of a line."""
    words = ["not known" if isnan(y) else rounded(y) for y in (line.mean[0], line.mean[-1])]
    return " and ".join(words)
