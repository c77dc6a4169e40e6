"""Figure kinds: the title, the captions and the options of each figure."""

from collections.abc import Callable
from typing import NamedTuple

from driftsim.figure_names import FIGURES
from driftsim.report.amounts import listed
from driftsim.report.figure_data import captions, cost_captions, numbers, severities
from driftsim.report.figure_data.view import View
from driftsim.report.table import Table


class Kind(NamedTuple):
    """A kind of figure."""

    title: str
    brief: str  # how to read it, on at most two lines of the page
    describe: Callable[[View], str]  # what it shows in numbers
    options: tuple[str, ...]  # of `driftsim plot` that it takes
    empty: str  # why there may be nothing to show
    of_prices: bool = False  # whether it is for scenarios with prices, or where it is asked for
    if_asked: bool = False  # whether it is in a report only where that asks for it, or for all
    numbers: Callable[[View], Table] | None = None  # what it shows as a table, where words are long
    remark: Callable[[View], str] | None = None  # what to know of some of them, besides; or empty


NONE_ENDED = "no contender has ended"
ALONG = ("window", "over", "contender")
KINDS = {
    "curves": Kind(
        "Metrics along the stream",
        "Each metric over windows of rows: a line for each contender, shades for "
        "concepts, vertical lines for changes.",
        captions.curves, ("metric", *ALONG), "{metric} is not known",
        numbers=numbers.curves
    ),
    "total_cost": Kind(
        "What each contender costs",
        "A bar for each contender, the cheapest first, stacked from what it pays for; a "
        "thin bar with caps is the interval at 95 %.",
        cost_captions.total_cost, ("contender",), NONE_ENDED, True
    ),
    "cost_so_far": Kind(
        "Cost so far along the stream",
        "What each contender has paid up to a row; the steeper a line, the dearer these "
        "rows.",
        cost_captions.cost_so_far, ("contender",),
        f"{NONE_ENDED}, or currencies differ, which have no common scale", True,
        numbers=numbers.costs_so_far,
    ),
    "periods": Kind(
        "How often should I retrain?",
        "What a fixed period between trainings would have cost, for each memory: left, "
        "training often; right, seldom.",
        captions.periods, (),
        "the cost of periods is not known; write decision: {{floor: true}}, and run it again",
        numbers=numbers.periods,
    ),
    "price": Kind(
        "Cost over the price of a training",
        "The lowest line is the cheapest contender at that price of a training; the strip "
        "above says which one that is.",
        cost_captions.price, ("contender",),
        "all contenders train as often, or one is the cheapest at every price of a training",
        numbers=numbers.price, remark=cost_captions.below_floor,
    ),
    "excess": Kind(
        "Error above the best possible",
        "How far each contender is above the best possible predictor: at 0, only the "
        "noise of the labels is left.",
        captions.excess, ALONG,
        "the best possible error is not known, or evaluation.truth was false",
        numbers=numbers.excess,
    ),
    "recovery": Kind(
        "Recovery after each change",
        "How long it takes after a change until a contender is as good as before it; an "
        "arrow: not yet by then.",
        captions.recovery, ("window", "contender"),
        "no known change has rows before it and enough rows after it to judge the recovery",
        numbers=numbers.recovery,
    ),
    "severity": Kind(
        "Recovery over the severity of changes",
        "How many rows contenders take to recover from changes, the more severe ones at "
        "the right.",
        severities.caption,
        ("window", "severity", "contender"),
        "all changes are as severe by {severity}, or that is not known; where probabilities are "
        "not known, as of recorded rows, total_variation, total_variation_x and stale_loss can be "
        "estimated, and total_variation_y of recorded rows is counted", if_asked=True,
        numbers=numbers.severity,
    ),
    "stream": Kind("The stream itself",
        "Which concept rules when, which labels come, and, where it is known, what error remains "
        "for the best possible predictor.",
        captions.stream, ("window",), "nothing was played", numbers=numbers.stream),
    "cost": Kind(
        "Metric against cost",
        "Best is at the left end, where little is spent, and with the better metric; the "
        "pale line joins who is beaten by none in both.",
        captions.cost, ("metric", "contender"), "{metric} is not known",
        numbers=numbers.cost
    ),
    "memory": Kind(
        "Memory along the stream",
        "How much memory the model of each contender takes along the stream.",
        cost_captions.memory, ("contender",),
        "the size of no model is known", if_asked=True, numbers=numbers.memory,
    ),
    "forgetting": Kind(
        "Forgetting",
        "The error on fresh rows of each concept (columns) after each phase (rows); the "
        "concept in force has a frame.",
        captions.forgetting, ("contender",),
        "nothing was probed; write evaluation: {{probe: 500}}, and run it again",
        numbers=numbers.forgetting,
    ),
    "alarms": Kind(
        "Alarms along the stream",
        "A tick above a line is an alarm that found a change, one below is a false alarm; "
        "vertical lines are the true changes.",
        captions.alarms, ("contender",), "there was no alarm",
        numbers=numbers.alarms
    ),
    "sweep": Kind(
        "Error over the sweep",
        "The metric over the whole stream, for each setting of the sweep.",
        captions.sweep, ("metric", "contender"),
        "the scenario has no sweep of values without names, or {metric} is not known",
        numbers=numbers.sweep,
    ),
    "ranks": Kind(
        "Mean ranks",
        "The mean rank of each contender, 1 for the best; a bar joins contenders that do "
        "not differ significantly.",
        captions.ranks, ("contender",),
        "it needs a sweep of two settings, and two contenders that have ended under each",
        numbers=numbers.ranks,
    ),
}  # fmt: skip


def why_empty(name: str, view: View) -> str:
    """Why a figure may have nothing to show."""
    measures = dict.fromkeys(severities.measure_of(view, scene) for scene in view.every)
    return KINDS[name].empty.format(metric=listed(view.metrics), severity=listed(measures))


def belongs(name: str, view: View) -> bool:
    """Whether a figure belongs into a report, if it has something to show.

    Costs without prices are but mistakes, which others show: they are there if asked for by name.
    """
    scenario = view.every[0].variant.scenario
    asked = scenario.report.figures
    if KINDS[name].if_asked:
        return name in asked
    by_name = name in asked and asked != [*FIGURES]
    return by_name or not KINDS[name].of_prices or scenario.prices is not None
