"""Floors in words: which periods cost the same, and how much the best of schedules would save."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from driftsim.adaptation.policies.retraining import Periodic
from driftsim.durations import Duration
from driftsim.report.decision.floors import (
    CROSS_FITTED,
    HINDSIGHT,
    TIMETABLE,
    floor_rows,
    gap_rows,
)
from driftsim.report.decision.grid_values import memory_value
from driftsim.report.decision.periods import period_rows
from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.money import bounded, difference, money
from driftsim.report.windows import window_text


class FloorWords:
    """What floors and periods say of a contender; the figures are those of their tables."""

    def __init__(self, one: VariantResults, contender: str, shown: str):
        self.currency, self.shown = one.scenario.priced.currency, shown
        self.gaps = {row["floor"]: row for row in gap_rows(one) if row["contender"] == contender}
        learner = next((row["learner"] for row in self.gaps.values()), None)
        self.floors = {row["floor"]: row for row in floor_rows(one) if row["learner"] == learner}
        self.periods = [row for row in period_rows(one) if row["learner"] == learner]
        others = [each for each in one.matrices if contender not in each.contenders]
        self.whose = f" of {learner}" if learner in [each.learner for each in others] else ""
        policy = one.scenario.models[contender].policy
        self.static = policy.kind() == "static" and not self.whose
        self.own: list[Any] = []  # periods about that of the contender that do not differ
        if isinstance(policy, Periodic) and not self.whose:
            every = policy.every if isinstance(policy.every, int) else str(policy.every)
            self.own = alike(self.periods, every, memory_value(policy.memory))

    def same(self) -> str:
        """That periods about that of the contender cost the same, where some do."""
        return self._same(self.own)

    def best_period(self) -> Iterator[str]:
        """Which period costs least, where that of the contender costs more, or it has none."""
        best = next((row for row in self.periods if row["best"]), None)
        if best is None or self.own or (self.static and best["memory"] == ""):
            return
        others = alike(self.periods, best["period"], best["memory"])
        same = f"; {found}" if (found := self._same(others)) else ""
        cost = self.amount(best)
        periods = f"fixed periods{self.whose}, averaged over when they begin"
        yield f"Of all {periods}, {action(best)} would cost least: {cost}{same}."

    def _same(self, periods: Sequence[Any]) -> str:
        """That some periods cost the same, where there are several and errors are known."""
        best = next((row for row in self.periods if row["best"]), None)
        if best is None or len(periods) < 2 or np.isnan(best["low"]):
            return ""
        return f"every {ends(periods)} costs the same, as far as {self.shown}"

    def beyond(self, saves: bool) -> Iterator[str]:
        """What a perfect timetable would save, and what the cheapest schedule costs in hindsight.

        `saves` is whether the contender saves something, which has been named.
        """
        if TIMETABLE in self.gaps:
            yield self.timetable("more" if saves else "")
        if HINDSIGHT in self.floors:
            yield self.hindsight()

    def timetable(self, more: str) -> str:
        """What a schedule would save that is made with knowledge of the changes alone."""
        row = self.gaps[TIMETABLE]
        found, low, high = row["gap"], row["low"], row["high"]
        perfect = f"A perfect timetable{self.whose}, which knows every change beforehand,"
        if low > 0:
            return f"{perfect} would save {difference(found, low, high, more)}."
        if high < 0:
            return f"{perfect} would cost {difference(-found, -high, -low, 'more')}."
        return (
            f"{perfect} would not cost significantly less: {self.amount(self.floors[TIMETABLE])}."
        )

    def hindsight(self) -> str:
        """What the cheapest schedule costs that is chosen with all rows known."""
        row = self.floors[HINDSIGHT]
        where = f"schedule{self.whose} on a grid of {in_words(row['grid'])}"
        if CROSS_FITTED in self.floors:
            crossed = self.amount(self.floors[CROSS_FITTED])
            chosen = f"{self.amount(row)}, chosen in hindsight, noise and all,"
            return f"The cheapest {where} costs between {chosen} and {crossed}, cross-fitted."
        return f"No {where} costs less than {self.amount(row)}, even chosen in hindsight."

    def amount(self, row: Row) -> str:
        """A cost of a table with its interval."""
        cost, low, high = row["cost"], row["low"], row["high"]
        return f"{money(cost, low, high)} {self.currency}{bounded(low, high)}"


def alike(rows: Sequence[Row], period: Any, memory: Any) -> list[Any]:
    """The periods in a row, that of the memory among them, which do not differ from the best.

    None where that one does.
    """
    own = [row for row in rows if row["memory"] == memory]
    stretch: list[Any] = []
    for row in own:
        if row["best"] or row["tied"]:
            stretch.append(row["period"])
        elif period in stretch:
            return stretch
        else:
            stretch = []
    return stretch if period in stretch else []


def ends(periods: Sequence[Any]) -> str:
    """The first and the last of some periods, which are of one unit: 1,500 to 2,500 rows."""
    first, last = (in_words(one) for one in (periods[0], periods[-1]))
    return f"{first.partition(' ')[0]} to {last}"


def in_words(value: Any) -> str:
    """A period or a grid of a table in words: 2,000 rows, 5 weeks."""
    return window_text(Duration.of(value) if isinstance(value, str) else int(value))


def action(row: Row) -> str:
    """What a period with its memory is, in words."""
    if row["memory"] == "":
        return "never to retrain"
    memory = row["memory"] if isinstance(row["memory"], str) else f"{row['memory']:,} labels"
    return f"every {in_words(row['period'])} with a memory of {memory}"
