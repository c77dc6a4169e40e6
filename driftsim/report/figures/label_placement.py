"""Label placement: names beside what they name, without overlap."""

from itertools import pairwise

import numpy as np
from matplotlib.text import Text
from matplotlib.transforms import Bbox, ScaledTranslation

from driftsim.report.figures.panels import frozen, legend, renderer
from driftsim.report.figures.style import INK, short

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
        style |= {"linestyle": line.get_linestyle(), "linewidth": line.get_linewidth()}
        panel.plot([1 + near, 1 + far], [place, place], gid="sample", **style)


def inches(panel):
    """The box of a panel on its figure, in inches."""
    return panel.get_window_extent().transformed(panel.figure.dpi_scale_trans.inverted())


def last_finite(values, otherwise):
    """The last finite one of some values, or another value where there is none."""
    finite = np.flatnonzero(np.isfinite(values))
    return values[finite[-1]] if len(finite) else otherwise


def spread(wanted: np.ndarray, apart: float) -> np.ndarray:
    """Places (n,) nearest to those wanted by least squares, in the same order, `apart` or more.

    They lie within 0 … 1 if there is room. Less the distances kept, this is isotonic regression.
    """
    from scipy.optimize import isotonic_regression  # 0.12 s to import: only where names are placed

    order = np.argsort(wanted, kind="stable")
    offsets = apart * np.arange(len(wanted))
    room = max(1 - apart * (len(wanted) - 1), 0)
    places = np.empty(len(wanted))
    places[order] = isotonic_regression(wanted[order] - offsets).x.clip(0, room) + offsets
    return places


def add_point_names(panel, points, steps=(), size=7.5):
    """The name of each point (x, y) beside it, or near it with a line that leads to it.

    Names avoid the lines `steps`, which go first across, then up or down. The layout and the
    scales of the panel must be fixed.
    """
    measure = renderer(panel.figure)
    area, scale = panel.get_window_extent(), panel.figure.dpi * POINT
    marks = {name: panel.transData.transform(point) for name, point in points.items()}
    taken = [around(mark, 3.5 * scale) for mark in marks.values()]
    taken += [box.padded(1.5 * scale) for line in steps for box in stretches(panel, line)]
    for name in sorted(marks, key=lambda name: -marks[name][0]):
        style = {"fontsize": size, "color": INK, "va": "bottom", "transform": panel.transAxes}
        text = panel.text(0, 0, short(name), gid="name", **style)
        box = text.get_window_extent(measure)
        place = free_box(marks[name], box.width, box.height, taken, area, scale)
        taken.append(place.padded(2 * scale, 0.5 * scale))
        text.set_position(panel.transAxes.inverted().transform(place.p0))
        add_leader(panel, marks[name], place, 7 * scale)


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


def free_box(mark, width, height, taken, area, scale):
    """The box of a size that is nearest to a point, inside `area`, and touches no box in `taken`.

    Where there is none, the box lies above all that is taken.
    """
    boxes = np.array([box.extents for box in taken])
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    for reach in np.arange(5, 400, 3) * scale:
        x = mark[0] + reach * np.cos(angles) + width / 2 * (np.cos(angles).round(3) - 1)
        y = mark[1] + reach * np.sin(angles) + height / 2 * (np.sin(angles).round(3) - 1)
        inside = (x >= area.x0) & (x + width <= area.x1) & (y >= area.y0) & (y + height <= area.y1)
        apart = (
            (x[:, None] >= boxes[:, 2]) | (x[:, None] + width <= boxes[:, 0])
            | (y[:, None] >= boxes[:, 3]) | (y[:, None] + height <= boxes[:, 1])
        ).all(axis=1)  # fmt: skip
        found = np.flatnonzero(inside & apart)
        if len(found):
            i = found[0]
            return Bbox.from_bounds(x[i], y[i], width, height)
    top = max(boxes[:, 3].max(), area.y1)
    return Bbox.from_bounds(min(mark[0], area.x1 - width), top, width, height)


def add_leader(panel, mark, box, near):
    """A thin line from a point to its name, if that is farther away than `near` pixels."""
    end = np.clip(mark, box.min, box.max)
    if np.hypot(*(end - mark)) > near:
        inverse = panel.transAxes.inverted()
        (x, y), (u, v) = inverse.transform(mark), inverse.transform(end)
        panel.plot(
            [x, u], [y, v], transform=panel.transAxes, color="#999999", linewidth=0.5, zorder=1.5,
            gid="leader",
        )  # fmt: skip
