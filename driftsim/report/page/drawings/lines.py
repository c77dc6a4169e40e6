"""Line drawings: metrics along the stream, a line for each contender."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from driftsim.report.figure_data import cost_courses, memory_courses
from driftsim.report.figure_data import curves as curve_data
from driftsim.report.figure_data.curves import Curve, CurvePanel
from driftsim.report.figure_data.label_placement import last_finite
from driftsim.report.figure_data.looks import short
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.names import APART, End, names_beside, room_beside
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
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    SMALL,
    TINY,
    band_path,
    digits,
    element,
    line,
    line_path,
    text,
    text_width,
)

HEIGHT = 210  # pixels of a panel
STRIP, ROW = (14, 44), 6  # pixels: least and most for rows of ticks, and for one of them
NAMED, ABOVE = TINY + 1, 5  # pixels of a row of ticks beside its name, and above all of them
LEFT = 62  # pixels, for the values and the title of their axis
BEST: dict[str, str | None] = {
    "stroke": "#000000",
    "stroke_dasharray": "1.5 3",
    "class_": "line thin",
}
OTHERS = {"class_": "others"}
ROUNDING = 1e-12  # smaller values are errors of rounding


def curves(view: View, layout: Layout = WIDE) -> Drawing | None:
    """Each metric along the stream, a line for each contender; a panel for each setting."""
    return along_stream(view, curve_data.curves(view), layout)


def excess(view: View, layout: Layout = WIDE) -> Drawing | None:
    """The error above the best possible, where that is known."""
    return along_stream(view, curve_data.excess(view), layout)


def cost_so_far(view: View, layout: Layout = WIDE) -> Drawing | None:
    """What each contender has cost up to each row."""
    return along_stream(view, cost_courses.costs_so_far(view), layout)


def memory(view: View, layout: Layout = WIDE) -> Drawing | None:
    """What the models of each contender take, and its RAM-hours up to each row."""
    return along_stream(view, memory_courses.memory(view), layout)


def along_stream(view, rows, layout: Layout) -> Drawing | None:
    """Metrics along the stream, one below the other, on one scale, but in panels `alone`."""
    if rows is None:
        return None
    single = len(view.scenes) == 1
    names = [name for one in rows[0] for name in one.curves]
    names += dict.fromkeys(one.best.name for row in rows for one in row if one.best)
    beside = single and layout.beside
    above, taken = ([], 0.0) if beside else legend_of(view, names, layout)
    found = grid_of(rows, single, names, taken, layout)
    parts = [*above]
    for boxes, row in zip(found.blocks, rows):
        shared = limits(row)
        for i, (box, one) in enumerate(zip(boxes, row)):
            y = Scale(*(limits([one]) if one.alone else shared), box.bottom, box.top)
            parts += panel(view, box, one, y, i % found.across == 0, row is rows[0])
            if i + found.across >= len(row) and row is rows[-1]:
                words = panels.stream_label(one.scene)
                parts.append(panels.foot_title(box, words, strip_of(rows)))
            if beside:
                parts += names_beside(box, dict(ends(view, box, one, y)))
    return Drawing(found.width, found.bottom + TITLE, parts)


def legend_of(view, names, layout: Layout) -> tuple[list[str], float]:
    """One legend for all panels, above them."""
    looks = view.looks
    styles = {name: panels.line_look(looks[name]) if name in looks else BEST for name in names}
    entries = [(sample(style), short(name)) for name, style in styles.items()]
    return panels.legend(entries, *sides_of_legend(layout), 0)


def sides_of_legend(layout: Layout) -> tuple[float, float]:
    """Where a legend above panels starts and ends."""
    whole = LEFT + 3 * panels.PART + 2 * panels.GAP
    return (LEFT, whole) if layout.beside else (0, layout.width)


def sample(style) -> str:
    """A sample of a line."""
    d = f"M0 0H{panels.SAMPLE}"
    return element("path", d=d, **{"class_": "line"} | style)


def grid_of(rows, single, names, taken, layout: Layout) -> Grid:
    """The areas of the panels."""
    first, strip = rows[0], strip_of(rows)
    most = max(len(one.curves) for one in first) + 1
    beside = single and layout.beside
    height = max(HEIGHT, most * APART) if beside else HEIGHT * 0.8
    own = {name for row in rows for one in row for name in named_beside(one)}
    named = max([9 + text_width(name, SMALL) for name in own], default=0)
    left = max(panels.values_room(map(limits, rows), height, LEFT), named)
    lines = panels.title_lines([one.scene.title for one in first])
    head = 26 + max(lines, 0) * SIZE * LEADING
    right = room_beside([*names]) if beside else panels.EDGE
    about: dict[str, Any] = {"single": single, "right": right, "head": head, "foot": FOOT + strip}
    about |= {"layout": layout}
    about |= {"gap": left} if any(one.alone for row in rows for one in row) else {}
    return panels.grid(len(rows), len(first), height, left, top=taken, **about)


def named_beside(one: CurvePanel) -> list[str]:
    """The contenders and floors whose rows of ticks have their names beside them."""
    return [*(one.retrained if one.named else ()), *one.schedules]


def strip_of(rows) -> float:
    """How many pixels the rows of ticks of retrainings take below panels."""
    most = max(sum(heights_of(one)) for row in rows for one in row)
    return most + ABOVE if most else 0


def heights_of(one: CurvePanel) -> list[float]:
    """How many pixels each row of ticks takes: those of contenders, then those of floors."""
    n, (least, limit) = len(one.retrained), STRIP
    own = NAMED if one.named else min(max(ROW, least / max(n, 1)), limit / max(n, 1))
    return [own] * n + [NAMED] * len(one.schedules)


def limits(row: list[CurvePanel]) -> tuple[float, float]:
    """The least and the greatest value of the panels of a metric."""
    values = [np.array([one.aim for one in row if one.aim is not None], float)]
    for one in row:
        for curve in [*one.curves.values(), *one.others, *([one.best] if one.best else [])]:
            ranged = curve.seeds > 1 and (one.bands or curve is one.best)
            values += [curve.low, curve.high] if ranged else [curve.mean]
    known = np.concatenate(values)
    known = known[np.isfinite(known)]
    return value_range(known, row[0].zero)


def value_range(known: np.ndarray, zero: bool) -> tuple[float, float]:
    """The ends of an axis of values, with a little room."""
    if not len(known):
        return 0, 1
    low, high = (min(0, known.min()) if zero else known.min()), known.max()
    if max(abs(low), abs(high)) < ROUNDING:
        low = high = 0.0
    room = (high - low) * 0.04 or abs(high) * 0.1 or 0.1
    return (low if zero and low == 0 else low - room), high + room


def panel(view, box: Box, one: CurvePanel, y: Scale, first: bool, top: bool) -> Iterator[str]:
    """One panel: its background, axes, lines and ticks of retrainings."""
    x = panels.row_scale(one.scene, box)
    strip = strip_of([[one]])
    if one.scene.played:
        yield from panels.grounds(box, x, one.scene, strip)
    yield from panels.values_axis(box, y, panels.value_ticks(y, box), first or one.alone)
    yield from panels.foot_axis(box, x, panels.row_ticks(one.scene, box, x), strip)
    if first:
        yield from panels.values_title(box, one.label, 12)
    if one.scene.title:
        yield from panels.panel_title(box, one.scene.title, 22 if top else 7)
    if not one.scene.played:
        place = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        yield text("every run failed", *place, "middle")
    else:
        yield from panels.change_lines(box, x, one.scene)
        if one.aim is not None:
            yield line(box.left, y(one.aim), box.right, y(one.aim), class_="aim")
        yield from plotted(view, one, x, y)
        yield from ticks(view, box, one, x, first)
        yield from panels.holes(box, x, one.scene, strip)
    yield panels.frame(box)
    if top and one.scene.played:
        yield from panels.concept_names(box, x, one.scene)


def plotted(view, one: CurvePanel, x: Scale, y: Scale) -> Iterator[str]:
    """The lines of a panel, above their bands."""
    for curve in one.others:
        yield line_of(curve, one.steps, x, y, **OTHERS)
    for name, curve in one.curves.items():
        if one.bands and curve.seeds > 1:
            yield band_of(curve, one.steps, x, y, view.looks[name].colour)
    for name, curve in one.curves.items():
        style = panels.line_look(view.looks[name]) | panels.tipped(name, y)
        yield line_of(curve, one.steps, x, y, class_="line", **style)
    if one.best:
        if one.best.seeds > 1:
            yield band_of(one.best, one.steps, x, y, str(BEST["stroke"]))
        yield line_of(one.best, one.steps, x, y, **BEST, **panels.tipped(one.best.name, y))


def line_of(curve: Curve, steps: bool, x: Scale, y: Scale, **style) -> str:
    """The line of the means."""
    return element("path", d=line_path(x(curve.x), y(curve.mean), steps), **style)


def band_of(curve: Curve, steps: bool, x: Scale, y: Scale, colour: str) -> str:
    """The band from the least to the greatest of the seeds."""
    d = band_path(x(curve.x), y(curve.low), y(curve.high), steps)
    return element("path", d=d, class_="band", fill=colour)


def ticks(view, box: Box, one: CurvePanel, x: Scale, first: bool) -> Iterator[str]:
    """A row of ticks for each contender that was retrained, and each floor, below the lines."""
    found, heights, top = one.retrained | one.schedules, heights_of(one), box.bottom + ABOVE
    names = {}
    if one.retrained and not one.named:
        names["trainings"] = top + sum(heights[: len(one.retrained)]) / 2
    for (name, rows), height in zip(found.items(), heights):
        places = apart(x(rows)).tolist()
        marks = [f"M{place:.1f} {digits(top)}v{0.8 * height:.1f}" for place in places]
        colour = BEST["stroke"] if name in one.schedules else view.looks[name].colour
        yield element("path", d="".join(marks), stroke=colour, class_="retrained")
        if one.named or name in one.schedules:
            names[name] = top + 0.4 * height
        top += height
    if first:
        for name, middle in names.items():
            yield text(name, box.left - 7, middle, "end", class_="title tiny", dy="0.3em")


def apart(places: np.ndarray) -> np.ndarray:
    """Places (n,) in order, the first of each pixel, as marks within one cannot be seen apart."""
    return places[np.unique(np.floor(places), return_index=True)[1]]


def ends(view, box: Box, one: CurvePanel, y: Scale) -> Iterator[tuple[str, End]]:
    """Where the lines of a panel end."""
    middle = (y.low + y.high) / 2
    for name, curve in one.curves.items():
        place = float(y(last_finite(curve.mean, middle)))
        yield name, End(box.right, place, panels.line_look(view.looks[name]))
    if one.best:
        place = float(y(last_finite(one.best.mean, middle)))
        style = {key: value for key, value in BEST.items() if key != "class_"}
        yield one.best.name, End(box.right, place, style)
