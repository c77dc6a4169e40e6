"""Stream: the stream itself: which concepts rule, which labels come, the best possible error."""

from typing import Any

import numpy as np
from matplotlib.patches import Patch

from driftsim.report.figure_data import streams
from driftsim.report.figure_data.looks import FAINT, INK, short
from driftsim.report.figure_data.streams import Shares, most_parts, named_beside
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
UNKNOWN: dict[str, Any] = {
    "ha": "center", "va": "center", "color": FAINT, "fontsize": 8,
    "bbox": {"color": "white", "pad": 2},
}  # fmt: skip
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
    across = blocks[0][0].get_subplotspec().get_gridspec().ncols
    for fact, block in zip(facts, blocks):
        row = [fact.shown(one) if fact.known(one) else fact.unknown(one) for one in scenes]
        named = named_beside(row, across)
        for i, (panel, scene, shown) in enumerate(zip(block, scenes, row)):
            stream_axis(panel, scene, 5 if len(scenes) == 1 else 3)
            mark_changes(panel, scene.variant.scenario)
            plot_fact(panel, fact, shown, i in named)
            if block is blocks[0] or len(scenes) > across:
                set_title(panel, scene.title)
            panel.tick_params(labelbottom=block is blocks[-1])
            if i % across == 0:
                panel.set_ylabel(fact.label_for(scene))
    label_streams(blocks[-1], scenes)
    return frozen(figure)


def plot_fact(panel, fact, shown, named):
    """Plot what is known of a stream, or say that it is not; where `named`, name its parts."""
    if isinstance(shown, str):
        panel.set_yticks([])
        panel.text(0.5, 0.5, shown, transform=panel.transAxes, **UNKNOWN)
        return
    if isinstance(shown, Shares):
        plot_shares(panel, shown, fact.name)
        if named:
            name_parts(panel, shown)
        return
    plot_range(panel, shown)
    if fact.name == "best":
        top = max(1.1 * shown.high.max(), 0.02)
        panel.set_ylim(-BELOW * top, top)


def plot_shares(panel, shown, name):
    """Plot shares of rows, stacked."""
    edges = np.column_stack([shown.edges, shown.edges[:, -1]])
    for low, high, (colour, hatch) in zip(edges, edges[1:], looks_of(shown)):
        style = EDGE | {"facecolor": colour, "hatch": hatch, "zorder": 0.4, "gid": name}
        panel.fill_between(shown.x, low, high, step="post", **style)
    panel.set(ylim=(0, 1), yticks=[0, 0.5, 1])


def looks_of(shown):
    """The colour and the hatch of each part of a whole."""
    return [(colour, HATCHES[i]) for colour, i in zip(shown.colours, shown.hatches)]


def name_parts(panel, shown):
    """A legend of the parts of a whole, from the top down."""
    rows = list(zip(map(short, shown.names), looks_of(shown)))[::-1]
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
