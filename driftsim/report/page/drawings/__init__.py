"""Drawings: the figures of the page as SVG of our own, which follow its light and dark colours."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from driftsim.report.figure_data.kinds import KINDS, belongs
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import (
    costs,
    detections,
    lines,
    matrices,
    periods,
    price_lines,
    ranks,
    recoveries,
    streams,
    sweeps,
    total_costs,
)
from driftsim.report.page.drawings.panels import NARROW, WIDE, Drawing, Layout
from driftsim.report.page.drawings.svg import element
from driftsim.report.page.html_tables import HtmlTable, plain_table

DRAWN: dict[str, Callable[[View, Layout], Drawing | None]] = {
    "curves": lines.curves,
    "total_cost": total_costs.total_cost,
    "cost_so_far": lines.cost_so_far,
    "periods": periods.periods,
    "price": price_lines.price,
    "excess": lines.excess,
    "recovery": recoveries.recovery,
    "severity": sweeps.severity,
    "stream": streams.stream,
    "cost": costs.cost,
    "memory": lines.memory,
    "forgetting": matrices.forgetting,
    "alarms": detections.alarms,
    "sweep": sweeps.sweep,
    "ranks": ranks.ranks,
}


class DrawnFigure(NamedTuple):
    """A figure of the page, with its name, its title and its caption."""

    name: str
    title: str
    brief: str  # how to read it
    text: str  # what it shows in numbers, which also serves as the text alternative
    svg: str
    numbers: HtmlTable | None = None  # the same as a table


def drawings(results) -> Iterator[DrawnFigure]:
    """Every figure that a study has something to show for; that of alarms first, if they lead."""
    view = View(results)
    leads = view.every[0].variant.scenario.report.lead
    for name, kind in sorted(KINDS.items(), key=lambda pair: pair[0] != leads):
        if belongs(name, view) and (layouts := layouts_of(name, view)):
            brief = " ".join(filter(None, [kind.brief, kind.remark and kind.remark(view)]))
            words = kind.describe(view)
            yield DrawnFigure(name, kind.title, brief, words, layouts, numbers_of(name, view))


def numbers_of(name: str, view: View) -> HtmlTable | None:
    """What a figure shows as a table, where that is easier to read than words."""
    numbers = KINDS[name].numbers
    found = numbers(view) if numbers else None
    return plain_table(f"figure-{name}-title", found, view.looks) if found else None


def layouts_of(name: str, view: View) -> str:
    """A figure in each layout, of which the page shows the one that there is room for."""
    found = [(DRAWN[name](view, layout), layout) for layout in (WIDE, NARROW)]
    return "".join(svg_of(drawing, name, layout) for drawing, layout in found if drawing)


def svg_of(drawing: Drawing, name: str, layout: Layout = WIDE) -> str:
    """A drawing as an SVG to stand inside the page, beside its title and its caption."""
    width, height = round(drawing.width), round(drawing.height)
    own, kind = f"figure-{name}", f"plot for-{layout.name}"
    least = f"min-width: {width}px" if width > layout.width and layout is NARROW else None
    return element(
        "svg", *drawing.parts, xmlns="http://www.w3.org/2000/svg", class_=kind, role="img",
        aria_labelledby=f"{own}-title", aria_describedby=f"{own}-text", width=width,
        height=height, viewBox=f"0 0 {width} {height}", style=least,
    )  # fmt: skip
