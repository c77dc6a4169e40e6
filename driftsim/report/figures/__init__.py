"""Figures: everything that a study has shown, drawn."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from matplotlib.figure import Figure

from driftsim.report.figures import (
    costs,
    detections,
    lines,
    matrices,
    ranking,
    recoveries,
    settings,
    words,
    world,
)
from driftsim.report.figures.saved import picture, pictures
from driftsim.report.figures.shown import Shown
from driftsim.report.figures.style import COLOURS, DASHES, STYLE, colour_of, styled

__all__ = [
    "COLOURS", "DASHES", "KINDS", "STYLE", "Drawn", "Kind", "Shown", "colour_of", "curves",
    "draw", "drawn", "picture", "pictures",
]  # fmt: skip


class Drawn(NamedTuple):
    """A figure of a study, with what stands beside it."""

    name: str
    title: str
    text: str  # the text alternative, told from the data
    figure: Figure


class Kind(NamedTuple):
    """A kind of figure."""

    title: str
    draw: Callable  # what is shown: a figure, or None where there is nothing to show
    tell: Callable  # what is shown, in words
    heeds: tuple[str, ...]  # what can be chosen
    lacks: str  # why there may be nothing to show


ALONG = ("window", "over", "contender")
KINDS = {
    "curves": Kind(
        "Along the stream", lines.curves, words.curves, ("metric", *ALONG),
        "nothing is known of {metric}",
    ),
    "excess": Kind(
        "Error beyond the best possible", lines.excess, words.excess, ALONG,
        "the best possible is not known, or evaluation.truth was false",
    ),
    "recovery": Kind(
        "Recovery after each change", recoveries.recovery, words.recovery, ("window", "contender"),
        "no change is known that has rows before it, and enough after it to judge",
    ),
    "stream": Kind(
        "The stream itself", world.stream, words.stream, ("window",), "nothing was played"
    ),
    "cost": Kind(
        "Error against cost", costs.cost, words.cost, ("metric", "contender"),
        "nothing is known of {metric}",
    ),
    "forgetting": Kind(
        "What is forgotten", matrices.forgetting, words.forgetting, ("contender",),
        "nobody was probed; write evaluation: {{probe: 500}}, and run it again",
    ),
    "alarms": Kind(
        "Alarms along the stream", detections.alarms, words.alarms, ("contender",),
        "no alarm rang",
    ),
    "sweep": Kind(
        "Error over what is swept", settings.sweep, words.sweep, ("metric", "contender"),
        "nothing is swept, or nothing is known of {metric}",
    ),
    "ranks": Kind(
        "Mean ranks over the settings", ranking.ranks, words.ranks, ("contender",),
        "that needs a sweep of two settings, and two contenders that have ended under each",
    ),
}  # fmt: skip


def drawn(results) -> Iterator[Drawn]:
    """Every figure that a study has something to show for."""
    shown = Shown(results)
    for name, kind in KINDS.items():
        if figure := draw(name, shown):
            yield Drawn(name, kind.title, kind.tell(shown), figure)


def draw(name, shown):
    """A figure of some kind, or None where there is nothing to show."""
    with styled(shown.words):
        figure = KINDS[name].draw(shown)
    if figure is not None:
        figure.set_label(name)
    return figure


def curves(results):
    """Each metric over the stream, a line a contender; a panel for each setting of a sweep."""
    return draw("curves", Shown(results))
