"""Stream: the stream itself: which concepts rule, which labels come, the best possible error."""

from typing import Any

import numpy as np
from matplotlib.patches import Patch

from driftsim.report.figure_data import streams
from driftsim.report.figure_data.looks import INK, short
from driftsim.report.figure_data.streams import Shares, most_parts
from driftsim.report.figures.panels import (
    frozen,
    grid,
    label_streams,
    mark_changes,
    set_title,
    stream_axis,
)
from driftsim.report.figures.style import HATCHES

HEIGHT, NAME = 1.6, 0.17  # inches of a panel, and of a name beside it
BELOW = 0.06  # the share of a panel below zero, so that a line at zero is seen
EDGE: dict[str, Any] = {"edgecolor": "#999999", "linewidth": 0.4}


def stream(view):
    """What is known of each stream, whatever the contenders; a row of panels for each fact."""
    found = streams.stream(view)
    if found is None:
        return None
    scenes, facts = found
    titles = [scene.title for scene in scenes]
    height = max(HEIGHT, 0.4 + NAME * most_parts(scenes))
    figure, blocks = grid(len(facts), len(scenes), height, titles=titles)
    for fact, block in zip(facts, blocks):
        for panel, scene in zip(block, scenes):
            stream_axis(panel, scene, 5 if len(scenes) == 1 else 3)
            mark_changes(panel, scene.variant.scenario)
            if fact.known(scene):
                plot_fact(panel, fact, fact.shown(scene))
            if block is blocks[0]:
                set_title(panel, scene.title)
            panel.tick_params(labelbottom=block is blocks[-1])
            if panel.get_subplotspec().is_first_col():
                panel.set_ylabel(fact.label_for(scene))
    label_streams(blocks[-1], scenes)
    return frozen(figure)


def plot_fact(panel, fact, shown):
    """Plot what is known of a stream."""
    if isinstance(shown, Shares):
        return plot_shares(panel, shown, fact.name)
    plot_range(panel, shown)
    if fact.name == "best":
        top = max(1.1 * shown.high.max(), 0.02)
        panel.set_ylim(-BELOW * top, top)


def plot_shares(panel, shown, name):
    """Plot shares of rows, stacked."""
    edges = np.column_stack([shown.edges, shown.edges[:, -1]])
    looks = [(colour, HATCHES[i]) for colour, i in zip(shown.colours, shown.hatches)]
    for low, high, (colour, hatch) in zip(edges, edges[1:], looks):
        style = EDGE | {"facecolor": colour, "hatch": hatch, "zorder": 0.4, "gid": name}
        panel.fill_between(shown.x, low, high, step="post", **style)
    panel.set(ylim=(0, 1), yticks=[0, 0.5, 1])
    if panel.get_subplotspec().is_last_col():
        name_parts(panel, shown.names, looks)


def name_parts(panel, parts, looks):
    """A legend of the parts of a whole, from the top down."""
    rows = list(zip(map(short, parts), looks))[::-1]
    handles = [Patch(facecolor=colour, hatch=hatch, **EDGE) for _, (colour, hatch) in rows]
    legend = panel.legend(
        handles, ["…"] * len(rows), loc="center left", bbox_to_anchor=(1, 0.5), frameon=False,
        labelcolor=INK, fontsize=8, handleheight=1.2, labelspacing=0.25,
    )  # fmt: skip
    for text, (name, _) in zip(legend.get_texts(), rows):
        text.set_text(name)


def plot_range(panel, shown):
    """Plot a value over windows, and the range around it."""
    low, mean, high = (np.append(one, one[-1]) for one in (shown.low, shown.mean, shown.high))
    panel.fill_between(shown.x, low, high, color=INK, alpha=0.2, linewidth=0, step="post")
    panel.step(shown.x, mean, where="post", color=INK, linewidth=1.2)
