"""Figure kinds: the title, the caption and the options of each figure."""

from collections.abc import Callable
from typing import NamedTuple

from driftsim.figure_names import FIGURES
from driftsim.report.amounts import listed
from driftsim.report.figure_data import captions, cost_captions, severities
from driftsim.report.figure_data.view import View


class Kind(NamedTuple):
    """A kind of figure."""

    title: str
    describe: Callable[[View], str]  # the caption
    options: tuple[str, ...]  # of `driftsim plot` that it takes
    empty: str  # why there may be nothing to show
    of_prices: bool = False  # whether it is for scenarios with prices, or where it is asked for
    if_asked: bool = False  # whether it is in a report only where that asks for it, or for all


NONE_ENDED = "no contender has ended"
ALONG = ("window", "over", "contender")
KINDS = {
    "curves": Kind(
        "Metrics along the stream", captions.curves, ("metric", *ALONG), "{metric} is not known"
    ),
    "total_cost": Kind(
        "What each contender costs", cost_captions.total_cost, ("contender",), NONE_ENDED, True
    ),
    "cost_so_far": Kind(
        "Cost so far along the stream", cost_captions.cost_so_far, ("contender",),
        f"{NONE_ENDED}, or currencies differ, which have no common scale", True,
    ),
    "periods": Kind(
        "How often should I retrain?", captions.periods, (),
        "the cost of periods is not known; write decision: {{floor: true}}, and run it again",
    ),
    "price": Kind(
        "Cost over the price of a training", captions.price, ("contender",),
        "all contenders train as often, or one is the cheapest at every price of a training",
    ),
    "excess": Kind(
        "Error above the best possible", captions.excess, ALONG,
        "the best possible error is not known, or evaluation.truth was false",
    ),
    "recovery": Kind(
        "Recovery after each change", captions.recovery, ("window", "contender"),
        "no known change has rows before it and enough rows after it to judge the recovery",
    ),
    "severity": Kind(
        "Recovery over the severity of changes", severities.caption,
        ("window", "severity", "contender"),
        "all changes are as severe by {severity}, or that is not known; where probabilities are "
        "not known, as of recorded rows, total_variation, total_variation_x and stale_loss can be "
        "estimated, and total_variation_y of recorded rows is counted", if_asked=True,
    ),
    "stream": Kind("The stream itself", captions.stream, ("window",), "nothing was played"),
    "cost": Kind(
        "Metric against cost", captions.cost, ("metric", "contender"), "{metric} is not known"
    ),
    "memory": Kind(
        "Memory along the stream", cost_captions.memory, ("contender",),
        "the size of no model is known", if_asked=True,
    ),
    "forgetting": Kind(
        "Forgetting", captions.forgetting, ("contender",),
        "nothing was probed; write evaluation: {{probe: 500}}, and run it again",
    ),
    "alarms": Kind(
        "Alarms along the stream", captions.alarms, ("contender",), "there was no alarm"
    ),
    "sweep": Kind(
        "Error over the sweep", captions.sweep, ("metric", "contender"),
        "the scenario has no sweep of values without names, or {metric} is not known",
    ),
    "ranks": Kind(
        "Mean ranks", captions.ranks, ("contender",),
        "it needs a sweep of two settings, and two contenders that have ended under each",
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
