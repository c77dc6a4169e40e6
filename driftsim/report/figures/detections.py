"""Detections: alarms along the stream, under the true changes."""

import numpy as np

from driftsim.evaluation.alarm_scores import detected, starts
from driftsim.report.figures.panels import (
    along,
    below,
    changes,
    concepts,
    drawable,
    entitle,
    frozen,
    grid,
    keyed,
)
from driftsim.report.figures.style import FAINT, INK, short
from driftsim.report.measures import alarm_rows, detection, rows_of

LANE = 0.3  # inches, of a contender
HIT, FALSE = (0.08, 0.44), (-0.30, -0.06)  # from where to where ticks reach, above a lane's middle
OPEN = (-0.2, 0.2)  # where nobody knows which are true
FAINTEST = 0.25  # how much of a tick is seen of one of many seeds
UNKNOWN = "which are true nobody knows"
MARK = {"marker": "|", "color": INK, "linestyle": "none"}
KEYS = {
    "above the line: the first alarm after a change": MARK
    | {"markersize": 10, "markeredgewidth": 1.6},
    "below: a false alarm": MARK | {"markersize": 6, "markeredgewidth": 0.8},
}
OPEN_KEYS = {
    "across the line: an alarm of which nobody knows whether it is true": MARK
    | {"markersize": 8, "markeredgewidth": 1.2},
}


def alarms(view):
    """A row for each contender that rang, a tick for each alarm; true ones above its line."""
    told = [(scene, rung(view, scene)) for scene in view.scenes]
    names = [name for name in view.names if any(name in lanes for _, lanes in told)]
    if not names:
        return None
    titles = [scene.title for scene, _ in told]
    figure, (panels,) = grid(1, len(told), 0.6 + LANE * len(names), titles=titles)
    for panel, (scene, lanes) in zip(panels, told):
        plot_lanes(panel, view, scene, {name: lanes.get(name, []) for name in names})
    below(panels, "row of the stream")
    if len(told) == 1:
        counted(panels[0], view, told[0][0], names)
    runs = [run for _, lanes in told for played in lanes.values() for run in played]
    known = any(hits or false for hits, false, _ in runs)
    there = (KEYS if known else {}) | (OPEN_KEYS if any(rest for *_, rest in runs) else {})
    keyed(figure, there)
    return frozen(figure)


def rung(view, scene):
    """The true, the false and the other alarms of each contender that rang, for each seed."""
    told = {}
    for one in scene.played:
        if one.contender in view.names:
            told.setdefault(one.contender, []).append(sorted_out(scene, one))
    return {name: runs for name, runs in told.items() if any(map(len, sum(runs, ())))}


def sorted_out(scene, one):
    """The alarms of a run that found a change, those that did not, and those nobody knows of."""
    rows, (first, stop) = alarm_rows(one), rows_of(one)
    if np.isnan(detection(scene.results, one, rows).changes):
        return [], [], list(rows)
    changes = starts(scene.results.changes(scene.setting, one.seed), first, stop)
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
    """The lanes of a scene."""
    along(panel, scene, 5 if len(view.scenes) == 1 else 3)
    for change in drawable(scene.stream):
        panel.axvspan(change.first, change.last, color="#e4e4e4", linewidth=0, zorder=0)
    changes(panel, scene.stream)
    concepts(panel, scene)
    entitle(panel, scene.title, pad=14)
    panel.set_ylim(len(lanes) - 0.5, -0.5)
    named = panel.get_subplotspec().is_first_col()
    panel.set_yticks(range(len(lanes)), map(short, lanes) if named else [""] * len(lanes))
    panel.tick_params(axis="y", length=0)
    for place, (name, runs) in enumerate(lanes.items()):
        panel.axhline(place, color=FAINT, linewidth=0.4, zorder=1)
        alpha = max(1 / np.sqrt(max(len(runs), 1)), FAINTEST)
        style = {"color": view.looks[name].colour, "alpha": alpha, "solid_capstyle": "butt"}
        for hits, false, others in runs:
            tick(panel, hits, place, HIT, linewidth=1.8, gid="hit", **style)
            tick(panel, false, place, FALSE, linewidth=0.8, gid="false", **style)
            tick(panel, others, place, OPEN, linewidth=1.2, gid="open", **style)


def counted(panel, view, scene, names):
    """How many changes each contender found, and how many alarms were false, as far as known."""
    told = scene.of(view.frame(scene.results, "alarms")).set_index("contender")
    style = {"transform": panel.get_yaxis_transform(), "fontsize": 7.5, "color": FAINT}
    for place, name in enumerate(names):
        one = told.loc[name]
        words = f"{one.detected:.3g} of {one.changes:.3g} found, {one.extra + one.early:.3g} false"
        if np.isnan(one.changes):
            words = f"{one.alarms:.3g} alarm{'' if one.alarms == 1 else 's'}; {UNKNOWN}"
        panel.text(1.01, place, words, va="center_baseline", gid="found", **style)


def tick(panel, rows, place, reach, **style):
    """Ticks above or below the middle of a lane, as one line with gaps."""
    low, high = (place - end for end in reach)
    x = np.repeat(np.asarray(rows, float), 3)
    y = np.tile([low, high, np.nan], len(rows))
    panel.plot(x, y, **style)
