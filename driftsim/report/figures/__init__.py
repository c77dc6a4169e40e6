"""Figures: all that a study can show, as figures of matplotlib with a title and a caption."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from matplotlib.figure import Figure

from driftsim.report.figure_data.kinds import KINDS, belongs
from driftsim.report.figure_data.looks import COLOURS, DASHES
from driftsim.report.figure_data.view import View
from driftsim.report.figures import (
    costs,
    detections,
    lines,
    matrices,
    periods,
    price_lines,
    ranks,
    recoveries,
    stream,
    sweeps,
    total_costs,
)
from driftsim.report.figures.image_files import image
from driftsim.report.figures.style import STYLE, styled

__all__ = [
    "COLOURS", "DASHES", "KINDS", "STYLE", "ReportFigure", "View", "curves", "image",
    "plot_all", "plot_figure",
]  # fmt: skip


class ReportFigure(NamedTuple):
    """A figure of a report, with its name, its title and its caption."""

    name: str
    title: str
    text: str  # the caption, which also serves as the text alternative
    figure: Figure


PLOTS: dict[str, Callable[[View], Figure | None]] = {  # None where there is nothing to show
    "curves": lines.curves,
    "total_cost": total_costs.total_cost,
    "cost_so_far": lines.cost_so_far,
    "periods": periods.periods,
    "price": price_lines.price,
    "excess": lines.excess,
    "recovery": recoveries.recovery,
    "severity": sweeps.severity,
    "stream": stream.stream,
    "cost": costs.cost,
    "memory": lines.memory,
    "forgetting": matrices.forgetting,
    "alarms": detections.alarms,
    "sweep": sweeps.sweep,
    "ranks": ranks.ranks,
}


def plot_all(results) -> Iterator[ReportFigure]:
    """Every figure that a study has something to show for."""
    view = View(results)
    for name, kind in KINDS.items():
        if belongs(name, view) and (figure := plot_figure(name, view)):
            yield ReportFigure(name, kind.title, kind.describe(view), figure)


def plot_figure(name: str, view: View) -> Figure | None:
    """A figure by the name of its kind, or None where there is nothing to show."""
    with styled(view.words):
        figure = PLOTS[name](view)
    if figure is not None:
        figure.set_label(name)
    return figure


def curves(results) -> Figure | None:
    """Each metric along the stream, a line for each contender; a panel for each setting."""
    return plot_figure("curves", View(results))
