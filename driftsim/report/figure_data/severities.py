"""Severity data: how many rows contenders need to recover, over how severe changes are."""

from collections.abc import Iterator
from math import isnan

import numpy as np

from driftsim.evaluation.recovery import median
from driftsim.messages import setting_text
from driftsim.report.amounts import listed
from driftsim.report.figure_data.looks import rounded, short
from driftsim.report.figure_data.sweeps import Slice, SweptLine
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.severities import severity_rows

ROWS = 4_000  # of each concept, to measure its distance from another
MOST_POINTS = 8  # of a line; with more severities, those next to each other share one
DIGITS = 2  # of a severity
LABELS = {
    "total_variation": "total variation of the change",
    "stale_loss": "squared error that a stale model adds",
}
LABEL = "rows to recover"


def severity(view: View) -> list[Slice] | None:
    """A panel for each report, a line for each contender; None without two severities."""
    found = [one for title in view.reports for one in slices_of(view, title)]
    return found or None


def slices_of(view: View, title: str) -> Iterator[Slice]:
    """The panel of a report, where its changes are not all as severe."""
    scenes = [scene for scene in view.scenes if scene.report == title]
    for measure in dict.fromkeys(map(measure_of, scenes)):
        rows = [
            row
            for scene in scenes
            if measure_of(scene) == measure
            for row in recoveries_of(view, scene, measure)
        ]
        groups = grouped(sorted({x for x, *_ in rows}))
        if len({*groups.values()}) > 1:
            yield slice_of(view, title, measure, [(groups[x], *rest) for x, *rest in rows])


def measure_of(scene: Scene) -> str:
    """The severity that is known of the changes of a stream."""
    return "stale_loss" if scene.stream.schema.regression else "total_variation"


def recoveries_of(view: View, scene: Scene, measure: str) -> Iterator[tuple]:
    """Each recovery in a setting: severity, contender, rows, and whether it is censored."""
    severe = scene.variant.part(("severity", ROWS), lambda one: severity_rows(one, ROWS))
    known = {(row["seed"], row["change"]): row[measure] for row in severe}
    for row in view.recovery(scene).rows():
        value = known.get((row["seed"], row["change"]), np.nan)
        if not isnan(value):
            x = float(f"{value:.{DIGITS}g}")
            yield x, row["contender"], row["rows"], row["censored"]


def grouped(values: list[float]) -> dict[float, float]:
    """The point at which each of some severities is shown: the mean of those beside it."""
    if len(values) <= MOST_POINTS:
        return {value: value for value in values}
    parts = np.array_split(np.array(values), MOST_POINTS)
    return {x: float(f"{part.mean():.{DIGITS}g}") for part in parts for x in part.tolist()}


def slice_of(view: View, title: str, measure: str, rows: list[tuple]) -> Slice:
    """A panel, from severities, contenders, rows to recover, and whether they are censored."""
    own = {name: [row for row in rows if row[1] == name] for name in view.names}
    found = {name: line_of(some) for name, some in own.items() if some}
    lines = {name: one for name, one in found.items() if not np.isnan(one.mean).all()}
    places = sorted({row[0] for row in rows})
    words = [setting_text(place) for place in places]
    note = (
        "no mark where most had not recovered: " + listed(lost)
        if (lost := never(own, lines))
        else ""
    )
    joined = not view.reports[title].study.suite  # whose changes differ in more than in severity
    about = title, LABELS[measure], places, words, False, lines, title
    return Slice(*about, measured=True, joined=joined, note=note)


def never(own: dict[str, list[tuple]], lines: dict[str, SweptLine]) -> list[str]:
    """The contenders with recoveries, but with a mark at no severity."""
    return [short(name) for name, rows in own.items() if rows and name not in lines]


def line_of(rows: list[tuple]) -> SweptLine:
    """The median rows of a contender at each severity, and their range; NaN where most are open."""
    found = []
    for x in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == x]
        times, censored = [row[2] for row in own], [row[3] for row in own]
        found.append((x, median(times, censored), min(times), max(times), len(own)))
    x, middle, low, high, counts = (np.array(one, float) for one in zip(*found))
    low[np.isnan(middle)] = high[np.isnan(middle)] = np.nan
    return SweptLine(x, middle, low, high, int(counts.max()))


def caption(view: View) -> str:
    """How many rows each contender needs after the mildest and after the severest change."""
    texts, slices = [], severity(view) or []
    for one in slices:
        each = [f"{name} {ends_of(line)}" for name, line in one.lines.items()]
        ends = f"{one.words[0]} and {one.words[-1]}"
        texts.append(f"Median rows to recover at a {one.name} of {ends}: {'; '.join(each)}.")
    lost = [name for name in view.names if not any(name in one.lines for one in slices)]
    mostly = f" (never of {listed(lost)})" if lost else ""
    spans = "bands" if all(one.joined for one in slices) else "thin lines"
    note = f"A mark where most recovered{mostly}; {spans} are the range over changes and seeds."
    return " ".join([*texts, note]) if texts else ""


def ends_of(line: SweptLine) -> str:
    """The first and the last value of a line."""
    words = ["not known" if isnan(y) else rounded(y) for y in (line.mean[0], line.mean[-1])]
    return " and ".join(words)
