"""Ranks: mean ranks over the settings of a sweep, with the critical difference (Demšar 2006)."""

import numpy as np
from matplotlib.figure import Figure

from driftsim.report.figure_data import ranks as rank_data
from driftsim.report.figure_data.looks import INK, short
from driftsim.report.figure_data.ranks import groups
from driftsim.report.figures.panels import frozen, set_title

NAME, BAR = 0.21, 0.09  # inches of a name, and of a bar that joins equal contenders
WIDTH, HEAD = 8, 1.0  # inches, of the figure and of what stands above its names
EQUAL = {"color": INK, "linewidth": 3.5, "solid_capstyle": "butt", "gid": "alike"}


def ranks(view):
    """A scale of mean ranks for each report with a sweep; bars join what does not differ."""
    found = rank_data.ranks(view)
    if found is None:
        return None
    heights = [height(one) for one in found]
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    ratios = {"height_ratios": heights}
    panels = figure.subplots(len(found), 1, squeeze=False, gridspec_kw=ratios).ravel()
    for panel, one in zip(panels, found):
        set_title(panel, one.title)
        plot_ranks(panel, view, one)
    return frozen(figure)


def height(one):
    """How many inches a scale takes."""
    bars = groups(one.ranks, one.critical)
    return HEAD + NAME * -(-len(one.names) // 2) + BAR * len(bars)


def plot_ranks(panel, view, one):
    """Plot a scale, and a line from each contender's name to its rank; in inches from the top."""
    panel.set(xlim=(1, one.last), ylim=(height(one), 0))
    panel.set_axis_off()
    plot_scale(panel, one)
    bars = groups(one.ranks, one.critical)
    for i, (low, high) in enumerate(bars):
        y = HEAD - 0.22 + BAR * i
        reach = 0.006 * (one.last - 1)
        panel.plot([low - reach, high + reach], [y, y], clip_on=False, **EQUAL)
    half = -(-len(one.names) // 2)
    top = HEAD - 0.1 + BAR * len(bars)
    for i, (name, rank) in enumerate(zip(one.names, one.ranks)):
        left = i < half
        y = top + NAME * (i if left else len(one.names) - 1 - i)
        plot_rank(panel, name, rank, y, left, view.looks[name])


def plot_scale(panel, one):
    """Plot the scale, and the critical difference above it."""
    line = {"color": INK, "linewidth": 1, "clip_on": False}
    panel.plot([1, one.last], [HEAD - 0.35] * 2, **line)
    for rank in np.arange(1, one.last + 1):
        panel.plot([rank, rank], [HEAD - 0.42, HEAD - 0.35], **line)
        if one.last < 17 or rank % 2:
            panel.text(rank, HEAD - 0.45, f"{rank:.0f}", ha="center", va="bottom")
    panel.plot([1, one.end], [0.2, 0.2], marker="|", gid="critical", **line)
    panel.text(1, 0.12, one.words, ha="left", va="bottom", fontsize=8, color=INK)


def plot_rank(panel, name, rank, y, left, look):
    """Plot the name of a contender at one side, and a line from it to its rank."""
    sides = panel.get_yaxis_transform()
    low, high = panel.get_xlim()
    place, end = (rank - low) / (high - low), -0.01 if left else 1.01
    style = {"color": look.colour, "linewidth": 1, "clip_on": False, "transform": sides}
    panel.plot([place, place, end], [HEAD - 0.35, y, y], gid="rank", **style)
    words = f"{short(name)}  {rank:.2f}" if left else f"{rank:.2f}  {short(name)}"
    where = {"ha": "right" if left else "left", "va": "center_baseline", "transform": sides}
    panel.text(end + (-0.005 if left else 0.005), y, words, gid="name", color=INK, **where)
