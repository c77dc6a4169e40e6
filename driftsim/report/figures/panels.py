"""Panels: grids of them, their scales, their shaded backgrounds and their legends."""

from textwrap import wrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from driftsim.report.dates import date_label
from driftsim.report.figure_data.backgrounds import (
    concept_spans,
    middle,
    shades,
    visible_changes,
    visits,
)
from driftsim.report.figure_data.looks import INK, short
from driftsim.report.figures.date_axis import date_axis
from driftsim.report.figures.style import ROUND, thousands

ACROSS = 3  # small multiples side by side
WIDE, NARROW = 8, 3.4  # inches
LINE, LETTERS = 0.15, 12.5  # inches of a line of a title, and its letters to an inch
LEGEND_ROW = 8  # lines


def grid(rows, n, height, across=ACROSS, titles=()) -> tuple[Figure, list[np.ndarray]]:
    """A figure, and for each of `rows` blocks `n` panels, a few of them side by side.

    `height` is that of a panel in inches, to which each further line of `titles` adds.
    """
    across = min(n, across if n != 4 else min(across, 2))
    down = -(-n // across)
    width = WIDE if across == 1 else NARROW * across
    height += LINE * extra_lines(titles, width / across)
    figure = Figure(figsize=(width, 0.2 + height * down * rows), layout="constrained")
    panels = figure.subplots(down * rows, across, squeeze=False)
    blocks = [panels[i * down : (i + 1) * down].ravel() for i in range(rows)]
    for block in blocks:
        for panel in block[n:]:
            panel.set_axis_off()
    return figure, [block[:n] for block in blocks]


def set_title(panel, title, pad=6):
    """Give a panel a title, on as many lines as it needs."""
    across = panel.get_subplotspec().get_gridspec().ncols
    panel.set_title(wrapped(title, panel.figure.get_figwidth() / across), pad=pad)


def wrapped(title, width):
    """A title on lines for a panel of `width` inches."""
    most = max(int((width - 0.4) * LETTERS), 10)
    return "\n".join(line for part in title.split("\n") for line in wrap(part, most))


def extra_lines(titles, width):
    """How many lines the longest of titles needs beyond the first."""
    return max([wrapped(title, width).count("\n") for title in titles], default=0)


def frozen(figure):
    """The figure with its layout computed once and fixed, so that labels can be placed in it."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    for panel in figure.axes:
        remove_overlapping([text for text in panel.texts if text.get_gid() == "concept"])
    return figure


def renderer(figure):
    """What measures texts; made once a figure, since it holds as many pixels as the picture."""
    known = isinstance(figure.canvas, FigureCanvasAgg)
    return (figure.canvas if known else FigureCanvasAgg(figure)).get_renderer()


def remove_overlapping(texts):
    """Remove each text, from left to right, that would touch the one before it."""
    end = -np.inf
    for text in texts:
        box = text.get_window_extent(renderer(text.figure))
        if box.x0 < end + 4:
            text.remove()
        else:
            end = box.x1


def stream_axis(panel, scene, ticks):
    """Let the x axis of a panel be the rows of a stream, or their dates, after the warm-up."""
    last = scene.stream.length
    if scene.dates:
        date_axis(panel, scene.dates, 2 * ticks)
        panel.set_xlim(scene.dates.warmup, last - 1)
        return
    panel.set_xlim(scene.variant.scenario.evaluation.warmup, last)
    panel.xaxis.set_major_formatter(thousands())
    panel.xaxis.set_major_locator(MaxNLocator(ticks, steps=ROUND))


def label_bottom(block, label):
    """Label the x axis of those panels of a block that have no panel below them."""
    across = block[0].get_subplotspec().get_gridspec().ncols
    for panel in block[-across:]:
        panel.set_xlabel(label)


def label_streams(block, scenes):
    """Label the x axis of the lowest panels of a block, each of which shows a scene's stream."""
    across = block[0].get_subplotspec().get_gridspec().ncols
    for panel, scene in [*zip(block, scenes)][-across:]:
        panel.set_xlabel(date_label(scene.dates) if scene.dates else "row of the stream")


def mark_changes(panel, scenario):
    """A thin line through the middle of each change."""
    for change in visible_changes(scenario):
        panel.axvline(change.centre, color="black", linewidth=0.5, alpha=0.5, zorder=0.5)


def shade_concepts(panel, scene):
    """Shade the background by the ruling concept; during a ramp, in between."""
    edges, shares = concept_spans(scene.variant)
    for tone, left, right in zip(shades(shares), edges, edges[1:]):
        panel.axvspan(left, right, color=tone, linewidth=0, zorder=0)


def name_concepts(panel, scene):
    """The name of each concept above where it rules alone, if that is not too often."""
    style = {"ha": "center", "va": "bottom", "fontsize": "small", "color": "#444444"}
    style |= {"transform": panel.get_xaxis_transform(), "gid": "concept"}
    for visit in visits(scene):
        panel.text(middle(scene, visit), 1.0, short(visit.name), **style)


def share_scale(panels, zero, room=0.02):
    """The same y scale for panels that show the same, with `room` (a share) at the bottom."""
    limits = np.array([panel.get_ylim() for panel in panels])
    low, high = 0.0 if zero else limits[:, 0].min(), limits[:, 1].max()
    for panel in panels:
        panel.set_ylim(low - (high - low) * room / (1 - room), high)
        panel.set_yticks([y for y in panel.get_yticks() if low <= y <= high])


def legend(figure, lines, place="outside upper center", columns=LEGEND_ROW):
    """One legend for all panels, in as many columns as fit; names are written as they are."""
    above = "upper" in place
    style = {"handlelength": 3, "fontsize": "medium" if above else "small"}
    style |= {"frameon": False, "labelcolor": INK, "loc": place}
    if not lines:
        return None
    widths = {-(-len(lines) // -(-len(lines) // n)): n for n in range(1, columns + 1)}
    for ncols in sorted(widths, reverse=True):  # in rows of about the same length
        made = figure.legend(lines.values(), ["…"] * len(lines), ncols=ncols, **style)
        for text, name in zip(made.get_texts(), lines):
            text.set_text(name)  # matplotlib would leave out a label that begins with _
        box = made.get_window_extent(renderer(figure))
        if ncols == 1 or box.width < 0.98 * figure.bbox.width:
            figure.set_figheight(figure.get_figheight() + box.height / figure.dpi)
            return made
        made.remove()


def key(figure, marks):
    """What marks mean, below all panels."""
    lines = {name: Line2D([0], [0], **style) for name, style in marks.items()}
    return legend(figure, lines, "outside lower center", len(lines))
