"""Time overview: what `check` prints of when rows come, and how many come in each duration."""

from collections.abc import Iterator
from functools import reduce

import numpy as np

from driftsim.clocks import Clock, durations, rows_in
from driftsim.durations import FIXED, Duration, date_of
from driftsim.messages import plural
from driftsim.parts import Part
from driftsim.scenario import Scenario

SAMPLED = 100_000  # gaps between rows that the median is of


def time_lines(scenario: Scenario, clock: Clock | None) -> Iterator[str]:
    """When the rows of a scenario come, by the clock of its stream; its durations in rows."""
    if clock is None:
        return
    first, last = (date_text(clock, row) for row in (0, scenario.stream.length - 1))
    random = "" if clock.fixed else " (with seed 0)"
    yield f"rows come from {first} to {last}, {clock.zone or 'UTC'}{random}: {pace(clock)}"
    found = dict.fromkeys(str(one) for one in of_parts(scenario))
    rows = [f"{one} is {rows_text(clock, Duration.of(one))}" for one in found]
    if rows:
        yield f"on average {', '.join(rows)}"


def rows_text(clock: Clock, span: Duration) -> str:
    """How many rows come in a duration, on average."""
    rows = rows_in(clock, span)
    if rows > clock.rows:
        return "longer than the stream"
    return plural(rows, "row") if rows else "less than a row"


def date_text(clock: Clock, row: int) -> str:
    """When a row comes, to the minute, in the zone of its clock."""
    return date_of(clock.moment(row), clock.zone).strftime("%Y-%m-%d %H:%M")


def pace(clock: Clock) -> str:
    """How many rows come in a day, and how much time there is between two of them."""
    passed = clock.moment(clock.rows - 1) - clock.moment(0)
    rows = (clock.rows - 1) / passed * FIXED["d"] if passed else 0.0
    number = f"{rows:,.0f}" if rows >= 100 else f"{rows:.3g}"
    a_day = f"{number} a day" if passed else "all at once"
    n = min(clock.rows, SAMPLED)
    gaps = np.diff(clock.when(np.arange(n)))
    return f"{a_day}, the median gap is {gap_text(float(np.median(gaps)))}" if n > 1 else a_day


def gap_text(micros: float) -> str:
    """A time between two rows, in the largest unit of which it has one."""
    unit, length = next(
        ((u, n) for u, n in sorted(FIXED.items(), key=lambda item: -item[1]) if n <= micros),
        ("ms", FIXED["ms"]),
    )
    return f"{micros / length:.3g} {unit}"


def of_parts(scenario: Scenario) -> Iterator[Duration]:
    """The durations of the policies and labels of a scenario."""
    parts: list[Part] = [one.policy for one in scenario.models.values()]
    parts += [one.labels for one in scenario.models.values() if one.labels is not None]
    for part in [*parts, scenario.evaluation.labels]:
        for keys in durations(part):
            value = reduce(lambda inside, key: getattr(inside, str(key)), keys, part)
            if isinstance(value, Duration):
                yield value
