"""Figures: all that a study can show, as figures of matplotlib with a title and a caption."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from matplotlib.figure import Figure

from driftsim.report.figures import (
    captions,
    costs,
    detections,
    lines,
    matrices,
    ranks,
    recoveries,
    stream,
    sweeps,
)
from driftsim.report.figures.image_files import image, images
from driftsim.report.figures.style import COLOURS, DASHES, STYLE, styled
from driftsim.report.figures.view import View

__all__ = [
    "COLOURS", "DASHES", "KINDS", "STYLE", "Kind", "ReportFigure", "View", "curves", "image",
    "images", "plot_all", "plot_figure",
]  # fmt: skip


class ReportFigure(NamedTuple):
    """A figure of a report, with its name, its title and its caption."""

    name: str
    title: str
    text: str  # the caption, which also serves as the text alternative
    figure: Figure


class Kind(NamedTuple):
    """A kind of figure."""

    title: str
    plot: Callable[[View], Figure | None]  # None where there is nothing to show
    describe: Callable[[View], str]  # the caption
    options: tuple[str, ...]  # of `driftsim plot` that it takes
    empty: str  # why there may be nothing to show


ALONG = ("window", "over", "contender")
KINDS = {
    "curves": Kind(
        "Along the stream", lines.curves, captions.curves, ("metric", *ALONG),
        "{metric} is not known",
    ),
    "excess": Kind(
        "Error above the best possible", lines.excess, captions.excess, ALONG,
        "the best possible error is not known, or evaluation.truth was false",
    ),
    "recovery": Kind(
        "Recovery after each change", recoveries.recovery, captions.recovery,
        ("window", "contender"),
        "no known change has rows before it and enough rows after it to judge the recovery",
    ),
    "stream": Kind(
        "The stream itself", stream.stream, captions.stream, ("window",), "nothing was played"
    ),
    "cost": Kind(
        "Error against cost", costs.cost, captions.cost, ("metric", "contender"),
        "{metric} is not known",
    ),
    "forgetting": Kind(
        "Forgetting", matrices.forgetting, captions.forgetting, ("contender",),
        "nothing was probed; write evaluation: {{probe: 500}}, and run it again",
    ),
    "alarms": Kind(
        "Alarms along the stream", detections.alarms, captions.alarms, ("contender",),
        "there was no alarm",
    ),
    "sweep": Kind(
        "Error over the sweep", sweeps.sweep, captions.sweep, ("metric", "contender"),
        "the scenario has no sweep, or {metric} is not known",
    ),
    "ranks": Kind(
        "Mean ranks over the settings", ranks.ranks, captions.ranks, ("contender",),
        "it needs a sweep of two settings, and two contenders that have ended under each",
    ),
}  # fmt: skip


def plot_all(results) -> Iterator[ReportFigure]:
    """Every figure that a study has something to show for."""
    view = View(results)
    for name, kind in KINDS.items():
        if figure := plot_figure(name, view):
            yield ReportFigure(name, kind.title, kind.describe(view), figure)


def plot_figure(name: str, view: View) -> Figure | None:
    """A figure by the name of its kind, or None where there is nothing to show."""
    with styled(view.words):
        figure = KINDS[name].plot(view)
    if figure is not None:
        figure.set_label(name)
    return figure


def curves(results) -> Figure | None:
    """Each metric along the stream, a line for each contender; a panel for each setting."""
    return plot_figure("curves", View(results))
