"""Recoveries: how many rows contenders need to recover from each change."""

import numpy as np
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from driftsim.report.figure_data.looks import FAINT, INK, short
from driftsim.report.figure_data.recoveries import (
    LOST,
    MEDIAN,
    MEDIAN_OF_ALL,
    MOST,
    RANGE,
    RECOVERED,
    SOME,
    SOME_OF_ALL,
    STAYED,
    RecoveryPanel,
    depth_text,
    farthest,
    names_of,
    note_of,
    occurring,
    recoveries,
)
from driftsim.report.figures.matrices import (
    MOST_NUMBERS,
    aligned,
    drop_repeated_labels,
    label_cells,
    legible,
    plot_matrix,
    tiled,
)
from driftsim.report.figures.panels import frozen, grid, key, label_bottom, set_title
from driftsim.report.figures.style import ROUND, thousands

ROW = 0.19  # inches, of a contender


def recovery(view):
    """Rows until each contender has recovered from each change."""
    found = recoveries(view)
    if found is None:
        return None
    return dots(view, found) if isinstance(found[0], RecoveryPanel) else matrices(found)


def dots(view, found):
    """A panel for each change, a row for each contender: the median of the seeds, and the range."""
    names, titles = names_of(view, found), [one.title for one in found]
    figure, (panels,) = grid(1, len(found), 0.7 + ROW * len(names), titles=titles)
    most = farthest(found)
    for panel, one in zip(panels, found):
        set_title(panel, one.title, pad=12)
        prepare_rows(panel, names, panel.get_subplotspec().is_first_col())
        panel.set_xlim(0, most)
        for name, mark in one.marks.items():
            plot_recovery(panel, names.index(name), mark, view.looks[name])
        panel.text(1.02, -0.9, "depth", transform=panel.get_yaxis_transform(), **DEPTH)
    label_bottom(panels, f"{found[0].unit} to recover")
    key(figure, {name: MARKS[name] for name in occurring(found)})
    return frozen(figure)


def prepare_rows(panel, names, named):
    """Give a panel a row for each name, and if `named` write the names beside them."""
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.set_yticks(range(len(names)), map(short, names) if named else [""] * len(names))
    panel.tick_params(axis="y", length=0)
    panel.grid(axis="y", color="#e8e8e8", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.xaxis.set_major_formatter(thousands())
    panel.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=ROUND))


def plot_recovery(panel, place, one, look):
    """Plot one contender after one change."""
    style = {"color": look.colour, "markeredgecolor": look.colour, "clip_on": False}
    panel.plot([one.low, one.high], [place, place], linewidth=1.2, gid="range", **style)
    if one.followed >= 0:
        panel.plot(one.followed, place, gid="arrow", **style | ONWARD)
    filled = {"markerfacecolor": "white" if one.lost else look.colour}
    panel.plot(one.at, place, look.marker, markersize=5, gid="median", **style | filled)
    words = depth_text(one.depth)
    panel.text(1.02, place, words, transform=panel.get_yaxis_transform(), **DEPTH)


def matrices(found):
    """Contenders by changes, or by settings that have one each."""
    titles = [one.title for one in found]
    figure, panels = tiled([one.values.shape for one in found], titles)
    most = max(np.nanmax(one.values) for one in found)
    for panel, one in zip(panels, found):
        plot_matrix(panel, one.values, one.words, most, hatched=one.censored)
        label_cells(panel, one.columns, list(map(short, one.names)))
        panel.set_xlabel(one.across, loc=aligned([it.values.shape for it in found]))
    drop_repeated_labels(panels)
    if note := note_of(found, MOST_NUMBERS):
        figure.supxlabel(note, fontsize="small", color=FAINT)
    return legible(figure, panels)


DEPTH = {"fontsize": 7, "color": FAINT, "va": "center_baseline", "gid": "depth"}
ONWARD = {
    "marker": Path([(0, 0), (1, 0), (0.7, 0.25), (1, 0), (0.7, -0.25)], [1, 2, 1, 2, 2]),
    "markersize": 24,
    "markerfacecolor": "none",
}  # an arrow that starts at its place
ON_AXIS = Path.make_compound_path(
    Path.circle(radius=0.36), Path([(0, -1), (0, 1)], [Path.MOVETO, Path.LINETO])
)  # a dot on the line of the axis
PLAIN = {"color": INK, "markeredgecolor": INK, "linestyle": "none"}
FILLED = PLAIN | {"marker": "o", "markersize": 5}
OPEN = FILLED | {"markerfacecolor": "white"}
MARKS = {
    RECOVERED: FILLED,
    LOST: OPEN,
    MEDIAN: FILLED,
    MEDIAN_OF_ALL: FILLED,
    RANGE: PLAIN | {"linestyle": "-", "linewidth": 1.2},
    SOME: PLAIN | ONWARD,
    SOME_OF_ALL: PLAIN | ONWARD,
    MOST: OPEN,
    STAYED: FILLED | {"marker": ON_AXIS, "markersize": 14},
}
