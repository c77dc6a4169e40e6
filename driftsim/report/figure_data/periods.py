"""Period data: error, cost and what of it is spent on trainings, over how often one trains."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from driftsim.durations import Duration
from driftsim.report.figure_data.looks import COLOURS, rounded
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Table

GREY = COLOURS[8]  # of marks in a legend
SPENT = ("labels", "training", "compute")
STEPS = (1, 2, 5, 10, 20, 50, 100, 200)  # of the grid, that may be marked


class PeriodLine(NamedTuple):
    """A quantity over the periods of one memory, with bounds where it has some."""

    x: np.ndarray  # rows, or microseconds
    mean: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None


class PeriodPanel(NamedTuple):
    """A quantity over the period."""

    name: str
    lines: dict[str, PeriodLine]  # by memory
    never: float  # where the model of the warm-up is kept
    best: dict[str, PeriodLine]  # the cheapest period, under its memory; none where it is never
    tied: dict[str, PeriodLine]  # those that do not differ significantly from it
    zero: bool  # whether its axis begins at zero

    @property
    def values(self) -> np.ndarray:
        """Every value that it shows."""
        shown = [column for one in self.lines.values() for column in one[1:] if column is not None]
        return np.append(np.concatenate(shown), self.never)


class PeriodBlock(NamedTuple):
    """The panels of one learner in one setting."""

    title: str
    panels: list[PeriodPanel]
    ticks: list[tuple[float, str]]
    foot: str  # what the axis below is

    @property
    def ends(self) -> tuple[float, float]:
        """The shortest and the longest period."""
        x = np.concatenate([line.x for line in self.panels[0].lines.values()])
        return float(x.min()), float(x.max())


def period_blocks(view: View) -> list[PeriodBlock]:
    """A block for each learner and setting whose models were all trained."""
    return [one for scene in view.scenes for one in blocks_of(view, scene)]


def blocks_of(view: View, scene: Scene) -> Iterator[PeriodBlock]:
    """The blocks of the learners of a setting."""
    by_learner = view.table(scene.results, "periods").by("learner")
    for learner, table in by_learner.items():
        several = [learner] if len(by_learner) > 1 else []
        if np.isfinite(positions(table)).sum() > 1:
            yield block_of(", ".join(filter(None, [scene.title, *several])), scene, table)


def block_of(title: str, scene: Scene, table: Table) -> PeriodBlock:
    """The panels of one learner."""
    x, currency = positions(table), scene.variant.scenario.priced.currency
    spent = np.sum([table[name] for name in SPENT], axis=0)
    rows = np.isfinite(x)
    ticks = ticks_of(x[rows], table.where(rows).values("period"))
    dated = table["period"].dtype.kind == "O"
    bounds = {"low": table["low"], "high": table["high"]}
    name, used = ("spent on training", spent) if spent.any() else ("trainings", table["trainings"])
    panels = [
        panel_of(table, x, "error", table["error"], True),
        panel_of(table, x, f"cost in {currency}", table["cost"], False, **bounds),
        panel_of(table, x, name, used, True),
    ]
    return PeriodBlock(title, panels, ticks, f"{'time' if dated else 'rows'} between trainings")


def panel_of(table: Table, x, name: str, mean, zero: bool, low=None, high=None) -> PeriodPanel:
    """A quantity of each row of a table of periods."""
    trained = np.isfinite(x)

    def lines(rows) -> dict[str, PeriodLine]:
        found = {}
        for memory in dict.fromkeys(table.where(trained).values("memory")):
            own = rows & trained & np.array([one == memory for one in table.values("memory")])
            if own.any():
                bounds = [None if one is None else one[own] for one in (low, high)]
                found[memory_text(memory)] = PeriodLine(x[own], mean[own], *bounds)
        return found

    never = float(mean[~trained][0])
    best, tied = table["best"].astype(bool), table["tied"].astype(bool)
    tied &= not (best | tied).all()  # else which is best is not known
    return PeriodPanel(name, lines(trained), never, lines(best), lines(tied), zero)


def positions(table: Table) -> np.ndarray:
    """Each period as a number: rows, or microseconds; infinite where there is none."""
    periods = table.values("period")
    return np.array([period_position(one) for one in periods], float)


def period_position(period: float | str) -> float:
    """A period as a number."""
    if not isinstance(period, str):
        return period
    return float(Duration.of(period).micros) if period[:1].isdigit() else np.inf


def ticks_of(x: np.ndarray, periods: list) -> list[tuple[float, str]]:
    """Periods of a few steps of the grid, with their texts."""
    words = {one: name if isinstance(name, str) else rounded(name) for one, name in zip(x, periods)}
    least = min(words)
    return [(one, words[one]) for one in sorted(words) if round(one / least) in STEPS]


def memory_text(memory: int | str) -> str:
    """A memory in a legend."""
    return f"the last {memory:,} labels" if isinstance(memory, int) else str(memory)
