"""Matrices: numbers in cells, darker for greater ones; and what contenders forget."""

from typing import Literal

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from driftsim.report.figure_data import probes
from driftsim.report.figure_data.looks import DARK, short
from driftsim.report.figure_data.looks import SHADES as SHADES_OF_CELLS
from driftsim.report.figures.panels import LINE, extra_lines, frozen, wrapped

SHADES = LinearSegmentedColormap.from_list("shades", SHADES_OF_CELLS)
CELL = (0.46, 0.22)  # inches
LEAST, AMPLE = 1.2, 8  # inches of a panel across, and where there is room for any names
LONG = 12  # characters of a name that takes room from cells
WIDTH = 8.5  # inches, of panels side by side
MOST_NUMBERS = 30  # cells in a row or column; with more there is no room for numbers


def forgetting(view):
    """The error on fresh rows of each concept after each phase, a matrix for each contender."""
    tables = probes.forgetting(view)
    if tables is None:
        return None
    most = max(one.errors.max() for one in tables)
    titles = [one.title for one in tables]
    figure, panels = tiled([one.errors.shape for one in tables], titles, "phase")
    for panel, one, words in zip(panels, tables, probes.words_of(tables)):
        plot_matrix(panel, one.errors, words, most)
        label_cells(panel, [short(name) for name in one.concepts], one.phases)
        for phase, concept in enumerate(one.ruling):
            add_frame(panel, concept, phase)
    drop_repeated_labels(panels)
    return legible(figure, panels)


def tiled(shapes, titles, ylabel="") -> tuple[Figure, np.ndarray]:
    """A figure, and a panel for each matrix of a shape, as many side by side as fit."""
    rows, columns = (max(sizes) for sizes in zip(*shapes))
    width = max(columns * CELL[0] * (1 if columns <= MOST_NUMBERS else 0.2), LEAST) + 0.15
    across = int(np.clip(WIDTH // width, 1, min(len(shapes), 5)))
    down = -(-len(shapes) // across)
    height = rows * CELL[1] * (1 if rows <= MOST_NUMBERS else 0.5) + 0.6
    height += LINE * extra_lines(titles, width + 0.4)
    figure = Figure(figsize=(across * width + 1.5, down * height + 0.3), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False)
    for line in panels:
        line[0].set_ylabel(ylabel)
    for panel, title in zip(panels.ravel(), titles):
        panel.set_title(wrapped(title, width + 0.4), loc=aligned(shapes))
        panel.set(xlim=(0, columns), ylim=(rows, 0))  # so that cells are of one size
    for panel in panels.ravel()[len(shapes) :]:
        panel.set_axis_off()
    return figure, panels.ravel()[: len(shapes)]


def aligned(shapes) -> Literal["left", "center"]:
    """Where titles stand: in the middle, unless some matrices are narrower than their panels."""
    return "left" if len({columns for _, columns in shapes}) > 1 else "center"


def legible(figure, panels) -> Figure:
    """The figure with its layout fixed, larger where long names would leave cells no room."""
    axes = [axis for panel in panels for axis in (panel.xaxis, panel.yaxis)]
    longest = max(len(text.get_text()) for axis in axes for text in axis.get_ticklabels())
    cells = np.array([panels[0].get_xlim()[1], panels[0].get_ylim()[0]])
    if longest > LONG and max(cells) <= MOST_NUMBERS:
        shape = panels[0].get_subplotspec().get_gridspec()
        figure.set_size_inches(np.multiply((shape.ncols, shape.nrows), AMPLE))
        figure.get_layout_engine().execute(figure)
        area, size = panels[0].get_position(), figure.get_size_inches()
        wanted = np.maximum(CELL * cells, (LEAST + 0.5, 0))  # as wide as a title
        spare = np.array([area.width, area.height]) * size - wanted
        figure.set_size_inches(size - spare * (shape.ncols, shape.nrows))
    return frozen(figure)


def plot_matrix(panel, values, texts, most, least=0, hatched=None):
    """Plot values (m, n) as shades, each with its text; without room, with some `hatched`."""
    m, n = values.shape
    panel.pcolormesh(values, cmap=SHADES, vmin=least, vmax=most, edgecolor="white", linewidth=0.5)
    for side in panel.spines.values():
        side.set_visible(False)
    if max(m, n) > MOST_NUMBERS:
        for i, j in np.argwhere(hatched) if hatched is not None else ():
            cell = Rectangle((j, i), 1, 1, fill=False, hatch="////", edgecolor="white", linewidth=0)
            panel.add_patch(cell)
        return
    dark = (values - least) / ((most - least) or 1) > DARK
    for i, j in np.ndindex(m, n):
        colour = "white" if dark[i, j] else "black"
        panel.text(
            j + 0.5, i + 0.5, texts[i][j], color=colour, fontsize=7, ha="center",
            va="center_baseline", gid="cell",
        )  # fmt: skip


def label_cells(panel, columns, rows):
    """Name the columns and rows of a matrix; not all of them where they are many."""
    for axis, names in ((panel.xaxis, columns), (panel.yaxis, rows)):
        step = -(-len(names) // MOST_NUMBERS)
        axis.set_ticks(np.arange(len(names))[::step] + 0.5, names[::step], fontsize=8)
        axis.set_tick_params(length=0)
    if max(map(len, columns)) > 5:
        for text in panel.get_xticklabels():
            text.set(rotation=30, ha="right", rotation_mode="anchor")


def drop_repeated_labels(panels):
    """Remove the labels of rows from panels whose left neighbour has the same."""
    rows = [[text.get_text() for text in panel.get_yticklabels()] for panel in panels]
    for panel, own, left in zip(panels[1:], rows[1:], rows):
        if own == left and not panel.get_subplotspec().is_first_col():
            panel.set_yticklabels([])


def add_frame(panel, column, row):
    """A frame around a cell."""
    panel.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="black", linewidth=1.2))
