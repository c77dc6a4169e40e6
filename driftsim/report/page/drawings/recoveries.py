"""Recovery drawings: how many rows contenders need to recover from each change."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from driftsim.report.figure_data.looks import INK, Look, rounded, short
from driftsim.report.figure_data.recoveries import (
    LOST,
    MOST,
    RANGE,
    SOME,
    SOME_OF_ALL,
    STAYED,
    Recovered,
    RecoveryPanel,
    depth_text,
    farthest,
    names_of,
    note_of,
    occurring,
    recoveries,
)
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.marks import mark
from driftsim.report.page.drawings.matrices import MOST_NUMBERS, Matrix, tiled
from driftsim.report.page.drawings.panels import (
    FOOT,
    SAMPLE,
    TITLE,
    WIDE,
    Box,
    Drawing,
    Layout,
    Scale,
)
from driftsim.report.page.drawings.scales import whole_ticks
from driftsim.report.page.drawings.svg import LEADING, SIZE, element, line, text, text_width

ROW = 22  # pixels, of a contender
DEPTH = 44  # pixels of the numbers right of a panel
ARROW = 22  # pixels
LEGEND = 620  # pixels across, at least, where there is room


def recovery(view: View, layout: Layout = WIDE) -> Drawing | None:
    """Rows until each contender has recovered from each change."""
    found = recoveries(view)
    if found is None:
        return None
    if isinstance(found[0], RecoveryPanel):
        return dots(view, found, layout)
    return matrices(found, layout)


def dots(view, found, layout: Layout) -> Drawing:
    """A panel for each change, a row for each contender: the median of the seeds, and the range."""
    names, lines = names_of(view, found), panels.title_lines([one.title for one in found])
    left = 12 + panels.names_room([*map(short, names)], layout)
    sides: dict[str, Any] = {
        "right": DEPTH,
        "gap": DEPTH + 18,
        "head": 16 + lines * SIZE * LEADING,
        "top": 4,
        "single": len(found) == 1,
        "layout": layout,
    }
    height = panels.row_room(ROW, layout) * len(names)
    grid = panels.grid(1, len(found), height, left, foot=FOOT + TITLE, **sides)
    parts, most = list[str](), farthest(found)
    for i, (box, one) in enumerate(zip(grid.blocks[0], found)):
        x = Scale(0, most, box.left, box.right)
        parts += rows_of(box, x, names, i % grid.across == 0, layout)
        parts += panels.panel_title(box, one.title, 20)
        parts.append(text("depth", box.right + DEPTH - 4, box.top - 6, "end", class_="title small"))
        for name, got in one.marks.items():
            y = panels.row_middle(box, names.index(name), ROW, layout)
            parts += recovered(box, x, y, got, view.looks[name], one.unit)
        if i + grid.across >= len(found):
            parts.append(panels.foot_title(box, f"{one.unit} to recover"))
    entries = [(key_of(name), name) for name in occurring(found)]
    least = min(LEGEND, layout.width)
    key, height = panels.legend(entries, left, max(grid.width, least), grid.bottom + 6)
    width = max(grid.width, min(key_width(entries, left, least), layout.width))
    return Drawing(width, grid.bottom + height + 6, parts + key)


def key_width(entries, left, most) -> float:
    """How wide a legend is, which wraps at `most` pixels where a drawing is narrower."""
    widths = [SAMPLE + 25 + text_width(words) for _, words in entries]
    return left + min(sum(widths), max(max(widths), most - left))


def rows_of(box: Box, x: Scale, names, named, layout: Layout) -> Iterator[str]:
    """The rows of a panel, and where it is `named` whose each is; the axis below."""
    for i, name in enumerate(names):
        y = panels.row_middle(box, i, ROW, layout)
        yield line(box.left, y, box.right, y, class_="grid")
        if named:
            yield panels.row_name(box, y, short(name), ROW, layout)
    yield panels.frame(box)
    yield from panels.foot_axis(box, x, whole_ticks(0, x.high, 4.5))


def tip(one: Recovered, unit: str) -> str:
    """What the page says of a mark: how long a contender took, and the range of the seeds."""
    if one.lost:
        return f"{one.name}: not within {rounded(one.followed)} {unit}"
    several = f" ({rounded(one.low)} to {rounded(one.high)})" if one.high > one.low else ""
    return f"{one.name}: {rounded(one.at)} {unit}{several}"


def recovered(box: Box, x: Scale, y: float, one: Recovered, look: Look, unit: str) -> Iterator[str]:
    """One contender after one change."""
    if one.high > one.low:
        yield line(x(one.low), y, x(one.high), y, class_="range", stroke=look.colour)
    if one.followed >= 0:
        yield arrow(float(x(one.followed)), y, look.colour)
    yield mark(look.marker, float(x(one.at)), y, look.colour, one.lost, data_tip=tip(one, unit))
    depth = depth_text(one.depth)
    yield text(depth, box.right + DEPTH - 4, y, "end", dy="0.35em", class_="title small")


def arrow(x: float, y: float, colour: str | None) -> str:
    """An arrow that starts at a place: onwards, how far is not known."""
    d = f"M{x:.1f} {y:.1f}h{ARROW}m-6 -4l6 4l-6 4"
    return element("path", d=d, class_="range", stroke=colour)


def key_of(name: str) -> str:
    """The mark of a legend that stands for what occurs."""
    if name == RANGE:
        return element("path", d=f"M0 0H{SAMPLE}", class_="range ink")
    if name in (SOME, SOME_OF_ALL):
        return element("path", d=f"M3 0h{ARROW}m-6 -4l6 4l-6 4", class_="range ink")
    dot = mark("o", SAMPLE / 2, 0, INK, name in (LOST, MOST))
    if name != STAYED:
        return dot
    return dot + element("path", d=f"M{SAMPLE / 2:.1f} -7v14", class_="range ink")  # on the axis


def matrices(found, layout: Layout) -> Drawing:
    """Contenders by changes, or by settings that have one each."""
    most = max(np.nanmax(one.values) for one in found)
    return tiled(
        [
            Matrix(
                one.title, one.values, one.words, [*map(short, one.names)], one.columns,
                one.across, one.censored,
            )
            for one in found
        ],
        0, most, note=note_of(found, MOST_NUMBERS), layout=layout,
    )  # fmt: skip
