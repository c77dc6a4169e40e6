"""Sweeps: a metric over the settings of a sweep."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from driftsim.evaluation.metrics import FROM_ZERO
from driftsim.report.amounts import title
from driftsim.report.figure_data import severities, sweeps
from driftsim.report.figure_data.looks import short
from driftsim.report.figure_data.sweeps import Map, scale_of, words_of
from driftsim.report.figures.label_placement import with_line_names
from driftsim.report.figures.matrices import (
    drop_repeated_labels,
    label_cells,
    legible,
    plot_matrix,
    tiled,
)
from driftsim.report.figures.panels import ACROSS, grid, set_title, share_scale
from driftsim.report.figures.style import LEAST_THOUSANDS, ROUND, linestyle, thousands

HEIGHT, NAME = 3.0, 0.15  # inches
APART = 5  # points between marks at one place
EDGE = 0.04  # the share of an axis before its first value, and behind its last
MOST_LETTERS = 40  # of the labels below a panel; with more, they are rotated


def sweep(view):
    """A metric over the whole stream for each setting: curves, heat maps, or small multiples."""
    found, metric = sweeps.sweep(view), view.metrics[0]
    if found is None:
        return None
    if isinstance(found[0], Map):
        return heat_maps(found, metric)
    return lines(view, found, title(metric), metric in FROM_ZERO)


def severity(view):
    """How many rows contenders need to recover, over how severe changes are."""
    found = severities.severity(view)
    least = severities.least_top(view)
    return lines(view, found, severities.LABEL, True, least) if found else None


def lines(view, slices, label, zero, least=0):
    """A panel for each slice, a line for each contender; values up to `least` are on the axis."""
    single, joined = len(slices) == 1, all(one.joined for one in slices)
    height = max(HEIGHT, 0.4 + NAME * len(view.names)) if single else HEIGHT
    titles = [one.title for one in slices]
    figure, (panels,) = grid(1, len(slices), height, 1 if single else ACROSS, titles)
    named = {panel: plot_slice(panel, view, one) for panel, one in zip(panels, slices)}
    for panel, one in zip(panels, slices):
        set_title(panel, one.title)
        panel.set_xlabel("\n".join(filter(None, [one.name, one.note])))
        if panel.get_subplotspec().is_first_col():
            panel.set_ylabel(label)
        panel.set_ylim(top=max(panel.get_ylim()[1], least))
    share_scale(panels, zero)
    if panels[0].get_ylim()[1] >= LEAST_THOUSANDS:
        for panel in panels:
            panel.yaxis.set_major_formatter(thousands())
    return with_line_names(figure, named, single and joined)


def plot_slice(panel, view, one) -> dict[str, Line2D]:
    """Plot the lines of a slice; gives them by name."""
    set_scale(panel, one)
    shifts = dict(zip(one.lines, shifts_of(panel, 0 if one.joined else len(one.lines))))
    for name, line in one.lines.items():
        ends = [one.spans.get(x, (np.nan, np.nan)) for x in line.x.tolist()]
        if one.spans:
            panel.hlines(line.mean, *zip(*ends), color=view.looks[name].colour, linewidth=1)
    return {
        name: plot_line(panel, line, name, view.looks[name], one.bands, shifts.get(name))
        for name, line in one.lines.items()
    }


def shifts_of(panel, n) -> list:
    """How `n` marks at one place are moved, so that none covers another."""
    places = (np.arange(n) - (n - 1) / 2) * APART / 72
    moves = (ScaledTranslation(one, 0, panel.figure.dpi_scale_trans) for one in places.tolist())
    return [panel.transData + move for move in moves]


def plot_line(panel, one, name, look, band, shift) -> Line2D:
    """Plot the means over the seeds of a contender, and with `band` their range.

    Marks that are moved by a `shift` are not joined.
    """
    joined = shift is None
    style = {"color": look.colour, "linestyle": linestyle(look) if joined else "none"}
    style |= {"marker": look.marker, "markersize": 4, "linewidth": 1.4}
    (line,) = panel.plot(one.x, one.mean, label=name, **style)
    moved = [line]
    if band and one.seeds > 1 and not joined:
        style = {"color": look.colour, "alpha": 0.5, "linewidth": 1}
        moved.append(panel.vlines(one.x, one.low, one.high, **style))
    elif band and one.seeds > 1:
        panel.fill_between(one.x, one.low, one.high, color=look.colour, alpha=0.15, linewidth=0)
    for artist in moved if shift else ():  # not before, as scales follow from places in the data
        artist.set_transform(shift)
    return line


def set_scale(panel, one):
    """A tick at each value; powers of ten where the greatest is many times the least."""
    if one.decades:
        panel.set_xscale("log")
    panel.xaxis.set_minor_locator(NullLocator())
    panel.margins(x=EDGE)
    if one.measured:
        low, high = one.ends
        panel.xaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
        panel.set_xlim(low - EDGE * (high - low), high + EDGE * (high - low))
        return
    many = max(map(len, one.words)) * len(one.words) > MOST_LETTERS
    rotated = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if many else {}
    panel.set_xticks(one.places, [short(word) for word in one.words], **rotated)


def heat_maps(maps, metric):
    """A heat map for each contender: the first swept path down, the second across."""
    titles = [one.title for one in maps]
    figure, panels = tiled([one.table.shape for one in maps], titles, maps[0].down)
    least, most = scale_of(maps, metric)
    for panel, one in zip(panels, maps):
        plot_matrix(panel, one.table, words_of(one, most), most, least)
        label_cells(panel, one.columns, one.rows)
        panel.set_xlabel(one.across)
    drop_repeated_labels(panels)
    figure.suptitle(title(metric), fontsize="medium")
    return legible(figure, panels)
