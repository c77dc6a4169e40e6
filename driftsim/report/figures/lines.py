"""Lines: metrics along the stream, a line for each contender."""

import numpy as np
from matplotlib.lines import Line2D

from driftsim.evaluation.metrics import FROM_ZERO
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
from driftsim.report.figures.style import MOST_BANDS
from driftsim.report.table import missing

ORACLE = "oracle (best possible)"
BOTTOM, ROW = 0.22, 0.035  # shares of a panel: the most for rows of ticks, and for one of them
HEIGHT, NAME = 2.7, 0.15  # inches of a panel, and of a name beside it
MOST_LINES = 12  # of a panel; with more, each panel shows some contenders, and the others faintly
OTHERS = {"color": "#bbbbbb", "linewidth": 0.5, "zorder": 1}
BEST = {"color": "black", "linestyle": ":", "linewidth": 1}


def curves(view):
    """Each metric along the stream, a line for each contender; a panel for each setting."""
    failed = not any(scene.played for scene in view.scenes)
    return along_stream(view, view.metrics) if failed or known(view, view.metrics) else None


def excess(view):
    """The error above the best possible, where that is known."""
    metrics = list(dict.fromkeys(map(excess_of, view.scenes)))
    return along_stream(view, metrics) if known(view, metrics) else None


def along_stream(view, metrics):
    """Metrics along the stream, one below the other, on the same scale in every panel."""
    pairs = scenes_and_names(view)
    single = len(view.scenes) == 1
    most = max(len(names) for _, names in pairs)
    height = max(HEIGHT, 0.4 + most * NAME) if single else HEIGHT
    titles = [scene.title for scene, _ in pairs]
    figure, blocks = grid(len(metrics), len(pairs), height, 1 if single else ACROSS, titles)
    lines = {}
    for metric, block in zip(metrics, blocks):
        for panel, (scene, names) in zip(block, pairs):
            frame = view.curves(scene, metric)
            lines[panel] = plot_scene(panel, view, scene, names, frame)
            set_title(panel, scene.title, pad=14 if block is blocks[0] else 6)
            if panel.get_subplotspec().is_first_col():
                panel.set_ylabel(metric.replace("_", " "))
        share_scale(block, metric in FROM_ZERO, max(map(bottom_share, block)))
    label_streams(blocks[-1], [scene for scene, _ in pairs])
    for panel, (scene, _) in zip(blocks[0], pairs):
        name_concepts(panel, scene)
    return with_line_names(figure, lines, single, last=ORACLE)


def scenes_and_names(view):
    """The scene of each panel and its contenders: many are split if there is a single scene."""
    scenes, names = view.scenes, view.names
    if len(scenes) > 1:
        return [(scene, names) for scene in scenes]
    parts = -(-len(names) // MOST_LINES)
    return [(scenes[0], part.tolist()) for part in np.array_split(np.array(names, object), parts)]


def known(view, metrics):
    """Whether any of these metrics is known of any contender."""
    pairs = [(results, metric) for results in view.reports.values() for metric in metrics]
    frames = [view.whole(*pair) for pair in pairs]
    means = [one.among("contender", view.names)["mean"] for one in frames]
    return any(not missing(mean).all() for mean in means)


def excess_of(scene):
    """The name of the metric that is the excess."""
    return "excess_mse" if scene.stream.schema.regression else "excess_error"


def plot_scene(panel, view, scene, names, frame) -> dict[str, Line2D]:
    """Plot the curves of one scene in a panel; gives its lines, by name."""
    stream_axis(panel, scene, 5 if len(view.scenes) == 1 else 3)
    played = scene.played
    lines: dict[str, Line2D] = {}
    if not played:
        panel.text(0.5, 0.5, "every run failed", ha="center", transform=panel.transAxes)
        return lines
    shade_concepts(panel, played[0].truth)
    mark_changes(panel, scene.stream)
    curves = dict(sorted(frame.among("contender", view.names).by("contender").items()))
    for name in [name for name in curves if name not in names]:
        plot_curve(panel, curves[name], name, view.over, False, **OTHERS)
    looks = {name: view.looks[name] for name in names if name in curves}
    for name, look in looks.items():
        style = {"color": look.colour, "linestyle": look.dashes}
        band = len(looks) <= MOST_BANDS
        lines[name] = plot_curve(panel, curves[name], name, view.over, band, **style)
    if len(looks) <= MOST_LINES:
        plot_retrainings(panel, {name: look.colour for name, look in looks.items()}, played)
    oracle = frame.among("contender", ["oracle"])
    if "oracle" not in view.looks and not missing(oracle["mean"]).all():
        lines[ORACLE] = plot_curve(panel, oracle, ORACLE, view.over, True, **BEST)
    return lines


def plot_curve(panel, curve, label, over, band, **style) -> Line2D:
    """Plot the mean over the seeds, and with `band` their range; gives the line."""
    step = over == "tumbling"
    x, values = curve["last_row"] + 1, np.array([curve[n] for n in ("mean", "low", "high")])
    if step:  # each value holds over the rows of its window
        x, values = np.append(curve["first_row"], x[-1]), np.column_stack([values, values[:, -1]])
    style = {"linewidth": 1.4, "drawstyle": "steps-post" if step else "default"} | style
    (line,) = panel.plot(x, values[0], label=label, **style)
    if band and curve["seeds"][0] > 1:
        fill = {"color": style["color"], "alpha": 0.15, "linewidth": 0}
        panel.fill_between(x, *values[1:], step="post" if step else None, **fill)
    return line


def plot_retrainings(panel, colours, played):
    """Plot a tick at the bottom for each retraining with the first seed, in a row by contender."""
    firsts = {one.contender: one.trace.columns for one in reversed(played)}
    rows = {name: retrained_at(firsts[name]) for name in colours}
    rows = {name: ticks for name, ticks in rows.items() if len(ticks)}
    row = min(ROW, BOTTOM / max(len(rows), 1))
    style = {"markersize": max(4.5 * row / ROW, 3.5), "markeredgewidth": 0.8, "linestyle": "none"}
    style |= {"transform": panel.get_xaxis_transform(), "marker": "|", "gid": "retrained"}
    for i, (name, ticks) in enumerate(rows.items()):
        height = np.full(len(ticks), row * (i + 0.57))
        panel.plot(ticks, height, color=colours[name], **style)


def retrained_at(columns):
    """The first rows of the intervals in which a contender was trained after the warm-up."""
    return columns["first_row"][1:][columns["fits"][1:] > 0]


def bottom_share(panel):
    """The share of a panel that its rows of ticks take up."""
    rows = sum(line.get_gid() == "retrained" for line in panel.lines)
    return min(ROW * rows, BOTTOM) + (0.5 * ROW if rows else 0.02)
