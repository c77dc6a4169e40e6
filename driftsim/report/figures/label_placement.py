"""Label placement: names beside what they name, without overlap."""

from itertools import pairwise

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox, ScaledTranslation

from driftsim.report.figure_data.label_placement import (
    free_box,
    in_turn,
    last_finite,
    needs_line,
    spread,
)
from driftsim.report.figure_data.looks import INK, inked, short
from driftsim.report.figures.panels import frozen, legend, renderer

POINT = 1 / 72  # inches
LEADING = 1.3  # a line of text by its size
SAMPLE = (0.10, 0.40)  # inches from a panel to a sample of a line, and to its end


def with_line_names(figure, lines, beside, last=""):
    """A figure with the names of its lines, by panel: beside each panel, or in one legend.

    The name `last` comes last in a legend.
    """
    if not beside:
        named = {name: line for own in lines.values() for name, line in own.items()}
        named |= {name: named.pop(name) for name in [last] if name in named}
        legend(figure, {short(name): line for name, line in named.items()})
        return frozen(figure)
    texts = {panel: add_line_names(panel, named) for panel, named in lines.items() if named}
    frozen(figure)
    for panel, named in texts.items():
        move_to_line_ends(panel, lines[panel], named)
    return figure


def add_line_names(panel, names, size=8) -> dict[str, Text]:
    """The names of lines beside the right edge of a panel, so that the layout keeps room for them.

    `move_to_line_ends` moves them to where the lines end, once the layout is fixed.
    """
    beside = ScaledTranslation(SAMPLE[1] + 0.04, 0, panel.figure.dpi_scale_trans)
    style = {"transform": panel.transAxes + beside, "va": "center_baseline", "color": INK}
    texts = [panel.text(1, 0.5, short(name), fontsize=size, gid="name", **style) for name in names]
    return dict(zip(names, texts))


def move_to_line_ends(panel, lines, texts):
    """Move names to where their lines end, and join both by a sample of the line."""
    box = inches(panel)
    low, high = panel.get_ylim()
    ends = [last_finite(lines[name].get_ydata(), (low + high) / 2) for name in texts]
    wanted = (np.array(ends) - low) / (high - low)
    size = max(text.get_fontsize() for text in texts.values()) * POINT * LEADING
    near, far = (across / box.width for across in SAMPLE)
    to_axes = panel.transData + panel.transAxes.inverted()
    for name, end, place in zip(texts, wanted, spread(wanted, size / box.height)):
        line = lines[name]
        start, _ = to_axes.transform((line.get_xdata()[-1], 0))
        texts[name].set_y(place)
        style = {"color": line.get_color(), "transform": panel.transAxes, "clip_on": False}
        panel.plot([start, 1 + near], [end, place], linewidth=0.5, gid="leader", **style)
        sample = Line2D([1 + near, 1 + far], [place, place])
        sample.update_from(line)  # with its dashes, which no method gives
        sample.set(gid="sample", label="_child", marker="", drawstyle="default", **style)
        panel.add_artist(sample)  # which leaves the scales as they are


def inches(panel):
    """The box of a panel on its figure, in inches."""
    return panel.get_window_extent().transformed(panel.figure.dpi_scale_trans.inverted())


def add_point_names(panel, points, colours, steps=(), size=7.5):
    """The name of each point (x, y) near it in its colour, with a line where others are as near.

    Names avoid the lines `steps`, which go first across, then up or down. The layout and the
    scales of the panel must be fixed.
    """
    measure = renderer(panel.figure)
    area, scale = panel.get_window_extent(), panel.figure.dpi * POINT
    marks = {name: panel.transData.transform(point) for name, point in points.items()}
    taken = [around(mark, 3.5 * scale) for mark in marks.values()]
    taken += [box.padded(1.5 * scale) for line in steps for box in stretches(panel, line)]
    for name in in_turn(marks):
        style = {"color": inked(colours[name]), "va": "bottom", "transform": panel.transAxes}
        text = panel.text(0, 0, short(name), fontsize=size, gid="name", **style)
        box = text.get_window_extent(measure)
        boxes = [one.extents for one in taken]
        about = boxes, area.extents, scale, [*marks.values()]
        free = free_box(marks[name], box.width, box.height, *about)
        place = Bbox.from_extents(*free)
        taken.append(place.padded(2 * scale, 0.5 * scale))
        text.set_position(panel.transAxes.inverted().transform(place.p0))
        if needs_line(name, free, marks, 7 * scale):
            add_leader(panel, marks[name], place, colours[name])


def around(mark, reach):
    """The box around a point."""
    return Bbox([mark - reach, mark + reach])


def stretches(panel, line):
    """The box of each stretch of a line that goes in steps."""
    x, y = line.get_data()
    corners = panel.transData.transform(
        np.column_stack([np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]])
    )
    pairs = pairwise(corners)
    return [Bbox([np.minimum(*pair), np.maximum(*pair)]) for pair in pairs]


def add_leader(panel, mark, box, colour):
    """A thin line from a point to its name."""
    inverse = panel.transAxes.inverted()
    ends = inverse.transform([mark, np.clip(mark, box.min, box.max)])
    style = {"color": colour, "linewidth": 0.6, "zorder": 1.5, "gid": "leader"}
    panel.plot(*ends.T, transform=panel.transAxes, **style)
