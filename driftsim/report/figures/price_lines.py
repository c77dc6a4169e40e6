"""Price lines: what contenders cost over the price of a training, and who is the cheapest."""

from itertools import pairwise

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from driftsim.report.figure_data.cost_courses import FLOOR
from driftsim.report.figure_data.looks import INK, rounded, short
from driftsim.report.figure_data.price_lines import PriceLines, price_lines
from driftsim.report.figures.panels import (
    ACROSS,
    frozen,
    grid,
    legend,
    remove_overlapping,
    renderer,
    set_title,
)
from driftsim.report.figures.style import linestyle, thousands

HEIGHT = 3.2  # inches
BEST = {"color": "black", "linestyle": ":", "linewidth": 1}
ENVELOPE = {"color": "#dddddd", "linewidth": 6, "zorder": 1, "gid": "envelope"}
STRIP = (1.015, 1.035)  # of who is the cheapest: from and to, in heights of a panel


def price(view):
    """The cost of each contender over the price of a training, on a scale of powers of ten."""
    found = price_lines(view)
    if not found:
        return None
    across = 1 if len(found) == 1 else ACROSS
    figure, (panels,) = grid(1, len(found), HEIGHT, across, [one.title for one in found])
    lines: dict[str, Line2D] = {}
    for panel, one in zip(panels, found):
        lines |= plot_panel(panel, view, one)
        set_title(panel, one.title, pad=22)
        panel.set_xlabel(f"price of a training, in {one.unit}")
        if panel.get_subplotspec().is_first_col():
            panel.set_ylabel(f"cost, in {one.unit}")
    legend(figure, {short(name): line for name, line in lines.items()})
    figure = frozen(figure)
    for panel in panels:
        remove_overlapping([text for text in panel.texts if text.get_gid() == "cheapest"])
        turn_from_next([text for text in panel.texts if text.get_gid() == "crossing"])
    return figure


def turn_from_next(texts):
    """Move each text that would touch the next one to the other side of its line, or away."""
    for text, after in pairwise(texts):
        if text.get_window_extent(renderer(text.figure)).x1 > left_of(after):
            text.set_ha("right")
    remove_overlapping(texts)


def left_of(text):
    """Where a text starts, in pixels."""
    return text.get_window_extent(renderer(text.figure)).x0


def plot_panel(panel, view, one: PriceLines) -> dict[str, Line2D]:
    """Plot the lines of a setting; gives them by name."""
    set_axes(panel, one)
    panel.plot(one.prices, one.envelope, **ENVELOPE)
    lines = {}
    for name, costs in one.lines.items():
        look = view.looks[name]
        style = {"color": look.colour, "linestyle": linestyle(look), "linewidth": 1.4}
        (lines[name],) = panel.plot(one.prices, costs, gid="line", **style)
    if one.floor is not None:
        (lines[FLOOR],) = panel.plot(one.prices, one.floor, **BEST)
    plot_cheapest(panel, view, one)
    plot_crossings(panel, one)
    return lines


def set_axes(panel, one: PriceLines):
    """A scale of powers of ten for prices, and one for costs that lines may leave."""
    panel.set_xscale("log")
    panel.set_xlim(one.prices[0], one.prices[-1])
    panel.set_ylim(*one.limits)
    few = one.prices[-1] / one.prices[0] < 100
    panel.xaxis.set_major_locator(LogLocator(subs=[1, 3] if few else [1], numticks=7))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: rounded(x)))
    panel.yaxis.set_major_formatter(thousands())


def plot_cheapest(panel, view, one: PriceLines):
    """Who is the cheapest from which price to which, as a strip above a panel."""
    low, high = one.prices[0], one.prices[-1]
    style = {"transform": panel.get_xaxis_transform(), "clip_on": False, "linewidth": 0}
    texts = {"ha": "center", "va": "bottom", "fontsize": "small", "color": INK, "gid": "cheapest"}
    for name, start, stop in one.cheapest:
        ends = max(start, low), min(stop, high)
        panel.fill_between(ends, *STRIP, color=view.looks[name].colour, **style)
        place = np.sqrt(ends[0] * ends[1]), STRIP[1] + 0.01
        panel.text(*place, short(name), transform=style["transform"], **texts)


def plot_crossings(panel, one: PriceLines):
    """The prices at which the cheapest changes, with their intervals; and the price given."""
    across = panel.get_xaxis_transform()
    words = {"transform": across, "fontsize": "small", "color": INK}
    for at in one.crossings:
        panel.axvline(at.price, color="black", linewidth=0.5, alpha=0.5, zorder=0.5)
        if at.known:
            ends = max(at.low, one.prices[0]), min(at.high, one.prices[-1])
            panel.axvspan(*ends, color=INK, alpha=0.1, linewidth=0, zorder=0.4, gid="interval")
        panel.text(at.price, 0.02, f" {rounded(at.price)} ", gid="crossing", **words)
    if one.given:
        panel.axvline(one.given, color=INK, linewidth=1)
        panel.text(one.given, 0.97, " given", va="top", **words)
