"""Date ticks: round dates along a stream, and the rows that they fall on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from driftsim.durations import FIXED, SECOND, date_of, micros_of, zone_of
from driftsim.report.dates import Dates
from driftsim.report.page.drawings.scales import Tick

DAY = FIXED["d"]
STEPS = {  # of a unit, with its length
    "ms": (FIXED["ms"], (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    "s": (SECOND, (1, 2, 5, 10, 15, 30)),
    "min": (FIXED["min"], (1, 2, 5, 10, 15, 30)),
    "h": (FIXED["h"], (1, 2, 3, 6, 12)),
    "day": (DAY, (1, 2, 7, 14)),
    "month": (30.44 * DAY, (1, 2, 3, 6)),
    "year": (365.25 * DAY, (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)),
}
MONDAY = datetime(1970, 1, 5)


def date_ticks(dates: Dates, most: float) -> list[Tick]:
    """Round dates between the warm-up and the end of a stream, at the rows that they fall on."""
    unit, step = unit_and_step((dates.end - dates.start) / max(most, 1))
    zone, ticks = zone_of(dates.zone), []
    for wall in walls(dates, unit, step):
        moment = micros_of(wall.replace(tzinfo=zone))
        if dates.start <= moment <= dates.end:
            ticks.append(Tick(float(dates.rows(moment)), date_text(wall, unit)))
    return ticks


def unit_and_step(least: float) -> tuple[str, int]:
    """The unit of ticks that are at least so far apart, and their number of units."""
    for unit, (length, steps) in STEPS.items():
        for step in steps:
            if step * length >= least:
                return unit, step
    return "year", 1_000


def walls(dates: Dates, unit: str, step: int) -> Iterator[datetime]:
    """Round dates on the wall, from one at or before the first row to the last row."""
    first, last = (
        date_of(int(moment), dates.zone).replace(tzinfo=None) for moment in (dates.start, dates.end)
    )
    wall: datetime | None = floored(first, unit, step)
    while wall is not None and wall <= last:
        yield wall
        wall = following(wall, unit, step)


def floored(wall: datetime, unit: str, step: int) -> datetime:
    """The last round date at or before one."""
    if unit == "year":
        return datetime(max(wall.year // step * step, 1), 1, 1)
    if unit == "month":
        return datetime(wall.year, (wall.month - 1) // step * step + 1, 1)
    length = timedelta(microseconds=step * STEPS[unit][0])
    start = MONDAY if unit == "day" and step % 7 == 0 else datetime(1970, 1, 1)
    return start + (wall - start) // length * length


def following(wall: datetime, unit: str, step: int) -> datetime | None:
    """The round date after one; None after the last of all."""
    try:
        if unit == "year":
            return wall.replace(year=wall.year // step * step + step)
        if unit == "month":
            months = wall.month - 1 + step
            return datetime(wall.year + months // 12, months % 12 + 1, 1)
        return wall + timedelta(microseconds=step * STEPS[unit][0])
    except (ValueError, OverflowError):
        return None


def date_text(wall: datetime, unit: str) -> str:
    """The text of a tick: what the next larger unit does not say."""
    if unit == "year" or (unit == "month" and wall.month == 1):
        return str(wall.year)
    if unit == "month":
        return f"{wall:%b}"
    if unit == "day" or wall.time() == datetime.min.time():
        return f"{wall.day} {wall:%b}"
    if unit == "ms":
        return f"{wall:%S.%f}"[:-3]
    return f"{wall:%H:%M:%S}" if unit == "s" else f"{wall:%H:%M}"
