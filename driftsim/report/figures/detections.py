"""Detections: alarms along the stream, compared with the true changes."""

import numpy as np

from driftsim.evaluation.alarm_scores import detected, starts
from driftsim.report.figures.panels import (
    frozen,
    grid,
    key,
    label_streams,
    mark_changes,
    name_concepts,
    set_title,
    stream_axis,
    visible_changes,
)
from driftsim.report.figures.style import FAINT, INK, short
from driftsim.report.measures import alarm_rows, detection, rows_of

LANE = 0.3  # inches, of a contender
HIT, FALSE = (0.08, 0.44), (-0.30, -0.06)  # from where to where ticks reach, above a lane's middle
OPEN = (-0.2, 0.2)  # where it is unknown which are true
FAINTEST = 0.25  # the opacity of a tick of one of many seeds
UNKNOWN = "true or false is unknown"
MARK = {"marker": "|", "color": INK, "linestyle": "none"}
HIT_MARK = MARK | {"markersize": 10, "markeredgewidth": 1.6}
FALSE_MARK = MARK | {"markersize": 6, "markeredgewidth": 0.8}
OPEN_MARK = MARK | {"markersize": 8, "markeredgewidth": 1.2}
KEYS = {
    "above the line: the first alarm after a change": HIT_MARK,
    "below the line: a false alarm": FALSE_MARK,
}
OPEN_KEYS = {"across the line: an alarm, true or false is unknown": OPEN_MARK}


def alarms(view):
    """A lane for each contender with alarms, a tick for each alarm; true ones above its line."""
    scenes = [(scene, sorted_alarms(view, scene)) for scene in view.scenes]
    names = [name for name in view.names if any(name in lanes for _, lanes in scenes)]
    if not names:
        return None
    titles = [scene.title for scene, _ in scenes]
    figure, (panels,) = grid(1, len(scenes), 0.6 + LANE * len(names), titles=titles)
    for panel, (scene, lanes) in zip(panels, scenes):
        plot_lanes(panel, view, scene, {name: lanes.get(name, []) for name in names})
    label_streams(panels, [scene for scene, _ in scenes])
    if len(scenes) == 1:
        write_counts(panels[0], view, scenes[0][0], names)
    runs = [run for _, lanes in scenes for played in lanes.values() for run in played]
    known = any(hits or false for hits, false, _ in runs)
    key(figure, (KEYS if known else {}) | (OPEN_KEYS if any(rest for *_, rest in runs) else {}))
    return frozen(figure)


def sorted_alarms(view, scene) -> dict[str, list]:
    """The true, false and unknown alarms of each contender with alarms, for each of its runs."""
    lanes: dict[str, list] = {}
    for one in scene.played:
        if one.contender in view.names:
            lanes.setdefault(one.contender, []).append(sort_alarms(scene, one))
    return {name: runs for name, runs in lanes.items() if any(map(len, sum(runs, ())))}


def sort_alarms(scene, one):
    """The rows of alarms of a run that found a change, that did not, and that may have."""
    rows, (first, stop) = alarm_rows(one), rows_of(one)
    if np.isnan(detection(scene.stream, one, rows).changes):
        return [], [], list(rows)
    changes = starts(scene.stream.started_changes(one.seed), first, stop)
    found = [
        (start, detected(rows[rows < until], [start], start, until))
        for start, until in zip(changes, [*changes[1:], stop])
    ]
    hits = [start + delay for start, one in found for delay in one.delays]
    false = list(rows)
    for hit in hits:
        false.remove(hit)
    return hits, false, []


def plot_lanes(panel, view, scene, lanes):
    """Plot the lanes of a scene."""
    stream_axis(panel, scene, 5 if len(view.scenes) == 1 else 3)
    for change in visible_changes(scene.stream):
        panel.axvspan(change.first, change.last, color="#e4e4e4", linewidth=0, zorder=0)
    mark_changes(panel, scene.stream)
    name_concepts(panel, scene)
    set_title(panel, scene.title, pad=14)
    panel.set_ylim(len(lanes) - 0.5, -0.5)
    named = panel.get_subplotspec().is_first_col()
    panel.set_yticks(range(len(lanes)), map(short, lanes) if named else [""] * len(lanes))
    panel.tick_params(axis="y", length=0)
    for place, (name, runs) in enumerate(lanes.items()):
        panel.axhline(place, color=FAINT, linewidth=0.4, zorder=1)
        alpha = max(1 / np.sqrt(max(len(runs), 1)), FAINTEST)
        style = {"color": view.looks[name].colour, "alpha": alpha, "solid_capstyle": "butt"}
        for hits, false, others in runs:
            plot_ticks(panel, hits, place, HIT, linewidth=1.8, gid="hit", **style)
            plot_ticks(panel, false, place, FALSE, linewidth=0.8, gid="false", **style)
            plot_ticks(panel, others, place, OPEN, linewidth=1.2, gid="open", **style)


def write_counts(panel, view, scene, names):
    """How many changes each contender found, and how many alarms were false, as far as known."""
    rows = {one["contender"]: one for one in scene.results.tables.alarms.rows()}
    style = {"transform": panel.get_yaxis_transform(), "fontsize": 7.5, "color": FAINT}
    for place, name in enumerate(names):
        one = rows[name]
        false, n = one["extra"] + one["early"], one["alarms"]
        words = f"{one['detected']:.3g} of {one['changes']:.3g} found, {false:.3g} false"
        if np.isnan(one["changes"]):
            words = f"{n:.3g} alarm{'' if n == 1 else 's'}; {UNKNOWN}"
        panel.text(1.01, place, words, va="center_baseline", gid="found", **style)


def plot_ticks(panel, rows, place, reach, **style):
    """Ticks above or below the middle of a lane, as one line with gaps."""
    low, high = (place - end for end in reach)
    x = np.repeat(np.asarray(rows, float), 3)
    y = np.tile([low, high, np.nan], len(rows))
    panel.plot(x, y, **style)
