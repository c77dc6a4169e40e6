"""Known dates: when the rows of a scenario were, kept from one step to the next."""

from collections import OrderedDict
from math import ceil

from driftsim.durations import Duration
from driftsim.parts import identity
from driftsim.report.dates import Dates, dates_of
from driftsim.scenario import Scenario

MOST = 4  # streams
STEPS = 400  # of a slider
FEWEST = 20  # days of a stream in which one moves by days
DAY = Duration(amount=1, unit="d")
KEPT = OrderedDict[tuple[str, int], Dates | None]()


def known_dates(scenario: Scenario) -> Dates | None:
    """The dates of the rows of a scenario, whose table is read once; None without dates."""
    key = identity(scenario.stream), scenario.evaluation.warmup
    if key not in KEPT:
        KEPT[key] = dates_of(scenario)
        while len(KEPT) > MOST:
            KEPT.popitem(last=False)
    return KEPT[key]


def step_of(dates: Dates) -> int:
    """The rows by which a date is moved: of whole days; 0 where there are too few days."""
    length, day = dates.last + 1, dates.mean_rows(DAY)
    return day * ceil(length / STEPS / day) if FEWEST * day <= length else 0


def written(dates: Dates, row: int) -> str:
    """The date of a row as a scenario writes it, so that it is that row again."""
    text = dates.moment(row).replace(tzinfo=None).isoformat(" ")
    return text.removesuffix(" 00:00:00").removesuffix(":00")
