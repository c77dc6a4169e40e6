"""Costs: a metric of each contender against its CPU time, its labels and its trainings."""

import numpy as np
from matplotlib.patches import Polygon
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from driftsim.evaluation.metrics import LOWER_IS_BETTER
from driftsim.report.amounts import title
from driftsim.report.figure_data.costs import COSTS, DECADES, cost_label, costs, value_ends
from driftsim.report.figure_data.looks import rounded
from driftsim.report.figures.label_placement import add_point_names
from driftsim.report.figures.panels import ACROSS, frozen, grid, set_title
from driftsim.report.figures.style import ROUND

HEIGHT, NAME = 2.8, 0.13  # inches of a panel, and of each name beyond a few
FEW, LONG = 12, 20  # names; characters: with more of either, a panel is as wide as the figure


def cost(view):
    """A point for each contender: its metric against its CPU seconds, its labels and its fits."""
    metric = view.metrics[0]
    found = costs(view, metric)
    if not found:
        return None
    most = max(len(one.names) for one in found.values())
    across = ACROSS if most <= FEW and max(map(len, view.names)) <= LONG else 1
    height = HEIGHT + NAME * max(most - FEW, 0)
    figure, blocks = grid(len(found), len(COSTS), height, across, found)
    points = {}
    for block, (setting, one) in zip(blocks, found.items()):
        set_title(block[0], setting)
        for panel, name in zip(block, COSTS):
            points[panel] = plot_points(panel, view, one.known(name), name, metric)
            if panel.get_subplotspec().is_first_col():
                panel.set_ylabel(title(metric))
            panel.set_ylim(*value_ends(one.mean, metric))
    frozen(figure)
    for panel, named in points.items():
        front = [line for line in panel.lines if line.get_gid() == "front"]
        add_point_names(panel, named, {name: view.looks[name].colour for name in named}, front)
    return figure


def plot_points(panel, view, one, name, metric):
    """Plot a point (x, y) for each contender, and the Pareto front; gives the points by name."""
    panel.set_xlabel(cost_label(view, name))
    spent = one.spent[name]
    if not one.names:
        panel.text(0.5, 0.5, "not known", ha="center", transform=panel.transAxes)
        panel.set_xticks([])
        return {}
    set_scale(panel, spent)
    for contender, x, y in zip(one.names, spent, one.mean):
        look = view.looks[contender]
        style = {"color": look.colour, "linestyle": "none", "clip_on": False}
        panel.plot(x, y, marker=look.marker, markersize=5, gid="point", zorder=3, **style)
    panel.margins(0.1)
    add_hull(panel, one, name, metric)
    front = one.front(name, metric)
    style = {"color": "#dddddd", "linewidth": 2, "solid_joinstyle": "miter"}
    panel.step(spent[front], one.mean[front], where="post", zorder=0.6, gid="front", **style)
    return dict(zip(one.names, zip(spent, one.mean)))


def add_hull(panel, one, name, metric):
    """Shade all that lies within the convex hull of the Pareto front, as far as the panel goes."""
    if found := one.hull(name, metric):
        x, y = found
        beyond = np.ptp(one.mean) + abs(y).max() + 1  # outside of any panel
        worst = y[0] + beyond if metric in LOWER_IS_BETTER else y[-1] - beyond
        right = 1e3 * (one.spent[name].max() + 1)
        corners = [*zip(x, y), (right, y[-1]), (right, worst), (x[0], worst)]
        shade = Polygon(corners, color="#f0f0f0", linewidth=0, zorder=0.5, gid="hull")
        panel.add_artist(shade)  # which leaves the scales as they are


def set_scale(panel, values):
    """Powers of ten where the greatest value is many times the least, else even steps.

    One tick where all contenders spend the same.
    """
    positive = values[values > 0]
    spans = positive.max() / positive.min() if len(positive) else 1
    if values.min() == values.max():
        panel.set_xticks(values[:1])
    elif spans <= DECADES:
        counted = bool((values == np.round(values)).all())
        panel.xaxis.set_major_locator(MaxNLocator(4, integer=counted, steps=ROUND))
    elif values.min() > 0:
        panel.set_xscale("log", subs=[])
        subs = [1, 3] if spans < 100 else [1]
        panel.xaxis.set_major_locator(LogLocator(subs=subs, numticks=5))
    else:
        panel.set_xscale("symlog", linthresh=positive.min(), linscale=0.5)
        panel.xaxis.get_major_locator().set_params(numticks=5)
    panel.xaxis.set_minor_locator(NullLocator())  # which would name powers of ten between
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: rounded(x)))
