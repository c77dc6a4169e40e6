"""Price drawings: what contenders cost over the price of a training, and who is the cheapest."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from driftsim.report.figure_data.cost_courses import FLOOR
from driftsim.report.figure_data.looks import rounded, short
from driftsim.report.figure_data.price_lines import PriceLines, price_lines
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.lines import BEST, sample
from driftsim.report.page.drawings.panels import FOOT, TITLE, WIDE, Box, Drawing, Layout, Scale
from driftsim.report.page.drawings.scales import Tick, decade_ticks
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    SMALL,
    bends,
    element,
    line,
    rectangle,
    text,
    text_width,
    traced,
)

HEIGHT, STRIP = 250, 6  # pixels of a panel, and of the strip of who is the cheapest above it
LEFT = 70  # pixels at the left, for costs of six digits; at least


def price(view: View, layout: Layout = WIDE) -> Drawing | None:
    """The cost of each contender over the price of a training, on a scale of powers of ten."""
    found = price_lines(view)
    if not found:
        return None
    names = [name for name in view.names if any(name in one.lines for one in found)]
    single, floor = len(found) == 1, any(one.floor is not None for one in found)
    above, top = legend(view, names, floor, layout)
    head = 34 + panels.title_lines([one.title for one in found]) * SIZE * LEADING
    about: dict[str, Any] = {"single": single, "head": head, "foot": FOOT + TITLE + 4}
    about |= {"layout": layout}
    left = panels.values_room((one.limits for one in found), HEIGHT, LEFT)
    grid = panels.grid(1, len(found), HEIGHT, left, top=top, gap=left, **about)
    parts = [*above]
    for i, (box, one) in enumerate(zip(grid.blocks[0], found)):
        parts += panel(view, box, one, i % grid.across == 0)
    return Drawing(grid.width, grid.bottom, parts)


def legend(view, names, floor: bool, layout: Layout) -> tuple[list[str], float]:
    """The names of all lines above the panels, and the height that they take."""
    left = LEFT if layout.beside else 0
    entries = [(sample(panels.line_look(view.looks[name])), short(name)) for name in names]
    return panels.legend([*entries, *[(sample(BEST), FLOOR)] * floor], left, layout.width, 0)


def panel(view, box: Box, one: PriceLines, first: bool) -> Iterator[str]:
    """A panel with its axes, its lines, and who is the cheapest."""
    x = Scale(float(one.prices[0]), float(one.prices[-1]), box.left, box.right, np.log10)
    y = Scale(*one.limits, box.bottom, box.top)
    yield from panels.values_axis(box, y, panels.value_ticks(y, box), True)
    yield from panels.foot_axis(box, x, price_ticks(one, x))
    yield panels.foot_title(box, f"price of a training, in {one.unit}")
    if first:
        yield from panels.values_title(box, f"cost, in {one.unit}", 12)
    yield from panels.panel_title(box, one.title, 30)
    yield from cheapest_strip(view, box, one, x)
    yield from crossings(box, one, x)
    yield element("path", d=within(one, one.envelope, x, y), class_="envelope")
    for name, costs in one.lines.items():
        style = panels.line_look(view.looks[name]) | panels.tipped(name, y)
        style["data_x"] = panels.ends(x, np.log10)
        yield element("path", d=within(one, costs, x, y), class_="line", **style)
    if one.floor is not None:
        yield element("path", d=within(one, one.floor, x, y), **BEST)
    yield panels.frame(box)


def within(one: PriceLines, costs: np.ndarray, x: Scale, y: Scale) -> str:
    """The path of a line as far as the panel reaches; the last place is on its edge."""
    high = one.limits[1]
    shown = costs <= high
    end = int(np.argmin(shown)) if not shown.all() else len(costs)
    prices, values = one.prices[:end], costs[:end]
    if 0 < end < len(costs):
        share = (high - costs[end - 1]) / (costs[end] - costs[end - 1])
        last = one.prices[end - 1] + share * (one.prices[end] - one.prices[end - 1])
        prices, values = np.r_[prices, last], np.r_[values, high]
    return traced(bends(np.column_stack([x(prices), y(values)]))) if end else ""


def price_ticks(one: PriceLines, x: Scale) -> list[Tick]:
    """Powers of ten, of a few also three times each, that lie on the axis."""
    found = decade_ticks([x.low, x.high], 7)
    return [tick for tick in found if x.low <= tick.value <= x.high]


def cheapest_strip(view, box: Box, one: PriceLines, x: Scale) -> Iterator[str]:
    """Who is the cheapest from which price to which, as a strip above a panel."""
    end = -1e9
    for name, low, high in one.cheapest:
        left, right = x(max(low, x.low)), x(min(high, x.high))
        top, colour = box.top - 4 - STRIP, view.looks[name].colour
        yield rectangle(left, top, right, top + STRIP, fill=colour)
        middle, half = (left + right) / 2, text_width(short(name), SMALL) / 2
        middle = min(max(middle, box.left + half), box.right - half)
        if middle - half > end + 6 and half < (right - left) / 2 + 20:
            yield text(short(name), middle, top - 5, "middle", class_="small named")
            end = middle + half


def crossings(box: Box, one: PriceLines, x: Scale) -> Iterator[str]:
    """The prices at which the cheapest changes, with their intervals; and the price given."""
    places, end = [float(x(at.price)) for at in one.crossings], box.left
    for at, place, after in zip(one.crossings, places, [*places[1:], box.right]):
        if at.known:
            low, high = x(max(at.low, x.low)), x(min(at.high, x.high))
            yield rectangle(low, box.top, high, box.bottom, class_="interval")
        yield line(place, box.top, place, box.bottom, class_="change")
        words, room = rounded(at.price), text_width(rounded(at.price), SMALL) + 8
        if place + room <= after or place - room < end:  # right of its line, else left of it
            yield text(words, place + 4, box.bottom - 6, class_="small named")
        else:
            yield text(words, place - 4, box.bottom - 6, "end", class_="small named")
        end = place
    if one.given:
        place = x(one.given)
        yield line(place, box.top, place, box.bottom, class_="rule")
        yield text("given", place + 4, box.top + 12, class_="small named")
