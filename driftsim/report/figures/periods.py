"""Periods: error, cost and what of it is spent on trainings, over how often one trains."""

from typing import Any

from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from driftsim.report.figure_data.looks import look_of
from driftsim.report.figure_data.periods import GREY, period_blocks
from driftsim.report.figures.panels import ACROSS, grid, legend, set_title
from driftsim.report.figures.style import LEAST_THOUSANDS, linestyle, thousands

HEIGHT = 2.9  # inches
NEVER: dict[str, Any] = {"color": "black", "linestyle": ":", "linewidth": 1}
POINT: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 5, "zorder": 3}


def periods(view):
    """Three panels for each learner: error, cost and spending over the period."""
    blocks = period_blocks(view)
    if not blocks:
        return None
    names = list(dict.fromkeys(name for one in blocks for name in one.panels[0].lines))
    titles = [one.title for one in blocks]
    figure, rows = grid(len(blocks), 3, HEIGHT, ACROSS, titles)
    for row, block in zip(rows, blocks):
        set_title(row[1], block.title)
        for panel, one in zip(row, block.panels):
            plot_panel(panel, one, names)
            panel.set_xlabel(block.foot)
            panel.set_xscale("log")
            panel.xaxis.set_minor_locator(NullLocator())
            shown = [
                tick for i, tick in enumerate(block.ticks) if len(block.ticks) < 6 or i % 2 == 0
            ]
            panel.set_xticks([x for x, _ in shown], [words for _, words in shown])
    legend(figure, samples(names, any(block.panels[0].tied for block in blocks)))
    return figure


def plot_panel(panel, one, names):
    """Plot the line of each memory, its interval, and the marks of the best periods."""
    panel.axhline(one.never, **NEVER)
    for name, own in one.lines.items():
        look = look_of(names.index(name))
        style = {"color": look.colour, "linestyle": linestyle(look), "linewidth": 1.4}
        panel.plot(own.x, own.mean, **style)
        if own.low is not None:
            panel.fill_between(own.x, own.low, own.high, color=look.colour, alpha=0.15, linewidth=0)
    for found, hollow in ((one.tied, True), (one.best, False)):
        for name, points in found.items():
            colour = look_of(names.index(name)).colour
            panel.plot(points.x, points.mean, **point(colour, hollow))
    panel.set_ylabel(one.name)
    if one.zero:
        panel.set_ylim(bottom=0)
    if one.values.max() >= LEAST_THOUSANDS:
        panel.yaxis.set_major_formatter(thousands())


def point(colour, hollow):
    """The style of a mark."""
    return POINT | {"color": colour, "markerfacecolor": "white" if hollow else colour}


def samples(names, ties):
    """What stands in the legend: the memories, the marks, and no training at all."""
    found = {
        name: Line2D([], [], color=look_of(i).colour, linestyle=linestyle(look_of(i)))
        for i, name in enumerate(names)
    }
    found["best"] = Line2D([], [], **point(GREY, False))
    if ties:
        found["no significant difference from it"] = Line2D([], [], **point(GREY, True))
    found["never"] = Line2D([], [], **NEVER)
    return found
