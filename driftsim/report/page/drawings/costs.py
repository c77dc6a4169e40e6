"""Cost drawings: a metric of each contender against its CPU time, its labels and its trainings."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from driftsim.evaluation.metrics import LOWER_IS_BETTER
from driftsim.report.amounts import title
from driftsim.report.figure_data.costs import (
    COSTS,
    DECADES,
    Costs,
    cost_label,
    costs,
    value_ends,
)
from driftsim.report.figure_data.looks import rounded
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import panels
from driftsim.report.page.drawings.marks import mark
from driftsim.report.page.drawings.names import names_near
from driftsim.report.page.drawings.panels import FOOT, TITLE, WIDE, Box, Drawing, Layout, Scale
from driftsim.report.page.drawings.scales import Tick, decade_ticks, even_ticks, from_zero
from driftsim.report.page.drawings.svg import LEADING, SIZE, element, text, text_width, traced

HEIGHT, NAME = 220, 12  # pixels of a panel, and of each name beyond a few
FEW, LONG = 12, 20  # names; characters: with more of either, a panel is as wide as the figure
LEFT, ROOM = 62, 0.1


def cost(view: View, layout: Layout = WIDE) -> Drawing | None:
    """A point for each contender: its metric against its CPU seconds, its labels and its fits."""
    metric = view.metrics[0]
    found = costs(view, metric)
    if not found:
        return None
    most = max(len(one.names) for one in found.values())
    single = most > FEW or max(map(len, view.names)) > LONG
    room = layout.across * panels.PART
    head = 10 + panels.title_lines([*found], room) * SIZE * LEADING
    height = HEIGHT + NAME * max(most - FEW, 0)
    about: dict[str, Any] = {"single": single, "head": head, "foot": FOOT + TITLE + 4, "right": 24}
    about |= {"layout": layout}
    grid = panels.grid(len(found), len(COSTS), height, LEFT, **about)
    parts = list[str]()
    for boxes, (setting, one) in zip(grid.blocks, found.items()):
        parts += panels.panel_title(boxes[0]._replace(right=grid.width - 24), setting)
        for i, (box, name) in enumerate(zip(boxes, COSTS)):
            y = value_scale(one.mean, box, metric)
            parts += panel(view, box, y, one.known(name), name, metric, i % grid.across == 0)
    return Drawing(grid.width, grid.bottom, parts)


def panel(
    view, box: Box, y: Scale, one: Costs, name: str, metric: str, first: bool
) -> Iterator[str]:
    """The axes of a panel, and the points of the contenders whose cost is known."""
    yield from panels.values_axis(box, y, panels.value_ticks(y, box), first)
    yield panels.foot_title(box, cost_label(view, name))
    if first:
        yield from panels.values_title(box, title(metric), 12)
    if one.names:
        yield from points_of(view, box, y, one, name, metric)
    else:
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        yield text("not known", *middle, "middle", class_="title")
    yield panels.frame(box)


def points_of(view, box: Box, y: Scale, one: Costs, name: str, metric: str) -> Iterator[str]:
    """The points of the contenders, their names, and the Pareto front."""
    spent = one.spent[name]
    x = cost_scale(spent, box)
    yield from hull_of(box, one, name, metric, x, y)
    yield from panels.foot_axis(box, x, cost_ticks(spent, x))
    at = one.front(name, metric)
    front = steps(x(spent[at]).tolist(), y(one.mean[at]).tolist())
    yield element("path", d=traced(front), class_="front")
    points = dict(zip(one.names, zip(x(spent).tolist(), y(one.mean).tolist())))
    colours = {name: view.looks[name].colour for name in points}
    yield from names_near(box, points, colours, [*boxes_of(front)])
    for contender, place, *values in zip(one.names, points.values(), one.mean, spent):
        look = view.looks[contender]
        words = f"{contender}: {title(metric)} {rounded(values[0])}, {name} {rounded(values[1])}"
        yield mark(look.marker, *place, look.colour, data_tip=words)


def hull_of(box: Box, one: Costs, name: str, metric: str, x: Scale, y: Scale) -> Iterator[str]:
    """A shade over all that lies within the convex hull of the Pareto front."""
    if found := one.hull(name, metric):
        places, values = x(found[0]).tolist(), y(found[1]).tolist()
        worst = box.top if metric in LOWER_IS_BETTER else box.bottom
        ends = [(box.right, values[-1]), (box.right, worst), (places[0], worst)]
        yield element("path", d=traced([*zip(places, values), *ends]) + "Z", class_="hull")


def steps(x, y) -> list[tuple[float, float]]:
    """The corners of a line that goes first across, then up or down."""
    corners = [(x[0], y[0])]
    for i in range(1, len(x)):
        corners += [(x[i], y[i - 1]), (x[i], y[i])]
    return corners


def boxes_of(corners) -> Iterator[tuple[float, float, float, float]]:
    """What each stretch of a line takes up."""
    for (a, b), (c, d) in pairwise(corners):
        yield min(a, c) - 2, min(b, d) - 2, max(a, c) + 2, max(b, d) + 2


def spans(values) -> float:
    """How many times the least positive value the greatest is."""
    positive = values[values > 0]
    return float(positive.max() / positive.min()) if len(positive) else 1.0


def cost_scale(values: np.ndarray, box: Box) -> Scale:
    """Powers of ten where the greatest value is many times the least, else even steps."""
    ends = float(values.min()), float(values.max()), box.left, box.right
    if spans(values) <= DECADES:
        return Scale(*ends, room=ROOM)
    if values.min() > 0:
        return Scale(*ends, np.log10, ROOM)
    return Scale(*ends, from_zero(float(values[values > 0].min())), ROOM)


def cost_ticks(values: np.ndarray, x: Scale) -> list[Tick]:
    """Round values of a scale of costs that lie within it; one where all costs are the same."""
    if x.low == x.high:
        return [Tick(x.low, rounded(x.low))]
    if spans(values) <= DECADES:
        wide = (x.high - x.low) * ROOM or abs(x.high) or 1
        apart = text_width(rounded(x.high / 3)) + 10
        found = even_ticks(x.low - wide, x.high + wide, min(abs(x.stop - x.start) / apart, 6))
        if (values == np.round(values)).all():  # as of what is counted
            found = [one for one in found if one.value == round(one.value)]
        found = [one._replace(text=rounded(one.value)) for one in found if one.value >= 0]
    else:
        found = decade_ticks(values[values > 0].tolist())
        found += [Tick(0, "0")] if values.min() <= 0 else []
    return sorted(one for one in found if x.start <= x(one.value) <= x.stop)


def value_scale(values: np.ndarray, box: Box, metric: str) -> Scale:
    """The scale of a metric."""
    return Scale(*value_ends(values, metric), box.bottom, box.top)
