"""Sweep drawings: a metric over the settings of a sweep."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from driftsim.evaluation.metrics import FROM_ZERO
from driftsim.report.amounts import title
from driftsim.report.figure_data import severities, sweeps
from driftsim.report.figure_data.label_placement import last_finite
from driftsim.report.figure_data.looks import Look, rounded, short
from driftsim.report.figure_data.sweeps import Map, Slice, scale_of, words_of
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.lines import LEFT, legend_of, sides_of_legend, value_range
from driftsim.report.page.drawings.marks import mark
from driftsim.report.page.drawings.matrices import Matrix, tiled
from driftsim.report.page.drawings.names import APART, End, names_beside, room_beside
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
from driftsim.report.page.drawings.scales import even_ticks
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    band_path,
    element,
    line,
    line_path,
    text,
    text_width,
)

HEIGHT = 220  # pixels
ROOM = 0.04  # at the ends of the axis of settings
TURNED = 0.5  # the sine of the angle of a turned text


def sweep(view: View, layout: Layout = WIDE) -> Drawing | None:
    """A metric over the whole stream for each setting: curves, heat maps, or small multiples."""
    found, metric = sweeps.sweep(view), view.metrics[0]
    if found is None:
        return None
    if isinstance(found[0], Map):
        least, most = scale_of(found, metric)
        maps = [
            Matrix(one.title, one.table, words_of(one, most), one.rows, one.columns, one.across)
            for one in found
        ]
        return tiled(maps, least, most, found[0].down, head=title(metric), layout=layout)
    return lines(view, found, title(metric), metric in FROM_ZERO, layout)


def severity(view: View, layout: Layout = WIDE) -> Drawing | None:
    """How many rows contenders need to recover, over how severe changes are."""
    found = severities.severity(view)
    least = severities.least_top(view)
    return lines(view, found, severities.LABEL, True, layout, least) if found else None


def lines(
    view, slices: list[Slice], label: str, zero: bool, layout: Layout, least: float = 0
) -> Drawing:
    """A panel for each slice, a line for each contender, up to a value that is at `least` shown."""
    single = len(slices) == 1
    names = [name for name in view.names if any(name in one.lines for one in slices)]
    beside = single and layout.beside and all(one.joined for one in slices)
    above, top = ([], 0.0) if beside else legend_of(view, names, layout)
    if not all(one.joined for one in slices):
        above, top = panels.legend(marks_of(view, names), *sides_of_legend(layout), 0)
    head = 10 + panels.title_lines([one.title for one in slices]) * SIZE * LEADING
    right = room_beside(names) if beside else panels.EDGE
    foot = FOOT + TITLE + max(map(room_below, slices))
    height = max(HEIGHT, len(names) * APART * layout.beside)
    about: dict[str, Any] = {
        "layout": layout,
        "single": single,
        "right": right,
        "head": head,
        "foot": foot,
        "top": top,
    }
    grid = panels.grid(1, len(slices), height, LEFT, **about)
    low, high = limits(slices, zero)
    ends, parts = (low, max(high, least)), [*above]
    for i, (box, one) in enumerate(zip(grid.blocks[0], slices)):
        y = Scale(*ends, box.bottom, box.top)
        parts += panel(view, box, one, y, i % grid.across == 0, label)
        if beside:
            parts += names_beside(box, dict(line_ends(view, box, one, y)))
    return Drawing(grid.width, grid.bottom + 4, parts)


def marks_of(view, names) -> list[tuple[str, str]]:
    """The mark of each contender, for a legend."""
    looks = [(view.looks[name], name) for name in names]
    return [(mark(one.marker, SAMPLE / 2, 0, one.colour), short(name)) for one, name in looks]


def limits(slices, zero) -> tuple[float, float]:
    """The least and the greatest value of all panels."""
    values = [
        column
        for one in slices
        for own in one.lines.values()
        for column in ((own.low, own.high) if one.bands and own.seeds > 1 else (own.mean,))
    ]
    known = np.concatenate([np.empty(0), *values])
    return value_range(known[np.isfinite(known)], zero)


def turns(one: Slice) -> bool:
    """Whether the values of a swept path are too wide to stand level."""
    wide = sum(text_width(short(word)) + 8 for word in one.words) > panels.PART
    return wide and not one.measured


def room_below(one: Slice) -> float:
    """How many pixels more turned texts and a note take."""
    return turned_room(one) + (LEADING * SIZE if one.note else 0)


def turned_room(one: Slice) -> float:
    """How many pixels more turned texts take."""
    widest = max(text_width(short(word)) for word in one.words)
    return TURNED * widest - 2 if turns(one) else 0


def panel(view, box: Box, one: Slice, y: Scale, first: bool, label: str) -> Iterator[str]:
    """A panel with its axes, bands, lines and marks."""
    x = scale_of_places(one, box)
    yield from panels.values_axis(box, y, panels.value_ticks(y, box), first)
    yield panels.frame(box)
    yield from settings_axis(box, one, x)
    yield panels.foot_title(box, one.name, turned_room(one))
    if one.note:
        yield panels.foot_title(box, one.note, room_below(one))
    yield from panels.panel_title(box, one.title)
    if first:
        yield from panels.values_title(box, label, 12)
    for name, own in one.lines.items():
        look, places = view.looks[name], x(own.x)
        if one.bands and own.seeds > 1:
            yield from ranges_of(places, y(own.low), y(own.high), look, one.joined)
        if one.joined:
            d = line_path(places, y(own.mean), False)
            style = panels.line_look(look) | panels.tipped(name, y)
            yield element("path", d=d, class_="line", **style)
        for at, place, mean in zip(own.x.tolist(), places.tolist(), own.mean.tolist()):
            if mean != mean:
                continue
            value, words = y(mean), f"{name}: {rounded(mean)} at {one.name} {rounded(at)}"
            if at in one.spans:
                ends = [float(x(end)) for end in one.spans[at]]
                yield line(ends[0], value, ends[1], value, class_="range", stroke=look.colour)
            yield mark(look.marker, place, value, look.colour, data_tip=words)


def ranges_of(places, low, high, look: Look, joined: bool) -> Iterator[str]:
    """The ranges of a contender: a band, or where nothing joins its values, a line at each."""
    if joined:
        d = band_path(places, low, high, False)
        yield element("path", d=d, class_="band", fill=look.colour)
        return
    for x, *ends in zip(places.tolist(), low.tolist(), high.tolist()):
        if ends[0] == ends[0]:
            yield line(x, ends[0], x, ends[1], class_="range", stroke=look.colour)


def scale_of_places(one: Slice, box: Box) -> Scale:
    """The scale of the values of a swept path."""
    ends = *one.ends, box.left, box.right
    return Scale(*ends, np.log10, ROOM) if one.decades else Scale(*ends, room=ROOM)


def settings_axis(box: Box, one: Slice, x: Scale) -> Iterator[str]:
    """A tick at each value of a swept path."""
    if one.measured:
        yield from panels.foot_axis(box, x, even_ticks(x.low, x.high, (box.right - box.left) / 70))
        return
    turned = turns(one)
    for place, word in zip(map(float, map(x, one.places)), map(short, one.words)):
        yield line(place, box.bottom, place, box.bottom + 4, class_="tick")
        if turned:
            turn = f"translate({place + 4:.1f} {box.bottom + 14:.1f}) rotate(-30)"
            yield text(word, 0, 0, "end", transform=turn)
        else:
            yield text(word, place, box.bottom + 17, "middle")


def line_ends(view, box: Box, one: Slice, y: Scale) -> Iterator[tuple[str, End]]:
    """Where the lines of a panel end."""
    x = scale_of_places(one, box)
    for name, own in one.lines.items():
        value = float(y(last_finite(own.mean, (y.low + y.high) / 2)))
        yield name, End(float(x(own.x[-1])), value, panels.line_look(view.looks[name]))
