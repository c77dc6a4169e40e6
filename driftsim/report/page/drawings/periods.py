"""Period drawings: error, cost and what of it is spent on trainings, over how often one trains."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from driftsim.report.figure_data.looks import look_of
from driftsim.report.figure_data.periods import GREY, PeriodBlock, PeriodPanel, period_blocks
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.lines import value_range
from driftsim.report.page.drawings.marks import mark
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
from driftsim.report.page.drawings.scales import Tick
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    band_path,
    element,
    line,
    line_path,
)

HEIGHT, LEFT, GAP = 210, 66, 8  # pixels; at the left at least, and between panels more than that
ROOM = 0.04  # at the ends of the axis of periods
NEVER: dict[str, Any] = {"class_": "line thin", "stroke": "#000000", "stroke_dasharray": "1.5 3"}
BEST, TIED = "best", "no significant difference from it"


def periods(view: View, layout: Layout = WIDE) -> Drawing | None:
    """Three panels for each learner: error, cost and spending over the period."""
    blocks = period_blocks(view)
    if not blocks:
        return None
    names = list(dict.fromkeys(name for one in blocks for name in one.panels[0].lines))
    above, top = panels.legend([*entries(names, blocks)], *sides(layout), 0)
    titles = [one.title for one in blocks]
    head = 26 + max(panels.title_lines(titles, layout.across * panels.PART) - 1, 0) * SIZE * LEADING
    about: dict[str, Any] = {"head": head, "foot": FOOT + TITLE, "top": top}
    about |= {"layout": layout}
    left = panels.values_room((ends(one) for block in blocks for one in block.panels), HEIGHT, LEFT)
    grid = panels.grid(len(blocks), 3, HEIGHT, left, gap=left + GAP, **about)
    parts = [*above]
    for boxes, block in zip(grid.blocks, blocks):
        whole = boxes[0]._replace(right=boxes[-1].right)
        parts += panels.panel_title(whole, block.title) if block.title else []
        for box, one in zip(boxes, block.panels):
            parts += panel(box, block, one, names, box.left - left + 12)
    return Drawing(grid.width, grid.bottom + 4, parts)


def sides(layout: Layout) -> tuple[float, float]:
    """Where the legend starts and ends."""
    return (LEFT, LEFT + 3 * panels.PART) if layout.beside else (0, layout.width)


def entries(names: list[str], blocks: list[PeriodBlock]) -> Iterator[tuple[str, str]]:
    """What stands in the legend: the memories, the marks, and no training at all."""
    for i, name in enumerate(names):
        style = panels.line_look(look_of(i))
        yield line(0, 0, SAMPLE, 0, class_="line", **style), name
    yield mark("o", SAMPLE / 2, 0, GREY), BEST
    if any(block.panels[0].tied for block in blocks):
        yield mark("o", SAMPLE / 2, 0, GREY, hollow=True), TIED
    yield line(0, 0, SAMPLE, 0, **NEVER), "never"


def ends(one: PeriodPanel) -> tuple[float, float]:
    """The ends of the axis of a quantity."""
    return value_range(one.values[np.isfinite(one.values)], one.zero)


def panel(box: Box, block: PeriodBlock, one: PeriodPanel, names, title: float) -> Iterator[str]:
    """A quantity over the period: its lines, and the marks of the best periods."""
    x = Scale(*block.ends, box.left, box.right, np.log10, ROOM)
    y = Scale(*ends(one), box.bottom, box.top)
    yield from panels.values_axis(box, y, panels.value_ticks(y, box), True)
    yield from panels.foot_axis(box, x, [Tick(*tick) for tick in block.ticks])
    yield panels.foot_title(box, block.foot)
    yield from panels.values_title(box, one.name, title)
    yield line(box.left, float(y(one.never)), box.right, float(y(one.never)), **NEVER)
    yield from lines(one, names, x, y)
    yield panels.frame(box)
    for found, hollow in ((one.tied, True), (one.best, False)):
        for name, points in found.items():
            colour = look_of(names.index(name)).colour
            for place in zip(x(points.x).tolist(), y(points.mean).tolist()):
                yield mark("o", *place, colour, hollow=hollow)


def lines(one: PeriodPanel, names: list[str], x: Scale, y: Scale) -> Iterator[str]:
    """The line of each memory, above the band of its interval."""
    for name, own in one.lines.items():
        if own.low is not None and own.high is not None:
            d = band_path(x(own.x), y(own.low), y(own.high), False)
            yield element("path", d=d, class_="band", fill=look_of(names.index(name)).colour)
    for name, own in one.lines.items():
        d = line_path(x(own.x), y(own.mean), False)
        yield element("path", d=d, class_="line", **panels.line_look(look_of(names.index(name))))
