"""Lines: metrics along the stream, a line a contender."""

import numpy as np

from driftsim.evaluation.metrics import FROM_ZERO
from driftsim.report.figures.label_placement import at_the_ends, names_at
from driftsim.report.figures.panels import (
    ACROSS,
    along,
    below,
    changes,
    concepts,
    entitle,
    frozen,
    grid,
    legend,
    level,
    shade,
)
from driftsim.report.figures.style import MOST_BANDS, short

ORACLE = "oracle (best possible)"
FOOT, ROW = 0.22, 0.035  # shares of a panel: the most for rows of ticks, and for one of them
HEIGHT, NAME = 2.7, 0.15  # inches of a panel, and of a name beside it
MOST_LINES = 12  # of a panel; beyond, each panel shows some contenders, and the others faintly
BEHIND = {"color": "#bbbbbb", "linewidth": 0.5, "zorder": 1}
POSSIBLE = {"color": "black", "linestyle": ":", "linewidth": 1}


def curves(view):
    """Each metric over the stream, a line a contender; a panel for each setting."""
    failed = not any(scene.played for scene in view.scenes)
    return along_stream(view, view.metrics) if failed or known(view, view.metrics) else None


def along_stream(view, metrics):
    """Metrics along the stream, one below the other, on the same scale in every panel."""
    views = viewed(view)
    single = len(view.scenes) == 1
    most = max(len(names) for _, names in views)
    height = max(HEIGHT, 0.4 + most * NAME) if single else HEIGHT
    titles = [scene.title for scene, _ in views]
    figure, blocks = grid(len(metrics), len(views), height, 1 if single else ACROSS, titles)
    made = {}
    for metric, block in zip(metrics, blocks):
        for panel, (scene, names) in zip(block, views):
            made[panel] = plot_scene(
                panel, view, scene, names, scene.of(view.curves(scene.results, metric))
            )
            entitle(panel, scene.title, pad=14 if block is blocks[0] else 6)
            if panel.get_subplotspec().is_first_col():
                panel.set_ylabel(metric.replace("_", " "))
        level(block, metric in FROM_ZERO, max(map(footed, block)))
    below(blocks[-1], "row of the stream")
    for panel, (scene, _) in zip(blocks[0], views):
        concepts(panel, scene)
    return labelled(figure, made, single)


def labelled(figure, lines, beside):
    """A figure whose lines are named: beside each panel, or in one legend."""
    if not beside:
        named = {name: line for made in lines.values() for name, line in made.items()}
        last = {name: named.pop(name) for name in [ORACLE] if name in named}
        legend(figure, {short(name): line for name, line in (named | last).items()})
        return frozen(figure)
    texts = {panel: names_at(panel, made) for panel, made in lines.items() if made}
    frozen(figure)
    for panel, named in texts.items():
        at_the_ends(panel, lines[panel], named)
    return figure


def viewed(view):
    """The scene of each panel, and whom it shows: a single scene with many, some at a time."""
    scenes, names = view.scenes, view.names
    if len(scenes) > 1:
        return [(scene, names) for scene in scenes]
    parts = -(-len(names) // MOST_LINES)
    return [(scenes[0], part.tolist()) for part in np.array_split(np.array(names, object), parts)]


def excess(view):
    """The error beyond the best possible, where that is known."""
    metrics = list(dict.fromkeys(map(excess_of, view.scenes)))
    return along_stream(view, metrics) if known(view, metrics) else None


def known(view, metrics):
    """Whether anything is known of metrics."""
    asked = [(results, metric) for results in view.reports.values() for metric in metrics]
    whole = [view.whole(*one) for one in asked]
    means = [one.loc[one["contender"].isin(view.names), "mean"] for one in whole]
    return any(mean.notna().any() for mean in means)


def excess_of(scene):
    """The metric that tells the excess."""
    return "excess_mse" if scene.stream.schema.regression else "excess_error"


def plot_scene(panel, view, scene, names, told):
    """The curves of one scene in a panel: its lines, by name."""
    along(panel, scene, 5 if len(view.scenes) == 1 else 3)
    played, lines = scene.played, {}
    if not played:
        panel.text(0.5, 0.5, "every run failed", ha="center", transform=panel.transAxes)
        return lines
    shade(panel, played[0].truth)
    changes(panel, scene.stream)
    curves = {name: curve for name, curve in told.groupby("contender") if name in view.names}
    for name in [name for name in curves if name not in names]:
        line(panel, curves[name], name, view.over, False, **BEHIND)
    looks = {name: view.looks[name] for name in names if name in curves}
    for name, look in looks.items():
        style = {"color": look.colour, "linestyle": look.dashes}
        band = len(looks) <= MOST_BANDS
        lines[name] = line(panel, curves[name], name, view.over, band, **style)
    if len(looks) <= MOST_LINES:
        retrainings(panel, {name: look.colour for name, look in looks.items()}, played)
    oracle = told[told["contender"] == "oracle"]
    if "oracle" not in view.looks and oracle["mean"].notna().any():
        lines[ORACLE] = line(panel, oracle, ORACLE, view.over, True, **POSSIBLE)
    return lines


def line(panel, curve, label, over, band, **style):
    """The mean over seeds, and the range of the seeds if there is room for it."""
    x, step = places(curve, over)
    values = [column[: len(x)] for column in edged(curve, step)]
    style = {"linewidth": 1.4, "drawstyle": "steps-post" if step else "default"} | style
    (curve_line,) = panel.plot(x, values[0], label=label, **style)
    if band and curve["seeds"].iloc[0] > 1:
        about = {"color": style["color"], "alpha": 0.15, "linewidth": 0}
        panel.fill_between(x, *values[1:], step="post" if step else None, **about)
    return curve_line


def places(curve, over):
    """Where the values of a curve stand, and whether each holds over the rows of its window."""
    if over != "tumbling":
        return curve["last_row"].to_numpy() + 1, False
    return np.append(curve["first_row"].to_numpy(), curve["last_row"].iloc[-1] + 1), True


def edged(curve, step):
    """Mean, least and greatest; the last once more where each holds over a window."""
    columns = curve[["mean", "low", "high"]].to_numpy().T
    return [np.append(column, column[-1]) if step else column for column in columns]


def retrainings(panel, colours, played):
    """A tick at the foot of the panel wherever a contender was retrained, with its first seed.

    A row for each that was.
    """
    firsts = {one.contender: one.trace.columns for one in reversed(played)}
    rows = {name: retrained(firsts[name]) for name in colours}
    rows = {name: told for name, told in rows.items() if len(told)}
    row = min(ROW, FOOT / max(len(rows), 1))
    size = {"markersize": max(4.5 * row / ROW, 3.5), "markeredgewidth": 0.8, "linestyle": "none"}
    size |= {"transform": panel.get_xaxis_transform(), "marker": "|", "gid": "retrained"}
    for i, (name, told) in enumerate(rows.items()):
        height = np.full(len(told), row * (i + 0.57))
        panel.plot(told, height, color=colours[name], **size)


def retrained(columns):
    """Where a contender was trained after the warm-up."""
    return columns["first_row"][1:][columns["fits"][1:] > 0]


def footed(panel):
    """The share of a panel that rows of ticks take up."""
    rows = sum(line.get_gid() == "retrained" for line in panel.lines)
    return min(ROW * rows, FOOT) + (0.5 * ROW if rows else 0.02)
