"""Detections: alarms along the stream, compared with the true changes."""

import numpy as np

from driftsim.report.figure_data import detections
from driftsim.report.figure_data.backgrounds import visible_changes
from driftsim.report.figure_data.detections import FALSE as FALSE_KEY
from driftsim.report.figure_data.detections import HIT as HIT_KEY
from driftsim.report.figure_data.detections import OPEN as OPEN_KEY
from driftsim.report.figure_data.detections import occurring, opacity
from driftsim.report.figure_data.looks import FAINT, INK, short
from driftsim.report.figures.panels import (
    frozen,
    grid,
    key,
    label_streams,
    mark_changes,
    name_concepts,
    set_title,
    stream_axis,
)

LANE = 0.3  # inches, of a contender
HIT, FALSE = (0.08, 0.44), (-0.30, -0.06)  # from where to where ticks reach, above a lane's middle
OPEN = (-0.2, 0.2)  # where it is unknown which are true
MARK = {"marker": "|", "color": INK, "linestyle": "none"}
HIT_MARK = MARK | {"markersize": 10, "markeredgewidth": 1.6}
FALSE_MARK = MARK | {"markersize": 6, "markeredgewidth": 0.8}
OPEN_MARK = MARK | {"markersize": 8, "markeredgewidth": 1.2}
KEYS = {HIT_KEY: HIT_MARK, FALSE_KEY: FALSE_MARK, OPEN_KEY: OPEN_MARK}


def alarms(view):
    """A lane for each contender that can raise alarms, with a tick for each; true ones on top."""
    found = detections.alarms(view)
    if found is None:
        return None
    names, shown = found
    scenes, titles = [one.scene for one in shown], [one.scene.title for one in shown]
    figure, (panels,) = grid(1, len(shown), 0.6 + LANE * len(names), titles=titles)
    for panel, one in zip(panels, shown):
        lanes = {name: one.lanes.get(name, []) for name in names}
        plot_lanes(panel, view, one.scene, lanes)
    label_streams(panels, scenes)
    if len(shown) == 1:
        write_counts(panels[0], shown[0].counts, names)
    key(figure, {name: KEYS[name] for name in occurring(shown)})
    return frozen(figure)


def plot_lanes(panel, view, scene, lanes):
    """Plot the lanes of a scene."""
    stream_axis(panel, scene, 5 if len(view.scenes) == 1 else 3)
    for change in visible_changes(scene.variant.scenario):
        panel.axvspan(change.first, change.last, color="#e4e4e4", linewidth=0, zorder=0)
    mark_changes(panel, scene.variant.scenario)
    name_concepts(panel, scene)
    set_title(panel, scene.title, pad=14)
    panel.set_ylim(len(lanes) - 0.5, -0.5)
    named = panel.get_subplotspec().is_first_col()
    panel.set_yticks(range(len(lanes)), map(short, lanes) if named else [""] * len(lanes))
    panel.tick_params(axis="y", length=0)
    for place, (name, runs) in enumerate(lanes.items()):
        panel.axhline(place, color=FAINT, linewidth=0.4, zorder=1)
        style = {"color": view.looks[name].colour, "alpha": opacity(runs), "solid_capstyle": "butt"}
        for hits, false, others in runs:
            plot_ticks(panel, hits, place, HIT, linewidth=1.8, gid="hit", **style)
            plot_ticks(panel, false, place, FALSE, linewidth=0.8, gid="false", **style)
            plot_ticks(panel, others, place, OPEN, linewidth=1.2, gid="open", **style)


def write_counts(panel, counts, names):
    """How many changes each contender found, and how many alarms were false, as far as known."""
    style = {"transform": panel.get_yaxis_transform(), "fontsize": 7.5, "color": FAINT}
    for place, name in enumerate(names):
        panel.text(1.01, place, counts[name], va="center_baseline", gid="found", **style)


def plot_ticks(panel, rows, place, reach, **style):
    """Ticks above or below the middle of a lane, as one line with gaps."""
    low, high = (place - end for end in reach)
    x = np.repeat(np.asarray(rows, float), 3)
    y = np.tile([low, high, np.nan], len(rows))
    panel.plot(x, y, **style)
