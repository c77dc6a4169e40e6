"""Total costs: a bar for each contender, stacked of its shares, the cheapest first."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from driftsim.report.figure_data.looks import INK, short
from driftsim.report.figure_data.total_costs import TONES, total_costs
from driftsim.report.figures.panels import WIDE, frozen, legend, set_title
from driftsim.report.figures.style import thousands

MARK = 12  # points for the mark of a contender, between its name and its bar
ROW, FOOT, BAR = 0.27, 0.75, 0.58  # inches of a bar, and of all else of a panel; share of a row


def total_cost(view):
    """A bar for each contender: what it costs, stacked of its shares."""
    every = total_costs(view)
    if not every:
        return None
    heights = [FOOT + ROW * len(one.names) for one in every]
    figure = Figure(figsize=(WIDE, sum(heights)), layout="constrained")
    ratios = {"height_ratios": heights}
    panels = figure.subplots(len(every), 1, squeeze=False, gridspec_kw=ratios).ravel()
    for panel, one in zip(panels, every):
        set_title(panel, one.scene.title)
        plot_bars(panel, one)
        plot_marks(panel, [view.looks[name] for name in one.names])
    used = [name for name in TONES if any(name in one.shares for one in every)]
    if len(used) > 1:
        legend(figure, {name: Patch(color=TONES[name]) for name in used})
    return frozen(figure)


def plot_bars(panel, one):
    """Plot the bars of a setting, with the costs in figures at their right."""
    y, start = np.arange(len(one.names)), np.zeros(len(one.names))
    for name, values in one.shares.items():
        panel.barh(y, values, BAR, start, color=TONES[name], edgecolor="#999999", linewidth=0.3)
        start = start + values
    known = ~np.isnan(one.low)
    apart = np.array([one.cost - np.maximum(one.low, 0), one.high - one.cost])[:, known]
    style = {"color": INK, "linestyle": "none", "elinewidth": 1, "capsize": 2.5}
    panel.errorbar(one.cost[known], y[known], xerr=apart, gid="interval", **style)
    panel.set_yticks(y, [*map(short, one.names)])
    panel.tick_params(axis="y", length=0, pad=MARK)
    panel.set(xlim=(0, 1.02 * one.end or 1), ylim=(len(y) - 0.5, -0.5))
    panel.set_xlabel(one.label)
    if one.end >= 1000:
        panel.xaxis.set_major_formatter(thousands())
    panel.grid(axis="x", color="#000000", alpha=0.1, linewidth=0.6)
    panel.set_axisbelow(True)
    for place, words in zip(y, one.words):
        across = panel.get_yaxis_transform()
        panel.text(1.02, place, words, va="center_baseline", transform=across, gid="cost")


def plot_marks(panel, looks):
    """Plot the mark of each contender in its colour, since bars have those of their shares."""
    left = ScaledTranslation(-MARK / 2 / 72, 0, panel.figure.dpi_scale_trans)
    style = {"transform": panel.get_yaxis_transform() + left, "clip_on": False, "gid": "mark"}
    for place, look in enumerate(looks):
        panel.plot(0, place, look.marker, color=look.colour, markersize=4, **style)
