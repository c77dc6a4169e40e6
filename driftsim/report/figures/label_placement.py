"""Labels: names beside what they name, none upon another."""

from itertools import pairwise

import numpy as np
from matplotlib.transforms import Bbox, ScaledTranslation

from driftsim.report.figures.panels import ruler
from driftsim.report.figures.style import INK, short

POINT = 1 / 72  # inches
LEADING = 1.3  # a line of text by its size
SAMPLE = (0.10, 0.40)  # inches from a panel to a sample of a line, and to its end


def names_at(panel, names, size=8):
    """The names of lines beside the right edge of a panel, so that its layout keeps room for them.

    `at_the_ends` moves them to where the lines end, when the panel has found its place.
    """
    beside = ScaledTranslation(SAMPLE[1] + 0.04, 0, panel.figure.dpi_scale_trans)
    style = {"transform": panel.transAxes + beside, "va": "center_baseline", "color": INK}
    texts = [panel.text(1, 0.5, short(name), fontsize=size, gid="name", **style) for name in names]
    return dict(zip(names, texts))


def at_the_ends(panel, lines, texts):
    """Move names to where their lines end, and lead the eye to them by a sample of the line."""
    box = inches(panel)
    low, high = panel.get_ylim()
    ends = [last(lines[name].get_ydata(), (low + high) / 2) for name in texts]
    wanted = (np.array(ends) - low) / (high - low)
    size = max(text.get_fontsize() for text in texts.values()) * POINT * LEADING
    near, far = (across / box.width for across in SAMPLE)
    for name, end, place in zip(texts, wanted, spread(wanted, size / box.height)):
        start, _ = (panel.transData + panel.transAxes.inverted()).transform(
            (lines[name].get_xdata()[-1], 0)
        )
        line = lines[name]
        texts[name].set_y(place)
        style = {"color": line.get_color(), "transform": panel.transAxes, "clip_on": False}
        panel.plot([start, 1 + near], [end, place], linewidth=0.5, gid="leader", **style)
        style |= {"linestyle": line.get_linestyle(), "linewidth": line.get_linewidth()}
        panel.plot([1 + near, 1 + far], [place, place], gid="sample", **style)


def inches(panel):
    """Where a panel stands on its figure, in inches."""
    return panel.get_window_extent().transformed(panel.figure.dpi_scale_trans.inverted())


def last(values, otherwise):
    """The last value that there is."""
    there = np.flatnonzero(np.isfinite(values))
    return values[there[-1]] if len(there) else otherwise


def spread(wanted, apart):
    """Places near those wanted, in the same order, at least so far apart, within 0 … 1 if possible.

    The nearest in the sense of least squares: neighbours that are too close are pooled.
    """
    order = np.argsort(wanted, kind="stable")
    room = max(1 - apart * (len(wanted) - 1), 0)
    free = np.asarray(wanted, float)[order] - apart * np.arange(len(wanted))
    pools = []  # of a sum and a count each, whose means rise
    for value in free:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    means = np.concatenate([np.full(count, total / count) for total, count in pools])
    placed = np.empty(len(wanted))
    placed[order] = np.clip(means, 0, room) + apart * np.arange(len(wanted))
    return placed


def beside_points(panel, points, steps=(), size=7.5):
    """The name of each point (x, y) beside it, or near it with a line that leads there.

    Names keep off the lines that go in `steps`, first across, then up or down.
    Called when the panel has found its place, and keeps its scales.
    """
    measure = ruler(panel.figure)
    area, scale = panel.get_window_extent(), panel.figure.dpi * POINT
    marks = {name: panel.transData.transform(point) for name, point in points.items()}
    taken = [around(mark, 3.5 * scale) for mark in marks.values()]
    taken += [box.padded(1.5 * scale) for line in steps for box in stretches(panel, line)]
    for name in sorted(marks, key=lambda name: -marks[name][0]):
        style = {"fontsize": size, "color": INK, "va": "bottom", "transform": panel.transAxes}
        text = panel.text(0, 0, short(name), gid="name", **style)
        box = text.get_window_extent(measure)
        found = free(marks[name], box.width, box.height, taken, area, scale)
        taken.append(found.padded(2 * scale, 0.5 * scale))
        text.set_position(panel.transAxes.inverted().transform(found.p0))
        lead(panel, marks[name], found, 7 * scale)


def around(mark, reach):
    """The box about a point."""
    (x, y), r = mark, reach
    return Bbox([[x - r, y - r], [x + r, y + r]])


def stretches(panel, line):
    """The box of each stretch of a line that goes in steps."""
    x, y = line.get_data()
    corners = panel.transData.transform(
        np.column_stack([np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]])
    )
    pairs = pairwise(corners)
    return [Bbox([np.minimum(*pair), np.maximum(*pair)]) for pair in pairs]


def free(mark, width, height, taken, area, scale):
    """A box of a size, the nearest to a point that touches none that is taken, in an area.

    Where there is none, the nearest in an area that is higher.
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
        there = np.flatnonzero(inside & apart)
        if len(there):
            i = there[0]
            return Bbox.from_bounds(x[i], y[i], width, height)
    top = max(boxes[:, 3].max(), area.y1)
    return Bbox.from_bounds(min(mark[0], area.x1 - width), top, width, height)


def lead(panel, mark, box, near):
    """A thin line from a point to a name that is not right beside it."""
    end = np.clip(mark, box.min, box.max)
    if np.hypot(*(end - mark)) > near:
        inverse = panel.transAxes.inverted()
        (x, y), (u, v) = inverse.transform(mark), inverse.transform(end)
        panel.plot(
            [x, u], [y, v], transform=panel.transAxes, color="#999999", linewidth=0.5, zorder=1.5,
            gid="leader",
        )  # fmt: skip
