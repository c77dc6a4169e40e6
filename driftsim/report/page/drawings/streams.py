"""Stream drawings: which concepts rule, which labels come, and the best possible error."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from driftsim.report.figure_data import streams
from driftsim.report.figure_data.looks import INK, short
from driftsim.report.figure_data.streams import Fact, Range, Shares
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.lines import value_range
from driftsim.report.page.drawings.panels import (
    FOOT,
    TITLE,
    WIDE,
    Box,
    Drawing,
    Grid,
    Layout,
    Scale,
)
from driftsim.report.page.drawings.scales import Tick
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    band_path,
    element,
    line_path,
    rectangle,
    text,
)

HEIGHT, NAME = 92, 15  # pixels of a panel, and of a name beside it
LEFT, SQUARE = 78, 11
ENDS = [Tick(0, "0"), Tick(0.5, "0.5"), Tick(1, "1")]
PATTERNS = (  # that tell the parts of a whole apart without colour
    "", "M0 8L8 0", "M0 0L8 8", "M0 8L8 0M0 0L8 8", "M0 4H8", "M4 0V8", "M0 4H8M4 0V8",
)  # fmt: skip


def stream(view: View, layout: Layout = WIDE) -> Drawing | None:
    """What is known of each stream, whatever the contenders; a row of panels for each fact."""
    found = streams.stream(view)
    if found is None:
        return None
    scenes, facts = found
    rows = [
        [fact.shown(one) if fact.known(one) else fact.unknown(one) for one in scenes]
        for fact in facts
    ]
    own = f"figure-stream-{layout.name}"
    key, top = ([], 0.0) if layout.beside else legend_of(rows, own, layout)
    grid = grid_of(scenes, facts, rows, layout, top)
    parts = patterns(rows, own) + key
    for fact, row, boxes in zip(facts, rows, grid.blocks):
        ends, named = value_ends(fact, row), streams.named_beside(row, grid.across)
        for i, (box, shown, scene) in enumerate(zip(boxes, row, scenes)):
            y = Scale(*ends, box.bottom, box.top)
            parts += panel(box, y, fact, shown, scene, i % grid.across == 0, own)
            if row is rows[0] or len(scenes) > grid.across:
                parts += panels.panel_title(box, scene.title)
            if isinstance(shown, Shares) and i in named and layout.beside:
                parts += part_names(box, shown, own)
            if fact is facts[-1] and i + grid.across >= len(scenes):
                parts.append(panels.foot_title(box, panels.stream_label(scene)))
    return Drawing(grid.width, grid.bottom + TITLE, parts)


def grid_of(scenes, facts, rows, layout: Layout, top: float) -> Grid:
    """The areas of the panels."""
    shares = shares_in(rows)
    names = [short(name) for one in shares for name in one.names]
    right = panels.names_room(names, layout) + 40 if layout.beside else panels.EDGE
    height = max(HEIGHT, 8 + NAME * streams.most_parts(scenes)) if layout.beside else HEIGHT
    lines = panels.title_lines([scene.title for scene in scenes])
    about: dict[str, Any] = {
        "single": len(scenes) == 1,
        "layout": layout,
        "top": top,
        "right": right,
        "head": 10 + lines * SIZE * LEADING,
    }
    grid = panels.grid(len(facts), len(scenes), height, LEFT, **about, foot=FOOT)
    if layout.beside and any(
        (i + 1) % grid.across for row in rows for i in streams.named_beside(row, grid.across)
    ):
        about["gap"] = right  # for the names between panels
    return panels.grid(len(facts), len(scenes), height, LEFT, **about, foot=FOOT)


def value_ends(fact: Fact, row: Sequence[Shares | Range | str]) -> tuple[float, float]:
    """The ends of the axis of values of a fact."""
    ranges = [one for one in row if isinstance(one, Range)]
    if not ranges:
        return 0, 1
    known = np.concatenate([[*one.low, *one.high] for one in ranges])
    if fact.name == "best":  # room below, so that a line at zero is seen
        top = max(1.1 * known.max(), 0.02)
        return -0.06 * top, top
    return value_range(known, False)


def panel(box: Box, y: Scale, fact: Fact, shown, scene, first: bool, own: str) -> Iterator[str]:
    """What is known of a stream."""
    x = panels.row_scale(scene, box)
    if isinstance(shown, Shares):
        yield from stacked(shown, x, y, own)
    ticks = ENDS if isinstance(shown, Shares) else panels.value_ticks(y, box)
    yield from panels.values_axis(box, y, ticks, first)
    yield from panels.foot_axis(box, x, panels.row_ticks(scene, box, x))
    if isinstance(shown, Range):
        yield from ranged(shown, x, y)
    if isinstance(shown, str):
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        yield text(shown, *middle, "middle", dy="0.35em", class_="title small")
    yield from panels.change_lines(box, x, scene)
    yield from panels.holes(box, x, scene)
    yield panels.frame(box)
    if first:
        yield from panels.values_title(box, fact.label_for(scene), 14)


def stacked(shown: Shares, x: Scale, y: Scale, own: str) -> Iterator[str]:
    """Shares of rows, one upon the other."""
    edges = np.column_stack([shown.edges, shown.edges[:, -1]])
    for low, high, colour, hatch in zip(edges, edges[1:], shown.colours, shown.hatches):
        d = band_path(x(shown.x), y(low), y(high), True)
        yield element("path", d=d, fill=colour, class_="part")
        if hatch:
            yield element("path", d=d, fill=f"url(#{own}-{hatch})")


def ranged(shown: Range, x: Scale, y: Scale) -> Iterator[str]:
    """A value over windows, and the range around it."""
    low, mean, high = (np.append(one, one[-1]) for one in (shown.low, shown.mean, shown.high))
    places = x(shown.x)
    yield element("path", d=band_path(places, y(low), y(high), True), class_="band", fill=INK)
    yield element("path", d=line_path(places, y(mean), True), class_="line thin", stroke=INK)


def shares_in(rows) -> list[Shares]:
    """What panels show that are of shares."""
    return [one for row in rows for one in row if isinstance(one, Shares)]


def patterns(rows, own: str) -> list[str]:
    """The hatches that occur."""
    used = sorted({hatch for one in shares_in(rows) for hatch in one.hatches if hatch})
    made = [
        element(
            "pattern", element("path", d=PATTERNS[i], class_="hatch"), id=f"{own}-{i}",
            width=8, height=8, patternUnits="userSpaceOnUse",
        )
        for i in used
    ]  # fmt: skip
    return [element("defs", *made)] if made else []


def part_names(box: Box, shown: Shares, own: str) -> Iterator[str]:
    """The parts of a whole from the top down, right of a panel."""
    middle, n = (box.top + box.bottom) / 2, len(shown.names)
    for i, name in enumerate(reversed(shown.names)):
        y = middle + (i - (n - 1) / 2) * NAME
        ends = box.right + 12, y - SQUARE / 2, box.right + 12 + 16, y + SQUARE / 2
        yield square(ends, shown, n - 1 - i, own)
        yield text(short(name), box.right + 34, y, dy="0.35em", class_="named")


def square(ends: tuple[float, ...], shown: Shares, i: int, own: str) -> str:
    """A sample of a part of a whole."""
    hatch = shown.hatches[i]
    over = rectangle(*ends, fill=f"url(#{own}-{hatch})") if hatch else ""
    return rectangle(*ends, fill=shown.colours[i], class_="part") + over


def legend_of(rows, own: str, layout: Layout) -> tuple[list[str], float]:
    """All parts above the panels, where there is no room beside them, and their height."""
    ends = (8.0, -SQUARE / 2, 28.0, SQUARE / 2)
    found = {
        short(name): square(ends, one, i, own)
        for one in shares_in(rows)
        for i, name in enumerate(one.names)
    }
    return panels.legend([(sample, name) for name, sample in found.items()], 0, layout.width, 0)
