"""Known dates: when the rows of a scenario were, kept from one step to the next."""

from collections import OrderedDict

from driftsim.parts import identity
from driftsim.report.dates import Dates, dates_of
from driftsim.scenario import Scenario

MOST = 4  # streams
KEPT = OrderedDict[tuple[str, int], Dates | None]()


def known_dates(scenario: Scenario) -> Dates | None:
    """The dates of the rows of a scenario, whose table is read once; None without dates."""
    key = identity(scenario.stream), scenario.evaluation.warmup
    if key not in KEPT:
        KEPT[key] = dates_of(scenario)
        while len(KEPT) > MOST:
            KEPT.popitem(last=False)
    return KEPT[key]
