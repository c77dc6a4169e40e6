"""Alarm drawings: alarms along the stream, compared with the true changes."""

from collections.abc import Iterator

import numpy as np

from driftsim.report.figure_data import detections
from driftsim.report.figure_data.backgrounds import visible_changes
from driftsim.report.figure_data.detections import FALSE, HIT, OPEN, AlarmPanel
from driftsim.report.figure_data.looks import short
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
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
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    SMALL,
    digits,
    element,
    line,
    rectangle,
    text,
    text_width,
)

LANE = 30  # pixels, of a contender
LEGEND = 700  # pixels across, at least, where there is room
REACHES = {HIT: (-13, -2.5), FALSE: (2, 9), OPEN: (-6, 6)}  # pixels below the middle of a lane
WIDTHS = {HIT: 2, FALSE: 1, OPEN: 1.5}


def alarms(view: View, layout: Layout = WIDE) -> Drawing | None:
    """A lane for each contender that can raise alarms, with a tick for each; true ones on top."""
    found = detections.alarms(view)
    if found is None:
        return None
    names, shown = found
    single = len(shown) == 1
    left = 14 + panels.names_room([*map(short, names)], layout)
    counts = [shown[0].counts[name] for name in names] if single else []
    right = 12 + (
        max([text_width(words, SMALL) for words in counts] or [8]) if layout.beside else 0
    )
    head = 24 + panels.title_lines([one.scene.title for one in shown]) * SIZE * LEADING
    height = panels.row_room(LANE, layout) * len(names)
    sides = {"left": left, "right": right, "head": head, "foot": FOOT}
    grid = panels.grid(1, len(shown), height, layout=layout, single=single, **sides)
    parts = list[str]()
    for i, (box, one) in enumerate(zip(grid.blocks[0], shown)):
        parts += lanes(view, box, one, names, i % grid.across == 0, layout)
        if i + grid.across >= len(shown):
            parts.append(panels.foot_title(box, panels.stream_label(one.scene)))
    for i, words in enumerate(counts):
        parts.append(count(grid.blocks[0][0], i, words, layout))
    width = max(grid.width, min(LEGEND, layout.width))
    entries = [(key_of(name), name) for name in detections.occurring(shown)]
    key, height = panels.legend(entries, left, width, grid.bottom + TITLE + 4)
    return Drawing(width, grid.bottom + TITLE + height + 6, parts + key)


def count(box: Box, i: int, words: str, layout: Layout) -> str:
    """How many changes a contender found: right of its lane, or above it."""
    y, style = panels.row_middle(box, i, LANE, layout), {"class_": "title small"}
    if layout.beside:
        return text(words, box.right + 8, y, dy="0.35em", **style)
    style["class_"] += " over"  # lines of changes
    return text(words, box.right, y - LANE / 2 + 1, "end", **style)


def lanes(view, box: Box, one: AlarmPanel, names, named: bool, layout: Layout) -> Iterator[str]:
    """The lanes of a setting."""
    x = panels.row_scale(one.scene, box)
    for change in visible_changes(one.scene.variant.scenario):
        ends = (min(max(row, x.low), x.high) for row in (change.first, change.last))
        first, last = map(float, map(x, ends))
        if last > first:
            yield rectangle(first, box.top, last, box.bottom, class_="ramp")
    yield from panels.change_lines(box, x, one.scene)
    for i, name in enumerate(names):
        y = panels.row_middle(box, i, LANE, layout)
        yield line(box.left, y, box.right, y, class_="lane")
        if named:
            yield panels.row_name(box, y, short(name), LANE, layout)
        yield from lane(one.lanes.get(name, []), x, y, view.looks[name].colour)
    yield from panels.holes(box, x, one.scene)
    yield panels.frame(box)
    yield from panels.foot_axis(box, x, panels.row_ticks(one.scene, box, x))
    yield from panels.concept_names(box, x, one.scene)
    if one.scene.title:
        yield from panels.panel_title(box, one.scene.title, 22)


def lane(runs, x: Scale, y: float, colour: str) -> Iterator[str]:
    """The ticks of a contender, those of each of its runs; of many, each is fainter."""
    faint = float(detections.opacity(runs))
    style = {"stroke": colour, "stroke_opacity": faint if faint < 1 else None}
    for run in runs:
        for kind, rows in ((HIT, run.hits), (FALSE, run.false), (OPEN, run.unknown)):
            if len(rows):
                d = ticks(x(np.asarray(rows, float)).tolist(), y, kind)
                yield element("path", d=d, class_="mark", stroke_width=WIDTHS[kind], **style)


def ticks(places, y: float, kind: str) -> str:
    """The path of ticks above, below or across the line of a lane."""
    top, bottom = REACHES[kind]
    return "".join(f"M{place:.1f} {digits(y + top)}v{digits(bottom - top)}" for place in places)


def key_of(kind: str) -> str:
    """The tick of a legend."""
    d = f"M0 0H{SAMPLE}"
    tick = element(
        "path", d=ticks([SAMPLE / 2], 0, kind), class_="mark ink", stroke_width=WIDTHS[kind]
    )
    return element("path", d=d, class_="lane") + tick
