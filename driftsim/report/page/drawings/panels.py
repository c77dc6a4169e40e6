"""Panels: areas of a drawing side by side, with their axes and what lies behind curves."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from driftsim.report.dates import date_label
from driftsim.report.figure_data.backgrounds import (
    concept_spans,
    middle,
    shades,
    visible_changes,
    visits,
)
from driftsim.report.figure_data.looks import Look, hex_of, short
from driftsim.report.figure_data.view import Scene
from driftsim.report.page.drawings.date_ticks import date_ticks
from driftsim.report.page.drawings.scales import Scale, Tick, even_ticks, whole_ticks
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    SMALL,
    element,
    line,
    rectangle,
    text,
    text_width,
    wrapped,
)

PART = 262  # pixels of one of several panels side by side
GAP, EDGE = 26, 16  # pixels between panels, and right of the last
FOOT, TITLE = 24, 18  # pixels below a panel for the texts of ticks, and for a title of an axis
OVER = 10  # pixels that the text of a tick may stand out beside a panel
SAMPLE = 28  # pixels of a line in a legend
LEGEND_ROW = 20  # pixels
ABOVE_ROW = 15  # pixels of the name of a row that stands above it


class Layout(NamedTuple):
    """How a drawing is laid out for the room that there is."""

    name: str
    width: float  # pixels of a drawing with one panel across
    across: int  # small multiples side by side
    beside: bool  # whether names stand beside what they name, not above it


WIDE = Layout("wide", 860, 3, True)
NARROW = Layout("narrow", 360, 1, False)  # for telephones


class Box(NamedTuple):
    """The area of a panel, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Drawing(NamedTuple):
    """A figure as elements of an SVG, and its size in pixels."""

    width: float
    height: float
    parts: list[str]


class Grid(NamedTuple):
    """Panels in blocks, one below the other, and what is left for the rest."""

    blocks: list[list[Box]]
    across: int
    width: float
    bottom: float


def grid(
    blocks: int,
    n: int,
    height: float,
    left: float,
    *,
    layout: Layout = WIDE,
    single: bool = False,
    right: float = EDGE,
    gap: float = GAP,
    head: float = 8,
    foot: float = FOOT,
    top: float = 0,
) -> Grid:
    """The areas of `n` panels in each block, a few side by side, each `height` pixels high.

    `left` and `right` are kept free at the sides, `gap` between panels, `head` above and `foot`
    below each, `top` above all.
    """
    across = 1 if single else min(n, layout.across if n != 4 else 2, layout.across)
    alone = across == 1 and (single or not layout.beside)
    width = layout.width - left - right if alone else PART
    down = -(-n // across)
    found = []
    for block in range(blocks):
        boxes = []
        for i in range(n):
            x = left + i % across * (width + gap)
            y = top + head + (block * down + i // across) * (height + head + foot)
            boxes.append(Box(x, y, x + width, y + height))
        found.append(boxes)
    total = left + across * width + (across - 1) * gap + right
    return Grid(found, across, total, top + blocks * down * (height + head + foot))


def row_room(high: float, layout: Layout) -> float:
    """How high a row of a panel is whose marks are `high`, with its name above it if need be."""
    return high if layout.beside else high + ABOVE_ROW


def row_middle(box: Box, i: int, high: float, layout: Layout) -> float:
    """Where the middle of the marks of a row is."""
    return box.top + (i + 1) * row_room(high, layout) - high / 2


def row_name(box: Box, y: float, words: str, high: float, layout: Layout) -> str:
    """The name of a row of a panel: left of it, or where there is no room above it."""
    if layout.beside:
        return text(words, box.left - 8, y, "end", dy="0.35em", class_="named")
    return text(words, box.left + 3, y - high / 2 + 1, class_="named")


def names_room(names: Sequence[str], layout: Layout) -> float:
    """How many pixels the names of rows take at the left."""
    return max([text_width(name) for name in names], default=0) if layout.beside else 0


def title_lines(titles: Sequence[str], width: float = PART) -> int:
    """How many lines the longest of some titles takes."""
    return max([len(wrapped(title, width)) for title in titles], default=0)


def panel_title(box: Box, title: str, above: float = 7, left: bool = False) -> Iterator[str]:
    """The title of a panel on as many lines as it needs, the last one `above` its top.

    It stands in the middle, or starts at the `left`.
    """
    lines = wrapped(title, box.right - box.left)
    for i, words in enumerate(lines):
        y = box.top - above - (len(lines) - 1 - i) * SIZE * LEADING
        x, anchor = titled_at(box, left)
        yield text(words, x, y, anchor, class_="head")


def titled_at(box: Box, left: bool) -> tuple[float, str]:
    """Where a title stands across a panel, and what of it stands there."""
    return (box.left, "start") if left else ((box.left + box.right) / 2, "middle")


def frame(box: Box) -> str:
    """The left and the lower edge of a panel."""
    left, top, right, bottom = map(float, box)
    return element("path", class_="frame", d=f"M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}")


def values_axis(box: Box, y: Scale, ticks: Sequence[Tick], named: bool) -> Iterator[str]:
    """Grid lines across a panel, and where it is `named` their values at its left."""
    for value, words in ticks:
        place = y(value)
        yield line(box.left, place, box.right, place, class_="grid")
        if named:
            yield text(words, box.left - 7, place, "end", dy="0.32em")


def values_title(box: Box, words: str, x: float) -> Iterator[str]:
    """The title of the axis of values, upwards at the left of a panel."""
    middle, lines = (box.top + box.bottom) / 2, words.split("\n")
    for i, part in enumerate(lines):
        turned = f"translate({x + i * SIZE * LEADING:.0f} {middle:.0f}) rotate(-90)"
        style = {"class_": "title", "transform": turned, "text_anchor": "middle"}
        yield text(part, 0, 0, **style)


def foot_axis(box: Box, x: Scale, ticks: Sequence[Tick], below: float = 0) -> Iterator[str]:
    """Ticks below a panel with their texts, without those that would touch the one before."""
    foot, end = box.bottom + below, -1e9
    for value, words in ticks:
        place, half = x(value), text_width(words) / 2
        yield line(place, foot, place, foot + 4, class_="tick")
        at = min(max(place, box.left - OVER + half), box.right + OVER - half)
        if at - half > end + 6:
            yield text(words, at, foot + 17, "middle")
            end = at + half


def foot_title(box: Box, words: str, below: float = 0, left: bool = False) -> str:
    """The title of the axis below a panel, in the middle or starting at the `left`."""
    x, anchor = titled_at(box, left)
    return text(words, x, box.bottom + below + FOOT + 10, anchor, class_="title")


def row_scale(scene: Scene, box: Box) -> Scale:
    """The scale of the rows of a stream after the warm-up, or of their dates."""
    if scene.dates:
        ends = scene.dates.warmup, scene.dates.last
        return Scale(*ends, box.left, box.right, scene.dates.at)
    warmup = scene.variant.scenario.evaluation.warmup
    return Scale(warmup, scene.stream.length, box.left, box.right)


def row_ticks(scene: Scene, box: Box, x: Scale) -> list[Tick]:
    """Round rows along a stream, or dates."""
    width = box.right - box.left
    if scene.dates:
        return date_ticks(scene.dates, width / 62)
    return whole_ticks(x.low, x.high, width / (text_width(f"{x.high:,.0f}") + 18))


def stream_label(scene: Scene) -> str:
    """The title of an axis along a stream."""
    return date_label(scene.dates) if scene.dates else "row of the stream"


def value_ticks(y: Scale, box: Box) -> list[Tick]:
    """Round values up a panel."""
    return even_ticks(y.low, y.high, (box.bottom - box.top) / 33)


def values_room(ends: Iterable[tuple[float, float]], height: float, least: float) -> float:
    """How many pixels values and the title of their axis take at the left, of axes with `ends`."""
    ticks = [tick for low, high in ends for tick in even_ticks(low, high, height / 33)]
    return max(least, 7 + 22 + max((text_width(tick.text) for tick in ticks), default=0))


def grounds(box: Box, x: Scale, scene: Scene, below: float = 0) -> Iterator[str]:
    """Shades by the ruling concept; during a ramp, in between."""
    edges, shares = concept_spans(scene.variant)
    for colour, left, right in zip(map(hex_of, shades(shares)), edges, edges[1:]):
        if colour != "#ffffff":
            ends = x(left), min(x(right) + 0.3, box.right)
            yield rectangle(ends[0], box.top, ends[1], box.bottom + below, fill=colour)


def change_lines(box: Box, x: Scale, scene: Scene) -> Iterator[str]:
    """A thin line through the middle of each change."""
    for change in visible_changes(scene.variant.scenario):
        if x.low <= change.centre <= x.high:
            place = x(change.centre)
            yield line(place, box.top, place, box.bottom, class_="change")


def concept_names(box: Box, x: Scale, scene: Scene) -> Iterator[str]:
    """The names of concepts above where each rules alone, without those that would touch."""
    end = -1e9
    for visit in visits(scene):
        name = short(visit.name)
        place, half = x(middle(scene, visit)), text_width(name, SMALL) / 2
        if place - half > end + 4:
            yield text(name, place, box.top - 6, "middle", class_="name")
            end = place + half


def holes(box: Box, x: Scale, scene: Scene, below: float = 0) -> Iterator[str]:
    """What covers curves where there are no rows for long."""
    for before, after in scene.dates.holes if scene.dates else ():
        yield rectangle(x(before), box.top, x(after), box.bottom + below, class_="hole")


def line_look(look: Look) -> dict[str, str | None]:
    """The colour and the dashes of the line of a contender."""
    dashes = " ".join(f"{1.8 * one:.1f}" for one in look.dashes)
    return {"stroke": look.colour, "stroke_dasharray": dashes or None}


def legend(
    entries: Sequence[tuple[str, str]], left: float, right: float, top: float
) -> tuple[list[str], float]:
    """Samples, each an element around (0, 0) and `SAMPLE` wide, with words, and their height."""
    parts, x, y = [], left, top + LEGEND_ROW / 2
    for sample, words in entries:
        width = SAMPLE + 7 + text_width(words)
        if x > left and x + width > right:
            x, y = left, y + LEGEND_ROW
        parts.append(element("g", sample, transform=f"translate({x:.1f} {y:.1f})"))
        parts.append(text(words, x + SAMPLE + 7, y, dy="0.32em"))
        x += width + 18
    return parts, y + LEGEND_ROW / 2 - top


def tipped(name: str, y: Scale) -> dict[str, str]:
    """What the page reads values of a line from: whose it is, and the ends of its axis."""
    return {"data_tip": name, "data_y": ends(y)}


def ends(scale: Scale, of: Callable[[float], float] = float) -> str:
    """The values, or what is `of` them, and the places of both ends of an axis."""
    found = (of(scale.low), of(scale.high), scale.start, scale.stop)
    return " ".join(f"{one:.6g}" for one in found)


def line_sample(style: dict[str, str | None]) -> str:
    """A sample of a line, for a legend."""
    return line(0, 0, SAMPLE, 0, class_="line", **style)
