"""Alarm data: alarms along the stream, compared with the true changes."""

from itertools import chain
from typing import NamedTuple

import numpy as np

from driftsim.report.figure_data.view import Scene, View
from driftsim.report.measures import alarm_rows, detection

FAINTEST = 0.25  # the opacity of a tick of one of many seeds
UNKNOWN = "true or false is unknown"
HIT = "above the line: the first alarm after a change"
FALSE = "below the line: a false alarm"
OPEN = "across the line: an alarm, true or false is unknown"


class Alarms(NamedTuple):
    """The rows of alarms of one run."""

    hits: list  # the first after each change
    false: list
    unknown: list  # true or false is unknown


class AlarmPanel(NamedTuple):
    """The alarms of the contenders in one setting, of each of their runs."""

    scene: Scene
    lanes: dict[str, list[Alarms]]
    counts: dict[str, str]  # how many changes each found, as far as known


def alarms(view: View) -> tuple[list[str], list[AlarmPanel]] | None:
    """The contenders that can raise alarms, and a panel for each setting; None without an alarm."""
    scenes = [(scene, sorted_alarms(view, scene)) for scene in view.scenes]
    names = [name for name in view.names if any(name in lanes for _, lanes in scenes)]
    lanes = [runs for _, by_name in scenes for runs in by_name.values()]
    if not any(map(len, sum(chain.from_iterable(lanes), ()))):
        return None
    return names, [AlarmPanel(scene, lanes, counts(view, scene)) for scene, lanes in scenes]


def sorted_alarms(view, scene) -> dict[str, list[Alarms]]:
    """The alarms of each contender that can raise any, of each of its runs."""
    able, lanes = counts(view, scene), dict[str, list]()
    for one in scene.played:
        if one.contender in view.names and one.contender in able:
            lanes.setdefault(one.contender, []).append(sort_alarms(scene, one))
    return lanes


def sort_alarms(scene, one) -> Alarms:
    """The rows of alarms of a run that found a change, that did not, and that may have."""
    rows = alarm_rows(one)
    found = detection(scene.variant.scenario, one, rows)
    if np.isnan(found.changes):
        return Alarms([], [], list(rows))
    false = list(rows)
    for hit in found.hits:
        false.remove(hit)
    return Alarms(found.hits, false, [])


def counts(view, scene) -> dict[str, str]:
    """How many changes each contender found, and how many alarms were false, as far as known."""
    table = view.table(scene.results, "alarms")
    return {row["contender"]: count_text(row) for row in table.rows()}


def count_text(row):
    """What a row of the table of alarms says of a contender."""
    if np.isnan(row["changes"]):
        return f"{row['alarms']:.3g} alarm{'' if row['alarms'] == 1 else 's'}; {UNKNOWN}"
    false = row["extra"] + row["early"]
    return f"{row['detected']:.3g} of {row['changes']:.3g} found, {false:.3g} false"


def opacity(runs: list[Alarms]) -> float:
    """How dark the ticks of each of some runs are."""
    return max(1 / np.sqrt(max(len(runs), 1)), FAINTEST)


def occurring(panels: list[AlarmPanel]) -> list[str]:
    """What the ticks of some panels mean."""
    runs = [run for one in panels for played in one.lanes.values() for run in played]
    known = any(run.hits or run.false for run in runs)
    return ([HIT, FALSE] if known else []) + ([OPEN] if any(run.unknown for run in runs) else [])
