"""Settings: a metric over what is swept."""

from itertools import product
from numbers import Real
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import NullLocator
from pandas import DataFrame

from driftsim.evaluation.metrics import FROM_ZERO
from driftsim.messages import plain
from driftsim.report.figures.label_placement import at_the_ends, names_at
from driftsim.report.figures.matrices import label, matrix, once, tiled
from driftsim.report.figures.panels import ACROSS, entitle, frozen, grid, legend, level
from driftsim.report.figures.style import MOST_BANDS, numbers, short
from driftsim.report.figures.view import shared

HEIGHT, NAME = 3.0, 0.15  # inches
DECADES = 10  # how many times the least the greatest is, for a scale of powers of ten
MOST_PANELS = 24
MOST_LETTERS = 40  # below a panel, that stand upright


class Slice(NamedTuple):
    """What a panel shows: a metric over one thing that is swept, the others standing still."""

    title: str
    name: str  # of what is swept
    values: list
    frame: DataFrame
    report: str  # its title


def sweep(view):
    """A metric over the whole stream for each setting: curves, heat maps, or small multiples."""
    metric, told = view.metrics[0], {}
    for title, results in view.reports.items():
        if results.swept:
            frame = view.whole(results, metric)
            told[title] = results, frame[frame["contender"].isin(view.names)]
    told = {title: one for title, one in told.items() if one[1]["mean"].notna().any()}
    if not told:
        return None
    if all(len(results.swept) == 2 for results, _ in told.values()):
        return maps(told, metric)
    slices = [one for title, (results, frame) in told.items() for one in cut(title, results, frame)]
    return lines(view, shared(slices, MOST_PANELS), metric)


def values_of(results):
    """What each swept path is set to, in order, by its name."""
    settings = [list(variant.setting.values()) for variant in results.study.variants]
    columns = zip(*settings)
    return {
        name: [value for i, value in enumerate(column) if value not in column[:i]]
        for name, column in zip(results.swept, columns)
    }


def cut(title, results, frame):
    """The slices of a report: along the numbers of which there are most."""
    values = values_of(results)
    name = max(values, key=lambda name: (numeric(values[name]), len(values[name])))
    others = {other: told for other, told in values.items() if other != name}
    for setting in product(*others.values()):
        part = frame
        for other, value in zip(others, setting):
            part = part[[one == value for one in part[other]]]
        said = [f"{short(other)} = {plain(value)}" for other, value in zip(others, setting)]
        yield Slice(", ".join(filter(None, [title, *said])), name, values[name], part, title)


def numeric(values):
    """Whether values are all numbers."""
    return all(isinstance(value, Real) and not isinstance(value, bool) for value in values)


def lines(view, slices, metric):
    """A panel a slice, a line a contender."""
    single = len(slices) == 1
    height = max(HEIGHT, 0.4 + NAME * len(view.names)) if single else HEIGHT
    titles = [one.title for one in slices]
    figure, (panels,) = grid(1, len(slices), height, 1 if single else ACROSS, titles)
    made = {panel: plot_slice(panel, view, one) for panel, one in zip(panels, slices)}
    for panel, one in zip(panels, slices):
        entitle(panel, one.title)
        panel.set_xlabel(one.name)
        if panel.get_subplotspec().is_first_col():
            panel.set_ylabel(metric.replace("_", " "))
    level(panels, metric in FROM_ZERO)
    if not single:
        legend(figure, {short(name): line for told in made.values() for name, line in told.items()})
        return frozen(figure)
    texts = names_at(panels[0], made[panels[0]])
    frozen(figure)
    at_the_ends(panels[0], made[panels[0]], texts)
    return figure


def plot_slice(panel, view, one):
    """The lines of a panel, by name: means over the seeds, and their ranges."""
    places = one.values if numeric(one.values) else list(range(len(one.values)))
    scaled(panel, places, list(map(plain, one.values)), numeric(one.values))
    there = [name for name in view.names if (one.frame["contender"] == name).any()]
    return {
        name: line(panel, one, places, name, view.looks[name], len(there) <= MOST_BANDS)
        for name in there
    }


def line(panel, one, places, name, look, band):
    """The line of a contender."""
    told = one.frame[one.frame["contender"] == name]
    x = np.array([places[one.values.index(value)] for value in told[one.name]], float)
    order = np.argsort(x)
    mean, low, high = told[["mean", "low", "high"]].to_numpy().T[:, order]
    style = {"color": look.colour, "linestyle": look.dashes, "linewidth": 1.4}
    (curve,) = panel.plot(x[order], mean, marker=look.marker, markersize=4, label=name, **style)
    if band and told["seeds"].iloc[0] > 1:
        panel.fill_between(x[order], low, high, color=look.colour, alpha=0.15, linewidth=0)
    return curve


def scaled(panel, places, words, numbers_):
    """A tick at each value; powers of ten where they span many times their least."""
    least, most = min(places), max(places)
    if numbers_ and least > 0 and most / least > DECADES:
        panel.set_xscale("log")
    panel.xaxis.set_minor_locator(NullLocator())
    many = max(map(len, words)) * len(words) > MOST_LETTERS
    tilted = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if many else {}
    panel.set_xticks(places, [short(word) for word in words], **tilted)
    panel.margins(x=0.04)


def maps(told, metric):
    """A heat map a contender: one thing that is swept down, the other across."""
    tables = [
        (", ".join(filter(None, [title, short(name)])), crossed(results, one), values_of(results))
        for title, (results, frame) in told.items()
        for name, one in frame.groupby("contender", sort=False)
    ]
    titles, downs = [title for title, *_ in tables], [next(iter(swept)) for *_, swept in tables]
    figure, panels = tiled([table.shape for _, table, _ in tables], titles, downs[0])
    least, most = (f([f(table) for _, table, *_ in tables]) for f in (np.nanmin, np.nanmax))
    least = min(least, 0) if metric in FROM_ZERO else least
    for panel, (_, table, swept) in zip(panels, tables):
        words = [[f"{v:.3f}" if most < 10 else numbers(v) for v in row] for row in table]
        matrix(panel, table, words, most, least)
        rows, columns = ([short(plain(value)) for value in values] for values in swept.values())
        label(panel, columns, rows)
        panel.set_xlabel([*swept][1])
    once(panels)
    figure.suptitle(metric.replace("_", " "), fontsize="medium")
    return frozen(figure)


def crossed(results, frame):
    """The means of a contender: what is swept first downwards, the other across."""
    (down, rows), (across, columns) = values_of(results).items()
    table = np.full((len(rows), len(columns)), np.nan)
    for a, b, mean in zip(frame[down], frame[across], frame["mean"]):
        table[rows.index(a), columns.index(b)] = mean
    return table
