"""Sweeps: a metric over the settings of a sweep."""

from collections.abc import Iterator
from itertools import product
from numbers import Real
from typing import NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from driftsim.evaluation.metrics import FROM_ZERO
from driftsim.messages import setting_text
from driftsim.report.figures.label_placement import with_line_names
from driftsim.report.figures.matrices import drop_repeated_labels, label_cells, plot_matrix, tiled
from driftsim.report.figures.panels import ACROSS, frozen, grid, set_title, share_scale
from driftsim.report.figures.style import MOST_BANDS, rounded, short
from driftsim.report.figures.view import limited
from driftsim.report.table import Table, missing

HEIGHT, NAME = 3.0, 0.15  # inches
DECADES = 10  # how many times the least the greatest is, for a scale of powers of ten
MOST_PANELS = 24
MOST_LETTERS = 40  # of the labels below a panel; with more, they are rotated


class Slice(NamedTuple):
    """What a panel shows: a metric over one swept path, with all others fixed."""

    title: str
    name: str  # of the swept path
    values: list
    frame: Table
    report: str  # its title


def sweep(view):
    """A metric over the whole stream for each setting: curves, heat maps, or small multiples."""
    metric, swept = view.metrics[0], {}
    for title, results in view.reports.items():
        if results.swept:
            frame = view.whole(results, metric)
            swept[title] = results, frame.among("contender", view.names)
    swept = {title: one for title, one in swept.items() if not missing(one[1]["mean"]).all()}
    if not swept:
        return None
    if all(len(results.swept) == 2 for results, _ in swept.values()):
        return heat_maps(swept, metric)
    slices = [one for title, pair in swept.items() for one in slices_of(title, *pair)]
    return lines(view, limited(slices, MOST_PANELS), metric)


def values_of(results):
    """What each swept path is set to, in order, by its name."""
    settings = [list(variant.setting.values()) for variant in results.study.variants]
    columns = zip(*settings)
    return {
        name: [value for i, value in enumerate(column) if value not in column[:i]]
        for name, column in zip(results.swept, columns)
    }


def slices_of(title, results, frame) -> Iterator[Slice]:
    """The slices of a report: along the numeric path with the most values."""
    values = values_of(results)
    name = max(values, key=lambda name: (numeric(values[name]), len(values[name])))
    others = {other: own for other, own in values.items() if other != name}
    for setting in product(*others.values()):
        part = frame
        for other, value in zip(others, setting):
            part = part.where(np.array([one == value for one in part[other]], bool))
        fixed = [f"{short(other)} = {setting_text(value)}" for other, value in zip(others, setting)]
        yield Slice(", ".join(filter(None, [title, *fixed])), name, values[name], part, title)


def numeric(values):
    """Whether values are all numbers."""
    return all(isinstance(value, Real) and not isinstance(value, bool) for value in values)


def lines(view, slices, metric):
    """A panel for each slice, a line for each contender."""
    single = len(slices) == 1
    height = max(HEIGHT, 0.4 + NAME * len(view.names)) if single else HEIGHT
    titles = [one.title for one in slices]
    figure, (panels,) = grid(1, len(slices), height, 1 if single else ACROSS, titles)
    named = {panel: plot_slice(panel, view, one) for panel, one in zip(panels, slices)}
    for panel, one in zip(panels, slices):
        set_title(panel, one.title)
        panel.set_xlabel(one.name)
        if panel.get_subplotspec().is_first_col():
            panel.set_ylabel(metric.replace("_", " "))
    share_scale(panels, metric in FROM_ZERO)
    return with_line_names(figure, named, single)


def plot_slice(panel, view, one) -> dict[str, Line2D]:
    """Plot the lines of a slice; gives them by name."""
    places = one.values if numeric(one.values) else list(range(len(one.values)))
    set_scale(panel, places, list(map(setting_text, one.values)), numeric(one.values))
    names = [name for name in view.names if (one.frame["contender"] == name).any()]
    band = len(names) <= MOST_BANDS
    return {name: plot_line(panel, one, places, name, view.looks[name], band) for name in names}


def plot_line(panel, one, places, name, look, band) -> Line2D:
    """Plot the means over the seeds of a contender, and with `band` their range."""
    frame = one.frame.among("contender", [name])
    x = np.array([places[one.values.index(value)] for value in frame[one.name]], float)
    order = np.argsort(x)
    mean, low, high = (frame[column][order] for column in ("mean", "low", "high"))
    style = {"color": look.colour, "linestyle": look.dashes, "linewidth": 1.4}
    (line,) = panel.plot(x[order], mean, marker=look.marker, markersize=4, label=name, **style)
    if band and frame["seeds"][0] > 1:
        panel.fill_between(x[order], low, high, color=look.colour, alpha=0.15, linewidth=0)
    return line


def set_scale(panel, places, words, numeric):
    """A tick at each value; powers of ten where the greatest is many times the least."""
    least, most = min(places), max(places)
    if numeric and least > 0 and most / least > DECADES:
        panel.set_xscale("log")
    panel.xaxis.set_minor_locator(NullLocator())
    many = max(map(len, words)) * len(words) > MOST_LETTERS
    rotated = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if many else {}
    panel.set_xticks(places, [short(word) for word in words], **rotated)
    panel.margins(x=0.04)


def heat_maps(swept, metric):
    """A heat map for each contender: the first swept path down, the second across."""
    tables = [
        (", ".join(filter(None, [title, short(name)])), crossed(results, one), values_of(results))
        for title, (results, frame) in swept.items()
        for name, one in frame.by("contender").items()
    ]
    titles, downs = [title for title, *_ in tables], [next(iter(values)) for *_, values in tables]
    figure, panels = tiled([table.shape for _, table, _ in tables], titles, downs[0])
    least, most = (f([f(table) for _, table, *_ in tables]) for f in (np.nanmin, np.nanmax))
    least = min(least, 0) if metric in FROM_ZERO else least
    for panel, (_, table, values) in zip(panels, tables):
        words = [[f"{v:.3f}" if most < 10 else rounded(v) for v in row] for row in table]
        plot_matrix(panel, table, words, most, least)
        rows, columns = ([short(setting_text(value)) for value in own] for own in values.values())
        label_cells(panel, columns, rows)
        panel.set_xlabel([*values][1])
    drop_repeated_labels(panels)
    figure.suptitle(metric.replace("_", " "), fontsize="medium")
    return frozen(figure)


def crossed(results, frame):
    """The means of a contender (m, n): the first swept path down, the second across."""
    (down, rows), (across, columns) = values_of(results).items()
    table = np.full((len(rows), len(columns)), np.nan)
    for a, b, mean in zip(frame[down], frame[across], frame["mean"]):
        table[rows.index(a), columns.index(b)] = mean
    return table
