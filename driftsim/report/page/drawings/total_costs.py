"""Total cost drawings: a bar for each contender, stacked of its shares, the cheapest first.

cost_bars.js draws the same by other prices.
"""

from collections.abc import Iterator

import numpy as np

from driftsim.report.figure_data.looks import short
from driftsim.report.figure_data.total_costs import TONES, Bars, total_costs
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.panels import FOOT, TITLE, WIDE, Box, Drawing, Layout, Scale
from driftsim.report.page.drawings.scales import even_ticks
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    digits,
    element,
    line,
    rectangle,
    text,
)

ROW, BAR, CAP = 26, 15, 4  # pixels of a contender, of its bar, and of half a cap of its interval
BESIDE = 12  # pixels between names, bars and costs
DOT = 14  # pixels of the dot in the colour of a contender, beside its name
TICKS = 90  # pixels from one to the next, at least


def total_cost(view: View, layout: Layout = WIDE) -> Drawing | None:
    """A bar for each contender: what it costs, stacked of its shares."""
    every = total_costs(view)
    if not every:
        return None
    names = [short(name) for one in every for name in one.names]
    left = BESIDE + panels.names_room(names, layout) + DOT * layout.beside
    right = (
        layout.width - BESIDE - panels.names_room([w for one in every for w in one.words], layout)
    )
    used = {name for one in every for name in one.shares}
    parts, y = legend([name for name in TONES if name in used], right)
    row = panels.row_room(ROW, layout)
    for one in every:
        box = Box(left, y + head(one, layout), right, y + head(one, layout) + row * len(one.names))
        parts += panel(view, one, box, layout)
        y = box.bottom + FOOT + TITLE
    return Drawing(layout.width, y, parts)


def legend(names: list[str], right: float) -> tuple[list[str], float]:
    """What the shares are, and how high that is."""
    if len(names) < 2:
        return [], 0
    half = BAR / 2
    entries = [(rectangle(8, -half, 28, half, class_="part", fill=TONES[n]), n) for n in names]
    return panels.legend(entries, 0, right, 0)


def head(one: Bars, layout: Layout) -> float:
    """How many pixels the title of a setting takes above its bars."""
    return 12 + panels.title_lines([one.scene.title], layout.width) * SIZE * LEADING


def named(box: Box, y: float, name: str, colour: str | None, layout: Layout) -> Iterator[str]:
    """The name of a contender, and a dot in its colour, as tables have it."""
    right = box.left - DOT if layout.beside else box.left + DOT
    yield panels.row_name(box._replace(left=right), y, short(name), ROW, layout)
    x, above = (box.left - DOT, 0.0) if layout.beside else (box.left + DOT / 2, ROW / 2 + 3)
    yield element("circle", cx=digits(x), cy=digits(y - above), r="4", fill=colour)


def panel(view: View, one: Bars, box: Box, layout: Layout) -> Iterator[str]:
    """The bars of a setting."""
    x = Scale(0, 1.02 * one.end or 1, box.left, box.right)
    if one.scene.title:
        yield from panels.panel_title(box._replace(left=0, right=layout.width), one.scene.title)
    ticks = even_ticks(x.low, x.high, (box.right - box.left) / TICKS)
    for value, _ in ticks:
        yield line(x(value), box.top, x(value), box.bottom, class_="grid")
    yield from panels.foot_axis(box, x, ticks)
    yield panels.foot_title(box, one.label)
    for i, (name, words) in enumerate(zip(one.names, one.words)):
        y = panels.row_middle(box, i, ROW, layout)
        yield from named(box, y, name, view.looks[name].colour, layout)
        yield from stacked(one, i, x, y)
        above = 0 if layout.beside else ROW / 2 + 3
        yield text(words, layout.width, y - above, "end", dy="0.35em", class_="cost")
    yield panels.frame(box)


def stacked(one: Bars, i: int, x: Scale, y: float) -> Iterator[str]:
    """The shares of a contender one after the other, and the interval of the whole."""
    start = 0.0
    for name, values in one.shares.items():
        if values[i] > 0:
            ends = x(start), x(start + values[i])
            style = {"class_": "part", "fill": TONES[name]}
            yield rectangle(ends[0], y - BAR / 2, ends[1], y + BAR / 2, **style)
            start += values[i]
    if not np.isnan(one.low[i]):
        yield whisker(x(max(one.low[i], 0.0)), x(one.high[i]), y)


def whisker(low: float, high: float, y: float) -> str:
    """A bar with caps from the lower bound to the upper one."""
    caps = "".join(f"M{place:.1f} {y - CAP:.1f}v{2 * CAP}" for place in (low, high))
    return element("path", d=f"M{low:.1f} {y:.1f}H{high:.1f}{caps}", class_="range whisker")
