"""Floors in words: which periods cost the same, and how much the best of schedules would save."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from driftsim.adaptation.policies.retraining import Periodic
from driftsim.durations import Duration
from driftsim.messages import plural
from driftsim.report.amounts import named
from driftsim.report.comparisons import SIGNIFICANCE
from driftsim.report.decision.floors import (
    BEST_PERIOD,
    CROSS_FITTED,
    HINDSIGHT,
    TIMETABLE,
    floor_rows,
    gaps_of,
)
from driftsim.report.decision.grid_values import memory_value
from driftsim.report.decision.periods import differ, period_rows
from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.money import bounded, difference, in_time, money
from driftsim.report.windows import every_text, window_text

NEARLY, FEWEST = 0.9, 5  # a share of periods that is nearly all, and of how many


class FloorWords:
    """What floors and periods say beside the cheapest contender; figures are of their tables."""

    def __init__(self, one: VariantResults, contender: str):
        self.span = in_time(one)
        self.currency, self.contender = one.scenario.priced.currency, contender
        self.gaps = {row["floor"]: row for row in gaps_of(one, contender)}
        learner = self.gaps[HINDSIGHT]["learner"] if self.gaps else None
        self.floors = {row["floor"]: row for row in floor_rows(one) if row["learner"] == learner}
        self.contenders = {each.learner: each.contenders for each in one.matrices}
        self.whose = self.named(learner)
        self.periods = [*period_rows(one)] if self.gaps else []
        self.policy = one.scenario.models[contender].policy

    def named(self, learner: str | None) -> str:
        """A learner by name, where it is not that of the contender: " of GaussianNB"."""
        own = learner is None or self.contender in self.contenders[learner]
        return "" if own else f" of {learner}"

    @cached_property
    def best(self) -> Row | None:
        """The fixed period that costs least, of all learners."""
        if BEST_PERIOD not in self.gaps:
            return None
        learner = self.gaps[BEST_PERIOD]["learner"]
        return next(row for row in self.of(learner) if row["best"])

    @property
    def better(self) -> Row | None:
        """The best fixed period, where it costs significantly less than any contender."""
        gap = self.gaps.get(BEST_PERIOD)
        less = gap and gap["gap"] > 0 and gap["p"] < SIGNIFICANCE
        if not less or self.best is None:
            return None
        same = self.best["memory"] == "" and self.is_static(self.best["learner"])
        return None if same else self.best

    def is_static(self, learner: str) -> bool:
        """Whether the contender is a learner that is trained once."""
        return self.policy.kind() == "static" and not self.named(learner)

    def action(self, row: Row) -> str:
        """What a period is, as advice."""
        words, whose = action(row), self.named(row["learner"]).removeprefix(" of")
        return f"Retrain{whose} {words}" if words else f"Do not retrain{whose}"

    def cost_of(self, row: Row) -> str:
        """What the best period costs, and how much less that is than the contender costs."""
        gap = self.gaps[BEST_PERIOD]
        cost = f"{money(row['cost'], row['low'], row['high'])} {self.currency}{self.span}"
        cost += bounded(row["low"], row["high"], " at 95 %")
        whom = f"{named(self.contender)}, the cheapest contender"
        if self.is_static(row["learner"]):
            whom = f"never retraining ({named(self.contender)})"
        return f"{cost}, {difference(gap['gap'], gap['low'], gap['high'], 'less')} than {whom}"

    @cached_property
    def about(self) -> list[Any]:
        """The periods about that of the contender that do not differ from the best."""
        if not isinstance(self.policy, Periodic) or self.best is None or self.whose:
            return []
        every = self.policy.every
        rows = self.of(self.best["learner"])
        if self.named(self.best["learner"]) or not differ(rows):
            return []
        period = every if isinstance(every, int) else str(every)
        return alike(rows, period, memory_value(self.policy.memory))

    def same_about(self) -> list[str]:
        """The periods about that of the contender that do not cost significantly more, if any."""
        return periods_of(self.about, self.periods_with(self.best)) if self.best else []

    def same(self, row: Row) -> Iterator[str]:
        """Which periods about one of the table do not cost significantly more."""
        rows = self.of(row["learner"])
        near = alike(rows, row["period"], row["memory"]) if differ(rows) else []
        own = self.periods_with(row)
        for periods in periods_of(near, own):
            little = "The period matters little here: " if nearly_all(near, own) else ""
            periods = periods.replace("P", "p", 1) if little else periods
            yield f"{little}{periods} do not cost significantly more."

    def periods_with(self, row: Row) -> list[Any]:
        """All periods of the table with the learner and the memory of a row, from the shortest."""
        return [one["period"] for one in self.of(row["learner"]) if one["memory"] == row["memory"]]

    def shorter(self) -> Iterator[str]:
        """That a finer grid may have a cheaper period, where the best is the shortest of this."""
        best = self.best
        if best is None or not action(best):
            return
        periods = self.periods_with(best)
        if len(periods) > 1 and periods[0] == best["period"]:
            every = every_of(best["period"])
            yield (
                f"{every[0].upper()}{every[1:]} is the shortest period on this grid; on a finer "
                "one (decision.grid) a shorter period may cost less."
            )

    def best_period(self) -> Iterator[str]:
        """Which period costs least, where that of the contender costs more, or it has none."""
        best = self.best
        if best is None or self.about or not (words := action(best)):
            return
        gap, rows = self.gaps[BEST_PERIOD], self.of(best["learner"])
        grid, whose = in_words(self.floors[HINDSIGHT]["grid"]), self.named(best["learner"])
        periods = f"fixed periods{whose} on a grid of {grid}, contenders or not"
        periods += ", averaged over when they begin"
        open_to = gap["gap"] > 0 and gap["p"] >= SIGNIFICANCE
        less = f", not significantly less than {named(self.contender)}" if open_to else ""
        open_ = "" if differ(rows) else "; whether other periods cost more is not known"
        yield f"Of all {periods}, {words} costs least: {self.amount(best)}{less}{open_}."
        yield from self.same(best)

    def of(self, learner: str) -> list[Row]:
        """The periods of a learner."""
        return [row for row in self.periods if row["learner"] == learner]

    def beyond(self, saves: bool) -> Iterator[str]:
        """What a perfect timetable would save, and what the cheapest schedule costs in hindsight.

        `saves` is whether the contender saves something, which has been named.
        """
        if TIMETABLE in self.gaps:
            yield self.timetable(saves)
        if HINDSIGHT in self.floors:
            yield self.hindsight()

    def timetable(self, saves: bool) -> str:
        """What a schedule would cost or save that is made with knowledge of the changes alone."""
        row = self.gaps[TIMETABLE]
        found, low, high = row["gap"], row["low"], row["high"]
        perfect = f"A perfect timetable{self.whose}, which knows every change beforehand,"
        if self.better:
            return f"{perfect} would cost {self.amount(self.floors[TIMETABLE])}."
        if low > 0 and saves:
            return f"{perfect} would save {difference(found, low, high, 'more')}."
        if low > 0:
            less = difference(found, low, high, "less")
            return f"{perfect} would cost {less} than {named(self.contender)}."
        if high < 0:
            more = difference(-found, -high, -low, "more")
            return f"{perfect} would cost {more} than {named(self.contender)}."
        return (
            f"{perfect} would not cost significantly less: {self.amount(self.floors[TIMETABLE])}."
        )

    def hindsight(self) -> str:
        """What the cheapest schedule costs that is chosen with all rows known."""
        row = self.floors[HINDSIGHT]
        one_memory = " that keeps to one memory" if row["one_memory"] else ""
        where = f"schedule{self.whose}{one_memory} on a grid of {in_words(row['grid'])}"
        if CROSS_FITTED in self.floors:
            crossed = self.amount(self.floors[CROSS_FITTED])
            low = f"{self.amount(row)}, too low as it is chosen in hindsight,"
            high = f"{crossed}, too high as it is cross-fitted"
            return f"The cheapest {where} costs between {low} and {high}."
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


def periods_of(values: Sequence[Any], every: Sequence[Any] = ()) -> list[str]:
    """Some periods in a row in words; none of one alone, which has been named.

    With a remark where they are nearly all of `every` period.
    """
    some = "" if len(values) == len(every) else "nearly "
    most = f", {some}all of the grid," if nearly_all(values, every) else ""
    return [f"Periods of {ends(values)}{most}"] if len(values) > 1 else []


def nearly_all(values: Sequence[Any], every: Sequence[Any]) -> bool:
    """Whether some periods are nearly all that there are, so that the period matters little."""
    return len(every) >= FEWEST and len(values) >= NEARLY * len(every)


def ends(periods: Sequence[Any]) -> str:
    """The first and the last of some periods, which are of one unit: 1,500 to 2,500 rows."""
    first, last = (in_words(one) for one in (periods[0], periods[-1]))
    return f"{first.partition(' ')[0]} to {last}"


def in_words(value: Any) -> str:
    """A period or a grid of a table in words: 2,000 rows, 5 weeks."""
    return window_text(Duration.of(value) if isinstance(value, str) else int(value))


def action(row: Row) -> str:
    """What a period with its memory is, in words; none for no training at all."""
    return "" if row["memory"] == "" else f"{every_of(row['period'])} on {labels(row['memory'])}"


def every_of(period: Any) -> str:
    """A period of a table in words: every 2,000 rows, every month."""
    return every_text(Duration.of(period) if isinstance(period, str) else int(period))


def labels(memory: Any) -> str:
    """What a memory holds, in words."""
    if not isinstance(memory, str):
        return f"the last {plural(memory, 'label')}"
    try:
        return f"the labels of the last {window_text(Duration.of(memory))}"
    except ValueError:
        return f"a memory of {memory}"
