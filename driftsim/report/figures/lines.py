"""Lines: metrics along the stream, a line for each contender."""

import numpy as np
from matplotlib.lines import Line2D

from driftsim.report.figure_data import cost_courses, memory_courses
from driftsim.report.figure_data import curves as curve_data
from driftsim.report.figure_data.looks import FAINT
from driftsim.report.figures.label_placement import with_line_names
from driftsim.report.figures.panels import (
    ACROSS,
    grid,
    label_streams,
    mark_changes,
    name_concepts,
    set_title,
    shade_concepts,
    share_scale,
    stream_axis,
)
from driftsim.report.figures.style import LEAST_THOUSANDS, linestyle, thousands

BOTTOM, ROW = 0.22, 0.035  # shares of a panel: the most for rows of ticks, and for one of them
NAMED_ROW = 0.048  # for one with its name beside it
HEIGHT, NAME = 2.7, 0.15  # inches of a panel, and of a name beside it
OTHERS = {"color": "#bbbbbb", "linewidth": 0.5, "zorder": 1}
AIM = {"color": "#555555", "linestyle": (0, (5, 3)), "linewidth": 0.8, "zorder": 1}
BEST = {"color": "black", "linestyle": ":", "linewidth": 1}


def curves(view):
    """Each metric along the stream, a line for each contender; a panel for each setting."""
    return along_stream(view, curve_data.curves(view))


def excess(view):
    """The error above the best possible, where that is known."""
    return along_stream(view, curve_data.excess(view))


def cost_so_far(view):
    """What each contender has cost up to each row."""
    return along_stream(view, cost_courses.costs_so_far(view))


def memory(view):
    """What the models of each contender take, and its RAM-hours up to each row."""
    return along_stream(view, memory_courses.memory(view))


def along_stream(view, rows):
    """Metrics along the stream, one below the other, on one scale, but in panels `alone`."""
    if rows is None:
        return None
    first = rows[0]
    scenes, titles = [one.scene for one in first], [one.scene.title for one in first]
    single = len(view.scenes) == 1
    most = max(len(one.curves) for one in first)
    height = max(HEIGHT, 0.4 + most * NAME) if single else HEIGHT
    figure, blocks = grid(len(rows), len(first), height, 1 if single else ACROSS, titles)
    lines = {}
    for row, block in zip(rows, blocks):
        for panel, one in zip(block, row):
            lines[panel] = plot_panel(panel, view, one)
            set_title(panel, one.scene.title, pad=14 if block is blocks[0] else 6)
            if panel.get_subplotspec().is_first_col():
                panel.set_ylabel(one.label)
        for panels in [[panel] for panel in block] if row[0].alone else [block]:
            share_scale(panels, row[0].zero, max(map(bottom_share, panels)))
        for panel in block:
            if panel.get_ylim()[1] >= LEAST_THOUSANDS:
                panel.yaxis.set_major_formatter(thousands())
    label_streams(blocks[-1], scenes)
    for panel, scene in zip(blocks[0], scenes):
        name_concepts(panel, scene)
    best = next((one.best.name for one in first if one.best), "")
    return with_line_names(figure, lines, single, last=best)


def plot_panel(panel, view, one) -> dict[str, Line2D]:
    """Plot the curves of one scene in a panel; gives its lines, by name."""
    stream_axis(panel, one.scene, 5 if len(view.scenes) == 1 else 3)
    if not one.scene.played:
        panel.text(0.5, 0.5, "every run failed", ha="center", transform=panel.transAxes)
        return {}
    shade_concepts(panel, one.scene)
    mark_changes(panel, one.scene.variant.scenario)
    if one.aim is not None:
        panel.axhline(one.aim, **AIM)
    for curve in one.others:
        plot_curve(panel, curve, one.steps, False, **OTHERS)
    lines = {}
    for name, curve in one.curves.items():
        look = view.looks[name]
        style = {"color": look.colour, "linestyle": linestyle(look)}
        lines[name] = plot_curve(panel, curve, one.steps, one.bands, **style)
    plot_retrainings(panel, one, view)
    if one.best:
        lines[one.best.name] = plot_curve(panel, one.best, one.steps, True, **BEST)
    return lines


def plot_curve(panel, curve, steps, band, **style) -> Line2D:
    """Plot the mean over the seeds, and with `band` their range; gives the line."""
    style = {"linewidth": 1.4, "drawstyle": "steps-post" if steps else "default"} | style
    if not steps and len(alone := lone(curve.mean)):
        style |= {"marker": ".", "markevery": alone.tolist()}
    (line,) = panel.plot(curve.x, curve.mean, label=curve.name, **style)
    if band and curve.seeds > 1:
        fill = {"color": style["color"], "alpha": 0.15, "linewidth": 0}
        step = "post" if steps else None
        panel.fill_between(curve.x, curve.low, curve.high, step=step, **fill)
    return line


def lone(values: np.ndarray) -> np.ndarray:
    """The places of values that are known while neither neighbour is: no line goes to them."""
    known = np.pad(np.isfinite(values), 1)
    return np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:])


def plot_retrainings(panel, one, view):
    """Plot a tick at the bottom for each retraining with the first seed, in a row by contender.

    Those of the schedules of floors are black, below them.
    """
    n = len(one.retrained)
    row = NAMED_ROW if n and one.named else min(ROW, BOTTOM / max(n, 1))
    planned = NAMED_ROW if n and one.named else ROW
    for i, (name, rows) in enumerate(reversed(one.schedules.items())):
        plot_ticks(panel, rows, planned * i, planned, BEST["color"], "schedule")
        name_ticks(panel, name, planned * (i + 0.57))
    for i, (name, rows) in enumerate(one.retrained.items()):
        bottom = planned * len(one.schedules) + row * i
        plot_ticks(panel, rows, bottom, row, view.looks[name].colour, "retrained")
        if one.named:
            name_ticks(panel, name, bottom + 0.57 * row)
    if one.retrained and not one.named:
        name_ticks(panel, "trainings", planned * len(one.schedules) + row * n / 2)


def name_ticks(panel, name, place):
    """Write the name of a row of ticks beside it, left of the first panel of a row."""
    if panel.get_subplotspec().is_first_col():
        style = {"fontsize": "x-small", "ha": "right", "va": "center", "color": FAINT}
        panel.text(-0.01, place, name, transform=panel.transAxes, **style)


def plot_ticks(panel, rows, bottom, height, colour, gid):
    """Plot a row of ticks, whose place and height are shares of a panel."""
    style = {"markersize": max(4.5 * height / ROW, 3.5), "markeredgewidth": 0.8, "gid": gid}
    style |= {"transform": panel.get_xaxis_transform(), "marker": "|", "linestyle": "none"}
    panel.plot(rows, np.full(len(rows), bottom + 0.57 * height), color=colour, **style)


def bottom_share(panel):
    """The share of a panel that its rows of ticks take up."""
    ticks = [line for line in panel.lines if line.get_gid() in ("retrained", "schedule")]
    tops = [line.get_ydata()[0] for line in ticks if len(line.get_ydata())]
    return max(tops) + 1.3 * NAMED_ROW if tops else 0.02
